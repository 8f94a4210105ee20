"""Civilians: deaths in proportion to bombs, bounds of warning and shelter, hunger and work."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from small_wars import theatre, wars, worlds

from stalemate.scenario.resolve import DATED
from stalemate.systems.bombing import deaths_per_tonne
from stalemate.systems.civilians import Civilians
from stalemate.systems.theatre import FIGHTER_BOMBER

CIVILIANS = Civilians()
PLAIN = {
    "civilian_total_deaths": 300_000.0,
    "civilian_total_tonnes": 600_000.0,
    "civilian_town_deaths_share": 0.6,
    "civilian_town_tonnes_share": 0.2,
    "civilian_warning_factor": 0.2,
    "civilian_front_tonnes_share": 0.0,
    "civilian_front_factor": 0.2,
    "civilian_near_dwellings": 0.0,
    "civilian_law_warned": 0.0,
    "civilian_scatter": 0.0,
    "civilian_per_building": 5.0,
    "labour_return_days": 25.0,
    "labour_flight_per_1000_t": 0.1,
    "labour_least": 0.5,
}
IN_TOWN, ELSEWHERE = 0.5 * 0.6 / 0.2, 0.5 * 0.4 / 0.8


def people(count=1, *, leaflets=1.0, present=1.0, shelter=1.0, warned=0.0, **parameters):
    """Return a theatre, worlds and states in which no bomb falls."""
    rng = np.random.default_rng(31)
    place = theatre(rng)
    drawn, states = worlds(rng, count), wars(rng, place, count)
    drawn["seed"], drawn["replicate"] = 29, np.arange(count)
    for name, value in {**PLAIN, **parameters}.items():
        drawn[name] = value
    for name, value in (("present", present), ("shelter", shelter), ("warned", warned)):
        states["today"][:, DATED[f"civilian_{name}"]] = value
    for name in ("bombs_tonnes", "town_tonnes", "near_tonnes", "warned_tonnes", "support_flown"):
        states[name] = 0.0
    states["buildings_destroyed"] = 0.0
    states["food_share"], states["labour_left"] = 1.0, 1.0
    place[0]["leaflets"] = leaflets
    return place, drawn, states


def bomb(states, towns, elsewhere):
    states["town_tonnes"], states["bombs_tonnes"][:, 0] = towns, towns + elsewhere


def mean_deaths(towns, elsewhere, count=3000, **changes):
    """Return the mean deaths in towns and elsewhere over many replicates of one day."""
    place, drawn, states = people(count, **changes)
    bomb(states, towns, elsewhere)
    CIVILIANS.loop(place, drawn, states, 100)
    return states["deaths_town"].mean(), states["deaths_other"].mean()


def test_civilians__those_told_of_a_raid_outside_towns_die_by_the_warning_factor():
    place, drawn, states = people(3000, civilian_law_warned=0.5, civilian_warning_factor=0.2)
    bomb(states, 0.0, 400.0)
    states["near_tonnes"], states["warned_tonnes"] = 250.0, 100.0
    CIVILIANS.loop(place, drawn, states, 100)
    expected = (300.0 + 100.0 * (0.5 + 0.5 * 0.2)) * ELSEWHERE
    assert states["deaths_other"].mean() == pytest.approx(expected, rel=0.01)


def test_civilians__nobody_dies_where_no_bomb_falls():
    place, drawn, states = people(200, civilian_scatter=1.0)
    for day in range(60):
        CIVILIANS.loop(place, drawn, states, day)
        assert (states["civilian_deaths"] == 0).all()
        assert (states["displaced"] == 0).all()
        assert (states["labour_left"] == 1).all()


@pytest.mark.parametrize("tonnes", [1.0, 40.0, 800.0])
@pytest.mark.parametrize("scatter", [0.0, 0.9])
def test_civilians__expected_deaths_are_linear_in_tonnes(tonnes, scatter):
    """Poisson with a lognormal mean: variance m + m^2 (exp(sigma^2) - 1)."""
    count = 3000
    for mean, rate in zip(
        mean_deaths(tonnes, tonnes, count, civilian_scatter=scatter), (IN_TOWN, ELSEWHERE), strict=True
    ):
        expected = rate * tonnes
        variance = expected + expected**2 * (math.exp(scatter**2) - 1)
        assert abs(mean - expected) < 4.5 * math.sqrt(variance / count)


@pytest.mark.parametrize(("front", "factor"), [(0.0, 0.3), (0.3, 0.2), (0.3, 0.0), (0.2, 1.0)])
def test_deaths_per_tonne__give_the_war_s_total_back(front, factor):
    shares = {"town_deaths": 0.55, "town_tonnes": 0.23, "front_tonnes": front}
    world = SimpleNamespace(
        civilian_total_deaths=282_000.0,
        civilian_total_tonnes=576_000.0,
        civilian_front_factor=factor,
        **{f"civilian_{name}_share": share for name, share in shares.items()},
    )
    in_town, off_town = deaths_per_tonne.py_func(world)
    parts = (in_town * 0.23, off_town * (0.77 - front), factor * off_town * front)
    assert 576_000 * sum(parts) == pytest.approx(282_000)
    assert 576_000 * parts[0] == pytest.approx(0.55 * 282_000)


def test_civilians__bombs_near_dwellings_kill_as_in_town_and_those_at_the_front_fewer():
    place, drawn, states = people(
        3000, civilian_near_dwellings=0.4, bombs_t_fighter_bomber=2.0, civilian_law_warned=0.0
    )
    place[0]["kind"][0] = FIGHTER_BOMBER
    bomb(states, 100.0, 900.0)
    states["near_tonnes"], states["support_flown"][:, 0] = 250.0, 150.0
    CIVILIANS.loop(place, drawn, states, 100)
    assert states["deaths_town"].mean() == pytest.approx((100 + 0.4 * 250) * IN_TOWN, rel=0.01)
    elsewhere = 1000 - 100 - 0.4 * 250 - 300
    assert states["deaths_other"].mean() == pytest.approx((elsewhere + 0.2 * 300) * ELSEWHERE, rel=0.01)


def test_civilians__warning_helps_at_most_by_its_factor():
    unwarned, _ = mean_deaths(1000.0, 0.0)
    half, _ = mean_deaths(1000.0, 0.0, warned=0.5)
    full, _ = mean_deaths(1000.0, 0.0, warned=0.5, leaflets=2.0)
    beyond, _ = mean_deaths(1000.0, 0.0, warned=0.5, leaflets=9.0)
    none, _ = mean_deaths(1000.0, 0.0, warned=0.5, leaflets=0.0)
    assert half / unwarned == pytest.approx(0.6, rel=0.01)
    assert full / unwarned == pytest.approx(0.2, rel=0.01)
    assert beyond == full
    assert none == unwarned


def test_civilians__nobody_present_or_all_sheltered_is_nobody_dead_in_town():
    assert mean_deaths(1000.0, 0.0, present=0.0) == (0, 0)
    assert mean_deaths(1000.0, 0.0, shelter=0.0) == (0, 0)
    assert mean_deaths(1000.0, 0.0, shelter=0.4)[0] == pytest.approx(0.4 * 1000 * IN_TOWN, rel=0.01)


def test_civilians__shelter_and_warning_in_town_change_nothing_elsewhere():
    plain = mean_deaths(100.0, 500.0)[1]
    assert mean_deaths(100.0, 500.0, shelter=0.3, warned=1.0, present=0.2)[1] == plain


def test_civilians__more_bombs_under_the_same_luck_never_kill_fewer():
    place, drawn, states = people(500, civilian_scatter=1.0)
    bomb(states, 100.0, 300.0)
    CIVILIANS.loop(place, drawn, states, 3)
    fewer = states["deaths_town"].copy()
    bomb(states, 103.0, 300.0)
    CIVILIANS.loop(place, drawn, states, 3)
    assert (states["deaths_town"] >= fewer).all()


def test_civilians__homes_lost_follow_buildings():
    place, drawn, states = people()
    states["buildings_destroyed"] = 130.0
    CIVILIANS.loop(place, drawn, states, 0)
    assert states["displaced"][0] == 650.0


@pytest.mark.parametrize(("food", "hunger"), [(1.3, 0.0), (1.0, 0.0), (0.7, 0.3), (0.0, 1.0)])
def test_civilians__hunger_is_what_food_lacks(food, hunger):
    place, drawn, states = people()
    states["food_share"] = food
    CIVILIANS.loop(place, drawn, states, 0)
    assert states["hunger"][0] == pytest.approx(hunger)


def test_civilians__work_settles_between_flight_and_return():
    """At 200 t a day 2 % leave and 1/25 of those gone come back: left = .04 / (.04 + .02)."""
    place, drawn, states = people()
    bomb(states, 50.0, 150.0)
    for day in range(749):
        CIVILIANS.loop(place, drawn, states, day)
    assert states["labour_left"][0] == pytest.approx(0.04 / 0.06)
    bomb(states, 0.0, 0.0)
    CIVILIANS.loop(place, drawn, states, 0)
    assert states["labour_left"][0] == pytest.approx(1 - (1 / 3) * 0.96)


def test_civilians__work_never_falls_below_its_least_nor_rises_above_one():
    place, drawn, states = people(labour_return_days=1.0)
    bomb(states, 0.0, 1e6)
    CIVILIANS.loop(place, drawn, states, 0)
    assert states["labour_left"][0] == 0.5
    bomb(states, 0.0, 0.0)
    CIVILIANS.loop(place, drawn, states, 0)
    assert states["labour_left"][0] == 1.0


def test_civilians__begin_with_every_hand_at_work():
    _, drawn, states = people(3)
    states["labour_left"] = 0.0
    CIVILIANS.begin(None, drawn, states)
    assert (states["labour_left"] == 1).all()
