"""Git repositories with PKGBUILDs, written without a work tree."""

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


class PkgbuildMaker:
    """The files of PKGBUILDs that differ in names, versions and noise."""

    def __init__(self):
        self.source = random.Random(1700000000)

    def files(self, name, version, patches):
        """By their names; `patches` says how many lines each of them has."""
        values = {"name": name, "version": version, "sum": self.source.randbytes(32).hex()}
        made = {"PKGBUILD": PKGBUILD.format(**values), ".SRCINFO": SRCINFO.format(**values)}
        for number, lines in enumerate(patches):
            made[f"fix{number or ''}.patch"] = "".join(
                f"+{self.source.randbytes(32).hex()}\n" for _ in range(lines))
        return made


def import_commits(path, commits):
    """Adds to the repository; each commit is (ref, whether there is one before it, time, files)."""
    with subprocess.Popen(["git", "-C", path, "fast-import", "--quiet"],
                          stdin=subprocess.PIPE) as process:
        put = process.stdin.write
        for ref, has_parent, time, files in commits:
            put(f"commit {ref}\ncommitter Tester <tester@localhost> {time} +0000\ndata 0\n".encode())
            if has_parent:
                put(f"from {ref}^0\n".encode())
            for name, text in files.items():
                content = text.encode()
                put(f"M 100644 inline {name}\ndata {len(content)}\n".encode() + content + b"\n")
    if process.returncode != 0:
        raise OSError("git fast-import failed")


class Monorepo:
    """The bare repository `path` with `count` directories, in one commit."""

    PATCHES = (75,)  # so that 2,500 directories have some 16 MB

    def __init__(self, path, count):
        self.path, self.names = path, [f"package-{number:05}" for number in range(count)]
        self.maker = PkgbuildMaker()
        self.commits = 0
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", path], check=True)
        self.commit_of(self.names, "1.0")

    def change(self, name):
        self.commit_of([name], f"1.{self.commits}")

    def commit_of(self, names, version):
        """Adds a commit."""
        self.commits += 1
        files = {f"{name}/{file}": text for name in names
                 for file, text in self.maker.files(name, version, self.PATCHES).items()}
        import_commits(self.path, [("refs/heads/main", self.commits > 1,
                                    1700000000 + 60 * self.commits, files)])

    def commit(self):
        return self.git("rev-parse", "refs/heads/main").strip()

    def trees(self):
        """The id of each directory, by its name."""
        return {name: about.split()[2] for about, name in
                (line.split("\t") for line in self.git("ls-tree", "refs/heads/main").splitlines())}

    def git(self, *arguments):
        return subprocess.run(["git", "-C", self.path, *arguments], check=True, text=True,
                              stdout=subprocess.PIPE).stdout


def make_repositories(folder, names):
    """A bare repository NAME.git for each name, with a PKGBUILD and nine files beside it."""
    maker = PkgbuildMaker()
    objects = os.path.join(folder, "objects.git")
    subprocess.run(["git", "init", "--quiet", "--bare", objects], check=True)
    import_commits(objects, ((f"refs/heads/{name}", False, 1700000000,
                              maker.files(name, "1.0", 8 * (20,))) for name in names))
    listing = subprocess.run(["git", "-C", objects, "show-ref"], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    for line in listing.splitlines():
        commit, ref = line.split()
        files = {"HEAD": "ref: refs/heads/main\n", "refs/heads/main": commit + "\n",
                 "config": "[core]\n\trepositoryformatversion = 0\n\tbare = true\n",
                 # One pack for all of them is written much faster.
                 "objects/info/alternates": os.path.join(objects, "objects") + "\n"}
        for name, text in files.items():
            path = os.path.join(folder, os.path.basename(ref) + ".git", name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="ascii") as file:
                file.write(text)


def size_on_disk(folder):
    return sum(os.lstat(os.path.join(place, name)).st_blocks * 512
               for place, folders, files in os.walk(folder) for name in folders + files)
