"""Exact maximum flow with a priority split, warm-started. Equations and proofs: docs/model/flow.md.

The network is undirected. Sources feed nodes, terminals take from nodes, and all amounts are whole tonnes a
day. The answer is lexicographic: the terminal first in order gets as much as can be, then the second as much
as can be while the first keeps its amount, and so on. Those amounts are unique, so a solve that starts from
yesterday's flow gives the same amounts as one that starts from nothing.

One solve, in order:

1. cut the old flow down to today's capacities and demands, and note at each node what is left over (spare)
   or missing (short); what a source could still send counts as spare at its node;
2. fill each short node from spare ones, else take back from the terminals last in order;
3. for each terminal in order, look backward through the residual network for spare tonnes, else for a later
   terminal that can give. If neither is seen, all nodes seen are closed: nothing there can ever be raised;
4. return to the sources what is still spare.

Searches run in breadth, a set of nodes being one row of 64-bit words, and closed nodes are never seen again,
so the proof that a day is optimal costs one sweep of the network.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
from numba.cpython.unsafe import numbers

from stalemate.errors import ModelError
from stalemate.kernel import kernel

Ints = npt.NDArray[np.int32]
Tonnes = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint64]

WORD_BITS = 64
SPARE, CLOSED, SEEN = 0, 1, 2
"""Rows of the scratch array ``sets``."""

_ZERO, _ONE = np.uint64(0), np.uint64(1)
_trailing_zeros = cast(Callable[[np.uint64], int], numbers.trailing_zeros)


@dataclass(frozen=True)
class FlowLayout:
    """The part of a flow problem that never changes, as arrays.

    An arc is an edge seen from one of its ends. ``arc_start``: (node + 1,), the arcs that leave node v are
    those from ``arc_start[v]`` up to ``arc_start[v + 1]``. ``arcs``: (arc, 3), the node at the other end, the
    edge, and +1 along the edge or -1 against it. ``edge_ends``: (edge, 2), the nodes of each edge; its flow
    is counted positive from the first to the second. ``source_node``: (source,) and ``terminal_node``:
    (terminal,), the nodes they hang on. Padding is inert: nodes without arcs, edges without arcs, sources and
    terminals at node 0 that must be given no capacity and no demand.
    """

    arc_start: Ints
    arcs: Ints
    edge_ends: Ints
    source_node: Ints
    terminal_node: Ints

    @property
    def n_nodes(self) -> int:
        """Nodes, padding included."""
        return len(self.arc_start) - 1


def layout(
    n_nodes: int,
    edges: Sequence[tuple[int, int]],
    sources: Sequence[int],
    terminals: Sequence[int],
    *,
    pad_nodes: int = 0,
    pad_edges: int = 0,
    pad_sources: int = 0,
    pad_terminals: int = 0,
) -> FlowLayout:
    """Return the arrays of a network whose nodes are counted from 0.

    edges: pairs of nodes, parallel ones allowed. sources and terminals: the node of each; several may share
    one. The pads are the sizes to fill up to. Raises ModelError for a node that does not exist and for an
    edge from a node to itself.
    """
    for what, nodes in (("source", sources), ("terminal", terminals)):
        for position, node in enumerate(nodes):
            _check_node(f"{what} {position}", node, n_nodes)
    leaving: list[list[tuple[int, int, int]]] = [[] for _ in range(max(n_nodes, pad_nodes))]
    for edge, (tail, head) in enumerate(edges):
        _check_node(f"edge {edge}", tail, n_nodes)
        _check_node(f"edge {edge}", head, n_nodes)
        if tail == head:
            raise ModelError(
                f"edge {edge} of the flow network: found node {tail} at both ends; "
                "expected two nodes; drop the edge, it can carry nothing"
            )
        leaving[tail].append((head, edge, 1))
        leaving[head].append((tail, edge, -1))
    starts = np.cumsum([0, *(len(arcs) for arcs in leaving)], dtype=np.int32)
    arcs = np.array([arc for node in leaving for arc in sorted(node)], dtype=np.int32).reshape(-1, 3)
    ends = np.array(edges, dtype=np.int32).reshape(-1, 2)
    return FlowLayout(
        arc_start=starts,
        arcs=np.concatenate([arcs, np.zeros((max(0, 2 * pad_edges - len(arcs)), 3), np.int32)]),
        edge_ends=np.concatenate([ends, np.zeros((max(0, pad_edges - len(ends)), 2), np.int32)]),
        source_node=_padded(sources, pad_sources),
        terminal_node=_padded(terminals, pad_terminals),
    )


def _check_node(what: str, node: int, n_nodes: int) -> None:
    if not 0 <= node < n_nodes:
        raise ModelError(f"{what} of the flow network: found node {node}; expected 0 to {n_nodes - 1}")


def _padded(nodes: Sequence[int], size: int) -> Ints:
    return np.array([*nodes, *(0 for _ in range(size - len(nodes)))], dtype=np.int32)


def scratch_fields(n_nodes: int) -> dict[str, tuple[type[np.generic], tuple[int, ...]]]:
    """Return name -> (type, shape) of the five scratch arrays of ``solve``, in its order."""
    words = -(-n_nodes // WORD_BITS)
    return {
        "residual": (np.uint64, (n_nodes, words)),
        "layers": (np.uint64, (n_nodes + 1, words)),
        "sets": (np.uint64, (3, words)),
        "balance": (np.int64, (n_nodes,)),
        "path": (np.int32, (n_nodes + 1, 2)),
    }


def scratch(n_nodes: int) -> tuple[npt.NDArray[np.generic], ...]:
    """Return the five scratch arrays of ``solve``, in its order; their contents need not be kept."""
    return tuple(np.zeros(shape, kind) for kind, shape in scratch_fields(n_nodes).values())


@kernel
def solve(
    arc_start: Ints,
    arcs: Ints,
    edge_ends: Ints,
    source_node: Ints,
    terminal_node: Ints,
    edge_capacity: Tonnes,
    source_capacity: Tonnes,
    demand: Tonnes,
    order: Ints,
    edge_flow: Tonnes,
    source_flow: Tonnes,
    terminal_flow: Tonnes,
    residual: Bits,
    layers: Bits,
    sets: Bits,
    balance: Tonnes,
    path: Ints,
) -> int:
    """Raise the flow to the lexicographic maximum and return the total delivered, tonnes a day.

    The first five arrays are a FlowLayout's. edge_capacity: (edge,), source_capacity: (source,) and demand:
    (terminal,), tonnes a day, not negative. order: (terminal,), every terminal once, the first served first.
    edge_flow, source_flow and terminal_flow, of the same shapes, hold the flow of an earlier solve on the
    same layout, or zeros, and receive the new one. The last five arrays are scratch.
    """
    _fit(edge_ends, source_node, terminal_node, edge_capacity, source_capacity, demand,
         edge_flow, source_flow, terminal_flow, balance)  # fmt: skip
    _find_residual(arc_start, arcs, edge_capacity, edge_flow, residual)
    n_nodes, words = residual.shape
    for w in range(words):
        sets[SPARE, w] = _ZERO
        sets[CLOSED, w] = _ZERO
    for node in range(n_nodes):
        if balance[node] > 0:
            sets[SPARE, node >> 6] |= _bit(node)
    for node in range(n_nodes):
        if balance[node] < 0:
            wanted = -balance[node]
            balance[node] = 0
            _fill(node, wanted, 0, arc_start, arcs, edge_capacity, order, terminal_node,
                  edge_flow, terminal_flow, residual, layers, sets, balance, path)  # fmt: skip
    total = 0
    for place in range(order.shape[0]):
        terminal = order[place]
        wanted = demand[terminal] - terminal_flow[terminal]
        node = terminal_node[terminal]
        if wanted > 0 and sets[CLOSED, node >> 6] & _bit(node) == _ZERO:
            terminal_flow[terminal] += _fill(
                node, wanted, place + 1, arc_start, arcs, edge_capacity, order, terminal_node,
                edge_flow, terminal_flow, residual, layers, sets, balance, path)  # fmt: skip
        total += terminal_flow[terminal]
    _return_spare(arc_start, arcs, source_node, edge_flow, source_flow, sets, balance)
    return total


@kernel
def _fit(
    edge_ends: Ints,
    source_node: Ints,
    terminal_node: Ints,
    edge_capacity: Tonnes,
    source_capacity: Tonnes,
    demand: Tonnes,
    edge_flow: Tonnes,
    source_flow: Tonnes,
    terminal_flow: Tonnes,
    balance: Tonnes,
) -> None:
    """Cut the flow down to what is allowed, open every source fully, and set each node's balance."""
    for node in range(balance.shape[0]):
        balance[node] = 0
    for edge in range(edge_flow.shape[0]):
        over = abs(edge_flow[edge]) - edge_capacity[edge]
        if over > 0:
            if edge_flow[edge] < 0:
                over = -over
            edge_flow[edge] -= over
            balance[edge_ends[edge, 0]] += over
            balance[edge_ends[edge, 1]] -= over
    for source in range(source_flow.shape[0]):
        balance[source_node[source]] += source_capacity[source] - source_flow[source]
        source_flow[source] = source_capacity[source]
    for terminal in range(terminal_flow.shape[0]):
        over = terminal_flow[terminal] - demand[terminal]
        if over > 0:
            terminal_flow[terminal] -= over
            balance[terminal_node[terminal]] += over


