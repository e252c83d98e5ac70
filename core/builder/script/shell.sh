#!/bin/bash
# A shell for somebody who looks into a build. Runs as builder or root, with the environment of a step.
cd "${PKGKILN_STARTDIR:-/build}" || cd /build || exit
exec bash --login
