"""Counter-air: expected losses in closed form, limits, order under the same luck, and the moon."""

import math
from datetime import date

import numpy as np
import pytest
from small_wars import theatre, wars, worlds

from stalemate.scenario.air import TARGET_CLASSES
from stalemate.scenario.resolve import DATED
from stalemate.systems.arrays import moon_from_new
from stalemate.systems.counterair import CounterAir, leak
from stalemate.systems.theatre import B26, B29, FIGHTER_BOMBER, INTERCEPTOR, NEVER

COUNTERAIR = CounterAir()
CLASSES = (INTERCEPTOR, FIGHTER_BOMBER, B29, B26)
TODAY = {
    "mig_sorties_per_day": 60.0,
    "mig_engaged_share": 0.5,
    "mig_lost_per_1000_engaged": 20.0,
    "mig_per_interceptor": 5.0,
    "mig_b29_day_share": 0.4,
    "mig_b29_reach_share": 0.25,
    "moon_dark_share": 0.25,
}
FIXED = {
    "mig_day_sigma": 0.0,
    "mig_field_reach": 0.0,
    "mig_field_fit": 0.8,
    "mig_leak_loss_per_1000": 10.0,
    "mig_b29_day_loss": 0.2,
    "mig_b29_night_loss_per_1000": 5.0,
    "mig_moon_factor": 3.0,
}


def air(count=400, *, escorts=60.0, flyable_day=0.8, moon=0.1, **values):
    """Return a war of interceptors, fighter-bombers, medium and light bombers, 100 sorties each to bomb."""
    rng = np.random.default_rng(41)
    place = theatre(rng)
    drawn, states = worlds(rng, count), wars(rng, place, count)
    one = place[0]
    one["n_classes"], one["kind"][:4], one["night"][:4] = 4, CLASSES, (0, 0, 1, 1)
    one["flyable_day"], one["moon"] = flyable_day, moon
    drawn["seed"], drawn["replicate"] = 9, np.arange(count)
    for name, value in {**FIXED, **{n: v for n, v in values.items() if n in FIXED}}.items():
        drawn[name] = value
    for name, value in {**TODAY, **{n: v for n, v in values.items() if n in TODAY}}.items():
        states["today"][:, DATED[name]] = value
    states["flyable_day"], states["aircraft"] = 1, 10**6
    states["cover_flown"] = states["sorties"] = 0.0
    states["sorties"][:, :4] = (escorts, 100.0, 100.0, 100.0)
    states["cover_flown"][:, 0] = escorts
    return place, drawn, states


def run(place, drawn, states, days=30):
    """Return each day's states, (day, replicate)."""
    seen = []
    for day in range(days):
        COUNTERAIR.loop(place, drawn, states, day)
        seen.append(states.copy())
    return np.array(seen)


def assert_mean(values, expected):
    assert values.mean() == pytest.approx(expected, abs=4 * math.sqrt(expected / values.size))


def test_counterair__loses_the_expected_number_on_both_sides():
    """60 / .8 come, half of them fight: 37.5 against 60 escorts, so .625 of their chances stay open."""
    seen = run(*air())
    np.testing.assert_allclose(seen["mig_sorties"], 75.0)
    np.testing.assert_allclose(seen["mig_engaged"], 37.5)
    np.testing.assert_allclose(seen["mig_leak"], 0.625)
    assert_mean(seen["migs_lost"], 37.5 * 0.02)
    lost = seen["air_losses"]
    assert_mean(lost[..., 0], 37.5 * 0.02 / 5)
    assert_mean(lost[..., 1], 100 * 0.01 * 0.625)
    assert_mean(lost[..., 2], 100 * (0.4 * 0.25 * 0.2 * 0.625 + 0.6 * 0.005))
    assert not lost[..., 3].any()


def test_counterair__without_fighters_nothing_is_lost_in_the_air():
    seen = run(*air(mig_sorties_per_day=0.0, mig_b29_night_loss_per_1000=0.0))
    for name in ("mig_sorties", "mig_engaged", "mig_leak", "migs_lost", "air_losses"):
        assert not seen[name].any()


def test_counterair__on_a_day_that_cannot_be_flown_only_night_fighters_come():
    place, drawn, states = air()
    states["flyable_day"] = 0
    seen = run(place, drawn, states)
    assert not seen["mig_sorties"].any()
    assert not seen["air_losses"][..., [0, 1, 3]].any()
    assert_mean(seen["air_losses"][..., 2], 100 * 0.6 * 0.005)


