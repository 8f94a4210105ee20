"""Strike: cuts are negative binomial in sorties, and only where a line may be and is there to be attacked."""

import math

import numpy as np
import pytest
from small_wars import theatre, wars, worlds

from stalemate.scenario.resolve import DATED
from stalemate.systems.strike import Strike

STRIKE = Strike()
COUNT, DAYS = 1000, 24


def block(seed=1, count=COUNT):
    """Return a theatre whose first sections can be attacked, like worlds, and states that differ in luck."""
    rng = np.random.default_rng([seed, 31])
    place = theatre(rng)
    one = place[0]
    one["attackable"][:3] = one["is_open"][:3] = 1
    drawn, states = worlds(rng, 1).repeat(count), wars(rng, place, 1).repeat(count)
    drawn["seed"], drawn["replicate"] = 19, np.arange(count)
    states["flown_share"][:, : int(one["n_classes"])] = 1.0
    states["mission_weight"], states["yard_cuts"] = 1.0, 0
    return place, drawn, states


def sampled(place, drawn, states, name):
    """Return a field on each of the days, (day, replicate, ...)."""
    seen = []
    for day in range(DAYS):
        STRIKE.loop(place, drawn, states, day)
        seen.append(states[name].copy())
    return np.array(seen)


def agrees(values, mean, variance):
    """Whether mean and variance of a sample are a distribution's, within four and five standard errors."""
    count = values.size
    error = math.sqrt(variance / count)
    fourth = np.mean((values - mean) ** 4)
    error_of_variance = math.sqrt((fourth - variance**2) / count)
    return abs(values.mean() - mean) < 4 * error and abs(values.var() - variance) < 5 * error_of_variance


@pytest.mark.parametrize("shape", [0.5, 1.2, 8.0])
def test_strike__cuts_have_the_mean_and_variance_of_a_negative_binomial(shape):
    """Mean = sorties x bombs x share of hits x common factor; variance = mean + mean^2 / shape."""
    place, drawn, states = block()
    one = place[0]
    one["n_classes"], one["kind"][0] = 1, 0
    drawn["cut_clustering"] = shape
    drawn["cut_bombs_fighter_bomber"], drawn["cut_common_factor"] = 2.0, 1.3
    states["today"][:, DATED["cut_hit_share"]] = 0.1
    sorties = np.array([5.0, 30.0, 120.0])
    one["rail"][:3, 0] = sorties
    cuts = sampled(place, drawn, states, "cuts")
    for section, mean in enumerate(sorties * 2.0 * 0.1 * 1.3):
        assert agrees(cuts[:, :, section], mean, mean + mean**2 / shape)
    apart = np.corrcoef(cuts[:, :, 1].ravel(), cuts[:, :, 2].ravel())[0, 1]
    assert abs(apart) < 0.03


def test_strike__counts_a_dated_share_of_the_cuts():
    """A Poisson count of coverage x cuts: mean coverage x mean, variance + coverage^2 x variance of cuts."""
    place, drawn, states = block()
    states["today"][:, DATED["cut_coverage"]] = 0.4
    place[0]["rail"][0, 0] = 80.0
    STRIKE.loop(place, drawn, states, 0)
    pairs = [(states["cuts"][:, 0].copy(), states["cuts_reported"][:, 0].copy())]
    for day in range(1, DAYS):
        STRIKE.loop(place, drawn, states, day)
        pairs.append((states["cuts"][:, 0].copy(), states["cuts_reported"][:, 0].copy()))
    cuts, reported = (np.array(part).ravel() for part in zip(*pairs, strict=True))
    assert reported.mean() == pytest.approx(0.4 * cuts.mean(), rel=0.02)
    residual = reported - 0.4 * cuts
    assert residual.var() == pytest.approx(0.4 * cuts.mean(), rel=0.05)


def test_strike__bridge_cases_are_poisson_and_their_critical_share_is_spread_over_crossings():
    place, drawn, states = block()
    one = place[0]
    count = int(one["n_sections"])
    one["n_classes"], one["kind"][0] = 1, 0
    one["crossings_on"][:count] = 0
    one["crossings_on"][0], one["first_crossing"][0] = 2, 0
    one["first_crossing"][1:count] = 2
    one["bridge"][:] = 0.0
    one["bridge"][0, 0] = 40.0
    drawn["bridge_cases_per_sortie_fighter"], drawn["bridge_critical_share"] = 0.05, 0.3
    states["critical_hits"] = 0
    cases = sampled(place, drawn, states, "bridge_cases")
    hits = sampled(place, drawn, states, "critical_hits")
    assert agrees(cases[:, :, 0], 2.0, 2.0)
    for crossing in range(2):
        assert agrees(hits[:, :, crossing], 0.3, 0.3)
    assert not cases[:, :, 1:].any()
    assert not hits[:, :, 2:].any()
    assert (cases[:, :, 0] >= hits[:, :, :2].sum(2)).all()


