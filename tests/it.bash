# shellcheck shell=bash
# Checks of files and scripts, each in a folder of its own. Sourced by the programs that hold them.

PASSED=0 FAILED=0
WORK=$(mktemp -d)
trap 'rm -rf -- "$WORK"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Runs each test in a folder of its own, with its stand-ins in $AT/bin.
it() { # sentence, command...
	local status=0
	AT=$WORK/$((PASSED + FAILED))
	mkdir -p "$AT/bin"
	# Not in a condition, where set -e would not hold.
	set +e
	(
		set -euo pipefail
		cd -- "$AT"
		PATH=$AT/bin:$PATH
		"${@:2}"
	) >"$AT/said" 2>&1 </dev/null
	status=$?
	set -e
	if ((status == 0)); then
		PASSED=$((PASSED + 1))
		printf 'ok      it %s\n' "$1"
	else
		FAILED=$((FAILED + 1))
		printf 'FAILED  it %s\n' "$1"
		sed 's/^/        /' "$AT/said"
	fi
}

fail() {
	printf '%s\n' "$@"
	return 1
}

program() { # name; its text from stdin
	{ printf '#!/usr/bin/env bash\n' && cat; } >"$AT/bin/$1"
	chmod +x "$AT/bin/$1"
}

says() { # file, text...
	local text
	for text in "${@:2}"; do
		grep -qF -- "$text" "$1" || fail "'$text' is not in:" "$(cat "$1")"
	done
}

# Ends with the last line that tests/run counts by.
all_said() {
	printf '%d passed, %d failed\n' "$PASSED" "$FAILED"
	((FAILED == 0))
}
