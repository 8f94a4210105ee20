"""The pages are true: links lead somewhere, nothing is left out, made parts are fresh."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest
import typer

from stalemate.analysis.scorecard import BLOCKS
from stalemate.engine.day import DAY
from stalemate.ensemble.outcomes import OUTCOMES
from stalemate.evidence.figure import Figure, Rival
from stalemate.interfaces.cli import app
from stalemate.policies.naming import NAMES
from stalemate.scenario import read
from stalemate.scenario.catalogue import PARAMETERS
from stalemate.scenario.schema import Observed
from stalemate.systems.variables import VARIABLES

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
SYSTEMS = [system.name for _, system in DAY]
TUTORIAL = DOCS / "tutorial" / "first-answer.md"
README_COMMANDS = (
    "python3 -m venv .venv && .venv/bin/pip install -q -c requirements.lock . "
    "&& .venv/bin/stalemate compare banfill historical",
    'python3 -m venv .venv && .venv/bin/pip install -q -c requirements.lock -e ".[test]" && scripts/check',
)


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fresh_docs", ROOT / "scripts" / "fresh_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


fresh_docs = _script()
PAGES = [*fresh_docs.pages(), ROOT / "CONTRIBUTING.md", *sorted((ROOT / "changelog.d").glob("*.md"))]
EVERYTHING = "\n".join(page.read_text() for page in DOCS.rglob("*.md"))


def page_id(page: Path) -> str:
    return str(page.relative_to(ROOT))


def without_code(text: str) -> str:
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as the usual hosts of Markdown make them."""
    headings = re.findall(r"^#+ +(.+)$", without_code(page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def part_of(page: Path, name: str) -> str:
    found = re.search(f"<!-- {name}: start -->\n(.*?)<!-- {name}: end -->", page.read_text(), re.DOTALL)
    return found[1] if found else ""


def words_of_commands() -> list[tuple[str, str]]:
    """Return every command with each of its arguments and options."""
    found = []
    below = [("stalemate", typer.main.get_command(app))]
    while below:
        name, command = below.pop()
        for one in command.params:
            if one.param_type_name == "option" and one.name != "help":
                found += [(name, flag) for flag in one.opts]
        found.append((name, ""))
        below += [(f"{name} {word}", sub) for word, sub in getattr(command, "commands", {}).items()]
    return found


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_docs__links_lead_to_a_page_and_a_heading(page):
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        to = (page.parent / path).resolve() if path else page
        if not to.exists() or (anchor and anchor not in anchors(to)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", fresh_docs.pages(), ids=page_id)
def test_docs__made_parts_are_fresh(page):
    assert fresh_docs.fresh(page) == page.read_text(), "old; run .venv/bin/python scripts/fresh_docs.py"


def test_docs__every_page_can_be_reached_from_the_readme():
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        links = re.findall(r"\]\(([^)#\s]+\.md)", without_code(page.read_text()))
        paths = {(page.parent / link).resolve() for link in links if ":" not in link}
        waiting += [path for path in paths if path not in reached and path.exists()]
    lost = [page_id(page) for page in DOCS.rglob("*.md") if page not in reached]
    assert lost == [], "link them from docs/index.md"


def test_docs__readme_begins_with_the_two_commands():
    blocks = re.findall(r"```bash\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert tuple(block.splitlines()[0] for block in blocks[:2]) == README_COMMANDS


def test_docs__name_every_command_and_option():
    page = (DOCS / "reference" / "commands.md").read_text()
    sections = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    wanted = words_of_commands()
    assert len(wanted) > 50
    assert [
        (name, flag)
        for name, flag in wanted
        if name not in sections or (flag and f"`{flag}`" not in sections[name])
    ] == []


@pytest.mark.parametrize("name", SYSTEMS)
def test_docs__every_system_has_a_page_that_names_its_parameters(name):
    page = DOCS / "model" / f"{name}.md"
    text = page.read_text()
    assert [n.name for n in PARAMETERS if n.owner == name and f"`{n.name}`" not in text] == []
    assert f"src/stalemate/systems/{name}.py" in text
    assert "## Limits" in text


def test_docs__every_parameter_belongs_to_a_system_with_a_page():
    assert {needed.owner for needed in PARAMETERS} <= set(SYSTEMS)


@pytest.mark.parametrize("policy", NAMES)
def test_docs__every_policy_is_explained(policy):
    text = (DOCS / "model" / "policies.md").read_text()
    assert f"- **`{policy}`**" in text


def test_docs__scores_hold_every_observation_once():
    """The numbers move with the model; which rows stand on which page does not."""
    shown = [
        figure
        for name in SYSTEMS
        for figure in re.findall(
            r"^\| `(\w+)` \|", part_of(DOCS / "model" / f"{name}.md", "scores"), re.MULTILINE
        )
    ]
    assert sorted(shown) == sorted(o.figure for o in read.load("korea-1951").observations)


def test_docs__glossary_has_the_words_of_the_tables():
    text = (DOCS / "glossary.md").read_text()
    words = [
        *get_args(Observed.model_fields["role"].annotation),
        *get_args(Figure.model_fields["trust"].annotation),
        *get_args(Rival.model_fields["relation"].annotation),
    ]
    assert len(words) > 10
    assert [word for word in words if f"`{word}`" not in text] == []


def entries() -> list[str]:
    return re.findall(r"^\*\*(.+?)\.\*\*", (DOCS / "glossary.md").read_text(), re.MULTILINE)


def test_docs__glossary_is_in_order():
    assert entries() == sorted(set(entries()), key=str.lower)


def test_docs__words_linked_to_the_glossary_stand_there():
    """A link to the glossary marks a word of the field; one of its entries is that word, or its singular."""
    there = {name.lower() for name in entries()}
    marked = re.findall(r"\[([^]]+)\]\((?:\.\./)*glossary\.md\)", EVERYTHING)
    words = {word.lower() for word in marked if word != "Glossary"}
    assert len(words) > 5
    assert {w for w in words if not {w, w.removesuffix("s"), re.sub("ies$", "y", w)} & there} == set()


def test_docs__glossary_has_every_axis_by_which_one_can_ask():
    called = {"explanation": "account", "target": "fixed target", "target_class": "class"}
    axes = {axis for variable in VARIABLES if variable.kind for axis in variable.axes}
    there = {name.lower() for name in entries()}
    assert {axis for axis in axes if called.get(axis, axis) not in there} == set()


def test_docs__decisions_are_numbered_and_short():
    pages = sorted((DOCS / "decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    assert [page.name for page in pages if len(page.read_text().splitlines()) > 45] == []


def test_docs__changes_say_whether_results_move():
    text = (ROOT / "changelog.d" / "0001-first-war.md").read_text()
    assert "Results move: first results" in text.splitlines()


def test_tutorial__explains_every_outcome_and_shows_it():
    text = TUTORIAL.read_text()
    labels = [outcome.label for outcome in OUTCOMES]
    assert [
        label for label in labels if not re.search(rf"^\| {re.escape(label)}[*†]? \|", text, re.MULTILINE)
    ] == []
    assert [label for label in labels if not re.search(rf"^{re.escape(label)}", text, re.MULTILINE)] == []


@pytest.mark.parametrize(
    "page", [p for p in fresh_docs.pages() if fresh_docs.OUTPUTS in p.read_text()], ids=page_id
)
def test_docs__what_commands_print_is_shown(page):
    """Each block below a command holds something; how old it is, only ``fresh_docs.py --run`` can say."""
    shown = re.findall(r"```text\n(.*?)```", page.read_text(), re.DOTALL)
    assert shown
    assert all(block.strip() for block in shown)


def test_fresh_docs__puts_the_reason_beside_a_miss():
    class Row:
        inside, counts, reason = False, True, "luck"

    assert fresh_docs.verdict_of(Row) == "**outside**: luck"
    Row.counts = False
    assert fresh_docs.verdict_of(Row) == "not counted, outside: luck"
    Row.inside, Row.reason = True, None
    assert fresh_docs.verdict_of(Row) == "not counted"


def test_docs__explain_every_block_of_the_scorecard():
    text = (DOCS / "model" / "scorecard.md").read_text()
    assert [block for block in BLOCKS if not re.search(rf"^\| {block} \| [a-z]", text, re.MULTILINE)] == []
    assert part_of(DOCS / "model" / "scorecard.md", "tallies").count("|") > 50
