import csv
import hashlib
import io
import os
import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from korea import FLAGSHIP, copy_of_flagship, faults_of, spoiled

from stalemate.errors import Fault, ScenarioError
from stalemate.scenario import read
from stalemate.scenario.catalogue import Needed
from stalemate.scenario.schema import TABLES

ENTRY = Needed("speed", "km/h", 0.0, 50.0, True, "transport", "speed of a train")
LONE = Needed("load", "t", 0.0, 50.0, False, "transport", "load of a car")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return copy_of_flagship(tmp_path_factory.mktemp("scenario"))


def cells_of(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def text_of(cells: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(cells)
    return out.getvalue().encode()


def with_cell(path: Path, row: int, column: str, cell: str) -> bytes:
    """Return the table's bytes with one cell changed; row 1 is the first below the header."""
    cells = cells_of(path)
    cells[row][cells[0].index(column)] = cell
    return text_of(cells)


def row_of(path: Path, cell: str) -> int:
    """Return the first row, counted below the header, that holds a cell."""
    return next(number for number, cells in enumerate(cells_of(path)) if cell in cells)


def test_load__reads_the_flagship_by_name_and_by_path():
    assert read.load("korea-1951").links == read.load(FLAGSHIP).links
    assert read.load(str(FLAGSHIP)).digest == read.load("korea-1951").digest
    assert "korea-1951" in read.names()


def test_load__knows_every_figure_id_of_the_flagship():
    from stalemate.evidence.ledger import Ledger

    assert faults_of(FLAGSHIP, figures=frozenset(Ledger.load().figures)) == ()


def test_digest__is_of_all_names_and_bytes_in_reading_order():
    digest = hashlib.sha256()
    for name in ["scenario.toml", *(f"{table}.csv" for table in TABLES)]:
        data = (FLAGSHIP / name).read_bytes()
        digest.update(name.encode() + b"\0" + str(len(data)).encode() + b"\0" + data)
    assert read.load("korea-1951").digest == digest.hexdigest()


def test_effort__flies_the_recorded_total_of_the_rail_programme():
    """87,552 US Air Force sorties from 18 August 1951 to 30 June 1952, figure usaf_strangle_sorties."""
    war = read.load("korea-1951")
    first, last = date(1951, 8, 18), date(1952, 6, 30)
    total = 0.0
    for row in war.effort:
        if row.start >= first and row.end <= last and row.aircraft_class in ("fighter-bomber", "b26", "b29"):
            flown = row.sorties_per_month * ((row.end - row.start).days + 1) / 30.4
            total += flown * (row.rail_share if row.aircraft_class == "b29" else 1)
    assert total == pytest.approx(87_552, rel=0.001)


@pytest.mark.parametrize(
    ("month", "rail"),
    [(9, (2300, 590, 1600, 303)), (10, (3190, 760, 1650, 220)), (11, (5360, 1120, 1600, 146))],
)
def test_effort__has_the_rail_sorties_of_the_trial_month_by_month(month, rail):
    """Calendar-month numbers of a second calculation, rounded there to ten."""
    war = read.load("korea-1951")
    for aircraft_class, expected in zip(("fighter-bomber", "marine", "carrier", "b29"), rail, strict=True):
        start = date(1951, month, 1)
        row = next(r for r in war.effort if (r.aircraft_class, r.start) == (aircraft_class, start))
        flown = row.sorties_per_month * row.rail_share * ((row.end - row.start).days + 1) / 30.4
        assert flown == pytest.approx(expected, rel=0.025)


NUMBERS = [
    ("links.csv", "length_km"),
    ("nodes.csv", "lat"),
    ("nodes.csv", "lon"),
    ("effort.csv", "road_share"),
]
NUMBERS += [("effort.csv", "sorties_per_month"), ("weather.csv", "flyable_day"), ("forces.csv", "middle")]
NUMBERS += [("focus.csv", "share"), ("sections.csv", "capacity_share"), ("strengths.csv", "low")]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sampled_from(NUMBERS),
    st.integers(0, 10_000),
    st.sampled_from(["NaN", "inf", "-1e9", "1e999", "", "x", "1,5"]),
)
def test_load__a_bad_number_is_one_fault_with_file_row_and_column(folder, place, where, cell):
    file, column = place
    table = cells_of(folder / file)
    row = where % (len(table) - 1) + 1
    with spoiled(folder / file, with_cell(folder / file, row, column, cell)):
        faults = faults_of(folder)
    assert [(fault.file, fault.row) for fault in faults] == [(file, row + 1)]
    assert faults[0].found
    assert faults[0].expected


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sampled_from(sorted(TABLES)),
    st.integers(0, 10_000),
    st.integers(0, 99),
    st.text(max_size=40),
    st.data(),
)
def test_load__any_text_in_any_cell_never_ends_in_another_error(folder, table, row, column, cell, data):
    """Nasty and plausible cells alike; a fault always names a file of the folder and a line in it."""
    path = folder / f"{table}.csv"
    cells = cells_of(path)
    if len(cells) > 1:
        chosen = cells[row % (len(cells) - 1) + 1]
        borrowed = [text for other in cells[1:40] for text in other]
        chosen[column % len(chosen)] = data.draw(st.sampled_from([cell, *borrowed]))
    with spoiled(path, text_of(cells)):
        faults = faults_of(folder)
    for fault in faults:
        assert (folder / fault.file).is_file()
        assert 0 <= fault.row <= len((folder / fault.file).read_bytes().splitlines())


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sampled_from(["scenario.toml", "nodes.csv", "links.csv", "parameters.csv"]), st.binary(max_size=300)
)
def test_load__any_bytes_in_any_file_are_faults_of_that_file(folder, file, data):
    with spoiled(folder / file, data):
        faults = faults_of(folder)
    assert {fault.file for fault in faults} == {file}


