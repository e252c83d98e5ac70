# shellcheck shell=bash
# The engine, asked behind the program's back: both speak Docker's API. Sourced.

engine() { # method, path, arguments of curl
	curl -sS --fail-with-body --max-time 60 --unix-socket "${SOCKET#unix://}" -X "$1" \
		-H 'Content-Type: application/json' "http://engine$2" "${@:3}"
}

# Reads JSON as `data`, runs the code.
json() { # python code, arguments
	"$PYTHON" -c "import json, sys; data = json.load(sys.stdin); $1" "${@:2}"
}

instance() { cat "$STATE/instance" 2>/dev/null || printf 'none'; }

# Ids (networks and volumes: names) of what bears the label of this world's state directory; of
# volumes those alone that are no caches, unless all are asked for.
ours() { # containers|networks|volumes|images, all
	local path=/$1 key=Id
	case $1 in
	containers) path='/containers/json?all=1' ;;
	images) path='/images/json?all=1' ;;
	*) key=Name ;;
	esac
	# A list fails when something that another topic removes goes in the middle of it.
	local answer tries=5
	until answer=$(engine GET "$path"); do
		((--tries > 0)) || return 1
		nap 0.3
	done
	# shellcheck disable=SC2016 # Python's text
	json '
data = data["Volumes"] or [] if isinstance(data, dict) else data
for one in data:
    labels = one.get("Labels") or {}
    if labels.get("io.pkgkiln.instance") == sys.argv[1].strip():
        if sys.argv[3] == "all" or "io.pkgkiln.cache" not in labels:
            print(one[sys.argv[2]])' "$(instance)" "$key" "${2-}" <<<"$answer"
}

has_ours() { [[ -n $(ours "$1") ]]; }
has_none() {
	local found
	found=$(ours "$1") && [[ -z $found ]]
}

remove_ours() {
	local id
	for id in $(ours containers); do engine DELETE "/containers/$id?force=1" >/dev/null; done
	for id in $(ours networks); do engine DELETE "/networks/$id" >/dev/null; done
	for id in $(ours volumes all); do engine DELETE "/volumes/$id" >/dev/null; done
	for id in $(ours images); do engine DELETE "/images/$id?force=1" >/dev/null; done
} 2>/dev/null

# Runs a command in a container and prints what it prints.
engine_exec() { # container, user, command...
	local id command
	command=$("$PYTHON" -c 'import json, sys; print(json.dumps(sys.argv[1:]))' "${@:3}")
	id=$(engine POST "/containers/$1/exec" -d '{"AttachStdout": true, "AttachStderr": true, "Tty": true, "User": "'"$2"'", "Cmd": '"$command"'}' |
		json 'print(data["Id"])')
	engine POST "/exec/$id/start" -d '{"Detach": false, "Tty": true}'
}
