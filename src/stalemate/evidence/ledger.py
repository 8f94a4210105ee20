"""The ledger: all figures with their sources, checks, rivals and second readings, verified on loading.

Two sources that disagree both stay. A figure that was recorded twice counts once.
"""

import csv
import datetime
import difflib
import hashlib
import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar, get_args

from stalemate import shipped
from stalemate.errors import EvidenceError, Fault, QueryError
from stalemate.evidence.figure import (
    Check,
    DocumentMark,
    Figure,
    FrontPoint,
    Place,
    Raid,
    Reading,
    Relation,
    Rival,
    Source,
    Trust,
)
from stalemate.table import Row, read_table

R = TypeVar("R", bound=Row)
FIGURE_FILES = ("logistics", "air_war", "supplement", "politics")
READING_FILES = ("crane", "history_page")
MAX_REFERENCES = 50
"""Names without an entry that are told one by one, for each column of a table."""

_SHOWN = 60


@dataclass(frozen=True)
class Group:
    """Figures on one matter: the first, and how the others stand to it."""

    name: str
    members: tuple[Rival, ...]

    @property
    def relations(self) -> frozenset[Relation]:
        """The relations that occur in the group, ``first`` left out."""
        return frozenset(member.relation for member in self.members) - {"first"}


@dataclass(frozen=True)
class Ledger:
    """The record in memory; all mappings keep the order of the tables."""

    figures: Mapping[str, Figure]
    files: Mapping[str, str]
    """The table each figure stands in: logistics, air_war, supplement or politics."""
    sources: Mapping[str, Source]
    checks: tuple[Check, ...]
    groups: Mapping[str, Group]
    readings: tuple[Reading, ...]
    documents: tuple[DocumentMark, ...]
    raids: tuple[Raid, ...]
    places: Mapping[str, Place]
    front_line: tuple[FrontPoint, ...]
    digest: str
    """A hash of all tables, for the manifest of a run."""

    @classmethod
    def load(cls, folder: Path | None = None) -> "Ledger":
        """Read and check the record of this installation, or of ``folder``.

        Raises EvidenceError with every fault of every table.
        """
        return _load(shipped.folder("record") if folder is None else folder)

    def figure(self, id: str) -> Figure:
        """Return a figure. Raises QueryError that names the nearest ids."""
        return _get(self.figures, id, "figure")

    def source(self, id: str) -> Source:
        """Return a source. Raises QueryError that names the nearest ids."""
        return _get(self.sources, id, "source")

    def find(
        self,
        *,
        file: str | None = None,
        topic: str | None = None,
        side: str | None = None,
        unit: str | None = None,
        text: str | None = None,
        trust: str | None = None,
        source: str | None = None,
        first: datetime.date | None = None,
        last: datetime.date | None = None,
    ) -> tuple[Figure, ...]:
        """Return the figures that fit all filters, in the order of the tables.

        ``unit`` is a part of the unit; every word of ``text`` stands in the id, quantity, place, value or
        note; ``first`` and ``last`` keep figures whose period has a day between them. Raises QueryError
        for a file, topic, side, trust or source that does not occur.
        """
        self._known("file", file, FIGURE_FILES)
        self._known("topic", topic, {figure.topic for figure in self.figures.values()})
        self._known("side", side, {figure.side for figure in self.figures.values()})
        self._known("trust", trust, get_args(Trust))
        self._known("source", source, self.sources)
        words = (text or "").casefold().split()
        tests: list[Callable[[Figure], bool]] = [
            lambda f: file is None or self.files[f.id] == file,
            lambda f: topic is None or f.topic == topic,
            lambda f: side is None or f.side == side,
            lambda f: trust is None or f.trust == trust,
            lambda f: source is None or f.source == source,
            lambda f: unit is None or unit.casefold() in f.unit.casefold(),
            lambda f: not words or _holds(f, words),
            lambda f: f.overlaps(first, last),
        ]
        return tuple(figure for figure in self.figures.values() if all(test(figure) for test in tests))

    def find_sources(self, *, kind: str | None = None, text: str | None = None) -> tuple[Source, ...]:
        """Return the sources of a kind with every word of ``text`` in id, author, title or year.

        Raises QueryError for a kind that does not occur.
        """
        self._known("kind", kind, {source.kind for source in self.sources.values()})
        words = (text or "").casefold().split()
        return tuple(
            source
            for source in self.sources.values()
            if kind in (None, source.kind)
            and all(word in f"{source.id} {source.citation}".casefold() for word in words)
        )

    @staticmethod
    def _known(what: str, asked: str | None, allowed: Iterable[str]) -> None:
        if asked is not None:
            _get({name: name for name in allowed}, asked, what)

    def groups_of(self, figure: str) -> tuple[Group, ...]:
        """Return the groups that a figure is a member of."""
        return tuple(g for g in self.groups.values() if any(m.figure == figure for m in g.members))

    def conflicts(self, relation: Relation = "rival") -> tuple[Group, ...]:
        """Return the groups with a member of this relation; rivals are figures that disagree."""
        return tuple(group for group in self.groups.values() if relation in group.relations)

    def count_once(self, figures: Sequence[str]) -> tuple[str, ...]:
        """Return ``figures`` without those that record again what an earlier one of them records."""
        names = self._names()
        kept: dict[str, str] = {}
        for figure in figures:
            kept.setdefault(names.get(figure, figure), figure)
        return tuple(kept.values())

    def _names(self) -> dict[str, str]:
        """Return one name for all records of one figure. A record of two figures at once keeps its own."""
        names: dict[str, str] = {}
        twice = set()
        for group in self.groups.values():
            for member in group.members:
                if member.relation in ("first", "same"):
                    if member.relation == "same" and member.figure in names:
                        twice.add(member.figure)
                    names.setdefault(member.figure, group.members[0].figure)
        return {figure: name for figure, name in names.items() if figure not in twice}

    def checks_of(self, figure: str) -> tuple[Check, ...]:
        """Return what second sources say of a figure."""
        return tuple(check for check in self.checks if check.figure == figure)

    def readings_of(self, figure: str) -> tuple[Reading, ...]:
        """Return the second readings of a figure."""
        return tuple(reading for reading in self.readings if reading.figure == figure)


