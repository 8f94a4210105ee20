"""What may be said of the explanations in plain words: first what the record cannot say."""

import math
from collections.abc import Iterable
from typing import Final

from stalemate.analysis.accounts import AIR, NONE
from stalemate.analysis.concessions import AGREEMENT, EVENTS
from stalemate.analysis.estimate import Estimate, number
from stalemate.analysis.explain import Explained, Foresight
from stalemate.analysis.hazards import FORMS
from stalemate.analysis.pressure import DELAYS, ODDS

_NOTHING: Final = 0.05
"""A lead below this says nothing."""


def said(answer: Explained) -> tuple[str, ...]:
    """Return what may be said in plain words, a paragraph each."""
    return (
        _cannot(answer),
        _needed(answer),
        _foreseen(answer),
        _robust(answer),
        _harm(answer),
    )


def robust(answer: Explained) -> dict[str, bool]:
    """Return which conclusions are the same under every form.

    side: whether air pressure foresaw the last item better than a constant hazard. order: which explanation
    leads. less_likely: that after the record each tipping value is less likely to be passed than before.
    """
    sides, first, lower = set(), set(), set()
    for form in FORMS:
        rows = [row for row in answer.foresight if row.form == form]
        sides.add(tuple(row.last.side for row in rows if row.explanation == AIR))
        first.add(
            tuple(_likeliest(row for row in rows if row.event == event).explanation for event in EVENTS)
        )
        lower |= {
            row.posterior[AGREEMENT].median < row.prior.median for row in answer.tipping if row.form == form
        }
    return {"side": len(sides) == 1, "order": len(first) == 1, "less_likely": len(lower) == 1}


def _cannot(answer: Explained) -> str:
    concessions = answer.events[AGREEMENT]
    last, before = concessions[-1], len(concessions) - 1
    odds = math.exp(max(row.most for row in answer.telling))
    early = [step.median for row in answer.foresight if row.judged for step in row.steps[:before]]
    said_by_these = (
        "came before any dated cause was there"
        if all(abs(lead) < _NOTHING for lead in early)
        else "are of other matters"
    )
    return (
        f"There are {len(concessions)} dated concessions and one end. The first {before} {said_by_these}; "
        f"the last item stood alone for {(last.day - last.since).days} days. Whatever day it had ended on, "
        f"no explanation could have gained odds of more than {number(odds)} to 1 over a hazard that nothing "
        f"moves; {number(ODDS)} to 1 would be fairly strong. So nothing below says why the war ended: it "
        "says what would have to be true."
    )


def _needed(answer: Explained) -> str:
    parts = []
    for delay in DELAYS:
        rows = [row for row in answer.tipping if row.delay == delay]
        values = [row.coefficient for row in rows if row.coefficient is not None]
        none = " or more than any sought" if len(values) < len(rows) else ""
        needed = f"{_span(values)}{none}" if values else "none that was sought"
        before = _percents(row.prior for row in rows)
        after = _percents(row.posterior[AGREEMENT] for row in rows)
        parts.append(f"by {delay} days {needed} (chance {before} % before the record, {after} % after)")
    ratios = [row.ratio for row in answer.tipping if row.ratio is not None]
    allowed = "all of these" if ratios and min(ratios) * ODDS >= 1 else "not all of these"
    likely = f": they are {_span(ratios)} times as likely as without pressure" if ratios else ""
    shared = _span(row.allowed for row in answer.strengths if row.shared and row.event == AGREEMENT)
    return (
        "To have moved the armistice pressure needs a coefficient, over bases and forms, as follows: "
        f"{', '.join(parts)}. One of 1 means that the effort of summer 1952 multiplied the hazard by 2.7. "
        f"With pressure the one cause the concessions allow {allowed} if the last item had a base rate of "
        f"its own{likely}. If it shared that of the others, none above {shared}, by form, is as much as an "
        "eighth as likely as the best. The chances are mostly the prior's, in which pressure is one of "
        f"{len(answer.endings[FORMS[0]])} explanations."
    )


def _foreseen(answer: Explained) -> str:
    first, last = (
        _likeliest(row for row in answer.foresight if row.form == FORMS[0] and row.event == event).explanation
        for event in reversed(EVENTS)
    )
    air = [row for row in answer.foresight if row.form == FORMS[0] and row.explanation == AIR]
    names = ", ".join(dict.fromkeys(row.explanation for row in answer.foresight if row.judged))
    flips = (
        f"{first} leads for both choices of the end"
        if first == last
        else f"{first} leads if the first step is the end and {last} if the agreement is"
    )
    bound = max(row.most for row in air if row.most is not None)
    return (
        f"One step ahead, {flips}. But dates and sizes of {names} were set by hand with the end known: that "
        "they foresaw it is no evidence. Pressure was on for most of the time in which nothing happened: as "
        f"an indicator it could gain a ratio of {number(bound)} at most over a constant hazard."
    )


def _robust(answer: Explained) -> str:
    found = robust(answer)
    leads = "; ".join(f"{form} {_leads(answer, form)}" for form in FORMS)
    return (
        f"Robust to the form or not. Lead of air pressure over a constant hazard on the last item: {leads}. "
        f"If all concessions shared one base rate it would be {_shared(answer)}. "
        + (
            "With a base of its own its side is the same under every form. "
            if found["side"]
            else "So whether it foresaw the end better or worse hangs on the form and on the base. "
        )
        + (
            "So does the explanation that leads. "
            if not found["order"]
            else "The explanation that leads is the same under every form. "
        )
        + (
            "That the record makes strong pressure less likely holds under every form."
            if found["less_likely"]
            else "Whether the record makes strong pressure more or less likely hangs on it too. Where causes "
            "accumulate, pressure is a trend by another name, and anything that grew until the end fits it."
        )
    )


def _shared(answer: Explained) -> str:
    rows = [row for row in answer.foresight if row.explanation == AIR]
    return "; ".join(
        f"{form} {' and '.join(number(row.shared.median) for row in rows if row.form == form)}"
        for form in FORMS
    )


def _leads(answer: Explained, form: str) -> str:
    rows = [row for row in answer.foresight if row.form == form and row.explanation == AIR]
    return " and ".join(number(row.last.median) for row in rows)


def _harm(answer: Explained) -> str:
    rows = [row for row in answer.otherwise if row.form == FORMS[0]]
    nothing = next(row for row in rows if row.explanation == NONE)
    moved = [f"{_band(row.more)} where that moves the end by {row.tips} days" for row in rows if row.tips]
    return (
        f"Harm. With the luck of the record and {answer.against} flown, civilians killed by bombing until "
        f"the armistice are more by {_band(nothing.more)} if pressure moves nothing, by "
        f"{', by '.join(moved)}. "
        "Hunger, cold and disease are not counted, nor the fighting. Harm to civilians is in no hazard: that "
        f"it would bring terms was a belief of planners. After {answer.known_to} effort repeats its last 90 "
        "days, which is assumed."
    )


def _band(band: Estimate) -> str:
    return f"{number(band.median)} ({number(band.low)} to {number(band.high)})"


def _span(values: Iterable[float]) -> str:
    held = list(values)
    return f"{number(min(held))} to {number(max(held))}"


def _percents(chances: Iterable[Estimate]) -> str:
    held = [100 * chance.median for chance in chances]
    return f"{min(held):.0f} to {max(held):.0f}"


def _likeliest(rows: Iterable[Foresight]) -> Foresight:
    return max(rows, key=lambda row: row.weight)
