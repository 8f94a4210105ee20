"""Checks of the tables that say who flew what at which fixed targets, and by whose leave.

A class whose effort holds sorties at fixed targets says at which classes of target, for each of these days.
Raids stand on targets that their aircraft could reach and knew. Rules name what exists, and some rule holds
for everything on every day. Both bodies of law speak of every class of target.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from stalemate.scenario.air import LAWS, Rule
from stalemate.scenario.checks import Context, Found, Rows, periods

_WITHIN: Final = ("border", "ussr", "zone")


def _missions(rows: Rows, context: Context) -> Iterator[Found]:
    """Missions are flown by classes that exist, on days of the scenario, each day by one row."""
    classes = {row.id for row in rows["classes"]}
    groups: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in rows["missions"]:
        if row.aircraft_class not in classes:
            yield "missions", row, "aircraft_class", repr(row.aircraft_class), "an id of classes"
        yield from _in_order("missions", row)
        yield from _within("missions", row, context)
        groups[row.aircraft_class, row.mission].append(row)
    for members in groups.values():
        yield from _apart("missions", members)


def _attention(rows: Rows, context: Context) -> Iterator[Found]:
    """Shares of a period sum to 1, periods stay apart, and cover every day with sorties at fixed targets."""
    yield from _attention_names(rows)
    totals: dict[tuple[str, date, date], float] = defaultdict(float)
    last: dict[tuple[str, date, date], Any] = {}
    for row in rows["attention"]:
        period = (row.aircraft_class, row.start, row.end)
        totals[period] += row.share
        last[period] = row
    for period, total in totals.items():
        if abs(total - 1) > 1e-6:
            expected = "shares of the target classes that sum to 1 in each period of a class"
            yield "attention", last[period], "share", f"a sum of {total:g}", expected
    by_class: dict[str, list[Any]] = defaultdict(list)
    for row in last.values():
        yield from _in_order("attention", row)
        by_class[row.aircraft_class].append(row)
    for members in by_class.values():
        yield from _apart("attention", members)
    for row in rows["effort"]:
        if row.sorties_per_month * row.destruction_share > 0:
            bare = _first_bare_day(row.start, row.end, by_class[row.aircraft_class])
            if bare is not None:
                found = f"{row.destruction_share:g} for {row.aircraft_class}, none of it aimed on {bare}"
                yield "effort", row, "destruction_share", found, "rows of attention for every such day, or 0"


def _attention_names(rows: Rows) -> Iterator[Found]:
    classes = {row.id for row in rows["classes"]}
    reached: dict[str, set[str]] = defaultdict(set)
    for target in rows["targets"]:
        reached[target.target_class] |= set(target.reached_by)
    for row in rows["attention"]:
        if row.aircraft_class not in classes:
            yield "attention", row, "aircraft_class", repr(row.aircraft_class), "an id of classes"
        elif row.target_class not in reached:
            yield "attention", row, "target_class", repr(row.target_class), "a class of some target"
        elif row.share > 0 and row.aircraft_class not in reached[row.target_class]:
            expected = f"a class with a target that {row.aircraft_class} reaches"
            yield "attention", row, "target_class", repr(row.target_class), expected


def _raids(rows: Rows, context: Context) -> Iterator[Found]:
    """Raids fall in the scenario, on known targets that the strike aircraft reach."""
    classes = {row.id for row in rows["classes"]}
    targets = {row.id: row for row in rows["targets"]}
    first, last = context.manifest.start, context.manifest.end
    for row in rows["raids"]:
        if not first <= row.day <= last:
            yield "raids", row, "day", str(row.day), f"a day from {first} to {last}"
        if row.aircraft_class not in classes:
            yield "raids", row, "aircraft_class", repr(row.aircraft_class), "an id of classes"
        target = targets.get(row.target)
        if target is None:
            yield "raids", row, "target", repr(row.target), "an id of targets"
            continue
        if (
            row.role == "strike"
            and row.aircraft_class in classes
            and row.aircraft_class not in target.reached_by
        ):
            expected = f"one of those that reach {target.id}: {', '.join(target.reached_by)}"
            yield "raids", row, "aircraft_class", repr(row.aircraft_class), expected
        if target.known_from is not None and row.day < target.known_from:
            yield "raids", row, "day", str(row.day), f"a day from {target.known_from}, when it was known"


def _authority(rows: Rows, context: Context) -> Iterator[Found]:
    """Match the cells of a rule to its subject and its name to what exists; cover every day with a rule."""
    names = {
        "target": {row.id for row in rows["targets"]},
        "class": {row.target_class for row in rows["targets"]},
    }
    for row in rows["authority"]:
        yield from _in_order("authority", row)
        yield from _cells_of_subject(row)
        if row.subject in names and row.name is not None and row.name not in names[row.subject]:
            expected = "an id of targets" if row.subject == "target" else "a class of some target"
            yield "authority", row, "name", repr(row.name), expected
    everything = [row for row in rows["authority"] if row.subject == "all"]
    yield from periods("authority", everything, ("subject",), {("all",): []}, context.manifest)


def _cells_of_subject(row: Rule) -> Iterator[Found]:
    wanted = {
        "name": row.subject in ("target", "class"),
        "within_km": row.subject in _WITHIN,
        "lat": row.subject == "zone",
        "lon": row.subject == "zone",
    }
    for column, is_wanted in wanted.items():
        value = getattr(row, column)
        if is_wanted and value is None:
            yield "authority", row, column, "an empty cell", f"a value, for the subject {row.subject}"
        elif not is_wanted and value is not None:
            yield "authority", row, column, repr(value), f"an empty cell, for the subject {row.subject}"


def _law(rows: Rows, context: Context) -> Iterator[Found]:
    """Each body of law treats each class of target."""
    treated = {(row.law, row.target_class) for row in rows["law"]}
    for target_class in sorted({row.target_class for row in rows["targets"]}):
        for law in LAWS:
            if (law, target_class) not in treated:
                yield "law", None, "target_class", f"no row for {target_class}", f"one under {law}"


def _in_order(table: str, row: Any) -> Iterator[Found]:
    if row.end < row.start:
        yield table, row, "end", str(row.end), f"a day not before start, {row.start}"


def _within(table: str, row: Any, context: Context) -> Iterator[Found]:
    first, last = context.manifest.start, context.manifest.end
    for column in ("start", "end"):
        day = getattr(row, column)
        if not first <= day <= last:
            yield table, row, column, str(day), f"a day from {first} to {last}"


def _apart(table: str, members: Sequence[Any]) -> Iterator[Found]:
    ordered = sorted(members, key=lambda row: (row.start, row.end))
    for before, after in pairwise(ordered):
        if after.start <= before.end:
            expected = f"a day after {before.end}, for {after.aircraft_class}"
            yield table, after, "start", f"{after.start}, an overlap", expected


def _first_bare_day(start: date, end: date, covering: Sequence[Any]) -> date | None:
    """Return the first day from ``start`` to ``end`` that no row covers."""
    day = start
    for row in sorted(covering, key=lambda row: (row.start, row.end)):
        if row.start <= day <= row.end:
            day = row.end + timedelta(days=1)
    return day if day <= end else None


CHECKS: Final[tuple[tuple[tuple[str, ...], Callable[[Rows, Context], Iterator[Found]]], ...]] = (
    (("classes", "missions"), _missions),
    (("classes", "targets", "attention", "effort"), _attention),
    (("classes", "targets", "raids"), _raids),
    (("targets", "authority"), _authority),
    (("targets", "law"), _law),
)
"""Each check with the tables it reads."""
