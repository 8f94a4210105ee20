"""Kinds of cell that the tables of a scenario share, and the rows that name an origin.

A number names its origin: ``sources`` holds the ids of figures in the record, or ``assumed`` holds a reason
in words; exactly one of the two. Pure geometry and pure names carry neither. Dates are inclusive.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

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
RaidId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
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
