"""The parts of the ODD page that come from the registry, so that it cannot go stale."""

from collections.abc import Sequence

from stalemate.engine.day import DAY, ORDERS
from stalemate.scenario.schema import TABLES, Scenario
from stalemate.streams import Decision
from stalemate.systems.variables import SIZES, VARIABLES, state_type

Rows = list[Sequence[str]]


def entities() -> Rows:
    """Return a row for each axis of the state: how many are held, and which fields have it."""
    rows: Rows = [("each", "at most", "fields of the state")]
    for axis, size in SIZES.items():
        named = [f"`{variable.name}`" for variable in VARIABLES if axis in variable.axes]
        if named:
            shown = ", ".join(named[:4]) + (f" and {len(named) - 4} more" if len(named) > 4 else "")
            rows.append((axis.replace("_", " "), str(size), shown))
    whole = [f"`{variable.name}`" for variable in VARIABLES if not variable.axes]
    rows.append(("the war as a whole", "1", f"{', '.join(whole[:4])} and {len(whole) - 4} more"))
    return rows


def state() -> Rows:
    """Return a row for each owner of fields: how many it writes, and how many can be asked for."""
    rows: Rows = [("owner", "fields", "that can be asked for", "bytes a war")]
    kind = state_type()
    total = [0, 0, 0]
    for owner in (ORDERS, *(system.name for _, system in DAY)):
        mine = [variable for variable in VARIABLES if variable.owner == owner]
        fields = kind.fields
        assert fields is not None
        count = [
            len(mine),
            sum(v.kind is not None for v in mine),
            sum(fields[v.name][0].itemsize for v in mine),
        ]
        total = [a + b for a, b in zip(total, count, strict=True)]
        rows.append((owner, *(f"{number:,}" for number in count)))
    rows.append(("all", *(f"{number:,}" for number in total)))
    return rows


def inputs(war: Scenario) -> Rows:
    """Return a row for each table of a scenario: its rows, and how many rest on figures."""
    rows: Rows = [("table", "rows", "rest on figures", "assumed")]
    for table in TABLES:
        lines = getattr(war, table)
        if not lines or not hasattr(lines[0], "sources"):
            rows.append((f"`{table}.csv`", f"{len(lines):,}", "", ""))
            continue
        sourced = sum(bool(line.sources) for line in lines)
        rows.append((f"`{table}.csv`", f"{len(lines):,}", f"{sourced:,}", f"{len(lines) - sourced:,}"))
    return rows


def decisions() -> str:
    """Return how many things luck decides."""
    return f"{len(Decision) - 2} kinds of daily luck, each with an address of its own.\n"
