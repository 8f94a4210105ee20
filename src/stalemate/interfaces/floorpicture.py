"""The picture of the floor: least effort by need in one month, and by month for the needs of the war."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from stalemate.interfaces.picture import check_can_draw, save

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from stalemate.analysis.estimate import Estimate
    from stalemate.analysis.floor import Floors, MonthFloors

Floats = npt.NDArray[np.float64]

_COLOURS: Final = {"lines": "#2b5c8a", "both": "#b5442e", "scarce": "#8a6d2b"}
_WORDS: Final = {
    "lines": "lines alone",
    "both": "lines and roads",
    "scarce": "both, few trucks harder to find",
}
_EFFORTS: Final = {
    "flown": "flown at lines and roads",
    "strike": "all strike and support",
    "most": "the most that could fly",
}
_DASHES: Final = {"flown": ":", "strike": "--", "most": "-"}
_NEEDS: Final = ("#5d7a3a", "#b5442e", "#2b5c8a", "#8a6d2b", "#7a4d8a")
_DARK: Final = "#444444"
_TOP: Final = 4000.0
"""The most sorties a day that the picture shows: twice the most that could fly in March 1952."""
_BANDS: Final = 3
"""Needs whose bands are drawn month by month; those of the others lie mostly on the floor."""


def draw_floor(answer: "Floors", month: "MonthFloors", file: Path) -> None:
    """Draw the floor into a file, one column a form of repair. Raises as ``check_can_draw`` does."""
    check_can_draw(file)
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, 8.0), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(2, len(answer.forms), squeeze=False, sharey="row")
    for column, form in enumerate(answer.forms):
        _curve(panels[0, column], answer, month, form)
        _months(panels[1, column], answer, form)
        panels[0, column].set_title(f"repair by {form}, {month.when:%B %Y}", loc="left", fontsize=10)
        panels[1, column].set_title(
            f"repair by {form}, lines and roads, month by month", loc="left", fontsize=10
        )
    for axes in panels[:, 0]:
        axes.set_ylabel("least sorties a day", fontsize=9)
    handles, words = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, words, frameon=False, fontsize=8, loc="outside lower center", ncols=3)
    panels[1, -1].legend(frameon=False, fontsize=8, loc="upper right", labelspacing=0.3)
    figure.suptitle(
        f"{answer.scenario}: least effort that keeps deliveries under a need; {answer.replicates:,} worlds, "
        f"median and 90 % band, seed {answer.seed}",
        fontsize=10,
    )
    save(figure, file)


def _curve(axes: "Axes", answer: "Floors", month: "MonthFloors", form: str) -> None:
    needs = sorted({*answer.curve_t, *(need.middle for need in answer.needs)})
    for mode, colour in _COLOURS.items():
        low, median, high = _bands([month.of(need, form, mode).effort for need in needs])
        axes.fill_between(needs, low, high, color=colour, alpha=0.13, linewidth=0)
        axes.plot(needs, median, color=colour, linewidth=1.6, label=_WORDS[mode])
    for effort, words in _EFFORTS.items():
        there = month.efforts[effort].median
        axes.axhline(there, color=_DARK, linewidth=1, linestyle=_DASHES[effort], label=words)
    for need in answer.needs:
        axes.axvline(need.middle, color="#bbbbbb", linewidth=0.8)
        words = need.words.replace(" or ", "\nor ")
        place = (max(need.middle, 60.0), _TOP)
        axes.annotate(
            words,
            place,
            (3, -3),
            textcoords="offset points",
            rotation=90,
            fontsize=7,
            color="#555555",
            va="top",
        )
    axes.set_xlim(0, max(needs))
    axes.set_xlabel("need of the whole front, t a day", fontsize=9)
    _finish(axes)


def _months(axes: "Axes", answer: "Floors", form: str) -> None:
    from matplotlib import dates

    untyped: Any = dates
    days = np.array([month.when for month in answer.months], dtype="datetime64[D]")
    for place, (need, colour) in enumerate(zip(answer.needs, _NEEDS, strict=False)):
        low, median, high = _bands([month.of(need.middle, form, "both").effort for month in answer.months])
        if place < _BANDS:
            axes.fill_between(days, low, high, color=colour, alpha=0.13, linewidth=0)
        axes.plot(days, median, color=colour, linewidth=1.6, label=need.words)
    for effort in _EFFORTS:
        there = [month.efforts[effort].median for month in answer.months]
        axes.plot(days, there, color=_DARK, linewidth=1, linestyle=_DASHES[effort])
    axes.xaxis.set_major_locator(untyped.MonthLocator(bymonth=(1, 7)))
    axes.xaxis.set_major_formatter(untyped.DateFormatter("%b %Y"))
    axes.margins(x=0.01)
    _finish(axes)


def _bands(efforts: "Sequence[Estimate]") -> tuple[Floats, Floats, Floats]:
    """Return the lower end, the median and the upper end; what is off the picture lies just above it."""
    low, median, high = (
        np.array([min(getattr(effort, end), 1.2 * _TOP) for effort in efforts])
        for end in ("low", "median", "high")
    )
    return low, median, high


def _finish(axes: "Axes") -> None:
    from matplotlib.ticker import StrMethodFormatter

    axes.set_ylim(0, _TOP)
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
