"""Hill battles as events: how many, how large, what they cost and move, against closed forms and by hand."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_wars import one_sector, set_today

from stalemate.systems.battles import COMMUNIST, UN, fire_share, join, sector_at
from stalemate.systems.front import Front

FRONT = Front()
SIDES = ("un", "communist")


def quiet_front(count, *, rate_un=0.0, rate_communist=0.0, **parameters):
    """Return a theatre of one sector, worlds and states without a battle; the rates are for 100 days."""
    place, drawn, states = one_sector(count, **parameters)
    set_today(states, battle_rate_un=rate_un, battle_rate_communist=rate_communist, battle_season=1.0)
    for name in ("battle_left", "line_shift_km", "ground_km2"):
        states[name] = 0.0
    return place, drawn, states


def test_battles__without_them_the_line_stands_and_men_fall_by_fire_alone():
    place, drawn, states = quiet_front(20)
    states["support_sorties"] = 0.0
    for day in range(60):
        FRONT.loop(place, drawn, states, day)
        for name in ("battle", "ground_km2", "ground_taken_un", "ground_taken_communist"):
            assert (states[name] == 0).all()
        assert (states["line_shift_km"] == 0).all()
        np.testing.assert_array_equal(states["casualties_un"], states["casualties_un_fire"])
        np.testing.assert_array_equal(states["casualties_communist"], states["casualties_communist_fire"])


def test_battles__begin_as_often_as_their_rates_say():
    """7 and 3 x .5 in 100 days over 200 days: 14 and 3 expected, each day a trial of its own."""
    count, days = 1000, 200
    place, drawn, states = quiet_front(count, rate_un=7.0, rate_communist=3.0)
    set_today(states, battle_season=0.5)
    begun = np.zeros((2, count))
    for day in range(days):
        FRONT.loop(place, drawn, states, day)
        begun += [states[f"battles_{side}"] for side in SIDES]
    for counts, chance in zip(begun, (0.07, 0.015), strict=True):
        expected, variance = days * chance, days * chance * (1 - chance)
        assert counts.mean() == pytest.approx(expected, abs=4 * math.sqrt(variance / count))
        assert counts.var() == pytest.approx(variance, rel=0.2)


def test_battles__of_one_side_do_not_hang_on_the_other_s():
    seen = []
    for rate_un in (0.0, 40.0):
        place, drawn, states = quiet_front(50, rate_un=rate_un, rate_communist=20.0)
        begun = []
        for day in range(30):
            FRONT.loop(place, drawn, states, day)
            begun.append((states["battles_communist"].copy(), states["battle_left"][:, COMMUNIST].copy()))
        seen.append(np.array(begun))
    np.testing.assert_array_equal(seen[0], seen[1])


def test_battles__last_their_days_and_the_last_day_in_part():
    place, drawn, states = quiet_front(1)
    states["battle_left"][0, UN], states["battle_size"][0, UN] = 2.25, 0.8
    fought = []
    for day in range(4):
        FRONT.loop(place, drawn, states, day)
        fought.append(float(states["battle_weight"][0, UN]))
    assert fought == pytest.approx([0.8, 0.8, 0.2, 0.0])


def test_battles__size_times_length_is_lognormal_in_the_mean():
    """One battle each; medians 4 days and .5, log deviations .5 and .4: 2 e^(.125 + .08) size-days."""
    parameters = {"battle_days": 4.0, "battle_days_sigma": 0.5, "battle_size_sigma": 0.4}
    place, drawn, states = quiet_front(4000, rate_communist=100.0, **parameters)
    set_today(states, battle_size=0.5)
    fought = np.zeros(4000)
    for day in range(60):
        FRONT.loop(place, drawn, states, day)
        set_today(states, battle_rate_communist=0.0)
        fought += states["battle_weight"][:, COMMUNIST]
    assert (states["battle_left"] == 0).all()
    assert fought.mean() == pytest.approx(2 * math.exp(0.205), rel=0.04)
    assert np.log(fought).std() == pytest.approx(math.sqrt(0.41), rel=0.05)


positive = st.floats(0.01, 100)


@given(st.lists(st.tuples(positive, positive, positive, positive), min_size=1, max_size=6))
def test_battles__that_join_keep_size_times_length_and_what_it_costs(battles):
    """Size x length, and its product with the ratios, are those of the battles one by one."""
    war = SimpleNamespace(battle_left=[0.0], battle_size=[0.0], battle_exchange=[0.0], battle_ground=[0.0])
    for days, size, exchange, ground in battles:
        join.py_func(war, 0, days, size, exchange, ground)
    whole = war.battle_left[0] * war.battle_size[0]
    assert war.battle_left[0] == max(days for days, *_ in battles)
    assert whole == pytest.approx(sum(days * size for days, size, *_ in battles))
    assert whole * war.battle_exchange[0] == pytest.approx(sum(d * s * e for d, s, e, _ in battles))
    assert whole * war.battle_ground[0] == pytest.approx(sum(d * s * g for d, s, _, g in battles))


@pytest.mark.parametrize(("u", "sector"), [(1e-9, 0), (0.2, 0), (0.21, 1), (0.5, 1), (0.51, 2), (1.0, 2)])
def test_battles__fall_on_a_sector_by_its_length_of_line(u, sector):
    place, _, _ = one_sector()
    place[0]["n_sectors"], place[0]["share_of_line"][:3] = 3, (0.2, 0.3, 0.5)
    assert sector_at(place[0], u) == sector


def test_battles__share_out_the_whole_fire():
    place, drawn, states = one_sector(fire_battle_factor=0.7)
    place[0]["n_sectors"], place[0]["share_of_line"][:3] = 3, (0.2, 0.3, 0.5)
    for weights, attacked in (((0.0, 0.0), (0, 0)), ((0.3, 0.4), (2, 0)), ((2.0, 1.0), (1, 1))):
        states["battle_weight"][0], states["battle_sector"][0] = weights, attacked
        states["battle"] = min(1.0, sum(weights))
        shares = [fire_share(place[0], drawn[0], states[0], sector) for sector in range(3)]
        assert sum(shares) == pytest.approx(1.0)
    assert shares == pytest.approx([0.2 / 1.7, (0.3 + 0.7) / 1.7, 0.5 / 1.7])


def fought(count, side, *, left=1.0, **parameters):
    """Return the evening after a day of a side's battle of size 1/2 at an exchange of 2."""
    stands = {"casualty_un_battle": 80.0, "battle_attack_cost": 1.5, "casualty_wounded_per_dead": 3.0}
    place, drawn, states = quiet_front(count, **{**stands, **parameters})
    set_today(states, casualty_us_battle_share=0.4)
    states["battle_left"][:, side], states["battle_size"] = left, 0.5
    states["battle_exchange"], states["battle_ground"] = 2.0, 0.0
    return place, drawn, states


