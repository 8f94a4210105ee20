"""The JSON shapes that scripts rely on. NaN never leaves: a number that does not exist is null."""

import math
from typing import Any, TypedDict

from stalemate.analysis.compare import Comparison, Contrast, FormContrast, estimate_of
from stalemate.analysis.estimate import Estimate
from stalemate.analysis.predict import Prediction
from stalemate.analysis.scorecard import Score, Scorecard
from stalemate.analysis.verdict import verdict
from stalemate.ensemble.outcomes import OUTCOMES
from stalemate.ensemble.questions import Quantity
from stalemate.ensemble.runs import Runs


class Band(TypedDict):
    """Median and 90 % band; null where no war has a value."""

    median: float | None
    low: float | None
    high: float | None


class ContrastPayload(TypedDict):
    """One outcome of a comparison."""

    name: str
    unit: str
    a: Band
    b: Band
    difference: Band
    probability_a_greater: float | None
    variance_ratio: float | None


class FormPayload(TypedDict):
    """The outcomes under one rival form; ``inputs`` names those that are given under it, not found."""

    repair: str
    fire: str
    replicates: int
    inputs: list[str]
    outcomes: list[ContrastPayload]


class LeaningPayload(TypedDict):
    """One doubt that an answer leans on."""

    parameter: str
    correlation: float
    assumed: bool


class ComparisonPayload(TypedDict):
    """``stalemate compare --json``."""

    recipe: dict[str, Any]
    policies: list[str]
    replicates: int
    outcomes: list[ContrastPayload]
    forms: list[FormPayload]
    leanings: dict[str, list[LeaningPayload]]
    verdict: list[str]


class OutcomePayload(Band):
    """One outcome of one policy."""

    name: str
    unit: str


class RunPayload(TypedDict):
    """``stalemate run --json``: ``outcomes`` has one list a policy."""

    recipe: dict[str, Any]
    policies: list[str]
    replicates: int
    outcomes: list[list[OutcomePayload]]


PredictionPayload = TypedDict(
    "PredictionPayload",
    {
        "quantity": str,
        "unit": str,
        "from": str,
        "to": str,
        "place": str | None,
        "policy": str,
        "seed": int,
        "posterior": str,
        "repair": list[str],
        "fire": list[str],
        "median": float | None,
        "low": float | None,
        "high": float | None,
        "replicates": int,
    },
)


class BaselinePayload(TypedDict):
    """What a baseline says of a row, and the model's interval score over its own."""

    low: float
    high: float
    skill: float | None


ScorePayload = TypedDict(
    "ScorePayload",
    {
        "block": str,
        "figure": str,
        "quantity": str,
        "place": str | None,
        "unit": str,
        "from": str,
        "to": str,
        "observed": list[float],
        "median": float | None,
        "low": float | None,
        "high": float | None,
        "inside": bool,
        "miss_log": float | None,
        "log_error": float | None,
        "interval_score": float | None,
        "baselines": dict[str, BaselinePayload],
        "role": str,
        "counts": bool,
        "note": str | None,
        "reason": str | None,
    },
)


class TallyPayload(TypedDict):
    """How many rows of a role are inside, with the band of their share."""

    role: str
    inside: int
    rows: int
    share_low: float
    share_high: float
    median_width: float | None


class BlockPayload(TypedDict):
    """How many rows of a block count, how many of these are inside, and how many are only shown."""

    block: str
    inside: int
    counted: int
    shown: int


class SkillPayload(TypedDict):
    """How the model does against one baseline."""

    baseline: str
    better: int
    rows: int
    share_low: float
    share_high: float
    median: float | None


class ScorecardPayload(TypedDict):
    """``stalemate scorecard --json``."""

    scenario: str
    policy: str
    seed: int
    replicates: int
    posterior: str
    rows: list[ScorePayload]
    tallies: list[TallyPayload]
    blocks: list[BlockPayload]
    skills: list[SkillPayload]


class QuantityPayload(TypedDict):
    """One line of ``stalemate predict --list --json``."""

    name: str
    unit: str
    kind: str
    axis: str
    meaning: str


def comparison_payload(comparison: Comparison) -> ComparisonPayload:
    """Return a comparison as plain values."""
    return {
        "recipe": comparison.recipe.to_json(),
        "policies": [comparison.a, comparison.b],
        "replicates": comparison.recipe.replicates,
        "outcomes": [_contrast(contrast) for contrast in comparison.contrasts],
        "forms": [_form(form) for form in comparison.forms],
        "leanings": {
            outcome: [
                {"parameter": one.parameter, "correlation": one.correlation, "assumed": one.assumed}
                for one in found
            ]
            for outcome, found in comparison.leanings.items()
        },
        "verdict": list(verdict(comparison)),
    }


