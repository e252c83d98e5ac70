#!/bin/bash
# Brings the container up to date and installs what the build needs. Runs as root.
#
#   "$@"   dependencies, as in depends=()
set -euo pipefail
cd /

flags=(--noconfirm)
if [[ $(pacman -S --help) == *--disable-sandbox* ]]; then
    flags+=(--disable-sandbox)
fi

# Always: a builder image that lags behind its mirrors cannot install what they hold now.
pacman -Syu "${flags[@]}"

mapfile -t missing < <(pacman -T -- "$@")
if [ "${#missing[@]}" -gt 0 ]; then
    pacman -S --needed --asdeps "${flags[@]}" -- "${missing[@]}"
fi
