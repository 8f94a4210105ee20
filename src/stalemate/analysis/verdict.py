"""What may be said of a comparison in plain words: what every form bears out, what depends, what it leans on.

No sentence claims a side of an outcome that a band touching zero, too few pairs, or an input would not bear
out. Harm to civilians is spoken of always, told apart or not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from stalemate.analysis.compare import FIRE_WORDS, REPAIR_WORDS, Comparison, Contrast, FormContrast
from stalemate.analysis.estimate import number
from stalemate.analysis.leaning import sentence
from stalemate.ensemble.outcomes import GROUPS, OUTCOMES, Outcome, outcome_named
from stalemate.policies.plans import Historical
from stalemate.policies.wrappers import EQUAL_EFFORT
from stalemate.units import with_unit

CAUSED_FIRE: Final = ("retribution", "surplus")
"""The forms of fire that name a cause in the air war; how strongly it works is assumed."""

CAUSES: Final = (
    "How strongly fire answers air pressure or slack supply is assumed (fire_retribution, fire_surplus): the "
    "record cannot tell the four forms of fire apart, so what holds under one of them only is an if, not a "
    "finding."
)

ONE_WAR: Final = (
    "Which account is true one war cannot say, so none of these is a finding; how strongly pressure moves "
    "the other side to sign is assumed under the account that names it."
)

LEAST_PAIRS: Final = 20
"""With fewer pairs a band of 90 % has no war outside it, and no verdict is given."""

CIVILIANS: Final = "civilians"
"""The group of outcomes that is harm to civilians."""

LITTLE: Final = 0.03
"""A difference in sorties up to this share of them goes without saying."""

NOT_COUNTED: Final = (
    "Deaths by hunger, cold and disease are not modelled, and no result here may be read as if they were nil."
)


def verdict(comparison: Comparison) -> tuple[str, ...]:
    """Return what may be said, a paragraph each.

    An outcome that is told apart under every form in the same direction is said once, with the widest of the
    forms' bands; one that is told apart under none is named once; each other one says under which forms it
    goes which way.
    """
    able = [form for form in comparison.forms if form.pairs >= LEAST_PAIRS]
    few = [form for form in comparison.forms if form.pairs < LEAST_PAIRS]
    spoken = [outcome for outcome in OUTCOMES if outcome.given != "always" and not outcome.chance]
    found = {outcome: _sides(able, outcome) for outcome in spoken}
    said = []
    if able:
        said += _agreed(comparison, able, found)
        said += [_by_form(found[outcome], outcome) for outcome in spoken if _depends(found[outcome], able)]
    if few:
        words = "; ".join(f"{_words(form)} ({form.pairs})" for form in few)
        said.append(f"Too few pairs for a verdict ({LEAST_PAIRS} are needed): {words}.")
    always = [outcome.label for outcome in OUTCOMES if outcome.given == "always"]
    said.append(f"An input under every form, so no run says anything about it: {'; '.join(always)}.")
    if any(form.fire in CAUSED_FIRE for form in comparison.forms):
        said.append(CAUSES)
    said += [sentence(found, outcome_named(name).label) for name, found in comparison.leanings.items()]
    return (*said, *_effort(comparison), _talks(comparison), _harm(comparison))


@dataclass(frozen=True)
class _Side:
    """Side of an outcome's difference under a form: 1 higher, -1 lower, 0 not told apart, None an input."""

    form: FormContrast
    contrast: Contrast
    side: int | None


def _sides(able: Sequence[FormContrast], outcome: Outcome) -> list[_Side]:
    return [
        _Side(form, contrast, None if form.is_input(outcome) else contrast.difference.side)
        for form in able
        for contrast in form.contrasts
        if contrast.outcome == outcome
    ]


def _depends(sides: Sequence[_Side], able: Sequence[FormContrast]) -> bool:
    return len({one.side for one in sides}) > 1 and any(one.side for one in sides)


def _agreed(
    comparison: Comparison, able: Sequence[FormContrast], found: dict[Outcome, list[_Side]]
) -> list[str]:
    """Return what all forms agree on, group by group, and what none tells apart."""
    said, never = [], []
    for group in GROUPS:
        told = []
        for outcome, sides in found.items():
            kinds = {one.side for one in sides}
            if outcome.group != group or _depends(sides, able):
                continue
            if kinds in ({1}, {-1}):
                told.append(_shift(outcome, sides, comparison.contrast(outcome.name).difference.median))
            elif 0 in kinds:
                never.append(outcome.label)
        if told:
            said.append(f"{group}: {'; '.join(told)}")
    paragraphs = []
    if said:
        head = f"Under every form run, {comparison.a} against {comparison.b}."
        paragraphs.append(f"{head} {'. '.join(one[:1].upper() + one[1:] for one in said)}.")
    if never:
        paragraphs.append(f"Told apart under no form run: {'; '.join(never)}.")
    return paragraphs


