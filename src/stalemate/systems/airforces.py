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
from stalemate.systems.system import AbstractSystem, Record, Records
from stalemate.systems.theatre import B26, B29, FIGHTER_BOMBER, MARINE, Prepared

_EFFORT, _LOSSES, _DAMAGE = int(Decision.DAY_EFFORT), int(Decision.LOSSES), int(Decision.HEAVY_DAMAGE)
_MENDED, _REPLACED = int(Decision.AIRCRAFT_MENDED), int(Decision.AIRCRAFT_REPLACED)


@final
class AirForces(AbstractSystem):
    """Writes sorties flown, aircraft on hand and own losses, by class."""

    name: ClassVar[str] = "airforces"
    reads: ClassVar[tuple[str, ...]] = ("order_weight", "flyable_day", "flyable_night")
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
    """Fly, lose, repair and replace, class by class."""
    war.rail_sorties = 0.0
    war.road_sorties = 0.0
    war.destruction_sorties = 0.0
    spread = world.effort_day_sigma
    shift = 0.5 * spread * spread
    seed, replicate = world.seed, world.replicate
    by_day = exp_(spread * normal_quantile(uniform(seed, 0, replicate, day, _EFFORT)) - shift)
    by_night = exp_(spread * normal_quantile(uniform(seed, 1, replicate, day, _EFFORT)) - shift)
    for k in range(theatre.n_classes):
        rail = theatre.ordered_rail[k] * war.order_weight[0] + theatre.ordered_bridge[k] * war.order_weight[1]
        road = theatre.ordered_road[k] * war.order_weight[2]
        destruction = theatre.ordered_destruction[k] * war.order_weight[3]
        ordered = rail + road + destruction + theatre.ordered_other[k]
        on_station = war.aircraft[k] * theatre.serviceable[k] * world.effort_availability_factor
        war.available[k] = on_station * theatre.sorties_per_aircraft[k]
        share = 0.0
        can_fly = war.flyable_night if theatre.night[k] else war.flyable_day
        if ordered > 0.0 and can_fly:
            share = exp_(_doubt(world, theatre.kind[k]) * theatre.doubt[k]) * (
                by_night if theatre.night[k] else by_day
            )
            share = min(share / theatre.flyable_share[k], war.available[k] / ordered)
        war.flown_share[k] = share
        war.sorties[k] = share * ordered
        war.rail_sorties += share * rail
        war.road_sorties += share * road
        war.destruction_sorties += share * destruction
        _account(theatre, world, war, day, k)


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
    return world.loss_relative_carrier
