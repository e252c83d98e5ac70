"""Runs the cases and prints their table. tests/bench/run is what starts it."""

import argparse
import importlib
import os
import re
import secrets
import signal
import sys
import tempfile

from baselines.original import Original
from parts.engine import Engine
from parts.machine import description
from parts.measure import say
from parts.table import Table

CASES = ("aur", "monorepo", "noop", "overhead", "parallel", "report", "repository", "stream", "unseen")


class Bench:
    """What the cases share: where they work, with what, and how thoroughly."""

    def __init__(self, options, root):
        self.root, self.short = root, options.short
        self.runs = 1 if options.short else 3
        self.program = os.path.join(options.build, "cli/pkgkiln")
        # Only publishes, which no command of the program does.
        self.driver = os.path.join(options.build, "tests/bench/pkgkiln_bench")
        # Labels everything that is made in the engines.
        self.instance = secrets.token_hex(6)
        kinds = ("docker", "podman") if options.runtime == "both" else (options.runtime,)
        if self.short:
            kinds = kinds[:1]
        self.engines = [Engine(kind) for kind in kinds]
        self.base_image = os.environ["PKGKILN_TEST_BASE_IMAGE"]
        # It mostly waits, so the short form leaves it out.
        self.original = None
        if self.engines[0].name == "docker" and not self.short:
            self.original = Original(self.engines[0], self.base_image, self.instance + "-original")

    def clean_up(self):
        for engine in self.engines:
            for instance in (self.instance, self.instance + "-original"):
                engine.remove_all(instance)


def is_sanitized(build):
    with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8") as cache:
        return any(re.match(r"PKGKILN_SANITIZE:\w+=.", line) for line in cache)


def measure(bench, cases, table):
    try:
        for name in cases:
            say(f"case {name}")
            importlib.import_module(f"cases.{name}").measure(bench, table)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        bench.clean_up()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--runtime", choices=["docker", "podman", "both"], default="both")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("cases", nargs="*", metavar="CASE")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sanitized = is_sanitized(options.build)
    heading, table = description(), Table(judging=not options.short and not sanitized)
    heading += ", short form" if options.short else ""
    heading += ", a build with sanitizers: the numbers say nothing" if sanitized else ""
    with tempfile.TemporaryDirectory(prefix="pkgkiln-bench.", ignore_cleanup_errors=True) as root:
        os.chmod(root, 0o755)  # rootless Podman's user reads in it
        measure(Bench(options, root), options.cases or CASES, table)
    print(heading + "\n\n" + table.text(), flush=True)
    if options.check and table.missed:
        say("not reached:\n  " + "\n  ".join(table.missed))
        sys.exit(1)


main()
