"""Ask the record every question of ``tests/questions/ask.csv`` and score what it says.

An answer is right if one of its quotations is a row that the table expects, wrong if none is or if the
question has no answer. A citation is correct if the row exists and its words, source and locator are those
of the table, read here anew.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from stalemate.evidence.ask import Answer, Archive
from stalemate.evidence.quote import Quote

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT / "record"
QUESTIONS = ROOT / "tests" / "questions" / "ask.csv"
HALVES = ("development", "held-out", "second held-out", "third held-out", "fourth held-out")

Rows = Sequence[Sequence[str]]
Cells = dict[str, str]


@dataclass(frozen=True)
class Asked:
    """One question of the table and what the record said to it."""

    id: str
    half: str
    kind: str
    question: str
    expected: frozenset[str]
    answer: Answer

    @property
    def answered(self) -> bool:
        """Whether an answer was given."""
        return self.answer.kind == "answered"

    @property
    def hits(self) -> tuple[bool, ...]:
        """For each quotation, whether it is an expected row."""
        return tuple(quote.id in self.expected for quote in self.answer.quotes)

    @property
    def right(self) -> bool:
        """Whether an expected row is quoted, or there is none and nothing was answered."""
        return any(self.hits) if self.expected else not self.answered

    @property
    def wrong(self) -> bool:
        """Whether an answer was given and no quotation of it is expected."""
        return self.answered and not any(self.hits)


@cache
def asked() -> tuple[Asked, ...]:
    """Return every question with its answer."""
    archive = Archive.load()
    return tuple(
        Asked(
            row["id"],
            row["half"],
            row["class"],
            row["question"],
            frozenset(row["records"].split("; ")) - {""},
            archive.ask(row["question"]),
        )
        for row in _cells(QUESTIONS)
    )


def halves() -> Rows:
    """Return the scores of both halves of the set, and of all."""
    every = asked()
    parts = [(half, [one for one in every if one.half == half]) for half in HALVES]
    return [_HEAD, *(_line(name, part) for name, part in (*parts, ("all", every)))]


def classes() -> Rows:
    """Return the scores by class of question, both halves apart."""
    every = asked()
    names = dict.fromkeys(one.kind for one in every)
    rows = [("class", "answer exists", *(f"{half}: right of asked" for half in HALVES), "wrong answers")]
    for name in names:
        part = [one for one in every if one.kind == name]
        counts = [[one.right for one in part if one.half == half] for half in HALVES]
        shown = [f"{sum(count)} of {len(count)}" for count in counts]
        exists = "yes" if part[0].expected else "no"
        rows.append((name.replace("_", " "), exists, *shown, str(sum(one.wrong for one in part))))
    return rows


def misses() -> Rows:
    """Return every question that was not served as the table expects."""
    rows: list[Sequence[str]] = [("half", "question", "what was said")]
    for one in asked():
        if not one.right:
            shown = ", ".join(f"`{quote.id}`" for quote in one.answer.quotes)
            said = f"answered with {shown}" if one.answered else f"declined: {one.answer.why}"
            rows.append((one.half, one.question, said))
    return rows


def _line(name: str, part: Iterable[Asked]) -> Sequence[str]:
    every = list(part)
    known = [one for one in every if one.expected]
    unknown = [one for one in every if not one.expected]
    given = [one for one in every if one.answered]
    declined = [one for one in every if not one.answered]
    quotes = [quote for one in given for quote in one.answer.quotes]
    return (
        name,
        _share([one.right for one in known]),
        _share([one.hits[0] for one in given]),
        _share([is_correct(quote) for quote in quotes]),
        _share([one.wrong for one in given]),
        _share([one.right for one in unknown]),
        _share([not one.expected for one in declined]),
    )


_HEAD = (
    "half",
    "answered rightly, of those with an answer",
    "first quotation expected, of answers",
    "citations correct, of quotations",
    "wrong, of answers given",
    "declined, of those without an answer",
    "rightly, of all declined",
)


def is_correct(quote: Quote) -> bool:
    """Tell whether a quotation has the words, sources and locator of its row, by a plain reading of it."""
    row = _record().get((_TABLES.get(quote.kind, ""), quote.id))
    if row is None:
        return quote.kind == "front line"
    words = {"event": "title", "raid": "name", "figure": "quantity", "place": "name_1950s"}[quote.kind]
    texts = {"event": "summary", "raid": "outcome"}
    same = quote.title == row[words] and quote.text == row.get(texts.get(quote.kind, ""), "")
    named = row.get("sources") or row.get("source") or ""
    sources = [name.strip() for name in named.split(";") if name.strip()]
    locator = row.get("locator", row.get("cited", ""))
    cited = [one.source for one in quote.citations if one.source] == sources
    where = all(locator in (one.locator, one.citation) for one in quote.citations)
    return same and cited and where and row.get("trust", "") == quote.trust


_TABLES = {"event": "events", "raid": "raids", "place": "places", "figure": "figures"}


@cache
def _record() -> dict[tuple[str, str], Cells]:
    """Return every row by its table and id; an event and a raid may have the same id."""
    rows = {(name, row["id"]): row for name in _TABLES.values() for row in _rows_of(name)}
    return rows


def _rows_of(name: str) -> list[Cells]:
    if name != "figures":
        return _cells(RECORD / f"{name}.csv")
    return [row for table in sorted((RECORD / name).glob("*.csv")) for row in _cells(table)]


def _cells(path: Path) -> list[Cells]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _share(found: Sequence[bool]) -> str:
    if not found:
        return "none"
    return f"{sum(found)} of {len(found)} ({sum(found) / len(found):.0%})"
