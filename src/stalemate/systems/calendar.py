"""The calendar: dated parameters on this day, between their knots."""

from collections.abc import Callable
from typing import ClassVar, Final, final

from stalemate.kernel import kernel
from stalemate.scenario.resolve import DATED
from stalemate.streams import exp_
from stalemate.systems.system import AbstractSystem, Record, Records
from stalemate.systems.theatre import Prepared

_COUNT: Final = len(DATED)


@final
class Calendar(AbstractSystem):
    """Writes ``today``, from which every other system reads its dated parameters."""

    name: ClassVar[str] = "calendar"
    reads: ClassVar[tuple[str, ...]] = ()
    writes: ClassVar[tuple[str, ...]] = ("today",)

    @property
    def kernel(self) -> Callable[..., None]:
        """Interpolate the knots."""
        return turn_page

    def begin(self, prepared: Prepared, worlds: Records, wars: Records) -> None:
        """Nothing is carried over from a day before."""


@kernel
def turn_page(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Set each dated parameter to its value between the knots before and after the day."""
    for number in range(_COUNT):
        before = theatre.knot_index[number]
        weight = theatre.knot_weight[number]
        value = world.knots[number, before]
        if weight > 0.0:
            value += weight * (world.knots[number, before + 1] - value)
        if theatre.knot_is_log[number]:
            value = exp_(value)
        war.today[number] = value
