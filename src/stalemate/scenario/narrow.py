"""A scenario in which some numbers are known better than its tables say: each between two values.

A narrowed number keeps its distribution, given that it lies between the two: what was twice as likely there
stays so, and a higher quantile stays higher, so wars of the whole and of the narrowed scenario still share
their luck. It is another scenario, with another digest.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from stalemate.errors import QueryError
from stalemate.scenario.catalogue import PARAMETERS
from stalemate.scenario.schema import Parameter, Scenario

MOST_RANGES: Final = 500
"""Ranges of one question, at most; there are fewer parameters."""


@dataclass(frozen=True, order=True)
class Narrow:
    """A parameter taken to lie between ``low`` and ``high``, both counted, in its unit."""

    name: str
    low: float
    high: float


def read_range(text: str) -> Narrow:
    """Return what ``NAME=LOW..HIGH`` means. Raises QueryError for anything else."""
    name, _, ends = text.partition("=")
    low, _, high = ends.partition("..")
    try:
        return Narrow(name.strip(), float(low), float(high))
    except ValueError:
        raise QueryError(f"found the range {text[:60]!r}; expected NAME=LOW..HIGH") from None


def open_to_narrowing(war: Scenario) -> dict[str, Parameter]:
    """Return the parameters that can be narrowed, by name: in doubt, and one number for the whole war."""
    dated = {needed.name for needed in PARAMETERS if needed.dated}
    return {row.name: row for row in war.parameters if row.distribution != "fixed" and row.name not in dated}


def narrowed(war: Scenario, ranges: Sequence[Narrow]) -> Scenario:
    """Return the scenario with each named parameter inside its range; the same one if there are none.

    Raises QueryError with everything that is wrong: a name that cannot be narrowed or comes twice, ends in
    the wrong order or outside ``low`` and ``high`` of its row.
    """
    if not ranges:
        return war
    if len(ranges) > MOST_RANGES:
        raise QueryError(f"found {len(ranges):,} ranges; expected at most {MOST_RANGES}")
    count = Counter(one.name for one in ranges)
    faults = [
        f"{name[:60]} is narrowed {number} times; give it once"
        for name, number in count.items()
        if number > 1
    ]
    rows = open_to_narrowing(war)
    faults += [said for one in ranges if (said := _fault(one, rows.get(one.name)))]
    if war.narrowed:
        faults.append(f"{war.name} is narrowed already; begin with the whole scenario")
    if faults:
        raise QueryError("\n".join(faults))
    given = sorted(ranges)
    words = "; ".join(f"{one.name} {one.low!r} to {one.high!r}" for one in given)
    return replace(
        war,
        digest=hashlib.sha256(f"{war.digest} with {words}".encode()).hexdigest(),
        narrowed=MappingProxyType({one.name: (one.low, one.high) for one in given}),
    )


def ranges_of(war: Scenario) -> tuple[Narrow, ...]:
    """Return how a scenario was narrowed, by name."""
    return tuple(Narrow(name, low, high) for name, (low, high) in sorted(war.narrowed.items()))


def _fault(one: Narrow, row: Parameter | None) -> str:
    if row is None or row.low is None or row.high is None:
        return f"{one.name[:60]!r} cannot be narrowed: no number in doubt that holds for the whole war"
    if not (
        math.isfinite(one.low) and math.isfinite(one.high) and row.low <= one.low <= one.high <= row.high
    ):
        return (
            f"{one.name} is narrowed to {one.low:.10g} to {one.high:.10g}; expected low <= high, both from "
            f"{row.low:.10g} to {row.high:.10g} {row.unit}"
        )
    return ""
