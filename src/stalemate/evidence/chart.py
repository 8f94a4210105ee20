"""The chart: zones and borders of the war with their dates, counted traffic, and names in their own writing.

What the tables hold is told in ``record/README.md``. A zone or a border says what is approximate about it.
"""

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from stalemate import shipped
from stalemate.errors import EvidenceError, Fault
from stalemate.evidence.figure import Count, Dated, Id, Latitude, Longitude, Text, Trust
from stalemate.evidence.ledger import Ledger
from stalemate.table import Names, Row, read_table

Point = tuple[float, float]
"""Longitude and latitude."""

ZoneKind = Literal["forbidden", "limited", "neutral", "corridor", "air_battle", "demilitarised"]


class Zone(Dated):
    """Where a rule or a habit held, and when.

    A ``circle`` has one point and its radius, a ``strip`` a line and what it reaches on either side of it
    (nothing on record if empty), an ``area`` its corners. A strip may follow borders instead.
    """

    id: Id
    name: str
    kind: ZoneKind
    shape: Literal["circle", "strip", "area"]
    reach_km: Annotated[float, Field(gt=0)] | None
    follows: Names
    rule: str
    figures: Names
    sources: Names
    assumed: Text
    trust: Trust
    approximate: Text
    note: Text

    @model_validator(mode="after")
    def _can_be_drawn(self) -> Self:
        if self.shape == "circle" and self.reach_km is None:
            raise ValueError("a radius for a circle")
        if self.shape == "area" and self.reach_km is not None:
            raise ValueError("no reach for an area")
        if self.follows and self.shape != "strip":
            raise ValueError("borders to follow for a strip alone")
        return self


class Border(Dated):
    """A border or boundary, and why it is drawn as it is; one that was not ``surveyed`` is dashed."""

    id: Id
    name: str
    kind: Literal["river", "watershed", "parallel", "armistice"]
    follows: Literal["river", "outline", "front"]
    surveyed: bool
    figures: Names
    sources: Names
    cited: str
    trust: Trust
    why: str
    note: Text


class OutlinePoint(Row):
    """One vertex of a zone or a border; of a border that follows a river, a point the river passes."""

    of: Id
    vertex: Count
    lat_deg: Latitude
    lon_deg: Longitude
    label: str


class Traffic(Row):
    """A figure that counted traffic on sections of the railway; without cars only trains are known."""

    figure: Id
    sections: Annotated[Names, Field(min_length=1)]
    cars_per_day: Annotated[float, Field(gt=0)] | None
    note: str


class PlaceName(Row):
    """A place's name in Hangul and in Chinese characters; ``names`` says what is named if not the place."""

    place: Id
    hangul: Text
    han: Text
    han_language: Literal["ko-Hani", "zh-Hant", "ja"] | None
    names: Text

    @model_validator(mode="after")
    def _a_language_for_characters(self) -> Self:
        if bool(self.han) != (self.han_language is not None):
            raise ValueError("a language for characters, and none without them")
        if not self.hangul and not self.han:
            raise ValueError("at least one of hangul and han")
        return self


@dataclass(frozen=True)
class Chart:
    """Zones and borders in the order of their tables, each with its own points."""

    zones: Mapping[str, Zone]
    borders: Mapping[str, Border]
    outlines: Mapping[str, tuple[Point, ...]]
    traffic: tuple[Traffic, ...]
    names: Mapping[str, PlaceName]

    @classmethod
    def load(cls, ledger: Ledger, folder: Path | None = None) -> "Chart":
        """Read and check the tables of this installation, or of the record in ``folder``.

        Raises EvidenceError with every fault.
        """
        return _load(ledger, shipped.folder("record") if folder is None else folder)

    def zones_on(self, day: datetime.date | None) -> tuple[Zone, ...]:
        """Return the zones that held on a day; all of them without a day."""
        return tuple(zone for zone in self.zones.values() if day is None or zone.overlaps(day, day))

    def borders_by(self, day: datetime.date | None) -> tuple[Border, ...]:
        """Return the borders that held on a day or had held before; all of them without a day."""
        rows = self.borders.values()
        return tuple(row for row in rows if day is None or row.start is None or row.start <= day)

    def counted(self, section: str, day: datetime.date, ledger: Ledger) -> tuple[Traffic, ...]:
        """Return the counts of traffic on a section in whose period a day lies."""
        return tuple(
            row
            for row in self.traffic
            if section in row.sections and ledger.figures[row.figure].overlaps(day, day)
        )


def _load(ledger: Ledger, folder: Path) -> Chart:
    faults: list[Fault] = []
    zones = read_table(folder, "zones.csv", Zone, faults, key=["id"])
    borders = read_table(folder, "borders.csv", Border, faults, key=["id"])
    points = read_table(folder, "outlines.csv", OutlinePoint, faults, key=["of", "vertex"])
    traffic = read_table(folder, "traffic.csv", Traffic, faults, key=["figure"])
    names = read_table(folder, "names.csv", PlaceName, faults, key=["place"])
    outlines = _outlines(points)
    for file, rows in (("zones.csv", zones), ("borders.csv", borders)):
        _refer(faults, file, "figures", (one for row in rows for one in row.figures), ledger.figures)
        _refer(faults, file, "sources", (one for row in rows for one in row.sources), ledger.sources)
    known = {row.id for row in borders}
    _refer(faults, "zones.csv", "follows", (one for zone in zones for one in zone.follows), known)
    _refer(faults, "outlines.csv", "of", outlines, known | {zone.id for zone in zones})
    _refer(faults, "traffic.csv", "figure", (row.figure for row in traffic), ledger.figures)
    _refer(faults, "names.csv", "place", (row.place for row in names), ledger.places)
    faults += [fault for zone in zones if (fault := _undrawn(zone, outlines))]
    faults += [
        Fault("outlines.csv", 0, "of", f"{len(outlines.get(row.id, ()))} points of {row.id}", "two or more")
        for row in borders
        if row.follows != "front" and len(outlines.get(row.id, ())) < 2
    ]
    if faults:
        raise EvidenceError(faults)
    return Chart(
        zones={zone.id: zone for zone in zones},
        borders={border.id: border for border in borders},
        outlines=outlines,
        traffic=tuple(traffic),
        names={row.place: row for row in names},
    )


def _outlines(points: Sequence[OutlinePoint]) -> dict[str, tuple[Point, ...]]:
    """Return the points of each outline in the order of their vertices."""
    ordered = sorted(points, key=lambda point: point.vertex)
    return {
        name: tuple((point.lon_deg, point.lat_deg) for point in ordered if point.of == name)
        for name in dict.fromkeys(point.of for point in points)
    }


def _undrawn(zone: Zone, outlines: Mapping[str, Sequence[Point]]) -> Fault | None:
    """Return the fault of a zone whose points do not make its shape."""
    found = len(outlines.get(zone.id, ()))
    least, most = {"circle": (1, 1), "strip": (2, 500), "area": (3, 500)}[zone.shape]
    if zone.follows:
        least = most = 0
    if least <= found <= most:
        return None
    return Fault("outlines.csv", 0, "of", f"{found} points of {zone.id}", f"{least} to {most}: {zone.shape}")


def _refer(faults: list[Fault], file: str, column: str, cells: Iterable[str], known: Collection[str]) -> None:
    for cell in dict.fromkeys(cells):
        if cell not in known:
            faults.append(Fault(file, 0, column, repr(cell[:60]), "an id that exists"))
