"""Checks of the tables of the talks: every item is opened, recesses lie apart, indicators are in order.

A check yields (table, row, column, found, expected), as those of ``tables``.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from stalemate.scenario.checks import Context, Found, Rows
from stalemate.scenario.diplomacy import ITEMS, STEPS, level


def check_agenda(rows: Rows, context: Context) -> Iterator[Found]:
    """Each item stands once, and the last of them outlasts the others."""
    by_item = {row.item: row for row in rows["agenda"]}
    for item in ITEMS:
        if item not in by_item:
            yield "agenda", None, "item", f"no row for {item}", f"a row for each of {', '.join(ITEMS)}"
    last = by_item.get(ITEMS[-1])
    if last is not None:
        others = [row.settled for row in rows["agenda"] if row is not last]
        if others and last.settled <= max(others):
            yield "agenda", last, "settled", str(last.settled), f"a day after the other items, {max(others)}"


def check_recesses(rows: Rows, context: Context) -> Iterator[Found]:
    """No day lies in two recesses."""
    for before, after in pairwise(sorted(rows["recesses"], key=lambda row: (row.start, row.end))):
        if after.start <= before.end:
            yield "recesses", after, "start", f"{after.start}, an overlap", f"a day after {before.end}"


def check_indicators(rows: Rows, context: Context) -> Iterator[Found]:
    """Hold each covariate, the sum of its indicators, to at most 1."""
    by_covariate: dict[str, list[Any]] = defaultdict(list)
    for row in rows["indicators"]:
        by_covariate[row.covariate].append(row)
    for covariate, members in by_covariate.items():
        for when in sorted({row.start for row in members}):
            total = level(members, when)
            if total > 1 + 1e-9:
                here = next(row for row in members if row.start == when)
                yield (
                    "indicators",
                    here,
                    "value",
                    f"{covariate} of {total:g} on {when}",
                    "indicators of a covariate that add up to at most 1",
                )


def check_steps(rows: Rows, context: Context) -> Iterator[Found]:
    """Every step stands once, in order and inside the scenario; the agreement is that of the agenda."""
    start, end = context.manifest.start, context.manifest.end
    by_step = {row.step: row for row in rows["steps"]}
    for step in STEPS:
        if step not in by_step:
            yield "steps", None, "step", f"no row for {step}", f"a row for each of {', '.join(STEPS)}"
    for row in rows["steps"]:
        if not start <= row.day <= end:
            yield "steps", row, "day", str(row.day), f"a day from {start} to {end}"
    for before, after in pairwise(by_step[step] for step in STEPS if step in by_step):
        if after.day <= before.day:
            yield "steps", after, "day", str(after.day), f"a day after {before.step}, {before.day}"
    agreement = by_step.get("agreement")
    for row in rows["agenda"]:
        if row.item == ITEMS[-1] and agreement is not None and agreement.day != row.settled:
            expected = f"the day on which {row.item} was settled in agenda, {row.settled}"
            yield "steps", agreement, "day", str(agreement.day), expected
