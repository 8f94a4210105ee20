"""In which worlds does a policy win? Boxes of parameters and rival forms that hold most of such pairs.

The patient rule induction method (Friedman and Fisher 1999, *Statistics and Computing* 9, 123-143) as used
for scenario discovery (Bryant and Lempert 2010, *Technological Forecasting and Social Change* 77, 34-49), by
the library ``ema_workbench``. Boxes are found on the first half of the pairs and judged on the second.
"""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import numpy.typing as npt

from stalemate.analysis.estimate import number
from stalemate.analysis.leaning import correlation, paired_difference, ranks
from stalemate.ensemble.outcomes import outcome_named
from stalemate.ensemble.runs import Runs
from stalemate.errors import QueryError
from stalemate.scenario.resolve import draws_of, quantiles
from stalemate.scenario.schema import Scenario

if TYPE_CHECKING:
    import pandas

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Direction = Literal["less", "more"]

LEAST_PAIRS: Final = 500
LOOKED_AT: Final = 20
"""Parameters that are looked at: those whose draws go with winning most strongly."""
MOST_BOXES: Final = 3
LEAST_DENSITY: Final = 0.6
"""Share of winning pairs that a box must reach."""
LEAST_TOLD: Final = 0.15
"""Share of the winners in a box less share of the others, on pairs kept apart, below which none is said."""
_CHANCE: Final = 0.05
_EDGE: Final = 0.02
"""A limit so near to the end of a parameter's distribution is none."""
_FORMS: Final = ("repair", "fire")


@dataclass(frozen=True)
class Limit:
    """One side of a box: the forms that it takes, or a parameter between two values.

    ``low`` and ``high`` in ``unit`` are None at the end of the prior; ``shares`` are the same ends as shares
    of the prior below them. ``forms`` are empty for a parameter.
    """

    name: str
    forms: tuple[str, ...]
    low: float | None
    high: float | None
    shares: tuple[float, float]
    unit: str
    assumed: bool

    def __str__(self) -> str:
        if self.forms:
            return f"{self.name} is {' or '.join(self.forms)}"
        ends = [
            f"{word} {number(end)}"
            for word, end in (("above", self.low), ("below", self.high))
            if end is not None
        ]
        unit = "" if self.unit == "1" else f" {self.unit}"
        return f"{self.name} is {' and '.join(ends)}{unit} ({'assumed' if self.assumed else 'from figures'})"


@dataclass(frozen=True)
class Box:
    """Worlds between limits: a share ``density`` of its pairs win, which are ``coverage`` of all that do.

    Both are of pairs that had no part in finding it; ``mass`` is its share of those pairs.
    """

    limits: tuple[Limit, ...]
    density: float
    coverage: float
    mass: float


@dataclass(frozen=True)
class Discovery:
    """Where the first policy's outcome is ``direction`` than the second's by ``share`` of it or more.

    ``wins`` is the share of pairs in which it is. No box was found where ``boxes`` are empty.
    """

    outcome: str
    a: str
    b: str
    direction: Direction
    share: float
    pairs: int
    wins: float
    boxes: tuple[Box, ...]


def discover(runs: Runs, war: Scenario, outcome: str, direction: Direction, share: float) -> Discovery:
    """Return the boxes in which the first policy of a run of two wins.

    Raises QueryError without the library, for an unknown outcome, a share outside 0 to 10, and a run that
    ``paired_difference`` refuses.
    """
    if find_spec("ema_workbench") is None:
        raise QueryError("this needs ema_workbench; install it with: pip install 'stalemate-lab[study]'")
    outcome_named(outcome)
    if not 0 <= share <= 10:
        raise QueryError(f"found a share of {share}; expected 0 to 10, as 10% or 0.1")
    difference = paired_difference(runs, war, outcome, "discovery", LEAST_PAIRS)
    base = np.abs(runs.outcome(1, outcome))
    moved = -difference if direction == "less" else difference
    wins = (moved >= share * base) & (moved > 0)
    drawn = draws_of(war, runs.recipe.seed, range(runs.recipe.replicates))
    forms = {name: getattr(runs.kept[0], name) for name in _FORMS}
    a, b = runs.recipe.policies
    return Discovery(
        outcome=outcome,
        a=a.name,
        b=b.name,
        direction=direction,
        share=share,
        pairs=runs.recipe.replicates,
        wins=float(wins.mean()),
        boxes=boxes(war, drawn, forms, wins),
    )


