"""The ledger: the tables that come with the package hold together, and faulty ones are told in full."""

import csv
import datetime
import re
import shutil
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stalemate import shipped
from stalemate.errors import EvidenceError, QueryError
from stalemate.evidence.ledger import FIGURE_FILES, Ledger

LEDGER = Ledger.load()
PERIOD_DAYS = {"strangle": 318, "to_12_april": 239, "chinese_count": 304}


def amount(id, part=0):
    return LEDGER.figures[id].amounts[part]


def test_ledger__holds_every_record_of_the_compilers_and_what_the_second_reader_added():
    """The compilers' lists were 329, 435, 141 and 188 records long; the second reader added twelve."""
    added = [id for id in LEDGER.figures if id.startswith("crane_") and not id.startswith("crane_strangle")]
    added.remove("crane_mortar_need")
    assert len(added) == 12
    assert len(LEDGER.figures) - len(added) == 329 + 435 + 141 + 188
    assert set(LEDGER.files.values()) == set(FIGURE_FILES)


@pytest.mark.parametrize(
    ("id", "expected", "tolerance"),
    [
        # Corrected: numerator and denominator over the same days.
        ("loss_per_1000_interdiction_sorties", lambda: 243 / (87.552 * 239 / 318), 0.01),
        ("cuts_per_usaf_sortie_strangle", lambda: 19_886 / (87_552 * 304 / 318), 0.005),
        ("un_est_total_front_requirement", lambda: 40 * 60, 0),
        ("un_comm_fire_ratio_q4_1952", lambda: (3_553_518 + 2_569_941) / (377_782 + 672_194), 0.001),
        ("comm_rounds_per_day_q4_1952", lambda: (377_782 + 672_194) / 92, 0.001),
        ("un_rounds_per_day_q4_1952", lambda: (3_553_518 + 2_569_941) / 92, 0.001),
        ("un_rounds_per_casualty_jan_1952", lambda: 945_000 / 3_939, 0.01),
        ("sup_comm_supply_58_divisions", lambda: 58 * 50, 0),
        ("derived_cuts_per_aircraft_lost", lambda: 15_000 / 243, 0.01),
        ("rail_repair_density_average_derived", lambda: 70_000 / 1_200, 0.01),
        ("sup_usmc_sorties_per_aircraft_jul53", lambda: 2_688 / 250, 0.01),
    ],
)
def test_ledger__derived_figures_follow_from_their_parts(id, expected, tolerance):
    assert amount(id) == pytest.approx(expected(), rel=tolerance)


def test_ledger__days_of_the_correction_are_those_of_the_calendar():
    start = datetime.date(1951, 8, 18)
    assert (datetime.date(1952, 6, 30) - start).days + 1 == PERIOD_DAYS["strangle"]
    assert (datetime.date(1952, 4, 12) - start).days + 1 == PERIOD_DAYS["to_12_april"]
    assert (datetime.date(1952, 6, 30) - datetime.date(1951, 9, 1)).days + 1 == PERIOD_DAYS["chinese_count"]


def test_ledger__corrected_figures_keep_the_earlier_reading_in_the_note():
    corrected = [check.figure for check in LEDGER.checks if check.verdict == "corrected"]
    assert len(corrected) >= 6
    for id in corrected:
        assert "earlier reading" in LEDGER.figures[id].note.casefold(), id


def test_ledger__contradicted_figures_stand_beside_their_rivals():
    contradicted = {check.figure for check in LEDGER.checks if check.verdict == "contradicted"}
    rivals = {member.figure for group in LEDGER.conflicts() for member in group.members}
    assert contradicted
    assert contradicted <= rivals


def test_ledger__figures_recorded_twice_have_equal_numbers_or_a_note():
    for group in LEDGER.conflicts("same"):
        first = LEDGER.figures[group.members[0].figure]
        for member in group.members:
            if member.relation == "same":
                figure = LEDGER.figures[member.figure]
                shared = set(figure.amounts) & set(first.amounts)
                assert shared or member.note, f"{group.name}: {figure.id}"


