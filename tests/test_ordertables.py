"""Who flew what at which fixed targets, and by whose leave: each fault provoked, each table read again."""

import csv
import io
import math
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from korea import FLAGSHIP, copy_of_flagship, faults_of, spoiled

from stalemate import shipped
from stalemate.scenario import read
from stalemate.scenario.air import LEVELS

TABLES = ("missions", "attention", "raids", "authority", "law")
WAR = read.load("korea-1951")
FROM, TO = WAR.start, WAR.end
TARGETS = {row.id: row for row in WAR.targets}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return copy_of_flagship(tmp_path_factory.mktemp("orders"))


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def bytes_of(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def faults_after(folder: Path, table: str, change: Callable[[list[dict[str, str]]], object]):
    """Return the faults of the flagship with the rows of one table changed in place."""
    path = folder / f"{table}.csv"
    rows = rows_of(path)
    change(rows)
    with spoiled(path, bytes_of(rows)):
        return faults_of(folder)


def put(number: int, **cells: str) -> Callable[[list[dict[str, str]]], object]:
    return lambda rows: rows[number].update(cells)


def first(path: str, **cells: str) -> int:
    """Return the number of the first row of a table that holds these cells."""
    found = rows_of(FLAGSHIP / f"{path}.csv")
    return next(n for n, row in enumerate(found) if all(row[key] == value for key, value in cells.items()))


def drop(**cells: str) -> Callable[[list[dict[str, str]]], object]:
    def change(rows: list[dict[str, str]]) -> None:
        rows[:] = [row for row in rows if any(row[key] != value for key, value in cells.items())]

    return change


ROLE = first("raids", role="strike", target="suiho", aircraft_class="carrier")
KNOWN = first("raids", target="anak-supply")
BORDER, CLASS = first("authority", subject="border"), first("authority", subject="class")
ZONE, TARGET = first("authority", subject="zone"), first("authority", subject="target")
FAULTS = [
    ("missions", put(0, aircraft_class="zeppelin"), "missions", "aircraft_class", "an id of classes"),
    ("missions", put(0, end="1951-07-01"), "missions", "end", "a day not before start"),
    ("missions", put(0, end="1954-01-01"), "missions", "end", f"a day from {FROM} to {TO}"),
    ("missions", put(0, start="1951-07-01"), "missions", "start", f"a day from {FROM} to {TO}"),
    ("missions", put(0, end="1952-06-01"), "missions", "start", "a day after 1952-06-01"),
    ("missions", drop(aircraft_class="interceptor"), "effort", "aircraft_class", "rows from"),
    ("attention", put(0, aircraft_class="zeppelin"), "attention", "aircraft_class", "an id of classes"),
    ("attention", put(0, target_class="palace"), "attention", "target_class", "a class of some target"),
    ("attention", put(0, share="0.4"), "attention", "share", "sum to 1"),
    ("attention", put(0, end="1951-07-09"), "attention", "end", "a day not before start"),
    ("attention", put(0, end="1952-03-20"), "attention", "start", "a day after 1952-03-20"),
    ("attention", drop(aircraft_class="b29", start="1952-01-01"), "effort", "destruction_share", "or 0"),
    ("raids", put(0, day="1951-07-09"), "raids", "day", f"a day from {FROM}"),
    ("raids", put(0, day="1953-07-28"), "raids", "day", f"to {TO}"),
    ("raids", put(0, target="castle"), "raids", "target", "an id of targets"),
    ("raids", put(0, aircraft_class="zeppelin"), "raids", "aircraft_class", "an id of classes"),
    ("raids", put(ROLE, aircraft_class="marine"), "raids", "aircraft_class", "those that reach suiho"),
    ("raids", put(KNOWN, day="1952-01-01"), "raids", "day", "when it was known"),
    ("authority", put(0, end="1951-07-01"), "authority", "end", "a day not before start"),
    ("authority", put(0, start="1951-07-11"), "authority", "start", "the first day"),
    ("authority", drop(subject="all"), "authority", "subject", "rows from"),
    ("authority", put(0, name="suiho"), "authority", "name", "an empty cell, for the subject all"),
    ("authority", put(0, within_km="3"), "authority", "within_km", "an empty cell, for the subject all"),
    ("authority", put(BORDER, within_km=""), "authority", "within_km", "a value, for the subject border"),
    ("authority", put(BORDER, lat="40"), "authority", "lat", "an empty cell, for the subject border"),
    ("authority", put(ZONE, lon=""), "authority", "lon", "a value, for the subject zone"),
    ("authority", put(ZONE, within_km=""), "authority", "within_km", "a value, for the subject zone"),
    ("authority", put(TARGET, name="castle"), "authority", "name", "an id of targets"),
    ("authority", put(CLASS, name="palace"), "authority", "name", "a class of some target"),
    ("authority", put(CLASS, name=""), "authority", "name", "a value, for the subject class"),
    ("law", drop(law="hague-1907", target_class="dam"), "law", "target_class", "one under hague-1907"),
]


@pytest.mark.parametrize(("table", "change", "at", "column", "expected"), FAULTS)
def test_checks__each_fault_says_where_and_what_is_allowed(folder, table, change, at, column, expected):
    faults = faults_after(folder, table, change)
    assert [f for f in faults if (f.file, f.column) == (f"{at}.csv", column) and expected in f.expected], (
        faults
    )


def test_checks__a_class_must_have_a_target_in_reach(folder):
    """Sorties at a class of target that nobody of the aircraft reaches would vanish."""
    faults = faults_after(folder, "targets", _out_of_reach_of_b29)
    assert "a class with a target that b29 reaches" in {fault.expected for fault in faults}


def _out_of_reach_of_b29(rows: list[dict[str, str]]) -> None:
    for row in rows:
        if row["target_class"] == "airfield":
            row["reached_by"] = row["reached_by"].replace("b29", "carrier")


def test_checks__report_the_faults_of_all_tables_at_once(folder):
    missions, raids = folder / "missions.csv", folder / "raids.csv"
    bad_missions, bad_raids = rows_of(missions), rows_of(raids)
    bad_missions[0]["aircraft_class"] = "zeppelin"
    bad_raids[0]["target"] = "castle"
    with spoiled(missions, bytes_of(bad_missions)), spoiled(raids, bytes_of(bad_raids)):
        assert {fault.file for fault in faults_of(folder)} == {"missions.csv", "raids.csv"}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(TABLES), st.integers(0, 10_000), st.integers(0, 99), st.data())
