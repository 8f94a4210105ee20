"""Checks of the fixed targets: names exist, places lie in the theatre, and each has every number once.

A scenario without targets is sound. Where there are some, the shares of a class's output sum to 1, and the
guns near a target are known from the first day on.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any, Final

from stalemate.scenario.air import TARGET_CLASSES
from stalemate.scenario.checks import Context, Found, Rows

UNITS: Final[Mapping[str, str]] = {
    "size": "aim areas",
    "worth": "1",
    "people": "persons",
    "buildings": "buildings",
    "standing": "1",
    "guns": "guns",
}
"""The numbers that every target needs, and their units."""

MARGIN_DEGREES: Final = 2.0
"""How far outside the network a target may lie."""

_SHARES: Final = ("worth", "standing")
_WORTH_TOLERANCE: Final = 0.01


def _names(rows: Rows, context: Context) -> Iterator[Found]:
    """Every name that a target or its number points at."""
    sections = {row.id for row in rows["sections"]}
    classes = {row.id for row in rows["classes"]}
    targets = {row.id for row in rows["targets"]}
    for row in rows["targets"]:
        if row.target_class not in TARGET_CLASSES:
            yield (
                "targets",
                row,
                "target_class",
                repr(row.target_class),
                f"one of {', '.join(TARGET_CLASSES)}",
            )
        if row.section is not None and row.section not in sections:
            yield "targets", row, "section", repr(row.section), "an id of sections"
        if not row.reached_by:
            found = "no class"
            yield "targets", row, "reached_by", found, "the ids of the classes that could reach it, with ';'"
        for name in row.reached_by:
            if name not in classes:
                yield "targets", row, "reached_by", repr(name), "ids of classes, separated by ';'"
    for row in rows["target_facts"]:
        if row.target not in targets:
            yield "target_facts", row, "target", repr(row.target), "an id of targets"


def _inside(rows: Rows, context: Context) -> Iterator[Found]:
    """Every target lies in the box of the nodes, or a little outside it."""
    for column in ("lat", "lon"):
        degrees = [getattr(node, column) for node in rows["nodes"]]
        low, high = min(degrees, default=0.0) - MARGIN_DEGREES, max(degrees, default=0.0) + MARGIN_DEGREES
        for row in rows["targets"]:
            if not low <= getattr(row, column) <= high:
                found = f"{getattr(row, column):g}"
                yield (
                    "targets",
                    row,
                    column,
                    found,
                    f"{low:g} to {high:g}, {MARGIN_DEGREES:g} beyond the nodes",
                )


def _numbers(rows: Rows, context: Context) -> Iterator[Found]:
    """Units and bounds; only guns change over time."""
    for row in rows["target_facts"]:
        if row.unit != UNITS[row.quantity]:
            yield "target_facts", row, "unit", repr(row.unit), f"{UNITS[row.quantity]!r} for {row.quantity}"
        if row.low < 0 or (row.quantity == "size" and row.low == 0):
            bound = "more than 0" if row.quantity == "size" else "0 or more"
            yield "target_facts", row, "low", f"{row.low:g}", bound
        if row.quantity in _SHARES and row.high > 1:
            yield "target_facts", row, "high", f"{row.high:g}", f"at most 1, for {row.quantity}"
        if row.quantity != "guns" and row.start is not None:
            found = f"{row.start} for {row.quantity}"
            yield "target_facts", row, "start", found, "an empty cell: only guns change over time"


def _complete(rows: Rows, context: Context) -> Iterator[Found]:
    """Every target has every number, and its guns from the first day on, in order of date."""
    first = context.manifest.start
    by_name: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in rows["target_facts"]:
        by_name[row.target, row.quantity].append(row)
    for target in rows["targets"]:
        missing = [quantity for quantity in UNITS if (target.id, quantity) not in by_name]
        if missing:
            found = f"no {', '.join(missing)} in target_facts"
            yield "targets", target, "id", found, f"a row of target_facts for each of {', '.join(UNITS)}"
        guns = by_name.get((target.id, "guns"), [])
        if guns and guns[0].start is not None and guns[0].start > first:
            expected = f"a first row of guns with no date, or one by {first}"
            yield "target_facts", guns[0], "start", str(guns[0].start), expected
        for before, after in pairwise(guns):
            if (after.start or date.min) <= (before.start or date.min):
                expected = f"rows of guns in order: a day after {before.start or 'the undated row'}"
                yield "target_facts", after, "start", str(after.start or "an empty cell"), expected


def _worth(rows: Rows, context: Context) -> Iterator[Found]:
    """Within a class the shares of output sum to 1, over the middles."""
    target_class = {row.id: row.target_class for row in rows["targets"]}
    totals: dict[str, float] = defaultdict(float)
    last: dict[str, Any] = {}
    for row in rows["target_facts"]:
        if row.quantity == "worth" and row.target in target_class:
            totals[target_class[row.target]] += row.middle
            last[target_class[row.target]] = row
    for name, total in totals.items():
        if abs(total - 1) > _WORTH_TOLERANCE:
            expected = f"middles of worth that sum to 1 over the class {name}"
            yield "target_facts", last[name], "middle", f"a sum of {total:g}", expected


CHECKS: Final[tuple[tuple[tuple[str, ...], Callable[[Rows, Context], Iterator[Found]]], ...]] = (
    (("sections", "classes", "targets", "target_facts"), _names),
    (("nodes", "targets"), _inside),
    (("target_facts",), _numbers),
    (("targets", "target_facts"), _complete),
    (("targets", "target_facts"), _worth),
)
"""The tables that each check reads, and the check."""
