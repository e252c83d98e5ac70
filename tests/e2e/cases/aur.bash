# shellcheck shell=bash
# shellcheck disable=SC2034 # read by the other files
# One engine is enough: docker.
# Packages of the AUR: looked up by name, fetched as their package base.

# shellcheck source=aur.bash
. "$HERE/aur.bash"
# Whether a change is held is another topic.
TRUST_LINES='first = "accept"'

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

kiln ill doctor
it 'tells in doctor what the AUR does not have' out_matches "aur.*has 3 of the packages" "no package 'never-there' in the AUR"

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
kiln json show --aur --json lone
shown_json() { "$PYTHON" -c 'import json, sys; p, = json.load(open(sys.argv[1]))["packages"]; assert p["maintainer"] == "ada" and p["votes"] == 20, p' "$WORLD/runs/json.out"; }
it 'shows it as JSON' shown_json

aur_stops
kiln unreached build
it 'keeps its targets while the AUR is out of reach' out_has 'lone: failed at step source' '0 built, 1 up-to-date, 1 failed'
it 'says that it is' err_matches 'note: the targets of the AUR are those of .* UTC'

aur_starts
aur remove "$AUR" lone
kiln gone build
it 'names what is gone' err_matches "'lone': it is gone from the AUR"
it 'keeps what is published of it' published lone-2-1-any.pkg.tar.zst
it 'goes on with the rest' out_has '1 up-to-date'

# --- what packages of the AUR need ---------------------------------------------------------

# Makes another world of them, with a state of its own.
aur_stops
rm -rf "$STATE" "$AUR" "$WORLD/repo"
aur set "$AUR" app 'Depends=["needed>=1","split-b","tiny-dep"]' 'MakeDepends=["virtual","nobody-has-it"]'
aur set "$AUR" needed 'Depends=["deep"]'
aur set "$AUR" deep
aur set "$AUR" virtual-one 'Provides=["virtual=1"]'
aur set "$AUR" split-a 'PackageBase="split"'
aur set "$AUR" split-b 'PackageBase="split"' 'Depends=["split-a"]'
aur set "$AUR" tiny-dep # the distribution has it
pushed app 1 'depends=(needed split-b tiny-dep)' 'makedepends=(virtual)'
pushed needed 1 'depends=(deep)'
pushed deep 1
pushed virtual-one 1 'provides=(virtual=1)'
git init --quiet --bare --initial-branch=master "$AUR/git/split.git"
"$HERE/../fixtures/commit" --branch master "$AUR/git/split.git" PKGBUILD \
	"$(printf '%s\n' pkgbase=split 'pkgname=(split-a split-b)' pkgver=1 pkgrel=1 'arch=(any)' 'license=(custom:none)' \
		'package_split-a() { :; }' 'package_split-b() { depends=(split-a); }')"
aur_starts
configure_aur <<TOML
[[targets]]
aur = "app"
TOML

kiln early targets
it 'looks for no needs before it knows what the distribution has' err_matches '^note: what the targets of the AUR need'
kiln needs build
it 'builds what a target needs, and before it' published app-1-1-any.pkg.tar.zst needed-1-1-any.pkg.tar.zst \
	deep-1-1-any.pkg.tar.zst virtual-one-1-1-any.pkg.tar.zst split-a-1-1-any.pkg.tar.zst split-b-1-1-any.pkg.tar.zst
it 'takes from the distribution what that has' not_published 'tiny-dep*'
it 'names what nobody has, and who needs it' err_matches "'app' needs 'nobody-has-it', but neither the distribution nor the AUR"
needs_are_logged() { has "$(log_of app)" needed-1-1-any virtual-one-1-1-any split-b-1-1-any; }
it 'installs them in the build' needs_are_logged

kiln tree tree app
cat >"$WORLD/tree" <<'TEXT'
app
|-- needed
|   `-- deep
|-- split
`-- virtual-one
TEXT
it 'shows what needs what' diff "$WORLD/tree" "$WORLD/runs/tree.out"
kiln listed2 targets
it 'says for whom a target is listed' out_matches '^deep +kiln +git .* needed by needed \(aur: deep\)$'

aur set "$AUR" app 'MakeDepends=["virtual"]'
anew
kiln again build
it 'has nothing to do then, and asks once' out_has '0 built, 5 up-to-date, 0 failed'
it 'asks for all of it in one request' asked 1 '/rpc/'

