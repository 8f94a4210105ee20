"""What a run stores, in our format and in others: bytes, and the time to write and to read them.

Run ``python benchmarks/storage.py [--json] [--wars 256] [--rounds 9]``. A shard of korea-1951 is fought and
stored; then its weekly series (npy) and its outcomes (Parquet without compression) are written and read in
each format, in turn in one process, into a temporary folder; what comes back must be the same numbers. Nobody
waits for the disk: the store itself also syncs each file and keeps its SHA-256, which the last row tells.
Formats of rows get the number of the war and of the week beside each row; arrays tell them by position. Rows
are made of the arrays before the clock starts and made arrays again while it runs, since that is how we read.
Times are of the processor, all threads and the operating system's part counted; the store's are of the clock.
"""

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow
import zarr
from machine import Spread, here, in_turn, parser_of, ratios, tell
from pyarrow import csv, feather, parquet

from stalemate.ensemble.runner import run
from stalemate.ensemble.store import RunWriter, read_shard
from stalemate.scenario.read import load

Values = npt.NDArray[Any]
SERIES, OUTCOMES = "weekly series", "outcomes"
OURS: Final = {SERIES: "npy", OUTCOMES: "Parquet, as it is"}


@dataclass(frozen=True, eq=False)
class Stored:
    """Numbers to store: ``values`` of shape (war, week, column) or (war, column), and the columns' names."""

    values: Values
    names: tuple[str, ...]

    @cached_property
    def table(self) -> pyarrow.Table:
        """Return a row for each war, or for each war and week."""
        keys = np.array(list(product(*(range(size) for size in self.values.shape[:-1]))), np.int32)
        rows = self.values.reshape(-1, len(self.names))
        columns = {("war", "week")[k]: keys[:, k].copy() for k in range(keys.shape[1])}
        return pyarrow.table(columns | {name: rows[:, c].copy() for c, name in enumerate(self.names)})

    def of_table(self, table: pyarrow.Table) -> Values:
        """Return the numbers of a table that was read back."""
        columns = [table.column(name).to_numpy() for name in self.names]
        return np.stack(columns, axis=1).astype(self.values.dtype, copy=False).reshape(self.values.shape)


@dataclass(frozen=True)
class Format:
    """How one format writes numbers to a path and reads them back."""

    write: Callable[[Path, Stored], object]
    read: Callable[[Path, Stored], Values]


def _from_parquet(path: Path, stored: Stored) -> Values:
    return stored.of_table(parquet.read_table(path))


def _to_parquet(path: Path, stored: Stored, *, compression: str, dictionary: bool = False) -> None:
    parquet.write_table(stored.table, path, compression=compression, use_dictionary=dictionary)


def _from_csv(path: Path, stored: Stored) -> Values:
    kind = pyarrow.from_numpy_dtype(stored.values.dtype)
    types = csv.ConvertOptions(column_types=dict.fromkeys(stored.names, kind))
    return stored.of_table(csv.read_csv(path, convert_options=types))


def _to_npz(path: Path, stored: Stored) -> None:
    with path.open("wb") as file:
        np.savez_compressed(file, values=stored.values)


def _from_npz(path: Path, stored: Stored) -> Values:
    with np.load(path) as found:
        return np.asarray(found["values"])


def _to_zarr(path: Path, stored: Stored, *, compressors: Any) -> None:
    one = stored.values
    array = zarr.create_array(
        path, shape=one.shape, dtype=one.dtype, chunks=one.shape, compressors=compressors
    )
    array[...] = one


def _from_zarr(path: Path, _: Stored) -> Values:
    return np.asarray(zarr.open_array(path)[...])


def _to_sqlite(path: Path, stored: Stored) -> None:
    names = stored.table.column_names
    places = ", ".join("?" * len(names))
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("PRAGMA synchronous = OFF")
        base.execute(f"CREATE TABLE stored ({', '.join(names)})")
        rows = zip(*(column.to_pylist() for column in stored.table.columns), strict=True)
        base.executemany(f"INSERT INTO stored VALUES ({places})", rows)


def _from_sqlite(path: Path, stored: Stored) -> Values:
    with closing(sqlite3.connect(path)) as base:
        rows = base.execute(f"SELECT {', '.join(stored.names)} FROM stored ORDER BY rowid").fetchall()
    return np.array(rows, stored.values.dtype).reshape(stored.values.shape)


FORMATS: Final = {
    "npy": Format(
        lambda path, stored: np.save(path, stored.values), lambda path, _: np.load(path, allow_pickle=False)
    ),
    "npz, deflate": Format(_to_npz, _from_npz),
    "Zarr, as it is": Format(partial(_to_zarr, compressors=None), _from_zarr),
    "Zarr, zstd": Format(partial(_to_zarr, compressors="auto"), _from_zarr),
    "Parquet, as it is": Format(partial(_to_parquet, compression="none"), _from_parquet),
    "Parquet, snappy": Format(partial(_to_parquet, compression="snappy", dictionary=True), _from_parquet),
    "Parquet, zstd": Format(partial(_to_parquet, compression="zstd", dictionary=True), _from_parquet),
    "Arrow, as it is": Format(
        lambda path, stored: feather.write_feather(stored.table, path, compression="uncompressed"),
        lambda path, stored: stored.of_table(feather.read_table(path, memory_map=False)),
    ),
    "CSV": Format(lambda path, stored: csv.write_csv(stored.table, path), _from_csv),
    "SQLite": Format(_to_sqlite, _from_sqlite),
}


