"""Kill the program at random moments and see what its runs hold: ``faults.py [KILLS] [COMPILES] [SEED]``.

Each run of the flagship is begun, killed with -9, begun again and so on until it is whole; then its bytes are
held against those of a run that nobody disturbed. Then the same while its kernels compile into an empty
cache. Ends with 1 if any byte is lost or wrong. 200 kills take about ten minutes on two cores.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMAND = [sys.executable, "-c", "from stalemate.interfaces.cli import main; main()", "run"]
ASKED = ["historical", "--replicates", "1024", "--block", "64"]


def all_bytes(folder: Path) -> dict[str, bytes]:
    """Return every file of a run by name."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def begin(out: Path, until: str, cache: Path | None = None) -> "subprocess.Popen[bytes]":
    """Start the run."""
    environment = {**os.environ, **({"STALEMATE_CACHE": str(cache)} if cache else {})}
    command = [*COMMAND, *ASKED, "--until", until, "--out", str(out)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def whole(out: Path, until: str, cache: Path | None = None) -> dict[str, bytes]:
    """Run it to its end and return its bytes. Raises RuntimeError if it refuses."""
    process = begin(out, until, cache)
    _, said = process.communicate()
    if process.returncode:
        raise RuntimeError(said.decode())
    return all_bytes(out)


def kill_often(folder: Path, until: str, kills: int, luck: random.Random) -> int:
    """Kill runs that many times; return how many of those that became whole were wrong."""
    began = time.perf_counter()
    expected = whole(folder / "undisturbed", until)
    lasts = time.perf_counter() - began
    done = ended = wrong = 0
    while done < kills:
        out = folder / f"run-{ended}"
        while not out.exists():
            process = begin(out, until)
            try:
                process.wait(luck.uniform(0, lasts) if done < kills else None)
            except subprocess.TimeoutExpired:
                process.kill()
                done += 1
            process.communicate()
        ended += 1
        wrong += all_bytes(out) != expected
        shutil.rmtree(out)
        print(f"{done} kills, {ended} runs became whole, {wrong} wrong", flush=True)
    return wrong


def kill_compiling(folder: Path, until: str, compiles: int, luck: random.Random) -> int:
    """Kill it that many times while it compiles, then let it end; return how many were wrong."""
    expected, cache = whole(folder / "compiled", until), folder / "cache"
    for _ in range(compiles):
        process = begin(folder / "killed", until, cache)
        try:
            process.wait(luck.uniform(1, 30))
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
    wrong = whole(folder / "after", until, cache) != expected
    print(f"{compiles} kills while compiling, then {'wrong' if wrong else 'the same'} bytes")
    return int(wrong)


def main() -> None:
    """Do both and say what came of it."""
    kills, compiles, seed = [int(word) for word in sys.argv[1:]] + [200, 5, 1][len(sys.argv) - 1 :]
    luck = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        wrong = kill_often(Path(name), "1951-10-10", kills, luck)
        wrong += kill_compiling(Path(name), "1951-08-10", compiles, luck) if compiles else 0
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
