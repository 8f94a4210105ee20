"""The scorecard: the same answers as predict, what is inside, and what counts."""

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import toy_war
from scipy.optimize import brentq
from scipy.stats import norm

from stalemate.analysis.estimate import Estimate
from stalemate.analysis.predict import Prediction, predict
from stalemate.analysis.scorecard import (
    BLOCKS,
    NO_REASON,
    BlockTally,
    Score,
    block_tallies,
    scorecard,
    scorecard_of,
    tally,
    wilson,
)
from stalemate.engine.simulate import Structures
from stalemate.ensemble.questions import Question, questions_of
from stalemate.ensemble.runner import run
from stalemate.ensemble.runs import read_run
from stalemate.errors import QueryError
from stalemate.policies.plans import Historical

START, END = date(1951, 9, 1), date(1951, 9, 30)


def score(low, high, band_low, band_high, role="frozen", **other):
    """Return one row with a given record and band."""
    observed = toy_war.observed("cuts", str(START), str(END), low, high, role=role, **other)
    middle = (band_low + band_high) / 2
    band = Estimate(middle, band_low, band_high, "cuts", 100)
    return Score(observed, Prediction(Question("cuts", START, END), band, "historical", 1, Structures()))


@pytest.mark.parametrize(
    ("record", "band", "inside"),
    [
        ((5, 5), (4, 6), True),
        ((4, 4), (4, 6), True),
        ((1, 10), (4, 6), True),
        ((6, 9), (4, 6), True),
        ((7, 9), (4, 6), False),
        ((1, 3), (4, 6), False),
    ],
)
def test_score__is_inside_where_record_and_band_meet(record, band, inside):
    assert score(*record, *band).inside is inside


def test_score__measures_a_miss_in_logarithms_from_the_nearest_ends():
    assert score(12, 20, 4, 6).miss_log == pytest.approx(math.log(2))
    assert score(1, 2, 4, 6).miss_log == pytest.approx(-math.log(2))
    assert score(5, 5, 4, 6).miss_log == 0
    assert score(-2, -1, 4, 6).miss_log is None
    assert score(0, 0, 4, 6).miss_log is None


def test_score__log_error_is_of_the_median_from_the_nearest_end():
    assert score(5, 5, 4, 16).log_error == pytest.approx(math.log(2))
    assert score(20, 40, 4, 16).log_error == pytest.approx(-math.log(2))
    assert score(8, 12, 4, 16).log_error == 0
    assert score(0, 0, 4, 16).log_error is None


@given(st.lists(st.floats(0.1, 50), min_size=2, max_size=2), st.floats(0.1, 50))
def test_score__interval_score_is_that_of_two_quantiles(ends, found):
    """It is 2 / alpha times the sum of the pinball losses of the 5 and the 95 % points."""
    low, high = sorted(ends)

    def pinball(quantile, level):
        return (found - quantile) * level if found >= quantile else (quantile - found) * (1 - level)

    by_hand = (2 / 0.1) * (pinball(low, 0.05) + pinball(high, 0.95))
    assert score(found, found, low, high).interval_score == pytest.approx(by_hand, abs=1e-9)


@pytest.mark.parametrize(("successes", "trials"), [(0, 5), (3, 20), (19, 20), (20, 20), (50, 100)])
def test_wilson__ends_are_where_the_score_test_just_rejects(successes, trials):
    """An end p solves (successes/trials - p)^2 = z^2 p (1 - p) / trials, found here by root search."""
    share, z = successes / trials, norm.ppf(0.95)

    def excess(p):
        return (share - p) ** 2 - z * z * p * (1 - p) / trials

    low, high = wilson(successes, trials)
    assert low == pytest.approx(brentq(excess, 1e-9, share - 1e-6) if share > 0 else 0, abs=1e-9)
    assert high == pytest.approx(brentq(excess, share + 1e-6, 1 - 1e-9) if share < 1 else 1, abs=1e-9)


def test_wilson__allows_every_share_without_trials():
    assert wilson(0, 0) == (0.0, 1.0)


def test_tally__counts_only_rows_of_its_role():
    rows = [score(5, 5, 4, 8), score(9, 9, 4, 8), score(5, 5, 4, 8, role="input")]
    found = tally("frozen", rows)
    assert (found.inside, found.rows, found.median_width) == (1, 2, 2.0)
    assert tally("calibration", rows).rows == 0
    assert tally("frozen", [score(0, 0, 0, 3)]).median_width is None
    assert [row.counts for row in rows] == [True, True, False]
    assert not score(5, 5, 4, 8, role="claim").counts


