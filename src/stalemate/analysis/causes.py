"""Why supply was lost: each day's lost tonnes shared exactly among their causes. See docs/model/causes.md.

Every day of the period is carried once more from the same evening's state, with each set of causes at work
and the others taken away. What is lost to all causes together is shared by Shapley's value. It is done in two
readings: of what was ordered, with the orders as they were; and of what could be carried, where an order too
small to fill the railway is a cause like the others.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stalemate.analysis.estimate import Estimate, estimate
from stalemate.analysis.shapley import shapley
from stalemate.engine import simulate as engine
from stalemate.engine.day import DAY
from stalemate.engine.simulate import Prepared, Structures
from stalemate.ensemble.pool import Progress, Workers, go_on, side_by_side
from stalemate.ensemble.posteriors import structures_of
from stalemate.ensemble.runner import DEFAULT_SEED, checked_counts
from stalemate.ensemble.store import differences, model_digest, read_recipe
from stalemate.errors import QueryError, RunError
from stalemate.policies.directive import AbstractPolicy
from stalemate.policies.naming import named
from stalemate.scenario import read
from stalemate.scenario.resolve import DATED
from stalemate.scenario.schema import Scenario
from stalemate.systems.system import Records

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

LINE_CAUSES: Final = ("cuts", "bridges", "floods", "breaches")
"""What breaks railway lines: cuts, crossings with no bridge left, floods, water from breached dams."""
CAUSES: Final = (*LINE_CAUSES, "trucks", "demand")
"""Every cause, in the order of the tables: the lines', trucks destroyed, and too small an order."""
WHAT: Final = {"delivered": "front_tonnes", "front_tonnes": "front_tonnes", "rail_arrived": "rail_arrived"}
"""What can be asked for, and the quantity of transport that it is."""
DEFAULT_WARS: Final = 32

_UNIT: Final = "t/day"
_HARM: Final = ("civilian_deaths",)
_DEMAND: Final = 1 << CAUSES.index("demand")
_TRUCKS: Final = 1 << CAUSES.index("trucks")
_ORDERS: Final = ("grain_wanted", "ammunition_wanted", "works_wanted")
_BLOCK: Final = 16
_TRANSPORT: Final = next(system for _, system in DAY if system.name == "transport")


@dataclass(frozen=True)
class Amount:
    """Tonnes a day over the period: the mean over wars, which adds up, and the band, which need not."""

    mean: float
    band: Estimate


@dataclass(frozen=True)
class CauseShare:
    """What one cause took ``of_order``, and ``of_capacity`` where the order is a cause too.

    ``of_order`` is None for demand.
    """

    cause: str
    of_order: Amount | None
    of_capacity: Amount


@dataclass(frozen=True)
class SectionShare:
    """What one cause took of the order at one section of line, by the stated convention."""

    section: str
    cause: str
    lost: Amount


@dataclass(frozen=True)
class DayShare:
    """One day, tonnes, mean over wars: ``lost`` has what each cause took of the order, demand left out."""

    day: date
    delivered: float
    lost: tuple[float, ...]


@dataclass(frozen=True)
class Causes:
    """Why ``what`` fell short under a policy, from ``start`` to ``end``, over ``replicates`` wars.

    ``unbroken`` is what would have come with no cause but the order, ``capacity`` with none at all.
    ``killed``: civilians killed by bombing meanwhile. Sections are those that lost anything, the most first.
    """

    scenario: str
    policy: str
    what: str
    start: date
    end: date
    seed: int
    replicates: int
    structures: Structures
    delivered: Amount
    unbroken: Amount
    capacity: Amount
    killed: Amount
    causes: tuple[CauseShare, ...]
    sections: tuple[SectionShare, ...]
    days: tuple[DayShare, ...]


@dataclass(frozen=True)
class Asked:
    """Wars to ask about: of a scenario, under a policy by name, to ``end`` or the scenario's last day."""

    war: Scenario
    policy: str
    replicates: int
    seed: int
    structures: Structures
    end: date | None = None


