#!/bin/bash
# Kills what a step left running, and returns only when nothing is left. Runs as root, with the
# parameters of parts/sweep.sh.
set -u

# shellcheck source=core/builder/script/parts/sweep.sh
. parts/sweep.sh

sweep "$@"
