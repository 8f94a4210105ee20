"""Random small wars for the tests of systems: a few lines, crossings, classes and sectors in any state.

The numbers are made up, within the bounds of the catalogue; the flagship is not read.
"""

from dataclasses import fields
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from stalemate.scenario.air import TARGET_CLASSES
from stalemate.scenario.catalogue import PARAMETERS, Needed
from stalemate.scenario.diplomacy import ITEMS
from stalemate.scenario.resolve import DATED, world_type
from stalemate.systems.flow import layout
from stalemate.systems.theatre import KINDS, SUPPLY, theatre_type
from stalemate.systems.variables import BY_NAME, SIZES, state_type

Records = Any

RANGE = {
    "flood_washouts_per_day": (0, 12),
    "cut_hit_share": (0.01, 0.4),
    "cut_coverage": (0, 2),
    "repair_density_triangle": (20, 300),
    "repair_density_elsewhere": (5, 150),
    "repair_learning_progress": (0, 1),
    "bridge_days": (0.2, 10),
    "rail_trunk_cars": (20, 400),
    "rail_transship_cars": (0, 60),
    "truck_km_per_night": (40, 150),
    "truck_received_per_day": (0, 30),
    "supply_grain_t_per_day": (300, 1200),
    "supply_target_days": (0, 250),
    "works_cars": (0, 200),
    "ammunition_target_t": (5000, 50000),
    "fire_policy": (100, 20000),
    "fire_un_quiet": (0, 60000),
    "battle_rate_un": (0, 80),
    "battle_rate_communist": (0, 60),
    "battle_season": (0, 1.5),
    "battle_days": (0.2, 12),
    "battle_days_sigma": (0, 1),
    "battle_size": (0.1, 1),
    "battle_size_sigma": (0, 0.8),
    "battle_exchange": (1, 2.5),
    "battle_exchange_sigma": (0, 0.5),
    "battle_ground_price": (0.5, 200),
    "battle_ground_price_sigma": (0, 0.5),
    "attacks_un_small": (0, 8),
    "attacks_communist_small": (0, 8),
    "front_length_km": (50, 300),
    "front_limit_km": (0, 20),
    "works_tunnels_km": (0, 1000),
    "fire_un_battle": (0, 40000),
    "casualty_un_battle": (0, 150),
    "casualty_rounds_dug_in": (100, 700),
    "politics_memory_days": (5, 100),
    "politics_limit_deaths": (500, 50_000),
    "politics_loose_share": (0, 0.5),
    "flood_bridge_days": (0.5, 12),
    "effort_day_sigma": (0, 0.6),
    "effort_availability_factor": (0.5, 1.5),
    "mig_sorties_per_day": (0, 300),
    "mig_lost_per_1000_engaged": (0, 150),
    "mig_per_interceptor": (0.5, 40),
    "mig_leak_loss_per_1000": (0, 30),
    "mig_b29_night_loss_per_1000": (0, 30),
    "loss_flak_per_1000": (0, 40),
    "loss_flak_guns": (500, 4000),
    "loss_flak_reference_guns": (500, 4000),
    "loss_tactics_factor": (0.3, 2),
    "loss_accident_per_1000": (0, 30),
    "loss_heavy_damage_ratio": (0, 2),
    "loss_repair_days": (1, 60),
    "loss_replacement_days": (1, 60),
    "truck_lost_per_1000_sorties": (0, 500),
    "repair_hot_length_km": (2, 40),
    "repair_man_hours_per_cut": (200, 1800),
    "repair_alert_share": (0.4, 1),
    "repair_minimum_hours": (0, 5),
    "repair_own_clock_km": (0.2, 3),
    "bridge_days_sigma": (0, 1),
    "repair_break_km": (5, 20),
    "rail_trunk_factor": (0.5, 1.5),
    "rail_tonnes_per_car": (20, 40),
    "truck_per_transshipped_car": (2, 20),
    "truck_first_number": (1000, 9000),
    "porter_number": (0, 40000),
    "porter_load_t": (0.01, 0.03),
    "porter_km_per_night": (10, 30),
    "supply_grain_priority": (1, 4),
    "supply_first_stock_days": (0, 40),
    "supply_pull_days": (5, 70),
    "civil_cars": (1, 45),
    "ammunition_t_per_round": (0.005, 0.03),
    "ammunition_first_stock_t": (0, 15000),
    "fire_start_rounds": (100, 500),
    "fire_growth_per_day": (-0.01, 0.02),
    "fire_ceiling": (5000, 20000),
    "fire_ceiling_caused": (5000, 20000),
    "fire_retribution_lag_days": (1, 60),
    "fire_surplus_lag_days": (1, 120),
    "fire_pressure_reference": (50, 200),
    "fire_rail_reference": (50, 400),
    "fire_stock_days": (1, 45),
    "casualty_us_deaths_quiet": (0, 10),
    "casualty_fire_exponent": (-0.2, 0.6),
    "power_river_km": (50, 200),
    "moon_border_km": (0, 400),
    "power_needed_share": (0.05, 0.9),
    "power_elasticity": (0.2, 1.5),
    "rice_reservoir_ha": (500, 9000),
    "grain_crop_t": (0, 3e6),
    "grain_eaters": (1e6, 1e7),
    "grain_need_t": (0.1, 0.4),
    "food_rail_lag_days": (1, 90),
    "civilian_total_deaths": (1e4, 1.5e6),
    "civilian_total_tonnes": (2e5, 8e5),
    "labour_return_days": (1, 60),
    "guerrilla_joining": (0, 10),
    "guerrilla_leaving_rate": (1e-4, 0.01),
    "guerrilla_sweep_rate": (0, 0.02),
    "talks_item_rate": (0, 0.3),
    "talks_end_rate": (0.0001, 0.3),
    "talks_denial_lag_days": (1, 120),
    "worth_rail": (1, 100),
    "worth_road": (1, 100),
    "loss_weight": (0, 10),
    "harm_weight": (0, 0.1),
    "talks_ground_reference": (0.5, 10),
    **{f"hardness_{name}_{method}": (5, 400) for name in TARGET_CLASSES for method in ("day", "night")},
    "dam_labour": (0, 6000),
    "repair_labour": (4000, 90000),
    "supply_stores_t": (0, 600),
    "yard_cuts_per_tonne": (0, 0.3),
    "guns_fade_days": (2, 300),
}
"""Where a parameter is drawn; one that is not named falls between its bounds, -1 to 3 at the widest."""


