from collections import Counter, defaultdict
from datetime import date, timedelta

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stalemate.scenario import read
from stalemate.scenario.network import contract, find_spurs, links_present, path_of, shortest_km
from stalemate.scenario.tables import reach
from stalemate.scenario.terrain import Link

WAR = read.load("korea-1951")
NETWORK = contract(WAR)
PRESENT = links_present(WAR.links, WAR.switches)
OPENING = date(1953, 4, 5)
RAIL = [link for link in PRESENT if link.mode == "rail"]
RAILHEADS = sorted({railhead.node for railhead in WAR.railheads})


def rail(start: str, end: str, section: str = "s") -> Link:
    return Link.model_validate(
        {
            "id": f"R-{start}-{end}",
            "start": start,
            "end": end,
            "mode": "rail",
            "length_km": 1.0,
            "length_basis": "invented",
            "tracks": "single",
            "line": None,
            "section": section,
            "key_bridge": False,
            "opens": None,
            "closes": None,
            "switch": None,
            "sources": (),
            "assumed": "invented",
            "note": None,
        }
    )


def undirected(links, modes) -> nx.Graph:
    graph = nx.Graph()
    for link in links:
        if link.mode in modes:
            km = min(link.length_km, graph.get_edge_data(link.start, link.end, {"km": 1e9})["km"])
            graph.add_edge(link.start, link.end, km=km)
    return graph


def max_flow(edges, gates, sinks) -> float:
    """Largest flow from all gates to all sinks over (start, end, capacity)."""
    graph = nx.DiGraph()
    for start, end, capacity in edges:
        for a, b in ((start, end), (end, start)):
            more = capacity + (graph.edges[a, b]["capacity"] if graph.has_edge(a, b) else 0)
            graph.add_edge(a, b, capacity=more)
    graph.add_edges_from(("in", gate) for gate in gates)
    graph.add_edges_from((sink, "out") for sink in sinks)
    return nx.maximum_flow_value(graph, "in", "out")


def test_korea__has_the_network_of_the_record():
    assert len(WAR.nodes) == 113
    assert Counter(link.mode for link in WAR.links) == {"rail": 95, "road": 117, "trail": 20}
    assert len([node for node in WAR.nodes if node.kind == "bridge"]) == len(WAR.crossings) == 17
    assert [sector.kind for sector in WAR.sectors].count("front") == 5


def test_korea__opens_the_new_line_on_the_fifth_of_april():
    dated = {edge.section: edge.opens for edge in NETWORK.edges if edge.opens is not None}
    assert dated == {"kusong-kaechon": OPENING, "kaechon-unsan": OPENING}
    new = next(edge for edge in NETWORK.edges if edge.section == "kusong-kaechon")
    assert [new.is_open(OPENING - timedelta(days=1)), new.is_open(OPENING)] == [False, True]
    length_km = sum(edge.length_km for edge in NETWORK.edges if edge.region == "new-line")
    assert length_km == pytest.approx(129, abs=0.5), "figure new_rail_kusong_unsan"


def test_korea__has_a_triangle_of_the_recorded_length():
    """Figure triangle_length is 180 km; the links add up to 190.9 km."""
    triangle = [edge for edge in NETWORK.edges if edge.region == "triangle"]
    assert sum(edge.length_km for edge in triangle) == pytest.approx(190.9)
    ends = Counter(node for edge in triangle for node in (edge.start, edge.end))
    assert ends == {"SINANJU": 2, "KAECHON": 2, "SUNCHON": 2, "SOPO": 2}, "a closed ring of four"


def test_korea__loses_pyongyang_without_the_sinanju_bridges_until_the_new_line_opens():
    """From Antung by rail alone, south of the Chongchon, the bridges by-passed only in April 1953."""
    for when, expected in ((date(1952, 6, 1), False), (OPENING, True)):
        links = links_present(WAR.links, WAR.switches, when=when)
        graph = undirected(links, ("rail",))
        graph.remove_node("SINANJU_BR")
        graph.remove_nodes_from(["CHIAN", "MANPO_BR", "TUMEN", "KAISHANTUN", "HUICHON"])
        assert nx.has_path(graph, "ANTUNG", "PYONGYANG") is expected
        kept = [link for link in links if link.start in graph and link.end in graph]
        assert ("PYONGYANG" in reach(kept, ["ANTUNG"], ("rail",))) is expected


def test_sections__hold_every_rail_link_once_in_order():
    held = [link for edge in NETWORK.edges for link in edge.links]
    assert sorted(held) == sorted(link.id for link in RAIL)
    ends = {link.id: {link.start, link.end} for link in WAR.links}
    for edge in NETWORK.edges:
        assert (edge.start, edge.end) == (edge.nodes[0], edge.nodes[-1])
        steps = [set(pair) for pair in zip(edge.nodes, edge.nodes[1:], strict=False)]
        assert steps == [ends[link] for link in edge.links]


