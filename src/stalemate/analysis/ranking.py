"""What the target committee would plan on a day, and why not the rest: docs/model/committee.md.

Wars are fought to the morning of the day; then the committee meets, whether it is its day or not. Every
target is shown with its three terms for the class of aircraft that does best there, sortie by sortie.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, final

import numpy as np
import numpy.typing as npt

from stalemate.analysis.estimate import Estimate, estimate
from stalemate.engine import simulate as engine
from stalemate.engine.day import DAY
from stalemate.engine.simulate import Prepared, Structures
from stalemate.ensemble.pool import Progress, go_on, side_by_side
from stalemate.ensemble.runner import DEFAULT_SEED, checked_counts
from stalemate.errors import QueryError
from stalemate.policies.directive import AbstractPolicy, Choice, Directive, Observation
from stalemate.policies.naming import named
from stalemate.scenario.air import LEVELS, TARGET_CLASSES, Level, Rule
from stalemate.scenario.schema import Scenario
from stalemate.systems import offers
from stalemate.systems.system import Records
from stalemate.systems.theatre import FORTNIGHT

Floats = npt.NDArray[np.float64]

DEFAULT_WARS: Final = 64
DESTROYED: Final = 0.05
"""A target of which less stands, as the committee sees it, counts as destroyed when it is not struck."""
LINES: Final = ("rail", "road")
"""What competes with fixed targets as one target each."""

_BLOCK: Final = 16
COMMITTEE: Final = "committee"
"""The system that plans the fixed targets."""
_RAIL, _BRIDGE, _ROAD, _DESTRUCTION = range(4)


@dataclass(frozen=True)
class Ranked:
    """One fixed target on the committee's list.

    ``effect`` is what destroying it is worth, in aim areas of a bridge; ``damage`` the share of it that one
    raid destroys; ``cost`` a sortie's price in the unit of the effect; ``score`` what a sortie of the first
    raid is worth, its price paid. All are those of the class that does best there, ``aircraft_class`` in most
    wars, None where none reaches it. ``people`` are those near it when it is struck. ``planned``: sorties of
    the fortnight; ``chosen``: the share of wars in which there are any. ``said_by`` tells who asked for the
    ``level`` of approval. ``why_not`` is the commonest reason where nothing was planned, None if every war
    struck it.
    """

    target: str
    name: str
    target_class: str
    effect: Estimate
    damage: Estimate
    cost: Estimate
    score: Estimate
    aircraft_class: str | None
    people: float
    planned: Estimate
    chosen: float
    level: Level
    said_by: str
    why_not: str | None


@dataclass(frozen=True)
class Summed:
    """What a class of target got: ``targets`` struck and ``planned`` sorties of the fortnight.

    For rail and road ``targets`` is 1 where anything is flown at them.
    """

    name: str
    known: int
    targets: Estimate
    planned: Estimate


@dataclass(frozen=True)
class Ranking:
    """The committee's list on a day: targets by score, the best first, and sums by class of target."""

    scenario: str
    policy: str
    when: date
    seed: int
    replicates: int
    choice: Choice
    targets: tuple[Ranked, ...]
    classes: tuple[Summed, ...]


