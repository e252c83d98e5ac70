"""Packaging repositories of small packages, and the servers that original needs beside them."""

import contextlib
import json
import os
import subprocess

from parts.server import TESTS, file_server, vieter

COMMIT = os.path.join(TESTS, "fixtures/commit")
KEY = "key"
PKGBUILD = """pkgname={name}
pkgver={version}
pkgrel=1
pkgdesc='A small package'
arch=({arch})
url=https://example.com/
license=(custom:none)
{build}
package() {{
	install -d "$pkgdir/usr/share/$pkgname"
	printf '%s\\n' "$pkgver" >"$pkgdir/usr/share/$pkgname/version"
}}
"""
SRCINFO = """pkgbase = {name}
	pkgdesc = A small package
	pkgver = {version}
	pkgrel = 1
	url = https://example.com/
	arch = {arch}
	license = custom:none

pkgname = {name}
"""


class Packages:
    """Packaging repositories on a server; as many as wanted, all with the same build()."""

    def __init__(self, world, count, build=""):
        self.world, self.build, self.version = world, build, 0
        self.names = [f"small-{number}" for number in range(count)]
        self.served = world.path("served")
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        for name in self.names:
            subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main",
                            self.repository(name)], check=True)
        self.server = self.stack.enter_context(file_server(
            self.served, self.world.engine.listen_addresses(), self.world.path("served.log")))
        self.change()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def repository(self, name):
        return os.path.join(self.served, f"{name}.git")

    def tree(self, name):
        """The folder with its PKGBUILD."""
        return self.world.path("trees", name)

    def change(self):
        """A new version of each."""
        self.version += 1
        for name in self.names:
            os.makedirs(self.tree(name), exist_ok=True)
            values = {"name": name, "version": self.version, "arch": os.uname().machine,
                      "build": self.build}
            for file_name, text in (("PKGBUILD", PKGBUILD), (".SRCINFO", SRCINFO)):
                with open(os.path.join(self.tree(name), file_name), "w", encoding="utf-8") as file:
                    file.write(text.format(**values))
            subprocess.run([COMMIT, "--tree", self.tree(name), self.repository(name),
                            f"Version {self.version}"], check=True)

    def targets(self):
        return [{"name": name, "url": f"{self.server.url}/{name}.git", "branch": "main"}
                for name in self.names]

    @contextlib.contextmanager
    def seed(self):
        """A Vieter server of the generation that original was written for, with all on its list."""
        folder = self.world.path("seed")
        os.makedirs(folder)
        with open(os.path.join(folder, "targets.json"), "w", encoding="utf-8") as file:
            json.dump([{"url": f"http://fixtures.test:{self.server.port}/{name}.git", "branch": "main"}
                       for name in self.names], file)
        with open(self.world.path("key"), "w", encoding="ascii") as file:
            file.write(KEY)
        with vieter("seed", folder, self.world.path("key"), self.world.engine.listen_addresses(),
                    self.world.path("seed.log")) as server:
            yield server

    def published_by_seed(self):
        """How many of the present versions the seed server holds."""
        folder = self.world.path("seed", "packages", "vieter", "flat")
        names = os.listdir(folder) if os.path.isdir(folder) else []
        return sum(any(file.startswith(f"{name}-{self.version}-1-") for file in names)
                   for name in self.names)
