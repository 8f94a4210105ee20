"""The front: the soft claim of grain, four forms of fire and the books, worked by hand."""

import math

import numpy as np
import pytest
from small_wars import one_sector, set_today, theatre, wars, worlds

from stalemate.scenario.forms import FIRE_FORMS
from stalemate.scenario.resolve import DATED
from stalemate.systems.front import Front, desired_rounds

FRONT = Front()


def deliver(priority, came, *, grain=300.0, ammunition=200.0, works=500.0):
    """Return what one delivery adds to the stocks of grain and ammunition and to works, tonnes."""
    place, drawn, states = one_sector(supply_grain_priority=priority, fire_form=0)
    set_today(states, fire_policy=0.0, supply_grain_t_per_day=1.0)
    states["grain_wanted"][:, 0], states["ammunition_wanted"][:, 0] = grain, ammunition
    states["works_wanted"][:, 0], states["front_tonnes"][:, 0] = works, came
    before = states.copy()
    FRONT.loop(place, drawn, states, 0)
    assert states["grain_missing"][0, 0] == 0
    return (
        (states["grain_stock"] - before["grain_stock"])[0, 0] + 1.0,
        (states["ammunition_stock"] - before["ammunition_stock"])[0, 0],
        states["works_tonnes"][0],
    )


def test_front__priority_one_shares_a_delivery_in_proportion():
    np.testing.assert_allclose(deliver(1.0, 400.0), (120, 80, 200))


def test_front__a_strict_claim_fills_grain_first():
    np.testing.assert_allclose(deliver(100.0, 250.0), (250, 0, 0), atol=1e-9)
    np.testing.assert_allclose(deliver(100.0, 650.0), (300, 100, 250))


def test_front__priority_two_fills_grain_twice_as_far():
    """400 of 1,000 t came: grain is filled to 80 %, 240 t; the other 160 t go 2 : 5."""
    np.testing.assert_allclose(deliver(2.0, 400.0), (240, 160 * 2 / 7, 160 * 5 / 7))


@pytest.mark.parametrize("priority", [1.0, 1.9, 50.0])
def test_front__a_full_delivery_fills_every_order(priority):
    np.testing.assert_allclose(deliver(priority, 1000.0), (300, 200, 500))


def test_front__a_delivery_without_an_order_is_grain():
    np.testing.assert_allclose(deliver(2.0, 70.0, grain=0.0, ammunition=0.0, works=0.0), (70, 0, 0))


@pytest.mark.parametrize("seed", range(10))
def test_front__the_books_of_grain_and_ammunition_close(seed):
    rng = np.random.default_rng([seed, 43])
    place = theatre(rng)
    drawn, states = worlds(rng, 8), wars(rng, place, 8)
    eaten_a_day = states["today"][:, DATED["supply_grain_t_per_day"], None] * place[0]["share_of_line"]
    for day in range(30):
        states["front_tonnes"] = rng.gamma(0.7, 300, states["front_tonnes"].shape)
        states["front_tonnes"][:, int(place[0]["n_sectors"]) :] = 0
        before = states.copy()
        FRONT.loop(place, drawn, states, day)
        grain = states["grain_stock"] - before["grain_stock"] + eaten_a_day - states["grain_missing"]
        spent = states["shells_communist"] * drawn["ammunition_t_per_round"][:, None]
        ammunition = states["ammunition_stock"] - before["ammunition_stock"] + spent
        came = grain.sum(1) + ammunition.sum(1) + states["works_tonnes"]
        np.testing.assert_allclose(came, before["front_tonnes"].sum(1), rtol=1e-9, atol=1e-6)
        assert (grain >= -1e-6).all()
        assert (ammunition >= -1e-6).all()
        for name in ("grain_stock", "ammunition_stock", "grain_missing", "works_tonnes", "shells_communist"):
            assert (states[name] >= 0).all()


def test_front__hunger_is_what_the_larder_lacks():
    place, drawn, states = one_sector()
    set_today(states, supply_grain_t_per_day=100.0)
    states["front_tonnes"][:, 0], states["grain_stock"][:, 0] = 0.0, 30.0
    FRONT.loop(place, drawn, states, 0)
    assert states["grain_missing"][0, 0] == 70
    assert states["grain_stock"][0, 0] == 0
    assert states["grain_stock_days"][0] == 0


