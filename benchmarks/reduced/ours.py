"""The reduced war with our kernels: records in lockstep, addressed luck, the engine's own flow solver.

As in the engine a step is a kernel on one war's record, and a loop takes every war of a block through it
before the next step. The loops stand here and not in ``kernel.block_loop``, so that the compiler's cache sees
when this file changes.
"""

import time
from dataclasses import asdict
from typing import Any

import numpy as np

from reduced.problem import SERIES, UNLIMITED, Daily, Problem
from stalemate.kernel import kernel
from stalemate.streams import (
    Decision,
    bernoulli,
    binomial_quantile,
    fill_uniform,
    lognormal,
    poisson_quantile,
    uniform,
)
from stalemate.systems.flow import day_fields, layout, layout_fields, scratch_fields, solve, state_fields

Record = Any
BLOCK = 256
_DAY, _NIGHT = int(Decision.FLYABLE_DAY), int(Decision.FLYABLE_NIGHT)
_CUTS, _BRIDGE, _BRIDGE_DAYS = int(Decision.CUTS), int(Decision.BRIDGE_DOWN), int(Decision.BRIDGE_DURATION)
_LOSSES, _REPLACED, _TRUCKS = int(Decision.LOSSES), int(Decision.AIRCRAFT_REPLACED), int(Decision.TRUCKS)
_BATTLE, _MENDED = int(Decision.BATTLE), int(Decision.OWN_CLOCK)
_MOST_CREWS = 64
_UN, _COMMUNIST = int(Decision.CASUALTIES_UN), int(Decision.CASUALTIES_COMMUNIST)


def run(
    problem: Problem,
    wars: int,
    *,
    seed: int = 1,
    block: int = BLOCK,
    timer: dict[str, float] | None = None,
) -> Daily:
    """Fight wars 0 to ``wars`` and return what was noted of them; ``timer`` gathers seconds by step."""
    blocks = [range(at, min(at + block, wars)) for at in range(0, wars, block)]
    parts = [fight(problem, replicates, seed, {} if timer is None else timer) for replicates in blocks]
    return {name: np.concatenate([part[name] for part in parts]) for name in SERIES}


def fight(problem: Problem, replicates: range, seed: int, timer: dict[str, float]) -> Daily:
    """Fight one block of wars in lockstep."""
    theatre, wars = theatre_of(problem), np.zeros(len(replicates), war_type(problem))
    wars["seed"], wars["replicate"] = seed, replicates
    wars["flyable"] = 1
    wars["aircraft"] = problem.aircraft
    wars["trucks"] = problem.numbers.trucks * problem.tiles
    wars["stock"] = problem.numbers.full_store_t
    daily = {name: np.zeros((problem.days, len(wars)), np.float32) for name in SERIES}
    for day in range(problem.days):
        theatre["flyable_share"] = problem.flyable[day]
        theatre["persistence"], theatre["night_share"] = problem.persistence[day], problem.night_share[day]
        for name, loop in STEPS:
            if name == "mend":
                for quantity, series in daily.items():
                    series[day] = wars[quantity]
            began = time.process_time()
            loop(theatre, wars, day)
            timer[name] = timer.get(name, 0.0) + time.process_time() - began
    return {name: series.T for name, series in daily.items()}


def sizes(problem: Problem) -> dict[str, int]:
    """Return the lengths of the axes."""
    return {
        "n_nodes": problem.n_nodes,
        "n_edges": len(problem.ends),
        "n_gates": len(problem.gates),
        "n_terminals": len(problem.terminals),
    }


def theatre_of(problem: Problem) -> Any:
    """Return the one record that all wars share: the network, the numbers, the day and scratch."""
    size = sizes(problem)
    lines, terminals = size["n_edges"], size["n_terminals"]
    flow = (
        layout_fields(**size)
        | day_fields(lines, size["n_gates"], terminals)
        | scratch_fields(size["n_nodes"])
    )
    columns: list[Any] = [(name, kind, shape) for name, (kind, shape) in flow.items()]
    numbers = asdict(problem.numbers)
    columns += [(name, "f8", np.shape(value)) for name, value in numbers.items() if name != "aircraft"]
    columns += [("aircraft", "f8", (2,)), ("flyable_share", "f8", (2,)), ("whole_t", "f8", (lines,))]
    columns += [("persistence", "f8"), ("night_share", "f8"), ("n_sectors", "i8")]
    columns += [("aimed_share", "f8", (lines,)), ("has_bridge", "u1", (lines,)), ("crews", "i8", (lines,))]
    columns += [("luck", "f8", (lines,)), ("tiles", "f8")]
    theatre = np.zeros(1, np.dtype(columns, align=True))
    static = layout(
        problem.n_nodes, problem.ends.tolist(), problem.gates.tolist(), problem.terminals.tolist()
    )
    values = {name: getattr(static, name) for name in layout_fields(**size)} | numbers
    values |= {name: getattr(problem, name) for name in ("aircraft", "aimed_share", "has_bridge", "crews")}
    values |= {"n_sectors": problem.n_sectors, "tiles": problem.tiles, "gate_capacity": UNLIMITED}
    values["whole_t"] = problem.numbers.trunk_t * problem.share
    for name, value in values.items():
        theatre[0][name] = value
    return theatre


