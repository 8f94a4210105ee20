"""The chronicle: dated events of the war with their sources; on this day; search of the record's words."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stalemate import shipped
from stalemate.errors import EvidenceError, Fault, QueryError
from stalemate.evidence.figure import Event, Source
from stalemate.table import read_table

_LEAP_YEAR = 1952


@dataclass(frozen=True)
class Chronicle:
    """All events in order of their start."""

    events: tuple[Event, ...]
    sources: Mapping[str, Source]

    @classmethod
    def load(cls, folder: Path | None = None) -> "Chronicle":
        """Read and check the events of this installation, or of the record in ``folder``.

        Raises EvidenceError with every fault of the tables of events and sources.
        """
        folder = shipped.folder("record") if folder is None else folder
        faults: list[Fault] = []
        sources = {row.id: row for row in read_table(folder, "sources.csv", Source, faults, key=["id"])}
        events = read_table(folder, "events.csv", Event, faults, key=["id"])
        for event in events:
            if event.start is None:
                faults.append(Fault("events.csv", 0, "start", f"no day for {event.id}", "a day or a month"))
            for source in event.sources:
                if source not in sources:
                    found = f"{source[:60]!r} in event {event.id}"
                    faults.append(Fault("events.csv", 0, "sources", found, "ids of sources.csv"))
        if faults:
            raise EvidenceError(faults)
        return cls(tuple(sorted(events, key=_start)), sources)

    def on_this_day(self, month: int, day: int) -> tuple[Event, ...]:
        """Return the events that began on this day of any year.

        An event of which only the month is known, or whose day is recalled, is on no day. Raises QueryError
        if there is no such day.
        """
        try:
            datetime.date(_LEAP_YEAR, month, day)
        except ValueError:
            raise QueryError(
                f"there is no day {day} in month {month}; give a month from 1 to 12 and a day of that month"
            ) from None
        return tuple(
            event
            for event in self.events
            if event.precision == "day" and (_start(event).month, _start(event).day) == (month, day)
        )

    def between(self, first: datetime.date, last: datetime.date) -> tuple[Event, ...]:
        """Return the events that began on or after ``first`` and not after ``last``."""
        return tuple(event for event in self.events if first <= _start(event) <= last)

    def search(self, text: str) -> tuple[Event, ...]:
        """Return the events in which every word of ``text`` occurs, in any case and as part of a word."""
        words = text.casefold().split()
        return tuple(event for event in self.events if all(word in _words(event) for word in words))


def _start(event: Event) -> datetime.date:
    assert event.start is not None
    return event.start


def _words(event: Event) -> str:
    parts = (event.title, event.summary, event.place, event.category, *event.actors, event.cited)
    return " ".join(parts).casefold()
