"""Repair: the queue's threshold by hand, the own clock by quadrature, bridges and floods by days."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from small_wars import theatre, wars, worlds

from stalemate.scenario.resolve import DATED
from stalemate.systems.repair import Repair, usable_km

REPAIR = Repair()
QUEUE, OWN_CLOCK = 0, 1


def one_line(form, *, count=1, hours=9.0, men_per_km=58.0, work=1100.0, least_hours=0.0, **parameters):
    """Return a theatre of one whole open line of 50 km with one crossing, worlds and states."""
    rng = np.random.default_rng(2)
    place = theatre(rng)
    one = place[0]
    one["n_sections"] = one["n_crossings"] = one["crossings_on"][0] = 1
    one["is_open"][0] = one["in_triangle"][0] = one["managed"][0] = one["in_cordon"][0] = 1
    one["first_crossing"][0], one["length_km"][0], one["night_hours"] = 0, 50.0, hours
    drawn, states = worlds(rng, count), wars(rng, place, count)
    drawn["seed"], drawn["replicate"] = 23, np.arange(count)
    given = {
        "repair_form": form,
        "repair_twilight_hours": 0.0,
        "repair_alert_share": 1.0,
        "repair_minimum_hours": least_hours,
        "repair_blocking_share": 1.0,
        "repair_man_hours_per_cut": work,
        "repair_learning": 0.0,
        "repair_hot_length_km": 13.0,
        "repair_own_clock_km": 0.5,
    }
    for name, value in {**given, **parameters}.items():
        drawn[name] = value
    set_today(states, repair_density_triangle=men_per_km, bridge_parallel=1.0)
    for name in (
        "open_cuts",
        "cuts",
        "washed_out",
        "washouts",
        "critical_hits",
        "minor_breaks",
        "bridge_days",
        "breach_days",
        "labour_drafted",
    ):
        states[name] = 0
    states["labour_left"] = 1.0
    return place, drawn, states


def set_today(states, **values):
    for name, value in values.items():
        states["today"][:, DATED[name]] = value


def night(place, drawn, states, day=0, **today):
    """Run one night with cuts, hits or washouts of the day before it; return the open share of the line."""
    for name, value in today.items():
        states[name][:, 0] = value
    REPAIR.loop(place, drawn, states, day)
    return states["open_share"][:, 0]


def test_repair__a_queue_shuts_the_line_above_the_threshold():
    """13 km x 58 men x 9 h / 1,100 man-hours = 6.17 cuts a night: six are mended by dawn, eight are not."""
    place, drawn, states = one_line(QUEUE)
    share = night(place, drawn, states, cuts=6)
    np.testing.assert_allclose(share, 1 - 6 / (13 * 58 * 9 / 1100))
    assert states["open_cuts"][0, 0] == 0
    place, drawn, states = one_line(QUEUE)
    assert night(place, drawn, states, cuts=8) == 0
    np.testing.assert_allclose(states["open_cuts"][0, 0], 8 - 6.169, atol=1e-3)
    for _ in range(9):
        assert night(place, drawn, states, cuts=8) == 0
    np.testing.assert_allclose(states["open_cuts"][0, 0], 10 * (8 - 13 * 58 * 9 / 1100))


def test_repair__denser_and_better_crews_keep_the_line_open():
    """13 km x 244 men x 9 h / 600 man-hours = 47.6 cuts a night: eight leave 83 % of the night."""
    place, drawn, states = one_line(QUEUE, men_per_km=244.0, work=600.0)
    for _ in range(5):
        np.testing.assert_allclose(night(place, drawn, states, cuts=8), 1 - 8 / 47.58, rtol=1e-4)
        assert states["open_cuts"][0, 0] == 0
    place, drawn, states = one_line(QUEUE, men_per_km=244.0, work=1200.0, repair_learning=0.5)
    set_today(states, repair_learning_progress=1.0)
    np.testing.assert_allclose(night(place, drawn, states, cuts=8), 1 - 8 / 47.58, rtol=1e-4)


def test_repair__twilight_alerts_and_the_least_time_come_off_the_night():
    """H = (12 - 1) x 0.8 = 8.8 h; 1 cut an hour; whole after 3 + 2 h; at most 5.8 cuts are mended."""
    place, drawn, states = one_line(QUEUE, hours=12.0, men_per_km=100.0, work=1300.0, least_hours=3.0)
    drawn["repair_twilight_hours"], drawn["repair_alert_share"] = 1.0, 0.8
    np.testing.assert_allclose(night(place, drawn, states, cuts=2), 1 - 5 / 8.8)
    assert night(place, drawn, states, cuts=10) == 0
    np.testing.assert_allclose(states["open_cuts"][0, 0], 10 - 5.8)
    np.testing.assert_allclose(states["cuts_repaired"][0, 0], 5.8)


@pytest.mark.parametrize("form", [QUEUE, OWN_CLOCK])
@pytest.mark.parametrize(
    "limit", ["no night", "alerts all night", "no crews", "least time longer than night"]
)
def test_repair__without_working_hours_or_crews_nothing_is_mended(form, limit):
    place, drawn, states = one_line(form)
    if limit == "no night":
        drawn["repair_twilight_hours"] = 10.0
    elif limit == "alerts all night":
        drawn["repair_alert_share"] = 0.0
    elif limit == "no crews":
        set_today(states, repair_density_triangle=0.0)
    else:
        drawn["repair_minimum_hours"] = 9.5
    assert night(place, drawn, states, cuts=3) == 0
    assert states["open_cuts"][0, 0] == 3
    assert states["cuts_repaired"][0, 0] == 0
    assert night(place, drawn, states, cuts=0, open_cuts=0) == 1


@pytest.mark.parametrize("form", [QUEUE, OWN_CLOCK])
def test_repair__more_cuts_never_open_a_line_and_more_crews_never_shut_it(form):
    place, drawn, states = one_line(form, count=200, least_hours=1.0)
    fewer = night(place, drawn, states.copy(), cuts=np.arange(200)).copy()
    assert (np.diff(fewer) <= 0).all()
    set_today(states, repair_density_triangle=np.linspace(1, 400, 200))
    assert (np.diff(night(place, drawn, states, cuts=5)) >= 0).all()


@pytest.mark.parametrize("cuts", [0.5, 1, 2, 4, 8])
@pytest.mark.parametrize("mean_hours", [1.5, 4.0, 12.0])
def test_repair__own_clock_share_is_that_of_quadrature(cuts, mean_hours):
    """All are mended at t with probability (1 - exp(-t / mean))^cuts; five points miss by 0.005 at most."""
    place, drawn, states = one_line(
        OWN_CLOCK, men_per_km=100.0, work=50.0 * mean_hours, least_hours=2.0, hours=11.0
    )
    share = night(place, drawn, states, open_cuts=cuts)[0]
    exact = quad(lambda t: (1 - math.exp(-t / mean_hours)) ** cuts, 0, 9.0)[0] / 11.0
    assert share == pytest.approx(exact, abs=0.005)
    if cuts == 1:
        assert exact == pytest.approx((9 - mean_hours * (1 - math.exp(-9 / mean_hours))) / 11)
    assert states["open_cuts"][0, 0] == pytest.approx(cuts * math.exp(-9 / mean_hours))


def test_repair__own_clock_has_no_threshold():
    """Cuts that arrive at a rate a pile up to a / (1 - exp(-H / mean)), however many arrive."""
    place, drawn, states = one_line(OWN_CLOCK, men_per_km=100.0, work=450.0)
    for day in range(60):
        night(place, drawn, states, day, cuts=40)
    at_dusk = 40 / (1 - math.exp(-1.0))
    assert states["open_cuts"][0, 0] == pytest.approx(at_dusk - 40, rel=1e-9)
    assert states["open_share"][0, 0] > 0


@pytest.mark.parametrize("parallel", [1, 2, 3, 4])
@pytest.mark.parametrize("hits", [0, 1, 2, 3, 4, 9])
def test_repair__a_crossing_is_shut_only_when_all_parallel_bridges_are_down(parallel, hits):
    place, drawn, states = one_line(QUEUE, bridge_days_sigma=0.0)
    set_today(states, bridge_parallel=parallel, bridge_days=2.5)
    assert night(place, drawn, states, critical_hits=hits) == float(hits < parallel)
    assert states["bridges_down"][0, 0] == min(hits, parallel)
    for _ in range(2):
        assert night(place, drawn, states, critical_hits=0) == float(hits < parallel)
    assert night(place, drawn, states, critical_hits=0) == 1
    assert states["bridges_down"][0, 0] == 0


def test_repair__a_second_by_pass_opens_a_crossing_and_hits_on_a_wreck_do_nothing():
    place, drawn, states = one_line(QUEUE, bridge_days_sigma=0.0)
    set_today(states, bridge_parallel=1, bridge_days=5.0)
    assert night(place, drawn, states, critical_hits=1) == 0
    assert night(place, drawn, states, critical_hits=3) == 0
    assert states["bridge_days"][0, 0, 0] == 4.0
    set_today(states, bridge_parallel=2)
    assert night(place, drawn, states, critical_hits=0) == 1


def test_repair__days_down_are_lognormal():
    place, drawn, states = one_line(QUEUE, count=4000, bridge_days_sigma=0.6)
    set_today(states, bridge_days=6.0)
    night(place, drawn, states, critical_hits=1)
    logs = np.log(states["bridge_days"][:, 0, 0])
    assert logs.mean() == pytest.approx(math.log(6.0), abs=0.04)
    assert logs.std() == pytest.approx(0.6, abs=0.03)


def test_repair__a_flooded_line_is_shut_until_its_bridges_are_replaced():
    """Ten bridges, each replaced at 1 / 8 a day: after n days 10 x (7 / 8)^n are out on average."""
    place, drawn, states = one_line(QUEUE, count=800, flood_bridge_days=8.0)
    night(place, drawn, states, washouts=10)
    for day in range(1, 40):
        share = night(place, drawn, states, day, washouts=0)
        out = states["washed_out"][:, 0]
        np.testing.assert_array_equal(share == 0, out > 0)
        expected = 10 * (7 / 8) ** day
        assert abs(out.mean() - expected) < 4 * math.sqrt(10 / 800) + 0.15 * (expected < 1)


def test_repair__a_line_that_is_not_built_is_shut():
    place, drawn, states = one_line(QUEUE)
    place[0]["is_open"][0] = 0
    assert night(place, drawn, states) == 0


def test_repair__the_cordon_is_shut_when_all_its_lines_are():
    place, drawn, states = one_line(QUEUE, count=2)
    one = place[0]
    one["n_sections"] = 3
    one["is_open"][:3] = 1
    one["in_cordon"][:3] = (1, 1, 0)
    one["crossings_on"][:3], one["first_crossing"][1:3] = 0, 0
    states["cuts"][:, :3] = [[999, 999, 0], [999, 0, 0]]
    REPAIR.loop(place, drawn, states, 0)
    assert states["cordon_shut"].tolist() == [1, 0]
    assert states["cordon_open_share"].tolist() == [0, 1]


@pytest.mark.parametrize("breaks", [0, 1, 3, 20])
def test_repair__usable_length_is_what_random_breaks_leave(breaks):
    """Breaks fall anywhere on a long ring of line and each spoils 10 km round it: overlaps count once."""
    rng = np.random.default_rng(breaks)
    length, spoilt = 400.0, 10.0
    at = rng.uniform(0, length, (4000, max(breaks, 1)))[:, :breaks]
    probe = rng.uniform(0, length, (4000, 1))
    apart = np.abs(at - probe)
    usable = (np.minimum(apart, length - apart) > spoilt / 2).all(1).mean() * length
    assert usable_km(length, float(breaks), spoilt) == pytest.approx(usable, abs=12)
    assert usable_km(length, 1e6, spoilt) == 0


def test_repair__washouts_of_the_day_count_as_breaks_at_dawn():
    place, drawn, states = one_line(QUEUE, repair_break_km=10.0)
    night(place, drawn, states, washouts=5)
    assert states["usable_rail_km"][0] == pytest.approx(50 * math.exp(-5 * 10 / 50))


def test_repair__a_line_washed_out_by_a_dam_is_shut():
    place, drawn, states = one_line(QUEUE)
    assert night(place, drawn, states, breach_days=0.5) == 0
    assert night(place, drawn, states, breach_days=0.0) == 1


@pytest.mark.parametrize("form", [QUEUE, OWN_CLOCK])
@pytest.mark.parametrize(("drafted", "left"), [(4000.0, 1.0), (0.0, 0.5), (2000.0, 2 / 3)])
def test_repair__drafting_or_losing_half_the_labour_is_halving_the_crews(form, drafted, left):
    place, drawn, states = one_line(form, men_per_km=58.0, repair_labour=8000.0)
    states["labour_drafted"], states["labour_left"] = drafted, left
    thinned = night(place, drawn, states, cuts=2).copy()
    place, drawn, states = one_line(form, men_per_km=29.0)
    np.testing.assert_allclose(night(place, drawn, states, cuts=2), thinned, rtol=1e-12)
