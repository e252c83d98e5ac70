#!/bin/bash
# Brings the container up to date and installs what the build needs. Runs as root.
#
#   "$@"                 dependencies, as in depends=()
#   $REPOSITORY          a repository that has some of them beside the image's; may be unset
#   $REPOSITORY_SERVER   its URL, as pacman.conf's "Server"
#   and those of parts/package_cache.sh and parts/sweep.sh
set -euo pipefail
cd /
exec 2>&1 # what it says on both stays in order

# A package that conflicts with a dependency is removed, as if the user of makepkg -s answered yes
# (--ask inverts the answers of --noconfirm, with a bit for each kind of question).
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

# A server that doesn't answer would fail every sync. Files are always there.
answers() {
    [[ "$REPOSITORY_SERVER" != http://* && "$REPOSITORY_SERVER" != https://* ]] ||
        curl --silent --head --fail --location --connect-timeout 5 --max-time 20 \
            --output /dev/null "$REPOSITORY_SERVER/$REPOSITORY.db"
}

without=
if [ -n "${REPOSITORY-}" ] && ! is_listed "$REPOSITORY"; then
    if answers; then
        # At the end, so that pacman takes the distribution's package if both have the name. Our
        # packages are not signed.
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

# Printed here, near the errors that it may cause.
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

# Before builder does anything: an install script may have started a daemon.
end_others
