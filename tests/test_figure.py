"""Rows of the record: what a cell may hold, and what a figure says."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from stalemate.evidence.figure import Event, Figure, Reading, as_number

CELLS = {
    "id": "bridges_lost",
    "topic": "supply",
    "quantity": "Bridges lost",
    "low": "94",
    "high": "94",
    "values": None,
    "text": None,
    "unit": "bridges",
    "start": "1951-07-20",
    "end": "1951-08-25",
    "precision": "day",
    "side": "PVA",
    "place": None,
    "source": "a-book",
    "locator": None,
    "trust": "read",
    "reliability": "high",
    "note": None,
}
NO_VALUE = {"low": None, "high": None}


def figure(**cells):
    return Figure.model_validate(CELLS | cells)


@pytest.mark.parametrize(
    ("cells", "amounts", "value"),
    [
        ({}, (94.0,), "94"),
        ({"high": "1000000"}, (94.0, 1_000_000.0), "94 to 1,000,000"),
        (NO_VALUE | {"values": "0.35; 1200"}, (0.35, 1200.0), "0.35; 1,200"),
        (NO_VALUE | {"text": "forbidden"}, (), "forbidden"),
        (NO_VALUE | {"note": "Not found."}, (), "not found"),
    ],
)
def test_figure__has_one_kind_of_value(cells, amounts, value):
    assert figure(**cells).amounts == amounts
    assert figure(**cells).value == value


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"low": "95"}, "low <= high"),
        ({"low": None}, "both low and high"),
        ({"text": "many"}, "only one of"),
        ({"values": "1; 2"}, "only one of"),
        (NO_VALUE, "a note on why"),
        ({"low": "nan", "high": "nan"}, "finite"),
        ({"high": "inf"}, "finite"),
        ({"low": "many"}, "number"),
        ({"start": "1951-13-01"}, "month"),
        ({"start": "19510720"}, "a date such as"),
        ({"start": "662688000"}, "a date such as"),
        ({"end": "1951-07-19"}, "on or after the start"),
        ({"start": None}, "a start, or the precision"),
        ({"precision": "yearly"}, "a start, or the precision"),
        ({"trust": "rumoured"}, "read"),
        ({"id": "Bridges lost"}, "pattern"),
        ({"unit": None}, "string"),
    ],
)
def test_figure__refuses_a_faulty_cell(cells, said):
    with pytest.raises(ValidationError, match=said):
        figure(**cells)


@pytest.mark.parametrize(
    ("cells", "period"),
    [
        ({}, "1951-07-20 to 1951-08-25"),
        ({"end": "1951-07-20"}, "1951-07-20"),
        ({"end": None}, "from 1951-07-20"),
        ({"precision": "month"}, "1951-07 to 1951-08"),
        ({"precision": "year"}, "1951"),
        ({"start": None, "end": None, "precision": "yearly"}, "each year"),
    ],
)
def test_figure__says_its_period_no_finer_than_it_is_known(cells, period):
    assert figure(**cells).period == period


days = st.dates(datetime.date(1951, 7, 1), datetime.date(1951, 8, 15))


@given(st.tuples(days, days).map(sorted), st.tuples(days, days).map(sorted))
def test_figure__overlaps_as_the_sets_of_days_do(period, asked):
    """The plain twin writes out both periods day by day."""

    def written_out(ends):
        return {ends[0] + datetime.timedelta(n) for n in range((ends[1] - ends[0]).days + 1)}

    one = figure(start=period[0].isoformat(), end=period[1].isoformat())
    assert one.overlaps(*asked) == bool(written_out(period) & written_out(asked))
    assert one.overlaps(None, asked[1]) == (min(written_out(period)) <= asked[1])
    assert one.overlaps(asked[0], None) == (max(written_out(period)) >= asked[0])


@given(st.one_of(st.integers(-(10**12), 10**12), st.decimals(-(10**6), 10**6, places=3)))
def test_as_number__reads_back_as_the_same_number(number):
    assert float(as_number(float(number)).replace(",", "")) == pytest.approx(float(number), rel=1e-9)


@given(st.dictionaries(st.sampled_from(sorted(CELLS)), st.none() | st.text(max_size=30)))
def test_figure__any_text_gives_a_figure_or_a_validation_error(cells):
    try:
        one = figure(**cells)
    except ValidationError:
        return
    assert list(one.amounts) == (sorted(one.amounts) if one.low is not None else list(one.values))


READING = {
    "figure": "bridges_lost",
    "document": "a-book",
    "paragraph": "3",
    "values": "2; 250000",
    "scale": None,
    "unit": "bridges",
    "as_written": "two; quarter million",
    "reader": "second reader",
    "note": None,
}


def test_reading__is_scaled_to_the_unit_of_the_figure():
    assert Reading.model_validate(READING | {"scale": "0.25"}).scaled == (0.5, 62_500.0)
    assert Reading.model_validate(READING).scaled == (2.0, 250_000.0)


@pytest.mark.parametrize(
    "cells", [{"as_written": "two"}, {"values": None, "as_written": None}, {"paragraph": "0"}]
)
def test_reading__needs_a_token_for_each_value_and_a_paragraph(cells):
    with pytest.raises(ValidationError):
        Reading.model_validate(READING | cells)


def test_event__needs_a_place_on_the_globe():
    cells = {
        "id": "an-event",
        "start": "1951-07-10",
        "end": None,
        "precision": "day",
        "title": "Talks open",
        "place": "Kaesong",
        "lat_deg": "97.97",
        "lon_deg": "126.55",
        "category": "talks",
        "actors": "UNC; KPA",
        "summary": "They met.",
        "sources": "a-book",
        "cited": "A Book, p. 3",
        "trust": "excerpt",
    }
    assert Event.model_validate(cells | {"lat_deg": "37.97"}).actors == ("UNC", "KPA")
    with pytest.raises(ValidationError, match="90"):
        Event.model_validate(cells)
