"""Allocation of sorties: one class of aircraft exactly, several in turns.

For targets i and classes of aircraft a, maximise over n >= 0

    sum_i gain_i (1 - exp(-sum_a rate_ia n_ia)) - sum_ia price_ia n_ia,  with sum_i n_ia <= budget_a.

gain: what it is worth to destroy the target outright; rate: damage a sortie, as an exponent, 0 where the
class cannot reach the target or may not; price: what a sortie costs, in the unit of the gain; budget:
sorties. All are finite and 0 or more, but a price may be infinite; a rate above 0 is at least 1e-100. Arrays
of one axis are (target,) or (class,), those of two (target, class). They may be longer than the counts given:
what lies beyond is neither read nor written. Proofs, rules, measurements: docs/model/allocation.md
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stalemate.elementary import INFINITY, exp_, log1p_, log_
from stalemate.kernel import kernel

Floats = npt.NDArray[np.float64]
Fields = dict[str, tuple[type[np.generic], tuple[int, ...]]]
Record = Any
"""One record inside a kernel: its type is the compiler's business."""

MOST_TURNS: Final = 6
LEAST_GAIN: Final = 1e-3
"""The turns of ``allocate`` end when one adds less than this share of the value."""

_EXACT: Final = 1e-12
_FINE: Final = 3e-3
_ROUGH: Final = 0.1
"""By what share of the budget the last pass of a fill may miss it; what is then poured fits exactly."""
_LEAST_SHARE: Final = 1e-9
"""Share of all sorties up to which a class is left out of the pool at the start, lest its rates vanish."""
_MOST_PASSES: Final = 1000
_MOST_STEP: Final = 700.0


def scratch_fields(n_targets: int, n_classes: int) -> Fields:
    """Return name -> (type, shape) of the scratch of ``allocate`` and of packages.to_packages.

    The lists hold, class by class, the targets on which a sortie can be worth its price.
    """
    lists = (n_classes, n_targets)
    return {
        "list_length": (np.int64, (n_classes,)),
        "list_target": (np.int64, lists),
        "list_rate": (np.float64, lists),
        "list_price": (np.float64, lists),
        "list_worth": (np.float64, lists),
        "list_sorties": (np.float64, lists),
        "list_size": (np.float64, lists),
        "list_gain": (np.float64, lists),
        "list_loss": (np.float64, lists),
        "log_worth": (np.float64, (n_targets,)),
        "pooled_rate": (np.float64, (n_targets,)),
        "damage": (np.float64, (n_targets,)),
        "standing": (np.float64, (n_targets,)),
        "log_multiplier": (np.float64, (n_classes,)),
    }


def scratch(n_targets: int, n_classes: int) -> npt.NDArray[np.void]:
    """Return one record with all fields of ``scratch_fields``; ``scratch(...)[0]`` is the argument."""
    columns = [(name, *field) for name, field in scratch_fields(n_targets, n_classes).items()]
    return np.zeros(1, np.dtype(columns, align=True))


@kernel
def value(
    n_targets: int, n_classes: int, gain: Floats, rate: Floats, price: Floats, sorties: Floats
) -> float:
    """Return the objective of a plan, in the unit of the gain."""
    total = 0.0
    for i in range(n_targets):
        damage = 0.0
        paid = 0.0
        for a in range(n_classes):
            if sorties[i, a] > 0.0:
                damage += rate[i, a] * sorties[i, a]
                paid += price[i, a] * sorties[i, a]
        total += gain[i] * (1.0 - exp_(-damage)) - paid
    return total


@kernel
def water_fill(
    count: int, gain: Floats, rate: Floats, price: Floats, budget: float, sorties: Floats, log_worth: Floats
) -> float:
    """Write the best sorties of one class and return the multiplier of its budget (Everett 1963).

    All arrays: (target,); ``log_worth`` is scratch. n_i = max(0, ln(gain_i rate_i / (multiplier + price_i)) /
    rate_i). The multiplier is what one more sortie would add; 0 if not all of the budget is worth spending.
    """
    for i in range(count):
        log_worth[i] = log_(gain[i] * rate[i])
    return exp_(_fill(count, log_worth, rate, price, budget, INFINITY, _EXACT, sorties))


