"""In which worlds a policy wins: boxes that were planted are found, and nothing is found in noise."""

import json

import numpy as np
import pytest
from test_cli import call
from toy_pairs import runs_of

from stalemate.analysis import discovery
from stalemate.analysis.discovery import Box, Discovery, Limit, boxes, discover, sentences, told_apart
from stalemate.ensemble.runs import Runs
from stalemate.errors import QueryError
from stalemate.scenario import read
from stalemate.scenario.resolve import draws_of, quantiles

WAR = read.load("korea-1951")
PAIRS = 4000
DRAWN = draws_of(WAR, 1, range(PAIRS))
FORMS = {
    "repair": np.array([("queue", "own-clock")[war % 2] for war in range(PAIRS)]),
    "fire": np.array([("policy", "stock", "retribution", "surplus")[war // 2 % 4] for war in range(PAIRS)]),
}
HIGH, LOW = "works_cars", "repair_learning"


def row(name):
    return next(row for row in WAR.parameters if row.name == name)


def test_boxes__find_a_corner_that_was_planted():
    """Pairs win above .6 of one parameter and below .5 of another, and one in twenty elsewhere."""
    luck = np.random.default_rng(1)
    corner = (DRAWN[HIGH] > 0.6) & (DRAWN[LOW] < 0.5)
    wins = corner | (luck.random(PAIRS) < 0.05)
    first, *_ = boxes(WAR, DRAWN, FORMS, wins)
    limits = {limit.name: limit for limit in first.limits}
    assert set(limits) == {HIGH, LOW}
    assert limits[HIGH].shares == (pytest.approx(0.6, abs=0.04), 1.0)
    assert limits[LOW].shares == (0.0, pytest.approx(0.5, abs=0.04))
    assert limits[HIGH].high is None
    assert limits[HIGH].low == pytest.approx(
        float(quantiles(row(HIGH), np.array(limits[HIGH].shares[:1]))[0])
    )
    assert limits[HIGH].assumed is any(r.assumed for r in WAR.parameters if r.name == HIGH)
    assert first.density > 0.9
    assert first.coverage == pytest.approx(0.2 / (0.2 + 0.05 * 0.8), abs=0.05)
    assert first.mass == pytest.approx(0.2, abs=0.03)


def test_boxes__find_rival_forms():
    wins = np.isin(FORMS["fire"], ("retribution", "surplus"))
    (only,) = boxes(WAR, DRAWN, FORMS, wins)
    (limit,) = only.limits
    assert limit.forms == ("retribution", "surplus")
    assert str(limit) == "the form of fire is retribution or surplus"
    assert (only.density, only.coverage) == (1.0, 1.0)


def test_boxes__find_nothing_in_noise_nor_where_all_or_none_win():
    luck = np.random.default_rng(2)
    assert boxes(WAR, DRAWN, FORMS, luck.random(PAIRS) < 0.4) == ()
    assert boxes(WAR, DRAWN, FORMS, np.ones(PAIRS, bool)) == ()
    assert boxes(WAR, DRAWN, FORMS, np.zeros(PAIRS, bool)) == ()


def test_told_apart__is_the_difference_of_two_shares():
    wins = np.array([True, True, True, False, False])
    assert told_apart(np.array([True, True, False, True, False]), wins) == pytest.approx(2 / 3 - 1 / 2)
    assert told_apart(wins, np.ones(5, bool)) == 0


def pairs_of(difference):
    """Return a run of the flagship in which trucks lost differ so."""
    runs = runs_of({"trucks_lost": difference}, replicates=len(difference))
    recipe = type(runs.recipe)(**{**runs.recipe.__dict__, "scenario_digest": WAR.digest})
    return Runs(recipe, runs.kept)


@pytest.mark.parametrize(("direction", "share"), [("less", 0.1), ("more", 0.1), ("less", 0.0)])
def test_discover__a_win_is_so_much_of_the_other_policy_s_own(direction, share):
    corner = DRAWN[HIGH][:1000] > 0.7
    found = discover(pairs_of(np.where(corner, -300.0, 300.0)), WAR, "trucks_lost", direction, share)
    runs = pairs_of(np.where(corner, -300.0, 300.0))
    a, b = runs.outcome(0, "trucks_lost"), runs.outcome(1, "trucks_lost")
    by_hand = (a - b < -share * b) if direction == "less" else (a - b > share * b)
    assert found.wins == pytest.approx(by_hand.mean())
    (limit,) = found.boxes[0].limits
    assert limit.name == HIGH
    assert (limit.low is None) == (direction == "more")


def test_discover__refuses_what_it_cannot_use(monkeypatch):
    runs = pairs_of(np.zeros(600))
    with pytest.raises(QueryError, match="no outcome 'peace'"):
        discover(runs, WAR, "peace", "less", 0.1)
    with pytest.raises(QueryError, match="a share of -1"):
        discover(runs, WAR, "trucks_lost", "less", -1)
    with pytest.raises(QueryError, match="discovery needs 500"):
        discover(pairs_of(np.zeros(400)), WAR, "trucks_lost", "less", 0.1)
    monkeypatch.setattr(discovery, "find_spec", lambda name: None)
    with pytest.raises(QueryError, match="pip install"):
        discover(runs, WAR, "trucks_lost", "less", 0.1)


def test_sentences__say_the_worlds_in_plain_words():
    limit = Limit("works_cars", (), 57.4, None, (0.6, 1.0), "cars/day", assumed=True)
    both = Limit("truck_serviceable", (), 0.5, 0.7, (0.1, 0.9), "1", assumed=False)
    told = Discovery(
        "front_tonnes", "banfill", "smart", "less", 0.1, 2000, 0.3, (Box((limit, both), 0.8, 0.6, 0.2),)
    )
    head, so = sentences(told)
    assert head == "Delivered to the front: banfill is at least 10% below smart in 30% of 2,000 pairs."
    assert so == (
        "So it is where works_cars is above 57.4 cars/day (assumed); and truck_serviceable is above 0.5 and "
        "below 0.7 (from figures): of the pairs of such worlds 80% are so, and they hold 60% of all that are "
        "(pairs kept apart from the search)."
    )
    for wins, words in ((0.0, "no such world"), (1.0, "in every world"), (0.4, "No few doubts")):
        assert words in sentences(Discovery("cuts", "a", "b", "more", 0.0, 10, wins, ()))[1]


def test_worlds__on_the_command_line_says_sentences_and_gives_json(capsys, monkeypatch, tmp_path):
    corner = DRAWN[HIGH][:1000] > 0.7
    runs = pairs_of(np.where(corner, -300.0, 300.0))
    monkeypatch.setattr("stalemate.ensemble.runs.read_run", lambda folder: runs)
    monkeypatch.setenv("COLUMNS", "80")
    asked = ["worlds", tmp_path, "--outcome", "trucks_lost"]
    code, out, _ = call(capsys, *asked, "--less", "10%")
    assert code == 0
    assert out.startswith("Trucks lost: alpha is at least 10% below beta in ")
    assert max(map(len, out.splitlines())) <= 80
    code, out, _ = call(capsys, *asked, "--more", "0.1", "--json")
    assert json.loads(out)["boxes"][0]["limits"][0]["name"] == HIGH
    code, _, err = call(capsys, *asked, "--more", "1", "--less", "1")
    assert code == 2
    assert "one of the two" in err
    code, _, err = call(capsys, *asked, "--less", "much")
    assert code == 2
    assert "expected a share such as 5%" in err
