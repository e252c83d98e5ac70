"""One large package: how fast it goes where it belongs, and in how little memory."""

import os
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


def calm(command):
    """What the command takes while nothing is left to be written for those before."""
    os.sync()
    return run(command)


def add(table, what, ours, theirs, baseline):
    ratio = theirs.seconds / ours.seconds
    add_speed(table, what, ours, theirs, baseline, {"must": "0.7", "met": ratio >= 0.7})
    table.add("stream", f"{what}, memory", mebibytes(ours.memory), mebibytes(theirs.memory), "",
              "at most 48 MiB", ours.memory <= 48 * 2**20)


def add_speed(table, what, ours, theirs, baseline, verdict):
    ratio = theirs.seconds / ours.seconds
    table.add("stream", f"{what}, against {baseline}", seconds(ours.seconds), seconds(theirs.seconds),
              f"{ratio:.2f} of its speed", **verdict)


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
    what = f"{what} to a local repository"
    add(table, what, median_of(ours), median_of(theirs), "cp")
    add_speed(table, what, median_of(ours), median_of(synced), "cp and sync", {})


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
    add(table, f"{what} to a Vieter server", median_of(ours), median_of(theirs), "curl -T")