def ranking(
    war: Scenario,
    policy: str | AbstractPolicy,
    when: date,
    *,
    replicates: int = DEFAULT_WARS,
    seed: int = DEFAULT_SEED,
    structures: Structures | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Ranking:
    """Return what the committee would plan on a day under a policy, over some wars.

    Raises QueryError for a day outside the scenario and PolicyError for an unknown policy.
    """
    checked_counts(replicates, seed)
    if not war.start <= when <= war.end:
        raise QueryError(f"{when} is outside {war.name}, {war.start} to {war.end}")
    chosen = named(policy, war) if isinstance(policy, str) else policy
    prepared = engine.prepare(war)
    day = war.day_of(when)

    def one(policy: AbstractPolicy, part: range) -> _Meeting:
        meeting = _Meeting(prepared, day)
        overheard = _Overheard(policy, meeting.orders)
        engine.simulate(
            prepared,
            overheard,
            seed,
            part,
            record=(),
            structures=structures,
            until=day + 1,
            watch=meeting.watch,
        )
        return meeting

    parts = [(chosen, range(at, min(at + _BLOCK, replicates))) for at in range(0, replicates, _BLOCK)]
    meetings = list(side_by_side(parts, one, workers=workers, progress=progress))
    ordered = meetings[0].orders[-1]
    rows = [_ranked(prepared, meetings, ordered, day, when, i) for i in range(len(prepared.targets))]
    rows.sort(key=lambda row: -np.nan_to_num(row.score.median, nan=-np.inf))
    return Ranking(
        scenario=war.name,
        policy=chosen.label,
        when=when,
        seed=seed,
        replicates=replicates,
        choice=ordered.choice,
        targets=tuple(rows),
        classes=_summed(prepared, meetings, day),
    )


@final
@dataclass(frozen=True)
class _Overheard(AbstractPolicy):
    """A policy whose last directive is kept."""

    name: ClassVar[str] = "overheard"
    summary: ClassVar[str] = "a policy whose last directive is kept"
    inner: AbstractPolicy
    orders: list[Directive]

    @property
    def label(self) -> str:
        """The inner policy's, for what is said of its orders."""
        return self.inner.label

    def decide(self, seen: Observation) -> Directive:
        """Return the inner policy's directive."""
        self.orders[:] = [self.inner.decide(seen)]
        return self.orders[0]


def meeting_on(day: int, theatre: Records, worlds: Records, wars: Records) -> tuple[Records, Records]:
    """Let the committee meet on a copy of a day and return the copies: theatre and wars."""
    committee = next(system for _, system in DAY if system.name == COMMITTEE)
    place, states = theatre.copy(), wars.copy()
    place[0]["replan"] = 1
    committee.loop(place, worlds, states, day)
    return place, states


@final
class _Meeting:
    """One block's meeting; watches the wars on the morning of the day.

    ``effect``, ``damage``, ``cost``, ``score`` and ``left``: (war, target); ``best``: (war, target), the
    class's number, -1 if none reaches; ``planned``: (war, target), ``lines``: (war, 2), sorties;
    ``approval``: (war,). ``works``: (target,), whether a class with sorties ordered reaches it; ``attended``:
    (target,), whether one is ordered to give its class of target a share.
    """

    def __init__(self, prepared: Prepared, day: int) -> None:
        self._prepared, self._day = prepared, day
        self.orders: list[Directive] = []

    def watch(self, system: str, day: int, theatre: Records, worlds: Records, wars: Records) -> None:
        """Let the committee meet on a copy of the day, and take down what it planned."""
        go_on()
        if system != COMMITTEE or day != self._day:
            return
        place, states = meeting_on(day, theatre, worlds, wars)
        self._take_terms(place, worlds, states)
        self._take_plan(place, states)

    def _take_terms(self, place: Records, worlds: Records, wars: Records) -> None:
        one, count, classes = place[0], len(self._prepared.targets), len(self._prepared.classes)
        ordered = one["ordered_destruction"][:classes] > 0
        self.works = (one["target_reach"][:count, :classes] * ordered).any(axis=1)
        attends = one["attention"][:classes][:, one["target_class"][:count]] * ordered[:, None]
        self.attended = (attends * one["target_reach"][:count, :classes].T).any(axis=0)
        self.approval = wars["approval"].copy()
        shape = (len(wars), count)
        self.effect, self.left = np.zeros(shape), np.zeros(shape)
        self.damage, self.cost, self.score = (np.full(shape, np.nan) for _ in range(3))
        self.best = np.full(shape, -1)
        for w, (world, war) in enumerate(zip(worlds, wars, strict=True)):
            for i in range(count):
                self.left[w, i] = offers.standing(one, war, i)
                value = war["class_value"][one["target_class"][i]] * one["target_worth"][i]
                self.effect[w, i] = value * self.left[w, i]
                for k in np.flatnonzero(ordered | ~self.works[i]):
                    self._take_class(one, world, war, (w, i), int(k))

    def _take_class(self, one: np.void, world: np.void, war: np.void, at: tuple[int, int], k: int) -> None:
        """Keep a class's terms at a target if a sortie of it is worth more there than of those before."""
        rate = offers.rate(one, world, war, at[1], k)
        if rate > 0:
            price = offers.price(one, world, war, at[1], k)
            damage = -np.expm1(-rate * war["package"][k])
            score = self.effect[at] * damage / war["package"][k] - price
            if not score <= self.score[at]:
                self.best[at], self.score[at] = k, score
                self.damage[at], self.cost[at] = damage, price

    def _take_plan(self, place: Records, wars: Records) -> None:
        one, classes = place[0], len(self._prepared.classes)
        self.planned = np.zeros(self.effect.shape)
        for w, war in enumerate(wars):
            for k in range(classes):
                slots = slice(0, int(war["plan_count"][k]))
                np.add.at(self.planned[w], war["plan_target"][k, slots], war["plan_sorties"][k, slots])
        weight = wars["order_weight"][:, None, :]
        rail = one["ordered_rail"] * weight[:, :, _RAIL] + one["ordered_bridge"] * weight[:, :, _BRIDGE]
        road = one["ordered_road"] * weight[:, :, _ROAD]
        fixed = one["ordered_destruction"] * weight[:, :, _DESTRUCTION]
        share = wars["mission_share"]
        if one["choice"] == 0:
            flown = [rail, road]
        else:
            stated = np.maximum(np.maximum(rail, road), fixed)
            flown = [stated * share[:, :, _RAIL], stated * share[:, :, _ROAD]]
        self.lines = FORTNIGHT * np.stack([line[:, :classes].sum(axis=1) for line in flown], axis=1)


def _ranked(
    prepared: Prepared, meetings: Sequence[_Meeting], ordered: Directive, day: int, when: date, i: int
) -> Ranked:
    target = next(row for row in prepared.scenario.targets if row.id == prepared.targets[i])
    rules = [rule for rule in prepared.scenario.authority if rule.start <= when <= rule.end]
    deciding = max(
        (rule for rule in rules if rule.fits(target)), key=lambda rule: LEVELS.index(rule.level), default=None
    )
    planned = np.concatenate([meeting.planned[:, i] for meeting in meetings])
    best = Counter(np.concatenate([meeting.best[:, i] for meeting in meetings]).tolist()).most_common(1)[0][0]

    def term(name: str, unit: str) -> Estimate:
        return estimate(np.concatenate([getattr(meeting, name)[:, i] for meeting in meetings]), unit)

    reasons = Counter(
        _why_not(prepared, meeting, ordered, deciding, day, (w, i))
        for meeting in meetings
        for w in np.flatnonzero(meeting.planned[:, i] == 0).tolist()
    )
    return Ranked(
        target=target.id,
        name=target.name,
        target_class=target.target_class,
        effect=term("effect", "aim areas of a bridge"),
        damage=term("damage", "1"),
        cost=term("cost", "aim areas of a bridge/sortie"),
        score=term("score", "aim areas of a bridge/sortie"),
        aircraft_class=prepared.classes[best] if best >= 0 else None,
        people=float(prepared.theatre[0]["target_people"][i]),
        planned=estimate(planned, "sorties"),
        chosen=float((planned > 0).mean()),
        level=LEVELS[int(prepared.levels[day, i])],
        said_by=deciding.said_by if deciding else "no rule: in the field",
        why_not=reasons.most_common(1)[0][0] if reasons else None,
    )


def _why_not(
    prepared: Prepared,
    meeting: _Meeting,
    ordered: Directive,
    deciding: Rule | None,
    day: int,
    at: tuple[int, int],
) -> str:
    """Return why nothing was planned at a target in a war: the first reason that would be enough."""
    war, i = at
    c = int(prepared.theatre[0]["target_class"][i])
    name, level = TARGET_CLASSES[c], int(prepared.levels[day, i])
    if name in ordered.forbidden:
        return f"the policy forbids the class {name}"
    if prepared.law_forbids[ordered.law][c]:
        articles = [
            row.articles
            for row in prepared.scenario.law
            if row.law == ordered.law and row.target_class == name and row.treatment == "forbidden"
        ]
        return f"forbidden by {ordered.law}, article {'; '.join(articles)}"
    if LEVELS[level] == "never" or level > meeting.approval[war]:
        who = f": {deciding.said_by}" if deciding else ""
        if LEVELS[level] == "never":
            return f"never to be struck{who}"
        return f"needs leave of {LEVELS[level]}, had {LEVELS[int(meeting.approval[war])]}{who}"
    if not prepared.known[day, i]:
        return "not known yet"
    if not meeting.works[i]:
        return "out of reach of the classes ordered to fixed targets"
    if meeting.left[war, i] < DESTROYED:
        return "destroyed already, as far as is known"
    if ordered.choice == "given" and not meeting.attended[i]:
        return f"the orders give the class {name} no share"
    return "worth less than what was chosen"


def _summed(prepared: Prepared, meetings: Sequence[_Meeting], day: int) -> tuple[Summed, ...]:
    planned = np.concatenate([meeting.planned for meeting in meetings])
    lines = np.concatenate([meeting.lines for meeting in meetings])
    one = prepared.theatre[0]
    rows = []
    for c, name in enumerate(TARGET_CLASSES):
        those = slice(int(one["first_target"][c]), int(one["last_target"][c]))
        struck = (planned[:, those] > 0).sum(axis=1).astype(float)
        rows.append(
            Summed(
                name,
                int(prepared.known[day, those].sum()),
                estimate(struck, "targets"),
                estimate(planned[:, those].sum(axis=1), "sorties"),
            )
        )
    for number, name in enumerate(LINES):
        flown = lines[:, number]
        rows.append(
            Summed(name, 1, estimate((flown > 0).astype(float), "targets"), estimate(flown, "sorties"))
        )
    return tuple(sorted(rows, key=lambda row: -row.planned.median))
