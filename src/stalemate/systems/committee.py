"""The target committee: which fixed targets a fortnight's sorties go to. Equations: docs/model/committee.md.

Every second week, and when the orders on choice change, it makes a plan that the days draw down. Where shares
are given, each class of target gets its share of a class's sorties, and the best targets of the class get
them. Else rail, road and fixed targets compete for all that the orders state, by effect, vulnerability and
cost: as believed, or in truth. What is not known, not reached or not allowed gets nothing.
"""

from collections.abc import Callable
from typing import ClassVar, Final, final

import numpy as np

from stalemate.elementary import exp_
from stalemate.kernel import kernel
from stalemate.scenario.air import TARGET_CLASSES
from stalemate.systems.allocation import allocate
from stalemate.systems.offers import (
    can_be_struck,
    line_price,
    mended_cuts,
    price,
    rail_rate,
    rate,
    road_rate,
    standing,
)
from stalemate.systems.packages import to_packages
from stalemate.systems.system import AbstractSystem, Record, Records
from stalemate.systems.theatre import FORTNIGHT, GIVEN, INTERCEPTOR, KINDS, Prepared
from stalemate.systems.variables import SIZES

_MISSIONS: Final = SIZES["mission"]
_SLOTS: Final = SIZES["slot"]
_RAIL, _BRIDGE, _ROAD, _DESTRUCTION = range(4)
_TARGET_CLASSES: Final = len(TARGET_CLASSES)
_JUST_BELOW: Final = 1.0 - 1e-12
"""A package that fills a budget a whole number of times is made this much smaller, so that it fits."""


@final
class Committee(AbstractSystem):
    """Writes the fortnight's plan of fixed targets, and the multiple of each order that is to be flown."""

    name: ClassVar[str] = "committee"
    reads: ClassVar[tuple[str, ...]] = ("today", "order_weight", "approval")
    reads_yesterday: ClassVar[tuple[str, ...]] = (
        "target_left",
        "believed_left",
        "target_guns_now",
        "guns_average",
    )
    writes: ClassVar[tuple[str, ...]] = (
        "mission_weight",
        "mission_share",
        "plan_number",
        "plan_count",
        "plan_target",
        "plan_sorties",
        "hardness",
        "class_value",
        "package",
        "loss_rate",
    )

    @property
    def kernel(self) -> Callable[..., None]:
        """Plan if it is time to, and weigh the orders."""
        return weigh

    def begin(self, prepared: Prepared, worlds: Records, wars: Records) -> None:
        """Put the war's hardness, worth, packages and loss rates where they can be looked up by class."""
        one = prepared.theatre[0]
        for c, name in enumerate(TARGET_CLASSES):
            wars["hardness"][:, c, 0] = worlds[f"hardness_{name}_day"]
            wars["hardness"][:, c, 1] = worlds[f"hardness_{name}_night"]
            areas = one["target_size"][one["first_target"][c] : one["last_target"][c]].sum()
            wars["class_value"][:, c] = worlds[f"worth_{name}"] * areas
        wars["package"] = 1.0
        for k in range(len(prepared.classes)):
            kind = KINDS[one["kind"][k]].replace("-", "_")
            relative = 1.0 if kind == "fighter_bomber" else worlds[f"loss_relative_{kind}"]
            wars["loss_rate"][:, k] = worlds["loss_flak_per_1000"] * 0.001 * relative
            if one["kind"][k] != INTERCEPTOR:
                wars["package"][:, k] = worlds[f"package_{kind}"]


