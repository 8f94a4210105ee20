"""What a stored run or posterior from elsewhere may hold, checked before anything is made of it.

Sums guard against accidents; whoever makes a folder makes its sums too. So nothing is taken from a file but
numbers and short texts of the shape that its manifest asks for, and no more memory than its length.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stalemate.ensemble.footer import packings
from stalemate.files import json_of, leads_outside, read_plain
from stalemate.plaintext import is_plain, short
from stalemate.scenario.schema import MOST_DAYS

MOST_MANIFEST_BYTES: Final = 4_000_000
MOST_ENTRIES: Final = 1000
MOST_LETTERS: Final = 1000
MOST_REPLICATES: Final = 10_000_000
Fits = Callable[[Any], bool]

_TABLE_BYTES: Final = 1_000_000
"""Bytes of a table of outcomes beside its numbers: names, units and the table's own directory."""
_HEADER: Final = re.compile(
    rb"\x93NUMPY\x01\x00..\{'descr': '(<f[48])', 'fortran_order': False, "
    rb"'shape': \((\d{1,9}), (\d{1,9})(?:, (\d{1,9}))?\), \} *\n",
    re.DOTALL,
)


def read_manifest(place: Path) -> Any:
    """Return what a manifest holds. Raises OSError or ValueError if it is none."""
    return json_of(read_inside(place, MOST_MANIFEST_BYTES))


def read_inside(place: Path, most_bytes: int) -> bytes:
    """Return the bytes of a plain file of a folder. Raises OSError, or ValueError if it leads outside."""
    if place.is_symlink() and leads_outside(place, place.parent):
        raise ValueError(f"{place.name} leads outside its folder")
    return read_plain(place, most_bytes)


def check_recipe(values: Any) -> None:
    """Raise ValueError with everything that no recipe holds: its kinds of values, and their bounds."""
    _check(values, {"policies": lambda one: _is_table(one, {"name": _is_text, "digest": _is_text})})


def check_asked(values: Any) -> None:
    """Raise ValueError with everything that no stored question holds."""
    _check(values, {"policies": _is_text})
    if not isinstance(values.get("since_parting"), bool):
        raise ValueError("since_parting is neither true nor false")


def _check(values: Any, more: Mapping[str, Fits]) -> None:
    if not isinstance(values, Mapping):
        raise ValueError("found no table of names and values")
    faults = [f"{name} is no text of one line" for name in _TEXTS if not _is_text(values.get(name, ""))]
    for name, least, most in (("replicates", 1, MOST_REPLICATES), ("seed", 0, 2**63 - 1)):
        if type(values.get(name)) is not int or not least <= values[name] <= most:
            faults.append(f"{name} is {short(repr(values.get(name)), 60)}; expected {least} to {most:,}")
    for name, fits in {**_LISTS, **more}.items():
        found = values.get(name, [])
        if not isinstance(found, list | tuple) or len(found) > MOST_ENTRIES or not all(map(fits, found)):
            faults.append(f"{name} is no list of at most {MOST_ENTRIES:,} of its kind")
    if faults:
        raise ValueError("; ".join(faults))


def check_days(start: date, window_start: date, parting: date, end: date) -> None:
    """Raise ValueError if the days of a recipe are in no order, or too many."""
    if not (start <= window_start <= end and start <= parting and (end - start).days <= MOST_DAYS):
        raise ValueError(
            f"days from {start} by {window_start} and {parting} to {end}; expected them in order"
        )


def array_of(data: bytes, kind: str, wars: int) -> npt.NDArray[Any]:
    """Return the array of an NPY file of numbers of one kind, ``<f4`` or ``<f8``, a war a row.

    Its header is compared, not evaluated. Raises ValueError for anything else.
    """
    head = _HEADER.match(data[:256])
    if head is None or head[1].decode() != kind:
        raise ValueError(f"found no array of {kind}")
    shape = tuple(int(size) for size in head.groups()[1:] if size is not None)
    if shape[0] != wars or math.prod(shape) * int(kind[2:]) != len(data) - head.end():
        raise ValueError(f"found an array of shape {shape}; expected {wars} wars, and a file as long")
    return np.frombuffer(data, kind, offset=head.end()).reshape(shape).astype(kind[1:], copy=True)


