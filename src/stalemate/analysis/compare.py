"""Two policies under the same luck: paired differences, under each rival form, and what may be said of them.

A pair is one war fought twice with the same doubt and the same luck. A difference is *told apart* where its
whole 90 % band lies on one side of zero. Where Communist fire follows a dated policy it cannot answer to what
is delivered, so such wars say nothing about fire: the verdict says so, and no band of theirs is read. UN fire
follows dated orders always, so nothing is said of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.analysis.estimate import Estimate, estimate, number, probability_greater, variance_ratio
from stalemate.engine.simulate import Structures
from stalemate.ensemble.outcomes import OUTCOMES, Outcome
from stalemate.ensemble.runner import DEFAULT_REPLICATES, DEFAULT_SEED, Progress, run
from stalemate.ensemble.runs import Runs
from stalemate.ensemble.store import SHARD_WARS, Recipe
from stalemate.errors import QueryError
from stalemate.policies.directive import AbstractPolicy
from stalemate.scenario.schema import Scenario

DATED_FIRE: Final = "policy"
"""The form of fire that is given, not found."""

CAUSED_FIRE: Final = ("retribution", "surplus")
"""The forms of fire that name a cause in the air war; how strongly it works is assumed."""

CAUSES: Final = (
    "How strongly fire answers air pressure or slack supply is assumed (fire_retribution, fire_surplus): the "
    "record cannot tell the four forms of fire apart, so what holds under one of them only is an if, not a "
    "finding."
)

LEAST_PAIRS: Final = 20
"""With fewer pairs a band of 90 % has no war outside it, and no verdict is given."""

HARM: Final = (
    "Harm to civilians: of it only civil rail freight is modelled; deaths are not modelled yet, "
    "and no result here may be read as if they were nil."
)

_REPAIR_WORDS = {"queue": "cuts mended in a queue", "own-clock": "each cut on its own clock"}
_FIRE_WORDS = {
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

    @property
    def words(self) -> str:
        """Return the form in words."""
        return f"{_REPAIR_WORDS.get(self.repair, self.repair)}, {_FIRE_WORDS.get(self.fire, self.fire)}"

    def is_input(self, outcome: Outcome) -> bool:
        """Return whether the outcome is given, not found, under this form."""
        return outcome.given == "always" or (outcome.given == "dated fire" and self.fire == DATED_FIRE)


@dataclass(frozen=True)
class Comparison:
    """Policy ``a`` against policy ``b``: every outcome over all pairs, and under each rival form."""

    recipe: Recipe
    a: str
    b: str
    contrasts: tuple[Contrast, ...]
    forms: tuple[FormContrast, ...]

    def contrast(self, outcome: str) -> Contrast:
        """Return one outcome over all pairs. Raises QueryError if there is none of that name."""
        for contrast in self.contrasts:
            if contrast.outcome.name == outcome:
                return contrast
        raise QueryError(f"no outcome {outcome!r}; there are {', '.join(o.name for o in OUTCOMES)}")


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
    workers: int | None = None,
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
        )
    )


def comparison_of(runs: Runs) -> Comparison:
    """Return the comparison of a run of two policies. Raises QueryError if it holds another number."""
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
    return Comparison(recipe, a.name, b.name, _contrasts(runs, every), tuple(forms))


def verdict(comparison: Comparison) -> tuple[str, ...]:
    """Return what may be said, a paragraph each: over all forms, under each form, on harm to civilians.

    An outcome that is told apart under every form in the same direction is said once, with the widest of the
    forms' bands; one that is told apart under none is said once; the rest is said form by form.
    """
    able = [form for form in comparison.forms if form.pairs >= LEAST_PAIRS]
    agreed = {outcome: _agreement(able, outcome) for outcome in OUTCOMES}
    said = []
    always = [_widest(comparison, able, outcome, side) for outcome, side in agreed.items() if side]
    if always:
        said.append(f"Under every form run, {comparison.a} against {comparison.b}: {_listed(always)}.")
    never = [outcome.label for outcome, side in agreed.items() if side == 0]
    if never:
        said.append(f"Told apart under no form run: {_listed(never)}.")
    always_given = [outcome.label for outcome in OUTCOMES if outcome.given == "always"]
    said.append(f"An input under every form, so no run says anything about it: {_listed(always_given)}.")
    depends = [outcome for outcome, side in agreed.items() if side is None]
    said += [_under_form(form, depends) for form in comparison.forms]
    if any(form.fire in CAUSED_FIRE for form in comparison.forms):
        said.append(CAUSES)
    return (*said, HARM)


def _contrasts(runs: Runs, chosen: npt.NDArray[np.bool_]) -> tuple[Contrast, ...]:
    return tuple(
        _contrast(outcome, runs.outcome(0, outcome.name)[chosen], runs.outcome(1, outcome.name)[chosen])
        for outcome in OUTCOMES
    )


def _contrast(outcome: Outcome, a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> Contrast:
    return Contrast(
        outcome=outcome,
        a=estimate(a, outcome.unit),
        b=estimate(b, outcome.unit),
        difference=estimate(a - b, outcome.unit),
        probability_a_greater=probability_greater(a, b),
        variance_ratio=variance_ratio(a, b),
    )


def _agreement(able: Sequence[FormContrast], outcome: Outcome) -> int | None:
    """Return the side on which all forms tell the outcome apart, 0 if none does, None if it depends."""
    sides = [
        c.difference.side
        for form in able
        for c in form.contrasts
        if c.outcome == outcome and not form.is_input(outcome)
    ]
    if not sides or len(set(sides)) > 1 or (sides[0] and len(sides) < len(able)):
        return None
    return sides[0]


def _widest(comparison: Comparison, able: Sequence[FormContrast], outcome: Outcome, side: int) -> str:
    bands = [c.difference for form in able for c in form.contrasts if c.outcome == outcome]
    median = comparison.contrast(outcome.name).difference.median
    return _shift(outcome, side, median, min(band.low for band in bands), max(band.high for band in bands))


def _under_form(form: FormContrast, depends: Sequence[Outcome]) -> str:
    head = (
        f"{form.words[:1].upper()}{form.words[1:]} ({form.pairs:,} {'pair' if form.pairs == 1 else 'pairs'}):"
    )
    given = [o.label for o in OUTCOMES if o.given == "dated fire" and form.is_input(o)]
    silent = (
        f" Shells are an input under this form, so it says nothing about {_listed(given)}." if given else ""
    )
    if form.pairs < LEAST_PAIRS:
        return f"{head} too few pairs for a verdict; {LEAST_PAIRS} are needed.{silent}"
    asked = [c for c in form.contrasts if c.outcome in depends and not form.is_input(c.outcome)]
    apart = [
        _shift(c.outcome, c.difference.side, c.difference.median, c.difference.low, c.difference.high)
        for c in asked
        if c.difference.side
    ]
    same = [c.outcome.label for c in asked if not c.difference.side]
    said = f" {_listed(apart)}." if apart else ""
    rest = f" Cannot be told apart: {_listed(same)}." if same else ""
    return head + (said + rest + silent or " nothing beyond what holds under every form.")


def _shift(outcome: Outcome, side: int, median: float, low: float, high: float) -> str:
    near, far = sorted((abs(low), abs(high)))
    return (
        f"{outcome.label} {'higher' if side > 0 else 'lower'} by {number(abs(median))} {outcome.unit} "
        f"({number(near)} to {number(far)})"
    )


def _listed(parts: Sequence[str]) -> str:
    return "; ".join(parts)
