"""The model against the record: each observed figure beside what ``predict`` says of the same thing.

A row is inside where the record's range and the model's 90 % band meet. Rows that were an input, and claims,
are shown and never counted: agreeing with what was put in is no success. Rows of a block share inputs and
luck, so blocks are counted beside rows.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist, median
from typing import Final, get_args

import numpy as np
import numpy.typing as npt

from stalemate.analysis.baselines import NAMES, Band, baselines
from stalemate.analysis.estimate import BAND, Estimate, estimate
from stalemate.analysis.predict import HISTORICAL, Prediction, answers
from stalemate.engine.simulate import Structures
from stalemate.ensemble.pool import Progress
from stalemate.ensemble.posteriors import structures_of
from stalemate.ensemble.questions import questions_of
from stalemate.ensemble.runner import DEFAULT_REPLICATES, DEFAULT_SEED
from stalemate.ensemble.runs import Runs
from stalemate.errors import QueryError
from stalemate.scenario.schema import Observed, Scenario, ScoreBlock

COUNTED: Final = ("calibration", "frozen")
"""Roles that count: fitted to, and kept back."""

BLOCKS: Final[tuple[str, ...]] = get_args(ScoreBlock)
"""The blocks of the scorecard in the order in which they are shown."""

NO_REASON: Final = "no reason is written"


@dataclass(frozen=True)
class Score:
    """One recorded figure, the model's answer, and what each baseline that can say something says of it."""

    observed: Observed
    prediction: Prediction
    baselines: Mapping[str, Band] = field(default_factory=dict)

    @property
    def inside(self) -> bool:
        """Return whether the record's range and the band meet."""
        band = self.prediction.estimate
        return self.observed.low <= band.high and band.low <= self.observed.high

    @property
    def counts(self) -> bool:
        """Return whether the row may speak for or against the model."""
        return self.observed.role in COUNTED

    @property
    def miss_log(self) -> float | None:
        """Return how far the record lies above (+) or below (-) the band, in natural logarithms; 0 inside.

        None if the nearest ends are not both above zero.
        """
        if self.inside:
            return 0.0
        band, record = self.prediction.estimate, self.observed
        above = record.low > band.high
        found, edge = (record.low, band.high) if above else (record.high, band.low)
        return math.log(found / edge) if found > 0 and edge > 0 else None

    @property
    def log_error(self) -> float | None:
        """Return the logarithm of the model's median over the nearest end of the record; 0 between its ends.

        None if one of the two is not above zero.
        """
        middle = self.prediction.estimate.median
        nearest = min(max(middle, self.observed.low), self.observed.high)
        return math.log(middle / nearest) if middle > 0 and nearest > 0 else None

    @property
    def interval_score(self) -> float:
        """Return the interval score of the band, in the row's unit; less is better.

        Width + 2 / .1 x how far the record lies outside (Gneiting and Raftery 2007, *Journal of the American
        Statistical Association* 102, 359-378); of a range in the record the nearest end counts.
        """
        return self._score(self.prediction.estimate)

    def skill(self, baseline: str) -> float | None:
        """Return the model's interval score over that of a baseline: below 1 the model is better.

        None where the baseline says nothing, or says just what was recorded.
        """
        band = self.baselines.get(baseline)
        score = self._score(band) if band is not None else 0.0
        return self.interval_score / score if score > 0 else None

    def _score(self, band: Band | Estimate) -> float:
        outside = max(0.0, self.observed.low - band.high, band.low - self.observed.high)
        return band.high - band.low + outside * 2.0 / (1.0 - (BAND[1] - BAND[0]))

    @property
    def reason(self) -> str | None:
        """Return why the row is outside; None inside. A row that counts always has an answer."""
        if self.inside:
            return None
        return self.observed.reason or (NO_REASON if self.counts else None)


@dataclass(frozen=True)
class Tally:
    """How many rows of one role are inside, with the 90 % band of the share that so few rows allow.

    ``median_width`` is the median factor between the ends of the bands; None where no band is above zero.
    """

    role: str
    inside: int
    rows: int
    share_low: float
    share_high: float
    median_width: float | None


@dataclass(frozen=True)
class BlockTally:
    """How many rows of one block count and how many of these are inside; ``shown`` do not count."""

    block: str
    inside: int
    counted: int
    shown: int

    @property
    def holds(self) -> bool:
        """Return whether the block has rows that count and all of them are inside."""
        return 0 < self.counted == self.inside


@dataclass(frozen=True)
class Skill:
    """How the model does against one baseline on the rows that count and that it can answer.

    ``better`` of ``rows`` have a lower interval score than the baseline; ``median`` is that of the ratios.
    """

    baseline: str
    better: int
    rows: int
    share_low: float
    share_high: float
    median: float | None