def boxes(
    war: Scenario,
    drawn: Mapping[str, Floats],
    forms: Mapping[str, npt.NDArray[np.str_]],
    wins: Flags,
) -> tuple[Box, ...]:
    """Return the boxes of winning pairs, the fullest first.

    drawn: parameter -> (pair,), the point of its distribution; forms: kind -> (pair,); wins: (pair,).
    """
    half = len(wins) // 2
    if wins[:half].all() or not wins[:half].any():
        return ()
    marks = ranks(wins[:half].astype(np.float64))
    by_strength = sorted(drawn, key=lambda name: -abs(correlation(ranks(drawn[name][:half]), marks)))
    table = _table({name: drawn[name] for name in by_strength[:LOOKED_AT]}, forms)
    found: list[Box] = []
    with _quiet():
        from ema_workbench.analysis import prim

        search: Any = prim.Prim(table.iloc[:half], wins[:half], threshold=LEAST_DENSITY)
        while len(found) < MOST_BOXES:
            box = search.find_box()
            if box is None or not len(box.peeling_trajectory):
                break
            place = _best(box.peeling_trajectory)
            limits = _limits(war, box, place, table)
            inside = _inside(limits, table, drawn)[half:]
            if not limits or told_apart(inside, wins[half:]) < LEAST_TOLD:
                break
            found.append(_judged(limits, inside, wins[half:]))
            box.select(place)
    return tuple(found)


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence what the library says of its own parts and of how it calls pandas."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="ema_workbench")
        yield


def _judged(limits: tuple[Limit, ...], inside: Flags, wins: Flags) -> Box:
    """Return a box with what pairs say that had no part in finding it: inside and wins, (pair,)."""
    held = float((wins & inside).sum())
    return Box(
        limits=limits,
        density=held / max(1, int(inside.sum())),
        coverage=held / max(1, int(wins.sum())),
        mass=float(inside.mean()),
    )


def told_apart(inside: Flags, wins: Flags) -> float:
    """Return the share of winning pairs that are inside less the share of the others, (pair,) both."""
    return float(inside[wins].mean() - inside[~wins].mean()) if wins.any() and not wins.all() else 0.0


def _table(drawn: Mapping[str, Floats], forms: Mapping[str, npt.NDArray[np.str_]]) -> "pandas.DataFrame":
    import pandas

    table = pandas.DataFrame(dict(drawn))
    for name, values in forms.items():
        if len(set(values)) > 1:
            table[name] = pandas.Categorical(values)
    return table


def _best(trajectory: "pandas.DataFrame") -> int:
    """Return the box that tells best: share of the winners inside less share of the others (Youden 1950)."""
    coverage, density, mass = (trajectory[name].to_numpy() for name in ("coverage", "density", "mass"))
    others = mass * (1 - density)
    return int(np.argmax(coverage - others / max(float(others[0]), 1e-12)))


def _limits(war: Scenario, box: Any, place: int, table: "pandas.DataFrame") -> tuple[Limit, ...]:
    """Return the limits of a box that chance would hardly set, the surest first."""
    first = {row.name: row for row in reversed(war.parameters)}
    assumed = {row.name for row in war.parameters if row.assumed}
    ends, chances = box.box_lims[place], box.qp[place]
    sure = {name: min(value for value in pair if value >= 0) for name, pair in chances.items()}
    found = []
    for name in sorted(sure, key=lambda name: sure[name]):
        if sure[name] > _CHANCE:
            continue
        if name in _FORMS:
            forms = tuple(sorted(ends[name].iloc[0]))
            found.append(Limit(f"the form of {name}", forms, None, None, (0.0, 1.0), "1", assumed=True))
            continue
        low, high = (float(value) for value in ends[name])
        bottom, top = low > _EDGE, high < 1 - _EDGE
        shares = (low if bottom else 0.0, high if top else 1.0)
        values = quantiles(first[name], np.clip(np.array(shares), 1e-9, 1 - 1e-9))
        found.append(
            Limit(
                name=name,
                forms=(),
                low=float(values[0]) if bottom else None,
                high=float(values[1]) if top else None,
                shares=shares,
                unit=first[name].unit,
                assumed=name in assumed,
            )
        )
    return tuple(found)


def _inside(limits: tuple[Limit, ...], table: "pandas.DataFrame", drawn: Mapping[str, Floats]) -> Flags:
    """Return which pairs lie in a box, (pair,)."""
    inside = np.ones(len(table), np.bool_)
    for limit in limits:
        if limit.forms:
            inside &= table[limit.name.removeprefix("the form of ")].isin(limit.forms).to_numpy()
        else:
            values = drawn[limit.name]
            inside &= (values >= limit.shares[0]) & (values <= limit.shares[1])
    return inside


def sentences(found: Discovery) -> tuple[str, ...]:
    """Return in plain words in which worlds the first policy wins."""
    label = outcome_named(found.outcome).label
    by = f"at least {found.share:.0%} " if found.share else ""
    side = "below" if found.direction == "less" else "above"
    head = f"{label}: {found.a} is {by}{side} {found.b} in {found.wins:.0%} of {found.pairs:,} pairs."
    head = head[0].upper() + head[1:]
    if found.wins == 0:
        return (head, "There is no such world among them.")
    if found.wins == 1:
        return (head, "So it is in every world.")
    if not found.boxes:
        return (head, "No few doubts tell those worlds from the others.")
    return (
        head,
        *(
            f"{'So it is' if number == 0 else 'Else'} where {'; and '.join(map(str, box.limits))}: of the "
            f"pairs of such worlds {box.density:.0%} are so, and they hold {box.coverage:.0%} of all that "
            "are (pairs kept apart from the search)."
            for number, box in enumerate(found.boxes)
        ),
    )
