"""The command that makes one page of stored runs, for a reader who was not there."""

from pathlib import Path
from typing import Annotated

import typer

from stalemate.interfaces.options import ScenarioOption


def report(
    folders: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help="Stored runs; the first is the main question.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The page; it must not exist.")],
    scenario: ScenarioOption = "korea-1951",
) -> None:
    """Write one self-contained page: question, answer with bands, map, charts, scorecard, doubts, sources."""
    from stalemate.ensemble.runs import read_run
    from stalemate.evidence.ledger import Ledger
    from stalemate.interfaces.pages import report_page
    from stalemate.scenario.read import load

    refuse_page(out)
    page = report_page([read_run(folder) for folder in folders], load(scenario), Ledger.load())
    write_page(out, page)


def refuse_page(place: Path) -> None:
    """Raise QueryError if a page cannot be written there: it exists, or is no HTML file."""
    from stalemate.errors import QueryError

    if place.suffix.lower() not in (".html", ".htm"):
        raise QueryError(f"{place}: a page ends in .html")
    if place.exists():
        raise QueryError(f"{place} exists already; name another file, or move it away")


def write_page(place: Path, page: str) -> None:
    """Write a page whole and say where."""
    from stalemate.ensemble.store import write_whole

    write_whole(place, page.encode())
    print(f"written: {place}, {len(page.encode()) / 1000:,.0f} kB")
