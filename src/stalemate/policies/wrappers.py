"""Wrappers: a policy changed in one respect. They can be put round each other."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import ClassVar, Final, final

import numpy as np

from stalemate.errors import PolicyError
from stalemate.policies.directive import AbstractPolicy, Directive, Observation
from stalemate.policies.spent import Spent, standing
from stalemate.scenario.air import Law

EQUAL_EFFORT: Final = ":effort=record"
"""What follows the name of a policy that flies as many sorties as the record."""


@final
@dataclass(frozen=True)
class Capped(AbstractPolicy):
    """A policy with a share of its sorties at lines, roads and fixed targets, from its parting on.

    Superiority and support are left alone.
    """

    name: ClassVar[str] = "cap"
    summary: ClassVar[str] = "a share of the policy's sorties at lines, roads and fixed targets"
    inner: AbstractPolicy
    share: float
    parts: date | None = None

    @property
    def label(self) -> str:
        """Name with what is changed."""
        return f"{self.inner.label}:cap={self.share:g}"

    def decide(self, seen: Observation) -> Directive:
        """Return the inner policy's directive, scaled."""
        ordered = self.inner.decide(seen)
        return ordered if self.waits(seen) else _scaled(ordered, self.share)


@final
@dataclass(frozen=True)
class Matched(AbstractPolicy):
    """A policy with as many sorties at lines, roads and fixed targets as the record, from its parting on.

    Class by class and month by month: its own mix, the record's number. Dated raids are spread over the
    month. A class that the policy sends nowhere stays at home. Where a committee chooses, the orders already
    state the record's sorties, and nothing is changed.
    """

    name: ClassVar[str] = "effort"
    summary: ClassVar[str] = "the policy's mix with the record's number of sorties"
    inner: AbstractPolicy
    parts: date | None = None

    @property
    def label(self) -> str:
        """Name with what is changed."""
        return f"{self.inner.label}{EQUAL_EFFORT}"

    def decide(self, seen: Observation) -> Directive:
        """Return the inner policy's directive, scaled by class."""
        ordered = self.inner.decide(seen)
        keeps = self.waits(seen) or ordered.choice != "given"
        return ordered if keeps else _matched(ordered, Spent.in_month_of(seen))


@final
@dataclass(frozen=True)
class Delayed(AbstractPolicy):
    """A policy that begins later: until then the record's orders stand."""

    name: ClassVar[str] = "delay"
    summary: ClassVar[str] = "the policy begins some days later"
    inner: AbstractPolicy
    days: int
    parts: date | None = None

    @property
    def label(self) -> str:
        """Name with what is changed."""
        return f"{self.inner.label}:delay={self.days}"

    def decide(self, seen: Observation) -> Directive:
        """Return the historical directive, and the inner policy's once it may begin."""
        return seen.historical if self.waits(seen) else self.inner.decide(seen)


@final
@dataclass(frozen=True)
class Truce(AbstractPolicy):
    """A policy that holds its fire from one day to another, both counted; superiority goes on."""

    name: ClassVar[str] = "truce"
    summary: ClassVar[str] = "no attack on anything from one day to another"
    inner: AbstractPolicy
    begins: date
    ends: date
    parts: date | None = None

    @property
    def label(self) -> str:
        """Name with what is changed."""
        return f"{self.inner.label}:truce={self.begins}..{self.ends}"

    def decide(self, seen: Observation) -> Directive:
        """Return the inner policy's directive, without attacks during the truce."""
        ordered = self.inner.decide(seen)
        return _at_peace(ordered) if self.begins <= seen.date <= self.ends else ordered


@final
@dataclass(frozen=True)
class UnderLaw(AbstractPolicy):
    """A policy that keeps a body of law from the first day: what that forbids is not struck."""

    name: ClassVar[str] = "law"
    summary: ClassVar[str] = "the policy under another body of law"
    inner: AbstractPolicy
    law: Law
    parts: date | None = None

    @property
    def label(self) -> str:
        """Name with what is changed."""
        return f"{self.inner.label}:law={self.law}"

    def decide(self, seen: Observation) -> Directive:
        """Return the inner policy's directive under the law."""
        return _under(self.inner.decide(seen), self.law)


def capped(inner: AbstractPolicy, share: float, start: date) -> Capped:
    """Return a policy with a share of its offensive sorties, from its parting on or, if none, ``start``."""
    return Capped(inner, share, inner.parts or start)


def matched(inner: AbstractPolicy, start: date) -> Matched:
    """Return a policy with the record's effort, from its parting on or, if none, ``start``."""
    return Matched(inner, inner.parts or start)


def delayed(inner: AbstractPolicy, days: int) -> Delayed:
    """Return a policy that parts from the record some days later than it would.

    Raises PolicyError if it never parts.
    """
    if inner.parts is None:
        raise PolicyError(f"policy {inner.label!r} follows the record throughout; expected one that parts")
    return Delayed(inner, days, inner.parts + timedelta(days=days))


def truce(inner: AbstractPolicy, begins: date, ends: date) -> Truce:
    """Return a policy that holds its fire from ``begins`` to ``ends``."""
    return Truce(inner, begins, ends, min(begins, inner.parts or begins))


def under_law(inner: AbstractPolicy, law: Law, start: date) -> UnderLaw:
    """Return a policy under a body of law from ``start``, the first day of the war."""
    return UnderLaw(inner, law, start)


_kept = lru_cache(maxsize=256)


@_kept
def _scaled(ordered: Directive, share: float) -> Directive:
    return ordered.scaled(rail=share, bridge=share, road=share, destruction=share)


@_kept
def _matched(ordered: Directive, spent: Spent) -> Directive:
    flown = standing(ordered)
    share = np.divide(spent.sorties, flown, out=np.zeros_like(flown), where=flown > 0)
    return replace(
        ordered,
        rail=ordered.rail * share[:, None],
        bridge=ordered.bridge * share[:, None],
        road=ordered.road * share,
        destruction=ordered.destruction * share,
        raids=(),
    )


@_kept
def _at_peace(ordered: Directive) -> Directive:
    return ordered.scaled(rail=0, bridge=0, road=0, destruction=0, support=0, other=0)


@_kept
def _under(ordered: Directive, law: Law) -> Directive:
    return replace(ordered, law=law)
