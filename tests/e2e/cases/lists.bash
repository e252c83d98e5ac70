# shellcheck shell=bash
# shellcheck disable=SC2034 # read by the other files
# One engine is enough: docker.
# Lists as people keep them: one repository with a directory for each package, and a folder on the disk
# with what nobody has committed yet.

# shellcheck source=package.bash
. "$HERE/package.bash"

many=$(packaging many)
folder=$WORLD/my\ pkgbuilds

# A PKGBUILD of an empty package. Its further arguments are lines of its own, before its functions.
pkgbuild_of() { # name, version, line...
	printf '%s\n' "pkgname=$1" "pkgver=$2" pkgrel=1 'arch=(any)' 'license=(custom:none)' "${@:3}" 'package() { :; }'
}
in_many() { # name, version, line...; commits its PKGBUILD to the directory of that name
	pkgbuild_of "$@" | commit_file many "packages/$1/PKGBUILD"
}
in_folder() { # name, version, line...
	mkdir -p "$folder/$1"
	pkgbuild_of "$@" >"$folder/$1/PKGBUILD"
}
# The common tables, a repository, and further lines.
configure_lists() {
	{
		common_tables
		printf '[[repositories]]\nname = "kiln"\npath = "repo"\n[[repositories]]\nname = "second"\npath = "second"\n'
		cat
	} >"$CONFIG"
}

# --- one repository ------------------------------------------------------------------------

printf 'described="from the common file"\n' | commit_file many common/vars.sh
in_many alpha 1
in_many beta 1
# Without the whole repository, what is sourced would be missing.
# shellcheck disable=SC2016 # bash of makepkg expands it
pkgbuild_of reader 1 'source ../../common/vars.sh' 'pkgdesc=$described' | commit_file many packages/reader/PKGBUILD
# shellcheck disable=SC2016
in_many cloned 1 'pkgdesc=$(git rev-parse HEAD)'
in_many 'left-out' 1
pkgbuild_of elsewhere 1 | commit_file many old/elsewhere/PKGBUILD

configure_lists <<TOML
[[targets]]
url = "$many"
path = "packages/*"
exclude = ["packages/left-*"]
[[targets]]
url = "$many"
path = "packages/reader"
checkout = "repository"
repository = "second"
[[targets]]
url = "$many"
path = "packages/cloned"
checkout = "clone"
repository = "second"
TOML

kiln listed targets
it 'lists a target for each directory that a pattern names, and where it comes from' out_matches \
	"^alpha +kiln +git +$many path packages/alpha +.*config.toml:[0-9]+ \(packages/alpha\)$" \
	"^beta +kiln +git +$many path packages/beta +.*config.toml:[0-9]+ \(packages/beta\)$"
it 'lets an entry of its own override a directory' out_matches '^reader +second +git .*config.toml:[0-9]+$'
listed_four() { (($(wc -l <"$WORLD/runs/listed.out") == 4)); }
it 'leaves out what is excluded, and what the pattern does not name' listed_four

kiln explained plan --explain
it 'says in the plan where a target comes from' out_matches '^  listed in: .*config.toml:[0-9]+ \(packages/beta\)$'


in_many careless 1 'source ../../common/vars.sh'
kiln careless plan
it 'warns of a PKGBUILD that names what its build would not get' err_matches \
	"^note: careless: its PKGBUILD names '../../common/vars.sh', which a build gets only with checkout = \"repository\"$"
it 'does not warn of one that gets it' lacks "$WORLD/runs/careless.err" reader
in_many careless 1
kiln first build
it 'builds what a pattern found' published alpha-1-1-any.pkg.tar.zst beta-1-1-any.pkg.tar.zst
described() { # name, pkgdesc
	bsdtar -xOf "$WORLD/second/second/x86_64/$1-1-1-any.pkg.tar.zst" .PKGINFO | grep -qx "pkgdesc = $2"
}
it 'gives a build the whole repository where it is told to' described reader 'from the common file'
it 'gives a build a clone where it is told to' described cloned "$(git -C "$ROOT/served/$TOPIC/many.git" rev-parse HEAD)"

kiln same build
it 'builds none of them again' out_has '0 built, 5 up-to-date, 0 failed'
in_many beta 2
kiln one build
it 'builds the one whose directory changed' out_has '1 built, 4 up-to-date, 0 failed'
it 'publishes its new version' published beta-2-1-any.pkg.tar.zst

