# shellcheck shell=bash
# A Podman with configuration and storage of its own, for the quickstart.
# Sourced after contrib/common.bash. DIR is the quickstart's folder.

# Its sockets and marks: short, since sockets' paths are, and gone after a reboot.
own_podman_run_dir() {
	local base=${XDG_RUNTIME_DIR:-/tmp}
	((EUID != 0)) || base=/run
	printf '%s/pkgkiln-%s-%s' "$base" "$EUID" "$(cksum <<<"$DIR" | cut -d ' ' -f 1)"
}

# Installs what is missing, and gives the user what rootless containers need.
own_podman_prepare() {
	need podman "$(podman_oci_runtime)"
	if podman_since 5; then need pasta nft; else need slirp4netns; fi
	((EUID != 0)) || return 0
	give_subordinate_ids "$(id -un)"
	check_rootless "$(id -un)" env
}

# overlay, since Podman would choose vfs, which copies whole images. The networks
# of root's Podman would go to /etc otherwise.
own_podman_configure() { # folder
	local run
	run=$(own_podman_run_dir)
	mkdir -p -- "$1/storage" "$1/networks"
	[[ -d $run ]] || mkdir -m 700 -- "$run"
	[[ -O $run && ! -L $run ]] || die "$run belongs to another user" 'remove it'
	cat >"$1/containers.conf" <<-CONF
		[engine]
		runtime = "$(podman_oci_runtime)"
		cgroup_manager = "cgroupfs"
		events_logger = "file"
		tmp_dir = "$run/libpod"

		[network]
		network_backend = "netavark"
		network_config_dir = "$1/networks"
	CONF
	cat >"$1/storage.conf" <<-CONF
		[storage]
		driver = "overlay"
		$(podman_storage_keys "$1/storage")
		runroot = "$run/containers"
	CONF
}

own_podman() { # folder, arguments of podman...
	CONTAINERS_CONF=$1/containers.conf CONTAINERS_STORAGE_CONF=$1/storage.conf podman "${@:2}"
}