def test_strike__bridges_of_a_line_without_key_crossing_are_minor_ones():
    """Forty sorties at .05 cases are two cases a day, three in ten of which break a minor bridge."""
    place, drawn, states = block()
    one = place[0]
    one["n_classes"], one["kind"][0] = 1, 0
    one["crossings_on"][:] = 0
    one["bridge"][:] = 0.0
    one["bridge"][0, 0] = 40.0
    drawn["bridge_cases_per_sortie_fighter"], drawn["bridge_critical_share"] = 0.05, 0.3
    cases = sampled(place, drawn, states, "bridge_cases")
    broken = sampled(place, drawn, states, "minor_breaks")
    assert agrees(cases[:, :, 0], 2.0, 2.0)
    assert agrees(broken[:, :, 0], 0.6, 0.6)
    assert (cases >= broken).all()


@pytest.mark.parametrize("seed", range(10))
def test_strike__leaves_alone_what_may_not_be_attacked_or_is_not_there(seed):
    place, drawn, states = block(seed, 200)
    one = place[0]
    count = int(one["n_sections"])
    one["rail"][:count, 0] = one["bridge"][:count, 0] = 500.0
    one["attackable"][0], one["is_open"][1] = 0, 0
    one["attackable"][1] = one["is_open"][0] = 1
    STRIKE.loop(place, drawn, states, 0)
    safe = (one["attackable"][:count] == 0) | (one["is_open"][:count] == 0)
    for name in ("cuts", "cuts_reported", "bridge_cases", "bridge_cases_reported"):
        assert not states[name][:, :count][:, safe].any()
    for section in np.flatnonzero(safe):
        first = int(one["first_crossing"][section])
        here = slice(first, first + int(one["crossings_on"][section]))
        assert not states["critical_hits"][:, here].any()
    assert states["cuts"][:, :count][:, ~safe].sum() > 0


@pytest.mark.parametrize("seed", range(10))
def test_strike__more_sorties_on_a_line_never_mean_fewer_cuts_and_touch_no_other(seed):
    place, drawn, states = block(seed, 300)
    less, more = states.copy(), states.copy()
    STRIKE.loop(place, drawn, less, 5)
    place[0]["rail"][1] += 25.0
    STRIKE.loop(place, drawn, more, 5)
    assert (more["cuts"][:, 1] >= less["cuts"][:, 1]).all()
    assert (more["cuts"][:, 1] > less["cuts"][:, 1]).any()
    for name in STRIKE.writes:
        one, other = less[name].copy(), more[name].copy()
        if name in ("cuts", "cuts_reported"):
            one[:, 1] = other[:, 1] = 0
        np.testing.assert_array_equal(one, other, err_msg=name)


def test_strike__burns_trucks_in_proportion_to_road_sorties_and_no_more_than_there_are():
    place, drawn, states = block()
    drawn["truck_lost_per_1000_sorties"] = 150.0
    states["road_sorties"], states["trucks"] = 60.0, 10_000.0
    lost = sampled(place, drawn, states, "trucks_lost")
    assert agrees(lost, 9.0, 9.0)
    states["trucks"] = 4.7
    STRIKE.loop(place, drawn, states, 0)
    assert states["trucks_lost"].max() == 4


def test_strike__adds_the_cuts_of_yards_whatever_else_is_flown():
    place, drawn, states = block(count=50)
    without = states.copy()
    STRIKE.loop(place, drawn, without, 0)
    place[0]["attackable"][:] = 0
    states["yard_cuts"][:, 2], states["rail_sorties"] = 7, 0.0
    STRIKE.loop(place, drawn, states, 0)
    assert (states["cuts"][:, 2] == 7).all()
    assert states["cuts"].sum() == 7 * 50
    place[0]["attackable"][:3] = 1
    states["rail_sorties"] = 1.0
    STRIKE.loop(place, drawn, states, 0)
    np.testing.assert_array_equal(states["cuts"][:, 2], without["cuts"][:, 2] + 7)


def test_strike__effect_by_class_sums_to_the_cuts_to_be_expected():
    """Over days and replicates the cuts at open line have the mean that the classes' effects add up to."""
    place, drawn, states = block(count=2000)
    one = place[0]
    one["aimed_rail"] = (one["rail"] * (one["attackable"] * one["is_open"])[:, None]).sum(0)
    cuts = sampled(place, drawn, states, "cuts").sum(2)
    expected = states["line_effect"][0].sum()
    assert expected > 0
    assert cuts.mean() == pytest.approx(expected, rel=0.03)