def seeds(count: int) -> Any:
    """Run a test once for each of ``count`` random small wars."""
    return pytest.mark.parametrize("seed", range(count))


def theatre(rng: np.random.Generator) -> Records:
    """Return one random theatre, (1,) records."""
    records = np.zeros(1, theatre_type())
    one = records[0]
    one["feeder"] = -1
    n_classes, n_sections = int(rng.integers(1, 6)), int(rng.integers(3, 8))
    n_sectors, has_rear = int(rng.integers(1, 5)), bool(rng.random() < 0.8)
    ranks = [int(rng.integers(1, 4)) for _ in range(n_sectors)] + [1] * has_rear
    n_nodes = int(rng.integers(3, n_sections + 1))
    edges = [(int(rng.integers(v)), v) for v in range(1, n_nodes)]
    while len(edges) < n_sections:
        a, b = rng.choice(n_nodes, 2, replace=False)
        edges.append((int(a), int(b)))
    gates = [0] if rng.random() < 0.6 else [0, 1]
    terminals = [int(rng.integers(1, n_nodes)) for _ in range(sum(ranks))]
    _put_network(one, n_nodes, edges, gates, terminals)
    one["gate_capacity"][: len(gates)] = rng.choice([10**9, 3000], len(gates))
    one["n_classes"], one["n_sections"], one["n_sectors"] = n_classes, n_sections, n_sectors
    one["n_terminals"], one["n_gates"] = len(terminals), len(gates)
    one["rear_terminal"] = len(terminals) - 1 if has_rear else -1
    _put_lines(rng, one, n_sections)
    _put_orders(rng, one, n_classes, n_sections)
    one["aimed_rail"] = (one["rail"] * (one["attackable"] * one["is_open"])[:, None]).sum(0)
    _put_sectors(rng, one, ranks, n_sections)
    _put_targets(rng, one, n_classes, n_sections)
    one["night_hours"] = rng.integers(34, 60) / 4
    one["moon"] = rng.random()
    one["night_share"] = one["night_hours"] / 11
    one["flyable_day"], one["flyable_night"], one["persistence"] = rng.uniform(0.2, 0.95, 3)
    one["item_open"], one["recess"] = rng.random(len(ITEMS)) < 0.8, rng.random() < 0.3
    for name in ("leadership", "threat", "ground_cost", "compromise", "announced"):
        one[name] = rng.choice([0.0, 0.4, 1.0])
    by_night = one["night"][:n_classes] == 1
    one["flyable_share"][:n_classes] = np.where(by_night, one["flyable_night"], one["flyable_day"])
    return records


