"""What a policy sees and what it orders.

A policy turns an observation of one day into a directive: sorties a day by aircraft class and mission, rail
and bridge sorties by section of line. Orders are means over flyable and other days; weather, serviceability
and doubt about the effort decide what is flown.
"""

import datetime
import hashlib
import inspect
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import ClassVar, Final, Self

import numpy as np
import numpy.typing as npt

from stalemate.errors import PolicyError

Floats = npt.NDArray[np.float64]

MISSIONS: Final = ("rail", "bridge", "road", "destruction")
"""Missions that do something; ``other`` sorties (suppression, escort) fly, may be lost, and do no damage."""


@dataclass(frozen=True)
class Directive:
    """Sorties a day ordered, by class.

    ``rail`` and ``bridge``: (class, section), at open line and at bridges; ``road``, ``destruction`` and
    ``other``: (class,). ``doubt``: (class,), log standard deviation of what such an order meant in sorties.
    ``weights``: one number a mission, or one a replicate, that multiplies the order.
    """

    rail: Floats
    bridge: Floats
    road: Floats
    destruction: Floats
    other: Floats
    doubt: Floats
    weights: tuple[float | Floats, float | Floats, float | Floats, float | Floats] = (1.0, 1.0, 1.0, 1.0)

    @property
    def total(self) -> Floats:
        """Sorties a day by class, weights left out: (class,)."""
        lines: Floats = self.rail.sum(1) + self.bridge.sum(1)
        return lines + self.road + self.destruction + self.other

    def scaled(self, **factors: float) -> Self:
        """Return the directive with missions multiplied: ``scaled(rail=0, bridge=0)``.

        Factors go by the names rail, bridge, road, destruction and other; each is finite and not negative.
        Raises PolicyError otherwise.
        """
        for mission, factor in factors.items():
            if mission not in (*MISSIONS, "other"):
                raise PolicyError(
                    f"scaled: found the mission {mission!r}; expected one of {', '.join(MISSIONS)}, other"
                )
            if not (np.isfinite(factor) and factor >= 0):
                raise PolicyError(f"scaled: {mission} is {factor}; expected a finite factor >= 0")
        return replace(
            self, **{mission: getattr(self, mission) * factor for mission, factor in factors.items()}
        )

    def weighted(self, **weights: Floats) -> Self:
        """Return the directive with weights a replicate on missions: ``weighted(rail=w)``, (replicate,)."""
        unknown = sorted(set(weights) - set(MISSIONS))
        if unknown:
            raise PolicyError(
                f"weighted: found the mission {unknown[0]!r}; expected one of {', '.join(MISSIONS)}"
            )
        kept = zip(MISSIONS, self.weights, strict=True)
        chosen = [weights.get(mission, weight) for mission, weight in kept]
        return replace(self, weights=(chosen[0], chosen[1], chosen[2], chosen[3]))

    @staticmethod
    def mean(directives: Sequence["Directive"]) -> "Directive":
        """Return the mean of several directives, such as those of the days of a winter."""
        if not directives:
            raise PolicyError("mean: found no directive; expected at least one")
        averaged = {
            field.name: np.mean([getattr(directive, field.name) for directive in directives], axis=0)
            for field in fields(Directive)
            if field.name != "weights"
        }
        return Directive(**averaged)


@dataclass(frozen=True)
class Observation:
    """What a policy sees on the morning of a day.

    ``historical`` is the directive in force on that day of the record, ``history`` that of any other day.
    ``cuts_reported`` and ``aircraft_lost``: (replicate,), totals up to the evening before. ``classes`` and
    ``sections`` name the rows and columns of a directive.
    """

    date: datetime.date
    historical: Directive
    history: Callable[[datetime.date], Directive]
    cuts_reported: Floats
    aircraft_lost: Floats
    classes: tuple[str, ...]
    sections: tuple[str, ...]


class AbstractPolicy(ABC):
    """A rule that orders the day's sorties. Subclasses are final dataclasses, so that their fields are known.

    ``name`` is what the command line calls it, ``summary`` one line for people. ``parts`` is the first day on
    which it may differ from the historical policy, None if it never does.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    parts: datetime.date | None = None

    @abstractmethod
    def decide(self, seen: Observation) -> Directive:
        """Return the day's directive."""

    def waits(self, seen: Observation) -> bool:
        """Return whether the parting day is still to come: until then the record's orders stand."""
        return self.parts is None or seen.date < self.parts

    @property
    def digest(self) -> str:
        """Hash of the policy's code and fields, for the manifest of a run."""
        try:
            source = inspect.getsource(type(self))
        except (OSError, TypeError):
            source = type(self).__qualname__
        with np.printoptions(threshold=sys.maxsize, floatmode="unique"):
            return hashlib.sha256(f"{source}\n{self!r}".encode()).hexdigest()[:16]


def check(
    directive: Directive,
    policy: AbstractPolicy,
    day: datetime.date,
    shape: tuple[int, int],
    replicates: int,
) -> None:
    """Raise PolicyError unless a directive can be flown: right shapes, finite, nothing negative."""
    if not isinstance(directive, Directive):
        raise PolicyError(
            f"policy {policy.name!r} on {day}: decide returned {directive!r}; expected a Directive, "
            "such as seen.historical"
        )
    for field in fields(Directive):
        if field.name == "weights":
            continue
        value = np.asarray(getattr(directive, field.name))
        expected = shape if field.name in ("rail", "bridge") else shape[:1]
        where = f"policy {policy.name!r} on {day}: {field.name}"
        if value.shape != expected:
            raise PolicyError(f"{where} has the shape {value.shape}; expected {expected}, (class, section)")
        if not np.isfinite(value).all() or (value < 0).any():
            raise PolicyError(
                f"{where} holds {value.min():g} to {value.max():g}; expected finite sorties >= 0"
            )
    for mission, weight in zip(MISSIONS, directive.weights, strict=True):
        where = f"policy {policy.name!r} on {day}: the weight of {mission}"
        if np.shape(weight) not in ((), (replicates,)):
            raise PolicyError(
                f"{where} has the shape {np.shape(weight)}; expected one number or {(replicates,)}"
            )
        if not np.isfinite(weight).all() or np.less(weight, 0).any():
            raise PolicyError(f"{where} is not a finite number >= 0")
