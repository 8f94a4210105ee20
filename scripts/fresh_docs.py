"""Make the generated parts of the pages again: ``fresh_docs.py [--check | --run | --page PAGE]``.

A generated part stands between ``<!-- name: start -->`` and ``<!-- name: end -->``. Without options the parts
that come from tables and code are written in place, and the front end's copy of the OpenAPI.
``--check`` writes nothing and fails if one of them is old. ``--run`` also
fights the wars: it makes the ``scores`` and ``tallies`` parts, runs the commands of every
page that says ``<!-- outputs: run -->`` and puts what they print into the ``text`` block below each ``bash``
block; ``--page`` does that for one page alone. A comment ``<!-- shown: 1-9, last 3 -->`` between the two
keeps only these lines. The README's picture and those of the systems alone are drawn again. It takes some
minutes.
"""

import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, get_args

import asked
import checked
import licences
import names
import notebook
import odd
import pictures
import typer
from behaviour import BEHAVIOURS
from behaviour_lines import LINES
from claims import claims
from openapi import OPENAPI, openapi, write_or_check
from reader import COLUMNS, printed_anew
from scores import scored_anew

from stalemate.analysis import baselines
from stalemate.analysis.estimate import number
from stalemate.analysis.scorecard import BLOCKS, COUNTED, Score, block_tallies, skill, tally
from stalemate.engine.day import DAY
from stalemate.evidence.ledger import Ledger
from stalemate.interfaces.cli import app
from stalemate.policies.naming import NAMES
from stalemate.scenario import read
from stalemate.scenario.air import TARGET_CLASSES, TargetFact
from stalemate.scenario.catalogue import PARAMETERS, Needed
from stalemate.scenario.schema import Observed, Parameter
from stalemate.systems.variables import BY_NAME, VARIABLES

ROOT = Path(__file__).resolve().parents[1]
SCENARIO = "korea-1951"
REPLICATES = 1000
MOST_KNOTS = 8
PICTURE = "docs/picture.svg"
PICTURES = "pictures"
"""Folder of the pictures of systems alone, beside their pages."""
_ALONE = {**BEHAVIOURS, **LINES}
_DRAWN = {"explain": (), "floor": (), "frontier": ("--replicates", "100")}
"""Commands that draw the picture of their own page, and their options."""
OUTPUTS = "<!-- outputs: run -->"
_PART = re.compile(r"<!-- ([a-z]+): start -->\n(.*?)<!-- \1: end -->\n", re.DOTALL)

Rows = Sequence[Sequence[str]]


def pages() -> list[Path]:
    """Return every page that may hold a generated part."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def fresh(page: Path) -> str:
    """Return a page's text with the parts that come from tables and code made again."""
    return _PART.sub(lambda found: _made(page, found), page.read_text(encoding="utf-8"))


def score_rows(system: str, scores: Iterable[Score]) -> Rows:
    """Return the rows of the scorecard on what a system writes; a ratio belongs to what stands below it."""
    rows = []
    for score in scores:
        observed, band = score.observed, score.prediction.estimate
        if owner_of(observed.quantity) == system:
            low, high = number(observed.low), number(observed.high)
            record = low if low == high else f"{low} to {high}"
            model = f"{number(band.median)} ({number(band.low)} to {number(band.high)})"
            verdict = verdict_of(score)
            days = (
                f"{observed.start} to {observed.end}"
                if observed.end != observed.start
                else str(observed.start)
            )
            unit = "" if observed.unit == "1" else f", {observed.unit}"
            where = f" of {observed.place}" if observed.place else ""
            cell = f"`{observed.quantity}`{where}{unit}"
            rows.append((f"`{observed.figure}`", cell, days, record, model, verdict, observed.role))
    return rows


def verdict_of(score: Score) -> str:
    """Return what a row shows, and why it is outside if it is."""
    where = "inside" if score.inside else "**outside**" if score.counts else "outside"
    said = where if score.counts else "not counted" if score.inside else f"not counted, {where}"
    return f"{said}: {score.reason}" if score.reason else said


