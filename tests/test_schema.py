import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from stalemate.errors import QueryError
from stalemate.scenario import read
from stalemate.scenario.air import Effort, Strength
from stalemate.scenario.schema import TABLES, Manifest, Parameter
from stalemate.scenario.terrain import Gate, Link

ORIGIN = {"sources": "rail_trains_1952", "assumed": None}
LINK = ORIGIN | {
    "id": "R-A-B",
    "start": "A",
    "end": "B",
    "mode": "rail",
    "length_km": "12.5",
    "length_basis": "km posts",
    "tracks": "single",
    "line": None,
    "section": "a-b",
    "key_bridge": "false",
    "opens": None,
    "closes": None,
    "switch": None,
    "note": None,
}
EFFORT = ORIGIN | {
    "aircraft_class": "b26",
    "start": "1951-07-10",
    "end": "1951-08-17",
    "sorties_per_month": "1446",
    "rail_share": "0.4",
    "bridge_share": "1",
    "road_share": "0.4",
    "destruction_share": "0.2",
    "factor_sigma": "0.1",
    "derivation": "as flown",
}
GATE = ORIGIN | {"node": "A", "opens": None, "closes": None, "capacity_t_per_day": None, "note": None}
NUMBER = ORIGIN | {"name": "p", "at": None, "between": None, "unit": "1", "reason": None}


def fault_of(row_type, values) -> tuple[str, str]:
    """Return column and message of the only fault of a row."""
    with pytest.raises(ValidationError) as caught:
        row_type.model_validate(values)
    (detail,) = caught.value.errors()
    return detail["loc"][0], detail["msg"]


@pytest.mark.parametrize("row", [{"sources": "a", "assumed": "b"}, {"sources": None, "assumed": None}])
def test_sourced__takes_figures_or_a_reason_but_not_both_or_neither(row):
    column, message = fault_of(Gate, GATE | row)
    assert (column, "not both and not neither" in message) == ("assumed", True)


def test_sourced__takes_either():
    assert Gate.model_validate(GATE | {"sources": "a; b"}).sources == ("a", "b")
    assert Gate.model_validate(GATE | {"sources": None, "assumed": "no figure"}).assumed == "no figure"


@pytest.mark.parametrize("cell", ["1951", "0", "19510710", "1951-02-30", "10 July 1951", "1951-07-10T00:00"])
def test_day__is_written_one_way_only(cell):
    """Numbers must not pass as seconds since 1970, as they would without our own check."""
    assert fault_of(Gate, GATE | {"opens": cell})[0] == "opens"


@pytest.mark.parametrize("cell", ["0001-01-01", "9999-12-31"])
def test_day__stays_where_days_can_be_counted(cell):
    assert fault_of(Gate, GATE | {"opens": cell})[0] == "opens"


@pytest.mark.parametrize("cell", ["yes", "1", "True", "TRUE", "on"])
def test_flag__is_true_or_false(cell):
    assert fault_of(Link, LINK | {"key_bridge": cell})[0] == "key_bridge"


@pytest.mark.parametrize("cell", ["nan", "inf", "-inf", "-1", "0", "1e300", "12,5", "twelve"])
def test_link__has_a_real_length(cell):
    assert fault_of(Link, LINK | {"length_km": cell})[0] == "length_km"


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"end": "A"}, "end"),
        ({"section": None}, "section"),
        ({"mode": "road"}, "section"),
        ({"mode": "road", "section": None, "opens": "1952-01-01"}, "opens"),
        ({"opens": "1952-01-02", "closes": "1952-01-01"}, "closes"),
        ({"id": "R A B"}, "id"),
    ],
)
def test_link__refuses_what_cannot_be(change, column):
    assert fault_of(Link, LINK | change)[0] == column


def test_effort__cannot_send_a_sortie_twice():
    assert Effort.model_validate(EFFORT).rail_share == 0.4
    assert fault_of(Effort, EFFORT | {"destruction_share": "0.21"})[0] == "destruction_share"


def test_strength__holds_its_middle_between_its_ends():
    row = ORIGIN | {
        "aircraft_class": "b29",
        "quantity": "on_hand",
        "start": "1951-07-10",
        "end": "1953-07-27",
        "low": "90",
        "middle": "120",
        "high": "115",
        "unit": "aircraft",
        "note": None,
    }
    assert fault_of(Strength, row)[0] == "high"


@pytest.mark.parametrize(
    ("kind", "low", "middle", "high", "good"),
    [
        ("fixed", None, "1", None, True),
        ("fixed", "0", "1", None, False),
        ("uniform", "0", None, "1", True),
        ("uniform", "1", None, "1", False),
        ("uniform", "0", "0.5", "1", False),
        ("loguniform", "0", None, "1", False),
        ("lognormal", "0.1", None, "1", True),
        ("triangular", "0", "0.5", "1", True),
        ("triangular", "0", None, "1", False),
        ("triangular", "0", "2", "1", False),
        ("normal", "-1", None, "1", True),
        ("normal", None, None, "1", False),
    ],
)
def test_parameter__has_the_numbers_of_its_kind(kind, low, middle, high, good):
    row = NUMBER | {"distribution": kind, "low": low, "middle": middle, "high": high}
    if good:
        assert Parameter.model_validate(row).distribution == kind
    else:
        assert fault_of(Parameter, row)[0] == "high"


@given(
    st.sampled_from(sorted(TABLES)), st.dictionaries(st.text(max_size=8), st.none() | st.text(max_size=20))
)
def test_rows__refuse_anything_with_a_validation_error(table, values):
    row_type, _ = TABLES[table]
    with pytest.raises(ValidationError):
        row_type.model_validate(values)


@given(
    st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=9) | st.dates(), st.lists),
    st.sampled_from([name for name in Manifest.model_fields]),
)
def test_manifest__refuses_anything_with_a_validation_error(value, key):
    with pytest.raises(ValidationError):
        Manifest.model_validate({key: value})


def test_schemas__are_json_and_name_every_column():
    for row_type, key in TABLES.values():
        columns = json.loads(json.dumps(row_type.model_json_schema()))["properties"]
        assert list(columns) == list(row_type.model_fields)
        assert set(key) <= set(columns)


def test_scenario__counts_days_from_the_first_to_the_last():
    """The window is 10 July 1951 to 27 July 1953: 175 + 366 + 208 = 749 days."""
    war = read.load("korea-1951")
    assert war.days == 175 + 366 + 208
    assert war.day_of(date(1951, 7, 10)) == 0
    assert war.day_of(date(1953, 7, 27)) == 748
    for outside in (date(1951, 7, 9), date(1953, 7, 28)):
        with pytest.raises(QueryError, match="outside korea-1951"):
            war.day_of(outside)
