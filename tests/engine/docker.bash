# shellcheck shell=bash
# A private dockerd. It lives in namespaces of its own (network, mounts,
# processes), so its bridges, firewall rules and mounts never meet those of a
# Docker that the machine already runs, and all of it is gone when it ends. It
# reaches this machine, through a veth pair, and nothing beyond it.
# Sourced by tests/engines.

docker_needs() {
	((EUID == 0)) || command -v sudo >/dev/null || die 'a private Docker needs root, and there is no sudo' \
		'run tests/engines as root, or only rootless Podman: tests/engines start --runtime podman'
	need docker http
}

docker_alive() { mark_alive "$(recall DOCKER_HOLDER)" && docker_answers; }

docker_answers() { curl -fsS --max-time 5 --unix-socket "$DIR/docker/docker.sock" http://localhost/_ping; }

# A /16 that no address or route of this machine has a part in.
free_network() {
	local second taken
	taken=$(ip -4 route show table all; ip -4 addr)
	for ((second = 201; second < 250; second++)); do
		[[ $taken == *"10.$second."* ]] || { printf '10.%s' "$second"; return; }
	done
	die 'no free network for Docker between 10.201.0.0/16 and 10.249.0.0/16'
}

docker_start() {
	local network link init
	say 'starting Docker'
	network=$(free_network)
	link=pkgkiln${network##*.}
	mkdir -p "$DIR/docker"
	# With setsid Ctrl-C goes to tests/engines alone, which then ends it.
	"${ROOT[@]}" setsid --wait unshare --net --mount --pid --fork --kill-child --mount-proc --propagation slave \
		bash "$HERE/engine/docker-inside" "$DIR" "$network" "$link" "$(id -g)" "$(registry_program)" >"$DIR/docker/log" 2>&1 </dev/null 4>&- 6>&- 9>&- &
	remember DOCKER_STARTER "$(process_mark "$!")"
	init=$(wait_for_first "$!") || {
		cat "$DIR/docker/log" >&2
		die 'cannot make namespaces for Docker (the words of unshare are above)' \
			'it needs root and a kernel that lets root make network, mount and pid namespaces'
	}
	remember DOCKER_HOLDER "$(process_mark "$init")"
	remember DOCKER_CGROUP "$link"
	remember DOCKER_HOST_ADDRESS "$network.255.1"
	as_root ip link add "$link" type veth peer name uplink netns "$init" ||
		die 'cannot make a veth pair to Docker' 'it needs the kernel module veth: modprobe veth'
	as_root ip addr add "$network.255.1/30" dev "$link"
	as_root ip link set "$link" up
	wait_until 60 Docker "$(recall DOCKER_HOLDER)" "$DIR/docker/log" docker_answers
}

# The first process of the new namespaces is process 1 in there.
wait_for_first() { # pid of the one that makes them; prints the first one's pid
	local tries child
	for ((tries = 100; tries > 0; tries--)); do
		for child in $(children_of "$1"); do
			if grep -Eq '^NSpid:.*[[:space:]]1$' "/proc/$child/status"; then
				printf '%s' "$child"
				return
			fi
		done
		[[ -d /proc/$1 ]] || return 1
		sleep 0.05
	done
	return 1
} 2>/dev/null

# dockerd's pid as this machine sees it.
docker_pid() {
	local holder child
	holder=$(recall DOCKER_HOLDER)
	for child in $(children_of "${holder%%:*}"); do
		[[ $(cat "/proc/$child/comm" 2>/dev/null) != dockerd ]] || printf '%s' "$child"
	done
}

docker_stop() {
	local holder name cgroup
	holder=$(recall DOCKER_HOLDER)
	name=$(recall DOCKER_CGROUP)
	# The first process of a pid namespace takes all others with it.
	if mark_alive "$holder"; then
		signal KILL "${holder%%:*}"
		while mark_alive "$holder"; do sleep 0.05; done
	fi
	end_process "$(recall DOCKER_STARTER)" 2
	for cgroup in "/sys/fs/cgroup/$name" /sys/fs/cgroup/*/"$name"; do
		[[ -n $name && -d $cgroup ]] || continue
		as_root find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || true
	done
	rm -rf -- "$DIR/docker" 2>/dev/null || as_root rm -rf -- "$DIR/docker"
}

docker_env() {
	printf 'PKGKILN_TEST_DOCKER_SOCKET=%q\n' "unix://$DIR/docker/docker.sock"
	printf 'PKGKILN_TEST_DOCKER_PID=%q\n' "$(docker_pid)"
	printf 'PKGKILN_TEST_HOST_ADDRESS_DOCKER=%q\n' "$(recall DOCKER_HOST_ADDRESS)"
}
