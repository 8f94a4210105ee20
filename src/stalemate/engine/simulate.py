"""Run wars in lockstep: every replicate of a block through the day's table, day after day."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.engine.day import DAY, check
from stalemate.engine.history import history_of
from stalemate.engine.record import Recorder, Series, compile_gather, places, series_of
from stalemate.kernel import entries
from stalemate.policies import directive as orders
from stalemate.policies.directive import AbstractPolicy, Directive, Observation
from stalemate.scenario.network import contract
from stalemate.scenario.resolve import Structures, resolve, world_type
from stalemate.scenario.schema import Scenario
from stalemate.systems import arrays
from stalemate.systems.system import Records
from stalemate.systems.theatre import Prepared, theatre_type
from stalemate.systems.variables import state_type

__all__ = [
    "Block",
    "Prepared",
    "Structures",
    "Watch",
    "compile_kernels",
    "places",
    "prepare",
    "series_of",
    "simulate",
]

Watch = Callable[[str, int, Records, Records, Records], None]
"""Called before each system's turn with its name, the day, theatre, worlds and wars; it changes nothing."""

_COUNTED: Final = ("cuts_reported", "aircraft_lost")
"""What a policy is told of the days before: cuts claimed and aircraft lost, in all."""


@dataclass(frozen=True)
class Block:
    """Wars simulated together.

    ``daily``: series -> (replicate, day), or (replicate, day, place) where places were asked for.
    ``structures``: ``repair`` and ``fire`` -> (replicate,), the rival form each war took.
    """

    replicates: range
    daily: dict[str, Series]
    structures: dict[str, npt.NDArray[np.str_]]


def prepare(scenario: Scenario) -> Prepared:
    """Return a checked scenario as the arrays that wars are run on.

    Raises ScenarioError if it is larger than the records.
    """
    return arrays.prepare(scenario, contract(scenario))


def compile_kernels(progress: Callable[[str, int, int], None]) -> None:
    """Compile the day's kernels, or load them from the cache.

    Calls ``progress(name, done, total)`` before each system and once at the end.
    """
    theatre, world, war = _no_wars()
    for done, (_, system) in enumerate(DAY):
        progress(system.name, done, len(DAY))
        system.loop(theatre, world, war, 0)
    compile_gather()
    progress("", len(DAY), len(DAY))


def _no_wars() -> tuple[Records, Records, Records]:
    """Return a theatre, and worlds and wars of a block of none."""
    return np.zeros(1, theatre_type()), np.zeros(0, world_type()), np.zeros(0, state_type())


@cache
def _compiled_day() -> tuple[tuple[str, Callable[..., None]], ...]:
    """Return each system's name and compiled loop, in the day's order."""
    loops = entries([system.loop for _, system in DAY], *_no_wars(), 0)
    return tuple((system.name, loop) for (_, system), loop in zip(DAY, loops, strict=True))


def simulate(
    prepared: Prepared,
    policy: AbstractPolicy,
    seed: int,
    replicates: range,
    *,
    record: Sequence[str],
    whole: Sequence[str] = (),
    structures: Structures | None = None,
    until: int | None = None,
    timer: dict[str, float] | None = None,
    watch: Watch | None = None,
) -> Block:
    """Run a block of wars and return what was asked to be recorded.

    ``record`` names fields of ``RECORDED``, kept by place where they have places; those that ``whole`` names
    too are kept as their total over places, or the mean of a share, and so is a name of ``series_of`` over
    the places it names. ``until`` stops after that many days.
    ``timer`` gathers seconds by system. ``watch`` sees the block before each system's turn. Same scenario,
    policy, seed and replicate give the same bits in any block.
    Raises QueryError for an unknown field and PolicyError for a directive that cannot be flown.
    """
    check()
    forms = structures or Structures()
    days = prepared.scenario.days if until is None else min(until, prepared.scenario.days)
    theatre = prepared.theatre.copy()
    worlds = resolve(prepared.scenario, seed, replicates, forms)
    wars = np.zeros(len(replicates), state_type())
    for _, system in DAY:
        system.begin(prepared, worlds, wars)
    recorder = Recorder(prepared, record, whole, _COUNTED, wars, days)
    history = history_of(prepared)
    given: Directive | None = None
    loops = _compiled_day()
    for day in range(days):
        when = prepared.scenario.start + timedelta(days=day)
        prepared.set_day(theatre, day)
        counted, lost = recorder.summed.copy()
        seen = Observation(when, history(when), history, counted, lost, prepared.classes, prepared.sections)
        directive = policy.decide(seen)
        if directive is not given:
            orders.check(directive, policy, when, prepared.names, len(wars))
            prepared.set_orders(theatre, directive)
            for mission, weight in enumerate(directive.weights):
                wars["order_weight"][:, mission] = weight
            given = directive
        for name, loop in loops:
            if watch is not None:
                watch(name, day, theatre, worlds, wars)
            started = time.perf_counter()
            loop(theatre, worlds, wars, day)
            if timer is not None:
                timer[name] = timer.get(name, 0.0) + time.perf_counter() - started
        recorder.keep(day)
    repair, fire = zip(*(forms.of(replicate) for replicate in replicates), strict=True)
    return Block(replicates, recorder.daily, {"repair": np.array(repair), "fire": np.array(fire)})
