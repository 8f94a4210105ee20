"""The dated concessions as a sequence, and how well each was foreseen one step ahead. Plain functions.

A score is the logarithm of the density that an explanation gave to the next concession and its day, with what
it had learnt from those before (Dawid 1984). Scores add up to the logarithm of the density of the whole
sequence, and no forecast other than the one believed can expect a better one (Gneiting and Raftery 2007).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.analysis.estimate import BAND_Z, Estimate
from stalemate.scenario.diplomacy import ITEMS
from stalemate.scenario.schema import Scenario

Floats = npt.NDArray[np.float64]

EVENTS: Final = ("agreement", "first-step")
"""Steps that are taken as the end of the last item, each alone."""

AGREEMENT: Final = EVENTS[0]

LAST: Final = ITEMS[-1]


@dataclass(frozen=True)
class Concession:
    """An item given way on: its days at risk begin with ``since``, and ``day`` is the day it came."""

    item: str
    since: date
    day: date


def step_day(war: Scenario, step: str) -> date:
    """Return the day of a dated step towards the end."""
    return next(row.day for row in war.steps if row.step == step)


def alone_from(war: Scenario) -> date:
    """Return the day from which the last item was the only one, on record."""
    opened = next(row.opened for row in war.agenda if row.item == LAST)
    return max(opened, *(row.settled for row in war.agenda if row.item != LAST))


def sequence(war: Scenario, event: str) -> tuple[Concession, ...]:
    """Return the concessions in the order of their days, the last item ending with ``event``."""
    others = [Concession(row.item, row.opened, row.settled) for row in war.agenda if row.item != LAST]
    last = Concession(LAST, alone_from(war), step_day(war, event))
    return (*sorted(others, key=lambda one: one.day), last)


def log_densities(war: Scenario, dated: Sequence[Concession], hazards: Mapping[str, Floats]) -> Floats:
    """Return the log density of each concession given those before, (replicate, concession).

    hazards: item -> (replicate, day). Between two concessions every item on the table is at risk; the one
    that came adds the hazard of its day.
    """
    sums = {id(hazard): np.cumsum(hazard, axis=1) - hazard for hazard in hazards.values()}
    spent = {item: sums[id(hazard)] for item, hazard in hazards.items()}
    columns = []
    before = min(war.day_of(one.since) for one in dated)
    for one in dated:
        day = war.day_of(one.day)
        with np.errstate(divide="ignore"):
            column = np.log(hazards[one.item][:, day])
        for other in dated:
            first, last = max(before, war.day_of(other.since)), min(day, war.day_of(other.day))
            if first < last:
                column = column - (spent[other.item][:, last] - spent[other.item][:, first])
        columns.append(column)
        before = day
    return np.stack(columns, axis=1)


def lead(mine: Floats, rival: Floats) -> tuple[Estimate, ...]:
    """Return by how much one explanation foresaw each concession better than another, then all of them.

    mine, rival: (replicate, concession), log densities in one sample of wars. The bands are the error of
    drawing so few wars, by the delta method; they are not doubt about the record.
    """
    wars, steps = mine.shape
    mean, share = zip(*(_so_far(one) for one in (mine, rival)), strict=True)
    found = []
    for last, first in [*((k, k - 1) for k in range(1, steps + 1)), (steps, 0)]:
        value = float(mean[0][last] - mean[0][first] - mean[1][last] + mean[1][first])
        influence = share[0][last] - share[0][first] - share[1][last] + share[1][first]
        error = BAND_Z * float(np.std(influence)) / math.sqrt(wars)
        found.append(Estimate(value, value - error, value + error, "1", wars))
    return tuple(found)


def scores(densities: Floats) -> Floats:
    """Return the log score of each concession one step ahead, (concession,), from (replicate, concession)."""
    return np.diff(_so_far(densities)[0])


def _so_far(densities: Floats) -> tuple[Floats, Floats]:
    """Return the log mean density of the first 0, 1, ... concessions, and each war's part in that mean.

    densities: (replicate, concession). The second is (concession + 1, replicate), mean 1 along replicates.
    """
    wars = len(densities)
    total = np.vstack([np.zeros(wars), np.cumsum(densities, axis=1).T])
    top = total.max(axis=1, keepdims=True)
    share = np.exp(total - top)
    mean = share.mean(axis=1, keepdims=True)
    return (np.log(mean) + top)[:, 0], share / mean
