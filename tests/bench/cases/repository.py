"""Packages added to a local repository that holds many."""

import os
import shutil

from baselines.repo_add import repo_add
from parts.local import check_with_pacman, entries_of
from parts.measure import fail, median_of, run, told
from parts.package import Package, blank
from parts.repository import make_local
from parts.table import seconds

NAME = "kiln"


def measure(bench, table):
    present, added = (200, (1, 10)) if bench.short else (5000, (1, 100, 1000))
    folder = os.path.join(bench.root, "repository")
    packages = [Package(f"present-{number:05}") for number in range(present)]
    make_local(os.path.join(folder, "before"), NAME, packages)
    files = write_packages(os.path.join(folder, "new"), max(added))
    for count in added:
        measure_adding(bench, table, folder, present, files[:count])


def write_packages(folder, count):
    """Named so that they come between, before and behind those that are there."""
    os.makedirs(folder)
    return [Package(f"{'amz'[number % 3]}-added-{number:05}").write(folder, blank(20000))
            for number in range(count)]


def measure_adding(bench, table, folder, present, files):
    count = len(files)
    root = os.path.join(folder, "after")
    ours, theirs = [], []
    for _ in range(bench.runs):
        ours.append(told(f"{count} packages added", by_us(bench, folder, files)))
        check_with_pacman(root, NAME, present + count)
        entries = entries_of(root, NAME)
        theirs.append(told(f"{count} packages, repo-add", by_repo_add(folder, files)))
        compare(entries, entries_of(root, NAME))
    mine, other = median_of(ours), median_of(theirs)
    ratio = other.seconds / mine.seconds
    table.add("repository", f"{count:,} added to {present:,} packages, against *repo-add*",
              seconds(mine.seconds), seconds(other.seconds), f"{ratio:.1f} times faster", "20 times",
              ratio >= 20)


def compare(ours, theirs):
    """The same entries in the same order, and not a byte changed of what was there before."""
    if list(ours) != list(theirs):
        fail("the database does not have the entries of repo-add's, in its order")
    changed = [name for name in ours if name.startswith("present-") and ours[name] != theirs[name]]
    if changed:
        fail(f"{changed[0]} is not what it was before")


def as_before(folder):
    after = os.path.join(folder, "after")
    shutil.rmtree(after, ignore_errors=True)
    return shutil.copytree(os.path.join(folder, "before"), after, symlinks=True)


def by_us(bench, folder, files):
    root = as_before(folder)
    return run([bench.driver, "publish-local", root, NAME, *files])


def by_repo_add(folder, files):
    return repo_add(os.path.join(as_before(folder), NAME, os.uname().machine), NAME, files)
