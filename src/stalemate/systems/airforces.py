"""Air forces: what the day's orders become, and what they cost. Equations: docs/model/airforces.md.

Sorties flown = order x doubt of the effort x the day's multiplier / share of flyable days, on flyable days,
up to serviceable aircraft x sorties an aircraft. Losses and heavy damage are Poisson in sorties; a share of
losses is replaced after a delay, heavily damaged aircraft return after repair. Always:
aircraft + in repair = first day's + received - lost.
"""

from collections.abc import Callable
from typing import ClassVar, final

from stalemate.kernel import kernel
from stalemate.streams import Decision, exp_, normal_quantile, poisson_quantile, uniform
from stalemate.systems.bombing import bombs_per_sortie
from stalemate.systems.system import AbstractSystem, Record, Records
from stalemate.systems.theatre import B26, B29, FIGHTER_BOMBER, INTERCEPTOR, MARINE, STRIKE, Prepared

_EFFORT, _LOSSES, _DAMAGE = int(Decision.DAY_EFFORT), int(Decision.LOSSES), int(Decision.HEAVY_DAMAGE)
_MENDED, _REPLACED = int(Decision.AIRCRAFT_MENDED), int(Decision.AIRCRAFT_REPLACED)


@final
class AirForces(AbstractSystem):
    """Writes sorties flown, aircraft on hand and own losses, by class."""

    name: ClassVar[str] = "airforces"
    reads: ClassVar[tuple[str, ...]] = (
        "flyable_day",
        "flyable_night",
        "raid_allowed",
        "mission_weight",
    )
    writes: ClassVar[tuple[str, ...]] = (
        "aircraft",
        "in_repair",
        "awaited",
        "aircraft_received",
        "aircraft_returned",
        "aircraft_lost",
        "aircraft_damaged",
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
        "raid_share",
        "bombs_tonnes",
    )

    @property
    def kernel(self) -> Callable[..., None]:
        """Fly the day's orders."""
        return fly

    def begin(self, prepared: Prepared, worlds: Records, wars: Records) -> None:
        """Put the first day's aircraft on the fields."""
        wars["aircraft"][:, : len(prepared.on_hand)] = prepared.on_hand


@kernel
def fly(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Fly the raids and the standing orders, then lose, repair and replace, class by class."""
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
        striking = rail + road + destruction + support
        war.bombs_tonnes[k] = bombs_per_sortie(world, theatre.kind[k]) * (share * striking)
        _account(theatre, world, war, day, k)
    for r in range(theatre.n_raids):
        k = theatre.raid_class[r]
        flown = theatre.raid_sorties[r] * war.raid_share[k] * war.raid_allowed[r]
        war.destruction_sorties += flown
        if theatre.raid_role[r] == STRIKE:
            war.bombs_tonnes[k] += bombs_per_sortie(world, theatre.kind[k]) * flown


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
def _account(theatre: Record, world: Record, war: Record, day: int, k: int) -> None:
    seed, replicate = world.seed, world.replicate
    mean = (
        war.sorties[k] * world.loss_per_1000_fighter_bomber * 0.001 * _relative_loss(world, theatre.kind[k])
    )
    lost = min(poisson_quantile(uniform(seed, k, replicate, day, _LOSSES), mean), war.aircraft[k])
    hurt = poisson_quantile(uniform(seed, k, replicate, day, _DAMAGE), mean * world.loss_heavy_damage_ratio)
    hurt = min(hurt, war.aircraft[k] - lost)
    mended = poisson_quantile(
        uniform(seed, k, replicate, day, _MENDED), war.in_repair[k] / world.loss_repair_days
    )
    mended = min(mended, war.in_repair[k])
    due = war.awaited[k] / world.loss_replacement_days
    arrived = min(poisson_quantile(uniform(seed, k, replicate, day, _REPLACED), due), int(war.awaited[k]))
    war.awaited[k] += lost * world.loss_replaced_share - arrived
    war.aircraft_lost[k] = lost
    war.aircraft_damaged[k] = hurt
    war.aircraft_returned[k] = mended
    war.aircraft_received[k] = arrived + theatre.reinforcement[k]
    war.in_repair[k] += hurt - mended
    war.aircraft[k] += war.aircraft_received[k] + mended - lost - hurt


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


@kernel
def _relative_loss(world: Record, kind: int) -> float:
    if kind == FIGHTER_BOMBER:
        return 1.0
    if kind == B26:
        return world.loss_relative_b26
    if kind == B29:
        return world.loss_relative_b29
    if kind == MARINE:
        return world.loss_relative_marine
    if kind == INTERCEPTOR:
        return world.loss_relative_interceptor
    return world.loss_relative_carrier
