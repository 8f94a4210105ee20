"""Bands and paired differences."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_pairs import FIRE, REPAIR, runs_of

from stalemate.analysis.compare import comparison_of
from stalemate.analysis.estimate import (
    Estimate,
    chance,
    estimate,
    number,
    probability_greater,
    variance_ratio,
)
from stalemate.ensemble.runs import Runs
from stalemate.ensemble.store import Recipe
from stalemate.errors import QueryError

floats = st.floats(-1e6, 1e6)


@given(st.lists(floats, min_size=1, max_size=60))
def test_estimate__equals_quantiles_by_hand(values):
    """The quantile at p of n sorted numbers lies p (n - 1) steps from the first, on a line between two."""
    found = estimate(np.array(values), "t")
    ordered = sorted(values)
    for p, quantile in ((0.05, found.low), (0.5, found.median), (0.95, found.high)):
        at = p * (len(ordered) - 1)
        below = int(at)
        above = min(below + 1, len(ordered) - 1)
        by_hand = ordered[below] + (at - below) * (ordered[above] - ordered[below])
        assert quantile == pytest.approx(by_hand, rel=1e-9, abs=1e-6)


def test_estimate__leaves_out_wars_without_a_value():
    assert estimate(np.array([1.0, np.nan, 3.0]), "t").replicates == 2
    assert np.isnan(estimate(np.array([np.nan]), "t").median)


def test_chance__is_the_mean_with_the_error_of_so_many_wars():
    found = chance(np.array([1.0] * 30 + [0.0] * 70))
    assert (found.median, found.replicates) == (0.3, 100)
    assert found.high - found.median == pytest.approx(1.645 * (0.3 * 0.7 / 99) ** 0.5, rel=1e-3)
    assert chance(np.array([1.0])).low == 1.0


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=1, max_size=40))
def test_probability_greater__equals_a_count_over_pairs_with_ties_as_half(pairs):
    points = sum(2 if a > b else 1 if a == b else 0 for a, b in pairs)
    a, b = (np.array(side, dtype=float) for side in zip(*pairs, strict=True))
    assert probability_greater(a, b) == pytest.approx(points / (2 * len(pairs)))
    assert probability_greater(a, b) + probability_greater(b, a) == pytest.approx(1)


def test_variance_ratio__equals_its_closed_form_for_shared_luck():
    """With a = s + e and b = s + f, var s = 9 and var e = var f = 1, it is (10 + 10) / 2 = 10."""
    luck = np.random.default_rng(1)
    shared, e, f = luck.normal(0, 3, 400_000), luck.normal(0, 1, 400_000), luck.normal(0, 1, 400_000)
    assert variance_ratio(shared + e, shared + f) == pytest.approx(10, rel=0.02)


def test_variance_ratio__is_none_without_variance():
    values = np.array([1.0, 2.0, 4.0])
    assert variance_ratio(values, values) is None
    assert variance_ratio(values + 2, values) is None
    assert variance_ratio(np.zeros(3), np.zeros(3)) is None
    assert variance_ratio(values[:1], values[:1] + 1) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-41.26, "−41.3"),
        (12345.6, "12,346"),
        (0.5, "0.5"),
        (7.0, "7"),
        (0.001, "0.001"),
        (-8.1e-5, "−8e−5"),
    ],
)
def test_number__is_for_people(value, text):
    assert number(value) == text


def test_number__of_nothing_is_none():
    assert number(float("nan")) == "none"


def test_estimate__knows_its_side():
    assert Estimate(2, 1, 3, "t", 9).side == 1
    assert Estimate(-2, -3, -1, "t", 9).side == -1
    assert Estimate(1, 0, 2, "t", 9).side == 0
    assert str(Estimate(2, 1, 3, "t", 9)) == "2 t (1 to 3)"


def test_comparison__equals_numpy_on_the_raw_pairs():
    jolt = np.random.default_rng(2).normal(5, 2, 400)
    found = comparison_of(runs_of({"cuts": jolt})).contrast("cuts")
    assert (found.difference.low, found.difference.median, found.difference.high) == pytest.approx(
        tuple(np.percentile(jolt, [5, 50, 95]))
    )
    assert found.probability_a_greater == pytest.approx((jolt > 0).mean())


def test_comparison__splits_the_pairs_by_form():
    comparison = comparison_of(runs_of({}))
    assert [(form.repair, form.fire) for form in comparison.forms] == list(product(REPAIR, FIRE))
    assert sum(form.pairs for form in comparison.forms) == 400
    with pytest.raises(QueryError, match="no outcome 'cut'"):
        comparison.contrast("cut")


def test_comparison__needs_two_policies():
    runs = runs_of({})
    alone = Recipe(**{**runs.recipe.__dict__, "policies": runs.recipe.policies[:1]})
    with pytest.raises(QueryError, match="two policies; this one holds 1"):
        comparison_of(Runs(alone, runs.kept[:1]))
