"""Insurgency: guerrillas in the South, sweeps, and the troops tied down. Equations: docs/model/insurgency.md.

Strength G follows dG/dt = r - (m + s D) G: r join a day, a share m leaves by itself, and each of D divisions
on a sweep takes a share s a day. Rates are constant within a day, so its step is exact. What was removed is
what joined less what was gained. Those who sweep claim more heads than there were fighters, and few arms.
"""

from collections.abc import Callable
from typing import ClassVar, Final, final

from stalemate.kernel import kernel
from stalemate.scenario.resolve import DATED
from stalemate.streams import Decision, exp_, lognormal, uniform
from stalemate.systems.system import AbstractSystem, Record, Records
from stalemate.systems.theatre import Prepared

_SWEEPING: Final = DATED["guerrilla_sweep_divisions"]
_LUCK: Final = int(Decision.SWEEP)


@final
class Insurgency(AbstractSystem):
    """Writes the guerrillas' strength, their losses, and the rear's divisions."""

    name: ClassVar[str] = "insurgency"
    reads: ClassVar[tuple[str, ...]] = ("today",)
    writes: ClassVar[tuple[str, ...]] = (
        "guerrillas",
        "guerrillas_removed",
        "guerrillas_claimed",
        "rear_divisions",
        "arms_taken",
    )

    @property
    def kernel(self) -> Callable[..., None]:
        """Join, leave and be swept."""
        return hunt

    def begin(self, prepared: Prepared, worlds: Records, wars: Records) -> None:
        """Put the first day's guerrillas in the hills."""
        wars["guerrillas"] = worlds["guerrilla_first_number"]


@kernel
def hunt(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Run one day: guard against yesterday's strength, sweep, count what is left and what is claimed."""
    divisions = war.today[_SWEEPING]
    war.rear_divisions = divisions + world.guerrilla_guard_divisions * war.guerrillas
    swept = 0.0
    if divisions > 0.0:
        sigma = world.guerrilla_sweep_sigma
        u = uniform(world.seed, 0, world.replicate, day, _LUCK)
        swept = divisions * lognormal(u, world.guerrilla_sweep_rate, sigma) * exp_(-0.5 * sigma * sigma)
    rate = world.guerrilla_leaving_rate + swept
    left = after_a_day(war.guerrillas, world.guerrilla_joining, rate)
    removed = war.guerrillas + world.guerrilla_joining - left
    war.guerrillas = left
    war.guerrillas_removed = removed
    in_sweeps = removed * swept / rate if rate > 0.0 else 0.0
    war.guerrillas_claimed = in_sweeps / world.guerrilla_fighter_share
    war.arms_taken = war.guerrillas_claimed * world.guerrilla_arms_share


@kernel
def after_a_day(strength: float, joining: float, rate: float) -> float:
    """Return the strength a day on, persons, when ``joining`` come and the share ``rate`` goes a day.

    The solution of dG/dt = r - k G over one day: G e^-k + (r / k) (1 - e^-k), or G + r where k is nothing.
    """
    if rate <= 0.0:
        return strength + joining
    kept = exp_(-rate)
    return strength * kept + joining * (1.0 - kept) / rate