aur remove "$AUR" deep
kiln without build
it 'tells what is gone' err_matches "^note: 'needed' needs 'deep', which is gone from the AUR; what is published of it counts"
it 'needs it no more' out_has '0 built, 4 up-to-date, 0 failed'

aur set "$AUR" needed 'Depends=["app"]' LastModified="$(date +%s)"
pushed needed 2 'depends=(app)'
aur set "$AUR" app LastModified="$(date +%s)"
pushed app 2 'depends=(needed)'
kiln circle build
it 'names a circle in full' out_matches '(app -> needed -> app|needed -> app -> needed)'
kiln circular tree
it 'shows it in the tree' out_matches '\(a circle: app -> needed -> app\)'

# --- what only other machines need -----------------------------------------------------------

aur set "$AUR" arched 'Depends=["arm-only","tiny-dep"]'
aur set "$AUR" arm-only
pushed arm-only 1
pushed arched 1 'depends=(tiny-dep)' 'depends_aarch64=(arm-only)'
"$HERE/../fixtures/commit" --branch master "$AUR/git/arched.git" .SRCINFO \
	"$(printf '%s\n' 'pkgbase = arched' '	pkgver = 1' '	pkgrel = 1' '	arch = any' '	depends = tiny-dep' \
		'	depends_aarch64 = arm-only' '' 'pkgname = arched')"
configure_aur <<TOML
[[targets]]
aur = "arched"
TOML
kiln unread plan
it 'takes what any architecture needs while it has not seen the recipe' out_matches '^arm-only '
kiln read plan
it 'needs only what this machine needs when it has' lacks "$WORLD/runs/read.out" arm-only

# --- adding and removing ---------------------------------------------------------------------

aur set "$AUR" wanted 'Depends=["below>=1","tiny-dep"]' 'MakeDepends=["deepest"]'
aur set "$AUR" below 'Depends=["deepest","arm-only"]' Maintainer=null
aur set "$AUR" deepest
aur set "$AUR" thief
srcinfo() { # pkgbase, pkgname, line...
	"$HERE/../fixtures/commit" --branch master "$AUR/git/$1.git" .SRCINFO \
		"$(printf '%s\n' "pkgbase = $1" '	pkgver = 1' '	pkgrel = 1' '	arch = any' "${@:3}" '' "pkgname = $2")"
}
pushed wanted 1 'depends=("below>=1" tiny-dep)' 'makedepends=(deepest)'
pushed below 1 'depends=(deepest)' 'depends_aarch64=(arm-only)'
srcinfo below below '	depends = deepest' '	depends_aarch64 = arm-only'
pushed deepest 1
pushed thief 1 'pkgname=tiny-dep'
TRUST_LINES='first = "hold"'
configure_aur <<TOML

# What else is wanted; not sorted.
[[targets]]
aur = [ "arched", # the first
  "deepest" ]

# The end.
TOML
cp "$CONFIG" "$WORLD/before.toml"
same_configuration() { cmp "$WORLD/before.toml" "$CONFIG"; }

kiln alone add wanted
it 'adds nothing when nobody can be asked' code_is 2
it 'says how it is added then' err_has 'nobody was there to be asked' 'try: pkgkiln add --yes wanted'
cat >"$WORLD/tree" <<'TEXT'
wanted
|-- deepest
`-- below
    `-- deepest
listed already: deepest
from the distribution: tiny-dep
TEXT
shows_tree() { diff "$WORLD/tree" <(sed '/^$/,$d' "$WORLD/runs/alone.out"); }
it 'shows what is needed, and where it comes from' shows_tree
it 'shows who stands behind it' out_matches '^wanted +1-1 +ada +20 +' '^below +1-1 +\(orphan\) .* wanted$' '^warning: below: nobody maintains it'
it 'changes nothing for that' same_configuration

kiln mistyped add --yes wantedd lone
it 'adds none of several where one is not there' code_is 2
it 'says which may have been meant' err_has "cannot add 'wantedd'" "the nearest name is 'wanted'" 'try: pkgkiln search wantedd'
kiln thieving add --yes wanted thief
it 'adds nothing that takes the name of others' err_has "cannot add 'thief'" "the distribution's" 'owns = ["tiny-dep"]'
aur_stops
kiln out-of-reach add --yes wanted
it 'adds nothing while the AUR is out of reach' code_is 3
aur_starts
it 'has changed nothing by all of that' same_configuration

