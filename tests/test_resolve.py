"""From parameters to worlds: quantiles against SciPy, draws that move no other, knots between their days."""

import math
import zlib
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import toy_war
from scipy import stats

from stalemate.scenario.catalogue import PARAMETERS
from stalemate.scenario.forms import FIRE_FORMS, REPAIR_FORMS
from stalemate.scenario.resolve import DATED, MAX_DATED, Structures, knots, quantiles, resolve, world_type
from stalemate.scenario.schema import Parameter
from stalemate.streams import unit_draws
from stalemate.systems.calendar import Calendar
from stalemate.systems.theatre import theatre_type
from stalemate.systems.variables import state_type

TOY = toy_war.scenario()
U = np.array([1e-9, 0.001, 0.05, 0.25, 0.4, 0.5, 0.6, 0.9, 0.95, 0.999, 1 - 1e-9])
Z95 = stats.norm.ppf(0.95)
DRAWN = "truck_payload_t"
CHANGING = "rail_trunk_cars"


def row(distribution="uniform", low=1.0, high=3.0, middle=None, *, name=DRAWN, at=None, between=None):
    """Return one row of the table of parameters."""
    if distribution == "fixed":
        low = high = None
    return Parameter(
        name=name,
        at=at,
        between=between,
        distribution=distribution,
        low=low,
        middle=middle,
        high=high,
        unit="1",
        reason=None,
        sources=(),
        assumed="for a test",
    )


def drawn(*rows, seed=1, replicates=range(50), structures=None):
    return resolve(replace(TOY, parameters=rows), seed, replicates, structures or Structures())


@given(st.floats(0.01, 50), st.floats(0.01, 50), st.floats(0, 1))
@settings(max_examples=60)
def test_quantiles__are_those_of_scipy(low, width, place):
    high, mode = low + width, low + place * width
    logs = math.log(low), math.log(high)
    sigma = (logs[1] - logs[0]) / (2 * Z95)
    law = {
        "uniform": stats.uniform(low, width),
        "loguniform": stats.loguniform(low, high),
        "triangular": stats.triang(min(1.0, (mode - low) / width), low, width),
        "normal": stats.norm((low + high) / 2, width / (2 * Z95)),
        "lognormal": stats.lognorm(sigma, scale=math.sqrt(low * high)),
    }
    for name, expected in law.items():
        found = quantiles(row(name, low, high, mode if name == "triangular" else None), U)
        np.testing.assert_allclose(found, expected.ppf(U), rtol=1e-7, err_msg=name)
        assert (np.diff(found) >= 0).all()
    np.testing.assert_array_equal(quantiles(row("fixed", middle=low), U), low)


@pytest.mark.parametrize("kind", ["normal", "lognormal"])
def test_quantiles__low_and_high_are_the_5_and_95_percent_points(kind):
    found = quantiles(row(kind, 2.0, 7.0), np.array([0.05, 0.95]))
    np.testing.assert_allclose(found, [2.0, 7.0], rtol=1e-12)


def test_resolve__draws_each_parameter_at_its_own_address():
    """The quantile is the uniform number of the seed, the replicate and the CRC-32 of the name."""
    worlds = drawn(row("uniform", 10.0, 20.0), seed=99, replicates=range(30, 40))
    u = unit_draws(99, zlib.crc32(DRAWN.encode()), np.arange(30, 40))
    np.testing.assert_array_equal(worlds[DRAWN], 10 + u * (20 - 10))


def test_resolve__no_two_parameters_share_an_address():
    assert len({zlib.crc32(needed.name.encode()) for needed in PARAMETERS}) == len(PARAMETERS)
    assert len(DATED) <= MAX_DATED


def test_resolve__a_parameter_more_or_less_moves_no_other():
    rows = [row(name=needed.name) for needed in PARAMETERS if not needed.dated]
    whole = drawn(*rows)
    for gone in (0, 7, len(rows) - 1):
        rest = rows[:gone] + rows[gone + 1 :]
        fewer = drawn(*reversed(rest))
        for name in (kept.name for kept in rest):
            np.testing.assert_array_equal(fewer[name], whole[name])
        assert not fewer[rows[gone].name].any()
        assert whole[rows[gone].name].all()