def test_ledger__rivals_really_differ():
    for group in LEDGER.conflicts():
        first = LEDGER.figures[group.members[0].figure]
        for member in group.members:
            if member.relation == "rival":
                figure = LEDGER.figures[member.figure]
                assert (figure.amounts, figure.unit) != (first.amounts, first.unit), figure.id


def test_count_once__keeps_the_first_record_of_a_figure():
    ids = [
        "interdiction_aircraft_lost",
        "crane_strangle_losses",
        "toksan_repair",
        "dam_repair",
        "pp1_sorties",
    ]
    assert LEDGER.count_once(ids) == ("interdiction_aircraft_lost", "toksan_repair", "pp1_sorties")


def test_count_once__keeps_rivals_and_a_record_of_two_figures_at_once():
    rivals = ["trucks_lost_whole_war_chinese", "sup_pva_trucks_lost_alt"]
    assert LEDGER.count_once(rivals) == tuple(rivals)
    both = ["nevada_un_rounds", "nevada_comm_rounds", "sup_nevada_may53_rounds"]
    assert LEDGER.count_once(both) == tuple(both)


@given(st.lists(st.sampled_from(sorted(LEDGER.figures)), max_size=20))
def test_count_once__is_stable_and_never_adds(ids):
    once = LEDGER.count_once(ids)
    assert LEDGER.count_once(once) == once
    assert set(once) <= set(ids)
    assert len(set(once)) == len(once)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "file": st.sampled_from(FIGURE_FILES),
            "side": st.sampled_from(["UN", "PVA", "communist"]),
            "trust": st.sampled_from(["read", "recalled"]),
            "text": st.sampled_from(["rail", "B-29", "bridge damage", "zzz"]),
            "unit": st.sampled_from(["sorties", "t/day"]),
            "first": st.dates(datetime.date(1951, 1, 1), datetime.date(1953, 12, 31)),
            "last": st.dates(datetime.date(1951, 1, 1), datetime.date(1953, 12, 31)),
        },
    )
)
def test_find__is_the_intersection_of_its_filters(filters):
    """Each filter alone, then the ids that are in all of them."""
    alone = [{f.id for f in LEDGER.find(**{name: asked})} for name, asked in filters.items()]
    expected = set(LEDGER.figures).intersection(*alone)
    assert [f.id for f in LEDGER.find(**filters)] == [id for id in LEDGER.figures if id in expected]


def test_find__with_one_filter_equals_the_tables():
    by_source = Counter(figure.source for figure in LEDGER.figures.values())
    assert len(LEDGER.find(source="ams-2000-v3")) == by_source["ams-2000-v3"]
    assert all("sorties" in f.unit for f in LEDGER.find(unit="SORTIES"))
    assert {f.id for f in LEDGER.find(text="toksan f-84s")} == {"toksan_f84", "dam_f84"}


@pytest.mark.parametrize(
    ("filters", "hint"),
    [
        ({"file": "airwar"}, "air_war"),
        ({"topic": "rail_interdictions"}, "rail_interdiction"),
        ({"trust": "believed"}, "recalled"),
        ({"source": "crane-2002"}, "crane-2001"),
        ({"side": "US Army"}, "US"),
    ],
)
def test_find__refuses_what_does_not_occur_and_names_the_nearest(filters, hint):
    with pytest.raises(QueryError, match=hint):
        LEDGER.find(**filters)


def test_figure__unknown_id_names_the_nearest():
    with pytest.raises(QueryError, match="did you mean crane_strangle_losses"):
        LEDGER.figure("crane_strangle_loses")
    with pytest.raises(QueryError, match="the list of sources"):
        LEDGER.source("\N{SNOWMAN}" * 500)


def test_record_readme__counts_the_rows_of_every_table():
    """Each row of the README's first table names tables and how many rows they have."""
    record = shipped.folder("record")
    told = {}
    for names, counts in re.findall(
        r"^\| (`[^|]+`) \| ([\d, ]+) \|", (record / "README.md").read_text(), re.M
    ):
        told |= dict(zip(re.findall("`(.+?)`", names), map(int, counts.split(",")), strict=True))
    held = {}
    for path in record.rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            held[path.relative_to(record).as_posix()] = sum(1 for _ in csv.reader(file)) - 1
    assert told == held


