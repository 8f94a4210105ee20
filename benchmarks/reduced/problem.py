"""The reduced war's numbers, and what is noted of it day by day."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Daily = dict[str, npt.NDArray[np.float32]]
"""Series -> (war, day)."""

SERIES: Final = {
    "cuts": "total",
    "open_cuts": "mean",
    "bridges_down": "mean",
    "delivered_t": "total",
    "rear_t": "total",
    "fired_t": "total",
    "casualties_un": "total",
    "casualties_communist": "total",
    "aircraft_lost": "total",
    "trucks_lost": "total",
    "stock_t": "mean",
    "hungry_sectors": "total",
}
"""What is noted every day, and what of it is an answer: the total or the mean over the days."""

UNLIMITED: Final = 10**9
"""Tonnes a day of what has no limit."""
FULL_NIGHT_HOURS: Final = 11.0
JOINT_KM, JOINT_SHARE = 20.0, 0.5
"""Length and capacity share of the lines that join two copies of a country; assumed."""


@dataclass(frozen=True)
class Numbers:
    """Round numbers, all assumed. Pairs are of the day arm and the night arm."""

    aircraft: tuple[float, float] = (400.0, 100.0)
    sorties_per_aircraft: tuple[float, float] = (0.6, 0.5)
    cuts_per_sortie: tuple[float, float] = (0.08, 0.05)
    bridge_hits_per_sortie: tuple[float, float] = (0.005, 0.002)
    losses_per_sortie: tuple[float, float] = (0.004, 0.003)
    replaced_a_day: float = 0.05
    km_per_crew: float = 30.0
    mend_chance: float = 0.6
    lost_per_cut: float = 0.25
    bridge_median_days: float = 4.0
    bridge_sigma: float = 0.7
    trunk_t: float = 4000.0
    rear_t: float = 600.0
    trucks: float = 2400.0
    trucks_received: float = 4.0
    truck_load_t: float = 1.0
    trucks_lost_per_sortie: float = 0.1
    ration_t: float = 150.0
    shells_t: float = 120.0
    battle_chance: float = 0.2
    battle_factor: float = 4.0
    full_store_t: float = 4000.0
    most_asked_t: float = 900.0
    casualties_per_t: float = 0.15
    casualties_quiet: float = 6.0


@dataclass(frozen=True, eq=False)
class Problem:
    """A network and its days.

    ``ends``: (section, 2), nodes. ``length_km``, ``share``: (section,). ``attackable``, ``has_bridge``:
    (section,). ``gates``: nodes where freight enters. ``terminals``: nodes of the railheads, one a sector,
    then those of the rear. ``flyable``: (day, 2), the share of days and of nights that can be flown.
    ``persistence`` and ``night_share``: (day,). ``tiles``: how many copies of a country the network is.
    """

    n_nodes: int
    ends: Ints
    length_km: Floats
    share: Floats
    attackable: npt.NDArray[np.bool_]
    has_bridge: npt.NDArray[np.bool_]
    gates: Ints
    terminals: Ints
    n_sectors: int
    flyable: Floats
    persistence: Floats
    night_share: Floats
    tiles: int = 1
    numbers: Numbers = field(default_factory=Numbers)

    @property
    def days(self) -> int:
        """Return the number of days."""
        return len(self.flyable)

    @cached_property
    def aimed_share(self) -> Floats:
        """Return the share of all sorties that each section takes: by length, if it may be attacked."""
        length_km: Floats = self.length_km * self.attackable
        return length_km / float(length_km.sum())

    @cached_property
    def crews(self) -> Ints:
        """Return the crews of each section: at least one."""
        return np.maximum(1, np.rint(self.length_km / self.numbers.km_per_crew)).astype(np.int64)

    @cached_property
    def aircraft(self) -> Floats:
        """Return the establishment of each arm, in proportion to the network."""
        return np.array(self.numbers.aircraft) * self.tiles


def korea(days: int) -> Problem:
    """Return the network of korea-1951 and its first days: lines with freight, one railhead a sector."""
    from stalemate.engine.simulate import prepare
    from stalemate.scenario.read import load

    scenario = load("korea-1951")
    prepared = prepare(scenario)
    one = prepared.theatre[0]
    lines = np.flatnonzero(one["capacity_share"][: one["n_sections"]] > 0.0)
    ends = one["edge_ends"][lines]
    place = {int(node): number for number, node in enumerate(np.unique(ends))}
    railheads = one["terminal_node"][one["first_terminal"][: one["n_sectors"]]]
    rear = one["terminal_node"][one["rear_terminal"]]
    months = [(scenario.start + timedelta(days=day)).month for day in range(days)]
    weather = [scenario.weather[month - 1] for month in months]
    return Problem(
        n_nodes=len(place),
        ends=np.array([[place[int(a)], place[int(b)]] for a, b in ends]),
        length_km=one["length_km"][lines].copy(),
        share=one["capacity_share"][lines].copy(),
        attackable=one["attackable"][lines] == 1,
        has_bridge=one["crossings_on"][lines] > 0,
        gates=np.array([place[int(node)] for node in one["gate_node"][: one["n_gates"]] if node in place]),
        terminals=np.array([place[int(node)] for node in (*railheads, rear)]),
        n_sectors=len(railheads),
        flyable=np.array([(month.flyable_day, month.flyable_night) for month in weather]),
        persistence=np.array([month.persistence for month in weather]),
        night_share=prepared.night_hours[:days] / FULL_NIGHT_HOURS,
    )


def tiled(one: Problem, tiles: int) -> Problem:
    """Return ``tiles`` copies of a country side by side, joined at their gates and at their railheads.

    The effort against it and its trucks grow with it; the front grows longer, not hungrier.
    """
    shift = one.n_nodes * np.arange(tiles)
    joints = np.unique([*one.gates[:1], *one.terminals])
    across = np.array([[a + node, b + node] for a, b in pairwise(shift) for node in joints], np.int64)
    extra = len(across)
    sectors, rear = one.terminals[: one.n_sectors], one.terminals[one.n_sectors :]

    def copies(values: npt.NDArray[Any], joint: float) -> npt.NDArray[Any]:
        return np.concatenate([np.tile(values, tiles), np.full(extra, joint, values.dtype)])

    return replace(
        one,
        n_nodes=one.n_nodes * tiles,
        ends=np.concatenate([*(one.ends + by for by in shift), across.reshape(-1, 2)]),
        length_km=copies(one.length_km, JOINT_KM),
        share=copies(one.share, JOINT_SHARE),
        attackable=copies(one.attackable, True),
        has_bridge=copies(one.has_bridge, False),
        gates=np.concatenate([one.gates + by for by in shift]),
        terminals=np.concatenate([*(sectors + by for by in shift), *(rear + by for by in shift)]),
        n_sectors=one.n_sectors * tiles,
        tiles=one.tiles * tiles,
    )
