"""The baseline "repo-add": pacman's own, for all packages in one call."""

import os
import shutil

from parts.measure import run


def repo_add(folder, name, files):
    """Adds package files that are elsewhere; a Sample of the call alone, with the copying left out."""
    placed = [shutil.copy(file, folder) for file in files]
    return run(["repo-add", "--quiet", os.path.join(folder, f"{name}.db.tar.gz"), *placed])
