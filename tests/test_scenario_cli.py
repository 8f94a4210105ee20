import json
import shutil
import tomllib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from korea import FLAGSHIP, copy_of_flagship, spoiled
from typer.testing import CliRunner

from stalemate.errors import QueryError, ScenarioError
from stalemate.interfaces.scenario import app
from stalemate.scenario import read
from stalemate.scenario.begin import files_of_new
from stalemate.scenario.schema import TABLES


def output_of(*arguments: str, code: int = 0) -> str:
    result = CliRunner(env={"COLUMNS": "80"}).invoke(app, [*arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code
    return result.stdout


def json_of(*arguments: str, code: int = 0) -> dict:
    return json.loads(output_of(*arguments, "--json", code=code))


def test_list__names_every_shipped_scenario_and_not_the_template():
    (facts,) = json_of("list")["scenarios"]
    assert (facts["name"], facts["days"], facts["rows"]["links"]) == ("korea-1951", 749, 232)
    assert "korea-1951" in output_of("list")


def test_show__counts_sourced_and_assumed_rows():
    """Counted a second time from the cells of the files."""
    import csv

    counts = {}
    for table in TABLES:
        with (FLAGSHIP / f"{table}.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        if rows and "sources" in rows[0]:
            sourced = sum(bool(row["sources"]) for row in rows)
            counts[table] = {"sourced": sourced, "assumed": sum(bool(row["assumed"]) for row in rows)}
    facts = json_of("show")
    assert {table: facts["origins"][table] for table in counts} == counts
    sourced = sum(pair["sourced"] for pair in counts.values())
    assumed = sum(pair["assumed"] for pair in counts.values())
    assert (facts["sourced"], facts["assumed"]) == (sourced, assumed)
    text = output_of("show")
    assert f"{sourced} sourced, {assumed} assumed" in text
    line = next(line for line in text.splitlines() if "target_facts" in line)
    wanted = counts["target_facts"]
    assert line.replace(",", "").split()[-2:] == [str(wanted["sourced"]), str(wanted["assumed"])]


@pytest.mark.parametrize("part", ["network", "effort", "parameters", "capacities"])
def test_show__each_part_fits_in_80_columns_and_in_json(part):
    text = output_of("show", f"--{part}")
    assert max(len(line) for line in text.splitlines()) <= 80
    assert json_of("show", f"--{part}")[part]


def test_show__no_id_is_cut_short():
    text = output_of("show", "--network", "--effort", "--parameters", "--capacities")
    war = read.load("korea-1951")
    names = {row.id for row in [*war.sections, *war.sectors, *war.classes]}
    names |= {row.name for row in [*war.parameters, *war.capacities]}
    assert [name for name in names if name not in text] == []


@pytest.mark.parametrize("table", list(TABLES))
def test_show__any_table_in_full(table):
    rows = json_of("show", "--table", table)[table]
    assert len(rows) == len(getattr(read.load("korea-1951"), table))
    text = output_of("show", "--table", table)
    assert all(len(line) <= 80 for line in text.splitlines())
    if rows:
        first = next(iter(TABLES[table][1]))
        assert f"{first}: {rows[0][first]}" in text


def test_show__an_unknown_table_or_scenario_says_what_there_is():
    with pytest.raises(QueryError, match="expected one of nodes, links"):
        output_of("show", "--table", "rivers")
    with pytest.raises(ScenarioError, match="korea-1951"):
        output_of("show", "korea")


def test_validate__a_good_scenario_is_one_line():
    text = output_of("validate", "korea-1951")
    assert text.startswith("korea-1951: no faults in ")
    assert text.count("\n") == 1
    assert json_of("validate", "korea-1951")["faults"] == []


def test_validate__a_bad_one_ends_with_code_2_and_every_fault(tmp_path):
    folder = copy_of_flagship(tmp_path)
    for table in ("gates", "weather"):
        file = folder / f"{table}.csv"
        file.write_text(file.read_text() + "one cell\n")
    with pytest.raises(ScenarioError) as caught:
        output_of("validate", str(folder))
    assert [fault.file for fault in caught.value.faults] == ["gates.csv", "weather.csv"]
    answer = json_of("validate", str(folder), code=2)
    assert answer["valid"] is False
    assert [(f["file"], f["row"], f["found"]) for f in answer["faults"]] == [
        ("gates.csv", 10, "1 cells"),
        ("weather.csv", 14, "1 cells"),
    ]


def test_validate__looks_figure_ids_up_unless_told_not_to(tmp_path):
    folder = copy_of_flagship(tmp_path)
    file = folder / "weather.csv"
    with spoiled(file, file.read_bytes().replace(b"clim_cloud_max", b"no_such_figure")):
        assert len(json_of("validate", str(folder), code=2)["faults"]) == 2
        assert json_of("validate", str(folder), "--no-record")["valid"] is True


def test_schema__describes_the_manifest_and_every_table(tmp_path):
    schemas = json.loads(output_of("schema"))
    assert list(schemas) == ["scenario", *TABLES]
    output_of("schema", "--out", str(tmp_path / "schemas"))
    written = {path.name: json.loads(path.read_text()) for path in (tmp_path / "schemas").iterdir()}
    assert written == {f"{name}.schema.json": schema for name, schema in schemas.items()}
    with pytest.raises(QueryError, match="exists already"):
        output_of("schema", "--out", str(tmp_path / "schemas"))


def test_new__makes_a_whole_scenario_that_validates(tmp_path):
    output_of("new", str(tmp_path / "My Small War!"))
    war = read.load(tmp_path / "My Small War!")
    flagship = read.load("korea-1951")
    assert (war.name, war.days) == ("my-small-war", flagship.days)
    assert len([sector for sector in war.sectors if sector.kind == "front"]) == 2
    assert (war.parameters, war.effort, war.policies) == (
        flagship.parameters,
        flagship.effort,
        flagship.policies,
    )
    assert json_of("validate", str(tmp_path / "My Small War!"))["valid"] is True
    assert [path.name for path in tmp_path.iterdir()] == ["My Small War!"]


def test_new__copies_from_any_good_scenario(tmp_path):
    """A copy with other dates and fewer classes gives those to the new one."""
    folder = copy_of_flagship(tmp_path)
    tables = ("classes", "strengths", "effort", "focus", "missions", "attention", "raids")
    for table, column in ((table, 3 if table == "raids" else 0) for table in tables):
        file = folder / f"{table}.csv"
        lines = file.read_text().splitlines(keepends=True)
        file.write_text("".join(line for line in lines if line.split(",")[column] != "marine"))
    targets = folder / "targets.csv"
    targets.write_text(targets.read_text().replace(";marine", ""))
    output_of("new", str(tmp_path / "new"), "--like", str(folder))
    war = read.load(tmp_path / "new")
    kept = {"fighter-bomber", "b26", "b29", "carrier"}
    assert {row.aircraft_class for row in war.focus} == kept
    assert {name for row in war.targets for name in row.reached_by} == kept


def test_new__refuses_what_exists_and_where_nothing_is(tmp_path):
    (tmp_path / "here").mkdir()
    with pytest.raises(QueryError, match="exists already"):
        output_of("new", str(tmp_path / "here"))
    with pytest.raises(QueryError, match="make it first"):
        output_of("new", str(tmp_path / "not" / "there"))
    with pytest.raises(ScenarioError):
        output_of("new", str(tmp_path / "there"), "--like", "nothing")
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


def test_new__leaves_nothing_behind_when_it_fails(tmp_path, monkeypatch):
    monkeypatch.setattr("stalemate.scenario.begin.TEMPLATE", "korea-1951")
    monkeypatch.setattr("stalemate.scenario.begin.TEMPLATE_MANIFEST", "gates.csv")
    with pytest.raises(ScenarioError):
        output_of("new", str(tmp_path / "broken"))
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=60))
def test_files_of_new__any_folder_name_makes_a_good_manifest(tmp_path, name):
    files = files_of_new(name, "korea-1951")
    assert set(files) == {"scenario.toml", *(f"{table}.csv" for table in TABLES)}
    folder = tmp_path / "war"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for file, data in files.items():
        (folder / file).write_bytes(data)
    assert read.load(folder).name == tomllib.loads(files["scenario.toml"].decode())["name"]
