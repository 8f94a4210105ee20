"""A toy run in a process of its own, so that the operating system can do to it what it does to programs.

``python toy_process.py OUT [file=BYTES] [memory=BYTES] [clock=wild] [wait=SECONDS]`` fights it, under a limit
on the size of files, on memory, with a clock that jumps, or slowly; it prints a line when it has begun and
ends with 0, or with 2 and a sentence if the program refuses.
"""

import os
import random
import sys
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from reference import toy_war

from stalemate.ensemble.runner import run
from stalemate.errors import StalemateError

START, UNTIL, WARS = date(1952, 8, 25), date(1952, 9, 2), 600


class _Patch:
    def setattr(self, owner, name, value):
        setattr(owner, name, value)


def fight(out, progress=None, workers=2):
    """Fight 600 pairs into a folder; the engine must have been put in place."""
    policies = [toy_war.Shifted(), toy_war.Plain()]
    war = toy_war.scenario(start=START)
    run(war, policies, replicates=WARS, block=50, until=UNTIL, out=out, workers=workers, progress=progress)


def _limit(options):
    if "file" in options:
        import resource
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(options["file"]),) * 2)
    if "memory" in options:
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * os.sysconf("SC_PAGE_SIZE") + int(options["memory"])
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    if "clock" in options:
        luck = random.Random(1)
        time.time = lambda: luck.uniform(-1e9, 1e10)
        time.monotonic = time.perf_counter = lambda: luck.uniform(0, 1e6)


def main(out, *words):
    """Fight under what the words say."""
    options = dict(word.split("=") for word in words)
    toy_war.put_in_place(_Patch())
    _limit(options)
    pause = float(options.get("wait", 0))
    print("begun", flush=True)
    try:
        fight(Path(out), lambda done, total: time.sleep(pause))
    except StalemateError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
