"""The index of the record: SQLite FTS5 in memory, built when it is first asked for.

A word of a question never reaches FTS5 as query syntax: each token holds only letters and digits and stands
in double quotes. A term is an OR of its ways, a search the AND of its terms; nearness falls back to OR.
"""

import math
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from stalemate.errors import StalemateError
from stalemate.evidence.passage import Passage
from stalemate.evidence.words import STOP_WORDS, Term, Tokens

_MAX_FOUND: Final = 5_000
_WEIGHTS: Final = "4.0, 2.0, 1.0"
"""Weight of a word in the title, in the text, and around it (place, actors, topic, source)."""


@dataclass(frozen=True)
class Index:
    """All passages with their words. Safe to ask from several threads: one search at a time."""

    passages: tuple[Passage, ...]
    rarity: Mapping[str, float]
    """Of each token of the record, how rare it is: log(passages / passages with it), at least 0.1."""
    _base: sqlite3.Connection = field(repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @classmethod
    def build(cls, passages: Sequence[Passage]) -> "Index":
        """Index the passages in memory. Raises StalemateError where SQLite has no FTS5."""
        base = sqlite3.connect(":memory:", check_same_thread=False)
        try:
            base.execute("CREATE VIRTUAL TABLE passage USING fts5(head, body, around, tokenize='unicode61')")
        except sqlite3.OperationalError as error:
            base.close()
            raise StalemateError(
                f"questions need SQLite with the extension FTS5, and SQLite {sqlite3.sqlite_version} of this "
                f"Python has none ({error}); use a Python whose sqlite3 module was built with it"
            ) from None
        base.executemany(
            "INSERT INTO passage(rowid, head, body, around) VALUES (?, ?, ?, ?)",
            (
                (number, " ".join(one.head), " ".join(one.body), " ".join(one.around))
                for number, one in enumerate(passages)
            ),
        )
        counts = Counter(token for one in passages for token in one.held)
        rarity = {token: max(0.1, math.log(len(passages) / count)) for token, count in counts.items()}
        return cls(tuple(passages), rarity, base)

    def close(self) -> None:
        """Let go of the memory; nothing can be asked afterwards."""
        self._base.close()

    def knows(self, term: Term) -> bool:
        """Tell whether the record has all words of one of the ways of a term."""
        return any(all(token in self.rarity for token in way) for way in term.ways)

    def weight(self, term: Term) -> float:
        """Return the rarity of a term: that of its commonest way, a way counts as its rarest word."""
        known = [way for way in term.ways if all(token in self.rarity for token in way)]
        return min((max(self.rarity[token] for token in way) for way in known), default=0.0)

    def with_all(self, terms: Iterable[Term]) -> tuple[Passage, ...]:
        """Return the passages that hold every term, best first; all without a term."""
        terms = tuple(terms)
        groups = [query for term in terms if (query := self._either(term))]
        found = self._find(" AND ".join(groups)) if groups else self.passages
        return tuple(one for one in found if all(term.within(one.held) for term in terms))

    def with_any(self, terms: Iterable[Term], most: int) -> tuple[Passage, ...]:
        """Return the ``most`` passages that hold the rarest of the terms."""
        groups = [query for term in terms if (query := self._either(term))]
        return self._find(" OR ".join(groups))[:most] if groups else ()

    def _either(self, term: Term) -> str:
        ways = [way for way in sorted(term.ways) if all(token in self.rarity for token in way)]
        groups = ("(" + " AND ".join(f'"{token}"' for token in _meant(way)) + ")" for way in ways)
        return f"({' OR '.join(groups)})" if ways else ""

    def _find(self, query: str) -> tuple[Passage, ...]:
        order = f"bm25(passage, {_WEIGHTS}), rowid"
        text = f"SELECT rowid FROM passage WHERE passage MATCH ? ORDER BY {order} LIMIT ?"
        with self._lock:
            rows = self._base.execute(text, (query, _MAX_FOUND)).fetchall()
        return tuple(self.passages[number] for (number,) in rows)


def _meant(way: Tokens) -> Tokens:
    return tuple(token for token in way if token not in STOP_WORDS) or way