def test_checks__an_edited_cell_ends_in_faults_or_none(folder, table, row, column, data):
    """The cell is any text, or one borrowed from anywhere else in the table."""
    path = folder / f"{table}.csv"
    rows = rows_of(path)
    cells = sorted({cell for other in rows for cell in other.values()})
    chosen = rows[row % len(rows)]
    name = list(chosen)[column % len(chosen)]
    chosen[name] = data.draw(st.one_of(st.text(max_size=20), st.sampled_from(cells)))
    with spoiled(path, bytes_of(rows)):
        for fault in faults_of(folder):
            assert (folder / fault.file).is_file()
            assert fault.expected


def test_raids__are_raids_of_the_record_on_its_days():
    """A raid of several days keeps the record's day among its own."""
    record = {row["id"]: row for row in rows_of(shipped.folder("record") / "raids.csv")}
    days = defaultdict(set)
    for row in WAR.raids:
        days[row.raid].add(row.day)
    assert len(days) > 80
    for raid, flown in days.items():
        when = date.fromisoformat(record[raid]["date"])
        assert min(flown) - timedelta(days=1) <= when <= max(flown) + timedelta(days=5), raid
        if len(flown) == 1:
            assert flown == {when}


def test_raids__fly_the_record_s_sorties_where_one_service_struck_alone():
    """Second reading: strike and suppression sorties by raid against the record's own table."""
    alone = {"USAF Bomber Command B-29", "USAF B-29", "USAF F-84", "USAF F-80", "USAF F-84 (58th Wing)"}
    alone |= {"USAF F-80 (8th Wing)", "USAF F-84 (49th Wing)", "USN AD Skyraiders (Essex)"}
    flown = defaultdict(float)
    for row in WAR.raids:
        if row.role != "escort":
            flown[row.raid] += row.sorties
    compared = [
        (raid, flown[raid], float(row["sorties"]))
        for row in rows_of(shipped.folder("record") / "raids.csv")
        if (raid := row["id"]) in flown and row["sorties"] and row["services"] in alone
    ]
    assert len(compared) > 60
    assert [row for row in compared if row[1] != row[2]] == []


