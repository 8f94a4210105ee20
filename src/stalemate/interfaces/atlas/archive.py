"""The archive: record, chronicle and scenario in one, with the ways from each entry to the others."""

import csv
import dataclasses
import datetime
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Final, TypeVar

from stalemate.errors import QueryError
from stalemate.evidence import ask, checked
from stalemate.evidence.chart import Chart, PlaceName
from stalemate.evidence.checked import Checked, Kind
from stalemate.evidence.chronicle import Chronicle
from stalemate.evidence.figure import Event, Figure, Place, Raid, Source
from stalemate.evidence.ledger import Group, Ledger
from stalemate.scenario import read
from stalemate.scenario.catalogue import PARAMETERS, Needed
from stalemate.scenario.schema import Parameter, Scenario

SHORT_DAYS: Final = 62
"""A figure with a longer period than this says nothing of single days."""

_OWNERS: Final = {needed.name: needed.owner for needed in PARAMETERS}
_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass(frozen=True)
class Use:
    """One row of the scenario that rests on a figure or is held against it."""

    table: str
    row: str
    name: str
    system: str
    """The system that reads it; empty where the row is no parameter."""


@dataclass(frozen=True)
class Actor:
    """A side, unit or person as the events name it."""

    slug: str
    name: str
    kind: str
    """government, command, unit, person, office or group; empty for a name that no table sorts."""
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Archive:
    """Everything the pages tell."""

    ledger: Ledger
    chronicle: Chronicle
    war: Scenario
    chart: Chart

    @classmethod
    def load(cls) -> "Archive":
        """Read the record and the flagship scenario of this installation."""
        ledger = Ledger.load()
        return cls(ledger, Chronicle.load(), read.load("korea-1951"), Chart.load(ledger))

    @cached_property
    def events(self) -> Mapping[str, Event]:
        """All events by id, in order of their start."""
        return {event.id: event for event in self.chronicle.events}

    def event(self, id: str) -> Event:
        """Return an event. Raises QueryError for an id that is none."""
        return _entry(self.events, id, "event")

    def raid(self, id: str) -> Raid:
        """Return a raid. Raises QueryError for an id that is none."""
        return _entry({raid.id: raid for raid in self.ledger.raids}, id, "raid")

    @cached_property
    def parameters(self) -> Mapping[str, tuple[Needed, tuple[Parameter, ...]]]:
        """Every parameter of the model by name, with its rows in the scenario, in the catalogue's order."""
        rows = _grouped((row.name, row) for row in self.war.parameters)
        return {needed.name: (needed, rows[needed.name]) for needed in PARAMETERS}

    def parameter(self, name: str) -> tuple[Needed, tuple[Parameter, ...]]:
        """Return a parameter and its rows. Raises QueryError for a name that is none."""
        if name not in self.parameters:
            raise QueryError(f"no parameter has the name {name[:60]!r}")
        return self.parameters[name]

    @cached_property
    def parameters_by_system(self) -> Mapping[str, tuple[tuple[Needed, tuple[Parameter, ...]], ...]]:
        """Parameters with their rows by the system that reads them; a system without any has none."""
        return defaultdict(
            tuple, _grouped((needed.owner, (needed, rows)) for needed, rows in self.parameters.values())
        )

    @cached_property
    def checked(self) -> Mapping[tuple[Kind, str], Checked]:
        """When each row of the record was entered, changed and compared."""
        return checked.load()

    def beside(self, event: Event) -> tuple[Event | None, Event | None]:
        """Return the events before and after one, None at the ends."""
        order = self.chronicle.events
        place = order.index(event)
        return (order[place - 1] if place else None, order[place + 1] if place + 1 < len(order) else None)

    @cached_property
    def months(self) -> Mapping[str, tuple[Event, ...]]:
        """Events by the month they began in, written 1951-07."""
        return _grouped((f"{began(event):%Y-%m}", event) for event in self.chronicle.events)

    @cached_property
    def days(self) -> Mapping[str, tuple[Event, ...]]:
        """Events by day of the year, written 07-27, for every day of a leap year."""
        first = datetime.date(1952, 1, 1)
        days = [first + datetime.timedelta(days=number) for number in range(366)]
        return {f"{day:%m-%d}": self.chronicle.on_this_day(day.month, day.day) for day in days}

    @cached_property
    def actors(self) -> Mapping[str, Actor]:
        """Sides, units and people by slug, those with most events first."""
        named = _grouped((name, event) for event in self.chronicle.events for name in event.actors)
        order = sorted(named, key=lambda name: (-len(named[name]), name.casefold()))
        return {slug(name): Actor(slug(name), name, _kinds().get(name, ""), named[name]) for name in order}

    @cached_property
    def raids(self) -> Mapping[datetime.date, tuple[Raid, ...]]:
        """Raids of the record by day."""
        return _grouped((raid.date, raid) for raid in self.ledger.raids)

    @cached_property
    def uses(self) -> Mapping[str, tuple[Use, ...]]:
        """Rows of the scenario by the figure they name."""
        return _grouped(_uses(self.war))

    @cached_property
    def topics(self) -> Mapping[str, tuple[Figure, ...]]:
        """Figures by topic."""
        return _grouped((figure.topic, figure) for figure in self.ledger.figures.values())

    def groups_of(self, figure: str) -> tuple[Group, ...]:
        """Return the groups of rivals in which a figure stands."""
        return self._groups.get(figure, ())

    def parameters_of(self, system: str) -> tuple[Parameter, ...]:
        """Return the parameters that a system reads, in the catalogue's order."""
        return tuple(row for row in self.war.parameters if _OWNERS[row.name] == system)

    def bearing_on(self, event: Event) -> tuple[Figure, ...]:
        """Return the figures of an event's days that name its place or come from one of its sources.

        Figures with a period longer than two months say nothing of single days and are left out.
        """
        first, last = began(event), event.end or began(event)
        return tuple(
            figure
            for figure in self.ledger.figures.values()
            if figure.start is not None
            and figure.end is not None
            and (figure.end - figure.start).days <= SHORT_DAYS
            and figure.overlaps(first, last)
            and (figure.source in event.sources or names_place(figure.place, event.place))
        )

    def of_source(self, source: Source) -> tuple[tuple[Figure, ...], tuple[Event, ...], tuple[Raid, ...]]:
        """Return the figures, events and raids that name a source."""
        return (
            tuple(figure for figure in self.ledger.figures.values() if figure.source == source.id),
            tuple(event for event in self.chronicle.events if source.id in event.sources),
            tuple(raid for raid in self.ledger.raids if source.id in raid.sources),
        )

    def place(self, id: str) -> Place:
        """Return a place. Raises QueryError for an id that is none."""
        return _entry(self.ledger.places, id, "place")

    def written(self, place: str) -> PlaceName | None:
        """Return a place's name in its own writing, None where we are not sure of it."""
        return self.chart.names.get(place)

    def places_named(self, name: str) -> tuple[Place, ...]:
        """Return the places of the record with this name of the time, or else those that share it in part."""
        places = self.ledger.places.values()
        exact = tuple(place for place in places if place.name_1950s == name)
        return exact or tuple(
            place
            for place in places
            if names_place(name, place.name_1950s) or names_place(place.name_1950s, name)
        )

    def at_place(self, place: Place) -> tuple[tuple[Event, ...], tuple[Raid, ...], tuple[Figure, ...]]:
        """Return the events, raids and figures that name a place."""
        name = place.name_1950s
        return (
            tuple(event for event in self.chronicle.events if names_place(event.place, name)),
            tuple(raid for raid in self.ledger.raids if names_place(raid.place, name)),
            tuple(figure for figure in self.ledger.figures.values() if names_place(figure.place, name)),
        )

    @cached_property
    def asking(self) -> ask.Archive:
        """The record with its index, ready to be asked; made when it is first wanted."""
        return ask.Archive.of(self.ledger, self.chronicle)

    @cached_property
    def dates(self) -> tuple[datetime.date, ...]:
        """Days with something to show on the map: events, raids, front lines, firsts of months; in order."""
        found = {began(event) for event in self.chronicle.events} | set(self.raids)
        found |= {point.date for point in self.ledger.front_line}
        found |= {datetime.date.fromisoformat(f"{month}-01") for month in self.months}
        return tuple(sorted(found))

    @cached_property
    def _groups(self) -> Mapping[str, tuple[Group, ...]]:
        return _grouped(
            (member.figure, group) for group in self.ledger.groups.values() for member in group.members
        )


