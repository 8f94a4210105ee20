"""Charts of a run as SVG that stands alone: no script, no style sheet; a page's style may recolour it.

Policies differ in colour (Okabe and Ito's) and in their dashes; above and below zero in filled and hollow.
"""

import datetime
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import escape

from stalemate.analysis.estimate import number

COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#a4508b")
DASHES: Final = ("", "7 3", "2 3", "8 3 2 3")

_INK, _SOFT, _HAIR, _PAPER = "#1c1c1c", "#5c5c5c", "#c9c5bb", "#fdfcf8"
_WIDE, _HIGH = 640, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 14, 34, 30
_BINS: Final = 44
_TALLEST: Final = 160
_TICKS: Final = 5
_FONT: Final = 'font-family="system-ui, sans-serif" font-size="12"'


def dots_chart(values: Sequence[float], title: str, unit: str) -> str:
    """Return fifty dots stacked where their values lie, those above zero filled, and zero as a line."""
    low, high = min(0.0, *values), max(0.0, *values)
    room = (high - low) * 0.04 or 1.0
    low, high = low - room, high + room
    step = (_WIDE - _LEFT - _RIGHT) / _BINS
    stacks: dict[int, int] = {}
    dots = []
    for value in values:
        column = min(_BINS - 1, int((value - low) / (high - low) * _BINS))
        stacks[column] = stacks.get(column, 0) + 1
        dots.append((column, stacks[column], value))
    rise = min(step, _TALLEST / max(stacks.values()))
    tall = max(stacks.values()) * rise + _TOP + _BOTTOM + 4
    floor = tall - _BOTTOM

    def across(value: float) -> float:
        return _LEFT + (value - low) / (high - low) * (_WIDE - _LEFT - _RIGHT)

    parts = [_text(_LEFT, 16, f"{title}, {unit}" if unit != "1" else title, "start", bold=True)]
    for column, level, value in dots:
        x, y = _LEFT + (column + 0.5) * step, floor - (level - 0.5) * rise
        face = COLOURS[0] if value > 0 else _PAPER
        kind = "more" if value > 0 else "less" if value < 0 else "same"
        parts.append(
            f'<circle class="dot {kind}" cx="{x:.1f}" cy="{y:.1f}" r="{0.42 * rise:.1f}" fill="{face}" '
            f'stroke="{COLOURS[0]}" stroke-width="1.5"><title>{escape(number(value))}</title></circle>'
        )
    parts += [_line(_LEFT, floor, _WIDE - _RIGHT, floor, "axis"), *_across(low, high, floor, across)]
    parts.append(_line(across(0), _TOP - 8, across(0), floor, "zero"))
    above = sum(value > 0 for value in values)
    told = f"{title}: {len(values)} dots, each one pair in {len(values)}; {above} above zero"
    return _svg(_WIDE, tall, told, parts)


def weekly_chart(series: Mapping[str, Any]) -> str:
    """Return weekly medians with bands for each policy, and what is on record as bars in ink."""
    weeks = [datetime.date.fromisoformat(week).toordinal() for week in series["weeks"]]
    first, last = weeks[0], weeks[-1] + 7
    tops = [max(track["high"]) for track in series["tracks"]] + [row["high"] for row in series["record"]]
    top = max(tops) * 1.05 or 1.0

    def across(day: float) -> float:
        return _LEFT + (day - first) / (last - first) * (_WIDE - _LEFT - _RIGHT)

    def up(value: float) -> float:
        return _HIGH - _BOTTOM - value / top * (_HIGH - _BOTTOM - _TOP)

    parts = [_text(_LEFT, 14, series["title"], "start", bold=True)]
    for tick in ticks(0, top):
        parts.append(_line(_LEFT, up(tick), _WIDE - _RIGHT, up(tick), "hair"))
        parts.append(_text(_LEFT - 6, up(tick) + 4, number(tick), "end"))
    for day, label in _quarters(first, last):
        parts.append(_line(across(day), _HIGH - _BOTTOM, across(day), _HIGH - _BOTTOM + 5, "axis"))
        parts.append(_text(across(day), _HIGH - _BOTTOM + 18, label, "middle"))
    for place, track in enumerate(series["tracks"]):
        parts += _track(place, track, [across(week + 3.5) for week in weeks], up)
    for row in series["record"]:
        parts += _record(row, across, up)
    parts.append(_line(_LEFT, _HIGH - _BOTTOM, _WIDE - _RIGHT, _HIGH - _BOTTOM, "axis"))
    parts += _legend([track["policy"] for track in series["tracks"]], bool(series["record"]))
    names = ", ".join(track["policy"] for track in series["tracks"])
    return _svg(_WIDE, _HIGH, f"{series['title']}, weekly median and 90 % band: {names}", parts)


