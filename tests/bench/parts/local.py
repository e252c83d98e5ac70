"""What pacman and tar make of a local repository."""

import os
import tarfile

from parts.measure import fail, run

CONF = """[options]
Architecture = {arch}
SigLevel = Never
DBPath = {root}/pacman
[{name}]
Server = file://{root}/{name}/{arch}
"""


def check_with_pacman(root, name, count):
    """That pacman reads so many packages in it."""
    os.makedirs(os.path.join(root, "pacman"), exist_ok=True)
    conf = os.path.join(root, "pacman.conf")
    with open(conf, "w", encoding="utf-8") as file:
        file.write(CONF.format(root=root, name=name, arch=os.uname().machine))
    as_root = [] if os.geteuid() == 0 else ["fakeroot", "--"]
    sandbox = ["--disable-sandbox"] if "--disable-sandbox" in run(["pacman", "-S", "--help"]).output else []
    run([*as_root, "pacman", "--config", conf, *sandbox, "-Sy"])
    listed = run(["pacman", "--config", conf, "-Sl", name]).output.splitlines()
    if len(listed) != count:
        fail(f"pacman reads {len(listed)} packages instead of {count}")


def entries_of(root, name):
    """Path to content, in the order in which they stand in the database."""
    path = os.path.join(root, name, os.uname().machine, f"{name}.db.tar.gz")
    with tarfile.open(path) as tar:
        return {entry.name: tar.extractfile(entry).read() if entry.isfile() else None for entry in tar}
