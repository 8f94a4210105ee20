"""The look of every table of numbers: a rule below the heads, no frame, and nothing wasted of 80 columns."""

from rich import box
from rich.table import Table

from stalemate.analysis.estimate import Estimate, number


def plain_table(*headings: str) -> Table:
    """Return an empty table: a column of words, then numbers; without headings no column yet."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, pad_edge=False)
    for position, heading in enumerate(headings):
        table.add_column(heading, justify="right" if position else "left", no_wrap=position == 0)
    return table


def two_lines(band: Estimate) -> str:
    """Return the median over the band's ends, joined by an ellipsis: a table's width is dear."""
    ends = number(band.low) if band.low == band.high else f"{number(band.low)}…{number(band.high)}"
    return f"{number(band.median)}\n{ends}"
