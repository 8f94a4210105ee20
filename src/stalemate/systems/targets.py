"""Fixed targets: what stands, what is destroyed, what comes back. Equations: docs/model/targets.md.

A strike leaves exp(-tonnes x aim / tonnes for a factor e) of what stood; the tonnes are a class's hardness by
day or by night x aim areas x one draw a target and war, the aim one draw an aircraft class, target and day.
Some classes recover: left <- cap - (cap - left) exp(-1 / days), after a delay. A power plant's ceiling falls
with every day of attack and comes back slowly; fields under construction grow; new supply areas spring up. A
full dam breaks or holds, and the first break makes the other side lower the rest.
"""

from collections.abc import Callable
from typing import ClassVar, Final, final

import numpy as np

from stalemate.kernel import block_loop, kernel
from stalemate.scenario.air import TARGET_CLASSES
from stalemate.streams import Decision, bernoulli, exp_, normal_quantile, poisson_quantile, uniform
from stalemate.systems.bombing import bombs_per_sortie, local_flak, may_strike
from stalemate.systems.system import AbstractSystem, Record, Records
from stalemate.systems.theatre import (
    AIRFIELD,
    B29,
    CARRIER,
    DAM,
    MARINE,
    NEVER,
    PORT,
    POWER,
    STRIKE,
    SUPPLY,
    SUPPRESSION,
    TOWN,
    WORKSHOP,
    YARD,
    Floats,
    Prepared,
)
from stalemate.systems.variables import SIZES

_SCATTER, _BREACH = int(Decision.RAID_SCATTER), int(Decision.DAM_BREACH)
_YARD_CUTS, _HARDNESS = int(Decision.YARD_CUTS), int(Decision.TARGET_HARDNESS)
_CLASSES: Final = SIZES["class"]
_TARGET_CLASSES: Final = len(TARGET_CLASSES)
_AIR_FORCE, _MARINES, _NAVY = 1, 2, 4
_WEEK: Final = 7
_REPAIR_DAYS: Final = {
    POWER: "power_repair_days",
    YARD: "yard_repair_days",
    WORKSHOP: "workshop_repair_days",
    PORT: "port_repair_days",
    AIRFIELD: "runway_repair_days",
}
"""Time constant of repair, for the classes that are repaired at all."""
_CEILING_DAYS: Final = {POWER: "power_ceiling_days", AIRFIELD: "airfield_building_days"}
"""Time constant with which the level that can be reached rises."""


@final
class Targets(AbstractSystem):
    """Writes what is left of fixed targets, and what the day's strikes at them did."""

    name: ClassVar[str] = "targets"
    reads: ClassVar[tuple[str, ...]] = (
        "approval",
        "raid_allowed",
        "raid_share",
        "moonlit",
        "destruction_flown",
        "plan_number",
        "plan_count",
        "plan_target",
        "plan_sorties",
        "package",
    )
    writes: ClassVar[tuple[str, ...]] = (
        "target_left",
        "target_rest",
        "target_cap",
        "target_tonnes",
        "target_guns_now",
        "tonnes_by_day",
        "tonnes_by_night",
        "recovery_share",
        "ceiling_share",
        "guns_average",
        "class_sorties",
        "class_left",
        "raids_flown",
        "joint_strikes",
        "buildings_destroyed",
        "town_tonnes",
        "near_tonnes",
        "warned_tonnes",
        "pressure_sorties",
        "flak_factor",
        "effect",
        "yard_cuts",
        "breach_days",
        "breaches",
        "breach_age",
        "lowered",
        "labour_drafted",
        "supply_lost_t",
        "drawn_plan",
        "drawn_slot",
        "drawn_sorties",
        "carried_sorties",
    )

    @property
    def kernel(self) -> Callable[..., None]:
        """Recover, then strike."""
        return bomb

    def begin(self, prepared: Prepared, worlds: Records, wars: Records) -> None:
        """Put every target in its first state, and draw how hard each is."""
        one = prepared.theatre[0]
        for c, name in enumerate(TARGET_CLASSES):
            those = slice(one["first_target"][c], one["last_target"][c])
            areas = one["target_size"][those]
            wars["tonnes_by_day"][:, those] = worlds[f"hardness_{name}_day"][:, None] * areas
            wars["tonnes_by_night"][:, those] = worlds[f"hardness_{name}_night"][:, None] * areas
        for c, days in _REPAIR_DAYS.items():
            wars["recovery_share"][:, c] = _daily(worlds[days])
        for c, days in _CEILING_DAYS.items():
            wars["ceiling_share"][:, c] = _daily(worlds[days])
        block_loop(settle)(prepared.theatre, worlds, wars, 0)


