"""Claims and beliefs: the truth as a limit, means of claims, delays and errors of photographs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_wars import theatre, wars, worlds

from stalemate.systems.intelligence import MONTH, Intelligence, share_seen
from stalemate.systems.theatre import FORTNIGHT

INTELLIGENCE = Intelligence()
CLAIMS = tuple(name for name in INTELLIGENCE.writes if name not in ("claim_luck", "believed_left"))
EVE = FORTNIGHT - 1
HONEST = {
    "claim_month_sigma": 0.0,
    "claim_truck_factor": 1.0,
    "claim_truck_reviewed": 1.0,
    "claim_cut_factor": 1.0,
    "claim_bridges_per_case": 1.0,
    "claim_building_factor": 1.0,
    "claim_building_seen": 1.0,
    "claim_communist_casualties": 1.0,
    "claim_un_casualties": 1.0,
    "claim_mig_factor": 1.0,
    "claim_gun_factor": 1.0,
    "claim_fighter_factor": 1.0,
}
CLEAR = {"photo_damage_days": 0.0, "photo_recovery_days": 0.0, "photo_overread": 1.0, "photo_sigma": 0.0}


def staff(seed=2, count=3, **parameters):
    """Return a theatre, worlds and states with some parameters set."""
    rng = np.random.default_rng(seed)
    place = theatre(rng)
    drawn, states = worlds(rng, count), wars(rng, place, count)
    drawn["replicate"] = np.arange(count)
    for name, value in parameters.items():
        drawn[name] = value
    return place, drawn, states


def photographs(left, believed, count=1, **parameters):
    """Return what is believed of one target after one reading, (war,)."""
    place, drawn, states = staff(count=count, **{**CLEAR, **parameters})
    place["n_targets"] = 1
    states["target_left"][:, 0], states["believed_left"][:, 0] = left, believed
    INTELLIGENCE.loop(place, drawn, states, EVE)
    return states["believed_left"][:, 0]


@pytest.mark.parametrize("seed", range(10))
def test_intelligence__claims_are_the_truth_where_every_factor_is_one(seed):
    place, drawn, states = staff(seed, **HONEST)
    INTELLIGENCE.loop(place, drawn, states, 0)
    truth = {
        "trucks": states["trucks_lost"],
        "cuts": states["cuts"].sum(1),
        "bridges": states["bridge_cases"].sum(1),
        "buildings": states["buildings_destroyed"],
        "casualties_communist": states["casualties_communist"],
        "casualties_un": states["casualties_un"],
        "migs": states["migs_lost"],
        "aircraft": (states["lost_flak"] + states["air_losses"]).sum(1),
    }
    for name, expected in truth.items():
        np.testing.assert_allclose(states[f"{name}_claimed"], expected, err_msg=name)
    np.testing.assert_allclose(states["trucks_assessed"], states["trucks_lost"])
    np.testing.assert_allclose(states["buildings_assessed"], states["buildings_destroyed"])


@given(st.integers(0, 10**6), st.integers(0, 748))
def test_intelligence__claims_are_never_negative_and_beliefs_are_shares(seed, day):
    place, drawn, states = staff(seed)
    INTELLIGENCE.loop(place, drawn, states, day)
    assert all((states[name] >= 0).all() for name in CLAIMS)
    assert (states["believed_left"] >= 0).all()
    assert (states["believed_left"] <= 1).all()


def test_intelligence__luck_of_claims_has_mean_one_and_holds_for_a_month():
    place, drawn, states = staff(count=20_000, claim_month_sigma=0.4)
    INTELLIGENCE.loop(place, drawn, states, 0)
    luck = states["claim_luck"].copy()
    np.testing.assert_allclose(luck.mean(axis=0), 1, atol=0.015)
    np.testing.assert_allclose(np.log(luck).std(axis=0), 0.4, atol=0.01)
    assert abs(np.corrcoef(luck.T)[0, 1]) < 0.03
    for day in range(1, MONTH):
        INTELLIGENCE.loop(place, drawn[:5], states[:5], day)
    assert (states["claim_luck"] == luck).all()
    INTELLIGENCE.loop(place, drawn, states, MONTH)
    assert (states["claim_luck"] != luck).all()


def test_intelligence__a_claim_is_truth_times_factor_and_luck():
    """Four guns' victims at 1.5 and two fighters' at 8, with luck 1.2: 26.4 aircraft announced."""
    place, drawn, states = staff(count=1, claim_gun_factor=1.5, claim_fighter_factor=8.0)
    states["lost_flak"], states["air_losses"] = 0, 0
    states["lost_flak"][0, 0], states["air_losses"][0, 0], states["claim_luck"] = 4, 2, (0.5, 1.2)
    INTELLIGENCE.loop(place, drawn, states, 1)
    assert states["aircraft_claimed"][0] == pytest.approx(26.4)


@given(st.floats(0, 1), st.floats(0, 1))
def test_photographs__without_delay_and_error_show_the_truth(left, believed):
    assert photographs(left, believed)[0] == pytest.approx(left, abs=0.01)


def test_photographs__approach_damage_at_the_mean_delay():
    """Three readings at a delay of a fortnight leave e^-3 of the gap."""
    place, drawn, states = staff(count=1, **{**CLEAR, "photo_damage_days": 14.0})
    place["n_targets"] = 1
    states["target_left"][:, 0], states["believed_left"][:, 0] = 0.0, 1.0
    for day in range(3 * FORTNIGHT):
        INTELLIGENCE.loop(place, drawn, states, day)
    assert states["believed_left"][0, 0] == pytest.approx(np.exp(-3))


def test_photographs__show_recovery_later_than_damage():
    delays = {"photo_damage_days": 10.0, "photo_recovery_days": 30.0}
    fell = 1 - photographs(0.0, 1.0, **delays)[0]
    rose = photographs(1.0, 0.0, **delays)[0]
    assert (fell, rose) == (pytest.approx(1 - np.exp(-1.4)), pytest.approx(1 - np.exp(-14 / 30)))


def test_photographs__read_too_much_into_damage_only():
    assert photographs(0.6, 1.0, photo_overread=1.5)[0] == pytest.approx(0.4)
    assert photographs(1.0, 0.6, photo_overread=1.5)[0] == pytest.approx(1.0)


def test_photographs__err_by_sigma_about_the_truth():
    seen = photographs(0.5, 0.9, count=20_000, photo_sigma=0.1)
    assert seen.mean() == pytest.approx(0.5, abs=0.003)
    assert seen.std() == pytest.approx(0.1, rel=0.03)


def test_photographs__are_drawn_only_where_something_changed():
    assert photographs(0.5, 0.505, photo_sigma=0.3)[0] == 0.505


def test_photographs__are_read_once_a_fortnight():
    place, drawn, states = staff(**CLEAR)
    before = states["believed_left"].copy()
    for day in range(EVE):
        INTELLIGENCE.loop(place, drawn, states, day)
        assert (states["believed_left"] == before).all()
    INTELLIGENCE.loop(place, drawn, states, EVE)
    n = int(place[0]["n_targets"])
    np.testing.assert_allclose(states["believed_left"][:, :n], states["target_left"][:, :n], atol=0.01)


def test_share_seen__is_all_without_delay_and_falls_with_it():
    assert share_seen(0.0) == 1.0
    assert share_seen(14.0) == pytest.approx(1 - np.exp(-1))
    assert share_seen(40.0) < share_seen(7.0)
