"""The policies that come with the program. Their dates stand in the scenario's manifest, not here.

Where each of them comes from: docs/model/policies.md.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import ClassVar, final

import numpy as np

from stalemate.policies.directive import MISSIONS, AbstractPolicy, Choice, Directive, Observation
from stalemate.policies.spent import History, Spent
from stalemate.scenario.air import Level


@final
@dataclass(frozen=True)
class Historical(AbstractPolicy):
    """The monthly effort as reconstructed, and the dated raids."""

    name: ClassVar[str] = "historical"
    summary: ClassVar[str] = (
        "monthly effort as reconstructed: rail interdiction to June 1952, then air pressure"
    )
    parts: date | None = None

    def decide(self, seen: Observation) -> Directive:
        """Return the historical directive."""
        return seen.historical


@final
@dataclass(frozen=True)
class Banfill(AbstractPolicy):
    """Rail interdiction resumed at the weight of a past winter, in place of pressure.

    Support and superiority are those of the day.
    """

    name: ClassVar[str] = "banfill"
    summary: ClassVar[str] = "rail interdiction resumed at its winter weight, instead of pressure"
    model_starts: date
    model_ends: date
    parts: date | None = None

    def decide(self, seen: Observation) -> Directive:
        """Return the winter's mean interdiction from the parting day on."""
        if self.waits(seen):
            return seen.historical
        return _resumed(seen.history, seen.historical, self.model_starts, self.model_ends)


@final
@dataclass(frozen=True)
class BanfillAdded(AbstractPolicy):
    """Banfill's interdiction with the pressure and the raids of the record still flown beside it."""

    name: ClassVar[str] = "banfill-added"
    summary: ClassVar[str] = "rail interdiction resumed at its winter weight, on top of pressure"
    interdiction: Banfill
    parts: date | None = None

    def decide(self, seen: Observation) -> Directive:
        """Return the wrapped policy's directive with today's pressure added."""
        if self.waits(seen):
            return seen.historical
        return _on_top(self.interdiction.decide(seen), seen.historical)


@final
@dataclass(frozen=True)
class Smart(AbstractPolicy):
    """The committee chooses, by what it believes, with the effort flown at lines, roads and fixed targets."""

    name: ClassVar[str] = "smart"
    summary: ClassVar[str] = "the July 1952 directive: targets by effect, vulnerability and cost, as believed"
    model_starts: date
    model_ends: date
    parts: date | None = None

    def decide(self, seen: Observation) -> Directive:
        """Return all that may be spent, for the committee to choose from."""
        if self.waits(seen):
            return seen.historical
        winter = (self.model_starts, self.model_ends)
        return _menu(Spent.in_month_of(seen), seen.historical, winter, "believed", "theatre")


@final
@dataclass(frozen=True)
class Optimal(AbstractPolicy):
    """The committee chooses knowing the truth, with harm to civilians as a cost."""

    name: ClassVar[str] = "optimal"
    summary: ClassVar[str] = "the same choice made on the truth, with harm to civilians as a cost"
    model_starts: date
    model_ends: date
    parts: date | None = None

    def decide(self, seen: Observation) -> Directive:
        """Return all that may be spent, for the committee to choose from."""
        if self.waits(seen):
            return seen.historical
        winter = (self.model_starts, self.model_ends)
        return _menu(Spent.in_month_of(seen), seen.historical, winter, "true", "theatre")


@final
@dataclass(frozen=True)
class NoRestrictions(AbstractPolicy):
    """As smart, with every approval given in advance; neutral territory is never struck."""

    name: ClassVar[str] = "no-restrictions"
    summary: ClassVar[str] = "as smart, with political limits lifted; neutral territory still out"
    model_starts: date
    model_ends: date
    parts: date | None = None

    def decide(self, seen: Observation) -> Directive:
        """Return all that may be spent, for the committee to choose from."""
        if self.waits(seen):
            return seen.historical
        winter = (self.model_starts, self.model_ends)
        return _menu(Spent.in_month_of(seen), seen.historical, winter, "believed", "president")