@kernel
def _find_residual(
    arc_start: Ints, arcs: Ints, edge_capacity: Tonnes, edge_flow: Tonnes, residual: Bits
) -> None:
    """Set bit u of row v where more can flow from u straight to v."""
    n_nodes, words = residual.shape
    for node in range(n_nodes):
        for w in range(words):
            residual[node, w] = _ZERO
        for arc in range(arc_start[node], arc_start[node + 1]):
            other, edge, sign = arcs[arc, 0], arcs[arc, 1], arcs[arc, 2]
            if edge_capacity[edge] + sign * edge_flow[edge] > 0:
                residual[node, other >> 6] |= _bit(other)


@kernel
def _fill(
    node: int,
    wanted: int,
    first_giver: int,
    arc_start: Ints,
    arcs: Ints,
    edge_capacity: Tonnes,
    order: Ints,
    terminal_node: Ints,
    edge_flow: Tonnes,
    terminal_flow: Tonnes,
    residual: Bits,
    layers: Bits,
    sets: Bits,
    balance: Tonnes,
    path: Ints,
) -> int:
    """Bring up to ``wanted`` tonnes to a node and return how many came; close what was seen if some lack.

    Spare tonnes first, then what terminals from place ``first_giver`` of the order on have, the last first.
    """
    words = residual.shape[1]
    lacking = wanted
    while lacking > 0:
        depth = _search(node, residual, layers, sets)
        if depth >= 0:
            for w in range(words):
                found = layers[depth, w] & sets[SPARE, w]
                while found != _ZERO:
                    giver = _lowest(w, found)
                    found &= found - _ONE
                    while lacking > 0 and balance[giver] > 0:
                        moved = _send(giver, depth, min(lacking, balance[giver]), arc_start, arcs,
                                      edge_capacity, edge_flow, residual, layers, path)  # fmt: skip
                        if moved == 0:
                            break
                        lacking -= moved
                        balance[giver] -= moved
                    if balance[giver] == 0:
                        sets[SPARE, w] &= ~_bit(giver)
            continue
        place = order.shape[0] - 1
        while place >= first_giver and not (
            terminal_flow[order[place]] > 0 and _has(sets, SEEN, terminal_node[order[place]])
        ):
            place -= 1
        if place < first_giver:
            for w in range(words):
                sets[CLOSED, w] = sets[SEEN, w]
            break
        terminal = order[place]
        giver = terminal_node[terminal]
        depth = 0
        while not _has(layers, depth, giver):
            depth += 1
        while lacking > 0 and terminal_flow[terminal] > 0:
            moved = _send(giver, depth, min(lacking, terminal_flow[terminal]), arc_start, arcs,
                          edge_capacity, edge_flow, residual, layers, path)  # fmt: skip
            if moved == 0:
                break
            lacking -= moved
            terminal_flow[terminal] -= moved
    return wanted - lacking


