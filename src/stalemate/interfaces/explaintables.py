"""What would have to be true: the answer as text for 80 columns, and as plain values for scripts."""

import math
from dataclasses import asdict
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from stalemate.analysis.accounts import AIR, NONE
from stalemate.analysis.concessions import AGREEMENT, EVENTS
from stalemate.analysis.estimate import Estimate, number
from stalemate.analysis.explain import Explained
from stalemate.analysis.explainwords import robust, said
from stalemate.analysis.hazards import FORMS
from stalemate.analysis.pressure import DELAYS, STRENGTHS, Moved, Tipping
from stalemate.interfaces.tables import plain_table

_SHORT: Final = {"agreement": "agreed", "first-step": "step"}
_BASES: Final = {
    "constant base": "constant",
    "leadership counts 1.5": "leaders 1.5",
    "leadership counts 3": "leaders 3",
}
_NARROW: Final = {
    "conference": "con-\nference",
    "supervision": "super-\nvision",
    "multiplied": "multi-\nplied",
    "added": "\nadded",
    "accumulated": "accumu-\nlated",
}
_FEW: Final = 0.005
"""A share below this is printed as a dash."""


def print_explained(console: Console, answer: Explained) -> None:
    """Print what the record cannot say, then what would have to be true, and what it would have cost."""
    console.print(
        f"{answer.scenario}: {answer.replicates:,} wars of historical and of {answer.against}, fought on to "
        f"{answer.until}, seed {answer.seed}."
    )
    for paragraph in said(answer):
        console.print()
        console.print(Text(paragraph))
    _print_tipping(console, answer)
    _print_steps(console, answer)
    _print_leads(console, answer)
    _print_quarters(console, answer)
    _print_otherwise(console, answer)


def explained_payload(answer: Explained) -> dict[str, Any]:
    """Return the answer as plain values: ``explain --json``."""
    return {
        "scenario": answer.scenario,
        "against": answer.against,
        "replicates": answer.replicates,
        "seed": answer.seed,
        "known_to": answer.known_to.isoformat(),
        "until": answer.until.isoformat(),
        "assumed": f"effort after {answer.known_to} repeats its last 90 days",
        "alone_from": answer.alone_from.isoformat(),
        "events": {
            event: [
                {"item": one.item, "since": one.since.isoformat(), "day": one.day.isoformat()}
                for one in dated
            ]
            for event, dated in answer.events.items()
        },
        "quarters": list(answer.quarters),
        "signed_in": answer.signed_in,
        "baseline": {event: list(values) for event, values in answer.baseline.items()},
        "foresight": [_plain(row) for row in answer.foresight],
        "telling": [_plain(row) for row in answer.telling],
        "endings": [
            {
                "form": form,
                "explanation": row.explanation,
                "prior": list(row.prior),
                "posterior": {event: list(shares) for event, shares in row.posterior.items()},
                "effective": dict(row.effective),
            }
            for form, rows in answer.endings.items()
            for row in rows
        ],
        "strengths_at": list(STRENGTHS),
        "strengths": [_plain(row) for row in answer.strengths],
        "tipping": [_plain(row) for row in answer.tipping],
        "otherwise": [_plain(row) for row in answer.otherwise],
        "moved": [_plain(row) for row in answer.moved],
        "robust": robust(answer),
        "said": list(said(answer)),
    }


def _plain(row: Any) -> dict[str, Any]:
    """Return a result as plain values; what has no number, or none that is finite, is null."""
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in asdict(row).items()
    }


def _print_tipping(console: Console, answer: Explained) -> None:
    table = plain_table("form", "base", *(f"{delay} days" for delay in DELAYS))
    table.columns[1].justify = "left"
    for form in FORMS:
        shown = form
        for base in dict.fromkeys(row.base for row in answer.tipping):
            cells = [
                "none" if row.coefficient is None else f"{row.coefficient:.2f} ({_chances(row)})"
                for row in answer.tipping
                if (row.form, row.base) == (form, base)
            ]
            table.add_row(shown, _BASES.get(base, f"{answer.against} flown"), *cells)
            shown = ""
    error = max(_half(row.posterior[AGREEMENT]) for row in answer.tipping)
    console.print(
        Text(
            "\nTipping value: the coefficient of pressure at which its end moves the agreement by so many "
            "days. In brackets the chance in per cent that it is larger, over all explanations from equal "
            f"odds, before the record and after it (error of drawing up to {100 * error:.0f})."
        )
    )
    console.print(table)
    own, shared = (
        "; ".join(
            f"{row.form} {row.best:.1f}, {row.allowed:.1f}"
            + (" or more" if row.allowed == STRENGTHS[-1] else "")
            for row in answer.strengths
            if row.event == AGREEMENT and row.shared == one_base
        )
        for one_base in (False, True)
    )
    console.print(
        Text(
            "By the record alone, the likeliest coefficient and the largest at least an eighth as likely: "
            f"{own}. If all concessions had one base rate: {shared}."
        )
    )


def _chances(row: Tipping | Moved) -> str:
    return f"{100 * row.prior.median:.0f}, {100 * row.posterior[AGREEMENT].median:.0f}"


