"""The question of a run: address, form, JSON and queue say the same; what is wrong is told at once."""

import json
from contextlib import suppress
from pathlib import Path
from typing import get_args
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stalemate.ensemble import jobs
from stalemate.interfaces.atlas import runquestions as asked
from stalemate.interfaces.atlas.faults import Malformed
from stalemate.interfaces.atlas.runquestions import (
    RangeAsked,
    RunQuestion,
    asked_of,
    in_order,
    question_of,
    read_question,
    write_question,
)
from stalemate.scenario.air import LAWS
from stalemate.scenario.forms import FIRE_FORMS, REPAIR_FORMS

ROOT = Path(__file__).resolve().parents[1]
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
RANGES = st.builds(
    RangeAsked, name=st.from_regex(r"[a-z][a-z0-9_]{0,30}", fullmatch=True), low=NUMBERS, high=NUMBERS
)
QUESTIONS = st.builds(
    RunQuestion,
    policies=st.lists(
        st.from_regex(r"[a-z][a-z0-9-]{0,9}(:cap=0\.[0-9])?", fullmatch=True), min_size=2, max_size=4
    ),
    law=st.sampled_from([None, *LAWS]),
    replicates=st.integers(1, asked.MOST_WARS),
    seed=st.integers(0, asked.LARGEST_SEED),
    repair=st.lists(st.sampled_from(REPAIR_FORMS), min_size=1, unique=True),
    fire=st.lists(st.sampled_from(FIRE_FORMS), min_size=1, unique=True),
    since_parting=st.booleans(),
    ranges=st.lists(RANGES, max_size=4, unique_by=lambda one: one.name),
).map(in_order)


def read(address):
    return read_question(parse_qsl(address, keep_blank_values=True, strict_parsing=bool(address)))


@given(QUESTIONS)
def test_address__comes_back_as_it_was(question):
    assert read(write_question(question)) == question


@given(QUESTIONS)
def test_queue__is_asked_the_same(question):
    assert question_of(asked_of(question)) == question


@given(QUESTIONS)
def test_json__comes_back_as_it_was(question):
    assert RunQuestion.model_validate_json(question.model_dump_json()) == question


def test_address__of_the_first_question_is_empty():
    assert write_question(RunQuestion()) == ""
    assert read("") == RunQuestion()


def test_form__says_the_same_as_an_address():
    form = [
        ("policies", "banfill"),
        ("policies", " smart "),
        ("policies", ""),
        ("replicates", "300"),
        ("seed", "7"),
        ("since", "parting"),
        ("law", ""),
        ("repair", "own-clock"),
        ("fire", "surplus"),
        ("fire", "policy"),
        ("low.truck_payload_t", "2"),
        ("high.truck_payload_t", "2.5"),
        ("low.civil_cars", ""),
        ("high.civil_cars", ""),
    ]
    address = (
        "policies=banfill,smart&replicates=300&seed=7&repair=own-clock&fire=policy,surplus"
        "&since=parting&ranges=truck_payload_t:2..2.5"
    )
    assert read_question(form) == read(address)
    assert write_question(read_question(form)) == address.replace(",", "%2C").replace(":", "%3A")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("x=1", "no part of a question"),
        ("replicates=many", "valid integer"),
        ("replicates=0", "greater than or equal to 1"),
        ("replicates=1e3", "valid integer"),
        ("seed=-1", "valid integer"),
        ("seed=1&seed=2", "seed more than once"),
        ("since=yesterday", "expected start or parting"),
        ("law=jungle", "hague-1907"),
        ("policies=banfill", "at least 2"),
        ("policies=a,b,c,d,e", "at most 4"),
        ("policies=a/../b,c", "pattern"),
        ("repair=glue", "queue"),
        ("ranges=a:1", "NAME:LOW..HIGH"),
        ("ranges=a:1..inf", "finite"),
        ("low.a=1", "NAME:LOW..HIGH"),
        ("ranges=" + ",".join(f"a{n}:1..2" for n in range(13)), "at most 12"),
    ],
)
def test_address__refuses_what_is_no_question(address, words):
    with pytest.raises(Malformed, match=words):
        read(address)


def test_address__tells_all_faults_at_once():
    with pytest.raises(Malformed) as told:
        read("x=1&replicates=a&since=b&ranges=c&law=d")
    assert len(str(told.value).splitlines()) == 5


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=6))
def test_address__hostile_ones_are_read_or_refused(pairs):
    with suppress(Malformed):
        question = read_question(pairs)
        assert read(write_question(question)) == question


def test_question__knows_what_the_model_knows():
    assert get_args(asked.Repair) == REPAIR_FORMS
    assert get_args(asked.Fire) == FIRE_FORMS
    assert (asked.MOST_WARS, asked.MOST_POLICIES) == (jobs.MOST_WARS, jobs.MOST_POLICIES)


def test_queue__a_law_of_some_policies_stays_with_them():
    question = RunQuestion(policies=["banfill:law=hague-1907", "historical"])
    assert question_of(asked_of(question)) == question


def test_address__samples_that_the_front_end_reads_mean_the_same_here():
    samples = json.loads((ROOT / "frontend" / "tests" / "questions.json").read_text())
    assert len(samples) > 4
    for sample in samples:
        told = dict(sample["question"])
        since = told.pop("since") == "parting"
        question = RunQuestion.model_validate(told | {"law": told["law"] or None, "since_parting": since})
        assert read(sample["address"]) == question
        assert write_question(question) == sample["address"]