def test_load__reports_all_faults_of_all_files_at_once(folder):
    with (
        spoiled(folder / "nodes.csv", with_cell(folder / "nodes.csv", 3, "lat", "91")),
        spoiled(folder / "weather.csv", with_cell(folder / "weather.csv", 2, "flyable_day", "2")),
        spoiled(folder / "forces.csv", with_cell(folder / "forces.csv", 1, "unit", "")),
    ):
        faults = faults_of(folder)
    assert [(f.file, f.row, f.column) for f in faults] == [
        ("nodes.csv", 4, "lat"),
        ("forces.csv", 2, "unit"),
        ("weather.csv", 3, "flyable_day"),
    ]


def test_load__a_missing_folder_suggests_the_nearest_name():
    with pytest.raises(ScenarioError, match="did you mean korea-1951"):
        read.load("korea-1952")
    for name in ("", "\0", "x" * 5000, "/nowhere/at/all"):
        assert [fault.found for fault in faults_of(name)] == ["no such scenario"]


CROSS = [
    ("links.csv", 1, "start", "NOWHERE", "links.csv", "start", "an id of nodes"),
    ("links.csv", 1, "section", "no-such", "links.csv", "section", "an id of sections"),
    ("links.csv", 1, "switch", "nobody", "links.csv", "switch", "[switches]"),
    ("crossings.csv", 1, "node", "KANGGYE", "crossings.csv", "node", "a node of section"),
    ("sectors.csv", 1, "node", "NOWHERE", "sectors.csv", "node", "an id of nodes"),
    ("railheads.csv", 1, "node", "ICHON", "railheads.csv", "node", "a node of a rail link"),
    ("railheads.csv", 1, "sector", "north", "railheads.csv", "sector", "an id of sectors"),
    ("gates.csv", 1, "node", "NOWHERE", "gates.csv", "node", "an id of nodes"),
    ("sectors.csv", 1, "share_of_line", "0.3", "sectors.csv", "share_of_line", "sum to 1"),
    ("sectors.csv", 6, "share_of_line", "0.3", "sectors.csv", "share_of_line", "0 for the rear"),
    ("focus.csv", 1, "share", "0.9", "focus.csv", "share", "sum to 1"),
    ("focus.csv", 1, "aircraft_class", "zeppelin", "focus.csv", "aircraft_class", "an id of classes"),
    ("effort.csv", 1, "start", "1951-07-11", "effort.csv", "start", "the first day"),
    ("effort.csv", 3, "start", "1951-08-17", "effort.csv", "start", "the day after 1951-08-17"),
    ("effort.csv", 3, "start", "1951-08-20", "effort.csv", "start", "the day after 1951-08-17"),
    ("effort.csv", 22, "end", "1953-07-26", "effort.csv", "end", "the last day"),
    ("effort.csv", 1, "end", "1951-07-01", "effort.csv", "end", "a day not before start"),
    ("strengths.csv", 4, "high", "1.2", "strengths.csv", "low", "a share of at most 1"),
    ("forces.csv", 1, "start", "1951-09-01", "forces.csv", "start", "a first value by 1951-07-10"),
    ("aims.csv", 1, "section", "no-such", "aims.csv", "section", "an id of sections"),
    ("aims.csv", 1, "end", "1951-08-01", "aims.csv", "end", "a day not before start"),
    ("weather.csv", 12, "month", "11", "weather.csv", "month", "each month once"),
]


