"""What a reader could have said of a row without a model: as last time, as at other times, as was foretold.

Rows of one quantity and place that do not overlap are a series; sums count as daily rates. The baselines see
the record alone, and each gives a band of 90 % to be scored as the model's is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from stalemate.analysis.estimate import BAND, BAND_Z
from stalemate.ensemble.questions import days_added
from stalemate.scenario.schema import Observed

NAMES: Final = ("persistence", "block bootstrap", "foretold")
"""The baselines, in the order in which they are shown."""

LEAST_CHANGES: Final = 3
"""Changes of other series from which persistence takes how far things move."""
LEAST_OTHERS: Final = 2
"""Other rows of a series from which blocks are drawn."""
_BLOCK_ROWS: Final = 2
_DRAWS: Final = 2000


@dataclass(frozen=True)
class Band:
    """What a baseline says of one row, in the row's unit."""

    low: float
    high: float


@dataclass(frozen=True)
class _Value:
    """A recorded row as a rate a day, or as it is where it is no sum."""

    row: Observed
    rate: float
    days: int


def baselines(rows: Sequence[Observed], seed: int) -> dict[str, tuple[Band | None, ...]]:
    """Return what each baseline says of each row, None where it can say nothing.

    ``seed`` is that of the bootstrap.
    """
    values = [_value(row) for row in rows]
    return {
        "persistence": tuple(_persistence(value, values) for value in values),
        "block bootstrap": tuple(_bootstrap(value, values, seed) for value in values),
        "foretold": tuple(_foretold(row) for row in rows),
    }


def _value(row: Observed) -> _Value:
    days = days_added(row)
    return _Value(row, (row.low + row.high) / 2 / days, days)


def _persistence(value: _Value, values: Sequence[_Value]) -> Band | None:
    """Say what the last earlier row of the series said, as far off as other series moved between rows."""
    before = _before(value, values)
    moves = [change for other in values if not _alike(other, value) for change in _change(other, values)]
    if before is None or len(moves) < LEAST_CHANGES:
        return None
    spread = BAND_Z * math.sqrt(sum(move * move for move in moves) / len(moves))
    middle = before.rate * value.days
    return Band(middle * math.exp(-spread), middle * math.exp(spread))


def _change(value: _Value, values: Sequence[_Value]) -> list[float]:
    before = _before(value, values)
    return [math.log(value.rate / before.rate)] if before is not None and value.rate > 0 else []


def _before(value: _Value, values: Sequence[_Value]) -> _Value | None:
    earlier = [other for other in values if _alike(other, value) and other.row.end < value.row.start]
    last = max(earlier, key=lambda other: other.row.end, default=None)
    return last if last is not None and last.rate > 0 else None


def _bootstrap(value: _Value, values: Sequence[_Value], seed: int) -> Band | None:
    """Draw blocks of successive rows from the rest of the series, round its end, and take their mean rate.

    Reference: Politis and Romano 1992, the circular block bootstrap.
    """
    others = [other for other in values if _alike(other, value) and _apart(other, value)]
    if len(others) < LEAST_OTHERS:
        return None
    others.sort(key=lambda other: other.row.start)
    luck = np.random.default_rng(seed)
    rates = np.array([other.rate for other in others])
    starts = luck.integers(len(rates), size=_DRAWS)
    rows = (starts[:, None] + np.arange(min(_BLOCK_ROWS, len(rates) - 1))) % len(rates)
    low, high = np.quantile(rates[rows].mean(axis=1), BAND) * value.days
    return Band(float(low), float(high))


def _foretold(row: Observed) -> Band | None:
    return None if row.foretold is None else Band(row.foretold, row.foretold)


def _alike(a: _Value, b: _Value) -> bool:
    return (a.row.quantity, a.row.place) == (b.row.quantity, b.row.place)


def _apart(a: _Value, b: _Value) -> bool:
    return a.row.end < b.row.start or b.row.end < a.row.start