def tally_lines(scores: Sequence[Score]) -> str:
    """Return the blocks with their rows inside, and the share inside of each role that counts."""
    rows = [
        (
            b.block,
            str(b.inside),
            str(b.counted),
            str(b.shown),
            "yes" if b.holds else "no" if b.counted else "",
        )
        for b in block_tallies(scores)
    ]
    blocks = _table(("block", "inside", "of rows that count", "only shown", "all inside"), rows)
    tallies = [tally(role, scores) for role in COUNTED]
    shares = [
        (
            t.role,
            str(t.inside),
            str(t.rows),
            f"{t.share_low:.0%} to {t.share_high:.0%}",
            number(t.median_width or 0),
        )
        for t in tallies
        if t.rows
    ]
    head = ("role", "inside", "of rows", "so few rows allow", "median factor between a band's ends")
    return f"{blocks}\n{_table(head, shares)}"


def skill_lines(scores: Sequence[Score]) -> str:
    """Return how the model does against each baseline that can answer a row that counts."""
    skills = [found for name in baselines.NAMES if (found := skill(name, scores)).median is not None]
    rows = [
        (
            s.baseline,
            str(s.better),
            str(s.rows),
            f"{s.share_low:.0%} to {s.share_high:.0%}",
            number(s.median or 0),
        )
        for s in skills
    ]
    return _table(("baseline", "model better", "of rows", "so few rows allow", "median skill"), rows)


def owner_of(quantity: str) -> str:
    """Return the system that writes a quantity, or what stands below the line of a ratio."""
    from stalemate.ensemble.questions import QUANTITIES

    return BY_NAME[QUANTITIES[quantity].recorded[-1]].owner


def _made(page: Path, found: "re.Match[str]") -> str:
    makers: dict[str, Callable[[str], str]] = {
        "parameters": _parameters,
        "quantities": _quantities,
        "day": _day,
        "policies": _policies,
        "commands": _commands,
        "origins": _origins,
        "targets": _targets,
        "behaviour": _behaviour,
        "entities": lambda _: _with_head(odd.entities()),
        "state": lambda _: _with_head(odd.state()),
        "inputs": lambda _: _with_head(odd.inputs(read.load(SCENARIO))),
        "decisions": lambda _: odd.decisions(),
        "blocks": _blocks,
        "asked": lambda _: _with_head(asked.halves()),
        "classes": lambda _: _with_head(asked.classes()),
        "misses": lambda _: _with_head(asked.misses()),
        "licences": lambda _: _with_head(licences.table()),
        "names": lambda _: f"{_with_head(names.names())}\n{names.reference()}",
        "parts": lambda _: f"{_with_head(names.parts())}\n{names.reference_of_parts()}",
    }
    name = found[1]
    if name not in makers:
        return found[0]
    return f"<!-- {name}: start -->\n{makers[name](page.stem)}<!-- {name}: end -->\n"


def _parameters(owner: str) -> str:
    rows: dict[str, list[Parameter]] = {}
    for row in read.load(SCENARIO).parameters:
        rows.setdefault(row.name, []).append(row)
    figures = Ledger.load().figures
    trust = {name: figure.trust for name, figure in figures.items()}
    lines = [
        (f"`{needed.name}`", _meaning(needed), _values(rows[needed.name]), _origin(rows[needed.name], trust))
        for needed in PARAMETERS
        if needed.owner == owner
    ]
    return _table(("parameter", "meaning", "drawn from", "behind it"), lines)


def _meaning(needed: Needed) -> str:
    return needed.meaning if needed.unit == "1" else f"{needed.meaning}, {needed.unit}"


def _values(rows: Sequence[Parameter]) -> str:
    if len(rows) == 1:
        return _value(rows[0])
    if len(rows) > MOST_KNOTS:
        ends = [end for row in rows for end in (row.low, row.middle, row.high) if end is not None]
        return f"{len(rows)} dated values from {_exact(min(ends))} to {_exact(max(ends))}"
    return "; ".join(f"{row.at}: {_value(row)}" for row in rows) + f" ({rows[0].between})"


def _value(row: Parameter) -> str:
    numbers = [_exact(end) for end in (row.low, row.middle, row.high) if end is not None]
    if row.distribution == "fixed":
        return numbers[0]
    return f"{row.distribution} {' - '.join(numbers)}"


def _exact(value: float) -> str:
    return f"{value:,.10g}".replace("-", "−")


def _origin(rows: Sequence[Parameter], trust: dict[str, str]) -> str:
    ids = list(dict.fromkeys(name for row in rows for name in row.sources))
    reasons = list(dict.fromkeys(row.assumed for row in rows if row.assumed))
    known = ", ".join(f"`{name}` ({trust[name]})" for name in ids)
    assumed = f"assumed: {reasons[0]}" if reasons else ""
    if len(reasons) > 1:
        assumed += f" (and {len(reasons) - 1} more)"
    return "; ".join(part for part in (known, assumed) if part).replace("|", "/")


