"""What the map shows on a day: lines of zones and borders, states of links, damage, targets; their files."""

import csv
import datetime
import io
import itertools
import math
from functools import cache

import pytest
from starlette.testclient import TestClient

from stalemate.interfaces.atlas.app import create_app
from stalemate.interfaces.atlas.archive import Archive
from stalemate.interfaces.atlas.bounds import along_rivers, border_line, zone_lines
from stalemate.interfaces.atlas.conditions import damage, links_on, targets_on, trunk_cars
from stalemate.interfaces.atlas.drawing import day_map, place_map
from stalemate.interfaces.atlas.guard import LOOPBACK, Door
from stalemate.interfaces.atlas.projection import KOREA

ARCHIVE = Archive.load()
CHART = ARCHIVE.chart
DAY = datetime.date.fromisoformat


@cache
def client():
    app = create_app(ARCHIVE, Door(80, LOOPBACK | {"testserver"}))
    return TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)


def get(path, **question):
    answer = client().get(f"/api/{path}", params=question)
    assert answer.status_code == 200, answer.text
    return answer


def line(name):
    return border_line(ARCHIVE.ledger, CHART, CHART.borders[name])


def distance_km(lines, lon, lat):
    """Return how near lines of vertices come to a place."""
    x, y = KOREA.forward(lon, lat)
    best = math.inf
    for one in lines:
        points = [KOREA.forward(*vertex) for vertex in one]
        for (x1, y1), (x2, y2) in itertools.pairwise(points):
            length = (x2 - x1) ** 2 + (y2 - y1) ** 2
            share = min(1, max(0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length)) if length else 0
            best = min(best, math.dist((x, y), (x1 + share * (x2 - x1), y1 + share * (y2 - y1))))
    return best


def near(km, column):
    return [
        place
        for place in ARCHIVE.ledger.places.values()
        if getattr(place, column) is not None and getattr(place, column) < km and place.lon_deg > 124.3
    ]


@pytest.mark.parametrize("place", near(60, "yalu_tumen_km"), ids=lambda place: place.id)
def test_borders__are_as_far_from_places_as_the_record_says(place):
    """The record has the distances from another set of borders, a few km from these rivers."""
    if place.kind.endswith("restricted)"):
        return
    found = distance_km([line("yalu"), line("paektu"), line("tumen")], place.lon_deg, place.lat_deg)
    assert found == pytest.approx(place.yalu_tumen_km, abs=6)


@pytest.mark.parametrize("place", near(60, "ussr_km"), ids=lambda place: place.id)
def test_soviet_limit__is_as_far_from_places_as_the_record_says(place):
    edge = zone_lines(ARCHIVE.ledger, CHART, CHART.zones["soviet-limit"])
    assert distance_km(edge, place.lon_deg, place.lat_deg) == pytest.approx(place.ussr_km, abs=5)


def test_borders__join_from_sea_to_sea():
    for first, second in itertools.pairwise(["yalu", "paektu", "tumen", "soviet-border"]):
        assert math.dist(line(first)[-1], line(second)[0]) < 0.001
    assert line("armistice-line")[0][0] < 126.8
    assert line("armistice-line")[-1][0] > 128.3
    assert {lat for _, lat in line("parallel-38")} == {38.0}


def test_along_rivers__goes_straight_where_no_river_leads():
    sea = ((125.0, 38.0), (124.0, 37.0))
    assert along_rivers(sea) == sea


def test_zones__a_circle_has_its_radius_on_the_sphere():
    for id in ("kaesong-1951", "panmunjom", "rashin"):
        zone = CHART.zones[id]
        (lon, lat), (rim,) = CHART.outlines[id][0], zone_lines(ARCHIVE.ledger, CHART, zone)
        assert rim[0] == rim[-1]
        for other, up in rim:
            half = math.radians(up - lat) / 2, math.radians(other - lon) / 2
            chord = math.sin(half[0]) ** 2
            chord += math.cos(math.radians(lat)) * math.cos(math.radians(up)) * math.sin(half[1]) ** 2
            far = 2 * 6371.0088 * math.asin(math.sqrt(chord))
            assert far == pytest.approx(zone.reach_km, rel=0.01)


def test_trunk__is_interpolated_between_the_dated_values_of_the_scenario():
    knots = {row.at: row.middle for row in ARCHIVE.war.parameters if row.name == "rail_trunk_cars"}
    assert {day: trunk_cars(ARCHIVE, day) for day in knots} == knots
    first, second = sorted(knots)[1:3]
    middle = first + (second - first) // 2
    share = (middle - first).days / (second - first).days
    assert trunk_cars(ARCHIVE, middle) == pytest.approx(knots[first] * (1 - share) + knots[second] * share)
    assert trunk_cars(ARCHIVE, DAY("1953-07-27")) == knots[max(knots)]


def test_links__a_count_stands_before_the_capacity_and_only_on_its_days():
    found = {row.link.id: row for row in links_on(ARCHIVE, DAY("1952-05-10"))}
    counted = [row for row in found.values() if row.basis == "record"]
    sections = {"sinuiju-chongju", "chongju-sinanju", "sinanju-sopo", "sopo-pyongyang"}
    assert {row.link.section for row in counted} == sections
    assert {row.cars_per_day for row in counted} == {15 * 20}
    assert all(row.basis != "record" for row in links_on(ARCHIVE, DAY("1952-06-10")))
    trunk = trunk_cars(ARCHIVE, DAY("1952-05-10"))
    for row in found.values():
        if row.basis == "scenario":
            assert row.cars_per_day == pytest.approx(row.share * trunk, abs=0.1)
        assert (row.cars_per_day is None) == (row.link.mode != "rail")


