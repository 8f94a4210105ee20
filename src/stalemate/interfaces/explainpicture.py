"""A picture of the explanations: how strong pressure would have to be, and what each of them foresaw."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Final

from stalemate.analysis.concessions import AGREEMENT, EVENTS
from stalemate.analysis.explain import Explained
from stalemate.analysis.hazards import FORMS
from stalemate.analysis.pressure import DELAYS, ODDS, STRENGTHS
from stalemate.interfaces.picture import check_can_draw, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS: Final = ("#2b5c8a", "#b5442e", "#5d7a3a")
_SHADES: Final = ("#c9b458", "#d08c3f", "#a3552e")
_GREY: Final = "#6b6b6b"
_WIDEST: Final = 4.0
"""Coefficient up to which strengths are drawn."""
_APART: Final = 0.22
"""Distance of the forms' marks from each other in a row."""


def draw(answer: Explained, file: Path) -> None:
    """Draw an answer. Raises QueryError if matplotlib is absent or the file's ending is no picture's."""
    check_can_draw(file)
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, 5.6), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplot_mosaic([["before", "scores"], ["allows", "scores"]], width_ratios=(1, 1.05))
    _strengths(panels["before"], panels["allows"], answer)
    _scores(panels["scores"], answer)
    for axes in panels.values():
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8)
    figure.suptitle(
        f"{answer.scenario}: one end cannot say what brought it. {answer.replicates:,} wars a policy, "
        f"seed {answer.seed}",
        fontsize=10,
    )
    save(figure, file)


def _strengths(above: "Axes", below: "Axes", answer: Explained) -> None:
    """Draw the coefficient before and after the record, and below it what the record alone allows."""
    rows = {(row.form, row.shared): row for row in answer.strengths if row.event == AGREEMENT}
    above.fill_between(
        STRENGTHS, rows[FORMS[0], False].before, color=_GREY, alpha=0.25, linewidth=0, label="before"
    )
    for form, colour in zip(FORMS, _COLOURS, strict=True):
        above.plot(STRENGTHS, rows[form, False].after, color=colour, linewidth=1.4, label=f"after, {form}")
        below.plot(STRENGTHS, rows[form, False].ratio, color=colour, linewidth=1.4)
        below.plot(STRENGTHS, rows[form, True].ratio, color=colour, linewidth=1.2, linestyle="--")
    for axes in (above, below):
        axes.set_xlim(0, _WIDEST)
        axes.set_ylim(bottom=0)
    top = 1.5 * above.get_ylim()[1]
    above.set_ylim(0, top)
    for place, (delay, shade) in enumerate(zip(DELAYS, _SHADES, strict=True)):
        values = [row.coefficient for row in answer.tipping if row.delay == delay]
        held = [value for value in values if value is not None]
        height = top * (0.94 - 0.07 * place)
        above.hlines(height, min(held), min(max(held), _WIDEST), color=shade, linewidth=3)
        above.plot(
            [value for value in held if value <= _WIDEST],
            [height] * sum(v <= _WIDEST for v in held),
            "|",
            color="#333333",
            markersize=6,
        )
        above.annotate(
            f"{delay} days", (min(max(held), 3.6) + 0.06, height), fontsize=7.5, va="center", color="#333333"
        )
    above.legend(frameon=False, fontsize=7.5, loc="upper right", bbox_to_anchor=(1.0, 0.75))
    above.set_title(
        "strength of pressure under its own explanation; bars: what each delay needs", loc="left", fontsize=9
    )
    above.set_yticks([])
    below.axhline(1.0, color=_GREY, linewidth=0.8, linestyle=":")
    below.set_title(
        "likelihood of the record against no pressure; dashed: one base rate for all", loc="left", fontsize=9
    )
    below.set_xlabel("coefficient of pressure: ln hazard ratio at the effort of summer 1952", fontsize=8)


def _scores(axes: "Axes", answer: Explained) -> None:
    """Draw each explanation's lead over a constant hazard: early concessions, then the last item by form."""
    names = list(dict.fromkeys(row.explanation for row in answer.foresight))[1:]
    for event, fill in zip(EVENTS, ("full", "none"), strict=True):
        for place, (form, colour) in enumerate(zip(FORMS, _COLOURS, strict=True)):
            rows = [row for row in answer.foresight if (row.form, row.event) == (form, event)][1:]
            heights = [number + (place - 1) * _APART for number in range(len(names))]
            middle = [row.last.median for row in rows]
            axes.hlines(
                heights,
                [row.last.low for row in rows],
                [row.last.high for row in rows],
                color=colour,
                linewidth=1,
            )
            label = f"{form}, {'agreement' if fill == 'full' else 'first step'}"
            axes.plot(middle, heights, "o", color=colour, fillstyle=fill, markersize=5.5, label=label)
    rows = [row for row in answer.foresight if (row.form, row.event) == (FORMS[0], AGREEMENT)][1:]
    for number, row in enumerate(rows):
        early = [step.median for step in row.steps[:-2]]
        label = "each earlier concession" if number == 0 else "_"
        axes.plot(early, [number - 2 * _APART] * len(early), "x", color=_GREY, markersize=5, label=label)
    axes.axvline(0.0, color=_GREY, linewidth=0.8)
    axes.axvline(math.log(ODDS), color=_GREY, linewidth=0.8, linestyle=":")
    axes.annotate("8 to 1", (math.log(ODDS) - 0.02, len(names) - 0.5), fontsize=7.5, ha="right", color=_GREY)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.8)
    axes.set_xlim(right=2.2)
    axes.legend(frameon=False, fontsize=7.5, loc="upper right", bbox_to_anchor=(0.95, 1.0))
    axes.set_title("lead in log score over a constant hazard", loc="left", fontsize=9)
