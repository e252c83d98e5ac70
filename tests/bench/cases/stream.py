"""One large package: how fast it goes where it belongs, and in how little memory."""

import dataclasses
import os
import re
import shutil

from parts.measure import median_of, run, told
from parts.package import Package, incompressible
from parts.server import vieter
from parts.table import mebibytes, seconds


def measure(bench, table):
    size = (64 if bench.short else 1536) * 2**20
    folder = os.path.join(bench.root, "stream")
    os.makedirs(folder)
    package = Package("large", size=size)
    file = package.write(folder, incompressible(size))
    what = f"{mebibytes(os.path.getsize(file))}"
    measure_local(bench, table, folder, file, what)
    measure_vieter(bench, table, folder, file, what)


def publishing(sample):
    """Without the reading and checking before it, which a run does when it collects a package."""
    took = re.search(r"^reading [0-9.]+ s, publishing ([0-9.]+) s$", sample.output, re.MULTILINE)
    return dataclasses.replace(sample, seconds=float(took[1]))


def calm(command):
    """What the command takes while nothing is left to be written for those before."""
    os.sync()
    return run(command)


def add(table, what, ours, theirs, must=None):
    ratio = theirs.seconds / ours.seconds
    verdict = {} if must is None else {"must": f"{must}", "met": ratio >= must}
    table.add("stream", what, seconds(ours.seconds), seconds(theirs.seconds),
              f"{ratio:.2f} of its speed", **verdict)


def add_memory(table, what, ours, theirs):
    table.add("stream", f"{what}, memory", mebibytes(ours.memory), mebibytes(theirs.memory), "",
              "at most 48 MiB", ours.memory <= 48 * 2**20)


def measure_local(bench, table, folder, file, what):
    root, copy = os.path.join(folder, "local"), os.path.join(folder, "copy")
    ours, theirs, synced = [], [], []
    for _ in range(bench.runs):
        theirs.append(told("cp", calm(["cp", file, copy])))
        os.unlink(copy)
        # What is published must still be there after a power cut, which cp does not care for.
        synced.append(told("cp and sync", calm(["sh", "-c", 'cp "$1" "$2" && sync "$2"', "sh",
                                                file, copy])))
        os.unlink(copy)
        ours.append(told("to a local repository",
                         calm([bench.driver, "publish-local", root, "kiln", file])))
        shutil.rmtree(root)
    what, ours, theirs = f"{what} to a local repository", median_of(ours), median_of(theirs)
    # Reading it included: here publishing itself is no more than a link.
    add(table, f"{what}, read and published, against cp", ours, theirs, 0.7)
    add(table, f"{what}, read and published, against cp and sync", ours, median_of(synced))
    add_memory(table, what, ours, theirs)


def measure_vieter(bench, table, folder, file, what):
    key = os.path.join(folder, "key")
    with open(key, "w", encoding="ascii") as key_file:
        key_file.write("key")
    ours, theirs = [], []
    with vieter("0.6", os.path.join(folder, "vieter"), key, [], os.path.join(folder, "log")) as server:
        for number in range(bench.runs):
            # A repository of its own each time, and an empty disk: nothing is there yet.
            theirs.append(told("curl", calm(
                ["curl", "-fsS", "-X", "POST", "-T", file, "-H", "X-Api-Key: key", "-H", "Expect:",
                 f"{server.url}/curl-{number}/publish"])))
            shutil.rmtree(os.path.join(folder, "vieter", "packages"))
            ours.append(told("to a Vieter server", calm(
                [bench.driver, "publish-vieter", server.url, key, f"ours-{number}", file])))
            shutil.rmtree(os.path.join(folder, "vieter", "packages"))
    what, published = f"{what} to a Vieter server", [publishing(sample) for sample in ours]
    ours, theirs = median_of(ours), median_of(theirs)
    add(table, f"{what}, published, against curl -T", median_of(published), theirs, 0.7)
    add(table, f"{what}, read and published, against curl -T", ours, theirs)
    add_memory(table, what, ours, theirs)
