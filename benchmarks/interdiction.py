"""The decomposition against the direct program, and the flow program, on grids made here.

Run ``python benchmarks/interdiction.py [--json] [--size 20] [--attacks 10] [--limit 120]``. An instance is a
square grid: arcs lead forward along rows and both ways along columns; the source is joined to the first
column, the last column to the sink, by arcs that cost more than the budget; lengths, delays and
capacities are whole numbers from 1 to 10, drawn evenly. The shape is that of the literature; the draws are
ours, so times are not to be held against others. The direct program, tests/reference/interdiction.py, stops
after ``--limit`` seconds. The ratio is its time by ours.
"""

import argparse
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

from stalemate.analysis.interdiction import Question, interdict
from stalemate.analysis.netfile import PlainNetwork

SEEDS = (1, 2, 3)
QUESTIONS: tuple[Question, ...] = ("path", "flow")


def grid(size: int, seed: int) -> PlainNetwork:
    """Return a grid of size x size nodes, and the nodes source and sink."""
    luck = random.Random(seed)
    nodes = ["source", "sink", *(f"{row}.{column}" for row in range(size) for column in range(size))]
    ends, length, delay, capacity = [], [], [], []

    def at(row: int, column: int) -> int:
        return 2 + row * size + column

    def join(u: int, v: int, free: bool = False) -> None:
        ends.append((u, v))
        drawn = [luck.randint(1, 10) for _ in range(3)]
        for numbers, value, of_free in zip((length, delay, capacity), drawn, (0, 0, 1000), strict=True):
            numbers.append(float(of_free if free else value))

    for row in range(size):
        join(0, at(row, 0), free=True)
        join(at(row, size - 1), 1, free=True)
        for column in range(size):
            if column + 1 < size:
                join(at(row, column), at(row, column + 1))
            if row + 1 < size:
                join(at(row, column), at(row + 1, column))
                join(at(row + 1, column), at(row, column))
    cost = [1000.0 if 0 in pair or 1 in pair else 1.0 for pair in ends]
    return PlainNetwork(
        tuple(nodes), tuple(ends), tuple(capacity), tuple(length), tuple(delay), tuple(cost), False
    )


def measure(size: int, attacks: int, seed: int, limit: float) -> dict[str, Any]:
    """Return seconds and values of one instance by each way."""
    from reference.interdiction import direct_path_program

    net = grid(size, seed)
    row: dict[str, Any] = {"size": size, "attacks": attacks, "seed": seed}
    for question in QUESTIONS:
        begun = time.perf_counter()
        [answer] = interdict(net, ["source"], ["sink"], attacks, question=question, protected=0).answers
        row[f"{question}_s"] = time.perf_counter() - begun
        row[f"{question}_plain"], row[question] = answer.plain, answer.attack.value
        row[f"{question}_proven"] = answer.attack.proven
    if limit > 0:
        begun = time.perf_counter()
        row["direct"], row["direct_proven"] = direct_path_program(net, [0], [1], attacks, seconds=limit)
        row["direct_s"] = time.perf_counter() - begun
    return row


def show(rows: list[dict[str, Any]]) -> None:
    """Print one line an instance."""
    print("grid   seed   path: plain  attacked  proven      s   direct  proven      s  ratio", end="")
    print("   flow: plain  attacked  proven      s")
    for row in rows:
        print(
            f"{row['size']:>4}   {row['seed']:>4}   {row['path_plain']:>11g}  {row['path']:>8g}  "
            f"{row['path_proven']!s:>6}  {row['path_s']:>5.1f}",
            end="",
        )
        if "direct" in row:
            print(
                f"   {row['direct']:>6g}  {row['direct_proven']!s:>6}  {row['direct_s']:>5.1f}  "
                f"{row['direct_s'] / row['path_s']:>5.1f}",
                end="",
            )
        print(
            f"   {row['flow_plain']:>11g}  {row['flow']:>8g}  {row['flow_proven']!s:>6}"
            f"  {row['flow_s']:>5.1f}"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of a table")
    parser.add_argument("--size", type=int, default=20)
    parser.add_argument("--attacks", type=int, default=10)
    parser.add_argument(
        "--limit", type=float, default=120.0, help="seconds for the direct program; 0: leave out"
    )
    options = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
    rows = [measure(options.size, options.attacks, seed, options.limit) for seed in SEEDS]
    if options.json:
        print(json.dumps(rows, indent=2))
    else:
        show(rows)


if __name__ == "__main__":
    main()
