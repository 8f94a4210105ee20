"""What an answer leans on: ranks by hand, SciPy's correlation, and a war whose answer hangs on one doubt."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from stalemate.analysis.leaning import correlation, leanings, ranks, sentence
from stalemate.errors import QueryError
from stalemate.scenario import read
from stalemate.scenario.resolve import draws_of

WAR = read.load("korea-1951")
PAIRS = 400
DRAWN = draws_of(WAR, 7, range(PAIRS))
NOISE = np.random.default_rng(0).normal(size=PAIRS)


def runs_with(difference, *, policies=2, digest=WAR.digest, pairs=PAIRS):
    """Return a run of which only one outcome is known: the difference between its two policies."""
    recipe = SimpleNamespace(
        policies=[None] * policies,
        scenario_digest=digest,
        replicates=pairs,
        seed=7,
        scenario=WAR.name,
        posterior=None,
    )
    base = np.zeros(pairs)
    return SimpleNamespace(recipe=recipe, outcome=lambda policy, name: base if policy else difference)


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=60))
def test_ranks__are_scipy_s(values):
    np.testing.assert_allclose(ranks(np.array(values, float)) + 1, stats.rankdata(values))


@given(st.integers(0, 10**6), st.integers(3, 80))
def test_correlation__of_ranks_is_spearman_s(seed, size):
    a, b = np.random.default_rng(seed).normal(size=(2, size)).round(1)
    if np.ptp(a) and np.ptp(b):
        expected = stats.spearmanr(a, b).statistic
        assert correlation(ranks(a), ranks(b)) == pytest.approx(expected, abs=1e-12)


def test_correlation__of_what_does_not_vary_is_nothing():
    assert correlation(np.ones(5), np.arange(5.0)) == 0.0


def test_leanings__finds_the_doubts_that_the_answer_hangs_on_and_no_others():
    strong, weak = "fire_surplus", "rail_tonnes_per_car"
    found = leanings(runs_with(-3 * DRAWN[strong] + DRAWN[weak] + 0.1 * NOISE), WAR, "x")
    assert [leaning.parameter for leaning in found] == [strong, weak]
    assert found[0].correlation < -0.9
    assert found[0].assumed
    assert not found[1].assumed


def test_leanings__of_pure_luck_are_none():
    """The threshold lets one run in a hundred of pure luck name anything."""
    named = [
        leanings(runs_with(np.random.default_rng(seed).normal(size=PAIRS)), WAR, "x") for seed in range(1, 31)
    ]
    assert sum(bool(found) for found in named) <= 3


def test_leanings__refuses_what_it_cannot_tell():
    with pytest.raises(QueryError, match="two policies; this one holds 3"):
        leanings(runs_with(NOISE, policies=3), WAR, "x")
    with pytest.raises(QueryError, match="another scenario"):
        leanings(runs_with(NOISE, digest="other"), WAR, "x")
    with pytest.raises(QueryError, match="found 50 pairs; leaning needs 100"):
        leanings(runs_with(NOISE[:50], pairs=50), WAR, "x")


def test_sentence__says_what_is_assumed():
    found = leanings(runs_with(DRAWN["fire_surplus"] + 0.2 * NOISE), WAR, "x")
    text = sentence(found, "Communist shells")
    assert text.startswith("The difference of Communist shells leans most on fire_surplus (assumed, ")
    assert sentence((), "rail cuts") == "No single doubt stands out in the difference of rail cuts."
    assert replace(found[0], assumed=False).share == found[0].share
