"""Answers about recorded quantities, against plain loops over a toy war's days."""

from datetime import date

import numpy as np
import pytest
from reference import toy_war

from stalemate.analysis.predict import answers, predict
from stalemate.ensemble.questions import QUANTITIES, Question
from stalemate.errors import PolicyError, QueryError
from stalemate.systems.variables import RECORDED

START, END = date(1951, 9, 1), date(1951, 9, 30)
FIRST, DAYS, WARS = 53, 30, 30


@pytest.fixture(autouse=True)
def _toy(monkeypatch):
    toy_war.put_in_place(monkeypatch)


def days_of(quantity, war, seed=1):
    """Return the days of September 1951, (day,) or (day, place)."""
    return toy_war.series(quantity, seed, war, FIRST + DAYS)[FIRST:].astype(np.float32).astype(float)


def ask(quantity, **options):
    return predict(
        toy_war.scenario(), quantity, START, END, policy=toy_war.Plain(), replicates=WARS, **options
    )


def expect(values):
    return pytest.approx(tuple(np.percentile(values, [5, 50, 95])), rel=1e-9)


def ends(prediction):
    return prediction.estimate.low, prediction.estimate.median, prediction.estimate.high


def test_predict__adds_the_days_and_places_of_a_sum():
    found = ask("cuts")
    assert ends(found) == expect([days_of("cuts", war).sum() for war in range(WARS)])
    assert (found.estimate.unit, found.estimate.replicates) == ("cuts", WARS)


def test_predict__gives_a_sum_as_its_daily_mean_when_asked():
    found = ask("cuts", a_day=True)
    assert ends(found) == expect([days_of("cuts", war).sum() / 30 for war in range(WARS)])
    assert found.estimate.unit == "cuts/day"


def test_predict__averages_a_mean_over_days_and_places():
    assert ends(ask("open_share")) == expect([days_of("open_share", war).mean() for war in range(WARS)])


def test_predict__takes_the_last_day_of_a_state():
    assert ends(ask("trucks")) == expect([days_of("trucks", war)[-1] for war in range(WARS)])
    assert ends(ask("grain_stock")) == expect([days_of("grain_stock", war)[-1].sum() for war in range(WARS)])


def test_predict__takes_one_place():
    east = toy_war.PLACES.index("east")
    found = ask("front_tonnes", place="east")
    assert ends(found) == expect([days_of("front_tonnes", war)[:, east].sum() for war in range(WARS)])


def test_predict__divides_two_sums_for_a_ratio():
    ratios = [days_of("shells_un", w).sum() / days_of("shells_communist", w).sum() for w in range(WARS)]
    assert ends(ask("fire_ratio")) == expect(ratios)


def test_predict__has_no_value_for_a_ratio_to_nothing(monkeypatch):
    monkeypatch.setattr(toy_war, "series", lambda quantity, seed, war, days: np.zeros(days))
    found = ask("fire_ratio")
    assert found.estimate.replicates == 0
    assert np.isnan(found.estimate.median)


def test_predict__follows_the_policy_after_it_parts():
    question = ("grain_stock_days", date(1952, 9, 30), date(1952, 9, 30))
    plain = predict(toy_war.scenario(), *question, policy=toy_war.Plain(), replicates=5)
    shifted = predict(toy_war.scenario(), *question, policy=toy_war.Shifted(), replicates=5)
    assert shifted.estimate.median - plain.estimate.median == pytest.approx(10, rel=1e-5)


def test_answers__of_several_questions_equal_each_alone():
    questions = [Question("cuts", START, END), Question("trucks", START, START)]
    war, options = toy_war.scenario(), {"policy": toy_war.Plain(), "replicates": 300}
    together = answers(war, questions, **options)
    assert list(together) == [answers(war, [q], **options)[0] for q in questions]
    assert answers(war, [], **options) == ()


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (Question("cutz", START, END), "no quantity 'cutz'; did you mean cuts"),
        (Question("zzzz", START, END), "list them with: stalemate predict --list"),
        (Question("cuts", END, START), "turn it round"),
        (Question("cuts", date(1950, 6, 25), END), "1950-06-25 is outside toy, 1951-07-10 to 1953-07-27"),
        (Question("trucks", START, END, a_day=True), "a state, not a sum"),
        (Question("trucks", START, END, place="east"), "trucks has no places"),
        (Question("fire_ratio", START, END, place="east"), "fire_ratio has no places"),
        (Question("cuts", START, END, place="eats"), "no place 'eats'; there are west, middle, east"),
    ],
)
def test_answers__refuses_what_cannot_be_asked(question, message):
    with pytest.raises(QueryError, match=message):
        answers(toy_war.scenario(), [question], policy=toy_war.Plain())


def test_answers__reports_the_faults_of_all_questions_at_once():
    with pytest.raises(QueryError, match=r"(?s)'cutz'.*'shels_un'"):
        answers(toy_war.scenario(), [Question("cutz", START, END), Question("shels_un", START, END)])


def test_answers__refuses_an_unknown_policy_and_no_wars():
    with pytest.raises(PolicyError, match="expected one of"):
        predict(toy_war.scenario(), "cuts", START, END, policy="histerical")
    with pytest.raises(QueryError, match="replicates is 0"):
        predict(toy_war.scenario(), "cuts", START, END, replicates=0)


def test_quantities__hold_everything_recorded_and_ratios_of_recorded_sums():
    assert set(RECORDED) < set(QUANTITIES)
    for quantity in QUANTITIES.values():
        assert quantity.unit
        assert quantity.meaning
        if quantity.kind == "ratio":
            assert all(RECORDED[name].kind == "sum" for name in quantity.recorded)
