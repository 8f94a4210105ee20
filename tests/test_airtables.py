"""Fixed targets: each fault across their tables is told, and a second reading agrees with the record."""

import csv
import io
import math
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from korea import copy_of_flagship, faults_of, spoiled

from stalemate import shipped
from stalemate.scenario import read
from stalemate.scenario.air import TARGET_CLASSES
from stalemate.scenario.airtables import UNITS
from stalemate.scenario.begin import files_of_new

EARTH_RADIUS_KM = 6371.0
MIDDLE_KM = 4.0
"""Half the gap that places of the record leave for a distance that the record does not hold, at most."""

NOT_TARGETS = {"d_hwachon"}
"""On the UN side of the line."""

FIXED_KINDS = (
    "hydroelectric plant",
    "dam",
    "airfield",
    "airfield (Manchuria, restricted)",
    "aluminium plant",
    "chemical works",
    "munitions works",
    "steel works",
    "cement works",
    "refinery",
    "mine",
    "radio station",
    "industrial area",
    "military school",
    "supply area",
)
JOINED = {
    "a_mirim": "a_pydown",
    "a_ogyori": "a_yongyu",
    "a_sinmak": "a_sariwon",
    "a_ongjin": "a_anak",
    "a_tatungkou": "a_antung",
    "a_takushan": "a_antung",
    "a_kuantien": "a_fengcheng",
}
"""Fields that stand in the row of a neighbour."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return copy_of_flagship(tmp_path_factory.mktemp("targets"))


@pytest.fixture(scope="module")
def war():
    return read.load("korea-1951")


@pytest.fixture(scope="module")
def places() -> dict[str, dict[str, str]]:
    with (shipped.folder("record") / "places.csv").open(newline="", encoding="utf-8") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def cells_of(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def bytes_of(cells: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(cells)
    return out.getvalue().encode()


def great_circle_km(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Return the distance by the spherical law of cosines of chords (haversine)."""
    a, b = math.radians(lat_a), math.radians(lat_b)
    chord = math.sin((b - a) / 2) ** 2
    chord += math.cos(a) * math.cos(b) * math.sin(math.radians(lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(chord))


def row_of(cells: list[list[str]], *wanted: str) -> int:
    """Return the first row that begins with these cells."""
    return next(n for n, row in enumerate(cells) if tuple(row[: len(wanted)]) == wanted)


FAULTS = [
    ("targets", ("suiho",), "target_class", "palace", "target_class", "one of power, mine"),
    ("targets", ("sinmak-yard",), "section", "nowhere", "section", "an id of sections"),
    ("targets", ("suiho",), "reached_by", "b29;zeppelin", "reached_by", "ids of classes"),
    ("targets", ("suiho",), "reached_by", "", "reached_by", "the classes that could reach it"),
    ("targets", ("suiho",), "lat", "50", "lat", "beyond the nodes"),
    ("targets", ("suiho",), "lon", "-124.9", "lon", "beyond the nodes"),
    ("target_facts", ("suiho", "size"), "target", "no-such", "target", "an id of targets"),
    ("target_facts", ("suiho", "size"), "unit", "hectares", "unit", "'aim areas' for size"),
    ("target_facts", ("suiho", "guns"), "unit", "1", "unit", "'guns' for guns"),
    ("target_facts", ("suiho", "people"), "low", "-1", "low", "0 or more"),
    ("target_facts", ("suiho", "size"), "low", "0", "low", "more than 0"),
    ("target_facts", ("suiho", "standing"), "high", "1.5", "high", "at most 1"),
    ("target_facts", ("suiho", "worth"), "start", "1952-01-01", "start", "only guns change"),
    ("target_facts", ("suiho", "guns"), "start", "1952-01-01", "start", "a first row of guns"),
    ("target_facts", ("suiho", "guns"), "start", "1953-12-01", "start", "rows of guns in order"),
    ("target_facts", ("toksan-dam", "worth"), "high", "1", "middle", "sum to 1 over the class dam"),
]


@pytest.mark.parametrize(("table", "wanted", "column", "cell", "where", "expected"), FAULTS)
def test_targets__each_fault_names_its_row(folder, table, wanted, column, cell, where, expected):
    path = folder / f"{table}.csv"
    cells = cells_of(path)
    row = row_of(cells, *wanted)
    cells[row][cells[0].index(column)] = cell
    if "sum to 1" in expected:
        cells[row][cells[0].index("middle")] = cell
    with spoiled(path, bytes_of(cells)):
        faults = [fault for fault in faults_of(folder) if fault.file == path.name]
    assert [fault for fault in faults if fault.column == where and expected in fault.expected], faults
    assert all(fault.row > 1 and fault.found for fault in faults)


@pytest.mark.parametrize("quantity", sorted(UNITS))
def test_targets__each_needs_every_number(folder, quantity):
    path = folder / "target_facts.csv"
    cells = [row for row in cells_of(path) if row[:2] != ["aoji-oil", quantity]]
    with spoiled(path, bytes_of(cells)):
        faults = faults_of(folder)
    (fault,) = [fault for fault in faults if fault.file == "targets.csv"]
    assert fault.found == f"no {quantity} in target_facts"
    assert cells_of(folder / "targets.csv")[fault.row - 1][0] == "aoji-oil"


def test_targets__all_faults_are_told_at_once(folder):
    targets, facts = cells_of(folder / "targets.csv"), cells_of(folder / "target_facts.csv")
    targets[1][targets[0].index("lat")] = "60"
    targets[2][targets[0].index("section")] = "nowhere"
    facts[1][facts[0].index("unit")] = "acres"
    facts[3][facts[0].index("target")] = "no-such"
    with (
        spoiled(folder / "targets.csv", bytes_of(targets)),
        spoiled(folder / "target_facts.csv", bytes_of(facts)),
    ):
        faults = faults_of(folder)
    told = {(fault.file, fault.row, fault.column) for fault in faults}
    assert {
        ("targets.csv", 2, "lat"),
        ("targets.csv", 3, "section"),
        ("target_facts.csv", 2, "unit"),
        ("target_facts.csv", 4, "target"),
    } <= told


@pytest.mark.parametrize("table", ["targets", "target_facts"])
def test_targets__a_second_row_of_one_name_is_a_fault(folder, table):
    path = folder / f"{table}.csv"
    cells = cells_of(path)
    with spoiled(path, bytes_of([*cells, cells[1]])):
        assert any("once (it stands on line 2" in fault.expected for fault in faults_of(folder))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sampled_from(["targets", "target_facts"]),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 99), st.integers(0, 10**6)), max_size=4),
    st.text(max_size=12),
)
def test_targets__no_edit_of_cells_ends_in_another_error(folder, table, edits, text):
    """Cells are moved about within the table, and one holds any text."""
    path = folder / f"{table}.csv"
    cells = cells_of(path)
    width, height = len(cells[0]), len(cells) - 1
    for row, column, other in edits:
        cells[row % height + 1][column % width] = cells[other % height + 1][(column + other % 3) % width]
    cells[1 + len(text) % height][len(edits) % width] = text
    with spoiled(path, bytes_of(cells)):
        for fault in faults_of(folder):
            assert (folder / fault.file).is_file()
            assert fault.expected


