"""Power, industry, rice and bread at their limits, and a breached reservoir followed through its year."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_wars import theatre, wars, worlds

from stalemate.scenario.air import TARGET_CLASSES
from stalemate.scenario.resolve import DATED
from stalemate.systems.economy import Economy, power_factor

ECONOMY = Economy()
AT_RISK, CROP = DATED["rice_at_risk"], DATED["grain_crop_t"]
POWER, METAL, TOWN = (TARGET_CLASSES.index(name) for name in ("power", "metal", "town"))
PLAIN = {
    "power_river_km": 5.0,
    "power_export_share": 0.5,
    "power_manchuria_share": 0.24,
    "power_needed_share": 0.4,
    "power_elasticity": 0.5,
    "rice_reservoir_ha": 3000.0,
    "rice_yield_t_per_ha": 1.5,
    "rice_loss_share": 0.4,
    "grain_army_share": 0.1,
    "grain_eaters": 8e6,
    "grain_need_t": 0.25,
    "civil_cars": 30.0,
    "rail_tonnes_per_car": 30.0,
    "food_rail_share": 0.3,
    "food_rail_lag_days": 20.0,
}


def country(**parameters):
    """Return a theatre with a plant on the river and one far off, a steel works and a town, all whole."""
    rng = np.random.default_rng(23)
    place = theatre(rng)
    drawn, states = worlds(rng, 2), wars(rng, place, 2)
    for name, value in {**PLAIN, **parameters}.items():
        drawn[name] = value
    one = place[0]
    one["first_target"] = one["last_target"] = 0
    one["n_targets"], one["target_worth"], one["target_border_km"] = 4, 0.0, 0.0
    one["target_worth"][:4], one["target_border_km"][:4] = (0.4, 0.6, 1.0, 1.0), (0.2, 90.0, 50.0, 0.0)
    for number, (first, last) in {POWER: (0, 2), METAL: (2, 3), TOWN: (3, 4)}.items():
        one["first_target"][number], one["last_target"][number] = first, last
    for name in ("breaches", "rice_lost_season_t", "rice_missing_t", "rice_growing"):
        states[name] = 0
    states["target_left"], states["class_left"], states["civil_freight_felt"] = 1.0, 1.0, 1.0
    states["civil_tonnes"] = 900.0
    states["today"][:, AT_RISK], states["today"][:, CROP] = 0.0, 2e6
    return place, drawn, states


def run(place, drawn, states, days=1, **today):
    """Run some days and return the first war's record."""
    for name, value in today.items():
        states["today"][:, DATED[name]] = value
    for day in range(days):
        ECONOMY.loop(place, drawn, states, day)
    return states[0]


def test_economy__stays_whole_where_nothing_is_bombed():
    place, drawn, states = country()
    for day in range(749):
        ECONOMY.loop(place, drawn, states, day)
        assert (states["power_share"] == 1).all()
        assert (states["industry_share"] == 1).all()
        assert (states["power_manchuria"] == 0).all()
        assert (states["rice_lost_t"] == 0).all()
        np.testing.assert_allclose(states["food_share"], 2e6 * 0.9 / (8e6 * 0.25))


def test_economy__without_plants_there_is_no_power_and_no_industry():
    place, drawn, states = country()
    states["target_left"], states["class_left"] = 0.0, 0.0
    seen = run(place, drawn, states)
    assert seen["power_share"] == seen["industry_share"] == 0.0
    assert seen["power_manchuria"] == 0.24


def test_economy__a_plant_on_the_river_is_lost_on_both_banks():
    """Of 1.0 in all, the river's plant gives 0.2 across and 0.2 at home, the other 0.6 at home."""
    place, drawn, states = country(power_needed_share=1.0)
    states["target_left"][:, 0] = 0.25
    seen = run(place, drawn, states)
    assert seen["power_manchuria"] == pytest.approx(0.24 * 0.75)
    assert seen["industry_share"] == pytest.approx(((0.2 * 0.25 + 0.6) / 0.8) ** 0.5)


