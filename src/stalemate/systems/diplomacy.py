"""The dated part of the talks as arrays: items opened, recesses, and what dated indicators add up to."""

from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.scenario.diplomacy import COVARIATES, ITEMS, level
from stalemate.scenario.schema import Scenario
from stalemate.systems.variables import SIZES

Floats = npt.NDArray[np.float64]

EXPLANATIONS: Final = (
    "none",
    "air-pressure",
    "denial",
    "leadership",
    "threat",
    "ground-cost",
    "compromise",
)
"""Rival accounts of what ended the war; none is a hazard that nothing moves."""


def columns() -> list[tuple[str, str] | tuple[str, str, tuple[int, ...]]]:
    """Return the theatre record's fields of the talks."""
    return [
        ("item_open", "u1", (SIZES["item"],)),
        ("recess", "u1"),
        *((name, "f8") for name in (_field(covariate) for covariate in COVARIATES)),
    ]


@dataclass(frozen=True)
class Diplomacy:
    """What the talks' tables say of each day.

    ``item_open``: (day, item), whether an item is on the table or has been. ``recess``: (day,). The other
    fields: (day,), what the indicators of one covariate add up to, 0 to 1.
    """

    item_open: npt.NDArray[np.bool_]
    recess: npt.NDArray[np.bool_]
    leadership: Floats
    threat: Floats
    ground_cost: Floats
    compromise: Floats
    announced: Floats

    def put(self, days: npt.NDArray[np.void]) -> None:
        """Write every day into the dated part of the theatre record."""
        for field in fields(self):
            if field.name != "item_open":
                days[field.name] = getattr(self, field.name)
        days["item_open"][:, : len(ITEMS)] = self.item_open


def dated(scenario: Scenario) -> Diplomacy:
    """Return the talks of a checked scenario, day by day."""
    days = [scenario.start + timedelta(days=day) for day in range(scenario.days)]
    opened: dict[str, date] = {row.item: row.opened for row in scenario.agenda}
    return Diplomacy(
        item_open=np.array([[opened[item] <= day for item in ITEMS] for day in days]),
        recess=np.array([any(row.start <= day <= row.end for row in scenario.recesses) for day in days]),
        **{
            _field(covariate): np.array(
                [
                    level([row for row in scenario.indicators if row.covariate == covariate], day)
                    for day in days
                ]
            )
            for covariate in COVARIATES
        },
    )


def _field(covariate: str) -> str:
    return covariate.replace("-", "_")
