# shellcheck shell=bash
# shellcheck disable=SC2034 # read by configure
# One engine is enough: podman.
# What others do to a build: an engine that hangs, and a neighbour that takes all processes.
# It waits long.

BUILD_LINES=$'jobs = 2\npids = 150'
commit_file hungry PKGBUILD <<'PKGBUILD'
pkgname=hungry
pkgver=1.0
pkgrel=1
arch=(any)
build() {
	exec {silence}<> <(:)
	(for ((i = 0; i < 400; i++)); do sleep 120 & done) || true
	read -rt 8 -u "$silence" || true
}
package() { :; }
PKGBUILD
commit_file neighbour PKGBUILD <<'PKGBUILD'
pkgname=neighbour
pkgver=1.0
pkgrel=1
arch=(any)
build() { for ((i = 0; i < 250; i++)); do sleep 0.1; done; }
package() { :; }
PKGBUILD
configure hungry neighbour
kiln crowd build
# Where the engine can't count a container's processes, what counts is the user's own limit, if any.
if ! published neighbour-1.0-1-any.pkg.tar.zst; then
	it 'says that others may have used up the processes of a build' failed_with neighbour 'failed at step build' \
		'no further process could be started' "hint: this engine can't count the processes of each container"
	kiln quiet build neighbour
	it 'tries it again, since it was not at fault' published neighbour-1.0-1-any.pkg.tar.zst
else
	it "lets one build's processes cost no other" published neighbour-1.0-1-any.pkg.tar.zst
fi

# --- an engine that hangs -----------------------------------------------------------

configure anyarch epoch plus-name
"$PYTHON" "$HERE/../fixtures/wedge" /containers/create "$WORLD/run/wedged" "${SOCKET#unix://}" &
WEDGE=$!
wait_for 20 test -S "$WORLD/run/wedged"
began=$SECONDS
kiln wedged --set runtime.socket="unix://$WORLD/run/wedged" build
took=$((SECONDS - began))
kill "$WEDGE"
it 'ends with 3 when the engine hangs' code_is 3
once() { ((took < 110)) || fail "after $took s"; } # a minute, and a last question
it 'waits for an engine that hangs once, not once a target' once
says_so() { out_has '0 built, 0 up-to-date, 3 failed' && out_has 'has hung'; }
it 'says that it does not answer' says_so
kiln answers build
it 'builds all once the engine answers again' code_is 0
it 'leaves nothing of a run whose engine hung' nothing_is_left
