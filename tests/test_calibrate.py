"""Calibration: the smoother against Kalman's formula, what a row says, and frozen rows never read."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import toy_war
from scipy.stats import truncnorm

from stalemate.analysis import calibrate as analysis
from stalemate.analysis.calibrate import DISCREPANCY, calibrate, normal_scores, scores, smoothed, told
from stalemate.analysis.estimate import BAND_Z
from stalemate.ensemble.outcomes import Kept
from stalemate.ensemble.posteriors import read_posterior
from stalemate.ensemble.runs import Runs
from stalemate.ensemble.store import Ordered, Recipe, model_digest
from stalemate.errors import QueryError
from stalemate.interfaces.cli import main
from stalemate.scenario.forms import FIRE_FORMS, REPAIR_FORMS
from stalemate.scenario.read import load
from stalemate.scenario.resolve import Structures, draws_of

WAR = load("korea-1951")
MOVED = ("cut_coverage", "talks_item_rate")
WARS = 4000


def row(low, high, role="calibration", figure="x"):
    """Return one observation in normal scores of its own answer."""
    return toy_war.observed("cuts", "1951-09-01", "1951-09-30", low, high, role=role, figure=figure)


def runs_of(answers, wars=WARS, model=None, posterior="", policies=("historical",)):
    """Return a run of which only the answers matter: (war, observation)."""
    forms = [Structures().of(war) for war in range(wars)]
    recipe = Recipe(
        scenario=WAR.name,
        scenario_digest=WAR.digest,
        model=model or model_digest(),
        policies=tuple(Ordered(name, "1") for name in policies),
        seed=1,
        replicates=wars,
        repair=REPAIR_FORMS,
        fire=FIRE_FORMS,
        start=WAR.start,
        end=WAR.end,
        window_start=WAR.start,
        parting=WAR.start,
        columns=(),
        posterior=posterior,
    )
    repair, fire = (np.array(form) for form in zip(*forms, strict=True))
    kept = Kept({}, np.zeros((wars, 0, 0), np.float32), answers, repair, fire)
    return Runs(recipe, tuple(kept for _ in policies))


def answers_of(wars=WARS):
    """Return answers to two rows: each leans on one parameter, half of its variance is luck."""
    drawn = draws_of(WAR, 1, range(wars))
    luck = np.random.default_rng(5).normal(size=(wars, 2))
    leaning = np.stack([normal_scores(drawn[name]) for name in MOVED], axis=1)
    return (leaning + luck) / math.sqrt(2)


def test_smoothed__equals_kalman_s_formula_for_a_linear_model():
    luck = np.random.default_rng(1)
    towards = np.array([[0.8, 0.1], [0.0, 0.6], [0.3, -0.4]])
    prior = luck.normal(size=(60_000, 3))
    said = prior @ towards + 0.5 * luck.normal(size=(60_000, 2))
    record, spread = np.array([1.2, -0.7]), np.array([0.5, 0.3])
    after = smoothed(prior, said, record, spread, seed=2)
    gain = towards @ np.linalg.inv(towards.T @ towards + 0.25 * np.eye(2) + np.diag(spread**2))
    np.testing.assert_allclose(after.mean(axis=0), gain @ record, atol=0.02)
    np.testing.assert_allclose(np.cov(after.T), np.eye(3) - gain @ towards.T, atol=0.02)


@given(st.floats(-2.2, 1.0), st.floats(0.3, 2.0))
def test_told__a_range_makes_the_prior_the_normal_cut_to_it(low, width):
    answers = normal_scores((np.arange(20_000) + 0.5) / 20_000)
    said = told(row(low, low + width), answers)
    if said.edged:
        assert (said.score, said.spread) == (-BAND_Z, DISCREPANCY)
        return
    own = said.spread**2 - DISCREPANCY**2
    mean, variance = truncnorm.stats(low, low + width, moments="mv")
    assert said.score / own / (1 + 1 / own) == pytest.approx(mean, abs=2e-3)
    assert 1 / (1 + 1 / own) == pytest.approx(variance, rel=5e-3)


def test_told__a_point_keeps_its_place_and_a_miss_counts_as_at_the_edge():
    answers = normal_scores((np.arange(20_000) + 0.5) / 20_000)
    inside, outside = told(row(1.0, 1.0), answers), told(row(-9.0, -9.0), answers)
    assert inside.score == pytest.approx(1.0, abs=1e-3)
    assert (inside.spread, inside.edged) == (DISCREPANCY, False)
    assert (outside.score, outside.spread, outside.edged) == (-BAND_Z, DISCREPANCY, True)
    assert math.isinf(told(row(-9.0, 9.0), answers).spread)


def test_scores__equal_values_share_one_and_order_is_kept():
    found = scores(np.array([3.0, 1.0, 3.0, 9.0]))
    assert found[0] == found[2]
    assert found[1] < found[0] < found[3]
    assert scores(np.arange(999.0)).std() == pytest.approx(1, abs=0.01)


def test_calibrate__moves_what_the_rows_lean_on_and_nothing_else():
    """Half of a row's variance is its parameter's, so Kalman's gain is .7 / (1 + .25) and the rest .6."""
    war = replace(WAR, observations=(row(1.0, 1.0), row(-0.5, -0.5)))
    found = calibrate(runs_of(answers_of()), war, "toy", truths=0)
    moved = {each.name: each for each in found.moved}
    gain = math.sqrt(0.5) / (1 + DISCREPANCY**2)
    assert {each.name for each in found.told} == set(MOVED)
    assert moved["cut_coverage"].shift == pytest.approx(gain * 1.0, abs=0.08)
    assert moved["talks_item_rate"].shift == pytest.approx(gain * -0.5, abs=0.08)
    assert moved["cut_coverage"].spread == pytest.approx(math.sqrt(1 - math.sqrt(0.5) * gain), abs=0.03)
    prior, posterior = moved["cut_coverage"].prior, moved["cut_coverage"].posterior
    assert prior[1] < posterior[1]
    assert prior[2] - prior[0] > posterior[2] - posterior[0]
    assert sum(share for form, share in found.forms.items() if form.startswith("repair")) == pytest.approx(1)
    assert found.forms["repair queue"] == pytest.approx(0.5, abs=0.1)