def fought(wars: int, folder: Path) -> tuple[dict[str, Stored], dict[str, float]]:
    """Fight a shard; return what is kept of it, and how long the store takes to write and read all of it."""
    done = run(load("korea-1951"), "historical", replicates=wars, out=folder / "run", workers=1)
    kept = read_shard(folder / "run", done.recipe, 0, 0)
    columns = tuple(f"{quantity} {place}".strip().replace(" ", "_").replace("-", "_") for quantity, place in
                    done.recipe.columns)  # fmt: skip
    outcomes = np.stack(list(kept.outcomes.values()), axis=1)
    began = time.perf_counter()
    with RunWriter(done.recipe, folder / "again") as writer:
        writer.write(0, 0, kept)
        wrote = time.perf_counter()
        writer.finish()
    read = time.perf_counter()
    read_shard(folder / "again", done.recipe, 0, 0)
    whole = {
        "bytes": float(_size(folder / "run")),
        "write_ms": 1e3 * (wrote - began),
        "read_ms": 1e3 * (time.perf_counter() - read),
    }
    stored = {SERIES: Stored(kept.weekly, columns), OUTCOMES: Stored(outcomes, tuple(kept.outcomes))}
    return stored, whole


def measure(stored: Stored, ours: str, folder: Path, rounds: int) -> list[dict[str, Any]]:
    """Write and read in every format in turn; return bytes, times and their ratios to ours."""
    assert len(stored.table)
    paths = {name: folder / str(number) for number, name in enumerate(FORMATS)}
    paths["npy"] = paths["npy"].with_suffix(".npy")

    def write(name: str) -> None:
        FORMATS[name].write(paths[name], stored)

    def cleared_write(name: str) -> float:
        _remove(paths[name])
        began = time.process_time()
        write(name)
        return time.process_time() - began

    writes = in_turn({name: partial(cleared_write, name) for name in FORMATS}, rounds)
    reads = in_turn({name: partial(FORMATS[name].read, paths[name], stored) for name in FORMATS}, rounds)
    wrote = {name: [took for _, took in calls] for name, calls in writes.items()}
    read = {name: [took for took, _ in calls] for name, calls in reads.items()}
    for name, calls in reads.items():
        if not np.array_equal(calls[-1][1], stored.values):
            raise SystemExit(f"{name}: other numbers came back than were written")
    size = {name: _size(path) for name, path in paths.items()}
    for path in paths.values():
        _remove(path)
    return [
        {
            "format": name,
            "is_ours": name == ours,
            "bytes": size[name],
            "write_ms": Spread.of([1e3 * s for s in wrote[name]]),
            "read_ms": Spread.of([1e3 * s for s in read[name]]),
            "bytes_to_ours": size[name] / size[ours],
            "write_to_ours": ratios(wrote[name], wrote[ours]),
            "read_to_ours": ratios(read[name], read[ours]),
        }
        for name in FORMATS
    ]


def show(found: dict[str, Any]) -> None:
    """Print a table for each of what is stored; ratios are to ours."""
    for what, rows in found["formats"].items():
        print(f"{what}, {found['wars']} wars; ratios to ours, marked * (least-most)")
        print(f"{'':20}{'kB':>7}{'ratio':>6}{'write ms':>9}{'ratio':>15}{'read ms':>8}{'ratio':>15}")
        for row in rows:
            cells = f"{row['bytes'] / 1e3:>7,.0f}{row['bytes_to_ours']:>6.2f}"
            for way, width in (("write", 9), ("read", 8)):
                ratio = row[f"{way}_to_ours"]
                told = f"{ratio.median:.1f} ({ratio.least:.1f}-{ratio.most:.1f})"
                if ratio.most >= 10:
                    told = f"{ratio.median:.0f} ({ratio.least:.0f}-{ratio.most:.0f})"
                cells += f"{row[f'{way}_ms'].median:>{width}.2f}{told:>15}"
            print(f"{row['format'] + (' *' if row['is_ours'] else ''):20}{cells}")
        print()
    whole = found["store"]
    print(f"{found['rounds']} rounds; the store, all of a shard with its sums, synced to disk, once:")
    print(
        f"{whole['bytes'] / 1e3:,.0f} kB, {whole['write_ms']:.0f} ms to write, {whole['read_ms']:.0f} to read"
    )


def _size(path: Path) -> int:
    return sum(p.stat().st_size for p in (path.rglob("*") if path.is_dir() else [path]) if p.is_file())


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def main() -> None:
    """Read the options and run."""
    parser = parser_of(__doc__)
    parser.add_argument("--wars", type=int, default=256, help="wars of the shard, 256 at most")
    parser.add_argument("--rounds", type=int, default=9, help="rounds")
    options = parser.parse_args()
    machine = here("pyarrow", "zarr")
    machine.versions["sqlite"] = sqlite3.sqlite_version
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stored, whole = fought(options.wars, folder)
        formats = {what: measure(one, OURS[what], folder, options.rounds) for what, one in stored.items()}
    found = {"wars": options.wars, "rounds": options.rounds, "formats": formats, "store": whole}
    tell(machine, found, as_json=options.json, show=lambda: show(found))


if __name__ == "__main__":
    main()
