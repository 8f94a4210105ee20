"""Attacks on a network over several periods, with repair running: when and where to cut so that least flows.

In each period the attacker spends a budget on arcs; an arc may be hit more than once. Two forms of repair, as
in the war:

queue - an arc's crew mends so many hits a period, and the rest carries over. Crews work after the period's
flow, or before it (``first``); the arc is shut while any hit is left.
own clock - every hit lasts so many periods, however many there are.

In both an arc is shut in period t if and only if, for some first period f <= t, the hits of f to t are more
than what was mended in between: at least need(t - f). So the whole is one program in 0 and 1, the flow's dual
(a cut a period) inside. Where it is too hard, a plan is made better period by period, the others held fast.

The value is recomputed by running repair and augmenting paths. Two bounds hold: HiGHS's, and one that takes
periods apart: what is shut in period t cost at most budget x sum over j <= t of 1 / need(j), so no less flows
in it than after the best textbook attack with that budget.

References: R. K. Wood 1993, Deterministic network interdiction, Math. Comput. Modelling 17(2), 1-18 (the cut
inside the attacker's program); J. C. Smith and C. Lim 2008, Algorithms for network interdiction and
fortification games, in Pareto Optimality, Game Theory and Equilibria, Springer, 609-644 (a survey);
D. V. Lindley 1952, The theory of queues with a single server, Proc. Camb. Phil. Soc. 48, 277-289 (the queue).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from time import monotonic

from stalemate.analysis.binaries import Constraint, Solved, cheapest
from stalemate.analysis.game import TOLERANCE
from stalemate.analysis.maxflow_interdiction import FlowGame
from stalemate.analysis.netfile import PlainNetwork
from stalemate.errors import ModelError, QueryError

MOST_PERIODS = 50

Hits = tuple[dict[int, int], ...]
"""Hits by period and arc."""


@dataclass(frozen=True)
class Mending:
    """How hits go away: by a queue that mends so many a period on an arc, or each after so many periods.

    ``mends``: one an arc, or None for the other form; ``lasts``: periods, infinite for no repair at all.
    ``first``: crews work before the period's flow.
    """

    mends: tuple[float, ...] | None = None
    lasts: float = math.inf
    first: bool = False

    def need(self, arc: int, later: int) -> float:
        """Return the hits from a period on that keep an arc shut ``later`` periods after it."""
        if self.mends is not None:
            return math.floor((later + self.first) * self.mends[arc] + 1e-9) + 1
        return 1 if later < self.lasts else math.inf

    def __str__(self) -> str:
        if self.mends is None:
            return "no repair" if math.isinf(self.lasts) else f"every attack lasts {self.lasts:g} periods"
        least, most = min(self.mends), max(self.mends)
        number = f"{least:g}" if least == most else f"{least:g} to {most:g}"
        when = "before" if self.first else "after"
        return f"an arc's crew mends {number} a period, {when} the flow"


def mending_of(
    net: PlainNetwork, mends: float | None, lasts: float | None, *, first: bool = False
) -> Mending:
    """Return the repair that is asked for: the same crew on each arc, or the table's, or a time, or none.

    Raises QueryError if both are given, or one is out of range.
    """
    if mends is not None and lasts is not None:
        raise QueryError("mends and lasts are two forms of repair; give one of them")
    if mends is not None and not (math.isfinite(mends) and mends >= 0):
        raise QueryError(f"mends: found {mends}; expected attacks a period, 0 or more")
    if lasts is not None and not lasts >= 1:
        raise QueryError(f"lasts: found {lasts}; expected periods, 1 or more")
    if lasts is not None:
        return Mending(lasts=lasts)
    crews = net.mends if mends is None else (mends,) * len(net.ends)
    if first and not crews:
        raise QueryError("crews that work first need a number: --mends, or a column mends")
    return Mending(mends=crews or None, first=first)


@dataclass(frozen=True)
class CampaignPlan:
    """Hits by period and arc, what flows in each period, and the bound that no plan's sum can pass."""

    hits: Hits
    flows: tuple[float, ...]
    plain: float
    bound: float

    @property
    def value(self) -> float:
        """Return what flows in all periods together."""
        return sum(self.flows)

    @property
    def gap(self) -> float:
        """Return how much less a better plan could still let flow."""
        return self.value - self.bound

    @property
    def proven(self) -> bool:
        """Return whether no plan is better."""
        return self.gap <= TOLERANCE * max(1.0, self.value)


