# shellcheck shell=bash
# A private image registry on 127.0.0.1 that holds the base image.
# Sourced by tests/engines.

registry_program() { command -v docker-registry || command -v registry; }

registry_ready() { curl -fsS "http://127.0.0.1:$1/v2/"; }

registry_needs() {
	need http
	# Its own name is registry, the distribution's docker-registry.
	registry_program >/dev/null || need registry
}

registry_alive() { mark_alive "$(recall REGISTRY)"; }

# A start after the first one copies what was pushed then.
registry_start() { # base image's tar
	local port key cached
	say 'starting the registry'
	port=$(recall REGISTRY_PORT)
	for ((port = ${port:-5055}; port < 5255; port++)); do
		port_is_free "$port" && break
	done
	((port < 5255)) || die 'no free port for the registry between 5055 and 5254' 'end what listens there'
	mkdir -p "$DIR/registry/data"
	cat >"$DIR/registry/config.yml" <<-YML
		version: 0.1
		log: {level: warn}
		storage:
		  filesystem: {rootdirectory: $DIR/registry/data}
		  delete: {enabled: true}
		http: {addr: 127.0.0.1:$port}
	YML
	key=$(sha256sum <"$1.made-by")
	cached=$CACHE/registry-${key:0:16}
	[[ ! -e $cached/complete || -d $DIR/registry/data/docker ]] || cp -a --reflink=auto "$cached/data/." "$DIR/registry/data/"
	setsid "$(registry_program)" serve "$DIR/registry/config.yml" \
		>"$DIR/registry/log" 2>&1 </dev/null 4>&- 6>&- 9>&- &
	remember REGISTRY "$(process_mark "$!")"
	remember REGISTRY_PORT "$port"
	wait_until 10 'the registry' "$(recall REGISTRY)" "$DIR/registry/log" registry_ready "$port"
	if [[ ! -e $cached/complete ]]; then
		say 'pushing the base image'
		registry_push "$1" "http://127.0.0.1:$port/v2/library/archlinux" latest
		rm -rf "$CACHE"/registry-*
		mkdir -p "$cached"
		cp -a --reflink=auto "$DIR/registry/data" "$cached/data"
		touch "$cached/complete"
	fi
}

registry_stop() { end_process "$(recall REGISTRY)" 5; }

# --- pushing needs no engine: two blobs and a manifest --------------------------

sha256_of() { sha256sum -- "$1" | cut -d ' ' -f 1; }

upload_blob() { # file, repository's URL
	local digest location separator='?'
	digest=$(sha256_of "$1")
	location=$(curl -fsS -X POST -D - -o /dev/null "$2/blobs/uploads/" |
		sed -n 's/^[Ll]ocation: *\([^\r]*\)\r*$/\1/p')
	[[ $location != *'?'* ]] || separator='&'
	curl -fsS -o /dev/null -T "$1" -H 'Content-Type: application/octet-stream' -H 'Expect:' \
		"$location${separator}digest=sha256:$digest" || die "cannot push $1 to $2" "see $DIR/registry/log"
}

registry_push() ( # tar, repository's URL, tag
	local work layer=layer.tar.gz architecture
	work=$(mktemp -d "$DIR/registry/push.XXXXXX")
	trap 'rm -rf -- "$work"' EXIT
	case $(uname -m) in
	x86_64) architecture=amd64 ;;
	aarch64) architecture=arm64 ;;
	*) architecture=$(uname -m) ;;
	esac
	gzip -1 -n <"$1" >"$work/$layer"
	# What an Arch image says of itself.
	cat >"$work/config" <<-JSON
		{"architecture":"$architecture","os":"linux","created":"2023-11-14T22:13:20Z",
		"config":{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin","LANG=C.UTF-8"],
		"Cmd":["/usr/bin/bash"]},
		"rootfs":{"type":"layers","diff_ids":["sha256:$(sha256_of "$1")"]},
		"history":[{"created":"2023-11-14T22:13:20Z","created_by":"contrib/base-image"}]}
	JSON
	cat >"$work/manifest" <<-JSON
		{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json",
		"config":{"mediaType":"application/vnd.docker.container.image.v1+json",
		"size":$(stat -c %s "$work/config"),"digest":"sha256:$(sha256_of "$work/config")"},
		"layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip",
		"size":$(stat -c %s "$work/$layer"),"digest":"sha256:$(sha256_of "$work/$layer")"}]}
	JSON
	upload_blob "$work/$layer" "$2"
	upload_blob "$work/config" "$2"
	curl -fsS -o /dev/null -X PUT --data-binary @"$work/manifest" \
		-H 'Content-Type: application/vnd.docker.distribution.manifest.v2+json' "$2/manifests/$3" ||
		die "cannot push the manifest to $2" "see $DIR/registry/log"
)
