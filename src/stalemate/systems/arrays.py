"""A checked scenario as arrays: everything about the theatre that is known before the first day."""

import math
from dataclasses import fields
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from stalemate.angles import arccosine, arcsine, arctangent, cosine, sine, tangent
from stalemate.errors import Fault, ScenarioError
from stalemate.scenario.air import LAWS, LEVELS, TARGET_CLASSES, Target
from stalemate.scenario.network import Network
from stalemate.scenario.resolve import knots
from stalemate.scenario.schema import Scenario
from stalemate.systems import diplomacy
from stalemate.systems.flow import FlowLayout, layout
from stalemate.systems.theatre import KINDS, SUPPLY, Floats, Prepared, theatre_type
from stalemate.systems.variables import SIZES


def prepare(scenario: Scenario, network: Network) -> Prepared:
    """Return a checked scenario as arrays.

    Raises ScenarioError if it has more lines, crossings, sectors, railheads, gates, classes or line ends than
    the records hold.
    """
    edges = network.edges
    nodes = sorted({node for edge in edges for node in (edge.start, edge.end)})
    sectors = [sector for sector in scenario.sectors if sector.kind == "front"]
    rear = [sector for sector in scenario.sectors if sector.kind == "rear"]
    hauls = [
        haul for sector in (*sectors, *rear) for haul in network.railhead_hauls if haul.sector == sector.id
    ]
    classes = [row.id for row in scenario.classes]
    place_of = {edge.section: number for number, edge in enumerate(edges)}
    crossings = [c for c in scenario.crossings if c.section in place_of]
    crossings.sort(key=lambda crossing: place_of[crossing.section])
    _check_sizes(
        {
            "section": len(edges),
            "crossing": len(crossings),
            "sector": len(sectors),
            "node": len(nodes),
            "terminal": len(hauls),
            "gate": len(network.gates),
            "class": len(classes),
            "target": len(scenario.targets),
        }
    )
    theatre = np.zeros(1, theatre_type())
    one = theatre[0]
    one["feeder"] = -1
    place = {node: number for number, node in enumerate(nodes)}
    _put_layout(
        one,
        layout(
            len(nodes),
            [(place[edge.start], place[edge.end]) for edge in edges],
            [place[gate] for gate in network.gates],
            [place[haul.origin] for haul in hauls],
            pad_nodes=SIZES["node"],
            pad_edges=SIZES["section"],
            pad_gates=SIZES["gate"],
            pad_terminals=SIZES["terminal"],
        ),
    )
    one["n_classes"], one["n_sections"], one["n_crossings"] = len(classes), len(edges), len(crossings)
    one["n_sectors"], one["n_terminals"], one["n_gates"] = len(sectors), len(hauls), len(network.gates)
    one["rear_terminal"] = len(hauls) - 1 if rear else -1
    one["night"][: len(classes)] = [row.night for row in scenario.classes]
    one["kind"][: len(classes)] = [_kind(row.id) for row in scenario.classes]
    cordon, managed = (scenario.groups.get(name, ()) for name in ("cordon", "managed"))
    for number, edge in enumerate(edges):
        one["length_km"][number] = edge.length_km
        one["capacity_share"][number] = 0.0 if edge.spur else edge.capacity_share
        one["attackable"][number] = edge.attackable
        one["in_triangle"][number] = edge.region == "triangle"
        one["in_cordon"][number] = edge.section in cordon
        one["managed"][number] = edge.section in managed
        one["crossings_on"][number] = sum(c.section == edge.section for c in crossings)
        one["first_crossing"][number] = sum(place_of[c.section] < number for c in crossings)
    one["managed_km"] = max(1.0, sum(edge.length_km for edge in edges if edge.section in managed))
    one["share_of_line"][: len(sectors)] = [sector.share_of_line for sector in sectors]
    for gate in scenario.gates:
        if gate.node in network.gates:
            limit = gate.capacity_t_per_day
            one["gate_capacity"][network.gates.index(gate.node)] = 10**9 if limit is None else int(limit)
    for number, sector in enumerate((*sectors, *rear)):
        mine = [k for k, haul in enumerate(hauls) if haul.sector == sector.id]
        one["first_terminal"][number], one["last_terminal"][number] = mine[0], mine[-1]
        ways = [haul.road_km for haul in network.gate_hauls if haul.sector == sector.id]
        one["gate_road_km"][number] = min((km for km in ways if km is not None), default=0.0)
        for k in mine:
            one["terminal_sector"][k] = number
            one["terminal_road_km"][k] = hauls[k].road_km if hauls[k].road_km is not None else -1.0
            one["terminal_foot_km"][k] = hauls[k].foot_km if hauls[k].foot_km is not None else -1.0
            if k != mine[-1]:
                one["has_next"][k] = 1
                line = _between(network, hauls[k].origin, hauls[k + 1].origin)
                _check_sizes({"feeder": len(line)})
                one["feeder"][k, : len(line)] = [place_of[section] for section in line]
    targets = sorted(scenario.targets, key=lambda target: TARGET_CLASSES.index(target.target_class))
    guns = _guns(scenario, targets)
    _put_targets(one, scenario, targets, classes, place_of)
    one["target_first_guns"][: len(targets)] = guns[0]
    points = knots(scenario)
    one["knot_is_log"] = points.is_log
    days = [scenario.start + timedelta(days=day) for day in range(scenario.days)]
    on_hand, serviceable, rate, arriving = _availability(scenario, classes)
    latitude = float(np.mean([node.lat for node in scenario.nodes]))
    return Prepared(
        scenario=scenario,
        network=network,
        theatre=theatre,
        knots=points,
        classes=tuple(classes),
        sections=tuple(place_of),
        crossings=tuple(c.id for c in crossings),
        sectors=tuple(sector.id for sector in sectors),
        on_hand=on_hand,
        serviceable=serviceable,
        sorties_per_aircraft=rate,
        reinforcement=arriving,
        moon=np.array([moon_from_new(day) for day in days]),
        night_hours=np.array([round(4 * (24 - daylight_hours(latitude, day))) / 4 for day in days]),
        is_open=np.array([[edge.is_open(day) for edge in edges] for day in days]),
        targets=tuple(target.id for target in targets),
        guns=guns,
        known=np.array([[t.known_from is None or t.known_from <= day for t in targets] for day in days]),
        levels=_levels(scenario, targets),
        law_forbids=_by_law(scenario, "forbidden"),
        law_warns=_by_law(scenario, "warned"),
        diplomacy=diplomacy.dated(scenario),
    )