# shellcheck disable=SC2016 # Python's text
asked_at_terminal='
import os, pty, subprocess, sys
screen, terminal = pty.openpty()
answers, program = sys.argv[1], sys.argv[2:]
running = subprocess.Popen(program, stdin=terminal, stdout=terminal, stderr=terminal)
os.close(terminal)
text = b""
try:
    while part := os.read(screen, 4096):
        text += part
        if answers and text.endswith(b"show recipes] "):
            os.write(screen, answers[0].encode() + b"\n")
            answers = answers[1:]
except OSError:
    pass
assert running.wait() == 0, (running.returncode, text)
assert b"Add these 2 packages?" in text, text
assert b"depends_aarch64=(arm-only)" in text or "d" not in sys.argv[1], text
'
at_terminal() { (become "$PYTHON" -c "$asked_at_terminal" "$1" "$PROGRAM" --config "$CONFIG" add wanted) && "${@:2}"; }
it 'adds nothing that somebody does not want' at_terminal n same_configuration
has_added() {
	printf '\n[[targets]]\naur = "wanted"\n' | cat "$WORLD/before.toml" - | diff - "$CONFIG"
}
it 'shows the recipes, adds what somebody wants, and leaves the rest of the file' at_terminal dy has_added

kiln ledger ledger export
approved() { # name...: exactly these, at the commits that they have
	"$PYTHON" - "$WORLD/runs/$RUN.out" "$AUR/git" "$@" <<-'PYTHON'
		import json, subprocess, sys
		ledger, git, *names = sys.argv[1:]
		ledger = json.load(open(ledger))
		found = {one["target"]: one for one in ledger["decisions"] if one.get("how") == "person"}
		assert sorted(found) == sorted(names), found
		owned = {(one["target"], one["pkgname"]) for one in ledger["names"]}
		for name in names:
		    tip = subprocess.check_output(["git", "-c", "safe.directory=*", "-C", f"{git}/{name}.git", "rev-parse", "master"], text=True)
		    assert found[name]["commit"] == tip.strip(), found[name]
		    assert found[name]["by"], found[name]
		assert ("below", "below") in owned or "below" not in names, owned
	PYTHON
}
it 'approves at once what was shown, and nothing else' approved wanted below
kiln approved plan
it 'plans to build what was approved, and nothing else' out_matches '^wanted +build ' '^below +build ' '^deepest +held '
kiln again-added add --yes wanted
it 'says what is listed already' err_has "'wanted' is listed already, as 'wanted' at"
it 'changes nothing then' has_added
rm "$STATE/distribution"
kiln added-json add --json deepest
it 'finds out what the distribution has where that is not known' err_has 'making the builder image'
it 'tells programs as well' out_matches '"added": false' '"packages": \[\]'

kiln needed-still remove below
it 'removes nothing that others need' err_has "cannot remove 'below'" "'wanted' needs it" 'try: pkgkiln remove wanted'
aur_stops
kiln one-name remove deepest
aur_starts
it 'takes a name out of a list' lacks "$CONFIG" deepest
it 'says what stays a target since others need it' out_matches "^'deepest' stays a target: needed by (below|wanted)"
kiln removed remove wanted
it 'says which targets are gone' out_matches '^targets no more: .*below' '^removed from .*config.toml: wanted$'
leaves_the_rest() { sed 's/  "deepest"/  /' "$WORLD/before.toml" | diff - "$CONFIG"; }
it 'leaves the rest of the file' leaves_the_rest
kiln empty-ledger ledger export
it 'forgets what was approved' approved

configure_aur <<TOML
[[targets]]
aur = "app"
TOML
kiln published-one remove app
it 'says what stays published, and how that is taken out' out_matches \
	'^what is published stays in kiln: app$' '^  to take it out: repo-remove .*/kiln/.*/kiln.db.tar.[a-z]+ app$'

# --- a name that there is not, by its URL ------------------------------------------------------

configure_aur <<TOML
[[targets]]
url = "$AUR_URL/never-there.git"
TOML
kiln typo plan
it 'says of an empty repository that the AUR has no such package base' out_has \
	"the AUR has no package base for '$AUR_URL/never-there.git'"
