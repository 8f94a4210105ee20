"""What the workbench shows of a run: the numbers of the commands on the same run, on pages and in files."""

import csv
import io
import json
import math
import re
import time
import xml.parsers.expat
import zipfile
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient
from test_cli import call

from stalemate.analysis.estimate import number
from stalemate.ensemble.runs import read_run
from stalemate.interfaces.atlas import runanswers, runcharts
from stalemate.interfaces.atlas.app import create_app
from stalemate.interfaces.atlas.archive import Archive
from stalemate.interfaces.atlas.bench import Bench
from stalemate.interfaces.atlas.export import export
from stalemate.interfaces.atlas.guard import Door
from stalemate.interfaces.atlas.runexport import stored_run
from stalemate.interfaces.atlas.runquestions import RangeAsked, RunQuestion
from stalemate.interfaces.atlas.runtables import TYPES, Tables
from stalemate.interfaces.atlas.site import Site

HERE = "http://127.0.0.1:8765"
QUESTION = RunQuestion(
    policies=["banfill", "historical"],
    replicates=24,
    ranges=[RangeAsked(name="truck_payload_t", low=2.0, high=2.25)],
)
WARS = 2


class Served:
    """A workbench with one small run that is done, and its answer."""

    def __init__(self, folder):
        self.archive = Archive.load()
        self.bench = Bench(self.archive.war, folder, workers=1)
        app = create_app(self.archive, Door(8765), self.bench)
        self.client = TestClient(app, base_url=HERE)
        self.name = self.bench.submit(QUESTION).name
        assert "event: end" in self.client.get(f"/api/runs/{self.name}/progress").text
        self.run = self.bench.jobs.run_of(self.name)
        self.answer = self.client.get(f"/api/runs/{self.name}/answer").json()

    def table(self, key, ending):
        return self.client.get(f"/api/runs/{self.name}/tables/{key}", params={"format": ending})


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runanswers, "WARS_OF_CAUSES", WARS)
        made = Served(tmp_path_factory.mktemp("bench") / "runs")
        yield made
        made.bench.close()


def said(capsys, *arguments):
    code, out, err = call(capsys, *map(str, arguments), "--json")
    assert code == 0, err
    return json.loads(out)


def test_answer__has_the_numbers_of_show(served, capsys):
    assert served.answer["pairs"][0]["comparison"] == said(capsys, "show", served.run)


def test_answer__has_the_numbers_of_the_scorecard(served, capsys):
    assert served.answer["scorecard"] == said(capsys, "scorecard", served.run)


def test_answer__has_the_numbers_of_why(served, capsys):
    there = said(capsys, "why", served.run, "--policy", "banfill", "-n", WARS)
    assert [told["policy"] for told in served.answer["causes"]] == QUESTION.policies
    told, days = dict(served.answer["causes"][0]), there.pop("days")
    months = told.pop("months")
    assert told == there
    assert [row["month"] for row in months] == sorted({day["day"][:7] for day in days})
    august = [day["lost"]["cuts"] for day in days if day["day"].startswith("1951-08")]
    assert months[1]["lost"]["cuts"] == pytest.approx(sum(august) / 31)


def test_answer__says_why_something_is_left_out(served):
    assert served.answer["left_out"] == {"doubts": "found 24 pairs; sensitivity needs 500"}
    assert "found 24 pairs; sensitivity needs 500" in served.client.get(f"/runs/{served.name}").text


def test_answer__weekly_bands_are_those_of_the_wars(served):
    runs = read_run(served.run)
    series = {one["quantity"]: one for one in served.answer["weekly"]}
    for quantity, factor in (("front_tonnes", 7), ("trucks", 1)):
        weekly = np.sort(runs.weekly(1, quantity)[:, :107].astype(float) / factor, axis=0)
        track = series[quantity]["tracks"][1]
        np.testing.assert_allclose(track["median"], (weekly[11] + weekly[12]) / 2, rtol=1e-5)
        place = 0.95 * 23
        high = weekly[21] + (place - 21) * (weekly[22] - weekly[21])
        np.testing.assert_allclose(track["high"], high, rtol=1e-5)
    record = series["shells_communist"]["record"]
    rows = [row for row in served.archive.war.observations if row.quantity == "shells_communist"]
    assert [row["figure"] for row in record] == [row.figure for row in rows if row.place is None]


