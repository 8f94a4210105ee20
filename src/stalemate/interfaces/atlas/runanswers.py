"""What a stored run says, as plain values: comparisons, dots, weekly series, causes, scorecard, doubts.

The numbers are those of ``stalemate show``, ``why``, ``scorecard`` and ``sensitivity`` on the same run; here
they are put together once and kept beside the run, with the digest of the code that made them.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stalemate.analysis.causes import CAUSES, Causes, DayShare, why
from stalemate.analysis.compare import comparison_of
from stalemate.analysis.estimate import BAND
from stalemate.analysis.scorecard import COUNTED, scorecard_of
from stalemate.analysis.sensitivity import sensitivity
from stalemate.ensemble.outcomes import DAYS_PER_WEEK, OUTCOMES, outcome_named
from stalemate.ensemble.pool import Progress, Workers
from stalemate.ensemble.posteriors import structures_of
from stalemate.ensemble.questions import days_added
from stalemate.ensemble.runs import Runs
from stalemate.ensemble.store import model_digest
from stalemate.errors import StalemateError
from stalemate.interfaces.causes import causes_payload
from stalemate.interfaces.pages import SHORT
from stalemate.interfaces.payloads import comparison_payload, run_payload, scorecard_payload
from stalemate.interfaces.reportpictures import SERIES
from stalemate.scenario.schema import Observed, Scenario
from stalemate.systems.variables import RECORDED

Plain = dict[str, Any]

DOTS: Final = 50
"""Dots of a quantile dot plot: each stands for one pair in fifty."""
WARS_OF_CAUSES: Final = 16
"""Wars of each policy that are fought again, day by day, to share out what was lost."""
DOUBTS: Final = 12
"""Doubts that are listed for an outcome, those with the largest shares."""

_ALL: Final = Path(__file__).resolve().parents[2]


@cache
def code_digest() -> str:
    """Return the digest of all code of the package: an answer made by other code is made again."""
    digest = hashlib.sha256()
    for path in sorted(_ALL.rglob("*.py")):
        digest.update(path.relative_to(_ALL).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def answer_of(
    runs: Runs, war: Scenario, *, workers: Workers = None, progress: Progress | None = None
) -> Plain:
    """Return everything that is shown of a run, as values of JSON.

    ``war`` is the whole scenario; it is narrowed as the run's was. What cannot be said of this run is left
    empty, and ``left_out`` has the reason.
    """
    recipe = runs.recipe
    inside = recipe.as_fought(war)
    left_out: dict[str, str] = {}
    names = [policy.name for policy in recipe.policies]
    return {
        "made_by": code_digest(),
        "program": version("stalemate-lab"),
        "recipe": recipe.to_json(),
        "policies": names,
        "outcomes": [
            {"name": o.name, "label": o.label, "unit": o.unit, "group": o.group, "given": o.given}
            for o in OUTCOMES
        ],
        "levels": run_payload(runs)["outcomes"],
        "pairs": [
            _pair(_two(runs, place, len(names) - 1), inside, left_out) for place in range(len(names) - 1)
        ],
        "weekly": [_weekly(runs, inside, quantity, title) for quantity, title in SERIES],
        "causes": _causes(runs, inside, workers, progress, left_out),
        "scorecard": _scorecard(runs, inside, left_out),
        "left_out": left_out,
        "assumed": sum(bool(row.assumed) for row in inside.parameters),
        "sourced": sum(not row.assumed for row in inside.parameters),
    }


def dots_of(values: npt.NDArray[np.float64]) -> list[float]:
    """Return where the dots stand: the middles of fifty equal parts of values (replicate,), upwards."""
    known = values[~np.isnan(values)]
    if known.size == 0:
        return []
    return [float(value) for value in np.quantile(known, (np.arange(DOTS) + 0.5) / DOTS)]


def _two(runs: Runs, a: int, b: int) -> Runs:
    """Return the pairs of two policies of a run."""
    recipe = replace(runs.recipe, policies=(runs.recipe.policies[a], runs.recipe.policies[b]))
    return Runs(recipe, (runs.kept[a], runs.kept[b]))


def _pair(two: Runs, war: Scenario, left_out: dict[str, str]) -> Plain:
    same = two.recipe.scenario_digest == war.digest
    if not same:
        left_out["leanings"] = "the scenario is no longer the one that the run was fought in"
    comparison = comparison_of(two, war if same else None)
    return {
        "a": comparison.a,
        "b": comparison.b,
        "comparison": comparison_payload(comparison),
        "dots": [
            {
                "outcome": name,
                "label": outcome_named(name).label,
                "unit": outcome_named(name).unit,
                "values": dots_of(two.outcome(0, name) - two.outcome(1, name)),
            }
            for name in SHORT
        ],
        "doubts": _doubts(two, war, left_out),
    }


def _doubts(two: Runs, war: Scenario, left_out: dict[str, str]) -> list[Plain]:
    found = []
    for outcome in SHORT:
        try:
            told = sensitivity(two, war, outcome)
        except StalemateError as error:
            left_out.setdefault("doubts", str(error))
            continue
        listed = [asdict(index) | {"told": index.told} for index in told.indices[:DOUBTS]]
        found.append(asdict(told) | {"indices": listed, "rest": told.rest})
    return found


def _weekly(runs: Runs, war: Scenario, quantity: str, title: str) -> Plain:
    recipe = runs.recipe
    weeks = ((recipe.end - recipe.start).days + 1) // DAYS_PER_WEEK
    factor = 1 / DAYS_PER_WEEK if RECORDED[quantity].kind == "sum" else 1.0
    tracks = []
    for place, policy in enumerate(recipe.policies):
        series = runs.weekly(place, quantity)[:, :weeks].astype(np.float64) * factor
        low, median, high = np.quantile(series, (BAND[0], 0.5, BAND[1]), axis=0)
        tracks.append(
            {
                "policy": policy.name,
                "median": _rounded(median),
                "low": _rounded(low),
                "high": _rounded(high),
            }
        )
    return {
        "quantity": quantity,
        "title": title,
        "unit": RECORDED[quantity].unit,
        "weeks": [str(week) for week in runs.week_starts()[:weeks]],
        "tracks": tracks,
        "record": [
            _observed(row)
            for row in war.observations
            if row.quantity == quantity and row.place is None and row.end <= recipe.end
        ],
    }


def _observed(row: Observed) -> Plain:
    days = days_added(row)
    return {
        "figure": row.figure,
        "from": str(row.start),
        "to": str(row.end),
        "low": row.low / days,
        "high": row.high / days,
        "counts": row.role in COUNTED,
    }


def _causes(
    runs: Runs, war: Scenario, workers: Workers, progress: Progress | None, left_out: dict[str, str]
) -> list[Plain]:
    recipe = runs.recipe
    found: list[Plain] = []
    if recipe.scenario_digest != war.digest or recipe.model != model_digest():
        left_out["causes"] = "the run was fought with another scenario or other code; make it again"
        return found
    try:
        for policy in recipe.policies:
            causes = why(
                war,
                policy.name,
                end=recipe.end,
                replicates=min(WARS_OF_CAUSES, recipe.replicates),
                seed=recipe.seed,
                structures=structures_of(recipe),
                workers=workers,
                progress=progress,
            )
            payload = causes_payload(causes)
            del payload["days"]
            found.append(payload | {"months": _months(causes)})
    except StalemateError as error:
        left_out["causes"] = str(error)
        return []
    return found


def _months(causes: Causes) -> list[Plain]:
    """Return what came and what each cause took of the order, t/day, month by month."""
    months: dict[str, list[DayShare]] = {}
    for row in causes.days:
        months.setdefault(f"{row.day:%Y-%m}", []).append(row)
    return [
        {
            "month": month,
            "delivered": _mean([row.delivered for row in rows]),
            "lost": {
                cause: _mean([row.lost[place] for row in rows]) for place, cause in enumerate(CAUSES[:-1])
            },
        }
        for month, rows in months.items()
    ]


def _scorecard(runs: Runs, war: Scenario, left_out: dict[str, str]) -> Mapping[str, Any] | None:
    try:
        return scorecard_payload(scorecard_of(runs, war))
    except StalemateError as error:
        left_out["scorecard"] = str(error)
        return None


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _rounded(values: npt.NDArray[np.float64]) -> list[float]:
    """Return values with six digits that count, more than the eye or the band can tell."""
    return [float(f"{value:.6g}") for value in values]
