"""When each row of the record was entered, changed, and last held against a source a second time.

The dates are those of the project's own history, read by ``scripts/checked.py`` into ``checked.csv`` of the
record: what the compilers did before a row was first put there is not dated anywhere.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from stalemate import shipped
from stalemate.errors import EvidenceError, Fault
from stalemate.evidence.figure import Date, Id
from stalemate.table import Row, read_table

TABLE = "checked.csv"
Kind = Literal["source", "figure", "event", "raid", "place"]


class Checked(Row):
    """The dates of one row; ``compared`` is empty where no check or second reading of it is on record."""

    kind: Kind
    id: Id
    entered: Date
    changed: Date | None
    compared: Date | None


def load(folder: Path | None = None) -> Mapping[tuple[Kind, str], Checked]:
    """Read the dates of every row. Raises EvidenceError with every fault of the table."""
    faults: list[Fault] = []
    folder = shipped.folder("record") if folder is None else folder
    rows = read_table(folder, TABLE, Checked, faults, key=("kind", "id"))
    if faults:
        raise EvidenceError(faults)
    return {(row.kind, row.id): row for row in rows}