def _put_targets(
    one: np.void, scenario: Scenario, targets: list[Target], classes: list[str], place_of: dict[str, int]
) -> None:
    """Write the fixed targets, each number at the middle of its range."""
    one["n_targets"] = len(targets)
    numbers = [TARGET_CLASSES.index(target.target_class) for target in targets]
    for c in range(len(TARGET_CLASSES)):
        one["first_target"][c] = sum(number < c for number in numbers)
        one["last_target"][c] = sum(number <= c for number in numbers)
    place = {target.id: i for i, target in enumerate(targets)}
    for fact in scenario.target_facts:
        if fact.quantity != "guns":
            one[f"target_{fact.quantity}"][place[fact.target]] = fact.middle
    one["target_section"] = -1
    for i, target in enumerate(targets):
        one["target_class"][i] = numbers[i]
        one["target_pooled"][i] = target.pooled
        one["target_border_km"][i] = target.border_km
        one["target_section"][i] = place_of.get(target.section or "", -1)
        one["target_reach"][i, : len(classes)] = [name in target.reached_by for name in classes]
    stores = (one["target_class"] == SUPPLY) & (one["target_pooled"] == 1)
    one["pooled_areas"] = one["target_size"][stores].sum()


def _guns(scenario: Scenario, targets: list[Target]) -> Floats:
    """Return the guns near each target: (day, target); each number holds until the next one."""
    guns = np.zeros((scenario.days, len(targets)))
    place = {target.id: i for i, target in enumerate(targets)}
    facts = [fact for fact in scenario.target_facts if fact.quantity == "guns"]
    for fact in sorted(facts, key=lambda fact: fact.start or scenario.start):
        first = max(0, ((fact.start or scenario.start) - scenario.start).days)
        guns[first:, place[fact.target]] = fact.middle
    return guns


def _levels(scenario: Scenario, targets: list[Target]) -> npt.NDArray[np.int64]:
    """Return the level that must approve an attack on each target: (day, target), the highest rule's."""
    levels = np.zeros((scenario.days, len(targets)), np.int64)
    for rule in scenario.authority:
        days = slice(max(0, (rule.start - scenario.start).days), max(0, (rule.end - scenario.start).days + 1))
        fits = np.array([rule.fits(target) for target in targets], bool)
        levels[days] = np.maximum(levels[days], fits * LEVELS.index(rule.level))
    return levels


