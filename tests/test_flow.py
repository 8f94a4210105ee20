"""Maximum flow with a priority split, against closed forms, a plain twin, NetworkX, programs and cuts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import highspy
import networkx
import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.flow import amounts as plain_amounts

from stalemate.errors import ModelError
from stalemate.systems import flow
from stalemate.systems.flow import layout, problem, solve

SMALL = {"pad_nodes": 16, "pad_edges": 24, "pad_gates": 3, "pad_terminals": 5}
LARGE = {"pad_nodes": 160, "pad_edges": 320, "pad_gates": 8, "pad_terminals": 8}


@dataclass(frozen=True)
class Day:
    """What one day asks."""

    edge_capacity: Sequence[int]
    gate_capacity: Sequence[int]
    demand: Sequence[int]
    order: Sequence[int]


@dataclass
class Railway:
    """A network solved day after day from the flow before; all of one padding share compiled code."""

    n_nodes: int
    edges: Sequence[tuple[int, int]]
    gates: Sequence[int]
    terminals: Sequence[int]
    pads: dict[str, int] = field(default_factory=lambda: SMALL)

    def __post_init__(self) -> None:
        self.record = problem(layout(self.n_nodes, self.edges, self.gates, self.terminals, **self.pads))[0]

    def solve(self, day: Day) -> list[int]:
        """Return what each terminal gets."""
        for name, values in (
            ("edge_capacity", day.edge_capacity),
            ("gate_capacity", day.gate_capacity),
            ("demand", day.demand),
        ):
            self.record[name][: len(values)] = values
        count = len(self.terminals)
        self.record["order"][:] = [*day.order, *range(count, len(self.record["order"]))]
        total = solve(self.record, self.record, self.record, self.record)
        got = self.record["terminal_flow"][:count].tolist()
        assert total == sum(got)
        return got

    def cold(self, day: Day) -> list[int]:
        """Return what each terminal gets when nothing is known of the day before."""
        return Railway(self.n_nodes, self.edges, self.gates, self.terminals, self.pads).solve(day)

    def twin(self, day: Day) -> list[int]:
        """Return what the plain twin gives."""
        return plain_amounts(
            self.edges, self.gates, self.terminals,
            day.edge_capacity, day.gate_capacity, day.demand, day.order,
        )  # fmt: skip

    def flows(self) -> tuple[list[int], list[int], list[int]]:
        """Return the flows of edges, gates and terminals."""
        record = self.record
        return (
            record["edge_flow"][: len(self.edges)].tolist(),
            record["gate_flow"][: len(self.gates)].tolist(),
            record["terminal_flow"][: len(self.terminals)].tolist(),
        )

    def closed(self) -> set[int]:
        """Return the nodes that the last solve proved to be full."""
        words = self.record["sets"][flow.CLOSED]
        return {v for v in range(self.n_nodes) if int(words[v // 64]) >> (v % 64) & 1}


tonnes = st.integers(0, 12)


@st.composite
def railways(draw: st.DrawFn, *, spread: bool = False) -> Railway:
    """Draw a small network; spread over three 64-bit words if asked."""
    n_nodes = draw(st.integers(1, 8))
    node = st.integers(0, n_nodes - 1)
    pairs = st.tuples(node, node).filter(lambda ends: ends[0] != ends[1])
    edges = draw(st.lists(pairs, max_size=14)) if n_nodes > 1 else []
    gates = draw(st.lists(node, max_size=3))
    terminals = draw(st.lists(node, max_size=5))
    if not spread:
        return Railway(n_nodes, edges, gates, terminals)
    place = draw(st.permutations(range(160)))
    return Railway(
        160, [(place[a], place[b]) for a, b in edges],
        [place[v] for v in gates], [place[v] for v in terminals], LARGE,
    )  # fmt: skip


def days_of(railway: Railway) -> st.SearchStrategy[Day]:
    """Draw a day for a network."""

    def exactly(count: int, of: st.SearchStrategy[int]) -> st.SearchStrategy[list[int]]:
        return st.lists(of, min_size=count, max_size=count)

    return st.builds(
        Day,
        exactly(len(railway.edges), tonnes),
        exactly(len(railway.gates), st.integers(0, 30)),
        exactly(len(railway.terminals), st.integers(0, 20)),
        st.permutations(range(len(railway.terminals))),
    )


def total_by_networkx(railway: Railway, day: Day) -> int:
    graph: Any = networkx.DiGraph()
    graph.add_nodes_from(["source", "sink"])

    def join(a: object, b: object, capacity: int) -> None:
        known = graph.get_edge_data(a, b, {"capacity": 0})["capacity"]
        graph.add_edge(a, b, capacity=known + capacity)

    for (a, b), capacity in zip(railway.edges, day.edge_capacity, strict=True):
        join(a, b, capacity)
        join(b, a, capacity)
    for gate, capacity in zip(railway.gates, day.gate_capacity, strict=True):
        join("source", gate, capacity)
    for terminal, demand in zip(railway.terminals, day.demand, strict=True):
        join(terminal, "sink", demand)
    return int(networkx.maximum_flow_value(graph, "source", "sink"))


def amounts_by_linear_programs(railway: Railway, day: Day) -> list[float]:
    """Maximise each terminal's amount in order, the amounts of the earlier ones being fixed."""
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    edge = [solver.addVariable(-c, c) for c in day.edge_capacity]
    gate = [solver.addVariable(0, c) for c in day.gate_capacity]
    terminal = [solver.addVariable(0, c) for c in day.demand]
    balance: dict[int, Any] = {}
    for variable, (a, b) in zip(edge, railway.edges, strict=True):
        balance[a] = balance.get(a, 0) - variable
        balance[b] = balance.get(b, 0) + variable
    for variable, node in zip(gate, railway.gates, strict=True):
        balance[node] = balance.get(node, 0) + variable
    for variable, node in zip(terminal, railway.terminals, strict=True):
        balance[node] = balance.get(node, 0) - variable
    for terms in balance.values():
        solver.addConstr(terms == 0)
    got = [0.0] * len(terminal)
    for k in day.order:
        solver.maximize(terminal[k])
        got[k] = solver.getInfo().objective_function_value
        solver.changeColBounds(terminal[k].index, round(got[k]), round(got[k]))
    return got


