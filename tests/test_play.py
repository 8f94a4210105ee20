"""Timeline and playback below ``/api``: every entry in one lane, columns as they were reckoned."""

import csv
import gzip
import io
import json
import struct
import threading
import time
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from importlib import resources
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from starlette.testclient import TestClient

from stalemate.analysis.playback import playback
from stalemate.errors import BusyError, EvidenceError, QueryError
from stalemate.evidence.figure import Event
from stalemate.interfaces.atlas import dated
from stalemate.interfaces.atlas.app import create_app
from stalemate.interfaces.atlas.archive import Archive
from stalemate.interfaces.atlas.columns import as_columns, head_of
from stalemate.interfaces.atlas.guard import Door
from stalemate.interfaces.atlas.lanes import last_day, timeline
from stalemate.interfaces.atlas.playapi import add_playback
from stalemate.interfaces.atlas.playing import KEPT, Asked, Fighting, Player
from stalemate.interfaces.atlas.runpages import played_at
from stalemate.interfaces.atlas.runquestions import RunQuestion

ARCHIVE = Archive.load()
PAIR = {"policy": "banfill", "against": "historical", "replicates": 3, "replicate": 2, "seed": 7}
RULES = tomllib.loads((resources.files("stalemate.interfaces.atlas") / "play.toml").read_text())


@cache
def client():
    return TestClient(create_app(ARCHIVE, Door(80)), base_url="http://127.0.0.1")


def get(path, **question):
    answer = client().get(f"/api/{path}", params=question)
    while answer.status_code in (202, 429):
        assert int(answer.headers["retry-after"]) >= 1
        time.sleep(0.1)
        answer = client().get(f"/api/{path}", params=question)
    assert answer.status_code == 200, answer.text
    return answer


@cache
def reckoned():
    return playback(ARCHIVE.war, ["banfill", "historical"], replicates=3, replicate=2, seed=7)


def parsed(content):
    """Read columns as the page on playback tells, with nothing of the program."""
    length = struct.unpack("<I", content[:4])[0]
    head = json.loads(content[4 : 4 + length])
    values = {}
    for one in head["columns"]:
        start = 4 + length + one["offset"]
        numbers = np.frombuffer(content[start : start + one["length"]], "<f4")
        shape = (len(head["statistics"]), len(head["axes"][one["axis"]]), len(head["weeks"]))
        values[one["scope"], one["policy"], one["quantity"]] = numbers.reshape(shape)
    return head, values


def test_timeline__holds_every_event_and_raid_once_in_the_lane_of_its_category():
    rows = get("timeline").json()["rows"]
    wanted = [("event", one.id) for one in ARCHIVE.chronicle.events]
    wanted += [("raid", one.id) for one in ARCHIVE.ledger.raids]
    assert sorted((row["kind"], row["id"]) for row in rows) == sorted(wanted)
    lane_of = {category: lane["id"] for lane in RULES["lane"] for category in lane["categories"]}
    assert len(lane_of) == sum(len(lane["categories"]) for lane in RULES["lane"])
    for row in rows:
        told = lane_of[ARCHIVE.events[row["id"]].category] if row["kind"] == "event" else "raids"
        assert row["lane"] == told


def test_timeline__counts_its_lanes_and_those_in_none():
    body = get("timeline").json()
    assert sum(lane["items"] for lane in body["lanes"]) + body["in_no_lane"] == len(body["rows"])
    assert body["in_no_lane"] == 0
    other = ARCHIVE.chronicle.events[0].model_copy(update={"category": "weather"})
    changed = replace(ARCHIVE, chronicle=replace(ARCHIVE.chronicle, events=(other,)))
    assert [item.lane for item in timeline(changed) if item.kind == "event"] == [""]


def test_timeline__filters_by_days_in_common_and_by_lane():
    rows = get("timeline", since="1952-05-20", until="1952-05-20", lane="war").json()["rows"]
    assert [row["id"] for row in rows] == ["1952-03-03-operation-saturate"]
    every = list(csv.DictReader(io.StringIO(get("timeline", format="csv").text)))
    assert [row["id"] for row in every] == [row["id"] for row in get("timeline").json()["rows"]]