def _quantities(owner: str) -> str:
    over = {"sum": "added", "mean": "averaged", "state": "last day"}
    rows = [
        (f"`{v.name}`", v.meaning, v.unit, ", ".join(v.axes) or "whole", over[v.kind])
        for v in VARIABLES
        if v.owner == owner and v.kind
    ]
    return _table(("quantity", "meaning", "unit", "by", "over days"), rows)


def _day(_: str) -> str:
    rows = []
    for place, system in DAY:
        statement = (sys.modules[type(system).__module__].__doc__ or "").partition(". ")[0].partition("\n")[0]
        link = f"[{system.name}]({system.name}.md)"
        seen = ", ".join((*system.reads, *(f"{name} of yesterday" for name in system.reads_yesterday)))
        rows.append((str(place), link, statement.partition(": ")[2].rstrip("."), seen or "nothing"))
    return _table(("", "system", "what it is for", "reads"), rows)


def _policies(_: str) -> str:
    dates = read.load(SCENARIO).policies
    rows = []
    for name, summary in NAMES.items():
        given = dates.get(name, dates.get(name.removesuffix("-added"), {}))
        rows.append((f"`{name}`", summary, ", ".join(f"{key} {day}" for key, day in given.items()) or "none"))
    return _table(("policy", "what it orders", f"dates in {SCENARIO}"), rows)


def _origins(_: str) -> str:
    rows = read.load(SCENARIO).parameters
    sourced = sum(bool(row.sources) for row in rows)
    named: dict[str, Needed] = {needed.name: needed for needed in PARAMETERS}
    by_owner: dict[str, list[bool]] = {}
    for row in rows:
        by_owner.setdefault(named[row.name].owner, []).append(bool(row.sources))
    lines = [(owner, str(sum(kept)), str(len(kept) - sum(kept))) for owner, kept in by_owner.items()]
    lines.append(("all", str(sourced), str(len(rows) - sourced)))
    return _table(("system", "rows that rest on figures", "rows assumed"), lines)


def _blocks(_: str) -> str:
    observations = read.load(SCENARIO).observations
    roles = get_args(Observed.model_fields["role"].annotation)
    kinds = [(o.block, o.role) for o in observations]
    rows = [
        (block, *(str(kinds.count((block, role)) or "") for role in roles))
        for block in BLOCKS
        if any(o.block == block for o in observations)
    ]
    rows.append(("all", *(str(sum(o.role == role for o in observations)) for role in roles)))
    return _table(("block", *roles), rows)


@cache
def _rows(name: str) -> Rows:
    return _ALONE[name]()


def _behaviour(name: str) -> str:
    """Return the table of a system alone and a link to its picture, which ``--run`` draws."""
    words = f"{name} alone: median and 90 % band of each column of the table"
    return f"{_with_head(_rows(name))}\n![{words}]({PICTURES}/{name}.svg)\n"


def _with_head(lines: Rows) -> str:
    return _table(lines[0], lines[1:])


def _targets(_: str) -> str:
    war = read.load(SCENARIO)
    facts: dict[str, list[TargetFact]] = {name: [] for name in TARGET_CLASSES}
    class_of = {target.id: target.target_class for target in war.targets}
    for fact in war.target_facts:
        facts[class_of[fact.target]].append(fact)
    rows = []
    for name, of_class in facts.items():
        size = sum(fact.middle for fact in of_class if fact.quantity == "size")
        sourced = sum(bool(fact.sources) for fact in of_class)
        number = sum(kind == name for kind in class_of.values())
        rows.append((name, str(number), f"{size:,.0f}", str(sourced), str(len(of_class) - sourced)))
    total = [str(sum(int(row[column].replace(",", "")) for row in rows)) for column in (1, 3, 4)]
    rows.append(("all", total[0], "", *total[1:]))
    return _table(("class", "targets", "aim areas", "numbers from figures", "assumed"), rows)


def _commands(_: str) -> str:
    return "\n".join(_command("stalemate", typer.main.get_command(app)))


