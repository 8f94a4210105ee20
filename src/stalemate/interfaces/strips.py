"""A row of the scorecard as a strip: the model's band, what is on record, and each baseline, on one scale."""

import math
from dataclasses import dataclass
from typing import Final

from stalemate.analysis.scorecard import Score

WIDE: Final = 8.0
"""Numbers above zero that span more than this factor stand on a logarithmic scale."""
LEAST: Final = 1e-9
"""Numbers not above this are zero on a strip."""
_MARGIN: Final = 0.06


@dataclass(frozen=True)
class Span:
    """From where to where, in hundredths of the strip's width."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """Return the width, never less than can be seen."""
        return max(0.6, self.high - self.low)


@dataclass(frozen=True)
class Strip:
    """Places on the strip. ``left`` and ``right`` are the values at its ends; ``log`` says how they run.

    ``band`` and ``median`` are None where the model has no answer.
    """

    record: Span
    band: Span | None
    median: float | None
    baselines: dict[str, Span]
    left: float
    right: float
    log: bool


def strip_of(row: Score) -> Strip:
    """Return the strip of a row."""
    band, record = row.prediction.estimate, row.observed
    known = math.isfinite(band.low)
    numbers = [record.low, record.high] + ([band.low, band.high, band.median] if known else [])
    low, high = min(numbers), max(numbers)
    log = low > LEAST and high / low > WIDE
    first, last = (math.log(low), math.log(high)) if log else (low, high)
    margin = (last - first) * _MARGIN or max(1e-9, abs(first) * _MARGIN) or 1.0
    start, end = first - margin, last + margin

    def place(value: float) -> float:
        shown = math.log(max(value, 1e-300)) if log else value
        return min(100.0, max(0.0, 100.0 * (shown - start) / (end - start)))

    return Strip(
        record=Span(place(record.low), place(record.high)),
        band=Span(place(band.low), place(band.high)) if known else None,
        median=place(band.median) if known else None,
        baselines={name: Span(place(b.low), place(b.high)) for name, b in row.baselines.items()},
        left=math.exp(start) if log else start,
        right=math.exp(end) if log else end,
        log=log,
    )
