"""One repository with a directory for each of many targets: what planning them costs."""

import os

from parts.git_repositories import Monorepo, size_on_disk
from parts.history import remember_builds
from parts.measure import median_of, run, told
from parts.package import Package
from parts.repository import make_local
from parts.server import file_server
from parts.table import mebibytes, seconds
from parts.world import World


def measure(bench, table):
    count = 100 if bench.short else 2500
    world = World(bench, "monorepo", bench.engines[0])
    os.makedirs(world.path("served"))
    repository = Monorepo(world.path("served", "packages.git"), count)
    with file_server(world.path("served"), [], world.path("server.log")) as server:
        url = f"{server.url}/packages.git"
        clone = run(["git", "clone", "--quiet", "--bare", "--depth=1", url, world.path("clone.git")],
                    dict(os.environ))
        world.configure([{"url": url, "path": "*", "repository": "kiln"}],
                        [{"name": "kiln", "path": world.path("repo")}])
        first = told(f"{count} directories, never seen", world.planned(count))
        add_first(table, count, first, clone, size_on_disk(world.path("state", "mirrors")),
                  size_on_disk(world.path("clone.git")))
        targets = [{"name": name, "url": url, "path": name, "repository": "kiln"}
                   for name in repository.names]
        remember(world, repository, targets)
        again = measured(bench, world, 0, lambda: None)
        add(table, f"{count:,} directories, nothing changed", again, 0.5)
        one = measured(bench, world, 1, lambda: repository.change(repository.names[count // 2]))
        add(table, f"{count:,} directories, a commit to one", one, 1)


def measured(bench, world, wanted, change):
    samples = []
    for _ in range(bench.runs):
        change()
        samples.append(told(f"{wanted} to be built", world.planned(wanted)))
    return median_of(samples)


def remember(world, repository, targets):
    """That all were built from what is there now, and are published."""
    make_local(world.path("repo"), "kiln", [Package(name) for name in repository.names])
    trees, commit = repository.trees(), repository.commit()
    remember_builds(world.path("state", "state.db"),
                    [(target, commit, Package(target["name"])) for target in targets],
                    trees=[trees[target["name"]] for target in targets])


def add_first(table, count, first, clone, disk, disk_of_clone):
    what = f"{count:,} directories, never seen"
    add(table, what, first, 10, seconds(clone.seconds))
    ratio = disk / disk_of_clone
    table.add("monorepo", what + ", disk, against a clone of depth 1", mebibytes(disk),
              mebibytes(disk_of_clone), f"{ratio:.2f} ×", "at most 1.3 ×", ratio <= 1.3)


def add(table, what, sample, most, clone=""):
    table.add("monorepo", what + (", time, against a clone of depth 1" if clone else ", time"),
              seconds(sample.seconds), clone, "", f"at most {seconds(most)}", sample.seconds <= most)
    table.add("monorepo", what + ", memory", mebibytes(sample.memory), "", "",
              f"at most {mebibytes(96 * 2**20)}", sample.memory <= 96 * 2**20)
