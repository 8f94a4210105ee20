"""Tables for others: comma-separated text whose cells no spreadsheet takes for a formula.

A text that begins with = + - @ (or their full-width forms), a tab or a line's end, after any blanks, is
written with an apostrophe before it, and so is one that begins with apostrophes and then such a sign.
Numbers, and lists of numbers, stay as they are. ``unguarded`` takes the one apostrophe away again, and so do
all readers of this program: what was written is what is read.
"""

import csv
import io
import re
from collections.abc import Iterable
from typing import Final

_FORMULA: Final = re.compile("'*(?:[\\s\ufeff\u200b]*[=+@\\-\uff1d\uff0b\uff20\uff0d]|[\t\r\n])")
_NUMBER: Final = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_NUMBERS: Final = re.compile(rf"{_NUMBER}(?:; {_NUMBER})*", re.ASCII)


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Return rows, the header first, as comma-separated text with every cell of words guarded."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([guarded(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return text.getvalue()


def guarded(cell: str) -> str:
    """Return a cell of words as it is written."""
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBERS.fullmatch(cell) else cell


def unguarded(cell: str) -> str:
    """Return a cell as it was before it was guarded."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
