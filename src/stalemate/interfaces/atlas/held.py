"""Observed points of the record in the units of the model's wholes, so that they can stand over its bands."""

from typing import Final

from stalemate.analysis.played import WHOLES
from stalemate.ensemble.questions import QUANTITIES, days_added
from stalemate.interfaces.atlas.archive import Archive
from stalemate.interfaces.atlas.playshapes import DatedPoint, DatedSeries
from stalemate.scenario.schema import Observed

SHORTEST_DAYS: Final = 7
LONGEST_DAYS: Final = 130
"""Periods over which what is added up may be told as so much a week; a year would hide the weeks."""


def held_against(archive: Archive) -> list[DatedSeries]:
    """Return observed points over the model's wholes, in its unit a week where it adds up."""
    made = []
    for name in WHOLES:
        rows = [row for row in archive.war.observations if row.quantity == name and row.place is None]
        points = [point for row in rows if (point := _observed(archive, row)) is not None]
        if points:
            adds = QUANTITIES[name].kind == "sum"
            made.append(
                DatedSeries(
                    id=f"held_{name}",
                    label=QUANTITIES[name].meaning,
                    group="held against the model",
                    unit=QUANTITIES[name].unit + (" a week" if adds else ""),
                    quantity=name,
                    points=points,
                )
            )
    return made


def _observed(archive: Archive, row: Observed) -> DatedPoint | None:
    figure = archive.ledger.figure(row.figure)
    days = (row.end - row.start).days + 1
    scale = 1.0
    if QUANTITIES[row.quantity].kind == "sum":
        if not row.unit.endswith("/day") and not SHORTEST_DAYS <= days <= LONGEST_DAYS:
            return None
        scale = 7.0 / days_added(row)
    return DatedPoint(
        start=row.start,
        end=row.end,
        low=row.low * scale,
        high=row.high * scale,
        figure=row.figure,
        source=figure.source,
        trust=figure.trust,
        role=row.role,
    )
