"""Packages without makepkg: what a database says of them, and package files of any size."""

import hashlib
import io
import os
import random
import subprocess
import tarfile

DATE = 1700000000


class Package:
    """One of many that differ in nothing but their names."""

    def __init__(self, name, version="1.0-1", size=64):
        self.name, self.version, self.size = name, version, size
        self.directory = f"{name}-{version}"
        self.file = f"{self.directory}-{os.uname().machine}.pkg.tar.zst"
        self.sha256 = hashlib.sha256(name.encode()).hexdigest()

    def desc(self):
        values = (("FILENAME", self.file), ("NAME", self.name), ("BASE", self.name),
                  ("VERSION", self.version), ("DESC", f"The package {self.name} of a large repository"),
                  ("CSIZE", self.size), ("ISIZE", 3 * self.size), ("SHA256SUM", self.sha256),
                  ("URL", f"https://example.com/{self.name}"), ("LICENSE", "GPL3"),
                  ("ARCH", os.uname().machine), ("BUILDDATE", DATE),
                  ("PACKAGER", "Tester <tester@example.com>"), ("DEPENDS", "glibc\ngcc-libs"),
                  ("MAKEDEPENDS", "cmake\nninja"))
        return "".join(f"%{name}%\n{value}\n\n" for name, value in values)

    def files(self):
        return "%FILES%\nusr/\nusr/bin/\n" + f"usr/bin/{self.name}\n"

    def info(self):
        values = (("pkgname", self.name), ("pkgbase", self.name), ("pkgver", self.version),
                  ("pkgdesc", f"The package {self.name} of a large repository"),
                  ("url", f"https://example.com/{self.name}"), ("builddate", DATE),
                  ("packager", "Tester <tester@example.com>"), ("size", 3 * self.size),
                  ("arch", os.uname().machine), ("license", "GPL3"), ("depend", "glibc"),
                  ("depend", "gcc-libs"), ("makedepend", "cmake"), ("makedepend", "ninja"))
        return "".join(f"{name} = {value}\n" for name, value in values)

    def write(self, folder, content):
        """The package file, `content` (a size and a stream) in it; returns its path."""
        path = os.path.join(folder, self.file)
        with open(path, "wb") as file:
            packer = subprocess.Popen(["zstd", "-1", "-q", "-c"], stdin=subprocess.PIPE, stdout=file)
            with tarfile.open(fileobj=packer.stdin, mode="w|", format=tarfile.GNU_FORMAT) as tar:
                info = self.info().encode()
                add(tar, ".PKGINFO", len(info), io.BytesIO(info))
                for directory in ("usr", "usr/bin"):
                    add(tar, directory, None, None)
                add(tar, f"usr/bin/{self.name}", *content)
            packer.stdin.close()
            packer.wait()
        return path


def blank(size):
    return size, io.BytesIO(bytes(size))


class Noise(io.RawIOBase):
    """What no compression makes smaller, the same each time; endless."""

    def __init__(self):
        super().__init__()
        self.source = random.Random(DATE)

    def read(self, size=-1):
        return self.source.randbytes(size)


def incompressible(size):
    return size, Noise()


def add(tar, name, size, stream):
    entry = tarfile.TarInfo(name)
    entry.mtime, entry.uname, entry.gname = DATE, "root", "root"
    if size is None:
        entry.type, entry.mode = tarfile.DIRTYPE, 0o755
        return tar.addfile(entry)
    entry.size = size
    tar.addfile(entry, stream)


def write_database(path, packages, with_files=False):
    """As repo-add writes it: a folder an entry, in the order of the names."""
    with tarfile.open(path, "w:gz", compresslevel=6, format=tarfile.USTAR_FORMAT) as tar:
        for package in sorted(packages, key=lambda package: package.directory):
            add(tar, package.directory, None, None)
            texts = [("desc", package.desc())] + [("files", package.files())] * with_files
            for name, text in texts:
                add(tar, f"{package.directory}/{name}", len(text.encode()), io.BytesIO(text.encode()))
