"""What an answer leans on: which doubts move the paired difference, and whether they rest on the record.

Spearman's rank correlation between a parameter's draws and the difference of the same pairs: its square is
the share of the difference's rank variance that goes with that doubt. Draws of different parameters are
independent, so the shares of different parameters may be read side by side. Reference: Saltelli et al. 2008,
*Global Sensitivity Analysis*, chapter 1, on rank-based measures from a given sample.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.ensemble.runs import Runs
from stalemate.errors import QueryError
from stalemate.scenario.resolve import draws_of
from stalemate.scenario.schema import Scenario

Floats = npt.NDArray[np.float64]

LEAST_PAIRS: Final = 100
"""With fewer pairs chance correlations drown all but the strongest."""


@dataclass(frozen=True)
class Leaning:
    """How strongly the difference of one outcome goes with one parameter.

    ``correlation`` is Spearman's; ``share`` its square. ``assumed`` says whether any row of the parameter
    rests on an assumption.
    """

    outcome: str
    parameter: str
    correlation: float
    assumed: bool

    @property
    def share(self) -> float:
        """Share of the rank variance of the difference."""
        return self.correlation**2


def leanings(runs: Runs, war: Scenario, outcome: str) -> tuple[Leaning, ...]:
    """Return the parameters that the difference of an outcome between two policies leans on, strongest first.

    Only those that chance alone would hardly reach: above the two-sided 1 % point of no correlation, divided
    among all parameters. Pairs whose outcome is given, not found, count like all others. Raises QueryError if
    the run holds another number of policies than two, another scenario, or fewer pairs than ``LEAST_PAIRS``.
    """
    difference = paired_difference(runs, war, outcome, "leaning", LEAST_PAIRS)
    return leanings_of(difference, war, runs.recipe.seed, outcome)


def leanings_of(values: Floats, war: Scenario, seed: int, outcome: str) -> tuple[Leaning, ...]:
    """Return the same for any number a war, (replicate,), of the wars from 0 on that a seed gives."""
    ranked = ranks(values)
    drawn = draws_of(war, seed, range(len(values)))
    assumed = {row.name for row in war.parameters if row.assumed}
    found = [
        Leaning(outcome, name, correlation(ranks(draws), ranked), name in assumed)
        for name, draws in drawn.items()
    ]
    least = _chance(len(values), len(found))
    strong = [leaning for leaning in found if abs(leaning.correlation) > least]
    return tuple(sorted(strong, key=lambda leaning: -abs(leaning.correlation)))


def paired_difference(runs: Runs, war: Scenario, outcome: str, asked: str, least: int) -> Floats:
    """Return an outcome's difference between the two policies of a run, (replicate,), for doubts to explain.

    ``asked`` names the question in errors. Raises QueryError if the run holds another number of policies,
    a posterior, another scenario than ``war``, or fewer pairs than ``least``.
    """
    recipe = runs.recipe
    if len(recipe.policies) != 2:
        raise QueryError(f"{asked} needs a run of two policies; this one holds {len(recipe.policies)}")
    if recipe.posterior:
        raise QueryError(f"{asked} needs parameters drawn apart; this run is under {recipe.posterior}")
    if recipe.scenario_digest != war.digest:
        raise QueryError(f"the run is of another scenario than {war.name!r} as it now stands")
    if recipe.replicates < least:
        raise QueryError(f"found {recipe.replicates} pairs; {asked} needs {least}")
    return runs.outcome(0, outcome) - runs.outcome(1, outcome)


def ranks(values: Floats) -> Floats:
    """Return the ranks of values (replicate,), from 0; equal values share their mean rank."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(count) - (count + 1) / 2
    return np.asarray(mean_rank[place])


def correlation(a: Floats, b: Floats) -> float:
    """Return the correlation of two samples (replicate,); 0 if either does not vary."""
    x, y = a - a.mean(), b - b.mean()
    scale = math.sqrt(float(x @ x) * float(y @ y))
    return float(x @ y) / scale if scale > 0 else 0.0


def sentence(leanings: Sequence[Leaning], label: str, most: int = 3) -> str:
    """Return in plain words what the difference of an outcome leans on most."""
    if not leanings:
        return f"No single doubt stands out in the difference of {label}."
    named = [
        f"{leaning.parameter} ({'assumed' if leaning.assumed else 'from figures'}, {leaning.share:.0%})"
        for leaning in leanings[:most]
    ]
    return f"The difference of {label} leans most on {'; '.join(named)} of its rank variance."


def _chance(pairs: int, parameters: int) -> float:
    """Return the correlation that one of so many unrelated parameters exceeds with probability 1 %."""
    from statistics import NormalDist

    point = NormalDist().inv_cdf(1 - 0.005 / max(1, parameters))
    return point / math.sqrt(pairs - 1)