def _put_network(
    one: Any, n_nodes: int, edges: list[tuple[int, int]], gates: list[int], terminals: list[int]
) -> None:
    flow = layout(
        n_nodes, edges, gates, terminals,
        pad_nodes=SIZES["node"], pad_edges=SIZES["section"],
        pad_gates=SIZES["gate"], pad_terminals=SIZES["terminal"],
    )  # fmt: skip
    for field in fields(flow):
        one[field.name] = getattr(flow, field.name)


def _put_lines(rng: np.random.Generator, one: Any, count: int) -> None:
    one["length_km"][:count] = rng.uniform(5, 120, count)
    one["capacity_share"][:count] = rng.choice([1.0, 0.7, 0.22], count)
    for name, share in (("attackable", 0.8), ("is_open", 0.9), ("in_triangle", 0.5), ("in_cordon", 0.4)):
        one[name][:count] = rng.random(count) < share
    one["managed"][:count] = rng.random(count) < 0.7
    one["managed_km"] = max(1.0, float((one["length_km"] * one["managed"])[:count].sum()))
    crossings = rng.integers(0, 3, count)
    one["crossings_on"][:count] = crossings
    one["first_crossing"][:count] = np.cumsum(crossings) - crossings
    one["n_crossings"] = crossings.sum()


def _put_orders(rng: np.random.Generator, one: Any, n_classes: int, n_sections: int) -> None:
    one["kind"][:n_classes] = rng.permutation(len(KINDS))[:n_classes]
    one["night"][:n_classes] = rng.random(n_classes) < 0.4
    rail = rng.gamma(0.5, 20, (n_sections, n_classes)) * (rng.random((n_sections, n_classes)) < 0.7)
    bridge = rng.gamma(0.5, 6, (n_sections, n_classes)) * (rng.random((n_sections, n_classes)) < 0.5)
    one["rail"][:n_sections, :n_classes], one["bridge"][:n_sections, :n_classes] = rail, bridge
    one["ordered_rail"][:n_classes], one["ordered_bridge"][:n_classes] = rail.sum(0), bridge.sum(0)
    for name in ("road", "destruction", "support", "superiority", "other"):
        one[f"ordered_{name}"][:n_classes] = rng.gamma(0.5, 60, n_classes) * (rng.random(n_classes) < 0.8)
    one["doubt"][:n_classes] = rng.uniform(0, 0.4, n_classes)
    one["serviceable"][:n_classes] = rng.uniform(0.4, 0.9, n_classes)
    one["sorties_per_aircraft"][:n_classes] = rng.uniform(0.1, 2, n_classes)
    one["reinforcement"][:n_classes] = rng.integers(0, 20, n_classes) * (rng.random(n_classes) < 0.2)


