# shellcheck shell=bash
# Runs what tests/run is made of, times it and counts. Sourced by tests/run.
# LOGS is where the output goes.

PASSED=0
FAILED=0
FAILURES=()
CHILD=

# Runs a command into LOG, one of its own, and sets STATUS. Never part of a
# condition, where set -e would not hold for the command.
timed() { # what, command...
	local what=$1 begin=$EPOCHREALTIME
	LOG=$LOGS/${what//[^a-zA-Z0-9]/-}.log
	STATUS=0
	shift
	printf '%-46s ' "$what" >&2
	# A process group of its own in the background, so that a signal is taken at
	# once, and all of it can be ended.
	set -m
	("$@") >"$LOG" 2>&1 </dev/null &
	CHILD=$!
	set +m
	wait "$CHILD" || STATUS=$?
	CHILD=''
	printf '%s  %5.1f s\n' "$( ((STATUS == 0)) && printf 'ok    ' || printf 'FAILED')" \
		"$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN {print b - a}')" >&2
}

failed() { # what
	FAILURES+=("$1")
	tail -n 60 -- "$LOG" | sed 's/^/    /' >&2
	printf '    (all of it: %s)\n' "$LOG" >&2
}

end_child() {
	[[ -n $CHILD ]] || return 0
	kill -TERM -- "-$CHILD" 2>/dev/null || true
	wait "$CHILD" || true
}

# A check counts as one test case.
check() { # what, command...
	timed "$@"
	if ((STATUS == 0)); then
		PASSED=$((PASSED + 1))
	else
		FAILED=$((FAILED + 1))
		failed "$1"
	fi
}

# A suite counts as many as it says it ran. One that ran none has failed, and so
# has one that ended badly without a failed test case.
cases() { # what, command...
	local passed bad
	timed "$@"
	read -r passed bad < <(counts_in "$LOG")
	if ((STATUS != 0 && bad == 0)) || ((passed + bad == 0)); then
		bad=$((bad + 1))
	fi
	PASSED=$((PASSED + passed))
	FAILED=$((FAILED + bad))
	((bad == 0)) || failed "$1"
	printf '%-46s %s passed, %s failed\n' '' "$passed" "$bad" >&2
}

# Prints passed and failed of Catch2's last line, or of one like tests/run's own.
counts_in() { # log
	sed $'s/\e\\[[0-9;]*m//g' "$1" | awk '
		/^All tests passed \(/ { passed = $(NF - 2); failed = 0 }
		/^test cases: / {
			passed = failed = 0
			for (i = 3; i < NF; i++) {
				if ($(i + 1) == "passed") passed = $i
				if ($(i + 1) == "failed") failed = $i
			}
		}
		/^[0-9]+ passed, [0-9]+ failed$/ { passed = $1; failed = $3 }
		END { print passed + 0, failed + 0 }'
}

closing_line() {
	if ((${#FAILURES[@]} > 0)); then
		printf 'failed:\n' >&2
		printf '  %s\n' "${FAILURES[@]}" >&2
	fi
	printf '%d passed, %d failed\n' "$PASSED" "$FAILED"
	((FAILED == 0))
}
