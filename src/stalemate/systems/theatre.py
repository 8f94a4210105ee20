"""The theatre: what is the same for every replicate of a block on one day, as one record.

The fixed part (lines, crossings, sectors, hauls, the flow network) is made once from a scenario; the dated
part (length of the night, availability, place between knots, today's orders) is written each morning.
"""

import math
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.errors import Fault, ScenarioError
from stalemate.policies.directive import Directive
from stalemate.scenario.network import Network
from stalemate.scenario.resolve import Knots, knots
from stalemate.scenario.schema import Scenario
from stalemate.systems import diplomacy
from stalemate.systems.diplomacy import Diplomacy
from stalemate.systems.flow import FlowLayout, day_fields, layout, layout_fields, scratch_fields, state_fields
from stalemate.systems.variables import SIZES

Floats = npt.NDArray[np.float64]

_PER_CLASS: Final = (
    "ordered_rail",
    "ordered_bridge",
    "ordered_road",
    "ordered_destruction",
    "ordered_other",
    "doubt",
    "serviceable",
    "sorties_per_aircraft",
    "flyable_share",
)
_PER_SECTION: Final = ("length_km", "capacity_share")
_FLAGS: Final = ("attackable", "in_triangle", "in_cordon", "managed", "is_open")


def theatre_type() -> np.dtype[np.void]:
    """Return the type of the theatre record."""
    size = SIZES
    classes, sections, terminals, sectors = size["class"], size["section"], size["terminal"], size["sector"]
    columns: list[tuple[str, object] | tuple[str, object, tuple[int, ...]]] = [
        (name, "i8")
        for name in (
            "n_classes",
            "n_sections",
            "n_crossings",
            "n_sectors",
            "n_terminals",
            "n_gates",
            "rear_terminal",
        )
    ]
    columns += [
        (name, "f8")
        for name in (
            "night_hours",
            "night_share",
            "flyable_day",
            "flyable_night",
            "persistence",
            "managed_km",
        )
    ]
    columns += [(name, "f8", (classes,)) for name in _PER_CLASS]
    columns += [("night", "u1", (classes,)), ("kind", "i8", (classes,)), ("reinforcement", "i8", (classes,))]
    columns += [(name, "f8", (sections,)) for name in _PER_SECTION]
    columns += [(name, "u1", (sections,)) for name in _FLAGS]
    columns += [("crossings_on", "i8", (sections,)), ("first_crossing", "i8", (sections,))]
    columns += [("rail", "f8", (sections, classes)), ("bridge", "f8", (sections, classes))]
    columns += [
        ("share_of_line", "f8", (sectors,)),
        ("gate_road_km", "f8", (sectors,)),
        ("first_terminal", "i8", (sectors,)),
        ("last_terminal", "i8", (sectors,)),
    ]
    columns += [
        ("terminal_sector", "i8", (terminals,)),
        ("terminal_road_km", "f8", (terminals,)),
        ("terminal_foot_km", "f8", (terminals,)),
        ("feeder", "i8", (terminals, size["feeder"])),
        ("has_next", "u1", (terminals,)),
    ]
    columns += [
        ("knot_index", "i8", (size["dated"],)),
        ("knot_weight", "f8", (size["dated"],)),
        ("knot_is_log", "u1", (size["dated"],)),
    ]
    columns += [
        ("served", "i8", (sectors,)),
        ("cuts_per_order", "f8", (classes,)),
        ("rail_alone", "i8", (sections,)),
        ("luck_cuts", "f8", (sections,)),
        ("luck_cases", "f8", (sections,)),
        ("luck_down", "f8", (size["crossing"] + sections,)),
    ]
    columns += [
        ("cases_per_order", "f8", (classes,)),
        ("mended_share", "f8", (2,)),
        ("log_done", "f8", (2, 5)),
    ]
    columns += diplomacy.columns()
    gates, nodes = size["gate"], size["node"]
    for group in (
        layout_fields(nodes, sections, gates, terminals),
        day_fields(sections, gates, terminals),
        scratch_fields(nodes),
        state_fields(nodes, sections, gates, terminals),
    ):
        columns += [(name, np.dtype(kind), shape) for name, (kind, shape) in group.items()]
    return np.dtype(columns, align=True)


