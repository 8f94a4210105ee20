"""Fixed targets: how the other side answers (dams, yards, guns), who strikes, and what may not be struck."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_wars import seeds, theatre, wars, worlds
from stepping import flagship
from test_targets import AUTHORITY, TARGETS, begin, days_of, place_of, raid

from stalemate.scenario.resolve import Structures, resolve
from stalemate.systems.theatre import KINDS, NEVER, POWER, SUPPRESSION
from stalemate.systems.variables import state_type


def test_targets__a_full_dam_breaks_with_its_chance_and_washes_its_line_out():
    """1 - exp(-40 t / (20 t x 2 areas)) = .63; then 13 days and 4,000 men on section 1."""
    place, drawn, states = place_of(
        "dam", count=4000, hardness_dam_night=20.0, dam_repair_days=13.0, dam_labour=4000.0
    )
    raid(place, (0, 0, 5.0))
    after = days_of(place, drawn, states, 1)[0]
    broken = after["breaches"] == 1
    chance = 1 - math.exp(-1)
    assert abs(broken.mean() - chance) < 4 * math.sqrt(chance * (1 - chance) / 4000)
    np.testing.assert_array_equal(after["target_left"][:, 0], 1.0 - broken)
    raid(place)
    out = days_of(place, drawn, states, 20, first=1)
    washed = (out["breach_days"][:, :, 1] > 0).sum(0) + broken
    np.testing.assert_array_equal(washed, 13 * broken)
    np.testing.assert_array_equal(out["labour_drafted"][0], 4000.0 * broken)
    assert not out["labour_drafted"][-1].any()


def test_targets__no_dam_breaks_once_the_reservoirs_are_lowered():
    place, drawn, states = place_of("dam", targets=2, hardness_dam_night=0.1, dam_lowering_days=8.0)
    raid(place, (0, 0, 50.0))
    seen = days_of(place, drawn, states, 1)
    raid(place)
    seen = np.concatenate([seen, days_of(place, drawn, states, 9, first=1)])
    assert seen["lowered"][:, 0].tolist() == [0] * 8 + [1] * 2
    assert seen["breaches"].sum() == 1
    raid(place, (1, 0, 500.0))
    later = days_of(place, drawn, states, 30, first=10)
    assert later["breaches"].sum() == 0
    assert (later["target_left"][:, 0, 1] == 1).all()


def test_targets__the_other_dams_can_be_breached_before_that():
    place, drawn, states = place_of("dam", targets=2, hardness_dam_night=0.1, dam_lowering_days=8.0)
    raid(place, (0, 0, 50.0))
    days_of(place, drawn, states, 1)
    raid(place, (1, 0, 50.0))
    assert days_of(place, drawn, states, 1, first=3)["breaches"].sum() == 1


def test_targets__yards_are_cut_in_proportion_to_bombs_and_to_what_stands():
    """88 t x .13 cuts a tonne x the half that stands: Poisson with mean 5.72, on the yard's section alone."""
    place, drawn, states = place_of("yard", count=4000, standing=0.5, yard_cuts_per_tonne=0.13)
    raid(place, (0, 0, 11.0))
    cuts = days_of(place, drawn, states, 1)[0]["yard_cuts"]
    assert cuts[:, 1].mean() == pytest.approx(5.72, abs=4 * math.sqrt(5.72 / 4000))
    assert cuts[:, 1].var() == pytest.approx(5.72, rel=0.1)
    assert cuts[:, 0].sum() == cuts[:, 2:].sum() == 0


def test_targets__bombs_on_a_town_never_cut_a_rail():
    place, drawn, states = place_of("town", yard_cuts_per_tonne=10.0)
    raid(place, (0, 0, 500.0))
    assert not days_of(place, drawn, states, 1)[0]["yard_cuts"].any()


def test_targets__guns_come_after_attacks_and_fade():
    place, drawn, states = place_of("cement", guns_growth=2.5, guns_growth_share=0.4, guns_fade_days=30.0)
    raid(place, (0, 0, 1.0))
    seen = days_of(place, drawn, states, 20, first=1)["target_guns_now"][:, 0, 0]
    assert seen[0] == pytest.approx(20 + 0.4 * 30)
    assert 45 < seen[-1] <= 50
    raid(place)
    later = days_of(place, drawn, states, 364, first=21)["target_guns_now"][:, 0, 0]
    np.testing.assert_allclose(later[-1] - 20, (seen[-1] - 20) * math.exp(-52 * 7 / 30), rtol=1e-9)
    place[0]["target_guns"][0] = 90.0
    assert days_of(place, drawn, states, 1, first=385)["target_guns_now"][0, 0, 0] == 90.0


