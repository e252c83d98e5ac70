"""The history of targets that were built, written straight into the program's database."""

import sqlite3
import time

SECOND = 10**9


def columns_of(database, table):
    """Name to what stands for nothing there, of those that must have a value."""
    return {name: "" if kind == "TEXT" else 0
            for _, name, kind, needed, default, primary in database.execute(f"PRAGMA table_info({table})")
            if needed and default is None and (not primary or kind == "TEXT")}


def insert(database, table, values):
    row = columns_of(database, table) | values
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    return database.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values())).lastrowid


def remember_builds(path, builds, trees=None):
    """Each is (target, commit, package): the keys of a configured target, and what it was built to.
    `trees` has what each was built from."""
    now = int(time.time()) * SECOND
    database = sqlite3.connect(path)
    with database:
        for number, (target, commit, package) in enumerate(builds):
            build = insert(database, "builds", {
                "build": f"bench-{number}", "target": target["name"], "url": target["url"],
                "branch": target.get("branch", ""), "path": target.get("path", ""),
                "repository": target["repository"], "commit_id": commit, "status": "built",
                "tree": trees[number] if trees else "",
                "started": now - 60 * SECOND, "finished": now - 30 * SECOND})
            insert(database, "files", {"build_id": build, "file_name": package.file,
                                       "pkgname": package.name, "sha256": package.sha256})
    database.close()


def remember_tips(path, tips):
    """Each is (url, mark, commit): what a repository was at when it was asked a minute ago."""
    asked = (int(time.time()) - 60) * SECOND
    database = sqlite3.connect(path)
    with database:
        for url, mark, commit in tips:
            insert(database, "tips", {"url": url, "mark": mark, "ref": "refs/heads/master",
                                      "commit_id": commit, "asked": asked})
    database.close()
