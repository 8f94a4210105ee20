"""Second readings: do they agree with the ledger, and do the numbers stand in the document on disk.

A paragraph is what stands between blank lines; the first one of a file is number 1. A number token is a
numeral (``15,000``, ``1.8 million``, ``11th``) or a number in words (``two dozen``, ``twenty-two``,
``fourth``, ``triple``). A numeral that is tied to a letter, as in F-84, is a name and no number.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from stalemate.errors import EvidenceError, Fault, QueryError
from stalemate.evidence.figure import DocumentMark, Figure, Reading
from stalemate.evidence.ledger import Ledger
from stalemate.table import read_text

_ONES: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS: Final = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_ADDED: Final[Mapping[str, float]] = {
    **{word: number for number, word in enumerate(_ONES)},
    **{word: 10 * number + 20 for number, word in enumerate(_TENS)},
    **{word: number + 1 for number, word in enumerate(_ORDINALS)},
    **{"half": 0.5, "quarter": 0.25, "once": 1, "twice": 2, "double": 2, "triple": 3},
}
_SCALES: Final[Mapping[str, float]] = {"dozen": 12, "hundred": 100, "thousand": 1e3, "million": 1e6}

_GAP: Final = r"[\s-]+"
_ANY_TEN: Final = rf"(?:{'|'.join(_TENS)})"
_ANY_ONE: Final = rf"(?:{'|'.join(sorted(_ONES, key=len, reverse=True))})"
_TO_99: Final = rf"(?:{_ANY_TEN}{_GAP}(?:{'|'.join(_ONES[1:10])})\b|{_ANY_TEN}|{_ANY_ONE})"
_TO_999: Final = rf"(?:{_TO_99}{_GAP}hundred(?:{_GAP}(?:and\s+)?{_TO_99}\b)?|{_TO_99})"
_THOUSANDS: Final = rf"{_TO_999}{_GAP}thousand(?:{_GAP}{_TO_999}\b)?"
_MILLIONS: Final = rf"{_TO_999}{_GAP}million(?:{_GAP}(?:{_THOUSANDS}|{_TO_999})\b)?"
_PARTS: Final = rf"(?:half|quarter)(?:{_GAP}(?:dozen|thousand|million))?"
_ALONE: Final = "|".join([*_ORDINALS, "once", "twice", "double", "triple", *_SCALES])
_IN_WORDS: Final = rf"{_MILLIONS}|{_THOUSANDS}|{_TO_99}{_GAP}dozen|{_TO_999}|{_PARTS}|{_ALONE}"
_NUMERAL: Final = (
    r"(?<![A-Za-z\d])(?<!\d\.)(?<![A-Za-z][-–])"
    r"(?P<numeral>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)(?:st|nd|rd|th)?(?![A-Za-z\d])"
    rf"(?:\s+(?P<scale>{'|'.join(_SCALES)})\b)?"
)
_NUMBER: Final = re.compile(rf"{_NUMERAL}|\b(?P<words>{_IN_WORDS})\b", re.IGNORECASE)

State = Literal["ok", "moved", "missing"]


@dataclass(frozen=True)
class Token:
    """A number in a text: as written, in small letters with single blanks, and its value."""

    text: str
    value: float


@dataclass(frozen=True)
class Comparison:
    """A second reading beside the figure it read again."""

    reading: Reading
    figure: Figure
    agrees: bool

    @property
    def explained(self) -> bool:
        """Whether it agrees, or its note says why not."""
        return self.agrees or bool(self.reading.note)


@dataclass(frozen=True)
class Finding:
    """Where the tokens of a reading stand in a document; ``found_in`` are the paragraphs that hold all."""

    reading: Reading
    state: State
    found_in: tuple[int, ...]


@dataclass(frozen=True)
class DocumentCheck:
    """All second readings of one document against a file on disk."""

    path: Path
    document: str
    paragraphs: int
    findings: tuple[Finding, ...]

    def count(self, state: State) -> int:
        """Return how many readings are in this state."""
        return sum(finding.state == state for finding in self.findings)


def paragraphs(text: str) -> tuple[str, ...]:
    """Return the paragraphs of a text: runs of lines that are not blank, in order."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found: list[list[str]] = []
    inside = False
    for line in lines:
        if line.strip():
            if not inside:
                found.append([])
            found[-1].append(line)
        inside = bool(line.strip())
    return tuple("\n".join(part) for part in found)


