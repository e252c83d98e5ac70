#!/bin/bash
# Stores what a build downloaded in the caches. Runs as root in a container of its own, after the
# build's container is gone. It has no network and runs nothing of a PKGBUILD or a package. Prints
# the size of the target's own cache on the disk, in bytes; its standard error is logged.
#
# The build may have changed the downloads in any way. Only regular files are taken: packages for
# all targets if pacman's keyring trusts their signatures, and sources, whose checksums makepkg
# verifies. Of clones only the objects are taken, and their names are computed anew from their
# content.
#
#   $FETCHED              what was fetched
#   $SHARED_CACHE         of all targets; may be unset
#   $SHARED_CACHE_LIMIT   the most bytes that it may hold
#   $OWN_CACHE            of this target alone; may be unset
#   $OWN_CACHE_LIMIT      the same of it
#   "$@"                  names of the sources that are worth it
set -u
cd / || exit
shopt -s nullglob

readonly package_name='^[A-Za-z0-9@_+][A-Za-z0-9@._+:-]*\.pkg\.tar(\.[a-z0-9]+)?$'
readonly month=43200 # in minutes

# shellcheck source=core/builder/script/parts/copy_file.sh
. parts/copy_file.sh

# shellcheck source=core/builder/script/parts/keep_clone.sh
. parts/keep_clone.sh

is_directory() { [ -d "$1" ] && [ ! -L "$1" ]; }

# Makes sure that a directory of a cache is one, whatever is there.
own_directory() {
    is_directory "$1" || rm -rf -- "$1"
    install -d -m 755 -- "$1"
}

# The bytes that a copy of the file takes, which may be more than the file takes on the disk.
size_of() { stat -c %s -- "$1"; }

keep_signed() { # file; its signature lies beside it
    local new=$SHARED_CACHE/.new to=$SHARED_CACHE/${1##*/}
    rm -rf -- "$new" "$new.sig"
    copy_file "$1.sig" "$new.sig" 65536 && copy_file "$1" "$new" "$SHARED_CACHE_LIMIT" || return
    pacman-key --verify "$new.sig" "$new" >/dev/null 2>&1 || return
    [ -f "$to" ] || rm -rf -- "$to"
    mv -fT -- "$new.sig" "$to.sig" && mv -fT -- "$new" "$to"
}

keep_file() { # file, directory, the most bytes
    local kept=$2/${1##*/}
    if [ -f "$kept" ] && [ ! -L "$kept" ] && [ -f "$1" ] && [ ! -L "$1" ] && cmp -s -- "$1" "$kept"; then
        return
    fi
    rm -rf -- "$2/.new"
    [ "$(size_of "$1")" -le "$3" ] && copy_file "$1" "$2/.new" "$3" && mv -fT -- "$2/.new" "$kept"
}

# Removes the oldest files beyond the limit, and everything that doesn't belong into the directory.
# In one pass, since a build may have made a million names, and dates in the future.
trim() { # directory, most bytes
    local total=0 size type name
    (
        cd -- "$1" || exit
        find . -mindepth 1 -maxdepth 1 -newermt '1 hour' -exec touch -h -d @0 -- {} +
        find . -mindepth 1 -maxdepth 1 -printf '%T@/%s/%y/%f\0' | sort -z -rn |
            while IFS=/ read -r -d '' _ size type name; do
                if [[ $type == f && ${name%.sig} =~ $package_name ]]; then
                    total=$((total + size))
                    [ "$total" -gt "$2" ] || continue
                fi
                printf './%s\0' "$name"
            done | xargs -0 -r rm -rf --
    )
}

# Removes what no build has used for long.
forget_old() { # directory
    find "$1" -mindepth 1 -maxdepth 1 -newermt '1 hour' -exec touch -h -d @0 -- {} +
    find "$1" -mindepth 1 -maxdepth 1 -mmin "+$month" -exec rm -rf -- {} +
}

keep_packages() {
    local file unkept=0
    if [ -n "${SHARED_CACHE-}" ]; then
        chmod 700 -- "$SHARED_CACHE"
        for file in "$FETCHED"/signed/*; do
            [[ ${file##*/} =~ $package_name ]] || continue
            keep_signed "$file" || unkept=$((unkept + 1))
        done
        trim "$SHARED_CACHE" "$SHARED_CACHE_LIMIT"
    fi
    [ "$unkept" -eq 0 ] ||
        echo "$unkept packages are not kept for other builds: no key that this image trusts has signed them" >&2
    [ -n "${OWN_CACHE-}" ] || return
    for file in "$FETCHED"/unsigned/*; do
        [[ ${file##*/} =~ $package_name ]] || continue
        keep_file "$file" "$OWN_CACHE/packages" "$OWN_CACHE_LIMIT"
    done
}

keep_sources() { # names
    local name entry left=$OWN_CACHE_LIMIT
    for name; do
        entry=$FETCHED/sources/$name
        if is_directory "$entry"; then
            keep_clone "$entry" "$OWN_CACHE/git/$name" && continue
            [ -s "$OWN_CACHE/git/$name/packed-refs" ] || rm -rf -- "$OWN_CACHE/git/${name:?}"
            echo "the clone $name is not kept for later builds: its objects are not all there, or too large" >&2
        elif [ -f "$entry" ] && [ ! -L "$entry" ]; then
            keep_file "$entry" "$OWN_CACHE/files" "$left" && left=$((left - $(size_of "$entry")))
        fi
    done
}

if [ -n "${OWN_CACHE-}" ]; then
    # Earlier versions kept sources where builder could write to them.
    find "$OWN_CACHE" -mindepth 1 -maxdepth 1 ! -name packages ! -name files ! -name git -exec rm -rf -- {} +
    for directory in packages files git; do
        own_directory "$OWN_CACHE/$directory"
        for name; do
            [ "$directory" = packages ] || touch -c -- "$OWN_CACHE/$directory/$name"
        done
        forget_old "$OWN_CACHE/$directory"
    done
fi
keep_packages
[ -n "${OWN_CACHE-}" ] || exit 0
keep_sources "$@"
du -s --block-size=1 -- "$OWN_CACHE" | cut -f 1
