"""Names that would be script, formulas or commands: where they are shown they are names and nothing else."""

import csv
import io
import shlex
from dataclasses import replace
from datetime import date
from functools import cache
from xml.etree import ElementTree

import pytest
from fuzzing.pages import HARMLESS, Skeleton, _site, check_pages, check_table, hostile
from fuzzing.runs import stored
from hypothesis import example, given
from hypothesis import strategies as st
from reference import toy_war

from stalemate.ensemble.runner import run
from stalemate.ensemble.store import Ordered, read_recipe
from stalemate.errors import Fault, RunError, ScenarioError
from stalemate.evidence.ledger import Ledger
from stalemate.interfaces import cli
from stalemate.interfaces.atlas import runcharts
from stalemate.interfaces.atlas.runfiles import bundle
from stalemate.interfaces.atlas.runtables import Table
from stalemate.interfaces.pages import again_of, report_page
from stalemate.interfaces.picture import draw
from stalemate.plaintext import first_control, is_plain, short, shown
from stalemate.scenario.read import load
from stalemate.spreadsheet import csv_text, guarded, unguarded

SCRIPT = "\"'><script>alert`1`</script><svg onload=x>{{7*7}}&amp;<!--"
SHELL = "x; touch /tmp/hacked `id` $(id) | sh"


def test_pages__of_the_atlas_show_hostile_names_as_text():
    assert check_pages(SCRIPT) >= 20


def test_pages__hold_the_hostile_names():
    """Else the test above would pass for pages that show no name at all."""
    made, where = hostile(SCRIPT)
    page = _site(made)
    holding = [one for one in where if "&lt;script&gt;alert`1`" in page(one, str, served=True)]
    assert len(holding) >= 12


@cache
def a_run():
    """Return a run of the flagship of two policies."""
    return run(load("korea-1951"), ["banfill", "historical"], replicates=8, until=date(1952, 9, 30))


def run_of(names, **changes):
    """Return that run with other names for its policies."""
    runs = a_run()
    policies = tuple(Ordered(name, one.digest) for name, one in zip(names, runs.recipe.policies, strict=True))
    return replace(runs, recipe=replace(runs.recipe, policies=policies, **changes))


def test_report__shows_hostile_names_as_text_and_draws_them():
    war, ledger = load("korea-1951"), Ledger.load()
    dollar = "$\\frac{$"
    pages = [
        report_page([run_of((text + dollar, "historical"))], replace(war, title=text, summary=text), ledger)
        for text in (SCRIPT, SCRIPT.translate(HARMLESS))
    ]
    assert "&lt;script&gt;" in pages[0]
    assert Skeleton(pages[0]).parts == Skeleton(pages[1]).parts


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_picture__takes_a_dollar_sign_for_a_dollar_sign(tmp_path, ending):
    draw(run_of(("$x^{$ & <b>", "$\\nope$")), tmp_path / f"a.{ending}")
    if ending == "svg":
        ElementTree.parse(tmp_path / "a.svg")


def test_charts__of_a_run_are_well_formed_whatever_they_are_called():
    series = {"title": SCRIPT, "weeks": ["1951-07-10", "1951-07-17"], "record": [], "unit": SCRIPT}
    series["tracks"] = [{"policy": SCRIPT, "median": [1, 2], "low": [0, 1], "high": [2, 3]}]
    for drawn in (runcharts.weekly_chart(series), runcharts.dots_chart([1.0, -1.0], SCRIPT, SCRIPT)):
        tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(drawn).iter()}
        assert "script" not in tags
        assert SCRIPT[:20] in "".join(ElementTree.fromstring(drawn).itertext())


def test_again__is_a_command_in_which_names_are_words():
    recipe = run_of((SHELL, "historical"), scenario="a b; c").recipe
    words = shlex.split(again_of(recipe))
    assert words[:4] == ["stalemate", "compare", SHELL, "historical"]
    assert words[words.index("--scenario") + 1] == "a b; c"


