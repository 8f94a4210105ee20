"""The cause ledger: a line by hand, the flagship with few wars, stored runs, and the command."""

import json
from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest
from small_wars import seeds, set_today, theatre, wars, worlds
from test_cli import call
from test_transport import two_sectors

import stalemate as sm
from stalemate.analysis.causes import CAUSES, LINE_CAUSES, carry_again, of_run, open_shares, section_weights
from stalemate.analysis.shapley import shapley
from stalemate.engine.simulate import prepare, simulate
from stalemate.errors import PolicyError, QueryError, RunError
from stalemate.policies.naming import named
from stalemate.systems.repair import Repair

WARS = 6
START, END = date(1951, 8, 20), date(1951, 9, 20)


@cache
def korea():
    return sm.load("korea-1951")


@cache
def answer(policy="historical"):
    return sm.why(korea(), policy, start=START, end=END, replicates=WARS, seed=3)


def test_why__counts_the_civilians_killed_in_its_days():
    block = simulate(
        prepare(korea()), named("historical", korea()), 3, range(WARS), record=("civilian_deaths",)
    )
    days = slice(korea().day_of(START), korea().day_of(END) + 1)
    killed = block.daily["civilian_deaths"][:, days].astype(float).sum(axis=1)
    assert answer().killed.mean == pytest.approx(killed.mean())


def one_line(**changed):
    """Return a day of one line of 1,000 t with plenty of trucks, 800 t ordered, and nothing broken."""
    place, drawn, state = two_sectors(trucks=3000.0)
    one = place[0]
    one["gate_road_km"] = 0.0
    one["crossings_on"][0] = one["n_crossings"] = 1
    set_today(state, bridge_parallel=1)
    state["cut_open_share"][:, 0] = state["open_share"][:, 0] = 1.0
    for name, value in changed.items():
        if name in ("cut_open_share", "bridges_down", "washed_out", "breach_days"):
            state[name][:, 0] = value
        else:
            state[name] = value
    return place, drawn, state


