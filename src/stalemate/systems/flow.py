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
Fields = dict[str, tuple[type[np.generic], tuple[int, ...]]]

WORD_BITS = 64
SPARE, CLOSED, SEEN = 0, 1, 2
"""Rows of the scratch array ``sets``."""

_ZERO, _ONE = np.uint64(0), np.uint64(1)
_trailing_zeros = cast(Callable[[np.uint64], int], numbers.trailing_zeros)


@dataclass(frozen=True)
class FlowLayout:
    """The part of a flow problem that never changes, as arrays.

    An arc is an edge seen from one of its ends. ``arc_start``: (node + 1,), the arcs that leave node v are
    those from ``arc_start[v]`` up to ``arc_start[v + 1]``. ``arcs``: (arc, 4), the node it leaves, the node
    it enters, the edge, and +1 along the edge or -1 against it; sorted, so parallel arcs are neighbours.
    ``arc_at``: (node, node), the first arc from the one to the other, or -1. ``edge_ends``: (edge, 2), the
    nodes of each edge; its flow is counted positive from the first to the second. ``source_node``: (source,)
    and ``terminal_node``: (terminal,), the nodes they hang on. Padding is inert: nodes and edges without
    arcs, sources and terminals at node 0 that must be given no capacity and no demand.
    """

    arc_start: Ints
    arcs: Ints
    arc_at: npt.NDArray[np.int16]
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
    leaving: list[list[tuple[int, int, int, int]]] = [[] for _ in range(max(n_nodes, pad_nodes))]
    for edge, (tail, head) in enumerate(edges):
        _check_node(f"edge {edge}", tail, n_nodes)
        _check_node(f"edge {edge}", head, n_nodes)
        if tail == head:
            raise ModelError(
                f"edge {edge} of the flow network: found node {tail} at both ends; "
                "expected two nodes; drop the edge, it can carry nothing"
            )
        leaving[tail].append((tail, head, edge, 1))
        leaving[head].append((head, tail, edge, -1))
    starts = np.cumsum([0, *(len(arcs) for arcs in leaving)], dtype=np.int32)
    arcs = np.array([arc for node in leaving for arc in sorted(node)], dtype=np.int32).reshape(-1, 4)
    arc_at = np.full((len(leaving), len(leaving)), -1, np.int16)
    for arc in reversed(range(len(arcs))):
        arc_at[arcs[arc, 0], arcs[arc, 1]] = arc
    ends = np.array(edges, dtype=np.int32).reshape(-1, 2)
    return FlowLayout(
        arc_start=starts,
        arcs=np.concatenate([arcs, np.zeros((max(0, 2 * pad_edges - len(arcs)), 4), np.int32)]),
        arc_at=arc_at,
        edge_ends=np.concatenate([ends, np.zeros((max(0, pad_edges - len(ends)), 2), np.int32)]),
        source_node=_padded(sources, pad_sources),
        terminal_node=_padded(terminals, pad_terminals),
    )


def _check_node(what: str, node: int, n_nodes: int) -> None:
    if not 0 <= node < n_nodes:
        raise ModelError(f"{what} of the flow network: found node {node}; expected 0 to {n_nodes - 1}")


def _padded(nodes: Sequence[int], size: int) -> Ints:
    return np.array([*nodes, *(0 for _ in range(size - len(nodes)))], dtype=np.int32)