def test_score__has_a_reason_only_outside_and_owes_one_only_if_it_counts():
    assert score(5, 5, 4, 8, reason="luck").reason is None
    assert score(9, 9, 4, 8, reason="luck").reason == "luck"
    assert score(9, 9, 4, 8).reason == NO_REASON
    assert score(9, 9, 4, 8, role="input").reason is None
    assert score(9, 9, 4, 8, role="claim", reason="a boast").reason == "a boast"


def test_block_tallies__count_inside_counted_and_shown_in_the_order_of_blocks():
    rows = [
        score(5, 5, 4, 8, block="talks"),
        score(5, 5, 4, 8, block="fire"),
        score(9, 9, 4, 8, block="fire", role="calibration"),
        score(9, 9, 4, 8, block="fire", role="claim"),
        score(5, 5, 4, 8, block="power", role="input"),
    ]
    power, fire, talks = block_tallies(rows)
    assert power == BlockTally("power", inside=0, counted=0, shown=1)
    assert fire == BlockTally("fire", inside=1, counted=2, shown=1)
    assert talks == BlockTally("talks", inside=1, counted=1, shown=0)
    assert [block.holds for block in (power, fire, talks)] == [False, False, True]
    assert BLOCKS.index("power") < BLOCKS.index("fire") < BLOCKS.index("talks")
    assert block_tallies([]) == ()


def test_scorecard__gives_the_same_answers_as_predict(monkeypatch):
    toy_war.put_in_place(monkeypatch)
    observations = (
        toy_war.observed("cuts", "1951-09-01", "1951-09-30", 600, 700, role="calibration"),
        toy_war.observed("cuts", "1951-10-01", "1951-10-31", 20, 30, unit="cuts/day", place="east"),
        toy_war.observed("trucks", "1952-06-01", "1952-06-30", 100, 100, role="input"),
        toy_war.observed("fire_ratio", "1952-10-01", "1952-12-31", 5.8, 5.9, unit="1"),
    )
    war = toy_war.scenario(*observations)
    card = scorecard(war, replicates=30)
    assert [row.observed for row in card.rows] == list(observations)
    for row in card.rows:
        question = row.prediction.question
        place, a_day = question.place, question.a_day
        alone = predict(
            war, question.quantity, question.start, question.end, place=place, a_day=a_day, replicates=30
        )
        assert row.prediction == alone
    assert [found.rows for found in card.tallies] == [1, 2]
    assert card.rows[1].prediction.estimate.unit == "cuts/day"


def test_scorecard_of__a_stored_run_gives_the_card_of_as_many_wars(monkeypatch, tmp_path):
    toy_war.put_in_place(monkeypatch)
    war = toy_war.scenario(
        toy_war.observed("cuts", "1951-09-01", "1951-09-30", 600, 700),
        toy_war.observed("sorties", "1951-10-01", "1951-10-31", 20, 30, unit="sorties/day", place="east"),
        toy_war.observed("trucks", "1952-06-01", "1952-06-30", 100, 100, role="input"),
    )
    run(war, [toy_war.Shifted(), Historical()], replicates=30, out=tmp_path / "run")
    assert scorecard_of(read_run(tmp_path / "run"), war) == scorecard(war, replicates=30)


def test_scorecard_of__says_everything_that_keeps_a_run_from_being_scored(monkeypatch):
    toy_war.put_in_place(monkeypatch)
    row = toy_war.observed("cuts", "1951-09-01", "1951-09-30", 600, 700)
    war = toy_war.scenario(row)
    early = run(war, toy_war.Plain(), replicates=3, until=date(1951, 9, 29))
    words = (
        r"(?s)another scenario.*holds plain; only historical.*ends on 1951-09-29, before x; run it to 1953"
    )
    with pytest.raises(QueryError, match=words):
        scorecard_of(early, replace(war, digest="e" * 64))
    assert np.isnan(early.kept[0].answers).all()


def test_questions_of__lists_every_unit_that_does_not_fit():
    wrong = [
        toy_war.observed("cuts", "1951-09-01", "1951-09-30", 1, 2, unit="holes"),
        toy_war.observed("trucks", "1951-09-01", "1951-09-30", 1, 2, unit="trucks/day"),
    ]
    with pytest.raises(QueryError, match=r"(?s)'holes'; expected cuts or cuts/day.*expected trucks$"):
        questions_of(wrong)
