"""The least effort that keeps deliveries under a need in one month of the war, world by world.

Equations: docs/model/floor.md. A month is held still (``standing``), repair answers a steady effort under a
rival form (``lineresponse``), and every minimal cut of the railway (``cutsets``) and every effort at roads is
tried. What is tried is a grid of capacities and of road sorties, so each answer has a bound: no effort below
it will do, on any finer grid.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.analysis.cutsets import Cut, Lines, least_effort, minimal_cuts
from stalemate.analysis.lineresponse import (
    MEANS,
    Luck,
    crossing_open,
    draw_luck,
    mean_for,
    whole_by_own_clock,
    whole_by_queue,
)
from stalemate.analysis.standing import Floats, Standing, delivered_t
from stalemate.engine.simulate import Prepared
from stalemate.scenario.resolve import Records
from stalemate.systems.repair import ALMOST_NONE
from stalemate.systems.theatre import FIGHTER_BOMBER

STEP: Final = 1 / 40
"""A step of capacity, in shares of the trunk's."""
STEPS: Final = 80
SHUT: Final = 0.002
"""A line that is whole for a smaller share of the night counts as shut: step 0."""
ROAD: Final = np.concatenate([[0.0], np.round(10 * 1.1 ** np.arange(68))])
"""Sorties a day at roads that are tried, up to 5,900."""
MODES: Final = ("lines", "both", "scarce")
"""What is attacked: lines alone; lines and roads; both, but few trucks are harder to find than many."""


@dataclass(frozen=True)
class Answers:
    """A month's answers, world by world: (world, need).

    ``rail`` and ``road``: sorties a day of the least effort, those at lines as fighter-bomber sorties;
    ``rail`` is infinite where no effort will do. ``bound``: no smaller sum will do. ``cut``: which cut;
    ``steps``: what it may pass.
    """

    rail: Floats
    road: Floats
    bound: Floats
    cut: npt.NDArray[np.int64]
    steps: npt.NDArray[np.int64]

    @property
    def total(self) -> Floats:
        """Return the whole least effort, sorties a day."""
        return self.rail + self.road


