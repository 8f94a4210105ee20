"""How strong air pressure would have to be, what the record allows, and what another policy would bring.

The tipping value is sought on a clock of the mean pressure, and in the wars as they were: with the luck that
brought the agreement on its day under the historical policy, when does it come under the other one?
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.analysis import hazards, rivals, weighing
from stalemate.analysis.accounts import AIR, NONE, Accounts, Case, SameLuck, with_the_same_luck
from stalemate.analysis.concessions import AGREEMENT, EVENTS, log_densities, sequence
from stalemate.analysis.estimate import BAND_Z, Estimate, estimate
from stalemate.analysis.rivals import Clock
from stalemate.systems.diplomacy import EXPLANATIONS

Floats = npt.NDArray[np.float64]

DELAYS: Final = (30, 90, 180)
LEADERSHIP: Final[Mapping[str, float]] = MappingProxyType(
    {"constant base": 0.0, "leadership counts 1.5": 1.5, "leadership counts 3": 3.0}
)
"""Bases under which the tipping value is sought: the coefficient of a change of leaders."""

FLOWN: Final = "the other policy flown"
"""The base on which pressure ends as that policy has it, in the wars as they were."""

ODDS: Final = 8.0
"""Odds from which evidence is called fairly strong (Royall 1997)."""

STRENGTHS: Final = tuple(k / 10 for k in range(61))
"""Coefficients of pressure at which the record's likelihood is taken."""

_PRECISELY: Final = 14
"""Halvings of the interval in which a tipping value in the wars is sought: to .0001 where it is below 2."""


@dataclass(frozen=True)
class Strength:
    """Air pressure's coefficient: before and after under its own explanation, and what the record allows.

    ``ratio``: likelihood at each of ``STRENGTHS`` over that at 0, with pressure as the one cause; where
    ``shared`` it moves every item and all have one base rate, else the last item has its own. ``allowed`` is
    the largest of them whose likelihood is at least an eighth of the best. ``before`` and ``after`` are
    densities there of the coefficient under the explanation that rests on it.
    """

    form: str
    event: str
    shared: bool
    prior: Estimate
    posterior: Estimate
    ratio: tuple[float, ...]
    best: float
    allowed: float
    before: tuple[float, ...]
    after: tuple[float, ...]


@dataclass(frozen=True)
class Tipping:
    """How strong pressure must be for its end to move the median by ``delay`` days, on one base.

    On the last base nothing but pressure counts either, and it ends as the other policy has it, with recesses
    as each war has them. ``coefficient`` is None where none up to 20 does it. ``prior`` and ``posterior`` are
    the chances that pressure's coefficient is larger, over all explanations, from equal odds, with the error
    of drawing.
    ``ratio`` is the likelihood of the record at that coefficient over that at 0.
    """

    form: str
    base: str
    delay: int
    coefficient: float | None
    prior: Estimate
    posterior: Mapping[str, Estimate]
    ratio: float | None


@dataclass(frozen=True)
class Otherwise:
    """The war of the record fought with the other policy and the same luck, after the agreement's record.

    ``later``: days by which the agreement comes later.
    ``killed``: policy -> civilians killed by bombing until the armistice, and ``more``: the other policy's
    less the historical. ``open_share``: wars not over at the horizon; they count as ending there.
    Either ``explanation`` is given, or pressure is the one cause, with the coefficient that ``tips`` so many
    days.
    """

    form: str
    explanation: str | None
    tips: int | None
    later: Estimate
    killed: Mapping[str, Estimate]
    more: Estimate
    open_share: float


@dataclass(frozen=True)
class Moved:
    """Chance that the other policy would have brought the agreement at least ``delay`` days later.

    Over all explanations from equal odds, with the luck of the record: by coefficients as drawn, and after
    each event. Bands are the error of drawing.
    """

    form: str
    delay: int
    prior: Estimate
    posterior: Mapping[str, Estimate]


def strengths(case: Case, form: str, accounts: Accounts) -> list[Strength]:
    """Return what the record allows of the coefficient under one form, an answer for each event."""
    own = np.abs(case.worlds["talks_own_pressure"])
    rows = []
    means = np.array([_means(case, form, b) for b in STRENGTHS]).T
    for (event, shared), likelihood in zip(product(EVENTS, (False, True)), means, strict=True):
        weights = accounts.weights(AIR, event)
        rows.append(
            Strength(
                form,
                event,
                shared,
                estimate(own, "1"),
                rivals.weighted_estimate(own, weights, "1"),
                tuple(map(float, likelihood / likelihood[0])),
                STRENGTHS[int(likelihood.argmax())],
                max(
                    b for b, one in zip(STRENGTHS, likelihood, strict=True) if one * ODDS >= likelihood.max()
                ),
                rivals.smoothed(own, np.ones(len(own)), STRENGTHS),
                rivals.smoothed(own, weights, STRENGTHS),
            )
        )
    return rows


def _means(case: Case, form: str, coefficient: float) -> list[float]:
    """Return the mean density of the record with pressure the one cause: event by event, own base and shared.

    With its own base the last item is all that is taken; with a shared one, the whole sequence.
    """
    ratio = weighing.pressed(case.record, form, coefficient, case.day(AGREEMENT) + 1)
    own, shared = case.hazards(ratio, False), case.hazards(ratio, True)
    found = []
    for event in EVENTS:
        concessions = sequence(case.war, event)
        found.append(float(np.exp(log_densities(case.longer, concessions[-1:], own)).mean()))
        found.append(float(np.exp(log_densities(case.longer, concessions, shared).sum(axis=1)).mean()))
    return found


