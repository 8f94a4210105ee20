"""How far the record was from the best: effect against own losses against deaths: docs/model/frontier.md.

A fortnight's sorties of the record are given. Where might they have gone instead, with no more own losses and
no more deaths of civilians? Every best plan is proven to lie within a millionth of its bound. Deaths are a
limit or a cost here, never a gain. What is best hangs on weights that nobody knows: so all is asked in many
drawn worlds, and what holds whatever the weights is asked apart.
"""

import math
from dataclasses import dataclass
from datetime import date
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stalemate.analysis.best_plan import Solved
from stalemate.analysis.choice import Choice, Regime
from stalemate.analysis.estimate import Estimate, estimate
from stalemate.analysis.fortnight import KINDS, Fortnight, fortnight
from stalemate.analysis.leaning import LEAST_PAIRS, Leaning, leanings_of
from stalemate.engine.history import history_of
from stalemate.engine.simulate import Structures
from stalemate.ensemble.pool import Progress
from stalemate.ensemble.runner import DEFAULT_SEED
from stalemate.errors import QueryError
from stalemate.scenario.air import LAWS, LEVELS, TARGET_CLASSES, Law
from stalemate.scenario.schema import Scenario

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

DEFAULT_WARS: Final = 64
IN_LOSSES: Final = (0.25, 0.5, 1.0, math.inf)
"""Limits on own losses that are tried, the record's = 1."""
IN_DEATHS: Final = (0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, math.inf)
"""Limits on deaths of civilians that are tried, the record's = 1."""
NEAR: Final = 0.9
"""From this share of the best on the record counts as near it."""
KEPT: Final = 0.999
"""Share of the record's effect that counts as the same; a floor at all of it could leave no room."""

_EFFECT: Final = "aim areas of a bridge"
_OF_RECORD: Final = "the record = 1"
_OF_BEST: Final = "the best = 1"
_GRAIN: Final = 1e-4
"""Two plans that differ by less than this share of the record's effect, losses and deaths are one."""
_THRIFT: Final = 1e-6
"""Price of all the record's losses, and of all its deaths, as a share of its effect, so that no plan spends
what does nothing (Mavrotas 2009, the augmented epsilon-constraint)."""
_NOTHING: Final = 1e-6
"""What is less than this share of the plan's effect is below what is proven, and shown as nothing."""


@dataclass(frozen=True)
class Distance:
    """How far the record is from the best under a regime; ratios over wars, the record = 1 or the best = 1.

    ``best``: the most effect with no more sorties, losses and deaths than the record's, against the same
    under the record's own law; ``share``: the record's effect as a share of it; ``near``: the share of wars
    in which that is ``NEAR`` or more. ``deaths`` and ``losses``: the fewest with which the record's effect
    can be had, all else no more than the record's; ``possible``: the share of wars in which it can be had.
    """

    regime: Regime
    best: Estimate
    share: Estimate
    near: float
    deaths: Estimate
    losses: Estimate
    possible: float


@dataclass(frozen=True)
class Cell:
    """The most effect within limits, all against the record's; under other laws with its losses only.

    ``within_losses`` and ``within_deaths``: the limits. ``effect``, ``losses``, ``deaths``: what the best
    plan does and spends. ``efficient``: the share of wars in which no other cell of the regime does as well
    or better in all three.
    """

    regime: Regime
    within_losses: float
    within_deaths: float
    effect: Estimate
    losses: Estimate
    deaths: Estimate
    efficient: float


@dataclass(frozen=True)
class Worth:
    """What one more of something adds to the best plan, all else held: the multiplier of its limit.

    ``effect``: in aim areas of a bridge; ``share``: of the plan's effect, for one in a hundred more.
    ``binding``: the share of wars in which more would add anything.
    """

    of: str
    had: Estimate
    effect: Estimate
    share: Estimate
    binding: float


@dataclass(frozen=True)
class Restriction:
    """What a rule costs the best plan, as a share of its effect, with losses and deaths no more than before.

    ``lifted``: whether a rule that stands is lifted, or a kind of target that is open is spared. ``cost``:
    by solving again. ``by_price``: by the multipliers alone; never less than the cost where a rule is lifted,
    never more where a kind is spared. ``deaths``: by how much the best plan's deaths change, of the record's.
    """

    name: str
    lifted: bool
    targets: int
    cost: Estimate
    by_price: Estimate
    deaths: Estimate


