"""The commands that run wars: thin, and importing what they need only when they are called."""

import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from stalemate.interfaces.options import (
    DAY,
    AsJson,
    Fire,
    On,
    Posterior,
    Ranges,
    Repair,
    ScenarioOption,
    Seed,
    Workers,
    console,
    day_of,
    fighting,
    pool_of,
    print_json,
    share_of,
    structures_of,
    war_of,
)

if TYPE_CHECKING:
    from stalemate.analysis.precision import Precision
    from stalemate.engine.simulate import Structures
    from stalemate.ensemble.runs import Runs
    from stalemate.scenario.schema import Scenario

Replicates = Annotated[int, typer.Option("--replicates", "-n", help="Wars for each policy.")]
BlockSize = Annotated[int, typer.Option(help="Wars run side by side, up to 1024. Moves no result.")]
Out = Annotated[Path | None, typer.Option(help="Store the run in this folder; a killed run resumes.")]
Until = Annotated[datetime | None, typer.Option(formats=DAY, help="Last day; the scenario's by default.")]
SinceParting = Annotated[
    bool, typer.Option("--since-parting", help="Outcomes from the day the policies part, not over all days.")
]
UntilArmistice = Annotated[
    bool,
    typer.Option(
        "--until-armistice",
        help="Another question: when would the war have ended? --until is then the horizon.",
    ),
]
Law = Annotated[str | None, typer.Option(help="Every policy under this body of law, as POLICY:law=LAW.")]
PrecisionShare = Annotated[
    str | None,
    typer.Option("--precision", help="Fight on until the mean difference is known to such a share, as 5%."),
]
PrecisionOf = Annotated[str, typer.Option("--precision-of", help="The outcome that --precision is about.")]
Most = Annotated[int, typer.Option(help="With --precision, the most pairs; --replicates is not used.")]
By = Annotated[
    Literal["service"] | None, typer.Option(help="What each service's sorties cost and did, instead.")
]
Picture = Annotated[Path | None, typer.Option(help="Draw weekly series to this file (needs matplotlib).")]


def run(
    policy: Annotated[list[str], typer.Argument(help="One or more policies.")],
    scenario: ScenarioOption = "korea-1951",
    replicates: Replicates = 1000,
    seed: Seed = 1,
    until: Until = None,
    repair: Repair = None,
    fire: Fire = None,
    posterior: Posterior = None,
    law: Law = None,
    ranges: Ranges = None,
    out: Out = None,
    workers: Workers = None,
    on: On = None,
    block: BlockSize = 256,
    as_json: AsJson = False,
) -> None:
    """Run policies many times under the same luck and print their outcomes."""
    policy = _under(law, policy)
    runs = _run(
        policy,
        f"{replicates:,} wars of {', '.join(policy)}, seed {seed}",
        war=war_of(scenario, ranges),
        replicates=replicates,
        seed=seed,
        until=until,
        structures=structures_of(repair, fire, posterior),
        out=out,
        workers=workers,
        on=on,
        block=block,
    )
    _show(runs, as_json)