def test_spurs__carry_no_gate_and_no_railhead():
    spurs = {edge.section for edge in NETWORK.edges if edge.spur}
    assert {"suiho-spur", "kyomipo-spur", "haeju-line", "hyesan-line", "sepo-pyonggang"} <= spurs
    assert set(NETWORK.gates) | set(RAILHEADS) <= set(NETWORK.nodes)
    left = nx.Graph([(edge.start, edge.end) for edge in NETWORK.flow_edges])
    leaves = {node for node, degree in left.degree if degree == 1}
    assert leaves <= set(NETWORK.gates) | set(RAILHEADS)


def test_find_spurs__prunes_trees_but_not_ways_through():
    ends = {"trunk": ("gate", "b"), "on": ("b", "head"), "twig": ("b", "c"), "leaf": ("c", "d")}
    assert find_spurs(ends, {"gate", "head"}) == {"twig", "leaf"}
    assert find_spurs(ends, {"gate", "head", "d"}) == set()


@given(st.data())
def test_contract__keeps_the_maximum_flow_of_the_full_network(data):
    """A section carries the least of its links; spurs and inner nodes make no difference."""
    capacities = data.draw(st.lists(st.integers(0, 9), min_size=len(RAIL), max_size=len(RAIL)))
    of_link = dict(zip((link.id for link in RAIL), capacities, strict=True))
    full = [(link.start, link.end, of_link[link.id]) for link in RAIL]
    contracted = [
        (edge.start, edge.end, min(of_link[link] for link in edge.links)) for edge in NETWORK.flow_edges
    ]
    sinks = data.draw(st.lists(st.sampled_from(RAILHEADS), min_size=1, unique=True))
    assert max_flow(full, NETWORK.gates, sinks) == max_flow(contracted, NETWORK.gates, sinks)


@pytest.mark.parametrize("modes", [("road",), ("trail",), ("road", "trail"), ("rail", "road", "trail")])
def test_shortest_km__equals_networkx(modes):
    graph = undirected(PRESENT, modes)
    for node in graph:
        expected = nx.single_source_dijkstra_path_length(graph, node, weight="km")
        assert shortest_km(PRESENT, node, modes) == pytest.approx(expected)


def test_hauls__are_the_shortest_roads_from_each_railhead_and_gate():
    road, foot = undirected(PRESENT, ("road",)), undirected(PRESENT, ("road", "trail"))
    nodes = {sector.id: sector.node for sector in WAR.sectors}
    hauls = [*NETWORK.railhead_hauls, *NETWORK.gate_hauls]
    assert len(hauls) == len(WAR.railheads) + len(WAR.gates) * len(WAR.sectors)
    for haul in hauls:
        pair = haul.origin, nodes[haul.sector]
        assert haul.road_km == pytest.approx(nx.shortest_path_length(road, *pair, weight="km"))
        assert haul.foot_km == pytest.approx(nx.shortest_path_length(foot, *pair, weight="km"))
        assert haul.foot_km <= haul.road_km


def test_porter_legs__are_the_shortest_trail_into_each_front_sector():
    by_node = defaultdict(list)
    for link in PRESENT:
        if link.mode == "trail":
            by_node[link.start].append((link.length_km, link.end))
            by_node[link.end].append((link.length_km, link.start))
    expected = {s.id: min(by_node[s.node]) for s in WAR.sectors if s.kind == "front"}
    assert {sector: (km, town) for sector, town, km in NETWORK.porter_legs} == expected


@given(st.lists(st.booleans(), min_size=len(PRESENT), max_size=len(PRESENT)), st.sampled_from(WAR.nodes))
def test_reach__equals_networkx(kept, origin):
    links = [link for link, is_kept in zip(PRESENT, kept, strict=True) if is_kept]
    graph = undirected(links, ("rail", "road"))
    graph.add_node(origin.id)
    assert reach(links, [origin.id], ("rail", "road")) == nx.node_connected_component(graph, origin.id)


def test_switches__take_their_links_and_their_section_away():
    assert "khasan-hongui" not in {edge.section for edge in NETWORK.edges}
    with_khasan = links_present(WAR.links, {**WAR.switches, "khasan": True})
    assert {link.id for link in with_khasan} - {link.id for link in PRESENT} == {"R-HONGUI-KHASAN"}


@pytest.mark.parametrize(
    ("pairs", "path"),
    [
        ("AB", ("A", "B")),
        ("BC AB CD", ("D", "C", "B", "A")),
        ("AB CD", None),
        ("AB BC CA", None),
        ("AB BC BD", None),
        ("AB BC CA DE", None),
        ("AB BC CD DB", None),
    ],
)
def test_path_of__takes_one_path_and_nothing_else(pairs, path):
    found = path_of([rail(*pair) for pair in pairs.split()])
    assert found == path or (path is not None and found == path[::-1])


def test_path_of__no_links_is_no_path():
    assert path_of([]) is None