@dataclass(frozen=True)
class Portion:
    """What a kind of target gets and gives, in the record and the best: of sorties, effect and deaths."""

    kind: str
    sorties: Estimate
    best_sorties: Estimate
    effect: Estimate
    best_effect: Estimate
    deaths: Estimate
    best_deaths: Estimate


@dataclass(frozen=True)
class Frontier:
    """The best allocations of a fortnight and the record's among them.

    ``effect``, ``losses``, ``deaths``: what the record buys and spends, by the same formulas as the best.
    ``law``: the one under which all is asked but distances and cells. ``believed``: what a best plan made on
    what was believed to stand does, as a share of the best. ``orders``: what the record's sorties at each
    kind of target do if they are divided at best within the kind, likewise. ``unknowing``: what one plan for
    all worlds does, made on the mean of what they hold, likewise; ``unknowing_ahead``: the share of worlds in
    which that is more than the record does. ``any_weights``: the fewest
    deaths, losses and sorties with which every kind of target could have been damaged as much as in the
    record, against the record's: no weight of a kind of target enters. ``gap``: the largest between a plan
    and its bound.
    """

    scenario: str
    when: date
    seed: int
    replicates: int
    law: Regime
    sorties: Estimate
    effect: Estimate
    losses: Estimate
    deaths: Estimate
    distances: tuple[Distance, ...]
    cells: tuple[Cell, ...]
    worths: tuple[Worth, ...]
    restrictions: tuple[Restriction, ...]
    portions: tuple[Portion, ...]
    believed: Estimate
    orders: Estimate
    unknowing: Estimate
    unknowing_ahead: float
    any_weights: tuple[tuple[str, Estimate], ...]
    gap: float
    leanings: tuple[Leaning, ...]

    def was_open(self, regime: Regime) -> bool:
        """Return whether a regime asks for the law of the day, or for none; another was not in force."""
        return regime.law in (None, self.distances[0].regime.law)


