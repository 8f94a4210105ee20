"""What a scenario's ``parameters`` table must hold: one entry for each parameter that a system asks for.

The entries stand in ``catalogue.csv`` beside this file, one line a parameter, in the order in which the
records hold them.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Needed:
    """One parameter that the model cannot do without.

    ``low_bound`` and ``high_bound`` are in ``unit`` and bound every number of the parameter's rows, not only
    its middle. ``dated`` says whether the parameter may hold several values over time. ``owner`` is the
    system that reads it.
    """

    name: str
    unit: str
    low_bound: float
    high_bound: float
    dated: bool
    owner: str
    meaning: str


def _read() -> tuple[Needed, ...]:
    with (Path(__file__).parent / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Needed(
                name=row["name"],
                unit=row["unit"],
                low_bound=float(row["low_bound"]),
                high_bound=float(row["high_bound"]),
                dated=row["dated"] == "true",
                owner=row["owner"],
                meaning=row["meaning"],
            )
            for row in csv.DictReader(file)
        )


PARAMETERS: Final = _read()
"""Every parameter of the model; a scenario holds all of them and no others."""
