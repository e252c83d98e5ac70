# shellcheck shell=bash
# What the parts of tests/engines share. Sourced, never run.

# shellcheck source=contrib/common.bash
. "$HERE/../contrib/common.bash"

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

port_is_free() { # port
	! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}
