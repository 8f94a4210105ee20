"""A folder of tables -> a checked Scenario, or one error with every fault of every file."""

import csv
import difflib
import hashlib
import io
import re
import tomllib
from collections.abc import Collection, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from stalemate import shipped
from stalemate.errors import Fault, ScenarioError
from stalemate.scenario.catalogue import PARAMETERS, Needed
from stalemate.scenario.schema import TABLES, Manifest, Scenario
from stalemate.scenario.tables import Context, check
from stalemate.table import Row, read_table, read_text

MANIFEST = "scenario.toml"
MAX_MANIFEST_CHARACTERS = 65_536
"""A manifest longer than this is refused unparsed."""

MAX_MANIFEST_DEPTH = 8
"""Brackets nested deeper than this are refused unparsed."""

_SHOWN = 60


def load(
    name_or_path: str | Path,
    *,
    figures: Collection[str] | None = None,
    needed: Sequence[Needed] = PARAMETERS,
) -> Scenario:
    """Return the scenario of a name that comes with the package, or of a folder on disk.

    ``figures`` are the figure ids of the record; without them the ids in ``sources`` are not looked up.
    ``needed`` are the parameters that must be there. Raises ScenarioError with all faults of all files.
    """
    folder = find(name_or_path)
    faults: list[Fault] = []
    manifest = _read_manifest(folder, faults)
    if manifest is None:
        raise ScenarioError(faults)
    files = {table: manifest.tables.get(table, f"{table}.csv") for table in TABLES}
    rows: dict[str, list[Any]] = {}
    broken = set()
    for table, (row_type, key) in TABLES.items():
        before = len(faults)
        rows[table] = read_table(folder, files[table], row_type, faults, key=key)
        if len(faults) > before:
            broken.add(table)
    context = Context(manifest=manifest, figures=figures, needed=needed)
    lines: dict[str, list[tuple[int, Row]]] = {}
    for table, row, column, found, expected in check(rows, broken, context):
        if table not in lines:
            lines[table] = _lines(folder, files[table], TABLES[table][0])
        line = next((line for line, other in lines[table] if other == row), 0)
        faults.append(Fault(files[table], line, column, found, expected))
    if faults:
        raise ScenarioError(faults)
    return Scenario(
        name=manifest.name,
        title=manifest.title,
        start=manifest.start,
        end=manifest.end,
        summary=manifest.summary,
        licence=manifest.licence,
        switches=MappingProxyType(dict(manifest.switches)),
        digest=_digest(folder, [MANIFEST, *files.values()]),
        **{table: tuple(rows[table]) for table in TABLES},
    )


def names() -> tuple[str, ...]:
    """Return the names of the scenarios that come with the package."""
    root = shipped.folder("scenarios")
    return tuple(sorted(path.name for path in root.iterdir() if (path / MANIFEST).is_file()))


def find(name_or_path: str | Path) -> Path:
    """Return the folder of a scenario by name or path.

    A text is a name first, a folder second. Raises ScenarioError if there is neither.
    """
    text = str(name_or_path)
    if text in names():
        return shipped.folder("scenarios") / text
    try:
        if text and Path(text).is_dir():
            return Path(text)
    except (OSError, ValueError):
        pass
    near = difflib.get_close_matches(text, names(), n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    expected = f"a folder, or one of: {', '.join(names())}{hint}"
    raise ScenarioError([Fault(text[:_SHOWN] or "''", 0, "", "no such scenario", expected)])


def _read_manifest(folder: Path, faults: list[Fault]) -> Manifest | None:
    text = read_text(folder, MANIFEST, faults)
    if text is None:
        return None
    if len(text) > MAX_MANIFEST_CHARACTERS:
        limit = f"at most {MAX_MANIFEST_CHARACTERS:,}"
        faults.append(Fault(MANIFEST, 0, "", f"{len(text):,} characters", limit))
        return None
    deep = _too_deep(text)
    if deep:
        expected = f"at most {MAX_MANIFEST_DEPTH} brackets or dots deep"
        faults.append(Fault(MANIFEST, deep, "", "deep nesting", expected))
        return None
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        line = re.search(r"at line (\d+)", str(error))
        found = f"text that is not TOML ({str(error)[:_SHOWN]})"
        faults.append(Fault(MANIFEST, int(line[1]) if line else 0, "", found, "a TOML file"))
        return None
    try:
        manifest = Manifest.model_validate(values)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            path = [str(part) for part in detail["loc"]]
            found = "nothing" if detail["type"] == "missing" else repr(detail["input"])[:_SHOWN]
            expected = detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
            row = _line_of_key(text, path[0]) if path else 0
            faults.append(Fault(MANIFEST, row, ".".join(path), found, expected))
        return None
    for table in manifest.tables:
        if table not in TABLES:
            row = _line_of_key(text, table)
            faults.append(Fault(MANIFEST, row, "tables", repr(table), f"one of {', '.join(TABLES)}"))
    return manifest


def _too_deep(text: str) -> int:
    """Return the first line on which brackets stand too deep or a key has too many dots, else 0."""
    depth = 0
    for number, line in enumerate(text.splitlines(), start=1):
        for character in line:
            depth += (character in "[{") - (character in "]}")
            if depth > MAX_MANIFEST_DEPTH:
                return number
        if line.split("=", 1)[0].count(".") > MAX_MANIFEST_DEPTH:
            return number
    return 0


def _line_of_key(text: str, key: str) -> int:
    match = re.search(rf"^\s*\[?\s*{re.escape(key)}\s*[=\].]", text, re.MULTILINE)
    return text[: match.start()].count("\n") + 1 if match else 0


def _lines(folder: Path, name: str, row_type: type[Row]) -> list[tuple[int, Row]]:
    """Return each good row of a table with the line it begins on; read again only when there is a fault."""
    text = read_text(folder, name, []) or ""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[tuple[int, Row]] = []
    try:
        header = next(reader, [])
        line = reader.line_num + 1
        for cells in reader:
            if len(cells) == len(header):
                values = {column: cell.strip() or None for column, cell in zip(header, cells, strict=True)}
                try:
                    found.append((line, row_type.model_validate(values)))
                except ValidationError:
                    pass
            line = reader.line_num + 1
    except csv.Error:
        pass
    return found


def _digest(folder: Path, files: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for name in files:
        data = (folder / name).read_bytes()
        digest.update(f"{name}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()
