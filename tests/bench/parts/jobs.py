"""How many builds at once."""

from parts.measure import run


def flags(bench, jobs):
    """What has the program build so many at once; None when this program cannot be told."""
    if "#jobs = " not in run([bench.program, "config", "--example"]).output:
        return [] if jobs == 1 else None
    return ["--set", f"build.jobs={jobs}"]
