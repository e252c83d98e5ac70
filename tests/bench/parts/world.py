"""A folder with all that the program reads and writes, home included, and the program in it."""

import os
import shutil

from parts.measure import fail, run

class World:
    def __init__(self, bench, name, engine):
        self.bench, self.engine = bench, engine
        self.folder = os.path.join(bench.root, name)
        self.state = self.path("state")
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.path("home"))
        os.makedirs(self.path("tmp"))
        # One instance for all worlds, so that one builder image serves them.
        os.makedirs(self.state, mode=0o700)
        with open(self.path("state", "instance"), "w", encoding="ascii") as file:
            file.write(bench.instance + "\n")

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def configure(self, targets, repositories, vieter=None, aur=None):
        """Targets and repositories are dicts of the keys of their tables; so are the others."""
        tables = [("[runtime]", {"kind": self.engine.name, "socket": self.engine.socket,
                                 "add_hosts": [f"fixtures.test:{self.engine.host_address}"]}),
                  ("[image]", {"base": self.bench.base_image}),
                  ("[build]", {"state_dir": self.state})]
        if vieter:
            tables.append(("[vieter]", vieter))
        if aur:
            tables.append(("[aur]", aur))
        tables += [("[[repositories]]", repository) for repository in repositories]
        tables += [("[[targets]]", target) for target in targets]
        with open(self.path("config.toml"), "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            for heading, keys in tables:
                file.write(heading + "\n")
                file.writelines(f"{key} = {toml(value)}\n" for key, value in keys.items())

    def kiln(self, *arguments, accept=(0,)):
        environment = {"PATH": os.environ["PATH"], "HOME": self.path("home"), "TZ": "UTC",
                       "LC_ALL": "C.UTF-8", "TMPDIR": self.path("tmp")}
        return run([self.bench.program, "--config", self.path("config.toml"), *arguments],
                   environment, accept)

    def planned(self, wanted):
        """A Sample of a plan that builds so many."""
        sample = self.kiln("plan")
        builds = sum(line.split()[1:2] == ["build"] for line in sample.output.splitlines())
        if builds != wanted:
            fail(f"{builds} targets are planned to be built, not {wanted}",
                 *sample.output.splitlines()[:9])
        return sample

    def created(self, since):
        """How many containers it made in the engine since that time."""
        with open(self.path("state", "instance"), encoding="ascii") as file:
            return self.engine.created(file.read().strip(), since)


def toml(value):
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
