"""Two policies under the same luck: paired differences, over all pairs and under each rival form.

A pair is one war fought twice with the same doubt and the same luck. A difference is *told apart* where its
whole 90 % band lies on one side of zero. Where Communist fire follows a dated policy it cannot answer to what
is delivered, so such wars say nothing about fire. UN fire follows dated orders always, so nothing is said of
it. What may be said of it all stands in ``analysis.verdict``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.analysis.estimate import Estimate, chance, estimate, probability_greater, variance_ratio
from stalemate.analysis.leaning import LEAST_PAIRS, Leaning, leanings
from stalemate.engine.simulate import Structures
from stalemate.ensemble.outcomes import OUTCOMES, Outcome, outcome_named
from stalemate.ensemble.pool import Progress, Workers
from stalemate.ensemble.runner import DEFAULT_REPLICATES, DEFAULT_SEED, run
from stalemate.ensemble.runs import Runs
from stalemate.ensemble.store import SHARD_WARS, Recipe
from stalemate.errors import QueryError
from stalemate.policies.directive import AbstractPolicy
from stalemate.scenario.schema import Scenario

DATED_FIRE: Final = "policy"
"""The form of fire that is given, not found."""

LEANING: Final = ("front_tonnes", "shells_communist", "casualties_un", "aircraft_lost")
"""Outcomes of which the comparison says what their difference leans on most."""

REPAIR_WORDS: Final = {"queue": "cuts mended in a queue", "own-clock": "each cut on its own clock"}
FIRE_WORDS: Final = {
    "policy": "fire by dated policy",
    "stock": "fire by stock and demand",
    "retribution": "fire in retribution for air attack",
    "surplus": "fire from the surplus left by interdiction's end",
}


@dataclass(frozen=True)
class Contrast:
    """One outcome under two policies, over the same pairs."""

    outcome: Outcome
    a: Estimate
    b: Estimate
    difference: Estimate
    probability_a_greater: float
    variance_ratio: float | None


@dataclass(frozen=True)
class FormContrast:
    """All outcomes over the pairs that ran under one rival form."""

    repair: str
    fire: str
    pairs: int
    contrasts: tuple[Contrast, ...]

    def is_input(self, outcome: Outcome) -> bool:
        """Return whether the outcome is given, not found, under this form."""
        return outcome.given == "always" or (outcome.given == "dated fire" and self.fire == DATED_FIRE)


@dataclass(frozen=True)
class Comparison:
    """Policy ``a`` against policy ``b``: every outcome over all pairs, and under each rival form.

    ``leanings``: outcome -> what its difference leans on, for the outcomes of ``LEANING``; empty where the
    scenario is not at hand or pairs are too few to tell.
    """

    recipe: Recipe
    a: str
    b: str
    contrasts: tuple[Contrast, ...]
    forms: tuple[FormContrast, ...]
    leanings: Mapping[str, tuple[Leaning, ...]] = field(default_factory=dict)

    def contrast(self, outcome: str) -> Contrast:
        """Return one outcome over all pairs. Raises QueryError if there is none of that name."""
        wanted = outcome_named(outcome)
        return next(contrast for contrast in self.contrasts if contrast.outcome == wanted)


def compare(
    war: Scenario,
    a: str | AbstractPolicy,
    b: str | AbstractPolicy,
    *,
    replicates: int = DEFAULT_REPLICATES,
    seed: int = DEFAULT_SEED,
    structures: Structures | None = None,
    until: date | None = None,
    since_parting: bool = False,
    out: Path | None = None,
    workers: Workers = None,
    block: int = SHARD_WARS,
    progress: Progress | None = None,
) -> Comparison:
    """Run two policies under the same luck and compare them.

    The arguments and what is raised are those of ``ensemble.runner.run``.
    """
    return comparison_of(
        run(
            war,
            [a, b],
            replicates=replicates,
            seed=seed,
            structures=structures,
            until=until,
            since_parting=since_parting,
            out=out,
            workers=workers,
            block=block,
            progress=progress,
        ),
        war,
    )


def comparison_of(runs: Runs, war: Scenario | None = None) -> Comparison:
    """Return the comparison of a run of two policies; with its scenario, also what the answer leans on.

    Raises QueryError if the run holds another number of policies, or is of another scenario.
    """
    recipe = runs.recipe
    if len(recipe.policies) != 2:
        raise QueryError(f"a comparison needs a run of two policies; this one holds {len(recipe.policies)}")
    repair, fire = runs.kept[0].repair, runs.kept[0].fire
    forms = []
    for repair_form in recipe.repair:
        for fire_form in recipe.fire:
            chosen = (repair == repair_form) & (fire == fire_form)
            if chosen.any():
                pairs = int(chosen.sum())
                forms.append(FormContrast(repair_form, fire_form, pairs, _contrasts(runs, chosen)))
    every = np.ones(recipe.replicates, dtype=np.bool_)
    a, b = recipe.policies
    found = {}
    if war is not None and not recipe.posterior and recipe.replicates >= LEAST_PAIRS:
        found = {name: leanings(runs, war, name) for name in LEANING}
    return Comparison(recipe, a.name, b.name, _contrasts(runs, every), tuple(forms), found)


def _contrasts(runs: Runs, chosen: npt.NDArray[np.bool_]) -> tuple[Contrast, ...]:
    return tuple(
        _contrast(outcome, runs.outcome(0, outcome.name)[chosen], runs.outcome(1, outcome.name)[chosen])
        for outcome in OUTCOMES
    )


def _contrast(outcome: Outcome, a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> Contrast:
    return Contrast(
        outcome=outcome,
        a=estimate_of(outcome, a),
        b=estimate_of(outcome, b),
        difference=estimate_of(outcome, a - b),
        probability_a_greater=probability_greater(a, b),
        variance_ratio=variance_ratio(a, b),
    )


def estimate_of(outcome: Outcome, values: npt.NDArray[np.float64]) -> Estimate:
    """Return the estimate of an outcome's values, or of differences in it: (replicate,)."""
    return chance(values) if outcome.chance else estimate(values, outcome.unit)
