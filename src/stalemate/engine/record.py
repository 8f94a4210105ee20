"""What is kept of a day: some fields of every war's state, or their whole over places, in one pass.

A state record is read as 8-byte words and as bytes, so that one compiled loop gathers fields of every type.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stalemate.errors import QueryError
from stalemate.kernel import inlined_kernel, kernel
from stalemate.scenario.air import TARGET_CLASSES
from stalemate.scenario.diplomacy import ITEMS
from stalemate.systems.diplomacy import EXPLANATIONS
from stalemate.systems.system import Records
from stalemate.systems.theatre import Prepared
from stalemate.systems.variables import BY_NAME, RECORDED, state_type

Series = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Cells = slice | Ints
"""Places along a quantity's axis."""

_OF: Final = "@"
"""Between a quantity and the places of a series."""
_WORD: Final = 8
_FLOAT, _INTEGER, _BYTE = range(3)
_READ_AS: Final[Mapping[str, int]] = {"f8": _FLOAT, "i8": _INTEGER, "u1": _BYTE}


def places(prepared: Prepared, quantity: str) -> tuple[str, ...]:
    """Return the names along a recorded quantity's axis, () if it has none.

    Raises QueryError if nothing of that name is recorded.
    """
    if quantity not in RECORDED:
        raise QueryError(f"found the quantity {quantity!r}; expected one of {', '.join(sorted(RECORDED))}")
    axes = RECORDED[quantity].axes
    names = {
        "class": prepared.classes,
        "section": prepared.sections,
        "crossing": prepared.crossings,
        "sector": prepared.sectors,
        "explanation": EXPLANATIONS,
        "item": ITEMS,
        "target": prepared.targets,
        "target_class": TARGET_CLASSES,
    }
    return names[axes[0]] if axes else ()


def series_of(quantity: str, place: str | None) -> str:
    """Return the name of a series: a quantity, or its total or mean over the places joined by ``+``."""
    return quantity if place is None else f"{quantity}{_OF}{place}"


def over_places(quantity: str, values: npt.NDArray[np.generic]) -> Floats:
    """Return the whole of a quantity, (..., place) -> (...): its total over places, or the mean of a share.

    Values are converted first and added along the last axis, so that no war's sum hangs on its neighbours.
    """
    exact = np.ascontiguousarray(values, dtype=np.float64)
    total = exact.sum(axis=-1)
    return np.asarray(total / exact.shape[-1] if RECORDED[quantity].kind == "mean" else total)


@dataclass(frozen=True)
class _Column:
    """One number a war and day: the cells of the state that are added, and whether their mean is meant."""

    quantity: str
    cells: Ints
    mean: bool

    @classmethod
    def of(cls, quantity: str, cells: Ints) -> "_Column":
        return cls(quantity, cells, len(cells) > 1 and BY_NAME[quantity].kind == "mean")