@kernel
def weigh(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Make a plan if one is due, and write the day's weights: the policy's times the plan's shares."""
    if theatre.replan:
        war.plan_number += 1
        for k in range(theatre.n_classes):
            theatre.entry_count[k] = 0
            for mission in range(_MISSIONS):
                war.mission_share[k, mission] = 1.0
        if theatre.choice == GIVEN:
            _plan_given(theatre, world, war)
        else:
            _plan_scored(theatre, world, war)
        for k in range(theatre.n_classes):
            _write_slots(theatre, war, k)
    for k in range(theatre.n_classes):
        for mission in range(_MISSIONS):
            war.mission_weight[k, mission] = war.order_weight[mission] * war.mission_share[k, mission]


@kernel
def _plan_given(theatre: Record, world: Record, war: Record) -> None:
    """Give each class of target its share, to the targets of the class that are worth most."""
    for c in range(_TARGET_CLASSES):
        total = 0.0
        for k in range(theatre.n_classes):
            flown = FORTNIGHT * theatre.ordered_destruction[k] * war.order_weight[_DESTRUCTION]
            theatre.offer_budget[k] = flown * theatre.attention[k, c]
            total += theatre.offer_budget[k]
        if total > 0.0:
            count = _offer_targets(theatre, world, war, theatre.first_target[c], theatre.last_target[c], True)
            _allot(theatre, world, war, count, count)


@kernel
def _plan_scored(theatre: Record, world: Record, war: Record) -> None:
    """Let rail, road and fixed targets compete for all that each class may spend."""
    for k in range(theatre.n_classes):
        stated = max(_stated(theatre, war, k, _RAIL), _stated(theatre, war, k, _ROAD))
        theatre.offer_budget[k] = FORTNIGHT * max(stated, _stated(theatre, war, k, _DESTRUCTION))
    count = _offer_targets(theatre, world, war, theatre.first_target[0], theatre.n_targets, False)
    mended = mended_cuts(theatre, world, war)
    theatre.offer_gain[count], theatre.offer_gain[count + 1] = world.worth_rail, world.worth_road
    for k in range(theatre.n_classes):
        theatre.offer_rate[count, k] = 0.0
        theatre.offer_rate[count + 1, k] = 0.0
        if _stated(theatre, war, k, _RAIL) > 0.0:
            theatre.offer_rate[count, k] = rail_rate(theatre, world, war, mended, k)
        if _stated(theatre, war, k, _ROAD) > 0.0:
            theatre.offer_rate[count + 1, k] = road_rate(theatre, world, war, k)
        theatre.offer_price[count, k] = line_price(theatre, world, war, k)
        theatre.offer_price[count + 1, k] = theatre.offer_price[count, k]
    _allot(theatre, world, war, count, count + 2)


@kernel
def _stated(theatre: Record, war: Record, k: int, mission: int) -> float:
    """Return the sorties a day that the orders state for a mission; bridges count as rail."""
    weight = war.order_weight
    if mission == _RAIL:
        return theatre.ordered_rail[k] * weight[_RAIL] + theatre.ordered_bridge[k] * weight[_BRIDGE]
    if mission == _ROAD:
        return theatre.ordered_road[k] * weight[_ROAD]
    return theatre.ordered_destruction[k] * weight[_DESTRUCTION]


@kernel
def _offer_targets(
    theatre: Record, world: Record, war: Record, first: int, after: int, within_class: bool
) -> int:
    """List the targets from ``first`` to before ``after`` that can be struck, and return how many there are.

    Within a class each counts by its own worth and costs nothing; else by its class too, at its price.
    """
    count = 0
    for i in range(first, after):
        if can_be_struck(theatre, war, i):
            worth = theatre.target_worth[i]
            if not within_class:
                worth = war.class_value[theatre.target_class[i]] * worth
            _offer_target(theatre, world, war, count, i, worth * standing(theatre, war, i), within_class)
            count += 1
    return count


@kernel
def _offer_target(
    theatre: Record, world: Record, war: Record, place: int, i: int, gain: float, free: bool
) -> None:
    """Put a fixed target on the list of what can be had, free of cost or at its price."""
    theatre.offer_target[place] = i
    theatre.offer_gain[place] = gain
    for k in range(theatre.n_classes):
        theatre.offer_rate[place, k] = 0.0
        theatre.offer_price[place, k] = 0.0
        if theatre.offer_budget[k] > 0.0 and theatre.ordered_destruction[k] > 0.0:
            theatre.offer_rate[place, k] = rate(theatre, world, war, i, k)
            if not free:
                theatre.offer_price[place, k] = price(theatre, world, war, i, k)


@kernel
def _allot(theatre: Record, world: Record, war: Record, n_fixed: int, n_all: int) -> None:
    """Spend the classes' budgets on the listed targets, the fixed ones first, and enter them in the plan.

    Rail and road, if they compete, stand behind the fixed targets; only those are struck in packages.
    """
    budget, sorties = theatre.offer_budget, theatre.offer_sorties
    gain, rates, prices = theatre.offer_gain, theatre.offer_rate, theatre.offer_price
    given = n_all == n_fixed
    allocate(n_all, theatre.n_classes, gain, rates, prices, budget, sorties, theatre)
    for k in range(theatre.n_classes):
        package = war.package[k]
        if given:
            package = budget[k] / max(1.0, np.floor(budget[k] / package)) * _JUST_BELOW
        elif budget[k] > 0.0:
            at_rail, at_road = sorties[n_fixed, k], sorties[n_fixed + 1, k]
            war.mission_share[k, _RAIL] = at_rail / budget[k]
            war.mission_share[k, _BRIDGE] = war.mission_share[k, _RAIL]
            war.mission_share[k, _ROAD] = at_road / budget[k]
            war.mission_share[k, _DESTRUCTION] = 1.0 / budget[k]
            budget[k] = max(0.0, budget[k] - at_rail - at_road)
        for place in range(n_fixed):
            theatre.offer_size[place, k] = package
    to_packages(n_fixed, theatre.n_classes, gain, rates, prices, theatre.offer_size, budget, sorties, theatre)
    for k in range(theatre.n_classes):
        _enter(theatre, war, k, n_fixed, given)


@kernel
def _enter(theatre: Record, war: Record, k: int, n_fixed: int, given: bool) -> None:
    """Enter what a class flies at the listed targets, by what a sortie of the first package is worth.

    Where shares are given there is no common measure between classes of target, and each counts against its
    best target: so a fortnight that is not flown out cuts all of them alike.
    """
    most = 1.0
    if given:
        most = 0.0
        for place in range(n_fixed):
            if theatre.offer_sorties[place, k] > 0.0:
                most = max(most, _worth_a_sortie(theatre, place, k))
    flown = 0.0
    for place in range(n_fixed):
        sorties = theatre.offer_sorties[place, k]
        if sorties > 0.0:
            flown += sorties
            worth = _worth_a_sortie(theatre, place, k) / most
            at = theatre.entry_count[k]
            while at > 0 and theatre.entry_worth[k, at - 1] < worth:
                theatre.entry_worth[k, at] = theatre.entry_worth[k, at - 1]
                theatre.entry_target[k, at] = theatre.entry_target[k, at - 1]
                theatre.entry_sorties[k, at] = theatre.entry_sorties[k, at - 1]
                at -= 1
            theatre.entry_worth[k, at] = worth
            theatre.entry_target[k, at] = theatre.offer_target[place]
            theatre.entry_sorties[k, at] = sorties
            theatre.entry_count[k] += 1
    if not given:
        war.mission_share[k, _DESTRUCTION] *= flown


@kernel
def _worth_a_sortie(theatre: Record, place: int, k: int) -> float:
    """Return what a sortie of a class's first package at a listed target is worth, its price paid."""
    size = theatre.offer_size[place, k]
    damage = 1.0 - exp_(-theatre.offer_rate[place, k] * size)
    return theatre.offer_gain[place] * damage / size - theatre.offer_price[place, k]


@kernel
def _write_slots(theatre: Record, war: Record, k: int) -> None:
    """Write a class's entries into its slots, best first.

    What finds no slot joins the last target of its own class of target, or the last slot of all.
    """
    count = min(theatre.entry_count[k], _SLOTS)
    war.plan_count[k] = count
    for slot in range(count):
        war.plan_target[k, slot] = theatre.entry_target[k, slot]
        war.plan_sorties[k, slot] = theatre.entry_sorties[k, slot]
    for entry in range(count, theatre.entry_count[k]):
        c = theatre.target_class[theatre.entry_target[k, entry]]
        slot = count - 1
        for one in range(count):
            if theatre.target_class[war.plan_target[k, one]] == c:
                slot = one
        war.plan_sorties[k, slot] += theatre.entry_sorties[k, entry]
