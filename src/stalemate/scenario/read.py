"""A folder of tables -> a checked Scenario, or one error with every fault of every file."""

import csv
import difflib
import hashlib
import io
import re
import tomllib
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from stalemate import shipped
from stalemate.errors import Fault, ScenarioError
from stalemate.plaintext import first_control, short
from stalemate.scenario.catalogue import PARAMETERS, Needed
from stalemate.scenario.checks import Context
from stalemate.scenario.schema import TABLES, Manifest, Scenario
from stalemate.scenario.tables import check
from stalemate.spreadsheet import unguarded
from stalemate.table import MAX_FAULTS, Row, read_table, read_text

MANIFEST = "scenario.toml"
MAX_MANIFEST_CHARACTERS = 65_536
"""A manifest longer than this is refused unparsed."""

MAX_MANIFEST_DEPTH = 8
"""Brackets nested deeper than this, or keys with four times as many dots, are refused unparsed."""

MAX_TABLE_BYTES = 1_000_000
"""A table of a scenario larger than this is refused unread; the largest of ours is a twentieth of it."""

_SHOWN = 60
_DEPTH = f"at most {MAX_MANIFEST_DEPTH} brackets or dots deep"
_QUOTED = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"{3,5}|\Z)|"(?:\\.|[^"\\\n])*"?|#[^\n]*'
    r"|'''.*?(?:'{3,5}|\Z)|'[^'\n]*'?",
    re.DOTALL,
)
"""Texts and comments of TOML; one that does not end goes on to the end of its line, or of the file."""


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
        found: list[Fault] = []
        rows[table] = []
        if not _too_large(folder, files[table], found):
            rows[table] = read_table(folder, files[table], row_type, found, key=key)
        if found:
            broken.add(table)
            faults += found
    context = Context(manifest=manifest, figures=figures, needed=needed)
    lines: dict[str, dict[Row, int]] = {}
    for table, row, column, shown, expected in check(rows, broken, context):
        if not table:
            line = _line_of_key(read_text(folder, MANIFEST, []) or "", column)
            faults.append(Fault(MANIFEST, line, column, shown, expected))
            continue
        if table not in lines:
            lines[table] = _lines(folder, files[table], TABLES[table][0])
        line = 0 if row is None else lines[table].get(row, 0)
        faults.append(Fault(files[table], line, column, shown, expected))
    if faults:
        raise ScenarioError(_at_most(faults))
    return Scenario(
        name=manifest.name,
        title=manifest.title,
        start=manifest.start,
        end=manifest.end,
        summary=manifest.summary,
        licence=manifest.licence,
        switches=MappingProxyType(dict(manifest.switches)),
        groups=MappingProxyType({name: tuple(lines) for name, lines in manifest.groups.items()}),
        policies=MappingProxyType({name: dict(dates) for name, dates in manifest.policies.items()}),
        digest=_digest(folder, [MANIFEST, *files.values()]),
        files=MappingProxyType({table: folder / name for table, name in files.items()}),
        narrowed=MappingProxyType({}),
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
    raise ScenarioError([Fault(short(text, _SHOWN) or "''", 0, "", "no such scenario", expected)])


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
        faults.append(Fault(MANIFEST, deep, "", "deep nesting", _DEPTH))
        return None
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        line = re.search(r"at line (\d+)", str(error))
        found = f"text that is not TOML ({short(str(error), _SHOWN)})"
        faults.append(Fault(MANIFEST, int(line[1]) if line else 0, "", found, "a TOML file"))
        return None
    wrong = _unfit(values)
    if wrong:
        faults.append(Fault(MANIFEST, 0, "", *wrong))
        return None
    try:
        manifest = Manifest.model_validate(values)
    except ValidationError as error:
        faults += _manifest_faults(text, error)
        return None
    for table in manifest.tables:
        if table not in TABLES:
            row = _line_of_key(text, table)
            faults.append(Fault(MANIFEST, row, "tables", repr(table), f"one of {', '.join(TABLES)}"))
    return manifest


def _manifest_faults(text: str, error: ValidationError) -> list[Fault]:
    faults = []
    for detail in error.errors(include_url=False)[:MAX_FAULTS]:
        path = [str(part) for part in detail["loc"]]
        found = "nothing" if detail["type"] == "missing" else short(repr(detail["input"]), _SHOWN)
        expected = detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
        row = next(filter(None, (_line_of_key(text, key) for key in reversed(path))), 0)
        column = ".".join(short(part, _SHOWN) for part in path)
        faults.append(Fault(MANIFEST, row, column, found, expected))
    if error.error_count() > MAX_FAULTS:
        more = f"{error.error_count() - MAX_FAULTS:,} more faults"
        faults.append(Fault(MANIFEST, 0, "", more, "none"))
    return faults


def _too_deep(text: str) -> int:
    """Return the first line on which brackets stand too deep or a key has too many dots, else 0.

    What stands in quotes or after ``#`` is left out. What TOML itself refuses may be counted wrongly.
    """
    plain = _QUOTED.sub(lambda found: "\n" * found[0].count("\n"), text)
    depth = 0
    for number, line in enumerate(plain.split("\n"), start=1):
        for character in line:
            depth += (character in "[{") - (character in "]}")
            if depth > MAX_MANIFEST_DEPTH:
                return number
        if any(part.count(".") > 4 * MAX_MANIFEST_DEPTH for part in re.split("[=,{]", line)):
            return number
    return 0


def _unfit(values: object) -> tuple[str, str] | None:
    """Return what no manifest may hold, if there is such a thing: deep nesting, or a control character."""
    level = [values]
    for _ in range(4 * MAX_MANIFEST_DEPTH):
        texts = [one for one in level if isinstance(one, str)]
        texts += [key for one in level if isinstance(one, dict) for key in one]
        for one in texts:
            control = first_control(one)
            if control is not None:
                return f"the control character {control[1]}", "plain text"
        inner = [
            one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)
        ]
        level = [one for held in inner for one in held]
        if not level:
            return None
    return "deep nesting", _DEPTH


def _line_of_key(text: str, key: str) -> int:
    match = re.search(rf"^[ \t]*\[?[ \t]*{re.escape(key)}[ \t]*[=\].]", text, re.MULTILINE)
    return text[: match.start()].count("\n") + 1 if match else 0


def _too_large(folder: Path, name: str, faults: list[Fault]) -> bool:
    try:
        size = (folder / name).stat().st_size
    except (OSError, ValueError):
        return False
    if size <= MAX_TABLE_BYTES:
        return False
    faults.append(Fault(name, 0, "", f"{size:,} bytes", f"at most {MAX_TABLE_BYTES:,}"))
    return True


def _at_most(faults: Sequence[Fault]) -> list[Fault]:
    """Return the faults with those beyond MAX_FAULTS of a file joined into one."""
    count = Counter(fault.file for fault in faults)
    listed: Counter[str] = Counter()
    kept = []
    for fault in faults:
        listed[fault.file] += 1
        if listed[fault.file] <= MAX_FAULTS + 1:
            kept.append(fault)
    for file, number in count.items():
        if number > MAX_FAULTS + 1:
            kept.append(Fault(file, 0, "", f"{number - MAX_FAULTS - 1:,} more faults", "none"))
    return kept


def _lines(folder: Path, name: str, row_type: type[Row]) -> dict[Row, int]:
    """Return the line on which each good row of a table begins; read again only when there is a fault."""
    text = read_text(folder, name, []) or ""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: dict[Row, int] = {}
    try:
        header = next(reader, [])
        line = reader.line_num + 1
        for cells in reader:
            if len(cells) == len(header):
                values = {
                    column: unguarded(cell.strip()) or None
                    for column, cell in zip(header, cells, strict=True)
                }
                try:
                    found.setdefault(row_type.model_validate(values), line)
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
