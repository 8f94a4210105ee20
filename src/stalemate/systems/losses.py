"""Casualties of both sides by cause: fire on a quiet front, battles, air support. Part of the front.

US dead on the quiet front follow Communist shells to a power. Communist losses there follow UN shells over
the rounds that a casualty costs. A day of battle costs the UN men in proportion to its size, more if it
attacks, and costs the other side the battle's exchange ratio times as many. A support sortie costs it a
number that nobody knows. Equations: docs/model/front.md.
"""

from typing import Final

from stalemate.kernel import kernel
from stalemate.scenario.resolve import DATED
from stalemate.streams import (
    Decision,
    binomial_quantile,
    negative_binomial_quantile,
    poisson_quantile,
    pow_,
    uniform,
)
from stalemate.systems.battles import COMMUNIST, SIDES, UN, move_line
from stalemate.systems.system import Record

_DUG_IN: Final = DATED["casualty_rounds_dug_in"]
_US_SHARE: Final = DATED["casualty_us_battle_share"]
_COMMUNIST, _UN = int(Decision.CASUALTIES_COMMUNIST), int(Decision.CASUALTIES_UN)
_QUIET_ROUNDS: Final = 3000.0
_IN_BATTLE: Final = 1
"""Added to a side's number, the item of its battle in the two decisions on casualties; item 0 is fire."""
_FROM_AIR: Final = _IN_BATTLE + SIDES
_US_IN_BATTLE: Final = _IN_BATTLE + SIDES


@kernel
def suffer(theatre: Record, world: Record, war: Record, day: int, shells: float, un_quiet: float) -> None:
    """Draw the day's casualties; let the line move by those of attackers.

    ``shells``: Communist rounds of the day. ``un_quiet``: UN rounds of the day but those of battles.
    """
    u = uniform(world.seed, 0, world.replicate, day, _COMMUNIST)
    war.casualties_communist_fire = poisson_quantile(u, un_quiet / war.today[_DUG_IN])
    quiet = world.casualty_us_deaths_quiet * pow_(
        max(shells, 1.0) / _QUIET_ROUNDS, world.casualty_fire_exponent
    )
    u = uniform(world.seed, 0, world.replicate, day, _UN)
    deaths = negative_binomial_quantile(u, quiet, world.casualty_clustering)
    hurt = deaths * (1.0 + world.casualty_wounded_per_dead) * world.casualty_un_per_us
    war.casualties_un_fire = int(hurt + 0.5)
    war.deaths_us = deaths
    _fight(theatre, world, war, day)
    war.casualties_un = war.casualties_un_fire + war.casualties_un_battle
    u = uniform(world.seed, _FROM_AIR, world.replicate, day, _COMMUNIST)
    war.casualties_communist_air = poisson_quantile(u, war.support_sorties * world.casualty_air_support)
    on_ground = war.casualties_communist_fire + war.casualties_communist_battle
    war.casualties_communist = on_ground + war.casualties_communist_air


@kernel
def _fight(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Draw the losses of each side's battle, the US dead among them, and the ground that it takes."""
    seed, replicate = world.seed, world.replicate
    un_total = 0
    communist_total = 0
    war.ground_taken_un = 0.0
    war.ground_taken_communist = 0.0
    for side in range(SIDES):
        if war.battle_weight[side] == 0.0:
            continue
        mean = war.battle_weight[side] * world.casualty_un_battle
        if side == UN:
            mean *= world.battle_attack_cost
        un = poisson_quantile(uniform(seed, _IN_BATTLE + side, replicate, day, _UN), mean)
        u = uniform(seed, _IN_BATTLE + side, replicate, day, _COMMUNIST)
        communist = poisson_quantile(u, mean * war.battle_exchange[side])
        u = uniform(seed, _US_IN_BATTLE + side, replicate, day, _UN)
        dead_share = war.today[_US_SHARE] / (1.0 + world.casualty_wounded_per_dead)
        war.deaths_us += binomial_quantile(u, un, dead_share)
        move_line(theatre, world, war, side, communist if side == COMMUNIST else un)
        un_total += un
        communist_total += communist
    war.casualties_un_battle = un_total
    war.casualties_communist_battle = communist_total
