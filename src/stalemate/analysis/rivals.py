"""What one dated end can say of rival explanations, and what it cannot. Plain functions on arrays.

A war's density of the record under an explanation is h(T) exp(-sum of h over the days before): the hazard of
the day on which the event fell, times the chance that it had not come since the last item stood alone.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.analysis import hazards
from stalemate.analysis.estimate import BAND, BAND_Z, Estimate

Floats = npt.NDArray[np.float64]

_STEPS: Final = 200
_LARGEST: Final = 20.0
"""A coefficient beyond this multiplies a hazard by half a billion: none is sought there."""


def density(spent: Floats, hazard: Floats) -> Floats:
    """Return the density of an event on a day: hazard of the day, and hazard spent before it, any shape."""
    return np.asarray(hazard * np.exp(-spent))


def weighted_estimate(values: Floats, weights: Floats, unit: str) -> Estimate:
    """Return median and 90 % band of values (replicate,) under weights of the same shape.

    The sample size given is the effective one, (sum of weights)^2 / sum of squares, rounded.
    """
    order = np.argsort(values, kind="stable")
    mass = np.cumsum(weights[order])
    places = np.searchsorted(mass, np.array((BAND[0], 0.5, BAND[1])) * mass[-1])
    low, median, high = values[order][np.minimum(places, len(values) - 1)]
    return Estimate(float(median), float(low), float(high), unit, round(effective_size(weights)))


def smoothed(values: Floats, weights: Floats, at: Sequence[float]) -> tuple[float, ...]:
    """Return the density at some points of values not below 0, (replicate,), under weights of that shape.

    A Gaussian kernel of Silverman's width (1986) for the effective size, folded at 0.
    """
    mean = np.average(values, weights=weights)
    spread = math.sqrt(np.average((values - mean) ** 2, weights=weights))
    width = max(1.06 * spread * effective_size(weights) ** -0.2, 1e-9)
    share = weights / weights.sum() / (width * math.sqrt(2 * math.pi))
    points = np.asarray(at)[:, None]
    kernel = sum(np.exp(-0.5 * ((points - side * values) / width) ** 2) for side in (1, -1))
    return tuple(map(float, kernel @ share))


def effective_size(weights: Floats) -> float:
    """Return how many wars of equal weight would vary as little."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def log_bayes_factor(mine: Floats, rival: Floats) -> Estimate:
    """Return the logarithm of the Bayes factor of two explanations from densities (replicate,) of one sample.

    The band is the error of drawing so few wars, by the delta method; it is not doubt about the record.
    """
    value = math.log(mine.mean() / rival.mean())
    error = float(np.std(mine / mine.mean() - rival / rival.mean())) / math.sqrt(len(mine))
    return Estimate(value, value - BAND_Z * error, value + BAND_Z * error, "1", len(mine))


def most_it_could_gain(z: Floats) -> float:
    """Return a bound on the likelihood ratio of what rests on ``z`` against a constant hazard.

    z: (day,), from the first day at risk to the day of the event, which is the last. With T days before it,
    m of them with a z as high as on that day, no coefficient b >= 0 gains more than T / m, each side at its
    best base rate: T exp(b z_T) / sum exp(b z_t) <= T / m. Infinite where z first stands so high that day.
    """
    before = z[:-1]
    as_high = int((before >= z[-1]).sum())
    return len(before) / as_high if as_high else math.inf


def best_ratio(z: Floats, coefficient: float) -> float:
    """Return the likelihood ratio against a constant hazard, each at its best base rate; z as above."""
    before = z[:-1]
    return float(len(before) / np.exp(coefficient * (before - z[-1])).sum())


@dataclass(frozen=True)
class Clock:
    """A hazard's course: pressure, and the logarithm of the hazard without it, (day,), over the days at risk.

    ``off`` is the day on which pressure is taken off, ``event`` that on which half the wars are over with it.
    ``form`` says how pressure weighs.
    """

    pressure: Floats
    rest: Floats
    off: int
    event: int
    form: str = hazards.FORMS[0]

    def hazard(self, coefficient: float, pressure: Floats) -> Floats:
        """Return the hazard under some pressure, (day,), in units of the base rate."""
        felt = hazards.course(self.form, pressure)
        if self.form == "added":
            return np.asarray(np.exp(self.rest) + math.expm1(coefficient) * felt)
        return np.exp(coefficient * felt + self.rest)


def delay_days(clock: Clock, coefficient: float) -> float:
    """Return by how many days the median moves when pressure is taken off, for a coefficient >= 0.

    With pressure the hazard spent by the event is ln 2 at some base rate; without it the same is spent later.
    That rate drops out. After the last day given the hazard stays as on it.
    """
    day = np.arange(len(clock.rest))
    without = clock.hazard(coefficient, np.where(day < clock.off, clock.pressure, 0.0))
    lacking = float(clock.hazard(coefficient, clock.pressure)[: clock.event].sum())
    lacking -= float(without[: clock.event].sum())
    if lacking <= 0.0:
        return 0.0
    later = np.cumsum(without[clock.event :])
    if later.size == 0 or later[-1] < lacking:
        reached = float(later[-1]) if later.size else 0.0
        return later.size + (lacking - reached) / float(without[-1])
    whole = int(np.searchsorted(later, lacking))
    before = float(later[whole - 1]) if whole else 0.0
    return whole + (lacking - before) / float(without[clock.event + whole])


def tipping_value(clock: Clock, delay: float) -> float | None:
    """Return the coefficient of pressure at which taking it off moves the median by ``delay`` days.

    With pressure 1 and nothing else from ``off`` to the event, n days, it is ln(1 + delay / n). None if no
    coefficient up to 20 does it.
    """
    return least(lambda coefficient: delay_days(clock, coefficient), delay, _STEPS)


def least(later: Callable[[float], float], delay: float, halvings: int) -> float | None:
    """Return the least coefficient, up to 20, at which what rises with it reaches ``delay``, or None."""
    high = 1.0
    while later(high) < delay:
        if high >= _LARGEST:
            return None
        high = min(2.0 * high, _LARGEST)
    low = 0.0
    for _ in range(halvings):
        middle = 0.5 * (low + high)
        if later(middle) < delay:
            low = middle
        else:
            high = middle
    return high
