"""The run folder: a recipe that makes the run again, and for each policy its wars in shards of 256.

::

    RUN/manifest.json                        format, recipe, versions
    RUN/0-banfill/outcomes-00000.parquet     a row a war
    RUN/0-banfill/weekly-00000.npy           float32 (war, week, column)
    RUN/0-banfill/answers-00000.npy          float64 (war, observation of the scenario)
    RUN/SHA256SUMS                           of every other file

A run is written into ``RUN.partial`` and renamed when it is whole; each file appears whole or not at all. The
bytes depend on the recipe and the versions alone: there is no date, worker or block in them.
"""

import hashlib
import io
import json
import os
import platform
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from filelock import FileLock, Timeout

from stalemate.ensemble.foreign import (
    array_of,
    check_days,
    check_recipe,
    most_table_bytes,
    outcomes_of,
    read_inside,
    read_manifest,
)
from stalemate.ensemble.formats import FORMAT, refusal
from stalemate.ensemble.ondisk import MOST_ARRAY_BYTES, OnDisk
from stalemate.ensemble.outcomes import DAYS_PER_WEEK, OUTCOMES, Column, Kept
from stalemate.errors import RunError
from stalemate.files import json_of, leads_outside
from stalemate.plaintext import short
from stalemate.scenario.narrow import Narrow, narrowed
from stalemate.scenario.schema import Scenario

SHARD_WARS: Final = 256
"""Wars of a policy in one set of files; part of the format."""

_MANIFEST, _SUMS = "manifest.json", "SHA256SUMS"
_MOST_SUMS_BYTES: Final = 100_000_000
_PACKAGE = Path(__file__).resolve().parents[1]
_NO_PART_IN_RESULTS = ("analysis", "evidence", "interfaces")


@dataclass(frozen=True)
class Ordered:
    """A policy of a run: its name, and the digest of what it orders."""

    name: str
    digest: str


