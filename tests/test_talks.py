"""The talks: items, the law of the end under each explanation, pairing, and the tables they rest on."""

import math
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from korea import copy_of_flagship, faults_of, spoiled
from scipy import stats
from stepping import flagship

from stalemate.evidence.chronicle import Chronicle
from stalemate.scenario import read
from stalemate.scenario.diplomacy import COVARIATES, ITEMS, Indicator, level
from stalemate.scenario.resolve import Structures, resolve
from stalemate.streams import Decision, exponential, unit_draws
from stalemate.systems.diplomacy import EXPLANATIONS, dated
from stalemate.systems.talks import Talks
from stalemate.systems.variables import state_type

TALKS = Talks()
WAR = read.load("korea-1951")
AIR = EXPLANATIONS.index("air-pressure")


def begun(replicates, **parameters):
    """Return theatre, worlds and wars on the eve; coefficients are 0 unless given."""
    prepared = flagship()
    worlds = resolve(prepared.scenario, 1, range(replicates), Structures())
    for name in worlds.dtype.names:
        if name.startswith(("talks_own_", "talks_other_")):
            worlds[name] = 0.0
    for name, value in parameters.items():
        worlds[f"talks_{name}"] = value
    wars = np.zeros(replicates, state_type())
    TALKS.begin(prepared, worlds, wars)
    return prepared.theatre.copy(), worlds, wars


def days_to_the_end(replicates, days, pressure=0.0, **parameters):
    """Return the day on which each war is settled, (replicate, explanation), with prisoners alone at once."""
    theatre, worlds, wars = begun(replicates, **parameters)
    theatre["item_open"] = 1
    wars["item_left"][:, :4] = 0.0
    wars["pressure_felt"] = pressure
    ended = np.full((replicates, len(EXPLANATIONS)), days)
    for day in range(days):
        TALKS.loop(theatre, worlds, wars, day)
        settled = wars["settled"][:, : len(EXPLANATIONS)] == 1
        ended = np.where(settled & (ended == days), day + 1, ended)
    return ended


def test_talks__have_one_exponential_law_when_nothing_weighs():
    ended = days_to_the_end(2000, 1200, end_rate=0.01)
    assert (ended == ended[:, :1]).all()
    assert stats.kstest(ended[:, 0] - 0.5, stats.expon(scale=100).cdf).pvalue > 0.01


@pytest.mark.parametrize(("coefficient", "z"), [(0.7, 1.0), (1.5, 0.5), (-1.5, 0.5)])
def test_talks__have_the_median_of_a_constant_covariate(coefficient, z):
    """The sign of an explanation's own coefficient is dropped; the other explanations' is 0 here."""
    ended = days_to_the_end(4000, 900, end_rate=0.004, own_pressure=coefficient, pressure=z)
    for e, name in enumerate(EXPLANATIONS):
        rate = 0.004 * math.exp(abs(coefficient) * z if name == "air-pressure" else 0.0)
        assert np.median(ended[:, e]) == pytest.approx(math.log(2) / rate, rel=0.06)


def test_talks__spend_the_hazard_of_one_draw_for_each_war():
    _, worlds, wars = begun(500)
    for item in range(len(ITEMS)):
        decision = Decision.TALKS_SETTLED if item == 4 else Decision.TALKS_ITEM
        u = unit_draws(1, item, worlds["replicate"], int(decision))
        expected = [exponential(1 - one, 1.0) for one in u]
        np.testing.assert_allclose(wars["item_left"][:, item], expected, rtol=1e-9)


def test_talks__end_no_later_with_more_pressure_and_leave_none_alone():
    ended = [days_to_the_end(300, 400, pressure=z, end_rate=0.003, own_pressure=1.0) for z in (0.0, 0.5, 1.0)]
    for less, more in pairwise(ended):
        assert (more[:, AIR] <= less[:, AIR]).all()
        assert (more[:, 0] == less[:, 0]).all()
    assert (ended[2][:, AIR] < ended[0][:, AIR]).any()


def test_talks__wait_in_recess_and_until_an_item_is_opened():
    theatre, worlds, wars = begun(50, item_rate=0.1)
    theatre["item_open"][0, :2] = 1
    before = wars["item_left"].copy()
    theatre["recess"] = 1
    TALKS.loop(theatre, worlds, wars, 0)
    assert (wars["item_left"] == before).all()
    assert (wars["in_recess"] == 1).all()
    theatre["recess"] = 0
    TALKS.loop(theatre, worlds, wars, 1)
    spent = before - wars["item_left"]
    np.testing.assert_allclose(spent[:, :2], np.minimum(0.1, before[:, :2]), rtol=1e-9)
    assert (spent[:, 2:] == 0).all()
    assert (wars["hazard"] == 0).all()


def test_talks__slow_the_end_in_recess_only_where_recess_counts():
    theatre, worlds, wars = begun(2, end_rate=0.01, recess=1.5)
    worlds["talks_recess_counts"] = [0.2, 0.8]
    theatre["item_open"], theatre["recess"] = 1, 1
    TALKS.loop(theatre, worlds, wars, 0)
    np.testing.assert_allclose(wars["hazard"][:, 0], [0.01, 0.01 * math.exp(-1.5)])
    assert (wars["hazard_spent"] == 0).all()


