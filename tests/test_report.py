"""Pages that stand alone: what they hold, that nothing is fetched or run, and where marks of a strip lie."""

import math
import re
from base64 import b64decode
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import toy_war

from stalemate.analysis.baselines import Band
from stalemate.analysis.estimate import Estimate
from stalemate.analysis.predict import Prediction
from stalemate.analysis.scorecard import Score, scorecard_of
from stalemate.engine.simulate import Structures
from stalemate.ensemble.questions import Question
from stalemate.ensemble.runner import run
from stalemate.errors import QueryError
from stalemate.evidence.ledger import Ledger
from stalemate.interfaces import pages
from stalemate.interfaces.cli import main
from stalemate.interfaces.pages import report_page, scorecard_page
from stalemate.interfaces.strips import WIDE, strip_of
from stalemate.scenario.read import load

WAR = load("korea-1951")
LEDGER = Ledger.load()
VOID = {"meta", "img", "br", "rect", "link", "input"}


@pytest.fixture(scope="module")
def pair():
    return run(WAR, ["banfill", "historical"], replicates=16)


@pytest.fixture(scope="module")
def page(pair):
    return report_page([pair], WAR, LEDGER)


class Reader(HTMLParser):
    """Gathers tags, attributes and text, and checks that every element is closed in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.words = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attributes]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attributes]

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.words))


def score(low, high, band, **known):
    """Return a row with the given record, band and baselines."""
    observed = toy_war.observed("cuts", "1951-09-01", "1951-09-30", low, high)
    question = Question("cuts", observed.start, observed.end)
    estimate = Estimate(band[1], band[0], band[2], "cuts", 9)
    return Score(observed, Prediction(question, estimate, "historical", 1, Structures()), known)


@given(st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=5))
def test_strip__order_and_proportion_are_those_of_the_numbers(numbers):
    low, high = sorted(numbers[:2])
    band = sorted(numbers[2:])
    strip = strip_of(score(low, high, band))
    ends = (strip.left, strip.right)

    def place(value):
        a, b, v = (math.log(x) if strip.log else x for x in (*ends, value))
        return 100 * (v - a) / (b - a)

    assert strip.left < strip.right
    for value, shown in ((low, strip.record.low), (high, strip.record.high), (band[1], strip.median)):
        assert 0 <= shown <= 100
        assert shown == pytest.approx(place(value), abs=0.01)
    assert strip.band.low <= strip.median <= strip.band.high


def test_strip__is_logarithmic_only_where_numbers_are_far_apart_and_above_zero():
    assert strip_of(score(1, 1, (1, 2, WIDE + 1))).log
    assert not strip_of(score(1, 1, (1, 2, WIDE - 1))).log
    assert not strip_of(score(0, 1, (1, 2, 100))).log
    assert strip_of(score(5, 5, (5, 5, 5))).median == pytest.approx(50, abs=1)


def test_strip__a_baseline_beyond_the_ends_stops_at_the_edge_and_no_answer_has_no_band():
    strip = strip_of(score(4, 5, (4, 5, 6), foretold=Band(0, 900)))
    assert (strip.baselines["foretold"].low, strip.baselines["foretold"].high) == (0, 100)
    assert strip_of(score(4, 5, (math.nan,) * 3)).band is None


def test_report__holds_every_part_and_harm_beside_the_military_result(page, pair):
    read = Reader(page)
    assert not read.open
    for words in (
        "It is not history",
        "In short",
        "What may be said",
        "Scorecard",
        "Doubts",
        "Sources",
        "Again",
    ):
        assert words in read.text
    short = read.text[read.text.index("In short") : read.text.index("What may be said")]
    assert "delivered to the front" in short
    assert "civilians killed" in short
    card = scorecard_of(pair, WAR)
    for row in card.rows:
        assert row.observed.figure in read.text
    assert read.tags.count("svg") == len(card.rows)
    assert f"{card.tallies[1].inside} of {card.tallies[1].rows} inside" in read.text
    cited = {LEDGER.figures[row.observed.figure].source for row in card.rows}
    assert all(LEDGER.sources[source].title in read.text for source in cited)


def test_report__fetches_nothing_and_runs_nothing(page):
    read = Reader(page)
    assert not {"script", "iframe", "object", "embed", "link", "form", "base"} & set(read.tags)
    for tag, name, value in read.attributes:
        assert not name.startswith("on"), (tag, name)
        if name in ("src", "href"):
            assert value.startswith("data:image/svg+xml;base64,")
    assert "default-src 'none'" in page
    assert "@page { size: A4" in page
    assert "url(" not in page


def test_report__pictures_are_whole_drawings_with_what_is_on_record(page):
    drawn = [b64decode(found) for found in re.findall(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", page)]
    assert len(drawn) == 2
    for picture in drawn:
        ElementTree.fromstring(picture)
    chart, chosen_map = (picture.decode() for picture in drawn)
    assert "delivered to the front, t/day" in chart
    assert "Pyongyang, 75 %" in chosen_map
    assert chosen_map.count("t/day") == 5


def test_report__again_names_the_commands_that_make_the_same_run(page, pair):
    text = Reader(page).text
    assert "stalemate compare banfill historical --scenario korea-1951 --replicates 16 --seed 1" in text
    assert pair.recipe.model in text
    assert WAR.digest[:16] in text


def test_report__the_same_runs_give_the_same_bytes(pair, page):
    assert report_page([pair], WAR, LEDGER) == page


def test_report__texts_of_a_scenario_cannot_become_markup(pair):
    evil = "<script>alert(1)</script>&\"'"
    rows = (WAR.observations[0].model_copy(update={"figure": evil, "reason": evil}), *WAR.observations[1:])
    page = report_page([pair], replace(WAR, title=evil, observations=rows), LEDGER)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert evil in Reader(page).text


def test_report__of_one_policy_tells_its_outcomes_and_of_several_runs_each(pair):
    alone = run(WAR, "smart", replicates=8, until=WAR.start.replace(month=8))
    text = Reader(report_page([alone, pair], WAR, LEDGER)).text
    assert "What happens under smart" in text
    assert "Would banfill have served better than historical" in text
    assert "Scorecard" in text
    short = Reader(report_page([alone], WAR, LEDGER)).text
    assert "civilians killed" in short
    assert "Scorecard" not in short


def test_report__refuses_foreign_runs_all_at_once_and_says_what_is_missing(pair, monkeypatch):
    other = replace(WAR, digest="e" * 64)
    with pytest.raises(QueryError, match=r"(?s)run 1 is of .*run 2 is of .*report runs of one scenario"):
        report_page([pair, pair], other, LEDGER)
    monkeypatch.setattr(pages, "find_spec", lambda name: None)
    with pytest.raises(QueryError, match="pip install"):
        report_page([pair], WAR, LEDGER)


def test_scorecard_page__has_a_picture_a_row_with_words_for_who_cannot_see(pair):
    card = scorecard_of(pair, WAR)
    read = Reader(scorecard_page(card))
    labels = [value for tag, name, value in read.attributes if (tag, name) == ("svg", "aria-label")]
    assert len(labels) == len(card.rows)
    assert all("record" in label and "band" in label for label in labels)
    assert "stalemate scorecard --replicates 16 --seed 1" in read.text


def leave(*arguments):
    """Return the exit code of a command line."""
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    return left.value.code or 0


def test_report__on_the_command_line_writes_a_page_once_and_only_html(capsys, tmp_path):
    folder, place = tmp_path / "run", tmp_path / "page.html"
    run(WAR, "historical", replicates=2, out=folder)
    assert leave("report", folder, "-o", place) == 0
    assert place.read_text().startswith("<!DOCTYPE html>")
    assert leave("report", folder, "-o", place) == 2
    assert "exists already" in capsys.readouterr().err
    assert leave("scorecard", folder, "--html", tmp_path / "card.txt") == 2
    assert "a page ends in .html" in capsys.readouterr().err
    assert leave("scorecard", folder, "--html", tmp_path / "card.html") == 0
    assert "The model against the record" in (tmp_path / "card.html").read_text()