@pytest.mark.parametrize(("side", "mean"), [(UN, 60), (COMMUNIST, 40)])
def test_battles__cost_by_size_side_and_exchange_ratio(side, mean):
    """80 x 1/2 men a day, half as many more if the UN attacks, and twice as many of the other side."""
    place, drawn, states = fought(6000, side, casualty_us_deaths_quiet=0.0)
    FRONT.loop(place, drawn, states, 5)
    un, communist = states["casualties_un_battle"], states["casualties_communist_battle"]
    assert un.mean() == pytest.approx(mean, rel=0.01)
    assert communist.mean() == pytest.approx(2 * mean, rel=0.01)
    assert un.var() == pytest.approx(mean, rel=0.08)
    assert states["deaths_us"].mean() == pytest.approx(mean * 0.4 / 4, rel=0.03)
    assert (states["deaths_us"] <= un).all()
    assert np.corrcoef(un, communist)[0, 1] == pytest.approx(0, abs=0.05)


def test_battles__exchange_ratio_holds_in_the_mean():
    """Losses of many battles are in the ratio of the lognormal's mean, 1.7 e^.08."""
    parameters = {"battle_exchange": 1.7, "battle_exchange_sigma": 0.4, "battle_days_sigma": 0.3}
    parameters |= {"battle_size_sigma": 0.3, "casualty_un_battle": 200.0, "battle_days": 3.0}
    place, drawn, states = quiet_front(2000, rate_un=30.0, rate_communist=30.0, **parameters)
    un = communist = 0.0
    for day in range(20):
        FRONT.loop(place, drawn, states, day)
        un += states["casualties_un_battle"].sum()
        communist += states["casualties_communist_battle"].sum()
    assert communist / un == pytest.approx(1.7 * math.exp(0.08), rel=0.02)