def campaign(
    net: PlainNetwork,
    sources: Sequence[str],
    sinks: Sequence[str],
    attacks: float,
    periods: int,
    mending: Mending,
    *,
    seconds: float = 60.0,
) -> CampaignPlan:
    """Return the plan that lets least flow over all periods, the best known after ``seconds``.

    attacks: the budget of each period; what is left over is lost. Raises QueryError for a number out of
    range, a network without capacities, an unknown node or one that is source and sink.
    """
    if not 1 <= periods <= MOST_PERIODS:
        raise QueryError(f"periods: found {periods}; expected 1 to {MOST_PERIODS}")
    if not (math.isfinite(attacks) and 0 <= attacks <= 1e9):
        raise QueryError(f"attacks: found {attacks}; expected a number from 0 to 1,000,000,000")
    if not net.capacity:
        raise QueryError("periods: the table has no capacity; a campaign asks for the flow")
    if mending.mends is not None and len(mending.mends) != len(net.ends):
        raise QueryError(f"mends: found {len(mending.mends)} numbers; expected one an arc, {len(net.ends)}")
    starts, ends = net.places(sources, "source"), net.places(sinks, "sink")
    if set(starts) & set(ends):
        raise QueryError("a node is source and sink; expected different nodes")
    until = monotonic() + seconds
    search = _Search(net, (starts, ends), attacks, periods, mending)
    bound = search.apart(monotonic() + seconds / 4)
    search.offer(search.textbook(monotonic() + seconds / 8))
    side = {node: 0 for node in starts} | {node: 1 for node in ends}
    search.by_period(side, bound, monotonic() + seconds / 4)
    if search.value > bound + TOLERANCE * max(1.0, search.value):
        program = _Program(net, attacks, periods, mending)
        whole = program.solve(side, max(0.0, until - monotonic()))
        if whole.values is not None:
            search.offer(program.hits(whole.values))
        if math.isfinite(whole.bound):
            bound = max(bound, whole.bound)
    if bound > search.value + 1e-6 * max(1.0, search.value):
        raise ModelError(f"{search.value} flows under a plan, less than the bound of {bound}")
    return CampaignPlan(search.hits, search.flows, search.game.value(()), min(bound, search.value))


def shut_by_period(hits: Sequence[dict[int, int]], mending: Mending, arcs: int) -> list[frozenset[int]]:
    """Return the arcs that are shut in each period, by running repair as it goes."""
    damage = [0.0] * arcs
    left: list[list[float]] = [[] for _ in range(arcs)]
    shut = []
    for now in hits:
        closed = set()
        for arc in range(arcs):
            count = now.get(arc, 0)
            if mending.mends is not None:
                damage[arc] += count
                mended = max(0.0, damage[arc] - mending.mends[arc])
                open_now = (mended if mending.first else damage[arc]) <= 1e-9
                damage[arc] = mended
            else:
                left[arc] += [mending.lasts] * (1 if count else 0)
                open_now = not left[arc]
                left[arc] = [more - 1 for more in left[arc] if more > 1]
            if not open_now:
                closed.add(arc)
        shut.append(frozenset(closed))
    return shut


class _Search:
    """The best plan so far, and ways to a better one; without any hit to begin with."""

    def __init__(
        self,
        net: PlainNetwork,
        between: tuple[Sequence[int], Sequence[int]],
        attacks: float,
        periods: int,
        mending: Mending,
    ) -> None:
        self.game, self._between = FlowGame(net, *between, attacks), between
        self._attacks, self._periods, self._mending = attacks, periods, mending
        self.hits: Hits = ({},) * periods
        self.flows = (self.game.value(()),) * periods

    @property
    def value(self) -> float:
        """Return what flows in all periods together."""
        return sum(self.flows)

    def offer(self, hits: Hits) -> bool:
        """Take a plan if it is better; return whether it was."""
        shut = shut_by_period(hits, self._mending, len(self.game.net.ends))
        flows = tuple(self.game.value(arcs) for arcs in shut)
        better = sum(flows) < self.value - TOLERANCE * max(1.0, self.value)
        if better:
            self.hits, self.flows = hits, flows
        return better

    def apart(self, until: float) -> float:
        """Return the bound that takes periods apart."""
        arcs = [a for a, cost in enumerate(self.game.net.cost) if cost <= self._attacks]
        total, share = 0.0, 0.0
        for period in range(self._periods):
            share += 1 / min([self._mending.need(arc, period) for arc in arcs], default=math.inf)
            budget = self._attacks * share + 1e-9
            alone = FlowGame(self.game.net, *self._between, budget)
            total += alone.attack((), until=until).bound
        return total

    def textbook(self, until: float) -> Hits:
        """Return the plan that repeats the textbook's best attack, as often as crews ask for."""
        budget, plan = self._attacks, []
        arcs = self.game.attack((), until=until).arcs
        for _ in range(self._periods):
            left, hits = budget, dict[int, int]()
            for arc in arcs:
                cost = self.game.net.cost[arc]
                if cost <= left + 1e-9:
                    hits[arc] = 1
                    left -= cost
            plan.append(hits)
        return tuple(plan)

    def by_period(self, side: dict[int, int], bound: float, until: float) -> None:
        """Choose the hits of two neighbouring periods anew, the others held fast, until nothing is gained."""
        gained = True
        while gained and self.value > bound + TOLERANCE * max(1.0, self.value):
            gained = False
            for first in range(self._periods):
                seconds = min(until - monotonic(), 5.0)
                if seconds <= 0:
                    return
                free = {first, (first + 1) % self._periods}
                program = _Program(self.game.net, self._attacks, self._periods, self._mending)
                program.hold({p: self.hits[p] for p in range(self._periods) if p not in free})
                solved = program.solve(side, seconds)
                if solved.values is not None:
                    gained |= self.offer(program.hits(solved.values))