def began(event: Event) -> datetime.date:
    """Return the day an event began; the chronicle has made sure that it has one."""
    assert event.start is not None
    return event.start


def slug(name: str) -> str:
    """Return a name as small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")


def names_place(text: str, place: str) -> bool:
    """Tell whether a text names a place: its whole name, or its first one before a comma or bracket."""
    name = re.split(r"[,(/]", place)[0].strip()
    return bool(name) and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


@cache
def _kinds() -> dict[str, str]:
    """Return of what kind each side, unit or person of the events is."""
    file = resources.files("stalemate.interfaces.atlas") / "actors.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    return {row["name"]: row["kind"] for row in csv.DictReader(lines)}


def _entry(entries: Mapping[str, _V], id: str, what: str) -> _V:
    if id not in entries:
        raise QueryError(f"no {what} has the id {id[:60]!r}")
    return entries[id]


def _grouped(pairs: Iterable[tuple[_K, _V]]) -> dict[_K, tuple[_V, ...]]:
    found: dict[_K, list[_V]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return {key: tuple(values) for key, values in found.items()}


def _uses(war: Scenario) -> Iterable[tuple[str, Use]]:
    for field in dataclasses.fields(war):
        rows = getattr(war, field.name)
        for row in rows if isinstance(rows, tuple) else ():
            cited = [row.figure] if field.name == "observations" else getattr(row, "sources", ())
            for figure in cited:
                yield figure, _use(field.name, row)


def _use(table: str, row: object) -> Use:
    name = row.name if isinstance(row, Parameter) else ""
    return Use(table, _label(row), name, _OWNERS.get(name, ""))


def _label(row: object) -> str:
    parts = [
        getattr(row, name, None)
        for name in ("target", "id", "name", "quantity", "figure", "item", "sector", "node", "at", "start")
    ]
    return " ".join(dict.fromkeys(str(part) for part in parts if part)) or type(row).__name__.lower()