@pytest.mark.parametrize(
    ("start", "end", "precision", "last"),
    [
        ("1952-02-01", None, "month", "1952-02-29"),
        ("1951-12-01", None, "season", "1952-02-29"),
        ("1952-05-03", None, "year", "1952-12-31"),
        ("1952-05-03", None, "day", "1952-05-03"),
        ("1952-05-03", "1952-06-01", "month", "1952-06-01"),
    ],
)
def test_last_day__is_no_earlier_than_the_precision_allows(start, end, precision, last):
    told = ARCHIVE.chronicle.events[0].model_dump() | {"start": start, "end": end, "precision": precision}
    assert last_day(Event(**told)) == date.fromisoformat(last)


def test_record__each_day_has_its_line_raids_and_events():
    days = get("playback/record").json()["days"]
    first = ARCHIVE.dates[0]
    assert [row["date"] for row in days] == [str(first + timedelta(days=n)) for n in range(len(days))]
    assert days[-1]["date"] == str(ARCHIVE.dates[-1])
    assert sum(len(row["raids"]) for row in days) == len(ARCHIVE.ledger.raids)
    begun = {id for row in days for id in row["events"]}
    assert begun == set(ARCHIVE.events)
    drawn = sorted({point.date for point in ARCHIVE.ledger.front_line})
    for row in days:
        held = [str(line) for line in drawn if str(line) <= row["date"]]
        later = [str(line) for line in drawn if str(line) > row["date"]]
        assert (row["line"], row["next_line"]) == ((held or [None])[-1], (later or [None])[0])


def test_record__series_hold_the_figures_as_they_are_on_record():
    body = get("playback/record").json()
    by_id = {row["id"]: row for row in body["series"]}
    assert set(by_id) >= {row["id"] for row in RULES["series"]}
    for row in body["series"]:
        assert row["points"]
        for point in row["points"]:
            figure = ARCHIVE.ledger.figure(point["figure"])
            assert point["source"] == figure.source
            if row["quantity"] is None:
                assert (point["low"], point["high"]) == (figure.low, figure.high)
                assert point["start"] == str(figure.start)
    b29 = [point["low"] for point in by_id["b29_sorties"]["points"]]
    assert b29[:3] == [479, 457, 485]
    assert len(b29) == 18


def test_record__what_the_model_is_held_against_is_told_a_week():
    series = {row["quantity"]: row for row in get("playback/record").json()["series"] if row["quantity"]}
    cuts = {point["figure"]: point for point in series["cuts_reported"]["points"]}
    assert cuts["rail_line_cuts_oct_1951"]["low"] == pytest.approx(1336 / 31 * 7)
    assert "rail_damage_strangle_lines" not in cuts
    rounds = {point["figure"]: point for point in series["shells_communist"]["points"]}
    assert rounds["comm_rounds_per_day_apr_1952"]["low"] == pytest.approx(7 * 2388)
    assert series["trucks"]["points"][0]["low"] == 10323


def test_record__tables_hold_what_the_lists_hold():
    body = get("playback/record", since="1952-01-01", until="1952-03-31").json()
    assert len(body["days"]) == 91
    days = list(csv.DictReader(io.StringIO(get("playback/record", format="csv").text)))
    assert len(days) == len(get("playback/record").json()["days"])
    rows = list(csv.DictReader(io.StringIO(get("playback/record", format="csv", part="series").text)))
    points = [p for row in get("playback/record").json()["series"] for p in row["points"]]
    assert [(row["figure"], float(row["low"])) for row in rows] == [(p["figure"], p["low"]) for p in points]


