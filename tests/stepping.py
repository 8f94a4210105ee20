"""The flagship day by day with the state in hand, which ``simulate`` does not show; policies for tests."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any, ClassVar, final

import numpy as np

from stalemate.engine.day import DAY
from stalemate.engine.history import History
from stalemate.engine.simulate import Prepared, prepare
from stalemate.policies.directive import AbstractPolicy, Directive, Observation
from stalemate.scenario import read
from stalemate.scenario.resolve import Structures, resolve
from stalemate.systems.variables import state_type


@cache
def flagship() -> Prepared:
    """Return the flagship as arrays, made once."""
    return prepare(read.load("korea-1951"))


def days_of(
    prepared: Prepared, policy: AbstractPolicy, seed: int, replicates: range, days: int
) -> Iterator[tuple[int, Any, Any, Any]]:
    """Give each evening's (day, theatre, worlds, wars); the records are the same ones every day."""
    theatre = prepared.theatre.copy()
    worlds = resolve(prepared.scenario, seed, replicates, Structures())
    wars = np.zeros(len(worlds), state_type())
    history, none = History(prepared), np.zeros(len(worlds))
    for _, system in DAY:
        system.begin(prepared, worlds, wars)
    for day in range(days):
        when = prepared.scenario.start + timedelta(days=day)
        prepared.set_day(theatre, day)
        directive = policy.decide(
            Observation(when, history(when), history, none, none, prepared.classes, prepared.sections)
        )
        prepared.set_orders(theatre, directive)
        wars["order_weight"] = np.stack([np.broadcast_to(w, len(wars)) for w in directive.weights], axis=1)
        for _, system in DAY:
            system.loop(theatre, worlds, wars, day)
        yield day, theatre, worlds, wars


@final
@dataclass(frozen=True)
class Everywhere(AbstractPolicy):
    """The record's orders multiplied by mission, and some sorties more at every section, forbidden or not."""

    name: ClassVar[str] = "everywhere"
    summary: ClassVar[str] = "for tests"
    factors: tuple[float, ...] = (1.0,) * 7
    more_a_section: float = 0.0

    def decide(self, seen: Observation) -> Directive:
        missions = ("rail", "bridge", "road", "destruction", "other", "support", "superiority")
        ordered = seen.historical.scaled(**dict(zip(missions, self.factors, strict=True)))
        return replace(
            ordered, rail=ordered.rail + self.more_a_section, bridge=ordered.bridge + self.more_a_section
        )


@final
@dataclass(frozen=True)
class OneLine(AbstractPolicy):
    """The record's orders with sorties of one class more at one section from a day on."""

    name: ClassVar[str] = "one-line"
    summary: ClassVar[str] = "for tests"
    aircraft_class: int
    section: int
    more: float

    def decide(self, seen: Observation) -> Directive:
        rail = seen.historical.rail.copy()
        rail[self.aircraft_class, self.section] += self.more
        return replace(seen.historical, rail=rail)
