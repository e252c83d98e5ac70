# shellcheck shell=bash
# shellcheck disable=SC2034 # read by become
# Nothing is skipped that changed, whatever lies or goes wrong, and nothing is built that did not. Each
# target shows one case: the plan is looked at, then what a run makes of it. Moved branches and
# sources, and files that are gone, are in build.bash.
# One engine is enough: podman.

# shellcheck source=package.bash
. "$HERE/package.bash"

ENVIRONMENT=("http_proxy=http://127.0.0.1:$PORT" no_proxy=127.0.0.1)
SERVED=$ROOT/served/$TOPIC
UPSTREAM=http://fixtures.test:$PORT/$TOPIC

# A PKGBUILD with an empty package. Its further arguments are lines of its own.
pkgbuild_of() { # name, version, line...
	printf '%s\n' "pkgname=$1" "pkgver=$2" pkgrel=1 'arch=(any)' 'license=(custom:none)' "${@:3}" 'package() { :; }'
}
# The .SRCINFO that belongs to it. Its further arguments are fields.
srcinfo_of() { # name, version, field...
	printf 'pkgbase = %s\n\tpkgver = %s\n\tpkgrel = 1\n\tarch = any\n' "$1" "$2"
	(($# == 2)) || printf '\t%s\n' "${@:3}"
	printf '\npkgname = %s\n' "$1"
}
# Commits both.
package() { # name, version
	pkgbuild_of "$@" | commit_file "$1" PKGBUILD
	srcinfo_of "$@" | commit_file "$1" .SRCINFO
}
in_repository() { git -C "$SERVED/$1.git" "${@:2}"; }
faults() { printf '%s\n' "$@" >"$SERVED/faults"; }

# What the last run, with --json, says of a target: "DECISION WHY" of a plan, "STATUS STEP WHY" of a run.
said_of() { # target
	json '
for one in data["targets"]:
    if one["target"] == sys.argv[1]:
        print(one.get("decision") or one["status"], *filter(None, [one.get("step", "")]), one["why"])' "$1" <"$WORLD/runs/$RUN.out"
}
says() { # target, regular expression
	local said
	said=$(said_of "$1")
	[[ $said =~ ^$2$ ]] || fail "'$2' does not match what is said of $1:" "$said" "$(tail -n 5 "$WORLD/runs/$RUN.err")"
}
is() { # target, regular expression, sentence
	it "$3" says "$1" "$2"
}
outcomes() { # status, how many
	local count
	count=$(json 'print(sum(one["status"] == sys.argv[1] for one in data["targets"]))' "$1" <"$WORLD/runs/$RUN.out")
	((count == $2)) || fail "$count targets are $1, not $2:" "$(json '
for one in data["targets"]: print(one["target"], one["status"], one["step"], one["why"])' <"$WORLD/runs/$RUN.out")"
}

# --- what is there at first ---------------------------------------------------------------

# Of what is only looked at, and was never built here.
looked_at=(gone slow busy broken page cut tls static)
publish_looked_at() {
	local name
	mkdir -p "$REPO" "$WORLD/nothing"
	for name in "${looked_at[@]}" lying-base; do make_package "$REPO" "$name" 1.0-1 "$WORLD/nothing" >/dev/null; done
	repo-add --quiet "$REPO/kiln.db.tar.gz" "$REPO"/*.zst >/dev/null
}
publish_looked_at
for name in "${looked_at[@]}"; do package "$name" 1.0; done
in_repository gone branch next main
commit_file upstream count <<<1
in_repository upstream tag v1
tag="git+$UPSTREAM/upstream.git#tag=v1"
pkgbuild_of static 1.0 "source=('$tag')" 'sha256sums=(SKIP)' | commit_file static PKGBUILD
srcinfo_of static 1.0 "source = $tag" | commit_file static .SRCINFO
count='pkgver() { cat upstream/count; }'
pkgbuild_of tagged 0 "source=('$tag')" 'sha256sums=(SKIP)' "$count" | commit_file tagged PKGBUILD
srcinfo_of tagged 0 "source = $tag" | commit_file tagged .SRCINFO
pkgbuild_of concealed 0 "source=('git+$UPSTREAM/upstream.git')" 'sha256sums=(SKIP)' "$count" | commit_file concealed PKGBUILD
srcinfo_of concealed 0 "source = git+$UPSTREAM/static.git" | commit_file concealed .SRCINFO
mkdir "$SERVED/plain"
printf '1\n' >"$SERVED/plain/nightly"
pkgbuild_of nightly 0 "source=('$UPSTREAM/plain/nightly')" 'sha256sums=(SKIP)' 'pkgver() { cat nightly; }' | commit_file nightly PKGBUILD
srcinfo_of nightly 0 "source = $UPSTREAM/plain/nightly" | commit_file nightly .SRCINFO
package forced 1.0
in_repository forced branch older main
package forced 1.1
# As kernels do it: only a shell that runs it knows what functions there are.
# shellcheck disable=SC2016 # for the shell that reads it
pkgbuild_of replaced 1.0 'for one in a; do eval "package_$one() { :; }"; done' | commit_file replaced PKGBUILD
plain_is() { # version, date
	pkgbuild_of plain "$1" >"$SERVED/plain/PKGBUILD"
	touch -d "$2" "$SERVED/plain/PKGBUILD"
}
plain_is 1.0 2002-03-04

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 \
	-addext subjectAltName=IP:127.0.0.1 -keyout "$WORLD/key.pem" -out "$WORLD/certificate.pem" 2>/dev/null
cat "$WORLD/certificate.pem" "$WORLD/key.pem" >"$WORLD/both.pem"
"$PYTHON" "$HERE/../fixtures/serve" --port 0 --certificate "$WORLD/both.pem" "$ROOT/served" >"$WORLD/tls.url" 2>"$WORLD/tls.log" &
TLS_PID=$!
tls_ends() { kill "$TLS_PID"; }
AT_END+=(tls_ends)
wait_for 10 test -s "$WORLD/tls.url"

built=(tagged concealed nightly forced replaced $'plain\nkind = "url"\nurl = "'"http://127.0.0.1:$PORT/$TOPIC/plain/PKGBUILD\"")
all=("${built[@]}" slow busy broken page cut static $'gone\nbranch = "next"' $'tls\nurl = "'"$(cat "$WORLD/tls.url")/$TOPIC/tls.git\"")
BUILD_LINES=$'jobs = 2\nproxy = "none"'
configure "${built[@]}"
kiln first build --json
it 'builds all that was never seen' outcomes built 6
trusting=("${ENVIRONMENT[@]}" "GIT_SSL_CAINFO=$WORLD/certificate.pem")
distrusting=("${ENVIRONMENT[@]}")
ENVIRONMENT=("${trusting[@]}")
configure "${all[@]}"
kiln found build --json
it 'ends with 0 when nothing changed' code_is 0
it 'finds what is published already, and builds nothing' outcomes up-to-date 14
unmoved='up-to-date refs/heads/main is still at .*'
is tagged "$unmoved" 'skips what follows a tag that is where it was'
kiln found-plan plan --json
is replaced "$unmoved" 'believes makepkg that there is no pkgver(), though the PKGBUILD runs a loop'
is concealed "$unmoved" 'knows by makepkg the source that its .SRCINFO conceals'
is nightly 'build only a container can tell whether its pkgver\(\) gives another version' \
	'does not skip a pkgver() that goes by no source of version control'

# --- things move, lie and break, all at once ---------------------------------------------

moves() {
	in_repository gone branch -D next
	in_repository forced update-ref refs/heads/main older
	commit_file upstream count <<<2
	in_repository upstream tag -f v1 main
	printf '2\n' >"$SERVED/plain/nightly"
	plain_is 1.1 2001-02-03 # as what was put back
	# Its .SRCINFO names what is published, and not the package that it makes.
	pkgbuild_of lying 1.0 | commit_file lying PKGBUILD
	srcinfo_of lying-base 1.0 | commit_file lying .SRCINFO
	faults 'slow slow.git' '429 busy.git' '500 broken.git' 'page page.git' 'cut cut.git'
}
# As somebody else's build of the same version.
replace() { # file
	local tree=$WORLD/replaced
	mkdir "$tree"
	bsdtar -xf "$REPO/$1" -C "$tree"
	touch -d '2001-02-03' "$tree"/.[A-Z]*
	(cd "$tree" && bsdtar --zstd -cf "$REPO/$1" .[A-Z]*)
	repo-add --quiet "$REPO/kiln.db.tar.gz" "$REPO/$1"
}
it 'is made to see changes' moves
it 'is made to see another file' replace replaced-1.0-1-any.pkg.tar.zst
configure "${all[@]}" lying
ENVIRONMENT=("${distrusting[@]}")
kiln events-plan plan --json
it 'ends with 1 when it cannot tell of some targets' code_is 1
nowhere="failed source .* has no branch 'next': there are 'main'" silent='failed source cannot ask .*'
is gone "$nowhere" 'cannot tell of a branch that was deleted'
is forced 'build refs/heads/main moved from .*' 'plans to build a branch that was forced back'
is tagged "build its source .*#tag=v1 moved from .*" 'plans to build what follows a tag that moved'
is static 'up-to-date version 1.0-1 is published in kiln' 'knows that a tag does not change a version that stands in the PKGBUILD'
is concealed 'build its source .*upstream.git moved from .*' 'plans to build what has a source that its .SRCINFO conceals'
is nightly 'build .*' 'plans to build what only pkgver() knows of'
is plain 'build .* moved from .*' 'plans to build a PKGBUILD that changed behind its URL'
is lying 'build it was never built here' 'does not believe a .SRCINFO that names another package'
is replaced 'up-to-date version 1.0-1 is published in kiln' 'leaves a published file that was replaced by one of its version'
is slow "$unmoved" 'waits for a server that is slow'
is busy "$silent" 'cannot tell of a server that answers 429'
is broken "$silent" 'cannot tell of a server that answers 500'
is page "$silent" 'cannot tell of a server that answers with a page'
is cut "$silent" 'cannot tell of a server that hangs up'
is tls 'failed source cannot ask .*certificate.*' 'does not believe a server whose certificate nobody knows'

kiln events build --json
it 'ends with 1 when targets fail' code_is 1
for name in tagged concealed nightly plain lying; do is "$name" 'built .*' "builds $name"; done
is forced 'failed publish .*it has forced 1.1-1, which is newer' 'refuses to publish a version that went back'
is gone "$nowhere" 'fails what has no branch any more'
for name in busy broken page cut tls; do is "$name" "$silent" "fails $name"; done
it 'fails no other' outcomes failed 7
it 'builds no other' outcomes built 5
is replaced 'up-to-date version 1.0-1 is published in kiln' 'looks into what was replaced, and leaves it'
it 'publishes what things are now' published tagged-2-1-any.pkg.tar.zst concealed-2-1-any.pkg.tar.zst \
	nightly-2-1-any.pkg.tar.zst plain-1.1-1-any.pkg.tar.zst lying-1.0-1-any.pkg.tar.zst
it 'leaves the newer version where it is' published forced-1.1-1-any.pkg.tar.zst
kiln forced-back build --json --force forced
is forced 'built .*' 'builds that version when it is forced to'
it 'publishes it' published forced-1.0-1-any.pkg.tar.zst
it 'publishes it in the place of the newer one' not_published 'forced-1.1-*'

# --- all is well again -------------------------------------------------------------------

: >"$SERVED/faults"
in_repository gone branch next main
ENVIRONMENT=("${trusting[@]}")
kiln well build --json
it 'ends with 0 once all can be asked again' code_is 0
it 'builds none of it again' outcomes up-to-date 15
is plain 'up-to-date .* is still at .*' 'knows that a PKGBUILD did not change behind its URL'
downloads() { # status, how many
	local count
	count=$(grep -c " $1 GET /$TOPIC/plain/PKGBUILD$" "$ROOT/server.log" || true)
	((count == $2)) || fail "there were $count" "$(grep plain/PKGBUILD "$ROOT/server.log")"
}
it 'downloads a PKGBUILD when it is another' downloads 200 2
it 'asks for no more than whether it is another' downloads 304 4

# --- state that is gone, foreign or from the future ----------------------------------------

state() { "$PYTHON" -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])' "$STATE/state.db" "$1"; }
some=(forced tagged replaced gone slow)
state 'PRAGMA user_version = 99'
kiln newer build --json forced gone slow
it 'ends with 3 where a newer version wrote the history' code_is 3
it 'says so, and what to do' err_has 'a newer version of pkgkiln wrote it' 'another [build] state_dir'
newer_is_there() {
	[[ $("$PYTHON" -c 'import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute("PRAGMA user_version").fetchone())' "$STATE/state.db") == 99 ]]
}
it 'leaves that history as it is' newer_is_there
find "$STATE" -mindepth 1 -maxdepth 1 ! -name instance -exec rm -rf -- {} + # that marks what is left in the engine
kiln forgotten build --json "${some[@]}"
it 'finds all published when its state is deleted' outcomes up-to-date 5

state 'UPDATE builds SET started = started + 31536000000000000, finished = finished + 31536000000000000'
kiln future-plan plan --json "${some[@]}"
for name in "${some[@]}"; do is "$name" 'up-to-date .*' "skips $name although its clock was set back"; done
package forced 1.2
kiln future build --json "${some[@]}"
is forced 'built .*' 'builds what moved after the clock was set back'
it 'builds nothing else then' outcomes built 1
kiln future-again build --json "${some[@]}"
is forced "$unmoved" 'believes the newest build, not the one with the latest time'
it 'ends with 0 then' code_is 0

# --- what is made for other machines ---------------------------------------------------------

pkgbuild_of foreign 1.0 | sed 's/(any)/(pdp11)/' | commit_file foreign PKGBUILD
pkgbuild_of hidden 1.0 'eval :' | sed 's/(any)/(pdp11 vax)/' | commit_file hidden PKGBUILD
configure foreign hidden forced
kiln others build --json
it 'ends with 0 when targets are made for other machines' code_is 0
is foreign "up-to-date made for pdp11 only, not for $ARCH" 'skips what its PKGBUILD plainly says to be for others'
is hidden "up-to-date made for pdp11, vax only, not for $ARCH" 'skips what only makepkg can tell to be for others'
kiln others-again build --json
is hidden "up-to-date made for pdp11, vax only, not for $ARCH" 'skips it again'
containers_were() { (($(builds_of foreign) == 0 && $(builds_of hidden) == 1)) || fail "$(builds_of foreign), $(builds_of hidden)"; }
it 'starts a container only to ask makepkg, once' containers_were
