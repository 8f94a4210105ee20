"""What each service cost and did: ratios by hand, and totals that agree with other questions."""

import json
import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stalemate.analysis.predict import predict
from stalemate.analysis.services import per, services
from stalemate.errors import QueryError
from stalemate.interfaces.servicetables import services_payload
from stalemate.scenario import read

WAR = read.load("korea-1951")
SHORT = date(1951, 9, 15)
ANSWER = services(WAR, ["historical", "none"], replicates=12, seed=3, until=SHORT)


@given(st.lists(st.tuples(st.floats(0, 1e6), st.just(0.0) | st.floats(1e-3, 1e6)), min_size=1, max_size=20))
def test_per__is_a_ratio_war_by_war_and_nothing_to_nothing_is_no_number(pairs):
    above, below = (np.array(side) for side in zip(*pairs, strict=True))
    for found, (up, down) in zip(per(above, below, 1000), pairs, strict=True):
        assert math.isnan(found) if down == 0 else found == pytest.approx(1000 * up / down)


def test_services__cover_every_class_once_under_each_policy():
    for policy in ("historical", "none"):
        rows = [row for row in ANSWER.rows if row.policy == policy]
        classes = [name for row in rows for name in row.classes]
        assert sorted(classes) == sorted(row.id for row in WAR.classes)
        assert {row.service for row in rows} == {row.service for row in WAR.classes}


@pytest.mark.parametrize(("quantity", "field"), [("sorties", "sorties"), ("aircraft_lost", "aircraft_lost")])
def test_services__totals_are_those_of_the_same_question_asked_by_class(quantity, field):
    for row in ANSWER.rows:
        asked = predict(
            WAR,
            quantity,
            WAR.start,
            SHORT,
            place="+".join(row.classes),
            policy=row.policy,
            replicates=12,
            seed=3,
        )
        assert getattr(row, field).median == pytest.approx(asked.estimate.median, rel=1e-6)


def test_services__civilians_killed_are_those_of_the_same_question_over_all_bombs():
    asked = predict(WAR, "civilian_deaths", WAR.start, SHORT, policy="historical", replicates=12, seed=3)
    assert ANSWER.killed["historical"].median == pytest.approx(asked.estimate.median, rel=1e-6)
    assert ANSWER.killed["none"].high == 0
    assert services_payload(ANSWER)["civilians_killed"]["none"]["median"] == 0


def test_services__a_policy_named_twice_is_run_once():
    rows = services(WAR, ["none", "none"], replicates=2, seed=3, until=SHORT).rows
    assert len(rows) == len({row.service for row in rows})


def test_services__without_bombing_cost_and_do_nothing():
    for row in ANSWER.rows:
        if row.policy == "none":
            assert row.sorties.high == row.aircraft_lost.high == 0
            assert math.isnan(row.lost_per_1000.median)


def test_services__refuse_a_day_outside_the_war():
    with pytest.raises(QueryError):
        services(WAR, ["historical"], replicates=1, until=date(1960, 1, 1))


def test_services__payload_holds_no_nan():
    assert json.loads(json.dumps(services_payload(ANSWER), allow_nan=False))["by"] == "service"
