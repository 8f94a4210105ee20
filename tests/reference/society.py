"""Plain twins of the systems behind both lines: one day of one war, on plain numbers and lists.

Written from the equations in docs/model. ``theatre``, ``world`` and ``war`` are as in reference.systems.
"""

import math

from reference import streams
from reference.systems import Part, uniform

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
