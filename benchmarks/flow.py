"""Exact daily maximum flow: ours against NetworkX, SciPy, igraph, PyMaxflow and OR-Tools, on one core.

Run ``python benchmarks/flow.py [--json]``. Two series of days: a random rail net of 94 nodes and 188 lines
with four sectors, of whose lines eleven change a day; and what simulated wars of korea-1951 under the
historical policy asked of their railways, day by day, taken from the engine. Ours delivers the priority split
between terminals too; the peers find the total only. Every total of every peer is compared with ours. Rates
are solves a second of processor time, the middle of seven repeats of the series or its beginning; everyone is
measured in turn, and a ratio is taken within a repeat. Each peer keeps its graph and gets the new capacities
in its fastest way; PyMaxflow has to be refilled. OR-Tools runs in a process of its own, since it cannot share
one with HiGHS.
"""

import argparse
import importlib.util
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from machine import Spread, here, in_turn, parser_of, ratios, tell

Ints = npt.NDArray[np.int64]
Solver = Callable[["Series", int], Ints]
REPEATS = 7
WARM_UP_DAYS = 20
OURS = "ours, warm, with priority split"
UNLIMITED = 50_000
"""Tonnes a day; small enough for peers that add capacities in 32 bits."""


@dataclass(frozen=True)
class Series:
    """A network and its days: ``capacity``: (day, edge), ``demand`` and ``order``: (day, terminal).

    ``gate_capacity``: (gate,), the same every day. All in tonnes a day.
    """

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

    @cached_property
    def places(self) -> Ints:
        """Nodes with terminals."""
        return np.unique(self.terminals)

    @cached_property
    def wanted(self) -> Ints:
        """Demand of all terminals of a node together: (day, place)."""
        return np.stack([self.demand[:, self.terminals == node].sum(axis=1) for node in self.places], axis=1)

    @cached_property
    def arcs(self) -> tuple[Ints, Ints]:
        """Tail and head of all arcs: lines there, lines back, gates, terminals.

        The super source is node ``n_nodes``, the super sink the one after.
        """
        source, sink = self.n_nodes, self.n_nodes + 1
        tail = np.concatenate([self.ends.T.ravel(), np.full(len(self.gates), source), self.places])
        return tail, np.concatenate([self.ends.T[::-1].ravel(), self.gates, np.full(len(self.places), sink)])

    @cached_property
    def arc_capacity(self) -> Ints:
        """Capacity of each arc: (day, arc)."""
        gates = np.tile(self.gate_capacity, (self.n_days, 1))
        return np.hstack([self.capacity, self.capacity, gates, self.wanted])


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
        demand=np.tile([1500, 2000, 2500, 3000], (n_days, 1)),
        order=_orders(rng, sectors, n_days),
    )


