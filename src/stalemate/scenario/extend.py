"""A scenario carried on past its last day, for a second question: when would the war have ended.

Nothing is known of those days, so nothing new is put in. What flows (sorties, their aims, raids) repeats its
last 90 days; what stands (aircraft on hand, rules, dated parameters, indicators) stays as it was. Each row
that is added says in ``assumed`` that it is. Days up to the old end are untouched, bit for bit.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from stalemate.errors import QueryError
from stalemate.scenario.schema import MOST_DAYS, Scenario

REPEATED_DAYS: Final = 90

_FLOWS: Final = ("effort", "focus", "aims", "missions", "attention")
_RAIDS: Final = "raids"
_STANDS: Final = ("strengths", "authority")
_LONGEST_ID: Final = 40
_AFTER: Final = "-after"


def extended(scenario: Scenario, end: date) -> Scenario:
    """Return the same scenario up to a later last day.

    Raises QueryError if ``end`` is not after the scenario's end, or more than ten years after its start.
    """
    latest = scenario.start + timedelta(days=MOST_DAYS)
    if not scenario.end < end <= latest:
        raise QueryError(
            f"{scenario.name} is extended to {end}; expected a day after {scenario.end}, to {latest}"
        )
    first = max(scenario.start, scenario.end - timedelta(days=REPEATED_DAYS - 1))
    again = f"no record after {scenario.end}: the days from {first} on are repeated"
    stays = f"no record after {scenario.end}: as on that day"
    tables: dict[str, Any] = {}
    for table in _FLOWS:
        rows = getattr(scenario, table)
        tables[table] = (*rows, *_repeated(rows, first, scenario.end, end, again))
    raids = scenario.raids
    tables[_RAIDS] = (*raids, *_repeated_days(raids, first, scenario.end, end, again))
    for table in _STANDS:
        rows = getattr(scenario, table)
        tables[table] = (*rows, *_held(rows, scenario.end, end, stays))
    digest = hashlib.sha256(f"{scenario.digest} to {end}".encode()).hexdigest()
    return replace(scenario, end=end, digest=digest, **tables)


def _repeated(rows: Sequence[Any], first: date, last: date, end: date, reason: str) -> list[Any]:
    """Return the rows of the days first to last again and again, from the day after last up to end."""
    added = []
    for shift in _shifts(first, last, end):
        for row in rows:
            starts, ends = max(row.start, first) + shift, min(row.end, last) + shift
            if starts <= min(ends, end):
                span = {"start": starts, "end": min(ends, end)}
                added.append(row.model_copy(update={**span, "sources": (), "assumed": reason}))
    return added


def _repeated_days(rows: Sequence[Any], first: date, last: date, end: date, reason: str) -> list[Any]:
    return [
        row.model_copy(update={"day": row.day + shift, "sources": (), "assumed": reason})
        for shift in _shifts(first, last, end)
        for row in rows
        if first <= row.day <= last and row.day + shift <= end
    ]


def _shifts(first: date, last: date, end: date) -> list[timedelta]:
    length = (last - first).days + 1
    return [timedelta(days=length * k) for k in range(1, (end - last).days // length + 2)]


def _held(rows: Sequence[Any], last: date, end: date, reason: str) -> list[Any]:
    """Return the rows in force on the last day once more, for the days after it up to end."""
    added = []
    for row in rows:
        if row.start <= last <= row.end:
            changed = {"start": last + timedelta(days=1), "end": end, "sources": (), "assumed": reason}
            if hasattr(row, "id"):
                changed["id"] = row.id[: _LONGEST_ID - len(_AFTER)] + _AFTER
            added.append(row.model_copy(update=changed))
    return added
