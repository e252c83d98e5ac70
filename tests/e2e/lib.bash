# shellcheck shell=bash
# shellcheck disable=SC2034 # read by others of the files that are sourced together
# What the cases of tests/e2e share: their worlds, the program, and checks. Sourced.

die() {
	printf 'e2e: %s\n' "$1" >&2
	shift
	(($# == 0)) || printf '  %s\n' "$@" >&2
	exit 2
}

say() { printf 'e2e: %s\n' "$*" >&2; }

# Waits without starting a program, since that would take longer than the wait.
exec {NOTHING}<> <(:)
nap() { read -rt "$1" -u "$NOTHING" || true; } # seconds

# --- worlds -----------------------------------------------------------------------

# Makes a folder with everything that the program reads and writes, home included.
new_world() { # topic
	TOPIC=$1 SECONDS=0
	RESULTS=$ROOT/results/$1
	ARCH=$(uname -m)
	WORLD=$ROOT/worlds/$1
	STATE=$WORLD/state
	REPO=$WORLD/repo/kiln/$ARCH
	CONFIG=$WORLD/config.toml
	BACKGROUND='' ENVIRONMENT=() AT_END=()
	mkdir -p "$WORLD"/{home,config,data,cache,xdg-state,run,tmp,runs}
	chmod 700 "$WORLD/run"
	# Each topic has its own repositories, so that no other sees its commits.
	cp -R "$ROOT/served/packaging" "$ROOT/served/$1"
}

# Writes the configuration: the common tables, with further lines for [image] and [build] from
# IMAGE_LINES and BUILD_LINES; a local repository; and one target per argument, with its own lines.
configure() { # 'NAME[newline KEY = VALUE]...'...
	{
		common_tables
		printf '[[repositories]]\nname = "kiln"\npath = "%s"\n' "${REPOSITORY_PATH-repo}"
		target_tables "$@"
	} >"$CONFIG"
}

common_tables() {
	cat <<-TOML
		[runtime]
		kind = "$RUNTIME"
		socket = "$SOCKET"
		add_hosts = ["fixtures.test:$HOST_ADDRESS"]
		[image]
		base = "$PKGKILN_TEST_BASE_IMAGE"
		${IMAGE_LINES-}
		[build]
		state_dir = "state"
		${BUILD_LINES-}
	TOML
}

target_tables() { # 'NAME[newline KEY = VALUE]...'...
	local target name
	for target; do
		name=${target%%$'\n'*}
		printf '[[targets]]\nname = "%s"\n' "$name"
		[[ $target == *$'\n'url* ]] || printf 'url = "%s"\n' "$(packaging "$name")"
		[[ $target != *$'\n'* ]] || printf '%s\n' "${target#*$'\n'}"
	done
}

packaging() { printf 'http://127.0.0.1:%s/%s/%s.git' "$PORT" "$TOPIC" "$1"; }

# Commits a file to a packaging repository, which is made if needed.
commit_file() { # repository, file; content from stdin
	local repository=$ROOT/served/$TOPIC/$1.git
	[[ -d $repository ]] || git init --quiet --bare --initial-branch=main "$repository"
	"$HERE/../fixtures/commit" "$repository" "$2" "$(cat)"
}

# --- the program ------------------------------------------------------------------

# Replaces this shell by a command, with the environment that the program gets and nothing else. A
# build with sanitizers writes its findings to files, because a topic may expect an exit code of 1 and
# never read stderr. AddressSanitizer holds back little freed memory, so that memory can be measured.
become() {
	local findings=log_path=$WORLD/sanitizer
	# A shell without job control lets its background commands ignore SIGINT.
	exec env --default-signal=INT -i "${ENVIRONMENT[@]}" PATH="$PATH" HOME="$WORLD/home" TZ=UTC LC_ALL=C.UTF-8 TMPDIR="$WORLD/tmp" \
		XDG_CONFIG_HOME="$WORLD/config" XDG_DATA_HOME="$WORLD/data" XDG_CACHE_HOME="$WORLD/cache" \
		XDG_STATE_HOME="$WORLD/xdg-state" XDG_RUNTIME_DIR="$WORLD/run" \
		ASAN_OPTIONS="quarantine_size_mb=1:$findings" UBSAN_OPTIONS="print_stacktrace=1:$findings" "$@"
}

# Runs the program to its end; its output and exit code are in NAME.out, NAME.err and NAME.code.
kiln() { # name of this run, arguments
	kiln_in_background "$@"
	kiln_ends 900
}

# Starts the program; BACKGROUND is its process id.
kiln_in_background() { # name of this run, arguments
	local run=$WORLD/runs/$1
	RUN=$1
	shift
	become "$PROGRAM" --config "$CONFIG" "$@" >"$run.out" 2>"$run.err" </dev/null &
	BACKGROUND=$!
}

# Waits for its end. Kills it if it hangs, which its exit code shows.
kiln_ends() { # seconds
	local tries=$(($1 * 20)) status=0
	# A plain `wait` would delay the signals that end the tests.
	while kill -0 "$BACKGROUND"; do
		((tries-- > 0)) || { kill -KILL "$BACKGROUND"; break; }
		nap 0.05
	done
	wait "$BACKGROUND" || status=$?
	printf '%s' "$status" >"$WORLD/runs/$RUN.code"
	BACKGROUND=''
} 2>/dev/null # bash itself would tell of a process that was killed

wait_for() { # seconds, command...
	local tries=$(($1 * 5))
	while ! "${@:2}" >/dev/null 2>&1; do
		((tries-- > 0)) || { echo "in vain for $1 s: ${*:2}" >&2; return 1; }
		nap 0.2
	done
}

log_of() { # target; its newest log
	local logs=("$STATE/logs/$1"/*.log)
	[[ -f ${logs[-1]} ]] || { echo "there is no log of $1" >&2; return 1; }
	printf '%s' "${logs[-1]}"
}

builds_of() { # target; how many were begun
	find "$STATE/logs/$1" -name '*.log' 2>/dev/null | wc -l
}

# --- checks -----------------------------------------------------------------------

# Runs one check in a subshell with errexit; shows its output if it fails.
it() { # sentence, command...
	local sentence=$1 status
	shift
	(
		set -euo pipefail
		"$@"
	) >"$WORLD/said" 2>&1 </dev/null
	status=$?
	if ((status == 0)); then
		printf 'ok      %s: it %s\n' "$TOPIC" "$sentence" | tee -a "$RESULTS"
	else
		{
			printf 'FAILED  %s: it %s\n' "$TOPIC" "$sentence"
			tail -n 25 "$WORLD/said" | sed 's/^/        | /'
		} | tee -a "$RESULTS"
	fi
}

fail() {
	printf '%s\n' "$@" >&2
	return 1
}

code_is() { # expected exit code of the last run
	local code
	code=$(cat "$WORLD/runs/$RUN.code")
	[[ $code == "$1" ]] || fail "run '$RUN' ended with $code instead of $1; its last words:" "$(tail -n 12 "$WORLD/runs/$RUN.err" "$WORLD/runs/$RUN.out")"
}

has() { # file, text...; every one of them
	local text
	for text in "${@:2}"; do
		grep -qF -- "$text" "$1" || fail "'$text' is not in $1:" "$(tail -n 20 "$1")"
	done
}

lacks() { # file, text...
	local text
	[[ -f $1 ]] || fail "there is no file '$1'"
	for text in "${@:2}"; do
		! grep -nF -- "$text" "$1" || fail "'$text' is in $1"
	done
}

matches() { # file, regular expression...
	local expression
	for expression in "${@:2}"; do
		grep -qE -- "$expression" "$1" || fail "'$expression' matches nothing in $1:" "$(tail -n 20 "$1")"
	done
}

out_has() { has "$WORLD/runs/$RUN.out" "$@"; }
err_has() { has "$WORLD/runs/$RUN.err" "$@"; }
out_matches() { matches "$WORLD/runs/$RUN.out" "$@"; }
err_matches() { matches "$WORLD/runs/$RUN.err" "$@"; }

# Prints what the summary says of a failed target.
failure_of() { # target
	awk -v name="$1" '$0 ~ "^" name ": " {on = 1} on && $0 == "" {exit} on' "$WORLD/runs/$RUN.out"
}

failed_with() { # target, heading's rest, text...
	local text said
	said=$(failure_of "$1")
	for text in "$1: $2" "${@:3}"; do
		[[ $said == *"$text"* ]] || fail "the summary does not say '$text' of $1 but:" "$said" "$(cat "$WORLD/runs/$RUN.out")"
	done
}

published() { # file name...
	local file
	for file; do
		[[ -f $REPO/$file ]] || fail "$file is not in the repository:" "$(ls -A "$REPO")"
	done
}

not_published() { # pattern...
	local pattern
	for pattern; do
		[[ -z $(compgen -G "$REPO/$pattern") ]] || fail "$pattern is in the repository"
	done
}

nothing_is_left() {
	local left
	left=$(ours containers && ours networks && ours volumes) || fail 'the engine does not say what it holds'
	[[ -z $left ]] || fail 'left in the engine:' "$left"
	left=$(ours images) || fail 'the engine does not say which images it holds'
	(($(wc -w <<<"$left") <= 1)) || fail 'more images than one:' "$left"
	left=$(find "$WORLD/tmp" -mindepth 1; find "$STATE" -path "$STATE/spool/*" -type f)
	[[ -z $left ]] || fail 'files are left:' "$left"
}

sanitizers_found_nothing() {
	local file
	for file in "$WORLD"/sanitizer.*; do [[ ! -e $file ]] || fail "$(cat "$file")"; done
}

end_topic() {
	local status=$? ends
	trap - EXIT
	for ends in "${AT_END[@]}"; do "$ends"; done
	if [[ -n $BACKGROUND ]]; then
		kill -TERM "$BACKGROUND" 2>/dev/null
		kiln_ends 20
	fi
	if ((status == 0)); then
		it 'leaves nothing behind in the engine and on the disk' nothing_is_left
		[[ $SANITIZED == false ]] || it 'gives AddressSanitizer and UBSan nothing to find' sanitizers_found_nothing
	fi
	((status == 0)) || printf 'FAILED  %s: it did not come to its end (%s)\n' "$TOPIC" "$status" | tee -a "$RESULTS"
	remove_ours
	say "$TOPIC took $SECONDS s"
}

summary() {
	local passed failed
	passed=$(cat "$ROOT"/results/* | grep -c '^ok ' || true)
	failed=$(cat "$ROOT"/results/* | grep -c '^FAILED ' || true)
	if ((failed > 0)); then
		printf '\n'
		grep -h '^FAILED ' "$ROOT"/results/*
	fi
	printf '%d passed, %d failed\n' "$passed" "$failed"
	((failed == 0 && passed > 0))
}
