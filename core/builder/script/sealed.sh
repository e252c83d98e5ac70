#!/bin/bash
# Exits 0 only when nothing that a step left running is left and the loopback is the only network
# interface. Runs as root, with the parameters of parts/sweep.sh.
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
