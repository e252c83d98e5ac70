#!/bin/bash
# Brings the container up to date and installs what the build needs. Runs as root.
#
#   "$@"                 dependencies, as in depends=()
#   $REPOSITORY          a repository that has some of them beside the image's; may be unset
#   $REPOSITORY_SERVER   its URL, as pacman.conf's "Server"
#   and those of parts/package_cache.sh and parts/sweep.sh
set -euo pipefail
cd /

# A package that conflicts with what is to be installed makes room, as for who calls makepkg -s and
# answers yes (--ask inverts what --noconfirm answers, by a bit for each kind of question).
declare -a flags=(--noconfirm --ask 4)
if [[ $(pacman -S --help) == *--disable-sandbox* ]]; then
    flags+=(--disable-sandbox)
fi

# shellcheck source=core/builder/script/parts/package_cache.sh
. parts/package_cache.sh

# shellcheck source=core/builder/script/parts/sweep.sh
. parts/sweep.sh

is_listed() {
    [[ $'\n'$(pacman-conf --repo-list)$'\n' == *$'\n'"$1"$'\n'* ]]
}

# Servers that don't answer would fail every sync; what lies in files is there.
answers() {
    [[ "$REPOSITORY_SERVER" != http://* && "$REPOSITORY_SERVER" != https://* ]] ||
        curl --silent --head --fail --location --connect-timeout 5 --max-time 20 \
            --output /dev/null "$REPOSITORY_SERVER/$REPOSITORY.db"
}

without=
if [ -n "${REPOSITORY-}" ] && ! is_listed "$REPOSITORY"; then
    if answers; then
        # At the end: of a name that is in both, pacman takes the distribution's package. Nothing
        # in it is signed: we built it.
        printf '\n[%s]\nSigLevel = Never\nServer = %s\n' "$REPOSITORY" "$REPOSITORY_SERVER" \
            >>/etc/pacman.conf
    else
        without="the repository $REPOSITORY does not answer at $REPOSITORY_SERVER from this container, or is empty: going on without it"
    fi
fi

before=
change() { # arguments of pacman
    [ -n "$before" ] || before=$(pacman -Qq)
    transact "$@"
}

# Always: a builder image that lags behind its mirrors cannot install what they hold now.
plan -Syu
if [ "${#planned[@]}" -gt 0 ]; then
    change -Su
fi

# Only now, so that it stands near what it may be the cause of.
if [ -n "$without" ]; then
    printf '%s\n' "$without"
fi
mapfile -t missing < <(pacman -T -- "$@")
if [ "${#missing[@]}" -gt 0 ]; then
    if [ -n "${FETCHED-}" ]; then
        plan -S --needed -- "${missing[@]}"
    fi
    change -S --needed --asdeps -- "${missing[@]}"
fi

replaced=
if [ -n "$before" ]; then
    replaced=$(comm -23 <(sort <<<"$before") <(pacman -Qq | sort))
fi
if [ -n "$replaced" ]; then
    echo "removed, since something that is installed now replaces it or conflicts with it: ${replaced//$'\n'/, }"
fi

# Before anything that builder does: an install script may have started a daemon.
end_others
