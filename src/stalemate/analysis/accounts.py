"""The wars of a question under each explanation and one form: the record's density, the end, equal luck.

Nothing is fought here: from what weighed on the talks in the wars of two policies, the hazard of the last
item is made under each explanation, and from it what the answers are made of.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.analysis import hazards, rivals, weighing
from stalemate.analysis.concessions import (
    AGREEMENT,
    EVENTS,
    LAST,
    alone_from,
    log_densities,
    sequence,
    step_day,
)
from stalemate.analysis.weighing import CAUSES, Weighing
from stalemate.scenario.schema import Scenario
from stalemate.systems.diplomacy import EXPLANATIONS
from stalemate.systems.system import Records

Floats = npt.NDArray[np.float64]

NONE: Final = EXPLANATIONS[0]
AIR: Final = EXPLANATIONS[1 + CAUSES.index("pressure")]

_ROUNDING: Final = 1e-9
"""Two sums of the same hazards may differ by less than this share."""


@dataclass(frozen=True)
class Case:
    """What every part of the answer reads."""

    war: Scenario
    longer: Scenario
    policies: tuple[str, str]
    worlds: Records
    draws: Floats
    record: Weighing
    other: Weighing

    @property
    def alone(self) -> int:
        """Return the day from which the last item stood alone, on record."""
        return self.longer.day_of(alone_from(self.war))

    def hazards(self, ratio: Floats, shared: bool) -> dict[str, Floats]:
        """Return the hazard of each item on record, (replicate, day), to the agreement.

        ratio: (replicate, day), of the hazard of every item to its base. ``shared`` gives the last item the
        base rate of the others.
        """
        days = self.day(AGREEMENT) + 1
        rate, factor = self.worlds["talks_item_rate"][:, None], ratio[:, :days]
        base = self.record.base[:, :days]
        last = base / self.worlds["talks_end_rate"][:, None] * rate if shared else base
        item = rate * self.record.sitting[:days] * factor
        return {row.item: item for row in self.war.agenda} | {LAST: last * factor}

    def day(self, step: str) -> int:
        """Return the day of a dated step."""
        return self.longer.day_of(step_day(self.war, step))


@dataclass(frozen=True)
class SameLuck:
    """The agreement under the other policy with the luck of the record, (replicate,): days later, or open."""

    later: Floats
    still_open: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Accounts:
    """What is found under one form, by explanation.

    ``densities``: event -> (replicate, concession), logarithms, if causes move every item; ``shared``: the
    same if the last item has the base rate of the others too. ``ended``:
    (replicate,), day of the agreement. ``course``: (day,), density of the agreement's day from the day on
    which the last item stood alone, then the chance of none.
    """

    densities: dict[str, dict[str, Floats]]
    shared: dict[str, dict[str, Floats]]
    ended: dict[str, Floats]
    course: dict[str, Floats]
    same_luck: dict[str, SameLuck]

    def weights(self, explanation: str, event: str) -> Floats:
        """Return each war's density of the record, (replicate,), where causes move the last item only."""
        items, last = self.densities[NONE][event], self.densities[explanation][event]
        return np.asarray(np.exp(items[:, :-1].sum(axis=1) + last[:, -1]))


def accounts_of(case: Case, form: str) -> Accounts:
    """Return what follows under one form."""
    longer, first, last = case.longer, case.alone, case.day(AGREEMENT)
    densities: dict[str, dict[str, Floats]] = {}
    shared: dict[str, dict[str, Floats]] = {}
    ended: dict[str, Floats] = {}
    course: dict[str, Floats] = {}
    same_luck: dict[str, SameLuck] = {}
    others = weighing.ratios(case.other, case.worlds, form)
    for (name, ratio), (_, other) in zip(
        weighing.ratios(case.record, case.worlds, form), others, strict=True
    ):
        hazard = case.record.base * ratio
        for kept, one_base in ((densities, False), (shared, True)):
            by_item = case.hazards(ratio, one_base)
            kept[name] = {
                event: log_densities(longer, sequence(case.war, event), by_item) for event in EVENTS
            }
        free = np.where(case.record.free, hazard, 0.0)
        ended[name] = hazards.first_passage(free, case.draws, longer.days).astype(np.float64)
        at_risk = hazard[:, first:]
        spent = np.cumsum(at_risk, axis=1)
        by_day = rivals.density(spent - at_risk, at_risk).mean(axis=0)
        course[name] = np.append(by_day, np.exp(-spent[:, -1]).mean())
        same_luck[name] = with_the_same_luck(hazard, case.other.base * other, first, last)
    return Accounts(densities, shared, ended, course, same_luck)


def with_the_same_luck(record: Floats, other: Floats, first: int, last: int) -> SameLuck:
    """Return when the agreement of day ``last`` comes under another hazard, both (replicate, day).

    The hazard spent by that day is what the war's luck asked for; the other war ends when it has spent as
    much. Up to the eve of ``first`` nothing is at risk.
    """
    asked = record[:, first : last + 1].sum(axis=1) * (1 - _ROUNDING)
    days = other.shape[1]
    ended = first + hazards.first_passage(other[:, first:], asked, days - first)
    return SameLuck((ended - last).astype(np.float64), ended == days)
