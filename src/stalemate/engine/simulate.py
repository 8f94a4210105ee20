"""Run wars in lockstep: every replicate of a block through the day's table, day after day."""

import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.engine.day import DAY, check
from stalemate.errors import QueryError
from stalemate.policies import directive as orders
from stalemate.policies.directive import AbstractPolicy, Directive, Observation
from stalemate.scenario.air import Effort
from stalemate.scenario.diplomacy import ITEMS
from stalemate.scenario.network import contract
from stalemate.scenario.resolve import Structures, resolve, world_type
from stalemate.scenario.schema import Scenario
from stalemate.systems.diplomacy import EXPLANATIONS
from stalemate.systems.theatre import Prepared, theatre_type
from stalemate.systems.theatre import prepare as to_arrays
from stalemate.systems.variables import RECORDED, state_type

__all__ = ["Block", "Prepared", "Structures", "compile_kernels", "places", "prepare", "simulate"]

Series = npt.NDArray[np.float32]

ONE_DAY: Final = timedelta(days=1)
DAYS_PER_MONTH: Final = 30.4
"""Days of the month that effort.csv counts sorties by."""


@dataclass(frozen=True)
class Block:
    """Wars simulated together.

    ``daily``: field -> (replicate, day) or (replicate, day, place). ``structures``: ``repair`` and ``fire``
    -> (replicate,), the rival form each war took.
    """

    replicates: range
    daily: dict[str, Series]
    structures: dict[str, npt.NDArray[np.str_]]


def prepare(scenario: Scenario) -> Prepared:
    """Return a checked scenario as the arrays that wars are run on.

    Raises ScenarioError if it is larger than the records.
    """
    return to_arrays(scenario, contract(scenario))


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
    }
    return names[axes[0]] if axes else ()


def compile_kernels(progress: Callable[[str, int, int], None]) -> None:
    """Compile the day's kernels, or load them from the cache.

    Calls ``progress(name, done, total)`` before each system and once at the end.
    """
    theatre, world, war = (np.zeros(1, kind()) for kind in (theatre_type, world_type, state_type))
    for done, (_, system) in enumerate(DAY):
        progress(system.name, done, len(DAY))
        system.loop(theatre, world[:0], war[:0], 0)
    progress("", len(DAY), len(DAY))


def simulate(
    prepared: Prepared,
    policy: AbstractPolicy,
    seed: int,
    replicates: range,
    *,
    record: Sequence[str],
    structures: Structures | None = None,
    until: int | None = None,
    timer: dict[str, float] | None = None,
) -> Block:
    """Run a block of wars and return what was asked to be recorded.

    ``record`` names fields of ``RECORDED``. ``until`` stops after that many days. ``timer`` gathers seconds
    by system. Same scenario, policy, seed and replicate give the same bits in any block.
    Raises QueryError for an unknown field and PolicyError for a directive that cannot be flown.
    """
    check()
    forms = structures or Structures()
    days = prepared.scenario.days if until is None else min(until, prepared.scenario.days)
    theatre = prepared.theatre.copy()
    worlds = resolve(prepared.scenario, seed, replicates, forms)
    wars = np.zeros(len(replicates), state_type())
    for _, system in DAY:
        system.begin(prepared, worlds, wars)
    daily = _empty_series(prepared, record, len(wars), days)
    history = History(prepared)
    counted, lost = np.zeros(len(wars)), np.zeros(len(wars))
    given: Directive | None = None
    for day in range(days):
        when = prepared.scenario.start + timedelta(days=day)
        prepared.set_day(theatre, day)
        seen = Observation(
            when, history(when), history, counted.copy(), lost.copy(), prepared.classes, prepared.sections
        )
        directive = policy.decide(seen)
        if directive is not given:
            orders.check(directive, policy, when, prepared.shape, len(wars))
            prepared.set_orders(theatre, directive)
            for mission, weight in enumerate(directive.weights):
                wars["order_weight"][:, mission] = weight
            given = directive
        for _, system in DAY:
            started = time.perf_counter()
            system.loop(theatre, worlds, wars, day)
            if timer is not None:
                timer[system.name] = timer.get(system.name, 0.0) + time.perf_counter() - started
        counted += wars["cuts_reported"].sum(1)
        lost += wars["aircraft_lost"].sum(1)
        for name, series in daily.items():
            series[:, day] = wars[name][:, : series.shape[2]] if series.ndim == 3 else wars[name]
    repair, fire = zip(*(forms.of(replicate) for replicate in replicates), strict=True)
    return Block(replicates, daily, {"repair": np.array(repair), "fire": np.array(fire)})


