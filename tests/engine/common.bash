# shellcheck shell=bash
# What the parts of tests/engines share. Sourced, never run.

die() {
	printf 'engines: %s\n' "$1" >&2
	shift
	(($# == 0)) || printf '  %s\n' "$@" >&2
	exit 1
}

say() { printf 'engines: %s\n' "$*" >&2; }

as_root() {
	((EUID == 0)) || command -v sudo >/dev/null ||
		die "this needs root: $*" 'run tests/engines as root, or install sudo and allow it to this user'
	"${ROOT[@]}" "$@"
}

# --- values that outlive a call ------------------------------------------------

remember() { # name, value
	printf '%s=%q\n' "$1" "$2" >>"$DIR/state"
}

recall() { # name; prints nothing when it is not known
	[[ -r $DIR/state ]] || return 0
	(
		# shellcheck source=/dev/null
		. "$DIR/state"
		printf '%s' "${!1-}"
	)
}

# --- processes, named by pid and time of start so that a reused pid is not ours --

process_mark() { # pid
	local stat
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
	# shellcheck disable=SC2086 # the fields after the command's name
	set -- "$1" ${stat##*) }
	[[ $2 != Z ]] || return 1
	printf '%s:%s' "$1" "${21}"
}

mark_alive() { # mark
	[[ -n $1 && $(process_mark "${1%%:*}") == "$1" ]]
}

signal() { # name, pid
	kill "-$1" "$2" 2>/dev/null || [[ ! -d /proc/$2 ]] || as_root kill "-$1" "$2" || true
}

end_process() { # mark, seconds to wait before it is killed
	local pid=${1%%:*} tries
	mark_alive "$1" || return 0
	signal TERM "$pid"
	for ((tries = $2 * 20; tries > 0; tries--)); do
		mark_alive "$1" || return 0
		sleep 0.05
	done
	signal KILL "$pid"
	while mark_alive "$1"; do sleep 0.05; done
}

children_of() { # pid; all generations, the youngest first
	local children child
	children=$(cat "/proc/$1/task"/*/children 2>/dev/null) || return 0
	for child in $children; do
		children_of "$child"
		printf '%s\n' "$child"
	done
}

wait_until() { # seconds, what, mark of the process that must stay alive, its log, command...
	local tries=$(($1 * 10)) what=$2 mark=$3 log=$4
	shift 4
	for (( ; tries > 0; tries--)); do
		"$@" >/dev/null 2>&1 && return
		mark_alive "$mark" || break
		sleep 0.1
	done
	tail -n 15 -- "$log" >&2 || true
	if mark_alive "$mark"; then
		die "$what does not answer" "the last lines of $log are above"
	fi
	die "$what ended at its start" "the last lines of $log are above"
}

# --- packages of the distribution ----------------------------------------------

# Engines that come as packages must not start the system's own services.
install_packages() { # package...
	say "installing $*"
	if command -v apt-get >/dev/null; then
		local policy=/usr/sbin/policy-rc.d guarded=false status=0
		if [[ ! -e $policy ]]; then
			guarded=true
			printf '#!/bin/sh\nexit 101\n' | as_root install -m 755 /dev/stdin "$policy"
		fi
		as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@" >&2 || {
			as_root apt-get update >&2 &&
				as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@" >&2
		} || status=$?
		[[ $guarded == false ]] || as_root rm -f "$policy"
		return "$status"
	elif command -v pacman >/dev/null; then
		as_root pacman -S --needed --noconfirm "$@" >&2
	else
		die "cannot install $*: neither apt-get nor pacman is here" 'install it by hand, then try again'
	fi
}

# Each argument: program=package on Debian=package on Arch ("-": in none).
need_programs() {
	local entry program debian arch missing=() package
	PATH=$PATH:/usr/sbin:/sbin
	for entry; do
		IFS='=' read -r program debian arch <<<"$entry"
		command -v "$program" >/dev/null && continue
		[[ -x /usr/lib/podman/$program || -x /usr/libexec/podman/$program ]] && continue
		package=$debian
		command -v apt-get >/dev/null || package=$arch
		[[ $package != - ]] || die "$program is missing and is no package of this distribution" \
			"install a program of that name into the PATH, then try again"
		missing+=("$package")
	done
	((${#missing[@]} == 0)) && return
	install_packages "${missing[@]}" || die "cannot install ${missing[*]} (the package manager's words are above)" \
		'install them by hand, then try again'
}

port_is_free() { # port
	! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}
