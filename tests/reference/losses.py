"""Plain twins of the systems of own losses: one day of one war, on plain numbers and lists.

Written from the equations in docs/model. ``theatre``, ``world`` and ``war`` are as in reference.systems.
"""

import math

from reference.systems import Part, classes, poisson

from stalemate.streams import Decision


def attrition(theatre: Part, world: Part, war: Part, day: int) -> None:
    for k, name in classes(theatre):
        low = war.sorties[k] - war.cover_flown[k] - war.support_flown[k]
        low += world.loss_support_relative * war.support_flown[k]
        relative = 1.0 if name == "fighter_bomber" else getattr(world, f"loss_relative_{name}")
        shot = max(0.0, low) / 1000 * flak_per_1000(world) * relative
        have = war.aircraft[k]
        war.lost_flak[k] = min(have, poisson(world, k, day, Decision.FLAK, shot))
        crashes = world.loss_accident_per_1000 * war.sorties[k] / 1000
        have -= war.lost_flak[k]
        war.lost_accident[k] = min(have, poisson(world, k, day, Decision.ACCIDENT, crashes))
        have -= war.lost_accident[k]
        hurt = min(have, poisson(world, k, day, Decision.HEAVY_DAMAGE, shot * world.loss_heavy_damage_ratio))
        due = war.in_repair[k] / world.loss_repair_days
        mended = min(war.in_repair[k], poisson(world, k, day, Decision.AIRCRAFT_MENDED, due))
        due = war.awaited[k] / world.loss_replacement_days
        new = min(math.floor(war.awaited[k]), poisson(world, k, day, Decision.AIRCRAFT_REPLACED, due))
        war.aircraft_lost[k], war.aircraft_damaged[k] = war.aircraft[k] - have, hurt
        war.awaited[k] += world.loss_replaced_share * war.aircraft_lost[k] - new
        war.aircraft_returned[k], war.aircraft_received[k] = mended, new + theatre.reinforcement[k]
        war.aircraft[k] = have - hurt + mended + war.aircraft_received[k]
        war.in_repair[k] += hurt - mended


def flak_per_1000(world: Part) -> float:
    """Return the fighter-bombers lost to guns in 1,000 sorties: r (guns / reference)^eta s^progress."""
    eta = world.loss_flak_exponent
    more_guns = (world.loss_flak_guns / world.loss_flak_reference_guns) ** eta
    tactics = world.loss_tactics_factor * math.exp(world.loss_tactics_slope * eta)
    return world.loss_flak_per_1000 * more_guns * tactics**world.loss_tactics_progress
