"""The rail network contracted to sections, and the roads beyond it.

Nodes of the flow graph are the ends of railway sections; each section is one edge whose length is the sum
of its links and which is open when all of its links are. A section that leads nowhere (to no gate, railhead
or second section) is a spur: it keeps its length and its bridges, but carries no through freight. Roads and
trails stay plain links, since only shortest ways over them are used. Page: docs/model/network.md.
"""

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from stalemate.errors import ModelError
from stalemate.scenario.schema import Scenario
from stalemate.scenario.terrain import Link


@dataclass(frozen=True, slots=True)
class Edge:
    """One section as an edge of the flow graph; ``nodes`` and ``links`` run from ``start`` to ``end``.

    ``opens`` and ``closes`` are the first and last day on which all its links exist. ``crossings`` are the
    ids of its key bridges.
    """

    section: str
    region: str
    start: str
    end: str
    nodes: tuple[str, ...]
    links: tuple[str, ...]
    length_km: float
    capacity_share: float
    attackable: bool
    opens: date | None
    closes: date | None
    spur: bool
    crossings: tuple[str, ...]

    def is_open(self, when: date) -> bool:
        """Return whether all links of the section exist on a day."""
        return (self.opens is None or self.opens <= when) and (self.closes is None or when <= self.closes)


@dataclass(frozen=True, slots=True)
class Haul:
    """The way from where freight leaves rail (a railhead) or enters Korea (a gate) to a sector.

    ``road_km`` is the shortest way by road and ``foot_km`` by road or trail; None where there is none.
    """

    sector: str
    origin: str
    rank: int
    road_km: float | None
    foot_km: float | None


@dataclass(frozen=True, slots=True)
class Network:
    """The flow graph and the hauls beyond it.

    ``nodes`` are the ends of sections that are not spurs. ``railhead_hauls`` are in order of sector and rank;
    ``gate_hauls`` are those of the long haul by truck alone (rank 0). ``porter_legs`` is the shortest trail
    into each sector: (sector, town where the trail begins, km).
    """

    nodes: tuple[str, ...]
    edges: tuple[Edge, ...]
    gates: tuple[str, ...]
    railhead_hauls: tuple[Haul, ...]
    gate_hauls: tuple[Haul, ...]
    porter_legs: tuple[tuple[str, str, float], ...]

    @property
    def flow_edges(self) -> tuple[Edge, ...]:
        """Return the edges that can carry through freight."""
        return tuple(edge for edge in self.edges if not edge.spur)


def contract(scenario: Scenario) -> Network:
    """Return the flow graph and the hauls of a checked scenario.

    Links whose switch is off are left out, and a section with such a link with them.
    """
    present = links_present(scenario.links, scenario.switches)
    by_section: dict[str, list[Link]] = defaultdict(list)
    for link in present:
        if link.section is not None:
            by_section[link.section].append(link)
    whole = {link.section for link in scenario.links} - {
        link.section for link in scenario.links if not _on(link, scenario.switches)
    }
    paths = {section: path_of(links) for section, links in by_section.items() if section in whole}
    if None in paths.values():
        raise ModelError("a section of a checked scenario is not a path")
    keep = {gate.node for gate in scenario.gates} | {railhead.node for railhead in scenario.railheads}
    spurs = find_spurs({name: (path[0], path[-1]) for name, path in paths.items() if path}, keep)
    crossings: dict[str, list[str]] = defaultdict(list)
    for crossing in scenario.crossings:
        crossings[crossing.section].append(crossing.id)
    edges = []
    for section in scenario.sections:
        path = paths.get(section.id)
        if path is None:
            continue
        links = _in_order(path, by_section[section.id])
        edges.append(
            Edge(
                section=section.id,
                region=section.region,
                start=path[0],
                end=path[-1],
                nodes=path,
                links=tuple(link.id for link in links),
                length_km=sum(link.length_km for link in links),
                capacity_share=section.capacity_share,
                attackable=section.attackable,
                opens=max((link.opens for link in links if link.opens is not None), default=None),
                closes=min((link.closes for link in links if link.closes is not None), default=None),
                spur=section.id in spurs,
                crossings=tuple(crossings[section.id]),
            )
        )
    ends = {node for edge in edges if not edge.spur for node in (edge.start, edge.end)}
    return Network(
        nodes=tuple(node.id for node in scenario.nodes if node.id in ends),
        edges=tuple(edges),
        gates=tuple(gate.node for gate in scenario.gates if gate.node in ends),
        railhead_hauls=_railhead_hauls(scenario, present),
        gate_hauls=_gate_hauls(scenario, present),
        porter_legs=_porter_legs(scenario, present),
    )