@pytest.mark.parametrize(("file", "row", "column", "cell", "at", "where", "expected"), CROSS)
def test_load__a_fault_across_tables_names_the_row(folder, file, row, column, cell, at, where, expected):
    with spoiled(folder / file, with_cell(folder / file, row, column, cell)):
        faults = faults_of(folder)
    assert [f for f in faults if (f.file, f.column) == (at, where) and expected in f.expected], faults
    assert row + 1 in {fault.row for fault in faults if fault.file == file} or "sum" in expected


@pytest.mark.parametrize(("file", "key"), [("nodes.csv", "id"), ("links.csv", "id"), ("gates.csv", "node")])
def test_load__a_second_row_of_one_id_names_the_first(folder, file, key):
    cells = cells_of(folder / file)
    with spoiled(folder / file, text_of([*cells, cells[1]])):
        faults = faults_of(folder)
    assert [(f.file, f.row, f.column) for f in faults] == [(file, len(cells) + 1, key)]
    assert "line 2 already" in faults[0].expected


def test_load__a_sector_cut_off_from_every_gate_is_a_fault(folder):
    """West-centre hangs on two roads; without them only trails reach it."""
    cells = cells_of(folder / "links.csv")
    kept = [row for row in cells if not (row[3] == "road" and "FRONT_WC" in row)]
    with spoiled(folder / "links.csv", text_of(kept)):
        (fault,) = faults_of(folder)
    assert (fault.file, fault.row, fault.column) == ("sectors.csv", 3, "node")
    assert "FRONT_WC cut off from every gate on 1951-07-10" in fault.found


def test_load__a_sector_cut_off_later_says_from_when(folder):
    """With every gate closed on 1 March 1952, the first day without a way is 2 March."""
    cells = cells_of(folder / "gates.csv")
    for row in cells[1:]:
        row[cells[0].index("closes")] = "1952-03-01"
    with spoiled(folder / "gates.csv", text_of(cells)):
        faults = faults_of(folder)
    assert len(faults) == 6
    assert {f.found.split(" on ")[1] for f in faults} == {"1952-03-02"}


def test_load__a_section_must_be_one_path(folder):
    cells = cells_of(folder / "links.csv")
    kept = [row for row in cells if row[0] != "R-SUKCHON-OPARI"]
    with spoiled(folder / "links.csv", text_of(kept)):
        faults = faults_of(folder)
    assert [(f.file, f.column) for f in faults] == [("sections.csv", "id")]
    assert faults[0].row == row_of(folder / "sections.csv", "sinanju-sopo") + 1
    assert "R-SINANJU-SUKCHON" in faults[0].found


