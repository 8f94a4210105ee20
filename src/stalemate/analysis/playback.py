"""A war as it can be played back: weekly series of every place, of many wars and of one alone.

What a stored run keeps is the whole of each quantity. Here the wars are fought again with their places:
lines, crossings, targets and sectors, for one policy or several on one clock and under one luck. Beside them
stand wholes, of the week and to date, with what civilians bear; and of two policies the difference of each
pair of wars, the first less the second.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.analysis.estimate import BAND
from stalemate.analysis.played import QUANTITIES, WHOLES, Playback, Series, Track, Wholes
from stalemate.engine import simulate as engine
from stalemate.engine.simulate import Block, Structures
from stalemate.ensemble.outcomes import DAYS_PER_WEEK, by_week, whole_of
from stalemate.ensemble.pool import Progress, Workers
from stalemate.ensemble.runner import DEFAULT_SEED, checked_counts, fight_each
from stalemate.errors import QueryError
from stalemate.policies.directive import AbstractPolicy
from stalemate.policies.naming import named
from stalemate.scenario.schema import Scenario
from stalemate.systems.variables import RECORDED

DEFAULT_WARS: Final = 256
MOST_WARS: Final = 2000
"""More wars than this would not fit in memory place by place."""


def playback(
    war: Scenario,
    policy: str | AbstractPolicy | Sequence[str | AbstractPolicy],
    *,
    replicates: int = DEFAULT_WARS,
    replicate: int = 0,
    seed: int = DEFAULT_SEED,
    structures: Structures | None = None,
    workers: Workers = None,
    progress: Progress | None = None,
) -> Playback:
    """Fight wars of one or more policies and return weekly series by place; ``replicate`` is kept whole.

    Raises QueryError for more wars than ``MOST_WARS`` or a replicate that is not among them, and PolicyError
    for an unknown policy.
    """
    checked_counts(replicates, seed)
    if replicates > MOST_WARS:
        raise QueryError(f"found {replicates} wars; a playback takes at most {MOST_WARS}")
    if not 0 <= replicate < replicates:
        raise QueryError(f"found replicate {replicate}; expected 0 to {replicates - 1}")
    chosen = [policy] if isinstance(policy, str | AbstractPolicy) else list(policy)
    policies = [named(p, war) if isinstance(p, str) else p for p in chosen]
    forms = structures or Structures()
    prepared = engine.prepare(war)
    places = {quantity: engine.places(prepared, quantity) for quantity in QUANTITIES}

    def reduce(block: Block) -> _Weeks:
        days = block.daily
        return _Weeks(
            {name: by_week(name, days[name]) for name in QUANTITIES},
            {name: by_week(name, whole_of(name, days[name])) for name in WHOLES},
        )

    fought = fight_each(
        prepared,
        policies,
        replicates,
        reduce,
        seed=seed,
        record=tuple(dict.fromkeys((*QUANTITIES, *WHOLES))),
        whole=tuple(name for name in WHOLES if name not in QUANTITIES),
        structures=forms,
        until=war.days,
        workers=workers,
        progress=progress,
    )
    by_place = [_joined([block.places for block in blocks]) for blocks in fought]
    whole = [_joined([block.wholes for block in blocks]) for blocks in fought]
    return Playback(
        scenario=war.name,
        policies=tuple(one.label for one in policies),
        seed=seed,
        replicates=replicates,
        replicate=replicate,
        posterior=forms.given.label if forms.given else "",
        weeks=tuple(war.start + timedelta(days=day) for day in range(0, war.days, DAYS_PER_WEEK)),
        tracks=tuple(
            {name: _track(name, values[name], places[name], replicate) for name in QUANTITIES}
            for values in by_place
        ),
        wholes=tuple(_wholes(values, None, replicate) for values in whole),
        difference=_wholes(whole[0], whole[1], replicate) if len(whole) == 2 else None,
    )


@dataclass(frozen=True)
class _Weeks:
    """What is kept of a block: quantity -> (replicate, week, place), and of the whole (replicate, week)."""

    places: dict[str, Series]
    wholes: dict[str, Series]


def _joined(blocks: Sequence[dict[str, Series]]) -> dict[str, Series]:
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def _wholes(first: dict[str, Series], less: dict[str, Series] | None, replicate: int) -> Wholes:
    """Return wholes of a policy, or of its difference from another, war by war."""
    week, to_date = {}, {}
    for name in WHOLES:
        values = first[name].astype(np.float64)
        if less is not None:
            values = values - less[name]
        week[name] = _track(name, values[..., None], ("",), replicate)
        if RECORDED[name].kind == "sum":
            to_date[name] = _track(name, values.cumsum(axis=1)[..., None], ("",), replicate)
    return Wholes(week, to_date)


def _track(quantity: str, values: npt.NDArray[np.floating], places: tuple[str, ...], replicate: int) -> Track:
    """Return the track of values (replicate, week, place)."""
    low, median, high = np.quantile(values, (BAND[0], 0.5, BAND[1]), axis=0).astype(np.float32)
    return Track(
        quantity=quantity,
        unit=RECORDED[quantity].unit,
        places=places,
        median=median,
        low=low,
        high=high,
        one=values[replicate].astype(np.float32),
    )
