#!/bin/bash
# Prints the .SRCINFO of the PKGBUILD. Runs as builder; its answer is the standard output.
cd /build/startdir || exit
exec makepkg --printsrcinfo
