"""The registry: every field of the state record, its axes, unit, one owner and meaning.

A war's state is one record a replicate; this table makes the record's type, tells the recorder what can be
asked for, and lets ``engine.day`` check that each field has one writer. Axes are padded to fixed sizes so
that another scenario of ordinary size does not compile the kernels again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

import numpy as np

from stalemate.scenario.resolve import MAX_DATED

Kind = Literal["sum", "mean", "state"]


@dataclass(frozen=True)
class Variable:
    """One field of the state record.

    ``kind`` says how days make a period: ``sum`` (a flow), ``mean`` (a rate or share), ``state`` (the value
    on the last day). It is None for a field that is not offered to the recorder. A recorded field with the
    axis ``class``, ``section``, ``crossing`` or ``sector`` is totalled over it when no place is named, or
    averaged if ``kind`` is ``mean``.
    """

    name: str
    axes: tuple[str, ...]
    dtype: str
    unit: str
    owner: str
    kind: Kind | None
    meaning: str


SIZES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "class": 8,
        "section": 64,
        "crossing": 32,
        "bridge": 4,
        "sector": 8,
        "terminal": 24,
        "gate": 8,
        "feeder": 16,
        "dated": MAX_DATED,
        "mission": 4,
        "node": 64,
        "word": 1,
    }
)
"""Padded length of each axis; ``engine.simulate`` refuses a scenario that is larger."""

_F, _I, _B = "f8", "i8", "u1"

VARIABLES: Final[tuple[Variable, ...]] = (
    # calendar
    Variable("today", ("dated",), _F, "as the parameter", "calendar", None, "dated parameters on this day"),
    # orders
    Variable(
        "order_weight",
        ("mission",),
        _F,
        "1",
        "orders",
        None,
        "multiple of the order: rail, bridge, road, pressure",
    ),
    # weather
    Variable("flyable_day", (), _B, "1", "weather", "mean", "whether day sorties could be flown"),
    Variable("flyable_night", (), _B, "1", "weather", "mean", "whether night sorties could be flown"),
    Variable("washouts", ("section",), _I, "bridges", "weather", "sum", "bridges newly washed out by flood"),
    # airforces
    Variable("aircraft", ("class",), _I, "aircraft", "airforces", "state", "on hand and not in heavy repair"),
    Variable("in_repair", ("class",), _I, "aircraft", "airforces", "state", "heavily damaged, in repair"),
    Variable("awaited", ("class",), _F, "aircraft", "airforces", None, "replacements on their way"),
    Variable(
        "aircraft_received", ("class",), _I, "aircraft", "airforces", "sum", "replacements that arrived"
    ),
    Variable(
        "aircraft_returned", ("class",), _I, "aircraft", "airforces", "sum", "mended and back in service"
    ),
    Variable("aircraft_lost", ("class",), _I, "aircraft", "airforces", "sum", "own aircraft lost"),
    Variable(
        "aircraft_damaged", ("class",), _I, "aircraft", "airforces", "sum", "own aircraft heavily damaged"
    ),
    Variable("available", ("class",), _F, "sorties", "airforces", "sum", "sorties that could be flown"),
    Variable("sorties", ("class",), _F, "sorties", "airforces", "sum", "offensive sorties flown"),
    Variable(
        "flown_share", ("class",), _F, "1", "airforces", None, "sorties flown as a multiple of the order"
    ),
    Variable(
        "rail_sorties", (), _F, "sorties", "airforces", "sum", "sorties flown at rail lines and bridges"
    ),
    Variable("road_sorties", (), _F, "sorties", "airforces", "sum", "sorties flown at road traffic"),
    Variable("pressure_sorties", (), _F, "sorties", "airforces", "sum", "sorties flown at pressure targets"),
    # strike
    Variable("cuts", ("section",), _I, "cuts", "strike", "sum", "rail cuts made"),
    Variable(
        "cuts_reported", ("section",), _I, "cuts", "strike", "sum", "cuts in the defenders' joint count"
    ),
    Variable("bridge_cases", ("section",), _I, "cases", "strike", "sum", "bridges damaged, cases"),
    Variable(
        "bridge_cases_reported",
        ("section",),
        _I,
        "cases",
        "strike",
        "sum",
        "bridge cases in the defenders' count",
    ),
    Variable("critical_hits", ("crossing",), _I, "bridges", "strike", "sum", "bridges put out of use"),
    Variable("minor_breaks", ("section",), _I, "bridges", "strike", "sum", "minor bridges put out of use"),
    Variable("trucks_lost", (), _I, "trucks", "strike", "sum", "trucks destroyed from the air"),
    # repair
    Variable(
        "open_cuts", ("section",), _F, "cuts", "repair", "state", "blocking cuts not yet mended at dawn"
    ),
    Variable("cuts_repaired", ("section",), _F, "cuts", "repair", "sum", "blocking cuts mended in the night"),
    Variable("washed_out", ("section",), _I, "bridges", "repair", "state", "flood bridges still out"),
    Variable(
        "bridge_days", ("crossing", "bridge"), _F, "days", "repair", None, "days until a bridge is back"
    ),
    Variable("bridges_down", ("crossing",), _I, "bridges", "repair", "state", "parallel bridges out"),
    Variable("open_share", ("section",), _F, "1", "repair", "mean", "share of the night the line is whole"),
    Variable(
        "cordon_open_share", (), _F, "1", "repair", "mean", "widest open share among the lines of the cordon"
    ),
    Variable("cordon_shut", (), _B, "1", "repair", "mean", "every line of the cordon shut all night"),
    Variable("usable_rail_km", (), _F, "km", "repair", "state", "line passable between breaks at dawn"),
    # transport
    Variable("trucks", (), _F, "trucks", "transport", "state", "trucks on hand"),
    Variable("trucks_received", (), _F, "trucks", "transport", "sum", "trucks received"),
    Variable("rail_ordered", ("sector",), _F, "t", "transport", "sum", "freight asked of the railway"),
    Variable("rail_arrived", ("sector",), _F, "t", "transport", "sum", "freight that reached railheads"),
    Variable("railhead_stock", ("terminal",), _F, "t", "transport", None, "freight waiting at railheads"),
    Variable("railhead_tonnes", (), _F, "t", "transport", "state", "freight waiting at all railheads"),
    Variable("truck_tonnes", ("sector",), _F, "t", "transport", "sum", "hauled from railheads by truck"),
    Variable("direct_tonnes", ("sector",), _F, "t", "transport", "sum", "hauled by truck from the border"),
    Variable("porter_tonnes", ("sector",), _F, "t", "transport", "sum", "carried by porters"),
    Variable("freight_lost", ("sector",), _F, "t", "transport", "sum", "lost with trucks on the road"),
    Variable("front_tonnes", ("sector",), _F, "t", "transport", "sum", "supply delivered to the front"),
    Variable("civil_tonnes", (), _F, "t", "transport", "sum", "civil freight delivered by rail"),
    Variable(
        "depot_tonnes", (), _F, "t", "transport", "sum", "works freight delivered to rear depots by rail"
    ),
    Variable("rail_intake_cars", (), _F, "cars", "transport", "sum", "loaded cars taken in at the border"),
    Variable("transshipped_tonnes", (), _F, "t", "transport", "sum", "carried by truck round shut lines"),
    Variable("transship_effort", (), _F, "1", "transport", None, "how far trucks suffice for trans-shipment"),
    Variable("porters_used", (), _F, "persons", "transport", "mean", "porters on the road"),
    Variable("edge_flow", ("section",), _I, "t", "transport", None, "signed flow on each line"),
    Variable("section_tonnes", ("section",), _F, "t", "transport", "sum", "freight carried on each line"),
    Variable("gate_flow", ("gate",), _I, "t", "transport", None, "flow from each gate"),
    Variable("terminal_flow", ("terminal",), _I, "t", "transport", None, "flow to each terminal"),
    Variable("edge_limit", ("section",), _I, "t", "transport", None, "capacities of the last flow solve"),
    Variable(
        "room_into", ("node", "word"), "u8", "1", "transport", None, "residual network of the last flow solve"
    ),
    Variable(
        "room_from", ("node", "word"), "u8", "1", "transport", None, "the same, seen from the other end"
    ),
    # front
    Variable("grain_stock", ("sector",), _F, "t", "front", "state", "grain with the armies"),
    Variable("grain_stock_days", (), _F, "days", "front", "state", "grain stock in days of consumption"),
    Variable("grain_missing", ("sector",), _F, "t", "front", "sum", "grain not eaten for want of stock"),
    Variable("ammunition_stock", ("sector",), _F, "t", "front", "state", "ammunition with the armies"),
    Variable("works_tonnes", (), _F, "t", "front", "sum", "engineer stores, clothing, fuel received"),
    Variable("grain_wanted", ("sector",), _F, "t", "front", None, "the order for the next day"),
    Variable("ammunition_wanted", ("sector",), _F, "t", "front", None, "the order for the next day"),
    Variable("works_wanted", ("sector",), _F, "t", "front", None, "the order for the next day"),
    Variable(
        "days_of_supply", ("sector",), _F, "days", "front", None, "stock in days, for the priority rule"
    ),
    Variable("pressure_felt", (), _F, "1", "front", None, "pressure effort, smoothed, reference = 1"),
    Variable("interdiction_felt", (), _F, "1", "front", None, "rail effort, smoothed, reference = 1"),
    Variable("fire_desired", (), _F, "rounds", "front", None, "shells the other side would fire"),
    Variable("shells_communist", ("sector",), _F, "rounds", "front", "sum", "shells fired at the UN side"),
    Variable("shells_un", (), _F, "rounds", "front", "sum", "shells fired by the UN side"),
    Variable("casualties_communist", (), _I, "persons", "front", "sum", "Communist casualties by fire"),
    Variable("deaths_us", (), _I, "persons", "front", "sum", "US dead by fire and in hill battles"),
    Variable(
        "casualties_un", (), _I, "persons", "front", "sum", "UN killed and wounded (scaled from US dead)"
    ),
)

BY_NAME: Final[Mapping[str, Variable]] = MappingProxyType({v.name: v for v in VARIABLES})
RECORDED: Final[Mapping[str, Variable]] = MappingProxyType({v.name: v for v in VARIABLES if v.kind})
"""What can be recorded, by name."""


def state_type() -> np.dtype[np.void]:
    """Return the type of the state record: one nested array a field, aligned."""
    return np.dtype([(v.name, v.dtype, tuple(SIZES[a] for a in v.axes)) for v in VARIABLES], align=True)
