"""Intelligence: what was claimed, what was seen, and what is believed. Equations: docs/model/intelligence.md.

Three series a category are kept apart: what happened, which stands with the system that did it; what
photographs or a review let stand; what was announced. A claim is a day's truth x a factor drawn once a war x
the luck of the month, one number for each side. Of fixed targets the committee believes what photographs have
shown by its meeting: damage soon and read too high, recovery late, both with error.
"""

from collections.abc import Callable
from typing import ClassVar, Final, final

from stalemate.kernel import kernel
from stalemate.streams import Decision, exp_, normal_quantile, uniform
from stalemate.systems.system import AbstractSystem, Record, Records
from stalemate.systems.theatre import FORTNIGHT, Prepared

_PHOTO, _CLAIMS = int(Decision.PHOTO), int(Decision.CLAIMS)
UN, COMMUNIST = range(2)
"""Who claims."""
MONTH: Final = 28
"""Days for which the luck of claims holds."""
NOTICED: Final = 0.01
"""Standing share below which nothing is seen to have changed."""


@final
class Intelligence(AbstractSystem):
    """Writes claims and assessments, and what is believed of each fixed target."""

    name: ClassVar[str] = "intelligence"
    reads: ClassVar[tuple[str, ...]] = (
        "trucks_lost",
        "cuts",
        "bridge_cases",
        "rail_sorties",
        "road_sorties",
        "buildings_destroyed",
        "casualties_communist",
        "casualties_un",
        "migs_lost",
        "lost_flak",
        "air_losses",
        "target_left",
    )
    writes: ClassVar[tuple[str, ...]] = (
        "claim_luck",
        "trucks_claimed",
        "trucks_assessed",
        "cuts_claimed",
        "bridges_claimed",
        "locomotives_claimed",
        "buildings_claimed",
        "buildings_assessed",
        "casualties_communist_claimed",
        "casualties_un_claimed",
        "migs_claimed",
        "aircraft_claimed",
        "believed_left",
    )

    @property
    def kernel(self) -> Callable[..., None]:
        """Count, announce, and read photographs."""
        return report

    def begin(self, prepared: Prepared, worlds: Records, wars: Records) -> None:
        """Let the first day's state of every target be known."""
        wars["believed_left"] = prepared.theatre["target_standing"]


@kernel
def report(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Announce the day, and read photographs once a fortnight."""
    if day % MONTH == 0:
        sigma = world.claim_month_sigma
        for side in (UN, COMMUNIST):
            z = normal_quantile(uniform(world.seed, side, world.replicate, day, _CLAIMS))
            war.claim_luck[side] = exp_(sigma * (z - 0.5 * sigma))
    _claim_on_the_ground(theatre, world, war)
    _claim_in_the_air(theatre, world, war)
    if day % FORTNIGHT == FORTNIGHT - 1:
        _read_photographs(theatre, world, war, day)


@kernel
def _claim_on_the_ground(theatre: Record, world: Record, war: Record) -> None:
    """Write what each side says it did to lines, trucks, buildings and men."""
    luck = war.claim_luck[UN]
    cuts = 0
    cases = 0
    for section in range(theatre.n_sections):
        cuts += war.cuts[section]
        cases += war.bridge_cases[section]
    war.trucks_claimed = war.trucks_lost * world.claim_truck_factor * luck
    war.trucks_assessed = war.trucks_claimed * world.claim_truck_reviewed
    war.cuts_claimed = cuts * world.claim_cut_factor * luck
    war.bridges_claimed = cases * world.claim_bridges_per_case * luck
    sorties = war.rail_sorties + war.road_sorties
    war.locomotives_claimed = sorties * 0.001 * world.claim_locomotives_per_1000_sorties * luck
    war.buildings_claimed = war.buildings_destroyed * world.claim_building_factor * luck
    war.buildings_assessed = war.buildings_destroyed * world.claim_building_seen
    war.casualties_communist_claimed = war.casualties_communist * world.claim_communist_casualties * luck
    war.casualties_un_claimed = war.casualties_un * world.claim_un_casualties * war.claim_luck[COMMUNIST]


@kernel
def _claim_in_the_air(theatre: Record, world: Record, war: Record) -> None:
    """Write what each side says it shot down; the other side's guns and fighters differ."""
    war.migs_claimed = war.migs_lost * world.claim_mig_factor * war.claim_luck[UN]
    claimed = 0.0
    for k in range(theatre.n_classes):
        claimed += war.lost_flak[k] * world.claim_gun_factor + war.air_losses[k] * world.claim_fighter_factor
    war.aircraft_claimed = claimed * war.claim_luck[COMMUNIST]


@kernel
def _read_photographs(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Move belief toward what is seen of each target that looks changed."""
    damage_seen = share_seen(world.photo_damage_days)
    recovery_seen = share_seen(world.photo_recovery_days)
    for target in range(theatre.n_targets):
        gap = war.target_left[target] - war.believed_left[target]
        if abs(gap) > NOTICED:
            z = normal_quantile(uniform(world.seed, target, world.replicate, day, _PHOTO))
            if gap < 0.0:
                step = damage_seen * (world.photo_overread * gap + world.photo_sigma * z)
            else:
                step = recovery_seen * (gap + world.photo_sigma * z)
            war.believed_left[target] = min(1.0, max(0.0, war.believed_left[target] + step))


@kernel
def share_seen(days: float) -> float:
    """Return the share of a change that a fortnight's photographs show, at a mean delay in days."""
    return 1.0 if days <= 0.0 else 1.0 - exp_(-FORTNIGHT / days)
