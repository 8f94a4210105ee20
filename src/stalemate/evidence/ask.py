"""Ask the record: a question in plain words is answered by quotations from the tables, or declined.

No sentence is made up. An answer is one to three rows, verbatim, with who says so; what was understood is
shown; where the record has rival values they stand beside. A question is declined if a word of it stands in
no row, if no row has all that was asked for in the time asked about, or if it asks for a judgement.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from stalemate.evidence.chronicle import Chronicle
from stalemate.evidence.figure import Figure
from stalemate.evidence.fit import fits, length_bonus
from stalemate.evidence.index import Index
from stalemate.evidence.ledger import Ledger
from stalemate.evidence.passage import Passage, RecordKind, passages
from stalemate.evidence.question import Kind, Question, Unread, read_question
from stalemate.evidence.quote import Quote, quote
from stalemate.evidence.words import STOP_WORDS, Term, Thesaurus, tokens

MAX_QUOTES: Final = 3
MAX_NEAREST: Final = 3

_FIRST: Final[dict[Kind, dict[RecordKind, float]]] = {
    "when": {"event": 0.6, "raid": 0.3},
    "who": {"event": 0.3},
    "where": {"place": 0.3},
    "how many": {"figure": 1.0, "place": 0.4},
    "what": {"event": 0.4, "figure": 0.3},
}
_TRUST: Final = {"read": 0.15, "quoted": 0.1, "excerpt": 0.05, "derived": 0.05, "recalled": 0.0}
_LISTS: Final[tuple[Kind, ...]] = ("what happened", "on this day", "count")
_BEGINS: Final = frozenset(tokens("begin end"))
_CLAIM: Final = "claim"
_MARGIN: Final = 0.4
"""Rows that score so much less than the best are not quoted."""


@dataclass(frozen=True)
class Answer:
    """What the record says to a question.

    ``kind`` is answered or declined; ``read_as`` the question as understood; ``quotes`` one to three rows;
    ``matched`` kind and id of all rows that fit, for an event and a raid may have the same id. If declined:
    ``why``, and ``nearest``, which answers nothing.
    """

    kind: Literal["answered", "declined"]
    question: str
    read_as: str
    quotes: tuple[Quote, ...] = ()
    matched: tuple[tuple[RecordKind, str], ...] = ()
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
        """Return the rows that may answer a question, best first, or none and why."""
        needed = question.needed
        unknown = [term.said for term in needed if not self.index.knows(term)]
        if unknown:
            return (), f"no row of the record has {_listed(unknown)}"
        dated = bool(question.spans or question.day or question.month)
        if question.kind == "who" and len(needed) == 1 and not dated:
            return (), "the record tells what people did, not who they were"
        if not needed and not (dated and question.kind in _LISTS):
            return (), "it names nothing that the record could be searched for"
        fitting = [one for one in self.index.with_all(needed) if self._fits(question, one)]
        if not fitting and question.kind == "when":
            fitting = self._begun(question)
        if not fitting:
            what = " and ".join(f"{term.said!r}" for term in needed) or "anything"
            when = question.read_as.partition("; ")[2]
            return (), f"no row answers {question.kind!r} with {what}" + (f" for {when}" if when else "")
        if question.kind in _LISTS:
            return tuple(sorted(fitting, key=lambda one: _by_day(question, one))), ""
        return self._ranked(question, fitting), ""

    def _fits(self, question: Question, passage: Passage) -> bool:
        return fits(question, passage) and (question.kind != "rivals" or self._has_rivals(passage))

    def _has_rivals(self, passage: Passage) -> bool:
        return any("rival" in group.relations for group in self.ledger.groups_of(passage.id))

    def _begun(self, question: Question) -> list[Passage]:
        """Return the events whose title is what is asked about, once *begin* and *end* are left out."""
        terms = tuple(term for term in question.needed if not term.within(_BEGINS))
        if not terms or len(terms) == len(question.needed):
            return []
        plain = replace(question, terms=terms)
        found = [one for one in self.index.with_all(terms) if one.kind == "event" and fits(plain, one)]
        return [one for one in found if self._share(plain, one) > 0.99]

    def _ranked(self, question: Question, fitting: Sequence[Passage]) -> tuple[Passage, ...]:
        scored = [
            (self._score(question, passage) - 0.1 * place / len(fitting), -place, passage)
            for place, passage in enumerate(fitting)
        ]
        scored.sort(key=lambda one: one[:2], reverse=True)
        least = scored[0][0] - _MARGIN
        return tuple(passage for score, _, passage in scored if score >= least)

    def _score(self, question: Question, passage: Passage) -> float:
        score = 2.0 * self._share(question, passage)
        score += _FIRST.get(question.kind, {}).get(passage.kind, 0.0)
        score += _TRUST.get(getattr(passage.row, "trust", ""), 0.0)
        if any(term.within(frozenset(passage.head[:1])) for term in question.counted):
            score += 0.3
        if _CLAIM in passage.head and not any(term.within(frozenset([_CLAIM])) for term in question.needed):
            score -= 0.5
        if question.span:
            inside = passage.kind != "figure" and passage.within(question.span)
            score += 1.0 if inside else passage.overlap(question.span)
        elif passage.kind == "figure":
            score += length_bonus(passage)
        return score

    def _share(self, question: Question, passage: Passage) -> float:
        """Return how much of a row's title was asked about, rare words counting more, 0 to 1."""
        asked = {token for term in question.needed for way in term.ways for token in way}
        weights = {
            token: self.index.rarity[token]
            for token in passage.head
            if not token.isdigit() and token not in STOP_WORDS and (token,) not in self.thesaurus.light
        }
        said = sum(weight for token, weight in weights.items() if token in asked)
        return said / (sum(weights.values()) or 1.0)

    def _answered(self, question: Question, found: Sequence[Passage]) -> Answer:
        shown = self._once(found)[:MAX_QUOTES]
        return Answer(
            "answered",
            question.text,
            question.read_as,
            tuple(quote(self.ledger, one) for one in shown),
            tuple((one.kind, one.id) for one in found),
            searched=self.searched,
        )

    def _once(self, found: Sequence[Passage]) -> list[Passage]:
        """Return rows without figures that record again what an earlier one records."""
        kept = set(self.ledger.count_once([one.id for one in found if one.kind == "figure"]))
        return [one for one in found if one.kind != "figure" or one.id in kept]

    def _compared(self, question: Question) -> Answer:
        """Answer each side of a comparison by one row, both in the same unit; or decline."""
        sides: list[tuple[Question, tuple[Passage, ...]]] = []
        for side in question.sides:
            tried = ((wording, self._found(wording)[0]) for wording in side)
            answered = next((one for one in tried if one[1]), None)
            if answered is None:
                why = f"no row answers for one side of the comparison: {_said(side[0])}"
                return self._declined(question.text, question.read_as, why, question.terms)
            sides.append(answered)
        pairs = [(one, two) for one in sides[0][1] for two in sides[1][1] if one != two and _alike(one, two)]
        if not pairs:
            why = "the record has no two rows in the same unit for the two sides of the comparison"
            return self._declined(question.text, question.read_as, why, question.terms)
        return Answer(
            "answered",
            question.text,
            f"compare: {' | '.join(_said(one) for one, _ in sides)}",
            tuple(quote(self.ledger, one) for one in pairs[0]),
            tuple((one.kind, one.id) for one in pairs[0]),
            searched=self.searched,
        )

    def _declined(self, text: str, read_as: str, why: str, terms: Iterable[Term]) -> Answer:
        known = [term for term in terms if not term.light and self.index.knows(term)]
        near = [*(self.index.with_all(known) if known else ()), *self.index.with_any(known, MAX_NEAREST)]
        nearest = tuple(quote(self.ledger, one) for one in list(dict.fromkeys(near))[:MAX_NEAREST])
        return Answer("declined", text, read_as, why=why, nearest=nearest, searched=self.searched)


def _by_day(question: Question, passage: Passage) -> tuple[bool, bool, str]:
    """Return the place in a list of days: what began in the span first, events before raids."""
    inside = question.span is None or passage.within(question.span)
    return (not inside, passage.kind != "event", str(passage.first))


def _said(question: Question) -> str:
    return question.read_as.partition(": ")[2]


def _alike(one: Passage, two: Passage) -> bool:
    """Tell whether two rows are of one kind, figures in one unit."""
    units = [row.unit.split("(")[0].strip() for row in (one.row, two.row) if isinstance(row, Figure)]
    return one.kind == two.kind and len(set(units)) <= 1


def _listed(words: Sequence[str]) -> str:
    return " and no row ".join(repr(word) for word in words[:4])