def test_series__of_no_figure_is_a_fault(monkeypatch):
    rules = {"series": [{"id": "x", "group": "x", "figures": ["no_such_*"]}]}
    monkeypatch.setattr(dated, "rules", lambda: rules)
    with pytest.raises(EvidenceError, match="no figure for x"):
        dated.dated_series(ARCHIVE)


def test_model__columns_are_what_was_reckoned():
    head, values = parsed(get("playback/model", **PAIR).content)
    played = reckoned()
    assert head["weeks"] == [str(week) for week in played.weeks]
    assert "not history" in head["says"]
    for policy in (0, 1):
        for name, track in played.tracks[policy].items():
            for number, statistic in enumerate(head["statistics"]):
                np.testing.assert_array_equal(
                    values["place", policy, name][number].T, getattr(track, statistic)
                )
        for scope, tracks in (
            ("week", played.wholes[policy].week),
            ("to date", played.wholes[policy].to_date),
        ):
            for name, track in tracks.items():
                np.testing.assert_array_equal(values[scope, policy, name][0, 0], track.median[:, 0])
    for name, track in played.difference.to_date.items():
        np.testing.assert_array_equal(values["difference to date", None, name][1, 0], track.low[:, 0])
    assert "civilian_deaths" in played.difference.to_date
    assert len(values) == 2 * (8 + 20 + len(played.wholes[0].to_date)) + 20 + len(played.wholes[0].to_date)