def _command(name: str, command: Any) -> list[str]:
    """Return the lines on one command and on all below it."""
    lines = [f"## {name}\n", (command.help or "").strip() + "\n"]
    rows = []
    for one in command.params:
        if one.name == "help":
            continue
        argument = one.param_type_name == "argument"
        flags = [one.name.upper()] if argument else [*one.opts, *one.secondary_opts]
        given = "" if one.default in (None, False, ()) or callable(one.default) else f"`{one.default}`"
        if argument and not one.required and not given:
            given = "none"
        rows.append((" ".join(f"`{flag}`" for flag in flags), (one.help or "").strip(), given))
    if rows:
        lines.append(_table(("", "meaning", "default"), rows))
    for below, sub in getattr(command, "commands", {}).items():
        lines += _command(f"{name} {below}", sub)
    return lines


def _table(head: Sequence[str], rows: Rows) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _with_outputs(page: Path) -> str:
    with tempfile.TemporaryDirectory() as folder:
        return printed_anew(page, Path(folder))


def _printed(arguments: Sequence[str], folder: Path) -> str:
    program = Path(sys.executable).with_name("stalemate")
    done = subprocess.run(
        [program, *arguments],
        cwd=folder,
        env={**os.environ, "COLUMNS": COLUMNS},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"stalemate {shlex.join(arguments)} ended with {done.returncode}")
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()).strip("\n") + "\n"


def _with_scores(page: Path, text: str, scores: Sequence[Score]) -> str:
    head = ("figure", "quantity", "days", "record", "model, 90 % band", "verdict", "role")
    made = _table(head, score_rows(page.stem, scores))
    parts = {"scores": made, "tallies": tally_lines(scores), "skills": skill_lines(scores)}
    return _PART.sub(
        lambda found: (
            f"<!-- {found[1]}: start -->\n{parts[found[1]]}<!-- {found[1]}: end -->\n"
            if found[1] in parts
            else found[0]
        ),
        text,
    )


def _with_claims(text: str) -> str:
    """Return a page with the table of claims made again, if it has one."""
    return _PART.sub(lambda found: _claims() if found[1] == "claims" else found[0], text)


def _claims() -> str:
    head, *rows = claims()
    return f"<!-- claims: start -->\n{_table(head, rows)}<!-- claims: end -->\n"


def _run(replicates: int) -> None:
    scores = scored_anew(replicates)
    with tempfile.TemporaryDirectory() as folder:
        for page in pages():
            text = _with_claims(_with_scores(page, fresh(page), scores))
            if OUTPUTS in text:
                page.write_text(text, encoding="utf-8")
                text = _with_outputs(page)
            page.write_text(text, encoding="utf-8")
        for name in _ALONE:
            pictures.draw(_rows(name), ROOT / "docs" / "model" / PICTURES / f"{name}.svg")
        _printed(["compare", "banfill", "historical", "--picture", str(ROOT / PICTURE)], Path(folder))
        for name, options in _DRAWN.items():
            drawn = ROOT / "docs" / "model" / PICTURES / f"{name}.svg"
            _printed([name, *options, "--picture", str(drawn)], Path(folder))
    _draw_report()
    notebook.write()


def _draw_report() -> None:
    """Draw the two pictures of a report for its page."""
    from stalemate.ensemble.runner import run
    from stalemate.evidence.ledger import Ledger
    from stalemate.interfaces.reportpictures import war_map, weekly_chart

    war = read.load(SCENARIO)
    runs = run(war, ["banfill", "historical"], replicates=REPLICATES)
    folder = ROOT / "docs" / "howto" / PICTURES
    folder.mkdir(exist_ok=True)
    (folder / "report-weeks.svg").write_bytes(weekly_chart(runs, war.observations))
    (folder / "report-map.svg").write_bytes(war_map(war, Ledger.load(), runs))


def _run_page(page: Path) -> None:
    """Run the commands of one page alone."""
    text = fresh(page)
    if any(f"<!-- {part}: start -->" in text for part in ("scores", "tallies", "skills")):
        text = _with_scores(page, text, scored_anew(REPLICATES))
    page.write_text(text, encoding="utf-8")
    page.write_text(_with_outputs(page), encoding="utf-8")


def main() -> None:
    """Write, check or run, as the options say."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a part is old")
    parser.add_argument("--run", action="store_true", help="also run the commands and score the model")
    parser.add_argument("--page", type=Path, help="run the commands of this page alone")
    options = parser.parse_args()
    if options.page:
        _run_page(options.page)
        return
    if options.run:
        _run(REPLICATES)
        return
    if not options.check and checked.write():
        print(checked.TABLE.relative_to(ROOT))
    made = {page: fresh(page) for page in pages()} | {OPENAPI: openapi()}
    if write_or_check(made, ROOT, check=options.check) and options.check:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
