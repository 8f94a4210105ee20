"""Civilians: deaths, homes lost, hunger, men who leave their work. Equations: docs/model/civilians.md.

Deaths are a rate a tonne among the dwellings of towns, times who is present, how they are sheltered and
whether they were warned, a lower rate a tonne elsewhere and a still lower one at the front. All follow from
one total for the war, which nobody knows. Deaths are a cost: no objective falls with them, and there is no
term by which they could serve.
"""

from collections.abc import Callable
from typing import ClassVar, Final, final

from stalemate.kernel import kernel
from stalemate.scenario.resolve import DATED
from stalemate.streams import Decision, exp_, normal_quantile, poisson_quantile, uniform
from stalemate.systems.bombing import bombs_per_sortie, deaths_per_tonne
from stalemate.systems.system import AbstractSystem, Record, Records
from stalemate.systems.theatre import Prepared

_PRESENT: Final = DATED["civilian_present"]
_SHELTER: Final = DATED["civilian_shelter"]
_WARNED: Final = DATED["civilian_warned"]
_IN_TOWN, _ELSEWHERE = int(Decision.CIVILIAN_DEATHS), int(Decision.CIVILIAN_OTHER)


@final
class Civilians(AbstractSystem):
    """Writes what the war does to those who live there."""

    name: ClassVar[str] = "civilians"
    reads: ClassVar[tuple[str, ...]] = (
        "today",
        "bombs_tonnes",
        "support_flown",
        "town_tonnes",
        "near_tonnes",
        "warned_tonnes",
        "buildings_destroyed",
        "food_share",
    )
    writes: ClassVar[tuple[str, ...]] = (
        "civilian_deaths",
        "deaths_town",
        "deaths_other",
        "displaced",
        "warned_share",
        "hunger",
        "labour_left",
    )

    @property
    def kernel(self) -> Callable[..., None]:
        """Count the day's dead, displaced, hungry and gone."""
        return bear

    def begin(self, prepared: Prepared, worlds: Records, wars: Records) -> None:
        """Let the labour battalions be at full strength."""
        wars["labour_left"] = 1.0


@kernel
def bear(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Run one day of those who live under the bombs."""
    dropped = 0.0
    at_front = 0.0
    for k in range(theatre.n_classes):
        dropped += war.bombs_tonnes[k]
        at_front += bombs_per_sortie(world, theatre.kind[k]) * war.support_flown[k]
    war.warned_share = min(1.0, war.today[_WARNED] * theatre.leaflets)
    told_share = max(war.warned_share, world.civilian_law_warned)
    saved = 1.0 - world.civilian_warning_factor
    near = world.civilian_near_dwellings
    told = min(war.warned_tonnes, war.near_tonnes)
    among = (war.town_tonnes + near * (war.near_tonnes - told)) * (1.0 - saved * war.warned_share)
    among += near * told * (1.0 - saved * told_share)
    elsewhere = max(0.0, dropped - war.town_tonnes - near * war.near_tonnes - at_front)
    off = max(0.0, elsewhere - (1.0 - near) * told * saved * world.civilian_law_warned)
    off += world.civilian_front_factor * at_front
    in_town, off_town = deaths_per_tonne(world)
    exposed = war.today[_PRESENT] * war.today[_SHELTER]
    war.deaths_town = _deaths(world, day, among * in_town * exposed, _IN_TOWN)
    war.deaths_other = _deaths(world, day, off * off_town, _ELSEWHERE)
    war.civilian_deaths = war.deaths_town + war.deaths_other
    war.displaced = war.buildings_destroyed * world.civilian_per_building
    war.hunger = min(1.0, max(0.0, 1.0 - war.food_share))
    _work(world, war, dropped)


@kernel
def _deaths(world: Record, day: int, mean: float, decision: int) -> int:
    """Return the day's deaths: Poisson around a mean scattered by a lognormal number of mean 1."""
    if mean <= 0.0:
        return 0
    sigma = world.civilian_scatter
    z = normal_quantile(uniform(world.seed, 0, world.replicate, day, decision))
    u = uniform(world.seed, 1, world.replicate, day, decision)
    return poisson_quantile(u, mean * exp_(sigma * z - 0.5 * sigma * sigma))


@kernel
def _work(world: Record, war: Record, tonnes: float) -> None:
    """Let men leave their battalions under bombs and come back in weeks, never below the least share."""
    left = war.labour_left
    left += (1.0 - left) / world.labour_return_days - left * world.labour_flight_per_1000_t * tonnes / 1000.0
    war.labour_left = min(1.0, max(world.labour_least, left))