class Recorder:
    """Keeps series of the wars of a block, day by day.

    ``record`` names fields of ``RECORDED``, kept by place where they have places; those that ``whole`` names
    too are kept as their total over places, or the mean of a share, and so is a name of ``series_of`` over
    the places it names. ``sums`` names fields whose wholes are added up over the days.
    Raises QueryError for an unknown field or place.
    """

    def __init__(
        self,
        prepared: Prepared,
        record: Sequence[str],
        whole: Sequence[str],
        sums: Sequence[str],
        wars: Records,
        days: int,
    ) -> None:
        columns: list[_Column] = []
        self._kept: list[tuple[str, slice | int, Series]] = []
        for series in record:
            made = _columns_of(prepared, series, series in whole)
            at = len(columns)
            if isinstance(made, list):
                values = np.zeros((days, len(made), len(wars)), np.float32)
                self._kept.append((series, slice(at, at + len(made)), values))
                columns += made
            else:
                self._kept.append((series, at, np.zeros((days, len(wars)), np.float32)))
                columns.append(made)
        self._n_kept = len(columns)
        columns += [_Column.of(name, _cells(name, slice(len(places(prepared, name))))) for name in sums]
        self._sums = sums
        self.summed: Floats = np.zeros((len(sums), len(wars)))
        self._today: Floats = np.zeros((len(wars), len(columns)))
        self._kind = np.array([_READ_AS[BY_NAME[column.quantity].dtype] for column in columns], np.int64)
        self._parts = np.array([len(c.cells) if c.mean else 1 for c in columns], np.float64)
        self._start = np.cumsum([0, *(len(column.cells) for column in columns)])
        self._cells = np.concatenate([np.zeros(0, np.int64), *(column.cells for column in columns)])
        self._wars = wars
        size = wars.dtype.itemsize
        self._floats = wars.view(np.float64).reshape(len(wars), size // _WORD)
        self._integers = wars.view(np.int64).reshape(len(wars), size // _WORD)
        self._bytes = wars.view(np.uint8).reshape(len(wars), size)

    def keep(self, day: int) -> None:
        """Keep the values of the day."""
        read = (self._floats, self._integers, self._bytes)
        gather(*read, self._kind, self._start, self._cells, self._parts, self._today)
        for _, columns, values in self._kept:
            values[day] = self._today[:, columns].T
        self.summed += self._today[:, self._n_kept :].T

    @property
    def daily(self) -> dict[str, Series]:
        """What was kept: series -> (replicate, day), or (replicate, day, place)."""
        return {series: np.moveaxis(values, -1, 0) for series, _, values in self._kept}


def compile_gather() -> None:
    """Compile the loop that gathers a day's values, or load it from the cache."""
    table, row = np.zeros((0, 0)), np.zeros(0, np.int64)
    read = (table, table.astype(np.int64), table.astype(np.uint8))
    gather(*read, row, row, row, row.astype(np.float64), table)


def _columns_of(prepared: Prepared, series: str, whole: bool) -> "_Column | list[_Column]":
    """Return the column of a series, or one for each place where it is kept by place."""
    quantity, _, chosen = series.partition(_OF)
    cells = _cells(quantity, _places_of(prepared, quantity, chosen))
    if RECORDED[quantity].axes and not chosen and not whole:
        return [_Column.of(quantity, cells[place : place + 1]) for place in range(len(cells))]
    return _Column.of(quantity, cells)


def _places_of(prepared: Prepared, quantity: str, chosen: str) -> Cells:
    """Return which places of its quantity a series takes in: all that there are, or those that it names.

    Raises QueryError for a quantity or place that is not there.
    """
    names = places(prepared, quantity)
    if not chosen:
        return slice(len(names))
    unknown = [place for place in chosen.split("+") if place not in names]
    if unknown:
        raise QueryError(f"{quantity}: no place {', '.join(unknown)}; there are {', '.join(names) or 'none'}")
    return np.array([names.index(place) for place in chosen.split("+")])


def _cells(quantity: str, where: Cells) -> Ints:
    """Return where the values of a field lie in the state record, in units of their own size."""
    fields = state_type().fields
    assert fields is not None
    dtype, offset = fields[quantity][:2]
    size = dtype.base.itemsize
    if not dtype.shape:
        return np.array([offset // size])
    return np.asarray((offset // size + np.arange(dtype.shape[0]))[where])


@kernel
def gather(
    floats: Floats, integers: Ints, flags: Any, kind: Ints, start: Ints, cells: Ints, parts: Floats, out: Any
) -> None:
    """Write the sum of a column's cells, divided by its parts, into ``out``: (war, column).

    floats, integers and flags are the state records read as (war, word) or (war, byte); kind says which of
    the three holds a column. The cells of column c are ``cells[start[c]:start[c + 1]]``.
    """
    for war in range(floats.shape[0]):
        for c in range(kind.shape[0]):
            if kind[c] == _FLOAT:
                total = _sum(floats, war, cells, start[c], start[c + 1])
            elif kind[c] == _INTEGER:
                total = _sum(integers, war, cells, start[c], start[c + 1])
            else:
                total = _sum(flags, war, cells, start[c], start[c + 1])
            out[war, c] = total / parts[c]


@inlined_kernel
def _sum(values: Any, war: int, cells: Ints, first: int, after: int) -> float:
    """Return the sum of a war's values in cells ``first`` to before ``after``.

    From eight on, cell i joins sum i mod 8, then the eight are added in pairs, then what is left over: the
    order in which NumPy adds up to 128 numbers that lie side by side.
    """
    total = 0.0
    at = first
    if after - first >= 8:
        a = b = c = d = e = f = g = h = 0.0
        while at + 8 <= after:
            a += values[war, cells[at]]
            b += values[war, cells[at + 1]]
            c += values[war, cells[at + 2]]
            d += values[war, cells[at + 3]]
            e += values[war, cells[at + 4]]
            f += values[war, cells[at + 5]]
            g += values[war, cells[at + 6]]
            h += values[war, cells[at + 7]]
            at += 8
        total = ((a + b) + (c + d)) + ((e + f) + (g + h))
    while at < after:
        total += values[war, cells[at]]
        at += 1
    return total
