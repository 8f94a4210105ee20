"""Pictures of a report, as SVG: weekly series with what is on record, and the map of the war.

Needs matplotlib. The same run gives the same bytes.
"""

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from stalemate.analysis.scorecard import COUNTED
from stalemate.ensemble.outcomes import DAYS_PER_WEEK
from stalemate.ensemble.questions import days_added
from stalemate.ensemble.runs import Runs
from stalemate.evidence.figure import FrontPoint, Place
from stalemate.evidence.ledger import Ledger
from stalemate.interfaces.atlas.basemap import Line, base_map
from stalemate.interfaces.picture import panel, take_literally
from stalemate.scenario.schema import Observed, Scenario
from stalemate.systems.variables import RECORDED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SERIES: Final = (
    ("front_tonnes", "delivered to the front, t/day"),
    ("rail_intake_cars", "rail cars taken in, cars/day"),
    ("cordon_open_share", "share of the day the cordon is open"),
    ("trucks", "trucks"),
    ("ammunition_stock", "ammunition stock, t"),
    ("shells_communist", "Communist shells a day"),
    ("casualties_communist", "Communist casualties a day"),
    ("aircraft_lost", "own aircraft lost a day"),
    ("civilian_deaths", "civilians killed a day"),
)
"""Weekly series of the chart, and their titles; sums are shown by the day."""

_ACROSS: Final = 3
_FRONT: Final = ("#8a8a8a", "#111111")
_TOWN: Final = "#5a2a1c"
_WATER, _LAND, _SHORE, _RIVER = "#e4ecf1", "#fbf8ef", "#8a979f", "#8fb0c6"
_ROUND, _EVERY = 0.2, 25
"""Beyond this many degrees outside the frame only every so many vertices of a coast are kept."""
_CROWD: Final = 0.16
"""Names of towns nearer than this, in degrees of latitude, would overlap."""
_APART: Final = 0.95
_BELOW: Final = 0.55
"""Degrees from one sector's label to the next, and room below the map for them."""


def weekly_chart(runs: Runs, observations: Sequence[Observed]) -> bytes:
    """Return the weekly series of every policy, with the observations of their quantities over the whole."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.6, 8.0), layout="constrained")
    panels = figure.subplots(-(-len(SERIES) // _ACROSS), _ACROSS, sharex=True).flat
    for axes, (quantity, title) in zip(panels, SERIES, strict=True):
        a_week = RECORDED[quantity].kind == "sum"
        panel(axes, runs, quantity, 1 / DAYS_PER_WEEK if a_week else 1.0, False)
        for row in observations:
            if row.quantity == quantity and row.place is None and row.end <= runs.recipe.end:
                _record(axes, row)
        axes.set_title(title, loc="left", fontsize=9)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, frameon=False, fontsize=9, loc="outside upper left", ncols=len(labels))
    return _drawn(figure)


def war_map(war: Scenario, ledger: Ledger, runs: Runs) -> bytes:
    """Return the map: coast, railways, towns by the share destroyed on record, the front at first and last.

    Beside each sector stands the median difference in what it got, for a run of two policies.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 7.2), layout="constrained")
    axes = figure.subplots()
    places = {node.id: node for node in war.nodes}
    for link in war.links:
        if link.mode == "rail":
            a, b = places[link.start], places[link.end]
            axes.plot([a.lon, b.lon], [a.lat, b.lat], color="#4a4a4a", linewidth=1.1, zorder=2)
    axes.margins(0.08)
    axes.autoscale_view()
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    _land(axes, west, east, south - (_BELOW if len(runs.recipe.policies) == 2 else 0), north)
    towns = [place for place in ledger.places.values() if place.destroyed_percent]
    front = [point for point in ledger.front_line if runs.recipe.start <= point.date <= runs.recipe.end]
    _towns(axes, [t for t in towns if west < t.lon_deg < east and south < t.lat_deg < north])
    _front(axes, [p for p in front if west < p.lon_deg < east and south < p.lat_deg < north])
    if len(runs.recipe.policies) == 2:
        _sectors(axes, war, runs, south)
        south -= _BELOW
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_aspect(1 / np.cos(np.deg2rad((south + north) / 2)))
    axes.set_xlabel("degrees east", fontsize=8)
    axes.set_ylabel("degrees north", fontsize=8)
    axes.tick_params(labelsize=7)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    return _drawn(figure)


def _record(axes: "Axes", row: Observed) -> None:
    low, high = (value / days_added(row) for value in (row.low, row.high))
    middle = (low + high) / 2
    first, last = np.datetime64(row.start), np.datetime64(row.end) + np.timedelta64(1, "D")
    axes.plot([first, last], [middle, middle], color="#000000", linewidth=1.6, zorder=5)
    centre = first + (last - first) // 2
    filled = row.role in COUNTED
    axes.errorbar(
        [centre],
        [middle],
        yerr=[[middle - low], [high - middle]],
        fmt="o",
        markersize=3.5,
        color="#000000",
        markerfacecolor="#000000" if filled else "#ffffff",
        linewidth=1.0,
        zorder=6,
    )