def _empty_series(prepared: Prepared, record: Sequence[str], wars: int, days: int) -> dict[str, Series]:
    """Return the zeroed daily arrays of the fields asked for. Raises QueryError for an unknown field."""
    width = {name: len(places(prepared, name)) for name in record}
    return {
        name: np.zeros((wars, days, width[name]) if RECORDED[name].axes else (wars, days), np.float32)
        for name in record
    }


class History:
    """The historical directive of any day: effort by class, focus by region, spread over the sections there.

    Its arrays cannot be written to, since days under the same orders share them.

    Within a region sorties at open line go by length of line and the section's aim, sorties at bridges by
    crossings; where a region has no key crossing, they go like those at open line, at its minor bridges.
    """

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        scenario = prepared.scenario
        spans = [(row.start, row.end) for row in scenario.effort]
        spans += [(row.start, row.end) for row in scenario.focus]
        spans += [(row.start, row.end) for row in scenario.aims]
        changes = {day for start, end in spans for day in (start, end + ONE_DAY)}
        for edge in prepared.network.edges:
            changes |= {edge.opens} if edge.opens else set()
            changes |= {edge.closes + ONE_DAY} if edge.closes else set()
        self._changes = sorted(changes)
        self._made: dict[int, Directive] = {}

    def __call__(self, when: date) -> Directive:
        """Return the directive in force on a day, the same object for all days under the same orders.

        Raises QueryError for a day outside the scenario.
        """
        scenario = self._prepared.scenario
        day = scenario.day_of(when)
        period = bisect_right(self._changes, when)
        if period not in self._made:
            effort = [row for row in scenario.effort if row.start <= when <= row.end]
            share: dict[tuple[str, str], float] = {
                (row.aircraft_class, row.region): row.share
                for row in scenario.focus
                if row.start <= when <= row.end
            }
            aims = {row.section: row.weight for row in scenario.aims if row.start <= when <= row.end}
            weights = np.array([aims.get(section, 1.0) for section in self._prepared.sections])
            self._made[period] = self._directive(effort, share, self._prepared.is_open[day] * weights)
        return self._made[period]

    def _directive(
        self, effort: list[Effort], share: dict[tuple[str, str], float], per_km: npt.NDArray[np.float64]
    ) -> Directive:
        prepared = self._prepared
        n_classes, n_sections = prepared.shape
        rail, bridge = np.zeros((n_classes, n_sections)), np.zeros((n_classes, n_sections))
        totals = {name: np.zeros(n_classes) for name in ("road", "destruction", "other", "doubt")}
        for row in effort:
            k = prepared.classes.index(row.aircraft_class)
            a_day = row.sorties_per_month / DAYS_PER_MONTH
            totals["road"][k] = a_day * row.road_share
            totals["destruction"][k] = a_day * row.destruction_share
            totals["other"][k] = a_day * (1 - row.rail_share - row.road_share - row.destruction_share)
            totals["doubt"][k] = row.factor_sigma
            for (aircraft_class, region), part in share.items():
                if aircraft_class == row.aircraft_class:
                    line, spans = self._spread(region, per_km)
                    sorties = a_day * row.rail_share * part
                    aimed = sorties * row.bridge_share
                    rail[k] += (sorties - aimed) * line
                    bridge[k] += aimed * spans
        made = Directive(
            rail,
            bridge,
            totals["road"],
            totals["destruction"],
            np.maximum(totals["other"], 0.0),
            totals["doubt"],
        )
        for field in (made.rail, made.bridge, made.road, made.destruction, made.other, made.doubt):
            field.flags.writeable = False
        return made

    def _spread(
        self, region: str, per_km: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return the shares of a region's line and bridge sorties by section."""
        edges = self._prepared.network.edges
        here = np.array([edge.region == region and edge.attackable and not edge.spur for edge in edges])
        line = here * per_km * np.array([edge.length_km for edge in edges])
        spans = here * (per_km > 0) * np.array([float(len(edge.crossings)) for edge in edges])
        spans = spans if spans.any() else line
        return line / max(line.sum(), 1e-12), spans / max(spans.sum(), 1e-12)
