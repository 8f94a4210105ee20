"""The committee's list on a day: its terms, its sums, and why targets are left alone."""

import json
from datetime import date

import numpy as np
import pytest
from stepping import flagship

from stalemate.analysis.ranking import ranking
from stalemate.engine.history import History
from stalemate.errors import PolicyError, QueryError
from stalemate.interfaces.cli import main
from stalemate.scenario.air import TARGET_CLASSES

WHEN = date(1951, 8, 20)


@pytest.fixture(scope="module")
def war():
    return flagship().scenario


@pytest.fixture(scope="module")
def given(war):
    return ranking(war, "historical", WHEN, replicates=3)


@pytest.fixture(scope="module")
def lawful(war):
    return ranking(war, "no-restrictions:law=additional-protocol-1", date(1952, 7, 10), replicates=2)


def test_ranking__holds_every_target_once_and_sums_by_class(given):
    prepared = flagship()
    assert sorted(row.target for row in given.targets) == sorted(prepared.targets)
    assert {row.name for row in given.classes} == {*TARGET_CLASSES, "rail", "road"}
    scores = [row.score.median for row in given.targets if row.aircraft_class]
    assert scores == sorted(scores, reverse=True)


def test_ranking__score_is_effect_times_damage_less_cost(war):
    """In one war a median is the value itself."""
    one = ranking(war, "smart", date(1952, 7, 10), replicates=1)
    flown = [row for row in one.targets if row.aircraft_class]
    assert len(flown) > 100
    for row in flown:
        assert 0 <= row.damage.median <= 1
        assert row.cost.median >= 0
        package = row.effect.median * row.damage.median / (row.score.median + row.cost.median or 1.0)
        assert row.effect.median == 0 or 1.9 < package < 41
    for row in one.targets:
        assert (row.planned.median > 0) == (row.chosen == 1) == (row.why_not is None)


def test_ranking__plans_what_the_orders_give(given):
    """The carriers' standing sorties at fixed targets, less what no target can take."""
    prepared = flagship()
    ordered = History(prepared)(WHEN)
    shared = 14 * (ordered.destruction * (ordered.attention.sum(1) > 0)).sum()
    planned = sum(row.planned.median for row in given.classes if row.name in TARGET_CLASSES)
    assert planned == pytest.approx(shared, rel=0.02)
    lines = {row.name: row.planned.median for row in given.classes if row.name in ("rail", "road")}
    assert lines["rail"] == pytest.approx(14 * (ordered.rail.sum() + ordered.bridge.sum()))
    assert lines["road"] == pytest.approx(14 * ordered.road.sum())


def test_ranking__says_why_a_target_is_left_alone(given, lawful):
    reasons = {row.target: row.why_not for row in given.targets}
    assert reasons["antung-airfield"].startswith("never to be struck: ")
    assert reasons["suiho"].startswith("needs leave of president, had theatre: ")
    assert reasons["toksan-dam"] == "the orders give the class dam no share"
    forbidden = {row.target_class for row in lawful.targets if row.why_not and "article" in row.why_not}
    assert forbidden == {"town", "dam"}
    text = next(row.why_not for row in lawful.targets if row.target_class == "dam")
    assert text.startswith("forbidden by additional-protocol-1, article ")
    unknown = [row.target for row in lawful.targets if row.why_not == "not known yet"]
    places = {target.id: target.known_from for target in flagship().scenario.targets}
    assert unknown
    assert all(places[name] > date(1952, 7, 10) for name in unknown)


def test_ranking__is_the_same_under_the_same_seed(war, given):
    again = ranking(war, "historical", WHEN, replicates=3, workers=1)
    np.testing.assert_equal(again.targets, given.targets)


def test_ranking__refuses_days_and_policies_that_are_not_there(war):
    with pytest.raises(QueryError, match="1949-01-01 is outside"):
        ranking(war, "smart", date(1949, 1, 1))
    with pytest.raises(PolicyError, match="did you mean 'smart'"):
        ranking(war, "smrt", WHEN)


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        main(["targets", "--date", str(WHEN), "-n", "2", *arguments])
    return left.value.code, capsys.readouterr()


def test_targets__prints_lines_of_80_columns(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    code, printed = run(capsys, "--top", "158")
    assert code == 0
    assert max(len(line) for line in printed.out.splitlines()) <= 80
    assert "never to be struck" in " ".join(printed.out.split())


def test_targets__gives_the_same_numbers_to_scripts(capsys, war):
    code, printed = run(capsys, "--policy", "historical", "--json", "--top", "5")
    assert code == 0
    payload = json.loads(printed.out)
    answer = ranking(war, "historical", WHEN, replicates=2)
    assert [row["target"] for row in payload["targets"]] == [row.target for row in answer.targets[:5]]
    assert payload["targets"][0]["effect"]["median"] == answer.targets[0].effect.median
    assert len(payload["classes"]) == len(answer.classes)


def test_targets__sums_by_class(capsys):
    code, printed = run(capsys, "--by", "class", "--policy", "historical:law=additional-protocol-1")
    assert code == 0
    assert "headquarters" in printed.out
    assert "within a class" in " ".join(printed.out.split())


def test_targets__says_what_is_wrong(capsys):
    code, printed = run(capsys, "--policy", "nonsense")
    assert code == 2
    assert "found the policy 'nonsense'" in printed.err