def test_calibrate__ranks_of_synthetic_truths_are_uniform():
    war = replace(WAR, observations=(row(1.0, 1.0), row(-0.5, -0.5)))
    check = calibrate(runs_of(answers_of()), war, "toy", truths=400).check
    assert check is not None
    assert (check.truths, check.parameters) == (400, 2)
    assert check.half == pytest.approx(0.5, abs=0.06)
    assert check.most == pytest.approx(0.9, abs=0.04)
    assert check.least_p > 0.002


def test_calibrate__a_form_that_cannot_give_the_record_loses_its_probability_and_keeps_its_wars():
    answers = answers_of()
    answers[1::2, 0] -= 6.0
    war = replace(WAR, observations=(row(1.0, 1.0), row(-0.5, -0.5)))
    found = calibrate(runs_of(answers), war, "toy", truths=0)
    assert found.forms["repair queue"] > 0.95
    assert (found.posterior.repair == "queue").mean() == 0.5


class Sealed:
    """A row of which only what is needed to know its role may be read."""

    def __init__(self, inner):
        self.role, self.end, self.figure = inner.role, inner.end, inner.figure

    def __getattr__(self, name):
        raise AssertionError(f"{name} of a frozen row was read")


@pytest.mark.parametrize("role", ["frozen", "claim", "input"])
def test_calibrate__never_reads_a_row_that_is_not_its_own(role):
    answers = answers_of()
    open_war = replace(WAR, observations=(row(1.0, 1.0), row(-0.5, -0.5)))
    held = row(3.0, 3.0, role=role)
    sealed = replace(WAR, observations=(row(1.0, 1.0), Sealed(held), row(-0.5, -0.5)))
    scrambled = np.insert(answers, 1, np.nan, axis=1)
    alone = calibrate(runs_of(answers), open_war, "toy", truths=0)
    beside = calibrate(runs_of(scrambled), sealed, "toy", truths=0)
    np.testing.assert_array_equal(alone.posterior.quantiles, beside.posterior.quantiles)
    assert alone.rows == beside.rows


def test_calibrate__on_the_command_line_stores_the_posterior_and_says_what_was_learnt(
    capsys, monkeypatch, tmp_path
):
    war = replace(WAR, observations=(row(1.0, 1.0), row(-9.0, -9.0, figure="a_miss")))
    monkeypatch.setattr("stalemate.scenario.read.load", lambda name: war)
    monkeypatch.setattr("stalemate.ensemble.runs.read_run", lambda folder: runs_of(answers_of()))
    monkeypatch.setenv("COLUMNS", "80")
    place = tmp_path / "toy.parquet"
    asked = ["calibrate", str(tmp_path), "--name", str(place), "--check", "40"]
    assert leave(asked) == 0
    out = capsys.readouterr().out
    assert "tells something of 2 parameters" in out
    assert "counted as at its edge: a_miss" in out
    assert "of 40 synthetic truths" in out
    assert max(map(len, out.replace(str(place), "").splitlines())) <= 80
    assert read_posterior(place).name == "toy"
    assert leave(asked) == 2
    assert "exists already" in capsys.readouterr().err
    place.unlink()
    assert leave([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["digest"] == read_posterior(place).digest
    assert [found["figure"] for found in told["rows"]] == ["x", "a_miss"]
    assert told["check"]["truths"] == 40


def leave(arguments):
    """Return the exit code of a command line."""
    with pytest.raises(SystemExit) as left:
        main(arguments)
    return left.value.code or 0


def test_calibrate__refuses_what_it_cannot_use(monkeypatch):
    war = replace(WAR, observations=(row(1.0, 1.0), row(-0.5, -0.5)))
    answers = answers_of()
    for runs, words in (
        (runs_of(answers[:400], wars=400), "found 400 wars; calibration needs 800"),
        (runs_of(answers, model="old"), "made by other code"),
        (runs_of(answers, posterior="record 123"), "under record 123 already"),
        (runs_of(answers, policies=("banfill",)), "holds banfill; only historical"),
        (runs_of(np.zeros_like(answers)), "no row of role calibration that tells its wars apart"),
        (runs_of(np.full_like(answers, np.nan)), "no row of role calibration that tells its wars apart"),
    ):
        with pytest.raises(QueryError, match=words):
            calibrate(runs, war, "toy", truths=0)
    monkeypatch.setattr(analysis, "find_spec", lambda name: None)
    with pytest.raises(QueryError, match="pip install"):
        calibrate(runs_of(answers), war, "toy", truths=0)
