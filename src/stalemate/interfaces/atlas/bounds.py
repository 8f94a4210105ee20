"""Lines of zones and borders: along the rivers of the base map, by their own points, or as a dated front."""

import heapq
import math
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Final

from stalemate.evidence.chart import Border, Chart, Point, Zone
from stalemate.evidence.ledger import Ledger
from stalemate.interfaces.atlas.basemap import Line, base_map
from stalemate.interfaces.atlas.projection import KOREA

_ON_RIVER_KM: Final = 4.0
"""A point of a border this near to a river of the base map stands for the river's own nearest vertex."""
_CORNERS: Final = 64


def border_line(ledger: Ledger, chart: Chart, border: Border) -> Line:
    """Return a border from end to end, in degrees."""
    if border.follows == "front":
        last = max(row.date for row in ledger.front_line)
        rows = sorted((row for row in ledger.front_line if row.date == last), key=lambda row: row.vertex)
        return tuple((row.lon_deg, row.lat_deg) for row in rows)
    points = chart.outlines[border.id]
    if border.follows == "outline":
        return _parallel(points) if border.kind == "parallel" else points
    return along_rivers(points)


def zone_lines(ledger: Ledger, chart: Chart, zone: Zone) -> tuple[Line, ...]:
    """Return the lines of a zone in degrees: a circle's or area's rim (closed), or a strip's middle."""
    if zone.follows:
        return tuple(border_line(ledger, chart, chart.borders[name]) for name in zone.follows)
    points = chart.outlines[zone.id]
    if zone.shape == "circle":
        assert zone.reach_km is not None
        return (_circle(points[0], zone.reach_km),)
    return ((*points, points[0]),) if zone.shape == "area" else (points,)


@cache
def along_rivers(points: Line) -> Line:
    """Return the line through points that follows the rivers between those that lie on one.

    Where no river leads from a point to the next, through a reservoir say, the line goes straight.
    """
    steps = _rivers()
    line: list[Point] = []
    for start, end in pairwise(points):
        first, last = _nearest(steps, start), _nearest(steps, end)
        part = _shortest(steps, first, last) if first and last else ()
        line += part or ((first or start), (last or end))
    return tuple(place for place, _ in _without_repeats(line))


def _without_repeats(line: list[Point]) -> list[tuple[Point, int]]:
    return [(place, at) for at, place in enumerate(line) if not at or place != line[at - 1]]


@cache
def _rivers() -> Mapping[Point, tuple[Point, ...]]:
    """Return the neighbours of every vertex of the rivers."""
    found: dict[Point, list[Point]] = defaultdict(list)
    for river in base_map().rivers:
        for a, b in pairwise(river):
            found[a].append(b)
            found[b].append(a)
    return {place: tuple(others) for place, others in found.items()}


def _nearest(steps: Mapping[Point, tuple[Point, ...]], place: Point) -> Point | None:
    best = min(steps, key=lambda vertex: _apart(vertex, place))
    return best if _apart(best, place) <= _ON_RIVER_KM else None


def _shortest(steps: Mapping[Point, tuple[Point, ...]], first: Point, last: Point) -> Line:
    """Return the shortest way along the rivers, or nothing if there is none."""
    waiting: list[tuple[float, Point]] = [(0.0, first)]
    came: dict[Point, Point] = {}
    best = {first: 0.0}
    while waiting:
        length, place = heapq.heappop(waiting)
        if place == last:
            way = [last]
            while way[-1] != first:
                way.append(came[way[-1]])
            return tuple(way[::-1])
        for other in steps[place]:
            longer = length + _apart(place, other)
            if longer < best.get(other, math.inf):
                best[other], came[other] = longer, place
                heapq.heappush(waiting, (longer, other))
    return ()


def _apart(a: Point, b: Point) -> float:
    return math.dist(KOREA.forward(*a), KOREA.forward(*b))


def _circle(middle: Point, radius_km: float) -> Line:
    """Return the rim of a circle, closed; lengths of the projection are true to half a per cent."""
    x, y = KOREA.forward(*middle)
    turns = [2 * math.pi * corner / _CORNERS for corner in range(_CORNERS)]
    rim = [KOREA.inverse(x + radius_km * math.cos(turn), y + radius_km * math.sin(turn)) for turn in turns]
    return (*rim, rim[0])


def _parallel(points: Line) -> Line:
    """Return a line along a parallel in short steps, because it is bent on the map."""
    (west, lat), (east, _) = points[0], points[-1]
    count = max(2, round(4 * (east - west)))
    return tuple((west + (east - west) * step / count, lat) for step in range(count + 1))
