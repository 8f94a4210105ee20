"""Plain twin of the system of fixed targets: one day of one war, on plain numbers and lists.

Written from the equations in docs/model/targets.md. ``theatre``, ``world`` and ``war`` are as in
reference.systems.
"""

import math
from collections import defaultdict

from reference.systems import Part, classes, poisson, uniform

from stalemate.scenario.air import TARGET_CLASSES
from stalemate.streams import Decision

SERVICE = {"marine": "Marines", "carrier": "Navy"}
DAY_TOTALS = (
    "raids_flown joint_strikes breaches buildings_destroyed town_tonnes near_tonnes warned_tonnes "
    "pressure_sorties "
    "supply_lost_t"
).split()


def targets(theatre: Part, world: Part, war: Part, day: int) -> None:
    names = [TARGET_CLASSES[c] for c in theatre.target_class[: theatre.n_targets]]
    before = list(war.target_left)
    for name in DAY_TOTALS:
        setattr(war, name, 0)
    for i, name in enumerate(names):
        war.target_tonnes[i] = 0.0
        _repair(theatre, war, i, name)
    for c in range(len(TARGET_CLASSES)):
        war.class_sorties[c] = 0.0
    pools = [i for i, name in enumerate(names) if name == "supply" and theatre.target_pooled[i]]
    areas = sum(theatre.target_size[i] for i in pools)
    for i in pools:
        grown = war.target_left[i] + world.supply_places_per_day / areas
        war.target_left[i] = max(war.target_left[i], min(grown, theatre.target_standing[i]))
    for s in range(theatre.n_sections):
        war.yard_cuts[s] = 0
        war.breach_days[s] = max(0.0, war.breach_days[s] - 1)
    war.breach_age += war.breach_age > 0
    war.lowered = int(war.lowered or (war.breach_age > 0 and war.breach_age > world.dam_lowering_days))
    if day % 7 == 0:
        _guns(theatre, world, war)
    _strikes(theatre, world, war, day, names)
    war.labour_drafted = world.dam_labour * sum(days > 0 for days in war.breach_days[: theatre.n_sections])
    for c in range(len(TARGET_CLASSES)):
        those = range(theatre.first_target[c], theatre.last_target[c])
        if any(war.target_left[i] != before[i] for i in those):
            worth = sum(theatre.target_worth[i] for i in those)
            war.class_left[c] = sum(theatre.target_worth[i] * war.target_left[i] for i in those) / worth


def _repair(theatre: Part, war: Part, i: int, name: str) -> None:
    c = TARGET_CLASSES.index(name)
    back, rise = war.recovery_share[c], war.ceiling_share[c]
    if back == 0:
        return
    left, cap = war.target_left[i], war.target_cap[i]
    whole = 1.0 if name == "airfield" else theatre.target_standing[i]
    pace = min(1.0, left / cap) if name == "airfield" and cap > 0 else 1.0
    war.target_cap[i] = max(cap, whole - (whole - cap) * (1 - rise * pace))
    war.target_rest[i] = max(0.0, war.target_rest[i] - 1)
    if war.target_rest[i] == 0:
        war.target_left[i] = max(left, cap - (cap - left) * (1 - back))


def _guns(theatre: Part, world: Part, war: Part) -> None:
    kept = math.exp(-7 / world.guns_fade_days)
    counted = []
    for i in range(theatre.n_targets):
        dated = theatre.target_guns[i]
        war.target_guns_now[i] = dated + max(0.0, war.target_guns_now[i] - dated) * kept
        if theatre.required_level[i] < 4:
            counted.append(war.target_guns_now[i])
    war.guns_average = sum(counted) / len(counted) if counted else 0.0


def _strikes(theatre: Part, world: Part, war: Part, day: int, names: list[str]) -> None:
    struck: dict[int, set[str]] = defaultdict(set)
    fire: dict[int, list[tuple[float, float]]] = defaultdict(list)
    kinds = dict(classes(theatre))
    allowed = [r for r in range(theatre.n_raids) if war.raid_allowed[r]]
    flown = {r: theatre.raid_sorties[r] * war.raid_share[theatre.raid_class[r]] for r in allowed}
    strikes = []
    for r in allowed:
        i = theatre.raid_target[r]
        if theatre.raid_role[r] == 0 and flown[r] > 0:
            hushing = [s for s in allowed if theatre.raid_role[s] == 1 and theatre.raid_target[s] == i]
            strikes.append((theatre.raid_class[r], i, flown[r], sum(flown[s] for s in hushing)))
    for k in kinds:
        war.effect[k] = 0.0
        strikes += [(k, i, sorties, 0.0) for i, sorties in _planned(theatre, world, war, k)]
    war.drawn_plan = war.plan_number
    for k, i, sorties, hushing in strikes:
        load = 0.0 if kinds[k] == "interceptor" else getattr(world, f"bombs_t_{kinds[k]}")
        guns = war.target_guns_now[i]
        over = guns / war.guns_average if war.guns_average else 1.0
        calm = 1 / (1 + world.flak_suppression * hushing / guns) if guns else 1.0
        fire[k].append((sorties, calm * (1 + world.flak_local_slope * (over - 1))))
        if not struck[i]:
            _alarm(theatre, world, war, i, names[i])
        struck[i].add(SERVICE.get(kinds[k], "Air Force"))
        _hit(theatre, world, war, day, k, i, names[i], load * sorties)
        war.class_sorties[theatre.target_class[i]] += sorties
        if names[i] not in ("yard", "port", "airfield"):
            war.pressure_sorties += sorties
    war.raids_flown = len(struck)
    war.joint_strikes = sum(len(services) > 1 for services in struck.values())
    for k in kinds:
        total = sum(number for number, _ in fire[k])
        war.flak_factor[k] = sum(number * each for number, each in fire[k]) / total if total else 1.0


