"""The command on the target committee's list: what it would plan on a day, and why not the rest."""

import math
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from stalemate.interfaces.options import (
    DAY,
    AsJson,
    Fire,
    Repair,
    ScenarioOption,
    Seed,
    Workers,
    console,
    fighting,
    print_json,
    structures_of,
)

if TYPE_CHECKING:
    from rich.console import Console

    from stalemate.analysis.estimate import Estimate
    from stalemate.analysis.ranking import Ranked, Ranking

_TOP: Final = 12
_NOTE: Final = (
    "\neffect: what destroying it is worth, in aim areas of a bridge; raid: share of it that one raid of the "
    "class named destroys; cost: a sortie's price, in 1/1,000 of the same unit; score: what a sortie of that "
    "raid is worth, price paid, likewise; people near: who lives or works there, mostly assumed, and no part "
    "of the effect. Weights of classes are drawn between three sets in two readings, "
    "all of which fit the record alike: no one weight, and no rank that hangs on it, is known."
)
_GIVEN: Final = (
    "\nUnder these orders each class of target has a share of the sorties; the score picks within a class "
    "only."
)


def targets(
    when: Annotated[datetime, typer.Option("--date", formats=DAY, help="Day on which the committee meets.")],
    policy: Annotated[str, typer.Option(help="The policy whose orders stand.")] = "smart",
    law: Annotated[str | None, typer.Option(help="Body of law to be kept from the first day.")] = None,
    by: Annotated[Literal["target", "class"], typer.Option(help="One row a target, or a class.")] = "target",
    top: Annotated[int, typer.Option(min=1, help="Targets to show.")] = _TOP,
    scenario: ScenarioOption = "korea-1951",
    replicates: Annotated[int, typer.Option("--replicates", "-n", help="Wars.")] = 64,
    seed: Seed = 1,
    repair: Repair = None,
    fire: Fire = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Rank fixed targets as the committee would on a day, and say why the others are left alone."""
    from stalemate.analysis.ranking import ranking
    from stalemate.scenario.read import load

    asked = f"{policy}:law={law}" if law else policy
    with fighting(f"{replicates:,} wars of {asked} to {when.date()}, seed {seed}") as progress:
        answer = ranking(
            load(scenario),
            asked,
            when.date(),
            replicates=replicates,
            seed=seed,
            structures=structures_of(repair, fire),
            workers=workers,
            progress=progress,
        )
    if as_json:
        print_json(ranking_payload(answer, top))
    elif by == "class":
        print_classes(console(), answer)
    else:
        print_ranking(console(), answer, top)


def print_ranking(out: "Console", answer: "Ranking", top: int) -> None:
    """Print the best targets with their terms, and below each why it is left alone where it mostly is."""
    from rich.text import Text

    from stalemate.interfaces.tables import plain_table

    _print_head(out, answer)
    table = plain_table()
    table.add_column("target", ratio=1)
    for heading in ("effect", "raid", "cost", "score", "sorties"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in answer.targets[:top]:
        table.add_row(
            Text(_words(row)),
            _band(row.effect),
            _band(row.damage),
            _band(row.cost, 1000),
            _band(row.score, 1000),
            _band(row.planned),
        )
    out.print()
    out.print(table)
    rest = answer.targets[top:]
    struck = sum(row.chosen >= 0.5 for row in rest)
    if rest:
        out.print(Text(f"\n{len(rest)} more targets, {struck} of them struck in most wars (--top)."))
    out.print(Text(_NOTE + (_GIVEN if answer.choice == "given" else "")))


def print_classes(out: "Console", answer: "Ranking") -> None:
    """Print how many targets of each class are struck, and with how many sorties."""
    from rich.text import Text

    from stalemate.interfaces.tables import plain_table

    _print_head(out, answer)
    table = plain_table("class of target", "known", "struck", "sorties a fortnight")
    for row in answer.classes:
        table.add_row(row.name, str(row.known), _line(row.targets), _line(row.planned))
    out.print()
    out.print(table)
    if answer.choice == "given":
        out.print(Text(_GIVEN))


def ranking_payload(answer: "Ranking", top: int) -> dict[str, Any]:
    """Return the answer as plain values: ``targets --json``."""
    from stalemate.interfaces.payloads import estimate_payload

    return {
        "scenario": answer.scenario,
        "policy": answer.policy,
        "date": answer.when.isoformat(),
        "seed": answer.seed,
        "replicates": answer.replicates,
        "choice": answer.choice,
        "targets": [
            {
                "target": row.target,
                "name": row.name,
                "class": row.target_class,
                "effect": estimate_payload(row.effect),
                "damage": estimate_payload(row.damage),
                "cost": estimate_payload(row.cost),
                "score": estimate_payload(row.score),
                "aircraft_class": row.aircraft_class,
                "people": row.people,
                "planned": estimate_payload(row.planned),
                "chosen": row.chosen,
                "level": row.level,
                "said_by": row.said_by,
                "why_not": row.why_not,
            }
            for row in answer.targets[:top]
        ],
        "classes": [
            {
                "class": row.name,
                "known": row.known,
                "struck": estimate_payload(row.targets),
                "planned": estimate_payload(row.planned),
            }
            for row in answer.classes
        ],
    }


def _print_head(out: "Console", answer: "Ranking") -> None:
    from rich.text import Text

    chosen = {
        "given": "by given shares",
        "believed": "by score, on what is believed",
        "true": "by score, on the truth",
    }
    out.print(
        Text(
            f"What the committee would plan on {answer.when} for a fortnight under {answer.policy} "
            f"({chosen[answer.choice]}), {answer.replicates:,} wars, seed {answer.seed}. "
            "Median and 90 % band."
        )
    )


def _words(row: "Ranked") -> str:
    by = f", by {row.aircraft_class}" if row.aircraft_class else ""
    leave = f"{row.target_class}{by}; leave: {row.level}; people near: {row.people:,.0f}"
    if row.why_not is None:
        return f"{row.target}\n{leave}"
    if row.chosen == 0:
        return f"{row.target}\n{leave}\nnot struck: {row.why_not}"
    otherwise = f"; else {row.why_not}" if row.chosen < 0.5 else ""
    return f"{row.target}\n{leave}\nstruck in {row.chosen:.0%} of wars{otherwise}"


def _band(band: "Estimate", times: float = 1.0) -> str:
    from stalemate.analysis.estimate import number

    if math.isnan(band.median):
        return "none"
    middle, low, high = (number(times * end) for end in (band.median, band.low, band.high))
    return middle if low == high else f"{middle}\n{low}…{high}"


def _line(band: "Estimate") -> str:
    from stalemate.analysis.estimate import number

    low, high = number(band.low), number(band.high)
    return number(band.median) + ("" if low == high else f" ({low} to {high})")
