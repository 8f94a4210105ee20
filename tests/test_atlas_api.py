"""The interface for programs: answers against the tables, downloads parsed again, its whole OpenAPI."""

import csv
import io
import json
from functools import cache

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from starlette.testclient import TestClient

from stalemate.interfaces.atlas.app import create_app
from stalemate.interfaces.atlas.archive import Archive, began
from stalemate.interfaces.atlas.basemap import basemap_json
from stalemate.interfaces.atlas.guard import LOOPBACK, Door
from stalemate.interfaces.atlas.provenance import provenance
from stalemate.interfaces.atlas.words import Words

ARCHIVE = Archive.load()
APP = create_app(ARCHIVE, Door(80, LOOPBACK | {"testserver"}))
SCHEMA = schemathesis.openapi.from_asgi("/api/openapi.json", APP)
LISTS = {
    "events": len(ARCHIVE.events),
    "raids": len(ARCHIVE.ledger.raids),
    "figures": len(ARCHIVE.ledger.figures),
    "sources": len(ARCHIVE.ledger.sources),
    "places": len(ARCHIVE.ledger.places),
    "front-lines": 6,
    "parameters": len(ARCHIVE.war.parameters),
}


@cache
def client():
    return TestClient(APP, base_url="http://127.0.0.1", raise_server_exceptions=False)


def get(path, **question):
    answer = client().get(f"/api/{path}", params=question)
    assert answer.status_code == 200, answer.text
    return answer


def refused(path, **question):
    answer = client().get(f"/api/{path}", params=question)
    return answer.status_code, answer.json()["error"]["faults"]


@SCHEMA.parametrize()
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_api__keeps_its_own_schema_whatever_is_asked(case):
    case.call_and_validate()


@pytest.mark.parametrize(("name", "count"), LISTS.items())
def test_api__lists_hold_every_row_and_say_where_they_are_from(name, count):
    body = get(name).json()
    assert len(body["rows"]) == body["metadata"]["rows"] == count
    assert body["metadata"]["record"] == ARCHIVE.ledger.digest
    assert ARCHIVE.war.digest in body["metadata"]["scenario"]


def test_api__metadata_counts_every_list():
    counts = {row["dataset"]: row["rows"] for row in get("metadata").json()}
    shown = {"zones": 11, "borders": 6, "damage": 24, "targets": 158, "links": 232, "names": 152}
    assert counts == LISTS | shown | {"network": len(ARCHIVE.war.links)}


