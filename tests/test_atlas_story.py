"""The story in twelve steps: each sentence stands on entries of the record, each number stands in them."""

import pytest

from stalemate.evidence.readings import number_tokens
from stalemate.interfaces.atlas.archive import Archive, began
from stalemate.interfaces.atlas.story import story

ARCHIVE = Archive.load()
SENTENCES = [sentence for step in story() for sentence in step.says]
NO_QUANTITY = {"one", "two", "half", "first", "last", "second"}
"""Words that are numbers and count nothing that a figure would have to give."""


def entry(cite):
    kind, _, id = cite.partition("/")
    return {"events": ARCHIVE.events, "figures": ARCHIVE.ledger.figures}[kind][id]


def held(cite):
    """Return every number of an entry: amounts, numbers in its words, parts of its dates."""
    one = entry(cite)
    numbers = set(getattr(one, "amounts", ()))
    words = [getattr(one, name, "") for name in ("title", "summary", "quantity", "unit", "note")]
    numbers |= {token.value for text in words for token in number_tokens(text.replace("-", " "))}
    for day in (one.start, one.end):
        numbers |= {day.year, day.month, day.day} if day else set()
    return numbers


def numbers_in(text):
    """Return the numbers of a sentence; a time such as 10:00 is its hour."""
    plain = text.replace(":00", "")
    return [token.value for token in number_tokens(plain) if token.text not in NO_QUANTITY]


def test_story__has_twelve_steps_in_the_order_of_their_events():
    assert len(story()) == 12
    days = [began(ARCHIVE.events[step.event]) for step in story()]
    assert days == sorted(days)


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda one: one.text[:40])
def test_story__every_number_stands_in_an_entry_that_is_cited(sentence):
    assert sentence.cites
    known = set().union(*(held(cite) for cite in sentence.cites))
    assert [number for number in numbers_in(sentence.text) if number not in known] == []


def test_story__a_false_number_would_be_found():
    sentence = next(one for one in SENTENCES if "15,000" in one.text)
    known = set().union(*(held(cite) for cite in sentence.cites))
    assert set(numbers_in(sentence.text.replace("15,000", "15,001"))) - known == {15001}


def test_story__rests_mostly_on_what_was_read():
    cites = {cite for sentence in SENTENCES for cite in sentence.cites}
    recalled = {cite for cite in cites if entry(cite).trust == "recalled"}
    assert len(recalled) < len(cites) / 6
