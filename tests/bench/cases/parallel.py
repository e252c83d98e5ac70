"""Packages that keep a core busy: what two builds at once bring."""

import os

from cases.overhead import build
from parts.jobs import flags
from parts.measure import median, say
from parts.packaging import Packages
from parts.table import seconds
from parts.world import World

# Work for one core that needs nothing but the processor, the same in each run.
BUILD = """
build() {
	awk 'BEGIN { for (i = 0; i < %d; i++) x = (x * 31 + i) %% 65521; print x }'
}
"""


def measure(bench, table):
    # Some 25 seconds of one core of today's: beside that, what the engine and makepkg take themselves
    # (2 to 5 seconds a package, on every core that they find) is little.
    count, rounds = (2, 10**6) if bench.short else (8, 142 * 10**6)
    for engine in bench.engines:
        world = World(bench, f"parallel-{engine.name}", engine)
        with Packages(world, count, BUILD % rounds) as packages:
            measure_engine(bench, table, packages)


def measure_engine(bench, table, packages):
    world, count = packages.world, len(packages.names)
    world.configure(packages.targets(), [{"name": "kiln", "path": world.path("repo")}])
    what = f"{count} packages, {world.engine.name}, jobs 2 against 1"
    if flags(bench, 2) is None:
        table.add("parallel", what, "not measured: there is no build.jobs", must="1.8 ×", met=False)
        return
    build(packages, [])  # makes the builder image
    times = {1: [], 2: []}
    for _ in range(bench.runs):
        for jobs, taken in times.items():
            packages.change()
            taken.append(build(packages, flags(bench, jobs)).seconds)
        say(f"{what}: {times[2][-1]:.1f} s against {times[1][-1]:.1f} s")
    one, two = median(times[1]), median(times[2])
    table.add("parallel", what, seconds(two), seconds(one), f"{one / two:.2f} ×",
              f"1.8 × on 2 cores, here {os.cpu_count()}", one / two >= 1.8)
