"""The rows of the record: sources, figures, checks, rivals, readings, events, raids, places, front line.

What the tables hold and how far each mark can be trusted is told in ``record/README.md``.
"""

import datetime
import re
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from stalemate.table import Names, Row

Trust = Literal["read", "quoted", "excerpt", "derived", "recalled"]
"""How a figure was obtained, from the text itself down to memory."""

Reliability = Literal["high", "medium", "low"]
"""How far the compiler believes the source in this matter."""

Precision = Literal["day", "recalled_day", "month", "season", "year", "yearly"]
"""How finely a date is known; ``yearly`` is a figure that holds each year and has no dates."""

Relation = Literal["first", "same", "rival", "part"]
"""How a figure stands to the first of its group: itself, a second record, in disagreement, other scope."""

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Count = Annotated[int, Field(ge=0)]


def _date(cell: object) -> object:
    if isinstance(cell, str):
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", cell):
            raise ValueError("a date such as 1951-07-10")
        return datetime.date.fromisoformat(cell)
    return cell


def _numbers(cell: object) -> object:
    if cell is None:
        return ()
    return tuple(part.strip() for part in cell.split(";")) if isinstance(cell, str) else cell


def _text(cell: object) -> object:
    return "" if cell is None else cell


Date = Annotated[datetime.date, BeforeValidator(_date)]
"""A day written as 1951-07-10 and in no other way."""

Numbers = Annotated[tuple[float, ...], BeforeValidator(_numbers)]
"""A cell that holds several numbers, separated by semicolons; empty means none."""

Text = Annotated[str, BeforeValidator(_text)]
"""A cell that may be empty; empty means no words."""


class Source(Row):
    """One work, document or data set of the bibliography."""

    id: Id
    author: str
    title: str
    year: Text
    kind: Literal["book", "article", "archive", "press", "data", "web"]
    url: Text
    note: Text

    @property
    def citation(self) -> str:
        """The source in one line."""
        return f"{self.author}, {self.title}" + (f" ({self.year})" if self.year else "")


class Dated(Row):
    """A row with a period: the ends are days, and ``precision`` says how finely they are known."""

    start: Date | None
    end: Date | None
    precision: Precision

    @model_validator(mode="after")
    def _ends_in_order(self) -> Self:
        if self.start and self.end and self.end < self.start:
            raise ValueError(f"an end on or after the start (found {self.start} to {self.end})")
        if (self.start is None) != (self.precision == "yearly"):
            raise ValueError("a start, or the precision 'yearly'")
        return self

    @property
    def period(self) -> str:
        """The period in words no finer than its precision."""
        if self.start is None:
            return "each year"
        first = self._shown(self.start)
        if self.end is None:
            return f"from {first}"
        last = self._shown(self.end)
        return first if first == last else f"{first} to {last}"

    def _shown(self, day: datetime.date) -> str:
        if self.precision == "year":
            return f"{day:%Y}"
        return f"{day:%Y-%m}" if self.precision in ("month", "season") else day.isoformat()

    def overlaps(self, first: datetime.date | None, last: datetime.date | None) -> bool:
        """Tell whether the period has a day in ``first`` to ``last``; None is open, yearly always has."""
        if self.start is None:
            return True
        return (last is None or self.start <= last) and (
            first is None or self.end is None or self.end >= first
        )


class Figure(Dated):
    """One number of the record (or a range, several components, or words) with who says so.

    A plain value has ``low`` equal to ``high``; ``values`` are components whose names stand in the unit or
    the quantity; a figure without any of them marks a gap that was looked for and not filled.
    """

    id: Id
    topic: Id
    quantity: str
    low: float | None
    high: float | None
    values: Numbers
    text: Text
    unit: str
    side: str
    place: Text
    source: Id
    locator: Text
    trust: Trust
    reliability: Reliability
    note: Text

    @model_validator(mode="after")
    def _one_kind_of_value(self) -> Self:
        if (self.low is None) != (self.high is None):
            raise ValueError("both low and high, or neither")
        if self.low is not None and self.high is not None and self.high < self.low:
            raise ValueError(f"low <= high (found {self.low:g} and {self.high:g})")
        if (self.low is not None) + bool(self.values) + bool(self.text) > 1:
            raise ValueError("only one of low and high, values, text")
        if self.low is None and not self.values and not self.text and not self.note:
            raise ValueError("a value, or a note on why there is none")
        return self

    @property
    def amounts(self) -> tuple[float, ...]:
        """The numbers of the figure: one value, two ends of a range, its components, or none."""
        if self.low is None or self.high is None:
            return self.values
        return (self.low,) if self.low == self.high else (self.low, self.high)

    @property
    def value(self) -> str:
        """The value as people read it, without its unit."""
        if self.low is not None and self.high is not None:
            shown = [as_number(amount) for amount in self.amounts]
            return " to ".join(shown)
        return "; ".join(as_number(amount) for amount in self.values) or self.text or "not found"


