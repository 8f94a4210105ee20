"""The command on the end of the war: what would have to be true for air pressure to have moved it."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

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
    day_of,
    fighting,
    print_json,
    structures_of,
)


def explain(
    against: Annotated[str, typer.Option(help="The policy that is flown instead of pressure.")] = "banfill",
    scenario: ScenarioOption = "korea-1951",
    replicates: Annotated[int, typer.Option("--replicates", "-n", help="Wars for each policy.")] = 1000,
    seed: Seed = 1,
    until: Annotated[
        datetime | None, typer.Option(formats=DAY, help="The horizon; the end of the next year by default.")
    ] = None,
    repair: Repair = None,
    fire: Fire = None,
    workers: Workers = None,
    picture: Annotated[
        Path | None, typer.Option(help="Draw strengths and scores to this file (needs matplotlib).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what would have to be true for air pressure to have moved the armistice."""
    from stalemate.analysis import explain as analysis
    from stalemate.interfaces import explaintables
    from stalemate.scenario.read import load

    if picture is not None:
        from stalemate.interfaces.picture import check_can_draw

        check_can_draw(picture)
    war = load(scenario)
    with fighting(f"{replicates:,} wars of historical and {against}, seed {seed}") as progress:
        answer = analysis.explain(
            war,
            against=against,
            replicates=replicates,
            seed=seed,
            until=day_of(until),
            structures=structures_of(repair, fire),
            workers=workers,
            progress=progress,
        )
    if as_json:
        print_json(explaintables.explained_payload(answer))
    else:
        explaintables.print_explained(console(), answer)
    if picture is not None:
        from stalemate.interfaces.explainpicture import draw

        draw(answer, picture)
        print(f"drawn: {picture}", file=sys.stderr)
