"""A war of a few lines in place of the engine: every number is a plain function of seed, war, day and place.

``put_in_place`` makes the runner use it, so that what is tested is the bookkeeping above the engine: blocks,
shards, files, bands. A war's numbers do not depend on the block it runs in, as the engine promises.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, final

import numpy as np

from stalemate.engine import simulate as engine
from stalemate.engine.record import over_places
from stalemate.ensemble.outcomes import QUANTITIES
from stalemate.policies.directive import AbstractPolicy, Directive, Observation
from stalemate.scenario.schema import Observed, Scenario
from stalemate.systems.variables import RECORDED, SIZES

PLACES = ("west", "middle", "east")
PARTS = date(1952, 8, 31)


@final
@dataclass(frozen=True)
class Shifted(AbstractPolicy):
    """Adds ``shift`` to every number from the parting day on."""

    name: ClassVar[str] = "shifted"
    summary: ClassVar[str] = "a shift for tests"
    parts: date | None = PARTS
    shift: float = 10.0

    def decide(self, seen: Observation) -> Directive:
        return seen.historical


@final
@dataclass(frozen=True)
class Plain(AbstractPolicy):
    """Changes nothing."""

    name: ClassVar[str] = "plain"
    summary: ClassVar[str] = "nothing, for tests"
    parts: date | None = None

    def decide(self, seen: Observation) -> Directive:
        return seen.historical


def scenario(
    *observations: Observed, start: date = date(1951, 7, 10), end: date = date(1953, 7, 27)
) -> Scenario:
    """Return a scenario without tables, but for its observations."""
    empty = {name: () for name in Scenario.__dataclass_fields__}
    filled = {"name": "toy", "title": "Toy", "summary": "", "licence": "", "switches": {}, "narrowed": {}}
    return Scenario(
        **{**empty, **filled, "digest": "d" * 64, "start": start, "end": end, "observations": observations}
    )


def observed(quantity: str, start: str, end: str, low: float, high: float, **other: object) -> Observed:
    """Return an observation."""
    unit = RECORDED[quantity].unit if quantity in RECORDED else "1"
    given = {"block": "rail", "figure": "x", "place": None, "unit": unit, "role": "frozen"}
    given |= {"note": None, "reason": None}
    cells = {"quantity": quantity, "start": start, "end": end, "low": low, "high": high}
    return Observed.model_validate({**given, **cells, **other})


def series(quantity: str, seed: int, war: int, days: int) -> np.ndarray:
    """Return one war's daily numbers, (day,) or (day, place), before any policy."""
    address = f"{quantity} {seed} {war}".encode()
    luck = np.random.default_rng(int.from_bytes(hashlib.sha256(address).digest()[:8], "little"))
    axes = RECORDED[quantity].axes
    width = SIZES[axes[0]] if axes in (("target_class",), ("explanation",)) else len(PLACES)
    shape = (days, width) if axes else (days,)
    return luck.gamma(4.0, 25.0, shape)


def simulate(
    prepared, policy, seed, replicates, *, record, whole=(), structures=None, until=None, watch=None
):
    """Run the toy war with the engine's arguments."""
    structures = structures or engine.Structures()
    days = until if until is not None else prepared.days
    parted = np.arange(days) >= ((policy.parts - prepared.start).days if policy.parts else days)
    daily = {}
    for name in record:
        if watch is not None:
            watch(name, 0, None, None, None)
        quantity, _, chosen = name.partition("@")
        wars = np.stack([series(quantity, seed, war, days) for war in replicates])
        shift = getattr(policy, "shift", 0.0) * parted
        wars = (wars + (shift if wars.ndim == 2 else shift[:, None])).astype(np.float32)
        if chosen:
            wars = over_places(quantity, wars[..., [PLACES.index(one) for one in chosen.split("+")]])
        daily[name] = wars
    repair = [structures.repair[war % len(structures.repair)] for war in replicates]
    fire = [structures.fire[war // len(structures.repair) % len(structures.fire)] for war in replicates]
    forms = {"repair": np.array(repair), "fire": np.array(fire)}
    return engine.Block(replicates=replicates, daily=daily, structures=forms)


def put_in_place(monkeypatch) -> None:
    """Replace the engine by the toy war for one test."""
    monkeypatch.setattr(engine, "prepare", lambda war: war)
    monkeypatch.setattr(engine, "places", lambda war, quantity: PLACES if RECORDED[quantity].axes else ())
    monkeypatch.setattr(engine, "simulate", simulate)
    monkeypatch.setattr(engine, "compile_kernels", lambda progress: progress("toy", 1, 1))


def every_daily(seed: int, wars: int, days: int) -> dict[str, np.ndarray]:
    """Return all kept quantities of the first wars, float64, before any policy."""
    return {q: np.stack([series(q, seed, war, days) for war in range(wars)]) for q in QUANTITIES}