@pytest.mark.parametrize("name", ["events", "raids", "figures", "sources", "places"])
def test_api__tables_hold_what_the_lists_hold(name):
    answer = get(name, format="csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert f'filename="stalemate-{name}.csv"' in answer.headers["content-disposition"]
    table = list(csv.DictReader(io.StringIO(answer.text)))
    rows = get(name).json()["rows"]
    assert [row["id"] for row in table] == [row["id"] for row in rows]
    for cells, row in zip(table, rows, strict=True):
        told = {name: "; ".join(map(str, v)) if isinstance(v, list) else v for name, v in row.items()}
        assert cells == {name: "" if value is None else str(value) for name, value in told.items()}


@pytest.mark.parametrize("name", ["events", "raids", "places"])
def test_api__features_stand_where_the_rows_do(name):
    answer = get(name, format="geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    body = answer.json()
    assert body["type"] == "FeatureCollection"
    assert body["metadata"]["rows"] == len(body["features"]) == LISTS[name]
    for feature in body["features"]:
        row = feature["properties"]
        where = feature["geometry"] and feature["geometry"]["coordinates"]
        assert where == (None if row["lon_deg"] is None else [row["lon_deg"], row["lat_deg"]])


def test_events__filters_agree_with_a_plain_count():
    first, last = "1952-06-01", "1952-06-30"
    wanted = [
        e.id for e in ARCHIVE.chronicle.events if first <= str(began(e)) <= last and e.category == "raid"
    ]
    found = get("events", since=first, until=last, category="raid").json()["rows"]
    assert [row["id"] for row in found] == wanted
    assert wanted
    by_actor = get("events", actor="Fifth Air Force").json()["rows"]
    assert all("Fifth Air Force" in row["actors"] for row in by_actor)
    assert get("events", words="toksan dam").json()["metadata"]["asked"] == {"words": "toksan dam"}


def test_events__one_has_its_neighbours_and_sources():
    body = get("events/1951-10-23-namsi-raid").json()
    event = ARCHIVE.event("1951-10-23-namsi-raid")
    before, after = ARCHIVE.beside(event)
    assert (body["before"], body["after"]) == (before.id, after.id)
    assert [source["id"] for source in body["sources"]] == list(event.sources)
    assert body["figures"] == [figure.id for figure in ARCHIVE.bearing_on(event)]


THINGS = {
    "figure": ARCHIVE.ledger.figures,
    "source": ARCHIVE.ledger.sources,
    "event": ARCHIVE.events,
    "place": ARCHIVE.ledger.places,
    "raid": {raid.id: raid for raid in ARCHIVE.ledger.raids},
    "parameter": ARCHIVE.parameters,
}


@pytest.mark.parametrize("kind", THINGS)
def test_provenance__every_thing_of_a_kind_has_a_page_a_citation_and_its_dates(kind):
    words = Words.load()
    for id in THINGS[kind]:
        found = provenance(ARCHIVE, words, kind, id)
        assert found.page.endswith(f"/{id}")
        assert f"{kind} {id}" in found.cite
        assert (found.entered is None) == (kind == "parameter")
        assert {one.id for one in found.sources} <= {"", *ARCHIVE.ledger.sources, *ARCHIVE.ledger.figures}
    assert get(f"provenance/{kind}/{id}").json() == found.model_dump(mode="json")
    assert refused(f"provenance/{kind}/nothing")[0] == 404


def test_provenance__a_figure_tells_all_that_its_page_does():
    read = {row.figure for row in ARCHIVE.ledger.readings} & {row.figure for row in ARCHIVE.ledger.checks}
    figure = ARCHIVE.ledger.figure(min(read | {"crane_strangle_rail_cuts"}))
    body = get(f"provenance/figure/{figure.id}").json()
    assert (body["value"], body["unit"], body["when"]) == (figure.value, figure.unit, figure.period)
    assert [one["locator"] for one in body["sources"]] == [figure.locator]
    members = {row.figure for group in ARCHIVE.groups_of(figure.id) for row in group.members} - {figure.id}
    assert {one["page"] for one in body["rivals"]} == {f"/figures/{other}" for other in members}
    assert len(body["readings"]) == len(ARCHIVE.ledger.readings_of(figure.id))
    assert len(body["checks"]) == len(ARCHIVE.ledger.checks_of(figure.id))
    assert len(body["uses"]) == len(ARCHIVE.uses.get(figure.id, ()))
    assert body["compared"]


def test_parameters__every_number_rests_on_figures_or_says_why_it_was_assumed():
    assumed = get("parameters", rests="assumed").json()["rows"]
    rested = get("parameters", rests="figures").json()["rows"]
    assert len(assumed) + len(rested) == LISTS["parameters"]
    assert all(row["assumed"] and not row["sources"] for row in assumed)
    assert all(set(row["sources"]) <= set(ARCHIVE.ledger.figures) for row in rested)
    name = rested[0]["name"]
    body = get(f"parameters/{name}").json()
    assert [figure["id"] for figure in body["figures"]] == list(
        dict.fromkeys(id for row in rested if row["name"] == name for id in row["sources"])
    )
    assert body["low_bound"] <= body["high_bound"]
    table = list(csv.DictReader(io.StringIO(get("parameters", system="repair", format="csv").text)))
    assert {row["system"] for row in table} == {"repair"}
    status, faults = refused("parameters", system="nothing")
    assert (status, "repair" in faults[0]) == (404, True)


def test_figures__one_has_its_rivals_and_uses():
    body = get("figures/rail_cuts").json()
    members = [row.figure for group in ARCHIVE.groups_of("rail_cuts") for row in group.members]
    assert [row["figure"] for group in body["groups"] for row in group["members"]] == members
    named = next(row.sources[0] for row in ARCHIVE.war.parameters if row.sources)
    assert get(f"figures/{named}").json()["uses"]


def test_raids__of_one_day():
    rows = get("raids", since="1951-10-23", until="1951-10-23").json()["rows"]
    assert [row["id"] for row in rows] == ["1951-10-23-namsi-airfield-black-tuesday"]


def test_front_lines__on_a_day_are_the_last_and_the_next():
    rows = get("front-lines", date="1952-01-01").json()["rows"]
    assert [row["date"] for row in rows] == ["1951-11-27", "1952-06-30"]
    lines = get("front-lines", format="geojson").json()["features"]
    assert [len(line["geometry"]["coordinates"]) for line in lines] == [20, 27, 27, 27, 27, 44]
    table = csv.DictReader(io.StringIO(get("front-lines", format="csv").text))
    assert len(list(table)) == len(ARCHIVE.ledger.front_line)


def test_network__has_what_was_open_on_the_day():
    links = get("network", date="1953-07-27", mode="rail").json()["links"]
    early = get("network", date="1951-07-10", mode="rail").json()["links"]
    assert {link["id"] for link in early} < {link["id"] for link in links}
    body = get("network").json()
    assert {link["start"] for link in body["links"]} <= {node["id"] for node in body["nodes"]}


def test_basemap__is_the_file_with_its_licence():
    answer = get("basemap")
    assert answer.content == basemap_json()
    assert "lgpl" in answer.headers["link"]


@pytest.mark.parametrize(
    ("path", "question", "status", "told"),
    [
        ("events", {"since": "1951"}, 422, "1951-07-10"),
        ("events", {"since": "0"}, 422, "since"),
        ("events", {"sinse": "1951-07-10"}, 422, "sinse"),
        ("events", {"category": "x"}, 404, "expected one of"),
        ("events", {"actor": "x"}, 404, "expected one of"),
        ("events/x", {}, 404, "'x'"),
        ("events/1951-10-23-namsi-raid", {"a": "b"}, 422, "a=b"),
        ("figures", {"topic": "x"}, 404, "topic"),
        ("figures", {"format": "geojson"}, 422, "format"),
        ("figures/x", {}, 404, "x"),
        ("places", {"kind": "x"}, 404, "kind"),
        ("raids", {"since": ["1951-07-10", "1951-07-11"]}, 422, "more than once"),
        ("metadata", {"x": ""}, 422, "x="),
    ],
)
def test_api__says_what_is_wrong(path, question, status, told):
    found, faults = refused(path, **question)
    assert found == status
    assert told in " ".join(faults)


def test_api__tells_all_faults_at_once():
    _, faults = refused("raids", since="x", until="y", format="z", w="1")
    assert len(faults) == 4


def test_openapi__names_every_list_and_only_runs_are_asked_for():
    schema = client().get("/api/openapi.json").json()
    assert {f"/api/{name}" for name in [*LISTS, "metadata", "network", "basemap"]} <= set(schema["paths"])
    posted = {path for path, methods in schema["paths"].items() if set(methods) - {"get"}}
    assert posted == {"/api/runs", "/api/runs/{name}/stop", "/api/runs/{name}/resume"}
    assert "HTTPValidationError" not in json.dumps(schema["paths"])


@pytest.mark.parametrize("name", LISTS)
def test_api__heads_have_no_body(name):
    answer = client().head(f"/api/{name}")
    assert (answer.status_code, answer.content) == (200, b"")


def test_api__is_never_asked_by_a_page_from_elsewhere():
    answer = client().get("/api/events", headers={"origin": "http://elsewhere.example"})
    assert answer.status_code == 403
    assert answer.json()["error"]["title"] == "Forbidden"
