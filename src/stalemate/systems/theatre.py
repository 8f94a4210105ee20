"""The theatre: what is the same for every replicate of a block on one day, as one record.

The fixed part (lines, crossings, sectors, hauls, the flow network) is made once from a scenario; the dated
part (length of the night, availability, place between knots, today's orders) is written each morning.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.policies.directive import CHOICES, ROLES, Directive, Names
from stalemate.scenario.air import LEVELS, TARGET_CLASSES
from stalemate.scenario.network import Network
from stalemate.scenario.resolve import Knots
from stalemate.scenario.schema import Scenario
from stalemate.systems import allocation, diplomacy
from stalemate.systems.diplomacy import Diplomacy
from stalemate.systems.flow import day_fields, layout_fields, scratch_fields, state_fields
from stalemate.systems.variables import SIZES

Floats = npt.NDArray[np.float64]

KINDS: Final = ("fighter-bomber", "b26", "b29", "marine", "carrier", "interceptor")
"""Aircraft classes whose loss and cut rates the parameters name; a scenario's class ids are among them."""
FIGHTER_BOMBER: Final = KINDS.index("fighter-bomber")
B26: Final = KINDS.index("b26")
B29: Final = KINDS.index("b29")
MARINE: Final = KINDS.index("marine")
CARRIER: Final = KINDS.index("carrier")
INTERCEPTOR: Final = KINDS.index("interceptor")

TOWN: Final = TARGET_CLASSES.index("town")
POWER: Final = TARGET_CLASSES.index("power")
YARD: Final = TARGET_CLASSES.index("yard")
WORKSHOP: Final = TARGET_CLASSES.index("workshop")
SUPPLY: Final = TARGET_CLASSES.index("supply")
PORT: Final = TARGET_CLASSES.index("port")
AIRFIELD: Final = TARGET_CLASSES.index("airfield")
DAM: Final = TARGET_CLASSES.index("dam")
STRIKE, SUPPRESSION, ESCORT = (ROLES.index(role) for role in ("strike", "suppression", "escort"))
GIVEN, BELIEVED, TRUE = range(3)
"""How fixed targets are picked, as ``CHOICES`` of a directive orders it."""
FIELD, THEATRE, JOINT_CHIEFS, PRESIDENT, NEVER = range(5)
"""Levels of approval, as ``LEVELS`` of the scenario's rules orders them."""

FORTNIGHT: Final = 14
"""Days between two plans of the target committee."""

FULL_NIGHT_HOURS: Final = 11.0
"""Hours of the night for which the trunk's cars a day are stated (parameter rail_trunk_cars)."""

_ORDERED: Final = ("rail", "bridge", "road", "destruction", "support", "superiority", "other", "raid")
_PER_CLASS: Final = (
    *(f"ordered_{mission}" for mission in _ORDERED),
    "doubt",
    "aimed_rail",
)
_PER_SECTION: Final = ("length_km", "capacity_share")
_PER_TARGET: Final = (
    "target_size",
    "target_worth",
    "target_people",
    "target_buildings",
    "target_standing",
    "target_border_km",
    "target_first_guns",
)
_PER_TARGET_CLASS: Final = ("first_target", "last_target", "forbidden_class", "warned_class")
_ON_CHOICE: Final = ("choice", "delegated", "forbidden_class", "warned_class", "attention")
"""Orders that change what the target committee would plan; raids are ordered beside its plan."""
_LINES: Final = 2
"""Railways and road traffic, which compete with fixed targets as one target each."""
_FLAGS: Final = ("attackable", "in_triangle", "in_cordon", "managed", "is_open")


Columns = list[tuple[str, object] | tuple[str, object, tuple[int, ...]]]


def _dated_columns() -> Columns:
    """Return the theatre record's dated fields: its first ones, so that a day is written as one piece."""
    classes, targets, dated = SIZES["class"], SIZES["target"], SIZES["dated"]
    columns: Columns = [*diplomacy.columns()]
    columns += [("target_known", "u1", (targets,)), ("required_level", "i8", (targets,))]
    columns += [("target_guns", "f8", (targets,)), ("reinforcement", "i8", (classes,))]
    columns += [(name, "f8", (classes,)) for name in ("serviceable", "sorties_per_aircraft", "flyable_share")]
    columns += [("knot_index", "i8", (dated,)), ("knot_weight", "f8", (dated,)), ("replan", "i8")]
    sky = ("night_hours", "night_share", "moon", "flyable_day", "flyable_night", "persistence")
    return [*columns, *((name, "f8") for name in sky)]


