"""Servers of ours for one case each: processes that print their URL when they are ready."""

import os
import signal
import subprocess
import sys

from parts.measure import fail

TESTS = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Server:
    """Ends with its `with`; `url` is where it answers on this machine, `port` the port of it."""

    def __init__(self, program, *arguments, log):
        with open(log, "ab") as errors:
            self.process = subprocess.Popen([sys.executable, os.path.join(TESTS, program), *arguments],
                                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                            stderr=errors, text=True)
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            fail(f"{program} did not start; what it said is in {log}")
        self.port = int(self.url.rsplit(":", 1)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.process.stdout.close()


def git_server(log):
    return Server("bench/git-server", log=log)


def file_server(folder, addresses, log):
    return Server("fixtures/serve", "--port", "0", *with_addresses(addresses), folder, log=log)


def vieter(version, folder, key_file, addresses, log):
    return Server("fixtures/vieter", "--version", version, "--key-file", key_file,
                  *with_addresses(addresses), folder, log=log)


def aur(folder, log):
    return Server("fixtures/aur", "serve", folder, log=log)


def with_addresses(addresses):
    return [word for address in addresses for word in ("--address", address)]
