"""The plain twin of systems/flow.py: Ford and Fulkerson's method, one terminal after the other."""

from collections import defaultdict, deque
from collections.abc import Sequence

SOURCE, SINK = "source", "sink"


def amounts(
    edges: Sequence[tuple[int, int]],
    sources: Sequence[int],
    terminals: Sequence[int],
    edge_capacity: Sequence[int],
    source_capacity: Sequence[int],
    demand: Sequence[int],
    order: Sequence[int],
) -> list[int]:
    """Return what each terminal gets: first in order the most that can be, then the second, and so on.

    Terminals join the sink one by one. A path from source to sink ends at the newest one, since no path ever
    leaves the sink, so the earlier ones keep what they have.
    """
    room: defaultdict[object, defaultdict[object, int]] = defaultdict(lambda: defaultdict(int))
    for (a, b), capacity in zip(edges, edge_capacity, strict=True):
        room[a][b] += capacity
        room[b][a] += capacity
    for node, capacity in zip(sources, source_capacity, strict=True):
        room[SOURCE][node] += capacity
    got = [0] * len(terminals)
    for terminal in order:
        room[terminals[terminal]][SINK] = demand[terminal]
        while path := _path(room):
            moved = min(room[a][b] for a, b in path)
            for a, b in path:
                room[a][b] -= moved
                if b is not SINK:
                    room[b][a] += moved
            got[terminal] += moved
        room[terminals[terminal]][SINK] = 0
    return got


def _path(room: defaultdict[object, defaultdict[object, int]]) -> list[tuple[object, object]]:
    came_from: dict[object, object] = {SOURCE: SOURCE}
    queue = deque([SOURCE])
    while queue and SINK not in came_from:
        here: object = queue.popleft()
        for there, left in list(room[here].items()):
            if left > 0 and there not in came_from:
                came_from[there] = here
                queue.append(there)  # type: ignore[arg-type]
    path = []
    at: object = SINK
    while at in came_from and at is not SOURCE:
        path.append((came_from[at], at))
        at = came_from[at]
    return path
