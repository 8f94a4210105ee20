"""A run of two policies without an engine: paired differences are given by outcome."""

from datetime import date

import numpy as np

from stalemate.ensemble.outcomes import OUTCOMES, Kept
from stalemate.ensemble.runs import Runs
from stalemate.ensemble.store import Ordered, Recipe

REPAIR, FIRE = ("queue", "own-clock"), ("policy", "stock", "retribution", "surplus")


def runs_of(differences, repair=REPAIR, fire=FIRE, replicates=400, base=1000.0):
    """Return a run of two policies whose paired differences are given by outcome: a number or (war,)."""
    wars = np.arange(replicates)
    forms = {
        "repair": np.array([repair[w % len(repair)] for w in wars]),
        "fire": np.array([fire[w // len(repair) % len(fire)] for w in wars]),
    }
    luck = np.random.default_rng(3).normal(base, base / 10, (len(OUTCOMES), replicates))
    weekly, answers = np.zeros((replicates, 1, 0), np.float32), np.zeros((replicates, 0))
    b = {o.name: luck[i] for i, o in enumerate(OUTCOMES)}
    a = {name: values + differences.get(name, 0.0) for name, values in b.items()}
    recipe = Recipe(
        scenario="toy",
        scenario_digest="d",
        model="m",
        policies=(Ordered("alpha", "1"), Ordered("beta", "2")),
        seed=1,
        replicates=replicates,
        repair=repair,
        fire=fire,
        start=date(1951, 7, 10),
        end=date(1953, 7, 27),
        window_start=date(1952, 8, 31),
        parting=date(1952, 8, 31),
        columns=(),
    )
    return Runs(recipe, (Kept(a, weekly, answers, **forms), Kept(b, weekly, answers, **forms)))
