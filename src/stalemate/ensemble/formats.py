"""Run folders of older formats: a step from each format to the next, file by file, as plain functions.

The folder itself says its format. An older one is not changed: it is written once more in the present format,
as it was, under the model that fought it. What it did not keep stays absent. Formats:

1. outcomes and weekly series;
2. and answers to the observations of the scenario (23 November 2026, before any release).
"""

import hashlib
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from stalemate.ensemble.foreign import read_inside, read_manifest, rows_of
from stalemate.errors import RunError
from stalemate.plaintext import short

FORMAT: Final = 2
"""The format that this version writes."""

Step = Callable[[str, bytes], Mapping[str, bytes]]
"""Takes a file of one format, its name and bytes, and returns the files that stand for it in the next."""

_MANIFEST, _SUMS = "manifest.json", "SHA256SUMS"
_MOST_BYTES: Final = 250_000_000
_NAME: Final = re.compile(r"[0-9]+-[A-Za-z0-9_-]{0,40}/(outcomes|weekly|answers)-[0-9]{5,}\.(parquet|npy)")


def from_1_to_2(name: str, data: bytes) -> dict[str, bytes]:
    """Return a file of format 1 and, beside weekly series, answers to no observation: (war, 0)."""
    if name == _MANIFEST:
        return {name: _as_json({**json.loads(data), "format": 2})}
    if "/weekly-" not in name:
        return {name: data}
    none = io.BytesIO()
    np.save(none, np.zeros((rows_of(data), 0)), allow_pickle=False)
    return {name: data, name.replace("/weekly-", "/answers-"): none.getvalue()}


STEPS: Final[Mapping[int, Step]] = {1: from_1_to_2}
"""From each older format to the next."""


def refusal(run: Path, found: object) -> str:
    """Return why a run of another format is not read, and what to do."""
    told = f"{run}: found format {short(repr(found))}; this version reads format {FORMAT}"
    if type(found) is int and found in STEPS:
        return f"{told}. Write it once more in that format: stalemate show {run} --migrate NEW"
    if type(found) is int and found > FORMAT:
        return f"{told}. A later version wrote it: read it with that one"
    return told


def migrate(run: Path, out: Path) -> None:
    """Write a run of an older format into a new folder, in the present format.

    Raises RunError if it is no such run, is damaged, or if ``out`` exists or cannot be written.
    """
    found = _format_of(run)
    if type(found) is not int or found not in STEPS:
        raise RunError(f"{run}: found format {short(repr(found))}; there is nothing to migrate to {FORMAT}")
    if out.exists():
        raise RunError(f"{out} exists already; name another folder with --migrate, or move it away")
    partial = out.with_name(out.name + ".migrating")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        sums = {}
        for name, data in _steps(_whole_files(run), found):
            (partial / name).parent.mkdir(exist_ok=True)
            (partial / name).write_bytes(data)
            sums[name] = hashlib.sha256(data).hexdigest()
        (partial / _SUMS).write_text("".join(f"{told}  {name}\n" for name, told in sums.items()))
        partial.rename(out)
    except OSError as error:
        raise RunError(f"cannot write {out} ({error.strerror or error})") from error
    except ValueError as error:
        raise RunError(f"{run} is not a stored run of format {found} ({short(str(error))})") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _format_of(run: Path) -> object:
    try:
        return read_manifest(run / _MANIFEST)["format"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        said = short(repr(error), 2000)
        raise RunError(f"{run} is not a stored run: its {_MANIFEST} cannot be read ({said})") from error


def _whole_files(run: Path) -> Iterator[tuple[str, bytes]]:
    """Yield each file that the sums of a run name, in order. Raises RunError for one that is damaged."""
    try:
        lines = read_inside(run / _SUMS, _MOST_BYTES).decode().splitlines()
    except (OSError, ValueError) as error:
        raise RunError(f"{run}: {_SUMS} cannot be read ({short(str(error))})") from error
    for told, _, name in (line.partition("  ") for line in lines):
        if name != _MANIFEST and not _NAME.fullmatch(name):
            raise RunError(f"{run}: {_SUMS} names {short(repr(name))}, which is no file of a run")
        try:
            data = read_inside(run / name, _MOST_BYTES)
        except (OSError, ValueError) as error:
            raise RunError(f"{run}: {name} cannot be read ({short(str(error))})") from error
        if hashlib.sha256(data).hexdigest() != told:
            raise RunError(f"{run}: {name} is damaged")
        yield name, data


def _steps(files: Iterator[tuple[str, bytes]], found: int) -> Iterator[tuple[str, bytes]]:
    """Yield files of the present format for those of an older one."""
    for name, data in files:
        made: Mapping[str, bytes] = {name: data}
        for number in range(found, FORMAT):
            made = {new: text for old, was in made.items() for new, text in STEPS[number](old, was).items()}
        yield from made.items()


def _as_json(values: Mapping[str, Any]) -> bytes:
    return (json.dumps(values, indent=1, ensure_ascii=False) + "\n").encode()
