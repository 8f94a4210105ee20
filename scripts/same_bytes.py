"""Fight the same wars in every way and on every kind of machine, and hold their bytes together.

    same_bytes.py [--wars 1100] [--until 1951-09-30] [--every 1] [--policies historical]

Ways: 1, 2, 4 and 8 workers, blocks of 16, 64, 256 and 1,024 wars, in threads, in processes and on a local
Dask cluster. Machines: code compiled for this processor and for three plainer ones, and the libraries as they
would run on an old one. ``--every 5`` takes each fifth way. A line for each run, then one digest; ends with 1
if there are two. Needs the extra ``dask``. All of it takes half an hour on two quiet cores.
"""

import argparse
import hashlib
import json
import math
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, TypeVar, final

from stalemate.ensemble.cluster import dask_pool
from stalemate.ensemble.pool import AbstractPool, Answer, Fight, Workers
from stalemate.ensemble.runner import run
from stalemate.policies.directive import AbstractPolicy
from stalemate.scenario.read import load

T = TypeVar("T")

OLD_LIBRARIES: Final = {
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL",
    "OPENBLAS_CORETYPE": "Nehalem",
}
"""The C library without fused multiply-add, NumPy without wide vectors, linear algebra as of 2008."""

MACHINES: Final = {
    "native": {},
    "generic": {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""},
    "x86-64-v2": {"NUMBA_CPU_NAME": "x86-64-v2", "NUMBA_CPU_FEATURES": ""},
    "x86-64-v3": {"NUMBA_CPU_NAME": "x86-64-v3", "NUMBA_CPU_FEATURES": ""},
    "old libraries": OLD_LIBRARIES,
    "old machine": {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", **OLD_LIBRARIES},
}
"""What is set before a process starts, so that it runs as on that machine."""

PLACES: Final = ("threads", "processes", "dask")
WORKERS: Final = (1, 2, 4, 8)
BLOCKS: Final = (16, 64, 256, 1024)

Way = tuple[str, int, int]
"""Place, workers, block."""


def ways(every: int) -> list[Way]:
    """Return every way, or each so-manieth, places and workers side by side."""
    return [(place, workers, block) for place in PLACES for workers in WORKERS for block in BLOCKS][::every]


@final
class Processes(AbstractPool):
    """Fresh processes of the standard library, which share nothing with this one."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))

    @property
    def workers(self) -> int:
        """Return how many blocks it fights at once."""
        return self._workers

    def begin(self, one: Fight[T]) -> Callable[[AbstractPolicy, range], Answer[T]]:
        """Return what sends a block to a process."""
        import cloudpickle

        packed = cloudpickle.dumps(one)
        return lambda policy, part: self._pool.submit(fight, packed, cloudpickle.dumps((policy, part)))

    def end(self) -> None:
        """Do nothing: every block was waited for, and the pool is used again."""

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown()


def fight(packed: bytes, block: bytes) -> Any:
    """Fight a block in a process."""
    import cloudpickle

    policy, part = cloudpickle.loads(block)
    return cloudpickle.loads(packed)(policy, part)


@contextmanager
def pool_of(place: str, workers: int) -> Iterator[Workers]:
    """Open a place to fight in."""
    if place == "dask":
        with dask_pool("dask", workers) as cluster:
            yield cluster
    elif place == "processes":
        pool = Processes(workers)
        try:
            yield pool
        finally:
            pool.close()
    else:
        yield workers


def library_digest() -> str:
    """Return a hash of the C library's own exponentials and sines: what may differ between machines."""
    luck = random.Random(1)
    angles = [luck.uniform(-20, 20) for _ in range(20_000)]
    values = [function(x) for x in angles for function in (math.exp, math.sin, math.cos)]
    return hashlib.sha256(struct.pack(f"{len(values)}d", *values)).hexdigest()


def fight_here(asked: argparse.Namespace) -> None:
    """Fight in every way on the machine that this process was started as; print a line of JSON for each."""
    war = load("korea-1951")
    print(json.dumps({"library": library_digest()}), flush=True)
    wanted = ways(asked.every)
    for place, workers in dict.fromkeys((place, workers) for place, workers, _ in wanted):
        with tempfile.TemporaryDirectory() as name, pool_of(place, workers) as pool:
            for block in [b for p, w, b in wanted if (p, w) == (place, workers)]:
                out, began = Path(name) / str(block), time.perf_counter()
                run(
                    war,
                    asked.policies.split(","),
                    replicates=asked.wars,
                    until=asked.until,
                    out=out,
                    workers=pool,
                    block=block,
                )
                took_s = time.perf_counter() - began
                digest = hashlib.sha256((out / "SHA256SUMS").read_bytes()).hexdigest()
                print(json.dumps({"way": (place, workers, block), "digest": digest, "s": took_s}), flush=True)


def machine(name: str) -> Iterator[dict[str, Any]]:
    """Yield what a process that was started as a machine tells. Raises RuntimeError if it fails."""
    command = [sys.executable, __file__, "--here", *sys.argv[1:]]
    process = subprocess.Popen(
        command, env={**os.environ, **MACHINES[name]}, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    yield from map(json.loads, process.stdout)
    if process.wait():
        raise RuntimeError(f"{name}: the process ended with {process.returncode}")


def main() -> None:
    """Run as every machine in turn and say what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--wars", type=int, default=1100)
    parser.add_argument("--until", type=date.fromisoformat, default=date(1951, 9, 30))
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--policies", default="historical")
    parser.add_argument("--machines", default=",".join(MACHINES))
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.here:
        fight_here(asked)
        return
    digests: dict[str, int] = {}
    print(f"{'machine':15}{'place':11}{'workers':>8}{'block':>7}{'s':>8}  digest")
    for name in asked.machines.split(","):
        for told in machine(name):
            if "library" in told:
                print(f"{name:15}the C library's own exp, sin and cos:  {told['library'][:16]}", flush=True)
                continue
            place, workers, block = told["way"]
            digests[told["digest"]] = digests.get(told["digest"], 0) + 1
            print(
                f"{name:15}{place:11}{workers:8}{block:7}{told['s']:8.1f}  {told['digest'][:16]}", flush=True
            )
    for digest, count in digests.items():
        print(f"{count} runs: {digest}")
    raise SystemExit(1 if len(digests) != 1 else 0)


if __name__ == "__main__":
    main()
