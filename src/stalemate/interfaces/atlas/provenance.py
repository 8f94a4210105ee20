"""Where one thing on a page is from, in one shape for every kind: what the provenance drawer shows.

A thing is a figure, source, event, place or raid of the record, or a parameter of the scenario.
"""

import datetime
from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal

from pydantic import BaseModel, Field

from stalemate.evidence.figure import Figure, as_number
from stalemate.interfaces.atlas.addresses import address
from stalemate.interfaces.atlas.archive import Archive
from stalemate.interfaces.atlas.words import Words
from stalemate.scenario.schema import Parameter

Thing = Literal["figure", "source", "event", "place", "raid", "parameter"]


class Cited(BaseModel):
    """A source with where in it."""

    id: str = Field(description="Empty where the words name no entry of the bibliography.")
    citation: str
    locator: str = ""
    page: str = ""


class Beside(BaseModel):
    """Another entry and how it stands to this one."""

    relation: str
    title: str
    value: str = ""
    source: str = ""
    page: str = ""


class Provenance(BaseModel):
    """What is known of where a thing is from. A text that does not apply is empty."""

    kind: Thing
    id: str
    title: str
    page: str = Field(description="Address of its own page.")
    value: str = ""
    unit: str = ""
    when: str = ""
    where: str = ""
    side: str = ""
    statement: str = Field(default="", description="What the entry says, or a note on it.")
    trust: str = Field(
        default="", description="How it was obtained: read, quoted, excerpt, derived, recalled."
    )
    reliability: str = ""
    lead: bool = Field(default=False, description="From memory: a lead, not proof.")
    assumed: str = Field(default="", description="Why a number of the model was assumed.")
    sources: list[Cited] = []
    rivals: list[Beside] = []
    checks: list[Beside] = []
    readings: list[Beside] = []
    uses: list[Beside] = []
    entered: datetime.date | None = Field(default=None, description="First day in the history of the tables.")
    changed: datetime.date | None = None
    compared: datetime.date | None = Field(
        default=None, description="Last check or second reading on record."
    )
    cite: str = Field(description="How to cite it.")


def provenance(archive: Archive, words: Words, kind: Thing, id: str) -> Provenance:
    """Return where a thing is from. Raises QueryError for an id that is none."""
    found = _OF[kind](archive, words, id)
    if kind == "parameter":
        return found.model_copy(update={"cite": _cite(archive, found, archive.war.name)})
    dated = archive.checked.get((kind, id))
    dates = {} if dated is None else {name: getattr(dated, name) for name in _DATES}
    return found.model_copy(update={**dates, "cite": _cite(archive, found, "record")})


def _figure(archive: Archive, words: Words, id: str) -> Provenance:
    figure = archive.ledger.figure(id)
    return Provenance(
        kind="figure",
        id=id,
        title=figure.quantity,
        page=address("figures", id),
        value=figure.value,
        unit=figure.unit,
        when=figure.period,
        where=figure.place,
        side=figure.side,
        statement=figure.note,
        trust=figure.trust,
        reliability=figure.reliability,
        lead=figure.trust == "recalled",
        sources=[_cited(archive, figure.source, figure.locator)],
        rivals=_rivals(archive, words, figure),
        checks=[
            Beside(
                relation=check.verdict,
                title=check.note,
                value=check.value,
                source="; ".join(archive.ledger.source(source).citation for source in check.source)
                + (f", {check.locator}" if check.locator else ""),
            )
            for check in archive.ledger.checks_of(id)
        ],
        readings=[
            Beside(
                relation=", ".join(reading.as_written),
                title=reading.note,
                value="; ".join(as_number(value) for value in reading.scaled),
                source=f"{archive.ledger.source(reading.document).citation}, {reading.paragraph}",
                page=address("sources", reading.document),
            )
            for reading in archive.ledger.readings_of(id)
        ],
        uses=[
            Beside(
                relation=use.table.replace("_", " "),
                title=use.row,
                page=address("parameters", use.name) if use.name else "",
            )
            for use in archive.uses.get(id, ())
        ],
        cite="",
    )


def _rivals(archive: Archive, words: Words, figure: Figure) -> list[Beside]:
    members = [row for group in archive.groups_of(figure.id) for row in group.members]
    found = []
    for row in members:
        other = archive.ledger.figures[row.figure]
        if other.id != figure.id:
            found.append(
                Beside(
                    relation=str(words.say(f"relation_meaning.{row.relation}")),
                    title=other.quantity,
                    value=f"{other.value} {other.unit}",
                    source=archive.ledger.source(other.source).citation,
                    page=address("figures", other.id),
                )
            )
    return found


def _source(archive: Archive, words: Words, id: str) -> Provenance:
    source = archive.ledger.source(id)
    figures, events, raids = archive.of_source(source)
    uses = [("figures", figures), ("events", events), ("raids", raids)]
    return Provenance(
        kind="source",
        id=id,
        title=source.citation,
        page=address("sources", id),
        value=source.kind,
        where=source.url,
        statement=source.note,
        uses=[Beside(relation=name, title=str(len(rows))) for name, rows in uses if rows],
        cite="",
    )