def test_load__a_railhead_inside_a_section_is_a_fault(folder):
    with spoiled(folder / "railheads.csv", with_cell(folder / "railheads.csv", 1, "node", "HWANGJU")):
        (fault,) = faults_of(folder)
    assert fault.found == "HWANGJU inside the section"
    assert fault.row == row_of(folder / "sections.csv", "taedong-sariwon") + 1


def test_load__unknown_figures_are_faults_only_with_a_record(folder):
    data = with_cell(folder / "weather.csv", 7, "sources", "no_such_figure")
    with spoiled(folder / "weather.csv", data):
        assert faults_of(folder) == ()
        faults = faults_of(folder, figures={"clim_cloud_max"})
    assert (
        Fault("weather.csv", 8, "sources", "'no_such_figure'", "figure ids of the record, separated by ';'")
        in faults
    )


def parameters(*rows: str) -> bytes:
    header = "name,at,between,distribution,low,middle,high,unit,sources,assumed,reason"
    return "\n".join([header, *rows, ""]).encode()


GOOD = ("speed,1951-07-10,step,fixed,,5,,km/h,,guess,", "speed,1952-01-01,step,fixed,,40,,km/h,,guess,")
LOAD = "load,,,uniform,27,,33,t,,guess,"


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        ((*GOOD, LOAD), []),
        ((LOAD,), [(0, "name")]),
        ((*GOOD, LOAD, "colour,,,fixed,,1,,1,,guess,"), [(5, "name")]),
        ((GOOD[0], GOOD[1].replace("40", "51"), LOAD), [(3, "middle")]),
        ((GOOD[0], GOOD[1].replace("km/h", "mph"), LOAD), [(3, "unit")]),
        ((GOOD[1], GOOD[0], LOAD), [(3, "at")]),
        ((GOOD[0], GOOD[1].replace("step", "linear"), LOAD), [(3, "between")]),
        ((GOOD[0], "speed,1952-01-01,step,uniform,4,,9,km/h,,guess,", LOAD), [(3, "distribution")]),
        ((GOOD[0], GOOD[1].replace("step", ""), LOAD), [(3, "between")]),
        ((*GOOD, "load,1952-01-01,step,fixed,,30,,t,,guess,"), [(4, "at")]),
        ((*GOOD, LOAD, "load,1952-01-01,,uniform,27,,33,t,,guess,"), [(5, "at"), (5, "name")]),
        ((*GOOD, LOAD, LOAD), [(5, "name")]),
    ],
)
def test_parameters__are_those_that_the_model_needs(folder, rows, faults):
    with spoiled(folder / "parameters.csv", parameters(*rows)):
        found = faults_of(folder, needed=(ENTRY, LONE))
    assert [(f.row, f.column) for f in found] == faults
    assert {f.file for f in found} <= {"parameters.csv"}


def manifest(extra: str = "", **changes: str) -> bytes:
    lines = {
        "format": "1",
        "name": '"war"',
        "title": '"War"',
        "start": "1951-07-10",
        "end": "1953-07-27",
        "summary": '"A war."',
        "licence": '"none"',
    }
    body = "\n".join(f"{key} = {value}" for key, value in (lines | changes).items() if value)
    switches = "khasan=false\nkaishantun=true\nkojo=true\nhungnam=true\nyalu=true"
    return f"{body}\n[switches]\n{switches}\n{extra}".encode()


