"""Rows of the tables that describe the talks: what was on the table, when nobody sat there, what weighed."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final, Literal, get_args

from pydantic import Field, ValidationInfo, field_validator

from stalemate.scenario.cells import Day, Slug, Sourced
from stalemate.table import Names

Item = Literal["agenda", "line", "supervision", "conference", "prisoners"]
Covariate = Literal["leadership", "threat", "ground-cost", "compromise", "announced"]
StepName = Literal["directive", "first-step", "agreement", "signing"]

ITEMS: Final[tuple[str, ...]] = get_args(Item)
"""Items of the agenda; the last one is left over and decides."""

COVARIATES: Final[tuple[str, ...]] = get_args(Covariate)
"""What dated indicators add up to."""

STEPS: Final[tuple[str, ...]] = get_args(StepName)


class _Dated(Sourced):
    """A row that names the record's events by which it is dated."""

    events: Names
    note: str | None


class AgendaItem(_Dated):
    """An item of the talks: the day it was opened, and the day on which it was settled on record.

    The model reads ``opened`` only, but for the analysis of what the record says of the last item.
    """

    item: Item
    opened: Day
    settled: Day

    @field_validator("settled", mode="after")
    @classmethod
    def _later(cls, settled: date, info: ValidationInfo) -> date:
        opened = info.data.get("opened")
        if opened is not None and settled <= opened:
            raise ValueError(f"a day after opened, {opened}")
        return settled


class Recess(_Dated):
    """Days without a session, both ends counted."""

    start: Day
    end: Day

    @field_validator("end", mode="after")
    @classmethod
    def _ordered(cls, end: date, info: ValidationInfo) -> date:
        start = info.data.get("start")
        if start is not None and end < start:
            raise ValueError(f"a day not before start, {start}")
        return end


class Indicator(_Dated):
    """What one thing adds to a covariate of the talks from a day on, until its next row.

    ``announced`` is how loudly air pressure was tied to the talks in public: 1 announced, .5 not taken back.
    A threat is a date and a size here; nothing in the model carries it out.
    """

    covariate: Covariate
    indicator: Slug
    start: Day
    value: Annotated[float, Field(ge=0, le=1)]


class Step(_Dated):
    """A dated step towards the end, for the analysis of what one war can say of its causes.

    directive: from here on the counterfactual takes air pressure off. first-step: the first answer of the
    other side. agreement: the last item settled. signing: the armistice.
    """

    step: StepName
    day: Day


def level(rows: Sequence[Indicator], when: date) -> float:
    """Return what indicators add up to on a day: each one's last value, 0 before its first."""
    value: dict[str, float] = {}
    for row in sorted(rows, key=lambda row: row.start):
        if row.start <= when:
            value[row.indicator] = row.value
    return sum(value.values())
