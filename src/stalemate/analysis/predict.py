"""What the model says of a quantity over a period: the one call behind ``predict`` and the scorecard.

A quantity's kind makes days into a period: ``sum`` adds them, ``mean`` averages them, ``state`` takes the
last day, and ``ratio`` divides two sums. Questions of one call share their wars.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.analysis.estimate import Estimate, estimate
from stalemate.engine import simulate as engine
from stalemate.engine.simulate import Block, Prepared, Structures
from stalemate.ensemble.outcomes import Daily, whole_of
from stalemate.ensemble.runner import (
    DEFAULT_REPLICATES,
    DEFAULT_SEED,
    Plan,
    Progress,
    checked_counts,
    run_blocks,
)
from stalemate.ensemble.store import SHARD_WARS
from stalemate.errors import QueryError
from stalemate.policies.directive import AbstractPolicy
from stalemate.policies.naming import named
from stalemate.policies.plans import Historical
from stalemate.scenario.schema import Scenario
from stalemate.systems.variables import RECORDED

HISTORICAL: Final = Historical.name


@dataclass(frozen=True)
class Quantity:
    """Something that can be asked for. ``recorded`` names its series: of a ratio, what is above and below."""

    name: str
    unit: str
    kind: str
    axis: str
    meaning: str
    recorded: tuple[str, ...]
    scale: float = 1.0


def _ratio(name: str, unit: str, above: str, below: str, meaning: str, scale: float = 1.0) -> Quantity:
    return Quantity(name, unit, "ratio", "", meaning, (above, below), scale)


_RATIOS: Final = (
    _ratio("fire_ratio", "1", "shells_un", "shells_communist", "UN shells for each Communist shell"),
    _ratio("cuts_per_rail_sortie", "cuts/sortie", "cuts", "rail_sorties", "rail cuts a rail sortie"),
    _ratio("bridge_cases_per_cut", "1", "bridge_cases", "cuts_reported", "bridges damaged a counted cut"),
    _ratio(
        "rounds_per_casualty", "rounds/person", "shells_un", "casualties_communist", "UN shells a casualty"
    ),
    _ratio(
        "lost_per_1000_sorties", "1", "aircraft_lost", "sorties", "aircraft lost in 1,000 sorties", 1000.0
    ),
    _ratio(
        "flak_per_1000_sorties", "1", "lost_flak", "sorties", "lost to ground fire in 1,000 sorties", 1000.0
    ),
)

QUANTITIES: Final[Mapping[str, Quantity]] = MappingProxyType(
    {
        **{
            v.name: Quantity(v.name, v.unit, str(v.kind), ", ".join(v.axes), v.meaning, (v.name,))
            for v in RECORDED.values()
        },
        **{ratio.name: ratio for ratio in _RATIOS},
    }
)
"""Every quantity that can be asked for, by name."""


@dataclass(frozen=True)
class Question:
    """A quantity over the days from start to end, both counted; of one place, or of the whole if it is None.

    Several places joined by ``+`` are taken together, as the whole is. ``a_day`` asks for a sum as its daily
    mean.
    """

    quantity: str
    start: date
    end: date
    place: str | None = None
    a_day: bool = False

    @property
    def unit(self) -> str:
        """Return the unit of the answer."""
        return QUANTITIES[self.quantity].unit + ("/day" if self.a_day else "")


@dataclass(frozen=True)
class Prediction:
    """A question and the model's answer to it under one policy and seed."""

    question: Question
    estimate: Estimate
    policy: str
    seed: int
    structures: Structures


