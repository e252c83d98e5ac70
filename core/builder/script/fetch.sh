#!/bin/bash
# Downloads, verifies and extracts the sources, runs prepare() and pkgver(). Runs as builder.
#
#   $SRCDEST   gets the sources; empty
#   $KEPT      what was kept of earlier builds of the target, read-only; may be unset
#   "$@"       pairs of what may be taken from there: the name of a source, and the URL of a clone of
#              Git or nothing
cd "${PKGKILN_STARTDIR:?}" || exit
exec 2>&1 # what it says on both stays in order
shopt -s nullglob dotglob

# Keys that the packager put beside the PKGBUILD, where devtools puts them.
keys=(keys/pgp/*.asc)
if [ "${#keys[@]}" -gt 0 ]; then
    gpg --batch --quiet --import -- "${keys[@]}"
fi

taken=()

# Clones from the server, and takes objects from the cache where it has them. So the branches, and
# the default one, are those that the server has now.
take_clone() { # name, URL
    [ -d "$KEPT/git/$1" ] || return
    if GIT_TERMINAL_PROMPT=0 git clone --quiet --mirror --reference "$KEPT/git/$1" -- "$2" "$SRCDEST/$1" </dev/null; then
        taken+=("$1")
    else
        rm -rf -- "${SRCDEST:?}/$1"
    fi
}

# makepkg verifies the file. It gets a copy, since a PKGBUILD may change it.
take_file() { # name
    [ -f "$KEPT/files/$1" ] || return
    cp --preserve=timestamps --reflink=auto -- "$KEPT/files/$1" "$SRCDEST/$1" && taken+=("$1")
}

# Before each download, makepkg waits for a process that bash may have forgotten by then (bash 5.2, on
# a busy machine); it ends with 255 and no word. What is downloaded by then stays.
fetch() {
    local code tries=5
    while
        code=0
        makepkg --nobuild --nodeps --noconfirm --noprogressbar "$@" || code=$?
        [ "$code" -eq 255 ] && [ "$((--tries))" -gt 0 ]
    do
        echo '==> makepkg ended without a word, as it does when bash loses a process: trying once more'
        set -- --cleanbuild
    done
    return "$code"
}

# Whether sources from the cache may be why makepkg ended with that code. makepkg 6 has one code for
# all errors; makepkg 7 uses 17 for a clone of another URL, and may add more.
may_be_cache() { [ "$1" -eq 1 ] || { [ "$1" -gt 16 ] && [ "$1" -lt 126 ]; }; }

while [ "$#" -gt 1 ] && [ -n "${KEPT-}" ]; do
    if [ -n "$2" ]; then take_clone "$1" "$2"; else take_file "$1"; fi
    shift 2
done
code=0
fetch || code=$?
if [ "${#taken[@]}" -gt 0 ] && may_be_cache "$code"; then
    echo '==> Sources of earlier builds may be what is wrong: trying once more without them'
    taken=("$SRCDEST"/*)
    rm -rf -- "${taken[@]}"
    code=0
    fetch --cleanbuild || code=$?
fi
exit "$code"
