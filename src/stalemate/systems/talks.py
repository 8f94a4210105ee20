"""The talks: items settle, prisoners last, under seven rival accounts. Equations: docs/model/talks.md.

An item on the table settles with a constant hazard on days outside a recess. Once the others are settled the
prisoners are left, and the daily hazard of an agreement on them under explanation e is

    h_e = h0 exp( sum over j of b_ej z_j  -  r x recess )

The z are air pressure as felt (the model's own), denial (the line stands still and attacks on it fail), what
dated indicators add up to, and minus the pressure announced in public. b_ee is a war's own coefficient, the
others are small; under ``none`` all are 0. An agreement comes when the hazard spent passes one exponential
draw, the same under every explanation, so that explanations and policies are paired. The war goes on.
"""

from collections.abc import Callable
from typing import ClassVar, Final, final

from stalemate.kernel import kernel
from stalemate.scenario.diplomacy import ITEMS
from stalemate.streams import Decision, exp_, log_, unit_draws
from stalemate.systems.diplomacy import EXPLANATIONS
from stalemate.systems.system import AbstractSystem, Record, Records
from stalemate.systems.theatre import Prepared

_PRISONERS: Final = ITEMS.index("prisoners")
_N_EXPLANATIONS: Final = len(EXPLANATIONS)
_NONE: Final = EXPLANATIONS.index("none")
_AIR_PRESSURE: Final = EXPLANATIONS.index("air-pressure")
_DENIAL: Final = EXPLANATIONS.index("denial")
_LEADERSHIP: Final = EXPLANATIONS.index("leadership")
_THREAT: Final = EXPLANATIONS.index("threat")
_GROUND_COST: Final = EXPLANATIONS.index("ground-cost")
_COMPROMISE: Final = EXPLANATIONS.index("compromise")


@final
class Talks(AbstractSystem):
    """Writes the items settled and, under each explanation, the hazard of the end and whether it came."""

    name: ClassVar[str] = "talks"
    reads: ClassVar[tuple[str, ...]] = (
        "pressure_felt",
        "battle",
        "ground_taken_un",
        "ground_taken_communist",
    )
    writes: ClassVar[tuple[str, ...]] = (
        "items_settled",
        "in_recess",
        "hazard",
        "settled",
        "item_left",
        "hazard_spent",
        "battle_felt",
        "ground_felt",
    )

    @property
    def kernel(self) -> Callable[..., None]:
        """Settle items, weigh the end."""
        return negotiate

    def begin(self, prepared: Prepared, worlds: Records, wars: Records) -> None:
        """Draw how much hazard each item takes: standard exponential, one draw an item and war."""
        for item in range(len(ITEMS)):
            decision = Decision.TALKS_SETTLED if item == _PRISONERS else Decision.TALKS_ITEM
            u = unit_draws(int(worlds["seed"][0]), item, worlds["replicate"], int(decision))
            wars["item_left"][:, item] = [-log_(float(one)) for one in u]


@kernel
def negotiate(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Run the talks' day."""
    war.in_recess = theatre.recess
    war.battle_felt += (war.battle - war.battle_felt) / world.talks_denial_lag_days
    moved_km2 = war.ground_taken_un + war.ground_taken_communist
    war.ground_felt += (moved_km2 - war.ground_felt) / world.talks_denial_lag_days
    left = 0
    for item in range(_PRISONERS):
        if war.item_left[item] > 0.0 and theatre.item_open[item] == 1 and theatre.recess == 0:
            war.item_left[item] = max(0.0, war.item_left[item] - world.talks_item_rate)
        if war.item_left[item] > 0.0:
            left += 1
    war.items_settled = _PRISONERS - left
    if theatre.item_open[_PRISONERS] == 0:
        return
    _weigh(theatre, world, war)
    if left > 0:
        return
    for e in range(_N_EXPLANATIONS):
        war.hazard_spent[e] += war.hazard[e]
        war.settled[e] = war.hazard_spent[e] >= war.item_left[_PRISONERS]


@kernel
def _weigh(theatre: Record, world: Record, war: Record) -> None:
    """Write the day's hazard of an agreement on prisoners under each explanation."""
    pressure = war.pressure_felt
    attacked = min(1.0, war.battle_felt / world.talks_battle_reference)
    denial = attacked / (1.0 + war.ground_felt / world.talks_ground_reference)
    others = (
        world.talks_other_pressure * pressure
        + world.talks_other_denial * denial
        + world.talks_other_leadership * theatre.leadership
        + world.talks_other_threat * theatre.threat
        + world.talks_other_ground_cost * theatre.ground_cost
        + world.talks_other_compromise * theatre.compromise
        - world.talks_other_face * theatre.announced * pressure
    )
    base = world.talks_end_rate
    if theatre.recess == 1 and world.talks_recess_counts >= 0.5:
        base *= exp_(-world.talks_recess)
    war.hazard[_NONE] = base
    own, other = world.talks_own_pressure, world.talks_other_pressure
    war.hazard[_AIR_PRESSURE] = base * exp_(others + (abs(own) - other) * pressure)
    own, other = world.talks_own_denial, world.talks_other_denial
    war.hazard[_DENIAL] = base * exp_(others + (abs(own) - other) * denial)
    own, other = world.talks_own_leadership, world.talks_other_leadership
    war.hazard[_LEADERSHIP] = base * exp_(others + (abs(own) - other) * theatre.leadership)
    own, other = world.talks_own_threat, world.talks_other_threat
    war.hazard[_THREAT] = base * exp_(others + (abs(own) - other) * theatre.threat)
    own, other = world.talks_own_ground_cost, world.talks_other_ground_cost
    war.hazard[_GROUND_COST] = base * exp_(others + (abs(own) - other) * theatre.ground_cost)
    own, other = world.talks_own_compromise, world.talks_other_compromise
    war.hazard[_COMPROMISE] = base * exp_(others + (abs(own) - other) * theatre.compromise)
