# shellcheck shell=bash
# Part of the scripts that run between the steps of a build, as root: ends every process that a step
# left running. Prints the most memory that the container has had, in bytes, where its cgroup
# (version 2) tells; and "fetched N", how much was downloaded that a cache could keep.
#
#   BUILDER_ID   uid and gid of builder
#   FETCHED      where what is fetched lies for the caches; may be unset
#   OWN_CACHE    the target's own cache; may be unset
#   "$@"         names of sources that it could keep
shopt -s nullglob

# Whether a process is there that could still do something, but for this shell, the main process and
# what that waits with: those alone are of its session, which no step can join.
others_run() {
    local file stat state session
    for file in /proc/[0-9]*/stat; do
        [ "$file" != "/proc/$$/stat" ] || continue
        read -r stat 2>/dev/null <"$file" || continue
        # Its name may be anything.
        read -r state _ _ session _ <<<"${stat##*) }"
        [[ $state == [ZX] || $session == 1 ]] || return 0
    done 2>/dev/null
    return 1
}

# Returns only when nothing is left, and exits where that can't be had. Starts no process before: a
# fork bomb leaves no room for one.
end_others() {
    local main
    mapfile -d '' -t main </proc/1/cmdline
    if [ "${main[3]-}" != pkgkiln ]; then
        echo 'this is no build container' >&2
        exit 1
    fi
    for _ in {1..100}; do
        others_run || return 0
        # One kill(-1) reaches all at once, except for the first process and this one; killing one
        # after the other loses against a fork bomb.
        kill -9 -1 2>/dev/null || true
        others_run || return 0
        # Where root may not end what is another user's.
        setpriv --reuid "$BUILDER_ID" --regid "$BUILDER_ID" --clear-groups \
            /bin/bash -c "kill -9 -1" 2>/dev/null || true
        sleep 0.02
    done
    echo 'what a step left running cannot be ended' >&2
    exit 1
}

tell_peak() {
    local bytes
    { read -r bytes </sys/fs/cgroup/memory.peak; } 2>/dev/null && echo "$bytes"
}

# What was copied from the cache has its time.
tell_fetched() { # names of sources
    local name entry kept count
    [ -n "${FETCHED-}" ] || return 0
    local packages=("$FETCHED"/signed/* "$FETCHED"/unsigned/*)
    count=${#packages[@]}
    for name in ${OWN_CACHE:+"$@"}; do
        entry=$FETCHED/sources/$name kept=$OWN_CACHE/files/$name
        local objects=("$entry"/objects/pack/*.pack "$entry"/objects/[0-9a-f][0-9a-f])
        if [ "${#objects[@]}" -gt 0 ] ||
            { [ -f "$entry" ] && { [ ! -e "$kept" ] || [ "$entry" -nt "$kept" ] || [ "$entry" -ot "$kept" ]; }; }; then
            count=$((count + 1))
        fi
    done
    echo "fetched $count"
}

sweep() { # names of sources
    end_others
    tell_peak
    tell_fetched "$@"
}
