#!/bin/bash
# Says which package files the build is to make. Runs as builder; its answer is the standard output.
cd /build/startdir || exit
exec makepkg --packagelist
