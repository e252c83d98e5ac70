# shellcheck shell=bash
# shellcheck disable=SC2034 # read by others of the files that are sourced together
# A Vieter server of any generation. Sourced by the cases that use one; it ends with their topic.

SERVER_KEY=key$RANDOM$RANDOM$RANDOM

# Starts it in the folder VIETER; VIETER_PORT and VIETER_URL are where.
vieter_starts() { # version, options
	local addresses=() tries version=$1
	shift
	[[ $RUNTIME != docker ]] || addresses=(--address "$HOST_ADDRESS")
	mkdir -p "$VIETER"
	: >"$WORLD/vieter.url"
	printf '%s' "$SERVER_KEY" >"$WORLD/vieter.key" # a command line is seen by everyone
	PYTHONDONTWRITEBYTECODE=1 "$HERE/../fixtures/vieter" --version "$version" --key-file "$WORLD/vieter.key" \
		--port "${VIETER_PORT:-0}" "${addresses[@]}" "$@" "$VIETER" >"$WORLD/vieter.url" 2>>"$WORLD/vieter.err" &
	VIETER_PID=$!
	AT_END+=(vieter_stops)
	for ((tries = 200; tries > 0; tries--)); do
		VIETER_URL=$(cat "$WORLD/vieter.url")
		[[ -z $VIETER_URL ]] || break
		nap 0.05
	done
	[[ -n $VIETER_URL ]] || { cat "$WORLD/vieter.err" >&2; return 1; }
	VIETER_PORT=${VIETER_URL##*:}
}

vieter_stops() {
	[[ -z ${VIETER_PID-} ]] || { kill "$VIETER_PID"; wait "$VIETER_PID"; } 2>/dev/null
	VIETER_PID=''
}

vieter_becomes() { # version, options
	vieter_stops
	vieter_starts "$@"
}

# Writes the server's list; each argument a fixture's name and the rest of its JSON.
vieter_lists() { # 'NAME[, "KEY": VALUE]...'...
	local target separator='['
	mkdir -p "$VIETER"
	for target; do
		printf '%s{"url": "%s"%s}' "$separator" "$(packaging "${target%%,*}")" "${target#"${target%%,*}"}"
		separator=', '
	done >"$VIETER/targets.json"
	printf ']\n' >>"$VIETER/targets.json"
}

# As configure, with the server, and with a local repository only if LOCAL is set.
configure_vieter() { # 'NAME[newline KEY = VALUE]...'...
	{
		common_tables
		printf '[vieter]\naddress = "%s"\napi_key = "%s"\n' "$VIETER_URL" "$SERVER_KEY"
		printf 'container_address = "http://fixtures.test:%s"\nretry_timeout = "3s"\n' "$VIETER_PORT"
		[[ -z ${LOCAL-} ]] || printf '[[repositories]]\nname = "kiln"\npath = "repo"\n'
		target_tables "$@"
	} >"$CONFIG"
	chmod 600 "$CONFIG"
}

# Takes a package out of a repository that keeps others.
vieter_drops() { # repository, name and version
	local folder=$VIETER/repos/$1/x86_64 form
	rm -r -- "${folder:?}/$2" "$VIETER/packages/$1/x86_64/$2"-*
	for form in db files; do
		(cd "$folder" && tar -czf "$1.$form.tar.gz" -- */)
	done
}

requests() { # regular expression; how many there were
	grep -cE -- "$1" "$VIETER/requests" || true
}

on_server() { # file below the packages' folder...
	local file
	for file; do
		[[ -f $VIETER/packages/$file ]] || fail "the server does not have $file:" "$(cd "$VIETER/packages" && find . -type f)"
	done
}

not_on_server() { # file...
	local file
	for file; do [[ ! -e $VIETER/packages/$file ]] || fail "the server has $file"; done
}
