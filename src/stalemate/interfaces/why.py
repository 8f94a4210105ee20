"""The command that says why supply was lost."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from stalemate.interfaces.options import (
    DAY,
    AsJson,
    Fire,
    Repair,
    Workers,
    console,
    day_of,
    fighting,
    print_json,
    structures_of,
)


def why(
    of: Annotated[
        str, typer.Argument(metavar="RUN|POLICY", help="A folder made with --out, or a policy.")
    ] = "historical",
    what: Annotated[str, typer.Option(help="delivered (front_tonnes), or rail_arrived.")] = "delivered",
    start: Annotated[datetime | None, typer.Option("--from", formats=DAY, help="First day.")] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=DAY, help="Last day.")] = None,
    policy: Annotated[str | None, typer.Option(help="Which policy of a run that holds several.")] = None,
    scenario: Annotated[
        str | None, typer.Option(help="Name or folder of the scenario; the run's or korea-1951.")
    ] = None,
    replicates: Annotated[
        int | None, typer.Option("--replicates", "-n", help="Wars, 32 by default; of a run its first ones.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed is the same luck; the run's or 1.")] = None,
    repair: Repair = None,
    fire: Fire = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Say why supply was lost: tonnes by cause, by line and by month."""
    from stalemate.analysis import causes as analysis
    from stalemate.ensemble.runner import DEFAULT_SEED
    from stalemate.interfaces import causes
    from stalemate.scenario.read import load

    if Path(of).is_dir():
        if seed is not None or repair or fire:
            raise typer.BadParameter("leave out --seed, --repair and --fire", param_hint="RUN")
        asked = analysis.of_run(Path(of), policy, scenario, replicates)
    else:
        if policy is not None:
            raise typer.BadParameter(f"{of} is no folder of a run", param_hint="--policy")
        asked = analysis.Asked(
            load(scenario or "korea-1951"),
            of,
            analysis.DEFAULT_WARS if replicates is None else replicates,
            DEFAULT_SEED if seed is None else seed,
            structures_of(repair, fire),
        )
    with fighting(f"{asked.replicates:,} wars of {asked.policy}, seed {asked.seed}") as progress:
        answer = analysis.why(
            asked.war,
            asked.policy,
            what=what,
            start=day_of(start),
            end=day_of(end) or asked.end,
            replicates=asked.replicates,
            seed=asked.seed,
            structures=asked.structures,
            workers=workers,
            progress=progress,
        )
    if as_json:
        print_json(causes.causes_payload(answer))
    else:
        causes.print_causes(console(), answer)
