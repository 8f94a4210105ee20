"""The plain twin of the target committee: tables of names and numbers, from docs/model/committee.md.

What is allocated comes from systems/allocation.py and systems/packages.py, which have a twin of their own.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from reference.systems import OF_CLASS, Part

from stalemate.scenario.air import TARGET_CLASSES
from stalemate.systems import allocation
from stalemate.systems.packages import to_packages

SLOTS = 24
ROOM = (256, 8)
"""Scratch for more targets and classes than a test has: one size, so that kernels compile once."""
DAYS = 14
RAIL, ROAD = "rail", "road"


@dataclass
class Offer:
    """What can be struck: a fixed target's number, or rail or road; by aircraft class what a sortie does."""

    what: int | str
    gain: float
    rate: dict[int, float]
    price: dict[int, float]
    sorties: dict[int, float] = field(default_factory=dict)


def committee(theatre: Part, world: Part, war: Part, day: int) -> None:
    if theatre.replan:
        war.plan_number += 1
        chosen: dict[int, list[tuple[float, int, float]]] = {k: [] for k in range(theatre.n_classes)}
        war.mission_share[: theatre.n_classes] = [[1.0] * 5 for _ in range(theatre.n_classes)]
        if theatre.choice == 0:
            for c in range(len(TARGET_CLASSES)):
                _by_share(theatre, world, war, c, chosen)
        else:
            _by_score(theatre, world, war, chosen)
        for k, entries in chosen.items():
            _slots(theatre, war, k, entries)
    for k in range(theatre.n_classes):
        shares = war.mission_share[k]
        war.mission_weight[k] = [w * share for w, share in zip(war.order_weight, shares, strict=True)]


def allowed(theatre: Part, war: Part, target: int) -> bool:
    """Return whether a target may be struck and is known."""
    level = theatre.required_level[target]
    forbidden = theatre.forbidden_class[theatre.target_class[target]]
    return bool(theatre.target_known[target]) and not forbidden and level < 4 and level <= war.approval


def damage_a_sortie(theatre: Part, world: Part, war: Part, target: int, k: int) -> float:
    """Return tonnes of a sortie over the tonnes that leave 1/e of the target."""
    name = OF_CLASS[_kind(theatre, k)]
    tonnes = getattr(world, f"bombs_t_{name}", 0.0)
    a_area = war.hardness[theatre.target_class[target]][theatre.night[k]]
    return tonnes / (a_area * theatre.target_size[target]) if theatre.target_reach[target][k] else 0.0


def price_a_sortie(theatre: Part, world: Part, war: Part, target: int | None, k: int) -> float:
    """Return expected aircraft and, where it counts, harm, in the worth of an aim area of a bridge."""
    name = OF_CLASS[_kind(theatre, k)]
    aircraft = war.loss_rate[k] * (1.0 if target is None else _fire_at(world, war, target))
    aircraft += world.loss_accident_per_1000 / 1000
    class_name = "" if target is None else TARGET_CLASSES[theatre.target_class[target]]
    town = class_name == "town"
    among = 1.0 if town else world.civilian_near_dwellings * (target is not None)
    part, of = world.civilian_town_deaths_share, world.civilian_town_tonnes_share
    rest = 1 - of - world.civilian_front_tonnes_share * (1 - world.civilian_front_factor)
    a_tonne = world.civilian_total_deaths / world.civilian_total_tonnes
    a_tonne *= among * part / of + (1 - among) * (1 - part) / rest
    deaths = getattr(world, f"bombs_t_{name}", 0.0) * a_tonne
    warned = target is not None and theatre.warned_class[theatre.target_class[target]]
    counts = theatre.choice == 2 or warned
    return world.loss_weight * aircraft + (world.harm_weight * deaths if counts else 0.0)


def _fire_at(world: Part, war: Part, target: int) -> float:
    if war.guns_average <= 0:
        return 1.0
    slope = world.flak_local_slope
    return 1 - slope + slope * war.target_guns_now[target] / war.guns_average


