"""Which arcs to delay so that the shortest path is longest.

max over attacks x within the budget of the shortest path from a source to a sink, where an attacked arc is
longer by its delay. To ask whether length T can be reached is a covering problem, one row for each path P:

    sum over arcs e of P of  min(delay[e], T - length(P)) x[e]  >=  T - length(P),   least cost.

The rows hold for every attack that reaches T, and are the tighter the lower T: they are super-valid, since
they may forbid attacks that are no better than the best one known. In order:

1. T is one step above the best attack known, the step being the greatest one that divides all lengths and
   delays; without such a step T lies halfway to the bound, and in the end a millionth above the best attack;
2. the relaxed covering problem is solved, and the shortest paths at its answer become rows, until there are
   no new ones. If it costs more than the budget, no attack reaches T;
3. the covering problem in 0 and 1 is solved within the budget. No answer: T is beyond reach. An answer whose
   shortest path is below T gives new rows, and 2 follows; one that reaches T is the best attack known.

The certificate is the bound that the covering problem gives, and the length found by Dijkstra's method.
Reference: E. Israeli and R. K. Wood 2002, Shortest-path network interdiction, Networks 40(2), 97-111: the
decomposition, super-valid inequalities, covering master.
"""

import heapq
import math
from collections.abc import Collection, Sequence
from time import monotonic
from typing import final

from stalemate.analysis.binaries import Constraint, cheapest
from stalemate.analysis.game import TOLERANCE, AbstractGame, Attack, step_of
from stalemate.analysis.netfile import PlainNetwork

_PATHS_AT_ONCE = 30
_EPSILON = 1e-6

Path = frozenset[int]


