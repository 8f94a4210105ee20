"""What was claimed, what was assessed and what happened: a table from a run; ``fresh_docs.py`` shows it."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.analysis.estimate import estimate, number
from stalemate.engine.simulate import prepare, simulate
from stalemate.policies.naming import named
from stalemate.scenario import read

WARS: Final = 256
NONE: Final = "–"
CATEGORIES: Final[Sequence[tuple[str, tuple[str, ...], str, str]]] = (
    ("trucks", ("trucks_lost",), "trucks_assessed", "trucks_claimed"),
    ("rail cuts", ("cuts",), "", "cuts_claimed"),
    ("bridges (happened: cases)", ("bridge_cases",), "", "bridges_claimed"),
    ("locomotives", (), "", "locomotives_claimed"),
    ("buildings at fixed targets", ("buildings_destroyed",), "buildings_assessed", "buildings_claimed"),
    ("Communist casualties", ("casualties_communist",), "", "casualties_communist_claimed"),
    ("UN casualties", ("casualties_un",), "", "casualties_un_claimed"),
    ("fighters of the other side", ("migs_lost",), "", "migs_claimed"),
    ("UN aircraft, accidents left out", ("lost_flak", "air_losses"), "", "aircraft_claimed"),
)
"""What is counted, the quantities that make its truth, what was assessed and what was announced."""
OTHER_UNIT: Final = "bridges_claimed"
"""Announced in another unit than its truth is counted in: no ratio."""


def claims() -> Sequence[Sequence[str]]:
    """Return the table over the whole of the flagship; its first row is the head."""
    war = read.load("korea-1951")
    record = sorted({name for _, true, *other in CATEGORIES for name in (*true, *other) if name})
    block = simulate(prepare(war), named("historical", war), 1, range(WARS), record=record)
    totals = {name: days.reshape(WARS, -1).sum(axis=1, dtype=float) for name, days in block.daily.items()}
    rows = [("", "happened", "assessed", "announced", "announced over happened")]
    for label, true, assessed, announced in CATEGORIES:
        said = totals[announced]
        happened = sum((totals[name] for name in true), np.zeros(WARS))
        rows.append(
            (
                label,
                _band(happened) if true else NONE,
                _band(totals[assessed]) if assessed else NONE,
                _band(said),
                _band(said / happened) if true and announced != OTHER_UNIT else NONE,
            )
        )
    return rows


def _band(values: npt.NDArray[np.float64]) -> str:
    """Return the median and the 90 % band of the wars."""
    band = estimate(values, "")
    return f"{number(band.median)} ({number(band.low)} to {number(band.high)})"
