"""The record as it is played back: what holds on each day, and its own series of dated figures."""

import datetime
from fnmatch import fnmatchcase

from stalemate.errors import EvidenceError, Fault
from stalemate.evidence.figure import Figure
from stalemate.interfaces.atlas.archive import Archive, began
from stalemate.interfaces.atlas.drawing import dated_lines
from stalemate.interfaces.atlas.lanes import last_day, rules
from stalemate.interfaces.atlas.playshapes import DatedDay, DatedPoint, DatedSeries
from stalemate.interfaces.atlas.words import Words


def dated_days(archive: Archive, first: datetime.date, last: datetime.date) -> list[DatedDay]:
    """Return each day from ``first`` to ``last``: the front line in force and the next, raids and events."""
    lines = [line[0] for line in dated_lines(archive)]
    spans = [(began(event), last_day(event), event.id) for event in archive.chronicle.events]
    days = []
    for number in range((last - first).days + 1):
        day = first + datetime.timedelta(days=number)
        held = [line for line in lines if line.date <= day]
        later = [line for line in lines if line.date > day]
        days.append(
            DatedDay(
                date=day,
                line=held[-1].date if held else None,
                line_error_km=held[-1].error_km if held else None,
                next_line=later[0].date if later else None,
                next_line_error_km=later[0].error_km if later else None,
                raids=[raid.id for raid in archive.raids.get(day, ())],
                events=[id for begins, ends, id in spans if begins <= day <= ends],
            )
        )
    return days


def dated_series(archive: Archive) -> list[DatedSeries]:
    """Return the series of dated figures, then what the model is held against, a quantity each.

    Raises EvidenceError for a series that no figure of the record fits, or whose figures differ in unit.
    """
    from stalemate.interfaces.atlas.held import held_against

    figures = archive.ledger.figures
    faults: list[Fault] = []
    made = []
    for row in rules()["series"]:
        found = [
            one
            for one in figures.values()
            if any(fnmatchcase(one.id, pattern) for pattern in row["figures"])
            and one.start is not None
            and one.low is not None
        ]
        units = sorted({_unit(one) for one in found})
        if len(units) != 1:
            told = f"{', '.join(units) or 'no figure'} for {row['id']}"
            faults.append(Fault("play.toml", 0, "figures", told, "figures of one unit"))
            continue
        made.append(
            DatedSeries(
                id=row["id"],
                label=Words.load().say(f"series.{row['id']}").unescape(),
                group=row["group"],
                unit=units[0],
                quantity=None,
                points=sorted((_point(one) for one in found), key=lambda point: point.start),
            )
        )
    if faults:
        raise EvidenceError(faults)
    return [*made, *held_against(archive)]


def _unit(figure: Figure) -> str:
    return figure.unit.replace("/", " per ").partition(" (")[0]


def _point(figure: Figure) -> DatedPoint:
    assert figure.start is not None
    assert figure.low is not None
    assert figure.high is not None
    return DatedPoint(
        start=figure.start,
        end=figure.end or figure.start,
        low=figure.low,
        high=figure.high,
        figure=figure.id,
        source=figure.source,
        trust=figure.trust,
        role=None,
    )