def test_front__tomorrow_s_order_is_use_and_a_part_of_what_lacks():
    """Grain: 100 eaten, 60 days wanted, 1,000 left: 100 + (6,000 - 1,000) / 50 = 200 t."""
    place, drawn, states = one_sector(
        fire_form=0,
        supply_pull_days=50.0,
        ammunition_t_per_round=0.01,
        fire_stock_days=10.0,
        works_front_share=0.5,
        rail_tonnes_per_car=30.0,
    )
    set_today(states, supply_grain_t_per_day=100.0, supply_target_days=60.0, fire_policy=1000.0)
    set_today(states, ammunition_target_t=7000.0, works_cars=40.0)
    states["front_tonnes"], states["supply_lost_t"] = 0.0, 25.0
    states["grain_stock"][:, 0], states["ammunition_stock"][:, 0] = 1100.0, 2010.0
    FRONT.loop(place, drawn, states, 0)
    assert states["grain_wanted"][0, 0] == pytest.approx(100 + (6000 - 1000) / 50)
    assert states["shells_communist"][0, 0] == pytest.approx(1000)
    assert states["ammunition_wanted"][0, 0] == pytest.approx(10 + (7000 - 2000) / 50)
    assert states["works_wanted"][0, 0] == pytest.approx(40 * 30 * 0.5 + 25)
    assert states["days_of_supply"][0, 0] == pytest.approx(10)


FIRE = {
    "fire_start_rounds": 300.0,
    "fire_growth_per_day": 0.01,
    "fire_ceiling": 9000.0,
    "fire_ceiling_caused": 6000.0,
    "fire_battle_factor": 0.5,
    "fire_retribution": 2.0,
    "fire_surplus": 1.5,
}


def rounds(form, *, day=100, policy=4321.0, battle=0.4, pressure=0.7, interdiction=0.25):
    """Return the rounds a day that one form of fire desires."""
    _, drawn, _ = one_sector(**FIRE)
    return desired_rounds(FIRE_FORMS.index(form), day, policy, battle, pressure, interdiction, drawn[0])


def test_front__fire_follows_dated_orders_whatever_happens():
    assert rounds("policy") == 4321
    assert rounds("policy", day=500, battle=1.0, pressure=9.0, interdiction=0.0) == 4321


def test_front__fire_grows_to_a_ceiling_and_with_battle():
    """300 e = 815.5 rounds, slowed by 1 + 815.5 / 9,000, and a fifth more for battle on two days in five."""
    grown = 300 * math.e
    assert rounds("stock") == pytest.approx(1.2 * grown / (1 + grown / 9000))
    assert rounds("stock", pressure=9.0, interdiction=0.0) == rounds("stock")
    assert rounds("stock", day=10_000, battle=0.0) == pytest.approx(9000)
    assert rounds("stock", day=0, battle=0.0) == pytest.approx(300 / (1 + 300 / 9000))


def test_front__retribution_adds_fire_with_air_pressure():
    plain = 1.2 * 300 * math.e / (1 + 300 * math.e / 6000)
    assert rounds("retribution", pressure=0.0) == pytest.approx(plain)
    assert rounds("retribution") == pytest.approx(plain * (1 + 2 * 0.7))
    assert rounds("retribution", interdiction=1.0) == rounds("retribution")


def test_front__surplus_adds_fire_as_interdiction_ends():
    plain = 1.2 * 300 * math.e / (1 + 300 * math.e / 6000)
    assert rounds("surplus", interdiction=1.0) == pytest.approx(plain)
    assert rounds("surplus", interdiction=3.0) == pytest.approx(plain)
    assert rounds("surplus") == pytest.approx(plain * (1 + 1.5 * 0.75))
    assert rounds("surplus", pressure=9.0) == rounds("surplus")


