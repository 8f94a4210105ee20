"""What is kept of a war: its outcomes over a window, and weekly series.

Each is reduced from the daily record of a block as soon as the block is done. A war's numbers never depend on
its neighbours in the block: rows are converted first and then added along the last axis.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from stalemate.engine.record import over_places
from stalemate.ensemble.ondisk import OnDisk
from stalemate.errors import QueryError
from stalemate.scenario.air import TARGET_CLASSES
from stalemate.systems.diplomacy import EXPLANATIONS
from stalemate.systems.variables import RECORDED

Daily = Mapping[str, npt.NDArray[np.float32]]
Column = tuple[str, str]
"""A weekly series: quantity, and place or the empty string for the whole."""

DAYS_PER_WEEK: Final = 7


@dataclass(frozen=True)
class Outcome:
    """One number that a war is judged by, taken from the daily series of one quantity.

    ``over_days`` says how the days of the window make one number. ``group`` says what it is about, in the
    order of ``GROUPS``. ``given`` says when the number is put in, not found: what hangs on Communist fire is
    given where that fire follows a dated policy, and UN fire always, since it follows dated orders under
    every form. ``chance`` marks a number that is 0 or 1, of which the mean over wars is meant. ``place``
    numbers a place of the quantity, where one is meant and not the whole.
    """

    name: str
    quantity: str
    over_days: Literal["mean", "sum", "least", "end"]
    unit: str
    label: str
    group: str
    given: Literal["never", "dated fire", "always"] = "never"
    place: int | None = None
    chance: bool = False


GROUPS: Final = ("supply", "railways", "the front", "the rear", "own air effort", "civilians", "talks")
"""What outcomes are about, in the order in which tables show them."""

TOWN: Final = TARGET_CLASSES.index("town")

SETTLED_LABELS: Final = (
    "agreed, if nothing",
    "agreed, if pressure",
    "agreed, if denial",
    "agreed, if leadership",
    "agreed, if threat",
    "agreed, if ground cost",
    "agreed, if compromise",
)
"""Whether agreement was reached by the last day, under each rival account of what ended the war."""

OUTCOMES: Final[tuple[Outcome, ...]] = (
    Outcome("front_tonnes", "front_tonnes", "mean", "t/day", "delivered to the front", "supply"),
    Outcome("grain_least_days", "grain_stock_days", "least", "days", "grain stock, lowest", "supply"),
    Outcome("grain_mean_days", "grain_stock_days", "mean", "days", "grain stock, mean", "supply"),
    Outcome("ammunition_end_t", "ammunition_stock", "end", "t", "ammunition stock, end", "supply"),
    Outcome("trucks_lost", "trucks_lost", "sum", "trucks", "trucks lost", "supply"),
    Outcome("rail_intake_cars", "rail_intake_cars", "mean", "cars/day", "rail cars taken in", "railways"),
    Outcome("cuts", "cuts", "sum", "cuts", "rail cuts", "railways"),
    Outcome("cuts_repaired", "cuts_repaired", "sum", "cuts", "cuts repaired", "railways"),
    Outcome("bridges_down", "bridges_down", "mean", "bridges", "bridges down, mean", "railways"),
    Outcome(
        "shells_communist",
        "shells_communist",
        "mean",
        "rounds/day",
        "Communist shells",
        "the front",
        "dated fire",
    ),
    Outcome("shells_un", "shells_un", "mean", "rounds/day", "UN shells", "the front", "always"),
    Outcome("casualties_un", "casualties_un", "sum", "persons", "UN casualties", "the front", "dated fire"),
    Outcome(
        "casualties_communist",
        "casualties_communist",
        "sum",
        "persons",
        "Communist casualties",
        "the front",
    ),
    Outcome("ground_km2", "ground_km2", "end", "km2", "ground gained by UN", "the front", "always"),
    Outcome("power_share", "power_share", "mean", "1", "electric power, share", "the rear"),
    Outcome("industry_share", "industry_share", "mean", "1", "industry, share", "the rear"),
    Outcome("towns_standing", "class_left", "end", "1", "towns standing, end", "the rear", place=TOWN),
    Outcome("supply_lost_t", "supply_lost_t", "sum", "t", "stores burnt in rear", "the rear"),
    Outcome("sorties", "sorties", "sum", "sorties", "sorties flown", "own air effort"),
    Outcome("bombs_tonnes", "bombs_tonnes", "sum", "t", "bombs dropped", "own air effort"),
    Outcome("aircraft_lost", "aircraft_lost", "sum", "aircraft", "own aircraft lost", "own air effort"),
    Outcome("lost_flak", "lost_flak", "sum", "aircraft", "lost to ground fire", "own air effort"),
    Outcome("air_losses", "air_losses", "sum", "aircraft", "lost in the air", "own air effort"),
    Outcome("refused_sorties", "refused_sorties", "sum", "sorties", "sorties refused", "own air effort"),
    Outcome("civilian_deaths", "civilian_deaths", "sum", "persons", "civilians killed", "civilians"),
    Outcome("displaced", "displaced", "sum", "persons", "civilians homeless", "civilians"),
    Outcome("rice_lost_t", "rice_lost_t", "sum", "t", "rice lost", "civilians"),
    Outcome("food_share", "food_share", "mean", "1", "grain against need", "civilians"),
    Outcome("civil_tonnes", "civil_tonnes", "mean", "t/day", "civil rail freight", "civilians"),
    *(
        Outcome(
            f"settled_{name.replace('-', '_')}",
            "settled",
            "end",
            "1",
            label,
            "talks",
            place=place,
            chance=True,
        )
        for place, (name, label) in enumerate(zip(EXPLANATIONS, SETTLED_LABELS, strict=True))
    ),
)


def outcome_named(name: str) -> Outcome:
    """Return an outcome by name. Raises QueryError if there is none of that name."""
    for outcome in OUTCOMES:
        if outcome.name == name:
            return outcome
    raise QueryError(f"no outcome {name!r}; there are {', '.join(o.name for o in OUTCOMES)}")


QUANTITIES: Final[tuple[str, ...]] = (
    *dict.fromkeys(outcome.quantity for outcome in OUTCOMES),
    "cordon_open_share",
    "usable_rail_km",
    "trucks",
)
"""What is recorded of each war: the outcomes' quantities, and some for the weekly series alone."""

