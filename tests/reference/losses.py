"""Plain twins of the systems of own losses: one day of one war, on plain numbers and lists.

Written from the equations in docs/model. ``theatre``, ``world`` and ``war`` are as in reference.systems.
"""

import math

from reference import streams
from reference.systems import Part, classes, poisson, uniform

from stalemate.streams import Decision
from stalemate.systems.theatre import AIRFIELD


def counterair(theatre: Part, world: Part, war: Part, day: int) -> None:
    war.moonlit = int(theatre.moon > world.moon_dark_share)
    fields = range(theatre.first_target[AIRFIELD], theatre.last_target[AIRFIELD])
    near = [war.target_left[i] >= world.mig_field_fit for i in fields if theatre.required_level[i] < 4]
    war.fields_open = sum(near) / max(1, len(near))
    come = streams.lognormal(
        uniform(world, 0, day, Decision.MIG_SORTIES), world.mig_sorties_per_day, world.mig_day_sigma
    )
    scatter_mean = math.exp(world.mig_day_sigma**2 / 2)
    war.mig_sorties = come / scatter_mean / theatre.flyable_day if war.flyable_day else 0.0
    stay_out = (1 - world.mig_engaged_share) * (1 - world.mig_field_reach * war.fields_open)
    used = range(theatre.n_classes)
    war.mig_engaged = war.mig_sorties * (1 - stay_out) if any(war.sorties[k] for k in used) else 0.0
    escorts = sum(war.cover_flown[k] for k in used)
    met = min(escorts, war.mig_engaged)
    war.mig_leak = 0.0 if war.mig_engaged == 0 else met / escorts if met < escorts else 1.0
    downed = met * world.mig_lost_per_1000_engaged / 1000
    war.migs_lost = poisson(world, 0, day, Decision.MIG_LOSSES, downed)
    for k, name in classes(theatre):
        mean = downed / world.mig_per_interceptor * war.cover_flown[k] / escorts if met else 0.0
        low = war.sorties[k] - war.cover_flown[k]
        if name == "b29":
            moon = world.mig_moon_factor if war.moonlit else 1.0
            in_reach = world.mig_b29_day_share * world.mig_b29_reach_share
            mean += low * in_reach * world.mig_b29_day_loss * war.mig_leak
            nights = low * (1 - world.mig_b29_day_share)
            mean += nights * world.mig_b29_night_loss_per_1000 / 1000 * moon
        elif theatre.night[k] == 0:
            mean += low * world.mig_leak_loss_per_1000 / 1000 * war.mig_leak
        war.air_losses[k] = min(war.aircraft[k], poisson(world, k, day, Decision.AIR_LOSSES, mean))


def attrition(theatre: Part, world: Part, war: Part, day: int) -> None:
    for k, name in classes(theatre):
        low = war.sorties[k] - war.cover_flown[k] - war.support_flown[k]
        low += world.loss_support_relative * war.support_flown[k]
        mine = [r for r in range(theatre.n_raids) if theatre.raid_class[r] == k and theatre.raid_role[r] < 2]
        raided = sum(theatre.raid_sorties[r] for r in mine if war.raid_allowed[r]) * war.raid_share[k]
        low += (war.flak_factor[k] - 1) * (war.destruction_flown[k] + raided)
        relative = 1.0 if name == "fighter_bomber" else getattr(world, f"loss_relative_{name}")
        shot = max(0.0, low) / 1000 * flak_per_1000(world) * relative
        have = war.aircraft[k] - war.air_losses[k]
        war.lost_flak[k] = min(have, poisson(world, k, day, Decision.FLAK, shot))
        crashes = world.loss_accident_per_1000 * war.sorties[k] / 1000
        have -= war.lost_flak[k]
        war.lost_accident[k] = min(have, poisson(world, k, day, Decision.ACCIDENT, crashes))
        have -= war.lost_accident[k]
        by_enemy = (shot + war.air_losses[k]) * world.loss_heavy_damage_ratio
        hurt = min(have, poisson(world, k, day, Decision.HEAVY_DAMAGE, by_enemy))
        week = 7 if day % 7 == -k % 7 else 0
        due = war.in_repair[k] * week / world.loss_repair_days
        mended = min(war.in_repair[k], poisson(world, k, day, Decision.AIRCRAFT_MENDED, due))
        due = war.awaited[k] * week / world.loss_replacement_days
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
