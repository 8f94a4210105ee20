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
from dataclasses import dataclass, replace
from typing import ClassVar, Final, Literal, Self, get_args

import numpy as np
import numpy.typing as npt

from stalemate.errors import PolicyError
from stalemate.scenario.air import LAWS, LEVELS, Law, Level

Floats = npt.NDArray[np.float64]

MISSIONS: Final = ("rail", "bridge", "road", "destruction", "support")
"""Missions that can be weighted; ``superiority`` and ``other`` sorties fly as ordered."""

MAX_RAIDS: Final = 32
"""Raid orders that one day may hold."""

_UNWEIGHTED: Final = ("superiority", "other")

Choice = Literal["given", "believed", "true"]
CHOICES: Final[tuple[Choice, ...]] = get_args(Choice)
"""Who picks fixed targets: shares given by the orders, or a score on what is believed, or on the truth."""

Role = Literal["strike", "suppression", "escort"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)

_PER_CLASS: Final = ("road", "destruction", "support", "superiority", "other", "doubt")


@dataclass(frozen=True)
class Names:
    """What a directive may name: the rows and columns of its tables, and fixed targets."""

    classes: tuple[str, ...]
    sections: tuple[str, ...]
    target_classes: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True)
class RaidOrder:
    """Sorties of one class in one role, at a fixed target, today and whatever the standing orders say."""

    raid: str
    target: str
    aircraft_class: str
    role: Role
    sorties: float


@dataclass(frozen=True, eq=False)
class Directive:
    """Sorties a day ordered, by class, and what goes with them.

    ``rail`` and ``bridge``: (class, section), at open line and at bridges; ``road`` traffic, ``destruction``
    of fixed targets, ``support`` of troops, ``superiority`` in the air and ``other``: (class,). ``doubt``:
    (class,), log standard deviation of what such an order meant in sorties. ``attention``: (class, target
    class), the share of a class's destruction sorties that each class of target gets; rows sum to 1, or to 0
    where there is nothing to share. ``raids`` are flown today on top of the standing orders.

    ``choice`` says who picks among fixed targets. Where it is not ``given``, a score decides between rail,
    road and fixed targets, and each of these orders states all that the class may spend. ``delegated`` is the
    highest level of approval that the policy need not ask for. ``forbidden`` names target classes that it
    will not strike, ``law`` the body of law that it keeps. ``leaflets`` multiplies the record's warnings.
    ``weights``: one number a mission, or one a replicate, that multiplies the order.

    Two directives are equal only if they are one object: days under the same orders share one.
    """

    rail: Floats
    bridge: Floats
    road: Floats
    destruction: Floats
    support: Floats
    superiority: Floats
    other: Floats
    doubt: Floats
    attention: Floats
    raids: tuple[RaidOrder, ...] = ()
    choice: Choice = "given"
    delegated: Level = "theatre"
    forbidden: frozenset[str] = frozenset()
    law: Law = "hague-1907"
    leaflets: float = 1.0
    weights: tuple[float | Floats, ...] = (1.0,) * len(MISSIONS)

    @property
    def total(self) -> Floats:
        """Sorties a day by class, weights and raids left out: (class,)."""
        lines: Floats = self.rail.sum(1) + self.bridge.sum(1)
        return lines + self.road + self.destruction + self.support + self.superiority + self.other

    def scaled(self, **factors: float) -> Self:
        """Return the directive with missions multiplied: ``scaled(rail=0, bridge=0)``.

        Factors go by the names of missions, superiority and other; each is finite and not negative. Raids go
        with ``destruction``. Raises PolicyError otherwise.
        """
        for mission, factor in factors.items():
            if mission not in (*MISSIONS, *_UNWEIGHTED):
                known = ", ".join((*MISSIONS, *_UNWEIGHTED))
                raise PolicyError(f"scaled: found the mission {mission!r}; expected one of {known}")
            if not (np.isfinite(factor) and factor >= 0):
                raise PolicyError(f"scaled: {mission} is {factor}; expected a finite factor >= 0")
        raids = self.raids
        if "destruction" in factors:
            raids = tuple(
                replace(raid, sorties=raid.sorties * factors["destruction"])
                for raid in raids
                if factors["destruction"] > 0
            )
        changed = {mission: getattr(self, mission) * factor for mission, factor in factors.items()}
        return replace(self, raids=raids, **changed)

    def weighted(self, **weights: Floats) -> Self:
        """Return the directive with weights a replicate on missions: ``weighted(rail=w)``, (replicate,)."""
        unknown = sorted(set(weights) - set(MISSIONS))
        if unknown:
            raise PolicyError(
                f"weighted: found the mission {unknown[0]!r}; expected one of {', '.join(MISSIONS)}"
            )
        kept = zip(MISSIONS, self.weights, strict=True)
        return replace(self, weights=tuple(weights.get(mission, weight) for mission, weight in kept))

    @staticmethod
    def mean(directives: Sequence["Directive"]) -> "Directive":
        """Return the mean of several directives' sorties, such as those of the days of a winter.

        Raids are left out; all else is the last directive's.
        """
        if not directives:
            raise PolicyError("mean: found no directive; expected at least one")
        averaged = {
            name: np.mean([getattr(directive, name) for directive in directives], axis=0)
            for name in ("rail", "bridge", *_PER_CLASS, "attention")
        }
        return replace(directives[-1], raids=(), **averaged)


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

    @property
    def label(self) -> str:
        """Name by which results call this policy; a wrapper adds what it changes."""
        return self.name

    @abstractmethod
    def decide(self, seen: Observation) -> Directive:
        """Return the day's directive."""

    def waits(self, seen: Observation) -> bool:
        """Return whether the parting day is still to come: until then the record's orders stand."""
        return self.parts is None or seen.date < self.parts

    @property
    def digest(self) -> str:
        """Hash of the policy's code and fields, and of the policies in them, for the manifest of a run."""
        try:
            source = inspect.getsource(type(self))
        except (OSError, TypeError):
            source = type(self).__qualname__
        inner = [value.digest for value in vars(self).values() if isinstance(value, AbstractPolicy)]
        with np.printoptions(threshold=sys.maxsize, floatmode="unique"):
            return hashlib.sha256(f"{source}\n{self!r}{inner or ''}".encode()).hexdigest()[:16]