@kernel
def _fill(
    count: int,
    log_worth: Floats,
    rate: Floats,
    price: Floats,
    budget: float,
    start: float,
    within: float,
    sorties: Floats,
) -> float:
    """Write the best sorties of one class and return its level, the logarithm of the multiplier.

    log_worth: logarithm of what the first sortie adds. start: a guess at the level, INFINITY for none.
    Every step ends below the answer, and from below all steps go up.
    """
    level = start
    if level == INFINITY:
        level = _first_level(count, log_worth, rate, price, budget)
    below = level == -INFINITY
    spent = 0.0
    for _ in range(_MOST_PASSES):
        spent, width, free_slope, priced_slope = _pour(count, log_worth, rate, price, level, sorties)
        over = spent - budget
        if below and over <= 0.0:
            break
        after = -INFINITY
        if width > 0.0:
            after = _next_level(level, over / width, width, free_slope, priced_slope)
        if after == -INFINITY:
            after = _level_below(count, log_worth, rate, price, budget)
        done = after == level or (width > 0.0 and abs(over) <= within * budget)
        level = after
        below = True
        if done:
            break
    if spent > budget or (level > -INFINITY and spent > 0.0):
        for i in range(count):
            sorties[i] *= budget / spent
    return level


@kernel
def _pour(
    count: int, log_worth: Floats, rate: Floats, price: Floats, level: float, sorties: Floats
) -> tuple[float, float, float, float]:
    """Write the sorties of a level and return their sum, its width and its slope in two parts.

    The width is the sum of 1 / rate over the targets attacked. A fall of the multiplier adds sorties at the
    slope: free part / multiplier + priced part.
    """
    multiplier = exp_(level)
    spent = 0.0
    width = 0.0
    free_slope = 0.0
    priced_slope = 0.0
    for i in range(count):
        sorties[i] = 0.0
        damage = log_worth[i] - level
        if damage > 0.0:
            per_damage = 1.0 / rate[i]
            if price[i] > 0.0:
                cost = multiplier + price[i]
                damage = log_worth[i] - log_(cost)
                if damage <= 0.0:
                    continue
                priced_slope += per_damage / cost
            else:
                free_slope += per_damage
            sorties[i] = damage * per_damage
            spent += sorties[i]
            width += per_damage
    return spent, width, free_slope, priced_slope


@kernel
def _next_level(level: float, step: float, width: float, free_slope: float, priced_slope: float) -> float:
    """Return the level at which a single target of the same width, slope and sum would meet the budget.

    -INFINITY if its multiplier would be negative. step: excess over the budget / width.
    """
    if priced_slope == 0.0:
        return level + step
    rise = width * (exp_(min(step, _MOST_STEP)) - 1.0)
    if level == -INFINITY:
        return log_(rise / priced_slope)
    factor = rise / (free_slope + exp_(level) * priced_slope)
    return level + log1p_(factor) if factor > -1.0 else -INFINITY


@kernel
def _first_level(count: int, log_worth: Floats, rate: Floats, price: Floats, budget: float) -> float:
    """Return the level without prices, less the mean price of the targets attacked; exact if that is 0.

    Without prices the level has a closed form once it is known which targets are attacked. Begin with all,
    drop those that would get less than nothing, and repeat until none drops out: never more than once for
    each target, though rounding can let one back in that lies at the level.
    """
    level = -INFINITY
    before = count + 1
    while True:
        active = 0
        worth = -budget
        width = 0.0
        paid = 0.0
        for i in range(count):
            if log_worth[i] > level:
                per_damage = 1.0 / rate[i]
                active += 1
                worth += log_worth[i] * per_damage
                width += per_damage
                paid += price[i] * per_damage
        if active == 0 or active >= before:
            break
        before = active
        level = worth / width
    if paid == 0.0:
        return level
    multiplier = exp_(level) - paid / width
    return log_(multiplier) if multiplier > 0.0 else _level_below(count, log_worth, rate, price, budget)


@kernel
def _level_below(count: int, log_worth: Floats, rate: Floats, price: Floats, budget: float) -> float:
    """Return a level at or below the answer: what targets without a price alone would ask for."""
    worth = -budget
    width = 0.0
    for i in range(count):
        if price[i] == 0.0 and log_worth[i] > -INFINITY:
            worth += log_worth[i] / rate[i]
            width += 1.0 / rate[i]
    return worth / width if width > 0.0 else -INFINITY


