"""What the model says of a quantity over a period: the one call behind ``predict`` and the scorecard.

Questions of one call share their wars.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.analysis.estimate import Estimate, estimate
from stalemate.engine import simulate as engine
from stalemate.engine.simulate import Block, Prepared, Structures
from stalemate.ensemble.outcomes import only_whole
from stalemate.ensemble.pool import Progress
from stalemate.ensemble.questions import QUANTITIES, Question, answers_of, recorded_for
from stalemate.ensemble.runner import DEFAULT_REPLICATES, DEFAULT_SEED, checked_counts, fight_each
from stalemate.errors import QueryError
from stalemate.policies.directive import AbstractPolicy
from stalemate.policies.naming import named
from stalemate.policies.plans import Historical
from stalemate.scenario.schema import Scenario
from stalemate.systems.variables import RECORDED

HISTORICAL: Final = Historical.name


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

    def reduce(block: Block) -> npt.NDArray[np.float64]:
        return answers_of(war, questions, block.daily)

    record = recorded_for(questions)
    forms = structures or Structures()
    (blocks,) = fight_each(
        prepared,
        [chosen],
        replicates,
        reduce,
        seed=seed,
        record=record,
        whole=only_whole(record),
        structures=forms,
        until=max(war.day_of(question.end) for question in questions) + 1,
        workers=workers,
        progress=progress,
    )
    values = np.concatenate(blocks)
    return tuple(
        Prediction(question, estimate(values[:, column], question.unit), chosen.label, seed, forms)
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