def _by_form(sides: Sequence[_Side], outcome: Outcome) -> str:
    """Return under which forms an outcome goes which way; repair forms that agree are not told apart."""
    parts = [
        f"{word} {'; '.join(_named(sides, side))}"
        for side, word in ((1, "higher"), (-1, "lower"), (0, "not told apart"), (None, "an input"))
        if any(one.side == side for one in sides)
    ]
    return f"{outcome.label[:1].upper()}{outcome.label[1:]} depends on the form: {', '.join(parts)}."


def _named(sides: Sequence[_Side], side: int | None) -> list[str]:
    """Return the forms on one side, each with its band where it has one."""
    named = []
    for fire in dict.fromkeys(one.form.fire for one in sides):
        here = [one for one in sides if one.form.fire == fire]
        there = [one for one in here if one.side == side]
        if not there:
            continue
        words = f"under {FIRE_WORDS.get(fire, fire)}"
        if len(there) < len(here):
            repairs = " and ".join(REPAIR_WORDS.get(one.form.repair, one.form.repair) for one in there)
            words += f" with {repairs}"
        named.append(words + (f" (by {_by(there)})" if side else ""))
    return named


def _shift(outcome: Outcome, sides: Sequence[_Side], median: float) -> str:
    side = "higher" if (sides[0].side or 0) > 0 else "lower"
    return f"{outcome.label} {side} by {with_unit(number(abs(median)), outcome.unit)} ({_by(sides)})"


def _by(sides: Sequence[_Side]) -> str:
    """Return the widest of the bands as sizes, from near to far."""
    ends = [abs(end) for one in sides for end in (one.contrast.difference.low, one.contrast.difference.high)]
    return f"{number(min(ends))} to {number(max(ends))}"


def _words(form: FormContrast) -> str:
    return f"{REPAIR_WORDS.get(form.repair, form.repair)}, {FIRE_WORDS.get(form.fire, form.fire)}"


def _effort(comparison: Comparison) -> list[str]:
    """Return how far the two policies differ in effort; nothing if that is little."""
    sorties, bombs = (comparison.contrast(name) for name in ("sorties", "bombs_tonnes"))
    if abs(sorties.difference.median) <= LITTLE * sorties.b.median:
        return []
    flown, dropped = (_more(contrast) for contrast in (sorties, bombs))
    said = (
        f"Not the same effort: {comparison.a} flies {flown} sorties than {comparison.b} and drops {dropped} "
        "bombs, so part of each difference is effort and not choice."
    )
    if comparison.b == Historical.name and EQUAL_EFFORT not in comparison.a:
        said += f" With as many sorties as the record: compare {comparison.a}{EQUAL_EFFORT} {comparison.b}."
    return [said]


def _more(contrast: Contrast) -> str:
    if contrast.b.median == 0:
        return "more" if contrast.difference.median > 0 else "no more"
    share = 100 * contrast.difference.median / contrast.b.median
    return f"{number(abs(share))} % {'more' if share > 0 else 'fewer'}"


def _told(contrast: Contrast) -> str:
    """Return a difference with its band."""
    outcome, band = contrast.outcome, contrast.difference
    median = with_unit(number(band.median), outcome.unit)
    return f"{outcome.label} {median} ({number(band.low)} to {number(band.high)})"


def _talks(comparison: Comparison) -> str:
    """Return the difference in the chance of agreement under each rival account."""
    told = [_told(c) for c in comparison.contrasts if c.outcome.chance]
    head = f"Chance of agreement by {comparison.recipe.end}, {comparison.a} less {comparison.b}"
    return f"{head}: {'; '.join(told)}. {ONE_WAR}"


def _harm(comparison: Comparison) -> str:
    """Return the difference in harm to civilians over all pairs, told apart or not."""
    told = [_told(c) for c in comparison.contrasts if c.outcome.group == CIVILIANS]
    head = f"Harm to civilians, {comparison.a} less {comparison.b}"
    return f"{head}: {'; '.join(told)}. {NOT_COUNTED}"