def _daily(days: Floats) -> Floats:
    """Return the share that a day brings at a time constant: (replicate,), 1/day."""
    return np.array([1.0 - exp_(-1.0 / float(each)) for each in days])


@kernel
def settle(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Write the eve of the first day: what stands, and how hard each target is against its class."""
    for i in range(theatre.n_targets):
        war.target_left[i] = theatre.target_standing[i]
        war.target_cap[i] = theatre.target_standing[i]
        war.target_guns_now[i] = theatre.target_first_guns[i]
        if theatre.target_class[i] != DAM:
            z = normal_quantile(uniform(world.seed, i, world.replicate, 0, _HARDNESS))
            scatter = exp_(world.hardness_sigma * z)
            war.tonnes_by_day[i] *= scatter
            war.tonnes_by_night[i] *= scatter
    for c in range(_TARGET_CLASSES):
        _weigh_class(theatre, war, c)


@kernel
def bomb(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Let a day pass on what is broken, then fly the day's strikes: dated raids, then the plan."""
    _clear(theatre, war)
    for c in range(_TARGET_CLASSES):
        if war.recovery_share[c] > 0.0:
            _recover(theatre, war, c)
    _disperse(theatre, world, war)
    if war.breach_age > 0:
        _drain(theatre, world, war)
    if day % _WEEK == 0:
        _move_guns(theatre, world, war)
    for r in range(theatre.n_raids):
        if theatre.raid_role[r] == STRIKE and war.raid_allowed[r]:
            k, target = theatre.raid_class[r], theatre.raid_target[r]
            quiet = _suppression(theatre, world, war, target)
            _strike(theatre, world, war, day, k, target, theatre.raid_sorties[r] * war.raid_share[k], quiet)
    for k in range(theatre.n_classes):
        _fly_plan(theatre, world, war, day, k)
        flown = theatre.sorties_at_targets[k]
        war.flak_factor[k] = war.flak_factor[k] / flown if flown > 0.0 else 1.0
    war.drawn_plan = war.plan_number
    for c in range(_TARGET_CLASSES):
        if theatre.class_moved[c]:
            _weigh_class(theatre, war, c)


@kernel
def _clear(theatre: Record, war: Record) -> None:
    """Put the day's counts to nothing; what is kept by target or section only after a day with raids."""
    if war.raids_flown > 0:
        for i in range(theatre.n_targets):
            war.target_tonnes[i] = 0.0
        for section in range(theatre.n_sections):
            war.yard_cuts[section] = 0
    for i in range(theatre.n_targets):
        theatre.services_on[i] = 0
    for c in range(_TARGET_CLASSES):
        war.class_sorties[c] = 0.0
        theatre.class_moved[c] = 0
    for k in range(theatre.n_classes):
        war.flak_factor[k] = 0.0
        war.effect[k] = 0.0
        theatre.sorties_at_targets[k] = 0.0
    war.raids_flown = 0
    war.joint_strikes = 0
    war.breaches = 0
    war.buildings_destroyed = 0.0
    war.town_tonnes = 0.0
    war.near_tonnes = 0.0
    war.warned_tonnes = 0.0
    war.pressure_sorties = 0.0
    war.supply_lost_t = 0.0


@kernel
def _recover(theatre: Record, war: Record, c: int) -> None:
    """Let a day of repair pass on a class of target, and its ceilings rise.

    A field is built only so far as it is whole; a plant's ceiling rises whatever its state.
    """
    share, rise = war.recovery_share[c], war.ceiling_share[c]
    for i in range(theatre.first_target[c], theatre.last_target[c]):
        left, cap = war.target_left[i], war.target_cap[i]
        if rise > 0.0:
            whole = 1.0 if c == AIRFIELD else theatre.target_standing[i]
            if cap < whole:
                pace = left / cap if c == AIRFIELD and left < cap else 1.0
                war.target_cap[i] = cap + rise * pace * (whole - cap)
        if war.target_rest[i] > 0.0:
            war.target_rest[i] = max(0.0, war.target_rest[i] - 1.0)
        if left < cap and war.target_rest[i] == 0.0:
            war.target_left[i] = left + share * (cap - left)
            theatre.class_moved[c] = 1


@kernel
def _disperse(theatre: Record, world: Record, war: Record) -> None:
    """Let the pooled supply areas fill up with new places."""
    if theatre.pooled_areas == 0.0:
        return
    grown = world.supply_places_per_day / theatre.pooled_areas
    for i in range(theatre.first_target[SUPPLY], theatre.last_target[SUPPLY]):
        if theatre.target_pooled[i] and war.target_left[i] < theatre.target_standing[i]:
            war.target_left[i] = min(theatre.target_standing[i], war.target_left[i] + grown)
            theatre.class_moved[SUPPLY] = 1


@kernel
def _drain(theatre: Record, world: Record, war: Record) -> None:
    """Let a day pass after the first breach: reservoirs are lowered, lines mended by men drafted for it."""
    war.breach_age += 1
    if war.breach_age > world.dam_lowering_days:
        war.lowered = 1
    war.labour_drafted = 0.0
    for section in range(theatre.n_sections):
        war.breach_days[section] = max(0.0, war.breach_days[section] - 1.0)
        if war.breach_days[section] > 0.0:
            war.labour_drafted += world.dam_labour


@kernel
def _move_guns(theatre: Record, world: Record, war: Record) -> None:
    """Let guns leave targets left alone and follow the dated number up; write their average."""
    gone = 1.0 - exp_(-_WEEK / world.guns_fade_days)
    total = 0.0
    counted = 0
    for i in range(theatre.n_targets):
        dated, now = theatre.target_guns[i], war.target_guns_now[i]
        war.target_guns_now[i] = max(dated, now + gone * (dated - now))
        if theatre.required_level[i] != NEVER:
            total += war.target_guns_now[i]
            counted += 1
    war.guns_average = total / max(1, counted)


@kernel
def _fly_plan(theatre: Record, world: Record, war: Record, day: int, k: int) -> None:
    """Send a class's standing sorties at the plan's targets in order, in whole packages.

    What is less than a package waits for the next day. A target closed to the class today is passed over.
    A plan that is flown out begins again, twice a day at most; what is left then does no damage.
    """
    if war.drawn_plan != war.plan_number:
        war.drawn_slot[k] = 0
        war.drawn_sorties[k] = 0.0
    ready = war.carried_sorties[k] + war.destruction_flown[k]
    count = war.plan_count[k]
    war.carried_sorties[k] = 0.0
    for _ in range(2 * count):
        if ready <= 0.0:
            return
        slot = war.drawn_slot[k]
        target = war.plan_target[k, slot]
        if _is_open(theatre, world, war, k, target):
            left = war.plan_sorties[k, slot] - war.drawn_sorties[k]
            sorties = left
            if ready < left:
                sorties = np.floor(ready / war.package[k]) * war.package[k]
                war.drawn_sorties[k] += sorties
                war.carried_sorties[k] = ready - sorties
            _strike(theatre, world, war, day, k, target, sorties, 1.0)
            if ready < left:
                return
            ready -= max(0.0, left)
        war.drawn_slot[k] = (slot + 1) % count
        war.drawn_sorties[k] = 0.0


@kernel
def _is_open(theatre: Record, world: Record, war: Record, k: int, target: int) -> bool:
    """Return whether a target may be struck today, and is not where the moon shows medium bombers."""
    if war.moonlit and theatre.kind[k] == B29 and theatre.target_border_km[target] <= world.moon_border_km:
        return False
    return may_strike(theatre, war.approval, target)


@kernel
def _suppression(theatre: Record, world: Record, war: Record, target: int) -> float:
    """Return what the day's suppression sorties leave of the guns' fire at a target."""
    sorties = 0.0
    for r in range(theatre.n_raids):
        if theatre.raid_role[r] == SUPPRESSION and theatre.raid_target[r] == target and war.raid_allowed[r]:
            sorties += theatre.raid_sorties[r] * war.raid_share[theatre.raid_class[r]]
    guns = war.target_guns_now[target]
    return guns / (guns + world.flak_suppression * sorties) if sorties > 0.0 and guns > 0.0 else 1.0


@kernel
def _strike(
    theatre: Record, world: Record, war: Record, day: int, k: int, target: int, sorties: float, quiet: float
) -> None:
    """Bomb one target with a class's sorties; ``quiet`` is what suppression leaves of the fire there."""
    if sorties <= 0.0:
        return
    c = theatre.target_class[target]
    tonnes = bombs_per_sortie(world, theatre.kind[k]) * sorties
    _count(theatre, war, k, target, sorties, tonnes)
    war.flak_factor[k] += sorties * quiet * local_flak(world, war, target)
    theatre.sorties_at_targets[k] += sorties
    if _is_first(theatre, war, k, target):
        _answer(theatre, world, war, c, target)
    before = war.target_left[target]
    if c == DAM:
        _flood(theatre, world, war, day, k, target, tonnes)
    else:
        bite = tonnes * _aim(world, day, k, target)
        hard = war.tonnes_by_night[target] if theatre.night[k] else war.tonnes_by_day[target]
        if bite > 0.0 and before > 0.0:
            if c == YARD:
                _cut_yard(theatre, world, war, day, k, target, bite)
            war.target_left[target] = before * exp_(-bite / hard)
    lost = before - war.target_left[target]
    if lost > 0.0:
        theatre.class_moved[c] = 1
        war.effect[k] += theatre.target_worth[target] * lost
        war.buildings_destroyed += theatre.target_buildings[target] * lost
        if c == SUPPLY:
            war.supply_lost_t += world.supply_stores_t * theatre.target_size[target] * lost
        elif c == POWER:
            rest = world.power_repair_delay_days * lost / before
            war.target_rest[target] = max(war.target_rest[target], rest)


@kernel
def _count(theatre: Record, war: Record, k: int, target: int, sorties: float, tonnes: float) -> None:
    c = theatre.target_class[target]
    war.class_sorties[c] += sorties
    war.target_tonnes[target] += tonnes
    if c == TOWN:
        war.town_tonnes += tonnes
    else:
        war.near_tonnes += tonnes
        if theatre.warned_class[c]:
            war.warned_tonnes += tonnes
    if c not in (YARD, PORT, AIRFIELD):
        war.pressure_sorties += sorties


@kernel
def _is_first(theatre: Record, war: Record, k: int, target: int) -> bool:
    """Return whether nobody has struck the target today; count raids, and strikes of two services at one."""
    before = theatre.services_on[target]
    kind = theatre.kind[k]
    service = _MARINES if kind == MARINE else (_NAVY if kind == CARRIER else _AIR_FORCE)
    theatre.services_on[target] = before | service
    if before == 0:
        war.raids_flown += 1
        return True
    if before != service and before in (_AIR_FORCE, _MARINES, _NAVY):
        war.joint_strikes += 1
    return False


@kernel
def _answer(theatre: Record, world: Record, war: Record, c: int, target: int) -> None:
    """Bring guns to a target under attack, and lower the ceiling of a power plant."""
    most = world.guns_growth * theatre.target_first_guns[target]
    if war.target_guns_now[target] < most:
        war.target_guns_now[target] += world.guns_growth_share * (most - war.target_guns_now[target])
    if c == POWER:
        floor = world.power_ceiling * theatre.target_standing[target]
        if war.target_cap[target] > floor:
            war.target_cap[target] -= world.power_ceiling_step * (war.target_cap[target] - floor)


@kernel
def _aim(world: Record, day: int, k: int, target: int) -> float:
    """Return the effect of a class's bombs at a target today against the mean of those that hit it at all."""
    u = uniform(world.seed, target * _CLASSES + k, world.replicate, day, _SCATTER)
    if u < world.raid_miss_share:
        return 0.0
    if u < 0.5 * (1.0 + world.raid_miss_share):
        return 1.0 - world.raid_aim_spread
    return 1.0 + world.raid_aim_spread


@kernel
def _cut_yard(
    theatre: Record, world: Record, war: Record, day: int, k: int, target: int, bite: float
) -> None:
    """Draw the rail cuts of a raid on a yard."""
    section = theatre.target_section[target]
    if section >= 0:
        u = uniform(world.seed, target * _CLASSES + k, world.replicate, day, _YARD_CUTS)
        mean = world.yard_cuts_per_tonne * bite * war.target_left[target]
        war.yard_cuts[section] += poisson_quantile(u, mean)


@kernel
def _flood(theatre: Record, world: Record, war: Record, day: int, k: int, target: int, tonnes: float) -> None:
    """Let a full dam break or hold; a broken one washes out the line below it and warns the other side."""
    if war.lowered or war.target_left[target] <= 0.0:
        return
    hard = war.tonnes_by_night[target] if theatre.night[k] else war.tonnes_by_day[target]
    u = uniform(world.seed, target * _CLASSES + k, world.replicate, day, _BREACH)
    if not bernoulli(u, 1.0 - exp_(-tonnes / hard)):
        return
    war.target_left[target] = 0.0
    war.breaches += 1
    if war.breach_age == 0:
        war.breach_age = 1
    section = theatre.target_section[target]
    if section >= 0:
        if war.breach_days[section] == 0.0:
            war.labour_drafted += world.dam_labour
        war.breach_days[section] = world.dam_repair_days


@kernel
def _weigh_class(theatre: Record, war: Record, c: int) -> None:
    """Write the share of a class of target that stands, by worth; 1 for a class without a target."""
    standing = 0.0
    worth = 0.0
    for i in range(theatre.first_target[c], theatre.last_target[c]):
        standing += theatre.target_worth[i] * war.target_left[i]
        worth += theatre.target_worth[i]
    war.class_left[c] = standing / worth if worth > 0.0 else 1.0
