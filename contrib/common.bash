# shellcheck shell=bash
# What the scripts share: words, root, packages of the distribution, and what
# rootless Podman needs of the machine. Sourced, never run. PROGRAM is the
# caller's name in messages; root's commands go through sudo for other users.

: "${PROGRAM:=${0##*/}}"
CONTRIB=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
readonly CONTRIB

die() { # what failed, what to do about it...
	printf '%s: %s\n' "$PROGRAM" "$1" >&2
	shift
	(($# == 0)) || printf '  %s\n' "$@" >&2
	exit 1
}

say() { printf '%s: %s\n' "$PROGRAM" "$*" >&2; }

as_root() {
	if ((EUID == 0)); then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo -- "$@"
	else
		die "this needs root: $*" 'run it as root, or install sudo and allow it to this user'
	fi
}

# --- packages of the distribution ----------------------------------------------

# Prints program, package on Debian and package on Arch of each entry.
packages_for() { # purpose...
	local purpose program debian arch wanted=" $* "
	while read -r purpose program debian arch; do
		[[ $wanted != *" $purpose "* ]] || printf '%s %s %s\n' "$program" "$debian" "$arch"
	done < <(grep -Ev '^(#|$)' "$CONTRIB/packages")
}

# Whether it is there, in PATH or where Podman keeps its helpers.
has_program() {
	[[ -x /usr/lib/podman/$1 || -x /usr/libexec/podman/$1 ]] || command -v "$1" >/dev/null
}

has_package() { # package, or several with "|" between them
	local package
	for package in ${1//|/ }; do
		if command -v apt-get >/dev/null; then
			[[ $(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null) != installed ]] || return 0
		else
			! pacman -T -- "$package" >/dev/null || return 0
		fi
	done
	return 1
}

# Engines that come as packages must not start the system's own services.
install_packages() { # package...
	say "installing $*"
	if command -v apt-get >/dev/null; then
		local policy=/usr/sbin/policy-rc.d guarded=false status=0
		if [[ ! -e $policy ]]; then
			guarded=true
			printf '#!/bin/sh\nexit 101\n' | as_root install -m 755 /dev/stdin "$policy"
		fi
		apt_install "$@" || { as_root apt-get update >&2 && apt_install "$@"; } || status=$?
		[[ $guarded == false ]] || as_root rm -f "$policy"
		return "$status"
	fi
	as_root pacman -S --needed --noconfirm "$@" >&2 ||
		as_root pacman -Sy --needed --noconfirm "$@" >&2
}

apt_install() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@" >&2
}

# Installs what is missing for each purpose in contrib/packages.
need() { # purpose...
	local program debian arch package missing=()
	PATH=$PATH:/usr/sbin:/sbin
	while read -r program debian arch; do
		[[ $program == - ]] || ! has_program "$program" || continue
		package=$debian
		command -v apt-get >/dev/null || package=$arch
		if [[ $package == - ]]; then
			die "$program is missing and is no package of this distribution" \
				'install a program of that name into the PATH, then try again'
		fi
		command -v apt-get >/dev/null || command -v pacman >/dev/null ||
			die "cannot install ${package%%|*}: neither apt-get nor pacman is here" 'install it by hand, then try again'
		[[ $program == - ]] && has_package "$package" && continue
		missing+=("${package%%|*}")
	done < <(packages_for "$@")
	((${#missing[@]} == 0)) && return
	install_packages "${missing[@]}" || die "cannot install ${missing[*]} (the package manager's words are above)" \
		'install them by hand, then try again'
}

# --- rootless Podman ---------------------------------------------------------------

cgroups_are_v2() { [[ $(stat -f -c %T /sys/fs/cgroup) == cgroup2fs ]]; }

# The OCI runtime that starts containers here: crun refuses cgroups v1 beside v2.
podman_oci_runtime() { if cgroups_are_v2; then printf crun; else printf runc; fi; }

# Ranges of ids that the user may map in its containers.
give_subordinate_ids() { # user
	local file kind first
	for kind in uid gid; do
		file=/etc/sub$kind
		grep -q "^$1:" "$file" 2>/dev/null && continue
		first=$(as_root touch "$file"; awk -F : 'BEGIN {n = 100000} $2 + $3 > n {n = $2 + $3} END {print n}' "$file")
		as_root usermod "--add-sub${kind}s" "$first-$((first + 65535))" "$1" ||
			die "cannot give $1 a range in $file" "add the line $1:$first:65536 to $file"
	done
}

# Dies when rootless Podman cannot work; opens devices that it needs.
check_rootless() { # user, what runs a command as that user...
	local user=$1 device
	shift
	for device in /dev/net/tun /dev/fuse; do
		[[ -c $device ]] || die "$device is missing" 'load its kernel module: modprobe tun; modprobe fuse'
		"$@" test -r "$device" -a -w "$device" || as_root chmod 666 "$device" ||
			die "$user cannot open $device" "as root: chmod 666 $device"
	done
	"$@" unshare --user true || die "$user cannot make a user namespace, so there is no rootless Podman" \
		'as root: sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces=10000,' \
		'  and where AppArmor forbids it kernel.apparmor_restrict_unprivileged_userns=0'
}
