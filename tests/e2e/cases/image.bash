# shellcheck shell=bash
# shellcheck disable=SC2034 # read by configure
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
