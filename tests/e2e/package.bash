# shellcheck shell=bash
# Packages that nobody built. Sourced by the cases that need some.

# Makes a package for any arch of the files in a folder, which may have an .INSTALL, and prints where
# it is. Further arguments are lines of its .PKGINFO.
make_package() { # folder for it, name, version, folder of its files, line...
	local file=$1/$2-$3-any.pkg.tar.zst
	printf '%s\n' "pkgname = $2" "pkgbase = $2" "pkgver = $3" 'pkgdesc = a fixture' 'url = https://localhost/' \
		'builddate = 1700000000' 'packager = Nobody <nobody@localhost>' 'size = 100' 'arch = any' "${@:5}" >"$4/.PKGINFO"
	(shopt -s nullglob && cd "$4" && bsdtar --zstd --uid 0 --gid 0 -cf "$file" -- .PKGINFO .INSTAL[L] *)
	printf '%s' "$file"
}