def _holds(figure: Figure, words: Sequence[str]) -> bool:
    text = " ".join((figure.id, figure.quantity, figure.place, figure.text, figure.note)).casefold()
    return all(word in text for word in words)


T = TypeVar("T")


def _get(items: Mapping[str, T], id: str, what: str) -> T:
    if id in items:
        return items[id]
    near = difflib.get_close_matches(id[:_SHOWN], items, n=3, cutoff=0.4)
    if not near and len(items) <= 30:
        near = sorted(items)
    hint = f"did you mean {', '.join(near)}?" if near else f"look it up in the list of {what}s."
    raise QueryError(f"there is no {what} {id[:_SHOWN]!r} in the record; {hint}")


class _Tables:
    """The tables as they are read, and the faults found."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []
        self.names: list[str] = []
        self.lines: dict[tuple[str, str], dict[str, int]] = {}

    def read(self, name: str, row_type: type[R], *key: str) -> list[R]:
        self.names.append(name)
        return read_table(self.folder, name, row_type, self.faults, key=key)

    def digest(self) -> str:
        """Return the hash of the names and bytes of all tables read."""
        total = hashlib.sha256()
        for name in self.names:
            total.update(name.encode() + b"\0" + hashlib.sha256((self.folder / name).read_bytes()).digest())
        return total.hexdigest()

    def blame(self, name: str, column: str, cell: str, found: str, expected: str) -> None:
        """Add a fault of the first row of a table that holds ``cell`` in ``column``."""
        if (name, column) not in self.lines:
            self.lines[name, column] = _lines(self.folder / name, column)
        self.faults.append(Fault(name, self.lines[name, column].get(cell, 0), column, found, expected))

    def ids(self, name: str, rows: Iterable[str]) -> set[str]:
        """Return the ids of a table, with those of its faulty rows, which are told for themselves."""
        known = set(rows)
        if any(fault.file == name for fault in self.faults) and (self.folder / name).is_file():
            known.update(cells.get("id") or "" for _, cells in _raw_rows(self.folder / name))
        return known

    def refer(self, name: str, column: str, cells: Iterable[str], known: Collection[str]) -> None:
        """Add a fault for each cell that names no entry of ``known``; after many the rest are counted."""
        unknown = [cell for cell in dict.fromkeys(cells) if cell not in known]
        for cell in unknown[:MAX_REFERENCES]:
            near = difflib.get_close_matches(cell[:_SHOWN], known, n=1)
            hint = f"an id that exists (near: {near[0]})" if near else "an id that exists"
            self.blame(name, column, cell, repr(cell[:_SHOWN]), hint)
        if len(unknown) > MAX_REFERENCES:
            found = f"{len(unknown) - MAX_REFERENCES:,} more names without an entry"
            self.faults.append(Fault(name, 0, column, found, "ids that exist"))


def _lines(path: Path, column: str) -> dict[str, int]:
    """Return the line of the first row that holds a name, for every name in the cells of a column."""
    lines: dict[str, int] = {}
    for line, cells in _raw_rows(path):
        for part in (cells.get(column) or "").split(";"):
            lines.setdefault(part.strip(), line)
    return lines


def _raw_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line and cells of a table of any content, as far as it can be read."""
    reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig", errors="replace"), newline=""))
    line = 2
    with suppress(csv.Error):
        for cells in reader:
            yield line, {name: cell for name, cell in cells.items() if isinstance(cell, str)}
            line = reader.line_num + 1


