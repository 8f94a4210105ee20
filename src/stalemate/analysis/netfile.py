"""A plain network table: one row an arc, with its ends and its numbers; read with all its faults at once.

Columns ``from`` and ``to`` name the ends. ``capacity`` is for the maximum flow; ``length`` and ``delay``,
what an attack adds, are for the shortest path and come together. ``cost``, of an attack, may be left out or
empty and is then 1. ``mends``, the attacks that an arc's crew mends in a period, is for campaigns. Numbers
have whatever unit the table's author means. The network is abstract: a table with coordinates is refused.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, create_model

from stalemate.errors import Fault, NetworkError, QueryError
from stalemate.table import MAX_COLUMNS, Row, read_table, read_text

COORDINATES: Final = {"lat", "lon", "lng", "latitude", "longitude", "x", "y", "easting", "northing", "mgrs"}
_COLUMNS: Final = ("from", "to", "capacity", "length", "delay", "cost", "mends")
_SHOWN: Final = 60
_Node = Annotated[str, Field(min_length=1, max_length=100)]
_Amount = Annotated[float, Field(ge=0, le=1e9)]
_Cost = Annotated[float, Field(gt=0, le=1e9)]
_TYPES: Final[dict[str, Any]] = {
    "from": _Node,
    "to": _Node,
    "capacity": _Amount,
    "length": _Amount,
    "delay": _Amount,
    "cost": _Cost | None,
    "mends": _Amount,
}


@dataclass(frozen=True)
class PlainNetwork:
    """Arcs between named nodes; every list but ``nodes`` has one entry an arc, in the order of the table.

    ``ends``: the two nodes of each arc, as positions in ``nodes``. ``capacity`` is empty where the table has
    none, so are ``length`` and ``delay``. ``cost``: what an attack on the arc takes from the budget.
    ``undirected``: every arc leads both ways, and one attack closes or delays both. ``mends``: the attacks
    that its crew mends in a period, empty where the table has none.
    """

    nodes: tuple[str, ...]
    ends: tuple[tuple[int, int], ...]
    capacity: tuple[float, ...]
    length: tuple[float, ...]
    delay: tuple[float, ...]
    cost: tuple[float, ...]
    undirected: bool = False
    mends: tuple[float, ...] = ()

    def places(self, names: Iterable[str], word: str) -> tuple[int, ...]:
        """Return the positions of named nodes. Raises QueryError for a name that no arc has, or for none."""
        where = {name: place for place, name in enumerate(self.nodes)}
        asked = tuple(dict.fromkeys(names))
        unknown = [name for name in asked if name not in where]
        if unknown or not asked:
            found = ", ".join(repr(name[:_SHOWN]) for name in unknown) or "nothing"
            raise QueryError(f"{word}: found {found}; expected a node of the table, as in from and to")
        return tuple(where[name] for name in asked)

    def name(self, arc: int) -> str:
        """Return an arc for people: its two nodes, joined as the arc leads."""
        start, end = self.ends[arc]
        return f"{self.nodes[start]} {'–' if self.undirected else '→'} {self.nodes[end]}"


def read_network(path: Path, *, undirected: bool = False) -> PlainNetwork:
    """Read a table of arcs. Raises NetworkError with all faults of the file, and nothing else."""
    faults: list[Fault] = []
    folder, name = path.parent, path.name
    text = read_text(folder, name, faults)
    header = _header(name, text, faults) if text is not None else []
    if faults:
        raise NetworkError(faults)
    columns = [column for column in _COLUMNS if column in header]
    fields: dict[str, Any] = {column: (_TYPES[column], ...) for column in columns}
    row_type = create_model("Arc", __base__=Row, **fields)
    rows = read_table(folder, name, row_type, faults)
    nodes: dict[str, int] = {}
    ends = []
    for row in rows:
        start, end = (nodes.setdefault(getattr(row, column), len(nodes)) for column in ("from", "to"))
        ends.append((start, end))
    if not rows and not faults:
        faults.append(Fault(name, 0, "", "no arc", "a row for each arc below the header"))
    if faults:
        raise NetworkError(faults)

    def column(wanted: str) -> tuple[float, ...]:
        return tuple(getattr(row, wanted) for row in rows) if wanted in columns else ()

    cost = tuple(1.0 if paid is None else paid for paid in column("cost")) or (1.0,) * len(rows)
    return PlainNetwork(
        tuple(nodes),
        tuple(ends),
        column("capacity"),
        column("length"),
        column("delay"),
        cost,
        undirected,
        column("mends"),
    )


def _header(name: str, text: str, faults: list[Fault]) -> list[str]:
    """Return the columns of a table; what is missing, and what is none of ours, goes to ``faults``."""
    try:
        header = next(csv.reader(io.StringIO(text, newline=""), strict=True), [])
    except csv.Error as error:
        faults.append(Fault(name, 1, "", f"text that is not a table ({error})", "comma-separated cells"))
        return []
    if len(header) > MAX_COLUMNS:
        faults.append(Fault(name, 1, "", f"{len(header):,} columns", f"only {', '.join(_COLUMNS)}"))
        return []
    for column in header:
        if COORDINATES & set(column.strip().lower().replace("-", "_").replace(" ", "_").split("_")):
            expected = "an abstract network: this command takes no coordinates. Leave the column out"
            faults.append(Fault(name, 1, column[:_SHOWN], "a coordinate", expected))
        elif column not in _COLUMNS:
            expected = f"only {', '.join(_COLUMNS)}"
            faults.append(Fault(name, 1, column[:_SHOWN], "an unknown column", expected))
    for column, times in Counter(header).items():
        if times > 1:
            faults.append(Fault(name, 1, column[:_SHOWN], "the column twice", "each column once"))
    for column in ("from", "to"):
        if column not in header:
            faults.append(Fault(name, 1, column, "no such column", "the two nodes of each arc"))
    if ("length" in header) != ("delay" in header):
        missing = "delay" if "length" in header else "length"
        faults.append(Fault(name, 1, missing, "no such column", "length and delay together"))
    elif "length" not in header and "capacity" not in header:
        faults.append(Fault(name, 1, "", "no numbers", "capacity, or length and delay, or all three"))
    return header
