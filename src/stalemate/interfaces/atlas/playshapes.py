"""JSON shapes of timeline and playback: what is asked and answered."""

import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

from stalemate.evidence.figure import Date, Id, Precision, Trust
from stalemate.interfaces.atlas.shapes import Metadata, Period, Plain, Question

DEFAULT_WARS: Final = 64
MOST_WARS: Final = 512
LONGEST_POLICY: Final = 120

Policy = Annotated[str, Field(min_length=1, max_length=LONGEST_POLICY)]
Scope = Literal["place", "week", "to date", "difference", "difference to date"]


class TimelineQuestion(Period):
    """Which entries: those with a day in the period."""

    lane: Annotated[str | None, Field(min_length=1, max_length=60, description="The id of a lane.")] = None
    format: Plain = "json"


class TimelineItem(BaseModel):
    """One event or raid. ``end`` is the last day it may have had; ``lane`` is empty in no lane."""

    id: Id
    kind: Literal["event", "raid"]
    lane: str
    start: datetime.date
    end: datetime.date
    precision: Precision
    title: str
    place: str
    trust: Trust
    page: str = Field(description="The address of its page, or of the map of its day.")


class LaneShape(BaseModel):
    """One lane and how many of the entries stand in it."""

    id: str
    label: str
    about: str
    items: int


class Timeline(BaseModel):
    """Entries of the record in order of their start, and the lanes they stand in, top first."""

    metadata: Metadata
    lanes: list[LaneShape]
    in_no_lane: int
    rows: list[TimelineItem]


class RecordQuestion(Period):
    """Which days of the record; ``part`` says which of the two tables a CSV is made from."""

    part: Literal["days", "series"] = "days"
    format: Plain = "json"


class DatedDay(BaseModel):
    """What the record holds of one day; the line lies between the one in force and the next, within error."""

    date: datetime.date
    line: datetime.date | None
    line_error_km: float | None
    next_line: datetime.date | None
    next_line_error_km: float | None
    raids: list[str]
    events: list[str]


class DatedPoint(BaseModel):
    """One figure over its period; ``role`` says what it was used for where the model is held against it."""

    start: datetime.date
    end: datetime.date
    low: float
    high: float
    figure: str
    source: str
    trust: Trust
    role: str | None


class DatedSeries(BaseModel):
    """Figures of the record on one matter; ``quantity`` is what of the model is held against them, if any."""

    id: str
    label: str
    group: str
    unit: str
    quantity: str | None
    points: list[DatedPoint]


class RecordPlayed(BaseModel):
    """The record as it is played."""

    metadata: Metadata
    days: list[DatedDay]
    series: list[DatedSeries]


class ModelQuestion(Question):
    """Which wars of the model: one policy or two, how many wars and under which luck.

    ``replicate`` is the war kept whole.
    """

    policy: Policy
    against: Policy | None = None
    seed: Annotated[int, Field(ge=0, lt=2**53)] = 1
    replicates: Annotated[int, Field(ge=1, le=MOST_WARS)] = DEFAULT_WARS
    replicate: Annotated[int, Field(ge=0, lt=MOST_WARS)] = 0


class SeriesQuestion(ModelQuestion):
    """Which quantity of those wars."""

    quantity: Annotated[str, Field(min_length=1, max_length=60)]
    format: Plain = "json"


class Underway(BaseModel):
    """Wars that are being fought; ask again after ``Retry-After`` seconds."""

    state: Literal["idle", "fighting"]
    policies: list[str]
    done: int
    total: int


class ModelHead(BaseModel):
    """What a playback of the model is. It is never history."""

    says: str
    metadata: Metadata
    policies: list[str]
    seed: int
    replicates: int
    replicate: int
    weeks: list[datetime.date]
    statistics: list[str]
    axes: dict[str, list[str]]


class Column(BaseModel):
    """One quantity of one policy in the bytes: float32 of (statistic, place, week), little end first.

    ``policy`` is a place in the list of policies; none for a difference, the first less the second.
    """

    quantity: str
    meaning: str
    unit: str
    kind: str
    scope: Scope
    policy: int | None
    axis: str
    offset: int
    length: int


class ColumnsHead(ModelHead):
    """The head of an answer in columns."""

    columns: list[Column]


class ModelTrack(BaseModel):
    """One quantity of one place: a number a week of each statistic."""

    quantity: str
    meaning: str
    unit: str
    scope: Scope
    policy: str
    place: str
    median: list[float]
    low: list[float]
    high: list[float]
    one: list[float]


class ModelPlayed(ModelHead):
    """An answer in JSON."""

    tracks: list[ModelTrack]


class ModelRow(BaseModel):
    """One row of an answer in CSV; ``what`` says that it is the model's."""

    what: Literal["model"]
    scope: Scope
    policy: str
    quantity: str
    unit: str
    place: str
    week: datetime.date
    median: float
    low: float
    high: float
    one: float


class SeriesRow(BaseModel):
    """One row of the record's series in CSV."""

    series: str
    label: str
    unit: str
    quantity: str | None
    start: Date
    end: Date
    low: float
    high: float
    figure: str
    source: str
    trust: Trust
    role: str | None