def _load(folder: Path) -> Ledger:
    tables = _Tables(folder)
    sources = {row.id: row for row in tables.read("sources.csv", Source, "id")}
    source_ids = tables.ids("sources.csv", sources)
    figures: dict[str, Figure] = {}
    files: dict[str, str] = {}
    figure_ids: set[str] = set()
    for file in FIGURE_FILES:
        name = f"figures/{file}.csv"
        rows = tables.read(name, Figure, "id")
        for figure in rows:
            if figure.id in figures:
                there = f"each id once (it stands in figures/{files[figure.id]}.csv already)"
                tables.blame(name, "id", figure.id, f"a second {figure.id!r}", there)
            figures[figure.id], files[figure.id] = figure, file
        figure_ids |= tables.ids(name, (row.id for row in rows))
        tables.refer(name, "source", (row.source for row in rows), source_ids)
    checks = tables.read("checks.csv", Check, "figure", "verdict")
    tables.refer("checks.csv", "figure", (row.figure for row in checks), figure_ids)
    tables.refer("checks.csv", "source", (s for row in checks for s in row.source), source_ids)
    groups = _groups(tables, figure_ids)
    readings, documents = _readings(tables, figure_ids, source_ids)
    raids = tables.read("raids.csv", Raid, "id")
    tables.refer("raids.csv", "sources", (s for row in raids for s in row.sources), source_ids)
    places = {row.id: row for row in tables.read("places.csv", Place, "id")}
    front_line = tables.read("front_line.csv", FrontPoint, "date", "vertex")
    tables.refer("front_line.csv", "source", (row.source for row in front_line), source_ids)
    if tables.faults:
        raise EvidenceError(tables.faults)
    return Ledger(
        figures=MappingProxyType(figures),
        files=MappingProxyType(files),
        sources=MappingProxyType(sources),
        checks=tuple(checks),
        groups=MappingProxyType(groups),
        readings=tuple(readings),
        documents=tuple(documents),
        raids=tuple(raids),
        places=MappingProxyType(places),
        front_line=tuple(front_line),
        digest=tables.digest(),
    )


def _groups(tables: _Tables, figure_ids: Collection[str]) -> dict[str, Group]:
    rows = tables.read("rivals.csv", Rival, "group", "figure")
    tables.refer("rivals.csv", "figure", (row.figure for row in rows), figure_ids)
    members: dict[str, list[Rival]] = {}
    for row in rows:
        members.setdefault(row.group, []).append(row)
    for name, group in members.items():
        firsts = [member.relation for member in group].count("first")
        if firsts != 1 or group[0].relation != "first" or len(group) < 2:
            found = f"{len(group)} rows, {firsts} of them 'first'"
            tables.blame(
                "rivals.csv", "group", name, found, "one 'first', as the first row, and at least one more"
            )
    return {name: Group(name, tuple(group)) for name, group in members.items()}


def _readings(
    tables: _Tables, figure_ids: Collection[str], source_ids: Collection[str]
) -> tuple[list[Reading], list[DocumentMark]]:
    documents = tables.read("readings/documents.csv", DocumentMark, "document")
    known = {row.document: row for row in documents}
    tables.refer("readings/documents.csv", "document", known, source_ids)
    readings: list[Reading] = []
    for file in READING_FILES:
        name = f"readings/{file}.csv"
        rows = tables.read(name, Reading, "figure", "document", "paragraph")
        tables.refer(name, "figure", (row.figure for row in rows), figure_ids)
        tables.refer(name, "document", (row.document for row in rows), known)
        readings += rows
    return readings, documents