def _put_targets(rng: np.random.Generator, one: Any, n_classes: int, n_sections: int) -> None:
    """Put a few targets of every class, sorted by class, and some raids on them."""
    counts = rng.integers(0, 4, len(TARGET_CLASSES))
    count = int(counts.sum())
    last = np.cumsum(counts)
    one["n_targets"] = count
    one["last_target"][: len(counts)], one["first_target"][: len(counts)] = last, last - counts
    one["target_class"][:count] = np.repeat(np.arange(len(counts)), counts)
    one["target_size"][:count] = rng.gamma(2, 2, count) + 0.2
    one["target_worth"][:count] = rng.random(count)
    one["target_people"][:count] = rng.gamma(0.5, 20_000, count)
    one["target_buildings"][:count] = rng.gamma(0.5, 2000, count)
    one["target_standing"][:count] = rng.random(count)
    one["target_border_km"][:count] = rng.uniform(0, 300, count)
    one["target_guns"][:count] = rng.gamma(0.5, 40, count)
    one["target_first_guns"][:count] = rng.gamma(0.5, 40, count)
    one["target_pooled"][:count] = rng.random(count) < 0.4
    stores = (one["target_class"] == SUPPLY) & (one["target_pooled"] == 1)
    one["pooled_areas"] = one["target_size"][stores].sum()
    one["target_section"][:count] = rng.integers(-1, n_sections, count)
    one["target_known"][:count] = rng.random(count) < 0.9
    one["target_reach"][:count, :n_classes] = rng.random((count, n_classes)) < 0.7
    one["required_level"][:count] = rng.integers(0, 5, count)
    one["delegated"] = rng.integers(0, 4)
    one["replan"] = rng.random() < 0.8
    one["choice"] = rng.integers(0, 3)
    one["leaflets"] = rng.choice([0.0, 1.0, 1.5])
    one["forbidden_class"][: len(counts)] = rng.random(len(counts)) < 0.15
    one["warned_class"][: len(counts)] = rng.random(len(counts)) < 0.15
    shares = rng.dirichlet(np.full(len(counts), 0.5), n_classes)
    one["attention"][:n_classes, : len(counts)] = shares
    raids = int(rng.integers(0, 8)) if count else 0
    one["n_raids"] = raids
    one["raid_target"][:raids] = rng.integers(0, max(1, count), raids)
    one["raid_class"][:raids] = rng.integers(0, n_classes, raids)
    one["raid_role"][:raids] = rng.integers(0, 3, raids)
    one["raid_sorties"][:raids] = rng.gamma(1, 40, raids)
    np.add.at(one["ordered_raid"], one["raid_class"][:raids], one["raid_sorties"][:raids])


def _put_sectors(rng: np.random.Generator, one: Any, ranks: list[int], n_sections: int) -> None:
    n_sectors = int(one["n_sectors"])
    one["share_of_line"][:n_sectors] = rng.dirichlet(np.full(n_sectors, 3.0))
    one["gate_road_km"][:n_sectors] = rng.uniform(200, 600, n_sectors) * (rng.random(n_sectors) < 0.8)
    k = 0
    for sector, count in enumerate(ranks):
        one["first_terminal"][sector], one["last_terminal"][sector] = k, k + count - 1
        for place in range(count):
            one["terminal_sector"][k] = sector
            one["terminal_road_km"][k] = rng.uniform(10, 200) if rng.random() < 0.85 else -1.0
            one["terminal_foot_km"][k] = rng.uniform(10, 200) if rng.random() < 0.85 else -1.0
            if place + 1 < count:
                one["has_next"][k] = 1
                line = np.flatnonzero(rng.random(n_sections) < 0.3)[: SIZES["feeder"]]
                one["feeder"][k, : len(line)] = line
            k += 1


def worlds(rng: np.random.Generator, count: int) -> Records:
    """Return random worlds, (count,) records."""
    records = np.zeros(count, world_type())
    records["seed"] = rng.integers(0, 2**63, count)
    records["replicate"] = rng.integers(0, 10**6, count)
    records["repair_form"], records["fire_form"] = rng.integers(0, 2, count), rng.integers(0, 4, count)
    for needed in PARAMETERS:
        if not needed.dated:
            records[needed.name] = _parameter(rng, needed, count)
    return records


def _parameter(rng: np.random.Generator, needed: Needed, count: int) -> Any:
    low, high = RANGE.get(needed.name, (max(needed.low_bound, -1.0), min(needed.high_bound, 3.0)))
    if needed.name == "bridge_parallel":
        return rng.integers(1, 5, count)
    return rng.uniform(low, high, count)


