"""Run wars in lockstep: every replicate of a block through the day's table, day after day."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from stalemate.engine.day import DAY, check
from stalemate.engine.history import history_of
from stalemate.errors import QueryError
from stalemate.policies import directive as orders
from stalemate.policies.directive import AbstractPolicy, Directive, Observation
from stalemate.scenario.air import TARGET_CLASSES
from stalemate.scenario.diplomacy import ITEMS
from stalemate.scenario.network import contract
from stalemate.scenario.resolve import Structures, resolve, world_type
from stalemate.scenario.schema import Scenario
from stalemate.systems import arrays
from stalemate.systems.diplomacy import EXPLANATIONS
from stalemate.systems.system import Records
from stalemate.systems.theatre import Prepared, theatre_type
from stalemate.systems.variables import RECORDED, state_type

__all__ = ["Block", "Prepared", "Structures", "Watch", "compile_kernels", "places", "prepare", "simulate"]

Series = npt.NDArray[np.float32]
Watch = Callable[[str, int, Records, Records, Records], None]
"""Called before each system's turn with its name, the day, theatre, worlds and wars; it changes nothing."""


@dataclass(frozen=True)
class Block:
    """Wars simulated together.

    ``daily``: field -> (replicate, day), or (replicate, day, place) where places were asked for.
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


def places(prepared: Prepared, quantity: str) -> tuple[str, ...]:
    """Return the names along a recorded quantity's axis, () if it has none.

    Raises QueryError if nothing of that name is recorded.
    """
    if quantity not in RECORDED:
        raise QueryError(f"found the quantity {quantity!r}; expected one of {', '.join(sorted(RECORDED))}")
    axes = RECORDED[quantity].axes
    names = {
        "class": prepared.classes,
        "section": prepared.sections,
        "crossing": prepared.crossings,
        "sector": prepared.sectors,
        "explanation": EXPLANATIONS,
        "item": ITEMS,
        "target": prepared.targets,
        "target_class": TARGET_CLASSES,
    }
    return names[axes[0]] if axes else ()


def compile_kernels(progress: Callable[[str, int, int], None]) -> None:
    """Compile the day's kernels, or load them from the cache.

    Calls ``progress(name, done, total)`` before each system and once at the end.
    """
    theatre, world, war = (np.zeros(1, kind()) for kind in (theatre_type, world_type, state_type))
    for done, (_, system) in enumerate(DAY):
        progress(system.name, done, len(DAY))
        system.loop(theatre, world[:0], war[:0], 0)
    progress("", len(DAY), len(DAY))


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
    too are kept as their total over places, or the mean of a share. ``until`` stops after that many days.
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
    width = {name: len(places(prepared, name)) for name in record}
    daily = _empty_series(width, whole, len(wars), days)
    history = history_of(prepared)
    counted, lost = np.zeros(len(wars)), np.zeros(len(wars))
    given: Directive | None = None
    loops = [(system, system.loop) for _, system in DAY]
    for day in range(days):
        when = prepared.scenario.start + timedelta(days=day)
        prepared.set_day(theatre, day)
        seen = Observation(
            when, history(when), history, counted.copy(), lost.copy(), prepared.classes, prepared.sections
        )
        directive = policy.decide(seen)
        if directive is not given:
            orders.check(directive, policy, when, prepared.names, len(wars))
            prepared.set_orders(theatre, directive)
            for mission, weight in enumerate(directive.weights):
                wars["order_weight"][:, mission] = weight
            given = directive
        for system, loop in loops:
            if watch is not None:
                watch(system.name, day, theatre, worlds, wars)
            started = time.perf_counter()
            loop(theatre, worlds, wars, day)
            if timer is not None:
                timer[system.name] = timer.get(system.name, 0.0) + time.perf_counter() - started
        counted += wars["cuts_reported"].sum(1)
        lost += wars["aircraft_lost"].sum(1)
        for name, series in daily.items():
            series[day] = _of_day(wars, name, width[name], series.ndim == 3)
    repair, fire = zip(*(forms.of(replicate) for replicate in replicates), strict=True)
    by_war = {name: series.swapaxes(0, 1) for name, series in daily.items()}
    return Block(replicates, by_war, {"repair": np.array(repair), "fire": np.array(fire)})


def over_places(quantity: str, values: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
    """Return the whole of a quantity, (..., place) -> (...): its total over places, or the mean of a share.

    Values are converted first and added along the last axis, so that no war's sum hangs on its neighbours.
    """
    exact = np.ascontiguousarray(values, dtype=np.float64)
    total = exact.sum(axis=-1)
    return np.asarray(total / exact.shape[-1] if RECORDED[quantity].kind == "mean" else total)


def _of_day(wars: Records, name: str, width: int, by_place: bool) -> npt.NDArray[np.generic]:
    """Return a field's values of the day: (war,), or (war, place) for so many places."""
    if not RECORDED[name].axes:
        return wars[name]
    values = wars[name][:, :width]
    return values if by_place else over_places(name, values)


def _empty_series(width: Mapping[str, int], whole: Sequence[str], wars: int, days: int) -> dict[str, Series]:
    """Return the zeroed daily arrays of the fields asked for, (day, war) or (day, war, place).

    A day's values lie together, since they are written day by day. width: field -> its number of places.
    """
    by_place = {name for name in width if RECORDED[name].axes and name not in whole}
    return {
        name: np.zeros((days, wars, places) if name in by_place else (days, wars), np.float32)
        for name, places in width.items()
    }
