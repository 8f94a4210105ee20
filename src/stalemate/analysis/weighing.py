"""What weighed on the talks in each war, day by day, and the hazard that an explanation makes of it.

Wars are fought once; the hazard of the last item is then made again from what was recorded, under any form,
so that rival forms meet the same wars and the same luck. Under the engine's own form it is the engine's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.analysis import hazards
from stalemate.engine import simulate as engine
from stalemate.engine.simulate import Block, Structures
from stalemate.ensemble.pool import Progress
from stalemate.ensemble.runner import fight_each
from stalemate.policies.directive import AbstractPolicy
from stalemate.scenario.diplomacy import ITEMS
from stalemate.scenario.schema import Scenario
from stalemate.streams import Decision, unit_draws
from stalemate.systems.diplomacy import EXPLANATIONS, dated
from stalemate.systems.system import Records

Floats = npt.NDArray[np.float64]

CAUSES: Final = ("pressure", "denial", "leadership", "threat", "ground_cost", "compromise")
"""What the explanations rest on, in their order after ``none``."""

FACE: Final = "face"
_LAST: Final = ITEMS.index("prisoners")
_RECORD: Final = (
    "pressure_felt",
    "battle",
    "ground_taken_un",
    "ground_taken_communist",
    "items_settled",
    "civilian_deaths",
)
_COUNTS: Final = 0.5
"""Recess counts in the worlds whose switch is at least this."""


@dataclass(frozen=True)
class Weighing:
    """The wars of one policy.

    ``z``: cause -> (day,) or (replicate, day). ``base``: (replicate, day), hazard of the last item when
    nothing weighs. ``sitting``: (day,), whether the talks are out of recess. ``free``: (replicate, day),
    whether the last item alone is left in that war. ``killed``: (replicate, day), civilians killed by bombing
    so far.
    """

    z: dict[str, Floats]
    base: Floats
    sitting: npt.NDArray[np.bool_]
    free: npt.NDArray[np.bool_]
    killed: Floats


def fight(
    longer: Scenario,
    policies: Sequence[AbstractPolicy],
    worlds: Records,
    seed: int,
    structures: Structures,
    workers: int | None,
    progress: Progress | None,
) -> list[Weighing]:
    """Fight the wars of each policy and keep what weighed on the talks. worlds: (replicate,)."""

    def reduce(block: Block) -> tuple[Floats, Floats, npt.NDArray[np.bool_], Floats]:
        daily = {name: block.daily[name].astype(np.float64) for name in _RECORD}
        mine = worlds[block.replicates.start : block.replicates.stop]
        ground = daily["ground_taken_un"] + daily["ground_taken_communist"]
        return (
            daily["pressure_felt"],
            denial(daily["battle"], ground, mine),
            daily["items_settled"] == _LAST,
            daily["civilian_deaths"].cumsum(axis=1),
        )

    fought = fight_each(
        engine.prepare(longer),
        policies,
        len(worlds),
        reduce,
        seed=seed,
        record=_RECORD,
        structures=structures,
        until=longer.days,
        workers=workers,
        progress=progress,
    )
    return [_weighing(longer, worlds, *map(np.concatenate, zip(*mine, strict=True))) for mine in fought]


def denial(battle: Floats, ground: Floats, worlds: Records) -> Floats:
    """Return how much attacks that move little are felt, (replicate, day). ground: km2 taken that day."""
    lag, felt = worlds["talks_denial_lag_days"], np.zeros_like(battle)
    battle_felt, ground_felt = np.zeros(len(worlds)), np.zeros(len(worlds))
    for day in range(battle.shape[1]):
        battle_felt += (battle[:, day] - battle_felt) / lag
        ground_felt += (ground[:, day] - ground_felt) / lag
        attacked = np.minimum(1.0, battle_felt / worlds["talks_battle_reference"])
        felt[:, day] = attacked / (1.0 + ground_felt / worlds["talks_ground_reference"])
    return felt


def ratios(wars: Weighing, worlds: Records, form: str) -> Iterator[tuple[str, Floats]]:
    """Yield each explanation with the ratio of its hazard to the base, (replicate, day)."""
    felt = {name: hazards.course(form, z) for name, z in wars.z.items()}
    small = {name: hazards.weighed(form, worlds[f"talks_other_{name}"], z) for name, z in felt.items()}
    yield EXPLANATIONS[0], np.ones_like(wars.base)
    for explanation, cause in zip(EXPLANATIONS[1:], CAUSES, strict=True):
        own = hazards.weighed(form, np.abs(worlds[f"talks_own_{cause}"]), felt[cause])
        rest = (term for name, term in small.items() if name != cause)
        yield explanation, hazards.factor(form, (own, *rest))


def pressed(wars: Weighing, form: str, coefficient: float, days: int | None = None) -> Floats:
    """Return the hazard over its base with pressure the one cause, (replicate, day), up to ``days``."""
    felt = hazards.course(form, wars.z["pressure"][:, :days])
    return hazards.factor(form, [hazards.weighed(form, np.full(len(felt), coefficient), felt)])


def thresholds(seed: int, worlds: Records) -> Floats:
    """Return the hazard to be spent before the prisoners are agreed on, (replicate,), as in the engine."""
    u = unit_draws(seed, _LAST, worlds["replicate"], int(Decision.TALKS_SETTLED))
    return np.asarray(-np.log(u))


def _weighing(
    longer: Scenario,
    worlds: Records,
    pressure: Floats,
    denied: Floats,
    others_settled: npt.NDArray[np.bool_],
    killed: Floats,
) -> Weighing:
    talks = dated(longer)
    z = {
        "pressure": pressure,
        "denial": denied,
        "leadership": talks.leadership,
        "threat": talks.threat,
        "ground_cost": talks.ground_cost,
        "compromise": talks.compromise,
        FACE: -talks.announced * pressure,
    }
    fall = np.where(worlds["talks_recess_counts"] >= _COUNTS, worlds["talks_recess"], 0.0)
    base = worlds["talks_end_rate"][:, None] * np.exp(-fall[:, None] * talks.recess)
    return Weighing(z, base, ~talks.recess, others_settled & talks.item_open[:, _LAST], killed)