@kernel
def _search(node: int, residual: Bits, layers: Bits, sets: Bits) -> int:
    """Search backward from a node in layers; return the first layer with spare tonnes, or -1.

    Layer d holds the open nodes from which d arcs lead to the node. SEEN receives them all and the closed.
    """
    words = residual.shape[1]
    for w in range(words):
        sets[SEEN, w] = sets[CLOSED, w]
        layers[0, w] = _ZERO
    layers[0, node >> 6] = _bit(node)
    depth = 0
    while True:
        some = _ZERO
        for w in range(words):
            sets[SEEN, w] |= layers[depth, w]
            some |= layers[depth, w] & sets[SPARE, w]
        if some != _ZERO:
            return depth
        for w in range(words):
            layers[depth + 1, w] = _ZERO
        for w in range(words):
            left = layers[depth, w]
            while left != _ZERO:
                at = _lowest(w, left)
                left &= left - _ONE
                for x in range(words):
                    layers[depth + 1, x] |= residual[at, x]
        for w in range(words):
            layers[depth + 1, w] &= ~sets[SEEN, w]
            some |= layers[depth + 1, w]
        if some == _ZERO:
            return -1
        depth += 1


@kernel
def _send(
    giver: int,
    depth: int,
    most: int,
    arc_start: Ints,
    arcs: Ints,
    edge_capacity: Tonnes,
    edge_flow: Tonnes,
    residual: Bits,
    layers: Bits,
    path: Ints,
) -> int:
    """Send up to ``most`` tonnes along one path from layer ``depth`` to layer 0; return them, or 0.

    A node from which the next layer cannot be reached leaves its layer and is not tried again.
    """
    at = giver
    level = depth
    while level > 0:
        step = arc_start[at]
        while step < arc_start[at + 1] and not (
            _has(layers, level - 1, arcs[step, 0])
            and edge_capacity[arcs[step, 1]] - arcs[step, 2] * edge_flow[arcs[step, 1]] > 0
        ):
            step += 1
        if step < arc_start[at + 1]:
            path[level, 0] = at
            path[level, 1] = step
            at = arcs[step, 0]
            level -= 1
        else:
            layers[level, at >> 6] &= ~_bit(at)
            if level == depth:
                return 0
            level += 1
            at = path[level, 0]
    moved = most
    for level in range(1, depth + 1):
        edge, sign = arcs[path[level, 1], 1], arcs[path[level, 1], 2]
        moved = min(moved, edge_capacity[edge] - sign * edge_flow[edge])
    for level in range(1, depth + 1):
        tail = path[level, 0]
        head, edge, sign = arcs[path[level, 1], 0], arcs[path[level, 1], 1], arcs[path[level, 1], 2]
        edge_flow[edge] += sign * moved
        residual[tail, head >> 6] |= _bit(head)
        if edge_capacity[edge] == sign * edge_flow[edge]:
            _close_arc(tail, head, arc_start, arcs, edge_capacity, edge_flow, residual)
    return moved


