#!/bin/bash
# Builds, checks and packs what fetch.sh prepared, without the network. Runs as builder.
cd "${PKGKILN_STARTDIR:?}" || exit
exec makepkg --noextract --nodeps --noconfirm --noprogressbar
