"""What each service's sorties cost and did: the argument of 1953, land-based aircraft against carriers.

A service's sorties are those of its aircraft classes. What they did is counted where it can be told apart by
class: cuts in rail lines, as expected from its sorties, and the worth of fixed targets destroyed, where 1 is
the whole output of one class of target. Trucks burnt and troops supported are not told apart. A ratio is
made war by war.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.analysis.estimate import Estimate, estimate
from stalemate.engine import simulate as engine
from stalemate.engine.simulate import Block, Structures
from stalemate.ensemble.pool import Progress
from stalemate.ensemble.runner import DEFAULT_REPLICATES, DEFAULT_SEED, checked_counts, fight_each
from stalemate.policies.directive import AbstractPolicy
from stalemate.policies.naming import named
from stalemate.scenario.schema import Scenario

Floats = npt.NDArray[np.float64]

HARM: Final = "civilian_deaths"
RECORD: Final = ("sorties", "bombs_tonnes", "aircraft_lost", "line_effect", "effect")
"""The quantities by class that the comparison is made from."""


@dataclass(frozen=True)
class ServiceCost:
    """What one service flew, lost and did under one policy, over the period.

    ``cuts_per_1000`` and ``worth_per_1000`` are for 1,000 sorties, ``worth_per_loss`` for an aircraft lost;
    NaN where nothing was flown or lost.
    """

    policy: str
    service: str
    classes: tuple[str, ...]
    sorties: Estimate
    bombs_t: Estimate
    aircraft_lost: Estimate
    lost_per_1000: Estimate
    cuts_per_1000: Estimate
    worth_per_1000: Estimate
    worth_per_loss: Estimate


@dataclass(frozen=True)
class Services:
    """The comparison by service: rows by policy, then service, and the wars they are made from.

    ``killed``: a policy -> civilians killed by the bombs of all services together.
    """

    rows: tuple[ServiceCost, ...]
    killed: Mapping[str, Estimate]
    start: date
    end: date
    replicates: int
    seed: int


def services(
    war: Scenario,
    policies: Sequence[str | AbstractPolicy],
    *,
    replicates: int = DEFAULT_REPLICATES,
    seed: int = DEFAULT_SEED,
    structures: Structures | None = None,
    until: date | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Services:
    """Return what each service cost and did under each policy, from the first day to ``until``.

    Raises QueryError for an option out of range and PolicyError for an unknown policy.
    """
    checked_counts(replicates, seed)
    end = until or war.end
    days = war.day_of(end) + 1
    every = [named(policy, war) if isinstance(policy, str) else policy for policy in policies]
    chosen = list({policy.label: policy for policy in every}.values())
    prepared = engine.prepare(war)
    members: dict[str, list[int]] = {}
    for number, row in enumerate(war.classes):
        members.setdefault(row.service, []).append(number)

    def reduce(block: Block) -> tuple[Floats, Floats]:
        """Return totals of the period: (replicate, quantity, class), and civilians killed, (replicate,)."""
        totals = [block.daily[name].astype(np.float64).sum(axis=1) for name in (*RECORD, HARM)]
        return np.stack(totals[:-1], axis=1), totals[-1]

    fought = fight_each(
        prepared,
        chosen,
        replicates,
        reduce,
        seed=seed,
        record=(*RECORD, HARM),
        structures=structures,
        until=days,
        workers=workers,
        progress=progress,
    )
    rows, killed = [], {}
    for policy, mine in zip(chosen, fought, strict=True):
        totals = np.concatenate([by_class for by_class, _ in mine])
        killed[policy.label] = estimate(np.concatenate([deaths for _, deaths in mine]), "persons")
        rows += [
            _cost(policy.label, service, tuple(prepared.classes[k] for k in classes), totals[:, :, classes])
            for service, classes in members.items()
        ]
    return Services(tuple(rows), killed, war.start, end, replicates, seed)


def _cost(policy: str, service: str, classes: tuple[str, ...], totals: Floats) -> ServiceCost:
    sorties, bombs, lost, cuts, worth = totals.sum(axis=2).T
    return ServiceCost(
        policy,
        service,
        classes,
        estimate(sorties, "sorties"),
        estimate(bombs, "t"),
        estimate(lost, "aircraft"),
        estimate(per(lost, sorties, 1000), "aircraft"),
        estimate(per(cuts, sorties, 1000), "cuts"),
        estimate(per(worth, sorties, 1000), "1"),
        estimate(per(worth, lost, 1), "1"),
    )


def per(above: Floats, below: Floats, scale: float) -> Floats:
    """Return ``scale`` x above / below, (replicate,); NaN where there is nothing below."""
    made = np.full_like(above, math.nan)
    np.divide(scale * above, below, out=made, where=below > 0)
    return made