@final
@dataclass(frozen=True)
class CloseSupport(AbstractPolicy):
    """Every offensive sortie of the record flown in support of the troops."""

    name: ClassVar[str] = "close-support"
    summary: ClassVar[str] = "all offensive sorties in support of the troops, none at lines or fixed targets"
    parts: date | None = None

    def decide(self, seen: Observation) -> Directive:
        """Return the day's directive with its offensive sorties at the front."""
        if self.waits(seen):
            return seen.historical
        return _in_support(Spent.in_month_of(seen), seen.historical)


@final
@dataclass(frozen=True)
class Restraint(AbstractPolicy):
    """Air superiority and support of the troops, and nothing else, from a day on."""

    name: ClassVar[str] = "restraint"
    summary: ClassVar[str] = "air superiority and support of the troops only; no interdiction, no pressure"
    parts: date | None = None

    def decide(self, seen: Observation) -> Directive:
        """Return the historical directive less all attack on lines, roads and fixed targets."""
        if self.waits(seen):
            return seen.historical
        return _restrained(seen.historical)


@final
@dataclass(frozen=True)
class NoDams(AbstractPolicy):
    """The record without attacks on irrigation dams."""

    name: ClassVar[str] = "no-dams"
    summary: ClassVar[str] = "as in the record, but irrigation dams are not attacked"
    parts: date | None = None

    def decide(self, seen: Observation) -> Directive:
        """Return the historical directive with dams forbidden."""
        if self.waits(seen):
            return seen.historical
        return _without_dams(seen.historical)


@final
@dataclass(frozen=True)
class NoBombing(AbstractPolicy):
    """No offensive sortie at all: an extreme condition, not a proposal of anybody."""

    name: ClassVar[str] = "none"
    summary: ClassVar[str] = "no bombing at all from the first day: an extreme condition"
    parts: date | None = None

    def decide(self, seen: Observation) -> Directive:
        """Return a directive without sorties from the parting day on."""
        if self.waits(seen):
            return seen.historical
        return seen.historical.scaled(**dict.fromkeys((*MISSIONS, "superiority", "other"), 0))


_kept = lru_cache(maxsize=256)


@_kept
def _winter(history: History, starts: date, ends: date) -> Directive:
    return Directive.mean([history(starts + timedelta(days=k)) for k in range((ends - starts).days + 1)])


@_kept
def _resumed(history: History, today: Directive, starts: date, ends: date) -> Directive:
    winter = _winter(history, starts, ends)
    return replace(winter, support=today.support, superiority=today.superiority)


@_kept
def _on_top(resumed: Directive, today: Directive) -> Directive:
    return replace(resumed, destruction=today.destruction, attention=today.attention, raids=today.raids)


@_kept
def _restrained(today: Directive) -> Directive:
    return today.scaled(rail=0, bridge=0, road=0, destruction=0, other=0)


@_kept
def _without_dams(today: Directive) -> Directive:
    return replace(today, forbidden=today.forbidden | {"dam"})


@_kept
def _in_support(spent: Spent, today: Directive) -> Directive:
    return replace(_restrained(today), support=today.support + spent.sorties)


@_kept
def _menu(
    spent: Spent, today: Directive, winter: tuple[date, date], choice: Choice, delegated: Level
) -> Directive:
    """Return orders of which each states all that a class may spend; lines as they were hit in a winter."""
    lines = _winter(spent.history, *winter)
    at_lines = lines.rail.sum(1) + lines.bridge.sum(1)
    scale = np.divide(spent.sorties, at_lines, out=np.zeros_like(at_lines), where=at_lines > 0)[:, None]
    return replace(
        today,
        rail=lines.rail * scale,
        bridge=lines.bridge * scale,
        road=spent.sorties,
        destruction=spent.sorties,
        raids=(),
        choice=choice,
        delegated=delegated,
    )
