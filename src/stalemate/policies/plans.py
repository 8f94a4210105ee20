"""The policies that come with the program. Their dates stand in the scenario's manifest, not here."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import ClassVar, Final, final

from stalemate.errors import PolicyError
from stalemate.policies.directive import MISSIONS, AbstractPolicy, Directive, Observation
from stalemate.scenario.schema import Scenario


@final
@dataclass(frozen=True)
class Historical(AbstractPolicy):
    """The monthly effort as reconstructed."""

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
    """Rail interdiction resumed at the weight of a past winter, in place of pressure."""

    name: ClassVar[str] = "banfill"
    summary: ClassVar[str] = "rail interdiction resumed at its winter weight, instead of pressure"
    model_starts: date
    model_ends: date
    parts: date | None = None

    def decide(self, seen: Observation) -> Directive:
        """Return the winter's mean directive from the parting day on."""
        if self.waits(seen):
            return seen.historical
        return _mean_directive(seen, self.model_starts, self.model_ends)


@final
@dataclass(frozen=True)
class BanfillAdded(AbstractPolicy):
    """Banfill's interdiction with the pressure of the record still flown beside it."""

    name: ClassVar[str] = "banfill-added"
    summary: ClassVar[str] = "rail interdiction resumed at its winter weight, on top of pressure"
    interdiction: Banfill
    parts: date | None = None

    def decide(self, seen: Observation) -> Directive:
        """Return the wrapped policy's directive with today's historical pressure added."""
        if self.waits(seen):
            return seen.historical
        resumed = self.interdiction.decide(seen)
        return replace(resumed, destruction=resumed.destruction + seen.historical.destruction)


@final
@dataclass(frozen=True)
class Restraint(AbstractPolicy):
    """No attack on railways, bridges and road traffic from a day on; pressure as in the record."""

    name: ClassVar[str] = "restraint"
    summary: ClassVar[str] = "no interdiction of rail or road after June 1952; pressure as in the record"
    parts: date | None = None

    def decide(self, seen: Observation) -> Directive:
        """Return the historical directive less its interdiction."""
        if self.waits(seen):
            return seen.historical
        return seen.historical.scaled(rail=0, bridge=0, road=0)


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


NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "historical": Historical.summary,
        "banfill": Banfill.summary,
        "banfill-added": BanfillAdded.summary,
        "restraint": Restraint.summary,
        "none": NoBombing.summary,
    }
)
"""Every policy of the program with one line on it."""


def named(name: str, scenario: Scenario) -> AbstractPolicy:
    """Return a policy by name, with its dates from the scenario's manifest.

    Raises PolicyError for an unknown name or a date that the manifest lacks.
    """
    if name == "historical":
        return Historical()
    if name == "none":
        return NoBombing(scenario.start)
    if name == "restraint":
        return Restraint(_date(scenario, name, "parts"))
    if name in ("banfill", "banfill-added"):
        parts, starts, ends = (
            _date(scenario, "banfill", key) for key in ("parts", "model_starts", "model_ends")
        )
        banfill = Banfill(starts, ends, parts)
        return banfill if name == "banfill" else BanfillAdded(banfill, parts)
    near = difflib.get_close_matches(name, NAMES, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise PolicyError(f"found the policy {name!r}; expected one of {', '.join(NAMES)}{hint}")


def _date(scenario: Scenario, policy: str, key: str) -> date:
    try:
        return scenario.policies[policy][key]
    except KeyError:
        message = f"scenario {scenario.name!r} gives no date {key!r} for the policy {policy!r}"
        raise PolicyError(f"{message}; add it to [policies.{policy}] in scenario.toml") from None


@lru_cache(maxsize=8)
def _winter(history: object, starts: date, ends: date) -> Directive:
    assert callable(history)
    return Directive.mean([history(starts + timedelta(days=k)) for k in range((ends - starts).days + 1)])


def _mean_directive(seen: Observation, starts: date, ends: date) -> Directive:
    return _winter(seen.history, starts, ends)
