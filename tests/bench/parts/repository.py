"""Repositories that hold packages already, made in no time."""

import os

from parts.package import write_database


def link(target, path):
    if not os.path.lexists(path):
        os.symlink(target, path)


def make_local(root, name, packages, with_content=True):
    """A local repository as repo-add leaves one; returns its directory."""
    folder = os.path.join(root, name, os.uname().machine)
    os.makedirs(folder)
    for form, with_files in (("db", False), ("files", True)):
        write_database(os.path.join(folder, f"{name}.{form}.tar.gz"), packages, with_files)
        link(f"{name}.{form}.tar.gz", os.path.join(folder, f"{name}.{form}"))
    if with_content:
        make_files(folder, packages)
    return folder


def make_vieter(root, name, packages):
    """In the folder of tests/fixtures/vieter."""
    arch = os.uname().machine
    folder, files = (os.path.join(root, kind, name, arch) for kind in ("repos", "packages"))
    os.makedirs(folder)
    os.makedirs(files)
    for package in packages:
        os.mkdir(os.path.join(folder, package.directory))
        with open(os.path.join(folder, package.directory, "desc"), "w", encoding="utf-8") as file:
            file.write(package.desc())
    for form in ("db", "files"):
        write_database(os.path.join(folder, f"{name}.{form}.tar.gz"), packages)
    make_files(files, packages)


def make_files(folder, packages):
    """As large as they are said to be, and no more: nobody looks into them."""
    for package in packages:
        with open(os.path.join(folder, package.file), "wb") as file:
            file.truncate(package.size)
