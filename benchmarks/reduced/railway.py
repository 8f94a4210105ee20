"""The day's maximum flow with the priority split, as a peer would have it.

``plain`` asks NetworkX as its manual shows it. ``kept`` is as quick as NetworkX was made here: the residual
network is made once and handed to the algorithm every time, and of the algorithms the quickest on this
network is taken. ``compiled`` asks igraph, whose flow is written in C.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, final

import networkx as nx
from networkx.algorithms.flow import boykov_kolmogorov, build_residual_network, edmonds_karp

from reduced.problem import UNLIMITED, Problem

SOURCE, SINK = "source", "sink"
Arc = dict[str, int]
"""What the graph keeps of an arc; ``capacity`` is set anew for every flow."""


@final
@dataclass(frozen=True)
class Network:
    """The rail network as a graph, made once.

    ``lines``: the two arcs of each section. ``ends``: the arc from each terminal to the sink. ``flow``
    returns the maximum flow for the capacities that the arcs have now.
    """

    lines: Sequence[tuple[Arc, Arc]]
    ends: Sequence[Arc]
    flow: Callable[[], int]

    def deliver(self, capacity: Sequence[int], demand: Sequence[int], order: Sequence[int]) -> list[int]:
        """Return what each terminal gets: first in order as much as can be, then the second, and so on.

        If all can have what they ask, one flow tells. If not, terminals are let in one after the other: each
        gets by how much the flow rises.
        """
        for (there, back), limit in zip(self.lines, capacity, strict=True):
            there["capacity"] = back["capacity"] = limit
        for end, asked in zip(self.ends, demand, strict=True):
            end["capacity"] = asked
        most = self.flow()
        if most == sum(demand):
            return list(demand)
        for end in self.ends:
            end["capacity"] = 0
        got, before = [0] * len(demand), 0
        for terminal in order:
            if before == most:
                break
            self.ends[terminal]["capacity"] = demand[terminal]
            total = most if terminal == order[-1] else self.flow()
            got[terminal], before = total - before, total
        return got


Railway = Callable[[Problem], Network]


def plain(problem: Problem) -> Network:
    """Return the network for NetworkX as its manual shows it."""
    graph = _graph_of(problem)

    def flow() -> int:
        value: int = nx.maximum_flow_value(graph, SOURCE, SINK, flow_func=boykov_kolmogorov)
        return value

    return Network(*_arcs_of(graph, problem), flow)


def kept(problem: Problem) -> Network:
    """Return the network for NetworkX with its residual network kept."""
    graph = _graph_of(problem)
    residual = build_residual_network(graph, "capacity")

    def flow() -> int:
        edmonds_karp(graph, SOURCE, SINK, residual=residual, value_only=True)
        value: int = residual.graph["flow_value"]
        return value

    return Network(*_arcs_of(residual, problem), flow)


def compiled(problem: Problem) -> Network:
    """Return the network for igraph."""
    import igraph

    graph = _graph_of(problem)
    place = {node: number for number, node in enumerate(graph)}
    pairs = [(place[a], place[b]) for a, b in graph.edges]
    arcs: list[Arc] = [graph.edges[pair] for pair in graph.edges]
    twin = igraph.Graph(n=len(place), edges=pairs, directed=True)

    def flow() -> int:
        capacity = [arc["capacity"] for arc in arcs]
        return int(twin.maxflow_value(place[SOURCE], place[SINK], capacity))

    return Network(*_arcs_of(graph, problem), flow)


def _graph_of(problem: Problem) -> Any:
    """Return the network with a source before the gates and a sink behind the terminals."""
    graph: Any = nx.DiGraph()
    lines, railheads = problem.ends.tolist(), list(enumerate(problem.terminals.tolist()))
    graph.add_edges_from([*lines, *((b, a) for a, b in lines)], capacity=UNLIMITED)
    graph.add_edges_from([(SOURCE, gate) for gate in problem.gates.tolist()], capacity=UNLIMITED)
    graph.add_edges_from([(node, ("terminal", k)) for k, node in railheads], capacity=UNLIMITED)
    graph.add_edges_from([(("terminal", k), SINK) for k, _ in railheads], capacity=UNLIMITED)
    return graph


def _arcs_of(graph: Any, problem: Problem) -> tuple[list[tuple[Arc, Arc]], list[Arc]]:
    """Return the two arcs of each section, and the arc from each terminal to the sink."""
    lines = [(graph[a][b], graph[b][a]) for a, b in problem.ends.tolist()]
    return lines, [graph["terminal", k][SINK] for k in range(len(problem.terminals))]
