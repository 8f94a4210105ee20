"""Every code block of every page runs, as a reader would run it: in order, in a fresh folder."""

import csv
import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import reader
import typer
from fresh_docs import pages
from reader import IN_CLONE, LANGUAGES, Block, PageError, Reader, blocks, commands, heads, kept, labels

from stalemate.interfaces.cli import app

ROOT = Path(__file__).resolve().parents[1]
PAGES = [page for page in [*pages(), ROOT / "CONTRIBUTING.md"] if blocks(page)]
TOLD = [page for page in PAGES if any(block.fenced for block in blocks(page))]
FEWER = {
    **dict.fromkeys(("compare", "targets", "why"), ("-n", "8")),
    **dict.fromkeys(("explain", "frontier", "floor"), ("-n", "4")),
    "scorecard": ("-n", "16"),
}
"""Commands that fight as many wars as they are told to, and how many they are told here."""

INSTEAD: Mapping[str, Mapping[str, str]] = {
    "docs/howto/large-runs.md": {
        "stalemate compare banfill historical -n 100000 --on tcp://HOST:8786 --out run": (
            "stalemate compare banfill historical --out run"
        ),
        "stalemate show OLD --migrate NEW": "",
    },
    "docs/howto/notebook.md": {"wars = 1000": "wars = 8"},
    "docs/howto/report.md": {
        "stalemate scorecard answer --html stored.html": "stalemate show answer",
    },
    "docs/howto/workbench.md": {
        "stalemate run banfill historical --out answer": "stalemate run banfill historical -n 8 --out answer",
        "stalemate atlas --export site --with-run answer": "stalemate show answer",
    },
    "docs/model/calibration.md": {
        "stalemate run historical -n 4000 --out run": (
            "stalemate run historical -n 100 --repair queue --fire stock --out run"
        ),
        "stalemate run historical -n 4000 --out h": "mv run h && stalemate show h",
        **{
            f"stalemate {line}": f"stalemate {line} --repair queue --fire stock"
            for line in (
                "compare banfill --posterior record",
                "compare banfill --posterior record.parquet",
                "scorecard --posterior record",
                "scorecard --posterior record.parquet",
            )
        },
    },
    "docs/model/repair.md": {
        f"stalemate predict cordon_open_share --from 1952-01-01 --to 1952-06-30 --repair {form}": (
            f"stalemate predict cordon_open_share --from 1952-01-01 --to 1952-06-30 --repair {form} -n 16"
        )
        for form in ("queue", "own-clock")
    },
    "docs/model/sensitivity.md": {
        "stalemate run banfill historical -n 2000 --out run": (
            "stalemate run none historical -n 500 --until 1951-08-31 --out run"
        ),
        "stalemate sensitivity banfill smart": "stalemate sensitivity run",
        "stalemate sensitivity banfill smart --outcome aircraft_lost": (
            "stalemate sensitivity run --outcome aircraft_lost"
        ),
        "stalemate sensitivity banfill historical --morris 10": "",
        **{
            f"stalemate worlds banfill historical {asked}": f"stalemate worlds run {asked}"
            for asked in (
                "--outcome shells_communist --less 10%",
                "--outcome front_tonnes --less 15%",
                "--outcome civilian_deaths --less 0",
            )
        },
    },
    "docs/model/transport.md": {
        f"stalemate predict rail_intake_cars --from 1953-01-01 --to 1953-03-31{policy}": (
            f"stalemate predict rail_intake_cars --from 1953-01-01 --to 1953-03-31{policy} -n 16"
        )
        for policy in ("", " --policy none")
    },
}
"""Lines of a page that would take minutes, and what is run in their place. No other line is replaced."""

ELSEWHERE = {
    "stalemate sensitivity banfill historical --morris 10": ("test_screening.py", '"--morris", "2"'),
    "stalemate show OLD --migrate NEW": ("test_formats.py", '"show", str(old), "--migrate"'),
}
"""The lines that are replaced by nothing, and where the same is run on a made-up or an old war."""


def page_id(page: Path) -> str:
    return str(page.relative_to(ROOT))


def read(page: Path, folder: Path) -> Reader:
    """Return the reader of a page after its last block."""
    clone = IN_CLONE in page.read_text()
    with Reader(folder, INSTEAD.get(page_id(page), {}), FEWER, in_clone=clone) as one:
        for block in blocks(page):
            if block.fenced:
                one.do(block)
    return one


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_code_blocks__say_what_they_are(page):
    """A block without a fence is a formula; an output has a command above it, in the same page."""
    faults, before = [], ""
    for block in blocks(page):
        if not block.fenced:
            if re.search(r"^(stalemate|pip|python3?|curl|http|/|\$)", block.text, re.MULTILINE):
                faults.append(f"{block.where} is no formula: give it a fence")
        elif block.language not in LANGUAGES:
            faults.append(f"{block.where} is {block.language!r}; expected one of {', '.join(LANGUAGES)}")
        elif block.language == "text" and not block.file and before not in ("bash", "python"):
            faults.append(f"{block.where} is the output of no command")
        elif block.language in ("csv", "json", "toml") and not block.file:
            faults.append(f"{block.where} is no file: nothing reads it")
        before = block.language if block.fenced else before
    assert faults == []


@pytest.mark.parametrize("page", TOLD, ids=page_id)
def test_code_blocks__run_in_order(page, tmp_path):
    one = read(page, tmp_path)
    assert one.did == sum(block.fenced for block in blocks(page))
    AFTER.get(page_id(page), lambda one: None)(one)


def test_code_blocks__in_a_list_stand_four_spaces_in():
    """The site ends a list at a block with fewer, and counts from one again."""
    wrong = [page_id(p) for p in PAGES if re.search(r"^ {1,3}```", p.read_text(), re.MULTILINE)]
    assert wrong == []