def rows_of(data: bytes) -> int:
    """Return how many rows an NPY file of numbers says it has. Raises ValueError for anything else."""
    head = _HEADER.match(data[:256])
    if head is None:
        raise ValueError("found no array of numbers")
    return int(head[2])


def outcomes_of(data: bytes, names: tuple[str, ...], wars: range) -> dict[str, npt.NDArray[Any]]:
    """Return the columns of a table of outcomes: float64 of these names, and the forms as texts.

    Raises ValueError, or an error of Arrow, for anything else.
    """
    from pyarrow import float64, int32, string

    kinds = {"replicate": int32(), "repair": string(), "fire": string(), **dict.fromkeys(names, float64())}
    table = table_of(data, kinds)
    if table.column("replicate").to_pylist() != list(wars):
        raise ValueError(f"expected the wars {wars.start} to {wars.stop - 1}")
    found = {name: table.column(name).to_numpy() for name in names}
    return found | {name: texts_of(table, name) for name in ("repair", "fire")}


def most_table_bytes(wars: int, columns: int) -> int:
    """Return how long a table of outcomes may be."""
    return _TABLE_BYTES + 2 * 8 * wars * columns


def table_of(data: bytes, kinds: Mapping[str, Any] | None = None) -> Any:
    """Return a Parquet table as it was written by this program: stored plainly, without empty cells.

    ``kinds`` are its columns; without them any. Raises ValueError, or an error of Arrow, for anything else.
    """
    from pyarrow import BufferReader, parquet

    if packings(data) - {0}:
        raise ValueError("found a packed table; expected one that is stored plainly")
    file = parquet.ParquetFile(BufferReader(data))
    found, about = file.schema_arrow, file.metadata
    wide = sum(field.type in _numbers() for field in found)
    if about.num_rows * wide > len(data) or about.num_row_groups > 1 + about.num_rows // 1000:
        raise ValueError(f"found {about.num_rows:,} rows said to be in {len(data):,} bytes")
    if len(set(found.names)) < len(found.names):
        raise ValueError("a column stands twice")
    if kinds is not None and {field.name: field.type for field in found} != dict(kinds):
        raise ValueError(f"found other columns than {', '.join(kinds)}")
    table = file.read(use_threads=False)
    if any(column.null_count for column in table.columns):
        raise ValueError("found an empty cell")
    return table


def texts_of(table: Any, name: str) -> npt.NDArray[np.str_]:
    """Return a column of short texts. Raises ValueError if it is something else, KeyError without it."""
    texts = table.column(name).to_pylist()
    if not all(isinstance(one, str) and len(one) <= 60 and is_plain(one) for one in texts):
        raise ValueError(f"{name} holds something else than short texts")
    return np.array(texts, np.str_)


def _numbers() -> tuple[Any, ...]:
    from pyarrow import float64, int32

    return (float64(), int32())


_TEXTS: Final = ("scenario", "scenario_digest", "model", "posterior")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= MOST_LETTERS and is_plain(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_table(value: object, kinds: Mapping[str, Any]) -> bool:
    return (
        isinstance(value, Mapping)
        and set(value) == set(kinds)
        and all(fits(value[name]) for name, fits in kinds.items())
    )


_LISTS: Final[Mapping[str, Fits]] = {
    "ranges": lambda one: _is_table(one, {"name": _is_text, "low": _is_number, "high": _is_number}),
    "repair": _is_text,
    "fire": _is_text,
    "columns": lambda one: isinstance(one, list | tuple) and len(one) == 2 and all(map(_is_text, one)),
}