def test_talks__count_as_denial_attacks_that_take_little_ground():
    """In the long run: battles at half their reference are half; ground at its reference halves that."""
    theatre, worlds, wars = begun(
        3, end_rate=0.01, own_denial=1.0, battle_reference=0.3, ground_reference=2.0
    )
    theatre["item_open"] = 1
    wars["battle"] = [0.0, 0.15, 0.15]
    wars["ground_taken_un"], wars["ground_taken_communist"] = [0, 0, 1.5], [0, 0, 0.5]
    for day in range(3000):
        TALKS.loop(theatre, worlds, wars, day)
    denial = wars["hazard"][:, EXPLANATIONS.index("denial")]
    np.testing.assert_allclose(np.log(denial / 0.01), [0.0, 0.5, 0.25], atol=1e-9)


def test_tables__are_dated_by_events_of_the_record():
    """The first event named stands on the first day of a row, the last on its last."""
    starts = {event.id: event.start for event in Chronicle.load().events}
    for row in WAR.agenda:
        assert [starts[event] for event in row.events] == [row.opened, row.settled]
    for row in WAR.recesses:
        assert [starts[event] for event in row.events] == [row.start, row.end + timedelta(days=1)]
    for row in WAR.steps:
        assert [starts[event] for event in row.events] == [row.day]
    for row in WAR.indicators:
        days = [starts[event] for event in row.events]
        assert all(abs(day - row.start) < timedelta(days=40) for day in days)
        if row.covariate != "ground-cost":
            assert days[0] == row.start


def test_tables__give_the_recesses_their_recorded_length():
    talks = dated(WAR)
    assert talks.recess.sum() == 63 + 200
    apart = WAR.day_of(date(1952, 1, 1))
    assert (talks.recess[:apart].sum(), talks.recess[apart:].sum()) == (63, 200)


@pytest.mark.parametrize(
    ("covariate", "days"),
    [
        ("threat", {"1953-02-01": 0, "1953-02-02": 0.4, "1953-05-19": 0.4, "1953-05-20": 1}),
        ("compromise", {"1952-09-27": 0, "1952-12-03": 0.6, "1953-02-25": 0.8, "1953-07-27": 1}),
        ("ground_cost", {"1952-10-15": 1, "1953-01-15": 0, "1953-04-15": 0.7, "1953-05-15": 0}),
        ("announced", {"1952-06-22": 0, "1952-06-23": 1, "1952-08-07": 1, "1952-08-08": 0.5}),
        ("leadership", {"1953-03-04": 0, "1953-03-05": 1}),
    ],
)
def test_dated__adds_up_what_indicators_are_on_a_day(covariate, days):
    series = getattr(dated(WAR), covariate)
    for when, expected in days.items():
        assert series[WAR.day_of(date.fromisoformat(when))] == pytest.approx(expected)


def indicator(name, start, value):
    return Indicator(
        covariate="threat", indicator=name, start=start, value=value, events=(), sources=(), assumed="x",
        note=None,
    )  # fmt: skip


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 30), st.floats(0, 1)), unique_by=lambda r: r[:2]
    ),
    st.integers(-1, 31),
)
def test_level__is_the_last_value_of_each_indicator(given_rows, at):
    day = date(1952, 1, 1)
    rows = [indicator(name, day + timedelta(days=n), value) for name, n, value in given_rows]
    expected = 0.0
    for name in "ab":
        past = [(n, value) for other, n, value in given_rows if other == name and n <= at]
        expected += max(past)[1] if past else 0.0
    assert level(rows, day + timedelta(days=at)) == pytest.approx(expected)


def test_explanations__each_rest_on_a_covariate():
    assert set(COVARIATES) - {"announced"} <= set(EXPLANATIONS)


@pytest.mark.parametrize(
    ("file", "old", "new", "column", "expected"),
    [
        ("agenda", "line,1951-07-27,1951-11-27", "line,1951-07-27,1951-07-27", "settled", "after opened"),
        ("agenda", "supervision,1951-11-27,1952-05-02", "supervision,1951-11-27,1953-06-09", "settled", ""),
        ("agenda", "conference,", "dinner,", "item", "agenda"),
        ("recesses", "1952-10-08,1953-04-25", "1951-10-08,1953-04-25", "start", "a day after 1951-10-24"),
        ("recesses", "1952-10-08,1953-04-25", "1952-10-08,1952-10-07", "end", "a day not before start"),
        ("indicators", "formosa-strait,1953-02-02,0.4", "formosa-strait,1953-02-02,0.5", "value", "most 1"),
        ("indicators", "formosa-strait,1953-02-02,0.4", "formosa-strait,1953-02-02,1.4", "value", "1"),
        ("steps", "first-step,1953-03-28", "first-step,1953-06-28", "day", "a day after first-step"),
        ("steps", "agreement,1953-06-08", "agreement,1953-06-09", "day", "1953-06-08"),
        ("steps", "signing,1953-07-27", "signing,1953-07-28", "day", "a day from 1951-07-10"),
        ("steps", "directive,", "order,", "step", "directive"),
    ],
)  # fmt: skip
def test_load__refuses_faulty_talks(tmp_path, file, old, new, column, expected):
    folder = copy_of_flagship(tmp_path)
    path = folder / f"{file}.csv"
    text = path.read_text()
    assert old in text
    with spoiled(path, text.replace(old, new).encode()):
        faults = faults_of(folder)
    assert [fault for fault in faults if fault.file == f"{file}.csv" and fault.column == column]
    assert any(expected in fault.expected for fault in faults)


def test_load__names_the_items_and_steps_that_are_missing(tmp_path):
    folder = copy_of_flagship(tmp_path)
    for file in ("agenda", "steps"):
        path = folder / f"{file}.csv"
        path.write_text(path.read_text().splitlines()[0] + "\n")
    found = {fault.found for fault in faults_of(folder)}
    assert found == {
        *(f"no row for {item}" for item in ITEMS),
        *(f"no row for {step}" for step in ("directive", "first-step", "agreement", "signing")),
    }
