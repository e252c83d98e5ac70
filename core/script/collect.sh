#!/bin/bash
# Makes sure that PKGDEST is the directory that the image had, not a link. Runs as root.
set -u
if [ -L /build/pkgdest ] || [ ! -d /build/pkgdest ]; then
    echo "/build/pkgdest is no directory any more" >&2
    exit 1
fi
