"""Air forces: sorties stay within what is available, means follow the order."""

import math

import numpy as np
import pytest
from small_wars import theatre, wars, worlds

from stalemate.systems.airforces import AirForces

AIRFORCES = AirForces()


QUIET = ("road", "destruction", "support", "superiority", "other")


def block(seed, count):
    rng = np.random.default_rng([seed, 29])
    place = theatre(rng)
    return place, worlds(rng, count), wars(rng, place, count)


@pytest.mark.parametrize("seed", range(6))
def test_airforces__never_fly_more_than_is_available(seed):
    place, drawn, states = block(seed, 10)
    rng = np.random.default_rng(seed)
    for day in range(150):
        states["flyable_day"], states["flyable_night"] = rng.random((2, 10)) < 0.7
        AIRFORCES.loop(place, drawn, states, day)
        assert (states["sorties"] <= states["available"] * (1 + 1e-12)).all()
        for name in ("sorties", "available", "flown_share", "cover_flown"):
            assert (states[name] >= 0).all()
        missions = states["rail_sorties"] + states["road_sorties"] + states["destruction_sorties"]
        assert (missions <= states["sorties"].sum(1) * (1 + 1e-12)).all()


def test_airforces__without_orders_nothing_flies():
    place, drawn, states = block(1, 50)
    states["mission_weight"] = 0.0
    place[0]["ordered_other"] = place[0]["ordered_superiority"] = 0.0
    place[0]["n_raids"] = 0
    for day in range(30):
        AIRFORCES.loop(place, drawn, states, day)
        for name in ("sorties", "flown_share", "rail_sorties", "cover_flown"):
            assert not states[name].any()


def test_airforces__in_bad_weather_nothing_flies_but_dated_raids():
    place, drawn, states = block(2, 50)
    raids = np.zeros_like(states["available"])
    for r in range(place[0]["n_raids"]):
        k = place[0]["raid_class"][r]
        raids[:, k] += place[0]["raid_sorties"][r] * states["raid_allowed"][:, r]
    states["flyable_day"] = states["flyable_night"] = 0
    AIRFORCES.loop(place, drawn, states, 0)
    np.testing.assert_allclose(states["sorties"], np.minimum(raids, states["available"]))
    assert states["available"].any()


def test_airforces__a_raid_goes_before_standing_orders_and_its_strikes_carry_bombs():
    """Of ten sorties that can be flown, a strike of six and an escort of two leave two for the rail order."""
    place, drawn, states = block(7, 3)
    one = place[0]
    for name in ("rail", "bridge", *QUIET):
        one[f"ordered_{name}"] = 0.0
    one["ordered_rail"][0], one["n_classes"], one["kind"][0], one["n_raids"] = 50.0, 1, 0, 2
    one["raid_class"][:2], one["raid_role"][:2], one["raid_sorties"][:2] = 0, (0, 2), (6.0, 2.0)
    one["serviceable"][0] = one["sorties_per_aircraft"][0] = 1.0
    drawn["effort_availability_factor"], drawn["bombs_t_fighter_bomber"] = 1.0, 0.5
    states["aircraft"][:, 0], states["mission_weight"], states["raid_allowed"] = 10, 1.0, 1
    states["flyable_day"] = states["flyable_night"] = 1
    AIRFORCES.loop(place, drawn, states, 0)
    np.testing.assert_allclose(states["rail_sorties"], 2)
    np.testing.assert_allclose(states["destruction_sorties"], 8)
    np.testing.assert_allclose(states["bombs_tonnes"][:, 0], 0.5 * (6 + 2))
    np.testing.assert_allclose(states["cover_flown"][:, 0], 2)


def test_airforces__a_shortage_of_aircraft_caps_every_mission_alike():
    """With ten aircraft at one sortie each, 1,000 ordered sorties shrink to ten in the same proportions."""
    place, drawn, states = block(3, 4)
    one = place[0]
    one["n_raids"] = 0
    orders = {"rail": 600, "bridge": 100, "road": 200, "destruction": 50, "support": 10, "superiority": 20}
    for name, ordered in {**orders, "other": 20}.items():
        one[f"ordered_{name}"] = 0.0
        one[f"ordered_{name}"][0] = ordered
    one["serviceable"][0] = one["sorties_per_aircraft"][0] = 1.0
    drawn["effort_availability_factor"] = 1.0
    states["aircraft"][:, 0] = 10
    states["mission_weight"] = 1.0
    states["flyable_day"] = states["flyable_night"] = 1
    AIRFORCES.loop(place, drawn, states, 0)
    np.testing.assert_allclose(states["sorties"][:, 0], 10)
    np.testing.assert_allclose(states["flown_share"][:, 0], 0.01)
    np.testing.assert_allclose(states["rail_sorties"], 7)
    np.testing.assert_allclose(states["road_sorties"], 2)
    np.testing.assert_allclose(states["destruction_sorties"], 0.5)
    np.testing.assert_allclose(states["support_sorties"], 0.1)
    np.testing.assert_allclose(states["superiority_sorties"], 0.2)


def test_airforces__fly_what_was_ordered_on_average():
    """The day's multiplier has mean 1; fair days make up for foul ones."""
    count, days = 1500, 20
    place, drawn, states = block(4, count)
    one = place[0]
    one["n_classes"], one["kind"][0], one["night"][0] = 1, 0, 0
    one["n_raids"] = 0
    for name in ("bridge", *QUIET):
        one[f"ordered_{name}"][0] = 0.0
    one["ordered_rail"][0], one["flyable_share"][0], one["doubt"][0] = 50.0, 0.6, 0.3
    drawn["seed"], drawn["replicate"] = 11, np.arange(count)
    for name, value in (
        ("effort_day_sigma", 0.4),
        ("effort_doubt_fighter_bomber", 1.0),
    ):
        drawn[name] = value
    states["mission_weight"] = 1.0
    states["aircraft"][:, 0] = 10**6
    rng = np.random.default_rng(0)
    flown = []
    for day in range(days):
        states["flyable_day"] = rng.random(count) < 0.6
        AIRFORCES.loop(place, drawn, states, day)
        flown.append(states["sorties"][:, 0].copy())
    expected = 50 * math.exp(0.3)
    assert np.mean(flown) == pytest.approx(expected, rel=0.02)
    fair = np.array(flown)[np.array(flown) > 0]
    assert np.log(fair).std() == pytest.approx(0.4, rel=0.03)
