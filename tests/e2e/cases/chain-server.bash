# shellcheck shell=bash
# shellcheck disable=SC2034 # read by those that are sourced
# Targets that depend on targets, with a server between them.
# One engine is enough: docker.

# shellcheck source=server.bash
. "$HERE/server.bash"
# shellcheck source=/dev/null # or the analysis of both takes minutes
. "$HERE/chain.bash"

VIETER=$WORLD/vieter
vieter_lists 'chain-top, "repo": "chain"' 'chain-middle, "repo": "chain"' 'chain-bottom, "repo": "chain"'
vieter_starts 0.4
# shellcheck disable=SC2119 # the server lists all of them
configure_vieter
on_it=chain/x86_64
installed() { requests " 200 GET /$on_it/chain-$1-1.0-1-any.pkg.tar.zst"; }
kiln server-failing build
it 'ends with 1 when one of a chain on a server fails' code_is 1
it 'builds what does not depend on it and tries no more, into a repository that the server did not have' \
	out_has '1 built, 0 up-to-date, 1 failed, 1 blocked'
it 'fails the middle one at its build, where the one below was installed from the server' failed_with chain-middle 'failed at step build'
it 'names what blocks the one above' out_matches "^chain-top +blocked +its dependency 'chain-middle' failed$"
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
