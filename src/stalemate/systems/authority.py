"""Authority: what may be struck today, and by whose leave. Equations: docs/model/authority.md.

Each target has a level that must approve an attack on it, from the scenario's dated rules. Orders that follow
the record have the leave that the record had. A committee that chooses for itself has what politics allows:
civilian deaths that become known build up a cost which fades with time; while it is low the Joint Chiefs can
be won over, where it passes the limit leave shrinks to the field's own. A class of target that the policy or
the law forbids is never struck, nor is one whose level is ``never``, whoever orders it.
"""

from collections.abc import Callable
from typing import ClassVar, final

from stalemate.kernel import kernel
from stalemate.systems.bombing import may_strike
from stalemate.systems.system import AbstractSystem, Record, Records
from stalemate.systems.theatre import FIELD, GIVEN, JOINT_CHIEFS, THEATRE, Prepared


@final
class Authority(AbstractSystem):
    """Writes the approval that can be had, and which of the day's raids have it."""

    name: ClassVar[str] = "authority"
    reads: ClassVar[tuple[str, ...]] = ()
    reads_yesterday: ClassVar[tuple[str, ...]] = ("civilian_deaths",)
    writes: ClassVar[tuple[str, ...]] = ("political_cost", "approval", "raid_allowed", "refused_sorties")

    @property
    def kernel(self) -> Callable[..., None]:
        """Ask for leave."""
        return approve

    def begin(self, prepared: Prepared, worlds: Records, wars: Records) -> None:
        """Nothing has built up on the eve of the first day."""


@kernel
def approve(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Write the political cost and the level that approves today, and refuse the raids that lack it."""
    fading = war.political_cost / world.politics_memory_days
    war.political_cost += war.civilian_deaths / world.politics_limit_deaths - fading
    war.approval = theatre.delegated
    if theatre.choice != GIVEN and theatre.delegated == THEATRE:
        war.approval = level_of(war.political_cost, world.politics_loose_share)
    war.refused_sorties = 0.0
    for r in range(theatre.n_raids):
        war.raid_allowed[r] = may_strike(theatre, war.approval, theatre.raid_target[r])
        if not war.raid_allowed[r]:
            war.refused_sorties += theatre.raid_sorties[r]


@kernel
def level_of(cost: float, loose: float) -> int:
    """Return the level from which approval can be had at a political cost, of which 1 is the limit."""
    if cost >= 1.0:
        return FIELD
    return JOINT_CHIEFS if cost < loose else THEATRE
