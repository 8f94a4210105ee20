"""The commands that open the record: thin, importing what they need when called."""

import datetime
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stalemate.errors import QueryError

if TYPE_CHECKING:
    from rich.console import Console

    from stalemate.evidence.figure import Figure, Rival
    from stalemate.evidence.ledger import Group, Ledger
    from stalemate.evidence.readings import Comparison, DocumentCheck

app = typer.Typer(no_args_is_help=True, help="Open the record: who says what, and where they disagree.")

SCENARIO = "korea-1951"
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
Limit = Annotated[int, typer.Option("--limit", min=0, help="Rows to print; 0 prints all.")]


@app.command("list")
def list_figures(
    file: Annotated[str | None, typer.Option(help="Table: logistics, air_war, supplement, politics.")] = None,
    topic: Annotated[str | None, typer.Option(help="Topic, such as rail_interdiction.")] = None,
    side: Annotated[str | None, typer.Option(help="Side, such as UN or PVA.")] = None,
    unit: Annotated[str | None, typer.Option(help="A part of the unit.")] = None,
    text: Annotated[str | None, typer.Option(help="Words in id, quantity, place or note.")] = None,
    trust: Annotated[str | None, typer.Option(help="read, quoted, excerpt, derived or recalled.")] = None,
    source: Annotated[str | None, typer.Option(help="Id of a source.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="Period has a day on or after it.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Period has a day on or before it.")] = None,
    limit: Limit = 40,
    as_json: AsJson = False,
) -> None:
    """List figures, filtered."""
    ledger = _ledger()
    found = ledger.find(
        file=file,
        topic=topic,
        side=side,
        unit=unit,
        text=text,
        trust=trust,
        source=source,
        first=_day("--from", first),
        last=_day("--to", last),
    )
    shown = found[:limit] if limit else found
    if as_json:
        _print_json({"total": len(found), "figures": [_figure(ledger, figure) for figure in shown]})
        return
    from stalemate.interfaces.evidencetables import print_figures

    print_figures(_console(), shown, len(found))


@app.command()
def show(id: Annotated[str, typer.Argument(metavar="FIGURE")], as_json: AsJson = False) -> None:
    """Show a figure: who says what, where they disagree, and which parameters rest on it."""
    ledger = _ledger()
    figure = ledger.figure(id)
    groups = ledger.groups_of(id)
    checks = ledger.checks_of(id)
    readings = [one for one in _compared(ledger) if one.reading.figure == id]
    parameters = [row.name for row in _parameters() if id in row.sources]
    if as_json:
        _print_json(
            _figure(ledger, figure)
            | {
                "citation": ledger.sources[figure.source].citation,
                "groups": [_group(ledger, group) for group in groups],
                "checks": [row.model_dump(mode="json") for row in checks],
                "second_readings": [_compare(one) for one in readings],
                "parameters": parameters,
            }
        )
        return
    from stalemate.interfaces import evidencetables as tables

    console = _console()
    tables.print_figure(console, ledger, figure)
    for group in groups:
        tables.print_group(console, ledger, group, _times_apart(ledger, group))
    tables.print_checks(console, checks)
    tables.print_readings(console, readings)
    tables.print_names(console, f"Parameters of {SCENARIO} that rest on it", parameters)


@app.command()
def sources(
    id: Annotated[str | None, typer.Argument(metavar="[SOURCE]")] = None,
    kind: Annotated[str | None, typer.Option(help="book, article, archive, press, data or web.")] = None,
    text: Annotated[str | None, typer.Option(help="Words in id, author or title.")] = None,
    limit: Limit = 40,
    as_json: AsJson = False,
) -> None:
    """List the bibliography, or show one source with its figures."""
    ledger = _ledger()
    used = Counter(figure.source for figure in ledger.figures.values())
    if id is not None:
        _show_source(ledger, id, as_json)
        return
    found = sorted(ledger.find_sources(kind=kind, text=text), key=lambda row: -used[row.id])
    shown = found[:limit] if limit else found
    if as_json:
        rows = [row.model_dump() | {"figures": used[row.id]} for row in shown]
        _print_json({"total": len(found), "sources": rows})
        return
    from stalemate.interfaces.evidencetables import print_sources

    print_sources(_console(), [(row, used[row.id]) for row in shown], len(found))


def _show_source(ledger: "Ledger", id: str, as_json: bool) -> None:
    source = ledger.source(id)
    figures = ledger.find(source=id)
    if as_json:
        _print_json(source.model_dump() | {"figures": [figure.id for figure in figures]})
        return
    from stalemate.interfaces.evidencetables import print_source

    print_source(_console(), ledger, source, figures)


@app.command()
def conflicts(
    relation: Annotated[str, typer.Option(help="rival, same or part.")] = "rival",
    figure: Annotated[str | None, typer.Option(help="Only groups with this figure.")] = None,
    as_json: AsJson = False,
) -> None:
    """List figures that disagree (rival), stand twice (same) or differ in scope (part), side by side."""
    ledger = _ledger()
    kinds: dict[str, tuple[Group, ...]] = {
        "rival": ledger.conflicts("rival"),
        "same": ledger.conflicts("same"),
        "part": ledger.conflicts("part"),
    }
    if relation not in kinds:
        raise QueryError(f"there is no relation {relation[:60]!r}; choose one of {', '.join(kinds)}")
    found = kinds[relation]
    if figure is not None:
        ledger.figure(figure)
        found = tuple(group for group in found if group in ledger.groups_of(figure))
    if as_json:
        _print_json({"relation": relation, "groups": [_group(ledger, group) for group in found]})
        return
    from stalemate.interfaces.evidencetables import print_group

    console = _console()
    for group in found:
        print_group(console, ledger, group, _times_apart(ledger, group))
    console.print(f"\n{_count(len(found), 'group')} with a member that is {relation!r}.", highlight=False)


@app.command()
def coverage(as_json: AsJson = False) -> None:
    """Count figures, sources and second readings, and how many parameters are sourced or assumed."""
    ledger = _ledger()
    parameters = _parameters()
    totals = {
        "figures": len(ledger.figures),
        "sources": len(ledger.sources),
        "second_readings": len({reading.figure for reading in ledger.readings}),
        "parameters": len(parameters),
        "sourced": sum(bool(row.sources) for row in parameters),
        "assumed": sum(row.assumed is not None for row in parameters),
    }
    if as_json:
        _print_json(totals)
        return
    from stalemate.interfaces.evidencetables import print_table

    console = _console()
    names = {
        "second_readings": "figures read a second time",
        "parameters": f"parameters of {SCENARIO}",
        "sourced": "of them resting on figures",
        "assumed": "of them assumed",
    }
    print_table(
        console,
        ("what", "count"),
        [(names.get(name, name), f"{count:,}") for name, count in totals.items()],
        right=(1,),
    )
    figures = ledger.figures.values()
    marks = [
        *((f"trust: {name}", count) for name, count in Counter(f.trust for f in figures).most_common()),
        *((f"table: {name}", count) for name, count in Counter(ledger.files.values()).most_common()),
        *((f"check: {name}", count) for name, count in Counter(c.verdict for c in ledger.checks).items()),
    ]
    print_table(console, ("figures by", "count"), [(name, f"{count:,}") for name, count in marks], right=(1,))


@app.command()
def check(
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare second readings with the ledger, and with the documents themselves where files are given.

    Leaves with exit code 1 if a reading disagrees without a note, or if a number does not stand in the
    paragraph that the ledger names.
    """
    from stalemate.evidence.readings import check_documents

    ledger = _ledger()
    compared = _compared(ledger)
    documents = check_documents(ledger, files or [])
    differing = [one for one in compared if not one.agrees]
    failed = any(not one.explained for one in compared) or any(
        finding.state != "ok" for document in documents for finding in document.findings
    )
    if as_json:
        _print_json(
            {
                "readings": len(compared),
                "figures": len({one.figure.id for one in compared}),
                "agree": len(compared) - len(differing),
                "disagree": [_compare(one) for one in differing],
                "documents": [_document(document) for document in documents],
                "ok": not failed,
            }
        )
    else:
        from stalemate.interfaces.evidencetables import print_document, print_readings

        console = _console()
        agree = len(compared) - len(differing)
        console.print(
            f"{_count(len(compared), 'second reading')} of "
            f"{_count(len({one.figure.id for one in compared}), 'figure')}: "
            f"{agree} agree with the ledger, {len(differing)} do not.",
            highlight=False,
        )
        print_readings(console, differing)
        for document in documents:
            print_document(console, document)
    if failed:
        raise typer.Exit(1)


def _ledger() -> "Ledger":
    from stalemate.evidence.ledger import Ledger

    return Ledger.load()


def _compared(ledger: "Ledger") -> "tuple[Comparison, ...]":
    from stalemate.evidence.readings import compare

    return compare(ledger)


def _parameters() -> Sequence[Any]:
    from stalemate.scenario.read import load

    return load(SCENARIO).parameters


def _day(option: str, text: str | None) -> datetime.date | None:
    if text is None:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise QueryError(f"{option} is {text[:60]!r}; expected a day such as 1951-07-10") from None


def _figure(ledger: "Ledger", figure: "Figure") -> dict[str, Any]:
    return figure.model_dump(mode="json") | {"file": ledger.files[figure.id], "period": figure.period}


def _group(ledger: "Ledger", group: "Group") -> dict[str, Any]:
    return {
        "group": group.name,
        "members": [_member(ledger, row) for row in group.members],
        "times": _times_apart(ledger, group),
    }


def _member(ledger: "Ledger", row: "Rival") -> dict[str, Any]:
    figure = ledger.figures[row.figure]
    return {
        "figure": row.figure,
        "relation": row.relation,
        "value": figure.value,
        "amounts": list(figure.amounts),
        "unit": figure.unit,
        "source": figure.source,
        "trust": figure.trust,
        "note": row.note,
    }


def _compare(one: "Comparison") -> dict[str, Any]:
    return one.reading.model_dump(mode="json") | {"agrees": one.agrees, "ledger": one.figure.value}


def _document(document: "DocumentCheck") -> dict[str, Any]:
    return {
        "file": str(document.path),
        "document": document.document,
        "paragraphs": document.paragraphs,
        "ok": document.count("ok"),
        "moved": document.count("moved"),
        "missing": document.count("missing"),
        "readings": [
            {
                "figure": finding.reading.figure,
                "as_written": list(finding.reading.as_written),
                "paragraph": finding.reading.paragraph,
                "state": finding.state,
                "found_in": list(finding.found_in),
            }
            for finding in document.findings
        ],
    }


def _times_apart(ledger: "Ledger", group: "Group") -> float | None:
    """Return highest over lowest of the first figure and its rivals in the same unit, or None."""
    first = ledger.figures[group.members[0].figure]
    rivals = [ledger.figures[row.figure] for row in group.members if row.relation == "rival"]
    alike = [f for f in (first, *rivals) if _bare(f.unit) == _bare(first.unit) and f.low is not None]
    amounts = [amount for figure in alike for amount in figure.amounts]
    if len(alike) < 2 or min(amounts) <= 0:
        return None
    return max(amounts) / min(amounts)


def _bare(unit: str) -> str:
    return unit.split("(")[0].strip()


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _print_json(content: dict[str, Any]) -> None:
    print(json.dumps(content, ensure_ascii=False, allow_nan=False))


def _console() -> "Console":
    from rich.console import Console

    return Console()
