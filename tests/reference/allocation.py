"""The plain twin of systems/allocation.py: bisection for one class, trial of every plan for packages."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """gain: (target,); rate, price and size: (target, class); budget: (class,)."""

    gain: Floats
    rate: Floats
    price: Floats
    size: Floats
    budget: Floats

    def value(self, sorties: Floats) -> float:
        """Return the objective of a plan."""
        destroyed = -np.expm1(-(self.rate * sorties).sum(axis=1))
        flown = sorties > 0.0
        return float(self.gain @ destroyed - self.price[flown] @ sorties[flown])


def problems(count: int, shape: tuple[int, int] | None = None) -> Iterator[Problem]:
    """Yield random problems, up to 100 targets and 6 classes or of one shape, effort scarce to plentiful.

    Classes differ in power, and each in what it is good at; some reach 40 % of the targets. Two in five
    problems know no price. Budgets hold 6 to 60 packages of the usual size; in half of the problems sizes
    differ by target.
    """
    rng = np.random.default_rng(1951)
    for _ in range(count):
        of = n_targets, n_classes = shape or (int(rng.integers(5, 101)), int(rng.integers(1, 7)))
        gain = rng.lognormal(0.0, 1.0, n_targets)
        rate = rng.lognormal(math.log(0.02), 0.7, n_classes) * rng.lognormal(
            0.0, rng.choice([0.2, 0.7, 1.2]), of
        )
        rate *= rng.random(of) < rng.choice([0.4, 0.7, 1.0])
        scale = 0.0012 * np.median(gain) * rng.choice([0.2, 1.0, 3.0])
        price = rng.lognormal(math.log(scale), 0.7, of) * (rng.random() < 0.6)
        effort = rng.choice([0.1, 0.5, 1.0, 2.0]) * n_targets / 0.02
        budget = np.ceil(effort * rng.dirichlet(np.full(n_classes, 2.0)))
        size = np.tile(np.ceil(budget / rng.integers(6, 61, n_classes)), (n_targets, 1))
        if rng.random() < 0.5:
            size = np.ceil(size * rng.choice([0.5, 1.0, 2.0], of))
        yield Problem(gain, rate, price, size, budget)


def water_fill(
    gain: Sequence[float], rate: Sequence[float], price: Sequence[float], budget: float
) -> tuple[float, list[float]]:
    """Return the multiplier of the budget and the sorties of one class, by bisection on its logarithm."""

    def poured(multiplier: float) -> list[float]:
        sorties = []
        for value, power, cost in zip(gain, rate, price, strict=True):
            worth = value * power
            wanted = worth > multiplier + cost
            sorties.append(math.log(worth / (multiplier + cost)) / power if wanted else 0.0)
        return sorties

    worth = [value * power for value, power in zip(gain, rate, strict=True)]
    free = any(w > 0.0 and cost == 0.0 for w, cost in zip(worth, price, strict=True))
    if not free and sum(poured(0.0)) <= budget:
        return 0.0, poured(0.0)
    low, high = -700.0, math.log(max(worth))
    for _ in range(200):
        middle = (low + high) / 2
        if sum(poured(math.exp(middle))) > budget:
            low = middle
        else:
            high = middle
    return math.exp(high), poured(math.exp(high))


def dual_value(problem: Problem, multiplier: Floats) -> float:
    """Return what Lagrange's dual gives for multipliers of the budgets: an upper bound on every plan.

    Each target is destroyed at the class that is cheapest a unit of damage, prices and multipliers paid.
    """
    total = float(multiplier @ problem.budget)
    for gain, rates, prices in zip(problem.gain, problem.rate, problem.price, strict=True):
        paid = multiplier + prices
        cost = min((m / r for m, r in zip(paid, rates, strict=True) if r > 0.0), default=math.inf)
        if cost < gain:
            total += gain - cost - (cost * math.log(gain / cost) if cost > 0.0 else 0.0)
    return total


def best_packages(problem: Problem) -> float:
    """Return the value of the best plan of whole packages, by trying all; for very small problems."""
    by_class = []
    for a, budget in enumerate(problem.budget):
        sizes = problem.size[:, a]
        counts = itertools.product(*(range(int(budget // size) + 1) for size in sizes))
        by_class.append([plan * sizes for plan in map(np.array, counts) if plan @ sizes <= budget])
    return max(problem.value(np.stack(plan, axis=1)) for plan in itertools.product(*by_class))
