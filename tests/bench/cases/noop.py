"""Targets that did not change: what a run costs in which there is nothing to do."""

import time

from baselines.unchanged import unchanged_target
from parts.git_refs import commit
from parts.history import remember_builds
from parts.measure import fail, median_of, told
from parts.package import Package
from parts.repository import make_local, make_vieter
from parts.server import git_server, vieter
from parts.table import mebibytes, seconds
from parts.world import World


def measure(bench, table):
    few, some, many = (100, 250, 1000) if bench.short else (1000, 2500, 10000)
    small, medium, large = (unchanged(bench, count) for count in (few, some, many))
    for count, sample, most in (few, small, 3), (some, medium, 0.8), (many, large, 2):
        add_targets(table, count, sample, most)
    ratio = large.seconds / small.seconds
    table.add("noop", f"{many:,} targets against {few:,}", seconds(large.seconds),
              seconds(small.seconds), f"{ratio:.1f} ×", "at most 11 ×", ratio <= 11)
    if bench.original:
        each, counted = unchanged_target(bench)
        ratio = each * few / small.seconds
        table.add("noop", f"{few:,} targets, against *original*", seconds(small.seconds),
                  f"{seconds(each)} a target, of {counted}", f"{ratio:,.0f} times faster",
                  "1,000 times", ratio >= 1000)


def add_targets(table, count, sample, seconds_at_most):
    for what, value, most, shown in (("time", sample.seconds, seconds_at_most, seconds),
                                     ("time of CPUs", sample.cpu, 3, seconds),
                                     ("memory", sample.memory, 64 * 2**20, mebibytes)):
        table.add("noop", f"{count:,} targets, {what}", shown(value), "", "",
                  f"at most {shown(most)}", value <= most)


def unchanged(bench, count):
    """The median Sample of runs in which so many targets are found to be up to date."""
    world = World(bench, f"noop-{count}", bench.engines[0])
    key_file = world.path("key")
    with open(key_file, "w", encoding="ascii") as file:
        file.write("key")
    with git_server(world.path("git.log")) as git, \
            vieter("0.6", world.path("vieter"), key_file, [], world.path("vieter.log")) as server:
        builds = published_builds(world, git.url, count)
        world.configure([target for target, *_ in builds],
                        [{"name": "kiln", "path": world.path("repo")}, {"name": "served"}],
                        {"address": server.url, "api_key": "key"})
        # Makes the database; there is no commit to be fetched.
        world.kiln("plan", builds[0][0]["name"], accept=(0, 1))
        remember_builds(world.path("state", "state.db"), builds)
        begin = time.time()
        samples = [told(f"{count} unchanged targets", up_to_date(world, count))
                   for _ in range(bench.runs)]
        made = world.created(begin)
    if made != 0:
        fail(f"{made} containers were made although nothing had changed")
    return median_of(samples)


def published_builds(world, url, count):
    """Half of them in a local repository and half on a server; half with a branch."""
    builds = []
    for number in range(count):
        name = f"target-{number:05}"
        target = {"name": name, "url": f"{url}/{name}.git",
                  "repository": "served" if number % 2 else "kiln"}
        if number % 4 >= 2:
            target["branch"] = "main"
        builds.append((target, commit(f"/{name}"), Package(name)))
    make_local(world.path("repo"), "kiln", [package for *_, package in builds[::2]])
    make_vieter(world.path("vieter"), "served", [package for *_, package in builds[1::2]])
    return builds


def up_to_date(world, count):
    sample = world.kiln("build")
    words = f"0 built, {count} up-to-date, 0 failed"
    if words not in sample.output:
        fail(f"the run did not end with '{words}' but:", *sample.output.splitlines()[-10:])
    return sample