@dataclass(frozen=True)
class Prepared:
    """A scenario as arrays: the theatre record without a day, and the tables that make a day.

    ``serviceable``, ``sorties_per_aircraft`` and ``reinforcement``: (day, class). ``on_hand``: (class,), the
    first day's aircraft. ``night_hours``: (day,). ``is_open``: (day, section).
    """

    scenario: Scenario
    network: Network
    theatre: npt.NDArray[np.void]
    knots: Knots
    classes: tuple[str, ...]
    sections: tuple[str, ...]
    crossings: tuple[str, ...]
    sectors: tuple[str, ...]
    on_hand: npt.NDArray[np.int64]
    serviceable: Floats
    sorties_per_aircraft: Floats
    reinforcement: npt.NDArray[np.int64]
    night_hours: Floats
    is_open: npt.NDArray[np.bool_]
    diplomacy: Diplomacy

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of classes and of sections: the shape of a directive."""
        return len(self.classes), len(self.sections)

    def set_day(self, theatre: npt.NDArray[np.void], day: int) -> None:
        """Write the dated part of a block's theatre record; orders stay as they are."""
        one = theatre[0]
        when = self.scenario.start + timedelta(days=day)
        weather = self.scenario.weather[when.month - 1]
        classes = slice(0, len(self.classes))
        one["night_hours"] = self.night_hours[day]
        one["night_share"] = self.night_hours[day] / FULL_NIGHT_HOURS
        one["flyable_day"], one["flyable_night"] = weather.flyable_day, weather.flyable_night
        one["persistence"] = weather.persistence
        by_night = one["night"][classes] == 1
        one["flyable_share"][classes] = np.where(by_night, weather.flyable_night, weather.flyable_day)
        one["serviceable"][classes] = self.serviceable[day]
        one["sorties_per_aircraft"][classes] = self.sorties_per_aircraft[day]
        one["reinforcement"][classes] = self.reinforcement[day]
        one["is_open"][: len(self.sections)] = self.is_open[day]
        self.diplomacy.put(one, day)
        one["knot_index"], one["knot_weight"] = self.knots.index[day], self.knots.weight[day]

    def set_orders(self, theatre: npt.NDArray[np.void], directive: Directive) -> None:
        """Write a checked directive into a block's theatre record."""
        one = theatre[0]
        n_classes, n_sections = self.shape
        one["rail"][:n_sections, :n_classes] = directive.rail.T
        one["bridge"][:n_sections, :n_classes] = directive.bridge.T
        for name, values in (
            ("ordered_rail", directive.rail.sum(1)),
            ("ordered_bridge", directive.bridge.sum(1)),
            ("ordered_road", directive.road),
            ("ordered_destruction", directive.destruction),
            ("ordered_other", directive.other),
            ("doubt", directive.doubt),
        ):
            one[name][:n_classes] = values


KINDS: Final = ("fighter-bomber", "b26", "b29", "marine", "carrier")
"""Aircraft classes whose loss and cut rates the parameters name; a scenario's class ids are among them."""
FIGHTER_BOMBER: Final = KINDS.index("fighter-bomber")
B26: Final = KINDS.index("b26")
B29: Final = KINDS.index("b29")
MARINE: Final = KINDS.index("marine")

FULL_NIGHT_HOURS: Final = 11.0
"""Hours of the night for which the trunk's cars a day are stated (parameter rail_trunk_cars)."""


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
        night_hours=np.array([round(4 * (24 - daylight_hours(latitude, day))) / 4 for day in days]),
        is_open=np.array([[edge.is_open(day) for edge in edges] for day in days]),
        diplomacy=diplomacy.dated(scenario),
    )


def daylight_hours(latitude: float, day: date) -> float:
    """Return the hours from sunrise to sunset, upper limb and refraction counted.

    Reference: the CBM model, Forsythe et al. 1995, Ecological Modelling 80, 87-95, with p = 0.8333 degrees.
    """
    number = day.timetuple().tm_yday
    revolution = 0.2163108 + 2 * math.atan(0.9671396 * math.tan(0.00860 * (number - 186)))
    declination = math.asin(0.39795 * math.cos(revolution))
    phi = math.radians(latitude)
    cosine = (math.sin(math.radians(0.8333)) + math.sin(phi) * math.sin(declination)) / (
        math.cos(phi) * math.cos(declination)
    )
    return 24 - 24 / math.pi * math.acos(min(1.0, max(-1.0, cosine)))


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