@kernel
def _close_arc(
    tail: int,
    head: int,
    arc_start: Ints,
    arcs: Ints,
    edge_capacity: Tonnes,
    edge_flow: Tonnes,
    residual: Bits,
) -> None:
    """Clear the bit of tail -> head unless a parallel edge has room."""
    for arc in range(arc_start[tail], arc_start[tail + 1]):
        if arcs[arc, 0] == head and edge_capacity[arcs[arc, 1]] > arcs[arc, 2] * edge_flow[arcs[arc, 1]]:
            return
    residual[head, tail >> 6] &= ~_bit(tail)


@kernel
def _return_spare(
    arc_start: Ints,
    arcs: Ints,
    source_node: Ints,
    edge_flow: Tonnes,
    source_flow: Tonnes,
    sets: Bits,
    balance: Tonnes,
) -> None:
    """Send spare tonnes back the way they came until the sources take them; each step lowers some flow."""
    for source in range(source_flow.shape[0]):
        node = source_node[source]
        back = min(balance[node], source_flow[source])
        source_flow[source] -= back
        balance[node] -= back
        if balance[node] == 0:
            sets[SPARE, node >> 6] &= ~_bit(node)
    node = _first(sets, SPARE)
    while node >= 0:
        for source in range(source_flow.shape[0]):
            if source_node[source] == node:
                back = min(balance[node], source_flow[source])
                source_flow[source] -= back
                balance[node] -= back
        for arc in range(arc_start[node], arc_start[node + 1]):
            other, edge, sign = arcs[arc, 0], arcs[arc, 1], arcs[arc, 2]
            back = min(balance[node], -sign * edge_flow[edge])
            if back > 0:
                edge_flow[edge] += sign * back
                balance[node] -= back
                balance[other] += back
                sets[SPARE, other >> 6] |= _bit(other)
        sets[SPARE, node >> 6] &= ~_bit(node)
        node = _first(sets, SPARE)


@kernel
def _bit(node: int) -> np.uint64:
    return _ONE << np.uint64(node & 63)


@kernel
def _has(rows: Bits, row: int, node: int) -> bool:
    return bool(rows[row, node >> 6] & _bit(node))


@kernel
def _lowest(w: int, word: np.uint64) -> int:
    """Return the node of the lowest bit of word ``w`` of a row."""
    return (w << 6) + int(_trailing_zeros(word))


@kernel
def _first(rows: Bits, row: int) -> int:
    for w in range(rows.shape[1]):
        if rows[row, w] != _ZERO:
            return _lowest(w, rows[row, w])
    return -1