def korea(n_days: int) -> Series:
    """Run wars of the scenario one by one and note what each of their days has asked of the railways."""
    from stalemate.engine import simulate as engine
    from stalemate.engine.day import DAY
    from stalemate.policies.naming import named
    from stalemate.scenario.read import load

    scenario = load("korea-1951")
    prepared, policy = engine.prepare(scenario), named("historical", scenario)
    seen: list[tuple[Ints, ...]] = []

    def note(turn: str, _day: int, theatre: Any, _worlds: Any, _wars: Any) -> None:
        if turn == after:
            names = ("edge_capacity", "gate_capacity", "demand", "order")
            seen.append(tuple(theatre[0][name].copy() for name in names))

    systems = [system.name for _, system in DAY]
    after = systems[systems.index("transport") + 1]
    for war in range(-(-n_days // scenario.days)):
        engine.simulate(prepared, policy, 1, range(war, war + 1), record=["front_tonnes"], watch=note)
    capacity, gates, demand, order = (np.array(values[:n_days]) for values in zip(*seen, strict=True))
    one = prepared.theatre[0]
    n_edges, n_gates, n_terminals = one["n_sections"], one["n_gates"], one["n_terminals"]
    ends = one["edge_ends"][:n_edges].astype(np.int64)
    return Series(
        name="korea-1951",
        n_nodes=int(ends.max()) + 1,
        ends=ends,
        gates=one["gate_node"][:n_gates].astype(np.int64),
        terminals=one["terminal_node"][:n_terminals].astype(np.int64),
        capacity=capacity[:, :n_edges],
        gate_capacity=np.minimum(gates[0, :n_gates], UNLIMITED),
        demand=demand[:, :n_terminals],
        order=order[:, :n_terminals],
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
    def run(record: Any, capacity: Ints, demand: Ints, order: npt.NDArray[np.int32], totals: Ints) -> None:
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
            one.demand[:] = demand[day]
            one.order[:] = order[day]
            totals[day] = solve(one, one, one, one)

    def solver(series: Series, n_days: int) -> Ints:
        static = layout(
            series.n_nodes, series.ends.tolist(), series.gates.tolist(), series.terminals.tolist()
        )
        record = problem(static)
        record[0]["gate_capacity"] = series.gate_capacity
        totals = np.empty(n_days, np.int64)
        run(record, series.capacity, series.demand, series.order, totals)
        return totals

    return solver


def ours_from_python(series: Series, n_days: int) -> Ints:
    """Solve warm, one call from Python a day."""
    from stalemate.systems.flow import layout, problem, solve

    static = layout(series.n_nodes, series.ends.tolist(), series.gates.tolist(), series.terminals.tolist())
    one = problem(static)[0]
    one["gate_capacity"] = series.gate_capacity
    totals = np.empty(n_days, np.int64)
    for day in range(n_days):
        one["edge_capacity"], one["order"] = series.capacity[day], series.order[day]
        one["demand"] = series.demand[day]
        totals[day] = solve(one, one, one, one)
    return totals


def with_networkx(series: Series, n_days: int) -> Ints:
    import networkx

    graph: Any = networkx.DiGraph()
    pairs = list(zip(*(nodes.tolist() for nodes in series.arcs), strict=True))
    graph.add_edges_from(pairs)
    arcs = [graph[a][b] for a, b in pairs]
    totals = np.empty(n_days, np.int64)
    for day in range(n_days):
        for arc, capacity in zip(arcs, series.arc_capacity[day].tolist(), strict=True):
            arc["capacity"] = capacity
        totals[day] = networkx.maximum_flow_value(
            graph, series.n_nodes, series.n_nodes + 1, flow_func=networkx.algorithms.flow.boykov_kolmogorov
        )
    return totals


def with_scipy(series: Series, n_days: int) -> Ints:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow

    tail, head = series.arcs
    size = series.n_nodes + 2
    ranks = csr_array((np.arange(1, len(tail) + 1, dtype=np.int32), (tail, head)), shape=(size, size))
    arc_of = ranks.data - 1
    graph = csr_array((np.zeros(len(tail), np.int32), ranks.indices, ranks.indptr), shape=(size, size))
    totals = np.empty(n_days, np.int64)
    for day in range(n_days):
        graph.data[:] = series.arc_capacity[day, arc_of]
        totals[day] = maximum_flow(graph, series.n_nodes, series.n_nodes + 1).flow_value
    return totals


def with_igraph(series: Series, n_days: int) -> Ints:
    import igraph

    pairs = list(zip(*(nodes.tolist() for nodes in series.arcs), strict=True))
    graph = igraph.Graph(n=series.n_nodes + 2, edges=pairs, directed=True)
    totals = np.empty(n_days, np.int64)
    for day in range(n_days):
        capacity = series.arc_capacity[day].tolist()
        totals[day] = graph.maxflow_value(series.n_nodes, series.n_nodes + 1, capacity)
    return totals


def with_pymaxflow(series: Series, n_days: int) -> Ints:
    import maxflow

    a, b = series.ends.T.copy()
    graph = maxflow.GraphInt(series.n_nodes, len(a))
    nodes = np.arange(series.n_nodes)
    from_source, to_sink = np.zeros(series.n_nodes, np.int64), np.zeros(series.n_nodes, np.int64)
    np.add.at(from_source, series.gates, series.gate_capacity)
    totals = np.empty(n_days, np.int64)
    for day in range(n_days):
        graph.reset()
        graph.add_nodes(series.n_nodes)
        graph.add_edges(a, b, series.capacity[day], series.capacity[day])
        to_sink[series.places] = series.wanted[day]
        graph.add_grid_tedges(nodes, from_source, to_sink)
        totals[day] = graph.maxflow()
    return totals


def with_ortools(series: Series, n_days: int) -> Ints:
    from ortools.graph.python import max_flow

    solver = max_flow.SimpleMaxFlow()
    arcs = solver.add_arcs_with_capacity(*series.arcs, series.arc_capacity[0])
    totals = np.empty(n_days, np.int64)
    for day in range(n_days):
        solver.set_arcs_capacity(arcs, series.arc_capacity[day])
        if solver.solve(series.n_nodes, series.n_nodes + 1) != solver.OPTIMAL:
            raise SystemExit(f"OR-Tools found no maximum flow on day {day} of {series.name}")
        totals[day] = solver.optimal_flow()
    return totals


def timed(solver: Solver, series: Series, n_days: int) -> tuple[float, Ints]:
    """Return the seconds of the processor that a solver takes for days of a series, and their totals."""
    start = time.process_time()
    totals = solver(series, n_days)
    return time.process_time() - start, totals


def timed_apart(series: Series, n_days: int) -> tuple[float, Ints]:
    """Do the same with OR-Tools, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        given, taken = Path(folder, "series.npz"), Path(folder, "totals.npz")
        np.savez(given, **{field.name: getattr(series, field.name) for field in fields(series)})
        command = [sys.executable, __file__, "--ortools", str(given), str(taken), "--days", str(n_days)]
        subprocess.run(command, check=True)
        with np.load(taken) as result:
            return float(result["seconds"]), result["totals"]


def run_apart(given: Path, taken: Path, n_days: int) -> None:
    """Be the process of ``timed_apart``."""
    with np.load(given) as stored:
        series = Series(**{name: stored[name][()] for name in stored.files})
    with_ortools(series, min(n_days, WARM_UP_DAYS))
    seconds, totals = timed(with_ortools, series, n_days)
    np.savez(taken, seconds=seconds, totals=totals)


PEERS: tuple[tuple[str, str, Solver | None, int], ...] = (
    ("NetworkX (Boykov-Kolmogorov)", "networkx", with_networkx, 150),
    ("SciPy maximum_flow", "scipy", with_scipy, 2000),
    ("igraph maxflow_value", "igraph", with_igraph, 6000),
    ("PyMaxflow", "maxflow", with_pymaxflow, 6000),
    ("OR-Tools SimpleMaxFlow", "ortools", None, 6000),
)


def compare(series: Series) -> dict[str, Any]:
    """Measure everyone on one series, in turn. Stops the program at a total that differs from ours."""
    mine: tuple[tuple[str, str, Solver | None, int], ...] = (
        (OURS, "numba", ours(cold=False), series.n_days),
        ("ours, cold, with priority split", "numba", ours(cold=True), series.n_days),
        ("ours, warm, one call from Python a day", "numba", ours_from_python, 6000),
    )
    calls: dict[str, Callable[[], tuple[float, Ints]]] = {}
    for name, module, solver, wanted_days in (*mine, *PEERS):
        n_days = min(wanted_days, series.n_days)
        if importlib.util.find_spec(module) is None:
            continue
        if solver:
            solver(series, min(n_days, WARM_UP_DAYS))  # compiles, imports and makes what the series keeps
            calls[name] = partial(timed, solver, series, n_days)
        else:
            calls[name] = partial(timed_apart, series, n_days)
    done = {name: [told for _, told in runs] for name, runs in in_turn(calls, REPEATS).items()}
    truth = done[OURS][0][1]
    rates = {name: [len(totals) / seconds for seconds, totals in answers] for name, answers in done.items()}
    rows: list[dict[str, Any]] = []
    for name, *_ in (*mine, *PEERS):
        if name not in done:
            rows.append({"solver": name, "solves_per_s": None, "days": 0, "ours_over_it": None})
            continue
        totals = done[name][0][1]
        differing = np.flatnonzero(totals != truth[: len(totals)])
        if differing.size:
            day = differing[0]
            raise SystemExit(
                f"{name} on {series.name}, day {day}: found {totals[day]}; ours gives {truth[day]}"
            )
        rates_of = {"solves_per_s": Spread.of(rates[name]), "ours_over_it": ratios(rates[OURS], rates[name])}
        rows.append({"solver": name, "days": len(totals), **rates_of})
    return {
        "series": series.name,
        "nodes": series.n_nodes,
        "edges": len(series.ends),
        "terminals": len(series.terminals),
        "changed_a_day": series.changed_a_day,
        "share_of_demand_met": float(truth.sum() / series.demand.sum()),
        "rows": rows,
    }


def show(result: dict[str, Any]) -> None:
    """Print one table of at most 80 columns."""
    size = f"{result['nodes']} nodes, {result['edges']} lines, {result['terminals']} terminals"
    days = (
        f"{result['changed_a_day']:.1f} lines change a day, {result['share_of_demand_met']:.0%} of demand met"
    )
    print(f"\n{result['series']}: {size};\n{days}\n")
    print(f"{'solver':<40}{'solves/s':>10}{'ours/it':>9}{'(rounds)':>14}{'days':>7}")
    for row in result["rows"]:
        rate, ratio = row["solves_per_s"], row["ours_over_it"]
        if rate is None:
            print(f"{row['solver']:<40}{'not installed':>19}")
        else:
            apart = f"({ratio.least:.1f}-{ratio.most:.1f})"
            print(f"{row['solver']:<40}{rate.median:>10,.0f}{ratio.median:>9.1f}{apart:>14}{row['days']:>7}")


def show_all(results: list[dict[str, Any]]) -> None:
    """Print the tables one below the other."""
    for result in results:
        show(result)


def main() -> None:
    """Read the options and run."""
    parser = parser_of(__doc__)
    parser.add_argument("--days", type=int, default=20_000, help="days of each series (default 20000)")
    parser.add_argument("--ortools", nargs=2, type=Path, metavar=("GIVEN", "TAKEN"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ortools:
        given, taken = options.ortools
        run_apart(given, taken, options.days)
        return
    machine = here("networkx", "scipy", "igraph", "PyMaxflow", "ortools")
    results = [compare(make(options.days)) for make in (random_net, korea)]
    found = {"repeats": REPEATS, "series": results}
    tell(machine, found, as_json=options.json, show=lambda: show_all(results))


if __name__ == "__main__":
    main()
