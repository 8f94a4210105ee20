"""Which rows may answer which question: by kind, by time, and by what they count.

Each rule can only refuse: a row that comes here holds every term of the question (``Index.with_all``).
"""

import datetime
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from stalemate.evidence.figure import Event, Figure, Place, Raid
from stalemate.evidence.moment import Span
from stalemate.evidence.passage import Passage, RecordKind
from stalemate.evidence.question import Kind, Question
from stalemate.evidence.words import Term, tokens

WHOLE_DAYS: Final = 300
"""A figure of at least so many days speaks of the war, not of a month."""

_KINDS: Final[dict[Kind, tuple[RecordKind, ...]]] = {
    "when": ("event", "raid", "figure"),
    "where": ("event", "raid", "place", "front line"),
    "who": ("event", "raid"),
    "how many": ("figure", "event", "raid", "place"),
    "what": ("event", "figure", "raid", "place"),
    "what happened": ("event", "raid"),
    "on this day": ("event", "raid"),
    "rivals": ("figure",),
    "count": ("event", "raid"),
    "compare": ("figure", "event"),
}
_ACTIONS: Final = ("raid", "air_battle", "air_campaign", "ground", "naval", "guerrilla")
_BATTLES: Final = {"battle": ("ground", "air_battle"), "incident": ("incident",)}
_UNITS: Final = {
    measure: frozenset(tokens(units))
    for measure, units in (
        ("long", "days months hours minutes weeks years km miles feet metres yards"),
        ("far", "miles km metres yards feet"),
        ("fast", "km miles knots"),
    )
}
_BORDERS: Final = frozenset(tokens("yalu tumen ussr soviet border manchuria"))
_PEOPLE: Final = frozenset(tokens("men man people persons person soldiers soldier troops inmates human"))
_OF_PEOPLE: Final = frozenset(
    tokens(
        "men persons casualties deaths dead killed wounded prisoners "
        "guerrillas civilians strength troops cases"
    )
)
_STRENGTH: Final = frozenset(tokens("strength forces troops armies army"))
_LOSSES: Final = frozenset(
    tokens("loss losses casualties casualty dead death deaths killed wounded missing prisoners captured")
)
_SAME_DAYS: Final = 0.45
"""A figure speaks of the time asked about if so much of both is the same: one of two months is enough."""
_EVENT_DAYS: Final = 100
"""What one event counts is no total of a longer time."""

_RAID: Final = tokens("raid")
_SAME_RATE: Final = 0.6
"""A rate of half a month is none of the month."""
_PART_OF_SPAN: Final = 0.08
"""A total inside the time asked about answers if it is a month of a year, or more."""

_COUNTRY: Final = frozenset(tokens("north south korea front main"))
_MEASURES: Final = frozenset(tokens("fraction percent ratio hours days minutes rank probability"))
_RATE: Final = re.compile(r"\bper\b|/")
_CLAUSE: Final = re.compile(r"[;:()]|\.(?!\d)|,(?!\d)")
_DOER: Final = re.compile(r"\bdid (?:the )?([a-z0-9' -]+?) (?:fire|shoot|drop|fly|launch|send)\b")
_DONE_TO: Final = re.compile(r"\b(?:on|at|against|upon) (?:the )?(\w+)")
_JOINS: Final = ("and", "or", "of")
_NUMBER_WORDS: Final = frozenset("one two three four five six seven eight nine ten eleven twelve".split())
_NEAR_NUMBER: Final = 4


def fits(question: Question, passage: Passage) -> bool:
    """Tell whether a row that holds all terms of a question may answer it."""
    if passage.kind not in _KINDS[question.kind] or not in_time(question, passage):
        return False
    row = passage.row
    if question.kind == "count":
        return _is_counted(question.measure, passage)
    if question.kind == "when" and isinstance(row, Figure):
        return row.unit == "event" or row.topic == "authority"
    if question.kind in ("when", "where", "who") and isinstance(row, Event | Raid):
        return _is_about(question, passage, row)
    return question.kind != "how many" or _measures(question, passage)


