"""When the war would have ended: the answer as text for 80 columns, and as plain values for scripts."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from stalemate.analysis.concessions import EVENTS
from stalemate.analysis.estimate import Estimate, number
from stalemate.analysis.settlement import Ending, Settlement, said
from stalemate.interfaces.tables import plain_table

_FEW: Final = 0.005
"""A share below this is printed as a dash."""

_EVENT_WORDS: Final = {"agreement": "agreement", "first-step": "first step"}


def print_settlement(console: Console, answer: Settlement) -> None:
    """Print what one war cannot show, then dates and what they cost."""
    console.print(
        f"A second question, not the comparison: {answer.scenario}, fought on to {answer.until}, "
        f"{answer.replicates:,} wars a policy, seed {answer.seed}. After {answer.known_to} effort repeats "
        "its last 90 days (assumed)."
    )
    for paragraph in said(answer):
        console.print()
        console.print(Text(paragraph))
    for policy in answer.policies:
        _print_quarters(console, answer, policy)
    _print_shifts(console, answer)
    _print_tolls(console, answer)


def settlement_payload(answer: Settlement) -> dict[str, Any]:
    """Return the answer as plain values: ``compare --until-armistice --json``."""
    return {
        "question": "until-armistice",
        "scenario": answer.scenario,
        "policies": list(answer.policies),
        "replicates": answer.replicates,
        "seed": answer.seed,
        "known_to": answer.known_to.isoformat(),
        "until": answer.until.isoformat(),
        "assumed": f"effort after {answer.known_to} repeats its last 90 days",
        "alone_from": answer.alone_from.isoformat(),
        "events": {event: day.isoformat() for event, day in answer.events.items()},
        "quarters": list(answer.quarters),
        "endings": [
            {
                "policy": ending.policy,
                "explanation": ending.explanation,
                "replicates": ending.replicates,
                "prior": list(ending.prior),
                "posterior": {event: list(ending.posterior[event]) for event in EVENTS},
                "effective": dict(ending.effective),
            }
            for ending in answer.endings
        ],
        "shifts": [
            {
                "explanation": shift.explanation,
                "prior": _band(shift.prior),
                "posterior": _bands(shift.posterior),
                "open": [shift.open_a, shift.open_b],
            }
            for shift in answer.shifts
        ],
        "civilians_killed": [
            {
                "explanation": toll.explanation,
                "killed": _bands(toll.killed),
                "difference": None if toll.difference is None else _band(toll.difference),
                "posterior": _bands(toll.posterior),
            }
            for toll in answer.tolls
        ],
        "said": list(said(answer)),
    }


def _print_quarters(console: Console, answer: Settlement, policy: str) -> None:
    """Print the shares of wars by quarter in per cent: before the record, after each event."""
    endings = [ending for ending in answer.endings if ending.policy == policy]
    first = min(_first_held(ending) for ending in endings)
    table = plain_table("explanation", *(_short(name) for name in answer.quarters[first:]))
    for ending in endings:
        table.add_row(ending.explanation, *_per_cent(ending.prior[first:]))
        for event in EVENTS:
            table.add_row(f"  {_EVENT_WORDS[event]}", *_per_cent(ending.posterior[event][first:]))
    console.print(
        Text(
            f"\nQuarter of the armistice under {policy}, per cent of wars: before the record, and below it "
            "after each event. Later: still at war at the horizon."
        )
    )
    console.print(table)


def _per_cent(shares: Sequence[float]) -> list[str]:
    return [f"{100 * share:.0f}" if share >= _FEW else "–" for share in shares]


def _first_held(ending: Ending) -> int:
    return next(place for place, share in enumerate(ending.prior) if share >= _FEW)


def _short(quarter: str) -> str:
    """Return the quarter as two short lines, the year above."""
    year, _, name = quarter.partition(" ")
    return f"{year[2:]}\n{name}" if name else quarter


def _print_shifts(console: Console, answer: Settlement) -> None:
    if not answer.shifts:
        return
    a, b = answer.policies
    table = plain_table(
        "explanation", "prior", *(f"after {_EVENT_WORDS[event]}" for event in EVENTS), "open, %"
    )
    for shift in answer.shifts:
        table.add_row(
            shift.explanation,
            _ends(shift.prior),
            *(_ends(shift.posterior[event]) for event in EVENTS),
            f"{100 * shift.open_a:.0f}, {100 * shift.open_b:.0f}",
        )
    console.print(
        Text(
            f"\nDays by which the agreement comes later under {a} than under {b}, paired: median and 90 % "
            "band. A war still open at the horizon counts as ending there."
        )
    )
    console.print(table)


def _print_tolls(console: Console, answer: Settlement) -> None:
    """Print the civilians killed up to the armistice, median and below it the band."""
    after = f"after {_EVENT_WORDS[EVENTS[0]]}"
    heads = ("difference", after) if len(answer.policies) > 1 else (after,)
    table = plain_table("explanation", *answer.policies, *heads)
    for toll in answer.tolls:
        bands = [*toll.killed.values(), toll.difference, toll.posterior[EVENTS[0]]]
        table.add_row(toll.explanation, *(_two_lines(band) for band in bands if band is not None))
    paired = "; paired difference, before the record and after the agreement" if answer.shifts else ""
    console.print(
        Text(
            "\nCivilians killed by bombing up to the armistice, or to the horizon: median, and below it the "
            f"90 % band{paired}."
        )
    )
    console.print(table)


def _two_lines(band: Estimate) -> str:
    return f"{number(band.median)}\n{number(band.low)}…{number(band.high)}"


def _ends(band: Estimate) -> str:
    if band.low == band.high:
        return number(band.median)
    return f"{number(band.median)} ({number(band.low)} to {number(band.high)})"


def _band(band: Estimate) -> dict[str, float | int]:
    return {"median": band.median, "low": band.low, "high": band.high, "replicates": band.replicates}


def _bands(bands: Mapping[str, Estimate]) -> dict[str, dict[str, float | int]]:
    return {name: _band(band) for name, band in bands.items()}
