"""What original takes for a target that did not change."""

import time

from parts.measure import fail, median, say
from parts.packaging import KEY, Packages
from parts.world import World


def unchanged_target(bench):
    """Seconds a target, its builder image not counted; and on how many targets it was measured."""
    count = 5
    original = bench.original
    with Packages(World(bench, "unchanged", original.engine), count) as packages, packages.seed() as seed:
        image = original.make_image()
        original.build(image, seed, KEY)
        if packages.published_by_seed() != count:
            fail("original did not publish what it was to publish")
        times = []
        for _ in range(bench.runs):
            begin = time.monotonic()
            original.build(image, seed, KEY)
            times.append((time.monotonic() - begin) / count)
            say(f"original, unchanged: {times[-1]:.2f} s a target")
        original.remove_image(image)
    return median(times), count
