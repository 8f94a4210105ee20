"""Plain twins of the systems that fly, strike and mend: one day of one war, on plain numbers and lists.

Written from the equations in the systems' docstrings and in docs/model; counts are quantiles by sixty digits.
``theatre`` and ``war`` are records as ``small_wars.plain`` gives them, ``world`` as
``small_wars.plain_world`` does: every parameter at its value of the day. ``war`` is changed.
"""

import math
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
from reference import streams

from stalemate.scenario.resolve import DATED
from stalemate.streams import Decision
from stalemate.systems.theatre import KINDS
from stalemate.systems.variables import SIZES

Part = SimpleNamespace

OF_CLASS = dict(zip(KINDS, ("fighter_bomber", "b26", "b29", "marine", "carrier", "interceptor"), strict=True))


def uniform(world: Part, item: int, day: int, decision: Decision) -> float:
    return streams.uniform(world.seed, item, world.replicate, day, int(decision))


def poisson(world: Part, item: int, day: int, decision: Decision, mean: float) -> int:
    return streams.quantile(uniform(world, item, day, decision), streams.poisson(mean))


def clustered(world: Part, item: int, day: int, decision: Decision, mean: float, shape: float) -> int:
    return streams.quantile(uniform(world, item, day, decision), streams.negative_binomial(mean, shape))


def classes(theatre: Part) -> Iterator[tuple[int, str]]:
    """Give each class's number and the part of the parameters' names that stands for it."""
    for k in range(theatre.n_classes):
        yield k, OF_CLASS[KINDS[theatre.kind[k]]]


def crossings_of(theatre: Part, section: int) -> range:
    first = theatre.first_crossing[section]
    return range(first, first + theatre.crossings_on[section])


def calendar(theatre: Part, world: Part, war: Part, day: int) -> None:
    for place in DATED.values():
        knot, share = theatre.knot_index[place], theatre.knot_weight[place]
        points = world.knots[place]
        value = points[knot] if share == 0 else (1 - share) * points[knot] + share * points[knot + 1]
        war.today[place] = math.exp(value) if theatre.knot_is_log[place] else value


def weather(theatre: Part, world: Part, war: Part, day: int) -> None:
    for name, decision in (("flyable_day", Decision.FLYABLE_DAY), ("flyable_night", Decision.FLYABLE_NIGHT)):
        long_run, before = getattr(theatre, name), getattr(war, name)
        chance = (1 - theatre.persistence) * long_run + theatre.persistence * before
        setattr(war, name, int(uniform(world, 0, day, decision) < chance))
    for section in range(theatre.n_sections):
        part = theatre.length_km[section] / theatre.managed_km if theatre.managed[section] else 0.0
        mean = world.flood_washouts_per_day * part
        war.washouts[section] = poisson(world, section, day, Decision.FLOOD, mean)


def authority(theatre: Part, world: Part, war: Part, day: int) -> None:
    war.political_cost *= 1 - 1 / world.politics_memory_days
    war.political_cost += war.civilian_deaths / world.politics_limit_deaths
    war.approval = theatre.delegated
    if theatre.choice > 0 and theatre.delegated == 1:
        cheap = war.political_cost < world.politics_loose_share
        war.approval = 0 if war.political_cost >= 1 else 2 if cheap else 1
    war.refused_sorties = 0.0
    for r in range(theatre.n_raids):
        target = theatre.raid_target[r]
        closed = theatre.forbidden_class[theatre.target_class[target]] == 1
        level = theatre.required_level[target]
        war.raid_allowed[r] = int(not closed and level < 4 and level <= war.approval)
        war.refused_sorties += 0.0 if war.raid_allowed[r] else theatre.raid_sorties[r]


