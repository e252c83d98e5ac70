# shellcheck shell=bash
# shellcheck disable=SC2034 # read by configure
# One engine is enough: podman.
# A first run over all kinds of packages, the real pacman on what it published, and further runs.

targets=(
	hello split counted-git anyarch epoch debug with-dependency reads-stdin leaves-daemon noisy
	"$(printf 'plus-name\nkind = "url"\nurl = "http://127.0.0.1:%s/plain/plus-name/PKGBUILD"' "$PORT")"
	"$(printf 'in-subdirectory\nurl = "%s"\nbranch = "packages"\npath = "tools/in-subdirectory"' "$(packaging many)")"
	$'wants-network\nnetwork = true'
)
BUILD_LINES=$'jobs = 2\nproxy = "none"\nlog_size = "300M"'
# So that this machine reaches fixtures.test as well, which is a name in containers only. They are
# not to have that proxy.
ENVIRONMENT=("http_proxy=http://127.0.0.1:$PORT" no_proxy=127.0.0.1)
configure "${targets[@]}"

# The kernel's record of the most memory that the process ever had.
watch_memory() {
	local peak
	while peak=$(awk '/^VmHWM:/ {print $2}' "/proc/$BACKGROUND/status" 2>/dev/null) && [[ -n $peak ]]; do
		printf '%s' "$peak" >"$WORLD/peak"
		nap 0.2
	done
}

kiln_in_background first build
watch_memory
kiln_ends 900

it 'ends a first run with 0 when all is built' code_is 0
it 'counts what it built' out_has '13 built, 0 up-to-date, 0 failed'
at_once() {
	local order
	order=$(grep -oE '(hello|split): (building|built)' "$WORLD/runs/first.err" | head -n 2 | sort | tr '\n' ' ')
	[[ $order == 'hello: building split: building ' ]] || fail "$order"
}
it 'builds two at once' at_once
hello_version=$(sed -n "s/^pkgver=//p" "$ROOT/served/plain/hello/PKGBUILD")
it 'builds GNU hello' published "hello-$hello_version-1-$ARCH.pkg.tar.zst"
it 'builds every package of a split one, and has makepkg check its PKGBUILD once' published "split-tool-1.2-3-$ARCH.pkg.tar.zst" split-data-1.2-3-any.pkg.tar.zst
printed_is_log() { has "$(log_of reads-stdin)" 'reads-stdin is read'; }
it 'takes what a PKGBUILD prints while it is read for log' printed_is_log
counted_is() { compgen -G "$REPO/counted-git-r$1.*-1-any.pkg.tar.zst" || fail "$(ls "$REPO")"; }
it 'gives a -git package the version that pkgver() says' counted_is 3
pkgver_ran_once() {
	(($(grep -c '^pkgver() runs' "$(log_of counted-git)") == 1)) || fail "$(grep -n pkgver "$(log_of counted-git)")"
	has "$(log_of counted-git)" 'pkgver() gives r3.'
}
it 'runs pkgver() once, and gives its answer to who calls it later' pkgver_ran_once
it 'builds a package for any arch' published anyarch-1.0-1-any.pkg.tar.zst
it 'builds a package with an epoch' published epoch-2:0.9-1-any.pkg.tar.zst
it 'builds a package with plus signs, from the URL of a PKGBUILD' published plus-name++-1.0+r2-1-any.pkg.tar.zst
it 'publishes a -debug package beside its own' published "debug-fixture-1.0-1-$ARCH.pkg.tar.zst" "debug-fixture-debug-1.0-1-$ARCH.pkg.tar.zst"
it 'builds a package that needs others' published with-dependency-1.0-1-any.pkg.tar.zst
it 'builds what is in a folder on a branch, with a file that is a link out of it' published in-subdirectory-3.1-1-any.pkg.tar.zst
it 'builds what reads stdin, which is empty' published reads-stdin-1.0-1-any.pkg.tar.zst
stdin_was_empty() { has "$(log_of reads-stdin)" 'stdin held 0 bytes'; }
it 'gives a build an empty stdin' stdin_was_empty
it 'builds what leaves a daemon' published leaves-daemon-1.0-1-any.pkg.tar.zst
it 'builds what downloads in build() when the target allows it' published wants-network-1.0-1-any.pkg.tar.zst
said_so() { has "$(log_of wants-network)" 'not sealed: the target sets network = true'; lacks "$(log_of wants-network)" 'sealed: no network'; }
it 'says in the log that a build was not sealed' said_so

