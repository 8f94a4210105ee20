"""What each page shows: for every kind of page its keys, its template and the values the template needs."""

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from stalemate.errors import QueryError
from stalemate.evidence.figure import Event, Figure
from stalemate.evidence.ledger import Group
from stalemate.interfaces.atlas.archive import Archive, began, names_place
from stalemate.interfaces.atlas.conditions import damage, targets_on
from stalemate.interfaces.atlas.dated import dated_series
from stalemate.interfaces.atlas.drawing import day_map, event_map, place_map
from stalemate.interfaces.atlas.lanes import lanes, timeline
from stalemate.interfaces.atlas.provenance import origin
from stalemate.interfaces.atlas.story import story
from stalemate.policies.naming import NAMES

Values = dict[str, Any]


@dataclass(frozen=True)
class View:
    """One kind of page: ``keys`` of all its pages, and what ``template`` needs for one of them.

    ``values`` raises QueryError for a key that has no page.
    """

    template: str
    keys: Callable[[Archive], Iterable[str]]
    values: Callable[[Archive, str], Values]


def _event(archive: Archive, key: str) -> Values:
    event = archive.event(key)
    before, after = archive.beside(event)
    figures = archive.bearing_on(event)
    first, last = began(event), event.end or began(event)
    return {
        "event": event,
        "before": before,
        "after": after,
        "map": event_map(archive, event, first),
        "figures": figures,
        "rivals": _rivals(archive, figures),
        "sources": [archive.ledger.source(source) for source in event.sources],
        "places": archive.places_named(event.place),
        "raids": [
            raid
            for day in archive.raids
            if first <= day <= last
            for raid in archive.raids[day]
            if names_place(raid.place, event.place) or (first == last and event.category in _IN_THE_AIR)
        ],
    }


def _rivals(archive: Archive, figures: Iterable[Figure]) -> list[Group]:
    """Return the groups in which sources disagree about any of these figures, each once."""
    groups = {group.name: group for figure in figures for group in archive.groups_of(figure.id)}
    return [group for group in groups.values() if "rival" in group.relations]


def _events(archive: Archive, key: str) -> Values:
    return {"months": archive.months}


def _month(archive: Archive, key: str) -> Values:
    events = _of(archive.months, key, "month with events")
    months = list(archive.months)
    place = months.index(key)
    return {
        "events": events,
        "before": months[place - 1] if place else None,
        "after": months[place + 1] if place + 1 < len(months) else None,
        "raids": [raid for day in archive.raids if f"{day:%Y-%m}" == key for raid in archive.raids[day]],
    }


def _days(archive: Archive, key: str) -> Values:
    by_month = {month: [day for day in archive.days if day[:2] == month] for month in _MONTHS}
    return {"by_month": by_month, "days": archive.days}


def _day(archive: Archive, key: str) -> Values:
    events = _of(archive.days, key, "day of the year")
    order = list(archive.days)
    place = order.index(key)
    return {
        "key": key,
        "events": events,
        "before": order[place - 1],
        "after": order[(place + 1) % len(order)],
        "raids": [
            raid for day in sorted(archive.raids) if f"{day:%m-%d}" == key for raid in archive.raids[day]
        ],
    }


def _map_index(archive: Archive, key: str) -> Values:
    months = sorted({f"{day:%Y-%m}" for day in archive.dates})
    return {
        "first": archive.dates[0],
        "last": archive.dates[-1],
        "lines": sorted({row.date for row in archive.ledger.front_line}),
        "by_month": {m: [day for day in archive.dates if f"{day:%Y-%m}" == m] for m in months},
    }


def _map(archive: Archive, key: str) -> Values:
    day = day_of(archive, key)
    targets = targets_on(archive, day)
    return {
        "date": day,
        "first": archive.dates[0],
        "last": archive.dates[-1],
        "before": max((other for other in archive.dates if other < day), default=None),
        "after": min((other for other in archive.dates if other > day), default=None),
        "map": day_map(archive, day),
        "events": archive.chronicle.between(day, day),
        "raids": archive.raids.get(day, ()),
        "damage": damage(archive),
        "struck": [row for row in targets if row.raids],
        "known": len(targets),
    }


def _play(archive: Archive, key: str) -> Values:
    items = timeline(archive)
    return {
        "lanes": lanes(),
        "items": {lane.id: [item for item in items if item.lane == lane.id] for lane in lanes()},
        "no_lane": sum(not item.lane for item in items),
        "months": archive.months,
        "lines": sorted({row.date for row in archive.ledger.front_line}),
        "series": dated_series(archive),
        "policies": NAMES,
        "first": archive.dates[0],
        "last": archive.dates[-1],
        "start": archive.war.start,
        "end": archive.war.end,
    }


