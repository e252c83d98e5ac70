"""What the logs of builds say of their steps."""

import glob
import os
import re

ENDED = re.compile(r"^<== \[[0-9:]+\] ([a-z-]+): .* after ([0-9.]+) s$")
MAKEPKG = ("inspect", "fetch", "build")


def makepkg_seconds(state, since):
    """The time of the steps in which makepkg runs, of all builds begun since then."""
    total = 0.0
    for path in glob.glob(os.path.join(state, "logs", "*", "*.log")):
        if os.path.getmtime(path) < since:
            continue
        with open(path, encoding="utf-8", errors="replace") as file:
            for line in file:
                step = ENDED.match(line.rstrip("\n"))
                if step and step[1] in MAKEPKG:
                    total += float(step[2])
    return total