def wars(rng: np.random.Generator, theatre: Records, count: int) -> Records:
    """Return random states of a theatre, (count,) records; the flow starts from nothing."""
    one = theatre[0]
    records = np.zeros(count, state_type())
    for needed in PARAMETERS:
        if needed.dated:
            records["today"][:, DATED[needed.name]] = _parameter(rng, needed, count)
    shape = (count, SIZES["mission"])
    records["order_weight"] = rng.choice([0.0, 0.5, 1.0, 1.5], shape, p=(0.1, 0.2, 0.5, 0.2))
    shape = (count, SIZES["class"], SIZES["mission"])
    records["mission_weight"] = rng.choice([0.0, 0.5, 1.0, 1.5], shape, p=(0.1, 0.2, 0.5, 0.2))
    records["political_cost"] = rng.choice([0.0, 0.2, 0.9, 1.5], count)
    records["civilian_deaths"] = rng.poisson(30, count)
    records["raid_allowed"] = rng.random((count, SIZES["raid"])) < 0.8
    records["approval"] = rng.integers(0, 4, count)
    shape = (count, SIZES["target_class"])
    records["hardness"] = rng.gamma(2, 40, (*shape, SIZES["method"])) + 5
    records["class_value"] = rng.gamma(1, 20, shape)
    records["package"] = rng.uniform(2, 40, (count, SIZES["class"]))
    records["loss_rate"] = rng.uniform(0, 0.01, (count, SIZES["class"]))
    for name in ("flyable_day", "flyable_night", "moonlit"):
        records[name] = rng.random(count) < 0.8

    def fill(name: str, values: Any) -> None:
        size = {"class": "n_classes", "section": "n_sections", "crossing": "n_crossings"}
        size |= {"sector": "n_sectors", "terminal": "n_terminals"}
        used = int(one[size[BY_NAME[name].axes[0]]])
        shape = records[name][:, :used].shape
        records[name][:, :used] = values(shape)

    fill("aircraft", lambda shape: rng.integers(0, 250, shape))
    fill("in_repair", lambda shape: rng.integers(0, 40, shape))
    fill("awaited", lambda shape: rng.gamma(0.5, 20, shape))
    fill("sorties", lambda shape: rng.gamma(1, 200, shape) * (rng.random(shape) < 0.8))
    for name in ("cover_flown", "support_flown", "destruction_flown"):
        records[name] = records["sorties"] * rng.random() * 0.3
    records["flak_factor"] = rng.uniform(0.4, 2.5, records["flak_factor"].shape)
    fill("air_losses", lambda shape: np.minimum(rng.poisson(0.5, shape), records["aircraft"][:, : shape[1]]))
    fill("flown_share", lambda shape: rng.gamma(1, 1, shape) * (rng.random(shape) < 0.8))
    fill("washouts", lambda shape: rng.poisson(0.3, shape))
    fill("washed_out", lambda shape: rng.poisson(0.3, shape))
    fill("cuts", lambda shape: rng.poisson(rng.gamma(0.6, 12, shape)))
    fill("open_cuts", lambda shape: rng.gamma(0.4, 8, shape) * (rng.random(shape) < 0.6))
    fill("critical_hits", lambda shape: rng.poisson(0.6, shape))
    fill("bridge_days", lambda shape: rng.gamma(0.6, 3, shape) * (rng.random(shape) < 0.6))
    fill("open_share", lambda shape: np.clip(rng.uniform(-0.3, 1.2, shape), 0, 1))
    fill("grain_wanted", lambda shape: rng.gamma(1, 200, shape))
    fill("ammunition_wanted", lambda shape: rng.gamma(0.7, 100, shape))
    fill("works_wanted", lambda shape: rng.gamma(0.7, 200, shape))
    fill("days_of_supply", lambda shape: rng.integers(0, 4, shape) * 5.0)
    fill("railhead_stock", lambda shape: rng.gamma(0.5, 150, shape) * (rng.random(shape) < 0.6))
    fill("front_tonnes", lambda shape: rng.gamma(0.8, 400, shape))
    fill("grain_stock", lambda shape: rng.gamma(0.6, 3000, shape))
    fill("ammunition_stock", lambda shape: rng.gamma(0.6, 2000, shape))
    if one["rear_terminal"] >= 0:
        records["railhead_stock"][:, one["rear_terminal"]] = 0.0
    records["trucks"] = rng.uniform(0, 9000, count)
    records["trucks_lost"] = rng.poisson(20, count)
    records["transship_effort"] = rng.uniform(0.02, 1, count)
    for name in ("rail_sorties", "pressure_sorties", "supply_lost_t", "road_sorties", "support_sorties"):
        records[name] = rng.gamma(1, 100, count)
    _put_ruins(rng, one, records)
    for name in ("town_tonnes", "warned_tonnes", "buildings_destroyed"):
        records[name] = rng.gamma(0.5, 100, count) * (rng.random(count) < 0.7)
    fill("bombs_tonnes", lambda shape: rng.gamma(0.5, 100, shape))
    records["breaches"] = rng.poisson(0.4, count)
    records["today"][:, DATED["rice_at_risk"]] *= rng.random(count) < 0.6
    records["rice_growing"] = rng.random(count) < 0.5
    records["rice_lost_season_t"], records["rice_missing_t"] = rng.gamma(0.5, 8000, (2, count))
    records["civil_tonnes"], records["civil_freight_felt"] = rng.gamma(1, 400, count), rng.random(count)
    records["food_share"], records["labour_left"] = rng.uniform(0, 1.5, count), rng.uniform(0.5, 1, count)
    _put_plans(rng, one, records)
    records["guerrillas"] = rng.gamma(0.7, 6000, count)
    fighting = rng.random((count, SIZES["side"])) < 0.6
    records["battle_left"] = rng.gamma(1, 4, fighting.shape) * fighting
    records["battle_size"] = rng.gamma(2, 0.3, fighting.shape)
    records["battle_exchange"] = rng.gamma(20, 0.1, fighting.shape)
    records["battle_ground"] = rng.gamma(1, 0.1, fighting.shape) * (rng.random(fighting.shape) < 0.7)
    records["battle_sector"] = rng.integers(0, one["n_sectors"], fighting.shape)
    fill("line_shift_km", lambda shape: rng.normal(0, 6, shape))
    records["ground_km2"], records["battle"] = rng.normal(0, 100, count), rng.random(count)
    records["item_left"] = np.maximum(rng.exponential(size=(count, len(ITEMS))) - 0.5, 0)
    for name in ("ground_felt", "ground_taken_un", "ground_taken_communist"):
        records[name] = rng.gamma(0.5, 2, count)
    records["hazard_spent"], records["battle_felt"] = rng.exponential(size=(count, 8)), rng.random(count)
    records["pressure_felt"], records["interdiction_felt"] = rng.gamma(2, 0.5, (2, count))
    fill("bridge_cases", lambda shape: rng.poisson(0.8, shape))
    fill("lost_flak", lambda shape: rng.poisson(0.8, shape))
    for name in ("migs_lost", "casualties_communist", "casualties_un"):
        records[name] = rng.poisson(rng.gamma(0.7, 100, count))
    records["claim_luck"] = rng.lognormal(0, 0.3, (count, SIZES["side"]))
    changed = rng.normal(0, 0.3, records["target_left"].shape) * (rng.random(SIZES["target"]) < 0.6)
    records["believed_left"] = np.clip(records["target_left"] + changed, 0, 1)
    return records


