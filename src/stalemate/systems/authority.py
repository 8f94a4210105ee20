"""Authority: what may be struck today, and by whose leave. Equations: docs/model/authority.md.

Each target has a level that must approve an attack on it, from the scenario's dated rules; the highest level
from which approval can be had today is what the policy may approve itself. A class of target that the policy
or the law forbids is never struck, nor is one whose level is ``never``, whoever orders it.
"""

from collections.abc import Callable
from typing import ClassVar, final

from stalemate.kernel import kernel
from stalemate.systems.bombing import may_strike
from stalemate.systems.system import AbstractSystem, Record, Records
from stalemate.systems.theatre import Prepared


@final
class Authority(AbstractSystem):
    """Writes the approval that can be had, and which of the day's raids have it."""

    name: ClassVar[str] = "authority"
    reads: ClassVar[tuple[str, ...]] = ()
    writes: ClassVar[tuple[str, ...]] = ("approval", "raid_allowed", "refused_sorties")

    @property
    def kernel(self) -> Callable[..., None]:
        """Ask for leave."""
        return approve

    def begin(self, prepared: Prepared, worlds: Records, wars: Records) -> None:
        """Nothing is carried over from a day before."""


@kernel
def approve(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Write the highest level that approves today, and refuse the raids that lack it."""
    war.approval = theatre.delegated
    war.refused_sorties = 0.0
    for r in range(theatre.n_raids):
        war.raid_allowed[r] = may_strike(theatre, war.approval, theatre.raid_target[r])
        if not war.raid_allowed[r]:
            war.refused_sorties += theatre.raid_sorties[r]