def test_ledger__raids_and_places_lie_in_and_around_korea():
    for row in (*LEDGER.raids, *LEDGER.places.values()):
        if row.lat_deg is not None and row.id not in ("b_kadena", "b_yokota", "q_feaf"):
            assert 32 < row.lat_deg < 45, row.id
            assert 121 < row.lon_deg < 133, row.id


def test_ledger__front_lines_run_from_coast_to_coast():
    by_date = {}
    for point in LEDGER.front_line:
        by_date.setdefault(point.date, []).append(point)
    assert len(by_date) == 6
    for line in by_date.values():
        assert [point.vertex for point in line] == list(range(len(line)))
        assert line[0].lon_deg < 126.8
        assert line[-1].lon_deg > 128.2
        assert all(point.error_km >= 2 for point in line)


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(shipped.folder("record"), tmp_path / "record")


def edit(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def line_of(folder, name, start):
    lines = (folder / name).read_text(encoding="utf-8").split("\n")
    return next(n for n, line in enumerate(lines, start=1) if line.startswith(start))


def test_load__tells_all_faults_of_all_tables_at_once(folder):
    edit(folder, "figures/air_war.csv", "crane_strangle_bridges,", "Crane Strangle,")
    edit(folder, "figures/politics.csv", ",1951-05-01,1951-07-10,", ",1951-05-01,1951-02-30,")
    edit(folder, "figures/supplement.csv", ",meid-yingling-1972,p. 515", ",meid-and-yingling,p. 515")
    edit(folder, "checks.csv", "hydro_total_usmc,confirmed", "hydro_total_usmc,believed")
    edit(folder, "rivals.csv", "toksan-f84,toksan_f84,first", "toksan-f84,toksan_f84,same")
    edit(folder, "readings/crane.csv", "toksan_repair,crane-2001,77", "toksan_repairs,crane-2001,77")
    edit(folder, "raids.csv", ",126", ",1260")
    with pytest.raises(EvidenceError) as caught:
        Ledger.load(folder)
    text = str(caught.value)
    assert [fault.file for fault in caught.value.faults].count("checks.csv") == 1
    assert {fault.file for fault in caught.value.faults} == {
        "figures/air_war.csv",
        "figures/politics.csv",
        "figures/supplement.csv",
        "checks.csv",
        "rivals.csv",
        "readings/crane.csv",
        "raids.csv",
    }
    assert "toksan_repair)" in text
    line = line_of(folder, "readings/crane.csv", "toksan_repairs")
    assert f"readings/crane.csv:{line}, figure: found 'toksan_repairs'" in text
    assert "one 'first', as the first row" in text
    assert "meid-yingling-1972" in text


def test_load__counts_the_rest_of_many_unknown_names(folder):
    rows = "".join(f"group-{n},figure_{n},first,\n" for n in range(3_000))
    with (folder / "rivals.csv").open("a", encoding="utf-8") as file:
        file.write(rows)
    with pytest.raises(EvidenceError, match="2,950 more names without an entry"):
        Ledger.load(folder)


def test_load__a_second_figure_of_the_same_id_is_told_across_tables(folder):
    edit(folder, "figures/politics.csv", "\nauth_suiho_ban,", "\npp1_sorties,")
    with pytest.raises(EvidenceError, match=r"a second 'pp1_sorties'; expected each id once.*air_war\.csv"):
        Ledger.load(folder)


def test_load__a_reading_of_an_undeclared_document_is_a_fault(folder):
    edit(folder, "readings/crane.csv", "crane-2001", "crane-2000")
    with pytest.raises(EvidenceError, match="'crane-2000'"):
        Ledger.load(folder)


def test_load__an_empty_folder_is_one_error(tmp_path):
    with pytest.raises(EvidenceError, match="no such file") as caught:
        Ledger.load(tmp_path)
    assert len(caught.value.faults) == 13


def test_digest__changes_with_a_table_and_only_then(folder):
    assert Ledger.load(folder).digest == LEDGER.digest
    edit(folder, "figures/air_war.csv", "1254,1254", "1255,1255")
    assert Ledger.load(folder).digest != LEDGER.digest
