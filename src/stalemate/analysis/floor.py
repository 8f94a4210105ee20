"""The floor of interdiction: the least effort that keeps the front short, beside what there was.

The least daily effort that keeps deliveries under a need is found for every month of the war, in many drawn
worlds, under each rival form of repair and three ways of attack (``floormonth``); beside it stands the effort
that was flown in that month, and the most that could have been. The same worlds serve every month, need and
form, so that all of them compare in pairs. Equations, and the check against the engine: docs/model/floor.md.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from stalemate.analysis.cutsets import solved_directly
from stalemate.analysis.estimate import BAND, Estimate, estimate
from stalemate.analysis.floormonth import MODES, Answers, Month
from stalemate.analysis.standing import Floats, porters_t
from stalemate.engine.simulate import Structures, prepare
from stalemate.ensemble.pool import available_cores
from stalemate.errors import QueryError
from stalemate.scenario.resolve import resolve
from stalemate.scenario.schema import Need, Scenario

DEFAULT_REPLICATES: Final = 128
CURVE_T: Final = np.array(
    [1, 2, 5, 10, 20, 50, 100, 200, 300, 450, 600, 800, *range(1000, 3001, 250), 3500, 4000], dtype=float
)
"""Needs at which the curve is reckoned, t/day."""
EFFORTS: Final = ("flown", "strike", "most")
"""Effort of a month: flown at lines and roads; all that struck or supported; the most that could be flown."""
DAYS_A_MONTH: Final = 30.4
_CHECKED: Final = 4

Progress = Callable[[int, int], None]
_Solved = Mapping[tuple[str, str], Answers]


@dataclass(frozen=True)
class Floor:
    """The least effort for one need in one month, under one form of repair and one way of attack.

    ``effort``: sorties a day, infinite in worlds where no effort will do; ``possible``: the share of the
    others. ``gap``: how far below the effort its bound lies at most, as a share, in the median world.
    ``rail``: how much of the effort goes to lines. ``within``: by each of ``EFFORTS``, the share of worlds in
    which that is enough. ``lost`` and ``deaths``: own aircraft and civilians a month at that effort.
    """

    need_t: float
    form: str
    mode: str
    effort: Estimate
    possible: float
    gap: float
    rail: Estimate
    within: dict[str, float]
    lost: Estimate
    deaths: Estimate


@dataclass(frozen=True)
class MonthFloors:
    """A month's floors, and what they are held against.

    ``efforts``: by each of ``EFFORTS``, sorties a day, those at lines as fighter-bomber sorties.
    ``unattacked`` and ``lines_shut``: what could reach the front, t/day. ``porters``: what all porters would
    carry all the way from the border. ``floors``: the scenario's needs, then the curve's.
    """

    when: date
    efforts: dict[str, Estimate]
    unattacked: Estimate
    lines_shut: Estimate
    porters: Estimate
    porters_over: dict[str, float]
    floors: tuple[Floor, ...]

    @property
    def name(self) -> str:
        """Return the month, as 1952-03."""
        return f"{self.when:%Y-%m}"

    def of(self, need_t: float, form: str, mode: str) -> Floor:
        """Return one floor. Raises QueryError if it was not reckoned."""
        for floor in self.floors:
            if (floor.need_t, floor.form, floor.mode) == (need_t, form, mode):
                return floor
        raise QueryError(f"no floor for {need_t:g} t/day, {form}, {mode}")


@dataclass(frozen=True)
class Certificate:
    """How the search over cuts compares with one program in 0 and 1: problems, and the greatest gaps."""

    problems: int
    worst_difference: float
    worst_bound_gap: float


@dataclass(frozen=True)
class Floors:
    """The floor of a war: months in order, what was asked, and the proof."""

    scenario: str
    needs: tuple[Need, ...]
    curve_t: tuple[float, ...]
    forms: tuple[str, ...]
    months: tuple[MonthFloors, ...]
    replicates: int
    seed: int
    certificate: Certificate

    def month(self, name: str) -> MonthFloors:
        """Return a month by its name, as 1952-03. Raises QueryError if the war has no such month."""
        for month in self.months:
            if month.name == name:
                return month
        first, last = self.months[0].name, self.months[-1].name
        raise QueryError(f"month: found {name!r}; expected one from {first} to {last}, as {first}")

    def within(self, need_t: float, form: str, effort: str, mode: str = "both") -> float:
        """Return the share of worlds and months in which an effort is enough for a need."""
        return float(np.mean([month.of(need_t, form, mode).within[effort] for month in self.months]))

    def months_within(self, need_t: float, form: str, effort: str, mode: str = "both") -> list[str]:
        """Return the months in which an effort is enough in most worlds."""
        return [month.name for month in self.months if month.of(need_t, form, mode).within[effort] > 0.5]


def floor(
    war: Scenario,
    *,
    replicates: int = DEFAULT_REPLICATES,
    seed: int = 1,
    structures: Structures | None = None,
    months: Sequence[str] | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Floors:
    """Return the least effort that keeps deliveries under each need, month by month.

    months: as 1952-03, all by default. structures: which forms of repair; each drawn world answers under all
    of them. workers: threads, all cores by default; they move no result. Raises QueryError if the scenario
    names no need, or a number or a month is out of range.
    """
    if replicates < 1:
        raise QueryError(f"replicates: found {replicates}; expected 1 or more")
    if workers is not None and workers < 1:
        raise QueryError(f"workers: found {workers}; expected 1 or more")
    if not 0 <= seed < 2**64:
        raise QueryError(f"seed: found {seed}; expected a number from 0 to 2^64 - 1")
    if not war.needs:
        raise QueryError(f"{war.name} names no need; add rows to needs.csv")
    forms = (structures or Structures()).repair
    prepared = prepare(war)
    worlds = resolve(war, seed, range(replicates), structures or Structures())
    for name in months or ():
        check_month(war, name)
    days = [when for when in _middles(war) if months is None or f"{when:%Y-%m}" in months]
    needs_t = np.concatenate([[need.middle for need in war.needs], CURVE_T])

    def solve(when: date) -> tuple[MonthFloors, Month, _Solved]:
        month = Month(prepared, worlds, when, seed)
        answers = {(form, mode): month.solve(form, mode, needs_t) for form in forms for mode in MODES}
        return _summary(month, needs_t, answers), month, answers

    summaries = []
    certificate = Certificate(0, 0.0, 0.0)
    with ThreadPoolExecutor(max_workers=workers or available_cores()) as pool:
        for done, (summary, month, answers) in enumerate(pool.map(solve, days)):
            summaries.append(summary)
            if done == len(days) // 2:
                certificate = _certify(month, forms, answers, len(war.needs))
            if progress is not None:
                progress(done + 1, len(days))
    return Floors(
        war.name,
        war.needs,
        tuple(map(float, CURVE_T)),
        forms,
        tuple(summaries),
        replicates,
        seed,
        certificate,
    )


def check_month(war: Scenario, name: str) -> None:
    """Raise QueryError unless the war has a month of this name, as 1952-03."""
    known = [f"{when:%Y-%m}" for when in _middles(war)]
    if name not in known:
        raise QueryError(f"month: found {name!r}; expected one from {known[0]} to {known[-1]}, as {known[0]}")


def _middles(war: Scenario) -> list[date]:
    """Return the middle day of the war's part of each month."""
    days: dict[tuple[int, int], list[date]] = {}
    for number in range(war.days):
        when = date.fromordinal(war.start.toordinal() + number)
        days.setdefault((when.year, when.month), []).append(when)
    return [part[len(part) // 2] for part in days.values()]


def _summary(month: Month, needs_t: Floats, answers: _Solved) -> MonthFloors:
    standing = month.standing
    count = len(standing.worlds)
    orders = standing.orders
    at_lines = orders.rail.sum(1) + orders.bridge.sum(1)
    strike = at_lines + orders.road + orders.destruction + orders.support + orders.other
    could = standing.could_fly()
    factor = standing.worlds["effort_availability_factor"]
    worth = {"strike": standing.worth(strike), "most": standing.worth(could) * factor}
    plain = {"strike": np.full(count, strike.sum()), "most": could.sum() * factor}
    worth["flown"] = standing.worth(at_lines) + orders.road.sum()
    worth, plain = ({name: np.maximum(e, 1e-9) for name, e in of.items()} for of in (worth, plain))
    carried = porters_t(standing, month.hauls)
    floors = []
    lost, deaths = standing.lost_per_sortie(), standing.deaths_per_sortie()
    for (form, mode), answer in answers.items():
        for place, need in enumerate(needs_t):
            rail, road = answer.rail[:, place], answer.road[:, place]
            total = np.where(np.isinf(rail), math.nan, rail + road)
            within = {name: _enough(rail / worth[name] + road / plain[name]) for name in plain}
            within["flown"] = _enough((rail + road) / worth["flown"])
            floors.append(
                Floor(
                    need_t=float(need),
                    form=form,
                    mode=mode,
                    effort=_with_none(rail + road, "sorties/day"),
                    possible=float(np.isfinite(rail).mean()),
                    gap=_gap(total, answer.bound[:, place]),
                    rail=_with_none(rail, "sorties/day"),
                    within=within,
                    lost=_with_none((rail + road) * lost * DAYS_A_MONTH, "aircraft/month"),
                    deaths=_with_none((rail + road) * deaths * DAYS_A_MONTH, "persons/month"),
                )
            )
    return MonthFloors(
        when=month.when,
        efforts={name: estimate(worth[name], "sorties/day") for name in EFFORTS},
        unattacked=estimate(month.delivered_under(next(iter(answers))[0], {}, {}, 0.0), "t/day"),
        lines_shut=estimate(month.rail_alone_t(), "t/day"),
        porters=estimate(carried, "t/day"),
        porters_over={f"{need:g}": float(np.mean(carried > need)) for need in needs_t},
        floors=tuple(floors),
    )


def _enough(part: Floats) -> float:
    """Return the share of worlds that need no more than a part of an effort."""
    return float(np.mean(part <= 1))


def _with_none(values: Floats, unit: str) -> Estimate:
    """Return the estimate of values that are infinite in worlds without one: the nearest ranks."""
    low, median, high = np.quantile(values, (BAND[0], 0.5, BAND[1]), method="nearest")
    return Estimate(float(median), float(low), float(high), unit, len(values))


def _gap(total: Floats, bound: Floats) -> float:
    """Return by what share the bound lies below the effort, in the median world; 0 where nothing is flown."""
    known = ~np.isnan(total)
    if not known.any():
        return 0.0
    share = 1.0 - np.divide(bound, total, out=np.ones_like(total), where=known & (total > 0))
    return float(np.median(share[known]))


def _certify(month: Month, forms: Sequence[str], answers: _Solved, needs: int) -> Certificate:
    """Solve some of the month's rail problems again as one program, and return the greatest gaps."""
    problems, difference, bound_gap = 0, 0.0, 0.0
    usable = set(month.usable)
    for form in forms:
        costs = month.costs(form)
        answer = answers[form, "both"]
        for world in range(min(_CHECKED, len(month.standing.worlds))):
            for need in range(needs):
                if math.isfinite(answer.rail[world, need]):
                    mine = [
                        cost[world] if line in usable else np.zeros_like(cost[world])
                        for line, cost in enumerate(costs)
                    ]
                    steps = int(answer.steps[world, need])
                    value, bound = solved_directly(month.lines, mine, steps)
                    problems += 1
                    found = month.least_at(form, world, steps)
                    scale = max(1.0, found)
                    difference = max(difference, abs(value - found) / scale)
                    bound_gap = max(bound_gap, (value - bound) / scale)
    return Certificate(problems, difference, bound_gap)
