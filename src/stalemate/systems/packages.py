"""Whole packages: a plan of sorties turned into raids, within the same budgets.

The rule, whose gap to the relaxation is measured in docs/model/allocation.md:

1. round every target to the nearest whole number of packages, a half up;
2. drop the package that loses least a sortie, while the class is over its budget or the drop gains;
3. add the package that gains most a sortie among those that fit, while one gains;
4. swap the package that loses least a sortie for the one that gains most, while that gains;
5. repeat 2 to 4, class after class, until nothing moves, six times at most.
"""

from typing import Final

import numpy as np

from stalemate.elementary import INFINITY, exp_
from stalemate.kernel import kernel
from stalemate.systems.allocation import MOST_TURNS, Floats, Record, write_lists

_SURE: Final = 30.0
"""Damage of one package beyond which its target counts as surely destroyed, within 1e-13."""


@kernel
def to_packages(
    n_targets: int,
    n_classes: int,
    gain: Floats,
    rate: Floats,
    price: Floats,
    size: Floats,
    budget: Floats,
    sorties: Floats,
    work: Record,
) -> None:
    """Turn a plan into whole packages within the budget, in place.

    size: (target, class), strike aircraft of one raid, positive. work: allocation.scratch_fields.
    """
    for i in range(n_targets):
        work.damage[i] = 0.0
    for a in range(n_classes):
        work.list_length[a] = 0
        if budget[a] > 0.0:
            _list_packages(a, n_targets, gain, rate, price, size, budget[a], sorties, work)
    for i in range(n_targets):
        work.standing[i] = gain[i] * exp_(-work.damage[i])
    for a in range(n_classes):
        _drop(a, gain, budget[a], work)
    for _ in range(MOST_TURNS):
        moved = False
        for a in range(n_classes):
            moved = _better(a, gain, budget[a], work) or moved
        if not moved:
            break
    write_lists(n_targets, n_classes, sorties, work)


@kernel
def _list_packages(
    a: int,
    n_targets: int,
    gain: Floats,
    rate: Floats,
    price: Floats,
    size: Floats,
    budget: float,
    sorties: Floats,
    work: Record,
) -> None:
    """List the targets on which a package could be worth its price, with the plan rounded to whole ones."""
    count = 0
    for i in range(n_targets):
        if gain[i] * rate[i, a] > price[i, a] and 0.0 < size[i, a] <= budget:
            work.list_target[a, count] = i
            damage = min(rate[i, a] * size[i, a], _SURE)
            again = (exp_(damage) - 1.0) / size[i, a]
            work.list_rate[a, count] = damage / size[i, a]
            work.list_price[a, count] = price[i, a]
            work.list_size[a, count] = size[i, a]
            work.list_loss[a, count] = again
            work.list_gain[a, count] = again * exp_(-damage)
            whole = np.floor(sorties[i, a] / size[i, a] + 0.5) * size[i, a]
            work.list_sorties[a, count] = whole
            work.damage[i] += work.list_rate[a, count] * whole
            count += 1
    work.list_length[a] = count


@kernel
def _better(a: int, gain: Floats, budget: float, work: Record) -> bool:
    """Drop, add and swap packages of a class while that gains; return whether anything moved."""
    moved = _drop(a, gain, budget, work)
    moved = _add(a, gain, budget, work) or moved
    for _ in range(work.list_length[a]):
        if not _swap(a, gain, budget, work):
            break
        _add(a, gain, budget, work)
        moved = True
    return moved


@kernel
def _drop(a: int, gain: Floats, budget: float, work: Record) -> bool:
    """Drop packages until the class keeps its budget and each is worth its price; return whether any was."""
    moved = False
    while True:
        k = _least_loss(a, work)
        if k < 0 or (_spent(a, work) <= budget and _loss(a, k, work) >= 0.0):
            return moved
        _change(a, k, -work.list_size[a, k], gain, work)
        moved = True


@kernel
def _add(a: int, gain: Floats, budget: float, work: Record) -> bool:
    """Add packages while one fits that is worth its price; return whether any was."""
    moved = False
    while True:
        k = _most_gain(a, budget - _spent(a, work), -1, work)
        if k < 0:
            return moved
        _change(a, k, work.list_size[a, k], gain, work)
        moved = True


@kernel
def _swap(a: int, gain: Floats, budget: float, work: Record) -> bool:
    """Move the package of a class that loses least to where one gains most; False if that does not gain."""
    old = _least_loss(a, work)
    if old < 0:
        return False
    lost = _loss(a, old, work) * work.list_size[a, old]
    new = _most_gain(a, budget - _spent(a, work) + work.list_size[a, old], old, work)
    if new < 0 or _gain(a, new, work) * work.list_size[a, new] <= lost:
        return False
    _change(a, old, -work.list_size[a, old], gain, work)
    _change(a, new, work.list_size[a, new], gain, work)
    return True


@kernel
def _spent(a: int, work: Record) -> float:
    spent = 0.0
    for k in range(work.list_length[a]):
        spent += work.list_sorties[a, k]
    return spent


@kernel
def _gain(a: int, k: int, work: Record) -> float:
    """Return what one more package adds a sortie, its price paid."""
    return work.standing[work.list_target[a, k]] * work.list_gain[a, k] - work.list_price[a, k]


@kernel
def _loss(a: int, k: int, work: Record) -> float:
    """Return what one package less loses a sortie, its price saved."""
    return work.standing[work.list_target[a, k]] * work.list_loss[a, k] - work.list_price[a, k]


@kernel
def _most_gain(a: int, room: float, barred: int, work: Record) -> int:
    """Return the place in its list of the package that gains most a sortie and fits, or -1 if none gains."""
    best = -1
    most = 0.0
    for k in range(work.list_length[a]):
        gained = _gain(a, k, work)
        if gained > most and work.list_size[a, k] <= room and k != barred:
            best = k
            most = gained
    return best


@kernel
def _least_loss(a: int, work: Record) -> int:
    """Return the place in its list of the package that loses least a sortie, or -1 if there is none."""
    best = -1
    least = INFINITY
    for k in range(work.list_length[a]):
        if work.list_sorties[a, k] > 0.0:
            lost = _loss(a, k, work)
            if lost < least:
                best = k
                least = lost
    return best


@kernel
def _change(a: int, k: int, sorties: float, gain: Floats, work: Record) -> None:
    """Add sorties to a plan, or take some off."""
    i = work.list_target[a, k]
    work.list_sorties[a, k] += sorties
    work.damage[i] = max(0.0, work.damage[i] + work.list_rate[a, k] * sorties)
    work.standing[i] = gain[i] * exp_(-work.damage[i])