def test_targets__flak_follows_local_guns_over_the_average_and_suppression_quiets_it():
    place, drawn, states = place_of(
        "mine", targets=2, flak_local_slope=0.3, flak_suppression=0.5, guns_growth=1.0
    )
    place[0]["target_guns"][:2] = place[0]["target_first_guns"][:2] = [10.0, 30.0]
    begin(place, drawn, states)
    raid(place, (0, 0, 3.0), (1, 0, 1.0))
    quiet, loud = 1 + 0.3 * (10 / 20 - 1), 1 + 0.3 * (30 / 20 - 1)
    assert days_of(place, drawn, states, 1)[0]["flak_factor"][0, 0] == pytest.approx((3 * quiet + loud) / 4)
    raid(place, (1, 0, 5.0), (1, 0, 60.0, SUPPRESSION))
    hushed = days_of(place, drawn, states, 1)[0]
    assert hushed["flak_factor"][0, 0] == pytest.approx(loud / 2)
    assert hushed["pressure_sorties"][0] == 5.0
    raid(place)
    assert days_of(place, drawn, states, 1)[0]["flak_factor"][0, 0] == 1.0


def test_targets__joint_strikes_are_those_of_two_services_at_one_target():
    place, drawn, states = place_of("metal", targets=3)
    one = place[0]
    one["n_classes"] = 4
    one["kind"][:4] = [KINDS.index(name) for name in ("b29", "fighter-bomber", "carrier", "marine")]
    raid(place, (0, 0, 1.0), (0, 1, 1.0), (1, 1, 1.0), (1, 2, 1.0), (1, 3, 1.0), (2, 3, 1.0))
    after = days_of(place, drawn, states, 1)[0][0]
    assert after["raids_flown"] == 3
    assert after["joint_strikes"] == 1


@seeds(30)
def test_targets__more_sorties_never_do_less_under_the_same_luck(seed):
    rng = np.random.default_rng([seed, 71])
    place = theatre(rng)
    drawn, states = worlds(rng, 20), wars(rng, place, 20)
    day, more = int(rng.integers(700)), states.copy()
    TARGETS.loop(place, drawn, states, day)
    place[0]["raid_sorties"] *= 1.7
    TARGETS.loop(place, drawn, more, day)
    assert (more["target_left"] <= states["target_left"]).all()
    for name in ("breaches", "town_tonnes", "near_tonnes", "raids_flown"):
        assert (more[name] >= states[name]).all()


@seeds(30)
def test_targets__shares_stay_shares_and_nothing_forbidden_is_struck(seed):
    """Ten days under random orders with leave asked each day: refused targets keep every bomb away."""
    rng = np.random.default_rng([seed, 72])
    place = theatre(rng)
    one = place[0]
    drawn, states = worlds(rng, 20), wars(rng, place, 20)
    count = int(one["n_targets"])
    level, closed = one["required_level"][:count], one["forbidden_class"][one["target_class"][:count]] == 1
    for day in range(10):
        AUTHORITY.loop(place, drawn, states, day)
        safe = (level > states["approval"][:, None]) | (level == NEVER) | closed
        TARGETS.loop(place, drawn, states, day)
        left = states["target_left"][:, :count]
        assert ((left >= 0) & (left <= 1)).all()
        assert ((states["class_left"] >= 0) & (states["class_left"] <= 1 + 1e-12)).all()
        assert not states["target_tonnes"][:, :count][safe].any()
        tonnes = states["town_tonnes"] + states["near_tonnes"]
        np.testing.assert_allclose(states["target_tonnes"].sum(1), tonnes, rtol=1e-9, atol=1e-9)


@given(st.floats(0, 1), st.integers(0, 60), st.integers(1, 400))
def test_targets__without_bombs_a_plant_comes_back_to_what_it_was(left, rest, days):
    place, drawn, states = place_of("power", standing=0.7, power_repair_days=9.0, power_ceiling_days=30.0)
    states["target_left"][0, 0], states["target_cap"][0, 0] = 0.7 * left, 0.7
    states["target_rest"][0, 0] = rest
    after = days_of(place, drawn, states, days)["target_left"][-1, 0, 0]
    worked = max(0, days - max(0, rest - 1))
    expected = 0.7 - 0.7 * (1 - left) * math.exp(-worked / 9)
    assert after == pytest.approx(expected, rel=1e-9)


def test_targets__without_raids_the_flagship_only_grows():
    prepared = flagship()
    drawn = resolve(prepared.scenario, 3, range(8), Structures())
    states, place = np.zeros(8, state_type()), prepared.theatre.copy()
    TARGETS.begin(prepared, drawn, states)
    first = states.copy()
    prepared.set_day(place, 0)
    for day in range(200):
        TARGETS.loop(place, drawn, states, day)
    assert (states["target_left"] >= first["target_left"]).all()
    assert (states["class_left"][:, POWER] == first["class_left"][:, POWER]).all()
    assert (states["target_left"] <= 1).all()