class _Program:
    """Unknowns: hits x[e, t, i], shut since z[e, t, f], crossing b[e, t], side a[v, t]; and their rows."""

    def __init__(self, net: PlainNetwork, attacks: float, periods: int, mending: Mending) -> None:
        self._net, self._attacks, self._periods, self._mending = net, attacks, periods, mending
        self._cost: list[float] = []
        self._allowed: list[bool] = []
        self._rows: list[Constraint] = []
        self._hits = {
            (arc, period): self._new(self._most(arc))
            for arc in range(len(net.ends))
            for period in range(periods)
        }

    def solve(self, side: dict[int, int], seconds: float) -> Solved:
        """Return the solver's answer; ``side`` fixes sources at 0 and sinks at 1."""
        for period in range(self._periods):
            self._spend(period)
            at = self._new(len(self._net.nodes))
            for node, value in side.items():
                if value:
                    self._rows.append(Constraint((at[node],), (1.0,), low=1.0))
                else:
                    self._allowed[at[node]] = False
            for arc, (u, v) in enumerate(self._net.ends):
                if u == v:
                    continue
                [crosses] = self._new(1, self._net.capacity[arc])
                since = self._shut_since(arc, period)
                for near, far in ((u, v), (v, u)) if self._net.undirected else ((u, v),):
                    variables = (at[far], at[near], crosses, *since)
                    self._rows.append(Constraint(variables, (1, -1, *[-1] * (len(since) + 1)), high=0.0))
        return cheapest(self._cost, self._allowed, self._rows, seconds=seconds)

    def hold(self, hits: dict[int, dict[int, int]]) -> None:
        """Hold the hits of some periods fast: period -> arc -> number."""
        for (arc, period), variables in self._hits.items():
            if period in hits:
                count = hits[period].get(arc, 0)
                for place, variable in enumerate(variables):
                    if place < count:
                        self._rows.append(Constraint((variable,), (1.0,), low=1.0))
                    else:
                        self._allowed[variable] = False

    def hits(self, values: Sequence[float]) -> Hits:
        """Return the hits by period and arc."""
        found: list[dict[int, int]] = [{} for _ in range(self._periods)]
        for (arc, period), variables in self._hits.items():
            count = round(sum(values[variable] for variable in variables))
            if count:
                found[period][arc] = count
        return tuple(found)

    def _new(self, count: int, cost: float = 0.0) -> list[int]:
        first = len(self._cost)
        self._cost += [cost] * count
        self._allowed += [True] * count
        return list(range(first, first + count))

    def _most(self, arc: int) -> int:
        """Return how often an arc may be worth hitting in one period: what its crew mends in all, and one."""
        bought = int(self._attacks / self._net.cost[arc] + 1e-9)
        return int(min(bought, max(1.0, min(self._mending.need(arc, self._periods - 1), bought))))

    def _spend(self, period: int) -> None:
        """Hold the period's hits to the budget; the second hit of an arc comes after the first."""
        mine = [(arc, v) for (arc, when), many in self._hits.items() if when == period for v in many]
        whole = self._attacks or 1.0
        paid = [self._net.cost[arc] / whole for arc, _ in mine]
        self._rows.append(Constraint([v for _, v in mine], paid, high=1.0))
        for (_, when), many in self._hits.items():
            if when == period:
                self._rows += [Constraint(pair, (1.0, -1.0), low=0.0) for pair in pairwise(many)]

    def _shut_since(self, arc: int, period: int) -> list[int]:
        """Return unknowns of which one may be 1 only if the arc is shut, since each period it may be."""
        since = []
        for first in range(period + 1):
            need = self._mending.need(arc, period - first)
            hits = [v for when in range(first, period + 1) for v in self._hits[arc, when]]
            if need <= len(hits):
                [shut] = self._new(1)
                since.append(shut)
                self._rows.append(Constraint((*hits, shut), (*[1.0] * len(hits), -float(need)), low=0.0))
                self._rows.append(Constraint((self._hits[arc, first][0], shut), (1.0, -1.0), low=0.0))
        return since
