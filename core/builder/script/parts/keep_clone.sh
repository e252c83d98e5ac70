# shellcheck shell=bash
# Part of keep.sh: keeps the objects of a clone that builder could write to. Git never runs in such
# a clone: its configuration, hooks and indexes are as hostile as its objects. The objects are read
# as if a server had sent them, so each gets the name that its content has, and one with a false
# name is then missing.

readonly most_names=100000

# Git without any configuration, and with limits: what exceeds them is not kept.
plain_git() {
    HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_ALLOC_LIMIT=512m \
        timeout 300 git -c safe.directory='*' -c core.bigFileThreshold=64m -c gc.autoDetach=false "$@"
}

# The names of objects that the clone's refs name. Those that are kept will count.
names_in() {
    {
        if [ -f "$1/packed-refs" ] && [ ! -L "$1/packed-refs" ]; then
            head -c 64M -- "$1/packed-refs" | grep -aoE '^[0-9a-f]{40}'
        fi
        find "$1/refs" -type f -size -2 -exec grep -ahoE '^[0-9a-f]{40}$' {} +
    } 2>/dev/null | sort -u | head -n "$most_names"
}

# Takes all objects, from packs and loose.
take_objects() { # from, to
    local pack loose
    for pack in "$1"/objects/pack/pack-*.pack; do
        [ -f "$pack" ] && [ ! -L "$pack" ] && [ ! -L "$1/objects/pack" ] || return
        plain_git -C "$2" index-pack --stdin --max-input-size="$OWN_CACHE_LIMIT" <"$pack" >/dev/null 2>&1 || return
    done
    loose=$(find "$1/objects" -mindepth 2 -maxdepth 2 -type f -regextype posix-extended \
        -regex '.*/[0-9a-f]{2}/[0-9a-f]{38}' -size -64M -printf '%P\n' | head -n "$most_names")
    [ -n "$loose" ] || return 0
    # Git reads them in a repository of ours.
    local own=$FETCHED/.own
    rm -rf -- "$own"
    plain_git init --quiet --bare --template= "$own" || return
    (cd -- "$1/objects" && tr '\n' '\0' <<<"$loose" | xargs -0 cp --no-dereference --parents -t "$own/objects" --) || return
    tr -d / <<<"$loose" | plain_git -C "$own" pack-objects --quiet --stdout 2>/dev/null |
        plain_git -C "$2" index-pack --stdin --max-input-size="$OWN_CACHE_LIMIT" >/dev/null 2>&1
}

# Whether everything is there that these objects need. Then refs name them, so that the next clone
# can use them.
name_objects() { # where
    local names
    names=$(plain_git -C "$1" cat-file --batch-check='%(objecttype) %(objectname)' |
        sed -nE 's/^(commit|tag|tree|blob) ([0-9a-f]{40})$/\2/p')
    [ -n "$names" ] || return
    plain_git -C "$1" rev-list --objects --quiet --stdin --not --all <<<"$names" >/dev/null 2>&1 || return
    awk '{print $1 " refs/kept/" $1}' <<<"$names" >"$1/packed-refs.new" && mv -f -- "$1/packed-refs.new" "$1/packed-refs"
}

keep_clone() { # the clone, where its objects are kept
    [[ ${2##*/} =~ ^[A-Za-z0-9@_+][A-Za-z0-9@._+-]*$ && ! -L $1/objects && ! -L $1/refs ]] || return
    # A clone that does not use this cache was made because the cache was wrong.
    [ -e "$1/objects/info/alternates" ] || rm -rf -- "$2"
    [ -d "$2" ] || plain_git init --quiet --bare --template= "$2" || return
    take_objects "$1" "$2" || return
    names_in "$1" | name_objects "$2" || return
    plain_git -C "$2" gc --auto --quiet >/dev/null 2>&1
    touch -- "$2"
}
