"""The commands on what an answer hangs on: shares of its variance, and the worlds in which a policy wins."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

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
    share_of,
    structures_of,
)

if TYPE_CHECKING:
    from rich.console import Console

    from stalemate.analysis.screening import Screening
    from stalemate.analysis.sensitivity import Sensitivity
    from stalemate.engine.simulate import Structures
    from stalemate.ensemble.runs import Runs
    from stalemate.scenario.schema import Scenario

_TOP: Final = 12

First = Annotated[str, typer.Argument(metavar="RUN|POLICY", help="A stored run of two policies, or one.")]
Other = Annotated[str, typer.Argument(help="The other policy.")]
Pairs = Annotated[int, typer.Option("--replicates", "-n", help="Pairs, if none are stored.")]


def sensitivity(
    a: First,
    b: Other = "historical",
    outcome: Annotated[
        str, typer.Option(help="The outcome whose difference is asked about.")
    ] = "front_tonnes",
    top: Annotated[int, typer.Option(min=1, help="Factors to show.")] = _TOP,
    morris: Annotated[
        int | None, typer.Option(help="Screen by so many of Morris's trajectories as well, 10 say.")
    ] = None,
    scenario: ScenarioOption = "korea-1951",
    replicates: Pairs = 2000,
    seed: Seed = 1,
    repair: Repair = None,
    fire: Fire = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Say which doubts move the difference between two policies, and how much rests on assumptions."""
    from stalemate.analysis import sensitivity as analysis
    from stalemate.scenario.read import load

    war = load(scenario)
    runs = _pairs(war, a, b, replicates, seed, repair, fire, workers)
    war = runs.recipe.as_fought(war)
    found = analysis.sensitivity(runs, war, outcome)
    screened = _screened(war, found, morris, seed, structures_of(repair, fire), workers) if morris else None
    if as_json:
        told = {index.factor: index.told for index in found.indices}
        listed = [asdict(index) | {"told": told[index.factor]} for index in found.indices]
        beside = {"morris": asdict(screened)} if screened else {}
        print_json(asdict(found) | {"indices": listed, "rest": found.rest} | beside)
    else:
        print_sensitivity(console(), found, top)
        if screened:
            print_screening(console(), screened, found, top)


def worlds(
    a: First,
    b: Other = "historical",
    outcome: Annotated[str, typer.Option(help="The outcome that is asked about.")] = "shells_communist",
    less: Annotated[str | None, typer.Option(help="The first policy wins with so much less, as 10%.")] = None,
    more: Annotated[str | None, typer.Option(help="The first policy wins with so much more.")] = None,
    scenario: ScenarioOption = "korea-1951",
    replicates: Pairs = 2000,
    seed: Seed = 1,
    repair: Repair = None,
    fire: Fire = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Say in which worlds the first policy wins: by which doubts those worlds are known."""
    from rich.text import Text

    from stalemate.analysis import discovery
    from stalemate.scenario.read import load

    if less is not None and more is not None:
        raise typer.BadParameter("one of the two", param_hint="--less or --more")
    direction: Literal["less", "more"] = "more" if more is not None else "less"
    share = share_of(more or less or "10%", f"--{direction}")
    war = load(scenario)
    runs = _pairs(war, a, b, replicates, seed, repair, fire, workers)
    war = runs.recipe.as_fought(war)
    found = discovery.discover(runs, war, outcome, direction, share)
    if as_json:
        print_json(asdict(found) | {"said": discovery.sentences(found)})
        return
    for text in discovery.sentences(found):
        console().print(Text(text))


def _pairs(
    war: "Scenario",
    a: str,
    b: str,
    replicates: int,
    seed: int,
    repair: list[str] | None,
    fire: list[str] | None,
    workers: int | None,
) -> "Runs":
    """Return a stored run, or fight one of two policies."""
    from stalemate.ensemble import runner
    from stalemate.ensemble.runs import read_run

    if Path(a).is_dir():
        return read_run(Path(a))
    with fighting(f"{replicates:,} pairs of {a} and {b}, seed {seed}") as progress:
        return runner.run(
            war,
            [a, b],
            replicates=replicates,
            seed=seed,
            structures=structures_of(repair, fire),
            workers=workers,
            progress=progress,
        )


def _screened(
    war: "Scenario",
    found: "Sensitivity",
    trajectories: int,
    seed: int,
    structures: "Structures",
    workers: int | None,
) -> "Screening":
    from stalemate.analysis.screening import screening

    with fighting(f"{trajectories} trajectories of {found.a} and {found.b}") as progress:
        return screening(
            war,
            found.a,
            found.b,
            found.outcome,
            trajectories=trajectories,
            seed=seed,
            structures=structures,
            workers=workers,
            progress=progress,
        )


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


def print_screening(out: "Console", screened: "Screening", found: "Sensitivity", top: int) -> None:
    """Print the largest elementary effects, and where the two methods agree."""
    from rich.text import Text

    from stalemate.analysis.estimate import number
    from stalemate.ensemble.outcomes import outcome_named
    from stalemate.interfaces.tables import plain_table

    unit = outcome_named(screened.outcome).unit
    out.print(
        Text(
            f"\nMorris's screening: {screened.trajectories} trajectories, {screened.wars:,} wars. Mean size "
            f"of the move of the difference, {unit}, when one parameter alone goes through its middle 90 %."
        )
    )
    table = plain_table()
    table.add_column("parameter", overflow="fold")
    for heading in ("mean size", "90 % band", "spread", "rests on"):
        table.add_column(heading, justify="right")
    for effect in screened.effects[:top]:
        size, half = effect.mean_size, effect.half
        table.add_row(
            effect.parameter,
            number(size),
            f"{number(max(0.0, size - half))} to {number(size + half)}",
            number(effect.spread),
            "assumed" if effect.assumed else "figures",
        )
    out.print()
    out.print(table)
    still = sum(effect.mean_size == 0 for effect in screened.effects)
    told = [index.factor for index in found.indices if index.told]
    order = [effect.parameter for effect in screened.effects]
    places = [f"{name} {order.index(name) + 1}" for name in told if name in order]
    out.print(
        Text(
            f"\n{still} of {len(order)} parameters move it by nothing at all. A spread as large as the mean "
            "says that the move hangs on the other parameters. Places here of those that are told above: "
            f"{', '.join(places) if places else 'none is told'}."
        )
    )
