"""The command line in process: shapes, exit codes, 80 columns, over a toy war."""

import io
import json
import sys
from datetime import date

import pytest
from reference import toy_war

from stalemate.engine import simulate as engine
from stalemate.ensemble import runner
from stalemate.ensemble.outcomes import OUTCOMES
from stalemate.errors import PolicyError
from stalemate.interfaces import picture
from stalemate.interfaces.cli import main
from stalemate.policies import naming
from stalemate.scenario import read

FEW = ["--replicates", "40", "--until", "1952-09-20"]
BANDS = {"median", "low", "high"}


@pytest.fixture(autouse=True)
def _toy(monkeypatch):
    """Stand a toy war and two toy policies in for the engine, and a terminal of 80 columns."""
    toy_war.put_in_place(monkeypatch)
    observations = (
        toy_war.observed(
            "cuts", "1951-09-01", "1951-09-30", 8000, 10000, role="calibration", figure="few_cuts"
        ),
        toy_war.observed(
            "cuts", "1951-10-01", "1951-10-31", 2, 3, unit="cuts/day", place="east", reason="it is a toy " * 9
        ),
        toy_war.observed(
            "trucks", "1951-06-30", "1951-06-30", 1, 1, role="claim", figure="trucks_claimed", block="claims"
        ),
        toy_war.observed(
            "trucks", "1952-06-01", "1952-06-30", 100, 100, role="input", figure="trucks_" + 40 * "x"
        ),
    )
    war = toy_war.scenario(*observations, start=date(1951, 6, 25))
    policies = {"shifted": toy_war.Shifted(), "plain": toy_war.Plain(), "historical": toy_war.Plain()}

    def named(name, war):
        if name not in policies:
            raise PolicyError(f"found the policy {name!r}; expected one of {', '.join(policies)}")
        return policies[name]

    monkeypatch.setattr(read, "load", lambda name: war)
    for module in (naming, runner):
        monkeypatch.setattr(module, "named", named)
    monkeypatch.setattr("stalemate.analysis.predict.named", named)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("STALEMATE_DEBUG", raising=False)


def call(capsys, *arguments):
    """Return exit code, standard output and standard error of a command line."""
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return left.value.code or 0, captured.out, captured.err


def test_compare__as_json_has_the_promised_shape(capsys):
    code, out, err = call(capsys, "compare", "shifted", "plain", *FEW, "--json", "--since-parting")
    found = json.loads(out)
    assert code == 0
    assert set(found) >= {"recipe", "policies", "replicates", "outcomes"}
    assert (found["policies"], found["replicates"]) == (["shifted", "plain"], 40)
    assert [o["name"] for o in found["outcomes"]] == [o.name for o in OUTCOMES]
    for outcome in found["outcomes"]:
        assert set(outcome) == {
            "name",
            "unit",
            "a",
            "b",
            "difference",
            "probability_a_greater",
            "variance_ratio",
        }
        assert all(set(outcome[part]) == BANDS for part in ("a", "b", "difference"))
    assert found["outcomes"][1]["difference"]["median"] == pytest.approx(10, rel=1e-4)
    assert found["recipe"]["seed"] == 1
    assert len(found["forms"]) == 8
    assert "wars/s" in err


def test_compare__prints_within_80_columns_with_verdict_and_harm(capsys):
    code, out, err = call(capsys, "compare", "shifted", "plain", *FEW)
    assert code == 0
    assert max(len(line) for line in out.splitlines()) <= 80
    [heading] = [line for line in out.splitlines() if line.startswith("outcome")]
    assert heading.split() == ["outcome", "shifted", "plain", "difference", "P"]
    killed = next(line for line in out.splitlines() if line.startswith("civilians killed"))
    assert len(killed.split()) == 2 + 4
    assert "so no run says anything about it" in " ".join(out.split())
    assert "Deaths by hunger, cold and disease are not modelled" in " ".join(out.split())
    assert "civil rail freight" in out
    assert err.splitlines()[0] == "40 pairs of shifted and plain, seed 1"


def test_compare__of_a_policy_with_itself_has_no_variance_ratio(capsys):
    found = json.loads(call(capsys, "compare", "plain", "plain", *FEW, "--json")[1])
    assert {o["variance_ratio"] for o in found["outcomes"]} == {None}
    assert {o["probability_a_greater"] for o in found["outcomes"]} == {0.5}


