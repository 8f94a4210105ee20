"""What would have to be true for air pressure to have moved the armistice, and what the record allows.

The wars are fought on past the last day under the historical policy and under one without pressure. From what
weighed on the talks in each of them, every answer is made under each form of the hazard: how the explanations
foresaw the dated concessions, when the armistice comes before and after that record, how strong pressure had
to be, and what the other policy would have brought with the same luck. Equations: docs/model/explain.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from stalemate.analysis import pressure, rivals, weighing
from stalemate.analysis.accounts import NONE, Accounts, Case, accounts_of
from stalemate.analysis.concessions import EVENTS, Concession, alone_from, lead, scores, sequence, step_day
from stalemate.analysis.estimate import Estimate
from stalemate.analysis.hazards import FORMS
from stalemate.analysis.pressure import Moved, Otherwise, Strength, Tipping
from stalemate.analysis.settlement import Ending, ending, quarters_of
from stalemate.analysis.weighing import CAUSES
from stalemate.engine.simulate import Structures
from stalemate.ensemble.pool import Progress
from stalemate.ensemble.runner import DEFAULT_REPLICATES, DEFAULT_SEED, checked_counts
from stalemate.errors import QueryError
from stalemate.policies.directive import AbstractPolicy
from stalemate.policies.naming import named
from stalemate.policies.plans import Banfill, Historical
from stalemate.scenario.extend import extended
from stalemate.scenario.resolve import resolve
from stalemate.scenario.schema import Scenario
from stalemate.systems.diplomacy import EXPLANATIONS, dated


@dataclass(frozen=True)
class Foresight:
    """How well an explanation foresaw the dated concessions, as lead in log score over ``none``.

    ``steps``: one a concession and then their sum, if causes move every item. ``last``: the last item alone,
    which is all that the engine lets them move. ``shared``: the whole sequence if the last item, moved like
    the others, had their base rate too. ``weight`` is the probability that follows from equal odds.
    ``most`` bounds the ratio of likelihoods that the explanation's indicator could gain, None where it has
    none of its own; ``judged`` says that its size was set by hand. Bands are the error of drawing few wars.
    """

    form: str
    event: str
    explanation: str
    steps: tuple[Estimate, ...]
    last: Estimate
    shared: Estimate
    weight: float
    effective: float
    most: float | None
    judged: bool


@dataclass(frozen=True)
class Telling:
    """What one date can be expected to tell, if the explanation were true, against ``none``.

    ``expected`` is the mean lead over the days that it may fall on, ``most`` the largest on any of them.
    """

    form: str
    explanation: str
    expected: float
    most: float


@dataclass(frozen=True)
class Explained:
    """The answer. Everything is given under each form; the engine's own is the first."""

    scenario: str
    against: str
    start: date
    known_to: date
    until: date
    replicates: int
    seed: int
    events: Mapping[str, tuple[Concession, ...]]
    alone_from: date
    signed: date
    quarters: tuple[str, ...]
    signed_in: str
    baseline: Mapping[str, tuple[float, ...]]
    foresight: tuple[Foresight, ...]
    telling: tuple[Telling, ...]
    endings: Mapping[str, tuple[Ending, ...]]
    strengths: tuple[Strength, ...]
    tipping: tuple[Tipping, ...]
    otherwise: tuple[Otherwise, ...]
    moved: tuple[Moved, ...]


