"""Run folders of older formats: read as they were, or refused with a sentence; the kept examples are real.

``tests/formats/N`` was written by the last version of the program that wrote format N, over the toy war of
its own tests: five pairs of wars from 25 August to 8 September 1952.
"""

import hashlib
import json
import shutil
from contextlib import suppress
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet
from reference import toy_war

from stalemate.analysis.scorecard import recorded_answers
from stalemate.ensemble import formats
from stalemate.ensemble.formats import FORMAT, STEPS, migrate
from stalemate.ensemble.outcomes import OUTCOMES
from stalemate.ensemble.runner import run, run_again
from stalemate.ensemble.runs import read_run
from stalemate.errors import QueryError, RunError
from stalemate.interfaces.cli import main

KEPT = Path(__file__).parent / "formats"
POLICIES = [toy_war.Shifted(), toy_war.Plain()]


@pytest.fixture
def old(tmp_path):
    """Return a copy of the run of format 1."""
    return Path(shutil.copytree(KEPT / "1", tmp_path / "old"))


def test_formats__every_step_has_a_kept_folder_and_leads_to_the_present():
    assert sorted(STEPS) == list(range(1, FORMAT))
    assert sorted(int(place.name) for place in KEPT.iterdir()) == sorted(STEPS)
    for number in STEPS:
        assert json.loads((KEPT / str(number) / "manifest.json").read_text())["format"] == number


def test_read_run__of_an_older_format_says_how_to_bring_it_over(old):
    with pytest.raises(RunError, match=r"found format 1; this version reads format 2\. .*--migrate NEW"):
        read_run(old)


def test_migrate__gives_the_numbers_that_were_stored_and_leaves_the_old_folder(old, tmp_path):
    """The stored files are read here without the program's reader."""
    before = {path: path.read_bytes() for path in old.rglob("*") if path.is_file()}
    migrate(old, tmp_path / "new")
    assert {path: path.read_bytes() for path in old.rglob("*") if path.is_file()} == before
    runs = read_run(tmp_path / "new")
    assert runs.recipe.model == json.loads((KEPT / "1/manifest.json").read_text())["recipe"]["model"]
    for policy, name in enumerate(("0-shifted", "1-plain")):
        table = parquet.read_table(KEPT / "1" / name / "outcomes-00000.parquet")
        for outcome in OUTCOMES:
            assert runs.outcome(policy, outcome.name).tolist() == table.column(outcome.name).to_pylist()
        weekly = np.load(KEPT / "1" / name / "weekly-00000.npy")
        assert (runs.kept[policy].weekly == weekly).all()
        assert runs.kept[policy].answers.shape == (5, 0)


def test_migrate__gives_what_the_toy_war_gives_today(monkeypatch, old, tmp_path):
    """The toy war has not changed since: an independent way to the same numbers."""
    toy_war.put_in_place(monkeypatch)
    war = toy_war.scenario(start=date(1952, 8, 25))
    now = run(war, POLICIES, replicates=5, until=date(1952, 9, 8))
    migrate(old, tmp_path / "new")
    then = read_run(tmp_path / "new")
    assert then.recipe.columns == now.recipe.columns[: len(then.recipe.columns)]
    for policy in range(2):
        assert (then.outcome(policy, "cuts") == now.outcome(policy, "cuts")).all()
        assert (then.weekly(policy, "front_tonnes") == now.weekly(policy, "front_tonnes")).all()


