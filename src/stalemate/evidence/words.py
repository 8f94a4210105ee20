"""Words of questions and records brought to one form, and the thesaurus that joins what means the same.

A token is a word in small letters without accents, ending or hyphen: ``B-29s`` and ``b29`` are one, so are
``Koje-do`` and ``Koje``. The thesaurus is ``thesaurus.csv`` beside this file, curated by hand.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from stalemate.errors import EvidenceError, Fault
from stalemate.table import Names, Row, read_table

Tokens = tuple[str, ...]

_TABLE: Final = "thesaurus.csv"
_MAX_RULES: Final = 5000
_VOWEL: Final = re.compile("[aeiouy]")
_REWRITES: Final = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"[\u2010-\u2015\u2212]", "-"),
        (r"['\u2018\u2019\u02bc]s\b", ""),
        (r"['\u2018\u2019\u02bc`]", ""),
        (r"(?<=\d),(?=\d{3})", ""),
        (r"\b(?:tell|show|give|let) us\b", " "),
        (r"\bu\.\s?s\.(?:\s?a\.)?", "us "),
        (r"\bu\.\s?n\.(?:\s?c\.)?", "un "),
        (r"\bbomb(?:ed|ing)\b", "bombard"),
        (r"\b(?:un|united nations) command\b", "un"),
        (r"\bmarshalling\b", "marshaling"),
        (r"\bbomber command\b", "bombercommand"),
        (r"\bmig[- ]?\d{1,2}(?:bis)?s?\b", "mig"),
        (r"\b(f|b|tu|il|nsc|k)-?(\d{1,3})[a-z]?s?\b", r"\1\2"),
        (r"(?<=[a-z]{2})-(?:do|ri|ni|dong|san|po)\b", ""),
    )
)
_NAMING: Final = ("operation", "compound", "camp")
"""The word after one of these is a name and stands for itself alone."""

_WORD: Final = re.compile(r"[^\W_]+")


class Entry(Row):
    """One line of the thesaurus.

    ``same``: each of the terms may stand for each other, and for ``records_say``. ``light``: terms that need
    no counterpart in a record. ``opinion``, ``hypothetical``, ``reason``, ``future``: marks of questions
    that no record can answer.
    """

    kind: Literal["same", "light", "opinion", "hypothetical", "reason", "future"]
    terms: Names
    records_say: Names
    note: str | None


@dataclass(frozen=True)
class Term:
    """One thing a question asks about: as asked, and all token groups that a record may have for it."""

    said: str
    ways: frozenset[Tokens]
    light: bool = False

    def within(self, held: "frozenset[str] | set[str]") -> bool:
        """Tell whether all tokens of one of the ways are among those ``held``."""
        return any(held.issuperset(way) for way in self.ways)


@dataclass(frozen=True)
class Thesaurus:
    """What the terms of questions stand for."""

    ways: Mapping[Tokens, frozenset[Tokens]]
    light: frozenset[Tokens]
    marks: tuple[tuple[str, Tokens], ...]
    longest: int

    @classmethod
    def load(cls, folder: Path | None = None) -> "Thesaurus":
        """Read ``thesaurus.csv``, of this installation or of ``folder``. Raises EvidenceError."""
        return _load(Path(__file__).resolve().parent if folder is None else folder)

    def terms(self, text: str) -> tuple[Term, ...]:
        """Return the terms of a text in order, each once; the longest that the thesaurus knows come first."""
        left = plain(text)
        found: dict[Tokens, Term] = {}
        before = ""
        while left:
            size = self._longest(left)
            words, left = left[:size], left[size:]
            head = tuple(stem(word) for word in words)
            if head not in found and (size > 1 or head[0] not in STOP_WORDS):
                named = before in _NAMING and head[0] not in STOP_WORDS
                ways = frozenset() if named else self.ways.get(head, frozenset())
                found[head] = Term(" ".join(words), ways | {head}, head in self.light and not named)
            before = words[-1]
        return tuple(found.values())

    def mark(self, text: str) -> tuple[str, str] | None:
        """Return the first mark of a question that no record can answer, with its words, or None."""
        padded = f" {' '.join(plain(text))} "
        return next(
            ((kind, " ".join(words)) for kind, words in self.marks if f" {' '.join(words)} " in padded), None
        )

    def _longest(self, words: Tokens) -> int:
        """Return how many of the first words are one term; a single word always is."""
        sizes = range(min(self.longest, len(words)), 1, -1)
        heads = {size: tuple(stem(word) for word in words[:size]) for size in sizes}
        return next((size for size in sizes if heads[size] in self.ways or heads[size] in self.light), 1)


def plain(text: str) -> Tokens:
    """Return the words of a text in small letters, without accents, unstemmed."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    folded = "".join(letter for letter in folded if not unicodedata.combining(letter))
    for pattern, to in _REWRITES:
        folded = pattern.sub(to, folded)
    return tuple(_WORD.findall(folded))


def tokens(text: str) -> Tokens:
    """Return the words of a text as tokens."""
    return tuple(stem(word) for word in plain(text))


@cache
def _stemmed(word: str) -> str:
    for end, put in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh")):
        if word.endswith(end) and len(word) > len(end) + 1:
            return word[: -len(end)] + put
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for end in ("ing", "ed"):
        root = word.removesuffix(end)
        if root != word and len(root) >= 3 and _VOWEL.search(root):
            word = root[:-1] if root[-1] == root[-2] and root[-1] not in "lsz" else root
            break
    if word.endswith("ie"):
        return f"{word[:-2]}y"
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def stem(word: str) -> str:
    """Return a word without the endings of plural and tense; numbers and short words stay whole."""
    return word if len(word) < 4 or not word.isascii() or not word.isalpha() else _stemmed(word)


STOP_WORDS: Final = frozenset(
    stem(word)
    for word in (
        "a an the of in on at to by for from with and or as is are was were be been being it its this "
        "that these those there their them they he his she her him we our you your i my me do does did "
        "done has have had having can could may might must shall not no any some all each every many much "
        "more than then so such what which who whom whose when where how if into over under about between "
        "during against through up down out off again also only very just but please many exactly "
        "according say said says s t after before since until while among within without would"
    ).split()
)


def _load(folder: Path) -> Thesaurus:
    faults: list[Fault] = []
    entries = read_table(folder, _TABLE, Entry, faults)
    ways: dict[Tokens, set[Tokens]] = {}
    for entry in entries:
        if entry.kind == "same":
            for term in entry.terms:
                group = _groups((*entry.terms, *entry.records_say))
                ways.setdefault(tokens(term), set()).update(group)
    for size in (len(entries), sum(map(len, ways.values()))):
        if size > _MAX_RULES:
            faults.append(Fault(_TABLE, 0, "", f"{size:,} entries", f"at most {_MAX_RULES:,}"))
    if faults:
        raise EvidenceError(faults)
    light = frozenset(_groups(term for entry in entries if entry.kind == "light" for term in entry.terms))
    marks = tuple(
        (entry.kind, plain(term))
        for entry in entries
        if entry.kind not in ("same", "light")
        for term in entry.terms
    )
    return Thesaurus(
        ways=MappingProxyType({term: frozenset(group) for term, group in ways.items()}),
        light=light,
        marks=marks,
        longest=max((len(term) for term in (*ways, *light)), default=1),
    )


def _groups(texts: Iterable[str]) -> set[Tokens]:
    return {found for text in texts if (found := tokens(text))}


def joined(texts: Sequence[str]) -> str:
    """Return texts as one line of tokens, for the index."""
    return " ".join(token for text in texts for token in tokens(text))
