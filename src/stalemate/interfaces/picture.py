"""A picture of a comparison: weekly medians and bands of each policy, and the day they part.

Up to that day all policies are one war, so it is drawn once, in grey.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from stalemate.analysis.estimate import BAND
from stalemate.ensemble.outcomes import DAYS_PER_WEEK
from stalemate.ensemble.runs import Runs
from stalemate.errors import QueryError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS: Final = (".pdf", ".png", ".svg")

_COLOURS: Final = ("#b5442e", "#2b5c8a", "#5d7a3a", "#8a6d2b")
_SHARED: Final = "#6b6b6b"
_LONG_DAYS: Final = 150
_PANELS: Final = (
    ("front_tonnes", 1 / DAYS_PER_WEEK, False, "delivered to the front, t/day"),
    ("grain_stock_days", 1.0, False, "grain stock, days of supply"),
    ("shells_communist", 1 / DAYS_PER_WEEK, False, "Communist shells a day"),
    ("aircraft_lost", 1.0, True, "own aircraft lost since the first day"),
)
"""Quantity, factor on a week's value, whether weeks are added up, and title."""


def check_can_draw(file: Path) -> None:
    """Raise QueryError if matplotlib is absent or the file's ending is no picture's."""
    if file.suffix.lower() not in FORMATS:
        raise QueryError(f"{file}: a picture ends in {', '.join(FORMATS)}")
    if find_spec("matplotlib") is None:
        raise QueryError("a picture needs matplotlib; install it with: pip install 'stalemate-lab[plot]'")


def draw(runs: Runs, file: Path) -> None:
    """Draw the weekly series of every policy of a run. Raises as ``check_can_draw`` does."""
    check_can_draw(file)
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 6.0), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(2, 2, sharex=True).flat
    for axes, (quantity, factor, added_up, title) in zip(panels, _PANELS, strict=True):
        panel(axes, runs, quantity, factor, added_up)
        axes.set_title(title, loc="left", fontsize=10)
    recipe = runs.recipe
    figure.axes[0].legend(frameon=False, fontsize=9, loc="upper left")
    figure.suptitle(
        f"{recipe.scenario}: {recipe.replicates:,} wars a policy, weekly median and 90 % band, "
        f"seed {recipe.seed}" + (f", under posterior {recipe.posterior}" if recipe.posterior else ""),
        fontsize=10,
    )
    save(figure, file)


def take_literally(figure: "Figure") -> None:
    """Let no name that stands in a figure be read as a formula: a dollar sign is one."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        if isinstance(text, Text) and "$" in text.get_text():
            text.set_parse_math(False)


def save(figure: "Figure", file: Path) -> None:
    """Write a figure, the same bytes for the same picture."""
    from matplotlib import rc_context

    take_literally(figure)
    with rc_context({"svg.hashsalt": "stalemate"}):
        figure.savefig(file, dpi=150, metadata=_without_date(file))


def panel(axes: "Axes", runs: Runs, quantity: str, factor: float, added_up: bool) -> None:
    """Draw the weekly median and band of each policy; ``factor`` is on a week's value."""
    from matplotlib import dates
    from matplotlib.ticker import StrMethodFormatter

    untyped: Any = dates
    recipe = runs.recipe
    days = (recipe.end - recipe.start).days + 1
    weeks = np.array(runs.week_starts(), dtype="datetime64[D]")[: days // DAYS_PER_WEEK]
    shared = _weeks_alike(runs, len(weeks))
    for position, policy in enumerate(recipe.policies):
        series = runs.weekly(position, quantity)[:, : len(weeks)] * factor
        bands = np.quantile(
            np.cumsum(series, axis=1) if added_up else series, (BAND[0], 0.5, BAND[1]), axis=0
        )
        if shared and position == 0:
            label = "one war until they part"
            _band(axes, weeks[: shared + 1], bands[:, : shared + 1], _SHARED, label)
        _band(axes, weeks[shared:], bands[:, shared:], _COLOURS[position % len(_COLOURS)], policy.name)
    if shared:
        axes.axvline(weeks[shared], color="#444444", linewidth=0.8, linestyle=":")
    axes.set_ylim(bottom=0)
    axes.margins(x=0.01)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.10g}"))
    axes.xaxis.set_major_locator(untyped.AutoDateLocator(minticks=3, maxticks=6))
    axes.xaxis.set_major_formatter(untyped.DateFormatter("%b %Y" if days > _LONG_DAYS else "%d %b %Y"))


def _band(
    axes: "Axes",
    weeks: npt.NDArray[np.datetime64],
    bands: npt.NDArray[np.float64],
    colour: str,
    label: str,
) -> None:
    axes.fill_between(weeks, bands[0], bands[2], color=colour, alpha=0.18, linewidth=0)
    axes.plot(weeks, bands[1], color=colour, linewidth=1.5, label=label)


def _weeks_alike(runs: Runs, weeks: int) -> int:
    """Return how many first weeks are the same under every policy; 0 where the policies never part."""
    first, *others = (kept.weekly[:, :weeks] for kept in runs.kept)
    apart = np.zeros(weeks, np.bool_)
    for other in others:
        apart |= (other != first).any(axis=(0, 2))
    return int(apart.argmax())


def _without_date(file: Path) -> dict[str, None] | None:
    return {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(file.suffix.lower())