@given(st.text())
@example("=1+1")
@example("'=1")
@example("''@x")
@example("-8; 12")
@example(" \t-x")
@example("\uff1d1")
def test_tables__guard_every_text_and_give_it_back(text):
    assert unguarded(guarded(text)) == text
    assert guarded(text) in (text, f"'{text}")
    check_table(text.replace("\r", " ").replace("\0", " "))


@pytest.mark.parametrize("cell", ["=1", "+x", "-x", "@a", "\tx", "\rx", "  =1", "=", "'=1", "-1+1"])
def test_tables__no_text_begins_as_a_formula(cell):
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-1", "+2.5e3", "-8; 12", "1", "", "a=b", "'quoted'", "x-1", "' '"])
def test_tables__numbers_and_plain_words_stay(cell):
    assert guarded(cell) == cell == unguarded(cell)
    assert csv_text([[-1.5, 2, None, True, cell]]).startswith("-1.5,2,,True,")


def test_tables__of_a_run_are_guarded_and_their_numbers_are_not():
    table = Table("levels", "", "", (("policy", ""), ("low", "t")), (("=cmd", -1.5), ("a", 2.0)))
    rows = list(csv.reader(io.StringIO(table.file("csv", {}).decode())))
    assert rows == [["policy", "low [t]"], ["'=cmd", "-1.5"], ["a", "2.0"]]


def test_bundle__holds_the_files_of_the_run_and_nothing_that_lies_beside(tmp_path):
    import zipfile

    from stalemate.ensemble.jobs import Asked

    place = stored(tmp_path)
    (tmp_path / "secret").write_text("secret")
    (place / "link").symlink_to(tmp_path / "secret")
    (place / "more").write_text("more")
    recipe, asked = read_recipe(place), Asked(("a", "b"), 5)
    data = b"".join(bundle(place, recipe, asked))
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert not {"run/link", "run/more"} & set(names)
    assert {"run/manifest.json", "run/SHA256SUMS", "question.json"} <= set(names)
    (place / "manifest.json").rename(tmp_path / "manifest.json")
    (place / "manifest.json").symlink_to(tmp_path / "manifest.json")
    with pytest.raises(RunError, match="leads outside"):
        b"".join(bundle(place, recipe, asked))


@pytest.mark.parametrize("sign", ["\x1b", "\x07", "\u202e", "\u2066", "\x9b", "\r", "\ud800"])
def test_texts__that_steer_a_terminal_are_found_and_written_out(sign):
    text = f"one\ntwo{sign}three"
    assert first_control(text) == (2, ascii(sign)[1:-1])
    assert not is_plain(text)
    assert shown(text) == f"one\ntwo{ascii(sign)[1:-1]}three"
    assert is_plain(short(text))


@pytest.mark.parametrize("text", ["plain", "熙川 Hŭich'ŏn", "−5 °C", "a\u200db", ""])
def test_texts__of_any_language_are_plain(text):
    assert first_control(text) is None
    assert shown(text) == short(text) == text


def test_errors__never_steer_a_terminal(capsys, monkeypatch):
    def failing(arguments):
        raise ScenarioError([Fault("\x1b[2J", 1, "a\u202eb", "x", "y")])

    monkeypatch.setattr(cli, "app", failing)
    with pytest.raises(SystemExit):
        cli.main([])
    assert "\\x1b[2J:1, a\\u202eb: found x" in capsys.readouterr().err


def test_scenario__a_title_is_no_markup(tmp_path, capsys):
    import shutil

    from korea import FLAGSHIP

    folder = shutil.copytree(FLAGSHIP, tmp_path / "war")
    text = (folder / "scenario.toml").read_text().replace('title = "', 'title = "[/bold] [red]', 1)
    (folder / "scenario.toml").write_text(text.replace('licence = "', 'licence = "[/x] ', 1))
    with pytest.raises(SystemExit) as ended:
        cli.main(["scenario", "show", str(folder)])
    assert not ended.value.code
    assert "[/bold] [red]" in capsys.readouterr().out


def test_toy__names_of_policies_in_a_run_come_through(tmp_path):
    assert [one.name for one in read_recipe(stored(tmp_path)).policies] == [
        toy_war.Shifted.name,
        toy_war.Plain.name,
    ]
