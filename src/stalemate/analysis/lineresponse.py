"""How much of the night a line is whole under steady attack: the answer of repair to a constant effort.

The equations of the systems ``weather``, ``airforces``, ``strike`` and ``repair``, written again for one line
alone with every parameter held at one day, and run over a campaign for many worlds and many efforts at once.
Nothing of the engine is called: docs/model/floor.md holds the two against each other.

The first days of a campaign, in which queues and gaps build up, do not count.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

CAMPAIGN_DAYS: Final = 120
LEAD_DAYS: Final = 30
"""Days of a campaign, and how many of them are its run-up."""
MEANS: Final = np.concatenate([[0.0], 2.0 ** np.arange(-3, 11.5, 0.5)])
"""Attacks a day (cuts of a line, bridges hit) at which a response is reckoned."""
_MOST_BRIDGES: Final = 4
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(5)


@dataclass(frozen=True)
class Luck:
    """What chance does to a campaign: (world, day) and (world, mean, day).

    ``flown``: the day's effort against the mean of all days. ``cuts`` and ``hits``: cuts of a line, scattered
    by focus, and bridges put out, by the mean number a day. ``normal``: (world, bridge, day), for how long.
    """

    flown: Floats
    cuts: Floats
    hits: Floats
    normal: Floats


@dataclass(frozen=True)
class Crews:
    """The repair of one line in each world: (world,).

    ``hours`` of a night in which work and traffic go on, ``least_hours`` before a cut line can be whole,
    ``per_hour`` the cuts that its crews mend in an hour, ``own_clock_hours`` the mean time of a cut's own
    gang, ``blocking`` the share of cuts that block.
    """

    hours: Floats
    least_hours: Floats
    per_hour: Floats
    own_clock_hours: Floats
    blocking: Floats

    @property
    def spell(self) -> Floats:
        """Return the hours of a night in which repair can still make a line whole: (world,)."""
        return np.maximum(0.0, self.hours - self.least_hours)


def draw_luck(seed: int, clustering: Floats, day_sigma: Floats, flyable: float, persistence: float) -> Luck:
    """Return the luck of one campaign in each world; the same seed gives the same luck at every effort.

    clustering, day_sigma: (world,), shape of the daily focus and scatter of the daily effort. flyable,
    persistence: of the month's days.
    """
    worlds = len(clustering)
    generator = np.random.Generator(np.random.PCG64(seed))
    u = generator.random((worlds, CAMPAIGN_DAYS))
    can_fly = np.empty_like(u)
    before = np.full(worlds, flyable)
    for day in range(CAMPAIGN_DAYS):
        can_fly[:, day] = u[:, day] < flyable + persistence * (before - flyable)
        before = can_fly[:, day]
    z = generator.standard_normal(u.shape)
    spread = day_sigma[:, None]
    flown = can_fly * np.exp(spread * z - spread**2 / 2) / flyable
    focus = generator.standard_gamma(np.broadcast_to(clustering[:, None], u.shape)) / clustering[:, None]
    cuts = generator.poisson(MEANS[None, :, None] * (flown * focus)[:, None])
    hits = generator.poisson(MEANS[None, :, None] * flown[:, None])
    normal = generator.standard_normal((worlds, _MOST_BRIDGES, CAMPAIGN_DAYS))
    return Luck(flown, cuts.astype(float), hits.astype(float), normal)


def whole_by_queue(luck: Luck, crews: Crews, none: float) -> Floats:
    """Return the share of the night in which a line is whole, queue form: (world, mean).

    none: fewer open cuts than this count as none.
    """
    hours, least = crews.hours[:, None], crews.least_hours[:, None]
    pace, spell = crews.per_hour[:, None], crews.spell[:, None]
    waiting = np.zeros(luck.cuts.shape[:2])
    total = np.zeros_like(waiting)
    for day in range(CAMPAIGN_DAYS):
        waiting = waiting + crews.blocking[:, None] * luck.cuts[:, :, day]
        if day >= LEAD_DAYS:
            share = np.maximum(0.0, 1.0 - (least + waiting / pace) / hours)
            total += np.where(waiting > none, share, 1.0)
        waiting = np.maximum(0.0, waiting - pace * spell)
    return _falling(total / (CAMPAIGN_DAYS - LEAD_DAYS))


def whole_by_own_clock(luck: Luck, crews: Crews, none: float) -> Floats:
    """Return the share of the night in which a line is whole, own-clock form: (world, mean)."""
    spell, mean = crews.spell, crews.own_clock_hours
    with np.errstate(divide="ignore"):
        log_done = np.log(-np.expm1(-0.5 * spell[:, None] * (1 + _NODES) / mean[:, None]))
    left_share = np.exp(-spell / mean)[:, None]
    working = np.divide(spell, crews.hours, out=np.zeros_like(spell), where=crews.hours > 0)[:, None]
    waiting = np.zeros(luck.cuts.shape[:2])
    total = np.zeros_like(waiting)
    for day in range(CAMPAIGN_DAYS):
        waiting = waiting + crews.blocking[:, None] * luck.cuts[:, :, day]
        if day >= LEAD_DAYS:
            share = np.zeros_like(waiting)
            for weight, log_share in zip(_WEIGHTS, log_done.T, strict=True):
                share += 0.5 * weight * np.exp(waiting * log_share[:, None])
            total += np.where(waiting > none, share * working, 1.0)
        waiting = np.where(waiting > none, waiting * left_share, 0.0)
    return _falling(total / (CAMPAIGN_DAYS - LEAD_DAYS))


def crossing_open(luck: Luck, bridges: int, median_days: Floats, sigma: Floats) -> Floats:
    """Return the share of days on which one of a crossing's parallel bridges stands: (world, mean).

    A hit puts out a bridge that stands, if there is one, for a lognormal time: (world,) its median and its
    log deviation.
    """
    left = np.zeros((bridges, *luck.hits.shape[:2]))
    days = median_days[:, None, None] * np.exp(sigma[:, None, None] * luck.normal)
    standing = np.zeros(luck.hits.shape[:2])
    for day in range(CAMPAIGN_DAYS):
        hits = luck.hits[:, :, day]
        up = np.zeros_like(hits)
        for bridge in range(bridges):
            left[bridge] = np.maximum(0.0, left[bridge] - 1.0)
            struck = (left[bridge] == 0.0) & (hits > 0)
            hits = hits - struck
            left[bridge] = np.where(struck, days[:, bridge, day, None], left[bridge])
            up += left[bridge] == 0.0
        if day >= LEAD_DAYS:
            standing += up > 0
    return _falling(standing / (CAMPAIGN_DAYS - LEAD_DAYS))


def mean_for(shares: Floats, wanted: Floats) -> Floats:
    """Return the attacks a day that bring a falling response down to each wanted share: (wanted,).

    shares: (mean,), at ``MEANS``. Between two of them the response is joined by a line; infinite where even
    the most leave more.
    """
    found = np.interp(-wanted, -shares, MEANS)
    return np.where(wanted >= shares[0], 0.0, np.where(wanted < shares[-1], math.inf, found))


def _falling(shares: Floats) -> Floats:
    """Return responses that never rise with the effort: the luck of two efforts differs a little."""
    return np.minimum.accumulate(shares, axis=1)
