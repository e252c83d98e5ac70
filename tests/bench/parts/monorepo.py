"""One Git repository with a directory for each of many PKGBUILDs, written without a work tree."""

import os
import random
import subprocess

PKGBUILD = """# Maintainer: Tester <tester at example dot com>
pkgname={name}
pkgver={version}
pkgrel=1
pkgdesc='The package {name} of a large repository'
arch=(x86_64)
url=https://example.com/{name}
license=(GPL3)
depends=(glibc gcc-libs)
makedepends=(cmake ninja)
source=("https://example.com/{name}/{name}-$pkgver.tar.gz"
        fix.patch)
sha256sums=({sum}
            SKIP)

build() {{
	cmake -S "$pkgname-$pkgver" -B build -G Ninja
	cmake --build build
}}

package() {{
	DESTDIR="$pkgdir" cmake --install build
}}
"""
SRCINFO = """pkgbase = {name}
	pkgdesc = The package {name} of a large repository
	pkgver = {version}
	pkgrel = 1
	url = https://example.com/{name}
	arch = x86_64
	license = GPL3
	makedepends = cmake
	makedepends = ninja
	depends = glibc
	depends = gcc-libs
	source = https://example.com/{name}/{name}-{version}.tar.gz
	source = fix.patch
	sha256sums = {sum}
	sha256sums = SKIP

pkgname = {name}
"""
PATCH_LINES = 75  # so that 2,500 directories have some 16 MB


class Monorepo:
    """The bare repository `path` with `count` directories, in one commit."""

    def __init__(self, path, count):
        self.path, self.names = path, [f"package-{number:05}" for number in range(count)]
        self.source = random.Random(1700000000)
        self.commits = 0
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", path], check=True)
        self.write(dict(entry for name in self.names for entry in self.files(name, "1.0")))

    def files(self, name, version):
        values = {"name": name, "version": version, "sum": self.source.randbytes(32).hex()}
        patch = "".join(f"+{self.source.randbytes(32).hex()}\n" for _ in range(PATCH_LINES))
        return ((f"{name}/PKGBUILD", PKGBUILD.format(**values)),
                (f"{name}/.SRCINFO", SRCINFO.format(**values)), (f"{name}/fix.patch", patch))

    def change(self, name):
        self.write(dict(self.files(name, f"1.{self.commits}")))

    def write(self, files):
        """Adds a commit."""
        self.commits += 1
        with subprocess.Popen(["git", "-C", self.path, "fast-import", "--quiet"],
                              stdin=subprocess.PIPE) as process:
            put = process.stdin.write
            put(b"commit refs/heads/main\n")
            put(f"committer Tester <tester@localhost> {1700000000 + 60 * self.commits} +0000\n".encode())
            put(b"data 0\n")
            if self.commits > 1:
                put(b"from refs/heads/main^0\n")
            for name, text in files.items():
                content = text.encode()
                put(f"M 100644 inline {name}\ndata {len(content)}\n".encode() + content + b"\n")
        if process.returncode != 0:
            raise OSError("git fast-import failed")

    def commit(self):
        return self.git("rev-parse", "refs/heads/main").strip()

    def trees(self):
        """The id of each directory, by its name."""
        return {name: about.split()[2] for about, name in
                (line.split("\t") for line in self.git("ls-tree", "refs/heads/main").splitlines())}

    def git(self, *arguments):
        return subprocess.run(["git", "-C", self.path, *arguments], check=True, text=True,
                              stdout=subprocess.PIPE).stdout


def size_on_disk(folder):
    return sum(os.lstat(os.path.join(place, name)).st_blocks * 512
               for place, folders, files in os.walk(folder) for name in folders + files)