def frontier(
    war: Scenario,
    when: date,
    *,
    law: str | None = None,
    replicates: int = DEFAULT_WARS,
    seed: int = DEFAULT_SEED,
    structures: Structures | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Frontier:
    """Return the best allocations of the fortnight from a day on, and the record's distance from them.

    ``law``: the body of law for the questions that are asked under one only; the record's by default. Raises
    QueryError for an unknown law or a day outside the scenario, and ModelError if a plan cannot be proven.
    """
    chosen = checked_law(law)
    spell = fortnight(
        war,
        when,
        replicates=replicates,
        seed=seed,
        structures=structures,
        workers=workers,
        progress=progress,
    )
    return frontier_of(spell, chosen)


def checked_law(law: str | None) -> Law | None:
    """Return a body of law by its name. Raises QueryError for an unknown one."""
    for known in LAWS:
        if law == known:
            return known
    if law is not None:
        raise QueryError(f"found the law {law!r}; expected one of {', '.join(LAWS)}")
    return None


def frontier_of(spell: Fortnight, law: Law | None = None) -> Frontier:
    """Return the same for a fortnight that has been read off already."""
    war = spell.prepared.scenario
    choices = [Choice(spell, regime) for regime in _regimes(history_of(spell.prepared)(spell.when).law)]
    own = choices[0]
    record = _Record(own)
    chosen = next(choice for choice in choices if law in (None, choice.regime.law))
    best = record.best(chosen)
    on_belief = chosen.most_effect(record.losses, record.deaths, believed=True)
    unknowing = chosen.effect(chosen.one_plan(record.losses, record.deaths, best.value))
    share = record.effect / record.best(own).value
    return Frontier(
        scenario=war.name,
        when=spell.when,
        seed=spell.seed,
        replicates=spell.wars,
        law=chosen.regime,
        sorties=estimate(own.budget.sum(1), "sorties"),
        effect=estimate(record.effect, _EFFECT),
        losses=estimate(record.losses, "aircraft"),
        deaths=estimate(record.deaths, "persons"),
        distances=tuple(_distance(choice, record, own) for choice in choices),
        cells=tuple(cell for choice in choices for cell in _cells(choice, record, choice is chosen)),
        worths=_worths(chosen, record, best),
        restrictions=(*_lifted(chosen, record, best), *_spared(chosen, record, best)),
        portions=_portions(chosen, record, best),
        believed=estimate(chosen.effect(on_belief.sorties) / best.value, _OF_BEST),
        orders=estimate(own.divided() / best.value, _OF_BEST),
        unknowing=estimate(unknowing / best.value, _OF_BEST),
        unknowing_ahead=float((unknowing > record.effect).mean()),
        any_weights=_any_weights(chosen, record),
        gap=float(best.gap.max()),
        leanings=leanings_of(share, war, spell.seed, "share of the best")
        if spell.wars >= LEAST_PAIRS
        else (),
    )


def efficient(points: Floats) -> Flags:
    """Return which points no other is as good as in all things and better in one: (point,).

    points: (point, thing), more is better. Of points that are alike the first counts.
    """
    order = np.lexsort([np.arange(len(points)), *(-points.T[::-1])])
    kept: list[int] = []
    for one in order:
        if not any((points[other] >= points[one]).all() for other in kept):
            kept.append(int(one))
    return np.isin(np.arange(len(points)), kept)


@final
class _Record:
    """What the record bought and spent, by the formulas of the best: (war,)."""

    def __init__(self, choice: Choice) -> None:
        self.plan = choice.flown
        self.effect = choice.effect(self.plan)
        self.losses, self.deaths = choice.losses(self.plan), choice.deaths(self.plan)

    def best(self, choice: Choice) -> Solved:
        """Return the best plan with no more losses and deaths than the record."""
        return choice.most_effect(self.losses, self.deaths)


def _regimes(of_the_day: Law) -> tuple[Regime, ...]:
    """Return the record's law first, then the others with the same leave, then no restriction at all."""
    others = [law for law in LAWS if law != of_the_day]
    return (
        Regime(of_the_day, of_the_day, "theatre"),
        *(Regime(law, law, "theatre") for law in others),
        Regime("no restriction", None, "president"),
    )


def _distance(choice: Choice, record: _Record, own: Choice) -> Distance:
    best = record.best(choice).value
    share = record.effect / best
    anyhow = choice.most_effect(record.losses, np.full_like(best, np.inf)).value
    floor = KEPT * record.effect
    can = (best >= floor) & (anyhow >= floor)
    asked = np.where(can, floor, 0.0)[:, None]
    free = np.full_like(best, np.inf)
    fewest_deaths = choice.least(choice.deaths_a_sortie, asked, False, record.losses, free)
    fewest_losses = choice.least(choice.losses_a_sortie, asked, False, free, record.deaths)
    return Distance(
        choice.regime,
        estimate(best / record.best(own).value, "under the record's law = 1"),
        estimate(share, _OF_BEST),
        float((share >= NEAR).mean()),
        estimate(np.where(can, -fewest_deaths.value / record.deaths, np.nan), _OF_RECORD),
        estimate(np.where(can, -fewest_losses.value / record.losses, np.nan), _OF_RECORD),
        float(can.mean()),
    )


def _cells(choice: Choice, record: _Record, all_losses: bool) -> list[Cell]:
    """Return the most effect within every pair of limits, or within the record's losses alone."""
    limits = [(losses, deaths) for losses in IN_LOSSES if all_losses or losses == 1 for deaths in IN_DEATHS]
    thrift = choice.losses_a_sortie / record.losses[:, None, None]
    thrift = thrift + choice.deaths_a_sortie / record.deaths[:, None, None]
    thrift *= _THRIFT * record.effect[:, None, None]
    found = []
    for losses, deaths in limits:
        plan = choice.most_effect(losses * record.losses, deaths * record.deaths, thrift=thrift).sorties
        found.append(
            [
                choice.effect(plan) / record.effect,
                choice.losses(plan) / record.losses,
                choice.deaths(plan) / record.deaths,
            ]
        )
    points = np.moveaxis(np.array(found), 2, 0)
    grains = np.round(points / _GRAIN) * [1.0, -1.0, -1.0]
    good = np.array([efficient(of_war) for of_war in grains]).mean(0)
    return [
        Cell(
            choice.regime,
            losses,
            deaths,
            estimate(points[:, at, 0], _OF_RECORD),
            estimate(points[:, at, 1], _OF_RECORD),
            estimate(points[:, at, 2], _OF_RECORD),
            float(good[at]),
        )
        for at, (losses, deaths) in enumerate(limits)
    ]


def _worths(choice: Choice, record: _Record, best: Solved) -> tuple[Worth, ...]:
    """Return what one more sortie of each class, one aircraft and one death allowed would add."""
    classes = [name for name, flies in zip(choice.fortnight.classes, choice.flying, strict=True) if flies]
    names = [*(f"sortie, {name}" for name in classes), "aircraft lost", "civilian killed"]
    units = ["sorties"] * len(classes) + ["aircraft", "persons"]
    had = np.concatenate([choice.budget, record.losses[:, None], record.deaths[:, None]], axis=1)
    binds = best.worth * had > _NOTHING * best.value[:, None]
    worth = np.where(binds, best.worth, 0.0)
    return tuple(
        Worth(
            name,
            estimate(had[:, at], units[at]),
            estimate(worth[:, at], _EFFECT),
            estimate(0.01 * had[:, at] * worth[:, at] / best.value, "1"),
            float(binds[:, at].mean()),
        )
        for at, name in enumerate(names)
    )


def _lifted(choice: Choice, record: _Record, best: Solved) -> list[Restriction]:
    """Return what each rule that keeps targets off costs, and all of them together."""
    spell, stands = choice.fortnight, LEVELS.index(choice.regime.leave)
    rules = []
    for level in range(stands + 1, LEVELS.index("never")):
        rules.append((f"leave of {LEVELS[level]}", (spell.level == level) & ~choice.forbidden))
    for number, name in enumerate(TARGET_CLASSES):
        of_class = choice.forbidden & (spell.kind == number) & spell.may(choice.regime.leave)
        rules.append((f"{name}, by the law", of_class))
    rules = [(name, off) for name, off in rules if off.any()]
    if len(rules) > 1:
        rules.append(("all of these", np.any([off for _, off in rules], axis=0)))
    return [_restriction(choice, record, best, name, off, True) for name, off in rules]


def _spared(choice: Choice, record: _Record, best: Solved) -> list[Restriction]:
    """Return what it would cost to spare each kind of target that is open."""
    kinds = [(name, choice.open & (choice.fortnight.kind == number)) for number, name in enumerate(KINDS)]
    return [_restriction(choice, record, best, name, off, False) for name, off in kinds if off.any()]


def _restriction(
    choice: Choice, record: _Record, best: Solved, name: str, those: Flags, lifted: bool
) -> Restriction:
    opened = choice.open | those if lifted else choice.open & ~those
    other = choice.most_effect(record.losses, record.deaths, opened=opened)
    priced = (choice.profit(best) * those).sum(1)
    change = choice.deaths(other.sorties) - choice.deaths(best.sorties)
    return Restriction(
        name,
        lifted,
        int(those.sum()),
        estimate(_seen(np.abs(other.value - best.value) / best.value), "1"),
        estimate(_seen(priced / best.value), "1"),
        estimate(_seen(change / record.deaths), _OF_RECORD),
    )


def _seen(shares: Floats) -> Floats:
    """Return shares, those too small to be proven as nothing."""
    return np.where(np.abs(shares) > _NOTHING, shares, 0.0)


def _portions(choice: Choice, record: _Record, best: Solved) -> tuple[Portion, ...]:
    """Return what each kind of target gets and gives, in the record and in the best plan."""

    def shares(of_target: Floats) -> Floats:
        by_kind = choice.by_kind(of_target)
        whole = by_kind.sum(1, keepdims=True)
        return np.asarray(by_kind / np.where(whole > 0, whole, 1.0))

    columns = []
    for plan in (record.plan, best.sorties):
        deaths = (choice.deaths_a_sortie * plan).sum(2)
        columns.append([shares(plan.sum(2)), shares(choice.bought(plan)), shares(deaths)])
    ordered = [columns[which][what] for what in range(3) for which in range(2)]
    return tuple(
        Portion(name, *(estimate(column[:, number], "1") for column in ordered))
        for number, name in enumerate(KINDS)
        if any(column[:, number].any() for column in ordered)
    )


def _any_weights(choice: Choice, record: _Record) -> tuple[tuple[str, Estimate], ...]:
    """Return the least of each cost with every kind of target damaged as in the record, against the record's.

    Targets that the regime closes count for neither; their sorties are still on hand.
    """
    floor = KEPT * choice.by_kind(choice.bought(record.plan) * choice.open)
    floor = np.where(floor > _NOTHING * record.effect[:, None], floor, 0.0)
    prices = (
        ("deaths", choice.deaths_a_sortie, record.deaths),
        ("losses", choice.losses_a_sortie, record.losses),
        ("sorties", np.ones_like(choice.rate), choice.budget.sum(1)),
    )
    return tuple(
        (
            name,
            estimate(
                -choice.least(price, floor, True, record.losses, record.deaths).value / whole, _OF_RECORD
            ),
        )
        for name, price, whole in prices
    )