BY_PLACE: Final = ("front_tonnes",)
"""Quantities whose weekly series are kept for each place too."""

_PLACED: Final = {*BY_PLACE, *(outcome.quantity for outcome in OUTCOMES if outcome.place is not None)}


def only_whole(series: Sequence[str]) -> tuple[str, ...]:
    """Return those of some series of which the whole over all places is enough for all that is kept."""
    return tuple(name for name in series if name not in _PLACED)


@dataclass(frozen=True)
class Kept:
    """What is left of some wars of one policy.

    outcomes: one float64 array (replicate,) an outcome. weekly: float32 (replicate, week, column). answers:
    float64 (replicate, observation), what the war says of each of the scenario's observations, NaN of one
    that ends after the war. repair and fire: the rival form each war was run under, (replicate,). Of a
    stored run ``weekly`` and ``answers`` are read where they are cut.
    """

    outcomes: dict[str, npt.NDArray[np.float64]]
    weekly: npt.NDArray[np.float32] | OnDisk
    answers: npt.NDArray[np.float64] | OnDisk
    repair: npt.NDArray[np.str_]
    fire: npt.NDArray[np.str_]


def columns(places: Mapping[str, Sequence[str]]) -> tuple[Column, ...]:
    """Return the weekly series in stored order; ``places`` holds the places of each quantity in BY_PLACE."""
    whole = [(quantity, "") for quantity in QUANTITIES]
    return (*whole, *((quantity, place) for quantity in BY_PLACE for place in places[quantity]))


def outcomes_of(
    daily: Daily,
    first_day: int,
    parting_day: int,
    last_day: int,
    wanted: Sequence[Outcome] = OUTCOMES,
) -> dict[str, npt.NDArray[np.float64]]:
    """Return outcomes, all by default, over the days first_day to last_day, both counted: (replicate,) each.

    What is least is sought from parting_day on: before it policies cannot differ, and a low of those days
    would hide every later one.
    """
    made = {}
    for outcome in wanted:
        values = daily[outcome.quantity]
        days = whole_of(outcome.quantity, values if outcome.place is None else values[..., outcome.place])
        from_day = parting_day if outcome.over_days == "least" else first_day
        made[outcome.name] = _over_days(days[:, from_day : last_day + 1], outcome.over_days)
    return made


def weekly_of(
    daily: Daily, kept: Sequence[Column], places: Mapping[str, Sequence[str]]
) -> npt.NDArray[np.float32]:
    """Return the weekly series: float32 (replicate, week, column)."""
    series = []
    for quantity, place in kept:
        values = daily[quantity]
        days = values[..., places[quantity].index(place)] if place else whole_of(quantity, values)
        series.append(by_week(quantity, days))
    return np.stack(series, axis=2)


def by_week(quantity: str, days: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """Return a quantity by week, (replicate, week) or (replicate, week, place), of its days in that order.

    A week holds the sum, mean or last value of its days, as the quantity's kind says. The last may be short.
    """
    kind = RECORDED[quantity].kind or "mean"
    exact = np.asarray(days, np.float64)
    if exact.ndim == 2:
        return _by_week(exact, kind).astype(np.float32)
    wars, length, places = exact.shape
    rows = np.ascontiguousarray(exact.swapaxes(1, 2)).reshape(wars * places, length)
    weeks = _by_week(rows, kind).astype(np.float32)
    return np.ascontiguousarray(weeks.reshape(wars, places, -1).swapaxes(1, 2))


def whole_of(quantity: str, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return the whole of a quantity, (replicate, day)."""
    return values.astype(np.float64) if values.ndim == 2 else over_places(quantity, values)


def _over_days(days: npt.NDArray[np.float64], how: str) -> npt.NDArray[np.float64]:
    days = np.ascontiguousarray(days)
    if how == "least":
        return np.asarray(days.min(axis=1))
    if how == "end":
        return np.ascontiguousarray(days[:, -1])
    total = days.sum(axis=1)
    return np.asarray(total / days.shape[1] if how == "mean" else total)


def _by_week(days: npt.NDArray[np.float64], kind: str) -> npt.NDArray[np.float64]:
    starts = range(0, days.shape[1], DAYS_PER_WEEK)
    weeks = [np.ascontiguousarray(days[:, start : start + DAYS_PER_WEEK]) for start in starts]
    if kind == "state":
        return np.stack([week[:, -1] for week in weeks], axis=1)
    return np.stack([_over_days(week, kind) for week in weeks], axis=1)