def _event(archive: Archive, words: Words, id: str) -> Provenance:
    event = archive.event(id)
    figures = archive.bearing_on(event)
    rivals = [one for figure in figures for one in _disagreeing(archive, words, figure)]
    return Provenance(
        kind="event",
        id=id,
        title=event.title,
        page=address("events", id),
        when=words.when(event),
        where=event.place,
        side="; ".join(event.actors),
        statement=event.summary,
        trust=event.trust,
        lead=event.trust == "recalled",
        sources=[_cited(archive, source) for source in event.sources] + [Cited(id="", citation=event.cited)],
        rivals=rivals,
        cite="",
    )


def _disagreeing(archive: Archive, words: Words, figure: Figure) -> Iterable[Beside]:
    rival = any("rival" in group.relations for group in archive.groups_of(figure.id))
    return _rivals(archive, words, figure) if rival else ()


def _raid(archive: Archive, words: Words, id: str) -> Provenance:
    raid = archive.raid(id)
    return Provenance(
        kind="raid",
        id=id,
        title=raid.name,
        page=address("raids", id),
        value="" if raid.sorties is None else as_number(raid.sorties),
        unit="" if raid.sorties is None else "sorties",
        when=words.date(raid.date, "day"),
        where=raid.place,
        side=raid.services,
        statement=raid.outcome,
        trust=raid.trust,
        lead=raid.trust == "recalled",
        sources=[_cited(archive, source) for source in raid.sources] + [Cited(id="", citation=raid.cited)],
        cite="",
    )


def _place(archive: Archive, words: Words, id: str) -> Provenance:
    place = archive.place(id)
    told = [place.cited, place.coordinates, place.population_cited, place.destroyed_cited]
    targets = [row for row in archive.war.targets if row.place == id]
    return Provenance(
        kind="place",
        id=id,
        title=place.name_1950s,
        page=address("places", id),
        value=place.kind,
        where=f"{place.lat_deg:.4f}, {place.lon_deg:.4f}",
        statement=place.note,
        sources=[Cited(id="", citation=one) for one in dict.fromkeys(told) if one],
        uses=[Beside(relation="targets", title=row.name) for row in targets],
        cite="",
    )


def _parameter(archive: Archive, words: Words, id: str) -> Provenance:
    needed, rows = archive.parameter(id)
    figures = list(dict.fromkeys(figure for row in rows for figure in row.sources))
    reasons = list(dict.fromkeys(row.assumed for row in rows if row.assumed))
    return Provenance(
        kind="parameter",
        id=id,
        title=needed.meaning,
        page=address("parameters", id),
        value="; ".join(dict.fromkeys(drawn(row) for row in rows)),
        unit="" if needed.unit == "1" else needed.unit,
        when="; ".join(str(row.at) for row in rows if row.at),
        statement="; ".join(dict.fromkeys(row.reason for row in rows if row.reason)),
        assumed="; ".join(reasons),
        sources=[_behind(archive, figure) for figure in figures],
        uses=[Beside(relation="system", title=needed.owner, page=address("systems", needed.owner))],
        cite="",
    )


def drawn(row: Parameter) -> str:
    """Return what one row is drawn from, in numbers."""
    if row.distribution == "fixed" and row.middle is not None:
        return as_number(row.middle)
    ends = [as_number(end) for end in (row.low, row.middle, row.high) if end is not None]
    return f"{row.distribution} {' - '.join(ends)}"


def origin(rows: Iterable[Parameter]) -> Literal["figures", "assumed", "both"]:
    """Tell what the rows of a parameter rest on."""
    kinds = {bool(row.sources) for row in rows}
    return "both" if len(kinds) == 2 else "figures" if kinds == {True} else "assumed"


def _behind(archive: Archive, id: str) -> Cited:
    """Return the figure that a number of the model rests on, cited as its source is."""
    figure = archive.ledger.figure(id)
    told = f"{figure.quantity}: {figure.value} {figure.unit}; {archive.ledger.source(figure.source).citation}"
    return Cited(id=id, citation=told, locator=figure.locator, page=address("figures", id))


def _cited(archive: Archive, id: str, locator: str = "") -> Cited:
    citation = archive.ledger.source(id).citation
    return Cited(id=id, citation=citation, locator=locator, page=address("sources", id))


def _cite(archive: Archive, found: Provenance, table: str) -> str:
    """Return one line that names the entry, its sources and the state of the tables it was taken from."""
    numbered = found.kind in ("figure", "raid", "parameter") and found.value
    value = f": {found.value} {found.unit}".rstrip() if numbered else ""
    sources = "; ".join(
        one.citation + (f", {one.locator}" if one.locator else "") for one in found.sources if one.id
    )
    digest = archive.war.digest if found.kind == "parameter" else archive.ledger.digest
    when = f" ({found.when})" if found.when and found.kind != "parameter" else ""
    parts = [
        f"{found.title}{value}{when}",
        sources,
        f"Stalemate, {table} {digest[:16]}, {found.kind} {found.id}",
    ]
    return ". ".join(part for part in parts if part)


_DATES: Final = ("entered", "changed", "compared")
_OF: Final[Mapping[Thing, Callable[[Archive, Words, str], Provenance]]] = {
    "figure": _figure,
    "source": _source,
    "event": _event,
    "place": _place,
    "raid": _raid,
    "parameter": _parameter,
}
