"""The maps: the projection against closed forms, the base map against known places, what a day shows."""

import datetime
import gzip
import itertools
import json
import math
import re
import xml.etree.ElementTree as ET
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stalemate.interfaces.atlas.archive import Archive
from stalemate.interfaces.atlas.basemap import BOX, base_map, base_picture, basemap_json, hectometres, path
from stalemate.interfaces.atlas.drawing import THEATRE, day_map, event_map, front_lines, railways
from stalemate.interfaces.atlas.projection import EARTH_KM, KOREA, Conic

LONS = st.floats(120, 135)
LATS = st.floats(31, 46)


@cache
def archive():
    return Archive.load()


def test_conic__agrees_with_the_worked_example_of_its_reference():
    """Snyder (1987), p. 295: the sphere of radius one, parallels 33 and 45, origin 23 N 96 W."""
    cone = Conic(south=33, north=45, middle=-96, origin=23, radius=1)
    assert cone.cone == pytest.approx(0.6304777, abs=1e-7)
    assert cone.forward(-75, 35) == pytest.approx((0.2966785, 0.2462112), abs=1e-7)


def test_conic__with_one_parallel_has_its_sine_as_constant():
    assert Conic(40, 40, 127, 40).cone == pytest.approx(math.sin(math.radians(40)))
    assert Conic(40, 40 + 1e-6, 127, 40).cone == pytest.approx(math.sin(math.radians(40)), abs=1e-7)


@given(LONS, LATS)
def test_conic__goes_there_and_back(lon, lat):
    assert KOREA.inverse(*KOREA.forward(lon, lat)) == pytest.approx((lon, lat), abs=1e-9)


@given(LONS, LATS)
def test_conic__is_conformal_and_true_to_half_a_per_cent(lon, lat):
    """The scale is the same east and north, and the two directions are at right angles."""
    step = 1e-5
    east = [
        b - a for a, b in zip(KOREA.forward(lon - step, lat), KOREA.forward(lon + step, lat), strict=True)
    ]
    north = [
        b - a for a, b in zip(KOREA.forward(lon, lat - step), KOREA.forward(lon, lat + step), strict=True)
    ]
    ground = EARTH_KM * math.radians(2 * step)
    scale = math.hypot(*north) / ground
    assert math.hypot(*east) / (ground * math.cos(math.radians(lat))) == pytest.approx(scale, rel=1e-5)
    assert abs(east[0] * north[0] + east[1] * north[1]) < 1e-5 * math.hypot(*east) * math.hypot(*north)
    if 34 <= lat <= 43:
        assert scale == pytest.approx(1, abs=0.005)


@pytest.mark.parametrize("lat", [35.5, 41.5])
def test_conic__is_true_on_its_parallels(lat):
    step = 1e-4
    apart = math.dist(KOREA.forward(127 - step, lat), KOREA.forward(127 + step, lat))
    assert apart == pytest.approx(EARTH_KM * math.cos(math.radians(lat)) * math.radians(2 * step), rel=1e-8)


def on_land(lon, lat):
    """Count crossings of a line to the east of a place with the outlines of the land."""
    crossings = 0
    for ring in base_map().land:
        for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
            if (y1 > lat) != (y2 > lat) and lon < x1 + (lat - y1) / (y2 - y1) * (x2 - x1):
                crossings += 1
    return crossings % 2 == 1


def test_base_map__has_the_towns_of_the_record_on_land():
    towns = [place for place in archive().ledger.places.values() if place.kind == "city"]
    assert len(towns) > 20
    assert [town.name_1950s for town in towns if not on_land(town.lon_deg, town.lat_deg)] == []


@pytest.mark.parametrize(("lon", "lat"), [(126.44, 37.46), (126.45, 36.62), (126.70, 37.29), (126.53, 35.78)])
def test_base_map__is_sea_where_land_was_won_after_the_war(lon, lat):
    """Incheon airport, Seosan, Sihwa, Saemangeum."""
    assert not on_land(lon, lat)


@pytest.mark.parametrize(("lon", "lat"), [(131.0, 39.5), (124.5, 37.0), (129.5, 40.0)])
def test_base_map__is_sea_in_the_sea(lon, lat):
    assert not on_land(lon, lat)


def distance_km(line, lon, lat):
    """Return how near a line of vertices comes to a place."""
    x, y = KOREA.forward(lon, lat)
    best = math.inf
    points = [KOREA.forward(*vertex) for vertex in line]
    for (x1, y1), (x2, y2) in itertools.pairwise(points):
        length = (x2 - x1) ** 2 + (y2 - y1) ** 2
        share = min(1, max(0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length)) if length else 0
        best = min(best, math.dist((x, y), (x1 + share * (x2 - x1), y1 + share * (y2 - y1))))
    return best


