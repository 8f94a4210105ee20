"""How many pairs an answer needs: fight on until the mean paired difference is known to a share of itself.

The error of the mean of n differences is z s / sqrt(n), z = 1.645 for a band of 90 %. Fixed-width sequential
sampling (Chow and Robbins 1965, *Annals of Mathematical Statistics* 36, 457-462): stop at the first round in
which it is at most the share asked for. That says how well the mean is known, not how wars differ.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.analysis.estimate import BAND_Z, variance_ratio
from stalemate.engine.simulate import Structures
from stalemate.ensemble.outcomes import Kept, outcome_named
from stalemate.ensemble.pool import Progress, Workers
from stalemate.ensemble.runner import DEFAULT_SEED, run_until
from stalemate.ensemble.runs import Runs
from stalemate.ensemble.store import SHARD_WARS
from stalemate.errors import QueryError
from stalemate.policies.directive import AbstractPolicy
from stalemate.scenario.schema import Scenario

Floats = npt.NDArray[np.float64]

DEFAULT_MOST: Final = 20_000
"""Pairs at which the search for precision ends, whatever has been reached."""

_MARGIN: Final = 1.05
"""A round aims at so many times the pairs that the last one says are needed."""


@dataclass(frozen=True)
class Precision:
    """How well the mean paired difference of an outcome is known.

    ``mean`` and ``error``, half the width of its 90 % band, in ``unit``; ``share`` is what was asked for.
    ``pairs`` were fought. ``needed`` pairs would do by what they vary, ``independent`` pairs of wars under
    separate luck; None where the difference is nothing, or wars do not vary.
    """

    outcome: str
    unit: str
    share: float
    mean: float
    error: float
    pairs: int
    needed: int | None
    independent: int | None

    @property
    def met(self) -> bool:
        """Whether the error is at most the share of the mean that was asked for."""
        return self.error <= self.share * abs(self.mean)


def precise_runs(
    war: Scenario,
    a: str | AbstractPolicy,
    b: str | AbstractPolicy,
    share: float,
    *,
    outcome: str = "front_tonnes",
    most: int = DEFAULT_MOST,
    seed: int = DEFAULT_SEED,
    structures: Structures | None = None,
    until: date | None = None,
    since_parting: bool = False,
    out: Path | None = None,
    workers: Workers = None,
    progress: Progress | None = None,
) -> tuple[Runs, Precision]:
    """Fight pairs of wars until the mean difference of ``outcome`` is known to ``share`` of itself.

    Raises QueryError for an unknown outcome, a share outside 0 to 1 or fewer than two shards at most, and
    what ``runner.run_until`` raises.
    """
    outcome_named(outcome)
    if not 0 < share < 1:
        raise QueryError(f"precision is {share:g}; expected a share of the difference above 0 and below 1")
    if most < 2 * SHARD_WARS:
        raise QueryError(f"at most {most} pairs; expected {2 * SHARD_WARS} or more to judge precision by")

    def wanted(kept: Sequence[Kept]) -> int:
        found = precision(kept[0].outcomes[outcome], kept[1].outcomes[outcome], share, outcome)
        if found.met:
            return found.pairs
        return most if found.needed is None else math.ceil(_MARGIN * found.needed)

    runs = run_until(
        war,
        [a, b],
        wanted,
        most=most,
        seed=seed,
        structures=structures,
        until=until,
        since_parting=since_parting,
        out=out,
        workers=workers,
        progress=progress,
    )
    return runs, precision(runs.outcome(0, outcome), runs.outcome(1, outcome), share, outcome)


def precision(a: Floats, b: Floats, share: float, outcome: str) -> Precision:
    """Return how well the mean of a - b is known from pairs (replicate,), two or more."""
    difference = a - b
    mean, spread = float(difference.mean()), float(difference.std(ddof=1))
    needed = independent = None
    if mean != 0.0:
        pairs, ratio = (BAND_Z * spread / (share * mean)) ** 2, variance_ratio(a, b)
        needed = max(2, math.ceil(pairs))
        independent = None if ratio is None else max(2, math.ceil(pairs * ratio))
    error = BAND_Z * spread / math.sqrt(difference.size)
    unit = outcome_named(outcome).unit
    return Precision(outcome, unit, share, mean, error, int(difference.size), needed, independent)
