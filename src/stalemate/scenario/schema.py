"""The tables of a scenario: a row type for each table, the manifest, and the checked whole.

A number names its origin: ``sources`` holds the ids of figures in the record, or ``assumed`` holds a reason
in words; exactly one of the two. Pure geometry and pure names carry neither. Dates are inclusive.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from stalemate.errors import QueryError
from stalemate.table import Names, Row


def _iso_date(cell: object) -> object:
    if isinstance(cell, str):
        try:
            if len(cell) == 10:
                return date.fromisoformat(cell)
        except ValueError:
            pass
        raise ValueError("a date as YYYY-MM-DD")
    return cell


def _in_modern_times(day: date) -> date:
    if not 1800 <= day.year <= 2100:
        raise ValueError("a date from 1800 to 2100")
    return day


def _true_or_false(cell: object) -> object:
    if isinstance(cell, str):
        if cell not in ("true", "false"):
            raise ValueError("true or false")
        return cell == "true"
    return cell


Day = Annotated[date, BeforeValidator(_iso_date), AfterValidator(_in_modern_times)]
Flag = Annotated[bool, BeforeValidator(_true_or_false)]
NodeId = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,39}$")]
LinkId = Annotated[str, Field(pattern=r"^[RDT]-[A-Z][A-Z0-9_-]{0,89}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Text = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0, le=1e9)]

Region = Literal[
    "triangle",
    "gyongui-north",
    "manpo",
    "pyongbuk",
    "pyongwon",
    "south",
    "east-coast",
    "east-front",
    "new-line",
    "yalu",
]


class Sourced(Row):
    """A row whose numbers rest on figures of the record, or on a stated assumption."""

    sources: Names
    assumed: Text | None

    @field_validator("assumed", mode="after")
    @classmethod
    def _one_origin(cls, assumed: str | None, info: ValidationInfo) -> str | None:
        sources = info.data.get("sources")
        if sources is not None and bool(sources) == bool(assumed):
            raise ValueError("either figure ids in sources or a reason in assumed, not both and not neither")
        return assumed


class Range(Sourced):
    """A row with a number and its doubt: low <= middle <= high, all in ``unit``."""

    low: float
    middle: float
    high: float
    unit: Text

    @field_validator("high", mode="after")
    @classmethod
    def _ordered(cls, high: float, info: ValidationInfo) -> float:
        low, middle = info.data.get("low"), info.data.get("middle")
        if low is not None and middle is not None and not low <= middle <= high:
            raise ValueError("low <= middle <= high")
        return high


class Manifest(Row):
    """The file ``scenario.toml``. ``tables`` may give a table another file name inside the folder.

    ``groups`` names sections for a purpose: ``cordon``, which all shut stop through traffic, and ``managed``,
    the lines whose usable length is counted and on which floods fall. ``policies`` gives the dates that a
    policy of the program needs in this war.
    """

    format: Literal[1]
    name: Slug
    title: Text
    start: Day
    end: Day
    summary: Text
    licence: Text
    switches: dict[Name, bool] = Field(default_factory=dict)
    groups: dict[Name, list[Slug]] = Field(default_factory=dict)
    policies: dict[Name, dict[Name, Day]] = Field(default_factory=dict)
    tables: dict[Name, Text] = Field(default_factory=dict)

    @field_validator("end", mode="after")
    @classmethod
    def _later(cls, end: date, info: ValidationInfo) -> date:
        start = info.data.get("start")
        if start is not None and not start <= end <= start + timedelta(days=3652):
            raise ValueError("a day from start to at most ten years later")
        return end


class Node(Row):
    """A place of the network. Latitude and longitude in degrees, north and east positive."""

    id: NodeId
    name: Text
    modern_name: str | None
    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    kind: Literal["source", "bridge", "town", "junction", "yard", "port", "front_sector"]
    coordinate_source: Text
    note: str | None


class Link(Sourced):
    """A stretch of rail, road or trail between two nodes; what is sourced is that it existed.

    ``opens`` and ``closes`` are its first and last day, for rail only: roads and trails are always there. A
    link with a ``switch`` exists only where the manifest turns that switch on.
    """

    id: LinkId
    start: NodeId
    end: NodeId
    mode: Literal["rail", "road", "trail"]
    length_km: Annotated[float, Field(gt=0, le=20_000)]
    length_basis: Text
    tracks: Text
    line: str | None
    section: Slug | None
    key_bridge: Flag
    opens: Day | None
    closes: Day | None
    switch: Name | None
    note: str | None

    @field_validator("end", mode="after")
    @classmethod
    def _elsewhere(cls, end: str, info: ValidationInfo) -> str:
        if end == info.data.get("start"):
            raise ValueError("a node other than start")
        return end

    @field_validator("section", mode="after")
    @classmethod
    def _rail_only(cls, section: str | None, info: ValidationInfo) -> str | None:
        mode = info.data.get("mode")
        if mode is not None and (mode == "rail") != (section is not None):
            raise ValueError("a section for a rail link, and none for a road or a trail")
        return section

    @field_validator("opens", "closes", mode="after")
    @classmethod
    def _dated_rail(cls, day: date | None, info: ValidationInfo) -> date | None:
        if day is not None and info.data.get("mode", "rail") != "rail":
            raise ValueError("no date for a road or a trail")
        return day

    @field_validator("closes", mode="after")
    @classmethod
    def _after_opening(cls, closes: date | None, info: ValidationInfo) -> date | None:
        opens = info.data.get("opens")
        if closes is not None and opens is not None and closes < opens:
            raise ValueError("a day not before opens")
        return closes


class Section(Sourced):
    """A railway section between junctions; its capacity is ``capacity_share`` of the main trunk's."""

    id: Slug
    name: Text
    region: Region
    capacity_share: Annotated[float, Field(gt=0, le=1)]
    attackable: Flag
    note: str | None


