"""The command on what an answer hangs on: shares of the variance of a paired difference."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from stalemate.interfaces.options import (
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

    from stalemate.analysis.sensitivity import Sensitivity

_TOP: Final = 12


def sensitivity(
    a: Annotated[str, typer.Argument(metavar="RUN|POLICY", help="A stored run of two policies, or one.")],
    b: Annotated[str, typer.Argument(help="The other policy.")] = "historical",
    outcome: Annotated[
        str, typer.Option(help="The outcome whose difference is asked about.")
    ] = "front_tonnes",
    top: Annotated[int, typer.Option(min=1, help="Factors to show.")] = _TOP,
    scenario: ScenarioOption = "korea-1951",
    replicates: Annotated[int, typer.Option("--replicates", "-n", help="Pairs, if none are stored.")] = 2000,
    seed: Seed = 1,
    repair: Repair = None,
    fire: Fire = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Say which doubts move the difference between two policies, and how much rests on assumptions."""
    from stalemate.analysis import sensitivity as analysis
    from stalemate.ensemble import runner
    from stalemate.ensemble.runs import read_run
    from stalemate.scenario.read import load

    war = load(scenario)
    if Path(a).is_dir():
        runs = read_run(Path(a))
    else:
        with fighting(f"{replicates:,} pairs of {a} and {b}, seed {seed}") as progress:
            runs = runner.run(
                war,
                [a, b],
                replicates=replicates,
                seed=seed,
                structures=structures_of(repair, fire),
                workers=workers,
                progress=progress,
            )
    found = analysis.sensitivity(runs, war, outcome)
    if as_json:
        told = {index.factor: index.told for index in found.indices}
        listed = [asdict(index) | {"told": told[index.factor]} for index in found.indices]
        print_json(asdict(found) | {"indices": listed, "rest": found.rest})
    else:
        print_sensitivity(console(), found, top)


def print_sensitivity(out: "Console", found: "Sensitivity", top: int) -> None:
    """Print the largest shares, and what they add up to, in words."""
    from rich.text import Text

    from stalemate.analysis.estimate import number
    from stalemate.ensemble.outcomes import outcome_named
    from stalemate.interfaces.tables import plain_table

    label = outcome_named(found.outcome).label
    out.print(
        Text(
            f"What the difference in {label} hangs on, {found.a} less {found.b}, {found.pairs:,} pairs: "
            "share of its variance by one factor alone, 90 % band."
        )
    )
    table = plain_table()
    table.add_column("factor", overflow="fold")
    for heading in ("share", "90 % band", "rests on"):
        table.add_column(heading, justify="right")
    for index in found.indices[:top]:
        if index.told:
            band = f"{number(index.low)} to {number(index.high)}"
            table.add_row(index.factor, number(index.share), band, "assumed" if index.assumed else "figures")
    out.print()
    out.print(table)
    told = sum(index.told for index in found.indices)
    out.print(
        Text(
            f"\n{told} factors can be told from nothing. Doubts that rest on assumptions make "
            f"{found.on_assumed:.0%} of the variance, doubts that rest on figures {found.on_figures:.0%}; "
            f"the other {found.rest:.0%} is luck, what doubts do together, and what is too small to tell."
        )
    )