def test_code_blocks__nothing_is_replaced_that_is_on_no_page():
    for name, lines in INSTEAD.items():
        there = [
            line.partition("  ")[0].strip()
            for block in blocks(ROOT / name)
            if block.language in ("bash", "python")
            for line in block.text.splitlines()
        ]
        assert [line for line in lines if line not in there] == []
    empty = {line for lines in INSTEAD.values() for line, given in lines.items() if not given}
    assert empty == set(ELSEWHERE)
    assert all(words in (ROOT / "tests" / file).read_text() for file, words in ELSEWHERE.values())


def test_code_blocks__every_command_in_a_line_of_text_is_there():
    """``stalemate`` commands within sentences and tables name commands and options that exist."""
    faults = []
    for page in [*pages(), ROOT / "CONTRIBUTING.md"]:
        text = re.sub(
            r"```.*?```|<!-- commands: start.*?commands: end -->", "", page.read_text(), flags=re.DOTALL
        )
        for words in re.findall(r"`(?:\.venv/bin/)?stalemate ([^`]+)`", text):
            faults += [
                f"{page_id(page)}: stalemate {words}: {fault}" for fault in unknown(shlex.split(words))
            ]
    assert faults == []


def unknown(words: list[str]) -> list[str]:
    """Return the words of a command line that name no command and no option."""
    command = typer.main.get_command(app)
    faults = []
    for word in words:
        below = getattr(command, "commands", {})
        if word in below:
            command = below[word]
        elif word.startswith("-") and word not in ("-h", "--help"):
            if all(word not in (*one.opts, *one.secondary_opts) for one in command.params):
                faults.append(word)
        elif below:
            faults.append(word)
    return faults


def after_policies(one: Reader) -> None:
    assert one.names["comparison"].contrast("cuts").difference.median < 0
    assert one.names["spared"].contrast("aircraft_lost").difference.median < 0
    assert one.names["aimed"].contrast("cuts").difference.median > 0


def after_scripts(one: Reader) -> None:
    assert "t/day" in one.said
    assert "Deaths by hunger, cold and disease are not modelled" in one.said


def after_interdict(one: Reader) -> None:
    """Compare with 30 + 20 + 25, the lines that cross from {1, 2} to {3, 4}."""
    assert one.said.count("unattacked                75") == 2


def after_scenario(one: Reader) -> None:
    with (one.folder / "my-war" / "gates.csv").open() as file:
        assert [row["capacity_t_per_day"] for row in csv.DictReader(file)] == ["600"]
    taken = next(line for line in one.printed.splitlines() if line.startswith("rail cars taken in"))
    assert taken.split()[-2:] == ["0", "0.50"]


AFTER: Mapping[str, Callable[[Reader], None]] = {
    "docs/howto/write-a-policy.md": after_policies,
    "docs/howto/scripts.md": after_scripts,
    "docs/howto/interdict.md": after_interdict,
    "docs/howto/new-scenario.md": after_scenario,
}
"""What a page leads to, beyond that it runs."""


def test_kept__has_the_lines_asked_for():
    assert kept("a\nb\nc\nd\n", "1, 3") == "a\n...\nc\n...\n"
    assert kept("a\nb\n", "1-2") == "a\nb\n"
    assert kept("a\nb\nc\nd\n", "1, last 2") == "a\n...\nc\nd\n"
    assert kept("a\nb\n", None) == "a\nb\n"


def test_commands__are_parted_by_lines_and_by_and():
    text = "mkdir a && cd a\nstalemate ask 'why && how' \\\n  --json  # twice\n"
    expected = [["mkdir", "a"], ["cd", "a"], ["stalemate", "ask", "why && how", "--json"]]
    assert list(commands(text)) == expected


def test_labels__are_words_before_columns():
    text = "rail cuts   38,026   22,617\nA sentence  of two\n12  3  4\nrows of 9 days  1  2"
    assert labels(text) == {"rail cuts", "rows of # days"}


def test_heads__stand_above_rules():
    assert heads("name    value\n─────────────\na   1\n ────\n") == {"name value", "a 1"}


PAGE = """# A page

1. In a list:

   ```bash
   cat greeting.txt
   ```

   <!-- shown: 2 -->

   ```text
   ...
   OLD
   ```
"""


def page_of(tmp_path, monkeypatch, text):
    monkeypatch.setattr(reader, "ROOT", tmp_path)
    (tmp_path / "page.md").write_text(text)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "greeting.txt").write_text("one\ntwo\n")
    return tmp_path / "page.md"


def test_printed_anew__puts_the_output_where_the_old_one_stood(tmp_path, monkeypatch):
    page = page_of(tmp_path, monkeypatch, PAGE)
    fresh = reader.printed_anew(page, tmp_path / "folder")
    assert fresh == PAGE.replace("OLD", "two")


def test_reader__tells_an_old_output_and_an_unknown_command(tmp_path, monkeypatch):
    page = page_of(tmp_path, monkeypatch, f"{PAGE}\n```bash\nsudo reboot\n```\n")
    cat, old, sudo = blocks(page)
    with Reader(tmp_path / "folder") as one:
        one.do(cat)
        with pytest.raises(PageError, match=r"page.md:11 is old"):
            one.do(old)
        with pytest.raises(PageError, match="no test knows the command sudo"):
            one.do(sudo)
        one.do(Block(page, 1, "csv", 'csv title="a/b.csv"', "x\n", None, True))
        one.do(Block(page, 1, "csv", 'csv title="add to a/b.csv"', "y\n", None, True))
    assert (tmp_path / "folder" / "a" / "b.csv").read_text() == "x\ny\n"
