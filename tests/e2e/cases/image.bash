# shellcheck shell=bash
# shellcheck disable=SC2034 # read by configure
# One engine is enough: docker.
# What is configured for the builder image takes effect, and only then makes a new one.

builder_image() { ours images; }
image_is_new() { [[ $(builder_image | wc -l) == 1 && $(builder_image) != "$1" ]] || fail "before: $1" "now: $(builder_image)"; }
image_is() { [[ $(builder_image) == "$1" ]] || fail "before: $1" "now: $(builder_image)"; }
image_log() { cat "$STATE"/logs/.builder-image/*.log; }

configure anyarch epoch
kiln plain build
it 'builds with the image as it is' code_is 0
it 'says that it makes the builder image, and where its log is' err_has "making the builder image (log: $STATE/logs/.builder-image/"
first=$(builder_image)

# The packages made so far become another repository, of which one goes into the image.
cp -R "$REPO" "$ROOT/served/extra-$TOPIC"
(cd "$ROOT/served/extra-$TOPIC" && for form in db files; do rm "kiln.$form" && mv "kiln.$form.tar.gz" "extra.$form"; done)
cat >"$WORLD/extra.conf" <<CONF
[extra]
SigLevel = Never
Server = http://fixtures.test:$PORT/extra-$TOPIC
CONF
printf "PKGEXT='.pkg.tar.xz'\n" >"$WORLD/makepkg.conf"
commit_file needs-extra PKGBUILD <<'PKGBUILD'
pkgname=needs-extra
pkgver=1.0
pkgrel=1
arch=(any)
makedepends=(epoch)
build() {
	# One is in the image, the other was installed for this build.
	test -e /usr/share/anyarch/version
	test -e /usr/share/epoch/version
}
package() {
	install -d "$pkgdir/usr/share/needs-extra"
}
PKGBUILD
IMAGE_LINES=$'packages = ["anyarch"]\npacman_conf = "extra.conf"\nmakepkg_conf = "makepkg.conf"'
BUILD_LINES='packager = "Tess Ter <tess@example.org>"'
configure anyarch epoch needs-extra
kiln configured build
it 'builds a target that needs a configured repository and package' code_is 0
it 'makes a new builder image and removes the old one' image_is_new "$first"
it 'compresses as the configured makepkg.conf says' published needs-extra-1.0-1-any.pkg.tar.xz
it 'does not build again what is published in another compression' out_has '1 built, 2 up-to-date, 0 failed'
distribution_knows() {
	local line
	for line in 'pkgkiln-distribution 1 ' 'repository core' 'repository extra' 'package epoch 2:'; do
		grep -q "^$line" "$STATE/distribution" || fail "no '$line' in $STATE/distribution" "$(head -n 5 "$STATE/distribution")"
	done
}
it 'keeps what the repositories of that image hold' distribution_knows
second=$(builder_image)

# shellcheck source=pacman.bash
. "$HERE/pacman.bash"
packager_is() {
	with_pacman -Sy
	[[ $(with_pacman -Si needs-extra | sed -n 's/^Packager *: //p') == "$1" ]] || fail "$(with_pacman -Si needs-extra)"
}
it 'puts the configured packager into the package' packager_is 'Tess Ter <tess@example.org>'
installs_xz() { with_pacman -S needs-extra; }
it 'publishes a .pkg.tar.xz that pacman installs' installs_xz

kiln reused build --force needs-extra
it 'reuses the image when nothing of it changed' image_is "$second"

printf "PKGEXT='.pkg.tar.gz'\n" >"$WORLD/makepkg.conf"
commit_file gzipped PKGBUILD <<'PKGBUILD'
pkgname=gzipped
pkgver=1.0
pkgrel=1
arch=(any)
package() {
	install -d "$pkgdir/usr/share/gzipped"
}
PKGBUILD
configure gzipped
kiln gzipped build
it 'makes a new image when the content of a configured file changed' image_is_new "$second"
it 'publishes a .pkg.tar.gz' published gzipped-1.0-1-any.pkg.tar.gz
installs_gz() { with_pacman -Sy && with_pacman -S gzipped; }
it 'publishes a .pkg.tar.gz that pacman installs' installs_gz
third=$(builder_image)

kiln refreshed build --refresh-image
it 'makes a new image on --refresh-image although nothing is to be built' image_is_new "$third"
it 'ends with 0 then' code_is 0
fourth=$(builder_image)

IMAGE_LINES=$'packages = ["no-such-package-anywhere"]'
configure gzipped
kiln broken build --force
it 'ends with 3 when the image cannot be made' code_is 3
it 'says why and where the log is' err_has 'no-such-package-anywhere' 'log: ' 'try: '
it 'keeps the image that it had' image_is "$fourth"

# --- packages of a level of x86_64, which every machine has that tests run on --------------------

levels() {
	# A part, beside all that the image's own says.
	# shellcheck disable=SC2016 # for the shell that reads it
	printf '%s\n' 'CARCH="x86_64_v2"' 'CFLAGS="$CFLAGS -march=x86-64-v2"' >"$WORLD/makepkg.conf"
	commit_file leveled PKGBUILD <<-'PKGBUILD'
		pkgname=leveled
		pkgver=1.0
		pkgrel=1
		arch=(x86_64)
		provides_x86_64=(is-leveled)
		source_x86_64=(for-x86_64)
		sha256sums_x86_64=(SKIP)
		build() {
			[[ $CARCH == x86_64 && $CFLAGS == *-march=x86-64-v2 ]]
			cat for-x86_64
		}
		package() { install -d "$pkgdir/usr/share/leveled"; }
	PKGBUILD
	commit_file leveled for-x86_64 <<<x
	sed -e 's/^pkgname=.*/pkgname=named/' -e 's/x86_64/x86_64_v2/g' <<-'PKGBUILD' | commit_file named PKGBUILD
		pkgname=
		pkgver=1.0
		pkgrel=1
		arch=(x86_64)
		makedepends_x86_64=(is-leveled)
		build() { [[ $CARCH == x86_64 && -d /usr/share/leveled ]]; }
		package() { install -d "$pkgdir/usr/share/named"; }
	PKGBUILD
	IMAGE_LINES='makepkg_conf = "makepkg.conf"'
	configure leveled named gzipped
	REPO=$WORLD/repo/kiln/x86_64_v2
	sed -i -e 's/^Architecture.*/& x86_64_v2/' -e "s|^Server.*|Server = file://$REPO|" "$WORLD/pacman/pacman.conf"
	kiln levels build
	it 'builds for a level of x86_64 what is for that, or for x86_64' code_is 0
	it 'publishes packages of that level, and others, in its repository' published leveled-1.0-1-x86_64_v2.pkg.tar.zst named-1.0-1-x86_64_v2.pkg.tar.zst gzipped-1.0-1-any.pkg.tar.zst
	installs_leveled() { with_pacman -Sy && with_pacman -S is-leveled named gzipped && [[ $(with_pacman -Qi leveled) == *': x86_64_v2'* ]]; }
	it 'publishes packages that pacman installs where it is for that level' installs_leveled
	kiln levels-again build
	it 'builds none of them again' out_has '0 built, 3 up-to-date, 0 failed'
	# shellcheck disable=SC2016 # for a shell that does not read it
	printf 'CARCH=$(uname -m)\n' >"$WORLD/makepkg.conf"
	kiln unclear-level plan
	it 'refuses a CARCH that only a shell can tell' code_is 3
	it 'says which file that is in' err_has 'cannot use image.makepkg_conf' 'its CARCH is no plain word'
	IMAGE_LINES=''
	configure gzipped
	REPO=$WORLD/repo/kiln/$ARCH
}
[[ $ARCH != x86_64 ]] || levels

