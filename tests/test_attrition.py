"""Own losses: aircraft are conserved, means are those of the equation, more guns shoot down more."""

import math

import numpy as np
import pytest
from small_wars import theatre, wars, worlds

from stalemate.scenario.resolve import DATED
from stalemate.systems.attrition import Attrition
from stalemate.systems.theatre import B26, FIGHTER_BOMBER

ATTRITION = Attrition()
GUNS, TACTICS = DATED["loss_flak_guns"], DATED["loss_tactics_progress"]
KEPT = {"loss_flak_exponent": 0.35, "loss_tactics_factor": 0.8, "loss_tactics_slope": -0.425}


def block(seed, count):
    rng = np.random.default_rng([seed, 31])
    place = theatre(rng)
    return place, worlds(rng, count), wars(rng, place, count)


def field(
    count,
    *,
    sorties=100.0,
    cover=0.0,
    support=0.0,
    at_targets=0.0,
    raid=0.0,
    local=1.0,
    guns=1250.0,
    tactics=0.0,
    kind=FIGHTER_BOMBER,
):
    """Return one class that flies the same every day, with aircraft enough and no damage but by guns."""
    place, drawn, states = block(3, count)
    place[0]["n_classes"], place[0]["kind"][0], place[0]["reinforcement"] = 1, kind, 0
    drawn["seed"], drawn["replicate"] = 5, np.arange(count)
    for name, value in {
        **KEPT,
        "loss_flak_per_1000": 20.0,
        "loss_flak_reference_guns": 1250.0,
        "loss_support_relative": 0.5,
        "loss_relative_b26": 0.6,
        "loss_accident_per_1000": 0.0,
        "loss_heavy_damage_ratio": 0.0,
    }.items():
        drawn[name] = value
    states["aircraft"][:, 0], states["air_losses"] = 10**6, 0
    states["sorties"][:, 0], states["cover_flown"][:, 0], states["support_flown"][:, 0] = (
        sorties,
        cover,
        support,
    )
    place[0]["n_raids"], place[0]["raid_class"][:2], place[0]["raid_role"][:2] = 2, 0, (0, 2)
    place[0]["raid_sorties"][:2] = raid
    states["raid_allowed"], states["raid_share"] = 1, 0.5
    states["destruction_flown"][:, 0], states["flak_factor"][:, 0] = at_targets, local
    states["today"][:, GUNS], states["today"][:, TACTICS] = guns, tactics
    return place, drawn, states


def losses(place, drawn, states, name="lost_flak", days=40):
    """Return each day's losses of the first class, (day, replicate)."""
    seen = []
    for day in range(days):
        ATTRITION.loop(place, drawn, states, day)
        seen.append(states[name][:, 0].copy())
    return np.array(seen)


@pytest.mark.parametrize("seed", range(6))
def test_attrition__conserves_aircraft_and_every_loss_has_one_cause(seed):
    place, drawn, states = block(seed, 10)
    held = states["aircraft"] + states["in_repair"]
    rng = np.random.default_rng(seed)
    for day in range(150):
        shot = rng.poisson(0.5, states["air_losses"].shape)
        states["air_losses"] = np.minimum(shot, states["aircraft"])
        ATTRITION.loop(place, drawn, states, day)
        held = held + states["aircraft_received"] - states["aircraft_lost"]
        np.testing.assert_array_equal(states["aircraft"] + states["in_repair"], held)
        by_cause = states["lost_flak"] + states["lost_accident"] + states["air_losses"]
        np.testing.assert_array_equal(states["aircraft_lost"], by_cause)
        for name in ("aircraft", "in_repair", "awaited"):
            assert (states[name] >= 0).all()


def test_attrition__who_does_not_fly_loses_nothing():
    place, drawn, states = block(1, 50)
    place[0]["n_raids"] = 0
    for name in ("sorties", "cover_flown", "support_flown", "destruction_flown", "air_losses"):
        states[name] = 0
    for day in range(30):
        ATTRITION.loop(place, drawn, states, day)
        assert not states["aircraft_lost"].any()
        assert not states["aircraft_damaged"].any()


