"""Exact daily maximum flow: ours against NetworkX, SciPy, igraph, PyMaxflow and OR-Tools, on one core.

Run ``python benchmarks/flow.py [--json]``. Two series of days: a random rail net of 94 nodes and 188 lines
with four sectors, and the railways of the scenario korea-1951 contracted to sections; on both some ten lines
change a day. Ours delivers the priority split between terminals too; the peers find the total only. Every
total of every peer is compared with ours. Rates are solves a second, the median of five repeats of the series
or its beginning. Each peer keeps its graph and gets the new capacities in its fastest way; PyMaxflow has to
be refilled. OR-Tools runs in a process of its own, since it cannot share one with HiGHS.
"""

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Solver = Callable[["Series", int], Ints]
REPEATS = 5
UNLIMITED = 50_000
"""Tonnes a day; small enough for peers that add capacities in 32 bits."""


@dataclass(frozen=True)
class Series:
    """A network and its days: ``capacity``: (day, edge), ``order``: (day, terminal); the rest is constant."""

    name: str
    n_nodes: int
    ends: Ints
    gates: Ints
    terminals: Ints
    capacity: Ints
    gate_capacity: Ints
    demand: Ints
    order: npt.NDArray[np.int32]

    @property
    def n_days(self) -> int:
        """Length of the series."""
        return len(self.capacity)

    @property
    def changed_a_day(self) -> float:
        """Lines whose capacity is not the day before's, on average."""
        return float((np.diff(self.capacity, axis=0) != 0).sum(axis=1).mean())

    def arcs(self) -> tuple[Ints, Ints, Ints]:
        """Return tail, head and first day's capacity of all arcs: lines both ways, gates, terminals.

        The super source is node ``n_nodes``, the super sink the one after; terminals of one node are joined.
        """
        source, sink = self.n_nodes, self.n_nodes + 1
        places, wanted = self.sinks()
        tail = np.concatenate([self.ends.T.ravel(), np.full(len(self.gates), source), places])
        head = np.concatenate([self.ends.T[::-1].ravel(), self.gates, np.full(len(places), sink)])
        return tail, head, np.concatenate([self.capacity[0], self.capacity[0], self.gate_capacity, wanted])

    def sinks(self) -> tuple[Ints, Ints]:
        """Return the nodes that have terminals and what they can take together, tonnes a day."""
        places = np.unique(self.terminals)
        return places, np.array([self.demand[self.terminals == node].sum() for node in places])


