"""The command on the floor of interdiction: the least effort that keeps the front short."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from stalemate.interfaces.options import (
    AsJson,
    Repair,
    ScenarioOption,
    Seed,
    Workers,
    console,
    print_json,
    structures_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from stalemate.analysis.estimate import Estimate
    from stalemate.analysis.floor import Floor, Floors, MonthFloors
    from stalemate.analysis.floorcheck import Checked
    from stalemate.engine.simulate import Structures
    from stalemate.scenario.schema import Scenario

_MODES: Final = {"lines": "lines alone", "both": "lines and roads", "scarce": "few trucks harder to find"}
_EFFORTS: Final = {"flown": "flown", "strike": "all strike", "most": "the most"}
_NOTES: Final = (
    "\nLeast sorties a day that keep the need unmet from the second month of a campaign of 120 days: "
    "median over the band of 90 % of worlds. At lines they count as fighter-bomber sorties. Roads: a "
    "sortie destroys as many trucks however few are left, as in the model; in the next column in "
    "proportion to those left. What is lost and who is killed stands beside the effort on lines and roads, "
    "and in no objective."
)
_REACHES: Final = (
    ("flown", "both", "flown"),
    ("strike", "both", "all strike"),
    ("most", "both", "the most"),
    ("most", "scarce", "the most, few trucks harder"),
    ("most", "lines", "the most, lines alone"),
)
"""Effort, way of attack, and words: what is held against the floor."""
_WITHIN_NOTES: Final = (
    "\nWithin reach: share of all months and worlds in which the least effort was no more than there was: "
    "flown at lines and roads; all strikes and support; every serviceable aircraft as often as it ever flew "
    "in a day, every flyable day."
)


def floor(
    month: Annotated[str, typer.Option(help="Month to show; every month is reckoned.")] = "1952-03",
    scenario: ScenarioOption = "korea-1951",
    replicates: Annotated[int, typer.Option("--replicates", "-n", help="Drawn worlds.")] = 128,
    seed: Seed = 1,
    repair: Repair = None,
    workers: Workers = None,
    check: Annotated[
        bool, typer.Option("--check", help="Fly plans of the month in the engine, too.")
    ] = False,
    picture: Annotated[Path | None, typer.Option(help="Draw the curves into this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find the least daily effort that keeps deliveries under a need, against the effort there was."""
    from stalemate.analysis import floor as analysis
    from stalemate.interfaces.floorpicture import draw_floor
    from stalemate.interfaces.picture import check_can_draw
    from stalemate.interfaces.progress import WarProgress
    from stalemate.scenario.read import load

    if picture is not None:
        check_can_draw(picture)
    war = load(scenario)
    analysis.check_month(war, month)
    with WarProgress(f"the floor of {war.name}, {replicates:,} worlds, seed {seed}", "months") as progress:
        answer = analysis.floor(
            war,
            replicates=replicates,
            seed=seed,
            structures=structures_of(repair, None),
            workers=workers,
            progress=progress,
        )
    if picture is not None:
        draw_floor(answer, answer.month(month), picture)
    flown = _flown(war, answer, month, structures_of(repair, None)) if check else ()
    if as_json:
        print_json(floor_payload(answer, flown))
        return
    print_floor(console(), answer, answer.month(month))
    if flown:
        _print_check(console(), flown)


def _flown(war: "Scenario", answer: "Floors", month: str, structures: "Structures") -> "tuple[Checked, ...]":
    """Fly the plans of the check from the month's first day."""
    from datetime import date

    from stalemate.analysis.floorcheck import PLANS, check_floor
    from stalemate.interfaces.options import fighting

    begins = max(war.start, date.fromisoformat(f"{month}-01"))
    wars = len(PLANS) * answer.replicates
    with fighting(f"{wars:,} wars of {len(PLANS)} plans from {begins}") as progress:
        return check_floor(
            war,
            begins,
            replicates=answer.replicates,
            seed=answer.seed,
            structures=structures,
            progress=progress,
        )


