# shellcheck shell=bash
# Runs checks and suites, times them and counts results. Sourced by tests/run.
# LOGS is the directory for their output.

PASSED=0
FAILED=0
FAILURES=()
declare -A RUNNING=() BEGUN=() # by name: its process group, its start

log_of() { # what
	printf '%s' "$LOGS/${1//[^a-zA-Z0-9]/-}.log"
}

# Starts a command into a log of its own. Never part of a condition, where set -e
# would not hold for the command.
begin() { # what, command...
	local what=$1
	shift
	BEGUN[$what]=$EPOCHREALTIME
	# In the background, so that signals are handled at once. In a process group
	# of its own, so that all of it can be ended.
	set -m
	("$@") >"$(log_of "$what")" 2>&1 </dev/null &
	RUNNING[$what]=$!
	set +m
}

# Waits for what was begun and sets STATUS.
finish() { # what
	local what=$1
	STATUS=0
	wait "${RUNNING[$what]}" || STATUS=$?
	unset "RUNNING[$what]"
	printf '%-46s %s  %5.1f s\n' "$what" "$( ((STATUS == 0)) && printf 'ok    ' || printf 'FAILED')" \
		"$(awk -v a="${BEGUN[$what]}" -v b="$EPOCHREALTIME" 'BEGIN {print b - a}')" >&2
}

failed() { # what
	FAILURES+=("$1")
	tail -n 60 -- "$(log_of "$1")" | sed 's/^/    /' >&2
	printf '    (all of it: %s)\n' "$(log_of "$1")" >&2
}

end_children() {
	local group
	for group in "${RUNNING[@]}"; do
		kill -TERM -- "-$group" 2>/dev/null || true
		wait "$group" || true
	done
}

# A check counts as one test case.
check() { # what, command...
	begin "$@"
	conclude "$1"
}

# Waits for a check that was begun.
conclude() { # what
	finish "$1"
	if ((STATUS == 0)); then
		PASSED=$((PASSED + 1))
	else
		FAILED=$((FAILED + 1))
		failed "$1"
	fi
}

# A suite counts its own test cases. It also fails when it ran none, or when it
# exits with an error although no test case failed.
cases() { # what, command...
	begin "$@"
	count "$1"
}

# Runs several suites at once, each named "WHAT ARGUMENT".
cases_at_once() { # what, command, last argument of each...
	local what=$1 each
	for each in "${@:3}"; do begin "$what $each" "$2" "$each"; done
	for each in "${@:3}"; do count "$what $each"; done
}

# Waits for a suite that was begun.
count() { # what
	local passed bad
	finish "$1"
	read -r passed bad < <(counts_in "$(log_of "$1")")
	if ((STATUS != 0 && bad == 0)) || ((passed + bad == 0)); then
		bad=$((bad + 1))
	fi
	PASSED=$((PASSED + passed))
	FAILED=$((FAILED + bad))
	((bad == 0)) || failed "$1"
	printf '%-46s %s passed, %s failed\n' '' "$passed" "$bad" >&2
}

# Prints how many passed and failed, from Catch2's last line or one like tests/run's.
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