@pytest.mark.parametrize(
    ("data", "row", "column"),
    [
        (manifest(format="2"), 1, "format"),
        (manifest(name='"../../etc"'), 2, "name"),
        (manifest(title=""), 0, "title"),
        (manifest(end="1951-07-09"), 5, "end"),
        (manifest(end="1999-01-01"), 5, "end"),
        (manifest(start="9999-01-01"), 4, "start"),
        (manifest(start="nan"), 4, "start"),
        (manifest(summary='"a"\nsummary = "b"'), 7, ""),
        (manifest(extra="[tables]\nnodes = '../../../etc/passwd'"), 0, ""),
        (manifest(extra="[tables]\nnodes = '/etc/passwd'"), 0, ""),
        (manifest(extra='[tables]\nnodes = "a\\u0000b"'), 0, ""),
        (manifest(extra="[tables]\nnowhere = 'a.csv'"), 15, "tables"),
        (manifest(extra="[groups]\nring = ['no-such']"), 15, "ring"),
        (manifest(extra="run = '!!python/object'"), 14, "switches.run"),
        (manifest(extra=f"deep = {'[' * 2000}{']' * 2000}"), 14, ""),
        (manifest(extra=f"{'a.' * 5000}a = 1"), 14, ""),
        (manifest(extra="# " + "x" * 70_000), 0, ""),
        (b"\xff\xfe" + manifest(), 1, ""),
        (manifest().decode().encode("utf-16"), 1, ""),
        (b"a = 1\0", 1, ""),
        (b"", 0, "format"),
    ],
)
def test_manifest__each_hostile_form_is_a_clear_fault(folder, data, row, column):
    with spoiled(folder / "scenario.toml", data):
        fault = faults_of(folder)[0]
    if b"etc/passwd" in data:
        assert "a path that leads outside the folder" in fault.found or "cannot be read" in fault.found
    else:
        assert (fault.file, fault.row, fault.column) == ("scenario.toml", row, column), fault


def test_manifest__a_good_one_of_our_making_loads(folder):
    with spoiled(folder / "scenario.toml", manifest()):
        assert read.load(folder).name == "war"


def test_manifest__may_name_a_table_otherwise(folder):
    shutil.move(folder / "gates.csv", folder / "doors.csv")
    try:
        with spoiled(folder / "scenario.toml", manifest(extra="[tables]\ngates = 'doors.csv'")):
            war = read.load(folder)
            assert war.files["gates"].name == "doors.csv"
            assert len(war.gates) == 8
    finally:
        shutil.move(folder / "doors.csv", folder / "gates.csv")


def test_load__a_gigabyte_is_refused_unread(folder):
    """A sparse file: reading it would take seconds and a gigabyte of memory."""
    path = folder / "huge.csv"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    with spoiled(folder / "scenario.toml", manifest(extra="[tables]\nnodes = 'huge.csv'")):
        (fault,) = faults_of(folder)
    path.unlink()
    assert (fault.file, fault.found) == ("huge.csv", f"{1 << 30:,} bytes")


def test_load__a_million_faults_are_counted_not_listed(folder):
    with spoiled(folder / "nodes.csv", (folder / "nodes.csv").read_bytes() + b"x\n" * 300_000):
        faults = faults_of(folder)
    assert len(faults) == read.MAX_FAULTS + 1
    assert faults[-1] == Fault("nodes.csv", 0, "", f"{300_000 - read.MAX_FAULTS:,} more faults", "none")


def test_load__links_and_pipes_that_lead_elsewhere_are_refused(folder):
    path = folder / "weather.csv"
    before = path.read_bytes()
    path.unlink()
    try:
        path.symlink_to("/dev/zero")
        assert "outside the folder" in faults_of(folder)[0].found
        path.unlink()
        os.mkfifo(path)
        assert faults_of(folder)[0].found == "no such file"
    finally:
        path.unlink()
        path.write_bytes(before)


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "shift-jis"])
def test_load__another_encoding_is_one_fault_of_the_file(folder, encoding):
    data = (folder / "nodes.csv").read_text(encoding="utf-8").replace("Huichon", "Hüichon熙川")
    with spoiled(folder / "nodes.csv", data.encode(encoding, errors="replace").replace(b"?", b"\xe4")):
        (fault,) = faults_of(folder)
    assert fault.file == "nodes.csv"
    assert "UTF-8" in fault.found or "NUL" in fault.found