def war_type(problem: Problem) -> np.dtype[np.void]:
    """Return the type of one war's record."""
    size = sizes(problem)
    lines, terminals, sectors = size["n_edges"], size["n_terminals"], problem.n_sectors
    columns: list[Any] = [
        ("seed", "i8"),
        ("replicate", "i8"),
        ("flyable", "u1", (2,)),
        ("sorties", "f8", (2,)),
    ]
    columns += [("aircraft", "i8", (2,)), ("trucks", "f8"), ("cuts_on", "i8", (lines,))]
    columns += [("bridge_days", "f8", (lines,)), ("order", "i4", (terminals,)), ("stock", "f8", (sectors,))]
    columns += [("railhead", "f8", (sectors,)), ("arrived", "f8", (sectors,))]
    columns += [(name, "f8") for name in SERIES]
    flow = state_fields(**size)
    return np.dtype([*columns, *((name, kind, shape) for name, (kind, shape) in flow.items())], align=True)


@kernel
def fly(theatre: Record, war: Record, day: int) -> None:
    """Draw the weather, fly what can be flown, cut lines, hit bridges, lose aircraft and trucks."""
    cuts, bridge_hits, lost_in_all = 0.0, 0.0, 0
    for arm in range(2):
        share = theatre.flyable_share[arm]
        chance = share + theatre.persistence * (war.flyable[arm] - share)
        u = uniform(war.seed, 0, war.replicate, day, _DAY if arm == 0 else _NIGHT)
        war.flyable[arm] = bernoulli(u, chance)
        sorties = war.flyable[arm] * war.aircraft[arm] * theatre.sorties_per_aircraft[arm]
        war.sorties[arm] = sorties
        cuts += sorties * theatre.cuts_per_sortie[arm]
        bridge_hits += sorties * theatre.bridge_hits_per_sortie[arm]
        u = uniform(war.seed, arm, war.replicate, day, _LOSSES)
        lost = min(war.aircraft[arm], poisson_quantile(u, sorties * theatre.losses_per_sortie[arm]))
        missing = int(theatre.aircraft[arm]) - war.aircraft[arm] + lost
        u = uniform(war.seed, arm, war.replicate, day, _REPLACED)
        war.aircraft[arm] += binomial_quantile(u, missing, theatre.replaced_a_day) - lost
        lost_in_all += lost
    war.aircraft_lost = lost_in_all
    u = uniform(war.seed, 0, war.replicate, day, _TRUCKS)
    war.trucks_lost = min(war.trucks, poisson_quantile(u, war.sorties[1] * theatre.trucks_lost_per_sortie))
    war.trucks += theatre.trucks_received * theatre.tiles - war.trucks_lost
    _strike(theatre, war, day, cuts, bridge_hits)


@kernel
def _strike(theatre: Record, war: Record, day: int, cuts: float, bridge_hits: float) -> None:
    """Share the day's cuts and bridge hits between the sections."""
    lines = theatre.aimed_share.shape[0]
    made = 0
    if cuts > 0.0:
        fill_uniform(theatre.luck, war.seed, war.replicate, day, _CUTS)
        for line in range(lines):
            new = poisson_quantile(theatre.luck[line], cuts * theatre.aimed_share[line])
            war.cuts_on[line] += new
            made += new
    war.cuts = made
    for line in range(lines):
        if theatre.has_bridge[line] and bridge_hits > 0.0 and war.bridge_days[line] == 0.0:
            u = uniform(war.seed, line, war.replicate, day, _BRIDGE)
            if poisson_quantile(u, bridge_hits * theatre.aimed_share[line]) > 0:
                u = uniform(war.seed, line, war.replicate, day, _BRIDGE_DAYS)
                war.bridge_days[line] = lognormal(u, theatre.bridge_median_days, theatre.bridge_sigma)


