"""The rows of the record in one form that can be searched: words, days and what may be counted."""

import calendar
import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from stalemate.evidence.chronicle import Chronicle
from stalemate.evidence.figure import Event, Figure, FrontPoint, Place, Raid
from stalemate.evidence.ledger import Ledger
from stalemate.evidence.moment import Span
from stalemate.evidence.words import plain, stem, tokens

RecordKind = Literal["event", "figure", "raid", "place", "front line"]
Record = Event | Figure | Raid | Place | FrontPoint

_LINK: Final = re.compile(
    r"\s(?:of|at|on|in|by|to|for|with|against|from|that|which|per|near|after|over|between|during|under|when|around"
    r"|while|\w+ing)\s|[,;(]"
)
"""What stands before the first of these in a title is the thing that is counted."""

_DONE: Final = frozenset(
    "lost burnt shot down out put dug built flown met seen sent taken hit run cut off up".split()
)
_PER: Final = re.compile(r"\bper\b|/|\(")
_ASIDE: Final = re.compile(r"\([^()]{40,}\)")
"""A long remark in brackets within a title tells how, not what."""

_WIDE_TOPICS: Final = frozenset(
    {"losses", "casualties", "effort", "towns", "fire", "front", "overclaim", "supply", "counterair"}
)
"""Topics that are no words of the matter: a figure filed under losses need not count a loss."""

_NAME_LETTERS: Final = 5
"""Words of so many letters in a figure's id name the operation, hill or source it belongs to."""

_EACH_YEAR: Final = re.compile(r"Each year: (\w+)")
_MONTHS: Final = {name: number for number, name in enumerate(calendar.month_name)}


@dataclass(frozen=True)
class Passage:
    """One row: ``head`` are the tokens of its title, ``body`` those of its text, ``around`` all others.

    ``held`` are all of them; ``counted`` those of what a row has a number of: for a figure the thing its
    title names first and its unit, without the names of the place; ``things`` the nouns among them.
    ``first`` and ``last`` are its days, ``month`` the month of a value that holds each year.
    """

    kind: RecordKind
    id: str
    row: Record
    head: tuple[str, ...]
    body: tuple[str, ...]
    around: tuple[str, ...]
    held: frozenset[str]
    counted: frozenset[str]
    things: frozenset[str]
    first: datetime.date | None
    last: datetime.date | None
    month: int | None = None

    def overlap(self, span: Span) -> float:
        """Return how far the days of the passage and of the span are the same, 0 to 1."""
        if self.first is None:
            return 0.0
        last = self.last or self.first
        if span.mode == "by":
            assert span.last is not None
            return 1.0 / (1.0 + (span.last - last).days / 30.0) if last <= span.last else 0.0
        begin, end = span.first or self.first, span.last or last
        shared = (min(last, end) - max(self.first, begin)).days + 1
        if shared <= 0:
            return 0.0
        return shared / ((max(last, end) - min(self.first, begin)).days + 1)

    def within(self, span: Span) -> bool:
        """Tell whether all days of the passage are in the span."""
        if self.first is None:
            return False
        last = self.last or self.first
        return (span.first is None or span.first <= self.first) and (span.last is None or last <= span.last)


def passages(ledger: Ledger, chronicle: Chronicle) -> tuple[Passage, ...]:
    """Return every event, raid, figure, place and named point of a front line as a passage, in this order."""
    found = [
        *(_event(event) for event in chronicle.events),
        *(_raid(raid) for raid in ledger.raids),
        *(_figure(figure) for figure in ledger.figures.values()),
        *(_place(place) for place in ledger.places.values()),
        *_points(ledger.front_line),
    ]
    return tuple(found)


def _event(event: Event) -> Passage:
    around = f"event {event.category} {event.place} {' '.join(event.actors)}"
    return _passage("event", event.id, event, event.title, event.summary, around, event.start, event.end)


def _raid(raid: Raid) -> Passage:
    counts = "sorties" * (raid.sorties is not None) + " tons bombs" * (raid.short_tons is not None)
    counts += " aircraft lost" * (raid.aircraft_lost is not None)
    around = f"raid {raid.category} {raid.place} {raid.services} {counts}"
    return _passage("raid", raid.id, raid, raid.name, raid.outcome, around, raid.date, raid.date, counts)


def _figure(figure: Figure) -> Passage:
    topic = "" if figure.topic in _WIDE_TOPICS else figure.topic.replace("_", " ")
    named = " ".join(word for word in figure.id.split("_") if len(word) >= _NAME_LETTERS)
    around = f"{topic} {figure.side} {figure.place} {named}"
    text = f"{figure.unit} {figure.text}"
    counts = _PER.split(figure.unit)[0]
    month = _EACH_YEAR.search(figure.note) if figure.precision == "yearly" else None
    return _passage(
        "figure",
        figure.id,
        figure,
        figure.quantity,
        text,
        around,
        figure.start,
        figure.end,
        f"{_LINK.split(figure.quantity, maxsplit=1)[0]} {counts}",
        figure.place,
        _MONTHS.get(month[1]) if month else None,
        _nouns(figure.quantity) | frozenset(tokens(counts)),
    )


def _nouns(title: str) -> frozenset[str]:
    """Return the last word of each thing that a title names first, what was done to it left out."""
    found: set[str] = set()
    for part in re.split(r"\s(?:and|or)\s", _LINK.split(title, maxsplit=1)[0]):
        words = list(plain(part))
        while len(words) > 1 and (words[-1].endswith("ed") or words[-1] in _DONE):
            words.pop()
        found.update(stem(word) for word in words[-1:])
    return frozenset(found)


def _place(place: Place) -> Passage:
    facts = " population" * (place.population is not None)
    facts += " destroyed destruction percent" * (place.destroyed_percent is not None)
    facts += " yalu tumen river border manchuria km" * (place.yalu_tumen_km is not None)
    facts += " ussr soviet border km" * (place.ussr_km is not None)
    around = f"place {place.kind} {place.note} coordinates latitude longitude {facts}"
    title = f"{place.name_1950s} {place.name_modern}"
    return _passage("place", place.id, place, title, "", around, None, None, facts)


def _points(points: Sequence[FrontPoint]) -> Iterator[Passage]:
    """Yield the named points of each front line, or all of a line without names."""
    named = {point.date for point in points if point.label}
    for point in points:
        if point.label or point.date not in named:
            id = f"front-{point.date}-{point.vertex}"
            yield _passage("front line", id, point, point.label, "front line", "", point.date, point.date)


def _passage(
    kind: RecordKind,
    id: str,
    row: Record,
    title: str,
    text: str,
    around: str,
    first: datetime.date | None,
    last: datetime.date | None,
    counts: str = "",
    place: str = "",
    month: int | None = None,
    things: frozenset[str] | None = None,
) -> Passage:
    title = _ASIDE.sub(" ", title)
    head, body, context = tokens(title), tokens(text), tokens(around)
    return Passage(
        kind,
        id,
        row,
        head,
        body,
        context,
        frozenset((*head, *body, *context)),
        frozenset(tokens(counts)) - frozenset(tokens(place)),
        frozenset(tokens(counts)) if things is None else things,
        first,
        last,
        month,
    )
