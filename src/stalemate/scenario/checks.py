"""What the checks across tables share: what a check is given, what it yields, and periods that join."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

from stalemate.scenario.catalogue import Needed
from stalemate.scenario.schema import Manifest
from stalemate.table import Row

Found = tuple[str, Row | None, str, str, str]
"""Table, row, column, what was found, what is expected; an empty table means the manifest."""

Rows = Mapping[str, Sequence[Any]]
Groups = dict[tuple[str, ...], list[Any]]


@dataclass(frozen=True, slots=True)
class Context:
    """What the checks need beside the rows: the manifest, the known figure ids, the needed parameters.

    ``figures`` is None where the record is not at hand; figure ids are then not checked.
    """

    manifest: Manifest
    figures: Collection[str] | None
    needed: Sequence[Needed]


def periods(
    table: str,
    rows: Sequence[Any],
    columns: tuple[str, ...],
    groups: Groups,
    manifest: Manifest,
) -> Iterator[Found]:
    """Within each group the periods cover the scenario from its first to its last day, each day once."""
    for row in rows:
        groups.setdefault(tuple(getattr(row, column) for column in columns), []).append(row)
    for group, members in groups.items():
        name = " ".join(group)
        if not members:
            yield (
                table,
                None,
                columns[0],
                f"no row for {name}",
                f"rows from {manifest.start} to {manifest.end}",
            )
            continue
        members.sort(key=lambda row: (row.start, row.end))
        for row in members:
            if row.end < row.start:
                yield table, row, "end", str(row.end), f"a day not before start, {row.start}"
        if members[0].start != manifest.start:
            yield table, members[0], "start", str(members[0].start), f"{manifest.start}, the first day"
        if members[-1].end != manifest.end:
            yield table, members[-1], "end", str(members[-1].end), f"{manifest.end}, the last day"
        for before, after in pairwise(members):
            if after.start != before.end + timedelta(days=1):
                what = "a gap" if after.start > before.end else "an overlap"
                expected = f"the day after {before.end}, for {name}"
                yield table, after, "start", f"{after.start}, {what}", expected