def one_sector(count: int = 1, **parameters: Any) -> tuple[Records, Records, Records]:
    """Return a theatre of one sector with the whole line, worlds and states."""
    rng = np.random.default_rng(4)
    place = theatre(rng)
    place[0]["n_sectors"], place[0]["share_of_line"][0] = 1, 1.0
    drawn, states = worlds(rng, count), wars(rng, place, count)
    drawn["seed"], drawn["replicate"] = 41, np.arange(count)
    states["battle_sector"] = 0
    for name, value in parameters.items():
        drawn[name] = value
    return place, drawn, states


def set_today(states: Records, **values: float) -> None:
    """Set dated parameters of the day."""
    for name, value in values.items():
        states["today"][:, DATED[name]] = value


def _put_ruins(rng: np.random.Generator, one: Any, records: Records) -> None:
    """Put every fixed target in some state, and the dams, yards and lines below them."""
    count, sections = len(records), int(one["n_sections"])
    used = slice(0, int(one["n_targets"]))
    shape = records["target_left"][:, used].shape
    standing = one["target_standing"][used]
    records["target_left"][:, used] = standing * rng.choice([0.0, 0.3, 1.0], shape) * rng.random(shape)
    records["target_cap"][:, used] = standing * rng.choice([0.0, 0.7, 1.0], shape)
    records["target_rest"][:, used] = rng.exponential(3, shape) * (rng.random(shape) < 0.3)
    records["target_guns_now"][:, used] = rng.gamma(0.5, 40, shape)
    records["guns_average"] = rng.choice([0.0, 12.0], count, p=(0.1, 0.9))
    for name in ("tonnes_by_day", "tonnes_by_night"):
        records[name][:, used] = rng.gamma(1, 100, shape) + 1
    for name in ("recovery_share", "ceiling_share"):
        shares = rng.random((count, SIZES["target_class"]))
        records[name] = shares * (rng.random(shares.shape) < 0.6)
    for c in range(len(TARGET_CLASSES)):
        those = slice(one["first_target"][c], one["last_target"][c])
        worth = one["target_worth"][those]
        parts = (records["target_left"][:, those] * worth).sum(1)
        records["class_left"][:, c] = parts / worth.sum() if len(worth) else 1.0
    records["raid_share"] = rng.uniform(0.3, 1, records["raid_share"].shape)
    records["breach_age"] = rng.choice([0, 1, 2, 9], count)
    days = rng.uniform(-2, 4, (count, sections)).clip(0)
    records["breach_days"][:, :sections] = days * (records["breach_age"] > 0)[:, None]
    records["lowered"] = records["breach_age"] == 9
    records["labour_drafted"] = rng.choice([0.0, 4000.0, 90000.0], count) * (records["breach_age"] > 0)
    records["yard_cuts"][:, :sections] = rng.poisson(2, (count, sections)) * rng.integers(0, 2)
    records["raids_flown"] = 1


