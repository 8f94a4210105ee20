"""Attrition: own aircraft lost, damaged, mended and replaced. Equations: docs/model/attrition.md.

Losses to ground fire are Poisson in the sorties within reach of guns, accidents in all sorties; losses to
fighters come from counter-air. Heavy damage follows enemy action. A share of losses is replaced after a
delay, damaged aircraft return after repair. Always: aircraft + in repair = first day's + received - lost.
"""

from collections.abc import Callable
from typing import ClassVar, Final, final

from stalemate.kernel import kernel
from stalemate.scenario.resolve import DATED
from stalemate.streams import Decision, exp_, log_, poisson_quantile, uniform
from stalemate.systems.system import AbstractSystem, Record, Records
from stalemate.systems.theatre import B26, B29, ESCORT, FIGHTER_BOMBER, INTERCEPTOR, MARINE, Prepared

_GUNS: Final = DATED["loss_flak_guns"]
_TACTICS: Final = DATED["loss_tactics_progress"]
_FLAK, _ACCIDENT, _DAMAGE = int(Decision.FLAK), int(Decision.ACCIDENT), int(Decision.HEAVY_DAMAGE)
_WEEK: Final = 7
_MENDED, _REPLACED = int(Decision.AIRCRAFT_MENDED), int(Decision.AIRCRAFT_REPLACED)


@final
class Attrition(AbstractSystem):
    """Writes aircraft on hand and own losses by cause, by class."""

    name: ClassVar[str] = "attrition"
    reads: ClassVar[tuple[str, ...]] = (
        "today",
        "sorties",
        "cover_flown",
        "support_flown",
        "destruction_flown",
        "raid_allowed",
        "raid_share",
        "flak_factor",
        "air_losses",
    )
    writes: ClassVar[tuple[str, ...]] = (
        "aircraft",
        "in_repair",
        "awaited",
        "aircraft_received",
        "aircraft_returned",
        "aircraft_lost",
        "aircraft_damaged",
        "lost_flak",
        "lost_accident",
    )

    @property
    def kernel(self) -> Callable[..., None]:
        """Lose, repair and replace."""
        return wear

    def begin(self, prepared: Prepared, worlds: Records, wars: Records) -> None:
        """Put the first day's aircraft on the fields."""
        wars["aircraft"][:, : len(prepared.on_hand)] = prepared.on_hand


@kernel
def wear(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Lose to guns and by accident, then damage, mend and replace, class by class."""
    per_sortie = 0.001 * flak_per_1000(world, war.today[_GUNS], war.today[_TACTICS])
    for k in range(theatre.n_classes):
        exposed = war.sorties[k] - war.cover_flown[k]
        exposed -= (1.0 - world.loss_support_relative) * war.support_flown[k]
        exposed += (war.flak_factor[k] - 1.0) * _at_fixed_targets(theatre, war, k)
        by_guns = max(0.0, exposed) * per_sortie * _relative_loss(world, theatre.kind[k])
        left = war.aircraft[k] - war.air_losses[k]
        shot_down = min(_draw(world, day, k, _FLAK, by_guns), left)
        left -= shot_down
        mean = war.sorties[k] * world.loss_accident_per_1000 * 0.001
        crashed = min(_draw(world, day, k, _ACCIDENT, mean), left)
        left -= crashed
        mean = (by_guns + war.air_losses[k]) * world.loss_heavy_damage_ratio
        hurt = min(_draw(world, day, k, _DAMAGE, mean), left)
        war.lost_flak[k] = shot_down
        war.lost_accident[k] = crashed
        war.aircraft_lost[k] = war.air_losses[k] + shot_down + crashed
        war.aircraft_damaged[k] = hurt
        _account(theatre, world, war, day, k)


@kernel
def _at_fixed_targets(theatre: Record, war: Record, k: int) -> float:
    """Return the class's sorties that went low at fixed targets today."""
    sorties = war.destruction_flown[k]
    for r in range(theatre.n_raids):
        if theatre.raid_class[r] == k and theatre.raid_role[r] != ESCORT and war.raid_allowed[r]:
            sorties += theatre.raid_sorties[r] * war.raid_share[k]
    return float(sorties)


@kernel
def flak_per_1000(world: Record, guns: float, tactics: float) -> float:
    """Return the fighter-bombers lost to ground fire in 1,000 sorties within reach of it.

    The rate at the reference number of guns x (guns / reference)^eta x s^tactics, with ln s = ln s0 + slope
    eta; ``tactics`` runs from 0 (as in 1951) to 1 (heights of release raised, flak suppressed).
    """
    eta = world.loss_flak_exponent
    power = eta * log_(guns / world.loss_flak_reference_guns)
    power += tactics * (log_(world.loss_tactics_factor) + world.loss_tactics_slope * eta)
    return float(world.loss_flak_per_1000 * exp_(power))


@kernel
def _draw(world: Record, day: int, k: int, decision: int, mean: float) -> int:
    if mean <= 0.0:
        return 0
    return poisson_quantile(uniform(world.seed, k, world.replicate, day, decision), mean)


@kernel
def _account(theatre: Record, world: Record, war: Record, day: int, k: int) -> None:
    """Keep the class's books: what is lost and damaged leaves, and once a week what is whole comes."""
    mended = 0
    arrived = 0
    if (day + k) % _WEEK == 0:
        mended = _draw(world, day, k, _MENDED, war.in_repair[k] * _WEEK / world.loss_repair_days)
        mended = min(mended, war.in_repair[k])
        arrived = _draw(world, day, k, _REPLACED, war.awaited[k] * _WEEK / world.loss_replacement_days)
        arrived = min(arrived, int(war.awaited[k]))
    lost, hurt = war.aircraft_lost[k], war.aircraft_damaged[k]
    war.awaited[k] += lost * world.loss_replaced_share - arrived
    war.aircraft_returned[k] = mended
    war.aircraft_received[k] = arrived + theatre.reinforcement[k]
    war.in_repair[k] += hurt - mended
    war.aircraft[k] += war.aircraft_received[k] + mended - lost - hurt


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