def links_present(
    links: Iterable[Link], switches: Mapping[str, bool], *, when: date | None = None
) -> tuple[Link, ...]:
    """Return the links that are switched on and, if a day is given, exist on it."""
    return tuple(
        link
        for link in links
        if _on(link, switches)
        and (when is None or link.opens is None or link.opens <= when)
        and (when is None or link.closes is None or when <= link.closes)
    )


def shortest_km(links: Iterable[Link], origin: str, modes: Collection[str]) -> dict[str, float]:
    """Return the length in km of the shortest way from ``origin`` to every node it reaches over ``modes``.

    Dijkstra's rule (1959); lengths are positive, as the schema demands.
    """
    ways: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for link in links:
        if link.mode in modes:
            ways[link.start].append((link.end, link.length_km))
            ways[link.end].append((link.start, link.length_km))
    done: dict[str, float] = {}
    queue = [(0.0, origin)]
    while queue:
        km, node = heapq.heappop(queue)
        if node in done:
            continue
        done[node] = km
        for other, length_km in ways[node]:
            if other not in done:
                heapq.heappush(queue, (km + length_km, other))
    return done


def path_of(links: Sequence[Link]) -> tuple[str, ...] | None:
    """Return the nodes along links that form one path, from the start of the first link's side; else None."""
    beside: dict[str, list[str]] = defaultdict(list)
    for link in links:
        beside[link.start].append(link.end)
        beside[link.end].append(link.start)
    ends = [node for node, others in beside.items() if len(others) == 1]
    if len(ends) != 2 or any(len(others) > 2 for others in beside.values()):
        return None
    path, before = [ends[0]], ""
    while len(path) <= len(links):
        following = [node for node in beside[path[-1]] if node != before]
        if not following:
            return None
        before = path[-1]
        path.append(following[0])
    return tuple(path) if path[-1] == ends[1] else None


def find_spurs(ends: Mapping[str, tuple[str, str]], keep: Collection[str]) -> frozenset[str]:
    """Return the sections that lead nowhere: trees that hang on the rest and hold no node of ``keep``.

    ``ends`` gives the two end nodes of each section. A section whose far end lies inside another section
    hangs on it like any other tree.
    """
    left = dict(ends)
    while True:
        touching: dict[str, int] = defaultdict(int)
        for start, end in left.values():
            touching[start] += 1
            touching[end] += 1
        dead = [
            name
            for name, pair in left.items()
            if any(touching[node] == 1 and node not in keep for node in pair)
        ]
        if not dead:
            return frozenset(ends.keys() - left.keys())
        for name in dead:
            del left[name]


def _on(link: Link, switches: Mapping[str, bool]) -> bool:
    return link.switch is None or switches.get(link.switch, False)


def _in_order(path: tuple[str, ...], links: Sequence[Link]) -> list[Link]:
    between = {frozenset((link.start, link.end)): link for link in links}
    return [between[frozenset(pair)] for pair in pairwise(path)]


def _railhead_hauls(scenario: Scenario, present: Sequence[Link]) -> tuple[Haul, ...]:
    hauls = []
    for sector in scenario.sectors:
        road = shortest_km(present, sector.node, ("road",))
        foot = shortest_km(present, sector.node, ("road", "trail"))
        railheads = [railhead for railhead in scenario.railheads if railhead.sector == sector.id]
        for railhead in sorted(railheads, key=lambda railhead: railhead.rank):
            node = railhead.node
            hauls.append(Haul(sector.id, node, railhead.rank, road.get(node), foot.get(node)))
    return tuple(hauls)


def _gate_hauls(scenario: Scenario, present: Sequence[Link]) -> tuple[Haul, ...]:
    hauls = []
    for sector in scenario.sectors:
        road = shortest_km(present, sector.node, ("road",))
        foot = shortest_km(present, sector.node, ("road", "trail"))
        hauls += [
            Haul(sector.id, gate.node, 0, road.get(gate.node), foot.get(gate.node)) for gate in scenario.gates
        ]
    return tuple(hauls)


def _porter_legs(scenario: Scenario, present: Sequence[Link]) -> tuple[tuple[str, str, float], ...]:
    on_road = {node for link in present if link.mode != "trail" for node in (link.start, link.end)}
    legs = []
    for sector in scenario.sectors:
        trails = shortest_km(present, sector.node, ("trail",))
        towns = [(km, node) for node, km in trails.items() if node != sector.node and node in on_road]
        if towns:
            km, node = min(towns)
            legs.append((sector.id, node, km))
    return tuple(legs)
