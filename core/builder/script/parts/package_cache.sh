# shellcheck shell=bash
# shellcheck disable=SC2154 # flags is what dependencies.sh gives pacman
# Part of dependencies.sh: transactions of pacman that take from caches what they would download.
#
# A cache is only a hint: its files are copied to pacman's own cache, where pacman checks their
# signatures or checksums. Other containers see the caches, so they are read-only here: downloads
# are put aside, and keep.sh stores them when this container is gone.
#
#   $SHARED_CACHE   of all targets, for packages whose signatures pacman insists on; may be unset
#   $OWN_CACHE      of this target alone, for the others; may be unset
#   $FETCHED        gets what is downloaded; unset when there is no cache
#   $flags          of pacman

readonly plan_mark=pkgkiln-plan
readonly package_line="^$plan_mark ([A-Za-z0-9@_+][A-Za-z0-9@._+-]*) ([0-9]{1,15}) [^ ]*/([A-Za-z0-9@_+][A-Za-z0-9@._+:-]*\.pkg\.tar(\.[a-z0-9]+)?)$"

planned=()  # whether and what a transaction is to download: "file size cache"; cache may be empty
cacheable=  # whether any of that may be in a cache
taken=()    # "file cache" of what comes from a cache
downloads=  # pacman's own cache
declare -A cache_of_repository=()

# Fills `planned` with what "pacman $@" would do, and prints what else it says.
plan() {
    local said line code=0
    planned=() cacheable=
    said=$(pacman "$1" "${flags[@]}" --print --print-format "$plan_mark %r %s %l" "${@:2}") || code=$?
    while IFS= read -r line; do
        if [[ $line =~ $package_line ]]; then
            find_cache "${BASH_REMATCH[1]}"
            planned+=("${BASH_REMATCH[3]} ${BASH_REMATCH[2]} ${cache_of_repository[${BASH_REMATCH[1]}]}")
            cacheable+=${cache_of_repository[${BASH_REMATCH[1]}]}
        elif [[ $line == "$plan_mark "* ]]; then
            planned+=("- 0 ") # nothing that a cache could hold
        elif [ -n "$line" ]; then
            printf '%s\n' "$line"
        fi
    done <<<"$said"
    return "$code"
}

# The cache for the packages of the repository "$1".
find_cache() {
    local conf siglevel
    [ -z "${cache_of_repository[$1]+known}" ] || return 0
    cache_of_repository[$1]=
    conf=$(pacman-conf --repo="$1") || return 0
    siglevel=$(grep '^SigLevel = ' <<<"$conf" || pacman-conf SigLevel)
    if ! grep -Eq '^Server = (https?|ftp)://' <<<"$conf"; then
        : # it is on the disk already
    elif [[ $siglevel == *PackageRequired* && $siglevel == *PackageTrustedOnly* ]]; then
        cache_of_repository[$1]=${SHARED_CACHE-}
    else
        cache_of_repository[$1]=${OWN_CACHE:+$OWN_CACHE/packages}
    fi
}

# shellcheck source=core/builder/script/parts/copy_file.sh
. parts/copy_file.sh

is_signed() { [ "$1" = "${SHARED_CACHE-}" ]; } # what is in the cache

take_from_caches() {
    local entry file size cache
    taken=()
    for entry in "${planned[@]}"; do
        read -r file size cache <<<"$entry"
        [[ -n $cache && -f $cache/$file && ! -e $downloads/$file ]] || continue
        if copy_file "$cache/$file" "$downloads/$file" "$((size + 1))" &&
            [ "$(stat -c %s -- "$downloads/$file")" = "$size" ] &&
            { ! is_signed "$cache" || copy_file "$cache/$file.sig" "$downloads/$file.sig" 65536; }; then
            taken+=("$file $cache")
        else
            rm -f -- "$downloads/$file" "$downloads/$file.sig"
        fi
    done
    if [ "${#taken[@]}" -gt 0 ]; then
        echo "${#taken[@]} of ${#planned[@]} packages come from a cache"
    fi
}

drop_taken() {
    local entry file
    for entry in "${taken[@]}"; do
        read -r file _ <<<"$entry"
        rm -f -- "$downloads/$file" "$downloads/$file.sig"
    done
    taken=()
}

is_taken() { # file, cache
    [[ " ${taken[*]} " == *" $1 $2 "* ]]
}

offer_to_caches() {
    local entry file cache ready
    for entry in "${planned[@]}"; do
        read -r file _ cache <<<"$entry"
        [[ -n $cache && -f $downloads/$file ]] || continue
        is_taken "$file" "$cache" && continue
        ready=$FETCHED/unsigned
        if is_signed "$cache"; then
            ready=$FETCHED/signed
            copy_file "$downloads/$file.sig" "$ready/$file.sig" 65536 || continue
        fi
        copy_file "$downloads/$file" "$ready/$file" 1T || rm -f -- "$ready/$file"
    done
}

# Runs the transaction "pacman $@" that was planned. What is wrong with a cache costs a download.
transact() {
    local code=0
    if [ -z "$cacheable" ]; then
        pacman "$1" "${flags[@]}" "${@:2}"
        return
    fi
    downloads=$(pacman-conf CacheDir)
    downloads=${downloads%%/$'\n'*} # the first of them
    downloads=${downloads%/}
    take_from_caches
    if ! pacman "$1" "${flags[@]}" "${@:2}"; then
        [ "${#taken[@]}" -gt 0 ] || return 1
        echo 'trying once more without what came from a cache'
        drop_taken
        pacman "$1" "${flags[@]}" "${@:2}" || code=$?
    fi
    # No cache stops a build. Where it fails all the same, they were not at fault.
    offer_to_caches 2>/dev/null || true
    return "$code"
}
