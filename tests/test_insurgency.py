"""Guerrillas in the South: the exact solution, the books, and what claims and guards follow from."""

import math

import numpy as np
import pytest
from small_wars import theatre, wars, worlds

from stalemate.scenario.resolve import DATED
from stalemate.systems.insurgency import Insurgency, after_a_day

INSURGENCY = Insurgency()
SWEEPING = DATED["guerrilla_sweep_divisions"]
PLAIN = {
    "guerrilla_joining": 3.0,
    "guerrilla_leaving_rate": 0.002,
    "guerrilla_sweep_rate": 0.006,
    "guerrilla_sweep_sigma": 0.0,
    "guerrilla_guard_divisions": 1e-4,
    "guerrilla_fighter_share": 0.25,
    "guerrilla_arms_share": 0.17,
}


def hills(count=1, *, divisions=0.0, strength=8000.0, **parameters):
    """Return a theatre, worlds and states with one number of divisions and one strength."""
    rng = np.random.default_rng(11)
    place = theatre(rng)
    drawn, states = worlds(rng, count), wars(rng, place, count)
    drawn["seed"], drawn["replicate"] = 17, np.arange(count)
    for name, value in {**PLAIN, **parameters}.items():
        drawn[name] = value
    states["today"][:, SWEEPING], states["guerrillas"] = divisions, strength
    return place, drawn, states


def days_of(place, drawn, states, days):
    """Return each day's states, (day, replicate)."""
    seen = []
    for day in range(days):
        INSURGENCY.loop(place, drawn, states, day)
        seen.append(states.copy())
    return np.array(seen)


@pytest.mark.parametrize("divisions", [0.0, 0.5, 2.0])
def test_insurgency__follows_the_exact_solution_at_a_constant_number_of_divisions(divisions):
    """G(t) = r/k + (G0 - r/k) exp(-k t), k = m + s D."""
    seen = days_of(*hills(divisions=divisions), 400)["guerrillas"][:, 0]
    rate = 0.002 + 0.006 * divisions
    expected = 3 / rate + (8000 - 3 / rate) * np.exp(-rate * np.arange(1, 401))
    np.testing.assert_allclose(seen, expected, rtol=1e-12)


def test_insurgency__without_sweeps_settles_where_joining_equals_leaving():
    seen = days_of(*hills(strength=100.0, guerrilla_leaving_rate=0.05), 749)
    assert seen["guerrillas"][-1, 0] == pytest.approx(3.0 / 0.05)
    assert seen["guerrillas_claimed"].sum() == seen["arms_taken"].sum() == 0.0


def test_insurgency__nobody_leaves_where_nothing_drives_them_out():
    place, drawn, states = hills(guerrilla_leaving_rate=0.0)
    seen = days_of(place, drawn, states, 10)
    assert seen["guerrillas"][-1, 0] == 8000 + 10 * 3.0
    assert seen["guerrillas_removed"].sum() == 0.0
    assert after_a_day(5.0, 2.0, 0.0) == 7.0


@pytest.mark.parametrize("rate", [1e-12, 1e-6, 1e-3, 0.5, 40.0])
def test_after_a_day__has_the_flow_property(rate):
    """Two days in one step of twice the rates equal two steps of a day."""
    twice = after_a_day(after_a_day(700.0, 3.0, rate), 3.0, rate)
    assert twice == pytest.approx(after_a_day(700.0, 6.0, 2 * rate), rel=1e-4 if rate < 1e-9 else 1e-9)


def test_insurgency__keeps_its_books_under_any_luck():
    place, drawn, states = hills(50, divisions=2.0, guerrilla_sweep_sigma=1.0)
    seen = days_of(place, drawn, states, 300)
    gained = 300 * 3.0 - seen["guerrillas_removed"].sum(0)
    np.testing.assert_allclose(seen["guerrillas"][-1], 8000 + gained, rtol=1e-9)
    assert (seen["guerrillas"] > 0).all()
    assert (seen["guerrillas_removed"] > 0).all()


def test_insurgency__luck_moves_the_day_and_not_the_mean_rate():
    """Over many replicates the log of what is left falls at the mean rate; its scatter is sigma's."""
    sigma, count, days = 0.8, 400, 60
    place, drawn, states = hills(
        count,
        divisions=2.0,
        guerrilla_joining=0.0,
        guerrilla_leaving_rate=0.0,
        guerrilla_sweep_sigma=sigma,
    )
    fallen = -np.log(days_of(place, drawn, states, days)["guerrillas"][-1] / 8000)
    mean, spread = days * 0.012, 0.012 * math.sqrt(days * (math.exp(sigma**2) - 1))
    assert abs(fallen.mean() - mean) < 4 * spread / math.sqrt(count)
    assert abs(fallen.std() / spread - 1) < 0.25


def test_insurgency__claims_and_arms_follow_the_swept_alone():
    seen = days_of(*hills(divisions=2.0, guerrilla_joining=0.0), 103)
    removed, claimed = seen["guerrillas_removed"].sum(), seen["guerrillas_claimed"].sum()
    assert claimed == pytest.approx(removed * 0.012 / 0.014 / 0.25)
    assert seen["arms_taken"].sum() == pytest.approx(0.17 * claimed)


def test_insurgency__ties_down_sweeps_and_guards():
    seen = days_of(*hills(divisions=2.0), 2)
    assert seen["rear_divisions"][0, 0] == pytest.approx(2.0 + 0.8)
    assert seen["rear_divisions"][1, 0] == pytest.approx(2.0 + seen["guerrillas"][0, 0] * 1e-4)


def test_insurgency__begins_with_the_first_number():
    _, drawn, states = hills(3, guerrilla_first_number=9000.0)
    INSURGENCY.begin(None, drawn, states)
    assert (states["guerrillas"] == 9000).all()
