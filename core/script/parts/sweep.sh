# shellcheck shell=bash
# Part of the scripts that go on after a step of builder's: ends every process of his. Prints the
# most memory that the container has had, in bytes, where its cgroup (version 2) tells; and
# "cache BYTES", what the target's own cache takes on the disk.
#
#   BUILDER_ID   uid and gid of builder
#   OWN_CACHE    the target's own cache; may be unset

# Whether a process of builder is there that could still do something.
builder_runs() {
    local status key value rest state
    for status in /proc/[0-9]*/status; do
        state=
        while read -r key value rest; do
            case $key in
                State:) state=$value ;;
                Uid:)
                    [ "$value" = "$BUILDER_ID" ] && [ "$state" != Z ] && return 0
                    break
                    ;;
            esac
        done 2>/dev/null <"$status"
    done
    return 1
}

tell_peak() {
    local bytes
    { read -r bytes </sys/fs/cgroup/memory.peak; } 2>/dev/null && echo "$bytes"
}

tell_cache() {
    local size
    [ -n "${OWN_CACHE-}" ] || return 0
    # builder fills it: nobody waits for what takes forever to count.
    size=$(timeout 60 du -s --block-size=1 -- "$OWN_CACHE" 2>/dev/null) && echo "cache ${size%%[!0-9]*}"
}

# Returns only when no process of builder is left, and exits where that can't be had.
sweep() {
    for _ in {1..100}; do
        builder_runs || {
            tell_peak
            tell_cache
            return 0
        }
        # One kill(-1) reaches all at once; killing one after the other loses against a fork bomb.
        setpriv --reuid "$BUILDER_ID" --regid "$BUILDER_ID" --clear-groups \
            /bin/bash -c 'kill -9 -1' 2>/dev/null
        sleep 0.02
    done
    echo "processes of builder cannot be ended" >&2
    exit 1
}
