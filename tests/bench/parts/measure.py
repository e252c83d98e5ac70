"""Running a command and knowing what it took."""

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass

LAUNCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "launch.py")


@dataclass
class Sample:
    seconds: float
    cpu: float  # of the process and of those that it waited for, in seconds
    memory: int  # the most that one of them had, in bytes
    output: str


def say(text):
    print(f"tests/bench/run: {text}", file=sys.stderr, flush=True)


def fail(text, *more):
    """Nothing can be measured."""
    print(f"tests/bench/run: {text}", *more, sep="\n", file=sys.stderr, flush=True)
    sys.exit(2)


def run(command, environment=None, accept=(0,)):
    """Runs it to its end; one that ends with another code than those accepted ends all."""
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        took = launch(command, environment, output)
        output.seek(0)
        text = output.read()
    if took["code"] not in accept:  # also when it could not be started
        fail(f"{' '.join(map(str, command[:6]))}... ended with {took['code']}; its last words:",
             *text.splitlines()[-30:])
    return Sample(took["seconds"], took["cpu"], took["memory"], text)


def launch(command, environment, output):
    receiving, sending = os.pipe()
    launcher = [sys.executable, "-I", "-S", LAUNCH, str(sending)]
    process = subprocess.Popen([*launcher, *command], env=environment, stdin=subprocess.DEVNULL,
                               stdout=output, stderr=subprocess.STDOUT, pass_fds=[sending],
                               start_new_session=True)
    os.close(sending)
    try:
        with os.fdopen(receiving) as report:
            return json.loads(report.read() or '{"code": "an error of its start"}')
    except BaseException:
        os.killpg(process.pid, signal.SIGTERM)
        raise
    finally:
        process.wait()


def median(values):
    return statistics.median(values)


def median_of(samples):
    """The median of each number apart."""
    return Sample(median(s.seconds for s in samples), median(s.cpu for s in samples),
                  int(median(s.memory for s in samples)), samples[-1].output)


def told(what, sample):
    say(f"{what}: {sample.seconds:.2f} s")
    return sample