def test_dots__are_the_middles_of_fifty_equal_parts():
    values = np.random.default_rng(1).permutation(np.arange(5000.0))
    assert runanswers.dots_of(values) == pytest.approx([100 * k + 49.5 for k in range(50)], abs=1)
    assert runanswers.dots_of(np.array([math.nan])) == []
    assert runanswers.dots_of(np.array([3.0, math.nan])) == [3.0] * 50


class Cells(HTMLParser):
    """The cells of the large table of outcomes: outcome -> texts."""

    def __init__(self):
        super().__init__()
        self.rows, self._row, self._cell = {}, None, False

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self._row = self.rows.setdefault(dict(attrs).get("data-outcome"), [])
        self._cell = (self._row is not None and tag in ("td", "br", "span")) or (self._cell and tag != "th")
        if tag == "td" and self._row is not None:
            self._row.append("")

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._cell = False

    def handle_data(self, data):
        if self._cell and self._row:
            self._row[-1] += f" {data.strip()}"


def test_page__has_the_numbers_of_the_answer(served):
    cells = Cells()
    cells.feed(served.client.get(f"/runs/{served.name}").text)
    outcomes = served.answer["pairs"][0]["comparison"]["outcomes"]
    assert set(cells.rows) - {None} == {row["name"] for row in outcomes}
    for row in outcomes:
        shown = [
            f"{number(row[side]['median'])} {number(row[side]['low'])} to {number(row[side]['high'])}"
            for side in ("a", "b", "difference")
        ]
        found = [" ".join(text.split()) for text in cells.rows[row["name"]]]
        assert found == [*shown, f"{row['probability_a_greater']:.2f}"]


def test_page__every_sentence_of_the_verdict_stands_there_and_civilians_too(served):
    from html import unescape

    page = unescape(served.client.get(f"/runs/{served.name}").text)
    verdict = served.answer["pairs"][0]["comparison"]["verdict"]
    assert all(text in page for text in verdict)
    assert "Harm to civilians" in verdict[-1]


def test_tables__are_the_same_as_csv_and_json_with_metadata(served):
    for key, table in Tables(served.answer).all.items():
        comma = served.table(key, "csv")
        assert comma.headers["content-type"].startswith("text/csv")
        assert f'filename="{served.name}-{key}.csv"' in comma.headers["content-disposition"]
        whole = served.table(key, "json").json()
        names = [f"{one['name']} [{one['unit']}]" if one["unit"] else one["name"] for one in whole["columns"]]
        header, *rows = csv.reader(io.StringIO(comma.text))
        assert header == names
        assert rows == [["" if cell is None else str(cell) for cell in row] for row in whole["rows"]]
        about = whole["metadata"]
        assert (about["run"], about["seed"], about["title"]) == (served.name, 1, table.title)
        assert "Not history" in about["source"]
        assert about["ranges"] == [{"name": "truck_payload_t", "low": 2.0, "high": 2.25}]
        assert "--range truck_payload_t=2.0..2.25" in about["again"]


def test_tables__charts_are_well_formed_pictures_that_stand_alone(served):
    charts = [table for table in Tables(served.answer).all.values() if table.picture]
    assert len(charts) == 14
    for table in charts:
        answer = served.table(table.key, "svg")
        assert answer.headers["content-type"] == TYPES["svg"]
        xml.parsers.expat.ParserCreate().Parse(answer.content, True)
        assert not re.search(r"style=|<style|<script|href=", answer.text)
        assert answer.text in served.client.get(f"/runs/{served.name}").text


def test_tables__a_table_without_a_chart_is_not_drawn(served):
    assert served.table("levels", "svg").status_code == 404
    assert served.table("nothing", "csv").status_code == 404
    assert served.table("levels", "png").status_code == 422


def test_charts__dots_stand_where_their_values_are():
    values = [-3.0, -1.0, 0.0, 2.0, 2.0, 7.0]
    picture = runcharts.dots_chart(values, "a < b", "t/day")
    dots = re.findall(r'<circle class="dot (\w+)" cx="([\d.]+)" cy="([\d.]+)"', picture)
    assert [kind for kind, *_ in dots] == ["less", "less", "same", "more", "more", "more"]
    across = [float(x) for _, x, _ in dots]
    slope = (across[5] - across[0]) / 10
    assert across == pytest.approx([across[0] + slope * (value + 3) for value in values], abs=14)
    assert (across[3], dots[3][2] > dots[4][2]) == (across[4], True)
    assert "a &lt; b" in picture
    assert "3 above zero" in picture


