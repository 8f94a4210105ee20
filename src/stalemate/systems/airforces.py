"""Air forces: what the day's orders become. Equations: docs/model/airforces.md.

Sorties flown = order x doubt of the effort x the day's multiplier / share of flyable days, on flyable days,
up to serviceable aircraft x sorties an aircraft. What it costs is counted in attrition.
"""

from collections.abc import Callable
from typing import ClassVar, final

from stalemate.kernel import kernel
from stalemate.streams import Decision, exp_, normal_quantile, uniform
from stalemate.systems.bombing import bombs_per_sortie
from stalemate.systems.system import AbstractSystem, Record, Records
from stalemate.systems.theatre import B26, B29, ESCORT, FIGHTER_BOMBER, INTERCEPTOR, MARINE, STRIKE, Prepared

_EFFORT = int(Decision.DAY_EFFORT)


@final
class AirForces(AbstractSystem):
    """Writes sorties flown, by class and by mission."""

    name: ClassVar[str] = "airforces"
    reads: ClassVar[tuple[str, ...]] = (
        "flyable_day",
        "flyable_night",
        "raid_allowed",
        "mission_weight",
    )
    reads_yesterday: ClassVar[tuple[str, ...]] = ("aircraft",)
    writes: ClassVar[tuple[str, ...]] = (
        "available",
        "sorties",
        "flown_share",
        "rail_sorties",
        "road_sorties",
        "destruction_sorties",
        "destruction_flown",
        "support_sorties",
        "support_flown",
        "superiority_sorties",
        "cover_flown",
        "raid_share",
        "bombs_tonnes",
    )

    @property
    def kernel(self) -> Callable[..., None]:
        """Fly the day's orders."""
        return fly

    def begin(self, prepared: Prepared, worlds: Records, wars: Records) -> None:
        """Nothing is carried over from a day before."""


@kernel
def fly(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Fly the raids and the standing orders, class by class."""
    war.rail_sorties = 0.0
    war.road_sorties = 0.0
    war.destruction_sorties = 0.0
    war.support_sorties = 0.0
    war.superiority_sorties = 0.0
    spread = world.effort_day_sigma
    shift = 0.5 * spread * spread
    seed, replicate = world.seed, world.replicate
    by_day = exp_(spread * normal_quantile(uniform(seed, 0, replicate, day, _EFFORT)) - shift)
    by_night = exp_(spread * normal_quantile(uniform(seed, 1, replicate, day, _EFFORT)) - shift)
    for k in range(theatre.n_classes):
        on_station = war.aircraft[k] * theatre.serviceable[k] * world.effort_availability_factor
        war.available[k] = on_station * theatre.sorties_per_aircraft[k]
        raiding = _fly_raids(theatre, war, k)
        weight = war.mission_weight[k]
        rail = theatre.ordered_rail[k] * weight[0] + theatre.ordered_bridge[k] * weight[1]
        road = theatre.ordered_road[k] * weight[2]
        destruction = theatre.ordered_destruction[k] * weight[3]
        support = theatre.ordered_support[k] * weight[4]
        superiority = theatre.ordered_superiority[k]
        ordered = rail + road + destruction + support + superiority + theatre.ordered_other[k]
        share = 0.0
        can_fly = war.flyable_night if theatre.night[k] else war.flyable_day
        if ordered > 0.0 and can_fly:
            share = exp_(_doubt(world, theatre.kind[k]) * theatre.doubt[k]) * (
                by_night if theatre.night[k] else by_day
            )
            free = max(0.0, war.available[k] - raiding)
            share = min(share / theatre.flyable_share[k], free / ordered)
        war.flown_share[k] = share
        war.sorties[k] = share * ordered + raiding
        war.rail_sorties += share * rail
        war.road_sorties += share * road
        war.destruction_flown[k] = share * destruction
        war.destruction_sorties += share * destruction
        war.support_flown[k] = share * support
        war.support_sorties += share * support
        war.superiority_sorties += share * superiority
        war.cover_flown[k] = share * superiority
        striking = rail + road + destruction + support
        war.bombs_tonnes[k] = bombs_per_sortie(world, theatre.kind[k]) * (share * striking)
    for r in range(theatre.n_raids):
        k = theatre.raid_class[r]
        flown = theatre.raid_sorties[r] * war.raid_share[k] * war.raid_allowed[r]
        war.destruction_sorties += flown
        if theatre.raid_role[r] == STRIKE:
            war.bombs_tonnes[k] += bombs_per_sortie(world, theatre.kind[k]) * flown
        elif theatre.raid_role[r] == ESCORT:
            war.cover_flown[k] += flown


@kernel
def _fly_raids(theatre: Record, war: Record, k: int) -> float:
    """Write the share of the class's dated raids that it can fly today, and return their sorties.

    Raids have dates because the day could be flown: the drawn weather does not stop them.
    """
    ordered = 0.0
    for r in range(theatre.n_raids):
        if theatre.raid_class[r] == k and war.raid_allowed[r]:
            ordered += theatre.raid_sorties[r]
    war.raid_share[k] = 1.0
    if ordered > war.available[k]:
        war.raid_share[k] = war.available[k] / ordered
    return min(ordered, war.available[k])


@kernel
def _doubt(world: Record, kind: int) -> float:
    if kind == FIGHTER_BOMBER:
        return world.effort_doubt_fighter_bomber
    if kind == B26:
        return world.effort_doubt_b26
    if kind == B29:
        return world.effort_doubt_b29
    if kind == MARINE:
        return world.effort_doubt_marine
    if kind == INTERCEPTOR:
        return world.effort_doubt_interceptor
    return world.effort_doubt_carrier