def of_run(run: Path, policy: str | None, scenario: str | None, replicates: int | None) -> Asked:
    """Return the wars of a stored run: its first ones, 32 at most where no number is given.

    ``policy`` picks one where the run holds several; ``scenario`` is where the scenario is, if not in the
    package. Raises RunError if the scenario, the policy or the code are no longer those of the run, and
    QueryError for a policy or a number of wars that it does not hold.
    """
    recipe = read_recipe(run)
    names = [ordered.name for ordered in recipe.policies]
    if policy is None and len(names) > 1:
        raise QueryError(f"{run} holds {', '.join(names)}; pick one with --policy")
    name = policy or names[0]
    if name not in names:
        raise QueryError(f"{run} holds no policy {name!r}; it holds {', '.join(names)}")
    if replicates is not None and replicates > recipe.replicates:
        raise QueryError(f"{run} holds {recipe.replicates:,} wars; {replicates:,} were asked for")
    war = recipe.as_fought(read.load(scenario or recipe.scenario))
    there = {"scenario": recipe.scenario_digest, "model": recipe.model}
    there["policy"] = recipe.policies[names.index(name)].digest
    here = {"scenario": war.digest, "model": model_digest(), "policy": named(name, war).digest}
    differing = differences(there, here)
    if differing:
        raise RunError(f"{run} cannot be fought again here: {differing}. Make the run again")
    wars = min(DEFAULT_WARS, recipe.replicates) if replicates is None else replicates
    return Asked(war, name, wars, recipe.seed, structures_of(recipe), recipe.end)


def why(
    war: Scenario,
    policy: str | AbstractPolicy = "historical",
    *,
    what: str = "delivered",
    start: date | None = None,
    end: date | None = None,
    replicates: int = DEFAULT_WARS,
    seed: int = DEFAULT_SEED,
    structures: Structures | None = None,
    workers: Workers = None,
    progress: Progress | None = None,
) -> Causes:
    """Return what each cause took from what reached the front, or from what the railway brought.

    ``what`` is one of ``WHAT``; the period is the scenario's by default. Raises QueryError for anything else
    and for a period outside the scenario, and PolicyError for an unknown policy.
    """
    checked_counts(replicates, seed)
    first_day, last_day = start or war.start, end or war.end
    _check(war, what, first_day, last_day)
    chosen = named(policy, war) if isinstance(policy, str) else policy
    forms = structures or Structures()
    prepared = engine.prepare(war)
    first, last = war.day_of(first_day), war.day_of(last_day)

    def one(policy: AbstractPolicy, part: range) -> _Book:
        book = _Book(prepared, len(part), first, last, WHAT[what])
        block = engine.simulate(
            prepared, policy, seed, part, record=_HARM, structures=forms, until=last + 1, watch=book.watch
        )
        book.killed[:] = block.daily[_HARM[0]][:, first:].astype(np.float64).sum(axis=1)
        return book

    parts = [(chosen, range(at, min(at + _BLOCK, replicates))) for at in range(0, replicates, _BLOCK)]
    books = list(side_by_side(parts, one, workers=workers, progress=progress))
    days = last - first + 1
    ends = np.concatenate([book.ends for book in books], axis=2)
    of_order = np.concatenate([book.of_order for book in books], axis=2)
    of_capacity = np.concatenate([book.of_capacity for book in books], axis=1) / days
    by_section = np.concatenate([book.by_section for book in books], axis=2) / days
    delivered, unbroken, capacity = ends.mean(axis=1)
    shares = of_order.mean(axis=1)
    return Causes(
        scenario=war.name,
        policy=chosen.label,
        what=WHAT[what],
        start=first_day,
        end=last_day,
        seed=seed,
        replicates=replicates,
        structures=forms,
        delivered=_amount(delivered),
        unbroken=_amount(unbroken),
        capacity=_amount(capacity),
        killed=_amount(np.concatenate([book.killed for book in books]), "persons"),
        causes=tuple(
            CauseShare(cause, _amount(shares[i]) if i < len(shares) else None, _amount(of_capacity[i]))
            for i, cause in enumerate(CAUSES)
        ),
        sections=_sections(prepared, by_section),
        days=tuple(
            DayShare(first_day + timedelta(days=day), float(came), tuple(lost.tolist()))
            for day, (came, lost) in enumerate(
                zip(ends[0].mean(axis=1), of_order.mean(axis=2).T, strict=True)
            )
        ),
    )


