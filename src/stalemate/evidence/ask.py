"""Ask the record: a question in plain words is answered by quotations from the tables, or declined.

No sentence is made up. An answer is one to three rows, verbatim, with who says so; what was understood is
shown; where the record has rival values they stand beside. A question is declined if a word of it stands in
no row, if no row has all that was asked for in the time asked about, or if it asks for a judgement.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from stalemate.evidence.chronicle import Chronicle
from stalemate.evidence.figure import Event, Figure, Place, Raid
from stalemate.evidence.index import Index
from stalemate.evidence.ledger import Ledger
from stalemate.evidence.moment import Span
from stalemate.evidence.passage import Passage, RecordKind, passages
from stalemate.evidence.question import Kind, Question, Unread, read_question
from stalemate.evidence.quote import Quote, quote
from stalemate.evidence.words import Term, Thesaurus, tokens

MAX_QUOTES: Final = 3
MAX_NEAREST: Final = 3

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
_FIRST: Final[dict[Kind, dict[RecordKind, float]]] = {
    "when": {"event": 0.6, "raid": 0.3},
    "who": {"event": 0.3},
    "how many": {"figure": 1.0, "place": 0.4},
    "what": {"event": 0.4, "figure": 0.3},
}
_TRUST: Final = {"read": 0.15, "quoted": 0.1, "excerpt": 0.05, "derived": 0.05, "recalled": 0.0}
_UNITS: Final = {
    measure: frozenset(tokens(units))
    for measure, units in (
        ("long", "days months hours minutes weeks years km miles feet metres yards"),
        ("far", "miles km metres yards feet"),
        ("fast", "km miles knots"),
    )
}
_BORDERS: Final = frozenset(tokens("yalu tumen ussr soviet border manchuria"))
_WHOLE_DAYS: Final = 300
_NEAR_NUMBER: Final = 4
_SERIES_DAYS: Final = 95


@dataclass(frozen=True)
class Answer:
    """What the record says to a question.

    ``kind`` is answered or declined; ``read_as`` the question as understood; ``quotes`` one to three rows;
    ``matched`` the ids of all rows that fit. If declined: ``why``, and ``nearest``, which answers nothing.
    """

    kind: Literal["answered", "declined"]
    question: str
    read_as: str
    quotes: tuple[Quote, ...] = ()
    matched: tuple[str, ...] = ()
    why: str = ""
    nearest: tuple[Quote, ...] = ()
    searched: str = ""


@dataclass(frozen=True)
class Archive:
    """The record, ready to be asked. May be shared by threads."""

    ledger: Ledger
    chronicle: Chronicle
    index: Index
    thesaurus: Thesaurus

    @classmethod
    def load(cls, folder: Path | None = None) -> "Archive":
        """Read the record of this installation, or of ``folder``, and index it.

        Raises EvidenceError with every fault of the tables, StalemateError where SQLite has no FTS5.
        """
        return cls.of(Ledger.load(folder), Chronicle.load(folder))

    @classmethod
    def of(cls, ledger: Ledger, chronicle: Chronicle) -> "Archive":
        """Index a record that is in memory already."""
        return cls(ledger, chronicle, Index.build(passages(ledger, chronicle)), Thesaurus.load())

    @property
    def searched(self) -> str:
        """What an answer is looked for in, in one line."""
        return (
            f"{len(self.chronicle.events):,} events, {len(self.ledger.raids):,} raids, "
            f"{len(self.ledger.figures):,} figures, {len(self.ledger.places):,} places, "
            f"{len({point.date for point in self.ledger.front_line})} front lines"
        )

    def ask(self, text: str) -> Answer:
        """Answer a question by quotation, or decline. Never raises for what the text holds."""
        question = read_question(text, self.thesaurus)
        if isinstance(question, Unread):
            near = self.thesaurus.terms(question.text)
            return self._declined(question.text, question.read_as, question.why, near)
        if question.sides:
            return self._compared(question)
        found, why = self._found(question)
        if not found:
            return self._declined(question.text, question.read_as, why, question.terms)
        return self._answered(question, found)

    def _found(self, question: Question) -> tuple[tuple[Passage, ...], str]:
        """Return the rows that answer a question, best first, or none and why."""
        needed = question.needed
        unknown = [term.said for term in needed if not self.index.knows(term)]
        if unknown:
            return (), f"no row of the record has {_listed(unknown)}"
        dated = bool(question.spans or question.day or question.month)
        listing = question.kind in ("what happened", "on this day", "count")
        if question.kind == "who" and len(needed) == 1 and not dated:
            return (), "the record tells what people did, not who they were"
        if not needed and not (dated and listing):
            return (), "it names nothing that the record could be searched for"
        fitting = [one for one in self.index.with_all(needed) if self._fits(question, one)]
        if not fitting:
            what = " and ".join(f"{term.said!r}" for term in needed) or "anything"
            when = question.read_as.partition("; ")[2]
            return (), f"no row answers {question.kind!r} with {what}" + (f" for {when}" if when else "")
        if listing:
            return tuple(sorted(fitting, key=lambda one: _by_day(question, one))), ""
        return self._best(question, fitting), ""

    def _fits(self, question: Question, passage: Passage) -> bool:
        if passage.kind not in _KINDS[question.kind]:
            return False
        if question.kind == "count" and not _is_counted(question.measure, passage):
            return False
        if question.kind == "rivals" and not self._has_rivals(passage):
            return False
        if question.kind == "when" and isinstance(passage.row, Figure) and not _is_dated_fact(passage.row):
            return False
        return _in_time(question, passage) and (question.kind != "how many" or _measures(question, passage))

    def _has_rivals(self, passage: Passage) -> bool:
        return any("rival" in group.relations for group in self.ledger.groups_of(passage.id))

    def _best(self, question: Question, fitting: Sequence[Passage]) -> tuple[Passage, ...]:
        scored = [
            (self._score(question, passage) - 0.3 * place / len(fitting), -place, passage)
            for place, passage in enumerate(fitting)
        ]
        scored.sort(key=lambda one: one[:2], reverse=True)
        best = scored[0][0]
        return tuple(passage for score, _, passage in scored if score >= best - 0.4)

    def _score(self, question: Question, passage: Passage) -> float:
        asked = {token for term in question.terms for way in term.ways for token in way}
        head = [token for token in dict.fromkeys(passage.head) if not token.isdigit()]
        weights = {token: self.index.rarity[token] for token in head}
        said = sum(weight for token, weight in weights.items() if token in asked)
        score = 2.0 * said / (sum(weights.values()) or 1.0)
        score += _FIRST.get(question.kind, {}).get(passage.kind, 0.0)
        score += _TRUST.get(getattr(passage.row, "trust", ""), 0.0)
        if any(term.within(frozenset(passage.head[:1])) for term in question.counted):
            score += 0.3
        if question.span:
            score += passage.overlap(question.span)
        elif passage.kind == "figure":
            score += _length_bonus(passage)
        return score

    def _answered(self, question: Question, found: Sequence[Passage]) -> Answer:
        shown = self._once(found)[:MAX_QUOTES]
        return Answer(
            "answered",
            question.text,
            question.read_as,
            tuple(quote(self.ledger, one) for one in shown),
            tuple(one.id for one in found),
            searched=self.searched,
        )

    def _once(self, found: Sequence[Passage]) -> list[Passage]:
        """Return rows without figures that record again what an earlier one records."""
        kept = set(self.ledger.count_once([one.id for one in found if one.kind == "figure"]))
        return [one for one in found if one.kind != "figure" or one.id in kept]

    def _compared(self, question: Question) -> Answer:
        """Answer each side of a comparison by its best row; both or none."""
        chosen: list[Passage] = []
        said = []
        for side in question.sides:
            found: tuple[Passage, ...] = ()
            for wording in side:
                found, _ = self._found(wording)
                found = tuple(one for one in found if one not in chosen)
                if found:
                    said.append(wording.read_as.partition(": ")[2])
                    break
            if not found:
                why = f"no row answers for one side of the comparison: {side[0].read_as.partition(': ')[2]}"
                return self._declined(question.text, question.read_as, why, question.terms)
            chosen.append(found[0])
        quotes = tuple(quote(self.ledger, one) for one in chosen)
        read_as = f"compare: {' | '.join(said)}"
        ids = tuple(one.id for one in chosen)
        return Answer("answered", question.text, read_as, quotes, ids, searched=self.searched)

    def _declined(self, text: str, read_as: str, why: str, terms: Iterable[Term]) -> Answer:
        known = [term for term in terms if not term.light and self.index.knows(term)]
        near = self.index.with_any(known, MAX_NEAREST)
        nearest = tuple(quote(self.ledger, one) for one in near)
        return Answer("declined", text, read_as, why=why, nearest=nearest, searched=self.searched)


def _is_dated_fact(figure: Figure) -> bool:
    return figure.unit == "event" or figure.topic == "authority"


def _in_time(question: Question, passage: Passage) -> bool:
    if question.day:
        row = passage.row
        exact = isinstance(row, Raid) or (isinstance(row, Event) and row.precision == "day")
        return (
            exact and passage.first is not None and (passage.first.month, passage.first.day) == question.day
        )
    if question.month:
        start = passage.first.month if passage.first and passage.kind != "figure" else None
        return question.month in (passage.month, start)
    return question.span is None or _in_span(question.span, passage)


def _in_span(span: Span, passage: Passage) -> bool:
    if passage.kind != "figure":
        return passage.overlap(span) > 0
    overlap = passage.overlap(span)
    if span.mode != "in":
        return overlap >= 0.4
    one_day = passage.last is None or passage.first == passage.last
    return overlap >= 0.5 or (passage.within(span) and (overlap >= 0.1 or one_day))


def _is_counted(noun: str, passage: Passage) -> bool:
    row = passage.row
    if noun.startswith("raid"):
        return isinstance(row, Raid)
    if noun.startswith("event"):
        return isinstance(row, Event)
    wanted = {"battle": ("ground", "air_battle"), "incident": ("incident",)}.get(noun.rstrip("s"))
    return isinstance(row, Event) and (wanted is None or row.category in wanted)


def _measures(question: Question, passage: Passage) -> bool:
    """Tell whether a row holds a number of what is counted, in a unit that fits the question."""
    row = passage.row
    counted = [term for term in question.counted if not term.light]
    if isinstance(row, Figure):
        return _is_measure(question, row) and all(term.within(passage.counted) for term in counted)
    if isinstance(row, Event):
        if question.measure == "long":
            return row.end is not None and row.end != row.start
        said = frozenset((*passage.head, *passage.body, *tokens(row.place)))
        return all(term.within(said) for term in question.needed) and _number_before(question, row.summary)
    if question.measure == "far":
        return isinstance(row, Place) and any(term.within(_BORDERS) for term in question.needed)
    return bool(counted) and all(term.within(passage.counted) for term in counted)


def _is_measure(question: Question, figure: Figure) -> bool:
    if figure.unit == "event" or not figure.amounts:
        return False
    if question.whole and figure.start and figure.end and (figure.end - figure.start).days < _WHOLE_DAYS:
        return False
    units = _UNITS.get(question.measure)
    return units is None or not units.isdisjoint(tokens(figure.unit))


def _number_before(question: Question, text: str) -> bool:
    """Tell whether a number in the text is followed closely by all that is counted."""
    words = tokens(text)
    needed = [term for term in question.counted if not term.light] or question.needed
    for place, word in enumerate(words):
        if word[0].isdigit():
            after = frozenset(words[place + 1 : place + 1 + _NEAR_NUMBER])
            if all(term.within(after) for term in needed):
                return True
    return False


def _length_bonus(passage: Passage) -> float:
    """Prefer what holds for years to one month of many, where no time is asked about."""
    if passage.month:
        return -0.5
    if passage.first is None or passage.last is None:
        return 0.0
    days = (passage.last - passage.first).days + 1
    if days >= _WHOLE_DAYS:
        return 0.2
    return -0.5 if 1 < days <= _SERIES_DAYS and _is_whole_months(passage.first, passage.last) else 0.0


def _is_whole_months(first: datetime.date, last: datetime.date) -> bool:
    return first.day == 1 and (last + datetime.timedelta(days=1)).day == 1


def _by_day(question: Question, passage: Passage) -> tuple[bool, bool, str]:
    """Return the place in a list of days: what began in the span first, events before raids."""
    inside = question.span is None or passage.within(question.span)
    return (not inside, passage.kind != "event", str(passage.first))


def _listed(words: Sequence[str]) -> str:
    return " and no row ".join(repr(word) for word in words[:4])