def test_links__open_when_the_scenario_opens_them():
    new = [link for link in ARCHIVE.war.links if link.opens]
    for link in new:
        for day, state in ((link.opens - datetime.timedelta(days=1), "not_yet"), (link.opens, "open")):
            assert {r.state for r in links_on(ARCHIVE, day) if r.link is link} == {state}
    assert new


def test_damage__has_every_estimate_of_a_town_and_the_table_of_places():
    rows = {row.place.id: row for row in damage(ARCHIVE)}
    assert {one.id for one in rows["c_sinanju"].estimates} == {"sinanju_state", "city_sinanju"}
    assert {one.id for one in rows["c_pyongyang"].estimates} == {"pyongyang_75", "city_pyongyang"}
    for row in rows.values():
        if row.place.destroyed_percent is not None:
            assert row.place.destroyed_percent in row.shares
        for one in row.estimates:
            assert set(one.amounts) <= set(row.shares)
    assert rows["c_chongjin"].shares == (65,)
    assert rows["c_sinuiju"].shares == ()


def test_targets__are_struck_by_the_raids_of_the_scenario_so_far():
    day = DAY("1952-06-23")
    rows = {row.target.id: row for row in targets_on(ARCHIVE, day)}
    struck = {raid.target for raid in ARCHIVE.war.raids if raid.day <= day}
    assert {id for id, row in rows.items() if row.raids} == struck & set(rows)
    assert all(raid.date <= day for row in rows.values() for raid in row.raids)
    late = {t.id for t in ARCHIVE.war.targets if t.known_from and t.known_from > day}
    assert late
    assert not late & set(rows)


@pytest.mark.parametrize("name", ["zones", "borders", "damage", "names", "links", "targets"])
def test_api__the_map_lists_as_tables_hold_the_same_rows(name):
    dated = {"date": "1952-05-10"} if name in ("links", "targets") else {}
    body = get(name, **dated).json()
    table = list(csv.DictReader(io.StringIO(get(name, format="csv", **dated).text)))
    key = "place" if name == "names" else "id"
    assert list(dict.fromkeys(row[key] for row in table)) == [row[key] for row in body["rows"]]
    assert body["metadata"]["rows"] == len(body["rows"])
    if name == "damage":
        assert len(table) == sum(max(1, len(row["estimates"])) for row in body["rows"])


def test_api__zones_as_features_are_closed_and_turn_the_way_of_the_standard():
    body = get("zones", format="geojson", date="1951-08-01").json()
    assert {one["properties"]["id"] for one in body["features"]} >= {"rashin", "kaesong-1951", "mig-alley"}
    for one in body["features"]:
        shape = one["geometry"]
        assert shape["type"] == ("MultiLineString" if one["properties"]["shape"] == "strip" else "Polygon")
        for ring in shape["coordinates"] if shape["type"] == "Polygon" else []:
            assert ring[0] == ring[-1]
            assert sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(ring)) > 0


def test_api__filters_of_the_map_lists():
    neutral = get("zones", kind="neutral", date="1952-01-01").json()["rows"]
    assert [row["id"] for row in neutral] == ["kaesong-1952", "panmunjom", "munsan"]
    before = {row["id"]: row["in_force"] for row in get("borders", date="1953-07-26").json()["rows"]}
    assert "armistice-line" not in before
    assert before["parallel-38"] is False
    dams = get("targets", date="1953-05-14", target_class="dam").json()["rows"]
    assert {row["target_class"] for row in dams} == {"dam"}
    refused = client().get("/api/targets", params={"date": "1953-05-14", "target_class": "x"})
    assert refused.status_code == 404
    assert client().get("/api/links").status_code == 422


def test_day_map__draws_the_zones_and_borders_of_the_day():
    eve, day = (day_map(ARCHIVE, DAY(date)) for date in ("1953-07-26", "1953-07-27"))
    drawn = [[one.zone.id for one in map.zones] for map in (eve, day)]
    assert set(drawn[1]) - set(drawn[0]) == {"demilitarised"}
    strip = next(one for one in day.zones if one.zone.id == "demilitarised")
    assert strip.width == 2 * 2 * 10
    assert [one.in_force for one in day.borders if one.border.id == "parallel-38"] == [False]
    assert {one.weight for one in day.rails} == {"heavy", "middle", "light"}


def test_day_map__names_on_a_narrow_screen_are_twelve_pixels_high_and_clear_of_one_another():
    for map in (
        day_map(ARCHIVE, DAY("1952-06-23")),
        place_map(ARCHIVE, "Pyongyang", 125.75, 39.03, DAY("1951-07-10")),
    ):
        narrow = next(one for one in map.labels if one.screen == "narrow")
        assert narrow.unit * 330 / map.frame[2] > 12
        assert narrow.marks
        boxes = [(m.x + narrow.unit, m.y, len(m.name) * 0.56 * narrow.unit) for m in narrow.marks]
        for (x1, y1, wide1), (x2, y2, wide2) in itertools.combinations(boxes, 2):
            assert x1 + wide1 <= x2 or x2 + wide2 <= x1 or abs(y1 - y2) >= narrow.unit


def test_day_map__marks_damage_only_from_the_day_for_which_it_is_stated():
    ranks = [
        {mark.name: mark.rank for mark in day_map(ARCHIVE, DAY(day)).marks if mark.rank}
        for day in ("1953-07-26", "1953-07-27")
    ]
    assert ranks[0] == {}
    assert ranks[1]["Sariwon"] == "worst"
    assert ranks[1]["Songjin"] == "bad"
    assert ranks[1]["Musan"] == "some"