@final
class PathGame(AbstractGame):
    """The attacker delays arcs; the value is the length of the shortest path, in the unit of the lengths."""

    question = "path"
    sign = 1

    def __init__(self, net: PlainNetwork, sources: Sequence[int], sinks: Sequence[int], budget: float):
        self.net, self.budget = net, budget
        self._sources, self._sinks = frozenset(sources), frozenset(sinks)
        self._out: list[list[tuple[int, int]]] = [[] for _ in net.nodes]
        self._in: list[list[tuple[int, int]]] = [[] for _ in net.nodes]
        for arc, (u, v) in enumerate(net.ends):
            for start, end in ((u, v), (v, u)) if net.undirected else ((u, v),):
                self._out[start].append((end, arc))
                self._in[end].append((start, arc))
        self._step = step_of(net.length + net.delay)
        self._length_of: dict[Path, float] = {}

    def value(self, attacked: Collection[int]) -> float:
        """Return the length of the shortest path with these arcs delayed; infinite if there is no path."""
        shares = dict.fromkeys(attacked, 1.0)
        distance = _search(self._sources, self._out, self._lengths(shares))[0]
        return min(distance[sink] for sink in self._sinks)

    def witness(self, attacked: Collection[int]) -> tuple[int, ...]:
        """Return the arcs of a shortest path, from source to sink."""
        distance, last = _search(self._sources, self._out, self._lengths(dict.fromkeys(attacked, 1.0)))
        node = min(self._sinks, key=lambda sink: distance[sink])
        return tuple(reversed([arc for arc, _ in _back(node, last)]))

    def attack(
        self, protected: Collection[int], *, until: float = math.inf, enough: float = math.inf
    ) -> Attack:
        """Return the best attack that spares ``protected``; see AbstractGame."""
        allowed = [
            self.may_attack(arc, protected) and self.net.delay[arc] > 0 for arc in range(len(self.net.ends))
        ]
        best = self._greedy(allowed)
        value = self.value(best)
        bound = self.value([arc for arc, may in enumerate(allowed) if may])
        while value < enough and bound - value > 0.9 * TOLERANCE * max(1.0, value):
            target = self._target(value, bound)
            reached, proof = self._reach(target, allowed, until)
            if reached is None and not proof:
                break
            if reached is None:
                bound = value if self._step else target
            else:
                best, value = reached, self.value(reached)
        return Attack(self.tidy(best), value, max(bound, value))

    def _target(self, value: float, bound: float) -> float:
        if self._step:
            return value + self._step
        least = value + TOLERANCE / 2 * max(1.0, value)
        return max(least, min(bound, (value + bound) / 2))

    def _reach(
        self, target: float, allowed: Sequence[bool], until: float
    ) -> tuple[tuple[int, ...] | None, bool]:
        """Return an attack of this length within the budget, or None, and whether none is proven."""
        slack = self._step / 2 if self._step else TOLERANCE / 10 * max(1.0, target)
        while monotonic() < until:
            rows = self._rows(target, allowed)
            relaxed = cheapest(self.net.cost, allowed, rows, relaxed=True, seconds=until - monotonic())
            if relaxed.bound > self.budget + _EPSILON * max(1.0, self.budget):
                return None, True
            if relaxed.values is None:
                break
            if self._add_paths(relaxed.values, target - slack):
                continue
            rows.append(self.budget_row())
            solved = cheapest(
                self.net.cost, allowed, rows, seconds=until - monotonic(), enough=2 * self.budget + 1
            )
            if solved.values is None:
                return None, math.isinf(solved.bound) and solved.bound > 0
            attacked = tuple(arc for arc, value in enumerate(solved.values) if value)
            if self.value(attacked) >= target - slack:
                return attacked, False
            if not self._add_paths(solved.values, target - slack):
                break
        return None, False

    def _rows(self, target: float, allowed: Sequence[bool]) -> list[Constraint]:
        """Return a row for each path known that is too short, divided by what it lacks."""
        rows = []
        for path, length in self._length_of.items():
            lacks = target - length
            if lacks > 0:
                arcs = [arc for arc in path if allowed[arc]]
                shares = [min(self.net.delay[arc] / lacks, 1.0) for arc in arcs]
                rows.append(Constraint(arcs, shares, low=1.0))
        return rows

    def _add_paths(self, shares: Sequence[float], below: float) -> bool:
        """Note paths shorter than ``below`` with these shares of each delay; return whether any is new.

        For each arc the shortest path through it is looked at, shortest first, unless the arc is on a path
        taken already; so the paths taken differ.
        """
        lengths = self._lengths(dict(enumerate(shares)))
        before, last = _search(self._sources, self._out, lengths)
        behind, following = _search(self._sinks, self._in, lengths)
        through = []
        for arc, (u, v) in enumerate(self.net.ends):
            for start, end in ((u, v), (v, u)) if self.net.undirected else ((u, v),):
                length = before[start] + lengths[arc] + behind[end]
                if length < below:
                    through.append((length, arc, start, end))
        covered: set[int] = set()
        known = len(self._length_of)
        for _, arc, start, end in sorted(through):
            if arc in covered:
                continue
            way = [arc, *(a for a, _ in _back(start, last)), *(a for a, _ in _back(end, following))]
            path = frozenset(way)
            if len(path) == len(way):
                covered |= path
                self._length_of.setdefault(path, math.fsum(self.net.length[a] for a in path))
            if len(self._length_of) >= known + _PATHS_AT_ONCE:
                break
        return len(self._length_of) > known

    def _greedy(self, allowed: Sequence[bool]) -> tuple[int, ...]:
        """Return an attack: again and again the arc of the shortest path that does most for its cost."""
        chosen: list[int] = []
        left = self.budget
        while True:
            open_to = [
                arc
                for arc in self.witness(chosen)
                if allowed[arc] and arc not in chosen and self.net.cost[arc] <= left
            ]
            if not open_to:
                return tuple(chosen)
            gains = {arc: self.value([*chosen, arc]) / self.net.cost[arc] for arc in open_to}
            chosen.append(max(open_to, key=lambda arc: (gains[arc], self.net.delay[arc])))
            left -= self.net.cost[chosen[-1]]

    def _lengths(self, shares: dict[int, float]) -> list[float]:
        """Return the length of each arc with these shares of its delay."""
        lengths = list(self.net.length)
        for arc, share in shares.items():
            lengths[arc] += share * self.net.delay[arc]
        return lengths


def _search(
    starts: Collection[int], leaves: Sequence[Sequence[tuple[int, int]]], lengths: Sequence[float]
) -> tuple[list[float], list[tuple[int, int]]]:
    """Return each node's distance from the nearest start, and the arc and node before it (-1 at a start).

    leaves: for each node, pairs of a node reached and the arc. Reference: E. W. Dijkstra 1959, A note on two
    problems in connexion with graphs, Numerische Mathematik 1, 269-271.
    """
    distance = [math.inf] * len(leaves)
    last = [(-1, -1)] * len(leaves)
    queue = []
    for start in starts:
        distance[start] = 0.0
        queue.append((0.0, start))
    heapq.heapify(queue)
    while queue:
        reached, node = heapq.heappop(queue)
        if reached > distance[node]:
            continue
        for other, arc in leaves[node]:
            length = reached + lengths[arc]
            if length < distance[other]:
                distance[other] = length
                last[other] = (arc, node)
                heapq.heappush(queue, (length, other))
    return distance, last


def _back(node: int, last: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the arcs from a node back to its start, each with the node before it."""
    way = []
    while last[node][0] >= 0:
        way.append(last[node])
        node = last[node][1]
    return way
