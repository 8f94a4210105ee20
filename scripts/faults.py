"""Do to the program what machines and people do: ``faults.py [KILLS] [OTHERS] [SEED]``, 200 and 20 of each.

Runs of the flagship are killed, cancelled, starved of memory and of disk, set to another time, written by two
at once; their files, finished and not, are changed, cut, mixed with those of another run; and so is their
compiled code. After each, the same command must give the bytes of a run that nobody disturbed, or refuse with
a sentence. Prints a table by kind and ends with 1 if anything was lost or wrong. Some forty minutes on two
quiet cores.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from stalemate.ensemble.runs import Runs, read_run
from stalemate.errors import RunError

ASKED: Final = ["historical", "--replicates", "1024", "--block", "64", "--until", "1951-08-20"]
MAIN: Final = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from stalemate.interfaces.cli import main; main()"
)
"""Ctrl-C is heard even where the shell that began this one ignores it."""
LIMIT: Final = "import resource; resource.setrlimit(resource.{0}, ({1}, {1})); "
NO_SIGNAL: Final = "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
CLOCK: Final = (
    "import random, time; luck = random.Random({0}); time.time = lambda: luck.uniform(-1e9, 1e10); "
)


def all_bytes(folder: Path) -> dict[str, bytes]:
    """Return every file of a run by name."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@dataclass
class Told:
    """What came of one kind of fault."""

    injected: int = 0
    same: int = 0
    refused: int = 0
    wrong: int = 0

    def count(self, same: bool) -> None:
        """Count a run that went on to its end, or a folder that was read."""
        self.same += same
        self.wrong += not same


@dataclass
class Bench:
    """A folder for runs, the bytes of an undisturbed one, and how long that takes."""

    folder: Path
    luck: random.Random
    cache: Path | None = None
    expected: dict[str, bytes] = field(default_factory=dict)
    lasts_s: float = 0.0
    made: int = 0

    def begin(self, out: Path, before: str = "", *more: str) -> "subprocess.Popen[bytes]":
        """Start the run, after some lines of Python."""
        environment = {**os.environ, **({"STALEMATE_CACHE": str(self.cache)} if self.cache else {})}
        command = [sys.executable, "-c", before + MAIN, "run", *ASKED, "--out", str(out), *more]
        return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def end(self, out: Path, before: str = "", *more: str) -> tuple[int, str]:
        """Run it to its end and return the exit code and what it said last.

        One that hangs is killed: OpenBLAS, when it is loaded with too little memory, asks for it for ever.
        """
        process = self.begin(out, before, *more)
        try:
            _, said = process.communicate(timeout=60 + 20 * self.lasts_s if self.lasts_s else None)
        except subprocess.TimeoutExpired:
            process.kill()
            _, said = process.communicate()
        return process.returncode, said.decode().strip().rpartition("\n")[2]

    def undisturbed(self) -> None:
        """Fight the run that all others are held against."""
        self.end(self.folder / "warm")
        began = time.perf_counter()
        code, said = self.end(self.folder / "whole")
        assert code == 0, said
        self.lasts_s = time.perf_counter() - began
        self.expected = all_bytes(self.folder / "whole")

    def place(self) -> Path:
        """Return where a new run shall stand."""
        self.made += 1
        return self.folder / f"run-{self.made}"

    def half(self) -> Path:
        """Return the place of a run that was killed when some of its shards stood."""
        out = self.place()
        process = self.begin(out)
        partial = out.with_name(out.name + ".partial")
        while not list(partial.rglob("sums-*")) and process.poll() is None:
            time.sleep(0.01)
        process.kill()
        process.communicate()
        return out

    def whole(self, out: Path, told: Told) -> None:
        """Let a run go on to its end undisturbed and hold it against the expected bytes."""
        code, said = self.end(out) if not out.exists() else (0, "")
        if code == 2 and said.startswith("stalemate: "):
            told.refused += 1
        else:
            told.count(code == 0 and all_bytes(out) == self.expected)
        shutil.rmtree(out, ignore_errors=True)


def signals(bench: Bench, told: Told, number: int, signal_: signal.Signals) -> None:
    """End runs by a signal at random moments, each until it is whole, so many times in all."""
    while told.injected < number:
        out = bench.place()
        while not out.exists() and told.injected < number:
            process = bench.begin(out)
            try:
                process.wait(bench.luck.uniform(0, bench.lasts_s))
            except subprocess.TimeoutExpired:
                process.send_signal(signal_)
                told.injected += 1
            _, said = process.communicate()
            if process.returncode == 130 and b"stopped" in said:
                told.refused += 1
        bench.whole(out, told)


def starved(bench: Bench, told: Told, number: int, what: str, least: float, most: float) -> None:
    """Run under a limit of bytes, then without."""
    for _ in range(number):
        out, limit = bench.place(), int(bench.luck.uniform(least, most))
        before = NO_SIGNAL + LIMIT.format(what, limit)
        code, said = bench.end(out, before)
        told.injected += 1
        told.refused += code in (1, 2) and said.startswith("stalemate: ")
        bench.whole(out, told)


def times(bench: Bench, told: Told, number: int) -> None:
    """Fight with a clock of the wall that jumps, on files that carry any time."""
    for _ in range(number):
        out = bench.half()
        for path in out.with_name(out.name + ".partial").rglob("*"):
            when = bench.luck.uniform(-1e9, 1e10)
            os.utime(path, (when, when))
        told.injected += 1
        code, _ = bench.end(out, CLOCK.format(bench.luck.randrange(10**6)))
        told.count(code == 0 and all_bytes(out) == bench.expected)
        shutil.rmtree(out, ignore_errors=True)