def _likelihood(case: Case, form: str, coefficient: float) -> Floats:
    """Return each war's density of the agreement's date, (replicate,), with pressure as its one cause."""
    day = case.day(AGREEMENT)
    ratio = weighing.pressed(case.record, form, coefficient, day + 1)
    hazard = case.record.base[:, : day + 1] * ratio
    return rivals.density(hazard[:, case.alone : day].sum(axis=1), hazard[:, day])


def tipping(case: Case, form: str, accounts: Accounts) -> list[Tipping]:
    """Return the tipping values under one form, base by base."""
    worlds = case.worlds
    coefficient = {name: worlds["talks_other_pressure"] for name in EXPLANATIONS}
    coefficient |= {NONE: np.zeros(len(worlds)), AIR: np.abs(worlds["talks_own_pressure"])}
    after = {event: {name: accounts.weights(name, event) for name in EXPLANATIONS} for event in EVENTS}
    alike = {name: np.ones(len(worlds)) for name in EXPLANATIONS}
    nothing = _likelihood(case, form, 0.0).mean()
    rows = []
    for (base, delay), value in _tipping_values(case, form).items():
        above = {name: b > (math.inf if value is None else value) for name, b in coefficient.items()}
        rows.append(
            Tipping(
                form,
                base,
                delay,
                value,
                _chance(above, alike),
                {event: _chance(above, weights) for event, weights in after.items()},
                None if value is None else float(_likelihood(case, form, value).mean() / nothing),
            )
        )
    return rows


def _tipping_values(case: Case, form: str) -> dict[tuple[str, int], float | None]:
    off, event = (case.day(step) - case.alone for step in ("directive", AGREEMENT))
    pressure = case.record.z["pressure"][:, case.alone :].mean(axis=0)
    leadership = hazards.course(form, case.record.z["leadership"][case.alone :])
    found: dict[tuple[str, int], float | None] = {}
    for base, counts in LEADERSHIP.items():
        clock = Clock(pressure, counts * leadership, off, event, form)
        found |= {(base, delay): rivals.tipping_value(clock, delay) for delay in DELAYS}

    def later(coefficient: float) -> float:
        instead, weights = _pressed(case, form, coefficient)
        return rivals.weighted_estimate(instead.later, weights, "days").median

    return found | {(FLOWN, delay): rivals.least(later, delay, _PRECISELY) for delay in DELAYS}


def _pressed(case: Case, form: str, coefficient: float) -> tuple[SameLuck, Floats]:
    """Return the agreement under the other policy where pressure is the one cause, and each war's weight."""
    record, other = (one.base * weighing.pressed(one, form, coefficient) for one in (case.record, case.other))
    instead = with_the_same_luck(record, other, case.alone, case.day(AGREEMENT))
    return instead, _likelihood(case, form, coefficient)


def _chance(above: Mapping[str, npt.NDArray[np.bool_]], weights: Mapping[str, Floats]) -> Estimate:
    """Return the chance over all explanations from equal odds, with the error of drawing so few wars."""
    total = np.sum([weights[name] for name in above], axis=0)
    value = float(np.sum([weights[name] * above[name] for name in above]) / total.sum())
    influence = np.sum([weights[name] * (above[name] - value) for name in above], axis=0) / total.mean()
    error = BAND_Z * float(np.std(influence)) / math.sqrt(len(total))
    return Estimate(value, max(0.0, value - error), min(1.0, value + error), "1", len(total))


def otherwise(case: Case, form: str, accounts: Accounts, tipped: Sequence[Tipping]) -> list[Otherwise]:
    """Return the other policy's war under each explanation, then at each tipping value found in the wars."""
    rows = [
        _otherwise_of(case, form, name, None, accounts.same_luck[name], accounts.weights(name, AGREEMENT))
        for name in EXPLANATIONS
    ]
    for row in tipped:
        if row.base == FLOWN and row.coefficient is not None:
            instead, weights = _pressed(case, form, row.coefficient)
            rows.append(_otherwise_of(case, form, None, row.delay, instead, weights))
    return rows


def moved(form: str, accounts: Accounts) -> list[Moved]:
    """Return the chances that the agreement moves by each delay, over all explanations."""
    after = {event: {name: accounts.weights(name, event) for name in EXPLANATIONS} for event in EVENTS}
    alike = {name: np.ones_like(weights) for name, weights in after[AGREEMENT].items()}
    rows = []
    for delay in DELAYS:
        enough = {name: one.later >= delay for name, one in accounts.same_luck.items()}
        posterior = {event: _chance(enough, weights) for event, weights in after.items()}
        rows.append(Moved(form, delay, _chance(enough, alike), posterior))
    return rows


def _otherwise_of(
    case: Case,
    form: str,
    explanation: str | None,
    tips: int | None,
    same_luck: SameLuck,
    weights: Floats,
) -> Otherwise:
    signed, days = case.day("signing"), case.longer.days
    killed = case.record.killed[:, signed]
    until = np.minimum(signed + same_luck.later, days - 1).astype(np.int64)
    instead = np.take_along_axis(case.other.killed, until[:, None], axis=1)[:, 0]
    return Otherwise(
        form,
        explanation,
        tips,
        rivals.weighted_estimate(same_luck.later, weights, "days"),
        {
            name: rivals.weighted_estimate(one, weights, "persons")
            for name, one in zip(case.policies, (killed, instead), strict=True)
        },
        rivals.weighted_estimate(instead - killed, weights, "persons"),
        float(np.average(same_luck.still_open, weights=weights)),
    )
