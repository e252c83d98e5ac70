"""A state directory with the history of many targets, some of which have hostile names and logs."""

import os
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../bench"))
from parts.history import SECOND, insert  # noqa: E402

HOSTILE = "</script><script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">"
NAMES = ("linux-zen", "yay-bin", "python-httpx", "ttf-iosevka", "neovim-git", "zig-dev", "mesa-minimal", "librewolf")
STEPS = ("dependencies", "fetch", "build")


def log_of(failed, hostile):
    text = "--> [02:10:01] commit 3f2a91c of https://example.com/packages.git\n"
    for number, step in enumerate(STEPS):
        last = failed and step == "build"
        text += f"==> [02:1{number}:04] {step} (builder, network {'off' if step == 'build' else 'on'})\n"
        text += f"{HOSTILE}\n" if hostile else ""
        text += "".join(f"[{line:3}/40] Building C object src/CMakeFiles/core.dir/part_{line}.c.o\n" for line in range(1, 41)) \
            if step == "build" else "==> Making package: example 1.2.3-1\n  -> Downloading example-1.2.3.tar.gz...\n"
        text += "src/main.c:214:9: error: implicit declaration of function 'frobnicate' [-Werror]\n" if last else ""
        text += f"<== [02:1{number}:59] {step}: exit code {4 if last else 0} after {number + 1}5.2 s\n"
    return text


def fill(state, targets, builds, logs=True):
    """So many targets, each with so many builds, into the database that the program made there."""
    now = int(time.time())
    database = sqlite3.connect(os.path.join(state, "state.db"))
    with database:
        for number in range(targets):
            add_target(database, state, number, builds, now, logs)
        insert(database, "runs", {"run": "r1", "host": "kiln.example.com", "targets": targets, "built": 3, "failed": targets // 10,
                                  "exit_code": 1, "started": (now - 9000) * SECOND, "finished": (now - 8000) * SECOND})
    database.close()


def name_of(number):
    if number == 0:
        return HOSTILE
    return NAMES[number - 1] if number <= len(NAMES) else f"package-{number:05}"


def add_target(database, state, number, builds, now, logs):
    name = name_of(number)
    failed = number % 10 == 0
    status = "failed" if failed else "held" if number % 25 == 3 else "blocked" if number % 25 == 7 else "up-to-date"
    for age in range(builds, 0, -1):
        bad = age == 1 and failed or (number + age) % 9 == 0
        version = f"1.{builds - age}.{number % 7}-1"
        started = now - 86400 * (age - 1) - 8800 + number % 500
        build = f"20261127T0210{age:02}-{number:06x}"
        log = os.path.join(state, "logs", "web", f"{number}-{age}.log")
        row = insert(database, "builds", {
            "build": build, "target": name, "url": "https://example.com/packages.git", "path": f"packages/{number}", "branch": "main",
            "repository": "kiln", "commit_id": f"{number:040x}", "status": "failed" if bad else "built",
            "step": "build" if bad else "", "why": "a function of the PKGBUILD failed" if bad else "", "version": version,
            "previous_version": "1.0-1", "host": "kiln.example.com", "log": log, "peak_memory": (200 + 37 * (age * number % 23)) << 20,
            "started": started * SECOND, "finished": (started + 20 + 13 * (age * number % 17)) * SECOND})
        if not bad:
            insert(database, "files", {"build_id": row, "file_name": f"pkg{number}-{version}-x86_64.pkg.tar.zst", "pkgname": f"pkg{number}",
                                       "sha256": "a" * 64, "bytes": (1 << 20) + (age * number % 31 << 16)})
        if logs and (age == 1 or bad):
            os.makedirs(os.path.dirname(log), exist_ok=True)
            with open(log, "w", encoding="utf-8") as file:
                file.write(log_of(bad, number == 0))
    why = {"failed": "a function of the PKGBUILD failed: error: implicit declaration of function 'frobnicate'",
           "held": "its packaging files changed", "blocked": "python-httpx is not published"}.get(status, "")
    insert(database, "states", {"target": name, "repository": "kiln", "status": status,
                                "standing": {"up-to-date": "built"}.get(status, status), "step": "build" if failed else "",
                                "why": HOSTILE if number == 0 else why, "needs": "pkg2>=1\nglibc\n" if number % 3 == 0 else "",
                                "attempted": (now - 8500) * SECOND, "since": (now - 86400 * 2) * SECOND})


def run(command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def make(program, folder, targets, builds, logs=True):
    """Returns the arguments that the program is called with."""
    state = os.path.join(folder, "state")
    config = os.path.join(folder, "config.toml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f'[build]\nstate_dir = "{state}"\n[report]\npath = "{folder}/report"\ntitle = "Kiln packages"\n'
                   f'[[repositories]]\nname = "kiln"\npath = "{folder}/report"\n')
    command = [program, "--config", config]
    run([*command, "history"])
    fill(state, targets, builds, logs)
    return command