def test_economy__a_plant_far_from_the_river_is_lost_at_home_alone():
    place, drawn, states = country(power_needed_share=1.0)
    states["target_left"][:, 1] = 0.0
    seen = run(place, drawn, states)
    assert seen["power_manchuria"] == 0.0
    assert seen["industry_share"] == pytest.approx(0.25**0.5)


def test_economy__industry_is_the_mean_of_the_classes_there_are():
    place, drawn, states = country()
    states["class_left"][:, METAL] = 0.3
    assert run(place, drawn, states)["industry_share"] == pytest.approx(0.3)
    one = place[0]
    mine = TARGET_CLASSES.index("mine")
    one["first_target"][mine], one["last_target"][mine] = 4, 5
    assert run(place, drawn, states)["industry_share"] == pytest.approx((0.3 + 1.0) / 2)


def test_economy__a_war_without_plants_or_works_has_nothing_to_lose():
    place, drawn, states = country()
    place[0]["last_target"] = place[0]["first_target"]
    states["target_left"] = 0.0
    seen = run(place, drawn, states)
    assert (seen["industry_share"], seen["power_manchuria"]) == (1.0, 0.0)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 1), st.floats(0.1, 3))
def test_power_factor__rises_from_nothing_to_one(low, high, needed, elasticity):
    low, high = sorted((low, high))
    assert 0.0 <= power_factor(low, needed, elasticity) <= power_factor(high, needed, elasticity) <= 1.0
    assert power_factor(0.0, needed, elasticity) == 0.0
    assert power_factor(needed, needed, elasticity) == 1.0


def test_economy__a_breach_costs_the_harvest_and_is_eaten_from_then_on():
    """Two reservoirs of 3,000 ha x 1.5 t x .4 in full season: 3,600 t; a harvest without loss ends it."""
    place, drawn, states = country()
    fed = run(place, drawn, states, rice_at_risk=1.0)["food_share"].copy()
    states["breaches"] = 2
    assert run(place, drawn, states)["rice_lost_t"] == pytest.approx(3600)
    states["breaches"] = 0
    assert run(place, drawn, states, days=30, rice_at_risk=0.5)["food_share"] == pytest.approx(fed)
    harvested = run(place, drawn, states, days=60, rice_at_risk=0.0)
    assert harvested["food_share"] == pytest.approx(fed * (1 - 3600 / 2e6))
    run(place, drawn, states, days=30, rice_at_risk=1.0)
    assert run(place, drawn, states, rice_at_risk=0.0)["food_share"] == pytest.approx(fed)


@pytest.mark.parametrize(("at_risk", "lost"), [(1.0, 1800.0), (0.25, 450.0), (0.0, 0.0)])
def test_economy__a_breach_costs_what_is_still_at_risk(at_risk, lost):
    place, drawn, states = country()
    states["breaches"] = 1
    assert run(place, drawn, states, rice_at_risk=at_risk)["rice_lost_t"] == pytest.approx(lost)


def test_economy__no_harvest_is_no_food():
    place, drawn, states = country()
    assert run(place, drawn, states, grain_crop_t=0.0)["food_share"] == 0.0
    states["rice_missing_t"] = 1e9
    assert run(place, drawn, states, grain_crop_t=2e6)["food_share"] == 0.0


def test_economy__want_of_rail_freight_is_felt_with_a_lag():
    """After d days without freight the smoothed share is (1 - 1/20)^d."""
    place, drawn, states = country()
    states["civil_tonnes"] = 0.0
    seen = run(place, drawn, states, days=30)
    assert seen["civil_freight_felt"] == pytest.approx(0.95**30)
    assert seen["food_share"] == pytest.approx(0.9 * (1 - 0.3 * (1 - 0.95**30)))


def test_economy__where_no_civil_freight_is_asked_none_is_missed():
    place, drawn, states = country(civil_cars=0.0)
    states["civil_tonnes"] = 0.0
    assert run(place, drawn, states, days=30)["food_share"] == pytest.approx(0.9)


def test_economy__begins_with_freight_as_asked():
    _, drawn, states = country()
    states["civil_freight_felt"] = 0.0
    ECONOMY.begin(None, drawn, states)
    assert (states["civil_freight_felt"] == 1).all()