def test_raids__fly_the_totals_of_the_joint_raids():
    """Figures pp1_sorties, pp2_sorties; 546, 730 and 150 sorties at power; 35, 35, 124, 84 at Suiho."""

    def total(prefix: str, *roles: str, **cells: str) -> float:
        return sum(
            row.sorties
            for row in WAR.raids
            if row.raid.startswith(prefix)
            and (not roles or row.role in roles)
            and all(getattr(row, key) == value for key, value in cells.items())
        )

    assert total("1952-07-11-pressure-pump") == 1254
    assert total("1952-08-29-pressure-pump") == 1403
    for aircraft_class, sorties in (("carrier", 546), ("fighter-bomber", 730), ("marine", 150)):
        assert total("1952-06-2", "strike", "suppression", aircraft_class=aircraft_class) == sorties
    assert [total("1952-06-23-suiho", role) for role in ("suppression", "strike", "escort")] == [35, 159, 84]
    assert total("1951-07-30-pyongyang") == 91 + 354
    assert total("1952-05-08-suan") == 485


def test_raids__fit_into_the_orders_of_their_period():
    """No raids of a class exceed what its row of effort sends at fixed targets, or its row of superiority."""
    fixed = {row: row.destruction_share for row in WAR.effort}
    fixed |= {row: 1.0 for row in WAR.missions if row.mission == "superiority"}
    placed = 0
    for row, share in fixed.items():
        ordered = row.sorties_per_month * share / 30.4 * ((row.end - row.start).days + 1)
        of_class = [raid for raid in WAR.raids if raid.aircraft_class == row.aircraft_class]
        mine = [raid for raid in of_class if row.start <= raid.day <= row.end]
        assert sum(raid.sorties for raid in mine) <= ordered + 0.5, (row.aircraft_class, row.start)
        placed += len(mine)
    assert placed == len(WAR.raids)


def test_raids__had_the_leave_of_the_theatre_on_their_day():
    """What was flown had been approved: no rule above the theatre stands on the day of a raid."""
    for raid in WAR.raids:
        target = TARGETS[raid.target]
        levels = [
            rule.level for rule in WAR.authority if rule.start <= raid.day <= rule.end and fits(rule, target)
        ]
        assert max(map(LEVELS.index, levels)) <= LEVELS.index("theatre"), (raid.raid, levels)


def test_rule__fits_what_its_cells_say():
    """Against a flat map, for all rules and targets."""
    told = [(rule.id, target.id) for rule in WAR.authority for target in WAR.targets if rule.fits(target)]
    plain = [(rule.id, target.id) for rule in WAR.authority for target in WAR.targets if fits(rule, target)]
    assert told == plain
    rule = next(rule for rule in WAR.authority if rule.subject == "zone")
    north = TARGETS["suiho"].model_copy(update={"lat": rule.lat + 0.07, "lon": rule.lon})
    assert rule.fits(north)
    assert not rule.fits(north.model_copy(update={"lat": rule.lat + 0.075}))


def fits(rule, target) -> bool:
    """Say whether a rule holds for a target, from its cells alone."""
    if rule.subject in ("target", "class"):
        return rule.name == (target.id if rule.subject == "target" else target.target_class)
    if rule.subject == "zone":
        north = math.radians(target.lat - rule.lat)
        east = math.radians(target.lon - rule.lon) * math.cos(math.radians(rule.lat))
        return 6371.0 * math.hypot(north, east) <= rule.within_km
    distance = {"border": target.border_km, "ussr": target.ussr_km, "all": 0.0}[rule.subject]
    return rule.subject == "all" or distance <= rule.within_km


