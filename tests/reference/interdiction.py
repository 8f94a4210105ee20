"""Interdiction by other means: every set of arcs, and the direct program of the shortest path.

The direct program is the dual of the shortest path with attacks inside: max d[t] with d[v] - d[u] <= length +
delay x attacked for each arc. Israeli and Wood 2002, Networks 40(2), 97-111, equation of their MXSP-D.
"""

from itertools import combinations

import highspy
import networkx as nx

TOLERANCE = 1e-6


def value_of(net, question, sources, sinks, attacked):
    """Return maximum flow or shortest length by networkx, with all sources and sinks joined to one."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from([*range(len(net.nodes)), "s", "t"])
    simple = nx.DiGraph()
    simple.add_nodes_from(graph)
    for arc, (u, v) in enumerate(net.ends):
        for a, b in ((u, v), (v, u)) if net.undirected else ((u, v),):
            if a == b:
                continue
            if question == "flow" and arc not in attacked:
                known = simple.get_edge_data(a, b, {"capacity": 0})["capacity"]
                simple.add_edge(a, b, capacity=known + net.capacity[arc])
            if question == "path":
                length = net.length[arc] + (net.delay[arc] if arc in attacked else 0)
                simple.add_edge(
                    a, b, weight=min(length, simple.get_edge_data(a, b, {"weight": length})["weight"])
                )
    simple.add_edges_from(("s", source, {"weight": 0}) for source in sources)
    simple.add_edges_from((sink, "t", {"weight": 0}) for sink in sinks)
    if question == "flow":
        return nx.maximum_flow_value(simple, "s", "t")
    return nx.dijkstra_path_length(simple, "s", "t")


def attack_by_every_set(net, question, sources, sinks, budget, protected=(), known=None):
    """Return the worst value over all sets of arcs within the budget; ``known`` keeps values of sets."""
    known = {} if known is None else known
    arcs = [arc for arc in range(len(net.ends)) if arc not in protected]
    values = []
    for size in range(len(arcs) + 1):
        for chosen in combinations(arcs, size):
            if sum(net.cost[arc] for arc in chosen) <= budget + TOLERANCE:
                if chosen not in known:
                    known[chosen] = value_of(net, question, sources, sinks, set(chosen))
                values.append(known[chosen])
        if size >= budget / min(net.cost):
            break
    return min(values) if question == "flow" else max(values)


def protection_by_every_set(net, question, sources, sinks, budget, count):
    """Return the best value after the worst attack, over all sets of ``count`` arcs protected."""
    known = {}
    values = [
        attack_by_every_set(net, question, sources, sinks, budget, protected, known)
        for protected in combinations(range(len(net.ends)), min(count, len(net.ends)))
    ]
    return max(values) if question == "flow" else min(values)


def direct_path_program(net, sources, sinks, budget, seconds=float("inf")):
    """Return the longest shortest path that the direct program finds, and whether it is proven."""
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("parallel", "off")
    solver.setOptionValue("mip_rel_gap", 0.0)
    if seconds < float("inf"):
        solver.setOptionValue("time_limit", seconds)
    most = sum(net.length) + sum(net.delay)
    distance = [solver.addVariable(0, 0 if node in sources else most) for node in range(len(net.nodes))]
    end = solver.addVariable(0, most)
    attacked = [solver.addBinary() for _ in net.ends]
    for arc, (u, v) in enumerate(net.ends):
        for a, b in ((u, v), (v, u)) if net.undirected else ((u, v),):
            if a != b:
                solver.addConstr(
                    distance[b] - distance[a] - net.delay[arc] * attacked[arc] <= net.length[arc]
                )
    for sink in sinks:
        solver.addConstr(end - distance[sink] <= 0)
    solver.addConstr(sum(c * x for c, x in zip(net.cost, attacked, strict=True)) <= budget)
    solver.maximize(end)
    status = solver.getModelStatus()
    return solver.getInfo().objective_function_value, status == highspy.HighsModelStatus.kOptimal