class Crossing(Sourced):
    """A key bridge: a node on a section that shuts when all its parallel bridges are down."""

    id: Slug
    node: NodeId
    section: Slug
    name: Text
    river: str | None
    note: str | None


class Sector(Sourced):
    """A place where supply is used: a front sector with its share of the front, or the civil rear."""

    id: Slug
    node: NodeId
    name: Text
    kind: Literal["front", "rear"]
    share_of_line: Share
    note: str | None


class Railhead(Sourced):
    """A rail node where freight for a sector changes to the road; rank 1 is preferred."""

    sector: Slug
    node: NodeId
    rank: Annotated[int, Field(ge=1, le=9)]
    note: str | None


class Gate(Sourced):
    """A node where supply enters; an empty capacity means no limit of its own."""

    node: NodeId
    opens: Day | None
    closes: Day | None
    capacity_t_per_day: Amount | None
    note: str | None


class AircraftClass(Row):
    """A class of aircraft. ``night`` says whether it works by night."""

    id: Slug
    name: Text
    service: Text
    night: Flag


class Strength(Range):
    """Aircraft on hand, their serviceable share, or daily sorties per serviceable aircraft, over a period."""

    aircraft_class: Slug
    quantity: Literal["on_hand", "serviceable_share", "sorties_per_serviceable_aircraft_per_day"]
    start: Day
    end: Day
    note: str | None


class Effort(Sourced):
    """Sorties flown by a class over a period, and what they were sent at.

    ``sorties_per_month`` counts a month of 30.4 days. The three shares are of all sorties of the row and
    leave a rest that flies and does no damage here; ``bridge_share`` is a share of the rail sorties.
    ``factor_sigma`` is the standard deviation of the logarithm of the sorties' doubt.
    """

    aircraft_class: Slug
    start: Day
    end: Day
    sorties_per_month: Amount
    rail_share: Share
    bridge_share: Share
    road_share: Share
    pressure_share: Share
    factor_sigma: Annotated[float, Field(ge=0, le=2)]
    derivation: Text

    @field_validator("pressure_share", mode="after")
    @classmethod
    def _at_most_all(cls, pressure_share: float, info: ValidationInfo) -> float:
        shares = [info.data.get(name) for name in ("rail_share", "road_share")]
        if None not in shares and sum(filter(None, shares)) + pressure_share > 1 + 1e-9:
            raise ValueError("rail_share + road_share + pressure_share of at most 1")
        return pressure_share


class Focus(Sourced):
    """The share of a class's rail sorties that goes to a region; sums to 1 over the regions of a period."""

    aircraft_class: Slug
    region: Region
    start: Day
    end: Day
    share: Share
    note: str | None


class Aim(Sourced):
    """How much harder a section is attacked than the other lines of its region: sorties per km, relative."""

    section: Slug
    start: Day
    end: Day
    weight: Annotated[float, Field(gt=0, le=1000)]
    note: str | None


class Force(Range):
    """The strength of a side from a day on."""

    quantity: Name
    start: Day
    note: str | None


