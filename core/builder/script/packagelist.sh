#!/bin/bash
# Prints the package files that the build is expected to make. Runs as builder; the answer is its
# standard output.
cd "${PKGKILN_STARTDIR:?}" || exit
exec makepkg --packagelist
