"""Morris's screening: effects of functions worked out by hand, and one luck along a trajectory."""

import json

import numpy as np
import pytest
from test_cli import call

from stalemate.analysis import screening as analysis
from stalemate.analysis.screening import design, effects, screening
from stalemate.engine.simulate import Structures, simulate
from stalemate.errors import QueryError
from stalemate.scenario import read
from stalemate.scenario.resolve import draws_of

WAR = read.load("korea-1951")
NAMES = [f"x{number}" for number in range(6)]


def test_design__moves_one_parameter_at_a_time_and_each_once_a_trajectory():
    points = design(NAMES, 5, seed=1)
    assert points.shape == (5 * 7, 6)
    assert points.min() == 0
    assert points.max() == 1
    for at in range(0, 35, 7):
        steps = np.diff(points[at : at + 7], axis=0)
        assert (np.count_nonzero(steps, axis=1) == 1).all()
        assert sorted(np.flatnonzero(steps.any(axis=0))) == list(range(6))
        np.testing.assert_allclose(np.abs(steps[steps != 0]), 2 / 3)


def test_effects__of_a_sum_are_its_weights_without_spread():
    points = design(NAMES, 8, seed=2)
    weights = np.array([5.0, -3.0, 0.0, 1.0, 0.0, 2.0])
    found = {e.parameter: e for e in effects(NAMES, points, points @ weights, {"x1"}, seed=1)}
    for name, weight in zip(NAMES, weights, strict=True):
        assert found[name].mean_size == pytest.approx(abs(weight), abs=1e-9)
        assert found[name].spread == pytest.approx(0, abs=1e-9)
        assert found[name].assumed is (name == "x1")
    assert [e.parameter for e in effects(NAMES, points, points @ weights, set(), seed=1)][:3] == [
        "x0",
        "x1",
        "x5",
    ]


def test_effects__of_a_product_have_the_spread_of_the_other_factor():
    """The effect of x0 in x0 x1 is x1, which stands at 0, 1/3, 2/3 and 1 equally often: mean 1/2."""
    points = design(NAMES, 400, seed=3)
    found = {e.parameter: e for e in effects(NAMES, points, points[:, 0] * points[:, 1], set(), seed=1)}
    assert found["x0"].mean_size == pytest.approx(0.5, abs=0.06)
    assert found["x0"].spread == pytest.approx(np.std([0, 1 / 3, 2 / 3, 1]), abs=0.04)
    assert found["x2"].mean_size == 0


def test_screening__of_a_made_war_finds_the_parameter_that_moves_it(monkeypatch):
    """The answer of a war is its world's draw of one parameter under one policy, and luck under both."""
    seen = []

    def made(prepared, policy, seed, replicates, *, record, whole, structures, watch):
        given = structures.given
        seen.append((policy.name, tuple(given.luck), tuple(given.repair)))
        place = given.names.index("talks_item_rate")
        moved = 7.0 * given.quantiles[:, place] * (policy.name == "banfill")
        daily = np.repeat((100.0 * given.luck + moved)[:, None], WAR.days, axis=1)
        return analysis.engine.Block(replicates, {record[0]: daily.astype(np.float64)}, {})

    monkeypatch.setattr(analysis.engine, "simulate", made)
    found = screening(WAR, "banfill", "historical", "trucks_lost", trajectories=4, workers=1)
    names = list(draws_of(WAR, 1, range(0)))
    assert found.wars == 2 * 4 * (len(names) + 1)
    first, *others = found.effects
    assert first.parameter == "talks_item_rate"
    assert first.mean_size == pytest.approx(7.0 * 0.9 * WAR.days)
    assert max(effect.mean_size for effect in others) < 1e-6
    assert all(len(set(luck)) == 1 and len(set(repair)) == 1 for _, luck, repair in seen)
    assert {luck[0] for _, luck, _ in seen} == {0, 1, 2, 3}
    assert {repair[0] for _, _, repair in seen} == {"queue", "own-clock"}


def test_simulate__worlds_of_one_luck_and_one_world_are_one_war():
    """Members alike in world and luck fight the same war whatever their number."""
    names = list(draws_of(WAR, 1, range(0)))
    points = np.full((3, len(names)), 0.5)
    given = analysis._given(WAR, names, points, ("queue", "stock"), 7)
    one = Structures(repair=("queue",), fire=("stock",), given=given)
    block = simulate(
        analysis.engine.prepare(WAR),
        analysis.named("historical", WAR),
        1,
        range(3),
        record=["cuts", "trucks_lost"],
        structures=one,
        until=30,
    )
    for series in block.daily.values():
        assert series.sum() > 0
        for war in (1, 2):
            np.testing.assert_array_equal(series[war], series[0])


def test_screening__refuses_what_cannot_be_screened():
    with pytest.raises(QueryError, match="found 1 trajectories"):
        screening(WAR, "banfill", "historical", "trucks_lost", trajectories=1)
    with pytest.raises(QueryError, match="no outcome 'peace'"):
        screening(WAR, "banfill", "historical", "peace")


def test_sensitivity__on_the_command_line_prints_both_methods_side_by_side(capsys, monkeypatch):
    names = list(draws_of(WAR, 1, range(0)))

    def made(war, a, b, outcome, **how):
        points = design(names, 2, seed=1)
        answers = points[:, names.index("works_cars")]
        return analysis.Screening(
            outcome, a, b, 2, len(points), effects(names, points, answers, set(), seed=1)
        )

    monkeypatch.setattr(analysis, "screening", made)
    monkeypatch.setenv("COLUMNS", "80")
    asked = ["sensitivity", "banfill", "historical", "-n", "500", "--morris", "2"]
    code, out, _ = call(capsys, *asked)
    assert code == 0
    assert "works_cars" in out[out.index("Morris's screening") :]
    assert "284 of 285 parameters move it by nothing at all" in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 80
    code, out, _ = call(capsys, *asked, "--json")
    assert json.loads(out)["morris"]["effects"][0]["parameter"] == "works_cars"