def predict(
    war: Scenario,
    quantity: str,
    start: date,
    end: date,
    *,
    place: str | None = None,
    a_day: bool = False,
    policy: str | AbstractPolicy = HISTORICAL,
    replicates: int = DEFAULT_REPLICATES,
    seed: int = DEFAULT_SEED,
    structures: Structures | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Prediction:
    """Return what the model says of one quantity over a period. Raises as ``answers`` does."""
    question = Question(quantity, start, end, place, a_day)
    return answers(
        war,
        [question],
        policy=policy,
        replicates=replicates,
        seed=seed,
        structures=structures,
        workers=workers,
        progress=progress,
    )[0]


def answers(
    war: Scenario,
    questions: Sequence[Question],
    *,
    policy: str | AbstractPolicy = HISTORICAL,
    replicates: int = DEFAULT_REPLICATES,
    seed: int = DEFAULT_SEED,
    structures: Structures | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> tuple[Prediction, ...]:
    """Return the model's answers to questions, all from the same wars, in order.

    Raises QueryError for an unknown quantity or place or a period outside the scenario, all faults of all
    questions at once, and PolicyError for an unknown policy.
    """
    checked_counts(replicates, seed)
    chosen = named(policy, war) if isinstance(policy, str) else policy
    prepared = check_questions(war, questions)
    if not questions:
        return ()
    places = {q.quantity: engine.places(prepared, q.quantity) for q in questions if q.place}

    def reduce(block: Block) -> npt.NDArray[np.float64]:
        return np.stack([_value(war, question, block.daily, places) for question in questions], axis=1)

    plan = Plan(
        prepared=prepared,
        wars=[
            (chosen, range(at, min(at + SHARD_WARS, replicates))) for at in range(0, replicates, SHARD_WARS)
        ],
        seed=seed,
        record=tuple(dict.fromkeys(name for q in questions for name in QUANTITIES[q.quantity].recorded)),
        structures=structures or Structures(),
        until=max(war.day_of(question.end) for question in questions) + 1,
        reduce=reduce,
    )
    values = np.concatenate(list(run_blocks(plan, workers=workers, progress=progress)))
    return tuple(
        Prediction(question, estimate(values[:, column], question.unit), chosen.label, seed, plan.structures)
        for column, question in enumerate(questions)
    )


def check_questions(war: Scenario, questions: Sequence[Question]) -> Prepared:
    """Return the scenario made ready. Raises QueryError with all faults of all questions."""
    prepared = engine.prepare(war)
    faults = [fault for question in questions for fault in _faults(war, prepared, question)]
    if faults:
        raise QueryError("\n".join(faults))
    return prepared


def _faults(war: Scenario, prepared: Prepared, question: Question) -> list[str]:
    quantity = QUANTITIES.get(question.quantity)
    if quantity is None:
        near = get_close_matches(question.quantity, QUANTITIES, n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else "list them with: stalemate predict --list"
        return [f"no quantity {question.quantity!r}; {hint}"]
    faults = []
    if question.start > question.end:
        faults.append(
            f"{quantity.name}: the period runs from {question.start} to {question.end}; turn it round"
        )
    for day in (question.start, question.end):
        if not war.start <= day <= war.end:
            faults.append(f"{quantity.name}: {day} is outside {war.name}, {war.start} to {war.end}")
    if question.a_day and quantity.kind != "sum":
        faults.append(f"{quantity.name} is a {quantity.kind}, not a sum; ask for it without a day's mean")
    if question.place is not None:
        known = engine.places(prepared, quantity.name) if quantity.name in RECORDED else ()
        if not known:
            faults.append(f"{quantity.name} has no places; ask for the whole")
        for place in question.place.split("+"):
            if known and place not in known:
                faults.append(f"{quantity.name}: no place {place!r}; there are {', '.join(known)}")
    return faults


def _value(
    war: Scenario, question: Question, daily: Daily, places: Mapping[str, Sequence[str]]
) -> npt.NDArray[np.float64]:
    """Return the answer of each war, (replicate,); NaN for a ratio to nothing."""
    quantity = QUANTITIES[question.quantity]
    first, last = war.day_of(question.start), war.day_of(question.end)
    series = []
    for name in quantity.recorded:
        values = daily[name]
        if question.place is None:
            days = whole_of(name, values)
        else:
            wanted = [places[name].index(place) for place in question.place.split("+")]
            days = whole_of(name, values[..., wanted])
        series.append(np.ascontiguousarray(days[:, first : last + 1]))
    if quantity.kind == "state":
        return np.asarray(series[0][:, -1])
    sums: list[npt.NDArray[np.float64]] = [days.sum(axis=1) for days in series]
    if quantity.kind == "ratio":
        above, below = sums
        ratio: npt.NDArray[np.float64] = np.full_like(above, math.nan)
        np.divide(quantity.scale * above, below, out=ratio, where=below != 0)
        return ratio
    return np.asarray(sums[0] / (last - first + 1) if quantity.kind == "mean" or question.a_day else sums[0])
