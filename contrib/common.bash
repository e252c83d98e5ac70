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

# Of "a|b", what one name is of on this release, the first that the distribution has.
known_packages() { # package...
	local package each known
	for package; do
		known=${package%%|*}
		for each in ${package//|/ }; do
			[[ $package != *'|'* || -z $(apt-cache show "$each" 2>/dev/null) ]] || { known=$each; break; }
		done
		printf '%s\n' "$known"
	done
}

# Engines that come as packages must not start the system's own services.
install_packages() { # package, or several with "|" between them...
	local names
	if command -v apt-get >/dev/null; then
		local policy=/usr/sbin/policy-rc.d guarded=false status=0
		if [[ ! -e $policy ]]; then
			guarded=true
			printf '#!/bin/sh\nexit 101\n' | as_root install -m 755 /dev/stdin "$policy"
		fi
		apt_install "$@" || { update_packages && apt_install "$@"; } || status=$?
		[[ $guarded == false ]] || as_root rm -f "$policy"
		return "$status"
	fi
	mapfile -t names < <(known_packages "$@")
	say "installing ${names[*]}"
	packaging pacman -S --needed --noconfirm "${names[@]}" || packaging pacman -Sy --needed --noconfirm "${names[@]}"
}

apt_install() { # package, or several with "|" between them...
	local names
	mapfile -t names < <(known_packages "$@")
	say "installing ${names[*]}"
	packaging env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=900 \
		install --yes --no-install-recommends "${names[@]}"
}

update_packages() { packaging apt-get update; }

# Runs what takes the package manager's lock, as root, when nobody else holds it.
packaging() { # command...
	local tries
	for ((tries = 5; tries > 0; tries--)); do
		wait_for_package_lock
		as_root "$@" >&2 && return
		# Who holds it now was faster.
		[[ -n $(package_lock_holder) ]] || return 1
	done
	return 1
}

# A fresh machine updates itself.
wait_for_package_lock() {
	local holder told='' minutes=${PACKAGE_LOCK_MINUTES:-15} limit orphaned=0
	limit=$((SECONDS + minutes * 60))
	while holder=$(package_lock_holder) && [[ -n $holder ]]; do
		if [[ $holder == orphan:* ]] && ((++orphaned > 3)); then
			die "no process holds ${holder#orphan:}, but it is there" \
				"a pacman that was killed left it; as root: rm ${holder#orphan:}"
		elif [[ $holder != orphan:* && $holder != "$told" ]]; then
			say "the package manager is locked by $holder: waiting for it, $minutes minutes at most"
			told=$holder
		fi
		((SECONDS < limit)) || die "after $minutes minutes the package manager is still locked by $holder" \
			'look what it waits for, or end it; then try again'
		sleep 1
	done
}

# The locks of the package manager: files that are locked, or for pacman one that is there.
package_locks() {
	if command -v apt-get >/dev/null; then
		printf '%s\n' /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock /var/cache/apt/archives/lock
	else
		printf '%s/db.lck\n' "$(pacman-conf DBPath | sed 's|/*$||')"
	fi
}

# Prints who holds one of them, as "NAME (pid N)"; nothing when nobody does; and "orphan:FILE" when
# no process has a lock of pacman's that is there.
package_lock_holder() {
	local lock pid
	while IFS= read -r lock; do
		[[ -e $lock ]] || continue
		if [[ $lock == *.lck ]]; then
			pid=$(as_root find /proc/[0-9]*/fd -lname "$lock" 2>/dev/null | sed -n '1s|/proc/\([0-9]*\)/.*|\1|p') || true
			[[ -n $pid ]] || { [[ ! -e $lock ]] || printf 'orphan:%s' "$lock"; return 0; }
		else
			# A line with "->" is of one that waits. Some kinds of lock name no process.
			pid=$(awk -v inode="$(stat -c %i -- "$lock")" '
				$2 != "->" && $6 ~ "^[0-9a-f]+:[0-9a-f]+:" inode "$" { print $5; exit }' /proc/locks) || true
			[[ -n $pid ]] || continue
		fi
		if [[ -r /proc/$pid/comm ]]; then
			printf '%s (pid %s)' "$(cat "/proc/$pid/comm")" "$pid"
		else
			printf 'another process (%s)' "$lock"
		fi
		return
	done < <(package_locks)
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
		missing+=("$package")
	done < <(packages_for "$@")
	((${#missing[@]} == 0)) && return
	install_packages "${missing[@]}" || die "cannot install ${missing[*]} (the package manager's words are above)" \
		'install them by hand, then try again'
}

# --- who reads what is made -------------------------------------------------------

# Prints the first directory on the way that other users cannot enter; nothing when there is none.
# One with an access control list is open to somebody, and is taken for open.
closed_to_others() { # absolute path
	local way='' part
	while IFS= read -r -d / part; do
		way+=$part/
		[[ -e $way ]] || return 0
		[[ $(stat -Lc %A -- "$way") == *[xt] || $(ls -Lld -- "$way") == ??????????+* ]] || { printf '%s' "$way"; return; }
	done <<<"${1%/}/"
}

# The user that pacman 7 downloads as, where it is set up to; files of a file:// repository are
# read by that user too.
pacman_download_user() { pacman-conf DownloadUser 2>/dev/null || true; }

# --- rootless Podman ---------------------------------------------------------------

cgroups_are_v2() { [[ $(stat -f -c %T /sys/fs/cgroup) == cgroup2fs ]]; }

# Whether podman is there and of that version or later.
podman_since() { # version
	local version
	version=$(podman --version 2>/dev/null) || return 1
	[[ $(printf '%s\n' "$1" "${version##* }" | sort -V | head -n 1) == "$1" ]]
}

# Lines of a storage.conf(5) that say where images and containers are kept. A rootless Podman before
# 5.8 goes by a key of its own, which later ones warn of.
podman_storage_keys() { # directory
	printf 'graphroot = "%s"\n' "$1"
	podman_since 5.8 || printf 'rootless_storage_path = "%s"\n' "$1"
}

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