def number_tokens(text: str) -> tuple[Token, ...]:
    """Return the numbers of a text in order, numerals and words alike."""
    tokens = []
    for match in _NUMBER.finditer(text):
        if match["numeral"]:
            value = float(match["numeral"].replace(",", "")) * _SCALES.get((match["scale"] or "").lower(), 1)
        else:
            value = _value(re.findall("[a-z]+", match["words"].lower()))
        tokens.append(Token(_as_token(match[0]), value))
    return tuple(tokens)


def compare(ledger: Ledger) -> tuple[Comparison, ...]:
    """Return every second reading beside its figure.

    They agree if each value read, in the figure's unit, is among the amounts of the figure. Raises
    EvidenceError if what is given as written is not one number token of that value.
    """
    faults = [fault for reading in ledger.readings for fault in _token_faults(reading)]
    if faults:
        raise EvidenceError(faults)
    found = []
    for reading in ledger.readings:
        figure = ledger.figures[reading.figure]
        agrees = all(_among(value, figure.amounts) for value in reading.scaled)
        found.append(Comparison(reading, figure, agrees))
    return tuple(found)


def check_documents(ledger: Ledger, paths: Sequence[Path]) -> tuple[DocumentCheck, ...]:
    """Return for each file where the numbers of its second readings stand.

    Raises EvidenceError for a file that is no readable text, and QueryError for a text that is not one of
    the documents that were read a second time.
    """
    faults: list[Fault] = []
    texts = [read_text(path.parent, path.name, faults) for path in paths]
    if faults:
        raise EvidenceError(faults)
    return tuple(_check(ledger, path, text or "") for path, text in zip(paths, texts, strict=True))


def identify(documents: Sequence[DocumentMark], path: Path, text: str) -> str:
    """Return the id of the document a text is. Raises QueryError if it is none or more than one of them."""
    plain = " ".join(text.casefold().split())
    fitting = [mark.document for mark in documents if all(word.casefold() in plain for word in mark.words)]
    if len(fitting) == 1:
        return fitting[0]
    marks = "; ".join(f"{mark.document} (holds {', '.join(mark.words)})" for mark in documents)
    said = "more than one document" if fitting else "none of the documents"
    raise QueryError(f"{path}: the text fits {said} that were read a second time: {marks}")


def _check(ledger: Ledger, path: Path, text: str) -> DocumentCheck:
    document = identify(ledger.documents, path, text)
    held = [frozenset(token.text for token in number_tokens(part)) for part in paragraphs(text)]
    findings = []
    for reading in ledger.readings:
        if reading.document == document:
            wanted = {_as_token(token) for token in reading.as_written}
            found_in = tuple(number for number, tokens in enumerate(held, start=1) if wanted <= tokens)
            state: State = "ok" if reading.paragraph in found_in else "moved" if found_in else "missing"
            findings.append(Finding(reading, state, found_in))
    return DocumentCheck(path, document, len(held), tuple(findings))


def _token_faults(reading: Reading) -> list[Fault]:
    faults = []
    for written, value in zip(reading.as_written, reading.values, strict=True):
        tokens = number_tokens(written)
        if len(tokens) != 1 or tokens[0].text != _as_token(written) or tokens[0].value != value:
            where = f"readings of {reading.document}"
            found = f"{written[:60]!r} for {value:g} in the reading of {reading.figure}"
            faults.append(Fault(where, 0, "as_written", found, "one number token, and its value"))
    return faults


def _as_token(written: str) -> str:
    return " ".join(written.lower().split())


def _among(value: float, amounts: Sequence[float]) -> bool:
    return any(math.isclose(value, amount, rel_tol=1e-9, abs_tol=1e-12) for amount in amounts)


def _value(words: Sequence[str]) -> float:
    """Return the value of the words of one number: parts add up, a scale multiplies what stands before it."""
    total = part = 0.0
    for word in words:
        if word in _SCALES:
            part = (part or 1.0) * _SCALES[word]
            if word in ("thousand", "million"):
                total, part = total + part, 0.0
        else:
            part += _ADDED.get(word, 0.0)
    return total + part
