#!/bin/bash
# Ends every process of builder and returns only when none is left. Runs as root, with the
# parameters of parts/sweep.sh.
set -u

# shellcheck source=core/script/parts/sweep.sh
. parts/sweep.sh

sweep
