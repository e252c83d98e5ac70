#!/bin/bash
# Downloads, verifies and extracts the sources, runs prepare() and pkgver(). Runs as builder.
cd /build/startdir || exit

# Keys that the packager put beside the PKGBUILD, where devtools puts them.
shopt -s nullglob
keys=(keys/pgp/*.asc)
if [ "${#keys[@]}" -gt 0 ]; then
    gpg --batch --quiet --import -- "${keys[@]}"
fi

exec makepkg --nobuild --nodeps --noconfirm --noprogressbar