def _put_plans(rng: np.random.Generator, one: Any, records: Records) -> None:
    """Put plans of fixed targets, flown down to some slot, and standing sorties to fly at them."""
    count, n_classes = len(records), int(one["n_classes"])
    shape = (count, n_classes)
    records["plan_number"], records["drawn_plan"] = rng.integers(1, 3, (2, count))
    slots = rng.integers(0, 6, shape) * (one["n_targets"] > 0)
    records["plan_count"][:, :n_classes] = slots
    records["plan_target"] = rng.integers(0, max(1, one["n_targets"]), records["plan_target"].shape)
    records["plan_sorties"] = rng.gamma(1, 30, records["plan_sorties"].shape)
    records["drawn_slot"][:, :n_classes] = rng.integers(0, np.maximum(1, slots))
    records["drawn_sorties"][:, :n_classes] = rng.gamma(0.5, 10, shape)
    records["carried_sorties"][:, :n_classes] = rng.gamma(0.5, 8, shape)
    records["destruction_flown"][:, :n_classes] = rng.gamma(0.7, 50, shape) * (rng.random(shape) < 0.7)


def plain(record: Any) -> SimpleNamespace:
    """Return a record as plain Python numbers and lists."""
    return SimpleNamespace(**{name: record[name].tolist() for name in record.dtype.names})


def plain_world(world: Any, war: Any) -> SimpleNamespace:
    """Return a world's parameters as plain numbers, the dated ones at their value of the war's day."""
    today = {name: float(war["today"][place]) for name, place in DATED.items()}
    return SimpleNamespace(**vars(plain(world)), **today)


def assert_same(war: Any, twin: SimpleNamespace, names: tuple[str, ...], *, rel: float = 1e-11) -> None:
    """Compare a state record with a twin's: counts exactly, real numbers to rounding."""
    for name in names:
        found, expected = war[name], np.asarray(getattr(twin, name), dtype=war.dtype[name].base)
        if war.dtype[name].base.kind == "f":
            np.testing.assert_allclose(found, expected, rtol=rel, atol=1e-9, err_msg=name)
        else:
            np.testing.assert_array_equal(found, expected, err_msg=name)
