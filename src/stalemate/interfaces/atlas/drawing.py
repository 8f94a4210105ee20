"""Maps as the templates draw them: a frame of the base picture with what was there on one day.

Lengths are hectometres of the projection, so that a band of error is as wide as the error is.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from stalemate.evidence.figure import Event, FrontPoint, Raid
from stalemate.interfaces.atlas.archive import Archive
from stalemate.interfaces.atlas.basemap import BOX, hectometres, path
from stalemate.interfaces.atlas.overlays import (
    DrawnBorder,
    DrawnZone,
    Rails,
    damage_ranks,
    drawn_borders,
    drawn_zones,
    rails,
)
from stalemate.scenario.terrain import Link

THEATRE: Final = (-3000, -5150, 6200, 9300)
"""Frame of a map of the whole country: left, top, width, height."""
_NEAR: Final = 3200
"""Width and height of a map around one place."""
_LABEL_SHARE: Final = {True: 1 / 46, False: 1 / 32}
"""Height of a label as a share of the frame's width, of the whole country and around one place."""
_WIDTH_OF_LETTER: Final = 0.56
_NARROW_SHARE: Final = 1 / 26
"""The same on a narrow screen, of any frame: 12 pixels in a map of 330."""
_KINDS: Final = {
    "city": "town",
    "airfield": "airfield",
    "airfield (Manchuria, restricted)": "airfield",
    "UN air base": "airfield",
    "hydroelectric plant": "plant",
    "dam": "plant",
}
"""Kinds of places that a map shows, and their mark."""


@dataclass(frozen=True)
class Front:
    """One dated line: its path, twice its error as the width of a band, and whether it is the later one."""

    date: datetime.date
    precision: str
    path: str
    band: float
    error_km: float
    source: str
    later: bool
    points: tuple[FrontPoint, ...]


@dataclass(frozen=True)
class Mark:
    """One thing at a place."""

    kind: str
    x: int
    y: int
    name: str
    label: bool = False
    rank: str = ""
    """How badly a town was destroyed, where that is stated for a day not after the map's."""


@dataclass(frozen=True)
class Labels:
    """Names that stand clear of one another at one height, for wide or for narrow screens."""

    screen: str
    unit: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Map:
    """What a template draws; ``unit`` is the height of a label and the measure of every mark."""

    frame: tuple[int, int, int, int]
    unit: float
    date: datetime.date
    rails: tuple[Rails, ...]
    borders: tuple[DrawnBorder, ...]
    zones: tuple[DrawnZone, ...]
    fronts: tuple[Front, ...]
    marks: tuple[Mark, ...]
    labels: tuple[Labels, ...]
    scale_km: int

    @property
    def base(self) -> tuple[int, int, int, int]:
        """The frame of the base picture."""
        return BOX

    @property
    def view_box(self) -> str:
        """The frame as SVG writes it."""
        return " ".join(str(part) for part in self.frame)


def dated_lines(archive: Archive) -> tuple[tuple[FrontPoint, ...], ...]:
    """Return every dated front line in order, each from west to east."""
    rows = archive.ledger.front_line
    return tuple(
        tuple(sorted((row for row in rows if row.date == day), key=lambda row: row.vertex))
        for day in sorted({row.date for row in rows})
    )


def front_lines(archive: Archive, date: datetime.date) -> tuple[tuple[FrontPoint, ...], ...]:
    """Return the dated line in force on a day and the next one: two, or one at a date or beyond the ends."""
    lines = dated_lines(archive)
    before = [line for line in lines if line[0].date <= date]
    after = [line for line in lines if line[0].date >= date]
    return tuple(dict.fromkeys([*before[-1:], *after[:1]]))


def day_map(archive: Archive, date: datetime.date) -> Map:
    """Return the map of the country on a day, with its events and raids."""
    raids = archive.raids.get(date, ())
    events = [event for event in archive.chronicle.between(date, date) if _inside(event, THEATRE)]
    return _map(archive, date, THEATRE, [*(_raid(raid) for raid in raids), *(_event(one) for one in events)])


def event_map(archive: Archive, event: Event, date: datetime.date) -> Map | None:
    """Return the map around an event, or None where the base map does not reach."""
    if not _inside(event, BOX):
        return None
    x, y = hectometres(event.lon_deg, event.lat_deg)
    return _map(archive, date, _around(x, y), [_event(event)])


def place_map(archive: Archive, name: str, lon: float, lat: float, date: datetime.date) -> Map | None:
    """Return the map around a place, or None where the base map does not reach."""
    x, y = hectometres(lon, lat)
    if not _holds(BOX, x, y):
        return None
    return _map(archive, date, _around(x, y), [Mark("event", x, y, name, True)])