def test_flow__equals_shared_bridge_when_two_routes_cross_it():
    """A 300 t/day bridge feeds both routes, so the sector receives 300, not 500."""
    railway = Railway(5, [(0, 1), (1, 2), (1, 3), (2, 4), (3, 4)], gates=[0], terminals=[4])
    assert railway.solve(Day([300, 250, 250, 250, 250], [10**9], [1000], [0])) == [300]


def test_flow__adds_two_routes_that_share_nothing():
    railway = Railway(4, [(0, 1), (1, 3), (0, 2), (2, 3)], gates=[0], terminals=[3])
    assert railway.solve(Day([200, 150, 90, 120], [10**9], [1000], [0])) == [150 + 90]


def test_flow__adds_parallel_tracks():
    railway = Railway(2, [(0, 1), (1, 0), (0, 1)], gates=[0], terminals=[1])
    assert railway.solve(Day([100, 20, 3], [10**9], [1000], [0])) == [123]
    assert railway.solve(Day([0, 20, 0], [10**9], [1000], [0])) == [20]


def test_flow__serves_the_first_in_order_first():
    railway = Railway(2, [(0, 1)], gates=[0], terminals=[1, 1])
    assert railway.solve(Day([100], [500], [80, 70], [0, 1])) == [80, 20]
    assert railway.solve(Day([100], [500], [80, 70], [1, 0])) == [30, 70]


def test_flow__moves_a_later_terminal_to_its_other_route():
    """The later terminal held the line of the first; it gives that up and keeps what its own line brings."""
    railway = Railway(3, [(0, 1), (1, 2), (0, 2)], gates=[0], terminals=[1, 2])
    assert railway.solve(Day([100, 100, 40], [500], [0, 140], [0, 1])) == [0, 140]
    assert railway.solve(Day([100, 100, 40], [500], [90, 140], [0, 1])) == [90, 50]


def test_flow__may_run_either_way_along_an_edge():
    railway = Railway(2, [(0, 1)], gates=[0, 1], terminals=[0, 1])
    assert railway.solve(Day([10], [20, 0], [0, 50], [0, 1])) == [0, 10]
    assert railway.flows()[0] == [10]
    assert railway.solve(Day([10], [0, 20], [50, 0], [0, 1])) == [10, 0]
    assert railway.flows()[0] == [-10]