def _check(war: Scenario, what: str, start: date, end: date) -> None:
    faults = []
    if what not in WHAT:
        faults.append(
            f"no causes of {what!r}; there are {', '.join(WHAT)}. What comes later in the day cannot "
            "be solved again from one evening: compare two policies instead"
        )
    if start > end:
        faults.append(f"the period runs from {start} to {end}; turn it round")
    faults += [
        f"{day} is outside {war.name}, {war.start} to {war.end}"
        for day in (start, end)
        if not war.start <= day <= war.end
    ]
    if faults:
        raise QueryError("\n".join(faults))


def _amount(values: Floats, unit: str = _UNIT) -> Amount:
    return Amount(float(values.mean()), estimate(values, unit))


def _sections(prepared: Prepared, by_section: Floats) -> tuple[SectionShare, ...]:
    rows = [
        SectionShare(section, cause, _amount(by_section[i, s]))
        for s, section in enumerate(prepared.sections)
        for i, cause in enumerate(LINE_CAUSES)
        if by_section[i, s].any()
    ]
    return tuple(sorted(rows, key=lambda row: -row.lost.mean))


@final
class _Book:
    """What one block's days lost; watches the wars each day before transport.

    ``ends``: (3, day, war), tonnes delivered as it was, with nothing broken, and with orders raised too.
    ``of_order``: (cause, day, war), demand left out. ``of_capacity``: (cause, war), tonnes of all days.
    ``by_section``: (line cause, section, war), tonnes of all days. ``killed``: (war,), civilians killed by
    bombing over all days.
    """

    def __init__(self, prepared: Prepared, wars: int, first: int, last: int, quantity: str) -> None:
        days, sections = last - first + 1, len(prepared.sections)
        self._first, self._quantity = first, quantity
        self._trucks_lost = np.zeros(wars)
        self.ends = np.zeros((3, days, wars))
        self.of_order = np.zeros((len(CAUSES) - 1, days, wars))
        self.of_capacity = np.zeros((len(CAUSES), wars))
        self.by_section = np.zeros((len(LINE_CAUSES), sections, wars))
        self.killed = np.zeros(wars)

    def watch(self, system: str, day: int, theatre: Records, worlds: Records, wars: Records) -> None:
        """Take down the day if it is in the period, and the trucks destroyed in any case."""
        go_on()
        if system != _TRANSPORT.name:
            return
        if day >= self._first:
            tonnes, lines, carried = carry_again(
                theatre.copy(), worlds, wars, day, self._trucks_lost, self._quantity
            )
            self._take_down(day - self._first, tonnes, lines, carried)
        self._trucks_lost += wars["trucks_lost"]

    def _take_down(self, day: int, tonnes: Floats, lines: Floats, carried: Floats) -> None:
        ordered = tonnes[_DEMAND:]
        self.ends[:, day] = tonnes[-1], ordered[0], tonnes[0]
        self.of_order[:, day] = shapley(-ordered)
        self.of_capacity += shapley(-tonnes)
        for i in range(len(LINE_CAUSES)):
            self.by_section[i] += self.of_order[i, day] * section_weights(lines[i], carried).T


