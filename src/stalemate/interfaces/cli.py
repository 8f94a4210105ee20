"""The command line. What a user gives wrongly ends with exit code 2, a failure with 1, Ctrl-C with 130.

Nothing heavy is imported here, so that ``stalemate --help`` is quick: each command imports what it needs.
"""

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Annotated

import typer

from stalemate.errors import InputError, StalemateError
from stalemate.interfaces import (
    ask,
    calibrations,
    evidence,
    explain,
    floor,
    frontiers,
    interdict,
    report,
    scenario,
    sensitivities,
    targets,
    wars,
    why,
)
from stalemate.interfaces.atlas import command as atlas_command
from stalemate.plaintext import shown

app = typer.Typer(
    name="stalemate",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="A campaign laboratory for limited war: Korea, July 1951 to July 1953, fought many times over.",
)
app.command()(wars.compare)
app.command()(wars.run)
app.command()(wars.show)
app.command()(wars.predict)
app.command()(wars.scorecard)
app.command()(calibrations.calibrate)
app.command()(why.why)
app.command()(sensitivities.sensitivity)
app.command()(sensitivities.worlds)
app.command()(explain.explain)
app.command()(targets.targets)
app.command()(floor.floor)
app.command()(frontiers.frontier)
app.command()(interdict.interdict)
app.command()(report.report)
app.command()(atlas_command.atlas)
app.command()(ask.ask)
app.add_typer(evidence.app, name="evidence")
app.add_typer(scenario.app, name="scenario")


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(version("stalemate-lab"))
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", envvar="STALEMATE_DEBUG", help="Show where an error arose.")
    ] = False,
) -> None:
    """Carry the options of every command; the work is done in their callbacks and in ``main``."""
    if debug:
        os.environ["STALEMATE_DEBUG"] = "1"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app(arguments)
    except Exception as error:
        if os.environ.get("STALEMATE_DEBUG"):
            raise
        print(shown(_sentence(error)), file=sys.stderr)
        sys.exit(2 if isinstance(error, InputError) else 1)


def _sentence(error: Exception) -> str:
    if isinstance(error, StalemateError | OSError):
        return f"stalemate: {error}"
    if isinstance(error, MemoryError) or "start new thread" in str(error):
        return (
            "stalemate: not enough memory; fight fewer wars side by side with a smaller --block and fewer "
            "--workers. What a named folder holds is kept, and the same command goes on from there"
        )
    return (
        f"stalemate: the program failed with {type(error).__name__}: {error}\n"
        "Please report it, with what --debug prints."
    )