class Month:
    """One month held still, in many drawn worlds.

    ``when`` is the day whose parameters stand, ``begins`` the day whose trucks a campaign meets, by default
    the same.
    """

    def __init__(
        self, prepared: Prepared, worlds: Records, when: date, seed: int, *, begins: date | None = None
    ) -> None:
        self.prepared, self.when, self._seed = prepared, when, seed
        self.standing = Standing(prepared, worlds, prepared.scenario.day_of(when))
        self.hauls = self.standing.hauls()
        first = prepared.scenario.day_of(begins or when)
        self.fleet = Standing(prepared, worlds, first).fleet()
        edges = prepared.network.edges
        names = sorted({node for edge in edges for node in (edge.start, edge.end)})
        place = {name: number for number, name in enumerate(names)}
        heads = {haul.origin for haul in prepared.network.railhead_hauls if haul.sector in prepared.sectors}
        self.lines = Lines(
            ends=tuple((place[edge.start], place[edge.end]) for edge in edges),
            sources=tuple(place[gate] for gate in prepared.network.gates),
            sinks=tuple(sorted(place[node] for node in heads)),
        )
        self.usable = tuple(
            line
            for line, edge in enumerate(edges)
            if prepared.is_open[self.standing.day, line] and not edge.spur
        )
        self._curves: dict[str, tuple[list[Floats], list[int]]] = {}
        self._steps: dict[tuple[int, str, bytes], npt.NDArray[np.int64]] = {}

    @cached_property
    def cuts(self) -> tuple[Cut, ...]:
        """Return every minimal cut of the railway between gates and railheads."""
        return minimal_cuts(self.lines, self.usable)

    @cached_property
    def luck(self) -> Luck:
        """Return the luck of the month's campaign in each world."""
        worlds = self.standing.worlds
        weather = self.prepared.scenario.weather[self.when.month - 1]
        return draw_luck(
            self._seed,
            worlds["cut_clustering"],
            worlds["effort_day_sigma"],
            weather.flyable_day,
            weather.persistence,
        )

    def solve(self, form: str, mode: str, needs_t: Floats) -> Answers:
        """Return the least effort for each need under a repair form and a mode of attack."""
        curves, worth_a_try = self._curves_of(form)
        count, needs = len(self.standing.worlds), len(needs_t)
        road = ROAD[:1] if mode == "lines" else ROAD
        below = np.concatenate([[0.0], road[:-1]])
        best = Answers(
            np.full((count, needs), math.inf),
            np.zeros((count, needs)),
            np.full((count, needs), math.inf),
            np.zeros((count, needs), np.int64),
            np.zeros((count, needs), np.int64),
        )
        for number in worth_a_try:
            passed = self._most_steps(number, mode, needs_t)
            curve = curves[number]
            for place in range(needs):
                steps = passed[:, :, place]
                cost = np.take_along_axis(curve, np.maximum(steps, 0), 1)
                total = np.where(steps >= 0, cost + road, math.inf)
                _keep_better(best, place, number, total, cost, road, steps)
                finer = np.clip(steps + 1 + len(self.cuts[number]), 0, STEPS)
                least = np.where(steps >= 0, np.take_along_axis(curve, finer, 1) + below, math.inf)
                np.minimum(best.bound[:, place], least.min(1), out=best.bound[:, place])
        np.minimum(best.bound, best.total, out=best.bound)
        return best

    def costs(self, form: str) -> list[Floats]:
        """Return the effort at which each line passes no more than so many steps: a list of (world, step)."""
        steps = np.arange(STEPS + 1) * STEP
        worlds = self.standing.worlds
        per_sortie = self.standing.cuts_per_sortie(FIGHTER_BOMBER)
        found: dict[tuple[bool, float, float, int, bool], Floats] = {}
        costs = []
        for edge in self.prepared.network.edges:
            inside, length = edge.region == "triangle", self._hot_km(edge.length_km)
            key = (inside, length, edge.capacity_share, len(edge.crossings), edge.attackable)
            if key not in found:
                wanted = np.maximum(steps / max(edge.capacity_share, 1e-9), SHUT)
                cost = np.full((len(worlds), STEPS + 1), math.inf)
                if edge.attackable:
                    shares = self.whole(form, inside, length)
                    for world in range(len(worlds)):
                        cost[world] = mean_for(shares[world], wanted) / per_sortie[world]
                        if edge.crossings:
                            at_bridges = self._at_bridges(world, wanted, len(edge.crossings))
                            cost[world] = np.minimum(cost[world], at_bridges)
                cost[:, steps >= edge.capacity_share - 1e-9] = 0.0
                found[key] = cost
            costs.append(found[key])
        return costs

    def whole(self, form: str, inside: bool, length_km: float) -> Floats:
        """Return the share of the night in which a line is whole, by cuts a day: (world, mean)."""
        crews = self.standing.crews(inside, length_km)
        if form == "queue":
            return whole_by_queue(self.luck, crews, ALMOST_NONE)
        return whole_by_own_clock(self.luck, crews, ALMOST_NONE)

    @cached_property
    def standing_share(self) -> Floats:
        """Return the share of days on which a crossing stands, by bridges hit a day: (world, mean)."""
        parallel = int(self.standing.today("bridge_parallel")[0])
        sigma = self.standing.worlds["bridge_days_sigma"]
        return crossing_open(self.luck, parallel, self.standing.today("bridge_days"), sigma)

    def delivered_under(
        self, form: str, at_line: Mapping[str, float], at_bridges: Mapping[str, float], at_roads: float
    ) -> Floats:
        """Return what reaches the front a day under a given plan: (world,), t.

        at_line, at_bridges: fighter-bomber sorties a day by section. The plan need not be a good one.
        """
        standing = self.standing
        cuts, hits = standing.cuts_per_sortie(FIGHTER_BOMBER), standing.bridges_hit_per_sortie
        alone, at_most = [], []
        for edge in self.prepared.network.edges:
            share = np.ones(len(standing.worlds))
            if edge.section in at_line:
                response = self.whole(form, edge.region == "triangle", self._hot_km(edge.length_km))
                share = share * _read(response, cuts * at_line[edge.section])
            if edge.section in at_bridges and edge.crossings:
                count = len(edge.crossings)
                share = share * _read(self.standing_share, hits * at_bridges[edge.section] / count) ** count
            whole = edge.capacity_share * standing.trunk_t
            alone.append(whole * share)
            at_most.append(np.maximum(alone[-1], np.minimum(whole, standing.round_a_break_t)))
        rail, with_trucks = self._flow(alone), self._flow(at_most)
        trucks = standing.trucks(np.array([at_roads]), self.fleet)[:, 0]
        return delivered_t(standing, self.hauls, rail, with_trucks - rail, trucks)

    def least_at(self, form: str, world: int, steps: int) -> float:
        """Return the least effort at which some cut passes no more than so many steps, in one world."""
        return min(float(curve[world, steps]) for curve in self._curves_of(form)[0])

    def rail_alone_t(self) -> Floats:
        """Return what still reaches the front with every line shut and no truck attacked: (world,), t/day."""
        trucks = self.standing.trucks(np.zeros(1), self.fleet)[:, 0]
        fewest = np.minimum.reduce([self._round_t(cut) for cut in self.cuts])
        return delivered_t(self.standing, self.hauls, np.zeros(len(trucks)), fewest, trucks)

    def _curves_of(self, form: str) -> tuple[list[Floats], list[int]]:
        """Return each cut's least effort by what it may pass, and the cuts that are best somewhere."""
        if form not in self._curves:
            costs = self.costs(form)
            known: dict[Cut, Floats] = {}
            curves = [least_effort(costs, cut, known) for cut in self.cuts]
            self._curves[form] = curves, self._undominated(curves)
        return self._curves[form]

    def _hot_km(self, length_km: float) -> float:
        """Return the length of a line as far as it matters: no crew works on more than the hot length."""
        return min(length_km, float(self.standing.worlds["repair_hot_length_km"].max()))

    def _at_bridges(self, world: int, wanted: Floats, crossings: int) -> Floats:
        """Return the sorties at a line's bridges that leave it open for a share of days: (step,)."""
        each = mean_for(self.standing_share[world], wanted ** (1 / crossings))
        return np.asarray(each * crossings / self.standing.bridges_hit_per_sortie[world])

    def _flow(self, capacity: Sequence[Floats]) -> Floats:
        """Return the maximum flow, which is the least of all cuts: (world,)."""
        return np.asarray(
            np.minimum.reduce(
                [
                    sum(np.minimum.reduce([capacity[line] for line in group]) for group in cut)
                    for cut in self.cuts
                ]
            )
        )

    def _round_t(self, cut: Cut) -> Floats:
        """Return what trucks can carry round the lines of a cut, at most: (world,), t/day."""
        total = np.zeros(len(self.standing.worlds))
        for group in cut:
            share = min(self.prepared.network.edges[line].capacity_share for line in group)
            total += np.minimum(self.standing.round_a_break_t, share * self.standing.trunk_t)
        return total

    def _most_steps(self, number: int, mode: str, needs_t: Floats) -> npt.NDArray[np.int64]:
        """Return the most that a cut may pass for a need to go unmet: (world, road, need), -1: never."""
        key = (number, mode, needs_t.tobytes())
        if key not in self._steps:
            standing = self.standing
            road = ROAD[:1] if mode == "lines" else ROAD
            trucks = standing.trucks(road, self.fleet, in_proportion=mode == "scarce")
            rail_t = np.arange(STEPS + 1) * STEP * standing.trunk_t[:, None]
            round_t = self._round_t(self.cuts[number])
            delivered = delivered_t(
                standing, self.hauls, rail_t[:, None, :], round_t[:, None, None], trucks[:, :, None]
            ).astype(np.float32)
            most = np.stack([np.count_nonzero(delivered <= need, axis=-1) for need in needs_t], axis=-1)
            self._steps[key] = most - 1
        return self._steps[key]

    def _undominated(self, curves: Sequence[Floats]) -> list[int]:
        """Return the cuts that are best somewhere: no other costs less and lets less be carried round."""
        rounds = [self._round_t(cut) for cut in self.cuts]
        kept: list[int] = []
        for number in sorted(range(len(curves)), key=lambda number: (float(rounds[number].sum()), number)):
            if not any(
                (curves[other] <= curves[number]).all() and (rounds[other] <= rounds[number]).all()
                for other in kept
            ):
                kept.append(number)
        return kept


def _keep_better(
    best: Answers,
    place: int,
    number: int,
    total: Floats,
    cost: Floats,
    road: Floats,
    steps: npt.NDArray[np.int64],
) -> None:
    """Write into ``best`` the answers of one cut where they are better: (world, road) each."""
    rows = np.arange(len(total))
    pick = total.argmin(1)
    better = total[rows, pick] < best.total[:, place]
    best.rail[better, place] = cost[rows, pick][better]
    best.road[better, place] = road[pick][better]
    best.cut[better, place] = number
    best.steps[better, place] = steps[rows, pick][better]


def _read(response: Floats, means: Floats) -> Floats:
    """Return each world's response at its own number of attacks a day: (world,)."""
    return np.array([np.interp(mean, MEANS, shares) for mean, shares in zip(means, response, strict=True)])
