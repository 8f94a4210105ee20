"""An estimate: a median and a band of 90 %, with unit and sample size. No bare number leaves the package."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

BAND: Final = (0.05, 0.95)
"""The quantiles that bound a band."""
BAND_Z: Final = 1.6448536269514722
"""Standard errors to each side of a mean that make its band."""


@dataclass(frozen=True)
class Estimate:
    """Median, 5 and 95 % points of ``replicates`` wars, in ``unit``; NaN where no war has a value."""

    median: float
    low: float
    high: float
    unit: str
    replicates: int

    @property
    def side(self) -> int:
        """Return 1 if the whole band is above zero, -1 if it is below, 0 if it touches zero."""
        return int(self.low > 0) - int(self.high < 0)

    def __str__(self) -> str:
        return f"{number(self.median)} {self.unit} ({number(self.low)} to {number(self.high)})"


def estimate(values: npt.NDArray[np.float64], unit: str) -> Estimate:
    """Return the estimate of values (replicate,); wars without a value (NaN) are left out and not counted."""
    known = values[~np.isnan(values)]
    if known.size == 0:
        return Estimate(math.nan, math.nan, math.nan, unit, 0)
    low, median, high = np.quantile(known, (BAND[0], 0.5, BAND[1]))
    return Estimate(float(median), float(low), float(high), unit, int(known.size))


def chance(values: npt.NDArray[np.float64]) -> Estimate:
    """Return the mean of values that are 0 or 1, or differences of such, with the error of so many wars.

    The band is that of the mean, 1.645 standard errors to each side: it says how well the chance is known,
    not how wars differ.
    """
    mean = float(values.mean())
    error = BAND_Z * float(values.std(ddof=1)) / math.sqrt(values.size) if values.size > 1 else 0.0
    return Estimate(mean, mean - error, mean + error, "1", int(values.size))


def probability_greater(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> float:
    """Return the share of pairs (replicate,) in which a is greater; a tie counts half."""
    return float(np.mean(a > b) + 0.5 * np.mean(a == b))


def variance_ratio(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> float | None:
    """Return how much less the paired difference varies than one under independent luck.

    It is (var a + var b) / var(a - b); None if the difference, or both, do not vary at all.
    """
    if a.size < 2:
        return None
    paired, apart = np.var(a - b, ddof=1), np.var(a, ddof=1) + np.var(b, ddof=1)
    return float(apart / paired) if paired > 0 and apart > 0 else None


def number(value: float) -> str:
    """Return a number for people: three digits that count, a real minus sign, thousands set apart."""
    if math.isnan(value):
        return "none"
    size = abs(value)
    if size >= 100:
        places = 0
    elif size >= 10:
        places = 1
    else:
        places = 2
    text = f"{size:,.{places}f}"
    if float(text.replace(",", "")) == 0:
        small = f"{size:.1g}" if size >= 1e-4 else f"{size:.0e}".replace("e-0", "e−").replace("e-", "e−")
        return "0" if size == 0 else ("−" if value < 0 else "") + small
    return ("−" if value < 0 else "") + (text.rstrip("0").rstrip(".") if "." in text else text)