class Check(Row):
    """What a second source says of a figure."""

    figure: Id
    verdict: Literal["confirmed", "corrected", "contradicted"]
    value: str
    source: Names
    locator: Text
    note: Text


class Rival(Row):
    """One member of a group of figures on the same matter."""

    group: Id
    figure: Id
    relation: Relation
    note: Text


class Reading(Row):
    """A figure read a second time, blind, from the document itself.

    ``values`` are in the unit of the text; times ``scale`` (one if empty) they are in the figure's unit.
    ``as_written`` holds the number tokens as they stand in the paragraph, one a value.
    """

    figure: Id
    document: Id
    paragraph: Annotated[int, Field(ge=1)]
    values: Numbers
    scale: float | None
    unit: str
    as_written: Names
    reader: str
    note: Text

    @model_validator(mode="after")
    def _a_token_for_each_value(self) -> Self:
        if not self.values or len(self.values) != len(self.as_written):
            raise ValueError(f"one number as written for each of at least one value ({len(self.values)})")
        return self

    @property
    def scaled(self) -> tuple[float, ...]:
        """The values in the unit of the figure."""
        return tuple(value * (1.0 if self.scale is None else self.scale) for value in self.values)


class DocumentMark(Row):
    """How a document on disk is known: every one of ``words`` stands in its text."""

    document: Id
    words: Annotated[Names, Field(min_length=1)]
    note: Text


class Event(Dated):
    """One dated event; ``cited`` is the reference in words, ``sources`` its entries in the bibliography."""

    id: Id
    title: str
    place: str
    lat_deg: Latitude
    lon_deg: Longitude
    category: Id
    actors: Names
    summary: str
    sources: Names
    cited: str
    trust: Trust


class Raid(Row):
    """One dated raid; an empty count was not found, which is not zero."""

    id: Id
    date: Date
    name: str
    place: str
    category: Id
    lat_deg: Latitude | None
    lon_deg: Longitude | None
    services: str
    sorties: Count | None
    short_tons: Annotated[float, Field(ge=0)] | None
    aircraft_lost: Count | None
    outcome: Text
    sources: Names
    cited: str
    trust: Trust


class Place(Row):
    """One town, plant, dam, airfield, bridge, mine, camp, zone or battlefield."""

    id: Id
    name_1950s: str
    name_modern: Text
    lat_deg: Latitude
    lon_deg: Longitude
    kind: str
    coordinates: str
    yalu_tumen_km: Annotated[float, Field(ge=0)] | None
    ussr_km: Annotated[float, Field(ge=0)] | None
    population: Count | None
    population_year: Count | None
    population_cited: Text
    destroyed_percent: Annotated[float, Field(ge=0, le=100)] | None
    destroyed_cited: Text
    cited: str
    note: Text


class FrontPoint(Row):
    """One vertex of a front line, west to east. Fit for position only, never for areas."""

    date: Date
    precision: Precision
    vertex: Count
    lat_deg: Latitude
    lon_deg: Longitude
    label: Text
    error_km: Annotated[float, Field(gt=0)]
    source: Id


def as_number(amount: float) -> str:
    """Return a number with thousands separated and no more digits than it has."""
    if amount == int(amount):
        return f"{int(amount):,}"
    return f"{amount:,.10g}" if abs(amount) >= 1e-4 else f"{amount:.10g}"
