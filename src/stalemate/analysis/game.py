"""The two sides of an interdiction problem, whatever it is about: attack, and protection before the attack.

The attacker spends a budget on arcs, one time each. The defender first protects some arcs, which then cannot
be attacked. A protection does better than the best one known only if it hits (holds an arc of) every attack
that is at least as bad as that one leaves. So the defender's master problem is the smallest set that hits all
attacks seen so far; the attacker answers it, his answer is cut down to arcs without which it would be too
weak, and is added. When no set within the number allowed hits them all, the best protection known is proven.

References: M. P. Scaparro and R. L. Church 2008, A bilevel mixed-integer program for critical infrastructure
protection planning, Computers & Operations Research 35, 1905-1923 (a better protection holds an arc of the
attack; they branch on it); G. Brown, M. Carlyle, J. Salmeron and K. Wood 2006, Defending critical
infrastructure, Interfaces 36, 530-544 (defender, attacker, defender, by decomposition).
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from time import monotonic

from stalemate.analysis.binaries import Constraint, cheapest
from stalemate.analysis.netfile import PlainNetwork

TOLERANCE = 1e-6
"""Two values nearer than this, relative to the greater or to 1, are the same."""


@dataclass(frozen=True)
class Attack:
    """Arcs attacked and the value that is left; ``bound``: no attack can leave a value beyond it."""

    arcs: tuple[int, ...]
    value: float
    bound: float

    @property
    def gap(self) -> float:
        """Return how far a better attack could still go, in the unit of the value."""
        return abs(self.bound - self.value)

    @property
    def proven(self) -> bool:
        """Return whether no attack is better."""
        return self.gap <= TOLERANCE * max(1.0, abs(self.value))


@dataclass(frozen=True)
class Protection:
    """Arcs protected, the best attack on the rest, and the value beyond which no protection can hold."""

    arcs: tuple[int, ...]
    attack: Attack
    bound: float
    attacks_seen: int

    @property
    def gap(self) -> float:
        """Return how much a better protection could still gain, in the unit of the value."""
        return abs(self.bound - self.attack.value)

    @property
    def proven(self) -> bool:
        """Return whether no protection is better."""
        return self.attack.proven and self.gap <= TOLERANCE * max(1.0, abs(self.attack.value))


class AbstractGame(ABC):
    """A value that attacks make worse; ``sign`` is 1 where worse is more (a length), -1 where it is less.

    ``sign`` x value is the damage. ``may_attack`` leaves out arcs that are protected, or dearer than the
    budget.
    """

    question: str
    sign: int
    net: PlainNetwork
    budget: float

    @abstractmethod
    def value(self, attacked: Collection[int]) -> float:
        """Return the value with these arcs attacked, computed without the solver."""

    @abstractmethod
    def witness(self, attacked: Collection[int]) -> tuple[int, ...]:
        """Return the arcs that show the value: a cut, or a path."""

    @abstractmethod
    def attack(
        self, protected: Collection[int], *, until: float = math.inf, enough: float = math.inf
    ) -> Attack:
        """Return the best attack that spares ``protected``, with its bound.

        until: reading of the monotonic clock, s, at which to give what is found. enough: an attack of this
        damage or more may be given at once.
        """

    def may_attack(self, arc: int, protected: Collection[int]) -> bool:
        """Return whether the attacker can take this arc."""
        return arc not in protected and self.net.cost[arc] <= self.budget

    def budget_row(self) -> Constraint:
        """Return what the attack may cost, in shares of the budget; its unknowns come first."""
        whole = self.budget or 1.0
        return Constraint(range(len(self.net.cost)), [cost / whole for cost in self.net.cost], high=1.0)

    def damage(self, attacked: Collection[int]) -> float:
        """Return the value as the attacker sees it: more is better for him."""
        return self.sign * self.value(attacked)

    def tidy(self, attacked: Sequence[int], damage: float | None = None) -> tuple[int, ...]:
        """Return the attack without the arcs that it does not need to do ``damage``, by default its own."""
        kept = list(attacked)
        wanted = self.damage(kept) if damage is None else damage
        slack = TOLERANCE / 10 * max(1.0, abs(wanted))
        for arc in sorted(attacked, key=lambda arc: -self.net.cost[arc]):
            without = [other for other in kept if other != arc]
            if self.damage(without) >= wanted - slack:
                kept = without
        return tuple(kept)


def protect(game: AbstractGame, count: int, first: Attack, *, until: float = math.inf) -> Protection:
    """Return at most ``count`` arcs whose protection leaves the best value after an attack on the rest.

    first: the best attack with nothing protected. until: as in ``AbstractGame.attack``.
    """
    best = first
    kept: tuple[int, ...] = ()
    hit = [game.tidy(first.arcs)]
    plain = game.value(())
    answers = 1
    while best.proven and all(hit):
        chosen = _smallest_hitting(hit, count)
        if chosen is None:
            return Protection(kept, best, best.value, answers)
        enough = game.sign * best.value
        answer = game.attack(chosen, until=until, enough=enough - TOLERANCE / 2 * max(1.0, abs(enough)))
        answers += 1
        damage = game.sign * answer.value
        if damage < enough - TOLERANCE / 2 * max(1.0, abs(enough)):
            if not answer.proven:
                break
            best, kept, enough = answer, chosen, damage
        hit.append(game.tidy(answer.arcs, enough))
        if monotonic() > until:
            break
    if not all(hit):
        return Protection(kept, best, best.value, answers)
    return Protection(kept, best, plain, answers)


def _smallest_hitting(attacks: Sequence[Sequence[int]], count: int) -> tuple[int, ...] | None:
    """Return a smallest set that holds an arc of each attack, or None if it needs more than ``count``."""
    used = sorted({arc for attack in attacks for arc in attack})
    place = {arc: i for i, arc in enumerate(used)}
    rows = [Constraint([place[arc] for arc in attack], [1.0] * len(attack), low=1.0) for attack in attacks]
    solved = cheapest([1.0] * len(used), [True] * len(used), rows)
    if solved.bound > count + 0.5 or solved.values is None:
        return None
    return tuple(arc for arc, value in zip(used, solved.values, strict=True) if value)


def step_of(values: Collection[float]) -> float:
    """Return the greatest step that divides all values, if it is a decimal of six places; else 0."""
    if not values:
        return 0.0
    parts = [Fraction(str(value)) for value in values if value]
    if not parts or any(part.denominator > 10**6 for part in parts):
        return 0.0
    whole = math.lcm(*(part.denominator for part in parts))
    step = math.gcd(*(int(part * whole) for part in parts)) / whole
    return step if whole <= 10**6 else 0.0
