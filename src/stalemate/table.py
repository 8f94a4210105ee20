"""Plain tables: one comma-separated file -> typed rows, with every fault of the file reported at once.

Used for the record and for scenarios alike. A table is UTF-8, has a header with exactly the columns of its
row type, and is small: anything else is a fault, never a crash.
"""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from stalemate.errors import Fault
from stalemate.files import leads_outside, read_plain
from stalemate.plaintext import first_control, short
from stalemate.spreadsheet import unguarded

MAX_BYTES = 8_000_000
"""A table larger than this is refused unread; the largest of ours is a tenth of it."""

MAX_COLUMNS = 100
"""A header with more columns than this is refused; the longest of ours is a third of it."""

MAX_FAULTS = 100
"""A table with more faults than this has the rest of them counted, not listed."""

_SHOWN = 60


class Row(BaseModel):
    """One row of a table: frozen, no unknown columns, no NaN or infinity. An empty cell is None."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, str_strip_whitespace=True, str_max_length=5000
    )


def _split(cell: object) -> object:
    if cell is None:
        return ()
    return tuple(part.strip() for part in cell.split(";")) if isinstance(cell, str) else cell


Names = Annotated[tuple[str, ...], BeforeValidator(_split)]
"""A cell that holds several names, separated by semicolons; empty means none."""

R = TypeVar("R", bound=Row)


def read_table(
    folder: Path, name: str, row_type: type[R], faults: list[Fault], *, key: Sequence[str] = ()
) -> list[R]:
    """Read ``folder/name`` as rows of ``row_type``; append what is wrong to ``faults``.

    ``key`` names the columns that together must not repeat. Returns the rows without fault, in file order.
    Never raises for what the file holds.
    """
    found = _Faults()
    rows = _rows(folder, name, row_type, found, key)
    faults += found
    if found.more:
        faults.append(Fault(name, 0, "", f"{found.more:,} more faults", "none"))
    return rows


class _Faults(list[Fault]):
    """The faults of one table; those beyond MAX_FAULTS are counted in ``more``."""

    more = 0

    def append(self, fault: Fault) -> None:
        if len(self) < MAX_FAULTS:
            super().append(fault)
        else:
            self.more += 1


def _rows(folder: Path, name: str, row_type: type[R], faults: list[Fault], key: Sequence[str]) -> list[R]:
    text = read_text(folder, name, faults)
    if text is None:
        return []
    control = first_control(text)
    if control is not None:
        line, character = control
        faults.append(Fault(name, line, "", f"the control character {character}", "plain text"))
        return []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[R] = []
    seen: dict[tuple[Any, ...], int] = {}
    try:
        header = next(reader, None)
        if header is None:
            faults.append(
                Fault(name, 1, "", "an empty file", f"the columns {', '.join(row_type.model_fields)}")
            )
            return []
        if not _header_fits(name, header, row_type, faults):
            return []
        line = reader.line_num + 1
        for cells in reader:
            row = _row(name, line, header, cells, row_type, faults) if cells else None
            if row is not None:
                identity = tuple(getattr(row, column) for column in key)
                if key and identity in seen:
                    shown = ", ".join(str(part) for part in identity)
                    expected = f"each {' + '.join(key)} once (it stands on line {seen[identity]} already)"
                    faults.append(Fault(name, line, key[0], f"a second {shown!r}", expected))
                else:
                    seen[identity] = line
                    rows.append(row)
            line = reader.line_num + 1
    except csv.Error as error:
        faults.append(
            Fault(name, reader.line_num, "", f"text that is not a table ({error})", "comma-separated cells")
        )
    return rows


def read_text(folder: Path, name: str, faults: list[Fault]) -> str | None:
    """Return the text of ``folder/name``, or None with a fault: absent, outside, too large or not UTF-8."""
    path = folder / name
    name = short(name)
    try:
        if leads_outside(path, folder):
            faults.append(Fault(name, 0, "", "a path that leads outside the folder", "a file inside it"))
            return None
        if not path.is_file():
            faults.append(Fault(name, 0, "", "no such file", f"a file in {folder}"))
            return None
        size = path.stat().st_size
        if size > MAX_BYTES:
            faults.append(Fault(name, 0, "", f"{size:,} bytes", f"at most {MAX_BYTES:,}"))
            return None
        data = read_plain(path, MAX_BYTES)
    except (OSError, ValueError) as error:
        faults.append(Fault(name, 0, "", f"a file that cannot be read ({error})", "a readable file"))
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        faults.append(
            Fault(name, line, "", f"byte 0x{data[error.start]:02x} that is not UTF-8", "UTF-8 text")
        )
        return None
    if "\0" in text:
        faults.append(Fault(name, text[: text.index("\0")].count("\n") + 1, "", "a NUL character", "text"))
        return None
    return text


def _header_fits(name: str, header: list[str], row_type: type[Row], faults: list[Fault]) -> bool:
    wanted = list(row_type.model_fields)
    before = len(faults)
    if len(header) > MAX_COLUMNS:
        faults.append(Fault(name, 1, "", f"{len(header):,} columns", f"the columns {', '.join(wanted)}"))
        return False
    for column in wanted:
        if column not in header:
            faults.append(Fault(name, 1, column, "no such column", f"the columns {', '.join(wanted)}"))
    for column in header:
        if column not in wanted:
            faults.append(
                Fault(name, 1, column[:_SHOWN], "an unknown column", f"the columns {', '.join(wanted)}")
            )
    for column in sorted(column for column, times in Counter(header).items() if times > 1):
        faults.append(Fault(name, 1, column[:_SHOWN], "the column twice", "each column once"))
    return len(faults) == before


def _row(
    name: str, line: int, header: list[str], cells: list[str], row_type: type[R], faults: list[Fault]
) -> R | None:
    if len(cells) != len(header):
        faults.append(Fault(name, line, "", f"{len(cells)} cells", f"{len(header)}, as in the header"))
        return None
    values = {column: unguarded(cell.strip()) or None for column, cell in zip(header, cells, strict=True)}
    try:
        return row_type.model_validate(values)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            column = str(detail["loc"][0]) if detail["loc"] else ""
            found = values.get(column) if column else "a row"
            shown = "an empty cell" if found is None else repr(found[:_SHOWN])
            faults.append(Fault(name, line, column, shown, _plain(detail["msg"])))
        return None


def _plain(message: str) -> str:
    text = message.removeprefix("Value error, ").removeprefix("Input should be ").removeprefix("a valid ")
    return text[:1].lower() + text[1:]
