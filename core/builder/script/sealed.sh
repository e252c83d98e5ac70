#!/bin/bash
# Exits with 0 only if no process of a step is left and the loopback is the only network interface.
# Runs as root, with the parameters of parts/sweep.sh.
set -u

# shellcheck source=core/builder/script/parts/sweep.sh
. parts/sweep.sh

sweep "$@"
cd /sys/class/net || exit
for interface in *; do
    if [ "$interface" != lo ]; then
        echo "the network interface $interface is still there" >&2
        exit 1
    fi
done