class Parameter(Sourced):
    """One number of the model with its doubt, or one dated knot of a number that changes.

    fixed: ``middle`` only. uniform, loguniform: from ``low`` to ``high``. triangular: ``middle`` is the mode.
    normal, lognormal: ``low`` and ``high`` are the 5 and 95 % points. Rows of one name with different ``at``
    are knots, drawn at one common quantile and joined as ``between`` says.
    """

    name: Name
    at: Day | None
    between: Literal["step", "linear", "log"] | None
    distribution: Literal["fixed", "uniform", "loguniform", "triangular", "normal", "lognormal"]
    low: float | None
    middle: float | None
    high: float | None
    unit: Text
    reason: str | None

    @field_validator("high", mode="after")
    @classmethod
    def _shape(cls, high: float | None, info: ValidationInfo) -> float | None:
        data = info.data
        if not {"distribution", "low", "middle"} <= data.keys():
            return high
        low, middle, kind = data["low"], data["middle"], data["distribution"]
        if kind == "fixed":
            if middle is None or low is not None or high is not None:
                raise ValueError("middle only, for a fixed number")
            return high
        if low is None or high is None or not low < high:
            raise ValueError("low < high")
        if (kind == "triangular") != (middle is not None):
            raise ValueError("middle for a triangular number, and none for another kind")
        if middle is not None and not low <= middle <= high:
            raise ValueError("low <= middle <= high")
        if kind in ("loguniform", "lognormal") and low <= 0:
            raise ValueError(f"low above 0 for a {kind} number")
        return high


class Weather(Sourced):
    """The share of days and of nights that can be flown in a month, and how strongly a day repeats the last.

    ``persistence`` is the correlation of one day's weather with the next day's.
    """

    month: Annotated[int, Field(ge=1, le=12)]
    flyable_day: Share
    flyable_night: Share
    persistence: Annotated[float, Field(ge=0, lt=1)]
    note: str | None


class Observed(Row):
    """A recorded figure that the model's answer is compared with, and what the figure was used for."""

    figure: Text
    quantity: Name
    place: str | None
    start: Day
    end: Day
    low: float
    high: float
    unit: Text
    role: Literal["input", "calibration", "frozen", "claim"]
    note: str | None

    @field_validator("high", mode="after")
    @classmethod
    def _ordered(cls, high: float, info: ValidationInfo) -> float:
        low = info.data.get("low")
        if low is not None and high < low:
            raise ValueError("low <= high")
        return high


class Capacity(Range):
    """A capacity worked out from figures: the formula in words, and its doubt."""

    name: Name
    formula: Text
    note: str | None


TABLES: Mapping[str, tuple[type[Row], tuple[str, ...]]] = {
    "nodes": (Node, ("id",)),
    "links": (Link, ("id",)),
    "sections": (Section, ("id",)),
    "crossings": (Crossing, ("id",)),
    "sectors": (Sector, ("id",)),
    "railheads": (Railhead, ("sector", "rank")),
    "gates": (Gate, ("node",)),
    "classes": (AircraftClass, ("id",)),
    "strengths": (Strength, ("aircraft_class", "quantity", "start")),
    "effort": (Effort, ("aircraft_class", "start")),
    "focus": (Focus, ("aircraft_class", "region", "start")),
    "aims": (Aim, ("section", "start")),
    "forces": (Force, ("quantity", "start")),
    "parameters": (Parameter, ("name", "at")),
    "weather": (Weather, ("month",)),
    "observations": (Observed, ("figure", "quantity", "place", "start")),
    "capacities": (Capacity, ("name",)),
}
"""Every table in the order in which it is read: its row type and the columns that together name a row."""


@dataclass(frozen=True)
class Scenario:
    """A checked scenario: the manifest's facts and the rows of every table, in file order.

    ``digest`` is the SHA-256 of all file names and bytes in reading order. ``switches`` says which optional
    links exist, ``groups`` and ``policies`` are the manifest's. ``files`` says where each table was read.
    """

    name: str
    title: str
    start: date
    end: date
    summary: str
    licence: str
    switches: Mapping[str, bool]
    groups: Mapping[str, tuple[str, ...]]
    policies: Mapping[str, Mapping[str, date]]
    digest: str
    files: Mapping[str, Path]
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    sections: tuple[Section, ...]
    crossings: tuple[Crossing, ...]
    sectors: tuple[Sector, ...]
    railheads: tuple[Railhead, ...]
    gates: tuple[Gate, ...]
    classes: tuple[AircraftClass, ...]
    strengths: tuple[Strength, ...]
    effort: tuple[Effort, ...]
    focus: tuple[Focus, ...]
    aims: tuple[Aim, ...]
    forces: tuple[Force, ...]
    parameters: tuple[Parameter, ...]
    weather: tuple[Weather, ...]
    observations: tuple[Observed, ...]
    capacities: tuple[Capacity, ...]

    @property
    def days(self) -> int:
        """Return the number of days, both ends counted."""
        return (self.end - self.start).days + 1

    def day_of(self, when: date) -> int:
        """Return the number of a date, 0 for the first day.

        Raises QueryError if the date is outside the scenario.
        """
        if not self.start <= when <= self.end:
            raise QueryError(f"{when} is outside {self.name}: it runs from {self.start} to {self.end}")
        return (when - self.start).days