@cache
def _day_type() -> np.dtype[np.void]:
    return np.dtype(_dated_columns(), align=True)


@cache
def theatre_type() -> np.dtype[np.void]:
    """Return the type of the theatre record."""
    size = SIZES
    classes, sections, terminals, sectors = size["class"], size["section"], size["terminal"], size["sector"]
    columns = _dated_columns()
    columns += [
        (name, "i8")
        for name in (
            "n_classes",
            "n_sections",
            "n_crossings",
            "n_sectors",
            "n_terminals",
            "n_gates",
            "rear_terminal",
            "n_targets",
            "n_raids",
            "choice",
            "delegated",
        )
    ]
    columns += [(name, "f8") for name in ("managed_km", "leaflets", "pooled_areas")]
    columns += [(name, "f8", (classes,)) for name in _PER_CLASS]
    columns += [("night", "u1", (classes,)), ("kind", "i8", (classes,))]
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
    columns += [("knot_is_log", "u1", (size["dated"],))]
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
    targets, target_classes, raids = size["target"], size["target_class"], size["raid"]
    columns += [(name, "f8", (targets,)) for name in _PER_TARGET]
    columns += [(name, "i8", (targets,)) for name in ("target_class", "target_section")]
    columns += [("target_reach", "u1", (targets, classes))]
    columns += [(name, "u1", (targets,)) for name in ("target_pooled", "services_on")]
    columns += [("class_moved", "u1", (target_classes,)), ("sorties_at_targets", "f8", (classes,))]
    columns += [(name, "i8", (target_classes,)) for name in _PER_TARGET_CLASS]
    columns += [("attention", "f8", (classes, target_classes))]
    columns += [(name, "i8", (raids,)) for name in ("raid_target", "raid_class", "raid_role")]
    columns += [("raid_sorties", "f8", (raids,))]
    gates, nodes = size["gate"], size["node"]
    for group in (
        _plan_fields(targets, classes),
        allocation.scratch_fields(targets + _LINES, classes),
        layout_fields(nodes, sections, gates, terminals),
        day_fields(sections, gates, terminals),
        scratch_fields(nodes),
        state_fields(nodes, sections, gates, terminals),
    ):
        columns += [(name, np.dtype(kind), shape) for name, (kind, shape) in group.items()]
    return np.dtype(columns, align=True)


def _plan_fields(targets: int, classes: int) -> allocation.Fields:
    """Return name -> (type, shape) of the committee's scratch: what can be had, and what has been chosen."""
    offers, entries = targets + _LINES, (classes, targets)
    return {
        "offer_target": (np.int64, (offers,)),
        "offer_gain": (np.float64, (offers,)),
        "offer_rate": (np.float64, (offers, classes)),
        "offer_price": (np.float64, (offers, classes)),
        "offer_size": (np.float64, (offers, classes)),
        "offer_sorties": (np.float64, (offers, classes)),
        "offer_budget": (np.float64, (classes,)),
        "entry_count": (np.int64, (classes,)),
        "entry_target": (np.int64, entries),
        "entry_sorties": (np.float64, entries),
        "entry_worth": (np.float64, entries),
    }