def two_at_once(bench: Bench, told: Told, number: int) -> None:
    """Start the run twice: one is refused, or finds it whole."""
    for _ in range(number):
        out = bench.place()
        both = [bench.begin(out) for _ in range(2)]
        said = [process.communicate()[1] for process in both]
        told.injected += 1
        told.refused += any(b"another process is writing" in one for one in said)
        bench.whole(out, told)


def changed(content: bytes, luck: random.Random) -> bytes:
    """Return bytes with one changed, fewer, more, or none."""
    at = luck.randrange(len(content))
    kinds = [
        content[:at] + bytes([content[at] ^ luck.randrange(1, 256)]) + content[at + 1 :],
        content[:at],
        content + bytes(luck.randrange(1, 100)),
        b"",
    ]
    return luck.choices(kinds, [7, 2, 1, 1])[0]


def unfinished(bench: Bench, told: Told, number: int) -> None:
    """Change a file of an unfinished run and let it go on."""
    for _ in range(number):
        out = bench.half()
        partial = out.with_name(out.name + ".partial")
        victim = bench.luck.choice(sorted(path for path in partial.rglob("*") if path.is_file()))
        victim.write_bytes(changed(victim.read_bytes() or b"x", bench.luck))
        told.injected += 1
        bench.whole(out, told)
        shutil.rmtree(partial, ignore_errors=True)


def mixed(bench: Bench, told: Told, number: int) -> None:
    """Put shards of a run with another seed, and their sums, into an unfinished one."""
    other = bench.place()
    process = bench.begin(other, "", "--seed", "2")
    partial = other.with_name(other.name + ".partial")
    while len(list(partial.rglob("sums-*"))) < 2 and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.communicate()
    for _ in range(number):
        out = bench.half()
        mine = out.with_name(out.name + ".partial")
        for path in partial.rglob("*-0000*"):
            shutil.copy(path, mine / path.relative_to(partial))
        told.injected += 1
        bench.whole(out, told)


def finished(bench: Bench, told: Told, number: int) -> None:
    """Change, remove or exchange files of a finished run, and read it."""
    folder = Path(shutil.copytree(bench.folder / "whole", bench.place()))
    names = sorted(bench.expected)
    right = _numbers(read_run(folder))
    for _ in range(number):
        name, other = bench.luck.sample(names, 2)
        kind = bench.luck.random()
        if kind < 0.05:
            (folder / name).unlink()
        else:
            content = bench.expected[name]
            (folder / name).write_bytes(bench.expected[other] if kind < 0.1 else changed(content, bench.luck))
        told.injected += 1
        try:
            told.count(_numbers(read_run(folder)) == right)
        except RunError:
            told.refused += 1
        (folder / name).write_bytes(bench.expected[name])


def _numbers(runs: Runs) -> list[object]:
    """Return a run's recipe and the bytes of all its numbers."""
    return [runs.recipe] + [
        np.asarray(values).tobytes()
        for kept in runs.kept
        for values in (kept.weekly, kept.answers, *kept.outcomes.values())
    ]


def compiling(bench: Bench, told: Told, number: int) -> None:
    """Kill the program while it compiles into an empty folder, then change its compiled files and run."""
    own = Bench(bench.folder, bench.luck, bench.folder / "cache", bench.expected, bench.lasts_s, 10**6)
    for _ in range(min(number, 3)):
        process = own.begin(own.place())
        try:
            process.wait(bench.luck.uniform(1, 30))
        except subprocess.TimeoutExpired:
            process.kill()
            told.injected += 1
        process.communicate()
    own.whole(own.place(), told)
    for _ in range(number):
        files = sorted(bench.folder.glob("cache/*/*/loop_*.nbc"))
        victim = bench.luck.choice(files + sorted(bench.folder.glob("cache/*/loop_*.py")))
        victim.write_bytes(changed(victim.read_bytes(), bench.luck))
        told.injected += 1
        own.whole(own.place(), told)


def kinds(bench: Bench, kills: int, others: int) -> dict[str, Callable[[Told], None]]:
    """Return what is done, by its words."""
    return {
        "cancelled (Ctrl-C)": lambda told: signals(bench, told, others, signal.SIGINT),
        "too little memory": lambda told: starved(bench, told, others, "RLIMIT_AS", 3e8, 3e9),
        "files may not grow": lambda told: starved(bench, told, others, "RLIMIT_FSIZE", 0, 6e5),
        "clock and times": lambda told: times(bench, told, others),
        "two writers": lambda told: two_at_once(bench, told, others),
        "unfinished, damaged": lambda told: unfinished(bench, told, others),
        "unfinished, mixed": lambda told: mixed(bench, told, min(others, 5)),
        "finished, damaged": lambda told: finished(bench, told, 50 * others),
        "compiled code": lambda told: compiling(bench, told, others),
        "killed (-9)": lambda told: signals(bench, told, kills, signal.SIGKILL),
    }


def main() -> None:
    """Do it all and say what came of it."""
    kills, others, seed = [int(word) for word in sys.argv[1:]] + [200, 20, 1][len(sys.argv) - 1 :]
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name), random.Random(seed))
        bench.undisturbed()
        print(f"an undisturbed run takes {bench.lasts_s:.1f} s", flush=True)
        print(f"{'kind':<22}{'injected':>9}{'same bytes':>12}{'refused, told':>15}{'wrong':>7}", flush=True)
        for kind, inject in kinds(bench, kills, others).items():
            told = Told()
            inject(told)
            wrong += told.wrong
            print(
                f"{kind:<22}{told.injected:>9,}{told.same:>12,}{told.refused:>15,}{told.wrong:>7}", flush=True
            )
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
