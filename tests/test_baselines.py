"""Baselines: what they say is worked out by hand, from the record alone, and never from the row itself."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import toy_war

from stalemate.analysis.baselines import NAMES, Band, baselines
from stalemate.analysis.estimate import BAND_Z, Estimate
from stalemate.analysis.predict import Prediction
from stalemate.analysis.scorecard import Score, skill
from stalemate.engine.simulate import Structures
from stalemate.ensemble.questions import Question


def month(number, value, quantity="cuts", **other):
    """Return the row of one month of 1952, 30 days."""
    start, end = f"1952-{number:02}-01", f"1952-{number:02}-29" if number == 2 else f"1952-{number:02}-30"
    return toy_war.observed(quantity, start, end, value, value, role="calibration", **other)


def days(row):
    return (row.end - row.start).days + 1


SERIES = [month(1, 300.0), month(3, 600.0), month(4, 900.0), month(5, 450.0)]
OTHERS = [
    month(n, v, "trucks_lost") for n, v in ((1, 10.0), (3, 10.0 * math.e), (4, 10.0), (5, 10.0 * math.e))
]


def test_persistence__says_the_last_rate_as_far_off_as_other_series_moved():
    """Each move of the other series is a factor of e between months of 30 days, so the spread is 1."""
    rows = [*SERIES, *OTHERS]
    said = baselines(rows, seed=1)["persistence"]
    assert said[0] is None
    for place in (1, 2, 3):
        middle = SERIES[place - 1].low
        assert said[place].low == pytest.approx(middle * math.exp(-BAND_Z))
        assert said[place].high == pytest.approx(middle * math.exp(BAND_Z))


def test_persistence__says_nothing_without_a_past_or_without_others_moves():
    assert baselines(SERIES, seed=1)["persistence"] == (None,) * 4
    zero = [month(1, 0.0), month(3, 5.0), *OTHERS]
    assert baselines(zero, seed=1)["persistence"][1] is None
    overlapping = toy_war.observed("cuts", "1952-01-01", "1952-03-30", 5, 5)
    assert baselines([overlapping, month(3, 5.0), *OTHERS], seed=1)["persistence"][1] is None


def test_persistence__takes_a_rate_to_the_row_s_own_days_and_a_mean_as_it_is():
    long = toy_war.observed("cuts", "1952-05-01", "1952-06-29", 5, 5)
    said = baselines([month(4, 300.0), long, *OTHERS], seed=1)["persistence"][1]
    assert math.sqrt(said.low * said.high) == pytest.approx(300.0 * days(long) / 30)
    rate = toy_war.observed("cuts", "1952-04-01", "1952-04-30", 10, 10, unit="cuts/day")
    long = toy_war.observed("cuts", "1952-05-01", "1952-06-29", 5, 5, unit="cuts/day")
    said = baselines([rate, long, *OTHERS], seed=1)["persistence"][1]
    assert math.sqrt(said.low * said.high) == pytest.approx(10)


def test_bootstrap__draws_mean_rates_of_neighbours_round_the_end():
    """Without the row of April the rest is 10, 20, 15 a day: neighbours have means 15, 17.5 and 12.5."""
    said = baselines(SERIES, seed=1)["block bootstrap"][2]
    assert (said.low, said.high) == pytest.approx((12.5 * 30, 17.5 * 30))
    assert baselines(SERIES[:2], seed=1)["block bootstrap"] == (None, None)


def test_bootstrap__keeps_places_and_quantities_apart():
    east = [month(n, 7.0, place="east", unit="cuts") for n in (1, 3, 4)]
    said = baselines([*SERIES, *east], seed=1)["block bootstrap"]
    assert (said[4].low, said[4].high) == pytest.approx((7.0, 7.0))


@given(st.integers(0, 3), st.floats(0.1, 1e6))
def test_baselines__never_look_at_the_row_they_speak_of(place, value):
    rows = [*SERIES, *OTHERS]
    changed = [*rows[:place], month((1, 3, 4, 5)[place], value), *rows[place + 1 :]]
    for name in NAMES:
        assert baselines(rows, seed=1)[name][place] == baselines(changed, seed=1)[name][place]


def test_foretold__is_the_figure_of_the_time():
    rows = [month(1, 0.5, foretold=0.0, foretold_by="plan"), month(3, 0.5)]
    assert baselines(rows, seed=1)["foretold"] == (Band(0.0, 0.0), None)
    with pytest.raises(ValueError, match="a figure where foretold is given"):
        month(1, 0.5, foretold=0.0)


def test_skill__is_the_ratio_of_interval_scores_over_rows_that_count():
    def scored(low, high, role="frozen", **known):
        observed = toy_war.observed("cuts", "1952-01-01", "1952-01-30", 5, 5, role=role)
        band = Estimate((low + high) / 2, low, high, "cuts", 9)
        question = Question("cuts", observed.start, observed.end)
        return Score(observed, Prediction(question, band, "historical", 1, Structures()), known)

    near = scored(4, 6, foretold=Band(3, 7))
    far = scored(6, 7, foretold=Band(4, 6))
    exact = scored(4, 6, foretold=Band(5, 5))
    assert near.skill("foretold") == pytest.approx(2 / 4)
    assert far.skill("foretold") == pytest.approx((1 + 20) / 2)
    assert exact.skill("foretold") is None
    assert near.skill("persistence") is None
    found = skill("foretold", [near, far, exact, scored(4, 6, role="input", foretold=Band(3, 7))])
    assert (found.better, found.rows) == (1, 2)
    assert found.median == pytest.approx(np.median([0.5, 10.5]))
    assert skill("persistence", [near]).median is None
