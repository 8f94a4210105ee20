"""Worlds that agree with the record: one ensemble smoother over the wars of a stored run.

Answers and parameters are turned into normal scores; then each war's parameters are moved along the
covariance between the two towards the record, with one step of the ensemble smoother (van Leeuwen and
Evensen 1996, *Monthly Weather Review* 124, 2898-2913; Emerick and Reynolds 2013, *Computers and
Geosciences* 55, 3-15), by the library ``iterative_ensemble_smoother``. Only rows of the role
``calibration`` are read. Each combination of rival forms is moved alone and keeps its share. Equations:
docs/model/calibration.md.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.analysis.estimate import BAND, BAND_Z
from stalemate.analysis.leaning import ranks
from stalemate.analysis.predict import HISTORICAL
from stalemate.analysis.scorecard import recorded_answers
from stalemate.ensemble.runs import Runs
from stalemate.ensemble.store import model_digest
from stalemate.errors import QueryError
from stalemate.scenario.given import GivenWorlds
from stalemate.scenario.resolve import draws_of, quantiles
from stalemate.scenario.schema import Observed, Scenario

Floats = npt.NDArray[np.float64]

ROLE: Final = "calibration"
DISCREPANCY: Final = 0.5
"""Spread of what the model leaves out of a row, in standard deviations of its answers: assumed."""
LEAST_MEMBERS: Final = 100
"""Wars of a combination of forms; with fewer, chance correlations narrow every parameter."""
TOLD: Final = 0.95
"""A parameter whose spread shrinks below this share of the prior's is told something by the record."""
TRUTHS: Final = 200
"""Synthetic truths of the check."""
_POINT: Final = 0.05
"""A range narrower than this, in normal scores, is a point."""


@dataclass(frozen=True)
class Told:
    """What one row says, in normal scores of the prior's answers: where it lies, and its spread.

    ``edged`` says that it lies outside the prior's 90 % band and counts as if at the edge. The spread of a
    row that all wars agree with is infinite.
    """

    figure: str
    score: float
    spread: float
    edged: bool


@dataclass(frozen=True)
class Moved:
    """One parameter before and after: ``spread`` is what is left of the prior's, in normal scores.

    ``prior`` and ``posterior`` hold the 5, 50 and 95 % points in ``unit``, of a dated parameter at its first
    date. ``shift`` is that of the median, in the prior's standard deviations.
    """

    name: str
    unit: str
    assumed: bool
    spread: float
    shift: float
    prior: tuple[float, float, float]
    posterior: tuple[float, float, float]


@dataclass(frozen=True)
class Check:
    """Simulation-based calibration: ranks of synthetic truths among the members calibrated to them.

    ``half`` and ``most``: the share of ranks in the central 50 and 90 %, over parameters that the record
    tells something of. ``least_p`` is the smallest of their p-values of uniform ranks (Kolmogorov and
    Smirnov), ``parameters`` their number: from so many the smallest is expected near 1 / (their number + 1).
    """

    truths: int
    parameters: int
    half: float
    most: float
    least_p: float


@dataclass(frozen=True)
class Calibration:
    """A posterior, what each row said, and what was learnt.

    ``moved``: every parameter, the most narrowed first. ``forms``: rival form -> its probability from the
    record and equal chances; told, and not used. ``check`` is None if it was not asked for.
    """

    posterior: GivenWorlds
    rows: tuple[Told, ...]
    moved: tuple[Moved, ...]
    forms: dict[str, float]
    check: Check | None

    @property
    def told(self) -> tuple[Moved, ...]:
        """Return the parameters that the record tells something of."""
        return tuple(moved for moved in self.moved if moved.spread < TOLD)


