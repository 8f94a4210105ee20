"""A picture of a comparison: weekly medians and bands of both policies, and the day they part."""

from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from stalemate.analysis.estimate import BAND
from stalemate.ensemble.runs import Runs
from stalemate.errors import QueryError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS: Final = (".pdf", ".png", ".svg")

_COLOURS: Final = ("#b5442e", "#2b5c8a", "#6b6b6b", "#8a6d2b")
_PANELS: Final = (
    ("front_tonnes", 1 / 7, "delivered to the front, t/day"),
    ("grain_stock_days", 1.0, "grain stock, days of supply"),
    ("shells_communist", 1 / 7, "Communist shells a day"),
    ("aircraft_lost", 1.0, "own aircraft lost a week"),
)


def check_can_draw(file: Path) -> None:
    """Raise QueryError if matplotlib is absent or the file's ending is no picture's."""
    if file.suffix.lower() not in FORMATS:
        raise QueryError(f"{file}: a picture ends in {', '.join(FORMATS)}")
    if find_spec("matplotlib") is None:
        raise QueryError("a picture needs matplotlib; install it with: pip install 'stalemate-lab[plot]'")


def draw(runs: Runs, file: Path) -> None:
    """Draw the weekly series of every policy of a run. Raises as ``check_can_draw`` does."""
    check_can_draw(file)
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 6.0), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(2, 2, sharex=True).flat
    for axes, (quantity, factor, title) in zip(panels, _PANELS, strict=True):
        _panel(axes, runs, quantity, factor)
        axes.set_title(title, loc="left", fontsize=10)
    recipe = runs.recipe
    figure.axes[0].legend(frameon=False, fontsize=9)
    figure.suptitle(
        f"{recipe.scenario}: {recipe.replicates:,} wars a policy, weekly median and 90 % band, "
        f"seed {recipe.seed}",
        fontsize=10,
    )
    with rc_context({"svg.hashsalt": "stalemate"}):
        figure.savefig(file, dpi=150, metadata=_without_date(file))


def _panel(axes: "Axes", runs: Runs, quantity: str, factor: float) -> None:
    weeks = np.array(runs.week_starts(), dtype="datetime64[D]")
    whole = ((runs.recipe.end - runs.recipe.start).days + 1) // 7
    for position, policy in enumerate(runs.recipe.policies):
        colour = _COLOURS[position % len(_COLOURS)]
        series = runs.weekly(position, quantity)[:, :whole] * factor
        low, middle, high = np.quantile(series, (BAND[0], 0.5, BAND[1]), axis=0)
        axes.fill_between(weeks[:whole], low, high, color=colour, alpha=0.2, linewidth=0)
        axes.plot(weeks[:whole], middle, color=colour, linewidth=1.4, label=policy.name)
    if runs.recipe.window_start > runs.recipe.start:
        axes.axvline(
            _days_since_1970(runs.recipe.window_start), color="#444444", linewidth=0.8, linestyle=":"
        )
    axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    axes.tick_params(axis="x", rotation=30)


def _days_since_1970(day: date) -> float:
    """Return a date as matplotlib counts it."""
    return float((day - date(1970, 1, 1)).days)


def _without_date(file: Path) -> dict[str, None] | None:
    return {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(file.suffix.lower())
