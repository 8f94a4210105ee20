"""Dates in questions: days, months, quarters, seasons, years, ranges, ``by``, ``since``, days of any year."""

import calendar
import datetime
import re
from dataclasses import dataclass
from typing import Final, Literal

Mode = Literal["in", "by", "since"]

_MONTHS: Final = {
    name.casefold(): number
    for number in range(1, 13)
    for name in (calendar.month_name[number], calendar.month_abbr[number])
} | {"sept": 9}
_SEASONS: Final = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11), "winter": (12, 14)}
_PARTS: Final = {
    **{word: (1, 10) for word in ("early", "start of", "beginning of")},
    **{word: (10, 20) for word in ("mid", "middle of")},
    **{word: (20, 31) for word in ("late", "end of")},
}
_PARTS_OF_YEAR: Final = {
    **{word: (1, 1) for word in ("start of", "beginning of")},
    **{word: (5, 8) for word in ("mid", "middle of")},
    **{"early": (1, 4), "late": (9, 12), "end of": (12, 12)},
}
_ORDER: Final = {
    **{word: 1 for word in ("first", "1st", "q1", "h1")},
    **{word: 2 for word in ("second", "2nd", "q2", "h2")},
    **{word: 3 for word in ("third", "3rd", "q3")},
    **{word: 4 for word in ("fourth", "4th", "last", "final", "q4")},
}
_NAMES: Final = "|".join(sorted((name for name in _MONTHS if name), key=len, reverse=True))
_M: Final = rf"(?P<m>{_NAMES})\.?"
_D: Final = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_Y: Final = r"(?P<y>1[5-9]\d\d|20\d\d)"
_PART: Final = "|".join(_PARTS)
_ORDINAL: Final = "first|second|third|fourth|last|final|1st|2nd|3rd|4th"

_ATOMS: Final = tuple(
    re.compile(rf"\b(?:{pattern})(?!\w)")
    for pattern in (
        r"(?P<y>\d{4})-(?P<n>\d{2})-(?P<d>\d{2})",
        rf"{_D}\s+(?:of\s+)?{_M},?\s+{_Y}",
        rf"{_M}\s+(?:the\s+)?{_D},?\s+{_Y}",
        rf"(?:(?:the\s+)?(?P<part>{_PART})[\s-]+)?{_M}\s*,?\s*(?:of\s+)?{_Y}",
        rf"{_Y}-(?P<n>0[1-9]|1[0-2])",
        rf"(?P<q>q[1-4]|h[12]),?\s*(?:of\s+)?{_Y}",
        rf"(?:the\s+)?(?P<o>{_ORDINAL})\s+(?P<span>quarter|half)\s+of\s+{_Y}",
        rf"(?:the\s+)?(?P<season>spring|summer|autumn|fall|winter)\s+(?:of\s+)?{_Y}(?:[-/]\d\d(?:\d\d)?)?",
        rf"(?:(?:the\s+)?(?P<part>{_PART})[\s-]+)?{_Y}",
    )
)
_OF_ANY_YEAR: Final = tuple(
    re.compile(rf"\b(?:{pattern})(?!\w)")
    for pattern in (rf"{_D}\s+(?:of\s+)?{_M}", rf"{_M}\s+(?:the\s+)?{_D}(?!\d)")
)
_MONTH_ALONE: Final = re.compile(rf"\b(?:in|during|of|each|every)\s+{_M}(?!\w)")
_SHORT: Final = (
    (
        re.compile(rf"\b(?P<one>{_NAMES})\s+(?P<join>and|to|-)\s+{_M}\s+{_Y}"),
        r"\g<one> \g<y> \g<join> \g<m> \g<y>",
    ),
    (
        re.compile(rf"\b(?P<one>\d{{1,2}})(?:\s+(?P<join>and|to)\s+|\s*-\s*){_D}\s+{_M}\s+{_Y}"),
        r"\g<one> \g<m> \g<y> to \g<d> \g<m> \g<y>",
    ),
)
"""Two dates that share their year or month, written out."""

_MODES: Final[tuple[tuple[Mode, str], ...]] = (
    ("by", r"(?:by|before|until|till|up\s+to)"),
    ("since", r"(?:since|after|from)"),
)
_LEAP_YEAR: Final = 1952


@dataclass(frozen=True)
class Span:
    """The days a question asks about, both ends among them; ``None`` is open."""

    first: datetime.date | None
    last: datetime.date | None
    mode: Mode = "in"

    @property
    def days(self) -> int | None:
        """The number of days, if both ends are known."""
        return None if self.first is None or self.last is None else (self.last - self.first).days + 1

    @property
    def words(self) -> str:
        """The span as people read it."""
        if self.first is None:
            return f"up to {self.last}"
        if self.last is None:
            return f"from {self.first}"
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"


