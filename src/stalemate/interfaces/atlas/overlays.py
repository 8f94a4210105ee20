"""Zones, borders, railways by capacity and damage as the server's maps draw them, in hectometres."""

import datetime
from dataclasses import dataclass
from typing import Final

from stalemate.evidence.chart import Border, Zone
from stalemate.interfaces.atlas.archive import Archive
from stalemate.interfaces.atlas.basemap import path
from stalemate.interfaces.atlas.bounds import border_line, zone_lines
from stalemate.interfaces.atlas.conditions import damage, links_on

_WEIGHTS: Final = ((0.6, "heavy"), (0.4, "middle"), (0.0, "light"))
"""From which share of the trunk's capacity a railway is drawn so."""
END: Final = datetime.date(1953, 7, 27)
"""Day for which the table of places states destruction."""
RANKS: Final = ((75.0, "worst"), (40.0, "bad"), (0.0, "some"))
"""From which share destroyed a town is marked so."""


@dataclass(frozen=True)
class DrawnZone:
    """One zone: its path, and the width of its band in hectometres if it is one."""

    zone: Zone
    path: str
    width: float | None


@dataclass(frozen=True)
class DrawnBorder:
    """One border, and whether it held on the day."""

    border: Border
    path: str
    in_force: bool


@dataclass(frozen=True)
class Rails:
    """Railways of one width in one state."""

    weight: str
    open: bool
    path: str


def drawn_zones(archive: Archive, date: datetime.date) -> tuple[DrawnZone, ...]:
    """Return the zones that held on a day, wide ones first."""
    found = []
    for zone in archive.chart.zones_on(date):
        lines = zone_lines(archive.ledger, archive.chart, zone)
        closed = zone.shape != "strip"
        width = 20 * zone.reach_km if zone.reach_km is not None and not closed else None
        found.append(DrawnZone(zone, path(lines, closed=closed), width))
    return tuple(sorted(found, key=lambda one: one.zone.shape != "area"))


def drawn_borders(archive: Archive, date: datetime.date) -> tuple[DrawnBorder, ...]:
    """Return the borders that held on a day or before it."""
    return tuple(
        DrawnBorder(
            border, path([border_line(archive.ledger, archive.chart, border)]), border.overlaps(date, date)
        )
        for border in archive.chart.borders_by(date)
    )


def rails(archive: Archive, date: datetime.date) -> tuple[Rails, ...]:
    """Return the railways on a day by their share of the trunk's capacity, those not open apart."""
    nodes = {node.id: (node.lon, node.lat) for node in archive.war.nodes}
    lines: dict[tuple[str, bool], list[list[tuple[float, float]]]] = {}
    for row in links_on(archive, date):
        if row.share is not None and row.state != "left_out":
            key = (_weight(row.share), row.state == "open")
            lines.setdefault(key, []).append([nodes[row.link.start], nodes[row.link.end]])
    return tuple(Rails(weight, open, path(found)) for (weight, open), found in sorted(lines.items()))


def _weight(share: float) -> str:
    return next(name for least, name in _WEIGHTS if share >= least)


def damage_ranks(archive: Archive, date: datetime.date) -> dict[str, str]:
    """Return how towns are marked, by place, from the day on for which their destruction is stated."""
    found = {}
    for row in damage(archive):
        stated = min((one.start for one in row.estimates if one.start is not None), default=END)
        if row.shares and stated <= date:
            found[row.place.id] = next(name for least, name in RANKS if max(row.shares) >= least)
    return found
