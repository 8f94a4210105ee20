"""What one date can say: posteriors, bounds and tipping values against closed forms."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from stalemate.analysis.rivals import (
    Clock,
    best_ratio,
    delay_days,
    density,
    effective_size,
    log_bayes_factor,
    most_it_could_gain,
    tipping_value,
    weighted_estimate,
)

coefficients = st.floats(0.001, 12)


def evenly(n):
    return (np.arange(n) + 0.5) / n


def test_density__gives_the_posterior_of_a_gamma_prior():
    """A rate drawn from gamma (a, b) and one event after T days is gamma (a + 1, b + T) afterwards."""
    a, b, days = 2.5, 300.0, 402
    rate = stats.gamma(a, scale=1 / b).ppf(evenly(40_000))
    found = weighted_estimate(rate, density(rate * days, rate), "1/day")
    after = stats.gamma(a + 1, scale=1 / (b + days))
    for point, q in ((found.low, 0.05), (found.median, 0.5), (found.high, 0.95)):
        assert point == pytest.approx(after.ppf(q), rel=2e-3)


def test_log_bayes_factor__equals_the_ratio_of_two_marginals():
    """Against one fixed rate r the gamma prior's marginal is a b^a / (b + T)^(a + 1)."""
    a, b, days, fixed = 2.5, 300.0, 402, 0.004
    rate = stats.gamma(a, scale=1 / b).ppf(evenly(40_000))
    rival = np.full(len(rate), density(np.array(fixed * days), np.array(fixed)))
    expected = math.log(a) + a * math.log(b) - (a + 1) * math.log(b + days)
    expected -= math.log(fixed) - fixed * days
    assert log_bayes_factor(density(rate * days, rate), rival).median == pytest.approx(expected, abs=1e-3)


def test_log_bayes_factor__has_a_band_that_holds_the_truth_as_often_as_it_says():
    truth, inside = 0.5 * 0.3**2 - 0.5 * 0.2**2, 0
    for seed in range(400):
        rng = np.random.default_rng(seed)
        mine, rival = np.exp(0.3 * rng.standard_normal(300)), np.exp(0.2 * rng.standard_normal(300))
        band = log_bayes_factor(mine, rival)
        inside += band.low <= truth <= band.high
    assert 0.86 < inside / 400 < 0.94


def test_weighted_estimate__is_the_plain_one_under_equal_weights():
    values = np.random.default_rng(1).standard_normal(20_001)
    found = weighted_estimate(values, np.full(len(values), 0.2), "1")
    assert found.replicates == len(values)
    for point, q in ((found.low, 0.05), (found.median, 0.5), (found.high, 0.95)):
        assert point == pytest.approx(np.quantile(values, q), abs=2e-3)
        assert point == pytest.approx(NormalDist().inv_cdf(q), abs=0.05)


def test_weighted_estimate__leaves_out_wars_without_weight():
    found = weighted_estimate(np.array([5.0, 1.0, 9.0]), np.array([0.0, 2.0, 0.0]), "days")
    assert (found.low, found.median, found.high, found.replicates) == (1, 1, 1, 1)


@given(st.lists(st.floats(1e-6, 10), min_size=1, max_size=30))
def test_effective_size__lies_between_one_and_all(weights):
    assert 1 - 1e-9 <= effective_size(np.array(weights)) <= len(weights) + 1e-9


@given(st.lists(st.booleans(), min_size=1, max_size=400), coefficients)
def test_most_it_could_gain__is_never_beaten_by_an_indicator_that_is_on_at_the_end(on, coefficient):
    assume(any(on))
    z = np.array([*on, True], dtype=np.float64)
    most = most_it_could_gain(z)
    assert most == len(on) / sum(on)
    assert best_ratio(z, coefficient) <= most * (1 + 1e-12)


@given(st.lists(st.sampled_from([0.0, 0.3, 0.4, 0.8, 1.0]), min_size=2, max_size=400), coefficients)
def test_most_it_could_gain__is_never_beaten_by_an_indicator_of_several_sizes(z, coefficient):
    assert best_ratio(np.array(z), coefficient) <= most_it_could_gain(np.array(z)) * (1 + 1e-12)


def test_most_it_could_gain__is_reached_in_the_limit():
    """On for the last 350 of 402 days, as air pressure was: 1.15 and no more."""
    z = np.array([*[0.0] * 52, *[1.0] * 351])
    assert most_it_could_gain(z) == pytest.approx(402 / 350)
    assert best_ratio(z, 30.0) == pytest.approx(402 / 350)
    assert best_ratio(z, 0.0) == 1.0


def test_most_it_could_gain__has_no_bound_for_what_begins_on_the_day():
    assert most_it_could_gain(np.array([0.0, 0.0, 1.0])) == math.inf


@pytest.mark.parametrize("delay", [30, 90, 180])
@pytest.mark.parametrize("coefficient", [0.0, 1.5])
def test_tipping_value__has_a_closed_form_under_a_constant_hazard(delay, coefficient):
    """Pressure off for n of the days gives back (e^b - 1) n, all made up at the rate of the last days."""
    off, event, days = 69, 402, 1000
    late = 307
    rest = np.where(np.arange(days) < late, 0.0, coefficient)
    clock = Clock(np.ones(days), rest, off, event)
    n = ((late - off) + (event - late) * math.exp(coefficient)) / math.exp(coefficient)
    expected = math.log(1 + delay / n)
    assert tipping_value(clock, delay) == pytest.approx(expected, rel=1e-9)
    assert delay_days(clock, expected) == pytest.approx(delay, rel=1e-9)
    shorter = Clock(np.ones(event), rest[:event], off, event)
    assert tipping_value(shorter, delay) == pytest.approx(expected, rel=1e-9)


def test_delay_days__is_that_of_simulated_medians():
    rng = np.random.default_rng(5)
    days, coefficient = 3000, 0.6
    pressure = np.clip(np.arange(days) / 150, 0, 1.2)
    clock = Clock(pressure, 0.3 * np.sin(np.arange(days) / 40), 100, 402)
    off = np.where(np.arange(days) < 100, pressure, 0.0)
    rates = [np.exp(coefficient * z + clock.rest) for z in (pressure, off)]
    base = math.log(2) / rates[0][:402].sum()
    draws = -np.log(rng.random(200_000))
    medians = [np.median(np.searchsorted(np.cumsum(base * rate), draws)) for rate in rates]
    assert delay_days(clock, coefficient) == pytest.approx(medians[1] - medians[0], abs=4)


def test_tipping_value__is_none_where_no_pressure_was_flown():
    assert tipping_value(Clock(np.zeros(500), np.zeros(500), 50, 400), 30) is None
    assert delay_days(Clock(np.zeros(500), np.zeros(500), 50, 400), 2.0) == 0.0
