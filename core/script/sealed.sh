#!/bin/bash
# Exits 0 only when the loopback is the only network interface. Runs as root.
set -u
cd /sys/class/net || exit
for interface in *; do
    if [ "$interface" != lo ]; then
        echo "the network interface $interface is still there" >&2
        exit 1
    fi
done