def test_run__prints_and_gives_json_for_each_policy(capsys):
    code, out, _ = call(capsys, "run", "plain", *FEW)
    assert code == 0
    assert max(len(line) for line in out.splitlines()) <= 80
    found = json.loads(call(capsys, "run", "plain", *FEW, "--json")[1])
    assert set(found["outcomes"][0][0]) == {"name", "unit", *BANDS}


def test_show__prints_a_stored_run_again_and_verifies_it(capsys, tmp_path):
    folder = tmp_path / "run"
    first = call(capsys, "compare", "shifted", "plain", *FEW, "--out", folder)
    again = call(capsys, "compare", "shifted", "plain", *FEW, "--out", folder, "--workers", 1)
    shown = call(capsys, "show", folder)
    assert first[1] == again[1] == shown[1]
    code, _, err = call(capsys, "show", folder, "--verify", "--block", 7)
    assert code == 0
    assert "the same bytes" in err


def test_show__verify_fails_when_the_bytes_differ(capsys, tmp_path, monkeypatch):
    folder = tmp_path / "run"
    call(capsys, "run", "plain", *FEW, "--out", folder)
    true = toy_war.series
    monkeypatch.setattr(toy_war, "series", lambda *address: 2 * true(*address))
    code, out, err = call(capsys, "show", folder, "--verify")
    assert (code, out) == (1, "")
    assert "other bytes in 0-plain/answers-00000.npy, 0-plain/outcomes-00000.parquet" in err


def test_predict__answers_and_gives_the_promised_json(capsys):
    asked = ["predict", "cuts", "--from", "1951-09-01", "--to", "1951-09-30", "--place", "east", "-n", 30]
    code, out, _ = call(capsys, *asked)
    assert code == 0
    assert out.startswith("cuts of east, 1951-09-01 to 1951-09-30, plain:")
    found = json.loads(call(capsys, *asked, "--json")[1])
    assert set(found) >= {"quantity", "unit", "from", "to", "median", "low", "high", "replicates"}
    assert (found["from"], found["to"], found["replicates"]) == ("1951-09-01", "1951-09-30", 30)


def test_predict__asks_the_whole_scenario_without_a_period(capsys):
    found = json.loads(call(capsys, "predict", "cuts", "-n", 2, "--json")[1])
    assert (found["from"], found["to"]) == ("1951-06-25", "1953-07-27")


def test_predict__list_names_every_quantity_with_its_unit_in_80_columns(capsys):
    _, out, _ = call(capsys, "predict", "--list")
    assert max(len(line) for line in out.splitlines()) <= 80
    listed = json.loads(call(capsys, "predict", "--list", "--json")[1])["quantities"]
    assert all(q["unit"] and q["name"] for q in listed)
    assert {"cuts", "fire_ratio"} <= {q["name"] for q in listed}


def test_scorecard__prints_roles_and_gives_the_promised_json(capsys):
    code, out, _ = call(capsys, "scorecard", "-n", 30)
    assert code == 0
    assert max(len(line) for line in out.splitlines()) <= 80
    assert "calibration: 1 of 1 inside" in out
    assert "frozen: 0 of 1 inside" in out
    assert "trucks_" in out
    assert "why: it is a toy it is a toy" in " ".join(out.split())
    assert out.index("few_cuts") < out.index("CLAIMS") < out.index("trucks_claimed")
    assert "of 1 blocks with rows that count, 0 have all of them inside" in " ".join(out.split())
    found = json.loads(call(capsys, "scorecard", "-n", 30, "--json")[1])
    expected = {"figure", "quantity", "from", "to", "observed", "median", "low", "high", "inside", "role"}
    assert all(set(row) >= expected for row in found["rows"])
    assert [row["counts"] for row in found["rows"]] == [True, True, False, False]
    assert [row["block"] for row in found["rows"]] == ["rail", "rail", "claims", "rail"]
    assert [bool(row["reason"]) for row in found["rows"]] == [False, True, False, False]
    assert found["blocks"][0] == {"block": "rail", "inside": 1, "counted": 2, "shown": 1}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compare", "banfil", "plain"], "found the policy 'banfil'"),
        (["compare", "shifted", "plain", "-n", "0"], "replicates is 0"),
        (
            ["compare", "shifted", "plain", "--fire", "anger"],
            "no form of fire 'anger'; there are policy, stock",
        ),
        (["compare", "shifted", "plain", "--picture", "x.txt"], "a picture ends in .pdf, .png, .svg"),
        (["predict", "cutz"], "did you mean cuts"),
        (["predict"], "name a quantity"),
        (["predict", "cuts", "--from", "yesterday"], "yesterday"),
        (["show", "nowhere"], "no such folder"),
        (["frobnicate"], "frobnicate"),
    ],
)
def test_main__ends_with_2_for_bad_input(capsys, arguments, message):
    code, out, err = call(capsys, *arguments)
    assert code == 2
    assert message in err
    assert out == ""


