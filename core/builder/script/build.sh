#!/bin/bash
# Builds, checks and packs what fetch.sh prepared, without the network. Runs as builder.
cd "${PKGKILN_STARTDIR:?}" || exit
# What it says on both stays in order.
exec 2>&1
exec makepkg --noextract --nodeps --noconfirm --noprogressbar