def print_floor(out: "Console", answer: "Floors", month: "MonthFloors") -> None:
    """Print one month's floors by form of repair, what was within reach, and the answer in words."""
    from rich.text import Text

    out.print(
        Text(
            f"{answer.scenario}, {month.when:%B %Y} held still, {answer.replicates:,} drawn worlds, seed "
            f"{answer.seed}.\nCould reach the front unattacked: {month.unattacked}; with every line shut and "
            f"roads left alone: {month.lines_shut}.\nEffort: {_EFFORTS['flown']} {month.efforts['flown']}; "
            f"{_EFFORTS['strike']} {month.efforts['strike']}; {_EFFORTS['most']} {month.efforts['most']}."
        )
    )
    for form in answer.forms:
        _print_form(out, answer, month, form)
    out.print(Text(_NOTES))
    _print_within(out, answer)
    out.print(Text(_WITHIN_NOTES))
    for sentence in sentences(answer, month):
        out.print(Text("\n" + sentence))
    proof = answer.certificate
    out.print(
        Text(
            f"\nProof: {proof.problems} of the rail problems solved again as one program by HiGHS, greatest "
            f"difference {proof.worst_difference:.0e}, greatest gap to its bound {proof.worst_bound_gap:.0e}."
        )
    )


def sentences(answer: "Floors", month: "MonthFloors") -> list[str]:
    """Return in plain words when each need was within reach in most worlds."""
    from stalemate.analysis.estimate import number

    said = []
    for need in answer.needs:
        parts: list[str] = []
        for effort, mode, words in _REACHES:
            when = {
                form: _runs(answer, answer.months_within(need.middle, form, effort, mode))
                for form in answer.forms
            }
            alike = len(set(when.values())) == 1
            said_when = [next(iter(when.values()))] if alike else [f"{w} ({f})" for f, w in when.items()]
            parts.append(f"{words}, {'; '.join(said_when)}")
        named = f"{need.words[0].upper()}{need.words[1:]}, {number(need.middle)} t a day"
        said.append(f"{named}. Enough in most worlds:" + "".join(f"\n- {part}" for part in parts))
        over = month.porters_over[f"{need.middle:g}"]
        if over > 0.5:
            said[-1] += (
                f"\nPorters alone, all the way from the border, would carry {month.porters}: more than "
                f"this in {_percent(over)} of worlds. Nothing in the model attacks them, so no effort "
                "reaches this need."
            )
    return said


def floor_payload(answer: "Floors", flown: "Sequence[Checked]" = ()) -> dict[str, Any]:
    """Return the floors as plain values: ``floor --json``. Null where no effort will do."""
    proof = answer.certificate
    return {
        "scenario": answer.scenario,
        "replicates": answer.replicates,
        "seed": answer.seed,
        "forms": list(answer.forms),
        "needs": [
            {
                "name": need.name,
                "words": need.words,
                "low": need.low,
                "middle": need.middle,
                "high": need.high,
            }
            for need in answer.needs
        ],
        "certificate": {
            "problems": proof.problems,
            "worst_difference": proof.worst_difference,
            "worst_bound_gap": proof.worst_bound_gap,
        },
        "months": [
            {
                "month": month.name,
                "day": str(month.when),
                "efforts": {name: _plain(band) for name, band in month.efforts.items()},
                "unattacked": _plain(month.unattacked),
                "lines_shut": _plain(month.lines_shut),
                "porters": _plain(month.porters),
                "floors": [_plain_floor(floor) for floor in month.floors],
            }
            for month in answer.months
        ],
        "check": [
            {
                "lines": list(row.lines),
                "at_each_line": row.at_each_line,
                "at_roads": row.at_roads,
                "form": row.form,
                "reckoned": _plain(row.reckoned),
                "simulated": _plain(row.simulated),
                "ratio": _plain(row.ratio),
            }
            for row in flown
        ],
    }