@pytest.mark.parametrize(
    ("case", "per_day"),
    [
        ({}, 2.0),
        ({"kind": B26}, 1.2),
        ({"cover": 100.0}, 0.0),
        ({"support": 100.0}, 1.0),
        ({"cover": 20.0, "support": 40.0}, 1.2),
        ({"at_targets": 30.0, "local": 2.0}, 2.6),
        ({"raid": 40.0, "local": 3.0}, 2.8),
        ({"at_targets": 50.0, "local": 0.5}, 1.5),
        ({"guns": 2500.0}, 2.0 * 2**0.35),
        ({"tactics": 1.0}, 2.0 * 0.8 * math.exp(-0.425 * 0.35)),
    ],
    ids=str,
)
def test_attrition__flak_takes_the_expected_number(case, per_day):
    """100 sorties a day at 20 per 1,000, cover out of reach, support at half: Poisson."""
    seen = losses(*field(600, **case))
    assert seen.mean() == pytest.approx(per_day, abs=4 * math.sqrt(max(per_day, 1e-9) / seen.size))
    if per_day > 0:
        assert seen.var() == pytest.approx(per_day, rel=0.06)


def test_attrition__accidents_go_by_all_sorties_and_damage_by_losses_to_the_enemy():
    place, drawn, states = field(600, cover=50.0)
    drawn["loss_accident_per_1000"], drawn["loss_heavy_damage_ratio"] = 10.0, 1.5
    seen = losses(place, drawn, states, "lost_accident")
    assert seen.mean() == pytest.approx(1.0, rel=0.03)
    seen = losses(place, drawn, states, "aircraft_damaged")
    assert seen.mean() == pytest.approx(1.5, rel=0.03)
    states["air_losses"][:, 0] = 2
    seen = losses(place, drawn, states, "aircraft_damaged")
    assert seen.mean() == pytest.approx(1.5 + 2 * 1.5, rel=0.03)


@pytest.mark.parametrize("tactics", [0.0, 1.0])
def test_attrition__more_guns_never_mean_fewer_losses_where_eta_is_above_0(tactics):
    """Under the same luck, day by day and war by war; where eta is below 0 it is the other way round."""
    counts = {}
    for guns in (900.0, 1250.0, 2458.0):
        place, drawn, states = field(100, guns=guns, tactics=tactics)
        drawn["loss_flak_exponent"] = np.linspace(-0.3, 1.06, 100)
        counts[guns] = losses(place, drawn, states)
    rising = drawn["loss_flak_exponent"] > 0
    for fewer, more in ((900.0, 1250.0), (1250.0, 2458.0)):
        assert (counts[fewer][:, rising] <= counts[more][:, rising]).all()
        assert (counts[fewer][:, ~rising] >= counts[more][:, ~rising]).all()
    assert (counts[900.0] != counts[2458.0]).any()


def test_attrition__never_loses_or_damages_more_than_there_is():
    place, drawn, states = field(200, sorties=5000.0)
    drawn["loss_accident_per_1000"] = drawn["loss_heavy_damage_ratio"] = 20.0
    states["aircraft"][:, 0] = np.arange(200)
    states["in_repair"] = states["awaited"] = 0
    ATTRITION.loop(place, drawn, states, 0)
    assert (states["aircraft"][:, 0] >= 0).all()
    assert (states["aircraft"][:, 0] == 0).sum() > 100


def test_attrition__what_is_damaged_and_replaced_comes_back_after_the_mean_delay_week_by_week():
    place, drawn, states = field(400, sorties=0.0)
    drawn["loss_repair_days"], drawn["loss_replacement_days"] = 12.0, 20.0
    states["aircraft"][:, 0], states["in_repair"][:, 0], states["awaited"][:, 0] = 0, 200, 100.0
    for day in range(60):
        ATTRITION.loop(place, drawn, states, day)
        for name, first, delay in (("in_repair", 200, 12.0), ("awaited", 100, 20.0)):
            expected = first * (1 - 7 / delay) ** (day // 7 + 1)
            if expected > 10:
                assert states[name][:, 0].mean() == pytest.approx(expected, rel=0.04)
