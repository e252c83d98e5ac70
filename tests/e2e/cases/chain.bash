# shellcheck shell=bash
# One engine is enough: podman.
# Targets that depend on targets: their order, what a build has at hand, and what becomes of those
# whose dependency fails.

# shellcheck source=/dev/null # or the analysis of both takes minutes
. "$HERE/chain.bash"

# The wrong way round.
configure chain-top chain-middle chain-bottom

kiln failing build
it 'ends with 1 when one of a chain fails' code_is 1
it 'builds what does not depend on it and tries no more' out_has '1 built, 0 up-to-date, 1 failed, 1 blocked'
it 'publishes the one below in a repository that was not there before' published chain-bottom-1.0-1-any.pkg.tar.zst
it 'fails the middle one at its build, where the one below was installed' failed_with chain-middle 'failed at step build'
it 'names what blocks the one above' out_matches "^chain-top +blocked +its dependency 'chain-middle' failed$"
not_tried() { [[ $(builds_of chain-top) == 0 ]] || fail "$(ls "$STATE/logs/chain-top")"; }
it 'does not try the one above' not_tried

middle true
kiln mended build
it 'ends with 0 once that is mended' code_is 0
it 'builds the rest of the chain' out_has '2 built, 1 up-to-date, 0 failed'
it 'publishes the whole chain' published chain-middle-1:1.0-1-any.pkg.tar.zst chain-top-1.0-1-any.pkg.tar.zst
in_order() {
	local order
	order=$(grep -oE 'chain-[a-z]+: building' "$WORLD/runs/mended.err" | tr '\n' ' ')
	[[ $order == 'chain-middle: building chain-top: building ' ]] || fail "$order"
}
it 'builds in the order of the dependencies' in_order
kiln again build
it 'has nothing to do after that' out_has '0 built, 3 up-to-date, 0 failed'

# --- a cycle ---------------------------------------------------------------------------

package_of ring-one 1.0 'depends=(ring-two)' | commit_file ring-one PKGBUILD
package_of ring-two 1.0 'makedepends=(ring-three)' | commit_file ring-two PKGBUILD
package_of ring-three 1.0 'checkdepends=(ring-one)' | commit_file ring-three PKGBUILD
configure ring-one ring-two ring-three chain-bottom
kiln ring build
it 'ends with 1 when targets depend on each other in a ring' code_is 1
it 'names the ring in full' failed_with ring-one 'failed at step order' 'ring-one -> ring-two -> ring-three -> ring-one'
it 'builds what is not part of it' out_has '0 built, 1 up-to-date, 3 failed'