def _planned(theatre: Part, world: Part, war: Part, k: int) -> list[tuple[int, float]]:
    """Return the day's (target, sorties) of a class: down its list, in whole packages unless a line ends."""
    if war.drawn_plan != war.plan_number:
        war.drawn_slot[k], war.drawn_sorties[k] = 0, 0.0
    ready, war.carried_sorties[k] = war.carried_sorties[k] + war.destruction_flown[k], 0.0
    done = []
    for _ in range(2 * war.plan_count[k]):
        if ready <= 0:
            break
        slot = war.drawn_slot[k]
        target, wanted = war.plan_target[k][slot], war.plan_sorties[k][slot] - war.drawn_sorties[k]
        level = theatre.required_level[target]
        shone_on = war.moonlit and dict(classes(theatre))[k] == "b29"
        seen = shone_on and theatre.target_border_km[target] <= world.moon_border_km
        closed = (
            seen
            or theatre.forbidden_class[theatre.target_class[target]]
            or level == 4
            or level > war.approval
        )
        if not closed and ready < wanted:
            whole = ready // war.package[k] * war.package[k]
            war.drawn_sorties[k] += whole
            war.carried_sorties[k] = ready - whole
            return [*done, (target, whole)] if whole else done
        if not closed and wanted > 0:
            done.append((target, wanted))
            ready -= wanted
        war.drawn_slot[k], war.drawn_sorties[k] = (slot + 1) % war.plan_count[k], 0.0
    return done


def _alarm(theatre: Part, world: Part, war: Part, i: int, name: str) -> None:
    gap = world.guns_growth * theatre.target_first_guns[i] - war.target_guns_now[i]
    war.target_guns_now[i] += world.guns_growth_share * max(0.0, gap)
    if name == "power":
        above = war.target_cap[i] - world.power_ceiling * theatre.target_standing[i]
        war.target_cap[i] -= world.power_ceiling_step * max(0.0, above)


def _hit(theatre: Part, world: Part, war: Part, day: int, k: int, i: int, name: str, tonnes: float) -> None:
    war.target_tonnes[i] += tonnes
    if name == "town":
        war.town_tonnes += tonnes
    else:
        war.near_tonnes += tonnes
        war.warned_tonnes += tonnes * theatre.warned_class[theatre.target_class[i]]
    left, item = war.target_left[i], 8 * i + k
    hard = (war.tonnes_by_night if theatre.night[k] else war.tonnes_by_day)[i]
    section = theatre.target_section[i]
    if name == "dam":
        held = math.exp(-tonnes / hard)
        broken = uniform(world, item, day, Decision.DAM_BREACH) > held
        if war.lowered or left == 0 or not broken:
            return
        war.target_left[i] = 0.0
        war.breaches += 1
        war.breach_age = max(war.breach_age, 1)
        if section >= 0:
            war.breach_days[section] = world.dam_repair_days
    else:
        u = (uniform(world, item, day, Decision.RAID_SCATTER) - world.raid_miss_share) / (
            1 - world.raid_miss_share
        )
        aim = 0.0 if u < 0 else 1 + math.copysign(world.raid_aim_spread, u - 0.5)
        if name == "yard" and section >= 0:
            mean = world.yard_cuts_per_tonne * tonnes * aim * left
            war.yard_cuts[section] += poisson(world, item, day, Decision.YARD_CUTS, mean)
        war.target_left[i] = left * math.exp(-tonnes * aim / hard)
    lost = left - war.target_left[i]
    war.effect[k] += theatre.target_worth[i] * lost
    war.buildings_destroyed += theatre.target_buildings[i] * lost
    if name == "supply":
        war.supply_lost_t += world.supply_stores_t * theatre.target_size[i] * lost
    if name == "power" and lost > 0:
        war.target_rest[i] = max(war.target_rest[i], world.power_repair_delay_days * lost / left)
