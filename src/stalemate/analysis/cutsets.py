"""Least effort that holds the flow through a small network under a bound, by its minimal cuts.

The flow is under a bound if and only if the capacities of some cut add up to no more. So the least effort is
the least, over all minimal cuts, of the cheapest way to bring that sum under the bound. Lines in a row are
one line: the cheapest of them to attack stands for all. Parallel lines are one target: their capacities add
up, and efforts are shared between them as is cheapest (a convolution of costs). Nothing is convex here:
repair has thresholds.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.analysis.binaries import Constraint, cheapest
from stalemate.errors import ModelError

Floats = npt.NDArray[np.float64]

MOST_JUNCTIONS: Final = 16
_START, _END = -1, -2


@dataclass(frozen=True)
class Lines:
    """Lines between nodes: ``ends``, and the nodes where freight enters and where it leaves."""

    ends: tuple[tuple[int, int], ...]
    sources: tuple[int, ...]
    sinks: tuple[int, ...]


Cut = tuple[tuple[int, ...], ...]
"""A cut: of each of its groups of lines in a row one line must be held down."""


def minimal_cuts(lines: Lines, usable: Collection[int]) -> tuple[Cut, ...]:
    """Return every minimal cut between sources and sinks of the lines that are usable.

    Raises ModelError if more than ``MOST_JUNCTIONS`` junctions are left when lines in a row are joined.
    """
    groups = _reduced(lines, usable)
    inner = sorted({node for u, v, _ in groups for node in (u, v)} - {_START, _END})
    if len(inner) > MOST_JUNCTIONS:
        raise ModelError(
            f"the network has {len(inner)} junctions; the floor looks at every cut and takes at most "
            f"{MOST_JUNCTIONS}"
        )
    found = set()
    for size in range(len(inner) + 1):
        for chosen in combinations(inner, size):
            near = {_START, *chosen}
            far = {_END, *inner} - near
            if _joined(near, groups) and _joined(far, groups):
                found.add(tuple(sorted(group for u, v, group in groups if (u in near) != (v in near))))
    return tuple(sorted(found))


def _reduced(lines: Lines, usable: Collection[int]) -> list[tuple[int, int, tuple[int, ...]]]:
    """Return (node, node, lines in a row) with one source and one sink, and no node of one or two groups."""
    place = {node: _START for node in lines.sources} | {node: _END for node in lines.sinks}
    groups: list[tuple[int, int, tuple[int, ...]]] = [
        (place.get(u, u), place.get(v, v), (line,))
        for line, (u, v) in enumerate(lines.ends)
        if line in usable and place.get(u, u) != place.get(v, v)
    ]
    while True:
        at: dict[int, list[tuple[int, int, tuple[int, ...]]]] = {}
        for group in groups:
            for node in group[:2]:
                at.setdefault(node, []).append(group)
        plain = [node for node, here in at.items() if node not in (_START, _END) and len(here) <= 2]
        if not plain:
            return groups
        node = plain[0]
        groups = [group for group in groups if node not in group[:2]]
        if len(at[node]) == 2:
            (a, b, first), (c, d, second) = at[node]
            start, end = (b if a == node else a), (d if c == node else c)
            if start != end:
                groups.append((start, end, tuple(sorted(first + second))))


def _joined(side: Collection[int], groups: Sequence[tuple[int, int, tuple[int, ...]]]) -> bool:
    """Return whether the nodes of a side hang together."""
    reached = {next(iter(side))}
    grown = True
    while grown:
        grown = False
        for u, v, _ in groups:
            if u in side and v in side and (u in reached) != (v in reached):
                reached |= {u, v}
                grown = True
    return len(reached) == len(side)


def least_effort(costs: Sequence[Floats], cut: Cut, known: dict[Cut, Floats] | None = None) -> Floats:
    """Return the least effort at which a cut passes so many steps of capacity: (world, step).

    costs: one array a line, (world, step), the effort at which the line passes no more than that. known: the
    answers for the first groups of cuts seen before, for the same costs.
    """
    found = {} if known is None else known
    total = np.zeros_like(costs[0])
    for count, group in enumerate(cut, start=1):
        if cut[:count] not in found:
            cost: Floats = np.minimum.reduce([costs[line] for line in group])
            found[cut[:count]] = _shared(total, cost) if count > 1 else cost
        total = found[cut[:count]]
    return total


def _shared(a: Floats, b: Floats) -> Floats:
    """Return the least of a[i] + b[j] over i + j <= k, for each k: (world, step)."""
    out = np.full_like(a, math.inf)
    steps = a.shape[1]
    for i in range(steps):
        np.minimum(out[:, i:], a[:, i : i + 1] + b[:, : steps - i], out=out[:, i:])
    return np.minimum.accumulate(out, axis=1)


def solved_directly(lines: Lines, costs: Sequence[Floats], steps: int) -> tuple[float, float]:
    """Return the least effort and its bound in one world, from one program in 0 and 1 for HiGHS.

    It knows nothing of cuts in advance: a[v] is the side of a node, y[e, j] is 1 if line e crosses and is
    held to j steps. costs: one array a line, (step,).
    """
    nodes = sorted({node for pair in lines.ends for node in pair})
    side = {node: place for place, node in enumerate(nodes)}
    cost: list[float] = [0.0] * len(nodes)
    allowed = [node not in lines.sources for node in nodes]
    levels: list[list[tuple[int, int]]] = []
    for line in range(len(lines.ends)):
        mine = []
        falls = math.inf
        for step, effort in enumerate(costs[line][: steps + 1]):
            if effort < falls:
                mine.append((len(cost), step))
                cost.append(float(effort))
                allowed.append(True)
                falls = effort
        levels.append(mine)
    rows = [Constraint((side[node],), (1.0,), low=1.0) for node in lines.sinks if node in side]
    for (u, v), mine in zip(lines.ends, levels, strict=True):
        for near, far in ((u, v), (v, u)):
            if near != far:
                variables = [side[far], side[near], *(variable for variable, _ in mine)]
                rows.append(Constraint(variables, [1.0, -1.0] + [-1.0] * len(mine), high=0.0))
    passing = [(variable, float(step)) for mine in levels for variable, step in mine if step]
    if passing:
        rows.append(Constraint([v for v, _ in passing], [c for _, c in passing], high=float(steps)))
    solved = cheapest(cost, allowed, rows)
    if solved.values is None:
        return math.inf, solved.bound
    return sum(c * x for c, x in zip(cost, solved.values, strict=True)), solved.bound
