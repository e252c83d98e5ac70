#!/bin/bash
# Prints the .SRCINFO of the PKGBUILD. Runs as builder; the answer is its standard output.
cd "${PKGKILN_STARTDIR:?}" || exit
exec makepkg --printsrcinfo
