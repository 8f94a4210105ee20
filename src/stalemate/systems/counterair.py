"""Counter-air: fighters against fighters, and what slips through. Equations: docs/model/counterair.md.

The other side's fighters come by a dated table on days that can be flown, and a dated share of them fights.
What the escorts cannot meet, one for one, leaks through to those who bomb by day. Medium bombers lose by day
where they go into the fighters' reach, by night to night fighters and more often when they can be seen.
"""

from collections.abc import Callable
from typing import ClassVar, Final, final

from stalemate.kernel import kernel
from stalemate.scenario.resolve import DATED
from stalemate.streams import Decision, exp_, lognormal, poisson_quantile, uniform
from stalemate.systems.system import AbstractSystem, Record, Records
from stalemate.systems.theatre import AIRFIELD, B29, NEVER, Prepared

_SORTIES: Final = DATED["mig_sorties_per_day"]
_ENGAGED: Final = DATED["mig_engaged_share"]
_LOST: Final = DATED["mig_lost_per_1000_engaged"]
_EXCHANGE: Final = DATED["mig_per_interceptor"]
_BY_DAY: Final = DATED["mig_b29_day_share"]
_IN_REACH: Final = DATED["mig_b29_reach_share"]
_DARK: Final = DATED["moon_dark_share"]
_COME, _DOWN, _OWN = int(Decision.MIG_SORTIES), int(Decision.MIG_LOSSES), int(Decision.AIR_LOSSES)


@final
class CounterAir(AbstractSystem):
    """Writes the other side's fighters, their losses, and own losses to them by class."""

    name: ClassVar[str] = "counterair"
    reads: ClassVar[tuple[str, ...]] = ("today", "flyable_day", "sorties", "cover_flown")
    reads_yesterday: ClassVar[tuple[str, ...]] = ("aircraft", "target_left")
    writes: ClassVar[tuple[str, ...]] = (
        "mig_sorties",
        "mig_engaged",
        "migs_lost",
        "air_losses",
        "mig_leak",
        "fields_open",
        "moonlit",
    )

    @property
    def kernel(self) -> Callable[..., None]:
        """Meet in the air."""
        return meet

    def begin(self, prepared: Prepared, worlds: Records, wars: Records) -> None:
        """Nothing is carried over from a day before."""


@kernel
def meet(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Let fighters come, fight the escorts and get through; draw losses on both sides."""
    seed, replicate = world.seed, world.replicate
    war.moonlit = theatre.moon > war.today[_DARK]
    war.fields_open = share_of_fields(theatre, war, world.mig_field_fit)
    war.mig_sorties = 0.0
    mean = war.today[_SORTIES]
    if war.flyable_day and mean > 0.0:
        sigma = world.mig_day_sigma
        u = uniform(seed, 0, replicate, day, _COME)
        mean = mean / theatre.flyable_day * exp_(-0.5 * sigma * sigma)
        war.mig_sorties = lognormal(u, mean, sigma)
    flown = 0.0
    escorts = 0.0
    for k in range(theatre.n_classes):
        flown += war.sorties[k]
        escorts += war.cover_flown[k]
    share = war.today[_ENGAGED]
    share += (1.0 - share) * world.mig_field_reach * war.fields_open
    war.mig_engaged = war.mig_sorties * share if flown > 0.0 else 0.0
    war.mig_leak = leak(war.mig_engaged, escorts)
    lost_in_fights = min(war.mig_engaged, escorts) * war.today[_LOST] * 0.001
    war.migs_lost = 0
    if lost_in_fights > 0.0:
        war.migs_lost = poisson_quantile(uniform(seed, 0, replicate, day, _DOWN), lost_in_fights)
    for k in range(theatre.n_classes):
        mean = 0.0
        if escorts > 0.0:
            mean = lost_in_fights / war.today[_EXCHANGE] * (war.cover_flown[k] / escorts)
        bombing = war.sorties[k] - war.cover_flown[k]
        if theatre.kind[k] == B29:
            mean += bombing * _b29_loss(world, war)
        elif not theatre.night[k]:
            mean += bombing * world.mig_leak_loss_per_1000 * 0.001 * war.mig_leak
        war.air_losses[k] = 0
        if mean > 0.0:
            lost = poisson_quantile(uniform(seed, k, replicate, day, _OWN), mean)
            war.air_losses[k] = min(lost, war.aircraft[k])


@kernel
def leak(engaged: float, escorts: float) -> float:
    """Return the share of the fighters' chances that escorts leave open: engaged over escorts, at most 1."""
    if engaged <= 0.0:
        return 0.0
    return 1.0 if engaged >= escorts else engaged / escorts


@kernel
def share_of_fields(theatre: Record, war: Record, fit: float) -> float:
    """Return the share of airfields on the near side of the border that stood at ``fit`` or more last night.

    Those that may never be struck lie beyond the border and are left out.
    """
    fields = 0
    whole = 0
    for target in range(theatre.first_target[AIRFIELD], theatre.last_target[AIRFIELD]):
        near = theatre.required_level[target] != NEVER
        fields += near
        whole += near & (war.target_left[target] >= fit)
    return whole / fields if fields > 0 else 0.0


@kernel
def _b29_loss(world: Record, war: Record) -> float:
    """Return the medium bombers lost to fighters a sortie today, by day and by night together."""
    by_day = war.today[_BY_DAY]
    at_night = world.mig_b29_night_loss_per_1000 * 0.001
    if war.moonlit:
        at_night *= world.mig_moon_factor
    return by_day * war.today[_IN_REACH] * world.mig_b29_day_loss * war.mig_leak + (1.0 - by_day) * at_night