noise_is_kept() {
	local log
	log=$(log_of noisy)
	has "$log" 'said it all'
	(($(stat -c %s "$log") > 200000000)) || fail "$log is too small"
}
it 'logs 200 MB of output' noise_is_kept
# Sanitizers need memory of their own. Who kept the output of noisy would still need more.
limit=$((64 * 1024))
[[ $SANITIZED == false ]] || limit=$((192 * 1024))
memory_is_small() { (($(cat "$WORLD/peak") < limit)) || fail "the peak was $(cat "$WORLD/peak") KiB"; }
it "stays below $((limit / 1024)) MiB of memory meanwhile" memory_is_small
: >"$(log_of noisy)"

marks_are_there() {
	local log time='\[[0-9]{2}:[0-9]{2}:[0-9]{2}\]' step
	log=$(log_of hello)
	for step in dependencies fetch build; do
		matches "$log" "^==> $time $step \\((root|builder), network (on|off)\\)$" "^<== $time $step: exit code 0 after [0-9]+\\.[0-9] s$"
	done
	matches "$log" "^--> $time sealed: no network" "^==> $time build \\(builder, network off\\)$"
}
it 'marks each step in the log with its name, time and exit code' marks_are_there
tests_ran() { matches "$(log_of hello)" '^(# )?PASS|^PASS:|tests? passed'; }
it "runs the package's own tests" tests_ran
it 'says where the log of a build is' err_matches "^[0-9:]{8} hello: building, since it was never built here \\(log: $STATE/logs/hello/"

# --- the real pacman ------------------------------------------------------------------

# shellcheck source=pacman.bash
. "$HERE/pacman.bash"

it 'makes a database that pacman reads' with_pacman -Sy
all=(hello split-tool split-data counted-git anyarch epoch plus-name++ debug-fixture debug-fixture-debug
	with-dependency in-subdirectory reads-stdin leaves-daemon noisy wants-network)
installs_all() { with_pacman -S --needed "${all[@]}"; }
it 'publishes packages that pacman installs, every one' installs_all
installed_are() { diff <(printf '%s\n' "${all[@]}" | sort) <(with_pacman -Qq | sort); }
it 'publishes nothing else' installed_are
lists_all() { diff <(printf '%s\n' "${all[@]}" | sort) <(with_pacman -Slq kiln | sort); }
it 'lists in the database what it published and no more' lists_all
hello_runs() { [[ $("$WORLD/root/usr/bin/hello") == 'Hello, world!' ]]; }
it 'installs a hello that runs' hello_runs
split_runs() { "$WORLD/root/usr/bin/split-tool"; }
it 'installs a split tool that runs' split_runs
version_is() { [[ $(with_pacman -Si "$1" | sed -n 's/^Version *: //p') == "$2" ]] || fail "$(with_pacman -Si "$1")"; }
it 'tells pacman an epoch' version_is epoch 2:0.9-1
it 'tells pacman a version with a plus sign' version_is plus-name++ 1.0+r2-1
finds_file() { with_pacman -Fy && with_pacman -F usr/bin/split-tool | grep -q 'kiln/split-tool 1.2-3'; }
it 'makes a database of files that pacman -F searches' finds_file

# --- the second run -------------------------------------------------------------------

kiln second build
it 'ends a second run with 0' code_is 0
it 'builds nothing the second time' out_has '0 built, 13 up-to-date, 0 failed'
one_build() { local name; for name in hello split counted-git anyarch noisy plus-name in-subdirectory; do (($(builds_of "$name") == 1)) || fail "$name was begun again"; done; }
it 'starts no build of what did not move' one_build
reasons() {
	local name
	for name in "${targets[@]}"; do
		matches "$WORLD/runs/second-plan.out" "^${name%%$'\n'*} +up-to-date +.*(is still at [0-9a-f]{10}, and its [0-9]+ files? (is|are) published in kiln|version .* is published in kiln)$"
	done
}
kiln second-plan plan
it 'says for each target why not' reasons
plans_none() { (($(grep -cE '^[^ ]+ +up-to-date ' "$WORLD/runs/second-plan.out") == 13)) || fail "$(cat "$WORLD/runs/second-plan.out")"; }
it 'plans to build nothing, not even what comes from version control' plans_none
kiln explained plan --explain counted-git
it 'shows what that was decided by' out_matches '^counted-git: up-to-date: ' '^  refs/heads/main: at [0-9a-f]{10}$' \
	'^  counted::git\+http://fixtures.test:[0-9]+/upstream/counted.git: unmoved$' '^  counted-git-r3.*: published in kiln$'

# --- what moves is built ----------------------------------------------------------------