def test_model__is_sent_compressed_where_that_is_understood_and_is_small():
    packed = client().get("/api/playback/model", params=PAIR)
    plain = client().get("/api/playback/model", params=PAIR, headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < 2 * 300_000
    assert len(gzip.compress(plain.content)) < 2 * 300_000


@pytest.mark.parametrize("form", ["json", "csv"])
def test_model__one_quantity_as_json_and_as_a_table(form):
    answer = get("playback/series", **PAIR, quantity="civilian_deaths", format=form)
    track = reckoned().difference.to_date["civilian_deaths"]
    if form == "json":
        rows = [row for row in answer.json()["tracks"] if row["scope"] == "difference to date"]
        assert rows[0]["policy"] == "banfill less historical"
        assert rows[0]["median"] == track.median[:, 0].tolist()
        return
    rows = [row for row in csv.DictReader(io.StringIO(answer.text)) if row["scope"] == "difference to date"]
    assert {row["what"] for row in rows} == {"model"}
    assert [float(row["high"]) for row in rows] == track.high[:, 0].tolist()


@pytest.mark.parametrize(
    ("path", "question", "status", "told"),
    [
        ("model", {"policy": "peace"}, 404, "expected one of historical"),
        ("model", {"policy": "historical:cap=x"}, 404, "cap=0.5"),
        ("model", {"policy": "banfill:delay=99999999999999999999"}, 404, "at most ten years"),
        ("model", {"policy": "banfill", "replicates": 3, "replicate": 3}, 404, "0 to 2"),
        ("model", {"policy": "banfill", "replicates": 513}, 422, "512"),
        ("model", {"policy": "banfill", "quantity": "cuts"}, 422, "quantity"),
        ("model", {}, 422, "policy"),
        ("series", {"policy": "banfill"}, 422, "quantity"),
        ("series", {"policy": "banfill", "quantity": "morale"}, 404, "front_tonnes"),
        ("record", {"part": "weeks"}, 422, "part"),
    ],
)
def test_playback__says_what_it_cannot_be_asked(path, question, status, told):
    answer = client().get(f"/api/playback/{path}", params=question)
    assert answer.status_code == status
    assert told in " ".join(answer.json()["error"]["faults"])


def test_timeline__an_unknown_lane_is_not_found():
    assert client().get("/api/timeline", params={"lane": "x"}).status_code == 404


class Slow:
    """A fight that ends when it is let."""

    def __init__(self):
        self.may_end = threading.Event()
        self.fought = []

    def __call__(self, asked, tell):
        self.fought.append(asked)
        tell(1, 2)
        assert self.may_end.wait(10)
        if asked.seed == 13:
            raise QueryError("bad luck")
        return reckoned()


def asked_of(seed):
    return Asked(("historical",), seed, 1, 0)


def until_done(player, asked):
    while isinstance(found := player.ask(asked), Fighting):
        time.sleep(0.01)
    return found


def test_player__fights_one_question_at_a_time_and_tells_how_far_it_is():
    slow = Slow()
    player = Player(ARCHIVE.war, slow)
    assert player.ask(asked_of(1)).total == 1
    while player.now().done == 0:
        time.sleep(0.01)
    assert player.ask(asked_of(1)) == Fighting(asked_of(1), 1, 2)
    with pytest.raises(BusyError, match="ask again"):
        player.ask(asked_of(2))
    slow.may_end.set()
    while player.now() is not None:
        time.sleep(0.01)
    assert slow.fought == [asked_of(1)]


def test_player__tells_why_wars_could_not_be_fought_and_tries_again():
    slow = Slow()
    slow.may_end.set()
    player = Player(ARCHIVE.war, slow)
    for _ in range(2):
        with pytest.raises(QueryError, match="could not be fought: bad luck"):
            until_done(player, asked_of(13))
    assert len(slow.fought) == 2


def test_player__keeps_no_more_than_it_may():
    fought = []

    def fight(asked, tell):
        fought.append(asked.seed)
        return reckoned()

    player = Player(ARCHIVE.war, fight)
    for seed in [*range(KEPT + 1), *range(1, KEPT + 1), 0]:
        until_done(player, asked_of(seed))
    assert fought == [*range(KEPT + 1), 0]


def test_model__others_are_told_to_wait():
    from fastapi import APIRouter, FastAPI

    slow, routes, app = Slow(), APIRouter(prefix="/api"), FastAPI()
    add_playback(routes, ARCHIVE, Player(ARCHIVE.war, slow))
    app.include_router(routes)
    here = TestClient(app, base_url="http://127.0.0.1")
    first = here.get("/api/playback/model?policy=banfill")
    second = here.get("/api/playback/model?policy=smart")
    now = here.get("/api/playback/progress").json()
    slow.may_end.set()
    assert (first.status_code, second.status_code) == (202, 429)
    assert int(second.headers["retry-after"]) > 0
    assert now["state"] == "fighting"
    assert now["policies"] == ["banfill"]
    assert now["total"] == 2


def test_columns__stand_at_multiples_of_four():
    from stalemate.interfaces.atlas.downloads import metadata_of
    from stalemate.interfaces.atlas.shapes import Question

    metadata = metadata_of(ARCHIVE, "x", "y", Question(), 0)
    content = as_columns(reckoned(), metadata)
    head, _ = parsed(content)
    assert struct.unpack("<I", content[:4])[0] % 4 == 0
    assert all(one["offset"] % 4 == 0 for one in head["columns"])
    told = head_of(reckoned(), metadata).model_dump(mode="json")
    assert {name: head[name] for name in told} == told


def test_page__stands_without_script():
    page = client().get("/play").text
    assert page.count("/months/") == len(ARCHIVE.months)
    for event in ARCHIVE.events:
        assert f'href="/events/{event}"' in page
    for raid in ARCHIVE.ledger.raids:
        assert f'href="/map/{raid.date}"' in page
    assert client().get("/play?date=1952-06-23&junk=<").status_code == 200


def test_run__is_played_where_playback_is_of_the_same_wars():
    asked = {"policies": ["smart", "banfill", "historical"], "replicates": 900, "seed": 3}
    question = RunQuestion(**asked, law="additional-protocol-1")
    where = urlsplit(played_at(question))
    told = {name: values[0] for name, values in parse_qs(where.query).items()}
    law = ":law=additional-protocol-1"
    assert where.path == "/play"
    assert told == {
        "play": "pair",
        "policy": f"smart{law}",
        "against": f"historical{law}",
        "seed": "3",
        "wars": "512",
    }
    assert played_at(RunQuestion(fire=["stock"])) is None
