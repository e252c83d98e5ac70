"""Trivial packages that changed: what a build costs beside the package's own work."""

import os
import time

from parts.jobs import flags
from parts.measure import fail, median, run, say
from parts.packaging import KEY, Packages
from parts.steps import makepkg_seconds
from parts.table import seconds
from parts.world import World

LOOP = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "baselines/loop")


def measure(bench, table):
    count = 2 if bench.short else 10
    for engine in bench.engines:
        with Packages(World(bench, f"overhead-{engine.name}", engine), count) as packages:
            measure_engine(bench, table, packages)


def measure_engine(bench, table, packages):
    world, count = packages.world, len(packages.names)
    world.configure(packages.targets(), [{"name": "kiln", "path": world.path("repo")}])
    build(packages, [])  # makes the builder image
    image = world.engine.builder_image(bench.instance).removeprefix("sha256:")
    os.makedirs(world.path("out"))
    os.chmod(world.path("out"), 0o777)  # for the user builder of containers
    by_default, single, other, loop = [], [], [], []
    for _ in range(bench.runs):
        loop.append(run([LOOP, world.engine.name, image, world.path("out"),
                         *map(packages.tree, packages.names)]).seconds)
        packages.change()
        by_default.append(build(packages, []).seconds)
        packages.change()
        begin = time.time()
        single.append(build(packages, flags(bench, 1)).seconds)
        other.append((single[-1] - makepkg_seconds(world.state, begin)) / count)
        say(f"{count} packages on {world.engine.name}: {by_default[-1]:.1f} s, one at a time "
            f"{single[-1]:.1f} s, loop {loop[-1]:.1f} s")
    add(bench, table, f"{count} packages, {world.engine.name}", median(by_default), median(single),
        median(other), median(loop))
    if bench.original and world.engine.name == "docker":
        add_original(bench, table, packages, median(single))


def add(bench, table, what, by_default, single, other, loop):
    table.add("overhead", f"{what}, default jobs, against *loop*", seconds(by_default), seconds(loop),
              f"{by_default / loop:.2f} ×", "at most 1.0 ×", by_default <= loop)
    table.add("overhead", f"{what}, one job, against *loop*", seconds(single), seconds(loop),
              f"{single / loop:.2f} ×")
    table.add("overhead", f"{what}, one job, without makepkg", f"{other:.2f} s a package", "", "",
              "at most 0.8 s", other <= 0.8)


def add_original(bench, table, packages, single):
    times = original_times(bench, packages)
    ratio = single / times
    table.add("overhead", f"{len(packages.names)} packages, docker, one job, against *original*",
              seconds(single), seconds(times), f"{ratio:.2f} ×", "at most 0.5 ×", ratio <= 0.5)


def original_times(bench, packages):
    times = []
    with packages.seed() as seed:
        for _ in range(bench.runs):
            packages.change()
            begin = time.monotonic()
            image = bench.original.make_image()
            bench.original.build(image, seed, KEY)
            bench.original.remove_image(image)
            times.append(time.monotonic() - begin)
            say(f"{len(packages.names)} packages, original: {times[-1]:.1f} s")
            if packages.published_by_seed() != len(packages.names):
                fail("original did not publish what it was to publish")
    return median(times)


def build(packages, arguments):
    """Builds all of them, which must have changed; a Sample."""
    world, count = packages.world, len(packages.names)
    begin = time.time()
    sample = world.kiln("build", *arguments)
    if f"{count} built, 0 up-to-date, 0 failed" not in sample.output:
        fail(f"not all {count} packages were built:", *sample.output.splitlines()[-10:])
    made = world.created(begin)
    if made == 0:
        fail(f"the engine tells of no container although {count} packages were built")
    return sample
