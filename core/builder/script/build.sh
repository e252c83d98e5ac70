#!/bin/bash
# Builds, checks and packs what fetch.sh prepared, without the network. Runs as builder.
cd /build/startdir || exit
exec makepkg --noextract --nodeps --noconfirm --noprogressbar