def explain(
    war: Scenario,
    *,
    against: str | AbstractPolicy = Banfill.name,
    replicates: int = DEFAULT_REPLICATES,
    seed: int = DEFAULT_SEED,
    until: date | None = None,
    structures: Structures | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Explained:
    """Say what would have to be true for air pressure to have moved the armistice.

    ``against`` is the policy that is flown instead of pressure; ``until`` the horizon, the end of the next
    year by default. Raises QueryError for a horizon no later than the scenario's end or if ``against`` is the
    historical policy, and PolicyError for an unknown one.
    """
    checked_counts(replicates, seed)
    longer = extended(war, until or date(war.end.year + 1, 12, 31))
    rival = named(against, war) if isinstance(against, str) else against
    if rival.name == Historical.name:
        raise QueryError(
            "found historical against itself; name a policy without its air pressure, as banfill"
        )
    forms = structures or Structures()
    worlds = resolve(longer, seed, range(replicates), forms)
    fought = weighing.fight(
        longer, [named(Historical.name, war), rival], worlds, seed, forms, workers, progress
    )
    names = (Historical.name, rival.name)
    case = Case(war, longer, names, worlds, weighing.thresholds(seed, worlds), *fought)
    found = {form: accounts_of(case, form) for form in FORMS}
    tipping = {form: pressure.tipping(case, form, found[form]) for form in FORMS}
    quarters = quarters_of(longer)
    baseline = found[FORMS[0]].densities[NONE]
    return Explained(
        scenario=war.name,
        against=rival.name,
        start=war.start,
        known_to=war.end,
        until=longer.end,
        replicates=replicates,
        seed=seed,
        events={event: sequence(war, event) for event in EVENTS},
        alone_from=alone_from(war),
        signed=step_day(war, "signing"),
        quarters=(*dict.fromkeys(quarters), "later"),
        signed_in=quarters[war.day_of(step_day(war, "signing"))],
        baseline={event: tuple(map(float, scores(baseline[event]))) for event in EVENTS},
        foresight=tuple(row for form in FORMS for row in _foresight(case, form, found[form])),
        telling=tuple(row for form in FORMS for row in _telling(form, found[form])),
        endings={form: _endings(case, found[form], quarters) for form in FORMS},
        strengths=tuple(row for form in FORMS for row in pressure.strengths(case, form, found[form])),
        tipping=tuple(row for form in FORMS for row in tipping[form]),
        otherwise=tuple(
            row for form in FORMS for row in pressure.otherwise(case, form, found[form], tipping[form])
        ),
        moved=tuple(row for form in FORMS for row in pressure.moved(form, found[form])),
    )


def _foresight(case: Case, form: str, accounts: Accounts) -> list[Foresight]:
    rows = []
    for event in EVENTS:
        total = sum(float(accounts.weights(name, event).mean()) for name in EXPLANATIONS)
        for name in EXPLANATIONS:
            mine, none = accounts.densities[name][event], accounts.densities[NONE][event]
            weights = accounts.weights(name, event)
            rows.append(
                Foresight(
                    form,
                    event,
                    name,
                    lead(mine, none),
                    lead(mine[:, -1:], none[:, -1:])[-1],
                    lead(accounts.shared[name][event], accounts.shared[NONE][event])[-1],
                    float(weights.mean()) / total,
                    rivals.effective_size(weights),
                    _most(case, event, name),
                    _judged(case.war, name),
                )
            )
    return rows


def _most(case: Case, event: str, explanation: str) -> float | None:
    """Return the bound on what the dated indicator could gain; of pressure, that of its announcement."""
    if explanation == NONE:
        return 1.0
    cause = CAUSES[EXPLANATIONS.index(explanation) - 1]
    talks = dated(case.war)
    series = (talks.announced > 0).astype(np.float64) if cause == "pressure" else getattr(talks, cause, None)
    return None if series is None else rivals.most_it_could_gain(series[case.alone : case.day(event) + 1])


def _judged(war: Scenario, explanation: str) -> bool:
    return any(row.covariate == explanation and row.assumed is not None for row in war.indicators)


def _telling(form: str, accounts: Accounts) -> list[Telling]:
    none, rows = accounts.course[NONE], []
    for name in EXPLANATIONS:
        mine = accounts.course[name]
        gain = np.log(mine / none)
        share = mine / mine.sum()
        rows.append(Telling(form, name, float(share @ gain), float(gain.max())))
    return rows


def _endings(case: Case, accounts: Accounts, quarters: Sequence[str]) -> tuple[Ending, ...]:
    signing = np.rint(case.worlds["talks_signing_days"])
    return tuple(
        ending(
            case.policies[0],
            name,
            accounts.ended[name] + signing,
            {event: accounts.weights(name, event) for event in EVENTS},
            quarters,
        )
        for name in EXPLANATIONS
    )
