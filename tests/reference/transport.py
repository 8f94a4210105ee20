"""The plain twin of systems/transport.py: the day's stages in order, each solved by a given method.

``world`` holds every parameter at its value of the day (``small_wars.plain_world``). Which lines carry the
freight is not unique, so the twin says nothing of ``section_tonnes`` and of the state of the flow.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

from reference import flow

Part = SimpleNamespace
Rail = Callable[..., list[int]]
Spend = Callable[[Sequence[float], Sequence[float], float], list[float]]


@dataclass(frozen=True)
class Load:
    """One way for freight in a stage: its sector, railhead (-1: the border), most tonnes and round trip."""

    sector: int
    railhead: int
    tonnes: float
    days: float


def spend_in_order(most: Sequence[float], cost: Sequence[float], budget: float) -> list[float]:
    """Give each in turn as much as it can take and the budget can pay."""
    given = []
    for limit, each in zip(most, cost, strict=True):
        given.append(min(limit, budget / each))
        budget = max(0.0, budget - given[-1] * each)
    return given


def haul(
    theatre: Part, world: Part, war: Part, *, rail: Rail = flow.amounts, spend: Spend = spend_in_order
) -> None:
    """Run one day of a war that stands as on its eve."""
    war.trucks_received = world.truck_received_per_day
    war.trucks = max(0.0, war.trucks + war.trucks_received - war.trucks_lost)
    neediest = sorted(range(theatre.n_sectors), key=lambda s: (war.days_of_supply[s], s))
    wanted = [war.grain_wanted[s] + war.ammunition_wanted[s] + war.works_wanted[s] for s in neediest]
    trucks = war.trucks * world.truck_serviceable * world.truck_supply_share
    got, tied = _within_trucks(theatre, world, war, neediest, trucks * world.truck_transship_share, rail)
    _arrive(theatre, world, war, got)
    left = _hauls(theatre, world, war, neediest, max(0.0, trucks - tied), spend)
    missing = [
        max(0.0, order - war.truck_tonnes[s] - sum(war.railhead_stock[k] for k in _railheads(theatre, s)))
        for s, order in zip(neediest, wanted, strict=True)
    ]
    loads = [
        Load(s, -1, lacks, trip_days(theatre.gate_road_km[s], world))
        for s, lacks in zip(neediest, missing, strict=True)
        if theatre.gate_road_km[s] > 0
    ]
    war.direct_tonnes[: theatre.n_sectors] = [0.0] * theatre.n_sectors
    for load, tonnes in _spent(loads, left, world.truck_payload_t, spend):
        war.direct_tonnes[load.sector] = tonnes
    _porters(theatre, world, war, neediest, spend)
    _books(theatre, world, war)


def trip_days(road_km: float, world: Part) -> float:
    return max(1.0, 2 * road_km / world.truck_km_per_night + world.truck_handling_days)


def _railheads(theatre: Part, sector: int) -> range:
    return range(theatre.first_terminal[sector], theatre.last_terminal[sector] + 1)


def _lines(theatre: Part, world: Part, war: Part) -> tuple[list[int], list[int]]:
    """Return what each line passes by rail, and with what trucks carry round it, in whole tonnes."""
    by_rail, in_all = [], []
    trunk = world.rail_trunk_cars * world.rail_trunk_factor * world.rail_tonnes_per_car * theatre.night_share
    round_a_break = world.rail_transship_cars * world.rail_tonnes_per_car * war.transship_effort
    for section in range(theatre.n_sections):
        whole = trunk * theatre.capacity_share[section]
        passes = whole * war.open_share[section]
        by_rail.append(math.floor(passes))
        helped = max(passes, min(whole, round_a_break)) if theatre.is_open[section] else passes
        in_all.append(math.floor(helped))
    return by_rail, in_all


def _asked(
    theatre: Part, world: Part, war: Part, neediest: list[int], capacity: list[int]
) -> tuple[list[int], list[int]]:
    """Return what each terminal is asked for, in whole tonnes, and the order of service."""
    demand = [0] * theatre.n_terminals
    order = []
    for s in neediest:
        waiting = sum(war.railhead_stock[k] for k in _railheads(theatre, s))
        ordered = war.grain_wanted[s] + war.ammunition_wanted[s] + war.works_wanted[s]
        war.rail_ordered[s] = max(0.0, ordered - waiting)
        left = math.floor(war.rail_ordered[s])
        for k in _railheads(theatre, s):
            line = [capacity[e] for e in theatre.feeder[k] if e >= 0]
            demand[k] = min([left, *line]) if theatre.has_next[k] else left
            left -= demand[k]
            order.append(k)
    if theatre.rear_terminal >= 0:
        cars = world.civil_cars + world.works_cars * (1 - world.works_front_share)
        demand[theatre.rear_terminal] = math.floor(cars * world.rail_tonnes_per_car * war.transship_effort)
        order.append(theatre.rear_terminal)
    return demand, order


def _moved(theatre: Part, capacity: list[int], demand: list[int], order: list[int], rail: Rail) -> list[int]:
    """Return what each terminal gets over lines of these capacities."""
    edges = [tuple(theatre.edge_ends[e]) for e in range(theatre.n_sections)]
    gates = theatre.gate_node[: theatre.n_gates]
    terminals = theatre.terminal_node[: theatre.n_terminals]
    gate_capacity = theatre.gate_capacity[: theatre.n_gates]
    got = rail(edges, gates, terminals, capacity, gate_capacity, demand, order)
    return [round(tonnes) for tonnes in got]


def _arrive(theatre: Part, world: Part, war: Part, got: list[int]) -> None:
    """Put at railheads and in the rear what came."""
    war.rail_intake_cars = sum(got) / world.rail_tonnes_per_car
    for s in range(theatre.n_sectors):
        war.rail_arrived[s] = float(sum(got[k] for k in _railheads(theatre, s)))
        for k in _railheads(theatre, s):
            war.railhead_stock[k] += got[k]
    if theatre.rear_terminal >= 0:
        depots = world.works_cars * (1 - world.works_front_share)
        civil = world.civil_cars / (world.civil_cars + depots)
        war.civil_tonnes = got[theatre.rear_terminal] * civil
        war.depot_tonnes = got[theatre.rear_terminal] * (1 - civil)


def _within_trucks(
    theatre: Part, world: Part, war: Part, neediest: list[int], spared: float, rail: Rail
) -> tuple[list[int], float]:
    """Return what each terminal gets and the trucks tied, cutting the effort up to three times."""
    for cuts_left in (3, 2, 1, 0):
        by_rail, with_help = _lines(theatre, world, war)
        demand, order = _asked(theatre, world, war, neediest, with_help)
        got = _moved(theatre, with_help, demand, order, rail)
        unaided = _moved(theatre, by_rail, demand, order, rail)
        helped = float(sum(max(0, more - less) for more, less in zip(got, unaided, strict=True)))
        war.transshipped_tonnes = helped
        tied = helped / world.rail_tonnes_per_car * world.truck_per_transshipped_car
        if tied <= spared or war.transship_effort <= 0.02:
            break
        war.transship_effort = max(0.02, war.transship_effort * spared / tied)
        if cuts_left == 0:
            break
    if tied < 0.8 * spared:
        war.transship_effort = min(1.0, war.transship_effort * 1.2)
    return got, tied


def _spent(loads: list[Load], budget: float, payload: float, spend: Spend) -> list[tuple[Load, float]]:
    given = spend([load.tonnes for load in loads], [load.days / payload for load in loads], budget)
    return list(zip(loads, given, strict=True))


def _hauls(
    theatre: Part, world: Part, war: Part, neediest: list[int], truck_days: float, spend: Spend
) -> float:
    """Empty the railheads as far as truck-days go; return what is left of them."""
    loads = [
        Load(s, k, war.railhead_stock[k], trip_days(theatre.terminal_road_km[k], world))
        for s in neediest
        for k in _railheads(theatre, s)
        if theatre.terminal_road_km[k] >= 0
    ]
    war.truck_tonnes[: theatre.n_sectors] = [0.0] * theatre.n_sectors
    for load, tonnes in _spent(loads, truck_days, world.truck_payload_t, spend):
        war.truck_tonnes[load.sector] += tonnes
        war.railhead_stock[load.railhead] -= tonnes
        truck_days -= tonnes * load.days / world.truck_payload_t
    return max(0.0, truck_days)


def _porters(theatre: Part, world: Part, war: Part, neediest: list[int], spend: Spend) -> None:
    loads = [
        Load(
            s, k, war.railhead_stock[k], max(1.0, 2 * theatre.terminal_foot_km[k] / world.porter_km_per_night)
        )
        for s in neediest
        for k in _railheads(theatre, s)
        if theatre.terminal_foot_km[k] >= 0
    ]
    war.porter_tonnes[: theatre.n_sectors] = [0.0] * theatre.n_sectors
    war.porters_used = 0.0
    for load, tonnes in _spent(loads, world.porter_number, world.porter_load_t, spend):
        war.porter_tonnes[load.sector] += tonnes
        war.railhead_stock[load.railhead] -= tonnes
        war.porters_used += tonnes * load.days / world.porter_load_t


def _books(theatre: Part, world: Part, war: Part) -> None:
    """Take off what burnt with its trucks, in proportion; the rest is delivered."""
    sectors = range(theatre.n_sectors)
    on_trucks = [war.truck_tonnes[s] + war.direct_tonnes[s] for s in sectors]
    burnt = min(sum(on_trucks), war.trucks_lost * world.truck_loaded_share * world.truck_payload_t)
    for s in sectors:
        war.freight_lost[s] = burnt * on_trucks[s] / sum(on_trucks) if on_trucks[s] > 0 else 0.0
        war.front_tonnes[s] = on_trucks[s] - war.freight_lost[s] + war.porter_tonnes[s]
    war.railhead_tonnes = math.fsum(war.railhead_stock[: theatre.n_terminals])