def test_targets__the_template_has_one_of_each_class(tmp_path):
    for name, data in files_of_new("small", "korea-1951").items():
        (tmp_path / name).write_bytes(data)
    new = read.load(tmp_path)
    assert [target.target_class for target in new.targets] == list(TARGET_CLASSES)
    assert {target.reached_by for target in new.targets} == {
        tuple(dict.fromkeys(row.aircraft_class for row in new.effort))
    }


def test_flagship__every_class_has_targets_and_their_number_fits_the_record(war):
    counts = Counter(target.target_class for target in war.targets)
    assert set(counts) == set(TARGET_CLASSES)
    assert sum(counts.values()) <= 160


def test_flagship__holds_every_fixed_target_of_the_places(war, places):
    """All places of the fixed kinds and the 22 towns are rows, or stand in a neighbour's row."""
    named = {target.place for target in war.targets}
    wanted = {id_ for id_, place in places.items() if place["kind"] in FIXED_KINDS}
    wanted |= {id_ for id_, place in places.items() if id_[0] == "c" and id_ not in ("c_kaesong", "c_seoul")}
    wanted |= {
        id_ for id_, place in places.items() if place["kind"] == "HQ" and float(place["lat_deg"]) > 38.2
    }
    assert {JOINED.get(id_, id_) for id_ in wanted} - named - NOT_TARGETS == set()
    assert sum(target.target_class == "town" for target in war.targets) == 22


def test_flagship__no_target_is_a_camp_or_in_the_conference_zone(war, places):
    kinds = {places[target.place]["kind"] for target in war.targets if target.place}
    assert not any("camp" in kind or "zone" in kind for kind in kinds)
    zone = places["z_kaesong"]
    for target in war.targets:
        away = great_circle_km(target.lat, target.lon, float(zone["lat_deg"]), float(zone["lon_deg"]))
        assert away > 8.05, target.id


def test_flagship__places_agree_with_the_record(war, places):
    """A target that names a place stands within a kilometre of it, at the same distances from the borders."""
    checked = 0
    for target in war.targets:
        if target.place is not None:
            place = places[target.place]
            away = great_circle_km(target.lat, target.lon, float(place["lat_deg"]), float(place["lon_deg"]))
            assert away <= 1.0, target.id
            assert target.border_km == float(place["yalu_tumen_km"])
            assert target.ussr_km == float(place["ussr_km"])
            checked += 1
    assert checked >= 90


