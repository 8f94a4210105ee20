"""Quotations: the cells of a row as they stand in the record, with who says so and how far to trust it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from stalemate.evidence.figure import Event, Figure, FrontPoint, Place, Raid, Source, as_number
from stalemate.evidence.ledger import Ledger
from stalemate.evidence.passage import Passage, RecordKind

LEADS: Final = {
    "recalled": "recalled: from memory of the work, not looked up; a lead, not proof",
    "excerpt": "excerpt: only an excerpt of the source was read",
    "quoted": "quoted: the source read relays another work",
    "derived": "derived: our arithmetic on figures that were read",
    "read": "read: the text or the data was read",
}


_PART_RECALLED: Final = "in part recalled, as the cells say: a lead, not proof"


@dataclass(frozen=True)
class Citation:
    """One source of a quotation: its id, itself in one line, and where in it."""

    source: str
    citation: str
    locator: str
    url: str


@dataclass(frozen=True)
class RivalValue:
    """Another figure on the same matter: ``rival`` disagrees, ``part`` has other scope, ``same`` repeats."""

    group: str
    relation: str
    figure: str
    quantity: str
    value: str
    unit: str
    source: str
    citation: str
    trust: str
    note: str


@dataclass(frozen=True)
class Quote:
    """One row of the record, verbatim: ``title`` and ``text`` are cells, ``value`` the number with its unit.

    ``facts`` are further cells by name. ``date`` is no finer than ``precision``. Empty means that the row has
    no such cell.
    """

    kind: RecordKind
    id: str
    title: str
    citations: tuple[Citation, ...]
    text: str = ""
    value: str = ""
    unit: str = ""
    date: str = ""
    precision: str = ""
    place: str = ""
    side: str = ""
    trust: str = ""
    reliability: str = ""
    note: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    rivals: tuple[RivalValue, ...] = ()

    @property
    def trust_means(self) -> str:
        """What the mark of trust means, in words; places and lines carry no mark, but a warning."""
        if self.kind == "front line":
            return "drawn from descriptions or a later map: fit for position only, never for areas"
        return LEADS.get(self.trust, _PART_RECALLED if self.is_lead else "")

    @property
    def is_lead(self) -> bool:
        """Whether the row, or a cell of a place, is from memory: a lead, not proof."""
        return self.trust == "recalled" or any("recalled" in cell for _, cell in self.facts)


def quote(ledger: Ledger, passage: Passage) -> Quote:
    """Return the row behind a passage as a quotation."""
    row = passage.row
    if isinstance(row, Event):
        return _event(ledger, row)
    if isinstance(row, Figure):
        return _figure(ledger, row)
    if isinstance(row, Raid):
        return _raid(ledger, row)
    return _place(row) if isinstance(row, Place) else _point(ledger, passage.id, row)


def _event(ledger: Ledger, row: Event) -> Quote:
    return Quote(
        kind="event",
        id=row.id,
        title=row.title,
        citations=_citations(ledger, row.sources, row.cited),
        text=row.summary,
        date=row.period.removeprefix("from "),
        precision=row.precision,
        place=row.place,
        side="; ".join(row.actors),
        trust=row.trust,
        facts=(("category", row.category),),
    )


def _figure(ledger: Ledger, row: Figure) -> Quote:
    return Quote(
        kind="figure",
        id=row.id,
        title=row.quantity,
        citations=_citations(ledger, (row.source,), row.locator),
        value=row.value,
        unit=row.unit,
        date=row.period,
        precision=row.precision,
        place=row.place,
        side=row.side,
        trust=row.trust,
        reliability=row.reliability,
        note=row.note,
        rivals=_rivals(ledger, row.id),
    )


def _raid(ledger: Ledger, row: Raid) -> Quote:
    counts = {"sorties": row.sorties, "short tons": row.short_tons, "aircraft lost": row.aircraft_lost}
    return Quote(
        kind="raid",
        id=row.id,
        title=row.name,
        citations=_citations(ledger, row.sources, row.cited),
        text=row.outcome,
        date=row.date.isoformat(),
        precision="day",
        place=row.place,
        side=row.services,
        trust=row.trust,
        facts=_facts({"category": row.category} | {name: _number(count) for name, count in counts.items()}),
    )


def _place(row: Place) -> Quote:
    facts = {
        "modern name": row.name_modern,
        "kind": row.kind,
        "latitude": str(row.lat_deg),
        "longitude": str(row.lon_deg),
        "coordinates from": row.coordinates,
        "km to the Yalu or Tumen": _number(row.yalu_tumen_km),
        "km to the USSR": _number(row.ussr_km),
        "population": _number(row.population),
        "population in": str(row.population_year or ""),
        "population cited": row.population_cited,
        "destroyed, percent": _number(row.destroyed_percent),
        "destruction cited": row.destroyed_cited,
    }
    return Quote(
        kind="place",
        id=row.id,
        title=row.name_1950s,
        citations=(Citation("", row.cited, "", ""),),
        note=row.note,
        facts=_facts(facts),
    )


def _point(ledger: Ledger, id: str, row: FrontPoint) -> Quote:
    facts = {
        "latitude": str(row.lat_deg),
        "longitude": str(row.lon_deg),
        "off by up to, km": _number(row.error_km),
    }
    return Quote(
        kind="front line",
        id=id,
        title=row.label,
        citations=_citations(ledger, (row.source,), ""),
        date=row.date.isoformat(),
        precision=row.precision,
        facts=_facts(facts),
    )


def _rivals(ledger: Ledger, figure: str) -> tuple[RivalValue, ...]:
    return tuple(
        RivalValue(
            group.name,
            member.relation,
            other.id,
            other.quantity,
            other.value,
            other.unit,
            other.source,
            ledger.sources[other.source].citation,
            other.trust,
            member.note,
        )
        for group in ledger.groups_of(figure)
        for member in group.members
        if member.figure != figure
        for other in (ledger.figures[member.figure],)
    )


def _citations(ledger: Ledger, sources: Iterable[str], locator: str) -> tuple[Citation, ...]:
    found: list[Source] = [ledger.sources[name] for name in sources]
    return tuple(Citation(one.id, one.citation, locator, one.url) for one in found)


def _facts(cells: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, cell) for name, cell in cells.items() if cell)


def _number(count: float | None) -> str:
    return "" if count is None else as_number(count)