@pytest.mark.parametrize(
    ("target", "day", "level"),
    [
        ("suiho", date(1952, 6, 19), "president"),
        ("suiho", date(1952, 6, 20), "theatre"),
        ("chosin-1", date(1951, 7, 10), "theatre"),
        ("rashin-port", date(1951, 8, 24), "president"),
        ("rashin-port", date(1951, 8, 25), "field"),
        ("pyongyang-town", date(1951, 7, 24), "joint-chiefs"),
        ("pyongyang-town", date(1951, 7, 25), "theatre"),
        ("aoji-oil", date(1952, 8, 31), "joint-chiefs"),
        ("aoji-oil", date(1952, 9, 2), "joint-chiefs"),
        ("antung-airfield", date(1953, 7, 27), "never"),
        ("namsi-dam", date(1953, 6, 12), "joint-chiefs"),
        ("toksan-dam", date(1953, 5, 13), "theatre"),
        ("yangsi-supply", date(1953, 5, 3), "joint-chiefs"),
        ("sinuiju-airfield", date(1952, 11, 28), "theatre"),
        ("sariwon-supply", date(1953, 1, 20), "field"),
    ],
)
def test_authority__is_what_the_record_says_on_the_day(target, day, level):
    levels = [r.level for r in WAR.authority if r.start <= day <= r.end and fits(r, TARGETS[target])]
    assert max(levels, key=LEVELS.index) == level


def test_missions__and_effort_stay_below_what_the_aircraft_can_fly():
    """Daily orders of a class against aircraft x serviceable share x the most sorties of one, on each day."""
    for aircraft_class in (row.id for row in WAR.classes):
        changes = {row.start for row in (*WAR.effort, *WAR.missions, *WAR.strengths)}
        for when in sorted(changes):
            rows = [
                row
                for row in (*WAR.effort, *WAR.missions)
                if row.aircraft_class == aircraft_class and row.start <= when <= row.end
            ]
            most = {
                row.quantity: row.high if row.quantity.startswith("sorties") else row.middle
                for row in WAR.strengths
                if row.aircraft_class == aircraft_class and row.start <= when <= row.end
            }
            assert sum(row.sorties_per_month for row in rows) / 30.4 <= math.prod(most.values()), (
                aircraft_class,
                when,
            )


def test_missions__support_of_the_front_stands_near_the_recorded_totals():
    """96 sorties a day allotted to May 1952 (rip_cas_cap), 3,000-4,000 a month a year later."""

    def a_month(when: date) -> float:
        return sum(
            row.sorties_per_month
            for row in WAR.missions
            if row.mission == "support" and row.start <= when <= row.end
        )

    assert a_month(date(1951, 12, 1)) / 30.4 == pytest.approx(96, rel=0.1)
    assert 3000 <= a_month(date(1952, 8, 1)) <= 4000
    assert 3000 <= a_month(date(1953, 2, 1)) <= 4300


def test_missions__have_the_marines_close_support_of_a_year():
    """12,372 and 14,540 sorties in the two US fiscal years; ten days of the first lie before the scenario."""
    years = {(date(1951, 7, 10), date(1952, 6, 30)): 12_372 * 357 / 366}
    years[date(1952, 7, 1), date(1953, 6, 30)] = 14_540
    for (start, end), expected in years.items():
        flown = sum(
            row.sorties_per_month / 30.4 * ((row.end - row.start).days + 1)
            for row in WAR.missions
            if row.aircraft_class == "marine" and start <= row.start and row.end <= end
        )
        assert flown == pytest.approx(expected, rel=0.002)


def test_missions__sabres_fly_what_january_1953_has_on_record():
    """713 cover sorties in the six days at the Chongchon (note of figure futrell_yongmi_fb)."""
    row = next(
        r for r in WAR.missions if r.mission == "superiority" and r.start <= date(1953, 1, 10) <= r.end
    )
    assert row.sorties_per_month / 30.4 * 6 == pytest.approx(713, rel=0.05)


def test_law__additional_protocol_is_never_milder_than_the_hague_regulations():
    severity = ("permitted", "warned", "forbidden")
    treatment = {(row.law, row.target_class): severity.index(row.treatment) for row in WAR.law}
    for target_class in {row.target_class for row in WAR.targets}:
        later, earlier = (
            treatment["additional-protocol-1", target_class],
            treatment["hague-1907", target_class],
        )
        assert later >= earlier
    assert all(row.reading.startswith("Read so:") for row in WAR.law)