def airforces(theatre: Part, world: Part, war: Part, day: int) -> None:
    missions = ("rail", "bridge", "road", "destruction", "support")
    flown_at = dict.fromkeys((*missions, "superiority"), 0.0)
    raided = 0.0
    for k, name in classes(theatre):
        orders = {
            m: getattr(theatre, f"ordered_{m}")[k] * war.mission_weight[k][i] for i, m in enumerate(missions)
        }
        orders["superiority"] = theatre.ordered_superiority[k]
        order = sum(orders.values()) + theatre.ordered_other[k]
        on_station = war.aircraft[k] * theatre.serviceable[k] * world.effort_availability_factor
        war.available[k] = on_station * theatre.sorties_per_aircraft[k]
        mine = [r for r in range(theatre.n_raids) if theatre.raid_class[r] == k and war.raid_allowed[r]]
        asked = sum(theatre.raid_sorties[r] for r in mine)
        raiding = min(asked, war.available[k])
        war.raid_share[k] = raiding / asked if asked > war.available[k] else 1.0
        night = theatre.night[k] == 1
        flyable = war.flyable_night if night else war.flyable_day
        z = streams.normal_quantile(uniform(world, int(night), day, Decision.DAY_EFFORT))
        luck = math.exp(world.effort_day_sigma * z - world.effort_day_sigma**2 / 2)
        doubt = math.exp(getattr(world, f"effort_doubt_{name}") * theatre.doubt[k])
        wished = order * doubt * luck / theatre.flyable_share[k]
        standing = min(wished, max(0.0, war.available[k] - raiding)) if flyable else 0.0
        war.sorties[k] = standing + raiding
        share = standing / order if order > 0 else 0.0
        war.flown_share[k] = share
        for mission in flown_at:
            flown_at[mission] += share * orders[mission]
        war.destruction_flown[k], war.support_flown[k] = (
            share * orders["destruction"],
            share * orders["support"],
        )
        striking = share * sum(orders[mission] for mission in missions)
        striking += (
            sum(theatre.raid_sorties[r] for r in mine if theatre.raid_role[r] == 0) * war.raid_share[k]
        )
        load = 0.0 if name == "interceptor" else getattr(world, f"bombs_t_{name}")
        war.bombs_tonnes[k] = load * striking
        raided += raiding
        escorts = sum(theatre.raid_sorties[r] for r in mine if theatre.raid_role[r] == 2)
        war.cover_flown[k] = share * orders["superiority"] + escorts * war.raid_share[k]
    war.rail_sorties = flown_at["rail"] + flown_at["bridge"]
    war.road_sorties, war.support_sorties = flown_at["road"], flown_at["support"]
    war.destruction_sorties = flown_at["destruction"] + raided
    war.superiority_sorties = flown_at["superiority"]


def strike(theatre: Part, world: Part, war: Part, day: int) -> None:
    bombs = {name: getattr(world, f"cut_bombs_{name}", 0.0) for name in OF_CLASS.values()}
    rate = {name: world.cut_hit_share * each for name, each in bombs.items()}
    rate |= {"b26": world.cut_per_sortie_b26, "b29": world.cut_per_sortie_b29}
    coverage = world.cut_coverage
    for section in range(theatre.n_sections):
        line = spans = 0.0
        if theatre.attackable[section] and theatre.is_open[section]:
            for k, name in classes(theatre):
                at_line = theatre.rail[section][k] * war.mission_weight[k][0] * war.flown_share[k]
                line += at_line * rate[name] * world.cut_common_factor
                at_spans = theatre.bridge[section][k] * war.mission_weight[k][1] * war.flown_share[k]
                big = name == "b29"
                spans += at_spans * (
                    world.bridge_cases_per_sortie_b29 if big else world.bridge_cases_per_sortie_fighter
                )
        cuts = clustered(world, section, day, Decision.CUTS, line, world.cut_clustering)
        cuts += war.yard_cuts[section]
        war.cuts[section] = cuts
        war.cuts_reported[section] = poisson(world, section, day, Decision.CUTS_REPORTED, cuts * coverage)
        critical = world.bridge_critical_share
        cases = poisson(world, section, day, Decision.BRIDGE_CASES, spans * (1 - critical))
        here = crossings_of(theatre, section)
        war.minor_breaks[section] = 0
        if not here:
            address = SIZES["crossing"] + section
            war.minor_breaks[section] = poisson(world, address, day, Decision.BRIDGE_DOWN, spans * critical)
            cases += war.minor_breaks[section]
        for crossing in here:
            mean = spans * critical / len(here)
            war.critical_hits[crossing] = poisson(world, crossing, day, Decision.BRIDGE_DOWN, mean)
            cases += war.critical_hits[crossing]
        war.bridge_cases[section] = cases
        counted = poisson(world, section, day, Decision.BRIDGE_CASES_REPORTED, cases * coverage)
        war.bridge_cases_reported[section] = counted
    for k, name in classes(theatre):
        there = (s for s in range(theatre.n_sections) if theatre.attackable[s] and theatre.is_open[s])
        flown = sum(theatre.rail[s][k] for s in there) * war.mission_weight[k][0] * war.flown_share[k]
        war.line_effect[k] = flown * rate[name] * world.cut_common_factor
    mean = war.road_sorties * world.truck_lost_per_1000_sorties / 1000
    war.trucks_lost = min(math.floor(war.trucks), poisson(world, 0, day, Decision.TRUCKS, mean))


