"""Rows of the tables that describe the air war: who flies, how much, at what, and by whose leave."""

import math
from typing import Annotated, Final, Literal, get_args

from pydantic import Field, ValidationInfo, field_validator

from stalemate.angles import arcsine, cosine, sine
from stalemate.scenario.cells import (
    Amount,
    Day,
    Flag,
    Name,
    RaidId,
    Range,
    Region,
    Share,
    Slug,
    Sourced,
    Text,
)
from stalemate.table import Names, Row

_EARTH_KM: Final = 6371.0

TARGET_CLASSES: Final = (
    "power",
    "mine",
    "metal",
    "chemical",
    "cement",
    "oil",
    "yard",
    "workshop",
    "supply",
    "town",
    "headquarters",
    "port",
    "airfield",
    "dam",
)
"""Classes of fixed target, in the order in which the records hold targets."""


class AircraftClass(Row):
    """A class of aircraft. ``night`` says whether it works by night."""

    id: Slug
    name: Text
    service: Text
    night: Flag


class Strength(Range):
    """Aircraft on hand, their serviceable share, or daily sorties per serviceable aircraft, over a period."""

    aircraft_class: Slug
    quantity: Literal["on_hand", "serviceable_share", "sorties_per_serviceable_aircraft_per_day"]
    start: Day
    end: Day
    note: str | None


class Effort(Sourced):
    """Sorties flown by a class over a period, and what they were sent at.

    ``sorties_per_month`` counts a month of 30.4 days. The three shares are of all sorties of the row and
    leave a rest that flies and does no damage here; ``bridge_share`` is a share of the rail sorties.
    ``factor_sigma`` is the standard deviation of the logarithm of the sorties' doubt.
    """

    aircraft_class: Slug
    start: Day
    end: Day
    sorties_per_month: Amount
    rail_share: Share
    bridge_share: Share
    road_share: Share
    destruction_share: Share
    factor_sigma: Annotated[float, Field(ge=0, le=2)]
    derivation: Text

    @field_validator("destruction_share", mode="after")
    @classmethod
    def _at_most_all(cls, destruction_share: float, info: ValidationInfo) -> float:
        shares = [info.data.get(name) for name in ("rail_share", "road_share")]
        if None not in shares and sum(filter(None, shares)) + destruction_share > 1 + 1e-9:
            raise ValueError("rail_share + road_share + destruction_share of at most 1")
        return destruction_share


class Focus(Sourced):
    """The share of a class's rail sorties that goes to a region; sums to 1 over the regions of a period."""

    aircraft_class: Slug
    region: Region
    start: Day
    end: Day
    share: Share
    note: str | None


class Aim(Sourced):
    """How much harder a section is attacked than the other lines of its region: sorties per km, relative."""

    section: Slug
    start: Day
    end: Day
    weight: Annotated[float, Field(gt=0, le=1000)]
    note: str | None


class Mission(Sourced):
    """Sorties of a class over a period on a mission that is not aimed at lines, traffic or fixed targets.

    support: in sight of the front, for troops. superiority: fighters against fighters. Sorties count a month
    of 30.4 days; ``factor_sigma`` is the log standard deviation of their doubt.
    """

    aircraft_class: Slug
    mission: Literal["support", "superiority"]
    start: Day
    end: Day
    sorties_per_month: Amount
    factor_sigma: Annotated[float, Field(ge=0, le=2)]
    derivation: Text


class Target(Row):
    """A fixed target. ``target_class`` says what it serves; ``place`` is a place of the record, if it is one.

    ``border_km`` and ``ussr_km`` are distances to the Yalu or Tumen and to Soviet soil. ``reached_by`` names
    the aircraft classes that could get there. ``section`` is the rail section that a strike on a yard cuts or
    a breached dam floods. ``pooled`` says that many places stand in one row.
    """

    id: Slug
    name: Text
    place: Name | None
    target_class: Slug
    serves: Text
    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    coordinate_source: Text
    border_km: Annotated[float, Field(ge=0, le=5000)]
    ussr_km: Annotated[float, Field(ge=0, le=5000)]
    reached_by: Names
    section: Slug | None
    known_from: Day | None
    pooled: Flag
    note: str | None


