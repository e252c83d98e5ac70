# shellcheck shell=bash
# shellcheck disable=SC2034 # read by configure
# One engine is enough: podman.
# Packages that are built again from their records, and compared.

# shellcheck source=package.bash
. "$HERE/package.bash"

# A distribution whose package dep gets another version later.
distribution=$ROOT/served/extra-$TOPIC
mkdir -p "$WORLD/dep/usr/share/dep" "$distribution"
offer_dep() { # version
	rm -rf "${distribution:?}"/*
	printf '%s\n' "$1" >"$WORLD/dep/usr/share/dep/version"
	repo-add --quiet "$distribution/extra.db.tar.gz" "$(make_package "$distribution" dep "$1" "$WORLD/dep")"
	rm "$distribution/extra.db" && cp "$distribution/extra.db.tar.gz" "$distribution/extra.db"
} >&2
offer_dep 1.0-1
mkdir -p "$ROOT/served/archive-$TOPIC/packages/d/dep"
cp "$distribution"/dep-1.0-1-any.pkg.tar.zst "$ROOT/served/archive-$TOPIC/packages/d/dep/"
printf '[extra]\nSigLevel = Never\nServer = http://fixtures.test:%s/extra-%s\n' "$PORT" "$TOPIC" >"$WORLD/extra.conf"
IMAGE_LINES='pacman_conf = "extra.conf"'
# So that this machine reaches fixtures.test as well, and can say which commit a source was at.
BUILD_LINES='proxy = "none"'
ENVIRONMENT=("http_proxy=http://127.0.0.1:$PORT" no_proxy=127.0.0.1)

commit_file tool PKGBUILD <<'PKGBUILD'
pkgname=tool
pkgver=1.0
pkgrel=1
arch=(any)
makedepends=(dep)
package() {
	install -d "$pkgdir/usr/share/tool"
	echo 'made by tool' >"$pkgdir/usr/share/tool/text"
}
PKGBUILD
commit_file dated PKGBUILD <<'PKGBUILD'
pkgname=dated
pkgver=1.0
pkgrel=1
arch=(any)
package() {
	install -d "$pkgdir/usr/share/dated"
	date +%s%N >"$pkgdir/usr/share/dated/time"
	echo "$SOURCE_DATE_EPOCH" >"$pkgdir/usr/share/dated/epoch"
}
PKGBUILD
# An upstream of its own: other topics have theirs.
for number in one two three; do commit_file counted-upstream counted.txt <<<"$number"; done
sed "s|/upstream/counted.git|/$TOPIC/counted-upstream.git|" "$ROOT/served/plain/counted-git/PKGBUILD" | commit_file counted-git PKGBUILD
configure tool dated counted-git
kiln build build
it 'builds what is to be verified' code_is 0
commit_file counted-upstream counted.txt <<<four

kiln identical verify tool counted-git
it 'ends with 0 where the same comes out again' code_is 0
same() { out_has 'tool-1.0-1-any.pkg.tar.zst: identical' && out_matches '^counted-git-r3\..*: identical$'; }
it 'says so, also of a source whose branch moved' same
kiln differs verify --json dated
it 'ends with 1 where something else comes out' code_is 1
only_time() {
	json '
[package] = data["packages"]
assert package["verdict"] == "different", package
[difference] = package["differences"]
assert (difference["kind"], difference["what"]) == ("file", "usr/share/dated/time"), difference
assert difference["published"] != difference["rebuilt"]' <"$WORLD/runs/$RUN.out"
}
it 'says which file in the package differs, and nothing else' only_time

package=$REPO/tool-1.0-1-any.pkg.tar.zst
mkdir "$WORLD/changed" "$WORLD/elsewhere"
cp "$package"* "$WORLD/elsewhere/"
bsdtar -xf "$package" -C "$WORLD/changed"
printf 'made by another\n' >"$WORLD/changed/usr/share/tool/text"
(cd "$WORLD/changed" && bsdtar --zstd -cf "$WORLD/elsewhere/${package##*/}" .BUILDINFO .MTREE .PKGINFO usr)
kiln changed verify "$WORLD/elsewhere/${package##*/}"
it 'ends with 1 for a file that was changed' code_is 1
it 'says which one in it' out_has 'usr/share/tool/text: 16 bytes' 'its record is of a file of that name with other content'

offer_dep 2.0-1
kiln gone verify tool
it 'ends with 1 where what it was built with is gone' code_is 1
it 'says what, and what was there instead' out_has "can't be had any more: dep-1.0-1-any" 'installed dep: 1.0-1-any -> 2.0-1-any'
kiln archive verify tool --set "verify.archive=http://fixtures.test:$PORT/archive-$TOPIC"
it 'builds the same with what an archive has' code_is 0

rm "$package.intoto.jsonl"
kiln unrecorded verify tool
it 'ends with 3 where no record is' code_is 3
it 'says so' err_has 'nothing says how'
kiln after build
it 'has changed nothing of what was built' out_has '1 built, 2 up-to-date, 0 failed'
