"""What a run is asked: one shape for programs, for a form without script, and for an address.

The address of a question leaves out what is as it is at first, so ``/runs`` alone is the first question. A
form sends the same names; it may also give a range as two fields, ``low.NAME`` and ``high.NAME``.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stalemate.interfaces.atlas.faults import Malformed
from stalemate.scenario.air import Law
from stalemate.scenario.forms import FIRE_FORMS, REPAIR_FORMS
from stalemate.scenario.narrow import Narrow

if TYPE_CHECKING:
    from stalemate.ensemble.jobs import Asked

MOST_WARS: Final = 20_000
MOST_POLICIES: Final = 4
MOST_RANGES: Final = 12
LARGEST_SEED: Final = 2**53 - 1
"""Larger ones would not come back whole from a browser."""

Policy = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9:=._-]{0,119}$")]
Repair = Literal["queue", "own-clock"]
Fire = Literal["policy", "stock", "retribution", "surplus"]

_LISTS: Final = ("policies", "repair", "fire")
_COUNTS: Final = ("replicates", "seed")
_SINCE: Final = {"": False, "start": False, "parting": True}
_UNDER: Final = ":law="


class RangeAsked(BaseModel):
    """A parameter taken to lie between two values, both counted, inside its own range."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
    low: Annotated[float, Field(allow_inf_nan=False)]
    high: Annotated[float, Field(allow_inf_nan=False)]


class RunQuestion(BaseModel):
    """What a run is asked: each policy is held against the last one under the same luck."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    policies: Annotated[list[Policy], Field(min_length=2, max_length=MOST_POLICIES)] = [
        "banfill",
        "historical",
    ]
    law: Annotated[Law | None, Field(description="Every policy under this body of law.")] = None
    replicates: Annotated[int, Field(ge=1, le=MOST_WARS, description="Wars of each policy.")] = 1000
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] = 1
    repair: Annotated[list[Repair], Field(min_length=1, max_length=len(REPAIR_FORMS))] = [*REPAIR_FORMS]
    fire: Annotated[list[Fire], Field(min_length=1, max_length=len(FIRE_FORMS))] = [*FIRE_FORMS]
    since_parting: Annotated[bool, Field(description="Outcomes from the day the policies part.")] = False
    ranges: Annotated[list[RangeAsked], Field(max_length=MOST_RANGES)] = []


def read_question(pairs: Iterable[tuple[str, str]]) -> RunQuestion:
    """Return the question that the fields of a form or an address ask, in one order of forms and ranges.

    Raises Malformed with everything that is wrong.
    """
    given: dict[str, list[str]] = defaultdict(list)
    for name, value in pairs:
        given[name].append(value.strip())
    faults: list[str] = []
    values: dict[str, Any] = {}
    ranges = _ranges(given, faults)
    for name in _LISTS:
        found = [part for text in given.pop(name, ()) for part in text.split(",") if part]
        if found:
            values[name] = found
    for name in (*_COUNTS, "law", "since"):
        texts = [text for text in given.pop(name, ()) if text]
        if len(texts) > 1:
            faults.append(f"found {name} more than once; give it once")
        elif texts and name in _COUNTS:
            values[name] = int(texts[0]) if re.fullmatch(r"[0-9]{1,16}", texts[0]) else texts[0]
        elif texts and name == "since":
            if texts[0] not in _SINCE:
                faults.append(f"since: found {texts[0][:60]!r}; expected start or parting")
            values["since_parting"] = _SINCE.get(texts[0], False)
        elif texts:
            values[name] = texts[0]
    faults += [f"found {name[:60]!r}, which is no part of a question" for name in given]
    try:
        question = RunQuestion.model_validate({**values, "ranges": ranges})
    except ValidationError as error:
        faults += [_told(fault) for fault in error.errors(include_url=False)]
    if faults:
        raise Malformed("\n".join(faults))
    return in_order(question)


def in_order(question: RunQuestion) -> RunQuestion:
    """Return the same question with forms in the order of their tables and ranges by name."""
    return question.model_copy(
        update={
            "repair": sorted(question.repair, key=REPAIR_FORMS.index),
            "fire": sorted(question.fire, key=FIRE_FORMS.index),
            "ranges": sorted(question.ranges, key=lambda one: one.name),
        }
    )


def write_question(question: RunQuestion) -> str:
    """Return a question as the question of an address, without its ``?``; what is as at first is left out."""
    first = RunQuestion()
    told = {
        "policies": ",".join(question.policies),
        "law": question.law or "",
        "replicates": str(question.replicates),
        "seed": str(question.seed),
        "repair": ",".join(question.repair),
        "fire": ",".join(question.fire),
        "since": "parting" if question.since_parting else "",
        "ranges": ",".join(f"{one.name}:{plain(one.low)}..{plain(one.high)}" for one in question.ranges),
    }
    same = {
        "policies": ",".join(first.policies),
        "replicates": str(first.replicates),
        "seed": str(first.seed),
        "repair": ",".join(first.repair),
        "fire": ",".join(first.fire),
    }
    return urlencode({name: text for name, text in told.items() if text != same.get(name, "")})


def plain(value: float) -> str:
    """Return a number as it is written in an address: whole ones without a point."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def asked_of(question: RunQuestion) -> "Asked":
    """Return a question as the queue of runs takes it."""
    from stalemate.ensemble.jobs import Asked

    ordered = in_order(question)
    law = f"{_UNDER}{question.law}" if question.law else ""
    return Asked(
        policies=tuple(policy + law for policy in ordered.policies),
        replicates=ordered.replicates,
        seed=ordered.seed,
        since_parting=ordered.since_parting,
        repair=tuple(ordered.repair),
        fire=tuple(ordered.fire),
        ranges=tuple(Narrow(one.name, one.low, one.high) for one in ordered.ranges),
    )