@kernel
def allocate(
    n_targets: int,
    n_classes: int,
    gain: Floats,
    rate: Floats,
    price: Floats,
    budget: Floats,
    sorties: Floats,
    work: Record,
) -> float:
    """Write the sorties of several classes and return the value of the plan.

    The classes fill in turns, each given what the others do (block coordinate ascent, Tseng 2001). work:
    ``scratch_fields``; on return ``log_multiplier`` holds the logarithm of about what one more sortie of each
    class would add, -INFINITY for a class with sorties to spare.
    """
    for a in range(n_classes):
        work.list_length[a] = 0
        if budget[a] > 0.0:
            _list_targets(a, n_targets, gain, rate, price, work)
        work.log_multiplier[a] = INFINITY
    _spread_pool(n_targets, n_classes, gain, rate, budget, work)
    total = 0.0
    for turn in range(MOST_TURNS):
        before = total
        for a in range(n_classes):
            _refill(a, budget[a], _FINE if turn > 0 else _ROUGH, work)
        total = _value_of_lists(n_targets, n_classes, gain, work)
        if turn > 0 and total - before <= LEAST_GAIN * total:
            break
    write_lists(n_targets, n_classes, sorties, work)
    return total


@kernel
def _list_targets(a: int, n_targets: int, gain: Floats, rate: Floats, price: Floats, work: Record) -> None:
    """List the targets on which the first sortie of a class is worth its price."""
    count = 0
    for i in range(n_targets):
        worth = gain[i] * rate[i, a]
        if worth > price[i, a]:
            work.list_target[a, count] = i
            work.list_rate[a, count] = rate[i, a]
            work.list_price[a, count] = price[i, a]
            work.list_worth[a, count] = log_(worth)
            work.list_sorties[a, count] = 0.0
            count += 1
    work.list_length[a] = count


@kernel
def _spread_pool(
    n_targets: int, n_classes: int, gain: Floats, rate: Floats, budget: Floats, work: Record
) -> None:
    """Begin with one class made of all, without prices; each real class flies its share of every target."""
    total = 0.0
    for a in range(n_classes):
        total += budget[a]
    for i in range(n_targets):
        work.damage[i] = 0.0
        work.pooled_rate[i] = 0.0
        for a in range(n_classes):
            if budget[a] > _LEAST_SHARE * total:
                work.pooled_rate[i] += rate[i, a] * (budget[a] / total)
        work.log_worth[i] = log_(gain[i] * work.pooled_rate[i])
        work.standing[i] = 0.0
    level = _first_level(n_targets, work.log_worth, work.pooled_rate, work.standing, total)
    for a in range(n_classes):
        for k in range(work.list_length[a]):
            i = work.list_target[a, k]
            over = work.log_worth[i] - level
            if over > 0.0 and budget[a] > _LEAST_SHARE * total:
                work.list_sorties[a, k] = over / work.pooled_rate[i] * (budget[a] / total)
                work.damage[i] += work.list_rate[a, k] * work.list_sorties[a, k]


@kernel
def _refill(a: int, budget: float, within: float, work: Record) -> None:
    """Fill one class again, its gains shrunk by the damage that the others do."""
    count = work.list_length[a]
    rate, sorties = work.list_rate[a], work.list_sorties[a]
    for k in range(count):
        i = work.list_target[a, k]
        work.damage[i] -= rate[k] * sorties[k]
        work.log_worth[k] = work.list_worth[a, k] - work.damage[i]
    work.log_multiplier[a] = _fill(
        count, work.log_worth, rate, work.list_price[a], budget, work.log_multiplier[a], within, sorties
    )
    for k in range(count):
        work.damage[work.list_target[a, k]] += rate[k] * sorties[k]


@kernel
def _value_of_lists(n_targets: int, n_classes: int, gain: Floats, work: Record) -> float:
    """Return the value of the plan in the lists, whose damage is known."""
    total = 0.0
    for i in range(n_targets):
        total += gain[i] * (1.0 - exp_(-work.damage[i]))
    for a in range(n_classes):
        for k in range(work.list_length[a]):
            total -= work.list_price[a, k] * work.list_sorties[a, k]
    return total


@kernel
def write_lists(n_targets: int, n_classes: int, sorties: Floats, work: Record) -> None:
    """Write the plan in the lists as a table, (target, class)."""
    for i in range(n_targets):
        for a in range(n_classes):
            sorties[i, a] = 0.0
    for a in range(n_classes):
        for k in range(work.list_length[a]):
            sorties[work.list_target[a, k], a] = work.list_sorties[a, k]
