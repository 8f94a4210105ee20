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
    from rich.console import Console

    from stalemate.analysis.estimate import Estimate
    from stalemate.analysis.floor import Floor, Floors, MonthFloors

_MODES: Final = {"lines": "lines alone", "both": "lines and roads", "scarce": "few trucks harder to find"}
_EFFORTS: Final = {"flown": "flown", "strike": "all strike", "most": "the most"}
_NOTES: Final = (
    "\nLeast sorties a day that keep the need unmet from the second month of a campaign of 120 days: "
    "median over the band of 90 % of worlds. At lines they count as fighter-bomber sorties. Roads: a "
    "sortie destroys as many trucks however few are left, as in the model; in the next column in "
    "proportion to those left. What is lost and who is killed stands beside the effort on lines and roads, "
    "and in no objective."
)
_WITHIN_NOTES: Final = (
    "\nShare of worlds in which lines and roads together needed no more than there was: flown at both; all "
    "strikes and support of the month; every serviceable aircraft as often as it ever flew in a day. Below: "
    "months in which that held in most worlds."
)


def floor(
    month: Annotated[str, typer.Option(help="Month to show; every month is reckoned.")] = "1952-03",
    scenario: ScenarioOption = "korea-1951",
    replicates: Annotated[int, typer.Option("--replicates", "-n", help="Drawn worlds.")] = 128,
    seed: Seed = 1,
    repair: Repair = None,
    workers: Workers = None,
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
    if as_json:
        print_json(floor_payload(answer))
    else:
        print_floor(console(), answer, answer.month(month))


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
    _print_within(out, answer, month)
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
    """Return the answer in plain words, one sentence or two for each need of the scenario."""
    from stalemate.analysis.estimate import number

    said = []
    for need in answer.needs:
        t = need.middle
        parts = []
        for form in answer.forms:
            flown, most = (answer.within(t, form, effort) for effort in ("flown", "most"))
            scarce = answer.within(t, form, "most", "scarce")
            alone = answer.within(t, form, "most", "lines")
            parts.append(
                f"under {form} what was flown was enough in {_percent(flown)} of worlds and months, the most "
                f"that could fly in {_percent(most)} ({_percent(scarce)} if few trucks are harder to find, "
                f"{_percent(alone)} at lines alone)"
            )
        said.append(f"{need.words[0].upper()}{need.words[1:]}, {number(t)} t a day: {'; '.join(parts)}.")
        over = month.porters_over[f"{t:g}"]
        if over > 0.5:
            said[-1] += (
                f" Porters alone, all the way from the border, would carry {month.porters}: more than "
                f"this in {_percent(over)} of worlds. Nothing in the model attacks them, so no effort "
                "reaches this need."
            )
    return said


def floor_payload(answer: "Floors") -> dict[str, Any]:
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


def _print_within(out: "Console", answer: "Floors", month: "MonthFloors") -> None:
    from rich.text import Text

    from stalemate.interfaces.tables import plain_table

    table = plain_table()
    table.add_column("within reach of", ratio=1)
    for form in answer.forms:
        for words in _EFFORTS.values():
            table.add_column(f"{words}, {form}", justify="right")
    months = len(answer.months)
    for need in answer.needs:
        cells = []
        for form in answer.forms:
            here = month.of(need.middle, form, "both").within
            for effort in _EFFORTS:
                held = answer.months_within(need.middle, form, effort)
                cells.append(f"{_percent(here[effort])}\n{held} of {months}")
        table.add_row(Text(need.words), *cells)
    out.print()
    out.print(table)


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