def ticks(low: float, high: float) -> list[float]:
    """Return round numbers from low to high, some five of them."""
    rough = (high - low) / _TICKS
    scale = 10.0 ** math.floor(math.log10(rough))
    step = next(scale * factor for factor in (1, 2, 5, 10) if scale * factor >= rough)
    count = int(math.floor(high / step + 1e-9) - math.ceil(low / step - 1e-9)) + 1
    return [(math.ceil(low / step - 1e-9) + place) * step for place in range(count)]


def _track(place: int, track: Mapping[str, Any], at: Sequence[float], up: Any) -> list[str]:
    colour, dash = COLOURS[place % len(COLOURS)], DASHES[place % len(DASHES)]
    there = [f"{x:.1f},{up(value):.1f}" for x, value in zip(at, track["high"], strict=True)]
    back = [f"{x:.1f},{up(value):.1f}" for x, value in zip(at, track["low"], strict=True)]
    line = " ".join(f"{x:.1f},{up(value):.1f}" for x, value in zip(at, track["median"], strict=True))
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return [
        f'<polygon points="{" ".join(there + back[::-1])}" fill="{colour}" fill-opacity="0.16"/>',
        f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.8"{dashed}/>',
    ]


def _record(row: Mapping[str, Any], across: Any, up: Any) -> list[str]:
    first, last = (datetime.date.fromisoformat(row[end]).toordinal() for end in ("from", "to"))
    left, right, middle = across(first), across(last + 1), up((row["low"] + row["high"]) / 2)
    centre = (left + right) / 2
    kind, face = ("counts", _INK) if row["counts"] else ("input", _PAPER)
    return [
        _line(left, middle, right, middle, "record"),
        _line(centre, up(row["low"]), centre, up(row["high"]), "record"),
        f'<circle class="{kind}" cx="{centre:.1f}" cy="{middle:.1f}" r="3.2" fill="{face}" stroke="{_INK}" '
        f'stroke-width="1.4"><title>{escape(row["figure"])}</title></circle>',
    ]


def _legend(policies: Sequence[str], record: bool) -> list[str]:
    parts, x = [], float(_LEFT)
    for place, policy in enumerate(policies):
        colour, dash = COLOURS[place % len(COLOURS)], DASHES[place % len(DASHES)]
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        parts.append(
            f'<line x1="{x:.0f}" y1="25" x2="{x + 24:.0f}" y2="25" stroke="{colour}" '
            f'stroke-width="2.4"{dashed}/>'
        )
        parts.append(_text(x + 29, 29, policy, "start"))
        x += 44 + 6.6 * len(policy)
    if record:
        parts.append(_line(x, 25, x + 20, 25, "record"))
        parts.append(_text(x + 25, 29, "on record", "start"))
    return parts


def _across(low: float, high: float, floor: float, across: Any) -> list[str]:
    parts = []
    for tick in ticks(low, high):
        parts.append(_line(across(tick), floor, across(tick), floor + 5, "axis"))
        parts.append(_text(across(tick), floor + 18, number(tick), "middle"))
    return parts


def _quarters(first: int, last: int) -> list[tuple[int, str]]:
    """Return first days of half years between two days, and how they are called."""
    years = range(datetime.date.fromordinal(first).year, datetime.date.fromordinal(last).year + 1)
    days = [datetime.date(year, month, 1) for year in years for month in (1, 7)]
    return [(day.toordinal(), f"{day:%b %Y}") for day in days if first <= day.toordinal() <= last]


def _text(x: float, y: float, text: str, anchor: str, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{_INK}" {_FONT}{weight}>'
        f"{escape(text)}</text>"
    )


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    colour = {"hair": _HAIR, "zero": _SOFT, "axis": _SOFT, "record": _INK}[kind]
    wide = {"hair": 0.6, "zero": 1.4, "axis": 1, "record": 1.6}[kind]
    return (
        f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{wide}"/>'
    )


def _svg(wide: float, high: float, told: str, parts: Sequence[str]) -> str:
    return (
        f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high:.0f}" '
        f'width="{wide:.0f}" height="{high:.0f}" role="img" aria-label="{escape(told)}">'
        f'<rect class="ground" width="100%" height="100%" fill="{_PAPER}"/>{"".join(parts)}</svg>'
    )
