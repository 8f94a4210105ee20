"""The plain twin of systems/flow.py: Ford and Fulkerson's method, one terminal after the other."""

from collections import defaultdict, deque
from collections.abc import Sequence

SOURCE, SINK = "source", "sink"
Node = int | str
Room = defaultdict[Node, defaultdict[Node, int]]


def amounts(
    edges: Sequence[tuple[int, int]],
    gates: Sequence[int],
    terminals: Sequence[int],
    edge_capacity: Sequence[int],
    gate_capacity: Sequence[int],
    demand: Sequence[int],
    order: Sequence[int],
) -> list[int]:
    """Return what each terminal gets: first in order the most that can be, then the second, and so on.

    Terminals join the sink one by one. A path from source to sink ends at the newest one, since no path ever
    leaves the sink, so the earlier ones keep what they have.
    """
    room: Room = defaultdict(lambda: defaultdict(int))
    for (a, b), capacity in zip(edges, edge_capacity, strict=True):
        room[a][b] += capacity
        room[b][a] += capacity
    for node, capacity in zip(gates, gate_capacity, strict=True):
        room[SOURCE][node] += capacity
    got = [0] * len(terminals)
    for terminal in order:
        room[terminals[terminal]][SINK] = demand[terminal]
        while path := _path(room):
            moved = min(room[a][b] for a, b in path)
            for a, b in path:
                room[a][b] -= moved
                if b != SINK:
                    room[b][a] += moved
            got[terminal] += moved
        room[terminals[terminal]][SINK] = 0
    return got


def _path(room: Room) -> list[tuple[Node, Node]]:
    """Return the arcs of a shortest path with room from source to sink; none if there is none."""
    came_from: dict[Node, Node] = {SOURCE: SOURCE}
    queue: deque[Node] = deque([SOURCE])
    while queue and SINK not in came_from:
        here = queue.popleft()
        for there, left in list(room[here].items()):
            if left > 0 and there not in came_from:
                came_from[there] = here
                queue.append(there)
    path = []
    at: Node = SINK
    while at in came_from and at != SOURCE:
        path.append((came_from[at], at))
        at = came_from[at]
    return path