@dataclass(frozen=True, eq=False)
class Prepared:
    """A scenario as arrays: the theatre record without a day, and the tables that make a day.

    ``serviceable``, ``sorties_per_aircraft`` and ``reinforcement``: (day, class). ``on_hand``: (class,), the
    first day's aircraft. ``night_hours`` and ``moon`` (0 new to 1 full): (day,). ``is_open``: (day, section).
    ``guns``, ``known`` and ``levels``: (day, target), targets sorted by class. ``law_forbids`` and
    ``law_warns``: body of law -> (target class,).
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
    moon: Floats
    is_open: npt.NDArray[np.bool_]
    diplomacy: Diplomacy
    targets: tuple[str, ...]
    guns: Floats
    known: npt.NDArray[np.bool_]
    levels: npt.NDArray[np.int64]
    law_forbids: Mapping[str, npt.NDArray[np.bool_]]
    law_warns: Mapping[str, npt.NDArray[np.bool_]]

    @property
    def names(self) -> Names:
        """What a directive may name."""
        return Names(self.classes, self.sections, TARGET_CLASSES, self.targets)

    @cached_property
    def _days(self) -> npt.NDArray[np.void]:
        """The dated part of the theatre record, day by day."""
        days = np.zeros(self.scenario.days, _day_type())
        months = [(self.scenario.start + timedelta(days=day)).month - 1 for day in range(len(days))]
        weather = [self.scenario.weather[month] for month in months]
        days["replan"] = np.arange(len(days)) % FORTNIGHT == 0
        days["night_hours"], days["moon"] = self.night_hours, self.moon
        days["night_share"] = self.night_hours / FULL_NIGHT_HOURS
        for name in ("flyable_day", "flyable_night", "persistence"):
            days[name] = [getattr(month, name) for month in weather]
        classes, targets = slice(len(self.classes)), slice(len(self.targets))
        by_night = self.theatre[0]["night"][classes] == 1
        by_day, at_night = days["flyable_day"][:, None], days["flyable_night"][:, None]
        days["flyable_share"][:, classes] = np.where(by_night, at_night, by_day)
        for name in ("serviceable", "sorties_per_aircraft", "reinforcement"):
            days[name][:, classes] = getattr(self, name)
        self.diplomacy.put(days)
        days["target_guns"][:, targets] = self.guns
        days["target_known"][:, targets] = self.known
        days["required_level"][:, targets] = self.levels
        days["knot_index"], days["knot_weight"] = self.knots.index, self.knots.weight
        return days

    def set_day(self, theatre: npt.NDArray[np.void], day: int) -> None:
        """Write the dated part of a block's theatre record; orders stay as they are."""
        dated = self._days[day : day + 1].view(np.uint8)
        theatre.view(np.uint8)[: len(dated)] = dated
        one, sections = theatre[0], slice(len(self.sections))
        if (one["is_open"][sections] != self.is_open[day]).any():
            one["is_open"][sections] = self.is_open[day]
            self._aim(one)

    def set_orders(self, theatre: npt.NDArray[np.void], directive: Directive) -> None:
        """Write a checked directive into a block's theatre record; new orders on choice ask for a plan."""
        one = theatre[0]
        before = [one[name].copy() for name in _ON_CHOICE]
        n_classes, n_sections = len(self.classes), len(self.sections)
        n_target_classes = len(TARGET_CLASSES)
        one["rail"][:n_sections, :n_classes] = directive.rail.T
        one["bridge"][:n_sections, :n_classes] = directive.bridge.T
        for name, values in (
            ("ordered_rail", directive.rail.sum(1)),
            ("ordered_bridge", directive.bridge.sum(1)),
            ("ordered_road", directive.road),
            ("ordered_destruction", directive.destruction),
            ("ordered_support", directive.support),
            ("ordered_superiority", directive.superiority),
            ("ordered_other", directive.other),
            ("doubt", directive.doubt),
        ):
            one[name][:n_classes] = values
        self._aim(one)
        one["attention"][:n_classes, :n_target_classes] = directive.attention
        one["choice"] = CHOICES.index(directive.choice)
        one["delegated"] = LEVELS.index(directive.delegated)
        one["leaflets"] = directive.leaflets
        by_policy = np.array([name in directive.forbidden for name in TARGET_CLASSES])
        one["forbidden_class"][:n_target_classes] = by_policy | self.law_forbids[directive.law]
        one["warned_class"][:n_target_classes] = self.law_warns[directive.law]
        one["n_raids"] = len(directive.raids)
        one["ordered_raid"] = 0.0
        for number, raid in enumerate(directive.raids):
            k = self.classes.index(raid.aircraft_class)
            one["raid_target"][number] = self.targets.index(raid.target)
            one["raid_class"][number], one["raid_role"][number] = k, ROLES.index(raid.role)
            one["raid_sorties"][number] = raid.sorties
            one["ordered_raid"][k] += raid.sorties
        if any((one[name] != was).any() for name, was in zip(_ON_CHOICE, before, strict=True)):
            one["replan"] = 1

    def _aim(self, one: np.void) -> None:
        """Write the rail sorties that are ordered at lines which are there and may be attacked, by class."""
        one["aimed_rail"] = (one["rail"] * (one["attackable"] * one["is_open"])[:, None]).sum(0)