def _zones(archive: Archive, key: str) -> Values:
    return {"zones": archive.chart.zones.values(), "borders": archive.chart.borders.values()}


def day_of(archive: Archive, text: str) -> datetime.date:
    """Return a day of the chronicle written as 1951-07-10. Raises QueryError for anything else."""
    first, last = archive.dates[0], archive.dates[-1]
    found = text[:20]
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        raise QueryError(f"found {found!r}; expected a day such as 1951-07-10") from None
    if day.isoformat() != text or not first <= day <= last:
        raise QueryError(f"found {found!r}; expected a day from {first} to {last}")
    return day


def _places(archive: Archive, key: str) -> Values:
    kinds = sorted({place.kind for place in archive.ledger.places.values()}, key=str.casefold)
    by_kind = {
        kind: sorted(
            (place for place in archive.ledger.places.values() if place.kind == kind),
            key=lambda place: place.name_1950s.casefold(),
        )
        for kind in kinds
    }
    return {"by_kind": by_kind}


def _place(archive: Archive, key: str) -> Values:
    place = archive.place(key)
    events, raids, figures = archive.at_place(place)
    return {
        "place": place,
        "map": place_map(archive, place.name_1950s, place.lon_deg, place.lat_deg, archive.war.start),
        "events": events,
        "raids": raids,
        "figures": figures,
        "targets": [row for row in archive.war.targets if row.place == key],
    }


def _actors(archive: Archive, key: str) -> Values:
    return {"kinds": ACTOR_KINDS, "actors": archive.actors.values()}


def _actor(archive: Archive, key: str) -> Values:
    return {"actor": _of(archive.actors, key, "side, unit or person")}


def _figures(archive: Archive, key: str) -> Values:
    return {"topics": archive.topics, "groups": archive.ledger.groups}


def _topic(archive: Archive, key: str) -> Values:
    return {"key": key, "figures": _of(archive.topics, key, "topic")}


def _figure(archive: Archive, key: str) -> Values:
    figure = archive.ledger.figures.get(key)
    if figure is None:
        raise QueryError(f"no figure has the id {key[:60]!r}")
    return {
        "figure": figure,
        "source": archive.ledger.source(figure.source),
        "groups": archive.groups_of(key),
        "checks": archive.ledger.checks_of(key),
        "readings": archive.ledger.readings_of(key),
        "uses": archive.uses.get(key, ()),
    }


def _sources(archive: Archive, key: str) -> Values:
    sources = sorted(archive.ledger.sources.values(), key=lambda source: source.citation.casefold())
    kinds = {kind: [s for s in sources if s.kind == kind] for kind in sorted({s.kind for s in sources})}
    return {"kinds": kinds}


def _source(archive: Archive, key: str) -> Values:
    source = archive.ledger.sources.get(key)
    if source is None:
        raise QueryError(f"no source has the id {key[:60]!r}")
    figures, events, raids = archive.of_source(source)
    return {
        "source": source,
        "figures": figures,
        "events": events,
        "raids": raids,
        "front": sorted({row.date for row in archive.ledger.front_line if row.source == key}),
    }


def _systems(archive: Archive, key: str) -> Values:
    return {"names": _system_names(archive)}


def _system(archive: Archive, key: str) -> Values:
    from stalemate.interfaces.atlas.articles import article

    names = _system_names(archive)
    if key not in names:
        raise QueryError(f"no system has the name {key[:60]!r}")
    return {"article": article(archive, key), "names": names}


def _system_names(archive: Archive) -> Iterable[str]:
    from stalemate.interfaces.atlas.articles import systems

    return systems()


def _parameters(archive: Archive, key: str) -> Values:
    origins = {name: origin(rows) for name, (_, rows) in archive.parameters.items()}
    systems = [(name, archive.parameters_by_system[name]) for name in _system_names(archive)]
    return {"systems": [(name, rows) for name, rows in systems if rows], "origins": origins}


def _parameter(archive: Archive, key: str) -> Values:
    needed, rows = archive.parameter(key)
    order = list(archive.parameters)
    place = order.index(key)
    figures = dict.fromkeys(figure for row in rows for figure in row.sources)
    return {
        "needed": needed,
        "rows": rows,
        "before": order[place - 1] if place else None,
        "after": order[place + 1] if place + 1 < len(order) else None,
        "figures": [archive.ledger.figure(figure) for figure in figures],
        "reasons": dict.fromkeys(row.assumed for row in rows if row.assumed),
    }


