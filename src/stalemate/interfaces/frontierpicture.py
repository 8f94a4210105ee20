"""A picture of the best allocations: effect against deaths of civilians, by law and by own losses."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from stalemate.analysis.estimate import Estimate, number
from stalemate.analysis.frontier import IN_LOSSES, Cell, Frontier
from stalemate.interfaces.picture import check_can_draw, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STYLES: Final = (
    ("#1f1f1f", "-", "o"),
    ("#2b5c8a", "--", "s"),
    ("#b5442e", ":", "^"),
    ("#5d7a3a", "-.", "D"),
)
"""Colour, dash and marker: each line is told apart by any of the three."""


def draw_frontier(found: Frontier, file: Path) -> None:
    """Draw the frontier. Raises QueryError without matplotlib or for a file that is no picture's."""
    check_can_draw(file)
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 4.6), layout="constrained")
    FigureCanvasAgg(figure)
    by_law, by_losses = figure.subplots(1, 2, sharex=True, sharey=True)
    regimes = [row.regime for row in found.distances]
    of_law = [
        (
            f"under {regime.name}" + ("" if found.was_open(regime) else " (not in force then)"),
            [c for c in found.cells if c.regime == regime and c.within_losses == 1],
        )
        for regime in regimes
    ]
    _panel(by_law, of_law, found, "within the record's own losses, by law")
    of_losses = [
        (
            "any losses" if math.isinf(limit) else f"losses up to {number(limit)} of the record's",
            [c for c in found.cells if c.regime == found.law and c.within_losses == limit],
        )
        for limit in IN_LOSSES
    ]
    _panel(by_losses, of_losses, found, f"under {found.law.name}, by own losses")
    by_law.set_ylabel("effect of the best plan, the record's = 1", fontsize=9)
    figure.supxlabel(
        "civilians killed at most, the record's = 1 "
        f"(in the model {number(found.deaths.median)}, {number(found.deaths.low)} to "
        f"{number(found.deaths.high)})",
        fontsize=9,
    )
    figure.suptitle(
        f"{found.scenario}: the fortnight from {found.when}, {found.replicates:,} wars, medians; "
        "grey: 90 % band of the first line",
        fontsize=10,
    )
    save(figure, file)


def _panel(axes: "Axes", lines: Sequence[tuple[str, Sequence[Cell]]], found: Frontier, title: str) -> None:
    for number_of_line, (label, cells) in enumerate(lines):
        drawn = [cell for cell in cells if math.isfinite(cell.within_deaths)]
        at = [0.0, *(cell.within_deaths for cell in drawn)]
        effects = [_NOTHING, *(cell.effect for cell in drawn)]
        colour, dash, marker = _STYLES[number_of_line % len(_STYLES)]
        if number_of_line == 0:
            low, high = [e.low for e in effects], [e.high for e in effects]
            axes.fill_between(at, low, high, color="#9a9a9a", alpha=0.3, linewidth=0)
        axes.plot(
            at,
            [e.median for e in effects],
            dash,
            color=colour,
            marker=marker,
            markersize=3.5,
            linewidth=1.3,
            label=label,
        )
    axes.plot([1.0], [1.0], "*", color="black", markersize=13, label="the record", linestyle="none")
    axes.set_title(title, loc="left", fontsize=10)
    axes.set_xlim(0, None)
    axes.set_ylim(0, None)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    axes.legend(frameon=False, fontsize=8, loc="best")


_NOTHING: Final = Estimate(0.0, 0.0, 0.0, "the record = 1", 0)
"""Where nobody may be killed nothing is flown: every sortie kills in expectation."""
