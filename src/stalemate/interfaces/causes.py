"""Why supply was lost: the answer as text for 80 columns, and as plain values for scripts."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from stalemate.analysis.causes import CAUSES, Amount, Causes, DayShare
from stalemate.analysis.estimate import number
from stalemate.interfaces.tables import plain_table

_SECTIONS: Final = 10
CAUSE_WORDS: Final = {
    "cuts": "rail cuts",
    "bridges": "bridges down",
    "floods": "floods",
    "breaches": "breached dams",
    "trucks": "trucks destroyed",
    "demand": "too small an order",
}
"""What each cause is called."""
_WHAT: Final = {"front_tonnes": "delivered to the front", "rail_arrived": "brought by rail"}


def print_causes(console: Console, answer: Causes) -> None:
    """Print what came and what would have come, then what each cause took, by line and by month."""
    console.print(
        Text(
            f"Tonnes a day {_WHAT[answer.what]}, {answer.scenario} under {answer.policy}, {answer.start} to "
            f"{answer.end}, {answer.replicates:,} wars, seed {answer.seed}: mean (90 % band)."
        )
    )
    ends = plain_table("", "t/day")
    ends.add_row(_WHAT[answer.what], _shown(answer.delivered))
    ends.add_row("with nothing broken, the same orders", _shown(answer.unbroken))
    ends.add_row("and with orders that fill the trunk", _shown(answer.capacity))
    _print_table(console, ends)
    causes = plain_table("lost to", "of what was ordered", "of what could be carried")
    for row in answer.causes:
        causes.add_row(CAUSE_WORDS[row.cause], _shown(row.of_order), _shown(row.of_capacity))
    of_order = answer.unbroken.mean - answer.delivered.mean
    causes.add_row("all", _mean(of_order), _mean(answer.capacity.mean - answer.delivered.mean))
    _print_table(console, causes)
    _print_sections(console, answer)
    _print_months(console, answer)
    console.print(
        Text(
            f"\nCivilians killed by bombing in these days, on lines and elsewhere: {_shown(answer.killed)}. "
            "They belong to all the bombing of the policy, and are not shared out by cause."
        )
    )
    console.print(
        Text(
            "\nMeans add up. Each day is carried again from its own evening with each set of causes at work. "
            "What one day lost is ordered again the next, so the sum is not what another war would have had: "
            f"for that, stalemate compare none {answer.policy}. Shares of lines are a convention."
        )
    )


def causes_payload(answer: Causes) -> dict[str, Any]:
    """Return the answer as plain values: ``why --json``."""
    return {
        "scenario": answer.scenario,
        "policy": answer.policy,
        "what": answer.what,
        "from": answer.start.isoformat(),
        "to": answer.end.isoformat(),
        "seed": answer.seed,
        "replicates": answer.replicates,
        "repair": list(answer.structures.repair),
        "fire": list(answer.structures.fire),
        "unit": "t/day",
        "delivered": _plain(answer.delivered),
        "unbroken": _plain(answer.unbroken),
        "capacity": _plain(answer.capacity),
        "civilians_killed": _plain(answer.killed),
        "causes": [
            {
                "cause": row.cause,
                "of_order": _plain(row.of_order) if row.of_order else None,
                "of_capacity": _plain(row.of_capacity),
            }
            for row in answer.causes
        ],
        "sections": [
            {"section": row.section, "cause": row.cause, "lost": _plain(row.lost)} for row in answer.sections
        ],
        "days": [
            {
                "day": row.day.isoformat(),
                "delivered": row.delivered,
                "lost": dict(zip(CAUSES, row.lost, strict=False)),
            }
            for row in answer.days
        ],
    }


def _print_sections(console: Console, answer: Causes) -> None:
    if not answer.sections:
        return
    table = plain_table("line", "cause", "t/day of what was ordered")
    for row in answer.sections[:_SECTIONS]:
        table.add_row(row.section, CAUSE_WORDS[row.cause], _shown(row.lost))
    rest = answer.sections[_SECTIONS:]
    if rest:
        table.add_row(f"{len(rest)} more", "", _mean(sum(row.lost.mean for row in rest)))
    _print_table(console, table)


def _print_months(console: Console, answer: Causes) -> None:
    heads = [CAUSE_WORDS[cause].replace(" ", "\n") for cause in CAUSES[:-1]]
    table = plain_table("month", "came", *heads)
    for month, rows in _months(answer):
        came = sum(row.delivered for row in rows) / len(rows)
        lost = [sum(column) / len(rows) for column in zip(*(row.lost for row in rows), strict=True)]
        table.add_row(month, _mean(came), *(_mean(value) for value in lost))
    _print_table(console, table)


def _months(answer: Causes) -> Iterator[tuple[str, list[DayShare]]]:
    def month(row: DayShare) -> date:
        return row.day.replace(day=1)

    for first, rows in groupby(answer.days, key=month):
        yield f"{first:%Y-%m}", list(rows)


def _print_table(console: Console, table: Table) -> None:
    console.print()
    console.print(table)


def _shown(amount: Amount | None) -> str:
    if amount is None:
        return "–"
    band = amount.band
    return f"{_mean(amount.mean)} ({_mean(band.low)} to {_mean(band.high)})"


def _mean(value: float) -> str:
    """Return whole tonnes, and a dot for something below half a tonne."""
    return "·" if 0 < abs(value) < 0.5 else number(round(value))


def _plain(amount: Amount) -> dict[str, float]:
    band = amount.band
    return {"mean": amount.mean, "median": band.median, "low": band.low, "high": band.high}