def in_time(question: Question, passage: Passage) -> bool:
    """Tell whether a row stands in the time asked about, if any."""
    row, first = passage.row, passage.first
    if question.day:
        exact = isinstance(row, Raid) or (isinstance(row, Event) and row.precision == "day")
        return exact and first is not None and (first.month, first.day) == question.day
    if question.month:
        return question.month in (passage.month, first.month if first and passage.kind != "figure" else None)
    return question.span is None or _in_span(question, question.span, passage)


def length_bonus(passage: Passage) -> float:
    """Prefer what holds for years to one month of many, where no time is asked about."""
    if passage.month:
        return -0.5
    if passage.first is None or passage.last is None:
        return 0.0
    days = (passage.last - passage.first).days + 1
    if days >= WHOLE_DAYS:
        return 0.2
    whole_months = passage.first.day == 1 and (passage.last + datetime.timedelta(days=1)).day == 1
    return -0.5 if whole_months else 0.0


def _in_span(question: Question, span: Span, passage: Passage) -> bool:
    overlap = passage.overlap(span)
    if passage.kind != "figure":
        return overlap > 0
    if span.mode != "in":
        return overlap >= 0.4
    row = passage.row
    assert isinstance(row, Figure)
    in_a_month = span.days is not None and span.days <= 31
    if _RATE.search(row.unit):
        return overlap >= (_SAME_RATE if in_a_month else _SAME_DAYS)
    if overlap >= _SAME_DAYS or not passage.within(span):
        return overlap >= _SAME_DAYS
    one_day = passage.last is None or passage.first == passage.last
    return overlap >= _PART_OF_SPAN or (one_day and (in_a_month or _asks_place(question, row)))


def _asks_place(question: Question, figure: Figure) -> bool:
    """Tell whether a question names the place of a figure; a figure of the whole country needs no naming."""
    place = frozenset(tokens(figure.place)) - _COUNTRY
    return not place or any(term.within(place) for term in question.needed)


def _is_about(question: Question, passage: Passage, row: Event | Raid) -> bool:
    """Tell whether the title or place of an event has one of the terms, or its text all of them.

    The actors alone do not make an event the one that is asked about. Where an attack is asked about, its
    target stands in the title or is the place: a raid told in passing is another matter.
    """
    about = frozenset((*passage.head, *tokens(row.place)))
    if any(_RAID in term.ways for term in question.needed):
        return all(term.within(_attacked(passage, row)) for term in question.needed)
    if not question.needed or any(term.within(about) for term in question.needed):
        return True
    return all(term.within(about | set(passage.body)) for term in question.needed)


def _attacked(passage: Passage, row: Event | Raid) -> frozenset[str]:
    """Return the words of an attack: title, actors, and the place unless it is where it was talked of."""
    actors = row.services if isinstance(row, Raid) else " ".join(row.actors)
    told = f"raid {row.category} {row.place}" if isinstance(row, Raid) or row.category in _ACTIONS else ""
    return frozenset((*passage.head, *tokens(f"{actors} {told}")))


def _is_counted(noun: str, passage: Passage) -> bool:
    row = passage.row
    if noun.startswith("raid"):
        return isinstance(row, Raid)
    wanted = _BATTLES.get(noun.removesuffix("s"))
    return isinstance(row, Event) and (wanted is None or row.category in wanted)


def _measures(question: Question, passage: Passage) -> bool:
    """Tell whether a row holds a number of what is counted, in a unit that fits the question."""
    row = passage.row
    counted = [term for term in question.counted if not term.light]
    if isinstance(row, Figure):
        return (
            _is_measure(question, row)
            and not _is_done_to(question, row)
            and _is_thing(question, passage)
            and (not counted or _is_unit_of(counted, row))
            and _counts_people(question, passage)
        )
    if passage.kind in ("event", "raid") and question.span and (question.span.days or 0) > _EVENT_DAYS:
        return False
    if isinstance(row, Event):
        if question.measure == "long":
            return row.end is not None and row.end != row.start
        return _has_number_of(question, passage, row)
    if question.measure == "far":
        return isinstance(row, Place) and any(term.within(_BORDERS) for term in question.needed)
    if isinstance(row, Place):
        return any(term.within(passage.counted) for term in question.needed)
    return bool(counted) and all(term.within(passage.counted) for term in counted)


