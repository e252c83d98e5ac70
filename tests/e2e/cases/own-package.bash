# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034 # texts of scripts; read by configure
# Only by name: a compilation takes long.
# pkgkiln's own PKGBUILDs, built by pkgkiln, installed by the real pacman in a container; and its own
# image, made of that package, with the engine's socket.

PROJECT=$(readlink -f "$HERE/../..")

# --- what a distribution has and the base image does not ------------------------------

# Where the base image is made of this machine's packages (contrib/base-image), the machine itself has
# what else a build of pkgkiln needs: two packages of a pacman repository hold those files.
repackage() { # name, file with paths, what else it provides...
	local file=$ROOT/served/distribution-$TOPIC/$1-1-1-any.pkg.tar
	printf '%s\n' "pkgname = $1" "pkgbase = $1" 'pkgver = 1-1' 'pkgdesc = a stand-in' 'url = https://localhost/' \
		'builddate = 1700000000' 'packager = Nobody <nobody@localhost>' 'size = 100' 'arch = any' "${@:3}" >"$WORLD/.PKGINFO"
	{ printf '%s\n' -C "$WORLD" .PKGINFO -C /; cat "$2"; } | bsdtar --uid 0 --gid 0 -cnf "$file" -T -
}

# Names of what is installed here of what pkgkiln is built with. In a shell of its own, since
# contrib/common.bash has words of its own, too.
installed_packages() (
	# shellcheck source=/dev/null
	. "$PROJECT/contrib/common.bash"
	while read -r _ package _; do
		for name in ${package//|/ }; do
			! has_package "$name" || { printf '%s\n' "$name"; break; }
		done
	done < <(packages_for build; printf -- '- clang -\n')
)

make_distribution() {
	local name names LC_ALL=C
	export LC_ALL
	mkdir "$ROOT/served/distribution-$TOPIC"
	mapfile -t names < <(installed_packages)
	tar -tf "${XDG_CACHE_HOME:-$HOME/.cache}/pkgkiln-tests/base-image.tar" | sed 's|^\./||; s|/$||' | sort >"$WORLD/base"
	apt-cache depends --recurse --installed --no-suggests --no-recommends --no-conflicts --no-breaks --no-replaces \
		--no-enhances "${names[@]}" | grep '^[a-z]' | sort -u | { xargs dpkg -L 2>/dev/null || true; } |
		sed -E 's#^/##; s#^(lib|bin|sbin|lib64)/#usr/\1/#' | grep -Ev '^usr/share/(doc|man|info|locale|lintian)/' | sort -u |
		comm -23 - "$WORLD/base" | while IFS= read -r name; do
		[[ -d /$name && ! -L /$name ]] || [[ ! -e /$name && ! -L /$name ]] || printf '%s\n' "$name"
	done >"$WORLD/all"
	ldd "$PROGRAM" | sed -n 's|.*=> /\(.*\) (.*|\1|p' | sed -E 's#^lib/#usr/lib/#' | sort >"$WORLD/needed"
	# With what those are links to, or are linked from.
	sed 's|\.so\..*|.so.|' "$WORLD/needed" | sort -u | grep -Ff - "$WORLD/all" | sort >"$WORLD/libraries"
	comm -23 "$WORLD/all" "$WORLD/libraries" >"$WORLD/tools"
	repackage libraries "$WORLD/libraries" 'provides = '{fmt,gpgme,libarchive,sqlite,tomlplusplus}
	repackage tools "$WORLD/tools" 'provides = '{cli11,cmake,ninja,pkgconf,rapidjson} 'depend = libraries'
	repo-add --quiet "$ROOT/served/distribution-$TOPIC/distribution.db.tar" "$ROOT/served/distribution-$TOPIC"/*.pkg.tar
	printf '[distribution]\nSigLevel = Never\nServer = http://fixtures.test:%s/distribution-%s\n' "$PORT" "$TOPIC" >"$WORLD/pacman.conf"
	IMAGE_LINES=$'pacman_conf = "pacman.conf"\n'
}

# --- the repository under test ---------------------------------------------------------

make_repository() {
	mkdir "$WORLD/tree"
	git -C "$PROJECT" ls-files -z --cached --others --exclude-standard | tar -C "$PROJECT" --null --ignore-failed-read -cf - -T - | tar -C "$WORLD/tree" -xf -
	# The release is looked for where the tag is; the other one in the clone that it is in.
	sed -i "s|^_from=.*|_from=git+http://fixtures.test:$PORT/$TOPIC/pkgkiln.git|" "$WORLD/tree/contrib/PKGBUILD"
	git init --quiet --bare --initial-branch=main "$ROOT/served/$TOPIC/pkgkiln.git"
	"$HERE/../fixtures/commit" --tree "$WORLD/tree" "$ROOT/served/$TOPIC/pkgkiln.git" 'All of it'
	VERSION=$(sed -n 's/^project(pkgkiln VERSION \([0-9.]*\).*/\1/p' "$PROJECT/CMakeLists.txt")
	git -C "$ROOT/served/$TOPIC/pkgkiln.git" tag "v$VERSION" main
}

! command -v dpkg >/dev/null || it 'has what a build of pkgkiln needs' make_distribution
make_repository
printf '%s\n' 'export CXX=clang++' 'CXXFLAGS="-O0"' >"$WORLD/makepkg.conf"
! command -v dpkg >/dev/null || IMAGE_LINES=$'pacman_conf = "pacman.conf"\n'
IMAGE_LINES+='makepkg_conf = "makepkg.conf"'
url=$(packaging pkgkiln)
targets=("pkgkiln-git"$'\n'"url = \"$url\""$'\npath = "contrib/PKGBUILD-git"\ncheckout = "clone"')
targets+=("pkgkiln"$'\n'"url = \"$url\""$'\npath = "contrib"\nowns = ["pkgkiln"]')
configure "${targets[@]}"
kiln plan plan
it 'plans to build its own packages' code_is 0
kiln build build
it 'builds its own packages' code_is 0
it 'builds what is committed under its version' out_matches "^pkgkiln-git .*$VERSION\.r20[0-9.]+\.g[0-9a-f]{7}-1"

# --- the image -------------------------------------------------------------------------

IMAGE=localhost/pkgkiln-e2e-$$
VOLUME=pkgkiln-e2e-$$
podman() { PKGKILN_TEST_ENGINES=${PKGKILN_TEST_PODMAN_DIR%/podman} "$HERE/../engines" podman "$@"; }

# The package is there, so that nothing is compiled again; pacman installs it.
makes_the_image() {
	local base
	base=$(ours images)
	base=${base#sha256:}
	mkdir -p "$WORLD/context"
	(cd "$PROJECT" && cp -R --parents -t "$WORLD/context" contrib/container)
	cp "$REPO"/pkgkiln-git-*.pkg.tar.zst "$WORLD/context"
	tar -C "$WORLD/context" -cf - . | curl -sS --max-time 300 --unix-socket "${SOCKET#unix://}" -X POST --data-binary @- \
		-H 'Content-Type: application/x-tar' -H 'Expect:' \
		"http://engine/build?t=$IMAGE&dockerfile=contrib/container/Containerfile&buildargs=%7B%22BASE%22:%22$base%22%7D&networkmode=host&extrahosts=%5B%22fixtures.test:127.0.0.1%22%5D&layers=0" >"$WORLD/image.log"
	grep -q "Successfully tagged" "$WORLD/image.log" || fail "$(tail -n 20 "$WORLD/image.log")"
}
it 'makes its image of that package, which pacman installs' makes_the_image

# The container has what contrib/container/pkgkiln.container gives it.
in_container() { # script
	podman run --rm --interactive --userns=keep-id:uid=970,gid=970 --read-only --cap-drop all --security-opt no-new-privileges \
		--volume "${SOCKET#unix://}:/run/podman.sock" --volume "$VOLUME:/var/lib/pkgkiln" --env PKGKILN_RUNTIME_SOCKET=unix:///run/podman.sock \
		--add-host "fixtures.test:$HOST_ADDRESS" "$IMAGE" bash -euc "$1"
}
runs_in_it() {
	in_container 'id -u; pkgkiln --version; pkgkiln config --example; ls /usr/share/man/man?/pkgkiln*; pacman -Qkq pkgkiln-git' >"$WORLD/ran"
	has "$WORLD/ran" 970 "pkgkiln $VERSION" '[build]' /usr/share/man/man5/pkgkiln.toml.5.gz
}
it 'runs in it as a user of its own' runs_in_it

# The loop of the image runs until it is told to stop, and the health check tells of its first run.
builds_from_it() {
	sed "s|//127.0.0.1|//fixtures.test|; s|^socket = .*||; s|^state_dir.*||; s|^path = \"repo\"|path = \"/var/lib/pkgkiln/repository\"|" "$CONFIG" |
		in_container 'cat >config.toml
			export PKGKILN_CONFIG=$PWD/config.toml
			echo "before: $(pkgkiln health)" || true
			pkgkiln-loop build --due &
			until pkgkiln health | grep -E "went well|ended with"; do sleep 0.2; ((SECONDS < 600)); done
			echo "late: $(pkgkiln health --within 0s)" || true
			kill "$!" && wait "$!" || echo "ended with $?"
			ls /var/lib/pkgkiln/repository/*/*' >"$WORLD/ran" 2>&1 || fail "$(cat "$WORLD/ran")"
	has "$WORLD/ran" 'before: there was no run yet' 'went well: 1 targets, 1 built, 0 failed' 'late: no run since' anyarch-1.0-1-any.pkg.tar.zst
}
IMAGE_LINES='' configure anyarch
it 'builds through the socket of the engine, on a schedule, and tells whether that went well' builds_from_it
podman volume rm --force "$VOLUME" >/dev/null 2>&1
podman rmi --force "$IMAGE" >/dev/null 2>&1
