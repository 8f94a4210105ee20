"""Which doubts move an answer: first-order shares of the variance of a paired difference, from given wars.

A parameter's index is the share of the variance of the difference that its mean at each value of the
parameter has, Var(E[Y | x]) / Var(Y) (Sobol 1993), by random balance designs (RBD-FAST: Tarantola, Gatelli
and Mara 2006, *Reliability Engineering & System Safety* 91, 717-727; bias corrected as by Tissot and Prieur
2012), as the library SALib computes it from any sample. The wars that were fought are that sample: no more
are run. The rival forms are two more factors, whose share is that of the spread of the means over forms. What
is left is luck and what parameters do together.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stalemate.analysis.leaning import paired_difference
from stalemate.ensemble.outcomes import outcome_named
from stalemate.ensemble.runs import Runs
from stalemate.errors import QueryError
from stalemate.scenario.resolve import draws_of
from stalemate.scenario.schema import Scenario

Floats = npt.NDArray[np.float64]

LEAST_PAIRS: Final = 500
"""With fewer pairs the indices of a few hundred parameters are noise."""
RESAMPLES: Final = 60

_FORMS: Final = ("repair", "fire")
_BAND: Final = 0.90
_NAMED: Final = 40
"""Bands are drawn for so many parameters, those with the largest indices."""


@dataclass(frozen=True)
class Index:
    """The first-order share of one factor, with a bootstrap band of 90 %.

    ``assumed``: whether a row of the parameter rests on an assumption; a rival form always does.
    """

    factor: str
    share: float
    low: float
    high: float
    assumed: bool

    @property
    def told(self) -> bool:
        """Whether the share is above 3.3 errors, twice half its band: some two hundred factors are tried."""
        return self.share > 2.0 * (self.high - self.share) and self.low > 0.0


@dataclass(frozen=True)
class Sensitivity:
    """What the paired difference of an outcome hangs on.

    ``indices``: the factors with the largest shares, the largest first. ``on_assumed`` and ``on_figures``:
    the shares, added up, of those that are told from nothing. ``rest``: luck, what factors do together, and
    what is too small to tell.
    """

    outcome: str
    a: str
    b: str
    pairs: int
    indices: tuple[Index, ...]
    on_assumed: float
    on_figures: float

    @property
    def rest(self) -> float:
        """Share of the variance that no single factor explains."""
        return max(0.0, 1.0 - self.on_assumed - self.on_figures)


def sensitivity(runs: Runs, war: Scenario, outcome: str, *, seed: int = 1) -> Sensitivity:
    """Return the first-order shares of the paired difference of an outcome.

    ``seed`` is that of the bootstrap. Raises QueryError without SALib, for a run of another number of
    policies than two, another scenario or fewer than ``LEAST_PAIRS`` pairs, for an unknown outcome, and for a
    difference that does not vary.
    """
    recipe = runs.recipe
    outcome_named(outcome)
    difference = paired_difference(runs, war, outcome, "sensitivity", LEAST_PAIRS)
    assumed = {row.name for row in war.parameters if row.assumed}
    drawn = draws_of(war, recipe.seed, range(recipe.replicates))
    found = [
        Index(name, share, low, high, name in assumed)
        for name, (share, low, high) in first_order(drawn, difference, seed).items()
    ]
    for form in _FORMS:
        groups = getattr(runs.kept[0], form)
        share, low, high = share_of_groups(groups, difference, seed)
        found.append(Index(f"form of {form}", share, low, high, assumed=True))
    found.sort(key=lambda index: -index.share)
    told = [index for index in found if index.told]
    a, b = recipe.policies
    return Sensitivity(
        outcome=outcome,
        a=a.name,
        b=b.name,
        pairs=recipe.replicates,
        indices=tuple(found),
        on_assumed=sum(index.share for index in told if index.assumed),
        on_figures=sum(index.share for index in told if not index.assumed),
    )


def check_can() -> None:
    """Raise QueryError if the library is absent."""
    if find_spec("SALib") is None:
        raise QueryError("sensitivity needs SALib; install it with: pip install 'stalemate-lab[study]'")


def first_order(
    drawn: Mapping[str, Floats], answer: Floats, seed: int
) -> dict[str, tuple[float, float, float]]:
    """Return share and band of the factors with the largest shares: name -> (share, low, high).

    ``drawn``: name -> (replicate,), the uniform number each was drawn at; ``answer``: (replicate,). Raises
    QueryError without SALib and for an answer that does not vary.
    """
    check_can()
    if not np.ptp(answer) > 0:
        raise QueryError("the difference is the same in every pair: there is nothing to explain")
    from SALib.analyze import rbd_fast

    analyze: Any = rbd_fast.analyze
    names = list(drawn)
    rough = np.asarray(_analyzed(analyze, names, drawn, answer, 2, seed)["S1"])
    largest = [names[place] for place in np.argsort(-rough)[:_NAMED]]
    fine = _analyzed(analyze, largest, drawn, answer, RESAMPLES, seed)
    return {
        name: (float(share), float(share - half), float(share + half))
        for name, share, half in zip(largest, fine["S1"], fine["S1_conf"], strict=True)
    }


def _analyzed(
    analyze: Any, names: list[str], drawn: Mapping[str, Floats], answer: Floats, resamples: int, seed: int
) -> Mapping[str, Floats]:
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    table = np.stack([drawn[name] for name in names], axis=1)
    found: Mapping[str, Floats] = analyze(
        problem, table, answer, num_resamples=resamples, conf_level=_BAND, seed=seed
    )
    return found


def share_of_groups(groups: npt.NDArray[np.str_], answer: Floats, seed: int) -> tuple[float, float, float]:
    """Return the share of the variance that lies between groups, less what chance would give, with its band.

    groups and answer: (replicate,). It is omega squared (Hays 1963): the spread of group means, corrected for
    that of so many means of nothing. The band is a bootstrap over pairs.
    """
    luck = np.random.default_rng(seed)
    drawn = [
        _between(groups[chosen], answer[chosen])
        for chosen in (luck.integers(0, len(answer), len(answer)) for _ in range(RESAMPLES))
    ]
    edge = (1.0 - _BAND) / 2
    low, high = np.quantile(drawn, (edge, 1.0 - edge))
    return _between(groups, answer), float(low), float(high)


def _between(groups: npt.NDArray[np.str_], answer: Floats) -> float:
    names, place, count = np.unique(groups, return_inverse=True, return_counts=True)
    if len(names) < 2:
        return 0.0
    means = np.bincount(place, answer) / count
    between = float(count @ (means - answer.mean()) ** 2)
    within = float(((answer - means[place]) ** 2).sum()) / (len(answer) - len(names))
    total = between + within * (len(answer) - len(names))
    share = (between - (len(names) - 1) * within) / (total + within)
    return max(0.0, share) if math.isfinite(share) else 0.0
