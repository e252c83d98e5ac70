#!/bin/bash
# Brings the container to the packages that an earlier build had, by pacman. Prints those that can't be
# had, a line each; the rest of what it says is standard error. Exits with 0 if they are then just those.
# Runs as root.
#
#   "$@"           the packages: "name-version-arch"
#   $EVEN_SOME     whether something is done even if not all can be had
#   $ARCHIVE       URL or path of an archive of packages; may be unset
#   $SHARED_CACHE, $OWN_CACHE   as in parts/package_cache.sh; may be unset
#   and those of parts/sweep.sh
set -uo pipefail
cd / || exit

declare -a flags=(--noconfirm --ask 4)
if [[ $(pacman -S --help) == *--disable-sandbox* ]]; then
    flags+=(--disable-sandbox)
fi

# shellcheck source=core/builder/script/parts/sweep.sh
. parts/sweep.sh

readonly at_once=8 most_servers=3
declare -A wanted=() is=() repository=()

# Fills `missing` and `superfluous`.
compare() {
    local name version package
    is=() missing=() superfluous=()
    while read -r name version; do is[$name]=$version; done < <(pacman -Q)
    for package in "$@"; do
        name=${package%-*-*-*}
        wanted[$name]=1 version=${package#"$name"-}
        [[ ${is[$name]-} == "${version%-*}" ]] || missing+=("$package")
    done
    for name in "${!is[@]}"; do
        [[ -n ${wanted[$name]-} ]] || superfluous+=("$name")
    done
}

is_there() { # path or URL
    case $1 in
    http://* | https://* | ftp://*)
        curl --silent --head --fail --location --connect-timeout 5 --max-time 20 --output /dev/null "$1"
        ;;
    *) [ -f "${1#file://}" ] ;;
    esac
}

# Where it may lie, the nearest first: the caches, the servers of the repository that has another version
# of it now, the archive.
places_of() { # name
    local servers=()
    printf '%s\n' ${SHARED_CACHE:+"$SHARED_CACHE"} ${OWN_CACHE:+"$OWN_CACHE/packages"}
    pacman-conf CacheDir
    if [ -n "${repository[$1]-}" ]; then
        mapfile -t servers < <(pacman-conf --repo="${repository[$1]}" Server)
        printf '%s\n' "${servers[@]:0:most_servers}"
    fi
    printf '%s\n' ${ARCHIVE:+"$ARCHIVE/packages/${1:0:1}/$1"}
}

look_for() { # package; prints where it is
    local place ending
    places_of "${1%-*-*-*}" | while read -r place; do
        for ending in zst xz gz; do
            if [ -n "$place" ] && is_there "${place%/}/$1.pkg.tar.$ending"; then
                printf '%s\n' "${place%/}/$1.pkg.tar.$ending"
                return
            fi
        done
    done
}

# Fills `found` and `gone`.
find_missing() {
    local package name results repo rest
    found=() gone=() repository=()
    while read -r repo name rest; do
        : "${repository[$name]:=$repo}"
    done < <(pacman -Sl)
    results=$(mktemp -d)
    for package in "${missing[@]}"; do
        look_for "$package" >"$results/$package" &
        while [ "$(jobs -pr | wc -l)" -ge "$at_once" ]; do wait -n; done
    done
    wait
    for package in "${missing[@]}"; do
        if [ -s "$results/$package" ]; then found+=("$(<"$results/$package")"); else gone+=("$package"); fi
    done
    rm -rf -- "$results"
}

# All that was there has all that it needs, whatever the mirrors say now.
restore() {
    local unchecked=()
    [ "${#gone[@]}" -gt 0 ] || unchecked=(--nodeps --nodeps)
    if [ "${#found[@]}" -gt 0 ]; then
        pacman -U "${flags[@]}" "${unchecked[@]}" -- "${found[@]}" || return
    fi
    if [ "${#gone[@]}" -eq 0 ] && [ "${#superfluous[@]}" -gt 0 ]; then
        pacman -R "${flags[@]}" "${unchecked[@]}" -- "${superfluous[@]}"
    fi
}

exec {answer}>&1 >&2
compare "$@"
if [ "${#missing[@]}" -gt 0 ]; then
    pacman -Sy "${flags[@]}"
    find_missing
    if [ "${#gone[@]}" -eq 0 ] || [ -n "${EVEN_SOME-}" ]; then
        restore
        compare "$@"
    fi
elif [ "${#superfluous[@]}" -gt 0 ]; then
    found=() gone=()
    restore
    compare "$@"
fi
end_others
if [ "${#missing[@]}" -gt 0 ]; then printf '%s\n' "${missing[@]}" >&"$answer"; fi
[ "${#missing[@]}" -eq 0 ] && [ "${#superfluous[@]}" -eq 0 ]