@pytest.mark.parametrize("form", range(4))
def test_front__stock_caps_fire_in_every_form(form):
    """20 t at 10 kg a round, spread over 40 days, is 50 rounds."""
    place, drawn, states = one_sector(
        **FIRE, fire_form=form, fire_stock_days=40.0, ammunition_t_per_round=0.01
    )
    states["ammunition_stock"], states["ammunition_wanted"] = 0.0, 0.0
    states["ammunition_stock"][:, 0] = 20.0
    FRONT.loop(place, drawn, states, 300)
    assert states["fire_desired"][0] > 50
    assert states["shells_communist"][0, 0] == pytest.approx(50)


def test_front__what_is_felt_follows_effort_with_its_lag():
    """A step from 0 to the reference is felt to 1 - (1 - 1 / 20)^n after n days."""
    place, drawn, states = one_sector(
        fire_pressure_reference=100.0,
        fire_retribution_lag_days=20.0,
        fire_rail_reference=50.0,
        fire_surplus_lag_days=40.0,
    )
    states["pressure_felt"], states["interdiction_felt"] = 0.0, 1.0
    states["pressure_sorties"], states["rail_sorties"] = 100.0, 0.0
    for day in range(30):
        FRONT.loop(place, drawn, states, day)
    assert states["pressure_felt"][0] == pytest.approx(1 - 0.95**30)
    assert states["interdiction_felt"][0] == pytest.approx(0.975**30)


def test_front__fire_of_a_battle_falls_on_the_sector_attacked():
    """Of 1.2 parts of fire one lies along the line, .2 on the attacked tenth of it: .3 of 1.2 in all."""
    rng = np.random.default_rng(8)
    place = theatre(rng)
    place[0]["n_sectors"], place[0]["share_of_line"][:2] = 2, (0.1, 0.9)
    drawn, states = worlds(rng, 1), wars(rng, place, 1)
    drawn["fire_battle_factor"], drawn["fire_form"] = 0.5, FIRE_FORMS.index("policy")
    set_today(states, fire_policy=1200.0, battle_rate_un=0.0, battle_rate_communist=0.0)
    states["battle_left"], states["battle_size"], states["battle_sector"] = (0.0, 3.0), 0.4, (1, 0)
    states["ammunition_stock"] = 10.0**9
    FRONT.loop(place, drawn, states, 0)
    np.testing.assert_allclose(states["shells_communist"][0, :2], (300, 900))
    states["battle_left"] = 0.0
    FRONT.loop(place, drawn, states, 1)
    np.testing.assert_allclose(states["shells_communist"][0, :2], (120, 1080))


def test_front__calibres_and_battles_add_up_to_the_shells():
    """50,000 rounds on the quiet front, 20,000 x 1/4 for battles; guns fire .6 of them, .3 of the others."""
    place, drawn, states = one_sector(
        fire_un_battle=20_000.0, fire_guns_un=0.6, fire_guns_communist=0.3, fire_form=0
    )
    set_today(states, fire_un_quiet=50_000.0, fire_policy=8000.0)
    set_today(states, battle_rate_un=0.0, battle_rate_communist=0.0, works_tunnels_km=287.0)
    states["battle_left"], states["battle_size"] = (0.5, 0.0), 0.5
    states["ammunition_stock"] = 10.0**9
    FRONT.loop(place, drawn, states, 0)
    one = states[0]
    assert one["battle"] == pytest.approx(0.25)
    assert one["shells_un"] == pytest.approx(55_000)
    assert (one["shells_un_guns"], one["shells_un_mortars"]) == pytest.approx((33_000, 22_000))
    assert one["shells_communist_guns"] == pytest.approx(2400)
    assert one["shells_communist_mortars"] == pytest.approx(5600)
    assert one["tunnels_km"] == 287


def test_front__small_attacks_are_poisson_of_their_rates_week_by_week():
    place, drawn, states = one_sector(5000)
    set_today(states, attacks_un_small=4.5, attacks_communist_small=1.25)
    for day in range(14):
        FRONT.loop(place, drawn, states, day)
        for name, a_day in (("small_attacks_un", 4.5), ("small_attacks_communist", 1.25)):
            if day not in (6, 13):
                assert (states[name] == 0).all()
            else:
                assert states[name].mean() == pytest.approx(7 * a_day, rel=0.02)
                assert states[name].var() == pytest.approx(7 * a_day, rel=0.1)
