"""The dates of entry and of comparison: one for every row of the record, and as its history tells them."""

import csv
import io
import subprocess
from datetime import date
from pathlib import Path

import checked as script
import pytest

from stalemate.errors import EvidenceError
from stalemate.evidence import checked
from stalemate.evidence.chronicle import Chronicle
from stalemate.evidence.ledger import Ledger


def test_checked__has_one_row_for_every_row_of_the_record_and_no_other():
    ledger = Ledger.load()
    known = {("figure", id) for id in ledger.figures} | {("source", id) for id in ledger.sources}
    known |= {("place", id) for id in ledger.places} | {("raid", raid.id) for raid in ledger.raids}
    known |= {("event", event.id) for event in Chronicle.load().events}
    assert set(checked.load()) == known, "run scripts/checked.py"


def test_checked__a_figure_was_compared_where_a_check_or_second_reading_is_on_record():
    ledger = Ledger.load()
    compared = {id for (kind, id), row in checked.load().items() if row.compared}
    assert compared == {row.figure for row in (*ledger.checks, *ledger.readings)}


def test_checked__days_are_in_order_and_none_is_before_the_project():
    for row in checked.load().values():
        assert row.entered >= date(2026, 11, 22)
        assert row.changed is None or row.changed > row.entered
        assert row.compared is None or row.compared >= row.entered


def test_days__a_row_is_entered_once_and_changed_when_its_cells_are():
    versions = [
        ("2026-01-01", {"a": 1, "b": 1}),
        ("2026-01-02", {"a": 1, "b": 2, "c": 1}),
        ("2026-01-03", {"a": 1, "b": 2}),
        ("2026-01-04", {"a": 1, "b": 2, "c": 1}),
    ]
    assert script.days(iter(versions)) == {
        "a": ("2026-01-01", "2026-01-01"),
        "b": ("2026-01-01", "2026-01-02"),
        "c": ("2026-01-04", "2026-01-04"),
    }


def test_checked__reads_the_days_of_commits(tmp_path, monkeypatch):
    def git(*arguments, day="2026-02-01"):
        env = {"GIT_AUTHOR_DATE": f"{day}T12:00:00Z", "GIT_COMMITTER_DATE": f"{day}T12:00:00Z"}
        env |= {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org"}
        env |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org", "PATH": "/usr/bin:/bin"}
        subprocess.run(["git", *arguments], cwd=tmp_path, env=env, check=True, capture_output=True)

    def write(name, head, *rows):
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows([head, *rows])
        (tmp_path / "record" / name).write_text(text.getvalue())

    (tmp_path / "record").mkdir()
    monkeypatch.setattr(script, "ROOT", tmp_path)
    monkeypatch.setattr(script, "TABLES", {"figures.csv": "figure"})
    monkeypatch.setattr(script, "COMPARISONS", ("checks.csv",))
    git("init", "-q")
    write("figures.csv", ["id", "value"], ["a", 1], ["b", 1])
    write("checks.csv", ["figure", "value"])
    git("add", ".")
    git("commit", "-qm", "one")
    write("figures.csv", ["id", "value"], ["a", 1], ["b", 2])
    write("checks.csv", ["figure", "value"], ["a", 1])
    git("commit", "-qam", "two", day="2026-02-03")
    assert script.table() == [
        ("figure", "a", "2026-02-01", "", "2026-02-03"),
        ("figure", "b", "2026-02-01", "2026-02-03", ""),
    ]


def test_checked__tells_every_fault_of_a_table(tmp_path: Path):
    (tmp_path / "checked.csv").write_text(
        "kind,id,entered,changed,compared\nfigure,a,yesterday,,\nriver,b,2026-11-22,,\n"
    )
    with pytest.raises(EvidenceError) as found:
        checked.load(tmp_path)
    assert "entered" in str(found.value)
    assert "kind" in str(found.value)
