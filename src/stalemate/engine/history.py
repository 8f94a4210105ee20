"""The historical orders of any day: the scenario's effort, missions, attention and raids as a directive."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from stalemate.policies.directive import Directive, RaidOrder
from stalemate.scenario.air import TARGET_CLASSES, Attention, Effort, Mission
from stalemate.systems.theatre import Prepared

Floats = npt.NDArray[np.float64]

ONE_DAY: Final = timedelta(days=1)
DAYS_PER_MONTH: Final = 30.4
"""Days of the month that effort.csv and missions.csv count sorties by."""


class History:
    """The historical directive of any day: effort by class, focus by region, spread over the sections there.

    Its arrays cannot be written to, since days under the same orders share them. Raids are inside the totals
    of their period: what they take is not ordered again as standing effort.

    Within a region sorties at open line go by length of line and the section's aim, sorties at bridges by
    crossings; where a region has no key crossing, they go like those at open line, at its minor bridges.
    """

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        scenario = prepared.scenario
        tables = (scenario.effort, scenario.focus, scenario.aims, scenario.missions, scenario.attention)
        spans = [(row.start, row.end) for table in tables for row in table]
        spans += [(raid.day, raid.day) for raid in scenario.raids]
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
            aims = {row.section: row.weight for row in scenario.aims if row.start <= when <= row.end}
            weights = np.array([aims.get(section, 1.0) for section in self._prepared.sections])
            made = self._directive(when, self._prepared.is_open[day] * weights)
            self._made.setdefault(period, made)
        return self._made[period]

    def _directive(self, when: date, per_km: Floats) -> Directive:
        prepared, scenario = self._prepared, self._prepared.scenario
        classes, sections = len(prepared.classes), len(prepared.sections)
        rail, bridge = np.zeros((classes, sections)), np.zeros((classes, sections))
        attention = np.zeros((classes, len(TARGET_CLASSES)))
        missions = ("road", "destruction", "support", "superiority", "other", "doubt")
        totals = {name: np.zeros(classes) for name in missions}
        share = {
            (row.aircraft_class, row.region): row.share
            for row in scenario.focus
            if row.start <= when <= row.end
        }
        for row in _in_force(scenario.effort, when):
            k = prepared.classes.index(row.aircraft_class)
            a_day = row.sorties_per_month / DAYS_PER_MONTH
            totals["road"][k] = a_day * row.road_share
            totals["destruction"][k] = max(0.0, a_day * row.destruction_share - self._in_raids(row))
            rest = 1 - row.rail_share - row.road_share - row.destruction_share
            totals["other"][k] = max(0.0, a_day * rest)
            totals["doubt"][k] = row.factor_sigma
            for (aircraft_class, region), part in share.items():
                if aircraft_class == row.aircraft_class:
                    line, spans = self._spread(region, per_km)
                    sorties = a_day * row.rail_share * part
                    aimed = sorties * row.bridge_share
                    rail[k] += (sorties - aimed) * line
                    bridge[k] += aimed * spans
        for flown in _in_force(scenario.missions, when):
            k = prepared.classes.index(flown.aircraft_class)
            a_day = flown.sorties_per_month / DAYS_PER_MONTH
            if flown.mission == "superiority":
                a_day = max(0.0, a_day - self._in_raids(flown))
            totals[flown.mission][k] = a_day
            totals["doubt"][k] = totals["doubt"][k] or flown.factor_sigma
        for attended in _in_force(scenario.attention, when):
            k = prepared.classes.index(attended.aircraft_class)
            attention[k, TARGET_CLASSES.index(attended.target_class)] = attended.share
        for array in (rail, bridge, attention, *totals.values()):
            array.flags.writeable = False
        raids = tuple(
            RaidOrder(raid.raid, raid.target, raid.aircraft_class, raid.role, raid.sorties)
            for raid in scenario.raids
            if raid.day == when
        )
        return Directive(
            rail,
            bridge,
            totals["road"],
            totals["destruction"],
            totals["support"],
            totals["superiority"],
            totals["other"],
            totals["doubt"],
            attention,
            raids,
        )

    def _in_raids(self, row: Effort | Mission) -> float:
        """Return the sorties a day of the row's class and period that dated raids take."""
        scenario = self._prepared.scenario
        taken = sum(
            raid.sorties
            for raid in scenario.raids
            if raid.aircraft_class == row.aircraft_class and row.start <= raid.day <= row.end
        )
        return taken / ((row.end - row.start).days + 1)

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


@lru_cache(maxsize=8)
def history_of(prepared: Prepared) -> History:
    """Return the one history of a prepared scenario, whose orders all blocks share."""
    return History(prepared)


T = TypeVar("T", Effort, Mission, Attention)


def _in_force(rows: Iterable[T], when: date) -> list[T]:
    return [row for row in rows if row.start <= when <= row.end]
