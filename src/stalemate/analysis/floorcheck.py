"""The floor held against the engine: the same plans flown in whole wars, day by day.

A campaign flies one plan in every world from a day on, in place of the record's attacks; the front asks for
all that can be carried. What the engine delivers from the second month on is compared, war by war, with what
the month held still says of that world under its form of repair. Nothing of the one is used in the other but
the drawn parameters.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import ClassVar, Final, final

import numpy as np

from stalemate.analysis.estimate import Estimate, estimate
from stalemate.analysis.floormonth import Month
from stalemate.analysis.lineresponse import CAMPAIGN_DAYS, LEAD_DAYS
from stalemate.engine.simulate import Prepared, Structures, prepare, simulate
from stalemate.errors import QueryError
from stalemate.policies.directive import AbstractPolicy, Directive, Observation
from stalemate.scenario.forms import REPAIR_FORMS
from stalemate.scenario.resolve import resolve
from stalemate.scenario.schema import Scenario
from stalemate.systems.theatre import FIGHTER_BOMBER, KINDS

PLANS: Final = ((0.0, 0.0), (50.0, 0.0), (100.0, 0.0), (200.0, 0.0), (0.0, 200.0), (100.0, 200.0))
"""Sorties a day at each line of the commonest cut, and at roads."""
_ASKED_FOR: Final = "ammunition_target_t"
_MORE: Final = 100.0
_MIDDLE: Final = (CAMPAIGN_DAYS + LEAD_DAYS) // 2


@final
@dataclass(frozen=True)
class SteadyCampaign(AbstractPolicy):
    """A steady number of sorties at named lines and at roads from a day on, and nothing else.

    ``at_line``: sections and fighter-bomber sorties a day; ``at_roads``: by class.
    """

    name: ClassVar[str] = "steady-campaign"
    summary: ClassVar[str] = "a steady number of sorties at named lines and at roads, and nothing else"
    at_line: tuple[tuple[str, float], ...]
    at_roads: tuple[float, ...]
    parts: date | None = None

    def decide(self, seen: Observation) -> Directive:
        """Return the same orders every day from the parting day on."""
        if self.waits(seen):
            return seen.historical
        return _steady(self, seen.historical, seen.classes, seen.sections)


@lru_cache(maxsize=256)
def _steady(
    plan: SteadyCampaign, today: Directive, classes: tuple[str, ...], sections: tuple[str, ...]
) -> Directive:
    rail = np.zeros_like(today.rail)
    for section, sorties in plan.at_line:
        rail[classes.index(KINDS[FIGHTER_BOMBER]), sections.index(section)] = sorties
    nothing = today.scaled(bridge=0, road=0, destruction=0, support=0, superiority=0, other=0)
    return replace(
        nothing, rail=rail, road=np.array(plan.at_roads), doubt=np.zeros_like(today.doubt), raids=()
    )


@dataclass(frozen=True)
class Checked:
    """One plan under one form of repair: t/day from the second month on, and the ratio war by war."""

    lines: tuple[str, ...]
    at_each_line: float
    at_roads: float
    form: str
    reckoned: Estimate
    simulated: Estimate
    ratio: Estimate

    @property
    def replicates(self) -> int:
        """Return the number of wars."""
        return self.ratio.replicates


def check_floor(
    war: Scenario,
    begins: date,
    *,
    plans: Sequence[tuple[float, float]] = PLANS,
    replicates: int = 256,
    seed: int = 1,
    structures: Structures | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Checked, ...]:
    """Fly plans in the engine from a day on, and hold the deliveries against the reckoning.

    plans: sorties a day at each line of the cut that is best in most worlds, and at roads.

    Raises QueryError if the war ends before the campaign does.
    """
    first = war.day_of(begins)
    if first + CAMPAIGN_DAYS > war.days:
        last = war.end - timedelta(days=CAMPAIGN_DAYS - 1)
        raise QueryError(
            f"a campaign of {CAMPAIGN_DAYS} days from {begins} outlasts the war; begin by {last}"
        )
    greedy = _asking_for_all(war)
    prepared = prepare(greedy)
    forms = structures or Structures()
    worlds = resolve(greedy, seed, range(replicates), forms)
    month = Month(prepared, worlds, begins + timedelta(days=_MIDDLE), seed, begins=begins)
    lines = commonest_cut(month, forms.repair[0], war.needs[len(war.needs) // 2].middle)
    rows = []
    for done, (at_each, at_roads) in enumerate(plans):
        plan = _plan(month, lines, at_each, at_roads, begins)
        delivered = _flown(prepared, plan, seed, replicates, forms, first)
        for form in forms.repair:
            mine = worlds["repair_form"] == REPAIR_FORMS.index(form)
            reckoned = month.delivered_under(form, dict(plan.at_line), {}, at_roads)[mine]
            simulated = delivered[mine]
            rows.append(
                Checked(
                    lines,
                    at_each,
                    at_roads,
                    form,
                    estimate(reckoned, "t/day"),
                    estimate(simulated, "t/day"),
                    estimate(reckoned / np.maximum(simulated, 1e-9), "1"),
                )
            )
        if progress is not None:
            progress((done + 1) * replicates, len(plans) * replicates)
    return tuple(rows)


def commonest_cut(month: Month, form: str, need_t: float) -> tuple[str, ...]:
    """Return the lines that are attacked in most worlds to keep deliveries under a need, one a group."""
    answers = month.solve(form, "both", np.array([need_t]))
    flown = answers.rail[:, 0] > 0
    numbers = answers.cut[flown, 0] if flown.any() else answers.cut[:, 0]
    number = Counter(numbers.tolist()).most_common(1)[0][0]
    edges = month.prepared.network.edges
    attackable = [[line for line in group if edges[line].attackable] for group in month.cuts[number]]
    return tuple(edges[group[0]].section for group in attackable if group)


def _plan(
    month: Month, lines: tuple[str, ...], at_each: float, at_roads: float, begins: date
) -> SteadyCampaign:
    """Return a plan; sorties at roads are shared by what each class could fly beside those at lines."""
    free = month.standing.could_fly()
    free[month.prepared.classes.index(KINDS[FIGHTER_BOMBER])] -= at_each * len(lines)
    free = np.maximum(free, 0.0)
    roads = tuple(map(float, at_roads * free / free.sum()))
    at_line = tuple((line, at_each) for line in lines) if at_each else ()
    return SteadyCampaign(at_line, roads, begins)


def _flown(
    prepared: Prepared, plan: SteadyCampaign, seed: int, replicates: int, forms: Structures, first: int
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return what each war's front got a day from the second month on: (war,), t."""
    block = simulate(
        prepared,
        plan,
        seed,
        range(replicates),
        record=("front_tonnes",),
        whole=("front_tonnes",),
        structures=forms,
        until=first + CAMPAIGN_DAYS,
    )
    daily = block.daily["front_tonnes"].astype(np.float64)
    return np.asarray(daily[:, first + LEAD_DAYS : first + CAMPAIGN_DAYS].mean(1))


def _asking_for_all(war: Scenario) -> Scenario:
    """Return the war with an order for ammunition that can never be filled, so that capacity shows."""

    def more(value: float | None) -> float | None:
        return None if value is None else _MORE * value

    rows = tuple(
        row.model_copy(update={end: more(getattr(row, end)) for end in ("low", "middle", "high")})
        if row.name == _ASKED_FOR
        else row
        for row in war.parameters
    )
    return replace(war, parameters=rows)