def _land(axes: "Axes", west: float, east: float, south: float, north: float) -> None:
    """Draw sea, land, lakes and rivers of the frame, under everything else; what is outside is thinned."""
    ground = base_map()

    def near(lon: float, lat: float) -> bool:
        return west - _ROUND < lon < east + _ROUND and south - _ROUND < lat < north + _ROUND

    def thinned(lines: Sequence[Line]) -> list[Line]:
        met = [line for line in lines if any(near(*place) for place in line)]
        return [tuple(p for at, p in enumerate(line) if near(*p) or _kept(line, at)) for line in met]

    axes.set_facecolor(_WATER)
    for face, shapes in ((_LAND, ground.land), (_WATER, ground.lakes)):
        for line in thinned(shapes):
            axes.fill(*zip(*line, strict=True), facecolor=face, edgecolor="none", zorder=0)
    for colour, style, shapes in (
        (_SHORE, "-", ground.shore),
        (_RIVER, "-", ground.rivers),
        (_RIVER, "--", ground.approximate),
    ):
        for line in thinned(shapes):
            axes.plot(*zip(*line, strict=True), color=colour, linestyle=style, linewidth=0.6, zorder=1)


def _kept(line: Line, at: int) -> bool:
    """Tell whether a vertex outside the frame stays: every so many, and both ends of a long step."""
    beside = line[max(at - 1, 0) : at + 2]
    return (
        at % _EVERY == 0
        or any(math.dist(line[at], other) > _ROUND for other in beside)
        or at == len(line) - 1
    )


def _towns(axes: "Axes", towns: Sequence[Place]) -> None:
    """Draw towns, the fuller the more of them was destroyed; of towns that crowd the largest has its name."""
    named: list[Place] = []
    for town in sorted(towns, key=lambda town: -(town.population or 0)):
        share = (town.destroyed_percent or 0.0) / 100
        face = (0.66, 0.23, 0.12, share)
        axes.scatter([town.lon_deg], [town.lat_deg], s=50, facecolor=face, edgecolor=_TOWN, zorder=3)
        if all(
            abs(town.lat_deg - other.lat_deg) > _CROWD or abs(town.lon_deg - other.lon_deg) > 5 * _CROWD
            for other in named
        ):
            named.append(town)
            axes.annotate(
                f"{town.name_1950s}, {town.destroyed_percent:.0f} %",
                (town.lon_deg, town.lat_deg),
                textcoords="offset points",
                xytext=(6, -2.5),
                fontsize=7,
                color=_TOWN,
            )


def _front(axes: "Axes", points: Sequence[FrontPoint]) -> None:
    days = sorted({point.date for point in points})
    for day, colour in zip(dict.fromkeys((*days[:1], *days[-1:])), _FRONT, strict=False):
        line = sorted((point for point in points if point.date == day), key=lambda point: point.vertex)
        axes.plot(
            [p.lon_deg for p in line],
            [p.lat_deg for p in line],
            color=colour,
            linewidth=2.2,
            linestyle="--" if colour == _FRONT[0] else "-",
            label=f"front, {day}",
            zorder=4,
        )


def _sectors(axes: "Axes", war: Scenario, runs: Runs, south: float) -> None:
    """Write each front sector's median difference below it, side by side, with a line that leads there."""
    places = {node.id: node for node in war.nodes}
    days = (runs.recipe.end - runs.recipe.start).days + 1
    fronts = sorted(
        (sector for sector in war.sectors if sector.kind == "front"), key=lambda s: places[s.node].lon
    )
    middle = np.mean([places[sector.node].lon for sector in fronts])
    for number, sector in enumerate(fronts):
        node = places[sector.node]
        first, second = (
            runs.weekly(policy, "front_tonnes", sector.id).astype(np.float64).sum(axis=1) for policy in (0, 1)
        )
        median = float(np.median(first - second)) / days
        axes.annotate(
            f"{sector.id}\n{median:+,.0f}".replace("\n-", "\n−") + " t/day",
            (node.lon, node.lat),
            xytext=(middle + _APART * (number - (len(fronts) - 1) / 2), south - 0.15),
            ha="center",
            va="top",
            fontsize=7,
            bbox={"boxstyle": "round,pad=0.2", "facecolor": _LAND, "edgecolor": "none", "alpha": 0.85},
            arrowprops={"arrowstyle": "-", "color": "#9a9a9a", "linewidth": 0.6},
            zorder=7,
        )


def _drawn(figure: "Figure") -> bytes:
    from matplotlib import rc_context

    take_literally(figure)
    drawn = io.BytesIO()
    with rc_context({"svg.hashsalt": "stalemate", "svg.fonttype": "none"}):
        figure.savefig(drawn, format="svg", metadata={"Date": None})
    return drawn.getvalue()
