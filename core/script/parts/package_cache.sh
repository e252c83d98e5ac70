# shellcheck shell=bash
# shellcheck disable=SC2154 # flags is what dependencies.sh gives pacman
# Part of dependencies.sh: transactions of pacman that take from caches what they would download.
#
# A cache is a hint. Whoever builds may be root of his own container through a package's install
# script, so a file of the shared one is copied to pacman's own first, which checks its signature
# there, where nobody else writes. Nothing of a cache is waited for, and no link in one is followed.
#
#   $SHARED_CACHE         of all targets, for packages whose signatures pacman insists on; may be unset
#   $SHARED_CACHE_LIMIT   the most bytes that it may hold
#   $OWN_CACHE            of this target alone, for the others; may be unset
#   $flags                of pacman

readonly plan_mark=pkgkiln-plan
readonly package_line="^$plan_mark ([A-Za-z0-9@_+][A-Za-z0-9@._+-]*) ([0-9]{1,15}) [^ ]*/([A-Za-z0-9@_+][A-Za-z0-9@._+:-]*\.pkg\.tar(\.[a-z0-9]+)?)$"
readonly file_name='^[A-Za-z0-9@_+][A-Za-z0-9@._+:-]*\.pkg\.tar(\.[a-z0-9]+)?(\.sig)?$'
readonly month=43200 # in minutes

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

# Copies a file to one that must not be there yet, at most "$3" bytes of it.
copy_file() { # from, to, bytes
    dd if="$1" of="$2" bs=1M count="$3" iflag=nofollow,nonblock,count_bytes,fullblock \
        oflag=nofollow conv=excl status=none 2>/dev/null && [ -f "$2" ]
}

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
            touch -c -h -- "$cache/$file" "$cache/$file.sig" || true
        else
            rm -f -- "$downloads/$file" "$downloads/$file.sig" "$cache/$file" "$cache/$file.sig" || true
        fi
    done
    if [ "${#taken[@]}" -gt 0 ]; then
        echo "${#taken[@]} of ${#planned[@]} packages come from a cache"
    fi
}

drop_taken() {
    local entry file cache
    for entry in "${taken[@]}"; do
        read -r file cache <<<"$entry"
        rm -f -- "$downloads/$file" "$downloads/$file.sig" "$cache/$file" "$cache/$file.sig" || true
    done
}

# Puts a file of pacman's into a cache; who reads there sees all of it or nothing.
put_into_cache() { # file, cache
    local new=$2/.new.$RANDOM$RANDOM$RANDOM
    copy_file "$downloads/$1" "$new" 1T && mv -fT -- "$new" "$2/$1" && return 0
    rm -f -- "$new"
    return 1
}

put_into_caches() {
    local entry file size cache
    for entry in "${planned[@]}"; do
        read -r file size cache <<<"$entry"
        [[ -n $cache && -f $downloads/$file ]] || continue
        # Who drops both while another puts them there leaves one.
        if is_signed "$cache" && [[ ! -e $cache/$file || ! -e $cache/$file.sig ]]; then
            put_into_cache "$file.sig" "$cache" || continue
        fi
        [ -e "$cache/$file" ] || put_into_cache "$file" "$cache" || true
    done
}

# Removes what is too much, longest unused first. That others do so at once does no harm.
trim_caches() {
    local line size type name total=0
    if [ -n "${OWN_CACHE-}" ]; then
        find "$OWN_CACHE/packages" -mindepth 1 -mmin "+$month" -delete
    fi
    [ -n "${SHARED_CACHE-}" ] || return 0
    while IFS= read -r -d '' line; do
        read -r _ size type name <<<"$line"
        if [[ $type == f && $name =~ $file_name ]]; then
            total=$((total + size))
            [ "$total" -gt "$SHARED_CACHE_LIMIT" ] || continue
        elif [[ $name == .new.* ]] && [ -z "$(find "$SHARED_CACHE/$name" -maxdepth 0 -mmin +60)" ]; then
            continue # somebody writes it just now
        fi
        rm -rf -- "${SHARED_CACHE:?}/${name:?}"
    done < <(find "$SHARED_CACHE" -mindepth 1 -maxdepth 1 -printf '%T@ %s %y %f\0' | sort -z -rn)
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
    { put_into_caches && trim_caches; } 2>/dev/null || true
    return "$code"
}

make_own_cache() {
    [ -n "${OWN_CACHE-}" ] || return 0
    find "$OWN_CACHE" -mindepth 1 -maxdepth 1 ! -type d -delete
    # Nothing of it can be replaced by builder, who may write to `sources` only.
    install -d -m 755 -- "$OWN_CACHE" "$OWN_CACHE/packages"
    install -d -m 755 -o "$BUILDER_ID" -g "$BUILDER_ID" -- "$OWN_CACHE/sources"
}
