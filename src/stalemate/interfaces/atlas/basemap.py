"""The base map: coast, rivers and lakes of the time, and their picture. Licence: BASEMAP-LICENCE.md."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any, Final, Literal

from stalemate.interfaces.atlas.projection import KOREA

Line = tuple[tuple[float, float], ...]
"""Longitudes and latitudes."""

BOX: Final = (-4050, -6200, 8500, 12400)
"""Left, top, width and height of the picture in hectometres; y grows to the south."""

COLOURS: Final = {
    "light": {"sea": "#dfe8ee", "land": "#fbf8ef", "shore": "#7c8a93", "river": "#7fa6c0"},
    "dark": {"sea": "#1b232a", "land": "#2b2c29", "shore": "#7d8b94", "river": "#5a819e"},
}


@dataclass(frozen=True)
class BaseMap:
    """Shapes in degrees; ``land`` has one outline a part, ``shore`` leaves out the edges of the box."""

    land: tuple[Line, ...]
    shore: tuple[Line, ...]
    lakes: tuple[Line, ...]
    rivers: tuple[Line, ...]
    approximate: tuple[Line, ...]


def basemap_json() -> bytes:
    """Return the file as it stands: TopoJSON."""
    return (resources.files("stalemate.interfaces.atlas") / "basemap.json").read_bytes()


@cache
def base_map() -> BaseMap:
    """Return the base map of this installation."""
    data = json.loads(basemap_json())
    arcs = [_arc(arc, data["transform"]) for arc in data["arcs"]]
    objects = data["objects"]
    rivers, by_hand = objects["rivers"]["geometries"][0], objects["rivers"]["geometries"][1:]
    return BaseMap(
        land=tuple(_joined(ring, arcs) for part in objects["land"]["arcs"] for ring in part),
        shore=tuple(_joined(part, arcs) for part in objects["shore"]["arcs"]),
        lakes=tuple(_joined(one["arcs"][0], arcs) for one in objects["lakes"]["geometries"]),
        rivers=tuple(_joined(part, arcs) for part in rivers["arcs"]),
        approximate=tuple(_joined(one["arcs"], arcs) for one in by_hand),
    )


def path(lines: Iterable[Sequence[tuple[float, float]]], *, closed: bool = False) -> str:
    """Return lines in degrees as a path on the picture in hectometres; y grows to the south.

    Steps are whole hectometres from point to point; one of no length is left out.
    """
    parts = []
    for line in lines:
        points = [hectometres(lon, lat) for lon, lat in line]
        steps = [(x - last_x, y - last_y) for (last_x, last_y), (x, y) in pairwise(points)]
        moved = "".join(f"l{x} {y}" for x, y in steps if x or y)
        if moved:
            parts.append(f"M{points[0][0]} {points[0][1]}{moved}" + ("Z" if closed else ""))
    return "".join(parts).replace(" -", "-")


def hectometres(lon: float, lat: float) -> tuple[int, int]:
    """Return a place on the picture, in whole hectometres."""
    x, y = KOREA.forward(lon, lat)
    return round(10 * x), round(-10 * y)


@cache
def base_picture(theme: Literal["light", "dark"]) -> bytes:
    """Return the base map as SVG, without script or style."""
    shapes, colours = base_map(), COLOURS[theme]
    thin = 'fill="none" stroke-linejoin="round" stroke-width="9"'
    left, top, width, height = BOX
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top} {width} {height}">'
        f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="{colours["sea"]}"/>'
        f'<path d="{path(shapes.land, closed=True)}" fill="{colours["land"]}"/>'
        f'<path d="{path(shapes.rivers)}" {thin} stroke="{colours["river"]}"/>'
        f'<path d="{path(shapes.approximate)}" {thin} stroke="{colours["river"]}" stroke-dasharray="60 25"/>'
        f'<path d="{path(shapes.lakes, closed=True)}" fill="{colours["sea"]}"/>'
        f'<path d="{path(shapes.shore)}" {thin} stroke="{colours["shore"]}"/>'
        "</svg>\n"
    ).encode()


def _arc(arc: Sequence[Sequence[int]], transform: dict[str, Any]) -> Line:
    (across, up), (west, south) = transform["scale"], transform["translate"]
    x = y = 0
    line = []
    for step_x, step_y in arc:
        x, y = x + step_x, y + step_y
        line.append((west + x * across, south + y * up))
    return tuple(line)


def _joined(numbers: Iterable[int], arcs: Sequence[Line]) -> Line:
    """Return arcs end to end; a number below zero is an arc backwards."""
    line: list[tuple[float, float]] = []
    for number in numbers:
        part = arcs[number] if number >= 0 else arcs[~number][::-1]
        line += part[1:] if line and line[-1] == part[0] else part
    return tuple(line)
