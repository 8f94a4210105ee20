"""Make the tables of the instance library again: ``python benchmarks/interdiction/make.py``.

Grids: a square of nodes, arcs forward along rows and both ways along columns; the source is joined to the
first column, the last column to the sink, by arcs that cost more than any budget; lengths, delays and
capacities are whole numbers from 1 to 10, drawn evenly by Python's generator from the seed in the name. The
shape is that of the literature (Israeli and Wood 2002); the draws are ours.

Korea: the rail network of the scenario ``korea-1951`` in March 1952, contracted to its lines and without
names or places, undirected. Capacities are thousandths of the trunk's. An attack is a unit, half of what an
ordinary line's crew mends in a night; ``mends`` is what each line's crew mends, to halves, by its men along
the hot length in the middle of their ranges. Lines that were never attacked cost more than any budget.
"""

import csv
import random
import statistics
from datetime import date
from pathlib import Path

import stalemate as sm
from stalemate.engine.simulate import prepare
from stalemate.scenario.network import Edge
from stalemate.scenario.schema import Scenario

FOLDER = Path(__file__).resolve().parent / "instances"
SAFE = 1000
WHEN = date(1952, 3, 15)
GRIDS = ((6, 1), (10, 1), (20, 1), (20, 2), (20, 3))

Row = dict[str, object]


def grid(size: int, seed: int) -> list[Row]:
    """Return the arcs of a grid of size x size nodes between the nodes source and sink."""
    luck = random.Random(seed)
    rows: list[Row] = []

    def join(start: str, end: str, *, free: bool = False) -> None:
        length, delay, capacity = (luck.randint(1, 10) for _ in range(3))
        if free:
            length, delay, capacity = 0, 0, SAFE
        rows.append(
            {
                "from": start,
                "to": end,
                "capacity": capacity,
                "length": length,
                "delay": delay,
                "cost": SAFE if free else 1,
            }
        )

    for row in range(size):
        join("source", f"{row}.0", free=True)
        join(f"{row}.{size - 1}", "sink", free=True)
        for column in range(size):
            if column + 1 < size:
                join(f"{row}.{column}", f"{row}.{column + 1}")
            if row + 1 < size:
                join(f"{row}.{column}", f"{row + 1}.{column}")
                join(f"{row + 1}.{column}", f"{row}.{column}")
    return rows


def korea() -> list[Row]:
    """Return the lines of the war's railway, nodes by number, between ``source`` and ``sink``."""
    war = sm.load("korea-1951")
    network = prepare(war).network
    edges = [edge for edge in network.edges if not edge.spur and edge.is_open(WHEN)]
    names: dict[str, str] = {}
    for edge in edges:
        for node in (edge.start, edge.end):
            names.setdefault(node, f"n{len(names) + 1}")
    strength = {edge.section: _men(war, edge) for edge in edges}
    ordinary = statistics.median(strength.values()) / 2
    rows: list[Row] = [
        {
            "from": names[edge.start],
            "to": names[edge.end],
            "capacity": round(1000 * edge.capacity_share),
            "cost": 1 if edge.attackable else SAFE,
            "mends": round(2 * strength[edge.section] / ordinary) / 2,
        }
        for edge in edges
    ]
    heads = dict.fromkeys(haul.origin for haul in network.railhead_hauls if haul.sector != "rear")
    for start, end in [("source", names[gate]) for gate in network.gates if gate in names] + [
        (names[node], "sink") for node in heads if node in names
    ]:
        rows.append({"from": start, "to": end, "capacity": 10 * SAFE, "cost": SAFE, "mends": 0})
    return rows


def _men(war: Scenario, edge: Edge) -> float:
    """Return the men along a line's hot length, in the middle of their ranges."""
    inside = edge.region == "triangle"
    name = "repair_density_triangle" if inside else "repair_density_elsewhere"
    knots = [row for row in war.parameters if row.name == name and row.at is not None and row.at <= WHEN]
    [hot] = [row for row in war.parameters if row.name == "repair_hot_length_km"]
    density = _middle(knots[-1].low, knots[-1].high)
    return density * min(edge.length_km, _middle(hot.low, hot.high))


def _middle(low: float | None, high: float | None) -> float:
    assert low is not None
    assert high is not None
    return (low + high) / 2


def write(name: str, rows: list[Row]) -> None:
    """Write one table."""
    with (FOLDER / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Write every table of the library."""
    for size, seed in GRIDS:
        write(f"grid-{size}-{seed}", grid(size, seed))
    write("korea", korea())


if __name__ == "__main__":
    main()