def _raids(archive: Archive, key: str) -> Values:
    months = dict.fromkeys(f"{day:%Y-%m}" for day in sorted(archive.raids))
    by_month = {
        month: [
            raid for day in sorted(archive.raids) if f"{day:%Y-%m}" == month for raid in archive.raids[day]
        ]
        for month in months
    }
    return {"by_month": by_month}


def _raid(archive: Archive, key: str) -> Values:
    raid = archive.raid(key)
    order = sorted(archive.ledger.raids, key=lambda one: one.date)
    place = order.index(raid)
    return {
        "raid": raid,
        "before": order[place - 1] if place else None,
        "after": order[place + 1] if place + 1 < len(order) else None,
        "places": archive.places_named(raid.place),
        "events": archive.chronicle.between(raid.date, raid.date),
    }


def _home(archive: Archive, key: str) -> Values:
    ends = [archive.chronicle.events[0], archive.chronicle.events[-1]]
    return {"ends": ends, "months": archive.months}


def _story(archive: Archive, key: str) -> Values:
    steps = story()
    cites = list(dict.fromkeys(cite for step in steps for one in step.says for cite in one.cites))
    return {
        "steps": steps,
        "numbers": {cite: number for number, cite in enumerate(cites, start=1)},
        "entries": {cite: _cited(archive, cite) for cite in cites},
    }


@dataclass(frozen=True)
class Cited:
    """An entry that the story stands on: an event or a figure, and whether it rests on memory."""

    event: Event | None
    figure: Figure | None
    memory: bool


def _cited(archive: Archive, cite: str) -> Cited:
    kind, _, id = cite.partition("/")
    if kind == "events":
        event = archive.event(id)
        return Cited(event, None, from_memory(event))
    figure = archive.ledger.figure(id)
    return Cited(None, figure, figure.trust == "recalled")


def _about(archive: Archive, key: str) -> Values:
    recalled = [event for event in archive.chronicle.events if from_memory(event)]
    return {"recalled": len(recalled), "events": len(archive.chronicle.events)}


def _one(archive: Archive) -> Iterable[str]:
    return ("",)


VIEWS: Final[Mapping[tuple[str, bool], View]] = {
    ("", False): View("home.html", _one, _home),
    ("about", False): View("about.html", _one, _about),
    ("story", False): View("story.html", _one, _story),
    ("events", False): View("events.html", _one, _events),
    ("events", True): View("event.html", lambda archive: archive.events, _event),
    ("months", True): View("month.html", lambda archive: archive.months, _month),
    ("days", False): View("days.html", _one, _days),
    ("days", True): View("day.html", lambda archive: archive.days, _day),
    ("map", False): View("map-index.html", _one, _map_index),
    ("map", True): View("map.html", lambda archive: map(str, archive.dates), _map),
    ("play", False): View("play.html", _one, _play),
    ("zones", False): View("zones.html", _one, _zones),
    ("places", False): View("places.html", _one, _places),
    ("places", True): View("place.html", lambda archive: archive.ledger.places, _place),
    ("actors", False): View("actors.html", _one, _actors),
    ("actors", True): View("actor.html", lambda archive: archive.actors, _actor),
    ("figures", False): View("figures.html", _one, _figures),
    ("figures", True): View("figure.html", lambda archive: archive.ledger.figures, _figure),
    ("topics", True): View("topic.html", lambda archive: archive.topics, _topic),
    ("systems", False): View("systems.html", _one, _systems),
    ("parameters", False): View("parameters.html", _one, _parameters),
    ("parameters", True): View("parameter.html", lambda archive: archive.parameters, _parameter),
    ("raids", False): View("raids.html", _one, _raids),
    ("raids", True): View("raid.html", lambda archive: (raid.id for raid in archive.ledger.raids), _raid),
    ("systems", True): View("system.html", _system_names, _system),
    ("sources", False): View("sources.html", _one, _sources),
    ("sources", True): View("source.html", lambda archive: archive.ledger.sources, _source),
}
"""Every kind of page by the word of its address, and whether a key follows."""

ACTOR_KINDS: Final = ("government", "command", "unit", "person", "office", "group")
"""Kinds of sides, units and people, in the order in which they are shown."""

_IN_THE_AIR: Final = ("raid", "air_campaign", "air_battle")
"""Events of these kinds have the raids of their day beside them, wherever those went."""

_MONTHS: Final = tuple(f"{month:02d}" for month in range(1, 13))


def from_memory(event: Event) -> bool:
    """Tell whether an event, or its day, rests on memory alone."""
    return event.trust == "recalled" or event.precision == "recalled_day"


def _of(entries: Mapping[str, Any], key: str, what: str) -> Any:
    if key not in entries:
        raise QueryError(f"no {what} {key[:60]!r}")
    return entries[key]
