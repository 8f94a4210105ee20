"""Shares of variance: functions with known indices, groups by hand, and the flagship by two ways."""

import json
import math
from functools import cache

import numpy as np
import pytest
from test_cli import call

from stalemate.analysis.leaning import leanings
from stalemate.analysis.sensitivity import Index, first_order, sensitivity, share_of_groups
from stalemate.ensemble.runner import run
from stalemate.errors import QueryError
from stalemate.scenario import read

PAIRS = 600


@cache
def fought():
    war = read.load("korea-1951")
    return war, run(war, ["banfill", "historical"], replicates=PAIRS, seed=3)


def sample(count, names, seed=5):
    luck = np.random.default_rng(seed)
    return {name: luck.random(count) for name in names}


def test_first_order__of_ishigami_s_function_is_known():
    """With a = 7, b = .1 the first-order indices are .3139, .4424 and 0 (Ishigami and Homma 1990)."""
    drawn = sample(6000, ("x1", "x2", "x3", "idle"))
    x1, x2, x3 = (2 * math.pi * drawn[name] - math.pi for name in ("x1", "x2", "x3"))
    answer = np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)
    found = first_order(drawn, answer, seed=1)
    for name, known in (("x1", 0.3139), ("x2", 0.4424), ("x3", 0.0), ("idle", 0.0)):
        assert found[name][0] == pytest.approx(known, abs=0.03)
        assert found[name][1] - 0.02 <= known <= found[name][2] + 0.02


def test_first_order__of_a_sum_is_each_term_s_share():
    """Terms c x of uniform x have variance c^2 / 12; the rest is noise of variance 1."""
    factors = {"large": 6.0, "middle": 3.0, "small": 1.0, "none": 0.0}
    drawn = sample(5000, factors)
    answer = sum(c * drawn[name] for name, c in factors.items())
    answer = answer + np.random.default_rng(6).normal(0, 1, 5000)
    total = sum(c * c for c in factors.values()) / 12 + 1
    for name, (share, _, _) in first_order(drawn, answer, seed=1).items():
        assert share == pytest.approx(factors[name] ** 2 / 12 / total, abs=0.03)


def test_first_order__tells_nothing_from_noise():
    """Of two hundred idle factors hardly one may pass for told: a chance of .1 % each."""
    drawn = sample(800, [f"x{k}" for k in range(200)])
    found = first_order(drawn, np.random.default_rng(7).normal(0, 1, 800), seed=1)
    assert sum(Index(name, *band, assumed=True).told for name, band in found.items()) <= 2


def test_first_order__needs_an_answer_that_varies():
    with pytest.raises(QueryError, match="the same in every pair"):
        first_order(sample(600, ("x",)), np.ones(600), seed=1)


def test_share_of_groups__is_the_spread_of_the_means():
    """Two groups of equal size 2 d apart, each of variance 1: d^2 / (1 + d^2)."""
    luck = np.random.default_rng(8)
    groups = np.repeat(["a", "b"], 3000)
    answer = luck.normal(0, 1, 6000) + np.where(groups == "a", -0.7, 0.7)
    share, low, high = share_of_groups(groups, answer, seed=1)
    assert share == pytest.approx(0.49 / 1.49, abs=0.02)
    assert low < 0.49 / 1.49 < high
    assert share_of_groups(np.array(["a"] * 50), luck.normal(0, 1, 50), seed=1)[0] == 0
    assert share_of_groups(np.repeat(["a", "b"], 3000), luck.normal(0, 1, 6000), seed=1)[0] < 0.003


def test_sensitivity__finds_what_rank_correlation_finds():
    """For a doubt that acts nearly in proportion, first-order share and squared rank correlation agree."""
    war, runs = fought()
    found = sensitivity(runs, war, "aircraft_lost")
    ranked = leanings(runs, war, "aircraft_lost")
    assert found.indices[0].factor == ranked[0].parameter
    assert found.indices[0].share == pytest.approx(ranked[0].share, abs=0.1)
    assert found.pairs == PAIRS
    assert 0 <= found.on_assumed + found.on_figures <= 1.05
    told = [index for index in found.indices if index.told]
    assert found.on_assumed == pytest.approx(sum(index.share for index in told if index.assumed))


@pytest.mark.parametrize(
    ("policies", "pairs", "outcome", "words"),
    [
        (["banfill"], PAIRS, "cuts", "this one holds 1"),
        (["banfill", "historical"], 300, "cuts", "needs 500"),
        (["banfill", "historical"], 500, "glory", "no outcome 'glory'"),
    ],
)
def test_sensitivity__refuses_what_it_cannot_answer(policies, pairs, outcome, words):
    war = read.load("korea-1951")
    day = war.start if len(policies) == 1 else None
    runs = run(war, policies, replicates=pairs, until=day or max(war.policies["banfill"].values()))
    with pytest.raises(QueryError, match=words):
        sensitivity(runs, war, outcome)


def test_sensitivity__reads_a_stored_run_and_fits_80_columns(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "80")
    war, _ = fought()
    run(war, ["banfill", "historical"], replicates=PAIRS, seed=3, out=tmp_path / "run")
    code, out, _ = call(capsys, "sensitivity", tmp_path / "run", "--outcome", "aircraft_lost")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    assert "loss_tactics_factor" in out
    assert "rest on assumptions" in " ".join(out.split())
    found = json.loads(call(capsys, "sensitivity", tmp_path / "run", "--json")[1])
    assert (found["outcome"], found["pairs"]) == ("front_tonnes", PAIRS)
    assert {"factor", "share", "low", "high", "assumed", "told"} == set(found["indices"][0])