def test_migrate__makes_an_ordinary_folder_with_sums_of_its_own(old, tmp_path):
    migrate(old, tmp_path / "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "old"]
    names = []
    for line in (tmp_path / "new/SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((tmp_path / "new" / name).read_bytes()).hexdigest() == digest
        names.append(name)
    files = {str(p.relative_to(tmp_path / "new")) for p in (tmp_path / "new").rglob("*") if p.is_file()}
    assert sorted(names) == sorted(files - {"SHA256SUMS"})


def test_migrated_run__is_still_of_the_model_that_fought_it(monkeypatch, old, tmp_path):
    toy_war.put_in_place(monkeypatch)
    migrate(old, tmp_path / "new")
    runs = read_run(tmp_path / "new")
    war = toy_war.scenario(start=date(1952, 8, 25))
    with pytest.raises(RunError, match=r"model \(the program's code\) is 01adb813304cc1c1 there"):
        run_again(runs.recipe, war, POLICIES, tmp_path / "again")


def test_migrated_run__says_that_it_keeps_no_answers(monkeypatch, tmp_path):
    monkeypatch.setattr("stalemate.analysis.scorecard.HISTORICAL", "plain")
    migrate(KEPT / "1", tmp_path / "new")
    war = toy_war.scenario(
        toy_war.observed("cuts", "1952-08-26", "1952-08-27", 1, 2), start=date(1952, 8, 25)
    )
    with pytest.raises(QueryError, match="keeps answers to 0 of 1 observations; make it again"):
        recorded_answers(read_run(tmp_path / "new"), war)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (3, "found format 3; this version reads format 2. A later version wrote it"),
        (0, "found format 0; this version reads format 2"),
        ("two", "found format 'two'; this version reads format 2"),
        (None, "found format None"),
        (True, "found format True"),
    ],
)
def test_formats__that_nobody_knows_are_refused(old, tmp_path, found, told):
    manifest = json.loads((old / "manifest.json").read_text())
    (old / "manifest.json").write_text(json.dumps({**manifest, "format": found}))
    with pytest.raises(RunError) as refused:
        read_run(old)
    assert told in str(refused.value)
    with pytest.raises(RunError, match="there is nothing to migrate to 2"):
        migrate(old, tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["0-shifted/weekly-00000.npy", "manifest.json", "SHA256SUMS"])
def test_migrate__refuses_what_is_damaged(old, tmp_path, name):
    content = bytearray((old / name).read_bytes())
    content[-3] ^= 1
    (old / name).write_bytes(content)
    with pytest.raises(RunError, match=r"is damaged|cannot be read|is no file of a run"):
        migrate(old, tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_migrate__reads_nothing_outside_of_the_folder(old, tmp_path):
    (tmp_path / "secret.npy").write_bytes(b"x")
    told = hashlib.sha256(b"x").hexdigest()
    with (old / "SHA256SUMS").open("a") as sums:
        sums.write(f"{told}  ../secret.npy\n")
    with pytest.raises(RunError, match=r"names '\.\./secret\.npy', which is no file of a run"):
        migrate(old, tmp_path / "new")


def test_migrate__says_what_stands_in_its_way(old, tmp_path, monkeypatch):
    with pytest.raises(RunError, match="exists already"):
        migrate(old, old)
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="cannot write"):
        migrate(old, tmp_path / "file" / "new")
    (old / "0-shifted/weekly-00000.npy").write_bytes(b"none")
    lines = (old / "SHA256SUMS").read_text().splitlines()
    told = hashlib.sha256(b"none").hexdigest()
    lines = [f"{told}  {line[66:]}" if "0-shifted/weekly" in line else line for line in lines]
    (old / "SHA256SUMS").write_text("\n".join(lines) + "\n")
    with pytest.raises(RunError, match="not a stored run of format 1"):
        migrate(old, tmp_path / "new")


def test_run__begun_in_an_older_format_is_not_gone_on_with(monkeypatch, tmp_path):
    toy_war.put_in_place(monkeypatch)
    shutil.copytree(KEPT / "1", tmp_path / "run.partial")
    with pytest.raises(RunError, match="was begun otherwise: format is 1 there and 2 here"):
        run(toy_war.scenario(), toy_war.Plain(), replicates=5, out=tmp_path / "run")


def test_show__brings_a_run_over(capsys, old, tmp_path):
    with suppress(SystemExit):
        main(["show", str(old), "--migrate", str(tmp_path / "new"), "--json"])
    assert json.loads(capsys.readouterr().out)
    assert formats.FORMAT == json.loads((tmp_path / "new/manifest.json").read_text())["format"]
