# shellcheck shell=bash
# A private rootless Podman service, with its own configuration, storage and
# runtime directory. Sourced by tests/engines.

podman_user() {
	if ((EUID == 0)); then printf 'pkgkiln-test'; else id -un; fi
}

# Sets AS_PODMAN: what runs a command as Podman's user, in the private
# instance's environment. All of it ends in exec, so the pid stays the same.
podman_command() {
	local user
	user=$(podman_user)
	AS_PODMAN=()
	((EUID != 0)) || AS_PODMAN=(setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups)
	AS_PODMAN+=(env -i -C / PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
		HOME="$DIR/podman/home" USER="$user" LOGNAME="$user" TMPDIR="$DIR/podman/tmp" \
		XDG_RUNTIME_DIR="$DIR/podman/run" CONTAINERS_CONF="$DIR/podman/containers.conf" \
		CONTAINERS_STORAGE_CONF="$DIR/podman/storage.conf" \
		CONTAINERS_REGISTRIES_CONF="$DIR/podman/registries.conf")
}

as_podman() {
	podman_command
	"${AS_PODMAN[@]}" "$@"
}

podman_needs() {
	need podman "$(podman_oci_runtime)" http
	# The firewall of later ones is nftables.
	! podman_since 5 || need nft
	if podman_since 6; then need pasta; else need slirp4netns; fi
}

podman_add_user() {
	local user
	user=$(podman_user)
	if ! id "$user" >/dev/null 2>&1; then
		say "adding the user $user"
		as_root useradd -m "$user"
	fi
	give_subordinate_ids "$user"
}

podman_configure() {
	local dir=$DIR/podman engine_keys network_keys=''
	mkdir -p "$dir"/{home/.config/containers,run,tmp,storage,socket}
	# 10.0.2.2 is this machine for containers. Podman 5 has another program by default, with another
	# address; Podman 6 has no other.
	if podman_since 6; then
		engine_keys=''
		network_keys='pasta_options = ["--map-host-loopback", "10.0.2.2"]'
	else
		engine_keys='network_cmd_options = ["allow_host_loopback=true"]'
		! podman_since 5 || network_keys='default_rootless_network_cmd = "slirp4netns"'
	fi
	cat >"$dir/containers.conf" <<-CONF
		[engine]
		runtime = "$(podman_oci_runtime)"
		cgroup_manager = "cgroupfs"
		events_logger = "file"
		# How long an exec's conmon stays after its end: by default five minutes.
		exit_command_delay = 10
		$engine_keys

		[network]
		network_backend = "netavark"
		$network_keys
	CONF
	cat >"$dir/storage.conf" <<-CONF
		[storage]
		driver = "overlay"
		$(podman_storage_keys "$dir/storage")
		runroot = "$dir/run/containers"
	CONF
	cat >"$dir/registries.conf" <<-CONF
		unqualified-search-registries = []

		[[registry]]
		location = "127.0.0.1:$(recall REGISTRY_PORT)"
		insecure = true
	CONF
	printf '{"default":[{"type":"insecureAcceptAnything"}]}\n' >"$dir/home/.config/containers/policy.json"
	if ((EUID == 0)); then
		chown -R "$(podman_user):" "$dir/home"
		chown "$(podman_user):" "$dir" "$dir"/*
	fi
	chmod 700 "$dir/run"
}

podman_socket() { printf '%s' "$DIR/podman/socket/podman.sock"; }

podman_answers() { curl -fsS --max-time 5 --unix-socket "$(podman_socket)" http://localhost/_ping; }

podman_alive() { mark_alive "$(recall PODMAN)" && podman_answers; }

podman_start() {
	say 'starting rootless Podman'
	podman_add_user
	podman_configure
	check_rootless "$(podman_user)" as_podman
	: >"$DIR/podman/log"
	podman_command
	setsid "${AS_PODMAN[@]}" podman system service --time=0 "unix://$(podman_socket)" \
		>>"$DIR/podman/log" 2>&1 </dev/null 4>&- 6>&- 9>&- &
	wait_until 30 'the Podman service' "$(process_mark "$!")" "$DIR/podman/log" podman_answers
	remember PODMAN "$(process_mark "$(podman_pid)")"
	podman_check
}

# The process that serves: when rootless, a child of the one that was started.
podman_pid() {
	local pid
	for pid in $(podman_processes); do
		is_service "$pid" || continue
		has_service_child "$pid" || { printf '%s' "$pid"; return; }
	done
}

is_service() { # pid
	local words
	words=$(tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline") && [[ $words == *podman\ system\ service* ]]
} 2>/dev/null

has_service_child() { # pid
	local child
	for child in $(children_of "$1"); do
		is_service "$child" && return
	done
	return 1
}

# All that runs in the private instance's environment has its runtime directory.
podman_processes() {
	local environ
	for environ in /proc/[0-9]*/environ; do
		grep -qzxF "XDG_RUNTIME_DIR=$DIR/podman/run" "$environ" 2>/dev/null || continue
		environ=${environ#/proc/}
		printf '%s\n' "${environ%%/*}"
	done
}

podman_check() {
	local driver
	# What it warns of is no part of the value.
	driver=$(as_podman podman info --format '{{.Store.GraphDriverName}}') ||
		die 'podman info fails (its words are above)'
	[[ $driver == overlay ]] || die "Podman's storage driver is $driver, not overlay" \
		"is there a file system below $DIR that overlay works on?"
}

podman_stop_processes() {
	local parent pid mark marks=()
	for parent in $(podman_processes); do
		for pid in $(children_of "$parent") "$parent"; do
			mark=$(process_mark "$pid") && marks+=("$mark")
		done
	done
	# All at once: some do not heed SIGTERM, and what they hold is thrown away.
	for mark in "${marks[@]}"; do
		! mark_alive "$mark" || signal KILL "${mark%%:*}"
	done
	for mark in "${marks[@]}"; do end_process "$mark" 3; done
}

# The process that holds the namespaces, when it was killed and its file is still there: no command
# of Podman's works then.
podman_forget_killed() {
	local file=$DIR/podman/run/libpod/tmp/pause.pid
	[[ -e $file ]] || return 0
	podman_processes | grep -xF -e "$(cat "$file")" >/dev/null || rm -f -- "$file"
}

podman_stop() {
	[[ -d $DIR/podman ]] || return 0
	podman_forget_killed
	if [[ -e $DIR/podman/containers.conf ]] && command -v podman >/dev/null; then
		as_podman timeout 60 podman rm --all --force --time 0 >/dev/null 2>&1 || true
		((EUID == 0)) || as_podman podman unshare find "$DIR/podman/storage" -mindepth 2 -delete || true
	fi
	end_process "$(recall PODMAN)" 3
	podman_stop_processes
	rm -rf -- "$DIR/podman"
}

podman_env() {
	printf 'PKGKILN_TEST_PODMAN_SOCKET=%q\n' "unix://$(podman_socket)"
	printf 'PKGKILN_TEST_PODMAN_PID=%q\n' "$(podman_pid)"
	printf 'PKGKILN_TEST_HOST_ADDRESS_PODMAN=%q\n' 10.0.2.2
	printf 'PKGKILN_TEST_PODMAN_USER=%q\n' "$(podman_user)"
	printf 'PKGKILN_TEST_PODMAN_DIR=%q\n' "$DIR/podman"
}
