"""Many repositories that were never seen: what looking into each of them for the first time costs."""

import os

from parts.git_repositories import make_repositories
from parts.measure import median_of, run, told
from parts.server import file_server
from parts.table import mebibytes, seconds
from parts.world import World


def measure(bench, table):
    count = 40 if bench.short else 2500
    world = World(bench, "unseen", bench.engines[0])
    names = [f"package-{number:05}" for number in range(count)]
    make_repositories(world.path("served"), names)
    ours, clones = [], []
    with file_server(world.path("served"), [], world.path("server.log")) as server:
        urls = [f"{server.url}/{name}.git" for name in names]
        world.configure([{"name": name, "url": url, "repository": "kiln"}
                         for name, url in zip(names, urls)],
                        [{"name": "kiln", "path": world.path("repo")}])
        for number in range(bench.runs):
            ours.append(told(f"{count} repositories, planned", world.planned(count)))
            clones.append(told(f"{count} repositories, cloned", cloned(world, urls, f"clones-{number}")))
            # Not removed: some file systems make files more slowly for some seconds after that.
            os.rename(world.path("state", "mirrors"), world.path(f"mirrors-{number}"))
    add(table, count, median_of(ours), median_of(clones))


def cloned(world, urls, folder):
    """A Sample of clones of depth 1, as many at once as there are cores."""
    with open(world.path("urls"), "w", encoding="ascii") as file:
        file.writelines(f"{url} {folder}/{os.path.basename(url)}\n" for url in urls)
    return run(["env", "-C", world.folder, "xargs", "-a", "urls", "-P", str(os.cpu_count()), "-n", "2",
                "git", "clone", "--quiet", "--bare", "--depth=1"], dict(os.environ))


def add(table, count, ours, clones):
    what = f"{count:,} repositories, never seen"
    table.add("unseen", what + ", time, against *clones*", seconds(ours.seconds),
              seconds(clones.seconds), f"{ours.seconds / clones.seconds:.2f} ×",
              f"at most {seconds(50)}", ours.seconds <= 50)
    table.add("unseen", what + ", memory", mebibytes(ours.memory), "", "",
              f"at most {mebibytes(64 * 2**20)}", ours.memory <= 64 * 2**20)