@dataclass(frozen=True)
class Recipe:
    """Everything that a run's numbers follow from.

    ``model`` is the digest of the code that makes them. Wars run from ``start`` to ``end``; outcomes are
    taken from ``window_start`` to ``end``, and least values from ``parting``, the day policies may first
    differ. All days are counted. ``columns`` names the weekly series. ``posterior`` is the label of the one
    that parameters were taken from; empty if they were drawn. ``ranges``: the parameters that were narrowed;
    ``scenario_digest`` is then that of the narrowed scenario.
    """

    scenario: str
    scenario_digest: str
    model: str
    policies: tuple[Ordered, ...]
    seed: int
    replicates: int
    repair: tuple[str, ...]
    fire: tuple[str, ...]
    start: date
    end: date
    window_start: date
    parting: date
    columns: tuple[Column, ...]
    posterior: str = ""
    ranges: tuple[Narrow, ...] = ()

    @property
    def shards(self) -> int:
        """Return the number of shards of each policy."""
        return -(-self.replicates // SHARD_WARS)

    def wars_of(self, shard: int) -> range:
        """Return the replicates of a shard."""
        return range(shard * SHARD_WARS, min((shard + 1) * SHARD_WARS, self.replicates))

    def as_fought(self, war: Scenario) -> Scenario:
        """Return a scenario, narrowed as this run's was. Raises QueryError if it cannot be."""
        return war if war.narrowed else narrowed(war, self.ranges)

    def to_json(self) -> dict[str, Any]:
        """Return the recipe as plain values, dates as ISO text."""
        days = {name: getattr(self, name).isoformat() for name in ("start", "end", "window_start", "parting")}
        return {**asdict(self), **days}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Recipe":
        """Return what ``to_json`` wrote. Raises KeyError, TypeError or ValueError if it is something else."""
        days = {
            name: date.fromisoformat(values[name]) for name in ("start", "end", "window_start", "parting")
        }
        policies = tuple(Ordered(**policy) for policy in values["policies"])
        columns = tuple((str(quantity), str(place)) for quantity, place in values["columns"])
        forms = {name: tuple(values[name]) for name in ("repair", "fire")}
        ranges = tuple(Narrow(**one) for one in values.get("ranges", ()))
        made = {**days, **forms, "policies": policies, "columns": columns, "ranges": ranges}
        return cls(**{**values, **made})


@cache
def model_digest() -> str:
    """Return the hash of all code that a run's numbers follow from; the processor has no part in it."""
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*.py")):
        name = path.relative_to(_PACKAGE)
        if name.parts[0] not in _NO_PART_IN_RESULTS and path.name != "__init__.py":
            digest.update(name.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


class RunWriter:
    """Writes a run shard by shard into ``OUT.partial`` and takes up what is already there.

    Used in a ``with`` statement, which holds the run against other processes. Beside each shard stand the
    sums of its files as they were when they were made, and that of the run's manifest, so that a file which
    changed since, or is of another run, is made again and never given a sum of its own.

    Raises RunError if ``OUT`` exists, if ``OUT.partial`` was begun with another recipe or other versions, if
    another process is writing it, or if nothing can be written; what is whole then stays.
    """

    def __init__(self, recipe: Recipe, out: Path) -> None:
        try:
            check_recipe(recipe.to_json())
        except ValueError as error:
            raise RunError(f"{out}: a run of this kind cannot be stored: {error}") from error
        self._recipe, self._out = recipe, out
        self._partial = out.with_name(out.name + ".partial")
        self._lock = FileLock(out.with_name(out.name + ".partial.lock"), timeout=0)
        self._manifest = _manifest_bytes(recipe)
        self._ours = _sum_line(hashlib.sha256(self._manifest).hexdigest(), _MANIFEST)
        self._sums: dict[tuple[int, int], str] = {}

    def __enter__(self) -> "RunWriter":
        try:
            self._out.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except Timeout:
            raise RunError(f"another process is writing {self._partial}; let it end, or stop it") from None
        except OSError as error:
            raise _cannot_write(self._partial, error) from error
        try:
            self._begin()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if not self._partial.exists():
            Path(self._lock.lock_file).unlink(missing_ok=True)
        self._lock.release()

    def has(self, policy: int, shard: int) -> bool:
        """Return whether a shard was written before and still is what was written."""
        told = _text_or_none(self._partial / _sums_file(self._recipe, policy, shard))
        sums = self._sums_of(policy, shard)
        if sums is None or told != self._ours + sums:
            return False
        self._sums[policy, shard] = sums
        return True

    def write(self, policy: int, shard: int, kept: Kept) -> None:
        """Write one shard of one policy; ``kept`` holds its wars in order."""
        outcomes, weekly, answers = _shard_files(self._recipe, policy, shard)
        files = {
            outcomes: _parquet_bytes(self._recipe.wars_of(shard), kept),
            weekly: _npy_bytes(np.asarray(kept.weekly)),
            answers: _npy_bytes(np.asarray(kept.answers)),
        }
        sums = "".join(_sum_line(hashlib.sha256(data).hexdigest(), name) for name, data in files.items())
        for name, data in files.items():
            self._put(name, data)
        self._put(_sums_file(self._recipe, policy, shard), (self._ours + sums).encode())
        self._sums[policy, shard] = sums

    def finish(self) -> None:
        """Write the sums and give the folder its name. Raises RunError if it was taken meanwhile."""
        for stray in self._partial.rglob("*.tmp"):
            stray.unlink()
        shards = [
            (p, shard) for p in range(len(self._recipe.policies)) for shard in range(self._recipe.shards)
        ]
        self._put(_SUMS, (self._ours + "".join(self._sums[place] for place in shards)).encode())
        for place in shards:
            (self._partial / _sums_file(self._recipe, *place)).unlink()
        try:
            self._partial.rename(self._out)
        except OSError as error:
            raise RunError(
                f"cannot rename {self._partial} to {self._out} ({error}); the run is whole: rename it by hand"
            ) from error
        _sync_folder(self._out.parent)

    def _begin(self) -> None:
        if self._out.exists():
            raise RunError(f"{self._out} exists already; name another folder with --out, or move it away")
        begun = self._partial / _MANIFEST
        if begun.exists():
            _refuse_other_manifest(self._partial, begun.read_bytes(), self._manifest)
            self._restore_sums()
        else:
            self._put(_MANIFEST, self._manifest)

    def _restore_sums(self) -> None:
        """Put the sums beside their shards again, where a run was ended between its sums and its name."""
        whole = _text_or_none(self._partial / _SUMS)
        if whole is None:
            return
        lines = {line.partition("  ")[2].strip(): line for line in whole.splitlines(keepends=True)}
        for policy in range(len(self._recipe.policies)):
            for shard in range(self._recipe.shards):
                names = _shard_files(self._recipe, policy, shard)
                told = "".join(lines.get(name, "") for name in (_MANIFEST, *names))
                self._put(_sums_file(self._recipe, policy, shard), told.encode())
        (self._partial / _SUMS).unlink()

    def _sums_of(self, policy: int, shard: int) -> str | None:
        """Return the sums of a shard's files as they are now, or None if one is missing."""
        names = _shard_files(self._recipe, policy, shard)
        if not all((self._partial / name).is_file() for name in names):
            return None
        return "".join(_sum_line(_sha256(self._partial / name), name) for name in names)

    def _put(self, name: str, data: bytes) -> None:
        try:
            write_whole(self._partial / name, data)
        except OSError as error:
            raise _cannot_write(self._partial / name, error) from error


def read_recipe(run: Path) -> Recipe:
    """Return the recipe of a stored run. Raises RunError if the folder is absent, foreign or unfinished."""
    if not run.is_dir():
        if run.with_name(run.name + ".partial").is_dir():
            raise RunError(
                f"{run} is unfinished; repeat the command that began it, and it goes on from there"
            )
        raise RunError(f"{run} is not a stored run: no such folder; make one with --out")
    try:
        manifest = read_manifest(run / _MANIFEST)
        if manifest["format"] != FORMAT:
            raise RunError(refusal(run, manifest["format"]))
        check_recipe(manifest["recipe"])
        recipe = Recipe.from_json(manifest["recipe"])
        check_days(recipe.start, recipe.window_start, recipe.parting, recipe.end)
        if not recipe.policies:
            raise ValueError("it names no policy")
        return recipe
    except (OSError, ValueError, KeyError, TypeError) as error:
        said = short(repr(error), 2000)
        raise RunError(f"{run} is not a stored run: its {_MANIFEST} cannot be read ({said})") from error


def check_sums(run: Path, recipe: Recipe) -> None:
    """Check every file of a run against its sum. Raises RunError that lists all damaged and missing files."""
    try:
        lines = read_inside(run / _SUMS, _MOST_SUMS_BYTES).decode().splitlines()
    except (OSError, ValueError) as error:
        raise RunError(f"{run}: {_SUMS} cannot be read ({error}); make the run again") from error
    expected = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    files = 1 + 3 * len(recipe.policies) * recipe.shards
    if len(expected) < files:
        raise RunError(f"{run}: {_SUMS} names {len(expected):,} of {files:,} files; make the run again")
    faults = []
    for name in (_MANIFEST, *_summed_files(recipe)):
        path = run / name
        if not path.is_file():
            faults.append(f"{name} is missing")
        elif leads_outside(path, run):
            faults.append(f"{name} leads outside the folder")
        elif expected.get(name) != _sha256(path):
            faults.append(f"{name} is damaged")
    if faults:
        raise RunError(f"{run}: {'; '.join(faults)}; make the run again from its manifest")


def read_shard(run: Path, recipe: Recipe, policy: int, shard: int) -> Kept:
    """Return one shard of one policy. Raises RunError if its files cannot be read."""
    from pyarrow import ArrowException

    outcomes, weekly, answers = _shard_files(recipe, policy, shard)
    wars, names = recipe.wars_of(shard), tuple(o.name for o in OUTCOMES)
    weeks = -(-((recipe.end - recipe.start).days + 1) // DAYS_PER_WEEK)
    try:
        longest = most_table_bytes(len(wars), len(names))
        table = outcomes_of(read_inside(run / outcomes, longest), names, wars)
        series = array_of(read_inside(run / weekly, MOST_ARRAY_BYTES), "<f4", len(wars))
        if series.shape[1:] != (weeks, len(recipe.columns)):
            raise ValueError(f"weekly series of shape {series.shape}; expected {weeks} weeks")
        return Kept(
            outcomes={name: table[name] for name in names},
            weekly=series,
            answers=array_of(read_inside(run / answers, MOST_ARRAY_BYTES), "<f8", len(wars)),
            repair=table["repair"],
            fire=table["fire"],
        )
    except (OSError, ValueError, KeyError, ArrowException) as error:
        said = short(str(error))
        raise RunError(
            f"{run / outcomes} or its arrays cannot be read ({said}); make the run again"
        ) from error


def arrays_of(run: Path, recipe: Recipe, policy: int) -> tuple[OnDisk, OnDisk]:
    """Return weekly series and answers of one policy, left on disk. Raises RunError if a file is gone."""
    shards = range(recipe.shards)
    _, weekly, answers = zip(*(_shard_files(recipe, policy, shard) for shard in shards), strict=True)
    wars = [len(recipe.wars_of(shard)) for shard in shards]
    return OnDisk([run / file for file in weekly], wars, "<f4"), OnDisk(
        [run / file for file in answers], wars, "<f8"
    )


def differences(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """Return what differs between two recipes as plain values, in words; empty if nothing does."""
    words = {"model": "model (the program's code)"}
    return "; ".join(
        f"{words.get(name, name)} is {found.get(name)} there and {wanted[name]} here"
        for name in wanted
        if found.get(name) != wanted[name]
    )


def different_files(run: Path, other: Path) -> list[str]:
    """Return the names of files that are not the same bytes in two folders of one recipe."""
    names = sorted(
        {str(p.relative_to(root)) for root in (run, other) for p in root.rglob("*") if p.is_file()}
    )
    return [name for name in names if _bytes_or_none(run / name) != _bytes_or_none(other / name)]


def _manifest_bytes(recipe: Recipe) -> bytes:
    manifest = {"format": FORMAT, "recipe": recipe.to_json(), "made_with": _versions()}
    return (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode()


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    packages = {name: version(name) for name in ("numpy", "numba", "pyarrow")}
    return {"stalemate": version("stalemate-lab"), "python": platform.python_version(), **packages}


def _refuse_other_manifest(partial: Path, found: bytes, wanted: bytes) -> None:
    if found == wanted:
        return
    try:
        begun = json_of(found)
        old, new = (
            {"format": m["format"], **m["made_with"], **m["recipe"]} for m in (begun, json.loads(wanted))
        )
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"{partial / _MANIFEST} cannot be read ({short(repr(error))}); remove {partial}"
        ) from error
    raise RunError(
        f"{partial} was begun otherwise: {differences(old, new)}. "
        "Repeat the first command to go on, remove the folder, or name another with --out"
    )


def _shard_files(recipe: Recipe, policy: int, shard: int) -> tuple[str, str, str]:
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", recipe.policies[policy].name)[:40]
    folder = f"{policy}-{plain}"
    return (
        f"{folder}/outcomes-{shard:05}.parquet",
        f"{folder}/weekly-{shard:05}.npy",
        f"{folder}/answers-{shard:05}.npy",
    )


def _sums_file(recipe: Recipe, policy: int, shard: int) -> str:
    return _shard_files(recipe, policy, shard)[0].replace("outcomes-", "sums-").replace(".parquet", "")


def _sum_line(digest: str, name: str) -> str:
    return f"{digest}  {name}\n"


def _text_or_none(path: Path) -> str | None:
    return path.read_bytes().decode("utf-8", "replace") if path.is_file() else None


def _cannot_write(path: Path, error: OSError) -> RunError:
    return RunError(
        f"cannot write {path} ({error.strerror or error}); what is whole was kept: make room, then "
        "repeat the command"
    )


def files_of(recipe: Recipe) -> Iterator[str]:
    """Yield the names of all files of a stored run."""
    yield from (_MANIFEST, _SUMS)
    yield from _summed_files(recipe)


def _summed_files(recipe: Recipe) -> Iterator[str]:
    for policy in range(len(recipe.policies)):
        for shard in range(recipe.shards):
            yield from _shard_files(recipe, policy, shard)


def _npy_bytes(values: np.ndarray[Any, Any]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, values, allow_pickle=False)
    return buffer.getvalue()


def _parquet_bytes(wars: range, kept: Kept) -> bytes:
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.table(
        {
            "replicate": np.arange(wars.start, wars.stop, dtype=np.int32),
            "repair": pyarrow.array(kept.repair.tolist(), pyarrow.string()),
            "fire": pyarrow.array(kept.fire.tolist(), pyarrow.string()),
            **{outcome.name: kept.outcomes[outcome.name] for outcome in OUTCOMES},
        }
    )
    units = {outcome.name: {"unit": outcome.unit} for outcome in OUTCOMES}
    fields = [field.with_metadata(units.get(field.name)) for field in table.schema]
    buffer = io.BytesIO()
    parquet.write_table(table.cast(pyarrow.schema(fields)), buffer, compression="none", use_dictionary=False)
    return buffer.getvalue()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that appears whole or not at all; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bytes_or_none(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
