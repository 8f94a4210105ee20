"""A second question: when would the war have ended, under each rival explanation, and what may be said of it.

The war is carried on past its last day (``scenario.extend``: its last 90 days repeated, assumed) and fought
under each policy. An agreement on prisoners under an explanation, and the days to a signing, date the
armistice: the prior. The posterior weights the same wars by the density of the recorded settlement under the
historical policy, once for the agreement and once for the first step towards it, as if each were the event:
where their answers differ, the choice of the event made them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.analysis import rivals
from stalemate.analysis.concessions import AGREEMENT, EVENTS, alone_from, step_day
from stalemate.analysis.estimate import Estimate, estimate
from stalemate.engine import simulate as engine
from stalemate.engine.simulate import Block, Structures
from stalemate.ensemble.pool import Progress
from stalemate.ensemble.runner import DEFAULT_REPLICATES, DEFAULT_SEED, checked_counts, fight_each
from stalemate.errors import QueryError
from stalemate.policies.directive import AbstractPolicy
from stalemate.policies.naming import named
from stalemate.policies.plans import Historical
from stalemate.scenario.extend import extended
from stalemate.scenario.resolve import resolve
from stalemate.scenario.schema import Scenario
from stalemate.systems.diplomacy import EXPLANATIONS

Floats = npt.NDArray[np.float64]

HISTORICAL: Final = Historical.name
_RECORD: Final = ("hazard", "settled", "civilian_deaths")
_EVERY: Final = range(len(EXPLANATIONS))
_QUARTER_MONTHS: Final = 3


@dataclass(frozen=True)
class Ending:
    """The quarter of the armistice under one policy and explanation.

    ``prior``: share of wars by quarter, the last for those still at war at the horizon. ``posterior``: the
    same under the weights of each event; ``effective`` wars stand behind those.
    """

    policy: str
    explanation: str
    prior: tuple[float, ...]
    posterior: Mapping[str, tuple[float, ...]]
    effective: Mapping[str, float]
    replicates: int


@dataclass(frozen=True)
class Shift:
    """Days by which the first policy's agreement comes after the second's, paired; prior and posterior.

    A war that is not over at the horizon counts as ending there; ``open_a`` and ``open_b`` are their shares.
    """

    explanation: str
    prior: Estimate
    posterior: Mapping[str, Estimate]
    open_a: float
    open_b: float


@dataclass(frozen=True)
class Toll:
    """Civilians killed by bombing from the first day to the armistice, or to the horizon.

    ``killed``: a policy -> persons, before the record. ``difference``: the first policy's less the second's,
    paired; None for one policy. ``posterior``: the same difference, or the one number, under each event.
    """

    explanation: str
    killed: Mapping[str, Estimate]
    difference: Estimate | None
    posterior: Mapping[str, Estimate]


@dataclass(frozen=True)
class Settlement:
    """The answer: dates by policy and explanation, and what the record says of the explanations."""

    scenario: str
    policies: tuple[str, ...]
    start: date
    known_to: date
    until: date
    replicates: int
    seed: int
    events: Mapping[str, date]
    alone_from: date
    quarters: tuple[str, ...]
    endings: tuple[Ending, ...]
    shifts: tuple[Shift, ...]
    tolls: tuple[Toll, ...]


@dataclass(frozen=True)
class _Wars:
    """What is kept of the wars of one policy.

    ``ended``: (replicate, explanation), day of the agreement, the number of days where there is none.
    ``killed``: (replicate, explanation), civilians killed up to the signing or the horizon. ``density``:
    event -> (replicate, explanation).
    """

    ended: npt.NDArray[np.int64]
    killed: Floats
    density: dict[str, Floats]


def settlement(
    war: Scenario,
    policies: Sequence[str | AbstractPolicy],
    *,
    replicates: int = DEFAULT_REPLICATES,
    seed: int = DEFAULT_SEED,
    until: date | None = None,
    structures: Structures | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Settlement:
    """Fight the war on until the horizon under one or two policies and say when it ends.

    ``until`` is the horizon, the end of the next year by default. The historical policy is run too, since the
    record was made under it. Raises QueryError for other numbers of policies or a horizon that is no later
    than the scenario's end, and PolicyError for an unknown policy.
    """
    checked_counts(replicates, seed)
    if not 1 <= len(policies) <= 2:
        raise QueryError(f"{len(policies)} policies to an armistice; expected one, or two to compare")
    longer = extended(war, until or date(war.end.year + 1, 12, 31))
    chosen = [named(policy, war) if isinstance(policy, str) else policy for policy in policies]
    every = [*chosen, *([] if HISTORICAL in {p.name for p in chosen} else [named(HISTORICAL, war)])]
    forms = structures or Structures()
    worlds = resolve(longer, seed, range(replicates), forms)
    signing = np.rint(worlds["talks_signing_days"])
    fought = _fight(longer, every, signing, seed, forms, workers, progress)
    by_name = {policy.name: wars for policy, wars in zip(every, fought, strict=True)}
    record = by_name[HISTORICAL]
    signed = {policy.name: by_name[policy.name].ended + signing[:, None] for policy in chosen}
    quarters = quarters_of(longer)
    return Settlement(
        scenario=war.name,
        policies=tuple(policy.name for policy in chosen),
        start=war.start,
        known_to=war.end,
        until=longer.end,
        replicates=replicates,
        seed=seed,
        events={event: step_day(war, event) for event in EVENTS},
        alone_from=alone_from(war),
        quarters=(*dict.fromkeys(quarters), "later"),
        endings=tuple(
            ending(
                name,
                EXPLANATIONS[e],
                days[:, e],
                {event: record.density[event][:, e] for event in EVENTS},
                quarters,
            )
            for name, days in signed.items()
            for e in _EVERY
        ),
        shifts=_shifts([by_name[policy.name] for policy in chosen], record, longer.days),
        tolls=_tolls({policy.name: by_name[policy.name] for policy in chosen}, record),
    )


def said(answer: Settlement) -> tuple[str, ...]:
    """Return what may be said in plain words, a paragraph each."""
    alone = answer.events[AGREEMENT] - answer.alone_from
    return (
        "One war that ended once cannot show what ended it. Every cause named for the armistice was at work "
        f"in its last months, and one date in {alone.days} days moves the odds between them little. What "
        "follows is what each explanation implies, not which is true. What the record says of them, and how "
        "strong pressure would have to be: stalemate explain.",
        f"This is a second question. After {answer.known_to} there is no record: effort repeats its last 90 "
        f"days, which is assumed, and wars are followed to {answer.until}. Harm to civilians is in no term; "
        "that it would bring terms was a belief of planners. A longer war has more dead; of civilians those "
        "killed by bombing stand beside the dates, and hunger, cold and disease are not counted.",
    )


def _fight(
    longer: Scenario,
    policies: Sequence[AbstractPolicy],
    signing: Floats,
    seed: int,
    structures: Structures,
    workers: int | None,
    progress: Progress | None,
) -> list[_Wars]:
    """Fight the longer war under each policy. signing: (replicate,), days from agreement to signing."""
    alone = longer.day_of(alone_from(longer))
    events = {event: longer.day_of(step_day(longer, event)) for event in EVENTS}

    def reduce(block: Block) -> _Wars:
        hazard = block.daily["hazard"].astype(np.float64)
        settled = block.daily["settled"] > 0
        ended = np.where(settled[:, -1], settled.argmax(axis=1), longer.days).astype(np.int64)
        killed = block.daily["civilian_deaths"].astype(np.float64).cumsum(axis=1)
        first, last = block.replicates.start, block.replicates.stop
        signed = (ended + signing[first:last, None]).astype(np.int64)
        return _Wars(
            ended,
            np.take_along_axis(killed, np.minimum(signed, longer.days - 1), axis=1),
            {
                event: rivals.density(hazard[:, alone:day].sum(axis=1), hazard[:, day])
                for event, day in events.items()
            },
        )

    fought = fight_each(
        engine.prepare(longer),
        policies,
        len(signing),
        reduce,
        seed=seed,
        record=_RECORD,
        structures=structures,
        until=longer.days,
        workers=workers,
        progress=progress,
    )
    return [_joined(mine) for mine in fought]


def _joined(parts: Sequence[_Wars]) -> _Wars:
    return _Wars(
        np.concatenate([part.ended for part in parts]),
        np.concatenate([part.killed for part in parts]),
        {event: np.concatenate([part.density[event] for part in parts]) for event in EVENTS},
    )


def quarters_of(war: Scenario) -> list[str]:
    """Return the quarter of every day."""
    days = [war.start + timedelta(days=day) for day in range(war.days)]
    return [f"{day.year} Q{(day.month - 1) // _QUARTER_MONTHS + 1}" for day in days]


def ending(
    policy: str, explanation: str, signed: Floats, weights: Mapping[str, Floats], quarters: Sequence[str]
) -> Ending:
    """Return the quarter of the armistice from its days and the weights of each event, all (replicate,).

    quarters: (day,); a day past them is later.
    """
    names = list(dict.fromkeys(quarters))
    place = np.array([names.index(quarter) for quarter in quarters])
    found = np.full(len(signed), len(names))
    over = signed < len(quarters)
    found[over] = place[signed[over].astype(np.int64)]

    def shares(weights: Floats) -> tuple[float, ...]:
        mass = np.bincount(found, weights=weights, minlength=len(names) + 1)
        return tuple(float(share) for share in mass / mass.sum())

    return Ending(
        policy,
        explanation,
        shares(np.ones(len(signed))),
        {event: shares(one) for event, one in weights.items()},
        {event: rivals.effective_size(one) for event, one in weights.items()},
        len(signed),
    )


def _shifts(fought: Sequence[_Wars], record: _Wars, days: int) -> tuple[Shift, ...]:
    if len(fought) < 2:
        return ()
    a, b = (wars.ended.astype(np.float64) for wars in fought)
    return tuple(
        Shift(
            EXPLANATIONS[e],
            estimate(a[:, e] - b[:, e], "days"),
            {
                event: rivals.weighted_estimate(a[:, e] - b[:, e], record.density[event][:, e], "days")
                for event in EVENTS
            },
            float(np.mean(a[:, e] == days)),
            float(np.mean(b[:, e] == days)),
        )
        for e in _EVERY
    )


def _tolls(fought: Mapping[str, _Wars], record: _Wars) -> tuple[Toll, ...]:
    """Return the civilians killed until the armistice under each explanation."""
    names = list(fought)

    def persons(e: int) -> Floats:
        killed = fought[names[0]].killed[:, e]
        return killed - fought[names[1]].killed[:, e] if len(names) > 1 else killed

    return tuple(
        Toll(
            EXPLANATIONS[e],
            {name: estimate(wars.killed[:, e], "persons") for name, wars in fought.items()},
            estimate(persons(e), "persons") if len(names) > 1 else None,
            {
                event: rivals.weighted_estimate(persons(e), record.density[event][:, e], "persons")
                for event in EVENTS
            },
        )
        for e in _EVERY
    )
