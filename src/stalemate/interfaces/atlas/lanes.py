"""The timeline: entries of the record in lanes, by rule. The rule stands in ``play.toml``."""

import calendar
import datetime
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from stalemate.evidence.figure import Event, Raid
from stalemate.interfaces.atlas.addresses import address
from stalemate.interfaces.atlas.archive import Archive, began
from stalemate.interfaces.atlas.playshapes import LaneShape, TimelineItem
from stalemate.interfaces.atlas.words import Words


@dataclass(frozen=True)
class Lane:
    """One lane: the categories of events that stand in it, and whether the table of raids does."""

    id: str
    categories: frozenset[str]
    raids: bool


@cache
def rules() -> dict[str, Any]:
    """Return the tables of ``play.toml``."""
    text = (resources.files("stalemate.interfaces.atlas") / "play.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def lanes() -> tuple[Lane, ...]:
    """Return the lanes in order, top first."""
    return tuple(
        Lane(row["id"], frozenset(row["categories"]), row.get("raids", False)) for row in rules()["lane"]
    )


def timeline(archive: Archive) -> list[TimelineItem]:
    """Return every event and raid of the record in order of its start; the lane of some may be empty."""
    items = [*map(_event, archive.chronicle.events), *map(_raid, archive.ledger.raids)]
    return sorted(items, key=lambda item: (item.start, item.end, item.kind, item.id))


def lane_shapes(items: Iterable[TimelineItem]) -> list[LaneShape]:
    """Return the lanes with how many of some items stand in each."""
    held = [item.lane for item in items]
    words = Words.load()
    return [
        LaneShape(
            id=lane.id,
            label=words.say(f"lane.{lane.id}").unescape(),
            about=words.say(f"lane_about.{lane.id}").unescape(),
            items=held.count(lane.id),
        )
        for lane in lanes()
    ]


def last_day(event: Event) -> datetime.date:
    """Return the last day an event may have had: its end, or that of the month, season or year it fell in."""
    first = began(event)
    if event.end is not None:
        return event.end
    if event.precision == "year":
        return datetime.date(first.year, 12, 31)
    if event.precision not in ("month", "season"):
        return first
    months = first.month + (2 if event.precision == "season" else 0)
    year, month = first.year + (months - 1) // 12, (months - 1) % 12 + 1
    return datetime.date(year, month, calendar.monthrange(year, month)[1])


def _event(event: Event) -> TimelineItem:
    lane = next((lane.id for lane in lanes() if event.category in lane.categories), "")
    return TimelineItem(
        id=event.id,
        kind="event",
        lane=lane,
        start=began(event),
        end=last_day(event),
        precision=event.precision,
        title=event.title,
        place=event.place,
        trust=event.trust,
        page=address("events", event.id),
    )


def _raid(raid: Raid) -> TimelineItem:
    lane = next((lane.id for lane in lanes() if lane.raids), "")
    return TimelineItem(
        id=raid.id,
        kind="raid",
        lane=lane,
        start=raid.date,
        end=raid.date,
        precision="day",
        title=raid.name,
        place=raid.place,
        trust=raid.trust,
        page=address("map", str(raid.date)),
    )