def test_flow__is_nothing_over_closed_lines_and_gates():
    railway = Railway(2, [(0, 1)], gates=[0], terminals=[1])
    assert railway.solve(Day([0], [50], [50], [0])) == [0]
    assert railway.solve(Day([50], [0], [50], [0])) == [0]


def test_flow__serves_a_terminal_at_the_gate_without_any_line():
    assert Railway(1, [], gates=[0, 0], terminals=[0, 0]).solve(Day([], [5, 6], [4, 20], [1, 0])) == [0, 11]


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_flow__equals_the_plain_twin_day_after_day(data: st.DataObject):
    railway = data.draw(railways())
    for day in data.draw(st.lists(days_of(railway), min_size=1, max_size=6)):
        assert railway.solve(day) == railway.twin(day)


@given(st.data())
@settings(max_examples=75, deadline=None)
def test_flow__equals_the_plain_twin_when_nodes_fill_three_words(data: st.DataObject):
    railway = data.draw(railways(spread=True))
    for day in data.draw(st.lists(days_of(railway), min_size=1, max_size=4)):
        assert railway.solve(day) == railway.twin(day)


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_flow__gives_in_total_what_networkx_gives(data: st.DataObject):
    railway = data.draw(railways())
    for day in data.draw(st.lists(days_of(railway), min_size=1, max_size=3)):
        assert sum(railway.solve(day)) == total_by_networkx(railway, day)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_flow__gives_each_terminal_what_a_sequence_of_linear_programs_gives(data: st.DataObject):
    railway = data.draw(railways())
    for day in data.draw(st.lists(days_of(railway), min_size=1, max_size=2)):
        assert railway.solve(day) == pytest.approx(amounts_by_linear_programs(railway, day), abs=1e-6)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_flow__keeps_capacities_and_conserves_tonnes_at_every_node(data: st.DataObject):
    railway = data.draw(railways())
    for day in data.draw(st.lists(days_of(railway), min_size=1, max_size=4)):
        railway.solve(day)
        edge, gate, terminal = railway.flows()
        assert all(abs(f) <= c for f, c in zip(edge, day.edge_capacity, strict=True))
        assert all(0 <= f <= c for f, c in zip(gate, day.gate_capacity, strict=True))
        assert all(0 <= f <= c for f, c in zip(terminal, day.demand, strict=True))
        left = [0] * railway.n_nodes
        for f, (a, b) in zip(edge, railway.edges, strict=True):
            left[a] -= f
            left[b] += f
        for f, node in zip(gate, railway.gates, strict=True):
            left[node] += f
        for f, node in zip(terminal, railway.terminals, strict=True):
            left[node] -= f
        assert left == [0] * railway.n_nodes


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_flow__proves_each_shortage_by_a_full_cut(data: st.DataObject):
    """Weak duality: what reaches the closed nodes equals all that lines and gates could ever bring there."""
    railway = data.draw(railways())
    for day in data.draw(st.lists(days_of(railway), min_size=1, max_size=4)):
        got = railway.solve(day)
        closed = railway.closed()
        short = {v for v, g, d in zip(railway.terminals, got, day.demand, strict=True) if g < d}
        assert short <= closed
        lines = zip(railway.edges, day.edge_capacity, strict=True)
        gates = zip(railway.gates, day.gate_capacity, strict=True)
        could = sum(c for (a, b), c in lines if (a in closed) != (b in closed))
        could += sum(c for v, c in gates if v in closed)
        assert sum(g for v, g in zip(railway.terminals, got, strict=True) if v in closed) == could


