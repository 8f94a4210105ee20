"""Rows of the tables that describe the ground: places, lines, crossings, where supply enters and is used."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from stalemate.scenario.cells import (
    Amount,
    Day,
    Flag,
    LinkId,
    Name,
    NodeId,
    Region,
    Share,
    Slug,
    Sourced,
    Text,
)
from stalemate.table import Row


class Node(Row):
    """A place of the network. Latitude and longitude in degrees, north and east positive."""

    id: NodeId
    name: Text
    modern_name: str | None
    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    kind: Literal["source", "bridge", "town", "junction", "yard", "port", "front_sector"]
    coordinate_source: Text
    note: str | None


class Link(Sourced):
    """A stretch of rail, road or trail between two nodes; what is sourced is that it existed.

    ``opens`` and ``closes`` are its first and last day, for rail only: roads and trails are always there. A
    link with a ``switch`` exists only where the manifest turns that switch on.
    """

    id: LinkId
    start: NodeId
    end: NodeId
    mode: Literal["rail", "road", "trail"]
    length_km: Annotated[float, Field(gt=0, le=20_000)]
    length_basis: Text
    tracks: Text
    line: str | None
    section: Slug | None
    key_bridge: Flag
    opens: Day | None
    closes: Day | None
    switch: Name | None
    note: str | None

    @field_validator("end", mode="after")
    @classmethod
    def _elsewhere(cls, end: str, info: ValidationInfo) -> str:
        if end == info.data.get("start"):
            raise ValueError("a node other than start")
        return end

    @field_validator("section", mode="after")
    @classmethod
    def _rail_only(cls, section: str | None, info: ValidationInfo) -> str | None:
        mode = info.data.get("mode")
        if mode is not None and (mode == "rail") != (section is not None):
            raise ValueError("a section for a rail link, and none for a road or a trail")
        return section

    @field_validator("opens", "closes", mode="after")
    @classmethod
    def _dated_rail(cls, day: date | None, info: ValidationInfo) -> date | None:
        if day is not None and info.data.get("mode", "rail") != "rail":
            raise ValueError("no date for a road or a trail")
        return day

    @field_validator("closes", mode="after")
    @classmethod
    def _after_opening(cls, closes: date | None, info: ValidationInfo) -> date | None:
        opens = info.data.get("opens")
        if closes is not None and opens is not None and closes < opens:
            raise ValueError("a day not before opens")
        return closes


class Section(Sourced):
    """A railway section between junctions; its capacity is ``capacity_share`` of the main trunk's."""

    id: Slug
    name: Text
    region: Region
    capacity_share: Annotated[float, Field(gt=0, le=1)]
    attackable: Flag
    note: str | None


class Crossing(Sourced):
    """A key bridge: a node on a section that shuts when all its parallel bridges are down."""

    id: Slug
    node: NodeId
    section: Slug
    name: Text
    river: str | None
    note: str | None


class Sector(Sourced):
    """A place where supply is used: a front sector with its share of the front, or the civil rear."""

    id: Slug
    node: NodeId
    name: Text
    kind: Literal["front", "rear"]
    share_of_line: Share
    note: str | None


class Railhead(Sourced):
    """A rail node where freight for a sector changes to the road; rank 1 is preferred."""

    sector: Slug
    node: NodeId
    rank: Annotated[int, Field(ge=1, le=9)]
    note: str | None


class Gate(Sourced):
    """A node where supply enters; an empty capacity means no limit of its own."""

    node: NodeId
    opens: Day | None
    closes: Day | None
    capacity_t_per_day: Amount | None
    note: str | None
