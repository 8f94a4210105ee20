"""Fuzz every way in at length: ``fuzz.py [MINUTES] [TARGET] [SEED]``; ten minutes and all targets by default.

Each target of ``tests/fuzzing`` runs in a process of its own, which may take 512 MB more than it begins with.
An input that ends in another error than the program's own, takes more than a second of the processor for each
100 kB begun, or more memory, is a fault: it is kept in ``build/fuzz/TARGET``. Put it into ``tests/corpora``
when it is mended. Ends with 1 if there is any. Needs Linux for the bound on memory.
"""

import faulthandler
import hashlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

MORE_BYTES = 512_000_000
ALLOWED_S = 1.0
PART_BYTES = 100_000
HANGS_S = 60
"""After so long by the clock an input is given up, however busy the machine."""
KEPT = ROOT / "build" / "fuzz"


def allowed_s(data: bytes) -> float:
    """Return how long an input may take."""
    return ALLOWED_S * -(-max(1, len(data)) // PART_BYTES)


class Child:
    """One target in a process of its own."""

    def __init__(self, name: str, folder: Path) -> None:
        from fuzzing import TARGETS

        self.target, self.folder = TARGETS[name], folder
        self.seeds = [*self.target.seeds(), *corpus(name)]
        (folder / "work").mkdir()
        self.one = self.target.begin(folder / "work")
        self.kinds: dict[str, int] = {}
        self.told = {"executions": 0, "refused": 0, "worst_s": 0.0, "faults": 0, "bytes": 0}

    def run(self, seconds: float, luck: random.Random) -> None:
        """Try inputs for so long, the seeds first."""
        from fuzzing.target import mutated

        for data in self.seeds:
            self.try_one(data)
        before = resident_kb()
        bytes_now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (bytes_now + MORE_BYTES,) * 2)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.try_one(mutated(luck.randrange, self.target, self.seeds))
        self.told |= {"grown_mb": (resident_kb() - before) // 1000, "peak_mb": resident_kb() // 1000}

    def try_one(self, data: bytes) -> None:
        """Give one input; keep it if it is a fault of a new kind."""
        from fuzzing.target import takes

        (self.folder / "current").write_bytes(data)
        faulthandler.dump_traceback_later(HANGS_S, exit=True)
        began = time.process_time()
        try:
            self.told["refused"] += bool(takes(self.one, data))
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            self.fault(f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}: {error}", data)
        took = time.process_time() - began
        faulthandler.cancel_dump_traceback_later()
        self.told["executions"] += 1
        self.told["bytes"] += len(data)
        self.told["worst_s"] = max(self.told["worst_s"], took * ALLOWED_S / allowed_s(data))
        if took > allowed_s(data):
            self.fault(f"slow: {took:.1f} s for {len(data):,} bytes", data)

    def fault(self, said: str, data: bytes) -> None:
        """Keep the input of a fault."""
        kind = said.partition(":")[0] + said.partition(":")[2].partition(":")[0][:20]
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if self.kinds[kind] == 1:
            self.told["faults"] += 1
            print(f"  {self.target.name}: {said[:300]}\n  kept as {keep(self.target.name, data)}", flush=True)


def corpus(name: str) -> list[bytes]:
    """Return the inputs of a target that once broke something."""
    return [path.read_bytes() for path in sorted((ROOT / "tests" / "corpora" / name).glob("*"))]


def keep(name: str, data: bytes) -> Path:
    """Store an input and return where."""
    place = KEPT / name / hashlib.sha256(data).hexdigest()[:12]
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    return place.relative_to(ROOT)


def resident_kb() -> int:
    """Return the most memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def parent(name: str, seconds: float, seed: int) -> bool:
    """Fuzz one target and print what came of it; return whether all was well."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = [sys.executable, __file__, "--child", name, str(seconds), str(seed), folder]
        done = subprocess.run(command, env={**os.environ, "MALLOC_ARENA_MAX": "2"}, cwd=folder, check=False)
        place = Path(folder)
        if done.returncode:
            kept = keep(name, (place / "current").read_bytes()) if (place / "current").exists() else "nothing"
            print(f"{name}: ended with {done.returncode} (hangs, or killed); kept as {kept}", flush=True)
            return False
        told = json.loads((place / "told").read_text())
    print(
        f"{name}: {told['executions']:,} inputs ({told['bytes'] / 1e6:,.0f} MB), "
        f"{told['refused']:,} refused, "
        f"worst {told['worst_s']:.2f} s a 100 kB, memory +{told['grown_mb']} to {told['peak_mb']} MB, "
        f"{told['faults']} faults",
        flush=True,
    )
    return not told["faults"]


def main(words: Sequence[str]) -> None:
    """Fuzz one target or all."""
    if words[:1] == ["--child"]:
        name, seconds, seed, folder = words[1:]
        child = Child(name, Path(folder))
        child.run(float(seconds), random.Random(int(seed)))
        (Path(folder) / "told").write_text(json.dumps(child.told))
        os._exit(0)
    from fuzzing import TARGETS

    minutes = float(words[0]) if words else 10.0
    names = [words[1]] if len(words) > 1 else list(TARGETS)
    seed = int(words[2]) if len(words) > 2 else random.SystemRandom().randrange(2**32)
    print(f"seed {seed}, {minutes * 60 / len(names):.0f} s a target", flush=True)
    right = [parent(name, minutes * 60 / len(names), seed) for name in names]
    sys.exit(0 if all(right) else 1)


if __name__ == "__main__":
    main(sys.argv[1:])