def question_of(asked: "Asked") -> RunQuestion:
    """Return what the queue was asked as a question; a law that binds every policy stands by itself."""
    laws = {policy.rpartition(_UNDER)[2] if _UNDER in policy else "" for policy in asked.policies}
    law = laws.pop() if len(laws) == 1 else ""
    tail = f"{_UNDER}{law}" if law else ""
    values: dict[str, Any] = {
        "policies": [policy.removesuffix(tail) for policy in asked.policies],
        "law": law or None,
        "replicates": asked.replicates,
        "seed": asked.seed,
        "repair": list(asked.repair),
        "fire": list(asked.fire),
        "since_parting": asked.since_parting,
        "ranges": [RangeAsked(name=one.name, low=one.low, high=one.high) for one in asked.ranges],
    }
    return RunQuestion.model_construct(**values)


def _ranges(given: dict[str, list[str]], faults: list[str]) -> list[dict[str, Any]]:
    """Take the ranges out of the fields, written whole or as two fields each."""
    texts = [part for text in given.pop("ranges", ()) for part in text.split(",") if part]
    ends = {name.partition(".")[2]: name for name in given if re.match(r"(low|high)\.", name)}
    for parameter in ends:
        low, high = (" ".join(given.pop(f"{end}.{parameter}", [])).strip() for end in ("low", "high"))
        if low or high:
            texts.append(f"{parameter}:{low}..{high}")
    found = []
    for text in texts:
        name, _, both = text.partition(":")
        low, _, high = both.partition("..")
        try:
            found.append({"name": name, "low": float(low), "high": float(high)})
        except ValueError:
            faults.append(f"ranges: found {text[:80]!r}; expected NAME:LOW..HIGH, both ends as numbers")
    return found


def _told(fault: Any) -> str:
    where = ".".join(str(part) for part in fault["loc"])
    return f"{where}: {fault['msg']}, found {str(fault['input'])[:60]!r}"