def compare(
    a: Annotated[str, typer.Argument(help="The policy in question.")],
    b: Annotated[str, typer.Argument(help="The policy it is held against.")] = "historical",
    scenario: ScenarioOption = "korea-1951",
    replicates: Replicates = 1000,
    seed: Seed = 1,
    until: Until = None,
    since_parting: SinceParting = False,
    until_armistice: UntilArmistice = False,
    repair: Repair = None,
    fire: Fire = None,
    posterior: Posterior = None,
    law: Law = None,
    ranges: Ranges = None,
    by: By = None,
    precision: PrecisionShare = None,
    of: PrecisionOf = "front_tonnes",
    most: Most = 20_000,
    out: Out = None,
    workers: Workers = None,
    on: On = None,
    block: BlockSize = 256,
    picture: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Compare two policies under the same luck."""
    a, b = _under(law, [a, b])
    war = war_of(scenario, ranges)
    if until_armistice or by is not None:
        beside = since_parting or any(one is not None for one in (out, picture, precision, on))
        if beside or (until_armistice and by is not None):
            raise typer.BadParameter(
                "leave out --since-parting, --precision, --out, --picture and --on; ask for one of the two",
                param_hint="--until-armistice or --by",
            )
        other = _fight_on if until_armistice else _by_service
        other(
            [a, b],
            war,
            replicates,
            seed,
            until,
            structures_of(repair, fire, posterior),
            workers,
            as_json,
        )
        return
    if picture is not None:
        from stalemate.interfaces.picture import check_can_draw

        check_can_draw(picture)
    asked: dict[str, Any] = {
        "war": war,
        "seed": seed,
        "until": until,
        "since_parting": since_parting,
        "structures": structures_of(repair, fire, posterior),
        "out": out,
        "workers": workers,
        "on": on,
    }
    if precision is not None:
        runs, found = _precisely(a, b, share_of(precision, "--precision"), of, most, **asked)
    else:
        what = f"{replicates:,} pairs of {a} and {b}, seed {seed}"
        runs, found = _run([a, b], what, replicates=replicates, block=block, **asked), None
    _show(runs, as_json, scenario, found)
    _draw(runs, picture)


def show(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="A folder made with --out.")],
    verify: Annotated[bool, typer.Option(help="Run it again from its manifest; compare bytes.")] = False,
    scenario: Annotated[
        str | None, typer.Option(help="With --verify: where the scenario is, if not in the package.")
    ] = None,
    workers: Workers = None,
    block: BlockSize = 256,
    migrate: Annotated[
        Path | None, typer.Option(help="First write it into this new folder, from an older format.")
    ] = None,
    picture: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Print a stored run again, or make it again and compare the bytes."""
    from stalemate.ensemble import formats
    from stalemate.ensemble.runs import read_run

    if migrate is not None:
        formats.migrate(folder, migrate)
        folder = migrate
    runs = read_run(folder)
    if verify:
        _verify(runs, folder, scenario, workers, block)
    _show(runs, as_json, scenario)
    _draw(runs, picture)


def predict(
    quantity: Annotated[str | None, typer.Argument(help="What is asked for; see --list.")] = None,
    start: Annotated[datetime | None, typer.Option("--from", formats=DAY, help="First day.")] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=DAY, help="Last day.")] = None,
    place: Annotated[str | None, typer.Option(help="One place; the whole by default.")] = None,
    a_day: Annotated[bool, typer.Option("--a-day", help="A sum as its daily mean.")] = False,
    policy: Annotated[str, typer.Option(help="The policy that is flown.")] = "historical",
    list_quantities: Annotated[bool, typer.Option("--list", help="Name every quantity.")] = False,
    scenario: ScenarioOption = "korea-1951",
    replicates: Replicates = 1000,
    seed: Seed = 1,
    repair: Repair = None,
    fire: Fire = None,
    posterior: Posterior = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Say what the model says of a quantity over a period."""
    from stalemate.analysis import predict as analysis
    from stalemate.ensemble import questions
    from stalemate.interfaces import payloads, wartables

    if list_quantities:
        if as_json:
            listed = [payloads.quantity_payload(q) for q in questions.QUANTITIES.values()]
            print_json({"quantities": listed})
        else:
            wartables.print_quantities(console(), questions.QUANTITIES.values())
        return
    if quantity is None:
        raise typer.BadParameter("name a quantity, or use --list", param_hint="QUANTITY")
    from stalemate.scenario.read import load

    war = load(scenario)
    first, last = day_of(start) or war.start, day_of(end) or war.end
    question = questions.Question(quantity, first, last, place, a_day)
    analysis.check_questions(war, [question])
    with fighting(f"{replicates:,} wars of {policy}, seed {seed}") as progress:
        prediction = analysis.answers(
            war,
            [question],
            policy=policy,
            replicates=replicates,
            seed=seed,
            structures=structures_of(repair, fire, posterior),
            workers=workers,
            progress=progress,
        )[0]
    if as_json:
        print_json(payloads.prediction_payload(prediction))
    else:
        wartables.print_prediction(console(), prediction)


def scorecard(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[RUN]", help="A stored run that holds the historical policy.")
    ] = None,
    scenario: ScenarioOption = "korea-1951",
    replicates: Replicates = 1000,
    seed: Seed = 1,
    repair: Repair = None,
    fire: Fire = None,
    posterior: Posterior = None,
    workers: Workers = None,
    page: Annotated[
        Path | None, typer.Option("--html", help="Write a page with a picture a row, instead.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Hold the model against the record, figure by figure."""
    from stalemate.analysis import scorecard as analysis
    from stalemate.ensemble.runs import read_run
    from stalemate.interfaces import payloads, wartables
    from stalemate.interfaces.pages import scorecard_page
    from stalemate.interfaces.report import refuse_page, write_page
    from stalemate.scenario.read import load

    if page is not None:
        refuse_page(page)
    war = load(scenario)
    if folder is not None:
        stored = read_run(folder)
        card = analysis.scorecard_of(stored, stored.recipe.as_fought(war))
    else:
        with fighting(f"{replicates:,} wars of historical, seed {seed}") as progress:
            card = analysis.scorecard(
                war,
                replicates=replicates,
                seed=seed,
                structures=structures_of(repair, fire, posterior),
                workers=workers,
                progress=progress,
            )
    if page is not None:
        write_page(page, scorecard_page(card))
    elif as_json:
        print_json(payloads.scorecard_payload(card))
    else:
        wartables.print_scorecard(console(), card)


def _under(law: str | None, policies: list[str]) -> list[str]:
    return policies if law is None else [f"{policy}:law={law}" for policy in policies]


