"""Morris's screening, beside the indices: how far the answer moves when one parameter alone moves.

Wars are fought at the points of a design: along a trajectory each parameter moves once, by two thirds of its
middle 90 %, and luck and rival forms stay. The mean size of these elementary effects, mu*, orders parameters
by all they do, also together with others (Morris 1991, *Technometrics* 33, 161-174; Campolongo, Cariboni and
Saltelli 2007, *Environmental Modelling & Software* 22, 1509-1518). Design and effects are SALib's.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stalemate.analysis.sensitivity import check_can
from stalemate.engine import simulate as engine
from stalemate.engine.simulate import Structures
from stalemate.ensemble.outcomes import only_whole, outcome_named, outcomes_of
from stalemate.ensemble.pool import Progress, go_on, side_by_side
from stalemate.ensemble.runner import DEFAULT_SEED
from stalemate.errors import QueryError
from stalemate.policies.directive import AbstractPolicy
from stalemate.policies.naming import named
from stalemate.scenario.given import GivenWorlds
from stalemate.scenario.resolve import draws_of
from stalemate.scenario.schema import Scenario

Floats = npt.NDArray[np.float64]

TRAJECTORIES: Final = 10
_LEVELS: Final = 4
_MIDDLE: Final = (0.05, 0.9)
"""Where the design's 0 lies in a parameter's distribution, and how far its 1 is from there."""
_RESAMPLES: Final = 200
_BAND: Final = 0.9


@dataclass(frozen=True)
class Effect:
    """What one parameter does to the paired difference, in the outcome's unit.

    ``mean_size``: the mean size of its elementary effects, mu*, for a move through its middle 90 %, and
    ``half``: half of the 90 % band of that mean. ``spread``: their standard deviation: large against the
    mean where the effect hangs on the other parameters.
    """

    parameter: str
    mean_size: float
    half: float
    spread: float
    assumed: bool


@dataclass(frozen=True)
class Screening:
    """The effects on the paired difference of an outcome, the largest first."""

    outcome: str
    a: str
    b: str
    trajectories: int
    wars: int
    effects: tuple[Effect, ...]


def screening(
    war: Scenario,
    a: str | AbstractPolicy,
    b: str | AbstractPolicy,
    outcome: str,
    *,
    trajectories: int = TRAJECTORIES,
    seed: int = DEFAULT_SEED,
    structures: Structures | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Screening:
    """Fight the wars of Morris's design under two policies and return the effects on their difference.

    Each trajectory takes one combination of the rival forms, in turn. Raises QueryError without SALib, for an
    unknown outcome, and for fewer trajectories than two; PolicyError for an unknown policy.
    """
    check_can()
    wanted = outcome_named(outcome)
    if trajectories < 2:
        raise QueryError(f"found {trajectories} trajectories; expected 2 or more")
    policies = [named(p, war) if isinstance(p, str) else p for p in (a, b)]
    forms = structures or Structures()
    names = list(draws_of(war, seed, range(0)))
    points = design(names, trajectories, seed)
    prepared = engine.prepare(war)
    length = len(names) + 1
    last = war.day_of(war.end)

    def fight(policy: AbstractPolicy, part: range) -> Floats:
        trajectory = part.start // length
        given = _given(war, names, points[part.start : part.stop], forms.of(trajectory), trajectory)
        one = Structures(repair=tuple(given.repair[:1]), fire=tuple(given.fire[:1]), given=given)
        record = [wanted.quantity]
        whole = () if wanted.place is not None else only_whole(record)
        block = engine.simulate(
            prepared, policy, seed, range(length), record=record, whole=whole, structures=one, watch=go_on
        )
        return outcomes_of(block.daily, 0, 0, last, [wanted])[outcome]

    parts = [range(at, at + length) for at in range(0, len(points), length)]
    todo = [(policy, part) for policy in policies for part in parts]
    answers = list(side_by_side(todo, fight, workers=workers, progress=progress))
    first, second = np.concatenate(answers[: len(parts)]), np.concatenate(answers[len(parts) :])
    assumed = {row.name for row in war.parameters if row.assumed}
    return Screening(
        outcome=outcome,
        a=policies[0].label,
        b=policies[1].label,
        trajectories=trajectories,
        wars=2 * len(points),
        effects=effects(names, points, first - second, assumed, seed),
    )


def design(names: list[str], trajectories: int, seed: int) -> Floats:
    """Return the points of the design, (point, parameter), each from 0 to 1."""
    from SALib.sample import morris

    sample: Any = morris.sample
    return np.asarray(sample(_problem(names), trajectories, num_levels=_LEVELS, seed=seed), np.float64)


def effects(
    names: list[str], points: Floats, answers: Floats, assumed: set[str], seed: int
) -> tuple[Effect, ...]:
    """Return the effects of a design's answers, (point,), the largest mean size first."""
    from SALib.analyze import morris

    analyze: Any = morris.analyze
    found = analyze(
        _problem(names),
        points,
        answers,
        num_levels=_LEVELS,
        num_resamples=_RESAMPLES,
        conf_level=_BAND,
        seed=seed,
    )
    made = [
        Effect(name, float(size), float(half), float(spread), name in assumed)
        for name, size, half, spread in zip(
            names, found["mu_star"], found["mu_star_conf"], found["sigma"], strict=True
        )
    ]
    return tuple(sorted(made, key=lambda effect: -effect.mean_size))


def _problem(names: list[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def _given(
    war: Scenario, names: list[str], points: Floats, forms: tuple[str, str], trajectory: int
) -> GivenWorlds:
    """Return the worlds of one trajectory, all of one luck."""
    repair, fire = forms
    low, width = _MIDDLE
    return GivenWorlds(
        name="morris",
        digest="",
        scenario_digest=war.digest,
        made_from=f"trajectory {trajectory}",
        names=tuple(names),
        quantiles=low + width * points,
        repair=np.full(len(points), repair),
        fire=np.full(len(points), fire),
        luck=np.full(len(points), trajectory, np.int64),
    )
