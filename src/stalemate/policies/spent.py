"""What the record spent in a month at lines, roads and fixed targets: the effort other policies may use."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Self

import numpy as np
import numpy.typing as npt

from stalemate.errors import QueryError
from stalemate.policies.directive import Directive, Observation

Floats = npt.NDArray[np.float64]
History = Callable[[date], Directive]
"""The record's orders by day; days under the same orders share one directive, so results are kept by it."""


@dataclass(frozen=True)
class Spent:
    """Sorties of the record in one month at lines, roads and fixed targets, raids among them."""

    history: History
    classes: tuple[str, ...]
    year: int
    month: int

    @classmethod
    def in_month_of(cls, seen: Observation) -> Self:
        """Return what the month of the observed day spent."""
        return cls(seen.history, seen.classes, seen.date.year, seen.date.month)

    @property
    def sorties(self) -> Floats:
        """Sorties a day by class: (class,)."""
        return _mean_spent(self)


@lru_cache(maxsize=256)
def _mean_spent(month: Spent) -> Floats:
    days = []
    for day in range(1, monthrange(month.year, month.month)[1] + 1):
        try:
            order = month.history(date(month.year, month.month, day))
        except QueryError:
            continue
        spent = standing(order)
        for raid in order.raids:
            spent[month.classes.index(raid.aircraft_class)] += raid.sorties
        days.append(spent)
    return np.asarray(np.mean(days, axis=0))


def standing(order: Directive) -> Floats:
    """Return the standing sorties of a directive at lines, roads and fixed targets: (class,)."""
    return np.asarray(order.rail.sum(1) + order.bridge.sum(1) + order.road + order.destruction)