def _run(
    policies: list[str],
    what: str,
    *,
    war: "Scenario",
    replicates: int,
    seed: int,
    until: datetime | None,
    since_parting: bool = False,
    structures: "Structures",
    out: Path | None,
    workers: int | None,
    on: str | None,
    block: int,
) -> "Runs":
    from stalemate.ensemble import runner
    from stalemate.policies.naming import named

    chosen = [named(policy, war) for policy in policies]
    runner.checked_counts(replicates, seed)
    with fighting(what, out) as progress, pool_of(on, workers) as pool:
        return runner.run(
            war,
            chosen,
            replicates=replicates,
            seed=seed,
            structures=structures,
            until=day_of(until),
            since_parting=since_parting,
            out=out,
            workers=pool,
            block=block,
            progress=progress,
        )


def _precisely(
    a: str,
    b: str,
    share: float,
    outcome: str,
    most: int,
    *,
    war: "Scenario",
    seed: int,
    until: datetime | None,
    since_parting: bool,
    structures: "Structures",
    out: Path | None,
    workers: int | None,
    on: str | None,
) -> "tuple[Runs, Precision]":
    from stalemate.analysis.precision import precise_runs

    what = f"pairs of {a} and {b} to a precision of {share:.3g}, seed {seed}"
    with fighting(what, out) as progress, pool_of(on, workers) as pool:
        return precise_runs(
            war,
            a,
            b,
            share,
            outcome=outcome,
            most=most,
            seed=seed,
            structures=structures,
            until=day_of(until),
            since_parting=since_parting,
            out=out,
            workers=pool,
            progress=progress,
        )


def _fight_on(
    policies: list[str],
    war: "Scenario",
    replicates: int,
    seed: int,
    until: datetime | None,
    structures: "Structures",
    workers: int | None,
    as_json: bool,
) -> None:
    from stalemate.analysis.settlement import settlement
    from stalemate.interfaces import settlements

    with fighting(f"{replicates:,} wars to an armistice, of each policy, seed {seed}") as progress:
        answer = settlement(
            war,
            policies,
            replicates=replicates,
            seed=seed,
            until=day_of(until),
            structures=structures,
            workers=workers,
            progress=progress,
        )
    if as_json:
        print_json(settlements.settlement_payload(answer))
    else:
        settlements.print_settlement(console(), answer)


def _by_service(
    policies: list[str],
    war: "Scenario",
    replicates: int,
    seed: int,
    until: datetime | None,
    structures: "Structures",
    workers: int | None,
    as_json: bool,
) -> None:
    from stalemate.analysis.services import services
    from stalemate.interfaces import servicetables

    with fighting(f"{replicates:,} wars of {' and '.join(policies)}, seed {seed}") as progress:
        answer = services(
            war,
            policies,
            replicates=replicates,
            seed=seed,
            structures=structures,
            until=day_of(until),
            workers=workers,
            progress=progress,
        )
    if as_json:
        print_json(servicetables.services_payload(answer))
    else:
        servicetables.print_services(console(), answer)


def _verify(runs: "Runs", folder: Path, scenario: str | None, workers: int | None, block: int) -> None:
    from tempfile import TemporaryDirectory

    from stalemate.ensemble import runner, store
    from stalemate.errors import ModelError
    from stalemate.policies.naming import named
    from stalemate.scenario.read import load

    recipe = runs.recipe
    war = load(scenario or recipe.scenario)
    with TemporaryDirectory(prefix="stalemate-") as temporary, fighting(f"{folder} once more") as progress:
        again = Path(temporary) / "run"
        policies = [named(policy.name, war) for policy in recipe.policies]
        runner.run_again(recipe, war, policies, again, workers=workers, block=block, progress=progress)
        differing = store.different_files(folder, again)
    if differing:
        raise ModelError(
            f"{folder} is not what its manifest makes here: other bytes in {', '.join(differing)}"
        )
    print(f"{folder}: made again from its manifest, the same bytes", file=sys.stderr)


def _show(
    runs: "Runs", as_json: bool, scenario: str | None = None, precision: "Precision | None" = None
) -> None:
    from stalemate.analysis.compare import comparison_of
    from stalemate.interfaces import payloads, wartables

    if len(runs.recipe.policies) == 2:
        comparison = comparison_of(runs, _as_run(runs, scenario))
        if as_json:
            payload = payloads.comparison_payload(comparison)
            print_json(payload | {"precision": asdict(precision)} if precision else payload)
        else:
            wartables.print_comparison(console(), comparison)
            if precision is not None:
                wartables.print_precision(console(), precision)
    elif as_json:
        print_json(payloads.run_payload(runs))
    else:
        wartables.print_runs(console(), runs)


def _as_run(runs: "Runs", scenario: str | None) -> "Scenario | None":
    """Return the scenario of a run if it is at hand and still the same."""
    from stalemate.errors import QueryError, ScenarioError
    from stalemate.scenario.read import load

    try:
        war = runs.recipe.as_fought(load(scenario or runs.recipe.scenario))
    except (QueryError, ScenarioError):
        return None
    return war if war.digest == runs.recipe.scenario_digest else None


def _draw(runs: "Runs", picture: Path | None) -> None:
    if picture is not None:
        from stalemate.interfaces.picture import draw

        draw(runs, picture)
        print(f"drawn: {picture}", file=sys.stderr)