def carry_again(
    theatre: Records, worlds: Records, wars: Records, day: int, trucks_lost: Floats, quantity: str
) -> tuple[Floats, Floats, Floats]:
    """Solve a day's transport with each set of causes at work, from the state that precedes it.

    ``theatre`` is used as scratch. ``trucks_lost``: (war,), trucks destroyed before the day. Returns the
    tonnes of ``quantity``, (2 ** cause, war), bit i of a set's number standing for cause i; the night share
    that each line cause leaves, (line cause, war, section); and what each line would carry with nothing
    broken, (war, section), tonnes.
    """
    lines = open_shares(theatre, wars)
    on_network = theatre[0]["is_open"][: lines.shape[2]] == 1
    active = _active(lines, on_network, wars, trucks_lost)
    more = _orders_raised(theatre, worlds, wars)
    tonnes = np.zeros((1 << len(CAUSES), len(wars)))
    carried = np.zeros(lines.shape[1:])
    for causes in range(len(tonnes)):
        same = causes & active
        solved = same == causes
        tonnes[causes, ~solved] = tonnes[same[~solved], ~solved]
        if not solved.any():
            continue
        states = wars[solved]
        share = np.where(on_network, 1.0, 0.0) * np.ones((len(states), 1))
        for i in range(len(LINE_CAUSES)):
            if causes >> i & 1:
                share *= lines[i, solved]
        states["open_share"][:, : lines.shape[2]] = share
        if not causes & _TRUCKS:
            states["trucks"] += trucks_lost[solved]
            states["trucks_lost"] = 0
        if not causes & _DEMAND:
            for order in _ORDERS:
                states[order] *= more[solved, None]
        _TRANSPORT.loop(theatre, worlds[solved], states, day)
        tonnes[causes, solved] = states[quantity].sum(axis=1)
        if causes == _DEMAND:
            carried = states["section_tonnes"][:, : lines.shape[2]]
    return tonnes, lines, carried


def open_shares(theatre: Records, wars: Records) -> Floats:
    """Return the share of the night that each line cause by itself leaves a line whole.

    (line cause, war, section). Their product, on the lines of the network, is the day's open share.
    """
    one = theatre[0]
    sections, crossings = int(one["n_sections"]), int(one["n_crossings"])
    section_of = np.repeat(np.arange(sections), one["crossings_on"][:sections])
    parallel = wars["today"][:, DATED["bridge_parallel"]].astype(np.int64)
    gone = wars["bridges_down"][:, :crossings] == parallel[:, None]
    shut = np.zeros((len(wars), sections), np.bool_)
    for crossing, section in enumerate(section_of):
        shut[:, section] |= gone[:, crossing]
    return np.stack(
        [
            wars["cut_open_share"][:, :sections],
            np.where(shut, 0.0, 1.0),
            np.where(wars["washed_out"][:, :sections] > 0, 0.0, 1.0),
            np.where(wars["breach_days"][:, :sections] > 0.0, 0.0, 1.0),
        ]
    )


def _active(lines: Floats, on_network: Flags, wars: Records, trucks_lost: Floats) -> npt.NDArray[np.int64]:
    """Return which causes can make a difference today, as a set's number: (war,); the order always may."""
    active = np.full(len(wars), _DEMAND, np.int64)
    for i in range(len(LINE_CAUSES)):
        active |= np.where((lines[i] < 1.0)[:, on_network].any(axis=1), 1 << i, 0)
    active |= np.where(trucks_lost + wars["trucks_lost"] > 0, _TRUCKS, 0)
    return active


def _orders_raised(theatre: Records, worlds: Records, wars: Records) -> Floats:
    """Return by how much orders must rise to fill the whole trunk of the night, at least 1: (war,)."""
    cars = wars["today"][:, DATED["rail_trunk_cars"]] * worlds["rail_trunk_factor"]
    trunk = cars * worlds["rail_tonnes_per_car"] * theatre[0]["night_share"]
    ordered: Floats = np.sum([wars[order].sum(axis=1) for order in _ORDERS], axis=0)
    more: Floats = np.divide(trunk, ordered, out=np.ones(len(wars)), where=ordered > 0)
    return np.maximum(more, 1.0)


def section_weights(open_share: Floats, carried: Floats) -> Floats:
    """Return how one line cause's tonnes of a day are shared among sections: (war, section), rows sum to 1.

    By night share lost x tonnes that the line would carry with nothing broken. Where no broken line would
    have carried any, by night share lost alone; a war without a broken line has zeros.
    """
    lost = 1.0 - open_share
    weights = lost * carried
    weights = np.where(weights.sum(axis=1, keepdims=True) > 0, weights, lost)
    total = weights.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    return shares