def _kind(theatre: Part, k: int) -> str:
    return list(OF_CLASS)[theatre.kind[k]]


def _by_share(theatre: Part, world: Part, war: Part, c: int, chosen: dict[int, list]) -> None:
    budget = {
        k: DAYS * theatre.ordered_destruction[k] * war.order_weight[3] * theatre.attention[k][c]
        for k in range(theatre.n_classes)
    }
    if not any(budget.values()):
        return
    offers = []
    for target in range(theatre.first_target[c], theatre.last_target[c]):
        if allowed(theatre, war, target):
            gain = theatre.target_worth[target] * war.believed_left[target]
            rates = {
                k: damage_a_sortie(theatre, world, war, target, k) if share > 0 else 0.0
                for k, share in budget.items()
            }
            offers.append(Offer(target, gain, rates, dict.fromkeys(budget, 0.0)))
    packages = {
        k: share / max(1, math.floor(share / war.package[k])) * (1 - 1e-12) for k, share in budget.items()
    }
    _spend(offers, budget)
    _pack(offers, packages, budget)
    for k in budget:
        flown = [offer for offer in offers if offer.sorties[k] > 0]
        worth = [_first_package(offer, k, packages[k]) for offer in flown]
        chosen[k] += [
            (w / max(worth), offer.what, offer.sorties[k]) for w, offer in zip(worth, flown, strict=True)
        ]


def _by_score(theatre: Part, world: Part, war: Part, chosen: dict[int, list]) -> None:
    rail_w, bridge_w, road_w, destruction_w, _ = war.order_weight
    stated = {
        k: (
            theatre.ordered_rail[k] * rail_w + theatre.ordered_bridge[k] * bridge_w,
            theatre.ordered_road[k] * road_w,
            theatre.ordered_destruction[k] * destruction_w,
        )
        for k in range(theatre.n_classes)
    }
    budget = {k: DAYS * max(each) for k, each in stated.items()}
    offers = []
    seen = war.target_left if theatre.choice == 2 else war.believed_left
    for target in range(theatre.n_targets):
        if allowed(theatre, war, target):
            value = war.class_value[theatre.target_class[target]] * theatre.target_worth[target]
            rates = {
                k: damage_a_sortie(theatre, world, war, target, k)
                if budget[k] > 0 and theatre.ordered_destruction[k] > 0
                else 0.0
                for k in budget
            }
            prices = {k: price_a_sortie(theatre, world, war, target, k) for k in budget}
            offers.append(Offer(target, value * seen[target], rates, prices))
    prices = {k: price_a_sortie(theatre, world, war, None, k) for k in budget}
    cuts = _cuts_mended(theatre, world)
    rail = {k: _cuts(theatre, world, k) / cuts if stated[k][0] > 0 else 0.0 for k in budget}
    trucks = max(1.0, DAYS * world.truck_received_per_day)
    a_sortie = world.truck_lost_per_1000_sorties / 1000
    road = {k: a_sortie / trucks if stated[k][1] > 0 else 0.0 for k in budget}
    lines = [Offer(RAIL, world.worth_rail, rail, prices), Offer(ROAD, world.worth_road, road, prices)]
    _spend(offers + lines, budget)
    left = {k: max(0.0, all_of_it - sum(o.sorties[k] for o in lines)) for k, all_of_it in budget.items()}
    packages = dict(enumerate(war.package[: theatre.n_classes]))
    _pack(offers, packages, left)
    for k, all_of_it in budget.items():
        flown = [offer for offer in offers if offer.sorties[k] > 0]
        chosen[k] += [(_first_package(o, k, packages[k]), o.what, o.sorties[k]) for o in flown]
        total = sum(offer.sorties[k] for offer in flown)
        if all_of_it > 0:
            at_rail, at_road = (line.sorties[k] / all_of_it for line in lines)
            war.mission_share[k] = [at_rail, at_rail, at_road, total / all_of_it, 1.0]
        else:
            war.mission_share[k][3] = 0.0


