"""Figures, groups, checks and readings as text that reads well in 80 columns."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stalemate.evidence.figure import Check, Figure, Source
from stalemate.evidence.ledger import Group, Ledger

if TYPE_CHECKING:
    from stalemate.evidence.readings import Comparison, DocumentCheck


def print_table(
    console: Console,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: Sequence[int] = (),
    lines: bool = False,
) -> None:
    """Print rows under heads; long cells fold, none is cut, and the first line of a row stays whole.

    ``lines`` leaves a blank line between rows.
    """
    cells = list(rows)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), leading=1 if lines else 0)
    for place, head in enumerate(heads):
        justify: Literal["left", "right"] = "right" if place in right else "left"
        width = _first_width(head, cells) if place == 0 else None
        table.add_column(head, justify=justify, overflow="fold", width=width)
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def print_figures(console: Console, figures: Sequence[Figure], total: int) -> None:
    """Print figures one below the other, and how many there are in all."""
    rows = [(f"{f.id}\n{f.quantity}", f"{f.value}\n{f.unit}", f.period, f.trust) for f in figures]
    print_table(console, ("figure", "value", "period", "trust"), rows, lines=True)
    _print_rest(console, total, len(figures), "figure")


def print_figure(console: Console, ledger: Ledger, figure: Figure) -> None:
    """Print all that the tables say of one figure."""
    _print_head(console, figure.id)
    console.print(Text(figure.quantity))
    rows = [
        ("value", f"{figure.value} {figure.unit}"),
        ("period", f"{figure.period} (known to the {figure.precision.replace('_', ' ')})"),
        ("side", figure.side),
        ("place", figure.place),
        ("source", f"{figure.source}: {ledger.sources[figure.source].citation}"),
        ("locator", figure.locator),
        ("trust", f"{figure.trust}, reliability {figure.reliability}"),
        ("table", f"{ledger.files[figure.id]}, topic {figure.topic}"),
        ("note", figure.note),
    ]
    _print_facts(console, rows)


def print_source(console: Console, ledger: Ledger, source: Source, figures: Sequence[Figure]) -> None:
    """Print one source and the figures that are from it."""
    _print_head(console, source.id)
    console.print(Text(source.citation))
    _print_facts(console, [("kind", source.kind), ("url", source.url), ("note", source.note)])
    print_figures(console, figures, len(figures))


def print_sources(console: Console, rows: Sequence[tuple[Source, int]], total: int) -> None:
    """Print sources with the number of figures from each."""
    cells = [(f"{row.id}\n{row.citation}", row.kind, str(count)) for row, count in rows]
    print_table(console, ("source", "kind", "figures"), cells, right=(2,), lines=True)
    _print_rest(console, total, len(rows), "source")


def print_group(console: Console, ledger: Ledger, group: Group, times: float | None) -> None:
    """Print the members of a group side by side; ``times`` is how far the rivals are apart."""
    console.print()
    _print_head(console, group.name)
    rows = []
    for member in group.members:
        figure = ledger.figures[member.figure]
        lines = [
            f"{figure.id}: {figure.value} {figure.unit}",
            f"{figure.source}, {figure.trust}",
            member.note,
        ]
        rows.append((member.relation, "\n".join(filter(None, lines))))
    print_table(console, ("relation", "figure, source, trust"), rows)
    if times is not None:
        console.print(f"Highest over lowest: {times:.3g}.", highlight=False)


def print_checks(console: Console, checks: Sequence[Check]) -> None:
    """Print what second sources say, if any."""
    if checks:
        console.print()
        _print_head(console, "Checked against a second source")
        rows = [
            (
                row.verdict,
                row.value + (f"\n{row.note}" if row.note else ""),
                "\n".join(row.source),
                row.locator,
            )
            for row in checks
        ]
        print_table(console, ("verdict", "second source says", "source", "locator"), rows)


def print_readings(console: Console, readings: "Sequence[Comparison]") -> None:
    """Print second readings, if any."""
    if readings:
        console.print()
        _print_head(console, "Second readings")
        rows = []
        for one in readings:
            reading = one.reading
            where = f"{reading.document}, paragraph {reading.paragraph}"
            said = f"{'; '.join(reading.as_written)}, {reading.unit}"
            verdict = "agrees" if one.agrees else f"differs from {one.figure.value}"
            note = f"\n{reading.note}" if reading.note else ""
            rows.append((one.figure.id, said, f"{where}{note}", verdict))
        print_table(console, ("figure", "as written", "where", "verdict"), rows)


def print_document(console: Console, document: "DocumentCheck") -> None:
    """Print how many numbers of a document stand where the ledger says, and which do not."""
    console.print()
    _print_head(console, f"{document.path} is {document.document}")
    console.print(
        f"{document.paragraphs} paragraphs; {document.count('ok')} numbers stand where the ledger says, "
        f"{document.count('moved')} stand elsewhere, {document.count('missing')} are not found.",
        highlight=False,
    )
    astray = [finding for finding in document.findings if finding.state != "ok"]
    if astray:
        rows = [
            (
                finding.reading.figure,
                "; ".join(finding.reading.as_written),
                str(finding.reading.paragraph),
                f"moved to {_listed(finding.found_in)}" if finding.found_in else "missing",
            )
            for finding in astray
        ]
        print_table(console, ("figure", "as written", "paragraph", "state"), rows, right=(2,))


def print_names(console: Console, head: str, names: Sequence[str]) -> None:
    """Print names below a head, or that there are none."""
    console.print()
    _print_head(console, head)
    for name in names or ["none"]:
        console.print(Text(f"  {name}"))


def _first_width(head: str, cells: Sequence[Sequence[str]]) -> int:
    """Return a width that breaks no first line, and other lines at 34 characters or later."""
    written = [line for row in cells for line in row[0].split("\n")[1:]]
    firsts = [head, *(row[0].split("\n")[0] for row in cells)]
    return max(max(map(len, firsts)), min(34, max(map(len, written), default=0)))


def _listed(paragraphs: Sequence[int]) -> str:
    shown = ", ".join(str(number) for number in paragraphs[:8])
    return f"paragraph {shown}" + (" and more" if len(paragraphs) > 8 else "")


def _print_head(console: Console, text: str) -> None:
    console.print(Text(text, style="bold"))


def _print_facts(console: Console, rows: Sequence[tuple[str, str]]) -> None:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, fact in rows:
        if fact:
            table.add_row(Text(f"  {name}"), Text(fact))
    console.print(table)


def _print_rest(console: Console, total: int, shown: int, what: str) -> None:
    rest = f"; {total - shown:,} more with --limit 0" if total > shown else ""
    console.print(f"{total:,} {what}{'' if total == 1 else 's'}{rest}.", highlight=False)
