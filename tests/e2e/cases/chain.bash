# shellcheck shell=bash
# Targets that depend on targets: their order, what a build has at hand, and what becomes of those
# whose dependency fails.

# shellcheck source=server.bash
. "$HERE/server.bash"

# A PKGBUILD that installs a file and wants what it depends on to be there. Its further arguments
# are lines of its own.
package_of() { # name, version, line...
	cat <<-PKGBUILD
		pkgname=$1
		pkgver=$2
		pkgrel=1
		pkgdesc='One of a chain'
		arch=(any)
		license=(custom:none)
		$(printf '%s\n' "${@:3}")
		package() {
			install -d "\$pkgdir/usr/share/chain"
			printf '%s\n' "\$pkgver" >"\$pkgdir/usr/share/chain/\$pkgname"
		}
	PKGBUILD
}
middle() { # how its build ends
	package_of chain-middle 1.0 epoch=1 "makedepends=('chain-base>=1.0')" 'depends=(chain-bottom)' \
		"build() { cat /usr/share/chain/chain-bottom; $1; }" | commit_file chain-middle PKGBUILD
}
middle false
package_of chain-bottom 1.0 "provides=('chain-base=1.0')" | commit_file chain-bottom PKGBUILD
package_of chain-top 1.0 "checkdepends=('chain-middle=1:1.0')" 'check() { cat /usr/share/chain/chain-middle; }' |
	commit_file chain-top PKGBUILD
# The wrong way round.
configure chain-top chain-middle chain-bottom

kiln failing build
it 'ends with 1 when one of a chain fails' code_is 1
it 'builds what does not depend on it and tries no more' out_has '1 built, 0 up-to-date, 1 failed, 1 blocked'
it 'publishes the one below in a repository that was not there before' published chain-bottom-1.0-1-any.pkg.tar.zst
it 'fails the middle one at its build, where the one below was installed' failed_with chain-middle 'failed at step build'
it 'names what blocks the one above' failed_with chain-top blocked "its dependency 'chain-middle' failed"
not_tried() { [[ $(builds_of chain-top) == 0 ]] || fail "$(ls "$STATE/logs/chain-top")"; }
it 'does not try the one above' not_tried

middle true
kiln mended build
it 'ends with 0 once that is mended' code_is 0
it 'builds the rest of the chain' out_has '2 built, 1 up-to-date, 0 failed'
it 'publishes the whole chain' published chain-middle-1:1.0-1-any.pkg.tar.zst chain-top-1.0-1-any.pkg.tar.zst
in_order() {
	local order
	order=$(grep -oE '^chain-[a-z]+: building' "$WORLD/runs/mended.err" | tr '\n' ' ')
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

# --- the same on a server ----------------------------------------------------------------

VIETER=$WORLD/vieter
vieter_lists 'chain-top, "repo": "chain"' 'chain-middle, "repo": "chain"' 'chain-bottom, "repo": "chain"'
vieter_starts 0.4
# shellcheck disable=SC2119 # the server lists all of them
configure_vieter
on_it=chain/x86_64
installed() { requests " 200 GET /$on_it/chain-$1-1.0-1-any.pkg.tar.zst"; }
middle false
kiln server-failing build
it 'ends with 1 when one of a chain on a server fails' code_is 1
it 'builds what does not depend on it and tries no more, into a repository that the server did not have' \
	out_has '1 built, 0 up-to-date, 1 failed, 1 blocked'
it 'fails the middle one at its build, where the one below was installed from the server' failed_with chain-middle 'failed at step build'
it 'names what blocks the one above' failed_with chain-top blocked "its dependency 'chain-middle' failed"
it 'leaves the one below on the server' on_server $on_it/chain-bottom-1.0-1-any.pkg.tar.zst
it 'leaves no more on the server' not_on_server $on_it/chain-middle-1:1.0-1-any.pkg.tar.zst $on_it/chain-top-1.0-1-any.pkg.tar.zst

middle true
before=$(installed bottom)
kiln server-mended build
it 'ends with 0 once that is mended' code_is 0
it 'builds the rest of the chain on the server' out_has '2 built, 1 up-to-date, 0 failed'
it 'leaves the whole chain on the server' on_server $on_it/chain-bottom-1.0-1-any.pkg.tar.zst \
	$on_it/chain-middle-1:1.0-1-any.pkg.tar.zst $on_it/chain-top-1.0-1-any.pkg.tar.zst
from_server() {
	(($(installed bottom) > before)) || fail 'the one below was not installed from the server:' "$(tail -n 20 "$VIETER/requests")"
	(($(requests " 200 GET /$on_it/chain-middle-1(:|%3A)1.0-1-any.pkg.tar.zst") > 0)) || fail 'nor the middle one:' "$(tail -n 20 "$VIETER/requests")"
}
it 'has each build install what it needs from the server' from_server
kiln server-again build
it 'has nothing to do after that' out_has '0 built, 3 up-to-date, 0 failed'
