"""The model beside the record: the shipped table against scenario and docs, and its recipe."""

import csv
import re
from importlib.resources import files
from pathlib import Path

import pytest

from stalemate.analysis.estimate import number
from stalemate.ensemble.store import model_digest
from stalemate.interfaces.atlas.archive import Archive
from stalemate.interfaces.atlas.articles import systems
from stalemate.interfaces.atlas.scores import scored
from stalemate.interfaces.atlas.site import Site

DOCS = Path(__file__).resolve().parents[1] / "docs" / "model"
SITE = Site(Archive.load())


def test_scores__hold_every_observation_of_the_scenario_with_its_recipe():
    war = SITE.archive.war
    rows = [(row.figure, row.quantity, row.place, row.start, row.end, row.role) for row in scored()]
    assert rows == [(o.figure, o.quantity, o.place or "", o.start, o.end, o.role) for o in war.observations]
    assert {(row.policy, row.seed) for row in scored()} == {("historical", 1)}
    assert len({(row.scenario, row.model) for row in scored()}) == 1
    assert all(re.fullmatch(r"[0-9a-f]{64}", row.scenario) for row in scored())
    assert all(re.fullmatch(r"[0-9a-f]{16}", row.model) for row in scored())


def test_scores__inside_is_where_record_and_band_meet():
    for row in scored():
        assert row.low <= row.median <= row.high
        assert row.inside == (row.record_low <= row.high and row.low <= row.record_high)


def test_scores__are_those_of_the_pages_of_the_docs():
    told = {}
    for page in DOCS.glob("*.md"):
        for found in re.finditer(r"<!-- scores: start -->\n(.*?)<!-- scores", page.read_text(), re.DOTALL):
            for line in found[1].splitlines()[2:]:
                cells = [cell.strip() for cell in line.strip("|").split("|")]
                quantity, place = re.match(r"`(\w+)`(?: of ([^,]+))?", cells[1]).groups()
                told[cells[0].strip("`"), quantity, place or "", cells[2][:10]] = (cells[4], cells[6])
    assert len(told) > 90
    for row in scored():
        band = f"{number(row.median)} ({number(row.low)} to {number(row.high)})"
        assert told[row.figure, row.quantity, row.place, str(row.start)] == (band, row.role)


def test_scores__table_holds_the_columns_of_its_recipe():
    with (files("stalemate.interfaces.atlas") / "scores.csv").open(newline="") as file:
        head = next(csv.reader(file))
    assert {"policy", "seed", "replicates", "scenario", "model"} <= set(head)


@pytest.mark.parametrize("name", systems())
def test_system__shows_the_model_beside_the_record_and_names_it_so(name):
    page = SITE.page(f"/systems/{name}", str)
    held = [row for row in scored() if f'data-provenance="figure:{row.figure}"' in page]
    shown = page.count('<td class="n model">')
    assert (shown > 0) == ("not history" in page)
    assert (shown > 0) == (model_digest() in page or "has changed since" in page)
    assert shown == 0 or held


def test_system__says_so_if_the_model_has_changed_since(monkeypatch):
    monkeypatch.setattr("stalemate.interfaces.atlas.articles.model_digest", lambda: "another")
    assert "has changed since these numbers were made" in SITE.page("/systems/repair", str)


def test_actors__each_is_of_a_kind_and_people_stand_apart_from_units():
    kinds = {actor.name: actor.kind for actor in SITE.archive.actors.values()}
    assert [name for name, kind in kinds.items() if not kind] == []
    assert (kinds["Clark"], kinds["US 7th Div"], kinds["China"]) == ("person", "unit", "government")
    page = SITE.page("/actors", str)
    people = page.partition('id="person"')[2].partition("<h2")[0]
    assert "Nam Il" in people
    assert "US 7th Div" not in people