in_many gamma 1
remove_alpha() {
	local tree=$WORLD/tree
	git clone --quiet "$ROOT/served/$TOPIC/many.git" "$tree" &&
		git -C "$tree" rm --quiet -r packages/alpha &&
		git -C "$tree" -c user.name=x -c user.email=x@localhost commit --quiet -m 'Remove alpha' &&
		git -C "$tree" push --quiet origin HEAD
}
it 'finds that a directory may go' remove_alpha
kiln moved build
it 'builds a directory that is new' published gamma-1-1-any.pkg.tar.zst
it 'tells that a directory is gone' err_matches "^note: the directory 'packages/alpha' is gone from $many"
kiln moved-again build
it 'tells it once' lacks "$WORLD/runs/moved-again.err" packages/alpha
kiln cleaned clean
it 'cleans what is kept of a directory that is gone' out_has 'the logs of alpha'

configure_lists <<TOML
[[targets]]
url = "$many"
path = "**"
exclude = ["packages/reader"]
[[targets]]
name = "one"
url = "$many"
path = "packages/*"
TOML
kiln refused plan
it 'refuses a name beside a pattern' err_has 'targets.name: expected none where path stands for many directories'
it 'ends with 2 then' code_is 2

pkgbuild_of twice 1 | commit_file many 'a/twice/PKGBUILD'
pkgbuild_of twice 1 | commit_file many 'b/twice/PKGBUILD'
configure_lists <<TOML
[[targets]]
url = "$many"
path = "*/twice"
TOML
kiln named-twice plan
it 'names both directories that would give one name' err_matches "'twice' from .*\(b/twice\) has the name of another target, from .*\(a/twice\)"

# --- a folder on the disk ------------------------------------------------------------------

in_folder draft 1
in_folder tracked 1
git -C "$folder/tracked" init --quiet
printf 'ignored\n' >"$folder/tracked/.gitignore"
ln -s ../draft/note "$folder/tracked/note"
echo 'of the draft' >"$folder/draft/note"
pkgbuild_of tracked 1 'source=(note)' "sha256sums=('$(sha256sum "$folder/draft/note" | cut -d ' ' -f 1)')" >"$folder/tracked/PKGBUILD"
configure_lists <<TOML
[[targets]]
url = "./my pkgbuilds"
path = "*"
TOML
kiln folder build
it 'builds what lies in a folder, committed or not, and what its links lead to' out_has '2 built, 0 up-to-date, 0 failed'
it 'publishes it' published draft-1-1-any.pkg.tar.zst tracked-1-1-any.pkg.tar.zst

echo x >"$folder/tracked/ignored"
mkdir -p "$folder/draft/src" "$folder/draft/pkg"
echo litter >"$folder/draft/src/x"
echo litter >"$folder/draft/draft-1-1-any.pkg.tar.zst"
kiln folder-again plan
it 'takes no account of what git ignores and makepkg leaves' out_matches '^draft +up-to-date ' '^tracked +up-to-date '
in_folder draft 2
kiln folder-changed build
it 'builds what changed in a folder' out_has '1 built, 1 up-to-date, 0 failed'
it 'publishes that version' published draft-2-1-any.pkg.tar.zst

changed_meanwhile() {
	local tries=600
	kiln_in_background meanwhile build --verbose
	while ! grep -q ' draft: dependencies' "$WORLD/runs/meanwhile.err" && ((tries-- > 0)); do nap 0.05; done
	in_folder draft 4
	kiln_ends 900
	code_is 0 && published draft-3-1-any.pkg.tar.zst && not_published 'draft-4-*'
}
in_folder draft 3
it 'builds what was planned, whatever is written to the folder meanwhile' changed_meanwhile
kiln next build
it 'builds what was written then in the next run' published draft-4-1-any.pkg.tar.zst

another_state() {
	local second
	STATE=$WORLD/state2
	sed 's/^state_dir = .*/state_dir = "state2"/' "$CONFIG" >"$CONFIG.2"
	# Both in the background, for `become` takes the place of the shell that calls it.
	become "$PROGRAM" --config "$CONFIG.2" plan >"$WORLD/runs/second.out" 2>"$WORLD/runs/second.err" &
	second=$!
	become "$PROGRAM" --config "$CONFIG" plan >"$WORLD/runs/first.out" 2>"$WORLD/runs/first.err" &
	wait "$!" && wait "$second" &&
		matches "$WORLD/runs/second.out" '^draft +build +it was never built here' &&
		matches "$WORLD/runs/first.out" '^draft +up-to-date '
}
it 'looks into one folder from two state directories' another_state
rm -rf "$WORLD/state2"