def shares(place, drawn, state, trucks_lost=0.0):
    """Return what each cause took of the order, and of capacity."""
    lost = np.full(1, trucks_lost)
    tonnes, _, _ = carry_again(place, drawn, state, 0, lost, "front_tonnes")
    ordered = tonnes[len(tonnes) // 2 :]
    return (
        dict(zip(CAUSES, shapley(-ordered)[:, 0].tolist(), strict=False)),
        dict(zip(CAUSES, shapley(-tonnes)[:, 0].tolist(), strict=True)),
    )


def nonzero(amounts):
    return {cause: amount for cause, amount in amounts.items() if amount}


def test_carry_again__shares_a_line_between_cuts_and_a_bridge():
    """Open half the night it brings 500 of 800 t, without its bridge none: 300, 800 and 800 t lost."""
    of_order, _ = shares(*one_line(cut_open_share=0.5, bridges_down=1))
    assert nonzero(of_order) == {"cuts": 150, "bridges": 650}


def test_carry_again__gives_nothing_to_a_cause_that_is_not_there():
    of_order, of_capacity = shares(*one_line())
    assert nonzero(of_order) == {}
    assert nonzero(of_capacity) == {"demand": 200}


def test_carry_again__gives_the_same_to_a_flood_and_a_dam_that_shut_one_line():
    of_order, _ = shares(*one_line(washed_out=2, breach_days=5.0))
    assert nonzero(of_order) == {"floods": 400, "breaches": 400}


def test_carry_again__lets_a_small_order_hide_cuts():
    """Of 1,000 t, cuts leave 500 and the order asks for 800: 500, 200 and 500 t lost."""
    _, of_capacity = shares(*one_line(cut_open_share=0.5))
    assert nonzero(of_capacity) == {"cuts": 400, "demand": 100}


def test_carry_again__brings_back_trucks_lost_earlier_and_what_burnt_today():
    """900 trucks haul 2 t in 3 days, 600 t; with 300 more they would haul all 800 t. Ten trucks burn 10 t."""
    of_order, _ = shares(*one_line(trucks=900.0), trucks_lost=300.0)
    assert nonzero(of_order) == {"trucks": pytest.approx(200)}
    of_order, _ = shares(*one_line(trucks_lost=10))
    assert nonzero(of_order) == {"trucks": pytest.approx(10)}


@seeds(40)
def test_open_shares__multiply_to_what_repair_says(seed):
    rng = np.random.default_rng([seed, 5])
    place = theatre(rng)
    drawn, states = worlds(rng, 4), wars(rng, place, 4)
    Repair().loop(place, drawn, states, int(rng.integers(749)))
    n = int(place[0]["n_sections"])
    product = open_shares(place, states).prod(axis=0) * (place[0]["is_open"][:n] == 1)
    np.testing.assert_array_equal(product, states["open_share"][:, :n])


def test_section_weights__go_by_night_lost_and_freight():
    open_share = np.array([[0.5, 0.0, 1.0], [1.0, 0.5, 0.75], [1.0, 1.0, 1.0]])
    carried = np.array([[200.0, 100.0, 500.0], [300.0, 0.0, 0.0], [10.0, 10.0, 10.0]])
    expected = [[0.5, 0.5, 0.0], [0.0, 2 / 3, 1 / 3], [0.0, 0.0, 0.0]]
    np.testing.assert_allclose(section_weights(open_share, carried), expected)


def test_why__carrying_again_changes_no_bit_of_the_war():
    prepared, policy = prepare(korea()), named("historical", korea())
    record = ("front_tonnes", "trucks", "section_tonnes")

    def watch(system, day, theatre, drawn, states):
        if system == "transport":
            carry_again(theatre.copy(), drawn, states, day, np.ones(WARS), "front_tonnes")

    alone, watched = (
        simulate(prepared, policy, 3, range(WARS), record=record, until=30, watch=each)
        for each in (None, watch)
    )
    assert all(alone.daily[name].tobytes() == watched.daily[name].tobytes() for name in record)


def test_why__delivered_is_what_the_war_delivered():
    prepared, policy = prepare(korea()), named("historical", korea())
    first, end = korea().day_of(START), korea().day_of(END) + 1
    block = simulate(prepared, policy, 3, range(WARS), record=("front_tonnes",), until=end)
    alone = block.daily["front_tonnes"][:, first:].sum(axis=2).mean(axis=0)
    np.testing.assert_allclose([row.delivered for row in answer().days], alone, rtol=1e-6)


def test_why__causes_add_up_to_what_was_lost():
    found = answer()
    of_order = [row.of_order.mean for row in found.causes if row.of_order]
    assert sum(of_order) == pytest.approx(found.unbroken.mean - found.delivered.mean, rel=1e-12)
    of_capacity = sum(row.of_capacity.mean for row in found.causes)
    assert of_capacity == pytest.approx(found.capacity.mean - found.delivered.mean, rel=1e-12)


def test_why__lines_and_days_add_up_to_causes():
    found = answer()
    for i, row in enumerate(found.causes[:-1]):
        assert row.of_order is not None
        by_day = np.mean([day.lost[i] for day in found.days])
        assert by_day == pytest.approx(row.of_order.mean, abs=1e-9)
        if row.cause in LINE_CAUSES:
            by_line = sum(s.lost.mean for s in found.sections if s.cause == row.cause)
            assert by_line == pytest.approx(row.of_order.mean, abs=1e-9)
    assert [row.day for row in (found.days[0], found.days[-1])] == [START, END]


def test_why__blames_no_bombs_where_none_fell():
    lost = {row.cause: row.of_order for row in answer("none").causes}
    for cause in ("cuts", "bridges", "breaches", "trucks"):
        assert lost[cause].band.high == lost[cause].band.low == 0
    assert lost["floods"].mean > 0


def test_why__is_the_same_with_any_workers_and_blocks(monkeypatch):
    monkeypatch.setattr("stalemate.analysis.causes._BLOCK", 4)
    found = sm.why(korea(), start=START, end=END, replicates=WARS, seed=3, workers=1)
    assert replace(found, days=(), sections=()) == replace(answer(), days=(), sections=())


def test_why__refuses_what_cannot_be_asked_all_at_once():
    with pytest.raises(QueryError) as told:
        sm.why(korea(), what="shells", start=date(1953, 1, 1), end=date(1950, 1, 1))
    assert "no causes of 'shells'; there are delivered, front_tonnes, rail_arrived" in str(told.value)
    assert "turn it round" in str(told.value)
    assert "1950-01-01 is outside korea-1951" in str(told.value)
    with pytest.raises(PolicyError):
        sm.why(korea(), "nobody")


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Return the folder of a run of two policies."""
    out = tmp_path_factory.mktemp("runs") / "two"
    sm.run(korea(), ["none", "historical"], replicates=8, seed=3, until=END, out=out)
    return out


def test_of_run__asks_about_the_wars_of_the_run(stored):
    asked = of_run(stored, "historical", None, None)
    assert (asked.policy, asked.replicates, asked.seed, asked.end) == ("historical", 8, 3, END)
    assert of_run(stored, "none", None, WARS).replicates == WARS


def test_of_run__refuses_what_the_run_does_not_hold(stored):
    with pytest.raises(QueryError, match="holds none, historical; pick one with --policy"):
        of_run(stored, None, None, None)
    with pytest.raises(QueryError, match="holds no policy 'banfill'"):
        of_run(stored, "banfill", None, None)
    with pytest.raises(QueryError, match="holds 8 wars; 9 were asked for"):
        of_run(stored, "none", None, 9)


def test_of_run__refuses_a_run_of_other_code(stored, monkeypatch):
    monkeypatch.setattr("stalemate.analysis.causes.model_digest", lambda: "other")
    with pytest.raises(RunError, match="cannot be fought again here: model"):
        of_run(stored, "none", None, None)


def test_why_command__answers_for_a_run_and_a_policy_alike(capsys, monkeypatch, stored):
    monkeypatch.setenv("COLUMNS", "80")
    period = ["--from", START.isoformat(), "--to", END.isoformat(), "-n", WARS]
    code, out, _ = call(capsys, "why", stored, "--policy", "historical", *period)
    again = call(capsys, "why", "historical", "--seed", 3, *period)
    assert (code, again[0]) == (0, 0)
    assert out == again[1]
    assert max(len(line) for line in out.splitlines()) <= 80
    for words in ("rail cuts", "trucks destroyed", "too small an order", "1951-09"):
        assert words in out


def test_why_command__as_json_has_the_promised_shape(capsys):
    period = ["--from", "1951-08-20", "--to", "1951-08-22", "-n", 2, "--what", "rail_arrived", "--json"]
    found = json.loads(call(capsys, "why", "historical", *period)[1])
    assert (found["what"], found["replicates"], found["unit"]) == ("rail_arrived", 2, "t/day")
    assert [row["cause"] for row in found["causes"]] == list(CAUSES)
    assert found["causes"][-1]["of_order"] is None
    assert set(found["delivered"]) == {"mean", "median", "low", "high"}
    assert [row["day"] for row in found["days"]] == ["1951-08-20", "1951-08-21", "1951-08-22"]
    assert set(found["days"][0]["lost"]) == set(CAUSES) - {"demand"}


def test_why_command__refuses_options_that_do_not_belong(capsys, stored):
    assert call(capsys, "why", stored, "--policy", "none", "--seed", 4)[0] == 2
    assert call(capsys, "why", "historical", "--policy", "none")[0] == 2
    code, _, err = call(capsys, "why", "historical", "--what", "shells")
    assert code == 2
    assert "compare two policies instead" in err
