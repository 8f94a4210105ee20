"""What a sortie at each fixed target, at the railways and at road traffic gains, does and costs.

The three criteria of the target committee, as allocation.py wants them: gain of destroying a target outright,
rate of a sortie, price of a sortie. Equations: docs/model/committee.md.
"""

from typing import Final

from stalemate.kernel import kernel
from stalemate.scenario.resolve import DATED
from stalemate.systems.bombing import (
    bombs_per_sortie,
    cuts_per_sortie,
    deaths_per_tonne,
    local_flak,
    may_strike,
)
from stalemate.systems.system import Record
from stalemate.systems.theatre import FORTNIGHT, TOWN, TRUE

_HIT_SHARE: Final = DATED["cut_hit_share"]
_TRIANGLE: Final = DATED["repair_density_triangle"]
_ELSEWHERE: Final = DATED["repair_density_elsewhere"]
_PROGRESS: Final = DATED["repair_learning_progress"]
_TRUCKS: Final = DATED["truck_received_per_day"]
_LEAST: Final = 1.0
"""Cuts and trucks a fortnight that the other side can always make good."""


@kernel
def can_be_struck(theatre: Record, war: Record, target: int) -> bool:
    """Return whether a target is known today and may be struck."""
    return theatre.target_known[target] == 1 and may_strike(theatre, war.approval, target)


@kernel
def standing(theatre: Record, war: Record, target: int) -> float:
    """Return the share of a target that stands: in truth where that is what the choice is made on."""
    if theatre.choice == TRUE:
        return war.target_left[target]
    return war.believed_left[target]


@kernel
def rate(theatre: Record, world: Record, war: Record, target: int, k: int) -> float:
    """Return the damage that a sortie of a class does to a target, as an exponent; 0 out of reach."""
    if theatre.target_reach[target, k] == 0:
        return 0.0
    tonnes = war.hardness[theatre.target_class[target], theatre.night[k]] * theatre.target_size[target]
    return bombs_per_sortie(world, theatre.kind[k]) / tonnes


@kernel
def price(theatre: Record, world: Record, war: Record, target: int, k: int) -> float:
    """Return what a sortie at a target costs: aircraft by the guns there, and harm where that counts."""
    c = theatre.target_class[target]
    by_guns = war.loss_rate[k] * local_flak(world, war, target)
    cost = world.loss_weight * (by_guns + world.loss_accident_per_1000 * 0.001)
    if theatre.choice == TRUE or theatre.warned_class[c]:
        cost += _harm(theatre, world, 1.0 if c == TOWN else world.civilian_near_dwellings, k)
    return cost


@kernel
def line_price(theatre: Record, world: Record, war: Record, k: int) -> float:
    """Return the same for a sortie at open line or road traffic, where guns are as on average."""
    cost = world.loss_weight * (war.loss_rate[k] + world.loss_accident_per_1000 * 0.001)
    if theatre.choice == TRUE:
        cost += _harm(theatre, world, 0.0, k)
    return cost


@kernel
def _harm(theatre: Record, world: Record, among: float, k: int) -> float:
    """Return what the deaths to be expected of a sortie weigh, people unwarned and without shelter.

    ``among``: the share of its bombs that falls among dwellings of towns.
    """
    in_town, elsewhere = deaths_per_tonne(world)
    deaths = among * in_town + (1.0 - among) * elsewhere
    return world.harm_weight * deaths * bombs_per_sortie(world, theatre.kind[k])


@kernel
def rail_rate(theatre: Record, world: Record, war: Record, mended: float, k: int) -> float:
    """Return the blocking cuts that a sortie makes over those that crews mend in a fortnight."""
    cuts = cuts_per_sortie(world, war.today[_HIT_SHARE], theatre.kind[k]) * world.cut_common_factor
    return cuts * world.repair_blocking_share / mended


@kernel
def mended_cuts(theatre: Record, world: Record, war: Record) -> float:
    """Return the cuts that crews can mend in a fortnight on every line of the cordon together.

    Shutting one of the lines is worth nothing, so all of them are one target. Without a cordon it is all open
    lines that can be attacked.
    """
    hours = max(0.0, theatre.night_hours - world.repair_twilight_hours) * world.repair_alert_share
    spell = max(0.0, hours - world.repair_minimum_hours)
    work = world.repair_man_hours_per_cut * (1.0 - world.repair_learning * war.today[_PROGRESS])
    in_cordon = 0.0
    anywhere = 0.0
    for section in range(theatre.n_sections):
        if theatre.attackable[section] and theatre.is_open[section]:
            density = war.today[_TRIANGLE] if theatre.in_triangle[section] else war.today[_ELSEWHERE]
            km = min(world.repair_hot_length_km, theatre.length_km[section])
            mended = FORTNIGHT * spell * density * km / work
            anywhere += mended
            if theatre.in_cordon[section]:
                in_cordon += mended
    return max(_LEAST, in_cordon if in_cordon > 0.0 else anywhere)


@kernel
def road_rate(theatre: Record, world: Record, war: Record, k: int) -> float:
    """Return the trucks that a road sortie destroys over those received in a fortnight."""
    received = max(_LEAST, FORTNIGHT * war.today[_TRUCKS])
    return world.truck_lost_per_1000_sorties * 0.001 / received
