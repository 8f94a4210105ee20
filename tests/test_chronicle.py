"""The chronicle: days, spans, words, and events without a source."""

import calendar
import datetime
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stalemate import shipped
from stalemate.errors import EvidenceError, QueryError
from stalemate.evidence.chronicle import Chronicle

CHRONICLE = Chronicle.load()


def titles(events):
    return [event.title for event in events]


def test_chronicle__runs_from_malik_to_the_first_commission():
    assert len(CHRONICLE.events) == 276
    assert CHRONICLE.events[0].start == datetime.date(1951, 6, 23)
    assert CHRONICLE.events[-1].start == datetime.date(1953, 7, 28)
    starts = [event.start for event in CHRONICLE.events]
    assert starts == sorted(starts)


def test_chronicle__every_event_has_sources_of_the_bibliography():
    for event in CHRONICLE.events:
        assert event.sources, event.id
        assert set(event.sources) <= set(CHRONICLE.sources), event.id


def test_chronicle__words_about_the_day_became_a_precision():
    assert not any("day not given" in e.summary or "day recalled" in e.summary for e in CHRONICLE.events)
    by_precision = {p: sum(e.precision == p for e in CHRONICLE.events) for p in ("month", "recalled_day")}
    assert by_precision["month"] >= 6
    assert by_precision["recalled_day"] == 2


def test_on_this_day__knows_the_armistice():
    assert "Armistice signed" in titles(CHRONICLE.on_this_day(7, 27))


def test_on_this_day__finds_each_dated_event_on_its_day_and_no_other():
    """All days of a leap year together give back every event whose day is known, once."""
    found = []
    for month in range(1, 13):
        for day in range(1, calendar.monthrange(1952, month)[1] + 1):
            found += CHRONICLE.on_this_day(month, day)
    assert sorted(e.id for e in found) == sorted(e.id for e in CHRONICLE.events if e.precision == "day")


@pytest.mark.parametrize(("month", "day"), [(2, 30), (13, 1), (0, 1), (4, 31), (1, 0), (1, -1)])
def test_on_this_day__refuses_a_day_that_does_not_exist(month, day):
    with pytest.raises(QueryError, match=f"no day {day} in month {month}"):
        CHRONICLE.on_this_day(month, day)


def test_on_this_day__accepts_the_leap_day():
    assert CHRONICLE.on_this_day(2, 29) == ()


@given(st.dates(datetime.date(1951, 6, 1), datetime.date(1953, 8, 1)))
def test_between__two_spans_share_no_event_and_lose_none(cut):
    before = CHRONICLE.between(datetime.date(1951, 1, 1), cut)
    after = CHRONICLE.between(cut + datetime.timedelta(1), datetime.date(1954, 1, 1))
    assert before + after == CHRONICLE.events


def test_search__is_in_any_case_and_wants_every_word():
    toksan = CHRONICLE.search("TOKSAN dam")
    assert toksan
    assert set(toksan) == set(CHRONICLE.search("toksan")) & set(CHRONICLE.search("dam"))
    assert CHRONICLE.search("toksan zeppelin") == ()


@given(st.text(max_size=20))
def test_search__never_fails_and_never_invents(text):
    assert set(CHRONICLE.search(text)) <= set(CHRONICLE.events)


def test_load__tells_a_missing_source_and_a_bad_date_at_once(tmp_path):
    folder = shutil.copytree(shipped.folder("record"), tmp_path / "record")
    path = folder / "events.csv"
    text = path.read_text(encoding="utf-8")
    text = text.replace(",wilson-center-armistice,", ",wilson-centre,", 1).replace(
        ",1951-07-10,", ",10 July,", 1
    )
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EvidenceError) as caught:
        Chronicle.load(folder)
    assert "'wilson-centre'" in str(caught.value)
    assert "a date such as 1951-07-10" in str(caught.value)
    assert len(caught.value.faults) == 2
