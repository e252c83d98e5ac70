#!/bin/bash
# Turns a base image into a builder image. Runs as root, once, in a container without environment.
#
#   BUILDER_ID          uid and gid of the user `builder`
#   "$@"                packages beside base-devel and git
#   /etc/pkgkiln.conf   what was configured, if anything: pacman.conf, makepkg.conf, mirrorlist
set -euo pipefail
cd /

conf=/etc/pkgkiln.conf

# Uses the configured file "$1" in place of "$2" if it has the line "$3" of a whole one, and
# appends it otherwise.
configure() {
    [ -f "$conf/$1" ] || return 0
    if grep -Eq -- "$3" "$conf/$1"; then
        cp -- "$conf/$1" "$2"
        echo "$2: replaced by the configured one"
    else
        { echo; cat -- "$conf/$1"; echo; } >>"$2"
        echo "$2: extended by the configured one"
    fi
}

configure pacman.conf /etc/pacman.conf '^[[:space:]]*\[options\]'
configure makepkg.conf /etc/makepkg.conf '^[[:space:]]*DLAGENTS='
if [ -f "$conf/mirrorlist" ]; then
    mkdir -p /etc/pacman.d
    cp -- "$conf/mirrorlist" /etc/pacman.d/mirrorlist
fi
rm -rf -- "$conf"

# Who builds for a level of x86_64 also needs packages of it. The first that pacman is for stands for
# $arch in the addresses of mirrors.
carch=$(sed -nE "s/^[[:space:]]*CARCH=[\"']?(x86_64_v[234])[\"']?([[:space:]].*)?$/\1/p" /etc/makepkg.conf | tail -n 1)
if [ -n "$carch" ] && ! pacman-conf Architecture | grep -qx "$carch"; then
    sed -i "s/^[[:space:]]*\[options\][[:space:]]*$/&\nArchitecture = auto $carch/" /etc/pacman.conf
fi

# pacman 7 confines itself with means that not every engine allows; the container confines it.
flags=(--noconfirm)
if [[ $(pacman -S --help) == *--disable-sandbox* ]]; then
    flags+=(--disable-sandbox)
fi

# Base images come without a local signing key, and with a keyring as old as they are.
if [[ $(pacman-conf SigLevel) != *PackageNever* ]]; then
    pacman-key --init
    pacman-key --populate
fi
pacman -Sy "${flags[@]}"
mapfile -t keyrings < <(pacman -Qq | grep -e '-keyring$')
if [ "${#keyrings[@]}" -eq 0 ] && pacman -Si archlinux-keyring >/dev/null 2>&1; then
    keyrings=(archlinux-keyring)
fi
if [ "${#keyrings[@]}" -gt 0 ]; then
    pacman -S --needed "${flags[@]}" -- "${keyrings[@]}"
fi
pacman -Syu --needed "${flags[@]}" -- base-devel git "$@"

if [ "$(id -u builder 2>/dev/null)" != "$BUILDER_ID" ]; then
    groupadd -g "$BUILDER_ID" builder
    useradd -m -u "$BUILDER_ID" -g builder builder
fi

# /build is root's, so nobody but root can put a link in the place of what is in it.
mkdir -p /build
for directory in startdir srcdest builddir pkgdest; do
    mkdir -p "/build/$directory"
    chown builder:builder "/build/$directory"
    chmod 755 "/build/$directory"
done

# Where caches are mounted: a new volume becomes what its mount point is. What all targets share is
# root's alone.
mkdir -p /var/cache/pkgkiln/{packages,target,fetched/{signed,unsigned,sources}}
chmod 700 /var/cache/pkgkiln/packages
chown builder:builder /var/cache/pkgkiln/fetched/sources

# BuildContainer sets these variables. This is read after the checks that are there, and before the
# PKGBUILD.
checks=/usr/share/makepkg/lint_pkgbuild
if [ ! -d "$checks" ]; then
    echo "makepkg has no $checks, which version 5 and later have: another [image] base is needed" >&2
    exit 1
fi
cat >"$checks/zz-pkgkiln.sh" <<'CHECKS'
# Most of what a call of makepkg takes are its checks of the PKGBUILD: once they were made they
# need not be made again.
if [[ -n ${PKGKILN_CHECKED-} ]]; then
    lint_pkgbuild_functions=()
