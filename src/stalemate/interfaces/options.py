"""Options that several commands take, and what every answer goes through. Nothing heavy is imported here."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from stalemate.engine.simulate import Structures
    from stalemate.ensemble.pool import Workers as PoolOrThreads
    from stalemate.interfaces.progress import WarProgress
    from stalemate.scenario.schema import Scenario

DAY: Final = ["%Y-%m-%d"]

ScenarioOption = Annotated[str, typer.Option("--scenario", help="Name or folder of the scenario.")]
Seed = Annotated[int, typer.Option(help="The same seed is the same luck.")]
Workers = Annotated[int | None, typer.Option(help="Threads; all cores by default. Moves no result.")]
On = Annotated[
    str | None,
    typer.Option(help="Fight on a Dask cluster: dask (processes here) or tcp://HOST:PORT. Moves no result."),
]
Repair = Annotated[list[str] | None, typer.Option(help="Only this form of repair; may be repeated.")]
Fire = Annotated[list[str] | None, typer.Option(help="Only this form of fire; may be repeated.")]
Posterior = Annotated[
    str | None, typer.Option(help="Parameters from this posterior (see calibrate), not drawn apart.")
]
Ranges = Annotated[
    list[str] | None,
    typer.Option("--range", help="A parameter inside a range, as NAME=LOW..HIGH; may be repeated."),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


@contextmanager
def fighting(what: str, out: Path | None = None) -> "Iterator[WarProgress]":
    """Compile what is missing and show progress; Ctrl-C ends with code 130 and says what ``out`` keeps."""
    from stalemate.engine.simulate import compile_kernels
    from stalemate.interfaces.progress import WarProgress

    try:
        with WarProgress(what) as progress:
            compile_kernels(progress.compiled)
            yield progress
    except KeyboardInterrupt:
        kept = (
            f"; what is done stands in {out}.partial, and the same command goes on from there" if out else ""
        )
        print(f"stopped{kept}", file=sys.stderr)
        raise typer.Exit(130) from None


@contextmanager
def pool_of(on: str | None, workers: int | None) -> "Iterator[PoolOrThreads]":
    """Yield where blocks are fought: a Dask cluster if one was asked for, else so many threads."""
    if on is None:
        yield workers
        return
    from stalemate.ensemble.cluster import dask_pool

    with dask_pool(on, workers) as pool:
        yield pool


def structures_of(
    repair: list[str] | None, fire: list[str] | None, posterior: str | None = None
) -> "Structures":
    """Return the rival forms that were asked for, all by default, and the posterior if one was.

    Raises QueryError for unknown ones.
    """
    from stalemate.engine.simulate import Structures
    from stalemate.ensemble.posteriors import find_posterior
    from stalemate.errors import QueryError

    every = Structures()
    faults = []
    for given, known, word in ((repair, every.repair, "repair"), (fire, every.fire, "fire")):
        unknown = [form for form in given or () if form not in known]
        faults += [f"no form of {word} {form!r}; there are {', '.join(known)}" for form in unknown]
    if faults:
        raise QueryError("\n".join(faults))
    return Structures(
        repair=tuple(dict.fromkeys(repair or every.repair)),
        fire=tuple(dict.fromkeys(fire or every.fire)),
        given=find_posterior(posterior) if posterior else None,
    )


def war_of(scenario: str, ranges: list[str] | None) -> "Scenario":
    """Return a scenario by name or folder, its parameters inside the ranges that were asked for.

    Raises QueryError for ranges that are none, or that it has no parameter for.
    """
    from stalemate.scenario.narrow import narrowed, read_range
    from stalemate.scenario.read import load

    return narrowed(load(scenario), [read_range(text) for text in ranges or ()])


def share_of(text: str, option: str) -> float:
    """Return the share that ``5%`` or ``0.05`` means. Raises BadParameter for anything else."""
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        raise typer.BadParameter(
            f"found {text!r}; expected a share such as 5% or 0.05", param_hint=option
        ) from None


def day_of(when: datetime | None) -> date | None:
    """Return the day of an option, if it was given."""
    return when.date() if when else None


def console() -> "Console":
    """Return the console of every table."""
    from rich.console import Console

    return Console(markup=False, highlight=False, emoji=False, soft_wrap=False)


def print_json(payload: Mapping[str, Any]) -> None:
    """Print one object; a number that does not exist must be null already."""
    print(json.dumps(payload, ensure_ascii=False, allow_nan=False, indent=1))