def run_payload(runs: Runs) -> RunPayload:
    """Return the outcomes of each policy of a run as plain values."""
    return {
        "recipe": runs.recipe.to_json(),
        "policies": [policy.name for policy in runs.recipe.policies],
        "replicates": runs.recipe.replicates,
        "outcomes": [
            [
                {"name": o.name, "unit": o.unit, **_band(estimate_of(o, kept.outcomes[o.name]))}
                for o in OUTCOMES
            ]
            for kept in runs.kept
        ],
    }


def prediction_payload(prediction: Prediction) -> PredictionPayload:
    """Return a prediction as plain values."""
    question, band = prediction.question, prediction.estimate
    posterior = prediction.structures.given
    return {
        "quantity": question.quantity,
        "unit": band.unit,
        "from": question.start.isoformat(),
        "to": question.end.isoformat(),
        "place": question.place,
        "policy": prediction.policy,
        "seed": prediction.seed,
        "posterior": posterior.label if posterior else "",
        "repair": list(prediction.structures.repair),
        "fire": list(prediction.structures.fire),
        **_band(band),
        "replicates": band.replicates,
    }


def quantity_payload(quantity: Quantity) -> QuantityPayload:
    """Return a quantity that can be asked for as plain values."""
    return {
        "name": quantity.name,
        "unit": quantity.unit,
        "kind": quantity.kind,
        "axis": quantity.axis,
        "meaning": quantity.meaning,
    }


def scorecard_payload(scorecard: Scorecard) -> ScorecardPayload:
    """Return a scorecard as plain values."""
    return {
        "scenario": scorecard.scenario,
        "policy": scorecard.policy,
        "seed": scorecard.seed,
        "replicates": scorecard.replicates,
        "posterior": scorecard.posterior,
        "rows": [_score(row) for row in scorecard.rows],
        "tallies": [
            {
                "role": tally.role,
                "inside": tally.inside,
                "rows": tally.rows,
                "share_low": tally.share_low,
                "share_high": tally.share_high,
                "median_width": tally.median_width,
            }
            for tally in scorecard.tallies
        ],
        "blocks": [
            {
                "block": block.block,
                "inside": block.inside,
                "counted": block.counted,
                "shown": block.shown,
            }
            for block in scorecard.blocks
        ],
        "skills": [
            {
                "baseline": skill.baseline,
                "better": skill.better,
                "rows": skill.rows,
                "share_low": skill.share_low,
                "share_high": skill.share_high,
                "median": skill.median,
            }
            for skill in scorecard.skills
        ],
    }


def _contrast(contrast: Contrast) -> ContrastPayload:
    return {
        "name": contrast.outcome.name,
        "unit": contrast.outcome.unit,
        "a": _band(contrast.a),
        "b": _band(contrast.b),
        "difference": _band(contrast.difference),
        "probability_a_greater": contrast.probability_a_greater,
        "variance_ratio": contrast.variance_ratio,
    }


def _form(form: FormContrast) -> FormPayload:
    return {
        "repair": form.repair,
        "fire": form.fire,
        "replicates": form.pairs,
        "inputs": [c.outcome.name for c in form.contrasts if form.is_input(c.outcome)],
        "outcomes": [_contrast(contrast) for contrast in form.contrasts],
    }


def _score(row: Score) -> ScorePayload:
    observed, question, band = row.observed, row.prediction.question, row.prediction.estimate
    return {
        "block": observed.block,
        "figure": observed.figure,
        "quantity": observed.quantity,
        "place": observed.place,
        "unit": band.unit,
        "from": question.start.isoformat(),
        "to": question.end.isoformat(),
        "observed": [observed.low, observed.high],
        **_band(band),
        "inside": row.inside,
        "miss_log": row.miss_log,
        "log_error": row.log_error,
        "interval_score": _known(row.interval_score),
        "baselines": {
            name: {"low": band.low, "high": band.high, "skill": row.skill(name)}
            for name, band in row.baselines.items()
        },
        "role": observed.role,
        "counts": row.counts,
        "note": observed.note,
        "reason": row.reason,
    }


def estimate_payload(band: Estimate) -> dict[str, float | str | None]:
    """Return an estimate as plain values with its unit; null where there is none."""
    ends = _band(band)
    return {"median": ends["median"], "low": ends["low"], "high": ends["high"], "unit": band.unit}


def _band(band: Estimate) -> Band:
    return {
        "median": _known(band.median),
        "low": _known(band.low),
        "high": _known(band.high),
    }


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
