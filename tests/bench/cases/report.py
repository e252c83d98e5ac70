"""The pages of `pkgkiln report`: all of them at first, and what a run costs that changed some."""

import os
import sqlite3
import sys
import time

from parts.history import SECOND, insert
from parts.measure import fail, median, told
from parts.table import seconds
from parts.world import World

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../web"))
import state  # noqa: E402

CHANGED = 10


def measure(bench, table):
    targets, builds = (100, 4) if bench.short else (2500, 20)
    world = World(bench, "report", bench.engines[0])
    world.configure([], [{"name": "kiln", "path": world.path("repo")}])
    world.kiln("history")
    state.fill(world.state, targets, builds)
    folder = world.path("report")
    all_of_it = told("all pages", world.kiln("report", folder))
    what = f"{targets:,} targets with {targets * builds:,} builds"
    table.add("report", f"{what}, at first", seconds(all_of_it.seconds), "", "", "at most 5 s", all_of_it.seconds <= 5)
    samples = [change_and_write(world, folder, targets, number) for number in range(bench.runs)]
    again = median(sample.seconds for sample in samples)
    table.add("report", f"the same, {CHANGED} changed", seconds(again), seconds(all_of_it.seconds),
              f"{all_of_it.seconds / again:.0f} times faster", "at most 0.5 s", again <= 0.5)
    size = sum(os.path.getsize(os.path.join(folder, name)) for name in ("index.html", "page.css", "page.js"))
    largest = max(entry.stat().st_size for name in ("targets", "logs") for entry in os.scandir(os.path.join(folder, name)))
    table.add("report", "the first page, with all that it loads", f"{size / 1000:.0f} kB", "", "", "at most 200 kB", size <= 200_000)
    table.add("report", "the largest of the others", f"{largest / 1000:.0f} kB", "", "", "at most 180 kB", largest <= 180_000)


def change_and_write(world, folder, targets, number):
    now = int(time.time()) * SECOND
    database = sqlite3.connect(world.path("state", "state.db"))
    with database:
        for target in range(1 + number * CHANGED, 1 + (number + 1) * CHANGED):
            name = state.name_of(target)
            insert(database, "builds", {"build": f"new-{number}", "target": name, "repository": "kiln", "status": "built",
                                        "version": f"2.{number}-1", "started": now - SECOND, "finished": now})
            database.execute("UPDATE states SET status = 'built', standing = 'built', attempted = ? WHERE target = ?", (now, name))
        database.execute("UPDATE states SET attempted = ?", (now,))
    database.close()
    before = changed_at(folder)
    sample = told(f"{CHANGED} changed", world.kiln("report", folder))
    written = sum(path not in before or before[path] != at for path, at in changed_at(folder).items())
    if not CHANGED <= written <= 3 * CHANGED:
        fail(f"{written} pages were written, not some {CHANGED}")
    return sample


def changed_at(folder):
    return {entry.path: entry.stat().st_ino for entry in os.scandir(os.path.join(folder, "targets"))}