"$HERE/../fixtures/commit" "$ROOT/served/upstream/counted.git" counted.txt four
sed 's/^pkgrel=1/pkgrel=2/' "$ROOT/served/plain/anyarch/PKGBUILD" | commit_file anyarch PKGBUILD
rm -f "$REPO"/epoch-*
kiln moved-plan plan
it 'plans to build a branch that moved' out_matches '^anyarch +build +refs/heads/main moved from [0-9a-f]{10} to [0-9a-f]{10}$'
it 'plans to build what has a source that moved' out_matches '^counted-git +build +its source counted::git.* moved from [0-9a-f]{10} to [0-9a-f]{10}$'
it 'plans to build what was deleted from the repository' out_matches '^epoch +build +epoch-2:0.9-1-any.pkg.tar.zst is not published in kiln$'
kiln moved build
it 'ends with 0 after a third run' code_is 0
it 'builds what moved and nothing else' out_has '3 built, 10 up-to-date, 0 failed'
it 'gives the -git package its new version' counted_is 4
it 'publishes the moved branch, although its .SRCINFO was not renewed' published anyarch-1.0-2-any.pkg.tar.zst
it 'publishes again what was deleted' published epoch-2:0.9-1-any.pkg.tar.zst
it 'removes the files of old versions' not_published 'counted-git-r3*' 'anyarch-1.0-1-*'
upgrades() { with_pacman -Syu && [[ $(with_pacman -Q anyarch) == 'anyarch 1.0-2' ]] && with_pacman -Q counted-git | grep -q ' r4\.'; }
it 'lets pacman upgrade to the new versions' upgrades

# --- what changes without its version -------------------------------------------------------

changed() { # target, expression for sed
	sed "$2" "$ROOT/served/plain/$1/PKGBUILD" | commit_file "$1" PKGBUILD
}
changed split '1i # changed'
changed counted-git '1i # changed'
kiln unraised build
it 'builds nothing whose version is published, and counts what that leaves out' out_has '0 built, 13 up-to-date, 0 failed; 2 with a change that is not published'
kiln unraised-plan plan
left_out() {
	out_matches '^split +up-to-date +its files changed, but not its version 1.2-3, which is published in kiln: raise its pkgrel$' \
		'^counted-git +up-to-date +its files changed, but not its version r4.*-1, which is published in kiln: raise its pkgrel$'
}
it 'says of each what is not published' left_out
kiln unraised-json plan --json
it 'says it to programs' out_has '"unpublished_change": true'

BUILD_LINES+=$'\nbump_pkgrel = true'
configure "${targets[@]}"
kiln bumped build
it 'builds such a change with bump_pkgrel, and nothing else' out_has '2 built, 11 up-to-date, 0 failed'
it 'gives it the next pkgrel, in all that the PKGBUILD makes of it' published "split-tool-1.2-3.1-$ARCH.pkg.tar.zst" split-data-1.2-3.1-any.pkg.tar.zst
counted_bumped() { compgen -G "$REPO/counted-git-r4.*-1.1-any.pkg.tar.zst" || fail "$(ls "$REPO")"; }
it 'does so once pkgver() has given the same version again' counted_bumped
it 'notes it in the log' has "$(log_of split)" 'built as pkgrel 3.1, since version 1.2-3 is of other files'
upgrades_bumped() { with_pacman -Syu && [[ $(with_pacman -Q split-tool split-data) == $'split-tool 1.2-3.1\nsplit-data 1.2-3.1' ]]; }
it 'lets pacman upgrade to it' upgrades_bumped
kiln bumped-again build
it 'does so once' out_has '0 built, 13 up-to-date, 0 failed'
changed split '1i # changed again
s/^pkgrel=.*/pkgrel=4/'
changed counted-git '1i # changed again'
"$HERE/../fixtures/commit" "$ROOT/served/upstream/counted.git" counted.txt five
# shellcheck disable=SC2016 # for the shell that reads it
changed epoch '1i # changed
s/^pkgrel=.*/pkgrel=$((1))/'
kiln raised build
it 'builds what raised its version as that' published "split-tool-1.2-4-$ARCH.pkg.tar.zst"
it 'needs no other pkgrel where pkgver() gives another version' counted_is 5
it 'says what it needs to set another pkgrel' failed_with epoch 'failed at step inspect' "It can't be built as pkgrel 1.1, since the PKGBUILD has no plain line 'pkgrel=NUMBER', or several"
it 'leaves what is published of that' published epoch-2:0.9-1-any.pkg.tar.zst
