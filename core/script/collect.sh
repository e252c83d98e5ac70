#!/bin/bash
# Makes sure that no process of builder is left, and then that PKGDEST is the directory that the
# image had, not a link. Runs as root, with the parameters of parts/sweep.sh.
set -u

# shellcheck source=core/script/parts/sweep.sh
. parts/sweep.sh

sweep
if [ -L /build/pkgdest ] || [ ! -d /build/pkgdest ]; then
    echo "/build/pkgdest is no directory any more" >&2
    exit 1
fi
