#!/bin/bash
# Kills what is left running, then checks that PKGDEST is still the image's directory and no link.
# Runs as root, with the parameters of parts/sweep.sh.
set -u

# shellcheck source=core/builder/script/parts/sweep.sh
. parts/sweep.sh

# The limit may have been lowered since the last build.
is_overfull() {
    [ -n "${SHARED_CACHE-}" ] &&
        find "$SHARED_CACHE" -mindepth 1 -maxdepth 1 -printf '%s\n' |
        awk -v limit="$SHARED_CACHE_LIMIT" '{sum += $1} END {exit sum <= limit}'
}

end_others
if is_overfull; then echo 'fetched 1'; fi
sweep "$@"
if [ -L /build/pkgdest ] || [ ! -d /build/pkgdest ]; then
    echo "/build/pkgdest is no directory any more" >&2
    exit 1
fi
