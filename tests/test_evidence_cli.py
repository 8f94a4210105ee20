"""The commands of the record, in process: what they print, as text of 80 columns and as one JSON object."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from stalemate.errors import QueryError
from stalemate.evidence.ledger import Ledger
from stalemate.interfaces.evidence import app
from stalemate.scenario.read import load

LEDGER = Ledger.load()
RUNNER = CliRunner(env={"COLUMNS": "80", "TERM": "dumb"})


def run(*arguments, exit_code=0):
    result = RUNNER.invoke(app, [*arguments])
    assert result.exit_code == exit_code, result.output
    return result.stdout


def run_json(*arguments, exit_code=0):
    """Return the one object on standard output; json.loads refuses anything beside it."""
    return json.loads(run(*arguments, "--json", exit_code=exit_code))


COMMANDS = [
    ("list", "--limit", "0"),
    ("list", "--trust", "recalled"),
    ("show", "usaf_strangle_sorties"),
    ("show", "thor_b29_1951-10"),
    ("show", "cas_cpv"),
    ("sources", "--limit", "0"),
    ("sources", "thor-exeter"),
    ("conflicts",),
    ("conflicts", "--relation", "same"),
    ("conflicts", "--relation", "part"),
    ("coverage",),
    ("check",),
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_commands__fit_80_columns(arguments):
    assert max(len(line) for line in run(*arguments).splitlines()) <= 80


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_commands__with_json_print_one_object(arguments):
    assert isinstance(run_json(*arguments), dict)


def test_list__prints_every_id_whole():
    words = set(run("list", "--limit", "0").split())
    assert set(LEDGER.figures) <= words


def test_sources__prints_every_id_whole():
    words = set(run("sources", "--limit", "0").split())
    assert set(LEDGER.sources) <= words


def test_conflicts__prints_every_member_whole():
    words = {word.rstrip(":,") for word in run("conflicts").split()}
    for group in LEDGER.conflicts():
        assert {member.figure for member in group.members} <= words


def test_list__json_is_the_figures_of_the_ledger():
    content = run_json("list", "--file", "politics", "--limit", "0")
    assert content["total"] == len(content["figures"]) == 189
    by_id = {figure["id"]: figure for figure in content["figures"]}
    assert by_id["zone_dmz"]["low"] == by_id["zone_dmz"]["high"] == 2.0
    assert by_id["poll_aipo_1950-08"]["values"] == [66.0, 19.0, 15.0]
    assert by_id["auth_dams"]["start"] == "1953-06-01"


def test_list__limit_says_how_many_are_left():
    assert "83 figures; 79 more with --limit 0." in run("list", "--topic", "counterair", "--limit", "4")
    content = run_json("list", "--topic", "counterair", "--limit", "4")
    assert (content["total"], len(content["figures"])) == (83, 4)


def test_list__filters_by_period():
    content = run_json("list", "--text", "rail_line_cuts", "--from", "1951-10-01", "--to", "1951-11-30")
    assert [figure["id"] for figure in content["figures"]] == ["rail_line_cuts_oct_1951"]


def test_show__tells_sources_rivals_checks_readings_and_parameters():
    text = " ".join(run("show", "un_est_supply_per_division").split())
    for part in (
        "ams-2000-v3",
        "trust quoted, reliability medium",
        "sup_comm_supply_division_contact: 50 short tons/day",
        "corrected",
        "frus-1951v07p1-d539",
        "Parameters of korea-1951 that rest on it",
    ):
        assert part in text


def test_show__names_the_parameters_that_cite_the_figure():
    """The other way round: every figure that a parameter cites shows that parameter."""
    parameters = load("korea-1951").parameters
    cited = [(row.name, figure) for row in parameters for figure in row.sources]
    assert cited
    for name, figure in cited[::10]:
        assert name in run_json("show", figure)["parameters"]


def test_show__tells_how_far_rivals_are_apart():
    groups = {g["group"]: g for g in run_json("show", "trucks_lost_whole_war_chinese")["groups"]}
    assert groups["trucks-lost-war"]["times"] == pytest.approx(82_920 / 7_729)
    assert "Highest over lowest: 10.7." in run("show", "trucks_lost_whole_war_chinese")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "toksan_repairs"), "did you mean toksan_repair"),
        (("sources", "futrell-1938"), "did you mean futrell-1983"),
        (("list", "--topic", "weathers"), "did you mean weather"),
        (("list", "--from", "10 July"), "expected a day such as 1951-07-10"),
        (("conflicts", "--relation", "foe"), "choose one of rival, same, part"),
        (("conflicts", "--figure", "toksan_repairs"), "did you mean toksan_repair"),
        (("sources", "--kind", "film"), "article, book|archive, article"),
    ],
)
def test_commands__refuse_what_does_not_exist(arguments, said):
    result = RUNNER.invoke(app, [*arguments])
    assert isinstance(result.exception, QueryError)
    with pytest.raises(QueryError, match=said):
        raise result.exception


def test_coverage__counts_what_the_tables_hold():
    parameters = load("korea-1951").parameters
    assert run_json("coverage") == {
        "figures": 1_105,
        "sources": len(LEDGER.sources),
        "second_readings": 80,
        "parameters": len(parameters),
        "sourced": sum(len(row.sources) > 0 for row in parameters),
        "assumed": sum(row.assumed is not None for row in parameters),
    }


def test_check__without_files_compares_with_the_ledger():
    content = run_json("check")
    assert content["ok"] is True
    assert content["readings"] == content["agree"] + len(content["disagree"]) == 80
    assert [one["figure"] for one in content["disagree"]] == ["pp2_sorties"]


def page(without=""):
    """Write the fifth paragraph of the page anew: only the numbers, and the words it is known by."""
    tokens = [t for r in LEDGER.readings if r.document == "historymaps-2023" for t in r.as_written]
    words = next(m.words for m in LEDGER.documents if m.document == "historymaps-2023")
    numbers = ", ".join(token for token in tokens if token != without)
    return "\n\n".join(["One", "Two", "Three", "Four", numbers, "; ".join(words)])


def test_check__with_a_file_looks_each_number_up(tmp_path):
    path = tmp_path / "page.txt"
    path.write_text(page(), encoding="utf-8")
    (document,) = run_json("check", str(path))["documents"]
    assert (document["document"], document["ok"], document["missing"]) == ("historymaps-2023", 13, 0)
    assert "13 numbers stand where the ledger says" in " ".join(run("check", str(path)).split())


def test_check__leaves_with_1_when_a_number_is_missing(tmp_path):
    path = tmp_path / "page.txt"
    path.write_text(page(without="5.83"), encoding="utf-8")
    text = run("check", str(path), exit_code=1)
    assert "un_comm_fire_ratio_q4_1952" in text
    assert "missing" in text
    assert run_json("check", str(path), exit_code=1)["ok"] is False


def test_evidence__imports_nothing_heavy():
    """The record opens without numbers' or screens' libraries; the commands load theirs when called."""
    heavy = {"numpy", "numba", "pandas", "xarray", "pyarrow"}
    program = (
        "import sys, stalemate.evidence.readings, stalemate.evidence.chronicle; print(*sys.modules); "
        "assert 'rich' not in sys.modules and 'typer' not in sys.modules; "
        "import stalemate.interfaces.evidence; print(*sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not heavy & set(result.stdout.split())
