"""What a large run needs: wars a second, bytes on disk and in memory, measured; and a table from them.

    python benchmarks/sizing.py [--wars 1024] [--by-cpu] [--json]

Runs of the flagship's historical policy into a folder: on one core and on all, in threads and in Dask's
processes, and with four times as many wars. Each in a process of its own, so that its memory is its own. The
rows are those of docs/howto/large-runs.md. Run it on a quiet machine; about four minutes.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from machine import here, parser_of, tell

ROWS: Final = ((2_000, 2), (20_000, 2), (200_000, 8), (2_000_000, 32), (10_000_000, 128))
"""Wars and cores of the table."""
MB: Final = 1e6


def measured(where: str, workers: int, wars: int) -> dict[str, float]:
    """Fight and store wars here; return seconds, bytes and memory. ``where`` is ``threads`` or ``dask``."""
    from stalemate.engine.simulate import compile_kernels
    from stalemate.ensemble.cluster import dask_pool
    from stalemate.ensemble.runner import run
    from stalemate.ensemble.runs import read_run
    from stalemate.scenario.read import load

    war = load("korea-1951")
    compile_kernels(lambda name, done, total: None)
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        asked = {"replicates": wars, "out": out}
        if where == "threads":
            began, busy = time.perf_counter(), time.process_time()
            run(war, "historical", workers=workers, **asked)
            found["s"] = time.perf_counter() - began
            found["cpu_s"] = time.process_time() - busy
        else:
            from distributed import default_client

            began = time.perf_counter()
            with dask_pool("dask", workers) as pool:
                run(war, "historical", replicates=2 * workers, until=war.start, workers=pool, block=1)
                found["ready_s"] = time.perf_counter() - began
                began = time.perf_counter()
                run(war, "historical", workers=pool, **asked)
                found["s"] = time.perf_counter() - began
                found["worker_bytes"] = max(default_client().run(_peak_bytes).values())
        began = time.perf_counter()
        read_run(out)
        found["read_s"] = time.perf_counter() - began
        found["disk_bytes"] = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    return {**found, "peak_bytes": _peak_bytes()}


def writing(shards: int) -> float:
    """Return how many wars a second one process can store, fighting none."""
    from datetime import date

    from stalemate.ensemble import runner
    from stalemate.ensemble.store import SHARD_WARS, RunWriter
    from stalemate.scenario.read import load

    war = load("korea-1951")
    one = runner.run(war, "historical", replicates=SHARD_WARS)
    recipe = runner.replace(one.recipe, replicates=shards * SHARD_WARS, end=date(1953, 7, 27))
    with tempfile.TemporaryDirectory() as folder, RunWriter(recipe, Path(folder) / "run") as writer:
        began = time.perf_counter()
        for shard in range(shards):
            writer.write(0, shard, one.kept[0])
        return shards * SHARD_WARS / (time.perf_counter() - began)


def _peak_bytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0


def _apart(where: str, workers: int, wars: int) -> dict[str, float]:
    """Return what is measured in a process of its own."""
    command = [sys.executable, __file__, "--here", where, str(workers), str(wars)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def table(found: dict[str, float], by_cpu: bool) -> str:
    """Return the rows of the page, from the rate of a core, of one writer, and the bytes of a war."""
    rate, a_war = found["wars_per_cpu_s" if by_cpu else "wars_per_s_core"], found["disk_bytes_war"]
    lines = ["| wars | cores | time | core hours | on disk |", "| ---: | ---: | ---: | ---: | ---: |"]
    for wars, cores in ROWS:
        takes_s = wars / min(cores * rate, found["wars_per_s_written"])
        shown = [f"{wars:,}", str(cores), _spell(takes_s), f"{wars / rate / 3600:,.1f}"]
        lines.append(f"| {' | '.join([*shown, _size(wars * a_war)])} |")
    return "\n".join(lines)


def _spell(seconds: float) -> str:
    for unit, length in (("hours", 3600), ("minutes", 60)):
        if seconds >= 1.5 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} seconds"


def _size(size: float) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.0f} MB"


def main() -> None:
    """Measure, print what was measured, and the table."""
    parser = parser_of(__doc__)
    parser.add_argument("--wars", type=int, default=1024)
    parser.add_argument(
        "--by-cpu", action="store_true", help="table from processor seconds: for a machine that others use"
    )
    parser.add_argument("--here", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.here:
        where, workers, wars = asked.here
        print(json.dumps(measured(where, int(workers), int(wars))))
        return
    machine = here()
    cores = machine.cores
    one = _apart("threads", 1, asked.wars)
    more = _apart("threads", cores, asked.wars)
    longer = _apart("threads", cores, 4 * asked.wars)
    dask = _apart("dask", cores, 4 * asked.wars)
    found = {
        "wars_per_s_one_thread": asked.wars / one["s"],
        "wars_per_s_threads": 4 * asked.wars / longer["s"],
        "wars_per_s_dask": 4 * asked.wars / dask["s"],
        "wars_per_s_core": 4 * asked.wars / longer["s"] / cores,
        "wars_per_cpu_s": 4 * asked.wars / longer["cpu_s"],
        "wars_per_s_written": writing(16),
        "wars_per_s_read": 4 * asked.wars / longer["read_s"],
        "disk_bytes_war": (longer["disk_bytes"] - more["disk_bytes"]) / (3 * asked.wars),
        "peak_mb_one_thread": one["peak_bytes"] / MB,
        "peak_mb_threads": more["peak_bytes"] / MB,
        "peak_mb_threads_four_times_the_wars": longer["peak_bytes"] / MB,
        "peak_mb_dask_worker": dask["worker_bytes"] / MB,
        "dask_ready_s": dask["ready_s"],
    }
    tell(machine, found, as_json=asked.json, show=lambda: _show(found, asked.by_cpu))


def _show(found: dict[str, float], by_cpu: bool) -> None:
    for name, value in found.items():
        print(f"{name:38}{value:>12,.1f}")
    print(f"\n{table(found, by_cpu)}")


if __name__ == "__main__":
    main()