@dataclass(frozen=True)
class Scorecard:
    """All rows in the scenario's order, tallies by role and block, and the skill against each baseline.

    ``posterior`` is the label of the one that parameters were taken from; empty if they were drawn.
    """

    rows: tuple[Score, ...]
    tallies: tuple[Tally, ...]
    blocks: tuple[BlockTally, ...]
    skills: tuple[Skill, ...]
    scenario: str
    policy: str
    seed: int
    replicates: int
    posterior: str = ""


def scorecard(
    war: Scenario,
    *,
    replicates: int = DEFAULT_REPLICATES,
    seed: int = DEFAULT_SEED,
    structures: Structures | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Scorecard:
    """Score the historical policy against every observation of the scenario.

    Raises QueryError with all observations that cannot be asked of the model.
    """
    questions = questions_of(war.observations)
    predictions = answers(
        war,
        questions,
        replicates=replicates,
        seed=seed,
        structures=structures,
        workers=workers,
        progress=progress,
    )
    return _card(war, predictions, seed, replicates, structures)


def scorecard_of(runs: Runs, war: Scenario) -> Scorecard:
    """Score the historical policy of a stored run against every observation of its scenario.

    Raises QueryError if the run is of another scenario than ``war``, holds no historical policy, or ends
    before an observation does.
    """
    recipe = runs.recipe
    values = recorded_answers(runs, war)
    asked = questions_of(war.observations)
    forms = structures_of(recipe)
    predictions = [
        Prediction(question, estimate(values[:, column], question.unit), HISTORICAL, recipe.seed, forms)
        for column, question in enumerate(asked)
    ]
    return _card(war, predictions, recipe.seed, recipe.replicates, forms)


def recorded_answers(runs: Runs, war: Scenario) -> npt.NDArray[np.float64]:
    """Return what the wars of the historical policy say of each observation, (replicate, observation).

    Raises QueryError as ``scorecard_of`` does.
    """
    recipe = runs.recipe
    faults = []
    if recipe.scenario_digest != war.digest:
        faults.append(f"the run is of another scenario than {war.name!r} as it now stands")
    names = [policy.name for policy in recipe.policies]
    if HISTORICAL not in names:
        faults.append(f"the run holds {', '.join(names)}; only {HISTORICAL} can be held against the record")
    late = [o.figure for o in war.observations if o.end > recipe.end]
    if late:
        faults.append(f"the run ends on {recipe.end}, before {', '.join(late)}; run it to {war.end}")
    if faults:
        raise QueryError("\n".join(faults))
    answers = np.asarray(runs.kept[names.index(HISTORICAL)].answers)
    if answers.shape[1] != len(war.observations):
        kept, asked = answers.shape[1], len(war.observations)
        raise QueryError(f"the run keeps answers to {kept} of {asked} observations; make it again")
    return answers


def _card(
    war: Scenario,
    predictions: Sequence[Prediction],
    seed: int,
    replicates: int,
    structures: Structures | None,
) -> Scorecard:
    posterior = structures.given.label if structures and structures.given else ""
    known = baselines(war.observations, seed)
    rows = tuple(
        Score(row, prediction, {name: band for name in NAMES if (band := known[name][at]) is not None})
        for at, (row, prediction) in enumerate(zip(war.observations, predictions, strict=True))
    )
    tallies = tuple(tally(role, rows) for role in COUNTED)
    skills = tuple(skill(name, rows) for name in NAMES)
    return Scorecard(
        rows, tallies, block_tallies(rows), skills, war.name, HISTORICAL, seed, replicates, posterior
    )


def tally(role: str, rows: Sequence[Score]) -> Tally:
    """Count the rows of a role. The band of the share is Wilson's (1927), 90 %."""
    chosen = [row for row in rows if row.observed.role == role]
    inside = sum(row.inside for row in chosen)
    bands = [row.prediction.estimate for row in chosen]
    widths = [band.high / band.low for band in bands if band.low > 0]
    low, high = wilson(inside, len(chosen))
    return Tally(role, inside, len(chosen), low, high, median(widths) if widths else None)


def block_tallies(rows: Sequence[Score]) -> tuple[BlockTally, ...]:
    """Count the rows of each block that has any, in the order of ``BLOCKS``."""
    tallies = []
    for block in BLOCKS:
        chosen = [row for row in rows if row.observed.block == block]
        counted = [row for row in chosen if row.counts]
        if chosen:
            inside = sum(row.inside for row in counted)
            tallies.append(BlockTally(block, inside, len(counted), len(chosen) - len(counted)))
    return tuple(tallies)


def skill(baseline: str, rows: Sequence[Score]) -> Skill:
    """Hold the rows that count against one baseline. The band of the share is Wilson's, 90 %."""
    ratios = [ratio for row in rows if row.counts and (ratio := row.skill(baseline)) is not None]
    better = sum(ratio < 1 for ratio in ratios)
    low, high = wilson(better, len(ratios))
    return Skill(baseline, better, len(ratios), low, high, median(ratios) if ratios else None)


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Return Wilson's score interval of a share, 90 %; (0, 1) without trials."""
    if trials == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(BAND[1])
    share = successes / trials
    centre = share + z * z / (2 * trials)
    spread = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)
