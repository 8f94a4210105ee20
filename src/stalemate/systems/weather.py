"""Weather: days and nights that can be flown, and floods. Equations: docs/model/weather.md.

Flyable or not is a two-state Markov chain for the day and one for the night: its stationary share is the
month's, its correlation from one day to the next the month's persistence. A flood washes out bridges anywhere
on the managed lines, in proportion to length, whether or not anybody bombs.
"""

from collections.abc import Callable
from typing import ClassVar, Final, final

from stalemate.kernel import kernel
from stalemate.scenario.resolve import DATED
from stalemate.streams import Decision, poisson_quantile, uniform
from stalemate.systems.system import AbstractSystem, Record, Records
from stalemate.systems.theatre import Prepared

_FLOOD: Final = DATED["flood_washouts_per_day"]
_DAY, _NIGHT = int(Decision.FLYABLE_DAY), int(Decision.FLYABLE_NIGHT)
_WASHOUT = int(Decision.FLOOD)


@final
class Weather(AbstractSystem):
    """Writes what can be flown and what the water takes."""

    name: ClassVar[str] = "weather"
    reads: ClassVar[tuple[str, ...]] = ("today",)
    writes: ClassVar[tuple[str, ...]] = ("flyable_day", "flyable_night", "washouts")

    @property
    def kernel(self) -> Callable[..., None]:
        """Draw the day's weather."""
        return draw_weather

    def begin(self, prepared: Prepared, worlds: Records, wars: Records) -> None:
        """Let the eve be flyable; persistence lets that fade within days."""
        wars["flyable_day"] = 1
        wars["flyable_night"] = 1


@kernel
def draw_weather(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Draw the flyable day and night, and the bridges that a flood takes on each section."""
    keep = theatre.persistence
    by_day = theatre.flyable_day + keep * (war.flyable_day - theatre.flyable_day)
    by_night = theatre.flyable_night + keep * (war.flyable_night - theatre.flyable_night)
    war.flyable_day = uniform(world.seed, 0, world.replicate, day, _DAY) < by_day
    war.flyable_night = uniform(world.seed, 0, world.replicate, day, _NIGHT) < by_night
    per_km = war.today[_FLOOD] / theatre.managed_km
    for section in range(theatre.n_sections):
        if per_km > 0.0 and theatre.managed[section]:
            u = uniform(world.seed, section, world.replicate, day, _WASHOUT)
            war.washouts[section] = poisson_quantile(u, per_km * theatre.length_km[section])
        else:
            war.washouts[section] = 0