def _cuts(theatre: Part, world: Part, k: int) -> float:
    name = OF_CLASS[_kind(theatre, k)]
    bombs = getattr(world, f"cut_bombs_{name}", 0.0) * world.cut_hit_share
    cuts = getattr(world, f"cut_per_sortie_{name}", bombs)
    return cuts * world.cut_common_factor * world.repair_blocking_share


def _cuts_mended(theatre: Part, world: Part) -> float:
    """Return what crews mend in a fortnight of nights on the lines that must all be shut."""
    hours = max(0.0, theatre.night_hours - world.repair_twilight_hours) * world.repair_alert_share
    a_cut = world.repair_man_hours_per_cut * (1 - world.repair_learning * world.repair_learning_progress)
    mended = {}
    for section in range(theatre.n_sections):
        if theatre.attackable[section] and theatre.is_open[section]:
            where = "triangle" if theatre.in_triangle[section] else "elsewhere"
            km = min(theatre.length_km[section], world.repair_hot_length_km)
            men = getattr(world, f"repair_density_{where}") * km
            mended[section] = DAYS * max(0.0, hours - world.repair_minimum_hours) * men / a_cut
    cordon = sum(cuts for section, cuts in mended.items() if theatre.in_cordon[section])
    return max(1.0, cordon or sum(mended.values()))


def _tables(offers: list[Offer], count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    gain = np.array([offer.gain for offer in offers])
    rate = np.array([[offer.rate[k] for k in range(count)] for offer in offers]).reshape(-1, count)
    price = np.array([[offer.price[k] for k in range(count)] for offer in offers]).reshape(-1, count)
    return gain, rate, price


def _spend(offers: list[Offer], budget: dict[int, float]) -> None:
    count = len(budget)
    gain, rate, price = _tables(offers, count)
    sorties = np.zeros(rate.shape)
    work = allocation.scratch(*ROOM)[0]
    all_of_it = np.array(list(budget.values()))
    allocation.allocate(len(offers), count, gain, rate, price, all_of_it, sorties, work)
    for offer, row in zip(offers, sorties.tolist(), strict=True):
        offer.sorties = dict(enumerate(row))


def _pack(offers: list[Offer], packages: dict[int, float], budget: dict[int, float]) -> None:
    count = len(budget)
    gain, rate, price = _tables(offers, count)
    sorties = np.array([[offer.sorties[k] for k in range(count)] for offer in offers]).reshape(-1, count)
    size = np.tile(list(packages.values()), (len(offers), 1))
    work = allocation.scratch(*ROOM)[0]
    left = np.array(list(budget.values()))
    to_packages(len(offers), count, gain, rate, price, size, left, sorties, work)
    for offer, row in zip(offers, sorties.tolist(), strict=True):
        offer.sorties = dict(enumerate(row))


def _first_package(offer: Offer, k: int, package: float) -> float:
    return offer.gain * (1 - math.exp(-offer.rate[k] * package)) / package - offer.price[k]


def _slots(theatre: Part, war: Part, k: int, entries: list[tuple[float, int, float]]) -> None:
    """Best first; what finds no slot joins the last of its class of target, or the last of all."""
    ranked = sorted(entries, key=lambda entry: -entry[0])
    kept, rest = [list(entry) for entry in ranked[:SLOTS]], ranked[SLOTS:]
    for _, target, sorties in rest:
        alike = [
            slot for slot in kept if theatre.target_class[slot[1]] == theatre.target_class[target]
        ] or kept
        alike[-1][2] += sorties
    war.plan_count[k] = len(kept)
    for slot, (_, target, sorties) in enumerate(kept):
        war.plan_target[k][slot], war.plan_sorties[k][slot] = target, sorties
