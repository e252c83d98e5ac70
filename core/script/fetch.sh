#!/bin/bash
# Downloads, verifies and extracts the sources, runs prepare() and pkgver(). Runs as builder.
#
#   $SRCDEST   holds what earlier builds of the target fetched
#   "$@"       the names in it of what makepkg cannot tell from what is to be there; "." is all files
cd /build/startdir || exit
shopt -s nullglob dotglob

# Keys that the packager put beside the PKGBUILD, where devtools puts them.
keys=(keys/pgp/*.asc)
if [ "${#keys[@]}" -gt 0 ]; then
    gpg --batch --quiet --import -- "${keys[@]}"
fi

aside=$SRCDEST/.aside

is_git_clone() { [ -f "$1/HEAD" ] && [ -d "$1/objects" ]; }

# Leaves in the cache only what can do no harm to the package.
tidy() { # names
    local name entry
    # What an interrupted download left would be gone on with, whatever is there now.
    rm -rf -- "$aside" "$SRCDEST"/*.part
    for name; do
        if [ "$name" = . ]; then
            find "$SRCDEST" -mindepth 1 -maxdepth 1 ! -type d -delete
        else
            rm -rf -- "${SRCDEST:?}/$name"
        fi
    done
    # makepkg only warns when it can't bring a checkout up to date. Of git that is seen later.
    for entry in "$SRCDEST"/*/; do
        is_git_clone "$entry" || rm -rf -- "$entry"
        rm -f -- "${entry}FETCH_HEAD"
    done
}

# Clones that were there before and are not up to date, or that no source names any more.
lagging() {
    local clone
    for clone in "${clones[@]}"; do
        [ -s "${clone}FETCH_HEAD" ] || printf '%s\n' "$clone"
    done
}

fetch() { makepkg --nobuild --nodeps --noconfirm --noprogressbar "$@"; }

# Whether what an earlier build fetched may be what makepkg ended with that code for. makepkg 6 has
# one code for everything; makepkg 7 says 17 where a clone is of another URL, and may say more later.
may_be_cache() { [ "$1" -eq 1 ] || { [ "$1" -gt 16 ] && [ "$1" -lt 126 ]; }; }

# Once more from the start, when all that is wrong may be what an earlier build fetched.
fetch_anew() {
    local code=0 kept=("$SRCDEST"/*)
    echo '==> Sources of earlier builds may be what is wrong: trying once more without them'
    mkdir "$aside" && mv -- "${kept[@]}" "$aside" || return 1
    fetch --cleanbuild || code=$?
    if may_be_cache "$code"; then
        # They were not.
        find "$SRCDEST" -mindepth 1 -maxdepth 1 ! -name .aside -exec rm -rf -- {} +
        kept=("$aside"/*)
        mv -- "${kept[@]}" "$SRCDEST"
    fi
    rm -rf -- "$aside"
    return "$code"
}

tidy "$@"
held=("$SRCDEST"/*)
clones=("$SRCDEST"/*/)
code=0
fetch || code=$?
if may_be_cache "$code" && [ "${#held[@]}" -gt 0 ]; then
    code=0
    fetch_anew || code=$?
elif [ "$code" -eq 0 ]; then
    mapfile -t clones < <(lagging)
    if [ "${#clones[@]}" -gt 0 ]; then
        echo '==> Clones of earlier builds are not up to date: trying once more without them'
        rm -rf -- "${clones[@]}"
        fetch --cleanbuild || code=$?
    fi
fi
exit "$code"
