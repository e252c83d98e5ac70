# shellcheck shell=bash
# Three targets of which each needs the one before. Sourced by the cases that build them.

# A PKGBUILD that installs a file and wants what it depends on to be there. Its further arguments
# are lines of its own.
package_of() { # name, version, line...
	cat <<-PKGBUILD
		pkgname=$1
		pkgver=$2
		pkgrel=1
		pkgdesc='One of a chain'
		arch=(any)
		license=(custom:none)
		$(printf '%s\n' "${@:3}")
		package() {
			install -d "\$pkgdir/usr/share/chain"
			printf '%s\n' "\$pkgver" >"\$pkgdir/usr/share/chain/\$pkgname"
		}
	PKGBUILD
}
middle() { # how its build ends
	package_of chain-middle 1.0 epoch=1 "makedepends=('chain-base>=1.0')" 'depends=(chain-bottom)' \
		"build() { cat /usr/share/chain/chain-bottom; $1; }" | commit_file chain-middle PKGBUILD
}
middle false
package_of chain-bottom 1.0 "provides=('chain-base=1.0')" | commit_file chain-bottom PKGBUILD
package_of chain-top 1.0 "checkdepends=('chain-middle=1:1.0')" 'check() { cat /usr/share/chain/chain-middle; }' |
	commit_file chain-top PKGBUILD
