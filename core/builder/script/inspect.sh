#!/bin/bash
# Prints the .SRCINFO of the PKGBUILD. Runs as builder; the answer is its standard output.
cd /build/startdir || exit
exec makepkg --printsrcinfo
