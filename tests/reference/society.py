"""Plain twins of the systems behind both lines: one day of one war, on plain numbers and lists.

Written from the equations in docs/model. ``theatre``, ``world`` and ``war`` are as in reference.systems.
"""

import math

import numpy as np
from reference import streams
from reference.systems import Part, classes, poisson, uniform

from stalemate.scenario.air import TARGET_CLASSES
from stalemate.streams import Decision


def insurgency(theatre: Part, world: Part, war: Part, day: int) -> None:
    divisions, before = world.guerrilla_sweep_divisions, war.guerrillas
    luck = streams.normal_quantile(uniform(world, 0, day, Decision.SWEEP))
    sigma = world.guerrilla_sweep_sigma
    swept = divisions * world.guerrilla_sweep_rate * math.exp(sigma * luck - sigma**2 / 2)
    rate = world.guerrilla_leaving_rate + swept
    level = world.guerrilla_joining / rate
    war.guerrillas = level + (before - level) * math.exp(-rate)
    war.guerrillas_removed = before - war.guerrillas + world.guerrilla_joining
    war.guerrillas_claimed = war.guerrillas_removed * swept / rate / world.guerrilla_fighter_share
    war.arms_taken = world.guerrilla_arms_share * war.guerrillas_claimed
    war.rear_divisions = divisions + before * world.guerrilla_guard_divisions


INDUSTRY = ("mine", "metal", "chemical", "cement", "oil", "workshop")


def targets_of(theatre: Part, target_class: str) -> range:
    number = TARGET_CLASSES.index(target_class)
    return range(theatre.first_target[number], theatre.last_target[number])


def economy(theatre: Part, world: Part, war: Part, day: int) -> None:
    plants = targets_of(theatre, "power")
    worth = {i: theatre.target_worth[i] for i in plants}
    export = {
        i: world.power_export_share * (theatre.target_border_km[i] <= world.power_river_km) for i in plants
    }
    abroad = sum(worth[i] * export[i] for i in plants)
    lost = sum(worth[i] * export[i] * (1 - war.target_left[i]) for i in plants)
    war.power_manchuria = world.power_manchuria_share * lost / abroad if abroad else 0.0
    home = sum(worth[i] * (1 - export[i]) for i in plants)
    lit = sum(worth[i] * (1 - export[i]) * war.target_left[i] for i in plants) / home if home else 1.0
    war.power_share = war.class_left[TARGET_CLASSES.index("power")]
    present = [TARGET_CLASSES.index(name) for name in INDUSTRY if len(targets_of(theatre, name))]
    stands = sum(war.class_left[number] for number in present) / len(present) if present else 1.0
    war.industry_share = stands * min(1.0, lit / world.power_needed_share) ** world.power_elasticity
    _rice(world, war)
    came = war.civil_tonnes / (world.civil_cars * world.rail_tonnes_per_car)
    weight = 1 / world.food_rail_lag_days
    war.civil_freight_felt = (1 - weight) * war.civil_freight_felt + weight * came
    crop = max(0.0, world.grain_crop_t - war.rice_missing_t)
    for_civilians = crop - crop * world.grain_army_share
    unfed = world.food_rail_share * (1 - war.civil_freight_felt)
    war.food_share = for_civilians * (1 - unfed) / world.grain_eaters / world.grain_need_t


def _rice(world: Part, war: Part) -> None:
    harvest = war.rice_growing == 1 and world.rice_at_risk == 0
    if harvest:
        war.rice_missing_t, war.rice_lost_season_t = war.rice_lost_season_t, 0.0
    hectares = war.breaches * world.rice_reservoir_ha
    war.rice_lost_t = hectares * world.rice_yield_t_per_ha * world.rice_loss_share * world.rice_at_risk
    war.rice_lost_season_t += war.rice_lost_t
    war.rice_growing = int(world.rice_at_risk > 0)


def civilians(theatre: Part, world: Part, war: Part, day: int) -> None:
    support = sum(
        war.support_flown[k] * getattr(world, f"bombs_t_{name}", 0.0) for k, name in classes(theatre)
    )
    everything = sum(war.bombs_tonnes[: theatre.n_classes])
    war.warned_share = min(1.0, world.civilian_warned * theatre.leaflets)
    g, law = world.civilian_near_dwellings, world.civilian_law_warned
    must_tell = min(war.near_tonnes, war.warned_tonnes)

    def dying(told: float) -> float:
        return told * world.civilian_warning_factor + 1 - told

    towns = (war.town_tonnes + g * (war.near_tonnes - must_tell)) * dying(war.warned_share)
    towns += g * must_tell * dying(max(war.warned_share, law))
    country = max(0.0, everything - war.town_tonnes - g * war.near_tonnes - support)
    country = max(0.0, country - (1 - g) * must_tell * (1 - dying(law)))
    b = world.civilian_total_tonnes
    parts = {"town": b * world.civilian_town_tonnes_share, "front": b * world.civilian_front_tonnes_share}
    weight = b - sum(parts.values()) + world.civilian_front_factor * parts["front"]
    rate = world.civilian_total_deaths * (1 - world.civilian_town_deaths_share) / weight
    town_rate = world.civilian_total_deaths * world.civilian_town_deaths_share / parts["town"]
    exposed = world.civilian_present * world.civilian_shelter
    war.deaths_town = _dead(world, day, Decision.CIVILIAN_DEATHS, towns * town_rate * exposed)
    outside = country + world.civilian_front_factor * support
    war.deaths_other = _dead(world, day, Decision.CIVILIAN_OTHER, outside * rate)
    war.civilian_deaths = war.deaths_town + war.deaths_other
    war.displaced = world.civilian_per_building * war.buildings_destroyed
    war.hunger = float(np.clip(1 - war.food_share, 0, 1))
    bombed = everything / 1000
    gone = 1 - war.labour_left
    left = 1 - gone * (1 - 1 / world.labour_return_days)
    left -= war.labour_left * world.labour_flight_per_1000_t * bombed
    war.labour_left = float(np.clip(left, world.labour_least, 1))


def _dead(world: Part, day: int, decision: Decision, mean: float) -> int:
    sigma = world.civilian_scatter
    luck = math.exp(sigma * streams.normal_quantile(uniform(world, 0, day, decision)) - sigma**2 / 2)
    return poisson(world, 1, day, decision, mean * luck)
