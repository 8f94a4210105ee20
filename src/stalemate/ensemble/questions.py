"""What can be asked of the wars: a quantity over a period, and the answer of each war from its daily record.

A quantity's kind makes days into a period: ``sum`` adds them, ``mean`` averages them, ``state`` takes the
last day, and ``ratio`` divides two sums.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.engine.simulate import series_of
from stalemate.ensemble.outcomes import Daily, whole_of
from stalemate.errors import QueryError
from stalemate.scenario.schema import Observed, Scenario
from stalemate.systems.variables import RECORDED


@dataclass(frozen=True)
class Quantity:
    """Something that can be asked for. ``recorded`` names its series: of a ratio, what is above and below."""

    name: str
    unit: str
    kind: str
    axis: str
    meaning: str
    recorded: tuple[str, ...]
    scale: float = 1.0


def _ratio(name: str, unit: str, above: str, below: str, meaning: str, scale: float = 1.0) -> Quantity:
    return Quantity(name, unit, "ratio", "", meaning, (above, below), scale)


_RATIOS: Final = (
    _ratio("fire_ratio", "1", "shells_un", "shells_communist", "UN shells for each Communist shell"),
    _ratio("cuts_per_rail_sortie", "cuts/sortie", "cuts", "rail_sorties", "rail cuts a rail sortie"),
    _ratio("bridge_cases_per_cut", "1", "bridge_cases", "cuts_reported", "bridges damaged a counted cut"),
    _ratio(
        "rounds_per_casualty", "rounds/person", "shells_un", "casualties_communist", "UN shells a casualty"
    ),
    _ratio(
        "lost_per_1000_sorties", "1", "aircraft_lost", "sorties", "aircraft lost in 1,000 sorties", 1000.0
    ),
    _ratio(
        "flak_per_1000_sorties", "1", "lost_flak", "sorties", "lost to ground fire in 1,000 sorties", 1000.0
    ),
)

QUANTITIES: Final[Mapping[str, Quantity]] = MappingProxyType(
    {
        **{
            v.name: Quantity(v.name, v.unit, str(v.kind), ", ".join(v.axes), v.meaning, (v.name,))
            for v in RECORDED.values()
        },
        **{ratio.name: ratio for ratio in _RATIOS},
    }
)
"""Every quantity that can be asked for, by name."""


@dataclass(frozen=True)
class Question:
    """A quantity over the days from start to end, both counted; of one place, or of the whole if it is None.

    Several places joined by ``+`` are taken together, as the whole is. ``a_day`` asks for a sum as its daily
    mean.
    """

    quantity: str
    start: date
    end: date
    place: str | None = None
    a_day: bool = False

    @property
    def unit(self) -> str:
        """Return the unit of the answer."""
        return QUANTITIES[self.quantity].unit + ("/day" if self.a_day else "")


def recorded_for(questions: Sequence[Question]) -> tuple[str, ...]:
    """Return the series that the answers to questions need, as ``simulate`` names them; no two alike."""
    return tuple(dict.fromkeys(name for question in questions for name in _series(question)))


def answer(war: Scenario, question: Question, daily: Daily) -> npt.NDArray[np.float64]:
    """Return the answer of each war, (replicate,); NaN for a ratio to nothing.

    ``daily`` holds the series of ``recorded_for``, whole or by place, up to the question's last day at least.
    """
    quantity = QUANTITIES[question.quantity]
    first, last = war.day_of(question.start), war.day_of(question.end)
    series = [
        np.ascontiguousarray(whole_of(name, daily[name])[:, first : last + 1]) for name in _series(question)
    ]
    if quantity.kind == "state":
        return np.asarray(series[0][:, -1])
    sums: list[npt.NDArray[np.float64]] = [days.sum(axis=1) for days in series]
    if quantity.kind == "ratio":
        above, below = sums
        ratio: npt.NDArray[np.float64] = np.full_like(above, math.nan)
        np.divide(quantity.scale * above, below, out=ratio, where=below != 0)
        return ratio
    return np.asarray(sums[0] / (last - first + 1) if quantity.kind == "mean" or question.a_day else sums[0])


def answers_of(war: Scenario, questions: Sequence[Question], daily: Daily) -> npt.NDArray[np.float64]:
    """Return the answers of each war, (replicate, question); NaN for a question that ends after the days."""
    wars, days = next(iter(daily.values())).shape[:2]
    answers = np.full((wars, len(questions)), math.nan)
    for column, question in enumerate(questions):
        if war.day_of(question.end) < days:
            answers[:, column] = answer(war, question, daily)
    return answers


def days_added(row: Observed) -> int:
    """Return how many days a recorded value adds up: those of a sum, 1 for a rate or what is no sum."""
    quantity = QUANTITIES.get(row.quantity)
    adds_up = quantity is not None and quantity.kind == "sum" and not row.unit.endswith("/day")
    return (row.end - row.start).days + 1 if adds_up else 1


def questions_of(observations: Sequence[Observed]) -> tuple[Question, ...]:
    """Return the question that each observation answers; one in a unit a day asks for the daily mean.

    Raises QueryError with every unit that does not fit its quantity.
    """
    questions, faults = [], []
    for o in observations:
        quantity = QUANTITIES.get(o.quantity)
        a_day = quantity is not None and quantity.kind == "sum" and o.unit == f"{quantity.unit}/day"
        if quantity is not None and o.unit != quantity.unit and not a_day:
            also = f" or {quantity.unit}/day" if quantity.kind == "sum" else ""
            faults.append(f"{o.figure}: {o.quantity} in {o.unit!r}; expected {quantity.unit}{also}")
        questions.append(Question(o.quantity, o.start, o.end, o.place, a_day))
    if faults:
        raise QueryError("\n".join(["observations cannot be scored; correct their units", *faults]))
    return tuple(questions)


def _series(question: Question) -> tuple[str, ...]:
    names = QUANTITIES[question.quantity].recorded
    return tuple(series_of(name, question.place) for name in names)
