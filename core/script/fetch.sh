#!/bin/bash
# Downloads, verifies and extracts the sources, runs prepare() and pkgver(), then says which
# package files the build is to make. Runs as builder. Its answer is the standard output;
# everything else goes to the standard error.
cd /build/startdir || exit
exec 3>&1 >&2

# Keys that the packager put beside the PKGBUILD, where devtools puts them.
shopt -s nullglob
keys=(keys/pgp/*.asc)
if [ "${#keys[@]}" -gt 0 ]; then
    gpg --batch --quiet --import -- "${keys[@]}" 3>&-
fi

makepkg --nobuild --nodeps --noconfirm --noprogressbar 3>&- || exit
exec makepkg --packagelist >&3 3>&-
