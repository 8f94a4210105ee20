"""Draw a table of medians and bands, as ``behaviour.py`` makes them: a panel a column, a mark a row."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

_ACROSS: Final = 3
_SQUARE: Final = 4
"""So many panels stand two by two."""
_PANEL: Final = (3.0, 2.3)
"""Width and height of a panel, inches."""
_COLOUR: Final = "#2b5c8a"
_NUMBER: Final = re.compile(r"−?[\d,.]+(?:e−?\d+)?")


def draw(rows: Sequence[Sequence[str]], file: Path) -> None:
    """Draw a table whose first row and column are heads; cells hold ``median (low to high)``, or nothing."""
    head, *body = rows
    columns = len(head) - 1
    across = 2 if columns == _SQUARE else min(columns, _ACROSS)
    down = -(-columns // across)
    figure = Figure(figsize=(across * _PANEL[0], down * _PANEL[1]), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(down, across, squeeze=False).flat
    places = list(range(len(body)))
    for number, axes in enumerate(panels):
        if number >= columns:
            axes.set_visible(False)
            continue
        for place, row in enumerate(body):
            ends = [_value(text) for text in _NUMBER.findall(row[number + 1])]
            if ends:
                axes.plot([place], ends[:1], "o", color=_COLOUR, markersize=4)
                axes.vlines(place, min(ends), max(ends), color=_COLOUR, linewidth=2, alpha=0.45)
        axes.set_title(head[number + 1], loc="left", fontsize=9)
        axes.set_xticks(places, [row[0] for row in body], fontsize=7, rotation=45, ha="right")
        axes.set_xlim(-0.5, len(body) - 0.5)
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(axis="y", labelsize=8)
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.10g}"))
        if number >= columns - across:
            axes.set_xlabel(head[0], fontsize=8)
    file.parent.mkdir(exist_ok=True)
    with rc_context({"svg.hashsalt": "stalemate", "svg.fonttype": "none"}):
        figure.savefig(file, metadata={"Date": None})


def _value(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))
