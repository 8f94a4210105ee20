"""Forms of a hazard against sums by hand, limits, and survival in closed form."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from stalemate.analysis import hazards
from stalemate.analysis.hazards import FORMS, course, factor, first_passage, weighed

sizes = st.floats(-2, 2)
levels = st.lists(st.floats(0, 1.5), min_size=1, max_size=40)


def ratio(form, *causes):
    """Return the ratio of one war's hazard, (day,), from pairs of coefficient and course."""
    terms = [weighed(form, np.array([b]), course(form, np.array(z, dtype=float))) for b, z in causes]
    return factor(form, terms)[0]


def test_factor__adds_up_as_by_hand():
    """Two causes at 1 with coefficients ln 3 and ln 2: 6 times the base multiplied, 1 + 2 + 1 = 4 added."""
    causes = (math.log(3), [0, 1, 1]), (math.log(2), [0, 0, 1])
    assert ratio("multiplied", *causes) == pytest.approx([1, 3, 6])
    assert ratio("added", *causes) == pytest.approx([1, 3, 4])
    year = ratio("accumulated", (math.log(3), [1.0] * 730))
    assert year[364] == pytest.approx(3)
    assert year[729] == pytest.approx(9)


def test_factor__spends_an_added_hazard_as_by_hand():
    """Base .01 for 100 days, the last 50 with twice as much on top: .5 and 1.5."""
    spent = 0.01 * ratio("added", (math.log(3), [0.0] * 50 + [1.0] * 50)).cumsum()
    assert spent[49] == pytest.approx(0.5)
    assert spent[99] == pytest.approx(0.5 + 1.5)


def test_factor__never_falls_below_nothing():
    assert ratio("added", (-1.9, [1, 1]), (-1.9, [1, 0])) == pytest.approx([0, math.exp(-1.9)])


@pytest.mark.parametrize("form", FORMS)
@given(levels)
def test_factor__is_one_without_a_coefficient(form, z):
    assert ratio(form, (0.0, z)) == pytest.approx(1.0)


@given(levels, levels)
def test_factor__agrees_to_first_order_for_small_coefficients(one, other):
    length, small = min(len(one), len(other)), 1e-4
    causes = (small, one[:length]), (-small, other[:length])
    apart = np.abs(ratio("multiplied", *causes) - ratio("added", *causes))
    assert apart.max() < 10 * small**2


@given(sizes, st.lists(st.booleans(), min_size=1, max_size=30))
def test_factor__is_the_same_multiplied_and_added_for_one_cause_that_is_on_or_off(b, z):
    assert ratio("multiplied", (b, z)) == pytest.approx(ratio("added", (b, z)))


def test_first_passage__has_the_law_of_a_constant_hazard():
    rng = np.random.default_rng(4)
    hazard = np.full((3000, 1500), 0.01)
    days = first_passage(hazard, rng.exponential(size=3000), 1500)
    assert stats.kstest(days + rng.random(3000), stats.expon(scale=100).cdf).pvalue > 0.01


def test_first_passage__names_the_day_and_says_when_there_is_none():
    hazard = np.array([[0.1, 0.2, 0.3], [0.1, 0.2, 0.3]])
    assert first_passage(hazard, np.array([0.25, 0.7]), 99).tolist() == [1, 99]


def test_year__is_the_scale_of_what_accumulates():
    assert course("accumulated", np.ones(365))[-1] == pytest.approx(365 / hazards.YEAR_DAYS)