@pytest.mark.parametrize(("side", "sign"), [(UN, 1), (COMMUNIST, -1)])
def test_battles__move_the_line_by_the_attacker_s_losses(side, sign):
    """Half a square km for each casualty of the attacker, over 100 km of line."""
    place, drawn, states = fought(40, side, front_length_km=100.0, front_limit_km=5.0)
    states["battle_ground"] = 0.5
    FRONT.loop(place, drawn, states, 0)
    lost = states[f"casualties_{SIDES[side]}_battle"]
    np.testing.assert_allclose(states["ground_km2"], sign * 0.5 * lost)
    np.testing.assert_allclose(states["line_shift_km"][:, 0], sign * 0.5 * lost / 100)
    np.testing.assert_allclose(states[f"ground_taken_{SIDES[side]}"], 0.5 * lost)
    assert (states[f"ground_taken_{SIDES[1 - side]}"] == 0).all()


@pytest.mark.parametrize(("side", "sign"), [(UN, 1), (COMMUNIST, -1)])
def test_battles__move_the_line_no_further_than_its_limit(side, sign):
    place, drawn, states = fought(10, side, left=30.0, front_length_km=100.0, front_limit_km=1.5)
    states["battle_ground"] = 2.0
    for day in range(8):
        FRONT.loop(place, drawn, states, day)
    np.testing.assert_allclose(states["line_shift_km"][:, 0], sign * 1.5)
    np.testing.assert_allclose(states["ground_km2"], sign * 150)


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_battles__seek_ground_as_often_as_they_should_at_the_price_drawn(share):
    place, drawn, states = quiet_front(4000, rate_un=100.0, battle_ground_price_sigma=0.5)
    set_today(states, battle_ground_share=share, battle_ground_price=60.0)
    FRONT.loop(place, drawn, states, 0)
    per_loss = states["battle_ground"][:, UN]
    assert (per_loss > 0).mean() == pytest.approx(share, abs=0.03)
    if share:
        prices = np.log(1 / per_loss[per_loss > 0])
        assert prices.mean() == pytest.approx(math.log(60), abs=0.06)
        assert prices.std() == pytest.approx(0.5, rel=0.08)


def test_battles__quiet_losses_follow_rounds_and_shells():
    """Communist: 60,000 rounds at 300 a casualty, Poisson of 200. US dead: 6 x (12,000 / 3,000)^.5 = 12."""
    place, drawn, states = quiet_front(
        6000,
        fire_form=0,
        casualty_us_deaths_quiet=6.0,
        casualty_fire_exponent=0.5,
        casualty_clustering=3.0,
        casualty_wounded_per_dead=3.1,
        casualty_un_per_us=2.0,
    )
    set_today(states, fire_un_quiet=60_000.0, casualty_rounds_dug_in=300.0, fire_policy=12_000.0)
    states["ammunition_stock"] = 10.0**9
    FRONT.loop(place, drawn, states, 0)
    hurt, dead = states["casualties_communist_fire"], states["deaths_us"]
    assert hurt.mean() == pytest.approx(200, abs=0.9)
    assert hurt.var() == pytest.approx(200, rel=0.08)
    assert dead.mean() == pytest.approx(12, rel=0.035)
    assert dead.var() == pytest.approx(12 + 12**2 / 3, rel=0.1)
    np.testing.assert_array_equal(states["casualties_un_fire"], np.floor(dead * 4.1 * 2.0 + 0.5))


def test_battles__air_support_costs_men_by_the_sortie():
    """120 sorties at .3 casualties each: Poisson of 36, added to the other causes."""
    place, drawn, states = quiet_front(5000, casualty_air_support=0.3)
    states["support_sorties"] = 120.0
    FRONT.loop(place, drawn, states, 9)
    hurt = states["casualties_communist_air"]
    assert hurt.mean() == pytest.approx(36, rel=0.01)
    assert hurt.var() == pytest.approx(36, rel=0.08)
    by_cause = sum(states[f"casualties_communist_{cause}"] for cause in ("fire", "battle", "air"))
    np.testing.assert_array_equal(states["casualties_communist"], by_cause)