def _print_steps(console: Console, answer: Explained) -> None:
    names = [_NARROW.get(one.item, one.item) for one in answer.events[AGREEMENT][:-1]]
    table = plain_table("explanation", *names, "agree-\nment", "all\nfive", "first\nstep", "all\nfive")
    rows = {(row.event, row.explanation): row for row in answer.foresight if row.form == FORMS[0]}
    for explanation in dict.fromkeys(name for _, name in rows):
        if explanation != NONE:
            one, other = (rows[event, explanation] for event in EVENTS)
            table.add_row(explanation, *map(_signed, (*one.steps, *other.steps[-2:])))
    base, step = (answer.baseline[event] for event in EVENTS)
    plain = [*base, sum(base), step[-1], sum(step)]
    table.add_row("ln density", *(number(one) for one in plain))
    error = max(_half(step) for row in rows.values() for step in row.steps)
    console.print(
        Text(
            "\nLead in log score over a constant hazard (none; its own in the last line), concession by "
            "concession, one step ahead, if causes multiply and move every item. Above 0: better foreseen "
            f"(error of drawing up to {error:.2f})."
        )
    )
    console.print(table)


def _print_leads(console: Console, answer: Explained) -> None:
    heads = [f"{_NARROW[form]}\n{_SHORT[event]}" for form in FORMS for event in EVENTS]
    table = plain_table("explanation", *heads, *(f"T/m\n\n{_SHORT[event]}" for event in EVENTS))
    rows = {(row.form, row.event, row.explanation): row for row in answer.foresight}
    for explanation in dict.fromkeys(row.explanation for row in answer.foresight):
        if explanation == NONE:
            continue
        cells = [_signed(rows[form, event, explanation].last) for form in FORMS for event in EVENTS]
        mine = [rows[FORMS[0], event, explanation] for event in EVENTS]
        cells += ["none" if row.most is None else number(row.most) for row in mine]
        table.add_row(explanation + (" *" if mine[0].judged else ""), *cells)
    error = max(_half(row.last) for row in answer.foresight)
    console.print(
        Text(
            "\nThe same for the last item alone, all that the model lets causes move, by form, if the "
            f"agreement or the first step is its end (error up to {error:.2f}). T/m: the most that the "
            "indicator could gain, as a ratio. *: its sizes were set by hand, knowing the end."
        )
    )
    console.print(table)


def _print_quarters(console: Console, answer: Explained) -> None:
    first = min(
        next(place for place, share in enumerate(row.prior) if share >= _FEW)
        for row in answer.endings[FORMS[0]]
    )
    table = plain_table("explanation", *(_quarter(name) for name in answer.quarters[first:]))
    for row in answer.endings[FORMS[0]]:
        table.add_row(row.explanation, *(_per_cent(share) for share in row.prior[first:]))
        table.add_row("  after", *(_per_cent(share) for share in row.posterior[AGREEMENT][first:]))
    console.print(
        Text(
            "\nQuarter of the armistice under historical, per cent of wars, causes multiplied: before the "
            "record, and of another war with what the concessions up to the agreement leave likely."
        )
    )
    console.print(table)
    place = answer.quarters.index(answer.signed_in)
    spans = []
    for form in FORMS[1:]:
        of_air = next(row for row in answer.endings[form] if row.explanation == AIR)
        after = [row.posterior[AGREEMENT][place] for row in answer.endings[form]]
        spans.append(
            f"{form} {_per_cent(min(after))} to {_per_cent(max(after))}, air-pressure "
            f"{_per_cent(of_air.prior[place])} before and {_per_cent(of_air.posterior[AGREEMENT][place])} "
            "after"
        )
    console.print(Text(f"In {answer.signed_in}, the quarter on record, after it: {'; '.join(spans)}."))


def _print_otherwise(console: Console, answer: Explained) -> None:
    heads = [f"{form}\ndays later" for form in FORMS]
    table = plain_table("if", *heads, "more killed,\nthousands")
    for explanation in dict.fromkeys(row.explanation for row in answer.otherwise if row.explanation):
        rows = [row for row in answer.otherwise if row.explanation == explanation]
        table.add_row(explanation, *(_ends(row.later) for row in rows), _thousands(rows[0].more))
    for delay in DELAYS:
        of_form = {row.form: row for row in answer.otherwise if row.tips == delay}
        cells = [_ends(of_form[form].later) if form in of_form else "none" for form in FORMS]
        killed = _thousands(of_form[FORMS[0]].more) if FORMS[0] in of_form else "none"
        table.add_row(f"tips {delay}", *cells, killed)
    nothing = next(row for row in answer.otherwise if row.explanation == NONE)
    killed = _ends(nothing.killed["historical"])
    console.print(
        Text(
            f"\nThe war of the record with {answer.against} flown and the same luck: days by which the "
            "agreement of the record comes later, and civilians killed by bombing until the armistice, more "
            f"than the {killed} persons under historical (causes multiplied). Median and 90 % band. Tips: "
            f"pressure the one cause, at the tipping value of the line {answer.against} flown."
        )
    )
    console.print(table)
    chances = "; ".join(
        f"{form} " + " / ".join(_chances(row) for row in answer.moved if row.form == form) for form in FORMS
    )
    console.print(
        Text(
            f"Chance of at least {' / '.join(map(str, DELAYS))} days over all explanations, per cent, before "
            f"and after the record: {chances}."
        )
    )


def _thousands(band: Estimate) -> str:
    return f"{number(band.median / 1e3)} ({number(band.low / 1e3)}…{number(band.high / 1e3)})"


def _half(band: Estimate) -> float:
    return (band.high - band.low) / 2


def _signed(band: Estimate) -> str:
    text = f"{band.median:+.2f}".replace("-", "−")
    return "0" if float(f"{band.median:.2f}") == 0 else text


def _per_cent(share: float) -> str:
    return f"{100 * share:.0f}" if share >= _FEW else "–"


def _quarter(name: str) -> str:
    year, _, quarter = name.partition(" ")
    return f"{year[2:]}\n{quarter}" if quarter else name


def _ends(band: Estimate) -> str:
    if band.low == band.high:
        return number(band.median)
    return f"{number(band.median)} ({number(band.low)}…{number(band.high)})"
