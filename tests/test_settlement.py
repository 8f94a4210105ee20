"""The second question, on the flagship with few wars: shares, pairing, evidence, words, and the command."""

import json
from datetime import date
from functools import cache

import numpy as np
import pytest
from test_cli import call

from stalemate.analysis.concessions import EVENTS
from stalemate.analysis.settlement import said, settlement
from stalemate.engine.simulate import prepare, simulate
from stalemate.errors import PolicyError, QueryError
from stalemate.policies.naming import named
from stalemate.scenario import read
from stalemate.scenario.extend import extended
from stalemate.scenario.resolve import Structures, resolve
from stalemate.systems.diplomacy import EXPLANATIONS

WARS = 48


@cache
def answer():
    return settlement(read.load("korea-1951"), ["none", "banfill"], replicates=WARS, seed=2)


@cache
def by_hand():
    """Return the daily record of the historical wars, and their worlds."""
    longer = extended(read.load("korea-1951"), date(1954, 12, 31))
    record = ("hazard", "settled", "civilian_deaths")
    block = simulate(prepare(longer), named("historical", longer), 2, range(WARS), record=record)
    return longer, block.daily, resolve(longer, 2, range(WARS), Structures())


def test_settlement__shares_of_quarters_sum_to_one():
    found = answer()
    assert found.quarters[0] == "1951 Q3"
    assert found.quarters[-2:] == ("1954 Q4", "later")
    assert len(found.endings) == 2 * len(EXPLANATIONS)
    for ending in found.endings:
        for shares in (ending.prior, *ending.posterior.values()):
            assert len(shares) == len(found.quarters)
            assert sum(shares) == pytest.approx(1)
            assert min(shares) >= 0


def test_settlement__weighs_by_the_densities_of_the_recorded_days():
    """Weights by hand, from the hazards of the historical wars: 402 days at risk, then the event."""
    longer, daily, _ = by_hand()
    first, last = longer.day_of(date(1952, 5, 2)), longer.day_of(date(1953, 6, 8))
    assert last - first == 402
    hazard = daily["hazard"].astype(float)
    weights = hazard[:, last] * np.exp(-hazard[:, first:last].sum(1))
    expected = weights.sum(0) ** 2 / (weights**2).sum(0)
    for e, name in enumerate(EXPLANATIONS):
        found = next(one for one in answer().endings if one.explanation == name)
        assert found.effective["agreement"] == pytest.approx(expected[e])


def test_settlement__dates_the_armistice_by_agreement_and_signing():
    longer, daily, worlds = by_hand()
    one = settlement(read.load("korea-1951"), ["historical"], replicates=WARS, seed=2)
    assert one.shifts == ()
    for e, name in enumerate(EXPLANATIONS):
        shares = next(ending.prior for ending in one.endings if ending.explanation == name)
        later = 0
        for r in range(WARS):
            days = np.flatnonzero(daily["settled"][r, :, e])
            signed = days[0] + round(float(worlds["talks_signing_days"][r])) if len(days) else longer.days
            later += signed >= longer.days
        assert shares[-1] == pytest.approx(later / WARS)


def test_settlement__counts_the_civilians_killed_until_the_signing_day_by_day():
    longer, daily, worlds = by_hand()
    toll = next(toll for toll in answer().tolls if toll.explanation == "threat")
    one = settlement(read.load("korea-1951"), ["historical"], replicates=WARS, seed=2)
    alone = next(toll for toll in one.tolls if toll.explanation == "threat")
    e, killed = EXPLANATIONS.index("threat"), []
    for r in range(WARS):
        days = np.flatnonzero(daily["settled"][r, :, e])
        signed = days[0] + round(float(worlds["talks_signing_days"][r])) if len(days) else longer.days
        killed.append(daily["civilian_deaths"][r, : signed + 1].astype(float).sum())
    assert alone.killed["historical"].median == pytest.approx(np.median(killed))
    assert alone.difference is None
    assert toll.killed["none"].high == 0
    assert toll.difference.median == -toll.killed["banfill"].median


def test_settlement__does_not_move_none_and_is_later_without_pressure():
    shifts = {shift.explanation: shift for shift in answer().shifts}
    none = shifts["none"].prior
    assert (none.low, none.median, none.high) == (0, 0, 0)
    assert shifts["none"].open_a == shifts["none"].open_b
    air = shifts["air-pressure"].prior
    assert air.high > 0
    assert air.low >= -1
    assert air.replicates == WARS


def test_said__begins_with_what_one_war_cannot_show():
    paragraphs = said(answer())
    assert paragraphs[0].startswith("One war that ended once cannot show what ended it.")
    assert "stalemate explain" in paragraphs[0]
    assert "second question" in paragraphs[-1]
    assert "assumed" in paragraphs[-1]


def test_settlement__is_the_same_on_any_number_of_workers():
    war = read.load("korea-1951")
    assert settlement(war, ["none", "banfill"], replicates=WARS, seed=2, workers=1) == answer()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"policies": []}, QueryError),
        ({"policies": ["none"] * 3}, QueryError),
        ({"policies": ["nobody"]}, PolicyError),
        ({"policies": ["none"], "until": date(1953, 7, 27)}, QueryError),
        ({"policies": ["none"], "replicates": 0}, QueryError),
    ],
)
def test_settlement__refuses_what_cannot_be_answered(arguments, error):
    with pytest.raises(error):
        settlement(read.load("korea-1951"), **arguments)


def test_compare__answers_the_second_question_in_words(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = call(
        capsys, "compare", "restraint", "historical", "--until-armistice", "-n", "8", "--until", "1953-12-31"
    )
    assert code == 0
    lines = out.splitlines()
    assert lines[0].startswith("A second question")
    assert max(map(len, lines)) <= 80
    assert not [word for word in out.split() if word.endswith("…")]
    for words in (
        "One war that ended once",
        "restraint",
        "air-pressure",
        "Civilians killed by bombing",
        "assumed",
    ):
        assert words in out


def test_compare__answers_the_second_question_for_scripts(capsys):
    code, out, _ = call(capsys, "compare", "restraint", "--until-armistice", "-n", "8", "--json")
    assert code == 0
    found = json.loads(out)
    assert found["question"] == "until-armistice"
    assert found["events"] == {"agreement": "1953-06-08", "first-step": "1953-03-28"}
    assert set(EVENTS) == set(found["events"])
    assert len(found["endings"]) == 14
    assert found["said"][0].startswith("One war")


@pytest.mark.parametrize("option", [["--since-parting"], ["--out", "x"], ["--picture", "x.svg"]])
def test_compare__refuses_options_of_the_first_question(capsys, option):
    code, _, err = call(capsys, "compare", "restraint", "--until-armistice", *option)
    assert code == 2
    assert "leave out" in err