def test_resolve__worlds_are_the_same_in_any_block_and_differ_between_seeds():
    rows = [row(name=needed.name) for needed in PARAMETERS if not needed.dated]
    whole = drawn(*rows, replicates=range(40))
    parts = [drawn(*rows, replicates=part) for part in (range(7), range(7, 8), range(8, 40))]
    assert np.concatenate(parts).tobytes() == whole.tobytes()
    assert drawn(*rows, replicates=range(0, 40, 4)).tobytes() == whole[::4].tobytes()
    assert (drawn(*rows, seed=2)[DRAWN] != drawn(*rows)[DRAWN]).all()


def test_resolve__parameters_are_independent_and_fill_their_range():
    rows = [row("uniform", 0.0, 1.0, name=needed.name) for needed in PARAMETERS if not needed.dated]
    worlds = drawn(*rows, replicates=range(2000))
    table = np.array([worlds[parameter.name] for parameter in rows])
    assert (np.abs(table.mean(1) - 0.5) < 4.5 / math.sqrt(12 * 2000)).all()
    others = np.corrcoef(table) - np.eye(len(rows))
    assert np.abs(others).max() < 5 / math.sqrt(2000)


def test_resolve__gives_every_pair_of_rival_forms_an_equal_share():
    worlds = drawn(replicates=range(5, 5 + 8 * 6))
    pairs = list(zip(worlds["repair_form"].tolist(), worlds["fire_form"].tolist(), strict=True))
    assert {pairs.count((r, f)) for r in range(len(REPAIR_FORMS)) for f in range(len(FIRE_FORMS))} == {6}
    one = drawn(structures=Structures(repair=("own-clock",), fire=("surplus", "policy")))
    assert set(one["repair_form"]) == {REPAIR_FORMS.index("own-clock")}
    assert one["fire_form"].tolist()[:4] == [3, 0, 3, 0]


def test_resolve__knots_share_one_quantile():
    days = [TOY.start + timedelta(days=30 * k) for k in range(3)]
    ranges = [(1.0, 2.0), (10.0, 50.0), (5.0, 6.0)]
    rows = [
        row("uniform", low, high, name=CHANGING, at=day, between="linear")
        for day, (low, high) in zip(days, ranges, strict=True)
    ]
    points = drawn(*rows)["knots"][:, DATED[CHANGING], :3]
    u = points[:, 0] - 1
    for place, (low, high) in enumerate(ranges):
        np.testing.assert_allclose(points[:, place], low + u * (high - low))
    assert u.std() > 0.2


def course(between, values, at):
    """Return a dated parameter's value on every day of the war, as the calendar writes it."""
    rows = [
        row("fixed", middle=value, name=CHANGING, at=TOY.start + timedelta(days=day), between=between)
        for value, day in zip(values, at, strict=True)
    ]
    scenario = replace(TOY, parameters=tuple(rows))
    points, worlds = knots(scenario), resolve(scenario, 1, range(1), Structures())
    theatre, states = np.zeros(1, theatre_type()), np.zeros(1, state_type())
    theatre["knot_is_log"] = points.is_log
    seen = []
    for day in range(scenario.days):
        theatre["knot_index"], theatre["knot_weight"] = points.index[day], points.weight[day]
        Calendar().loop(theatre, worlds, states, day)
        seen.append(states["today"][0, DATED[CHANGING]])
    return np.array(seen)


VALUES, AT = [4.0, 40.0, 10.0, 90.0], [-20, 100, 101, 600]
EVERY_DAY = np.arange(TOY.days)


def test_knots__join_in_straight_lines_and_hold_beyond_the_last():
    np.testing.assert_allclose(course("linear", VALUES, AT), np.interp(EVERY_DAY, AT, VALUES))
    np.testing.assert_allclose(course("linear", VALUES, [30, 100, 101, 600])[:31], 4.0)


def test_knots__join_on_logarithms():
    np.testing.assert_allclose(course("log", VALUES, AT), np.exp(np.interp(EVERY_DAY, AT, np.log(VALUES))))


def test_knots__step_on_their_day():
    expected = np.array(VALUES)[np.searchsorted(AT, EVERY_DAY, side="right") - 1]
    np.testing.assert_array_equal(course("step", VALUES, AT), expected)


def test_knots__one_value_stands_for_every_day():
    assert set(course(None, [7.0], [0])) == {7.0}
    assert set(course("log", [7.0], [0]).round(12)) == {7.0}


def test_worlds__hold_every_parameter_of_the_catalogue():
    fields = set(world_type().names)
    assert fields >= {needed.name for needed in PARAMETERS if not needed.dated}
    assert not fields & set(DATED)