def test_counterair__nobody_fights_where_nobody_flies():
    place, drawn, states = air()
    states["sorties"] = states["cover_flown"] = 0.0
    seen = run(place, drawn, states)
    assert (seen["mig_sorties"] > 0).all()
    assert not seen["mig_engaged"].any()
    assert not seen["air_losses"].any()


def test_counterair__more_escorts_never_let_more_through():
    """Under the same luck bombers never lose more, and their fighters never lose less."""
    few, some, many = (run(*air(escorts=escorts)) for escorts in (0.0, 25.0, 200.0))
    assert (few["mig_leak"] == 1).all()
    assert not few["migs_lost"].any()
    for less, more in ((few, some), (some, many)):
        assert (less["mig_leak"] >= more["mig_leak"]).all()
        assert (less["air_losses"][..., 1:] >= more["air_losses"][..., 1:]).all()
        assert (less["migs_lost"] <= more["migs_lost"]).all()
    assert few["air_losses"][..., 2].sum() > many["air_losses"][..., 2].sum()


@pytest.mark.parametrize(
    ("engaged", "escorts", "expected"), [(0, 0, 0), (5, 0, 1), (5, 5, 1), (9, 5, 1), (1, 4, 0.25)]
)
def test_leak__is_engaged_over_escorts_and_at_most_1(engaged, escorts, expected):
    assert leak(float(engaged), float(escorts)) == expected


def test_counterair__a_day_scatters_without_moving_the_mean():
    seen = np.log(run(*air(mig_day_sigma=0.6))["mig_sorties"])
    assert seen.std() == pytest.approx(0.6, rel=0.03)
    assert seen.mean() == pytest.approx(math.log(75.0) - 0.18, abs=0.02)


def test_counterair__the_moon_shows_bombers_by_night():
    dark, bright = run(*air(moon=0.25)), run(*air(moon=0.26))
    assert not dark["moonlit"].any()
    assert bright["moonlit"].all()
    more = 100 * 0.6 * 0.005 * 2
    gained = bright["air_losses"][..., 2].mean() - dark["air_losses"][..., 2].mean()
    assert gained == pytest.approx(more, abs=0.06)
    assert (bright["air_losses"][..., :2] == dark["air_losses"][..., :2]).all()


def test_counterair__open_fields_bring_more_to_the_fight_and_those_beyond_the_border_do_not_count():
    place, drawn, states = air(mig_field_reach=0.5)
    fields = TARGET_CLASSES.index("airfield")
    one = place[0]
    one["first_target"][fields], one["last_target"][fields] = 10, 16
    one["required_level"][10:16] = (0, 3, NEVER, 0, NEVER, 1)
    states["target_left"][:, 10:16] = (0.8, 0.79, 1.0, 0.9, 1.0, 0.0)
    COUNTERAIR.loop(place, drawn, states, 0)
    np.testing.assert_allclose(states["fields_open"], 2 / 4)
    np.testing.assert_allclose(states["mig_engaged"], 75 * (0.5 + 0.5 * 0.5 * 0.5))
    one["required_level"][10:16] = NEVER
    COUNTERAIR.loop(place, drawn, states, 0)
    assert not states["fields_open"].any()


def test_counterair__never_loses_more_than_there_is():
    place, drawn, states = air(mig_leak_loss_per_1000=1000.0)
    states["aircraft"] = 3
    assert run(place, drawn, states)["air_losses"].max() == 3


@pytest.mark.parametrize("eclipse", ["1951-09-01", "1952-02-25", "1952-08-20"])
def test_moon_from_new__is_near_0_at_eclipses_of_the_sun(eclipse):
    """A mean moon is at most 14 hours from the true one, which is .04 of the way to full."""
    assert moon_from_new(date.fromisoformat(eclipse)) < 0.1


@pytest.mark.parametrize("eclipse", ["1952-02-11", "1952-08-05", "1953-01-29", "1953-07-26"])
def test_moon_from_new__is_near_1_at_eclipses_of_the_moon(eclipse):
    assert moon_from_new(date.fromisoformat(eclipse)) > 0.9


def test_moon_from_new__is_below_a_share_on_that_share_of_nights():
    nights = [moon_from_new(date.fromordinal(date(1951, 7, 10).toordinal() + day)) for day in range(749)]
    for share in (0.25, 0.5, 0.9):
        assert np.mean(np.array(nights) < share) == pytest.approx(share, abs=0.01)