def _map(
    archive: Archive, date: datetime.date, frame: tuple[int, int, int, int], first: Sequence[Mark | None]
) -> Map:
    unit = frame[2] * _LABEL_SHARE[frame == THEATRE]
    found = [mark for mark in first if mark is not None and _holds(frame, mark.x, mark.y)]
    places = [mark for mark in _places(archive, date) if _holds(frame, mark.x, mark.y)]
    marks = _labelled([*found, *places], unit, frame)
    narrow = frame[2] * _NARROW_SHARE
    return Map(
        frame=frame,
        unit=unit,
        date=date,
        rails=rails(archive, date),
        borders=drawn_borders(archive, date),
        zones=drawn_zones(archive, date),
        fronts=tuple(_front(line, date) for line in front_lines(archive, date) if _seen(line, frame)),
        marks=marks,
        labels=(
            Labels("wide", unit, tuple(mark for mark in marks if mark.label)),
            Labels(
                "narrow",
                narrow,
                tuple(mark for mark in _labelled([*found, *places], narrow, frame) if mark.label),
            ),
        ),
        scale_km=100 if frame[2] > 4000 else 50,
    )


def open_links(archive: Archive, date: datetime.date | None) -> list[Link]:
    """Return the links of the scenario that were open on a day; without a day, on any."""
    return [
        link
        for link in archive.war.links
        if (link.switch is None or archive.war.switches.get(link.switch, False))
        and (date is None or link.opens is None or link.opens <= date)
        and (date is None or link.closes is None or date <= link.closes)
    ]


def railways(archive: Archive, date: datetime.date) -> str:
    """Return the path of the railways that were open on a day."""
    nodes = {node.id: (node.lon, node.lat) for node in archive.war.nodes}
    rails = [link for link in open_links(archive, date) if link.mode == "rail"]
    return path([nodes[link.start], nodes[link.end]] for link in rails)


def _seen(line: Sequence[FrontPoint], frame: tuple[int, int, int, int]) -> bool:
    return any(_holds(frame, *hectometres(row.lon_deg, row.lat_deg)) for row in line)


def _front(line: Sequence[FrontPoint], date: datetime.date) -> Front:
    first = line[0]
    return Front(
        date=first.date,
        precision=first.precision,
        path=path([[(row.lon_deg, row.lat_deg) for row in line]]),
        band=20 * first.error_km,
        error_km=first.error_km,
        source=first.source,
        later=first.date > date,
        points=tuple(line),
    )


def _labelled(marks: Iterable[Mark], unit: float, frame: tuple[int, int, int, int]) -> tuple[Mark, ...]:
    """Give names to the marks, in order, where no earlier name or mark is in the way."""
    placed: list[Mark] = []
    taken: list[tuple[float, float, float, float]] = []
    for mark in marks:
        left, right = mark.x + unit, mark.x + unit * (1.4 + _WIDTH_OF_LETTER * len(mark.name))
        box = (left, mark.y - 0.6 * unit, right, mark.y + 0.6 * unit)
        inside = _holds(frame, int(box[0]), int(box[1])) and _holds(frame, int(box[2]), int(box[3]))
        free = inside and not any(_cross(box, other) for other in taken)
        named = free and mark.kind in ("event", "raid", "town")
        taken.append((mark.x - unit / 2, mark.y - unit / 2, mark.x + unit / 2, mark.y + unit / 2))
        if named:
            taken.append(box)
        placed.append(replace(mark, label=named))
    return tuple(placed[::-1])


def _cross(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _places(archive: Archive, date: datetime.date) -> list[Mark]:
    ranks = damage_ranks(archive, date)
    shown = [place for place in archive.ledger.places.values() if place.kind in _KINDS]
    shown.sort(key=lambda place: (_KINDS[place.kind] != "town", -(place.population or 0)))
    return [
        Mark(
            _KINDS[place.kind],
            *hectometres(place.lon_deg, place.lat_deg),
            place.name_1950s,
            rank=ranks.get(place.id, ""),
        )
        for place in shown
    ]


def _event(event: Event) -> Mark:
    return Mark("event", *hectometres(event.lon_deg, event.lat_deg), event.place)


def _raid(raid: Raid) -> Mark | None:
    if raid.lon_deg is None or raid.lat_deg is None:
        return None
    return Mark("raid", *hectometres(raid.lon_deg, raid.lat_deg), raid.name)


def _inside(event: Event, frame: tuple[int, int, int, int]) -> bool:
    if not (110 < event.lon_deg < 145 and 20 < event.lat_deg < 55):
        return False
    return _holds(frame, *hectometres(event.lon_deg, event.lat_deg))


def _around(x: int, y: int) -> tuple[int, int, int, int]:
    """Return a square frame with a place near its middle, within the base picture."""
    left = min(max(x - _NEAR // 2, BOX[0]), BOX[0] + BOX[2] - _NEAR)
    top = min(max(y - _NEAR // 2, BOX[1]), BOX[1] + BOX[3] - _NEAR)
    return left, top, _NEAR, _NEAR


def _holds(frame: tuple[int, int, int, int], x: int, y: int) -> bool:
    return frame[0] <= x <= frame[0] + frame[2] and frame[1] <= y <= frame[1] + frame[3]
