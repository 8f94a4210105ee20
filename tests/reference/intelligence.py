"""Plain twin of intelligence: one day of one war on plain numbers, from docs/model/intelligence.md.

``theatre``, ``world`` and ``war`` are as in reference.systems.
"""

import math

from reference import streams
from reference.systems import Part, uniform

from stalemate.streams import Decision


def intelligence(theatre: Part, world: Part, war: Part, day: int) -> None:
    if day % 28 == 0:
        z = [streams.normal_quantile(uniform(world, side, day, Decision.CLAIMS)) for side in (0, 1)]
        sigma = world.claim_month_sigma
        war.claim_luck = [math.exp(sigma * each - sigma**2 / 2) for each in z]
    un, other = war.claim_luck
    sections = slice(theatre.n_sections)
    war.trucks_claimed = un * world.claim_truck_factor * war.trucks_lost
    war.trucks_assessed = world.claim_truck_reviewed * war.trucks_claimed
    war.cuts_claimed = un * world.claim_cut_factor * sum(war.cuts[sections])
    war.bridges_claimed = un * world.claim_bridges_per_case * sum(war.bridge_cases[sections])
    thousands = (war.rail_sorties + war.road_sorties) / 1000
    war.locomotives_claimed = un * world.claim_locomotives_per_1000_sorties * thousands
    war.buildings_claimed = un * world.claim_building_factor * war.buildings_destroyed
    war.buildings_assessed = world.claim_building_seen * war.buildings_destroyed
    war.casualties_communist_claimed = un * world.claim_communist_casualties * war.casualties_communist
    war.casualties_un_claimed = other * world.claim_un_casualties * war.casualties_un
    war.migs_claimed = un * world.claim_mig_factor * war.migs_lost
    classes = slice(theatre.n_classes)
    by_guns = world.claim_gun_factor * sum(war.lost_flak[classes])
    by_fighters = world.claim_fighter_factor * sum(war.air_losses[classes])
    war.aircraft_claimed = other * (by_guns + by_fighters)
    if day % 14 == 13:
        for target in range(theatre.n_targets):
            war.believed_left[target] = _belief(world, war, target, day)


def _belief(world: Part, war: Part, target: int, day: int) -> float:
    believed, left = war.believed_left[target], war.target_left[target]
    if abs(left - believed) <= 0.01:
        return float(believed)
    error = world.photo_sigma * streams.normal_quantile(uniform(world, target, day, Decision.PHOTO))
    delay, read = world.photo_recovery_days, left - believed
    if left < believed:
        delay, read = world.photo_damage_days, world.photo_overread * read
    shown = 1 - math.exp(-14 / delay) if delay else 1.0
    return float(min(1, max(0, believed + shown * (read + error))))
