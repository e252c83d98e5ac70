"""What kind of machine it was measured on."""

import datetime
import os


def distribution():
    with open("/etc/os-release", encoding="utf-8") as file:
        fields = dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)
    return fields.get("PRETTY_NAME", "Linux").strip('"')


def description():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    busy = os.getloadavg()[0]
    return (f"{datetime.date.today()}, {os.cpu_count()} cores ({os.uname().machine}), {memory:.0f} GiB, "
            f"{distribution()}, Linux {os.uname().release.split('-')[0]}, load {busy:.1f} at the start")