def _by_law(scenario: Scenario, treatment: str) -> dict[str, npt.NDArray[np.bool_]]:
    """Return the target classes that each body of law treats so: law -> (target class,)."""
    named = {
        law: {rule.target_class for rule in scenario.law if rule.law == law and rule.treatment == treatment}
        for law in LAWS
    }
    return {law: np.array([name in classes for name in TARGET_CLASSES]) for law, classes in named.items()}


def daylight_hours(latitude: float, day: date) -> float:
    """Return the hours from sunrise to sunset, upper limb and refraction counted.

    Reference: the CBM model, Forsythe et al. 1995, Ecological Modelling 80, 87-95, with p = 0.8333 degrees.
    """
    number = day.timetuple().tm_yday
    revolution = 0.2163108 + 2 * arctangent(0.9671396 * tangent(0.00860 * (number - 186)))
    declination = arcsine(0.39795 * cosine(revolution))
    phi = math.radians(latitude)
    cosine_of_dusk = (sine(math.radians(0.8333)) + sine(phi) * sine(declination)) / (
        cosine(phi) * cosine(declination)
    )
    return 24 - 24 / math.pi * arccosine(min(1.0, max(-1.0, cosine_of_dusk)))


def moon_from_new(day: date) -> float:
    """Return how far the moon of the night after a day is from new: 0 at new moon, 1 at full moon.

    Reckoned at midnight in Korea (15 hours UT) from the mean moon, 14 hours at most from the true one.
    Reference: Meeus 1998, Astronomical Algorithms, equation 49.1, without the periodic terms.
    """
    julian = day.toordinal() + 1721424.5 + 15 / 24
    turned = (julian - 2451550.09766) / 29.530588861 % 1.0
    return 2.0 * min(turned, 1.0 - turned)


def _check_sizes(found: dict[str, int]) -> None:
    faults = [
        Fault("scenario", 0, axis, f"{count} of them", f"at most {SIZES[axis]} (the records' size)")
        for axis, count in found.items()
        if count > SIZES[axis]
    ]
    if faults:
        raise ScenarioError(faults)


def _kind(aircraft_class: str) -> int:
    if aircraft_class not in KINDS:
        raise ScenarioError(
            [Fault("classes.csv", 0, "id", repr(aircraft_class), f"one of {', '.join(KINDS)}")]
        )
    return KINDS.index(aircraft_class)


def _put_layout(one: np.void, flow: FlowLayout) -> None:
    for field in fields(flow):
        one[field.name] = getattr(flow, field.name)


def _between(network: Network, start: str, end: str) -> list[str]:
    """Return the sections of the shortest rail way between two railheads."""
    best: dict[str, tuple[float, list[str]]] = {start: (0.0, [])}
    for _ in range(len(network.edges)):
        for edge in network.edges:
            for here, there in ((edge.start, edge.end), (edge.end, edge.start)):
                if here in best:
                    km, way = best[here]
                    if km + edge.length_km < best.get(there, (math.inf, []))[0]:
                        best[there] = (km + edge.length_km, [*way, edge.section])
    return best[end][1] if end in best else []


def _availability(
    scenario: Scenario, classes: list[str]
) -> tuple[npt.NDArray[np.int64], Floats, Floats, npt.NDArray[np.int64]]:
    shape = (scenario.days, len(classes))
    table = {
        quantity: np.zeros(shape)
        for quantity in ("on_hand", "serviceable_share", "sorties_per_serviceable_aircraft_per_day")
    }
    for row in scenario.strengths:
        first = max(0, (row.start - scenario.start).days)
        last = min(scenario.days, (row.end - scenario.start).days + 1)
        at_most = row.quantity == "sorties_per_serviceable_aircraft_per_day"
        table[row.quantity][first:last, classes.index(row.aircraft_class)] = (
            row.high if at_most else row.middle
        )
    on_hand = np.rint(table["on_hand"]).astype(np.int64)
    arriving = np.maximum(np.diff(on_hand, axis=0, prepend=on_hand[:1]), 0)
    rate = table["sorties_per_serviceable_aircraft_per_day"]
    return on_hand[0], table["serviceable_share"], rate, arriving
