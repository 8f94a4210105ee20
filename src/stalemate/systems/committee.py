"""The target committee: how the day's orders are weighed. Equations: docs/model/committee.md."""

from collections.abc import Callable
from typing import ClassVar, Final, final

from stalemate.kernel import kernel
from stalemate.systems.system import AbstractSystem, Record, Records
from stalemate.systems.theatre import Prepared
from stalemate.systems.variables import SIZES

_MISSIONS: Final = SIZES["mission"]


@final
class Committee(AbstractSystem):
    """Writes the multiple of each order that is to be flown."""

    name: ClassVar[str] = "committee"
    reads: ClassVar[tuple[str, ...]] = ("order_weight",)
    writes: ClassVar[tuple[str, ...]] = ("mission_weight",)

    @property
    def kernel(self) -> Callable[..., None]:
        """Weigh the orders."""
        return weigh

    def begin(self, prepared: Prepared, worlds: Records, wars: Records) -> None:
        """Nothing is carried over from a day before."""


@kernel
def weigh(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Pass the policy's weights on, the same for every aircraft class."""
    for k in range(theatre.n_classes):
        for mission in range(_MISSIONS):
            war.mission_weight[k, mission] = war.order_weight[mission]