@kernel
def run_trains(theatre: Record, war: Record, day: int) -> None:
    """Set what each section can carry and each sector asks, and solve the day's flow."""
    trunk = theatre.night_share
    open_cuts, down = 0, 0
    for line in range(theatre.whole_t.shape[0]):
        cuts = war.cuts_on[line]
        open_cuts += cuts
        share = max(0.0, 1.0 - theatre.lost_per_cut * cuts)
        if war.bridge_days[line] > 0.5:
            down += 1
            share = 0.0
        theatre.edge_capacity[line] = int(theatre.whole_t[line] * trunk * share)
    war.open_cuts, war.bridges_down = open_cuts, down
    for sector in range(theatre.n_sectors):
        place = sector
        while place > 0 and war.stock[theatre.order[place - 1]] > war.stock[sector]:
            theatre.order[place] = theatre.order[place - 1]
            place -= 1
        theatre.order[place] = sector
        wanted = theatre.full_store_t - war.stock[sector] - war.railhead[sector]
        theatre.demand[sector] = int(min(max(wanted, 0.0), theatre.most_asked_t))
    for rear in range(theatre.n_sectors, theatre.order.shape[0]):
        theatre.order[rear] = rear
        theatre.demand[rear] = int(theatre.rear_t)
    for place in range(theatre.order.shape[0]):
        war.order[place] = theatre.order[place]
    solve(theatre, theatre, war, theatre)


@kernel
def haul(theatre: Record, war: Record, day: int) -> None:
    """Let trucks carry from the railheads to the sectors in the order of service, as far as they go."""
    left = war.trucks * theatre.truck_load_t
    rear, delivered = 0, 0.0
    for place in range(war.order.shape[0]):
        k = war.order[place]
        if k >= theatre.n_sectors:
            rear += war.terminal_flow[k]
        else:
            war.railhead[k] += war.terminal_flow[k]
            moved = min(war.railhead[k], left)
            war.railhead[k] -= moved
            war.stock[k] += moved
            left -= moved
            delivered += moved
    war.rear_t, war.delivered_t = rear, delivered


@kernel
def fight_on(theatre: Record, war: Record, day: int) -> None:
    """Eat, fire what there is, count casualties on both sides."""
    fired, un, communist, hungry, stock = 0.0, 0, 0, 0, 0.0
    for sector in range(theatre.n_sectors):
        battle = bernoulli(uniform(war.seed, sector, war.replicate, day, _BATTLE), theatre.battle_chance)
        factor = theatre.battle_factor if battle else 1.0
        if war.stock[sector] < theatre.ration_t:
            hungry += 1
        left = max(0.0, war.stock[sector] - theatre.ration_t)
        shells = min(left, theatre.shells_t * factor)
        war.stock[sector] = left - shells
        u = uniform(war.seed, sector, war.replicate, day, _UN)
        un += poisson_quantile(u, shells * theatre.casualties_per_t)
        u = uniform(war.seed, sector, war.replicate, day, _COMMUNIST)
        communist += poisson_quantile(u, theatre.casualties_quiet * factor)
        fired += shells
        stock += war.stock[sector]
    war.fired_t, war.stock_t, war.hungry_sectors = fired, stock, hungry
    war.casualties_un, war.casualties_communist = un, communist


@kernel
def mend(theatre: Record, war: Record, day: int) -> None:
    """Mend overnight: each crew one cut with the night's chance; a day passes at the bridges."""
    for line in range(theatre.crews.shape[0]):
        war.bridge_days[line] = max(0.0, war.bridge_days[line] - 1.0)
        for crew in range(min(war.cuts_on[line], theatre.crews[line])):
            u = uniform(war.seed, line * _MOST_CREWS + crew, war.replicate, day, _MENDED)
            war.cuts_on[line] -= bernoulli(u, theatre.mend_chance)


@kernel
def fly_all(theatre: Record, wars: Record, day: int) -> None:
    for war in range(wars.shape[0]):
        fly(theatre[0], wars[war], day)


@kernel
def rail_all(theatre: Record, wars: Record, day: int) -> None:
    for war in range(wars.shape[0]):
        run_trains(theatre[0], wars[war], day)


@kernel
def haul_all(theatre: Record, wars: Record, day: int) -> None:
    for war in range(wars.shape[0]):
        haul(theatre[0], wars[war], day)


@kernel
def fight_all(theatre: Record, wars: Record, day: int) -> None:
    for war in range(wars.shape[0]):
        fight_on(theatre[0], wars[war], day)


@kernel
def mend_all(theatre: Record, wars: Record, day: int) -> None:
    for war in range(wars.shape[0]):
        mend(theatre[0], wars[war], day)


STEPS = (
    ("fly", fly_all),
    ("rail", rail_all),
    ("haul", haul_all),
    ("front", fight_all),
    ("mend", mend_all),
)
"""The day in order; what is noted of it is noted before the night."""
