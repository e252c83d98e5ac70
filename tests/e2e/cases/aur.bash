# shellcheck shell=bash
# shellcheck disable=SC2034 # read by the other files
# One engine is enough: docker.
# Packages of the AUR: looked up by name, fetched as their package base.

# shellcheck source=package.bash
. "$HERE/package.bash"

AUR=$WORLD/aur
aur() { PYTHONDONTWRITEBYTECODE=1 "$HERE/../fixtures/aur" "$@"; }

aur_starts() {
	local tries
	mkdir -p "$AUR/git"
	: >"$WORLD/aur.url"
	PYTHONDONTWRITEBYTECODE=1 "$HERE/../fixtures/aur" serve --port "${AUR_PORT:-0}" "$AUR" >"$WORLD/aur.url" 2>>"$WORLD/aur.err" &
	AUR_PID=$!
	trap 'aur_stops; end_topic' EXIT
	for ((tries = 200; tries > 0; tries--)); do
		AUR_URL=$(cat "$WORLD/aur.url")
		[[ -z $AUR_URL ]] || break
		nap 0.05
	done
	[[ -n $AUR_URL ]] || { cat "$WORLD/aur.err" >&2; return 1; }
	AUR_PORT=${AUR_URL##*:}
}
aur_stops() {
	[[ -z ${AUR_PID-} ]] || { kill "$AUR_PID"; wait "$AUR_PID"; } 2>/dev/null
	AUR_PID=''
}
# Pushes a PKGBUILD to a package base; its further arguments are lines of its own.
pushed() { # pkgbase, version, line...
	local repository=$AUR/git/$1.git
	[[ -d $repository ]] || git init --quiet --bare --initial-branch=master "$repository"
	"$HERE/../fixtures/commit" --branch master "$repository" PKGBUILD \
		"$(printf '%s\n' "pkgname=$1" "pkgver=$2" pkgrel=1 'arch=(any)' 'license=(custom:none)' "${@:3}" 'package() { :; }')"
}
requests() { grep -cE -- "$1" "$AUR/requests" || true; }
asked() { # count, regular expression
	[[ $(requests "$2") == "$1" ]] || fail "not $1 but $(requests "$2") requests are '$2':" "$(cat "$AUR/requests")"
}
anew() { : >"$AUR/requests"; }
configure_aur() { # further lines from stdin
	{
		common_tables
		printf '[aur]\nurl = "%s"\n[[repositories]]\nname = "kiln"\npath = "repo"\n' "$AUR_URL"
		cat
	} >"$CONFIG"
}

aur set "$AUR" lone
aur set "$AUR" members-tool 'PackageBase="members"' Maintainer=null
aur set "$AUR" members 'PackageBase="members"' Maintainer=null
pushed lone 1
pushed members 1 'pkgdesc="with members-tool"'
aur_starts
configure_aur <<TOML
[[targets]]
aur = "lone"
[[targets]]
aur = ["members-tool", "members", "never-there"]
TOML

kiln listed targets
it 'lists a target for each package base' out_matches \
	"^lone +kiln +git +$AUR_URL/lone.git +.*config.toml:[0-9]+ \(aur: lone\)$" \
	"^members +kiln +git +$AUR_URL/members.git +.*config.toml:[0-9]+ \(aur: members-tool\)$"
it 'names what the AUR does not have' err_matches "targets.aur 'never-there': there is no such package in the AUR"
it 'tells of orphans' err_matches "^note: nobody maintains 'members-tool' in the AUR"
it 'asks for all in one request' asked 1 '.'
it 'ends with the code of a target that can not be used' code_is 1

configure_aur <<TOML
[[targets]]
aur = ["lone", "members"]
TOML
anew
kiln built build
it 'builds them' published lone-1-1-any.pkg.tar.zst members-1-1-any.pkg.tar.zst
it 'looks up in one request' asked 1 '/rpc/'

anew
kiln same build
it 'builds none again' out_has '0 built, 2 up-to-date, 0 failed'

pushed lone 2
aur set "$AUR" lone LastModified="$(date +%s)"
kiln newer build
it 'builds what was pushed' published lone-2-1-any.pkg.tar.zst

kiln searched search LONE package
it 'finds packages by words' out_matches '^lone +1-1 +20 votes +[0-9]+ min ago +ada +The package lone$'
kiln nothing search lone nowhere
it 'ends with 1 where it finds none' code_is 1
kiln shown show members-tool
it 'shows a package, where it is listed, and what to think of' out_matches \
	'^package base +members$' '^listed in +.*config.toml:[0-9]+$' '^maintainer +nobody$' '^warning +nobody maintains it'
kiln absent show lone never-there
it 'says what there is not' err_has "'never-there' is not in the AUR"
kiln json show --json lone
shown_json() { "$PYTHON" -c 'import json, sys; p, = json.load(open(sys.argv[1]))["packages"]; assert p["maintainer"] == "ada" and p["votes"] == 20, p' "$WORLD/runs/json.out"; }
it 'shows it as JSON' shown_json

aur_stops
kiln unreached build
it 'keeps its targets while the AUR is out of reach' out_has 'lone' 'members'
it 'says that it is' err_matches 'note: the targets of the AUR are those of .* UTC'

aur_starts
aur remove "$AUR" lone
kiln gone build
it 'names what is gone' err_matches "'lone': it is gone from the AUR"
it 'keeps what is published of it' published lone-2-1-any.pkg.tar.zst
it 'goes on with the rest' out_has '1 up-to-date'