def calibrate(runs: Runs, war: Scenario, name: str, *, truths: int = TRUTHS) -> Calibration:
    """Return the worlds of a run moved to agree with its scenario's calibration rows.

    ``truths`` is the number of synthetic truths of the check; 0 leaves it out. Raises QueryError without the
    library, for a run that ``recorded_answers`` refuses, one under a posterior, one with fewer wars than
    ``LEAST_MEMBERS`` of a combination of forms, and for a scenario without rows to agree with.
    """
    _check_can(runs)
    recipe = runs.recipe
    answers = recorded_answers(runs, war)
    observed = [(at, row) for at, row in enumerate(war.observations) if row.role == ROLE]
    observed = [(at, row) for at, row in observed if _varies(answers[:, at])]
    kept = runs.kept[[policy.name for policy in recipe.policies].index(HISTORICAL)]
    drawn = draws_of(war, recipe.seed, range(recipe.replicates))
    if not drawn:
        raise QueryError(f"{war.name} has no parameter in doubt: there is nothing to calibrate")
    prior = normal_scores(np.stack(list(drawn.values()), axis=1))
    rows = tuple(told(row, answers[:, at]) for at, row in observed)
    telling = [at for (at, _), row in zip(observed, rows, strict=True) if math.isfinite(row.spread)]
    if not telling:
        raise QueryError(f"{war.name} has no row of role {ROLE} that tells its wars apart")
    said = np.stack([scores(answers[:, at]) for at in telling], axis=1)
    groups = [
        np.flatnonzero((kept.repair == repair) & (kept.fire == fire))
        for repair in recipe.repair
        for fire in recipe.fire
    ]
    after = np.empty_like(prior)
    record, spread = np.array([(row.score, row.spread) for row in rows if math.isfinite(row.spread)]).T
    for number, group in enumerate(groups):
        after[group] = smoothed(prior[group], said[group], record, spread, recipe.seed + number)
    posterior = GivenWorlds(
        name=name,
        digest="",
        scenario_digest=war.digest,
        made_from=f"{recipe.replicates} wars of {HISTORICAL}, seed {recipe.seed}; {len(rows)} rows",
        names=tuple(drawn),
        quantiles=_inside(after),
        repair=kept.repair,
        fire=kept.fire,
    )
    moved = _moved(war, posterior, prior, after)
    learnt = [place for place, name in enumerate(posterior.names) if _spread(after[:, place]) < TOLD]
    return Calibration(
        posterior=posterior,
        rows=rows,
        moved=moved,
        forms=_forms(runs, kept.repair, kept.fire, said, record, spread),
        check=_checked(prior, said, spread, groups, learnt, truths, recipe.seed) if truths else None,
    )


def smoothed(prior: Floats, said: Floats, record: Floats, spread: Floats, seed: int) -> Floats:
    """Return parameters moved to agree with a record, (member, parameter), all in normal scores.

    prior: (member, parameter); said: (member, row), the members' own answers; record and spread: (row,).
    """
    from iterative_ensemble_smoother import LocalizedESMDA

    smoother = LocalizedESMDA(covariance=spread**2, observations=record, alpha=1, seed=seed)
    smoother.prepare_assimilation(Y=np.ascontiguousarray(said.T))
    return np.asarray(smoother.assimilate_batch(X=np.ascontiguousarray(prior.T)).T)


def told(row: Observed, answers: Floats) -> Told:
    """Return what a row says in normal scores of the wars' answers, (replicate,).

    A point keeps its place, at most at the edge of the band, and has the model's discrepancy for spread. A
    range is the normal likelihood with which the prior N(0, 1) becomes the mean and variance of N(0, 1) cut
    to the range (Minka 2001), and the discrepancy.
    """
    from scipy.stats import truncnorm

    wars = answers.size
    below, reached = float(np.mean(answers < row.low)), float(np.mean(answers <= row.high))
    edges = normal_scores(np.clip(np.array([below, reached]), 0.5 / wars, 1 - 0.5 / wars))
    low, high = float(edges[0]), float(edges[1])
    edged = low > BAND_Z or high < -BAND_Z
    if high - low < _POINT or edged:
        score = min(max((low + high) / 2, -BAND_Z), BAND_Z)
        return Told(row.figure, score, DISCREPANCY, edged)
    ends = (-math.inf if below == 0 else low, math.inf if reached == 1 else high)
    if ends == (-math.inf, math.inf):
        return Told(row.figure, 0.0, math.inf, edged=False)
    cut = truncnorm(*ends)
    mean, variance = float(cut.mean()), float(cut.var())
    own = 1.0 / (1.0 / variance - 1.0)
    return Told(row.figure, mean / variance * own, math.sqrt(own + DISCREPANCY**2), edged=False)


def scores(values: Floats) -> Floats:
    """Return the normal scores of values (replicate,): equal values share one."""
    return normal_scores((ranks(values) + 0.5) / values.size)


def normal_scores(shares: Floats) -> Floats:
    """Return the standard normal quantiles of shares strictly between 0 and 1, of the same shape."""
    from scipy.special import ndtri

    return np.asarray(ndtri(shares))


