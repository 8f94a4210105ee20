"""JSON shapes of the interface for programs: what is asked and answered. OpenAPI is made from them."""

import datetime
from typing import Annotated, Final, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from stalemate.evidence.figure import (
    Check,
    Date,
    Event,
    Figure,
    FrontPoint,
    Place,
    Precision,
    Reading,
    Relation,
    Source,
    Trust,
)
from stalemate.scenario.schema import Parameter
from stalemate.scenario.terrain import Link, Node

R = TypeVar("R", bound=BaseModel)
LONGEST_QUESTION: Final = 400
Word = Annotated[str | None, Field(min_length=1, max_length=60)]
Words = Annotated[str, Field(max_length=200, description="Every one of these words occurs.")]
Shape = Annotated[Literal["json", "csv", "geojson"], Field(description="How the answer is written.")]
Plain = Annotated[Literal["json", "csv"], Field(description="How the answer is written.")]


class Question(BaseModel):
    """What a list is asked; an unknown name is refused."""

    model_config = ConfigDict(extra="forbid")


class Period(Question):
    """A period with both its ends; open where one is missing."""

    since: Date | None = None
    until: Date | None = None


class EventQuestion(Period):
    """Which events: those that began in the period."""

    category: Word = None
    actor: Word = Field(None, description="A side, unit or person as the events name it.")
    trust: Trust | None = None
    words: Words = ""
    format: Shape = "json"


class RaidQuestion(Period):
    """Which raids: those of the period."""

    format: Shape = "json"


class FigureQuestion(Period):
    """Which figures: those whose period has a day in common with this one."""

    topic: Word = None
    side: Word = None
    source: Word = None
    trust: Trust | None = None
    words: Words = ""
    format: Plain = "json"


class SourceQuestion(Question):
    """Which sources."""

    kind: Literal["book", "article", "archive", "press", "data", "web"] | None = None
    words: Words = ""
    format: Plain = "json"


class PlaceQuestion(Question):
    """Which places."""

    kind: Word = None
    format: Shape = "json"


class FrontQuestion(Question):
    """Which front line: the one in force on a day and the next one; all of them without a day."""

    date: Date | None = None
    format: Shape = "json"


class NetworkQuestion(Question):
    """Which links of the network: those of a mode that were open on a day."""

    date: Date | None = None
    mode: Literal["rail", "road", "trail"] | None = None
    format: Shape = "json"


class ParameterQuestion(Question):
    """Which rows of parameters: those of a system, and what they rest on."""

    system: Word = None
    rests: Literal["figures", "assumed"] | None = None
    format: Plain = "json"


class PlainQuestion(Question):
    """A question in plain words."""

    q: Annotated[str, Field(min_length=1, max_length=LONGEST_QUESTION)]


class Metadata(BaseModel):
    """Where an answer is from, and what was asked."""

    dataset: str
    about: str
    licence: str
    program: str = Field(description="Version of the program.")
    record: str = Field(description="Digest of all tables of the record.")
    scenario: str = Field(description="Name and digest of the scenario.")
    asked: dict[str, str]
    rows: int


class Answer(BaseModel, Generic[R]):
    """A list with its metadata."""

    metadata: Metadata
    rows: list[R]


class EventDetail(BaseModel):
    """One event with what stands beside it."""

    event: Event
    when: str = Field(description="The date in words, no finer than it is known.")
    from_memory: bool
    sources: list[Source]
    figures: list[str] = Field(description="Ids of figures of the same days, chosen by rule.")
    places: list[str]
    before: str | None
    after: str | None


class Member(BaseModel):
    """One figure of a group on the same matter."""

    figure: str
    relation: Relation
    value: str
    unit: str
    source: str
    trust: Trust
    note: str


class GroupShape(BaseModel):
    """Figures on the same matter; the first is listed first, which does not mean that it is right."""

    name: str
    members: list[Member]


class UseShape(BaseModel):
    """A row of the scenario that names a figure."""

    table: str
    row: str
    system: str


class FigureDetail(BaseModel):
    """One figure with its source, rivals, checks, second readings, and what rests on it."""

    figure: Figure
    value: str
    source: Source
    groups: list[GroupShape]
    checks: list[Check]
    readings: list[Reading]
    uses: list[UseShape]


class SourceDetail(BaseModel):
    """One source with the ids of what was taken from it."""

    source: Source
    figures: list[str]
    events: list[str]
    raids: list[str]


class PlaceDetail(BaseModel):
    """One place with the ids of what names it."""

    place: Place
    events: list[str]
    raids: list[str]
    figures: list[str]


class ParameterRow(BaseModel):
    """One row of a parameter: what it is drawn from, and the figures behind it or why it is assumed."""

    name: str
    at: datetime.date | None = Field(description="From when, where the number changes.")
    between: str | None
    distribution: str
    low: float | None
    middle: float | None
    high: float | None
    unit: str
    sources: list[str] = Field(description="Ids of figures.")
    assumed: str | None
    reason: str | None
    system: str
    meaning: str


class ParameterDetail(BaseModel):
    """One parameter with its bounds, every row of it, and the figures behind it."""

    name: str
    meaning: str
    unit: str
    low_bound: float = Field(allow_inf_nan=True)
    high_bound: float = Field(allow_inf_nan=True)
    system: str
    rests: Literal["figures", "assumed", "both"]
    rows: list[Parameter]
    figures: list[Figure]


class FrontLine(BaseModel):
    """One dated line, west to east. Fit for position only, never for areas."""

    date: datetime.date
    precision: Precision
    error_km: float
    source: str
    points: list[FrontPoint]


class Network(BaseModel):
    """Nodes and links of the scenario."""

    metadata: Metadata
    nodes: list[Node]
    links: list[Link]