def _print_form(out: "Console", answer: "Floors", month: "MonthFloors", form: str) -> None:
    from rich.text import Text

    from stalemate.interfaces.tables import plain_table

    table = plain_table()
    table.add_column(f"repair by {form}", ratio=1)
    for heading in (*_MODES.values(), "own aircraft a month", "civilians killed a month"):
        table.add_column(heading, justify="right")
    for need in answer.needs:
        floors = [month.of(need.middle, form, mode) for mode in _MODES]
        both = floors[1]
        cells = [_cell(floor.effort) for floor in floors] + [_cell(both.lost), _cell(both.deaths)]
        table.add_row(Text(f"{need.words}\n{need.middle:,g} t/day"), *cells)
    out.print()
    out.print(table)


def _print_within(out: "Console", answer: "Floors") -> None:
    from rich.text import Text

    from stalemate.interfaces.tables import plain_table

    table = plain_table()
    table.add_column("within reach", ratio=1)
    for _, _, words in _REACHES:
        table.add_column(words, justify="right")
    for need in answer.needs:
        for form in answer.forms:
            shares = [answer.within(need.middle, form, effort, mode) for effort, mode, _ in _REACHES]
            table.add_row(Text(f"{need.words}, {form}"), *map(_percent, shares))
    out.print()
    out.print(table)


def _print_check(out: "Console", rows: "Sequence[Checked]") -> None:
    from rich.text import Text

    from stalemate.analysis.estimate import number
    from stalemate.interfaces.tables import plain_table, two_lines

    table = plain_table("flown each day", "repair", "reckoned, t/day", "engine, t/day", "ratio")
    for row in rows:
        flown = f"{number(row.at_each_line)} a line, {number(row.at_roads)} at roads"
        bands = (two_lines(band) for band in (row.reckoned, row.simulated, row.ratio))
        table.add_row(flown, row.form, *bands)
    out.print()
    out.print(table)
    out.print(
        Text(
            f"\nThe same plans flown in the engine for 120 days from the month's first day, at "
            f"{' and '.join(rows[0].lines)}, by {rows[0].replicates:,} wars of each form; the front asks for "
            "all that can be carried. Ratio: reckoned over engine, war by war."
        )
    )


def _runs(answer: "Floors", names: list[str]) -> str:
    """Return months as words: every month, never, or the runs of them."""
    if len(names) == len(answer.months):
        return "every month"
    order = [month.name for month in answer.months]
    runs: list[list[str]] = []
    for name in names:
        if runs and order.index(name) == order.index(runs[-1][-1]) + 1:
            runs[-1].append(name)
        else:
            runs.append([name])
    said = [run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs]
    return ", ".join(said) or "never"


def _cell(band: "Estimate") -> str:
    """Return the median over the band's ends; a world without an answer reads as none."""
    median, low, high = (_number(value) for value in (band.median, band.low, band.high))
    return f"{median}\n{low if low == high else f'{low}…{high}'}"


def _number(value: float) -> str:
    from stalemate.analysis.estimate import number

    if math.isinf(value):
        return "none"
    return number(round(value)) if value >= 10 else number(round(value, 1))


def _percent(share: float) -> str:
    if 0 < share < 0.005:
        return "under 1 %"
    return f"{round(100 * share)} %"


def _plain(band: "Estimate") -> dict[str, Any]:
    values = {"median": band.median, "low": band.low, "high": band.high}
    known = {name: value if math.isfinite(value) else None for name, value in values.items()}
    return {**known, "unit": band.unit, "replicates": band.replicates}


def _plain_floor(floor: "Floor") -> dict[str, Any]:
    return {
        "need_t": floor.need_t,
        "form": floor.form,
        "mode": floor.mode,
        "effort": _plain(floor.effort),
        "possible": floor.possible,
        "gap": floor.gap,
        "at_lines": _plain(floor.rail),
        "within": floor.within,
        "own_aircraft_lost": _plain(floor.lost),
        "civilians_killed": _plain(floor.deaths),
    }
