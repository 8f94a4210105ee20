"""Exact maximum flow with a priority split, warm-started. Equations and proofs: docs/model/flow.md.

The network is undirected. Gates feed nodes, terminals take from nodes, and all amounts are whole tonnes a
day. The answer is lexicographic: the terminal first in order gets as much as can be, then the second as much
as can be while the first keeps its amount, and so on. Those amounts are unique, so a solve that starts from
yesterday's flow gives the same amounts as one that starts from nothing.

One solve, in order:

1. cut the old flow down to today's capacities and demands, and note at each node what is left over (spare)
   or missing (short); what a gate could still send counts as spare at its node;
2. fill each short node from spare tonnes, else take back from the terminals last in order;
3. for each terminal in order, look backward through the residual network for spare tonnes, else for a later
   terminal that can give. If neither is seen, all nodes seen are closed: nothing there can ever be raised;
4. return what is still spare to the gates.

Searches go in breadth, a set of nodes being one row of 64-bit words, and closed nodes are never seen again,
so the proof that a day is optimal costs one sweep of the network.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt
from numba.cpython.unsafe import numbers

from stalemate.errors import ModelError
from stalemate.kernel import kernel

Ints = npt.NDArray[np.int32]
Bits = npt.NDArray[np.uint64]
Fields = dict[str, tuple[type[np.generic], tuple[int, ...]]]
Record = Any
"""One record inside a kernel: its type is the compiler's business."""

WORD_BITS: Final = 64
SPARE: Final = 0
CLOSED: Final = 1
SEEN: Final = 2
SHORT: Final = 3
"""Rows of the scratch field ``sets``. After a solve CLOSED holds the proof: all edges into it are full."""

_ZERO, _ONE = np.uint64(0), np.uint64(1)
_MOST_ARCS = np.iinfo(np.int16).max
_trailing_zeros = cast(Callable[[np.uint64], int], numbers.trailing_zeros)


@dataclass(frozen=True)
class FlowLayout:
    """The part of a flow problem that never changes, as arrays.

    An arc is an edge seen from one of its ends. ``arc_start``: (node + 1,), the arcs that leave node v are
    those from ``arc_start[v]`` up to ``arc_start[v + 1]``. ``arcs``: (arc, 4), the node it leaves, the node
    it enters, the edge, and +1 along the edge or -1 against it; sorted, so parallel arcs are neighbours.
    ``arc_at``: (node, node), the first arc from the one to the other, or -1. ``edge_ends``: (edge, 2), the
    nodes of each edge; its flow is counted positive from the first to the second. ``gate_node``: (gate,) and
    ``terminal_node``: (terminal,), the nodes they hang on. Padding is inert: nodes and edges without arcs,
    gates and terminals at node 0; padded edges, gates and terminals must be given no capacity and no demand.
    """

    arc_start: Ints
    arcs: Ints
    arc_at: npt.NDArray[np.int16]
    edge_ends: Ints
    gate_node: Ints
    terminal_node: Ints


def layout(
    n_nodes: int,
    edges: Sequence[tuple[int, int]],
    gates: Sequence[int],
    terminals: Sequence[int],
    *,
    pad_nodes: int = 0,
    pad_edges: int = 0,
    pad_gates: int = 0,
    pad_terminals: int = 0,
) -> FlowLayout:
    """Return the arrays of a network whose nodes are counted from 0.

    edges: pairs of nodes, parallel ones allowed. gates and terminals: the node of each; several may share
    one. The pads are the sizes to fill up to. Raises ModelError for a node that does not exist, for an edge
    from a node to itself and for more edges than 16 bits can count.
    """
    for what, nodes in (("gate", gates), ("terminal", terminals)):
        for position, node in enumerate(nodes):
            _check_node(f"{what} {position}", node, n_nodes)
    if 2 * len(edges) > _MOST_ARCS:
        raise ModelError(f"the flow network: found {len(edges)} edges; expected at most {_MOST_ARCS // 2}")
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
        gate_node=_padded(gates, pad_gates),
        terminal_node=_padded(terminals, pad_terminals),
    )


def _check_node(what: str, node: int, n_nodes: int) -> None:
    if not 0 <= node < n_nodes:
        raise ModelError(f"{what} of the flow network: found node {node}; expected 0 to {n_nodes - 1}")


def _padded(nodes: Sequence[int], size: int) -> Ints:
    return np.array([*nodes, *(0 for _ in range(size - len(nodes)))], dtype=np.int32)


def layout_fields(n_nodes: int, n_edges: int, n_gates: int, n_terminals: int) -> Fields:
    """Return name -> (type, shape) of the arrays of a FlowLayout."""
    return {
        "arc_start": (np.int32, (n_nodes + 1,)),
        "arcs": (np.int32, (2 * n_edges, 4)),
        "arc_at": (np.int16, (n_nodes, n_nodes)),
        "edge_ends": (np.int32, (n_edges, 2)),
        "gate_node": (np.int32, (n_gates,)),
        "terminal_node": (np.int32, (n_terminals,)),
    }