# --- a registry that wants to know who asks: the tests' own once more, behind a password ------------

REGISTRY_PASSWORD=pass$RANDOM$RANDOM$RANDOM
ENGINES=${SOCKET#unix://} ENGINES=${ENGINES%/*/*}
[[ -d $ENGINES/registry ]] || ENGINES=${ENGINES%/*}
REGISTRY_HOST=127.0.0.1
[[ $RUNTIME != docker ]] || REGISTRY_HOST=$HOST_ADDRESS

registry_listens() { (exec 3<>"/dev/tcp/$REGISTRY_HOST/$1") 2>/dev/null; }

# Podman insists on a certificate that it can trust; Docker's is told that these need none.
registry_starts() {
	local candidate=5300 tls='' certificates
	while registry_listens "$candidate"; do candidate=$((candidate + 1)); done
	PRIVATE=$REGISTRY_HOST:$candidate
	if [[ $RUNTIME == podman ]]; then
		openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=registry -addext "subjectAltName=IP:$REGISTRY_HOST" \
			-keyout "$WORLD/registry.key" -out "$WORLD/registry.crt" 2>/dev/null
		tls=", tls: {certificate: $WORLD/registry.crt, key: $WORLD/registry.key}"
		certificates=$PKGKILN_TEST_PODMAN_DIR/home/.config/containers/certs.d/$PRIVATE
		mkdir -p "$certificates"
		cp "$WORLD/registry.crt" "$certificates/ca.crt"
		chmod -R a+rX "$PKGKILN_TEST_PODMAN_DIR/home/.config/containers/certs.d"
	fi
	# shellcheck disable=SC2016 # the salt's
	REGISTRY_PASSWORD=$REGISTRY_PASSWORD perl -e 'print "tester:", crypt($ENV{REGISTRY_PASSWORD}, q($2y$05$) . "abcdefghijklmnopqrstuu"), "\n"' >"$WORLD/htpasswd"
	cat >"$WORLD/registry.yml" <<-YML
		version: 0.1
		log: {level: error}
		storage:
		  filesystem: {rootdirectory: $ENGINES/registry/data}
		  maintenance: {readonly: {enabled: true}}
		auth:
		  htpasswd: {realm: tests, path: $WORLD/htpasswd}
		http: {addr: "$PRIVATE"$tls}
	YML
	"$(command -v docker-registry || command -v registry)" serve "$WORLD/registry.yml" >"$WORLD/registry.log" 2>&1 &
	REGISTRY_PID=$!
	AT_END+=(registry_ends)
	wait_for 10 registry_listens "$candidate"
}

registry_ends() {
	kill "$REGISTRY_PID" 2>/dev/null
	engine DELETE "/images/$PRIVATE/library/archlinux:latest" >/dev/null 2>&1
	[[ $RUNTIME != podman ]] || rm -r "$PKGKILN_TEST_PODMAN_DIR/home/.config/containers/certs.d/$PRIVATE"
}

registry_starts || { cat "$WORLD/registry.log" >&2; exit 1; }
sed -i "s|^base = .*|base = \"$PRIVATE/library/archlinux:latest\"|" "$CONFIG"
login_is() { # file, user:password
	mkdir -p "${1%/*}"
	printf '{"auths": {"%s": {"auth": "%s"}}}\n' "$PRIVATE" "$(printf '%s' "$2" | base64 -w 0)" >"$1"
}
forget_image() { engine DELETE "/images/$PRIVATE/library/archlinux:latest" >/dev/null; }

kiln no-login doctor
it 'says what to do about a registry that wants a login' out_has "podman login $PRIVATE"
login_is "$WORLD/run/containers/auth.json" "tester:not-$REGISTRY_PASSWORD"
kiln wrong-login doctor
it 'says which login was refused' out_has "the credentials in '$WORLD/run/containers/auth.json' were sent"
rm "$WORLD/run/containers/auth.json"
login_is "$WORLD/home/.docker/config.json" "tester:$REGISTRY_PASSWORD"
kiln login doctor
it "pulls with what 'docker login' left, on every engine" out_has "$PRIVATE/library/archlinux:latest was pulled"
it 'has the image then, to be forgotten' forget_image
login_is "$WORLD/run/containers/auth.json" "tester:$REGISTRY_PASSWORD"
rm "$WORLD/home/.docker/config.json"
kiln podman-login doctor
it "pulls with what 'podman login' left, on every engine" out_has "$PRIVATE/library/archlinux:latest was pulled"
it 'has the image again, to be forgotten' forget_image
printf '{"credHelpers": {"%s": "e2e"}}\n' "$PRIVATE" >"$WORLD/run/containers/auth.json"
mkdir "$WORLD/bin"
cat >"$WORLD/bin/docker-credential-e2e" <<-'SH'
	#!/bin/sh
	read -r server
	printf '{"ServerURL": "%s", "Username": "tester", "Secret": "%s"}\n' "$server" "$(cat "$HOME/secret")"
SH
chmod +x "$WORLD/bin/docker-credential-e2e"
printf '%s' "$REGISTRY_PASSWORD" >"$WORLD/home/secret"
PATH=$WORLD/bin:$PATH kiln helper doctor
it 'pulls with what a credential helper says' out_has "$PRIVATE/library/archlinux:latest was pulled"
says_no_password() { lacks "$WORLD/runs/helper.out" "$REGISTRY_PASSWORD" && ! grep -rlF -e "$REGISTRY_PASSWORD" "$WORLD/runs" "$STATE"; }
it 'shows no password of a registry' says_no_password