@pytest.mark.parametrize("river", ["Yalu", "Taedong", "Chongchon"])
def test_base_map__rivers_run_under_the_bridges_of_the_record(river):
    shapes = base_map()
    nodes = {node.id: node for node in archive().war.nodes}
    lines = [*shapes.rivers, *shapes.lakes, *shapes.approximate, *shapes.shore]
    bridges = [nodes[row.node] for row in archive().war.crossings if row.river == river]
    assert bridges
    assert {b.id: min(distance_km(line, b.lon, b.lat) for line in lines) < 5 for b in bridges} == {
        b.id: True for b in bridges
    }


def test_base_map__has_the_reservoirs_of_the_time_and_no_later_one():
    named = {
        one["properties"]["name"] for one in json.loads(basemap_json())["objects"]["lakes"]["geometries"]
    }
    assert {"Suiho reservoir", "Hwachon reservoir", "Chosin reservoir", "Fusen reservoir"} <= named
    soyang = (127.95, 37.97)
    assert all(math.dist(soyang, vertex) > 0.05 for ring in base_map().lakes for vertex in ring)


def test_base_map__is_small():
    assert len(gzip.compress(basemap_json(), 9)) <= 100_000


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_base_picture__is_well_formed_and_without_script_or_style(theme):
    picture = ET.fromstring(base_picture(theme))
    assert picture.get("viewBox") == " ".join(map(str, BOX))
    assert {one.tag.rpartition("}")[2] for one in picture.iter()} == {"svg", "rect", "path"}
    assert not any("style" in one.attrib for one in picture.iter())


def test_path__holds_the_line_in_hectometres():
    line = [(126.0, 38.0), (126.0, 38.0), (127.0, 39.0), (126.5, 39.5)]
    numbers = [int(text) for text in re.findall(r"-?\d+", path([line]))]
    x, y, points = 0, 0, []
    for step_x, step_y in zip(numbers[::2], numbers[1::2], strict=True):
        x, y = x + step_x, y + step_y
        points.append((x, y))
    assert points == [hectometres(*place) for place in (line[0], line[2], line[3])]


DAYS = {
    "1951-06-30": ["1951-07-10"],
    "1951-07-10": ["1951-07-10"],
    "1951-07-11": ["1951-07-10", "1951-11-27"],
    "1952-12-31": ["1952-12-31"],
    "1953-07-28": ["1953-07-27"],
}


@pytest.mark.parametrize(("day", "wanted"), DAYS.items())
def test_front_lines__are_the_last_one_drawn_and_the_next(day, wanted):
    lines = front_lines(archive(), datetime.date.fromisoformat(day))
    assert [str(line[0].date) for line in lines] == wanted
    assert all([row.vertex for row in line] == sorted(row.vertex for row in line) for line in lines)
    assert sum(len(line) for line in lines) == sum(str(r.date) in wanted for r in archive().ledger.front_line)


def test_day_map__shows_all_events_and_raids_of_the_day_within_its_frame():
    day = datetime.date(1951, 10, 23)
    drawn = day_map(archive(), day)
    assert {mark.name for mark in drawn.marks if mark.kind == "raid"} == {
        raid.name for raid in archive().raids[day] if raid.lat_deg is not None
    }
    assert [mark.name for mark in drawn.marks if mark.kind == "event"] == ["Namsi"]
    left, top, width, height = THEATRE
    assert all(left <= m.x <= left + width and top <= m.y <= top + height for m in drawn.marks)


def test_day_map__the_band_is_as_wide_as_the_error_on_both_sides():
    for front in day_map(archive(), datetime.date(1951, 7, 11)).fronts:
        assert front.band / 10 == 2 * front.error_km


def test_railways__a_line_is_there_from_the_day_it_opened():
    opened = [link for link in archive().war.links if link.mode == "rail" and link.opens]
    assert opened
    for link in opened:
        before = railways(archive(), link.opens - datetime.timedelta(days=1))
        assert len(before) < len(railways(archive(), link.opens))


def test_event_map__is_drawn_where_the_base_map_reaches_and_nowhere_else():
    drawn = {e.place: event_map(archive(), e, e.start) is not None for e in archive().chronicle.events}
    assert not any(drawn[place] for place in ("Washington", "Moscow", "New York", "London", "Tokyo"))
    assert all(drawn[place] for place in ("Panmunjom", "Pyongyang", "Koje-do", "Suiho"))
    for event in archive().chronicle.events:
        frame = event_map(archive(), event, event.start)
        if frame:
            assert any(mark.kind == "event" for mark in frame.marks)
            assert frame.frame[0] >= BOX[0]
            assert frame.frame[0] + frame.frame[2] <= BOX[0] + BOX[2]
