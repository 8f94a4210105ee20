"""What the model says of each figure it is held against: a table made by ``scripts/scores.py`` and shipped.

It is the model's, never history: every row carries policy, seed, replicates and the digests of what made it.
"""

import csv
import datetime
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class Scored:
    """A figure of the record, the model's median and 90 % band of the same thing, and the recipe."""

    figure: str
    quantity: str
    place: str
    start: datetime.date
    end: datetime.date
    unit: str
    record_low: float
    record_high: float
    role: str
    median: float
    low: float
    high: float
    inside: bool
    reason: str
    policy: str
    seed: int
    replicates: int
    scenario: str
    model: str


@cache
def scored() -> tuple[Scored, ...]:
    """Return all rows in the order of the scorecard."""
    file = resources.files("stalemate.interfaces.atlas") / "scores.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    return tuple(_row(cells) for cells in csv.DictReader(lines))


def _row(cells: dict[str, str]) -> Scored:
    return Scored(
        figure=cells["figure"],
        quantity=cells["quantity"],
        place=cells["place"],
        start=datetime.date.fromisoformat(cells["start"]),
        end=datetime.date.fromisoformat(cells["end"]),
        unit=cells["unit"],
        record_low=float(cells["record_low"]),
        record_high=float(cells["record_high"]),
        role=cells["role"],
        median=float(cells["median"]),
        low=float(cells["low"]),
        high=float(cells["high"]),
        inside=cells["inside"] == "True",
        reason=cells["reason"],
        policy=cells["policy"],
        seed=int(cells["seed"]),
        replicates=int(cells["replicates"]),
        scenario=cells["scenario"],
        model=cells["model"],
    )