@given(low=st.floats(-1e9, 1e9), width=st.floats(1e-6, 1e9))
def test_ticks__are_a_few_round_numbers_inside(low, width):
    high = low + max(width, abs(low) * 1e-6)
    found = runcharts.ticks(low, high)
    assert 2 <= len(found) <= 7 or (high - low) < 1e-6 * abs(low)
    slack = 1e-6 * (high - low)
    assert all(low - slack <= tick <= high + slack for tick in found)
    steps = np.diff(found)
    assert np.allclose(steps, steps[0], rtol=1e-3) if len(steps) else True


def test_bundle__is_made_again_to_the_same_bytes(served, tmp_path, capsys):
    answer = served.client.get(f"/api/runs/{served.name}/bundle")
    assert answer.content == served.client.get(f"/api/runs/{served.name}/bundle").content
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    assert json.loads((tmp_path / "question.json").read_text())["ranges"][0]["name"] == "truck_payload_t"
    assert "stalemate show run --verify" in (tmp_path / "README.txt").read_text()
    code, _, err = call(capsys, "show", str(tmp_path / "run"), "--verify")
    assert code == 0
    assert "made again from its manifest, the same bytes" in err


def test_bundle__the_command_in_it_fights_the_same_run(served, tmp_path, capsys):
    command = re.search(
        r"stalemate (compare .*) --out RUN", served.table("levels", "json").json()["metadata"]["again"]
    )
    code, _, err = call(capsys, *command[1].split(), "--out", str(tmp_path / "run"))
    assert code == 0, err
    files = sorted(path.relative_to(served.run) for path in served.run.rglob("*") if path.is_file())
    assert len(files) == 8
    for name in files:
        assert (tmp_path / "run" / name).read_bytes() == (served.run / name).read_bytes()


def test_answers__are_kept_beside_the_run_and_made_again_by_other_code(served, monkeypatch):
    stored = served.run.parent / "answer.json"
    again = Bench(served.archive.war, served.run.parents[1])
    assert again.told(served.name).bytes_ == stored.read_bytes()
    before = stored.read_bytes()
    monkeypatch.setattr(runanswers, "code_digest", lambda: "other")
    monkeypatch.setattr(
        runanswers, "answer_of", lambda runs, war, **_: {"made_by": "other", "seed": runs.recipe.seed}
    )
    other = Bench(served.archive.war, served.run.parents[1], workers=1)
    assert other.told(served.name).state in ("working", "ready")
    while (told := other.told(served.name)).state == "working":
        time.sleep(0.01)
    assert told.answer == json.loads(stored.read_bytes()) == {"made_by": "other", "seed": 1}
    stored.write_bytes(before)
    again.close()
    other.close()


def test_export__holds_the_page_of_a_run_with_its_files(served, tmp_path, monkeypatch):
    monkeypatch.setattr(runanswers, "answer_of", lambda runs, war: served.answer)
    stored = [stored_run(served.bench, served.name), stored_run(served.bench, str(served.run))]
    export(Site(served.archive, with_runs=True), tmp_path / "site", stored)
    assert [one.question for one in stored] == [QUESTION, QUESTION]
    page = (tmp_path / "site" / "runs" / f"{served.name}.html").read_text()
    links = set(re.findall(r'href="([^"#]+)"', page))
    assert {link for link in links if not (tmp_path / "site" / "runs" / link).is_file()} == set()
    assert f"{served.name}/differences-0.csv" in links
    whole = json.loads((tmp_path / "site" / "runs" / served.name / "differences-0.json").read_text())
    assert whole["rows"] == served.table("differences-0", "json").json()["rows"]
    listed = (tmp_path / "site" / "runs.html").read_text()
    assert 'href="runs/run.html"' in listed
    assert "<form" not in listed + page
    assert 'href="runs.html"' in (tmp_path / "site" / "index.html").read_text()
