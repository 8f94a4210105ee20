"""What could have been chosen in a fortnight under a law, as best plans: docs/model/frontier.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stalemate.analysis.best_plan import Program, Solved, damage, profit, solve
from stalemate.analysis.fortnight import KINDS, Fortnight
from stalemate.scenario.air import Law, Level

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NO_FLOOR: Final = -1
_MOST_TURNS: Final = 100
_PARTS: Final = (0.0, 0.01, 0.03, 0.1, 0.25, 0.5, 0.75, 1.0)
"""How much of the way to the next plan a turn may go."""
_STILL: Final = 1e-9
"""The turns of ``one_plan`` end when one adds less than this share of the value."""


@dataclass(frozen=True)
class Regime:
    """What may be struck: under a body of law, or none, with the approval of a level."""

    name: str
    law: Law | None
    leave: Level


@final
@dataclass(frozen=True)
class Choice:
    """A fortnight under a regime. All plans are sorties, (war, target, class); all else is (war,).

    Classes of aircraft that fly nowhere in the record's fortnight are left out: ``flying`` says which fly.
    """

    fortnight: Fortnight
    regime: Regime

    @cached_property
    def flying(self) -> Flags:
        """Which classes of aircraft fly: (class,)."""
        return np.asarray(self.fortnight.terms.flown.sum((0, 1)) > 0)

    @cached_property
    def forbidden(self) -> Flags:
        """Which targets the law forbids: (target,)."""
        return self._by_law(self.fortnight.prepared.law_forbids)

    @cached_property
    def open(self) -> Flags:
        """Which targets may be struck: (target,)."""
        return self.fortnight.may(self.regime.leave) & ~self.forbidden

    @cached_property
    def rate(self) -> Floats:
        """Damage of a sortie as an exponent, allowed or not: (war, target, class)."""
        return self.fortnight.terms.rate[:, :, self.flying]

    @cached_property
    def losses_a_sortie(self) -> Floats:
        """Own aircraft lost: (war, target, class)."""
        return self.fortnight.terms.losses[:, :, self.flying]

    @cached_property
    def deaths_a_sortie(self) -> Floats:
        """Civilians killed, warned where the law asks for it: (war, target, class)."""
        terms = self.fortnight.terms
        warned = self._by_law(self.fortnight.prepared.law_warns)
        return np.where(warned[:, None], terms.deaths_if_warned, terms.deaths)[:, :, self.flying]

    @cached_property
    def flown(self) -> Floats:
        """The record's sorties: (war, target, class)."""
        return self.fortnight.terms.flown[:, :, self.flying]

    @cached_property
    def budget(self) -> Floats:
        """Sorties on hand, as many as the record flew: (war, class)."""
        return np.asarray(self.flown.sum(1))

    def bought(self, plan: Floats) -> Floats:
        """Return what a plan does to each target, in aim areas of a bridge: (war, target)."""
        return self.fortnight.terms.gain * damage(self.rate, plan)

    def effect(self, plan: Floats) -> Floats:
        """Return what a plan does in all."""
        return np.asarray(self.bought(plan).sum(1))

    def losses(self, plan: Floats) -> Floats:
        """Return the own aircraft that a plan costs."""
        return np.asarray((self.losses_a_sortie * plan).sum((1, 2)))

    def deaths(self, plan: Floats) -> Floats:
        """Return the civilians that a plan kills."""
        return np.asarray((self.deaths_a_sortie * plan).sum((1, 2)))

    def most_effect(
        self,
        losses: Floats,
        deaths: Floats,
        *,
        opened: Flags | None = None,
        believed: bool = False,
        thrift: Floats | None = None,
    ) -> Solved:
        """Return the plan of most effect with losses and deaths within limits: (war,), may be infinite.

        ``opened``: (target,), what may be struck instead of what the regime leaves open. ``believed``: made
        on what is thought to stand. ``thrift``: (war, target, class), a price a sortie. The limits of the
        answer are the classes', then losses, then deaths.
        """
        terms = self.fortnight.terms
        gain = terms.believed if believed else terms.gain
        return solve(_plainly(gain, self._allowed(opened), self._uses, self._limits(losses, deaths), thrift))

    def least(self, price: Floats, floor: Floats, by_kind: bool, losses: Floats, deaths: Floats) -> Solved:
        """Return the plan of least price, (war, target, class), that does what ``floor`` asks.

        floor: (war, kind) if ``by_kind``, else (war, 1). The other arguments are those of ``most_effect``.
        """
        gain = self.fortnight.terms.gain
        group = self.fortnight.kind if by_kind else np.zeros(gain.shape[1], np.int64)
        return solve(
            Program(
                np.zeros_like(gain),
                price,
                self._allowed(None),
                self._uses,
                self._limits(losses, deaths),
                gain,
                group,
                floor,
            )
        )

    def divided(self) -> Floats:
        """Return the most effect with the record's sorties of every class at every kind of target.

        Only the division among the targets of a kind is free, without limits on losses and deaths.
        """
        terms, total = self.fortnight.terms, np.zeros(self.fortnight.wars)
        classes = self.budget.shape[1]
        for kind in range(len(KINDS)):
            of_kind = self.fortnight.kind == kind
            sorties = self.flown[:, of_kind].sum(1)
            uses = self._uses[:, :classes, of_kind]
            total += solve(_plainly(terms.gain[:, of_kind], self.rate[:, of_kind], uses, sorties)).value
        return total

    def one_plan(self, losses: Floats, deaths: Floats, scale: Floats) -> Floats:
        """Return the one plan of most mean effect over all worlds, cut in each to what its limits allow.

        Effects are measured against ``scale``, (war,), such as the best of each world; limits are kept on
        average, then in each. Worlds differ in what a sortie does, so a target's damage is a mean of
        exponentials: each turn puts in its place the one exponential with the same slopes at the plan so far.
        Where nothing moves the conditions of the true program hold.
        """
        limits, allowed = self._limits(losses, deaths), self._allowed(None)
        share = self.fortnight.terms.gain / scale[:, None]
        uses = (self._uses / limits[:, :, None, None]).mean(0, keepdims=True)
        plan = np.zeros((1, *allowed.shape[1:]))
        for _ in range(_MOST_TURNS):
            left = share * np.exp(-(allowed * plan).sum(2))
            mean = left.mean(0)
            rate = (left[:, :, None] * allowed).mean(0) / np.where(mean > 0, mean, 1.0)[:, None]
            gain = mean * np.exp((rate * plan[0]).sum(1))
            way = solve(_plainly(gain[None], rate[None], uses, np.ones((1, limits.shape[1])))).sorties - plan
            values = [(share * damage(allowed, plan + part * way)).sum(1).mean() for part in _PARTS]
            best = int(np.argmax(values))
            plan = plan + _PARTS[best] * way
            if values[best] <= values[0] * (1.0 + _STILL):
                break
        used = (self._uses * plan[:, None]).sum((2, 3)) / limits
        return np.asarray(plan / np.maximum(1.0, used.max(1))[:, None, None])

    def by_kind(self, of_target: Floats) -> Floats:
        """Return sums by kind of target: (war, target) to (war, kind)."""
        member: Floats = (self.fortnight.kind[:, None] == np.arange(len(KINDS))).astype(np.float64)
        return np.asarray(of_target @ member)

    def profit(self, best: Solved) -> Floats:
        """Return what each target would be worth beyond its cost at the best plan's prices: (war, target)."""
        cost = (best.worth[:, :, None, None] * self._uses).sum(1)
        return profit(self.fortnight.terms.gain, self.rate, cost)

    def _by_law(self, table: Mapping[str, Flags]) -> Flags:
        """Return a law's column of target classes by target; lines are no class that a law names."""
        if self.regime.law is None:
            return np.zeros(len(self.fortnight.kind), np.bool_)
        return np.append(table[self.regime.law], [False, False])[self.fortnight.kind]

    def _allowed(self, opened: Flags | None) -> Floats:
        return self.rate * (self.open if opened is None else opened)[:, None]

    @cached_property
    def _uses(self) -> Floats:
        """What a sortie uses of each limit: (war, limit, target, class)."""
        wars, targets, classes = self.rate.shape
        uses = np.zeros((wars, classes + 2, targets, classes))
        for k in range(classes):
            uses[:, k, :, k] = 1.0
        uses[:, classes], uses[:, classes + 1] = self.losses_a_sortie, self.deaths_a_sortie
        return uses

    def _limits(self, losses: Floats, deaths: Floats) -> Floats:
        return np.concatenate([self.budget, losses[:, None], deaths[:, None]], axis=1)


def _plainly(
    gain: Floats, rate: Floats, uses: Floats, limits: Floats, price: Floats | None = None
) -> Program:
    """Return a program of most effect, without floors."""
    return Program(
        gain,
        np.zeros_like(rate) if price is None else price,
        rate,
        uses,
        limits,
        np.zeros_like(gain),
        np.full(gain.shape[1], NO_FLOOR),
        np.zeros((len(gain), 0)),
    )