def _is_measure(question: Question, figure: Figure) -> bool:
    if figure.unit == "event" or not figure.amounts:
        return False
    if question.whole and figure.start and figure.end and (figure.end - figure.start).days < WHOLE_DAYS:
        return False
    units = _UNITS.get(question.measure)
    return units is None or not units.isdisjoint(tokens(figure.unit))


def _is_done_to(question: Question, figure: Figure) -> bool:
    """Tell whether a figure counts what was fired or flown at those who are asked about as the doers."""
    doer = _DOER.search(question.text.casefold())
    if doer is None:
        return False
    doers = frozenset(tokens(doer[1]))
    return any(doers & frozenset(tokens(name)) for name in _DONE_TO.findall(figure.quantity.casefold()))


def _is_thing(question: Question, passage: Passage) -> bool:
    """Tell whether what is counted is a thing the figure counts, and not a word beside it.

    Where the question names the thing by a light word, such as *troops*, or by a mass, there is no telling.
    """
    if not question.counted or question.counted[-1].light or question.measure == "much":
        return True
    people = passage.counted if passage.things & _OF_PEOPLE else frozenset[str]()
    return question.counted[-1].within(passage.things | people)


def _is_unit_of(counted: Sequence[Term], figure: Figure) -> bool:
    """Tell whether a figure counts things, not shares, speeds or times of them."""
    unit = frozenset(tokens(figure.unit.partition("/")[0].partition(" per ")[0]))
    measured = bool(unit & _MEASURES) or figure.unit.startswith("km/h")
    return not measured or any(term.within(unit) for term in counted)


def _counts_people(question: Question, passage: Passage) -> bool:
    """Tell whether a figure counts people if people are asked for, and their loss only if that is asked."""
    if not any(term.within(_PEOPLE) for term in question.counted):
        return True
    if passage.counted.isdisjoint(_OF_PEOPLE):
        return False
    asked = {token for term in question.needed for way in term.ways for token in way}
    if len(question.needed) < 2 and not asked & _LOSSES and _STRENGTH.isdisjoint(passage.head):
        return False
    return not (passage.counted & _LOSSES) or bool(asked & _LOSSES)


def _has_number_of(question: Question, passage: Passage, event: Event) -> bool:
    """Tell whether a clause of an event has a number followed closely by all that is counted.

    What else is asked stands in the same clause, or in the title or place; and one term at least in the title
    or place, for a death told in passing is no answer to how many died in the month.
    """
    counted = [term for term in question.counted if not term.light] or list(question.needed)
    about = frozenset((*passage.head, *tokens(event.place), *tokens(event.category)))
    if not any(term.within(about) for term in question.needed):
        return False
    return any(
        _number_before(counted, tokens(clause))
        and all(term.within(about | set(tokens(clause))) for term in question.needed)
        for clause in _CLAUSE.split(event.summary)
    )


def _number_before(counted: Sequence[Term], words: Sequence[str]) -> bool:
    """Tell whether a number is followed by all that is counted, with no other number and no *and* between."""
    ends = [place for place, word in enumerate(words) if _is_number(word) or word in _JOINS]
    for begin, end in pairwise([*ends, len(words)]):
        after = frozenset(words[begin + 1 : min(end, begin + 1 + _NEAR_NUMBER)])
        if _is_number(words[begin]) and all(term.within(after) for term in counted):
            return True
    return False


def _is_number(word: str) -> bool:
    return word[0].isdigit() or word in _NUMBER_WORDS