def check(
    directive: Directive, policy: AbstractPolicy, day: datetime.date, names: Names, replicates: int
) -> None:
    """Raise PolicyError unless a directive can be flown: right shapes and names, finite, nothing negative."""
    whose = f"policy {policy.label!r} on {day}"
    if not isinstance(directive, Directive):
        raise PolicyError(
            f"{whose}: decide returned {directive!r}; expected a Directive, such as seen.historical"
        )
    classes, sections, kinds = len(names.classes), len(names.sections), len(names.target_classes)
    shapes: dict[str, tuple[int, ...]] = {name: (classes,) for name in _PER_CLASS}
    shapes |= {"rail": (classes, sections), "bridge": (classes, sections), "attention": (classes, kinds)}
    for name, expected in shapes.items():
        value = np.asarray(getattr(directive, name))
        where = f"{whose}: {name}"
        if value.shape != expected:
            raise PolicyError(f"{where} has the shape {value.shape}; expected {expected}, (class, section)")
        if not np.isfinite(value).all() or (value < 0).any():
            raise PolicyError(
                f"{where} holds {value.min():g} to {value.max():g}; expected finite sorties >= 0"
            )
    shared = directive.attention.sum(1)
    if not (np.isclose(shared, 1, atol=1e-6) | (shared == 0)).all():
        raise PolicyError(f"{whose}: attention sums to {shared.round(3)} by class; expected 1, or 0 for none")
    _check_raids(directive, whose, names)
    for name, allowed in (("choice", CHOICES), ("delegated", LEVELS[:-1]), ("law", LAWS)):
        value = getattr(directive, name)
        if value not in allowed:
            raise PolicyError(f"{whose}: {name} is {value!r}; expected one of {', '.join(allowed)}")
    unknown = sorted(set(directive.forbidden) - set(names.target_classes))
    if unknown:
        known = ", ".join(names.target_classes)
        raise PolicyError(f"{whose}: forbidden holds {unknown[0]!r}; expected some of {known}")
    if not (np.isfinite(directive.leaflets) and directive.leaflets >= 0):
        raise PolicyError(f"{whose}: leaflets is {directive.leaflets}; expected a finite factor >= 0")
    if len(directive.weights) != len(MISSIONS):
        raise PolicyError(f"{whose}: found {len(directive.weights)} weights; expected {len(MISSIONS)}")
    for mission, weight in zip(MISSIONS, directive.weights, strict=True):
        where = f"{whose}: the weight of {mission}"
        if np.shape(weight) not in ((), (replicates,)):
            raise PolicyError(
                f"{where} has the shape {np.shape(weight)}; expected one number or {(replicates,)}"
            )
        if not np.isfinite(weight).all() or np.less(weight, 0).any():
            raise PolicyError(f"{where} is not a finite number >= 0")


def _check_raids(directive: Directive, whose: str, names: Names) -> None:
    if len(directive.raids) > MAX_RAIDS:
        raise PolicyError(f"{whose}: found {len(directive.raids)} raid orders; expected at most {MAX_RAIDS}")
    for raid in directive.raids:
        where = f"{whose}: the raid {raid.raid!r}"
        for value, known, what in (
            (raid.target, names.targets, "target"),
            (raid.aircraft_class, names.classes, "aircraft class"),
            (raid.role, ROLES, "role"),
        ):
            if value not in known:
                raise PolicyError(f"{where} has the {what} {value!r}; expected one of {', '.join(known)}")
        if not (np.isfinite(raid.sorties) and raid.sorties >= 0):
            raise PolicyError(f"{where} has {raid.sorties} sorties; expected a finite number >= 0")
