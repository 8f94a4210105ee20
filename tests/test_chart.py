"""Zones, borders, names and counted traffic: their tables, and every fault of a broken one."""

import csv
import datetime
import shutil
import unicodedata

import pytest

from stalemate import shipped
from stalemate.errors import EvidenceError
from stalemate.evidence.chart import Chart
from stalemate.evidence.ledger import Ledger

LEDGER = Ledger.load()
CHART = Chart.load(LEDGER)
TABLES = ("zones", "borders", "outlines", "traffic", "names")


def rows(name):
    with (shipped.folder("record") / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("day", ["1951-07-10", "1951-10-21", "1951-10-22", "1953-07-26", "1953-07-27"])
def test_chart__zones_on_a_day_are_those_of_the_table(day):
    wanted = [row["id"] for row in rows("zones") if row["start"] <= day <= (row["end"] or "9999")]
    assert [zone.id for zone in CHART.zones_on(datetime.date.fromisoformat(day))] == wanted


def test_chart__the_armistice_line_and_its_zone_are_not_there_before_the_armistice():
    eve, day = datetime.date(1953, 7, 26), datetime.date(1953, 7, 27)
    for date, there in ((eve, False), (day, True)):
        assert ("armistice-line" in [row.id for row in CHART.borders_by(date)]) == there
        assert ("demilitarised" in [row.id for row in CHART.zones_on(date)]) == there
    parallel = CHART.borders["parallel-38"]
    assert not parallel.overlaps(eve, eve)


def test_chart__what_was_never_delimited_is_the_only_thing_not_surveyed():
    assert [row.id for row in CHART.borders.values() if not row.surveyed] == ["paektu"]


def test_chart__a_zone_without_a_figure_or_a_source_for_its_width_says_that_it_is_assumed():
    for zone in CHART.zones.values():
        assert zone.figures, zone.id
        assert zone.approximate, zone.id
    radius_m = {"kaesong-1951": 5 * 1609.344, "kaesong-1952": 3 * 1609.344, "munsan": 3 * 1609.344}
    radius_m |= {"panmunjom": 1000 * 0.9144, "soviet-limit": 12 * 1609.344}
    for id, metres in radius_m.items():
        assert CHART.zones[id].reach_km == pytest.approx(metres / 1000, abs=0.02)


def kinds(text):
    return {unicodedata.name(letter).split(" ")[0] for letter in text if not letter.isspace()}


def test_names__are_in_the_letters_that_they_say():
    for row in CHART.names.values():
        assert kinds(row.hangul) <= {"HANGUL"}, row
        assert {kind.split("-")[0] for kind in kinds(row.han)} <= {"CJK"}, row
    assert CHART.names["c_pyongyang"].hangul == "평양"
    assert CHART.names["a_antung"].han_language == "zh-Hant"


def test_names__of_one_romanised_name_are_one_name():
    """Places called the same on maps of the time, such as a town and a camp in it, have one Hangul name."""
    seen = {}
    for id, row in CHART.names.items():
        if row.hangul and not row.names:
            name = LEDGER.places[id].name_1950s
            assert seen.setdefault(name, row.hangul) == row.hangul, name


def test_chart__traffic_counts_in_its_own_days_and_sections_alone():
    may = datetime.date(1952, 5, 10)
    assert [row.figure for row in CHART.counted("sinanju-sopo", may, LEDGER)] == ["rail_trains_1952"]
    assert CHART.counted("sinanju-sopo", datetime.date(1952, 6, 10), LEDGER) == ()
    assert CHART.counted("kowon-tanchon", may, LEDGER) == ()


FAULTS = {
    "a circle without a radius": ("zones", "kaesong-1952", {"reach_km": ""}, "a radius for a circle"),
    "an area with a reach": ("zones", "mig-alley", {"reach_km": "3"}, "no reach for an area"),
    "an unknown border": ("zones", "manchuria", {"follows": "amur"}, "an id that exists"),
    "an unknown figure": ("zones", "panmunjom", {"figures": "nothing"}, "an id that exists"),
    "an end before the start": ("zones", "munsan", {"end": "1950-01-01"}, "an end on or after the start"),
    "an unknown source": ("borders", "yalu", {"sources": "nobody"}, "an id that exists"),
    "characters without a language": ("names", "c_pyongyang", {"han_language": ""}, "a language for"),
    "a name of nothing": ("names", "c_seoul", {"hangul": ""}, "at least one of hangul and han"),
    "no cars": ("traffic", "rail_trains_1952", {"cars_per_day": "0"}, "greater than 0"),
    "an outline of nothing": ("outlines", "yalu", {"of": "volga"}, "an id that exists"),
}


@pytest.mark.parametrize(("table", "key", "change", "told"), FAULTS.values(), ids=FAULTS)
def test_chart__refuses(tmp_path, table, key, change, told):
    record = shipped.folder("record")
    for name in TABLES:
        shutil.copy(record / f"{name}.csv", tmp_path)
    found = rows(table)
    first = next(iter(found[0]))
    next(row for row in found if row[first] == key).update(change)
    with (tmp_path / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(found[0]))
        writer.writeheader()
        writer.writerows(found)
    with pytest.raises(EvidenceError, match=told):
        Chart.load(LEDGER, tmp_path)


def test_chart__tells_a_circle_of_two_points(tmp_path):
    for name in TABLES:
        shutil.copy(shipped.folder("record") / f"{name}.csv", tmp_path)
    with (tmp_path / "outlines.csv").open("a", encoding="utf-8") as file:
        file.write("munsan,1,37.9,126.8,second\n")
    with pytest.raises(EvidenceError, match="2 points of munsan"):
        Chart.load(LEDGER, tmp_path)
