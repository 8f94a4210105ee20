"""The commands that list, show, check and begin scenarios: thin, importing what they need when called."""

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stalemate.errors import QueryError, ScenarioError
from stalemate.units import with_unit

if TYPE_CHECKING:
    from rich.console import Console

    from stalemate.scenario.cells import Sourced
    from stalemate.scenario.schema import Scenario
    from stalemate.table import Row

app = typer.Typer(no_args_is_help=True, help="List, show, check and begin scenarios.")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
NameOrPath = Annotated[str, typer.Argument(help="Name or folder of the scenario.")]


@app.command("list")
def list_scenarios(as_json: AsJson = False) -> None:
    """List the scenarios that come with the program."""
    from stalemate.scenario import read

    facts = [_facts(read.load(name)) for name in read.names()]
    if as_json:
        print(json.dumps({"scenarios": facts}))
        return
    rows = [(f["name"], f["start"], f["end"], str(f["days"]), f["title"]) for f in facts]
    _print_table(_console(), ("name", "first day", "last day", "days", "title"), rows)


@app.command()
def show(
    name: NameOrPath = "korea-1951",
    network: Annotated[bool, typer.Option("--network", help="Sections, hauls and spurs.")] = False,
    effort: Annotated[bool, typer.Option("--effort", help="Sorties by class and period.")] = False,
    parameters: Annotated[bool, typer.Option("--parameters", help="Every number with its origin.")] = False,
    capacities: Annotated[bool, typer.Option("--capacities", help="How capacities were derived.")] = False,
    table: Annotated[str | None, typer.Option("--table", help="All rows of one table.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a scenario: what it holds and how much of it is sourced, or one part of it in full."""
    from stalemate.scenario import read

    scenario = read.load(name)
    if table is not None:
        _show_rows(scenario, table, as_json)
        return
    wanted = {"network": network, "effort": effort, "parameters": parameters, "capacities": capacities}
    chosen = [part for part, is_wanted in wanted.items() if is_wanted]
    if as_json:
        print(json.dumps(_facts(scenario) | {part: _PARTS_AS_JSON[part](scenario) for part in chosen}))
        return
    console = _console()
    if not chosen:
        _print_overview(console, scenario)
    for part in chosen:
        _PARTS_AS_TEXT[part](console, scenario)


@app.command()
def validate(
    path: NameOrPath,
    record: Annotated[bool, typer.Option(help="Also look up every figure id in the record.")] = True,
    as_json: AsJson = False,
) -> None:
    """Check every table of a scenario and report all faults of all files at once."""
    from stalemate.scenario import read

    try:
        scenario = read.load(path, figures=_known_figures() if record else None)
    except ScenarioError as error:
        if not as_json:
            raise
        faults = [vars(fault) for fault in error.faults]
        print(json.dumps({"valid": False, "faults": faults}))
        raise typer.Exit(2) from None
    if as_json:
        print(json.dumps(_facts(scenario) | {"valid": True, "faults": []}))
    else:
        rows = sum(_facts(scenario)["rows"].values())
        print(f"{scenario.name}: no faults in {rows:,} rows; digest {scenario.digest[:16]}")


@app.command()
def schema(
    out: Annotated[
        Path | None, typer.Option(help="Write one file a table into this new folder instead.")
    ] = None,
) -> None:
    """Print the JSON Schema of the manifest and of a row of every table."""
    from stalemate.scenario.schema import TABLES, Manifest

    schemas = {"scenario": Manifest.model_json_schema()}
    schemas |= {table: row_type.model_json_schema() for table, (row_type, _) in TABLES.items()}
    if out is None:
        print(json.dumps(schemas, indent=2))
        return
    texts = {f"{name}.schema.json": json.dumps(content, indent=2) + "\n" for name, content in schemas.items()}
    _write_folder(out, {name: text.encode() for name, text in texts.items()})
    print(f"{len(texts)} schemas in {out}")


@app.command()
def new(
    path: Annotated[Path, typer.Argument(help="Folder to make; it must not exist.")],
    like: Annotated[
        str, typer.Option(help="Scenario whose forces, effort and parameters are copied.")
    ] = "korea-1951",
) -> None:
    """Begin a scenario: a small invented network of two sectors, complete and valid."""
    from stalemate.scenario import read
    from stalemate.scenario.begin import files_of_new

    _write_folder(path, files_of_new(path.name, like), check=read.load)
    print(f"{path}: a valid scenario. After a change: stalemate scenario validate {path}")


def _facts(scenario: "Scenario") -> dict[str, Any]:
    """Return what a scenario is, as plain values: dates, rows by table, sourced and assumed rows.

    ``origins`` counts these for each table whose rows carry an origin.
    """
    from stalemate.scenario.cells import Sourced
    from stalemate.scenario.schema import TABLES

    rows = {table: getattr(scenario, table) for table in TABLES}
    origins = {}
    for table, (row_type, _) in TABLES.items():
        if issubclass(row_type, Sourced):
            sourced = sum(bool(row.sources) for row in rows[table])
            origins[table] = {"sourced": sourced, "assumed": len(rows[table]) - sourced}
    return {
        "name": scenario.name,
        "title": scenario.title,
        "start": scenario.start.isoformat(),
        "end": scenario.end.isoformat(),
        "days": scenario.days,
        "summary": scenario.summary,
        "digest": scenario.digest,
        "rows": {table: len(of_table) for table, of_table in rows.items()},
        "origins": origins,
        "sourced": sum(counts["sourced"] for counts in origins.values()),
        "assumed": sum(counts["assumed"] for counts in origins.values()),
    }


def _known_figures() -> frozenset[str]:
    from stalemate.evidence.ledger import Ledger

    return frozenset(Ledger.load().figures)


def _write_folder(
    path: Path, files: dict[str, bytes], *, check: Callable[[Path], object] = lambda _: None
) -> None:
    """Make a folder with its files whole or not at all: ``check`` sees the files before the folder appears.

    Raises QueryError if the folder exists or cannot be made.
    """
    import os
    import shutil
    import tempfile

    if path.exists() or path.is_symlink():
        raise QueryError(f"{path} exists already; name a folder that does not")
    if not path.absolute().parent.is_dir():
        raise QueryError(f"{path.absolute().parent} is not a folder; make it first")
    whole = Path(tempfile.mkdtemp(prefix=".new-", dir=path.absolute().parent))
    try:
        for name, data in files.items():
            (whole / name).write_bytes(data)
        check(whole)
        whole.chmod(0o755)
        os.rename(whole, path)
    finally:
        shutil.rmtree(whole, ignore_errors=True)


def _show_rows(scenario: "Scenario", table: str, as_json: bool) -> None:
    from stalemate.scenario.schema import TABLES

    if table not in TABLES:
        raise QueryError(f"found the table {table!r}; expected one of {', '.join(TABLES)}")
    rows: Sequence[Row] = getattr(scenario, table)
    if as_json:
        print(json.dumps({table: [row.model_dump(mode="json") for row in rows]}))
        return
    console = _console()
    for row in rows:
        console.print()
        for column, value in row.model_dump(mode="json").items():
            if value not in (None, [], ""):
                shown = "; ".join(value) if isinstance(value, list) else str(value)
                console.print(f"{column}: {shown}", highlight=False, markup=False, soft_wrap=False)


def _print_overview(console: "Console", scenario: "Scenario") -> None:
    facts = _facts(scenario)
    console.print(scenario.title, style="bold", highlight=False, markup=False)
    console.print(scenario.summary, highlight=False, markup=False)
    said = f"{scenario.start} to {scenario.end}, {scenario.days} days. {scenario.licence}."
    console.print(said, markup=False)
    for switch, on in scenario.switches.items():
        console.print(f"switch {switch}: {'on' if on else 'off'}", highlight=False)
    rows = []
    for table, n in facts["rows"].items():
        counts = facts["origins"].get(table, {})
        rows.append(
            (table, f"{n:,}", *(f"{counts[key]:,}" if counts else "" for key in ("sourced", "assumed")))
        )
    _print_table(console, ("table", "rows", "sourced", "assumed"), rows, right=(1, 2, 3))
    console.print(f"Rows that carry an origin: {facts['sourced']} sourced, {facts['assumed']} assumed.")
    console.print(f"digest {scenario.digest}", highlight=False)


def _print_network(console: "Console", scenario: "Scenario") -> None:
    from stalemate.scenario.network import contract

    network = contract(scenario)
    rows = [
        (
            edge.section + (" (spur)" if edge.spur else ""),
            f"{edge.length_km:,.0f}",
            edge.region,
            f"{edge.capacity_share:g}",
            str(len(edge.crossings) or ""),
            f"{edge.opens or ''}",
        )
        for edge in network.edges
    ]
    _print_table(console, ("section", "km", "region", "share", "bridges", "opens"), rows, right=(1, 3, 4))
    flow = network.flow_edges
    console.print(
        f"{len(network.nodes)} nodes and {len(flow)} sections carry through freight, "
        f"{sum(edge.length_km for edge in flow):,.0f} of {sum(e.length_km for e in network.edges):,.0f} km."
    )
    shut = [
        section.id for section in scenario.sections if section.id not in {e.section for e in network.edges}
    ]
    if shut:
        console.print(f"Switched off: {', '.join(shut)}.", highlight=False)
    hauls = [
        (haul.sector, str(haul.rank), haul.origin, _km(haul.road_km), _km(haul.foot_km))
        for haul in network.railhead_hauls
    ]
    _print_table(console, ("sector", "rank", "railhead", "km by road", "on foot"), hauls, right=(1, 3, 4))


def _print_effort(console: "Console", scenario: "Scenario") -> None:
    rows = [
        (
            row.aircraft_class,
            row.start.isoformat(),
            row.end.isoformat(),
            f"{row.sorties_per_month:,.0f}",
            f"{row.sorties_per_month * row.rail_share:,.0f}",
            f"{row.bridge_share:.2f}",
            f"{row.sorties_per_month * row.road_share:,.0f}",
            f"{row.sorties_per_month * row.destruction_share:,.0f}",
        )
        for row in scenario.effort
    ]
    heads = ("class", "from", "to", "sorties", "rail", "bridge", "road", "destruction")
    _print_table(console, heads, rows, right=(3, 4, 5, 6, 7))
    console.print("Sorties a month of 30.4 days; bridge as a share of rail. Derivations: --table effort.")
    missions = [
        (
            row.aircraft_class,
            row.mission,
            row.start.isoformat(),
            row.end.isoformat(),
            f"{row.sorties_per_month:,.0f}",
        )
        for row in scenario.missions
    ]
    _print_table(console, ("class", "mission", "from", "to", "sorties"), missions, right=(4,))
    console.print("Sorties a month at no line and no fixed target. Derivations: --table missions.")


def _print_parameters(console: "Console", scenario: "Scenario") -> None:
    for row in scenario.parameters:
        ends = f"{row.low:g} to {row.high:g}" if row.low is not None and row.high is not None else ""
        middle = f"{row.middle:g}" if row.middle is not None else ""
        number = f"{ends}, mode {middle}" if ends and middle else ends or middle
        since = f", {row.at}" if row.at else ""
        head = f"{row.name}{since}: {with_unit(number, row.unit)}, {row.distribution}"
        console.print(head, style="bold", highlight=False, markup=False)
        console.print(f"  {_origin(row)}", highlight=False, markup=False)


def _origin(row: "Sourced") -> str:
    return "; ".join(row.sources) if row.sources else f"assumed: {row.assumed}"


def _print_capacities(console: "Console", scenario: "Scenario") -> None:
    for row in scenario.capacities:
        number = with_unit(f"{row.middle:g} ({row.low:g} to {row.high:g})", row.unit)
        console.print(f"\n{row.name}: {number}", style="bold", highlight=False, markup=False)
        for line in (row.formula, row.note, _origin(row)):
            if line:
                console.print(f"  {line}", highlight=False, markup=False)


def _network_as_json(scenario: "Scenario") -> dict[str, Any]:
    from dataclasses import asdict

    from stalemate.scenario.network import contract

    network = contract(scenario)
    sections = [
        asdict(edge) | {"opens": _iso(edge.opens), "closes": _iso(edge.closes)} for edge in network.edges
    ]
    hauls = [asdict(haul) for haul in network.railhead_hauls]
    return {"nodes": network.nodes, "sections": sections, "gates": network.gates, "hauls": hauls}


def _rows_as_json(rows: Iterable["Row"]) -> list[dict[str, Any]]:
    return [row.model_dump(mode="json") for row in rows]


def _console() -> "Console":
    from rich.console import Console

    return Console()


def _print_table(
    console: "Console",
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: Sequence[int] = (),
) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for place, head in enumerate(heads):
        table.add_column(
            head,
            justify="right" if place in right else "left",
            overflow="fold",
            no_wrap=place < len(heads) - 1,
        )
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def _km(length_km: float | None) -> str:
    return "none" if length_km is None else f"{length_km:,.0f}"


def _iso(day: Any) -> str | None:
    return None if day is None else str(day)


_PARTS_AS_TEXT = {
    "network": _print_network,
    "effort": _print_effort,
    "parameters": _print_parameters,
    "capacities": _print_capacities,
}
_PARTS_AS_JSON: dict[str, Any] = {
    "network": _network_as_json,
    "effort": lambda scenario: _rows_as_json(scenario.effort),
    "parameters": lambda scenario: _rows_as_json(scenario.parameters),
    "capacities": lambda scenario: _rows_as_json(scenario.capacities),
}
