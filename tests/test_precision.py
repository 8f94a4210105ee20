"""Replicates by precision: errors in closed form, rounds that end where they should, the same bytes."""

import json
import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import toy_war
from test_cli import call

from stalemate.analysis.precision import precise_runs, precision
from stalemate.ensemble.runner import run, run_until
from stalemate.ensemble.store import different_files
from stalemate.errors import QueryError, RunError

EARLY = date(1951, 7, 12)
NUMBERS = st.lists(st.tuples(*[st.floats(-1e6, 1e6).map(lambda x: round(x, 3))] * 2), min_size=2, max_size=40)


@pytest.fixture(autouse=True)
def _toy(monkeypatch):
    toy_war.put_in_place(monkeypatch)
    monkeypatch.setattr("stalemate.scenario.read.load", lambda name: toy_war.scenario())
    known = {"shifted": toy_war.Shifted(), "plain": toy_war.Plain()}
    monkeypatch.setattr("stalemate.ensemble.runner.named", lambda name, war: known[name])
    monkeypatch.setenv("COLUMNS", "80")


@given(NUMBERS, st.floats(0.01, 0.9))
def test_precision__is_the_error_of_a_mean_and_what_would_do_would_do(pairs, share):
    a, b = (np.array(side) for side in zip(*pairs, strict=True))
    found = precision(a, b, share, "front_tonnes")
    spread, mean = float(np.std(a - b, ddof=1)), float(np.mean(a - b))
    assert found.error == pytest.approx(1.6448536 * spread / math.sqrt(len(a)))
    assert found.met == (found.error <= share * abs(found.mean))
    if mean == 0:
        assert found.needed is None
    else:
        assert found.needed >= 2
        assert 1.6448536 * spread / math.sqrt(found.needed) <= share * abs(mean) * (1 + 1e-6)
        fewer = found.needed - 1
        assert fewer < 2 or 1.6448536 * spread / math.sqrt(fewer) > share * abs(mean) * (1 - 1e-6)


def test_precision__independent_wars_vary_by_both_variances():
    luck = np.random.default_rng(3)
    shared = luck.normal(0, 10, 4000)
    a, b = 7 + shared + luck.normal(0, 1, 4000), shared + luck.normal(0, 1, 4000)
    found = precision(a, b, 0.02, "front_tonnes")
    assert found.independent / found.needed == pytest.approx((a.var() + b.var()) / (a - b).var(), rel=0.02)
    by_hand = (1.645 / (0.02 * 7)) ** 2 * 2 * (100 + 1)
    assert found.independent == pytest.approx(by_hand, rel=0.1)


def test_run_until__stores_the_bytes_of_a_plain_run_of_as_many(tmp_path):
    seen = []

    def wanted(kept):
        seen.append(len(kept[0].repair))
        return 700

    war = toy_war.scenario()
    grown = run_until(
        war, toy_war.Plain(), wanted, most=5000, seed=4, until=EARLY, out=tmp_path / "grown", workers=2
    )
    run(war, toy_war.Plain(), replicates=768, seed=4, until=EARLY, out=tmp_path / "plain")
    assert seen == [512, 768]
    assert grown.recipe.replicates == 768
    assert different_files(tmp_path / "grown", tmp_path / "plain") == []


@pytest.mark.parametrize(("most", "fought"), [(300, [300]), (600, [512, 600])])
def test_run_until__ends_at_the_most(most, fought):
    seen = []

    def wanted(kept):
        seen.append(len(kept[0].repair))
        return 10**9

    runs = run_until(toy_war.scenario(), toy_war.Plain(), wanted, most=most, until=EARLY)
    assert seen == fought
    assert runs.recipe.replicates == most


def test_run_until__refuses_a_folder_that_is_there(tmp_path):
    with pytest.raises(RunError, match="exists already"):
        run_until(toy_war.scenario(), toy_war.Plain(), lambda kept: 0, most=512, until=EARLY, out=tmp_path)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"outcome": "glory"}, "no outcome 'glory'; there are front_tonnes"),
        ({"share": 0.0}, "above 0 and below 1"),
        ({"share": 1.5}, "precision is 1.5"),
        ({"most": 511}, "expected 512 or more"),
    ],
)
def test_precise_runs__refuses_what_cannot_be_reached(changed, words):
    asked = {"share": 0.05} | changed
    with pytest.raises(QueryError, match=words):
        precise_runs(toy_war.scenario(), "shifted", "plain", asked.pop("share"), **asked)


def test_compare__by_precision_says_what_it_took(capsys):
    asked = ["compare", "shifted", "plain", "--precision", "5%", "--until", "1952-09-02", "--workers", "1"]
    code, out, _ = call(capsys, *asked)
    words = " ".join(out.split())
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    assert "after 512 pairs. 5% of it is reached; 2 pairs would do" in words
    found = json.loads(call(capsys, *asked, "--precision-of", "cuts", "--json")[1])
    assert (found["precision"]["outcome"], found["replicates"]) == ("cuts", 512)


def test_compare__tells_a_share_that_is_none(capsys):
    code, _, err = call(capsys, "compare", "shifted", "plain", "--precision", "half")
    assert code == 2
    assert "expected a share such as 5% or" in " ".join(err.split())
