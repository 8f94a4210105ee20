"""Run wars in lockstep: every replicate of a block through the day's table, day after day."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

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

Series = npt.NDArray[np.float32]
Watch = Callable[[str, int, Records, Records, Records], None]
"""Called before each system's turn with its name, the day, theatre, worlds and wars; it changes nothing."""

_OF: Final = "@"
"""Between a quantity and the places of a series."""


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
    kept = {name: _places_of(prepared, name) for name in record}
    daily = _empty_series(kept, whole, len(wars), days)
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
            series[day] = _of_day(wars, name, kept[name], series.ndim == 3)
    repair, fire = zip(*(forms.of(replicate) for replicate in replicates), strict=True)
    by_war = {name: series.swapaxes(0, 1) for name, series in daily.items()}
    return Block(replicates, by_war, {"repair": np.array(repair), "fire": np.array(fire)})


def series_of(quantity: str, place: str | None) -> str:
    """Return the name of a series: a quantity, or its total or mean over the places joined by ``+``."""
    return quantity if place is None else f"{quantity}{_OF}{place}"


def over_places(quantity: str, values: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
    """Return the whole of a quantity, (..., place) -> (...): its total over places, or the mean of a share.

    Values are converted first and added along the last axis, so that no war's sum hangs on its neighbours.
    """
    exact = np.ascontiguousarray(values, dtype=np.float64)
    total = exact.sum(axis=-1)
    return np.asarray(total / exact.shape[-1] if RECORDED[quantity].kind == "mean" else total)


def _places_of(prepared: Prepared, series: str) -> slice | npt.NDArray[np.int64]:
    """Return which places of its quantity a series takes in: all that there are, or those that it names.

    Raises QueryError for a quantity or place that is not there.
    """
    quantity, _, chosen = series.partition(_OF)
    names = places(prepared, quantity)
    if not chosen:
        return slice(len(names))
    unknown = [place for place in chosen.split("+") if place not in names]
    if unknown:
        raise QueryError(f"{quantity}: no place {', '.join(unknown)}; there are {', '.join(names) or 'none'}")
    return np.array([names.index(place) for place in chosen.split("+")])


def _of_day(
    wars: Records, series: str, places: slice | npt.NDArray[np.int64], by_place: bool
) -> npt.NDArray[np.generic]:
    """Return the values of a series on the day: (war,), or (war, place)."""
    quantity = series.partition(_OF)[0]
    if not RECORDED[quantity].axes:
        return wars[quantity]
    values = wars[quantity][:, places]
    return values if by_place else over_places(quantity, values)


def _empty_series(
    kept: Mapping[str, slice | npt.NDArray[np.int64]], whole: Sequence[str], wars: int, days: int
) -> dict[str, Series]:
    """Return the zeroed daily arrays of the series asked for, (day, war) or (day, war, place).

    A day's values lie together, since they are written day by day. kept: series -> its places.
    """
    return {
        name: np.zeros(
            (days, wars, places.stop)
            if isinstance(places, slice) and places.stop and name not in whole
            else (days, wars),
            np.float32,
        )
        for name, places in kept.items()
    }