fi
# The PKGBUILD gets that pkgrel before it is read, so that all that it makes of it follows. Whether
# that is its pkgrel then, whoever asks for the .SRCINFO sees.
if [[ -n ${PKGKILN_PKGREL-} ]]; then
    pkgkiln_set_pkgrel() {
        local lines i found=()
        local value='([0-9.]+|"[0-9.]+"|'"'[0-9.]+')" end='[[:blank:]]*([[:blank:]]#.*)?$'
        mapfile -t lines <PKGBUILD  # makepkg 7.1 sets startdir later
        for i in "${!lines[@]}"; do
            if [[ ${lines[i]} == pkgrel=* ]]; then found+=("$i"); fi
        done
        if [[ ${#found[@]} -ne 1 || ! ${lines[found]} =~ ^pkgrel=$value$end ]]; then
            error "It can't be built as pkgrel %s, since the PKGBUILD has no plain line 'pkgrel=NUMBER', or several." \
                "$PKGKILN_PKGREL"
            return 1
        fi
        lines[found]="pkgrel=$PKGKILN_PKGREL"
        printf '%s\n' "${lines[@]}" >PKGBUILD
    }
    pkgkiln_set_pkgrel || exit 12
fi
# Sources are those that an earlier build had: pairs of lines, one as the PKGBUILD has it, and that with
# its commit.
if [[ -n ${PKGKILN_PINNED-} ]]; then
    pkgkiln_pin_sources() {
        local pinned array i j
        mapfile -t pinned <<<"$PKGKILN_PINNED"
        for array in source "source_$CARCH"; do
            local -n sources=$array
            for i in "${!sources[@]}"; do
                for ((j = 0; j + 1 < ${#pinned[@]}; j += 2)); do
                    if [[ ${sources[i]} == "${pinned[j]}" ]]; then sources[i]=${pinned[j + 1]}; break; fi
                done
            done
        done
    }
    lint_pkgbuild_functions+=(pkgkiln_pin_sources)
fi
# A PKGBUILD for x86_64 is read with that as CARCH, which it may put into names and addresses; its
# packages are of the level of x86_64 that the compiler is told to make.
if [[ -n ${PKGKILN_ARCH-} ]]; then
    eval "pkgkiln_$(declare -f get_pkg_arch)"
    get_pkg_arch() {
        local found
        found=$(pkgkiln_get_pkg_arch "$@")
        if [[ $found == "$CARCH" ]]; then found=$PKGKILN_ARCH; fi
        printf '%s\n' "$found"
    }
fi
# For the build, after the PKGBUILD was read: its version is what was found before.
if [[ -n ${PKGKILN_HOLD-} ]]; then
    pkgkiln_hold_version() {
        local version
        version=$(get_full_version)
        if [[ -n ${PKGKILN_VERSION-} && $version != "$PKGKILN_VERSION" ]]; then
            error "The version is %s now, but was %s before the build: the PKGBUILD makes it of what changes, as the network or the time; have pkgver() find it, which is run once, before the build." \
                "$version" "$PKGKILN_VERSION"
            return 1
        fi
        # Whoever calls it gets its answer of then.
        if declare -f pkgver >/dev/null; then
            pkgver() { printf '%s' "$pkgver"; }
        fi
    }
    lint_pkgbuild_functions+=(pkgkiln_hold_version)
fi
# Makepkg is asked for its standard output. What the PKGBUILD prints while it is read is log; the
# answer begins behind it, with what only a shell that has read the PKGBUILD knows.
if [[ -n ${PKGKILN_ASKED-} ]]; then
    exec {pkgkiln_answer}>&1 >&2
    pkgkiln_begin_answer() {
        exec >&"$pkgkiln_answer" {pkgkiln_answer}>&-
        echo "pkgkiln-answer$(! have_function pkgver || echo ' pkgver')"
    }
    lint_pkgbuild_functions+=(pkgkiln_begin_answer)
fi
CHECKS

# What its repositories hold, for the host to read (core/builder/builder_image.hpp).
mkdir -p /usr/share/pkgkiln
dbpath=$(pacman-conf DBPath)
pacman-conf --repo-list | sed "s|.*|${dbpath%/}/sync/&.db|" >/usr/share/pkgkiln/databases

# Downloaded packages would only make the image large.
rm -rf /var/cache/pacman/pkg/*
