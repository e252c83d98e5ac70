"""Runs a command and writes what it took as JSON to the file descriptor that is named first.

A process of its own, and a small one: the kernel counts the memory of whoever starts a process
as that process's own.
"""

import json
import os
import signal
import sys
import time


def main():
    report, command = int(sys.argv[1]), sys.argv[2:]
    os.set_inheritable(report, False)
    begin = time.monotonic()
    # A signal to both is the command's affair; how it ends is waited for.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = os.posix_spawnp(command[0], command, os.environ,
                            setsigdef=[signal.SIGTERM, signal.SIGINT])
    _, status, usage = os.wait4(child, 0)
    os.write(report, json.dumps({
        "seconds": time.monotonic() - begin, "cpu": usage.ru_utime + usage.ru_stime,
        "memory": usage.ru_maxrss * 1024, "code": os.waitstatus_to_exitcode(status)}).encode())


main()
