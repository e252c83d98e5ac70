"""Targets of the AUR that did not change: requests, time and memory."""

import json
import os

from parts.git_refs import commit
from parts.history import remember_builds, remember_tips
from parts.measure import fail, median_of, told
from parts.package import Package
from parts.repository import make_local
from parts.server import aur
from parts.table import mebibytes, seconds
from parts.world import World

PUSHED = 1700000000


def measure(bench, table):
    count, all_packages = (250, 2500) if bench.short else (2500, 107000)
    world = World(bench, "aur", bench.engines[0])
    names = [f"package-{number:05}" for number in range(count)]
    write_packages(world, names, count)
    with aur(world.path("aur"), world.path("aur.log")) as server:
        prepare(world, server.url, names)
        add(table, f"{count:,} unchanged", *measured(world, bench, count, lambda: None))
        configure(world, server.url, names, dump_from=1)
        # The first to ask waits for it to be made.
        world.kiln("targets")
        add(table, f"{count:,} unchanged, by the dump", *measured(world, bench, count, lambda: None))
        write_packages(world, names, all_packages)
        world.kiln("targets")

        def touch():
            os.utime(world.path("aur", "packages.json"))
            world.kiln("targets")
            os.remove(world.path("state", "aur"))

        sample, asked = measured(world, bench, count, touch)
        table.add("aur", f"{count:,} unchanged, in a new dump of {all_packages:,}, time",
                  seconds(sample.seconds), "", "", "", None)
        table.add("aur", f"{count:,} unchanged, in a new dump, memory", mebibytes(sample.memory), "",
                  "", f"at most {mebibytes(96 * 2**20)}", sample.memory <= 96 * 2**20)


def add(table, what, sample, asked):
    table.add("aur", f"{what}, requests", str(asked), "", "", "at most 3", asked <= 3)
    table.add("aur", f"{what}, time", seconds(sample.seconds), "", "", "at most 1.00 s",
              sample.seconds <= 1)
    table.add("aur", f"{what}, memory", mebibytes(sample.memory), "", "",
              f"at most {mebibytes(96 * 2**20)}", sample.memory <= 96 * 2**20)


def configure(world, url, names, dump_from):
    world.configure([{"aur": names}], [{"name": "kiln", "path": world.path("repo")}],
                    aur={"url": url, "dump_from": dump_from})


def prepare(world, url, names):
    """As if they had all been built, and asked a minute ago."""
    builds = [({"name": name, "url": f"{url}/{name}.git", "repository": "kiln"},
               commit(f"/{name}"), Package(name)) for name in names]
    make_local(world.path("repo"), "kiln", [package for *_, package in builds])
    configure(world, url, names, dump_from=5000)
    # As Arch's, and with what the packages need.
    needed = ["gcc-libs", "glibc", "gtk3", "qt6-base", "cmake", "git"]
    lines = ["pkgkiln-distribution 1 sha256:bench", "repository extra",
             *(f"package {name} 7.0-1" for name in needed),
             *(f"package lib{number} 1.0-1\nprovides lib{number}.so=1-64" for number in range(15000)),
             "end"]
    with open(world.path("state", "distribution"), "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")
    world.kiln("plan", names[0], accept=(0, 1))  # makes the database
    database = world.path("state", "state.db")
    remember_builds(database, builds)
    remember_tips(database, [(target["url"], f"{number + 1} {PUSHED} ada,bob", tip)
                             for number, (target, tip, _) in enumerate(builds)])


def write_packages(world, names, count):
    """The AUR's: the named ones, and as many others as there are to be."""
    folder = world.path("aur")
    os.makedirs(folder, exist_ok=True)
    packages = [{"ID": number, "Name": name, "PackageBaseID": number, "PackageBase": name,
                 "Version": "1.0-1", "Description": f"A description of {name}, as long as most are",
                 "URL": f"https://example.com/projects/{name}", "NumVotes": 20, "Popularity": 0.25,
                 "URLPath": f"/cgit/aur.git/snapshot/{name}.tar.gz", "OutOfDate": None,
                 "Maintainer": "ada", "Submitter": "ada", "CoMaintainers": ["bob"],
                 "FirstSubmitted": 1500000000, "LastModified": PUSHED, "License": ["MIT"],
                 "Keywords": [], "Depends": ["gcc-libs", "glibc", "gtk3", "qt6-base>=6.5"]
                 + ([names[number - 2]] if number % 10 == 0 and number <= len(names) else []),
                 "MakeDepends": ["cmake", "git"], "Provides": [f"{name}-api=1.0"],
                 "Conflicts": [f"{name}-git"]}
                for number, name in enumerate(
                    names + [f"other-{number}" for number in range(count - len(names))], 1)]
    with open(os.path.join(folder, "packages.json"), "w", encoding="utf-8") as file:
        json.dump(packages, file)


def measured(world, bench, count, before):
    """The median Sample of runs that find nothing to do, and how many requests one took."""
    samples, asked = [], []
    log = world.path("aur", "requests")
    for _ in range(bench.runs):
        before()
        earlier = lines_of(log)
        sample = world.kiln("build")
        if f"0 built, {count} up-to-date, 0 failed" not in sample.output:
            fail("not all targets of the AUR were up to date:", *sample.output.splitlines()[-10:])
        samples.append(told(f"{count} unchanged targets of the AUR", sample))
        asked.append(lines_of(log) - earlier)
    return median_of(samples), max(asked)


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        return sum(1 for _ in file)