def state_fields(n_nodes: int, n_edges: int, n_sources: int, n_terminals: int) -> Fields:
    """Return name -> (type, shape) of the six state arrays of ``solve``, in its order."""
    words = -(-n_nodes // WORD_BITS)
    return {
        "edge_flow": (np.int64, (n_edges,)),
        "source_flow": (np.int64, (n_sources,)),
        "terminal_flow": (np.int64, (n_terminals,)),
        "edge_limit": (np.int64, (n_edges,)),
        "room_into": (np.uint64, (n_nodes, words)),
        "room_from": (np.uint64, (n_nodes, words)),
    }


def scratch_fields(n_nodes: int) -> Fields:
    """Return name -> (type, shape) of the four scratch arrays of ``solve``, in its order."""
    words = -(-n_nodes // WORD_BITS)
    return {
        "layers": (np.uint64, (n_nodes + 1, words)),
        "sets": (np.uint64, (3, words)),
        "balance": (np.int64, (n_nodes,)),
        "path": (np.int32, (n_nodes + 1,)),
    }


@kernel
def solve(
    arc_start: Ints,
    arcs: Ints,
    arc_at: npt.NDArray[np.int16],
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
    edge_limit: Tonnes,
    room_into: Bits,
    room_from: Bits,
    layers: Bits,
    sets: Bits,
    balance: Tonnes,
    path: Ints,
) -> int:
    """Raise the flow to the lexicographic maximum and return the total delivered, tonnes a day.

    The first six arrays are a FlowLayout's. edge_capacity: (edge,), source_capacity: (source,) and demand:
    (terminal,), tonnes a day, not negative. order: (terminal,), every terminal once, the first served first.
    The next six are the state that one solve leaves to the next on the same layout; all zeros to begin with
    or to begin again. edge_flow, source_flow and terminal_flow, tonnes a day, are the answer. edge_limit:
    (edge,), the capacities they were found for. room_into, room_from: (node, word), bit u of row v is set
    where more can flow from u straight to v, and from v straight to u. The last four arrays are scratch.
    """
    for node in range(balance.shape[0]):
        balance[node] = 0
    for edge in range(edge_flow.shape[0]):
        if edge_capacity[edge] != edge_limit[edge]:
            _limit_edge(edge, edge_capacity[edge], arcs, arc_at, edge_ends, edge_flow, edge_limit,
                        room_into, room_from, balance)  # fmt: skip
    _fit_ends(source_node, terminal_node, source_capacity, demand, source_flow, terminal_flow, balance)
    for w in range(sets.shape[1]):
        sets[SPARE, w] = _ZERO
        sets[CLOSED, w] = _ZERO
    for node in range(balance.shape[0]):
        if balance[node] > 0:
            sets[SPARE, node >> 6] |= _bit(node)
    for node in range(balance.shape[0]):
        if balance[node] < 0:
            wanted = -balance[node]
            balance[node] = 0
            _fill(node, wanted, 0, arcs, arc_at, order, terminal_node, edge_flow, terminal_flow, edge_limit,
                  room_into, room_from, layers, sets, balance, path)  # fmt: skip
    total = 0
    for place in range(order.shape[0]):
        terminal = order[place]
        wanted = demand[terminal] - terminal_flow[terminal]
        node = terminal_node[terminal]
        if wanted > 0 and not _has(sets, CLOSED, node):
            terminal_flow[terminal] += _fill(
                node, wanted, place + 1, arcs, arc_at, order, terminal_node, edge_flow, terminal_flow,
                edge_limit, room_into, room_from, layers, sets, balance, path)  # fmt: skip
        total += terminal_flow[terminal]
    _return_spare(arc_start, arcs, arc_at, source_node, edge_flow, source_flow, edge_limit,
                  room_into, room_from, sets, balance)  # fmt: skip
    return total


@kernel
def _limit_edge(
    edge: int,
    capacity: int,
    arcs: Ints,
    arc_at: npt.NDArray[np.int16],
    edge_ends: Ints,
    edge_flow: Tonnes,
    edge_limit: Tonnes,
    room_into: Bits,
    room_from: Bits,
    balance: Tonnes,
) -> None:
    """Give an edge its new capacity; what it can no longer carry stays spare behind it and short ahead."""
    tail, head = edge_ends[edge, 0], edge_ends[edge, 1]
    flow = edge_flow[edge]
    kept = min(max(flow, -capacity), capacity)
    edge_limit[edge] = capacity
    edge_flow[edge] = kept
    balance[tail] += flow - kept
    balance[head] -= flow - kept
    _mark(tail, head, arcs, arc_at, edge_flow, edge_limit, room_into, room_from)
    _mark(head, tail, arcs, arc_at, edge_flow, edge_limit, room_into, room_from)


@kernel
def _fit_ends(
    source_node: Ints,
    terminal_node: Ints,
    source_capacity: Tonnes,
    demand: Tonnes,
    source_flow: Tonnes,
    terminal_flow: Tonnes,
    balance: Tonnes,
) -> None:
    """Open every source fully and cut every terminal down to its demand."""
    for source in range(source_flow.shape[0]):
        balance[source_node[source]] += source_capacity[source] - source_flow[source]
        source_flow[source] = source_capacity[source]
    for terminal in range(terminal_flow.shape[0]):
        over = terminal_flow[terminal] - demand[terminal]
        if over > 0:
            terminal_flow[terminal] -= over
            balance[terminal_node[terminal]] += over


@kernel
def _fill(
    node: int,
    wanted: int,
    first_giver: int,
    arcs: Ints,
    arc_at: npt.NDArray[np.int16],
    order: Ints,
    terminal_node: Ints,
    edge_flow: Tonnes,
    terminal_flow: Tonnes,
    edge_limit: Tonnes,
    room_into: Bits,
    room_from: Bits,
    layers: Bits,
    sets: Bits,
    balance: Tonnes,
    path: Ints,
) -> int:
    """Bring up to ``wanted`` tonnes to a node and return how many came; close what was seen if some lack.

    Spare tonnes first, then what terminals from place ``first_giver`` of the order on have, the last first.
    """
    lacking = wanted
    while lacking > 0:
        depth = _search(node, room_into, layers, sets)
        if depth >= 0:
            for w in range(sets.shape[1]):
                found = layers[depth, w] & sets[SPARE, w]
                while found != _ZERO:
                    giver = _lowest(w, found)
                    found &= found - _ONE
                    while lacking > 0 and balance[giver] > 0:
                        moved = _send(giver, depth, min(lacking, balance[giver]), arcs, arc_at, edge_flow,
                                      edge_limit, room_into, room_from, layers, path)  # fmt: skip
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
            for w in range(sets.shape[1]):
                sets[CLOSED, w] = sets[SEEN, w]
            break
        terminal = order[place]
        giver = terminal_node[terminal]
        depth = 0
        while not _has(layers, depth, giver):
            depth += 1
        while lacking > 0 and terminal_flow[terminal] > 0:
            moved = _send(giver, depth, min(lacking, terminal_flow[terminal]), arcs, arc_at, edge_flow,
                          edge_limit, room_into, room_from, layers, path)  # fmt: skip
            if moved == 0:
                break
            lacking -= moved
            terminal_flow[terminal] -= moved
    return wanted - lacking


@kernel
def _search(node: int, room_into: Bits, layers: Bits, sets: Bits) -> int:
    """Search backward from a node in layers; return the first layer with spare tonnes, or -1.

    Layer d holds the open nodes from which d arcs lead to the node. SEEN receives them all and the closed.
    """
    words = room_into.shape[1]
    for w in range(words):
        sets[SEEN, w] = sets[CLOSED, w]
        layers[0, w] = _ZERO
    layers[0, node >> 6] = _bit(node)
    depth = 0
    while True:
        found = _ZERO
        for w in range(words):
            sets[SEEN, w] |= layers[depth, w]
            found |= layers[depth, w] & sets[SPARE, w]
        if found != _ZERO:
            return depth
        for w in range(words):
            reached = _ZERO
            for x in range(words):
                left = layers[depth, x]
                while left != _ZERO:
                    reached |= room_into[_lowest(x, left), w]
                    left &= left - _ONE
            reached &= ~sets[SEEN, w]
            layers[depth + 1, w] = reached
            found |= reached
        if found == _ZERO:
            return -1
        depth += 1


@kernel
def _send(
    giver: int,
    depth: int,
    most: int,
    arcs: Ints,
    arc_at: npt.NDArray[np.int16],
    edge_flow: Tonnes,
    edge_limit: Tonnes,
    room_into: Bits,
    room_from: Bits,
    layers: Bits,
    path: Ints,
) -> int:
    """Send up to ``most`` tonnes along one path from layer ``depth`` to layer 0; return them, or 0.

    A node from which the next layer cannot be reached leaves its layer and is not tried again.
    """
    at = giver
    level = depth
    moved = most
    while level > 0:
        nearer = -1
        for w in range(layers.shape[1]):
            ways = room_from[at, w] & layers[level - 1, w]
            if ways != _ZERO:
                nearer = _lowest(w, ways)
                break
        if nearer < 0:
            layers[level, at >> 6] &= ~_bit(at)
            if level == depth:
                return 0
            level += 1
            at = arcs[path[level], 0]
        else:
            path[level] = _arc_with_room(at, nearer, arcs, arc_at, edge_flow, edge_limit)
            at = nearer
            level -= 1
    for level in range(1, depth + 1):
        edge, sign = arcs[path[level], 2], arcs[path[level], 3]
        moved = min(moved, edge_limit[edge] - sign * edge_flow[edge])
    for level in range(1, depth + 1):
        arc = path[level]
        tail, head, edge, sign = arcs[arc, 0], arcs[arc, 1], arcs[arc, 2], arcs[arc, 3]
        edge_flow[edge] += sign * moved
        room_into[tail, head >> 6] |= _bit(head)
        room_from[head, tail >> 6] |= _bit(tail)
        if edge_limit[edge] == sign * edge_flow[edge]:
            _mark(tail, head, arcs, arc_at, edge_flow, edge_limit, room_into, room_from)
    return moved


@kernel
def _arc_with_room(
    tail: int, head: int, arcs: Ints, arc_at: npt.NDArray[np.int16], edge_flow: Tonnes, edge_limit: Tonnes
) -> int:
    """Return the first arc tail -> head on which more can flow, or -1."""
    arc = int(arc_at[tail, head])
    while arc < arcs.shape[0] and arcs[arc, 0] == tail and arcs[arc, 1] == head:
        if edge_limit[arcs[arc, 2]] > arcs[arc, 3] * edge_flow[arcs[arc, 2]]:
            return arc
        arc += 1
    return -1


@kernel
def _mark(
    tail: int,
    head: int,
    arcs: Ints,
    arc_at: npt.NDArray[np.int16],
    edge_flow: Tonnes,
    edge_limit: Tonnes,
    room_into: Bits,
    room_from: Bits,
) -> None:
    """Set or clear the bits that say whether more can flow from tail straight to head."""
    if _arc_with_room(tail, head, arcs, arc_at, edge_flow, edge_limit) >= 0:
        room_into[head, tail >> 6] |= _bit(tail)
        room_from[tail, head >> 6] |= _bit(head)
    else:
        room_into[head, tail >> 6] &= ~_bit(tail)
        room_from[tail, head >> 6] &= ~_bit(head)


@kernel
def _return_spare(
    arc_start: Ints,
    arcs: Ints,
    arc_at: npt.NDArray[np.int16],
    source_node: Ints,
    edge_flow: Tonnes,
    source_flow: Tonnes,
    edge_limit: Tonnes,
    room_into: Bits,
    room_from: Bits,
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
            other, edge, sign = arcs[arc, 1], arcs[arc, 2], arcs[arc, 3]
            back = min(balance[node], -sign * edge_flow[edge])
            if back > 0:
                edge_flow[edge] += sign * back
                balance[node] -= back
                balance[other] += back
                sets[SPARE, other >> 6] |= _bit(other)
                _mark(node, other, arcs, arc_at, edge_flow, edge_limit, room_into, room_from)
                _mark(other, node, arcs, arc_at, edge_flow, edge_limit, room_into, room_from)
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