def random_net(n_days: int) -> Series:
    """Make 90 nodes and 180 lines from eight gates to four sectors with two railheads each."""
    rng = np.random.default_rng(1)
    nodes, sectors = 90, 4
    place = rng.random((nodes, 2)) * [1, 3]
    place = place[np.argsort(-place[:, 1])]
    apart = np.linalg.norm(place[:, None] - place[None], axis=2)
    pairs = {(int(np.argmin(apart[v, :v])), v) for v in range(1, nodes)}
    near_first = np.argsort((apart * rng.random(apart.shape))[np.triu_indices(nodes, 1)])
    for a, b in np.transpose(np.triu_indices(nodes, 1))[near_first]:
        if len(pairs) == 180:
            break
        pairs.add((int(a), int(b)))
    whole = rng.integers(2, 12, 180) * 100
    railheads = rng.permutation(np.arange(nodes - 20, nodes))[: 2 * sectors]
    feeders = [(int(railhead), nodes + k // 2) for k, railhead in enumerate(railheads)]
    return Series(
        name="random",
        n_nodes=nodes + sectors,
        ends=np.array([*sorted(pairs), *feeders]),
        gates=np.arange(8),
        terminals=nodes + np.arange(sectors),
        capacity=_days(rng, np.concatenate([whole, np.full(len(feeders), 3000)]), 180, 2.9, n_days),
        gate_capacity=np.full(8, 3000),
        demand=np.array([1500, 2000, 2500, 3000]),
        order=_orders(rng, sectors, n_days),
    )


def korea(n_days: int) -> Series:
    """Make the flow graph of the scenario: trunk of 3,500 t a day, sectors that ask 350 to 700."""
    from stalemate.scenario.network import contract
    from stalemate.scenario.read import load

    rng = np.random.default_rng(2)
    network = contract(load("korea-1951"))
    number = {node: k for k, node in enumerate(network.nodes)}
    edges, hauls = network.flow_edges, network.railhead_hauls
    whole = np.array([round(3500 * edge.capacity_share) for edge in edges])
    return Series(
        name="korea-1951",
        n_nodes=len(number),
        ends=np.array([(number[edge.start], number[edge.end]) for edge in edges]),
        gates=np.array([number[gate] for gate in network.gates]),
        terminals=np.array([number[haul.origin] for haul in hauls]),
        capacity=_days(rng, whole, len(edges), 3.2, n_days),
        gate_capacity=np.full(len(network.gates), UNLIMITED),
        demand=np.array([{1: 500, 2: 150}.get(haul.rank, 50) for haul in hauls]),
        order=_orders(rng, len(hauls), n_days),
    )


def _days(rng: np.random.Generator, whole: Ints, n_targets: int, hits_a_day: float, n_days: int) -> Ints:
    """Cut lines at random and mend each in three stages, half of the cut lines a stage further every day."""
    stage = np.full(len(whole), 3)
    days = np.empty((n_days, len(whole)), np.int64)
    for day in days:
        stage[(stage < 3) & (rng.random(len(whole)) < 0.5)] += 1
        stage[rng.permutation(n_targets)[: rng.poisson(hits_a_day)]] = 0
        day[:] = whole * np.array([0, 30, 60, 100])[stage] // 100
    return days


def _orders(rng: np.random.Generator, n_terminals: int, n_days: int) -> npt.NDArray[np.int32]:
    """Change the order every fifth day."""
    orders = [rng.permutation(n_terminals) for _ in range(n_days // 5 + 1)]
    return np.repeat(orders, 5, axis=0)[:n_days].astype(np.int32)


def ours(cold: bool) -> Solver:
    """Return our solver in a compiled loop, as the engine runs it; cold means each day from no flow."""
    import numba

    from stalemate.systems.flow import layout, problem, solve

    @numba.njit(nogil=True)
    def run(record: Any, capacity: Ints, order: npt.NDArray[np.int32], totals: Ints) -> None:
        one = record[0]
        for day in range(len(totals)):
            if cold:
                one.edge_flow[:] = 0
                one.gate_flow[:] = 0
                one.terminal_flow[:] = 0
                one.edge_limit[:] = 0
                one.room_into[:] = 0
                one.room_from[:] = 0
            one.edge_capacity[:] = capacity[day]
            one.order[:] = order[day]
            totals[day] = solve(one, one, one, one)

    def solver(series: Series, n_days: int) -> Ints:
        static = layout(
            series.n_nodes, series.ends.tolist(), series.gates.tolist(), series.terminals.tolist()
        )
        record = problem(static)
        record[0]["gate_capacity"], record[0]["demand"] = series.gate_capacity, series.demand
        totals = np.empty(n_days, np.int64)
        run(record, series.capacity, series.order, totals)
        return totals

    return solver


def ours_from_python(series: Series, n_days: int) -> Ints:
    """Solve warm, one call from Python a day."""
    from stalemate.systems.flow import layout, problem, solve

    static = layout(series.n_nodes, series.ends.tolist(), series.gates.tolist(), series.terminals.tolist())
    one = problem(static)[0]
    one["gate_capacity"], one["demand"] = series.gate_capacity, series.demand
    totals = np.empty(n_days, np.int64)
    for day in range(n_days):
        one["edge_capacity"], one["order"] = series.capacity[day], series.order[day]
        totals[day] = solve(one, one, one, one)
    return totals


def with_networkx(series: Series, n_days: int) -> Ints:
    import networkx

    graph: Any = networkx.DiGraph()
    for a, b, capacity in zip(*(values.tolist() for values in series.arcs()), strict=True):
        graph.add_edge(a, b, capacity=capacity)
    pairs = [(graph[a][b], graph[b][a]) for a, b in series.ends.tolist()]
    totals = np.empty(n_days, np.int64)
    for day in range(n_days):
        for (there, back), capacity in zip(pairs, series.capacity[day].tolist(), strict=True):
            there["capacity"] = back["capacity"] = capacity
        totals[day] = networkx.maximum_flow_value(
            graph, series.n_nodes, series.n_nodes + 1, flow_func=networkx.algorithms.flow.boykov_kolmogorov
        )
    return totals


def with_scipy(series: Series, n_days: int) -> Ints:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow

    tail, head, capacity = series.arcs()
    size = series.n_nodes + 2
    ranks = csr_array((np.arange(1, len(tail) + 1, dtype=np.int32), (tail, head)), shape=(size, size))
    place = np.argsort(ranks.data)
    graph = csr_array(
        (capacity[np.argsort(place)].astype(np.int32), ranks.indices, ranks.indptr), (size, size)
    )
    n_edges = len(series.ends)
    totals = np.empty(n_days, np.int64)
    for day in range(n_days):
        graph.data[place[:n_edges]] = series.capacity[day]
        graph.data[place[n_edges : 2 * n_edges]] = series.capacity[day]
        totals[day] = maximum_flow(graph, series.n_nodes, series.n_nodes + 1).flow_value
    return totals


def with_igraph(series: Series, n_days: int) -> Ints:
    import igraph

    tail, head, capacity = series.arcs()
    graph = igraph.Graph(
        n=series.n_nodes + 2, edges=list(zip(tail.tolist(), head.tolist(), strict=True)), directed=True
    )
    constant = capacity[2 * len(series.ends) :].tolist()
    totals = np.empty(n_days, np.int64)
    for day in range(n_days):
        lines = series.capacity[day].tolist()
        totals[day] = graph.maxflow_value(series.n_nodes, series.n_nodes + 1, lines + lines + constant)
    return totals


def with_pymaxflow(series: Series, n_days: int) -> Ints:
    import maxflow

    a, b = series.ends.T.copy()
    places, wanted = series.sinks()
    graph = maxflow.GraphInt(series.n_nodes, len(a))
    nodes = np.arange(series.n_nodes)
    from_source, to_sink = np.zeros(series.n_nodes, np.int64), np.zeros(series.n_nodes, np.int64)
    np.add.at(from_source, series.gates, series.gate_capacity)
    to_sink[places] = wanted
    totals = np.empty(n_days, np.int64)
    for day in range(n_days):
        graph.reset()
        graph.add_nodes(series.n_nodes)
        graph.add_edges(a, b, series.capacity[day], series.capacity[day])
        graph.add_grid_tedges(nodes, from_source, to_sink)
        totals[day] = graph.maxflow()
    return totals


def with_ortools(series: Series, n_days: int) -> Ints:
    from ortools.graph.python import max_flow

    tail, head, capacity = series.arcs()
    solver = max_flow.SimpleMaxFlow()
    lines = solver.add_arcs_with_capacity(tail, head, capacity)[: 2 * len(series.ends)]
    totals = np.empty(n_days, np.int64)
    for day in range(n_days):
        solver.set_arcs_capacity(lines, np.concatenate([series.capacity[day], series.capacity[day]]))
        if solver.solve(series.n_nodes, series.n_nodes + 1) != solver.OPTIMAL:
            raise SystemExit(f"OR-Tools found no maximum flow on day {day} of {series.name}")
        totals[day] = solver.optimal_flow()
    return totals


def measure(solver: Solver, series: Series, n_days: int) -> tuple[float, Ints]:
    """Return solves a second, the median of the repeats, and the totals of the days."""
    solver(series, min(n_days, 20))
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        totals = solver(series, n_days)
        seconds.append(time.perf_counter() - start)
    return n_days / median(seconds), totals


def measure_apart(series: Series, n_days: int) -> tuple[float, Ints]:
    """Measure OR-Tools in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        given, taken = Path(folder, "series.npz"), Path(folder, "totals.npz")
        np.savez(given, **vars(series))
        command = [sys.executable, __file__, "--ortools", str(given), str(taken), "--days", str(n_days)]
        subprocess.run(command, check=True)
        with np.load(taken) as result:
            return float(result["rate"]), result["totals"]


def run_apart(given: Path, taken: Path, n_days: int) -> None:
    """Be the process of ``measure_apart``."""
    with np.load(given) as fields:
        series = Series(**{name: fields[name][()] for name in fields.files})
    rate, totals = measure(with_ortools, series, n_days)
    np.savez(taken, rate=rate, totals=totals)


PEERS: tuple[tuple[str, str, Solver | None, int], ...] = (
    ("NetworkX (Boykov-Kolmogorov)", "networkx", with_networkx, 150),
    ("SciPy maximum_flow", "scipy", with_scipy, 2000),
    ("igraph maxflow_value", "igraph", with_igraph, 6000),
    ("PyMaxflow", "maxflow", with_pymaxflow, 6000),
    ("OR-Tools SimpleMaxFlow", "ortools", None, 6000),
)


def compare(series: Series) -> dict[str, Any]:
    """Measure everyone on one series. Stops the program at the first total that differs from ours."""
    warm, truth = measure(ours(cold=False), series, series.n_days)
    rows = [{"solver": "ours, warm, with priority split", "solves_per_s": warm, "days": series.n_days}]
    mine = [("ours, cold, with priority split", "numba", ours(cold=True), series.n_days),
            ("ours, warm, one call from Python a day", "numba", ours_from_python, 6000)]  # fmt: skip
    for name, module, solver, wanted_days in [*mine, *PEERS]:
        n_days = min(wanted_days, series.n_days)
        if importlib.util.find_spec(module) is None:
            rows.append({"solver": name, "solves_per_s": None, "days": 0})
            continue
        rate, totals = measure(solver, series, n_days) if solver else measure_apart(series, n_days)
        differing = np.flatnonzero(totals != truth[:n_days])
        if differing.size:
            day = differing[0]
            raise SystemExit(
                f"{name} on {series.name}, day {day}: found {totals[day]}; ours gives {truth[day]}"
            )
        rows.append({"solver": name, "solves_per_s": rate, "days": n_days})
    for row in rows:
        rate = row["solves_per_s"]
        row["ours_over_it"] = warm / rate if isinstance(rate, float) else None
    return {
        "series": series.name,
        "nodes": series.n_nodes,
        "edges": len(series.ends),
        "terminals": len(series.terminals),
        "changed_a_day": series.changed_a_day,
        "share_of_demand_met": float(truth.mean() / series.demand.sum()),
        "rows": rows,
    }


def show(result: dict[str, Any]) -> None:
    """Print one table of at most 80 columns."""
    size = f"{result['nodes']} nodes, {result['edges']} lines, {result['terminals']} terminals"
    days = (
        f"{result['changed_a_day']:.1f} lines change a day, {result['share_of_demand_met']:.0%} of demand met"
    )
    print(f"\n{result['series']}: {size};\n{days}\n")
    print(f"{'solver':<40}{'solves/s':>12}{'ours/it':>10}{'days':>8}")
    for row in result["rows"]:
        rate = row["solves_per_s"]
        if rate is None:
            print(f"{row['solver']:<40}{'not installed':>22}")
        else:
            print(f"{row['solver']:<40}{rate:>12,.0f}{row['ours_over_it']:>10.1f}{row['days']:>8}")


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of tables")
    parser.add_argument("--days", type=int, default=20_000, help="days of each series (default 20000)")
    parser.add_argument("--ortools", nargs=2, type=Path, metavar=("GIVEN", "TAKEN"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ortools:
        run_apart(*options.ortools, options.days)
        return
    results = []
    for make in (random_net, korea):
        results.append(compare(make(options.days)))
        if not options.json:
            show(results[-1])
    if options.json:
        print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