@dataclass(frozen=True)
class Dating:
    """What a question says of time, and the text without it.

    ``spans`` in the order of the text; ``day`` is a month and day of any year, ``month`` a month of any year;
    ``fault`` says which date does not exist.
    """

    rest: str
    spans: tuple[Span, ...] = ()
    day: tuple[int, int] | None = None
    month: int | None = None
    fault: str = ""


def read_dating(text: str) -> Dating:
    """Return the dates of a question, small letters or not; each leaves the sign ``@`` in the text."""
    left = text.casefold().replace("@", " ")
    for pattern, whole in _SHORT:
        left = pattern.sub(whole, left)
    found: list[tuple[int, Span]] = []
    for pattern in _ATOMS:
        while match := pattern.search(left):
            try:
                span = _span(match)
            except ValueError:
                return Dating(left, fault=f"there is no day {' '.join(match[0].split())!r}")
            found.append((match.start(), span))
            left = left[: match.start()] + "@" + " " * (len(match[0]) - 1) + left[match.end() :]
    spans = [span for _, span in sorted(found, key=lambda one: one[0])]
    left, spans = _ranges(left, spans)
    left, spans = _modes(left, spans)
    if spans:
        return Dating(left, tuple(spans))
    return _any_year(left)


def _span(match: "re.Match[str]") -> Span:
    parts = {name: value for name, value in match.groupdict().items() if value}
    year = int(parts["y"])
    month = int(parts["n"]) if "n" in parts else _MONTHS.get(parts.get("m", ""), 0)
    if "d" in parts:
        day = datetime.date(year, month, int(parts["d"]))
        return Span(day, day)
    if month:
        first, last = _PARTS.get(parts.get("part", ""), (1, 31))
        end = calendar.monthrange(year, month)[1]
        return Span(datetime.date(year, month, first), datetime.date(year, month, min(last, end)))
    if "season" in parts:
        return _months(year, *_SEASONS[parts["season"]])
    if "q" in parts or "o" in parts:
        number = _ORDER[parts.get("q") or parts["o"]]
        half = parts.get("span") == "half" or parts.get("q", "").startswith("h")
        size = 6 if half else 3
        number = min(number, 12 // size)
        return _months(year, (number - 1) * size + 1, number * size)
    return _months(year, *_PARTS_OF_YEAR.get(parts.get("part", ""), (1, 12)))


def _months(year: int, first: int, last: int) -> Span:
    end_year, end = (year + 1, last - 12) if last > 12 else (year, last)
    return Span(
        datetime.date(year, first, 1), datetime.date(end_year, end, calendar.monthrange(end_year, end)[1])
    )


def _ranges(left: str, spans: list[Span]) -> tuple[str, list[Span]]:
    """Join ``from @ to @`` and ``between @ and @`` to one span."""
    joining = re.compile(
        r"\b(?:from|between)\s+@\s*(?:to|and|until|till|-|through)\s+@|@\s*(?:to|until|-)\s*@"
    )
    while match := joining.search(left):
        at = left[: match.start()].count("@")
        one, two = spans[at], spans[at + 1]
        ends = [day for day in (one.first, one.last, two.first, two.last) if day]
        spans = [*spans[:at], Span(min(ends), max(ends)), *spans[at + 2 :]]
        left = f"{left[: match.start()]} @ {left[match.end() :]}"
    return left, spans


def _modes(left: str, spans: list[Span]) -> tuple[str, list[Span]]:
    for mode, words in _MODES:
        pattern = re.compile(rf"\b{words}\s+@")
        while match := pattern.search(left):
            at = left[: match.start()].count("@")
            one = spans[at]
            spans[at] = Span(None, one.last, mode) if mode == "by" else Span(one.first, None, mode)
            left = f"{left[: match.start()]} @ {left[match.end() :]}"
    return left, spans


def _any_year(left: str) -> Dating:
    """Return a dating for a text without a year: a day of any year, a month of any year, or none."""
    for pattern in _OF_ANY_YEAR:
        if match := pattern.search(left):
            month, day = _MONTHS[match["m"]], int(match["d"])
            try:
                datetime.date(_LEAP_YEAR, month, day)
            except ValueError:
                return Dating(left, fault=f"there is no day {match[0]!r}")
            return Dating(_without(left, match), day=(month, day))
    if match := _MONTH_ALONE.search(left):
        return Dating(_without(left, match), month=_MONTHS[match["m"]])
    return Dating(left)


def _without(text: str, match: "re.Match[str]") -> str:
    return f"{text[: match.start()]} @ {text[match.end() :]}"