def repair(theatre: Part, world: Part, war: Part, day: int) -> None:
    hours = max(0.0, theatre.night_hours - world.repair_twilight_hours) * world.repair_alert_share
    work = world.repair_man_hours_per_cut * (1 - world.repair_learning * world.repair_learning_progress)
    on_the_lines = max(0.05, (1 - war.labour_drafted / world.repair_labour) * war.labour_left)
    war.usable_rail_km = war.cordon_open_share = 0.0
    for section in range(theatre.n_sections):
        crews = "triangle" if theatre.in_triangle[section] else "elsewhere"
        men_per_km = getattr(world, f"repair_density_{crews}") * on_the_lines
        length_km = theatre.length_km[section]
        cuts = war.open_cuts[section] + world.repair_blocking_share * war.cuts[section]
        cuts += war.minor_breaks[section]
        if cuts <= 0.01:
            share, mended = 1.0, cuts
        elif world.repair_form == 0:
            cuts_an_hour = men_per_km * min(length_km, world.repair_hot_length_km) / work
            share, mended = queue(cuts, cuts_an_hour, world.repair_minimum_hours, hours)
        else:
            mean_hours = work / (men_per_km * world.repair_own_clock_km)
            share, mended = own_clock(cuts, mean_hours, world.repair_minimum_hours, hours)
        war.open_cuts[section], war.cuts_repaired[section] = cuts - mended, mended
        war.cut_open_share[section] = share
        still_out = war.washed_out[section]
        mean = still_out / world.flood_bridge_days
        still_out -= min(still_out, poisson(world, section, day, Decision.FLOOD_DURATION, mean))
        war.washed_out[section] = still_out + war.washouts[section]
        shut = [_crossing_shut(world, war, day, crossing) for crossing in crossings_of(theatre, section)]
        if war.washed_out[section] or war.breach_days[section] or any(shut) or not theatre.is_open[section]:
            share = 0.0
        war.open_share[section] = share
        if theatre.in_cordon[section]:
            war.cordon_open_share = max(war.cordon_open_share, share)
        if theatre.managed[section]:
            breaks = war.washed_out[section] + war.open_cuts[section]
            war.usable_rail_km += length_km * math.exp(-breaks * world.repair_break_km / length_km)
    war.cordon_shut = int(war.cordon_open_share == 0)


def queue(cuts: float, cuts_an_hour: float, least_hours: float, hours: float) -> tuple[float, float]:
    """Return the share of the night a line is whole, and the cuts mended, when crews serve one queue."""
    whole_after = least_hours + cuts / cuts_an_hour
    return max(0.0, 1 - whole_after / hours), min(cuts, cuts_an_hour * max(0.0, hours - least_hours))


def own_clock(cuts: float, mean_hours: float, least_hours: float, hours: float) -> tuple[float, float]:
    """Return the same when each cut has its own gang: Gauss and Legendre's rule of five points."""
    spell = max(0.0, hours - least_hours)
    if spell == 0:
        return 0.0, 0.0
    points, weights = np.polynomial.legendre.leggauss(5)
    all_done = [(1 - math.exp(-spell * (1 + x) / 2 / mean_hours)) ** cuts for x in points.tolist()]
    mean = sum(w * done for w, done in zip(weights.tolist(), all_done, strict=True)) / 2
    return mean * spell / hours, cuts * (1 - math.exp(-spell / mean_hours))


def _crossing_shut(world: Part, war: Part, day: int, crossing: int) -> bool:
    """Pass a day on the bridges that are down, and let hits put standing ones down, the first first."""
    parallel = int(world.bridge_parallel)
    days = [max(0.0, left - 1) for left in war.bridge_days[crossing][:parallel]]
    standing = [bridge for bridge in range(parallel) if days[bridge] == 0]
    for bridge in standing[: war.critical_hits[crossing]]:
        u = uniform(world, 4 * crossing + bridge, day, Decision.BRIDGE_DURATION)
        days[bridge] = streams.lognormal(u, world.bridge_days, world.bridge_days_sigma)
    war.bridge_days[crossing][:parallel] = days
    war.bridges_down[crossing] = sum(left > 0 for left in days)
    return war.bridges_down[crossing] == parallel
