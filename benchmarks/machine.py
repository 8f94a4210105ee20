"""What every benchmark tells beside its figures: the machine, the versions, how far repeats lie apart.

Peers are measured in turn with ours, round by round in one process group, so that a neighbour's noise hits
all of them; a ratio is taken within a round.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any, Final, TypeVar

OURS: Final = ("numpy", "numba")
T = TypeVar("T")


@dataclass(frozen=True)
class Machine:
    """Where and with what something was measured. ``load`` is the load average of the last minute."""

    date: str
    cpu: str
    cores: int
    memory_gb: float
    load: float | None
    python: str
    versions: dict[str, str]

    def __str__(self) -> str:
        """Return it in two or three lines of at most 80 columns."""
        load = "unknown" if self.load is None else f"{self.load:.1f}"
        lines = [
            f"{self.date}, {self.cpu}, {self.cores} cores, {self.memory_gb:.0f} GB, load {load} at the start",
            f"Python {self.python}",
        ]
        for name, number in self.versions.items():
            lines[-1] += ","
            if len(lines[-1]) + len(name) + len(number) > 77:
                lines.append("")
            lines[-1] += f"{' ' if lines[-1] else ''}{name} {number}"
        return "\n".join(lines)


def here(*peers: str) -> Machine:
    """Return the machine as it is now, with the versions of ours and of the peers that are installed."""
    return Machine(
        date=datetime.now(UTC).date().isoformat(),
        cpu=_cpu(),
        cores=os.cpu_count() or 1,
        memory_gb=_memory_bytes() / 1e9,
        load=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        python=platform.python_version(),
        versions={name: _version(name) for name in (*OURS, *peers)},
    )


@dataclass(frozen=True)
class Spread:
    """Smallest, middle and largest of some repeats."""

    least: float
    median: float
    most: float
    repeats: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Return the spread of values, of which there is at least one."""
        return cls(min(values), median(values), max(values), len(values))

    def __format__(self, spec: str) -> str:
        """Return ``median (least-most)``, each in the format of a number."""
        return f"{self.median:{spec}} ({self.least:{spec}}-{self.most:{spec}})"


def in_turn(
    calls: Mapping[str, Callable[[], T]], repeats: int, clock: Callable[[], float] = time.process_time
) -> dict[str, list[tuple[float, T]]]:
    """Call each once a round, beginning with another one every round; return (seconds, answer) of every call.

    Seconds are of the processor unless another clock is named.
    """
    found: dict[str, list[tuple[float, T]]] = {name: [] for name in calls}
    names = list(calls)
    for turn in range(repeats):
        at = turn % len(names)
        for name in (*names[at:], *names[:at]):
            began = clock()
            answer = calls[name]()
            found[name].append((clock() - began, answer))
    return found


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Return ours over theirs, round by round."""
    return Spread.of([mine / other for mine, other in zip(ours, theirs, strict=True)])


def tell(machine: Machine, found: object, *, as_json: bool, show: Callable[[], None]) -> None:
    """Print the machine and the figures: as text by ``show``, or as one JSON object."""
    if as_json:
        print(json.dumps({"machine": asdict(machine), "found": found}, indent=1, default=_plain))
    else:
        print(machine, end="\n\n")
        show()


def parser_of(program: str | None) -> argparse.ArgumentParser:
    """Return the parser of a benchmark's options, with ``--json``; its docstring is its description."""
    parser = argparse.ArgumentParser(
        description=program, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser


def own_peak_mb() -> float:
    """Return the largest resident memory of this process so far, in MB.

    Linux tells it apart from the process that started this one; elsewhere it may be that one's.
    """
    told = Path("/proc/self/status")
    if told.exists():
        line = next(line for line in told.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    import resource

    return (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
    )


def told_by(script: str, *arguments: str) -> float:
    """Return the number that a script prints when a fresh process runs it."""
    done = subprocess.run([sys.executable, script, *arguments], check=True, capture_output=True, text=True)
    return float(done.stdout)


def _plain(value: Any) -> Any:
    if isinstance(value, Spread):
        return asdict(value)
    return value.item() if hasattr(value, "item") else str(value)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _cpu() -> str:
    found = Path("/proc/cpuinfo")
    if found.exists():
        for line in found.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_bytes() -> int:
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return 0
