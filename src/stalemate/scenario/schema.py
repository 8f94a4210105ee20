"""The tables of a scenario: a row type for each table, the manifest, and the checked whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from stalemate.errors import QueryError
from stalemate.scenario.air import (
    Aim,
    AircraftClass,
    Attention,
    Effort,
    Focus,
    LawRule,
    Mission,
    Raid,
    Rule,
    Strength,
    Target,
    TargetFact,
)
from stalemate.scenario.cells import Day, Name, Range, Share, Slug, Sourced, Text
from stalemate.scenario.diplomacy import AgendaItem, Indicator, Recess, Step
from stalemate.scenario.terrain import Crossing, Gate, Link, Node, Railhead, Section, Sector
from stalemate.table import Row

MOST_DAYS = 3652
"""Days from the first to the last day of a scenario, at most: ten years."""


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
    policies: dict[Slug, dict[Name, Day]] = Field(default_factory=dict)
    tables: dict[Name, Text] = Field(default_factory=dict)

    @field_validator("end", mode="after")
    @classmethod
    def _later(cls, end: date, info: ValidationInfo) -> date:
        start = info.data.get("start")
        if start is not None and not start <= end <= start + timedelta(days=MOST_DAYS):
            raise ValueError("a day from start to at most ten years later")
        return end


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


ScoreBlock = Literal[
    "effort",
    "rail",
    "supply",
    "power",
    "damage",
    "losses",
    "air combat",
    "claims",
    "civilians",
    "fire",
    "casualties",
    "ground",
    "insurgency",
    "talks",
]
"""What a row of the scorecard is about. Rows of a block share inputs and luck, so blocks are counted too."""


class Observed(Row):
    """A recorded figure that the model's answer is compared with, and what the figure was used for.

    ``reason`` says why the model misses it, where it does. ``foretold`` is what planners of the time said it
    would be, and ``foretold_by`` the figure that says so.
    """

    block: ScoreBlock
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
    reason: str | None
    foretold: float | None = None
    foretold_by: str | None = Field(default=None, validate_default=True)

    @field_validator("foretold_by", mode="after")
    @classmethod
    def _by_whom(cls, by: str | None, info: ValidationInfo) -> str | None:
        if "foretold" in info.data and (by is None) != (info.data["foretold"] is None):
            raise ValueError("a figure where foretold is given, and none where it is not")
        return by

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


class Need(Range):
    """What the front must get in a day for some purpose, t/day: analyses read it, the war does not."""

    name: Name
    words: Text
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
    "missions": (Mission, ("aircraft_class", "mission", "start")),
    "targets": (Target, ("id",)),
    "target_facts": (TargetFact, ("target", "quantity", "start")),
    "attention": (Attention, ("aircraft_class", "target_class", "start")),
    "raids": (Raid, ("raid", "day", "target", "aircraft_class", "role")),
    "authority": (Rule, ("id",)),
    "law": (LawRule, ("law", "target_class")),
    "agenda": (AgendaItem, ("item",)),
    "recesses": (Recess, ("start",)),
    "indicators": (Indicator, ("covariate", "indicator", "start")),
    "steps": (Step, ("step",)),
    "weather": (Weather, ("month",)),
    "observations": (Observed, ("figure", "quantity", "place", "start")),
    "capacities": (Capacity, ("name",)),
    "needs": (Need, ("name",)),
}
"""Every table in the order in which it is read: its row type and the columns that together name a row."""


@dataclass(frozen=True)
class Scenario:
    """A checked scenario: the manifest's facts and the rows of every table, in file order.

    ``digest`` is the SHA-256 of all file names and bytes in reading order. ``switches`` says which optional
    links exist, ``groups`` and ``policies`` are the manifest's. ``files`` says where each table was read.
    ``narrowed``: the parameters that are taken to lie between two values, see ``scenario.narrow``.
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
    missions: tuple[Mission, ...]
    targets: tuple[Target, ...]
    target_facts: tuple[TargetFact, ...]
    attention: tuple[Attention, ...]
    raids: tuple[Raid, ...]
    authority: tuple[Rule, ...]
    law: tuple[LawRule, ...]
    agenda: tuple[AgendaItem, ...]
    recesses: tuple[Recess, ...]
    indicators: tuple[Indicator, ...]
    steps: tuple[Step, ...]
    weather: tuple[Weather, ...]
    observations: tuple[Observed, ...]
    capacities: tuple[Capacity, ...]
    needs: tuple[Need, ...]
    narrowed: Mapping[str, tuple[float, float]] = field(default_factory=dict)

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