def test_flagship__raided_points_agree_with_the_raids(war):
    """A coordinate said to come from a raid is that raid's, and one from a node that node's."""
    with (shipped.folder("record") / "raids.csv").open(newline="", encoding="utf-8") as file:
        raids = {row["id"]: (row["lat_deg"], row["lon_deg"]) for row in csv.DictReader(file)}
    nodes = {node.id: (str(node.lat), str(node.lon)) for node in war.nodes}
    kinds: Counter[str] = Counter()
    for target in war.targets:
        kind, _, name = target.coordinate_source.partition(": ")
        kinds[kind] += 1
        points = {"raids.csv": raids, "nodes.csv": nodes}.get(kind)
        if points is not None:
            assert (target.lat, target.lon) == tuple(map(float, points[name])), target.id
        if kind == "raids.csv" and target.known_from is not None:
            assert str(target.known_from) <= name[:10], target.id
    assert kinds["raids.csv"] >= 35
    assert kinds["places.csv"] >= 90


@pytest.mark.parametrize(("column", "known"), [("border_km", "yalu_tumen_km"), ("ussr_km", "ussr_km")])
def test_flagship__distances_to_the_borders_fit_those_of_all_places(war, places, column, known):
    """A second reading: a distance to a line cannot differ between two points by more than they lie apart.

    The places of the record carry distances to the border lines, so each bounds the distance of a target.
    """
    given_points = [
        (float(p["lat_deg"]), float(p["lon_deg"]), float(p[known])) for p in places.values() if p[known]
    ]
    for target in war.targets:
        away = [(great_circle_km(target.lat, target.lon, lat, lon), km) for lat, lon, km in given_points]
        low = max(km - apart for apart, km in away)
        high = min(km + apart for apart, km in away)
        assert low - MIDDLE_KM <= getattr(target, column) <= high + MIDDLE_KM, target.id


def test_flagship__the_yalu_is_as_near_as_its_crossings(war):
    """A second reading from the network alone: no target is farther from the border than from a crossing."""
    crossings = [node for node in war.nodes if node.kind == "source" and node.id != "KHASAN"]
    assert len(crossings) >= 6
    for target in war.targets:
        nearest = min(great_circle_km(target.lat, target.lon, node.lat, node.lon) for node in crossings)
        assert target.border_km <= nearest + 2.0, target.id


REACH_KM = (
    ("fighter-bomber", (37.56, 126.79), 370.0),
    ("b26", (35.904, 126.616), 560.0),
    ("marine", (37.24, 127.007), 340.0),
    ("carrier", (39.0, 129.0), 390.0),
    ("carrier", (41.2, 130.6), 390.0),
    ("carrier", (38.0, 124.5), 200.0),
)
BEYOND = {("chongjin-steel", "fighter-bomber"), ("chongjin-port", "fighter-bomber")}


def test_flagship__reach_follows_the_rule_of_the_page(war):
    for target in war.targets:
        within = {"b29"}
        for name, (lat, lon), radius_km in REACH_KM:
            if great_circle_km(target.lat, target.lon, lat, lon) <= radius_km:
                within.add(name)
        within |= {name for id_, name in BEYOND if id_ == target.id}
        assert set(target.reached_by) == within, target.id


def test_flagship__thirteen_plants_stand_for_the_thirteen_attacked(war):
    """Figure futrell_13_plants: 11 of 13; Suiho and four each of Chosin, Fusen and Kyosen."""
    systems = Counter(target.id.partition("-")[0] for target in war.targets if target.target_class == "power")
    assert (systems["suiho"], systems["chosin"], systems["fusen"], systems["kyosen"]) == (1, 4, 4, 4)


def test_flagship__towns_begin_above_their_final_state(war, places):
    """No town is more destroyed on the first day than at the end, on the record."""
    facts = {(fact.target, fact.quantity): fact for fact in war.target_facts}
    for target in war.targets:
        if target.target_class == "town" and target.id != "pyongyang-town":
            final = places[str(target.place)]["destroyed_percent"]
            if final:
                assert facts[target.id, "standing"].low >= 1 - float(final) / 100 - 1e-3, target.id
    assert facts["pyongyang-town", "standing"].middle == 0.27


def test_flagship__worth_of_supply_follows_size_and_of_towns_people(war):
    middles: dict[str, dict[str, float]] = defaultdict(dict)
    for fact in war.target_facts:
        middles[fact.quantity][fact.target] = fact.middle
    for name, basis in (("supply", "size"), ("town", "people")):
        ids = [target.id for target in war.targets if target.target_class == name]
        total = sum(middles[basis][id_] for id_ in ids)
        for id_ in ids:
            share = middles[basis][id_] / total
            assert middles["worth"][id_] == pytest.approx(share, abs=0.002), id_
