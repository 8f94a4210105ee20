"""JSON shapes of what a map shows on a day: zones, borders, damage, targets, links, names."""

import datetime
from typing import Literal

from pydantic import BaseModel

from stalemate.evidence.chart import Border, Zone, ZoneKind
from stalemate.evidence.figure import Date, Precision, Trust
from stalemate.interfaces.atlas.shapes import Metadata, Question, Shape, Word

Positions = list[tuple[float, float]]
"""Longitudes and latitudes."""


class ZoneQuestion(Question):
    """Which zones: those of a kind that held on a day."""

    date: Date | None = None
    kind: ZoneKind | None = None
    format: Shape = "json"


class BorderQuestion(Question):
    """Which borders: those that held on a day or had held before; all of them without a day."""

    date: Date | None = None
    format: Shape = "json"


class DayQuestion(Question):
    """What was so on a day of the campaign."""

    date: Date
    format: Shape = "json"


class TargetQuestion(DayQuestion):
    """Which targets: those of a class that were known on a day."""

    target_class: Word = None


class DamageQuestion(Question):
    """Which towns: all of them."""

    format: Shape = "json"


class PlainTable(Question):
    """A whole table."""

    format: Literal["json", "csv"] = "json"


class ZoneShape(Zone):
    """A zone with its lines in degrees: the rim of a circle or an area, or the middle of a strip."""

    lines: list[Positions]


class BorderShape(Border):
    """A border with its line in degrees, and whether it held on the day that was asked."""

    in_force: bool
    line: Positions


class Estimate(BaseModel):
    """One statement of the share of a town that was destroyed."""

    figure: str | None
    percent: list[float]
    since: datetime.date | None
    until: datetime.date | None
    precision: Precision | None
    source: str | None
    cited: str
    trust: Trust


class DamageShape(BaseModel):
    """One town with every estimate; none means that nothing is on record, not that nothing was destroyed."""

    id: str
    name: str
    lon_deg: float
    lat_deg: float
    percent_low: float | None
    percent_high: float | None
    rivals: bool
    estimates: list[Estimate]


class DamageRow(BaseModel):
    """One estimate of one town, as a table has it."""

    id: str
    name: str
    lon_deg: float
    lat_deg: float
    figure: str | None
    percent: list[float]
    since: datetime.date | None
    until: datetime.date | None
    source: str | None
    cited: str
    trust: Trust | None


class TargetShape(BaseModel):
    """One target of the scenario with the raids on record that struck it by the day."""

    id: str
    name: str
    place: str | None
    target_class: str
    serves: str
    lon_deg: float
    lat_deg: float
    coordinates: str
    known_from: datetime.date | None
    pooled: bool
    raids: list[str]
    last_raid: datetime.date | None


class LinkShape(BaseModel):
    """One link on one day; ``basis`` says whether its cars a day are of the record or of the scenario."""

    id: str
    mode: Literal["rail", "road", "trail"]
    line: str | None
    section: str | None
    start: str
    end: str
    start_name: str
    end_name: str
    from_deg: tuple[float, float]
    to_deg: tuple[float, float]
    state: Literal["open", "not_yet", "closed", "left_out"]
    share_of_trunk: float | None
    cars_per_day: float | None
    basis: Literal["record", "scenario"] | None
    figures: list[str]
    words: str


class NameShape(BaseModel):
    """A place's name in the letters of the time, in Hangul and in Chinese characters."""

    place: str
    name: str
    hangul: str
    han: str
    han_language: Literal["ko-Hani", "zh-Hant", "ja"] | None
    names: str


class LinkAnswer(BaseModel):
    """The links of a day with the trunk's capacity on it."""

    metadata: Metadata
    trunk_cars_per_day: float
    rows: list[LinkShape]