def campaign(rng: np.random.Generator, n_nodes: int, n_edges: int, n_gates: int, n_terminals: int) -> Railway:
    """Make a connected random network with gates at one end and terminals at the other."""
    edges = [(int(rng.integers(max(0, v - 6), v)), v) for v in range(1, n_nodes)]
    while len(edges) < n_edges:
        a = int(rng.integers(n_nodes - 1))
        edges.append((a, int(rng.integers(a + 1, min(n_nodes, a + 12)))))
    terminals = rng.integers(n_nodes - n_nodes // 4, n_nodes, n_terminals)
    return Railway(n_nodes, edges, list(range(n_gates)), terminals.tolist(), LARGE)


@pytest.mark.parametrize("n_nodes", [60, 96, 160])
def test_flow__warm_equals_cold_and_twin_through_a_long_campaign(n_nodes: int):
    """Cuts, repairs, new demands and new orders every day; the twin is slow, so it checks every tenth day."""
    rng = np.random.default_rng(n_nodes)
    railway = campaign(rng, n_nodes, 2 * n_nodes, n_gates=6, n_terminals=8)
    whole = rng.integers(2, 15, len(railway.edges)) * 100
    share = np.full(len(whole), 100)
    demand = rng.integers(1, 6, 8) * 100
    fell_short = 0
    for number in range(400):
        share = np.minimum(100, share + 25 * (rng.random(len(share)) < 0.4))
        share[rng.integers(len(share), size=rng.poisson(4))] = 0
        demand[rng.integers(8)] = rng.integers(0, 6) * 100
        gates = rng.integers(0, 50, 6) * 100 if number % 50 == 49 else np.full(6, 2500)
        day = Day(
            (whole * share // 100).tolist(), gates.tolist(), demand.tolist(), rng.permutation(8).tolist()
        )
        got = railway.solve(day)
        assert got == railway.cold(day)
        if number % 10 == 0:
            assert got == railway.twin(day)
            assert sum(got) == total_by_networkx(railway, day)
        fell_short += got != day.demand
    assert 40 < fell_short < 360


def test_flow__gives_the_same_link_flows_from_the_same_past():
    rng = np.random.default_rng(7)
    first = campaign(rng, 96, 200, n_gates=4, n_terminals=6)
    second = Railway(first.n_nodes, first.edges, first.gates, first.terminals, LARGE)
    for _ in range(30):
        capacity = rng.integers(0, 900, 200).tolist()
        day = Day(capacity, [2000] * 4, [500] * 6, rng.permutation(6).tolist())
        first.solve(day)
        second.solve(day)
        assert first.flows() == second.flows()


def test_flow__ignores_padding():
    edges, day = [(0, 1), (1, 2), (0, 2)], Day([30, 20, 10], [100], [25, 25], [1, 0])
    small, large = Railway(3, edges, [0], [1, 2]), Railway(3, edges, [0], [1, 2], LARGE)
    assert small.solve(day) == large.solve(day) == small.twin(day)


def test_flow__works_inside_a_kernel_on_four_separate_records():
    """The layout is shared by all replicates, the flow is each replicate's own, the scratch anyone's."""
    sizes = (3, 3, 1, 2)

    def records(fields: flow.Fields, count: int) -> np.ndarray:
        kind = np.dtype([(name, kind, shape) for name, (kind, shape) in fields.items()], align=True)
        return np.zeros(count, kind)

    static = layout(3, [(0, 1), (1, 2), (0, 2)], [0], [1, 2])
    net, days = records(flow.layout_fields(*sizes), 1), records(flow.day_fields(*sizes[1:]), 4)
    states, work = records(flow.state_fields(*sizes), 4), records(flow.scratch_fields(3), 1)
    for name in net.dtype.names or ():
        net[0][name] = getattr(static, name)
    days["edge_capacity"] = [[30, 20, 10], [0, 20, 10], [30, 0, 10], [30, 20, 10]]
    days["gate_capacity"], days["demand"], days["order"] = 100, 25, [[0, 1], [0, 1], [1, 0], [1, 0]]

    @numba.njit
    def block(net, days, states, work, totals):
        for replicate in range(len(states)):
            totals[replicate] = solve(net[0], days[replicate], states[replicate], work[0])

    totals = np.zeros(4, np.int64)
    block(net, days, states, work, totals)
    assert states["terminal_flow"].tolist() == [[25, 15], [10, 0], [25, 10], [15, 25]]
    assert totals.tolist() == [40, 10, 35, 40]


@pytest.mark.parametrize(
    ("edges", "gates", "terminals", "message"),
    [
        ([(0, 3)], [], [], "edge 0 of the flow network: found node 3; expected 0 to 2"),
        ([(0, 1), (-1, 1)], [], [], "edge 1 of the flow network: found node -1; expected 0 to 2"),
        ([(1, 1)], [], [], "found node 1 at both ends; expected two nodes"),
        ([], [0, 9], [], "gate 1 of the flow network: found node 9"),
        ([], [], [4], "terminal 0 of the flow network: found node 4"),
        ([(0, 1)] * 20_000, [], [], "found 20000 edges; expected at most 16383"),
    ],
)
def test_layout__refuses_what_cannot_be_a_network(edges, gates, terminals, message: str):
    with pytest.raises(ModelError, match=message):
        layout(3, edges, gates, terminals)