def day_fields(n_edges: int, n_gates: int, n_terminals: int) -> Fields:
    """Return name -> (type, shape) of what a day asks: capacities, demands and the order."""
    return {
        "edge_capacity": (np.int64, (n_edges,)),
        "gate_capacity": (np.int64, (n_gates,)),
        "demand": (np.int64, (n_terminals,)),
        "order": (np.int32, (n_terminals,)),
    }


def state_fields(n_nodes: int, n_edges: int, n_gates: int, n_terminals: int) -> Fields:
    """Return name -> (type, shape) of what one solve leaves to the next."""
    words = -(-n_nodes // WORD_BITS)
    return {
        "edge_flow": (np.int64, (n_edges,)),
        "gate_flow": (np.int64, (n_gates,)),
        "terminal_flow": (np.int64, (n_terminals,)),
        "edge_limit": (np.int64, (n_edges,)),
        "room_into": (np.uint64, (n_nodes, words)),
        "room_from": (np.uint64, (n_nodes, words)),
    }


def scratch_fields(n_nodes: int) -> Fields:
    """Return name -> (type, shape) of the scratch of a solve."""
    words = -(-n_nodes // WORD_BITS)
    return {
        "layers": (np.uint64, (n_nodes + 1, words)),
        "sets": (np.uint64, (4, words)),
        "balance": (np.int64, (n_nodes,)),
        "path": (np.int32, (n_nodes + 1,)),
        "narrowest": (np.int64, (n_nodes + 1,)),
    }


def problem(static: FlowLayout) -> npt.NDArray[np.void]:
    """Return one record with all fields of a solve and the layout filled in; the rest is zero.

    ``record[0]`` serves as each of the four arguments of ``solve``. Every axis is at least 1 long.
    """
    nodes, edges = len(static.arc_at), max(len(static.edge_ends), 1)
    gates, terminals = max(len(static.gate_node), 1), max(len(static.terminal_node), 1)
    fields = (
        layout_fields(nodes, edges, gates, terminals)
        | day_fields(edges, gates, terminals)
        | state_fields(nodes, edges, gates, terminals)
        | scratch_fields(nodes)
    )
    columns = [(name, kind, shape) for name, (kind, shape) in fields.items()]
    record = np.zeros(1, np.dtype(columns, align=True))
    for name in layout_fields(nodes, edges, gates, terminals):
        values = getattr(static, name)
        record[0][name][tuple(slice(size) for size in values.shape)] = values
    return record


@kernel
def solve(net: Record, day: Record, state: Record, work: Record) -> int:
    """Raise the flow to the lexicographic maximum and return the total delivered, tonnes a day.

    The arguments are records, of which one may serve as several, with at least the fields of

    net: ``layout_fields``, the arrays of a FlowLayout;
    day: ``day_fields``: edge_capacity, gate_capacity and demand, tonnes a day, not negative, and order, every
    terminal once, the first served first;
    state: ``state_fields``, what one solve leaves to the next on the same layout, all zeros to begin with or
    to begin again: edge_flow, gate_flow and terminal_flow, tonnes a day, the answer; edge_limit, the
    capacities it was found for; room_into and room_from, bit u of row v is set where more can flow from u
    straight to v, and from v straight to u;
    work: ``scratch_fields``, whose contents do not matter.
    """
    for node in range(work.balance.shape[0]):
        work.balance[node] = 0
    for edge in range(state.edge_flow.shape[0]):
        capacity, limit, flow = day.edge_capacity[edge], state.edge_limit[edge], state.edge_flow[edge]
        state.edge_limit[edge] = capacity
        there, back = (limit > flow) != (capacity > flow), (limit > -flow) != (capacity > -flow)
        if (abs(flow) > capacity) | there | back:
            _fit_edge(edge, net, state, work)
    _fit_ends(net, day, state, work)
    _make_sets(work)
    node = _first(work.sets, SHORT)
    while node >= 0:
        wanted = -work.balance[node]
        work.balance[node] = 0
        work.sets[SHORT, node >> 6] &= ~_bit(node)
        _fill(node, wanted, 0, net, day, state, work)
        node = _first(work.sets, SHORT)
    total = 0
    for place in range(day.order.shape[0]):
        terminal = day.order[place]
        wanted = day.demand[terminal] - state.terminal_flow[terminal]
        node = int(net.terminal_node[terminal])
        if wanted > 0 and not _has(work.sets, CLOSED, node):
            state.terminal_flow[terminal] += _fill(node, wanted, place + 1, net, day, state, work)
        total += state.terminal_flow[terminal]
    _return_spare(net, state, work)
    return total


@kernel
def _fit_edge(edge: int, net: Record, state: Record, work: Record) -> None:
    """Cut an edge's flow down to its limit; what it can no longer carry is spare behind it, short ahead."""
    tail, head = net.edge_ends[edge, 0], net.edge_ends[edge, 1]
    flow, limit = state.edge_flow[edge], state.edge_limit[edge]
    kept = min(max(flow, -limit), limit)
    state.edge_flow[edge] = kept
    work.balance[tail] += flow - kept
    work.balance[head] -= flow - kept
    _mark(tail, head, net, state)
    _mark(head, tail, net, state)


@kernel
def _fit_ends(net: Record, day: Record, state: Record, work: Record) -> None:
    """Open every gate fully and cut every terminal down to its demand."""
    for gate in range(state.gate_flow.shape[0]):
        work.balance[net.gate_node[gate]] += day.gate_capacity[gate] - state.gate_flow[gate]
        state.gate_flow[gate] = day.gate_capacity[gate]
    for terminal in range(state.terminal_flow.shape[0]):
        over = max(0, state.terminal_flow[terminal] - day.demand[terminal])
        state.terminal_flow[terminal] -= over
        work.balance[net.terminal_node[terminal]] += over


@kernel
def _make_sets(work: Record) -> None:
    """Find the spare and the short nodes; none is closed yet."""
    n_nodes = work.balance.shape[0]
    for w in range(work.sets.shape[1]):
        spare = _ZERO
        short = _ZERO
        for node in range(w << 6, min(n_nodes, (w + 1) << 6)):
            spare |= np.uint64(work.balance[node] > 0) << np.uint64(node & 63)
            short |= np.uint64(work.balance[node] < 0) << np.uint64(node & 63)
        work.sets[SPARE, w] = spare
        work.sets[SHORT, w] = short
        work.sets[CLOSED, w] = _ZERO


@kernel
def _fill(
    node: int, wanted: int, first_giver: int, net: Record, day: Record, state: Record, work: Record
) -> int:
    """Bring up to ``wanted`` tonnes to a node and return how many came; close what was seen if some lack.

    Spare tonnes first, then what terminals from place ``first_giver`` of the order on have, the last first.
    """
    lacking = wanted
    while lacking > 0:
        depth = _search(node, state, work)
        if depth >= 0:
            lacking -= _take_spare(depth, lacking, net, state, work)
            continue
        place = _last_giver(first_giver, net, day, state, work)
        if place < 0:
            for w in range(work.sets.shape[1]):
                work.sets[CLOSED, w] = work.sets[SEEN, w]
            break
        terminal = day.order[place]
        depth = 0
        while not _has(work.layers, depth, net.terminal_node[terminal]):
            depth += 1
        while lacking > 0 and state.terminal_flow[terminal] > 0:
            most = min(lacking, state.terminal_flow[terminal])
            moved = _send(net.terminal_node[terminal], depth, most, net, state, work)
            if moved == 0:
                break
            lacking -= moved
            state.terminal_flow[terminal] -= moved
    return wanted - lacking


@kernel
def _take_spare(depth: int, wanted: int, net: Record, state: Record, work: Record) -> int:
    """Send up to ``wanted`` tonnes from the spare nodes of a layer and return how many went."""
    lacking = wanted
    for w in range(work.sets.shape[1]):
        found = work.layers[depth, w] & work.sets[SPARE, w]
        while found != _ZERO:
            giver = _lowest(w, found)
            found &= found - _ONE
            while lacking > 0 and work.balance[giver] > 0:
                moved = _send(giver, depth, min(lacking, work.balance[giver]), net, state, work)
                if moved == 0:
                    break
                lacking -= moved
                work.balance[giver] -= moved
            if work.balance[giver] == 0:
                work.sets[SPARE, w] &= ~_bit(giver)
    return wanted - lacking


@kernel
def _last_giver(first: int, net: Record, day: Record, state: Record, work: Record) -> int:
    """Return the last place from ``first`` on whose terminal was seen and has tonnes, or -1."""
    for place in range(day.order.shape[0] - 1, first - 1, -1):
        terminal = day.order[place]
        if state.terminal_flow[terminal] > 0 and _has(work.sets, SEEN, net.terminal_node[terminal]):
            return place
    return -1


@kernel
def _search(node: int, state: Record, work: Record) -> int:
    """Search backward from a node in layers; return the first layer with spare tonnes, or -1.

    Layer d holds the open nodes from which d arcs lead to the node. SEEN receives them all and the closed.
    """
    words = state.room_into.shape[1]
    for w in range(words):
        work.sets[SEEN, w] = work.sets[CLOSED, w]
        work.layers[0, w] = _ZERO
    work.layers[0, node >> 6] = _bit(node)
    depth = 0
    while True:
        found = _ZERO
        for w in range(words):
            work.sets[SEEN, w] |= work.layers[depth, w]
            found |= work.layers[depth, w] & work.sets[SPARE, w]
        if found != _ZERO:
            return depth
        for w in range(words):
            reached = _ZERO
            for x in range(words):
                left = work.layers[depth, x]
                while left != _ZERO:
                    reached |= state.room_into[_lowest(x, left), w]
                    left &= left - _ONE
            reached &= ~work.sets[SEEN, w]
            work.layers[depth + 1, w] = reached
            found |= reached
        if found == _ZERO:
            return -1
        depth += 1


@kernel
def _send(giver: int, depth: int, most: int, net: Record, state: Record, work: Record) -> int:
    """Send up to ``most`` tonnes along one path from layer ``depth`` to layer 0; return them, or 0.

    A node from which the next layer cannot be reached leaves its layer and is not tried again.
    """
    at = giver
    level = depth
    moved = most
    while level > 0:
        nearer = -1
        for w in range(work.layers.shape[1]):
            ways = state.room_from[at, w] & work.layers[level - 1, w]
            if ways != _ZERO:
                nearer = _lowest(w, ways)
                break
        if nearer < 0:
            work.layers[level, at >> 6] &= ~_bit(at)
            if level == depth:
                return 0
            level += 1
            at = net.arcs[work.path[level], 0]
            moved = work.narrowest[level]
        else:
            arc = int(net.arc_at[at, nearer])
            room = _room(arc, net, state)
            while room == 0:
                arc += 1
                room = _room(arc, net, state)
            work.path[level] = arc
            work.narrowest[level] = moved
            moved = min(moved, room)
            at = nearer
            level -= 1
    for level in range(1, depth + 1):
        arc = work.path[level]
        tail, head, edge, sign = net.arcs[arc, 0], net.arcs[arc, 1], net.arcs[arc, 2], net.arcs[arc, 3]
        state.edge_flow[edge] += sign * moved
        state.room_into[tail, head >> 6] |= _bit(head)
        state.room_from[head, tail >> 6] |= _bit(tail)
        if _room(arc, net, state) == 0:
            _mark(tail, head, net, state)
    return moved


@kernel
def _room(arc: int, net: Record, state: Record) -> int:
    """Return how much more can flow along an arc, tonnes a day."""
    edge = net.arcs[arc, 2]
    return int(state.edge_limit[edge] - net.arcs[arc, 3] * state.edge_flow[edge])


@kernel
def _mark(tail: int, head: int, net: Record, state: Record) -> None:
    """Set or clear the bits that say whether more can flow from tail straight to head."""
    arc = int(net.arc_at[tail, head])
    some = False
    while arc < net.arcs.shape[0] and net.arcs[arc, 0] == tail and net.arcs[arc, 1] == head:
        some = some or _room(arc, net, state) > 0
        arc += 1
    if some:
        state.room_into[head, tail >> 6] |= _bit(tail)
        state.room_from[tail, head >> 6] |= _bit(head)
    else:
        state.room_into[head, tail >> 6] &= ~_bit(tail)
        state.room_from[tail, head >> 6] &= ~_bit(head)


@kernel
def _return_spare(net: Record, state: Record, work: Record) -> None:
    """Send spare tonnes back the way they came until the gates take them; each step lowers some flow."""
    for gate in range(state.gate_flow.shape[0]):
        node = net.gate_node[gate]
        back = min(work.balance[node], state.gate_flow[gate])
        state.gate_flow[gate] -= back
        work.balance[node] -= back
        if work.balance[node] == 0:
            work.sets[SPARE, node >> 6] &= ~_bit(node)
    node = _first(work.sets, SPARE)
    while node >= 0:
        for gate in range(state.gate_flow.shape[0]):
            if net.gate_node[gate] == node:
                back = min(work.balance[node], state.gate_flow[gate])
                state.gate_flow[gate] -= back
                work.balance[node] -= back
        for arc in range(net.arc_start[node], net.arc_start[node + 1]):
            other, edge, sign = net.arcs[arc, 1], net.arcs[arc, 2], net.arcs[arc, 3]
            back = min(work.balance[node], -sign * state.edge_flow[edge])
            if back > 0:
                state.edge_flow[edge] += sign * back
                work.balance[node] -= back
                work.balance[other] += back
                work.sets[SPARE, other >> 6] |= _bit(other)
                _mark(node, other, net, state)
                _mark(other, node, net, state)
        work.sets[SPARE, node >> 6] &= ~_bit(node)
        node = _first(work.sets, SPARE)


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