def _check_can(runs: Runs) -> None:
    if find_spec("iterative_ensemble_smoother") is None:
        raise QueryError(
            "calibration needs iterative_ensemble_smoother; "
            "install it with: pip install 'stalemate-lab[study]'"
        )
    recipe = runs.recipe
    if recipe.posterior:
        raise QueryError(f"the run is under {recipe.posterior} already; calibrate one without a posterior")
    if recipe.model != model_digest():
        raise QueryError("the run was made by other code of the model; run it again and calibrate that")
    members = recipe.replicates // (len(recipe.repair) * len(recipe.fire))
    if members < LEAST_MEMBERS:
        wanted = LEAST_MEMBERS * len(recipe.repair) * len(recipe.fire)
        raise QueryError(f"found {recipe.replicates} wars; calibration needs {wanted}")


def _varies(answers: Floats) -> bool:
    return bool(np.isfinite(answers).all() and np.ptp(answers) > 0)


def _inside(after: Floats) -> Floats:
    from scipy.special import ndtr

    return np.clip(ndtr(after), 1e-12, 1 - 1e-12)


def _spread(after: Floats) -> float:
    return float(after.std())


def _moved(war: Scenario, posterior: GivenWorlds, prior: Floats, after: Floats) -> tuple[Moved, ...]:
    first = {row.name: row for row in reversed(war.parameters)}
    assumed = {row.name for row in war.parameters if row.assumed}
    points = np.array((BAND[0], 0.5, BAND[1]))
    found = []
    for place, name in enumerate(posterior.names):
        row = first[name]
        at = np.quantile(posterior.quantiles[:, place], points)
        found.append(
            Moved(
                name=name,
                unit=row.unit,
                assumed=name in assumed,
                spread=_spread(after[:, place]),
                shift=float(np.median(after[:, place]) - np.median(prior[:, place])),
                prior=_three(quantiles(row, points)),
                posterior=_three(quantiles(row, at)),
            )
        )
    return tuple(sorted(found, key=lambda moved: moved.spread))


def _three(values: Floats) -> tuple[float, float, float]:
    low, middle, high = (float(value) for value in values)
    return low, middle, high


def _forms(
    runs: Runs,
    repair: npt.NDArray[np.str_],
    fire: npt.NDArray[np.str_],
    said: Floats,
    record: Floats,
    spread: Floats,
) -> dict[str, float]:
    """Return the probability of each rival form: the normal density of the record among its wars' answers."""
    probability = {}
    for kind, of_war, forms in (("repair", repair, runs.recipe.repair), ("fire", fire, runs.recipe.fire)):
        logs = np.array([_log_density(said[of_war == form], record, spread) for form in forms])
        shares = np.exp(logs - logs.max())
        for form, share in zip(forms, shares / shares.sum(), strict=True):
            probability[f"{kind} {form}"] = float(share)
    return probability


def _log_density(said: Floats, record: Floats, spread: Floats) -> float:
    covariance = np.atleast_2d(np.cov(said.T)) + np.diag(spread**2)
    away = record - said.mean(axis=0)
    _, log_size = np.linalg.slogdet(covariance)
    return float(-0.5 * (away @ np.linalg.solve(covariance, away) + log_size))


def _checked(
    prior: Floats,
    said: Floats,
    spread: Floats,
    groups: Sequence[npt.NDArray[np.int64]],
    learnt: Sequence[int],
    truths: int,
    seed: int,
) -> Check | None:
    """Return the check on ``truths`` wars taken for the truth in turn; None if nothing was learnt.

    Reference: Talts and others 2018, arXiv 1804.06788.
    """
    from scipy.stats import kstest

    if not learnt:
        return None
    luck = np.random.default_rng(seed)
    found = np.empty((truths, len(learnt)))
    for number in range(truths):
        group = groups[number % len(groups)]
        at = int(luck.integers(group.size))
        others = np.delete(group, at)
        record = said[group[at]] + spread * luck.normal(size=spread.size)
        after = smoothed(prior[others][:, learnt], said[others], record, spread, seed + number)
        found[number] = (after < prior[group[at], learnt]).mean(axis=0)
    values = [float(kstest(found[:, place], "uniform").pvalue) for place in range(len(learnt))]
    return Check(
        truths=truths,
        parameters=len(learnt),
        half=float(np.mean(np.abs(found - 0.5) < 0.25)),
        most=float(np.mean(np.abs(found - 0.5) < (BAND[1] - BAND[0]) / 2)),
        least_p=min(values),
    )