class TargetFact(Range):
    """A number about a fixed target, from a day on, or for the whole war where no day is given.

    size: aim areas, in the planners' unit. worth: share of the output of its class. people: persons near the
    aim area when it is struck unwarned. buildings: in the aim area. standing: share of it that stood on the
    first day. guns: anti-aircraft guns near it.
    """

    target: Slug
    quantity: Literal["size", "worth", "people", "buildings", "standing", "guns"]
    start: Day | None
    note: str | None


class Attention(Sourced):
    """The share of a class's standing sorties at fixed targets that one class of target gets; they sum to 1.

    Standing sorties are those of no dated raid.
    """

    aircraft_class: Slug
    target_class: Slug
    start: Day
    end: Day
    share: Share
    note: str | None


class Raid(Sourced):
    """Sorties of one class in one role in a dated raid on a fixed target, as flown.

    ``raid`` is an id of the record. A raid is part of its class's monthly effort and missions, not more.
    """

    raid: RaidId
    day: Day
    target: Slug
    aircraft_class: Slug
    role: Literal["strike", "suppression", "escort"]
    sorties: Amount
    note: str | None


Level = Literal["field", "theatre", "joint-chiefs", "president", "never"]
LEVELS: Final[tuple[Level, ...]] = get_args(Level)
"""Who must approve an attack, from below; what stands at ``never`` cannot be approved by anybody."""


class Rule(Sourced):
    """Who had to approve an attack on some targets, and had not yet, over a period.

    ``subject`` says what ``name`` is: the id of a target, of a target class, or nothing where the rule holds
    ``within_km`` of the border, of Soviet soil or of the point ``lat``, ``lon`` (a zone), or for everything.
    A target's level is the highest of the rules that fit it.
    """

    id: Slug
    subject: Literal["target", "class", "border", "ussr", "zone", "all"]
    name: Slug | None
    within_km: Annotated[float, Field(ge=0, le=1000)] | None
    lat: Annotated[float, Field(ge=-90, le=90)] | None
    lon: Annotated[float, Field(ge=-180, le=180)] | None
    level: Level
    start: Day
    end: Day
    said_by: Text
    note: str | None

    def fits(self, target: Target) -> bool:
        """Return whether the rule holds for a target."""
        if self.subject == "target":
            return target.id == self.name
        if self.subject == "class":
            return target.target_class == self.name
        if self.subject == "border":
            return target.border_km <= (self.within_km or 0.0)
        if self.subject == "ussr":
            return target.ussr_km <= (self.within_km or 0.0)
        if self.subject == "zone":
            return _km_from(self.lat or 0.0, self.lon or 0.0, target) <= (self.within_km or 0.0)
        return True


def _km_from(lat: float, lon: float, target: Target) -> float:
    """Return the great-circle distance from a point to a target, km (haversine, mean radius of the earth)."""
    north, east = math.radians(target.lat - lat), math.radians(target.lon - lon)
    across, along = sine(north / 2), sine(east / 2)
    cosines = cosine(math.radians(lat)) * cosine(math.radians(target.lat))
    half_chord = across * across + cosines * (along * along)
    return 2 * _EARTH_KM * arcsine(math.sqrt(min(1.0, half_chord)))


Law = Literal["hague-1907", "additional-protocol-1"]
LAWS: Final[tuple[Law, ...]] = get_args(Law)
"""Bodies of law that a war can be fought under: what bound then, and what came in 1977."""


class LawRule(Sourced):
    """How a body of law, as read here, treats a class of target.

    permitted: as any military objective. warned: only after effective warning. forbidden: not at all.
    """

    law: Law
    target_class: Slug
    treatment: Literal["permitted", "warned", "forbidden"]
    articles: Text
    reading: Text
