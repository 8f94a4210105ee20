"""A question in plain words, read into its kind, its terms and its dates. Nothing is looked up here."""

import re
from dataclasses import dataclass
from typing import Final, Literal, get_args

from stalemate.evidence.moment import Dating, Span, read_dating
from stalemate.evidence.words import STOP_WORDS, Term, Thesaurus, tokens

Kind = Literal[
    "when", "where", "who", "how many", "what", "what happened", "on this day", "compare", "rivals", "count"
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
Terms = tuple[Term, ...]
MAX_LETTERS: Final = 400
"""A longer question is not read."""

_COUNTED: Final = "raids?|events?|battles?|incidents?|attacks?"
_SAID: Final = "sources?|accounts?|figures?|records?|estimates?"
_SHAPES: Final[tuple[tuple[Kind, str], ...]] = (
    ("on this day", r"\bon this day\b|\bthis day in history\b|\bthis day\b"),
    (
        "rivals",
        rf"\b(?:{_SAID})\s+(?:disagree|differ|conflict|contradict|agree)\w*",
    ),
    ("rivals", r"\b(?:rival|conflicting|differing)\s+(?:figures?|values?|accounts?|estimates?|sources?)"),
    ("compare", r"^\W*compare\b|\bversus\b|\bvs\b\.?|\bcompared (?:with|to)\b|\bdifference between\b"),
    ("count", rf"\bhow many (?P<noun>{_COUNTED})\b(?=.*\b(?:recorded|record|listed|list|chronicle)\b)"),
    ("how many", r"\bhow (?:many|much|long|far|fast|large|big|high|deep|heavy|old)\b|\bthe number of\b"),
    ("when", r"\bwhen\b|\b(?:what|which) (?:was the )?(?:dates?|day|month|year)\b|\bdates? of\b"),
    ("where", r"\bwhere\b|\b(?:at|in) (?:what|which) (?:place|town|city)\b"),
    (
        "who",
        r"\bwho(?:m|se)?\b|\bwhich (?:units?|sides?|countr\w+|generals?|commanders?|divisions?|services?)\b",
    ),
    (
        "what happened",
        r"\bwhat (?:happened|took place|occurred|went on|events? \w+)\b|\bevents? (?:on|in|of)\b",
    ),
)
_FRAMES: Final = tuple((kind, re.compile(shape)) for kind, shape in _SHAPES)
_MEASURE: Final = re.compile(r"\bhow (many|much|long|far|fast|large|big|high|deep|heavy)\b")
_ORDER: Final = re.compile(r"^\W*(?:please\s+)?(?:list|show|give|find|tell)\b")
_LAST: Final = re.compile(r"\blast(?:ed|ing)?\b")
_IDENTITY: Final = re.compile(r"^\W*who (?:is|was|were) (?:the|a|an)\b")
_WHOLE: Final = re.compile(r"\b(?:in|during|throughout|over|of|for) the (?:whole |entire )?(?:korean )?war\b")
_JOINTS: Final = re.compile(
    r"\bversus\b|\bvs\b\.?|\bcompared (?:with|to)\b|\bwith\b|\bagainst\b|\band\b|\bor\b|\bto\b"
)
_SPLIT: Final = re.compile(r"\bversus\b|\bvs\b\.?|\bcompared (?:with|to)\b")
_VERBS: Final = frozenset(
    tokens(
        "was were is are did do does had has have would fly flew flown lose lost died die killed "
        "claimed drop dropped fell attacked took take come came go went returned released hit struck "
        "fired fire served used"
    )
)


@dataclass(frozen=True)
class Question:
    """One question: its kind, what it asks about, and when.

    ``counted`` is the thing counted, the first words after *how many*; ``measure`` the word after *how*.
    ``whole`` says that the whole war is meant. ``sides`` are the two halves of a comparison, each as wordings
    to try in turn.
    """

    text: str
    kind: Kind
    terms: tuple[Term, ...]
    spans: tuple[Span, ...] = ()
    day: tuple[int, int] | None = None
    month: int | None = None
    counted: tuple[Term, ...] = ()
    measure: str = ""
    whole: bool = False
    sides: tuple[tuple["Question", ...], ...] = ()

    @property
    def span(self) -> Span | None:
        """The one span of a plain question."""
        return self.spans[0] if self.spans else None

    @property
    def needed(self) -> tuple[Term, ...]:
        """The terms that a record must have."""
        return tuple(term for term in self.terms if not term.light)

    @property
    def read_as(self) -> str:
        """The question as it was understood, in one line."""
        if self.sides:
            return "compare: " + " | ".join(side[0].read_as.partition(": ")[2] for side in self.sides)
        said = ", ".join(term.said for term in self.needed) or "anything"
        when = ", ".join(span.words for span in self.spans)
        if self.day:
            when = f"month {self.day[0]}, day {self.day[1]} of any year"
        elif self.month:
            when = f"month {self.month} of any year"
        return f"{self.kind}: {said}" + (f"; {when}" if when else "")


@dataclass(frozen=True)
class Unread:
    """A question that cannot be looked up, and why."""

    text: str
    why: str
    read_as: str = ""


def read_question(text: str, thesaurus: Thesaurus) -> Question | Unread:
    """Read a question. Any text is allowed; what cannot be looked up comes back with the reason."""
    shown = " ".join(text[: MAX_LETTERS + 1].split())
    if len(text) > MAX_LETTERS:
        return Unread(shown[:80], f"a question has at most {MAX_LETTERS} letters, this one has {len(text):,}")
    if not tokens(shown):
        return Unread(shown, "there is no word in the question")
    mark = thesaurus.mark(shown)
    if mark:
        return Unread(shown, _WHY[mark[0]], f"a question with {mark[1]!r}")
    if _IDENTITY.search(shown.casefold()):
        return Unread(shown, "the record tells what people did, not who they were")
    dating = read_dating(shown)
    if dating.fault:
        return Unread(shown, dating.fault)
    kind, noun = _kind(dating)
    if kind == "compare":
        return _comparison(shown, dating, thesaurus)
    return _plain(shown, kind, dating, thesaurus, noun)


_WHY: Final = {
    "opinion": "it asks for a judgement; the record holds who said what, not what is right",
    "hypothetical": "it asks what might have been; the record holds what was",
    "reason": "it asks why; the record holds what happened and who said so, and gives no reasons of its own",
    "future": "it asks for what is to come; the record ends in 1953",
}


def _kind(dating: Dating) -> tuple[Kind, str]:
    for kind, frame in _FRAMES:
        if match := frame.search(dating.rest):
            return kind, match.groupdict().get("noun") or ""
    return "what", ""


def _plain(text: str, kind: Kind, dating: Dating, thesaurus: Thesaurus, noun: str = "") -> Question:
    rest = dating.rest
    for frame_kind, frame in _FRAMES:
        if frame_kind == kind and kind != "how many":
            rest = frame.sub(" ", rest, count=1)
    if kind == "count":
        rest = re.sub(r"\b(?:recorded|record|records|listed|list|chronicle)\b", " ", rest)
    rest = _ORDER.sub(" ", rest)
    measure = _MEASURE.search(rest)
    counted: tuple[Term, ...] = ()
    if kind == "how many" and measure:
        counted = _counted(rest[measure.end() :], thesaurus) if measure[1] in ("many", "much") else ()
        rest = f"{rest[: measure.start()]} {rest[measure.end() :]}"
    if measure and measure[1] == "long":
        rest = _LAST.sub(" ", rest)
    terms = thesaurus.terms(rest)
    word = noun or (measure[1] if measure else "")
    if kind == "what" and dating.spans and all(term.light for term in terms):
        kind = "what happened"
    whole = bool(_WHOLE.search(rest)) and not dating.spans
    return Question(text, kind, terms, dating.spans, dating.day, dating.month, counted, word, whole)


def _counted(after: str, thesaurus: Thesaurus) -> tuple[Term, ...]:
    """Return the terms of what is counted: the words up to the first verb or small word."""
    words: list[str] = []
    for word in after.replace("@", " @ ").split():
        token = tokens(word)
        done = bool(words) and word.endswith("ed")
        if not token or done or token[0] in _VERBS or token[0] in STOP_WORDS:
            break
        words.append(word)
    return thesaurus.terms(" ".join(words))


def _comparison(text: str, dating: Dating, thesaurus: Thesaurus) -> Question:
    rest = re.sub(r"^\W*compare\b|\b(?:what is |what was )?the difference between\b", " ", dating.rest)
    joint = (
        _SPLIT.search(rest)
        or next((one for one in _JOINTS.finditer(rest) if one[0] == "and"), None)
        or _JOINTS.search(rest)
    )
    whole = _plain(text, "compare", dating, thesaurus)
    if joint is None:
        return whole
    halves = (rest[: joint.start()], rest[joint.end() :])
    before = halves[0].count("@")
    spans = (dating.spans[:before], dating.spans[before:])
    terms = tuple(thesaurus.terms(half) for half in halves)
    left, right = terms
    words = (_joined_left(left, right), _joined_right(left, right))
    sides = tuple(
        tuple(
            Question(text, "how many", _once(wording), spans[side] or spans[1 - side])
            for wording in words[side]
        )
        for side in (0, 1)
    )
    return Question(text, "compare", whole.terms, dating.spans, sides=sides)


def _joined_left(left: Terms, right: Terms) -> tuple[Terms, ...]:
    """Return wordings of the left half: it takes over from the right what it does not say itself."""
    sizes = range(1, min(len(left), len(right)) + 1)
    return tuple((*left, *right[size:]) for size in sizes) or (left,)


def _joined_right(left: Terms, right: Terms) -> tuple[Terms, ...]:
    """Return wordings of the right half: its words stand for as many of the last words of the left."""
    sizes = range(1, min(len(left), len(right)) + 1)
    return tuple((*left[: len(left) - size], *right) for size in sizes) or (left,)


def _once(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    return tuple({term.said: term for term in terms}.values())