def test_main__ends_with_1_for_a_failure_and_shows_where_on_demand(capsys, monkeypatch):
    monkeypatch.setattr(engine, "prepare", lambda war: 1 / 0)
    code, out, err = call(capsys, "run", "plain", *FEW)
    assert (code, out) == (1, "")
    assert "ZeroDivisionError" in err
    assert "--debug" in err
    monkeypatch.setenv("STALEMATE_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["run", "plain", *FEW])


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("can't start new thread")])
def test_main__short_of_memory_says_what_to_do(capsys, monkeypatch, error):
    def short(*arguments, **options):
        raise error

    monkeypatch.setattr(engine, "simulate", short)
    code, _, err = call(capsys, "run", "plain", *FEW)
    assert code == 1
    assert "not enough memory; fight fewer wars side by side with a smaller --block" in err


def test_main__ends_with_130_on_ctrl_c_and_says_what_is_kept(capsys, monkeypatch, tmp_path):
    whole = {"replicates": 600, "until": date(1951, 7, 12)}
    options = ["--replicates", "600", "--until", "1951-07-12", "--block", "100", "--workers", "1"]

    def interrupted(prepared, policy, seed, replicates, **given):
        if replicates.start >= 512:
            raise KeyboardInterrupt
        return toy_war.simulate(prepared, policy, seed, replicates, **given)

    monkeypatch.setattr(engine, "simulate", interrupted)
    code, _, err = call(capsys, "run", "plain", *options, "--out", tmp_path / "run")
    assert code == 130
    assert f"stopped; what is done stands in {tmp_path / 'run'}.partial" in err
    monkeypatch.setattr(engine, "simulate", toy_war.simulate)
    assert call(capsys, "run", "plain", *options, "--out", tmp_path / "run")[0] == 0
    runner.run(read.load("toy"), "plain", out=tmp_path / "whole", **whole)
    assert runner.read_run(tmp_path / "run").recipe == runner.read_run(tmp_path / "whole").recipe
    sums = [(tmp_path / name / "SHA256SUMS").read_bytes() for name in ("run", "whole")]
    assert sums[0] == sums[1]


@pytest.mark.parametrize("ending", picture.FORMATS)
def test_compare__draws_a_picture_with_the_same_bytes_twice(capsys, tmp_path, ending):
    files = [tmp_path / f"{name}{ending}" for name in "ab"]
    for file in files:
        assert call(capsys, "compare", "shifted", "plain", *FEW, "--picture", file)[0] == 0
    heads = {".png": b"\x89PNG", ".pdf": b"%PDF", ".svg": b"<?xml"}
    assert files[0].read_bytes().startswith(heads[ending])
    assert files[0].read_bytes() == files[1].read_bytes()


def test_compare__says_how_to_get_matplotlib_before_it_runs(capsys, monkeypatch):
    monkeypatch.setattr(picture, "find_spec", lambda name: None)
    monkeypatch.setattr(engine, "simulate", None)
    code, _, err = call(capsys, "compare", "shifted", "plain", "--picture", "x.png")
    assert code == 2
    assert "pip install 'stalemate-lab[plot]'" in err


def test_progress__on_a_terminal_shows_a_bar_with_rate_and_remaining_time(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stderr", Terminal())
    from stalemate.interfaces.progress import WarProgress

    with WarProgress("wars of plain") as progress:
        progress.compiled("front", 3, 3)
        progress(10, 40)
        progress(40, 40)
    assert "40 wars in" in sys.stderr.getvalue()
    assert "wars/s" in sys.stderr.getvalue()
