"""Which arcs to close so that least flows: the deterministic network interdiction problem.

min over attacks g within the budget of the maximum flow from the sources to the sinks, with attacked arcs
closed. The inner problem is written as its dual, a cut: a[v] is 0 on the sources' side and 1 on the sinks',
b[e] is 1 if arc e crosses the cut and is not attacked, and the program is

    min  sum of capacity[e] b[e]   subject to   a[v] - a[u] <= b[e] + g[e]  for each arc e from u to v,
         a[sources] = 0,  a[sinks] = 1,  sum of cost[e] g[e] <= budget,  all 0 or 1.

Reference: R. K. Wood 1993, Deterministic network interdiction, Math. Comput. Modelling 17(2), 1-18.
The flow after an attack is computed apart, by augmenting along shortest ways: E. A. Dinic 1970, Algorithm for
solution of a problem of maximum flow in networks with power estimation, Soviet Math. Doklady 11, 1277-1280.
"""

import math
from collections import deque
from collections.abc import Collection, Sequence
from time import monotonic
from typing import final

from stalemate.analysis.binaries import Constraint, cheapest
from stalemate.analysis.game import AbstractGame, Attack, step_of
from stalemate.analysis.netfile import PlainNetwork
from stalemate.errors import ModelError

_TINY = 1e-12


@final
class FlowGame(AbstractGame):
    """The attacker closes arcs; the value is what still flows, in the unit of the capacities."""

    question = "flow"
    sign = -1

    def __init__(self, net: PlainNetwork, sources: Sequence[int], sinks: Sequence[int], budget: float):
        self.net, self.budget = net, budget
        self._side = {node: 0 for node in sources} | {node: 1 for node in sinks}
        self._sources, self._sinks = sources, sinks
        self._step = step_of(net.capacity)

    def value(self, attacked: Collection[int]) -> float:
        """Return the maximum flow with these arcs closed."""
        return self._flow(attacked)[0]

    def witness(self, attacked: Collection[int]) -> tuple[int, ...]:
        """Return the arcs of a minimum cut that are not attacked: their capacities are what flows."""
        seen = self._flow(attacked)[1]
        both = self.net.undirected
        return tuple(
            arc
            for arc, (u, v) in enumerate(self.net.ends)
            if arc not in attacked
            and self.net.capacity[arc] > 0
            and ((seen[u] and not seen[v]) or (both and seen[v] and not seen[u]))
        )

    def attack(
        self, protected: Collection[int], *, until: float = math.inf, enough: float = math.inf
    ) -> Attack:
        """Return the best attack that spares ``protected``; see AbstractGame."""
        arcs, nodes = len(self.net.ends), len(self.net.nodes)
        rows = [self.budget_row()]
        for arc, (u, v) in enumerate(self.net.ends):
            for start, end in ((u, v), (v, u)) if self.net.undirected else ((u, v),):
                if start != end:
                    near, far = 2 * arcs + start, 2 * arcs + end
                    rows.append(Constraint((far, near, arc, arcs + arc), (1, -1, -1, -1), high=0))
        rows += [Constraint((2 * arcs + node,), (1,), low=side) for node, side in self._side.items()]
        solved = cheapest(
            (0.0,) * arcs + self.net.capacity + (0.0,) * nodes,
            [self.may_attack(arc, protected) for arc in range(arcs)]
            + [True] * arcs
            + [self._side.get(node) != 0 for node in range(nodes)],
            rows,
            seconds=until - monotonic(),
            enough=-enough if math.isfinite(enough) else -math.inf,
        )
        chosen = solved.values or (0.0,) * arcs
        attacked = self.tidy([arc for arc in range(arcs) if chosen[arc]])
        value = self.value(attacked)
        if solved.values is not None:
            self._agree(value, solved.values, arcs)
        bound = max(0.0, solved.bound if math.isfinite(solved.bound) else 0.0)
        if self._step:
            bound = math.ceil(bound / self._step - 1e-6) * self._step
        if bound > value + 1e-6 * max(1.0, value):
            raise ModelError(f"{value} flows after an attack, less than the bound of {bound}")
        return Attack(attacked, value, min(bound, value))

    def _agree(self, value: float, chosen: Sequence[float], arcs: int) -> None:
        """Raise ModelError if more flows than the program's cut lets pass: the two are computed apart."""
        cut = sum(self.net.capacity[arc] for arc in range(arcs) if chosen[arcs + arc])
        if value > cut + 1e-6 * max(1.0, cut):
            raise ModelError(f"after the attack {value} flows through a cut of {cut}")

    def _flow(self, attacked: Collection[int]) -> tuple[float, list[bool]]:
        """Return the maximum flow, and whether each node lies on the sources' side of a minimum cut."""
        nodes = len(self.net.nodes)
        start, end = nodes, nodes + 1
        head: list[int] = []
        left: list[float] = []
        leaves: list[list[int]] = [[] for _ in range(nodes + 2)]

        def join(u: int, v: int, there: float, back: float) -> None:
            leaves[u].append(len(head))
            leaves[v].append(len(head) + 1)
            head.extend((v, u))
            left.extend((there, back))

        for arc, (u, v) in enumerate(self.net.ends):
            if arc not in attacked and u != v:
                capacity = self.net.capacity[arc]
                join(u, v, capacity, capacity if self.net.undirected else 0.0)
        for source in self._sources:
            join(start, source, math.inf, 0.0)
        for sink in self._sinks:
            join(sink, end, math.inf, 0.0)
        total = 0.0
        while True:
            level = _levels(start, head, left, leaves)
            if level[end] < 0:
                return total, [reached >= 0 for reached in level[:nodes]]
            total += _blocking(start, end, head, left, leaves, level)


def _levels(start: int, head: list[int], left: list[float], leaves: list[list[int]]) -> list[int]:
    """Return each node's distance from ``start`` in arcs with capacity left, or -1."""
    level = [-1] * len(leaves)
    level[start] = 0
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for edge in leaves[node]:
            if left[edge] > _TINY and level[head[edge]] < 0:
                level[head[edge]] = level[node] + 1
                queue.append(head[edge])
    return level


def _blocking(
    start: int, end: int, head: list[int], left: list[float], leaves: list[list[int]], level: list[int]
) -> float:
    """Send what can be sent along shortest ways, change ``left``, and return how much it was."""
    sent = 0.0
    at = [0] * len(leaves)
    way: list[int] = []
    node = start
    while True:
        if node == end:
            amount = min(left[edge] for edge in way)
            sent += amount
            for edge in way:
                left[edge] -= amount
                left[edge ^ 1] += amount
            way.clear()
            node = start
            continue
        while at[node] < len(leaves[node]):
            edge = leaves[node][at[node]]
            if left[edge] > _TINY and level[head[edge]] == level[node] + 1:
                break
            at[node] += 1
        else:
            if node == start:
                return sent
            node = head[way.pop() ^ 1]
            at[node] += 1
            continue
        way.append(edge)
        node = head[edge]
