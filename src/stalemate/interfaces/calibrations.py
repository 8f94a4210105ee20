"""The command that moves the parameters of a stored run towards the record, and says what was learnt."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from stalemate.interfaces.options import AsJson, ScenarioOption, console, print_json

if TYPE_CHECKING:
    from rich.console import Console

    from stalemate.analysis.calibrate import Calibration

_TOP: Final = 15


def calibrate(
    folder: Annotated[
        Path, typer.Argument(metavar="RUN", help="A stored run that holds the historical policy.")
    ],
    name: Annotated[str, typer.Option(help="Name of the posterior, or a file that ends in .parquet.")],
    scenario: ScenarioOption = "korea-1951",
    check: Annotated[int, typer.Option(min=0, help="Synthetic truths of the check; 0 leaves it out.")] = 200,
    top: Annotated[int, typer.Option(min=1, help="Parameters to show.")] = _TOP,
    as_json: AsJson = False,
) -> None:
    """Move parameters towards the calibration rows of the record and store them under a name."""
    from stalemate.analysis import calibrate as analysis
    from stalemate.ensemble.posteriors import place_of, refuse_taken, write_posterior
    from stalemate.ensemble.runs import read_run
    from stalemate.scenario.read import load

    place = place_of(name)
    refuse_taken(place)
    found = analysis.calibrate(read_run(folder), load(scenario), place.stem, truths=check)
    stored = write_posterior(found.posterior, place)
    if as_json:
        print_json(calibration_payload(found) | {"digest": stored.digest, "file": str(place)})
    else:
        print_calibration(console(), found, top)
        print(f"stored: {place}\nuse it with: --posterior {name}")


def calibration_payload(found: "Calibration") -> dict[str, Any]:
    """Return a calibration as plain values; a row that tells nothing has a spread of null."""
    from math import isfinite

    rows = [asdict(row) | {"spread": row.spread if isfinite(row.spread) else None} for row in found.rows]
    return {
        "name": found.posterior.name,
        "made_from": found.posterior.made_from,
        "members": len(found.posterior.quantiles),
        "rows": rows,
        "parameters": [asdict(moved) for moved in found.moved],
        "forms": found.forms,
        "check": asdict(found.check) if found.check else None,
    }


def print_calibration(out: "Console", found: "Calibration", top: int) -> None:
    """Print what the record says of parameters, of forms, and whether the method deserves belief."""
    from rich.text import Text

    from stalemate.analysis.estimate import number
    from stalemate.interfaces.tables import plain_table

    posterior = found.posterior
    out.print(Text(f"{posterior.name}: {posterior.made_from}. Median and 90 % band before and after."))
    table = plain_table()
    table.add_column("parameter", overflow="fold")
    for heading in ("spread left", "before", "after"):
        table.add_column(heading, justify="right")
    for moved in found.told[:top]:
        before, after = (
            f"{number(middle)}\n{number(low)} to {number(high)}"
            for low, middle, high in (moved.prior, moved.posterior)
        )
        basis = "assumed" if moved.assumed else "from figures"
        table.add_row(f"{moved.name}\n{moved.unit}, {basis}", f"{moved.spread:.2f}", before, after)
    out.print()
    out.print(table)
    out.print(
        Text(
            f"\nThe record tells something of {len(found.told)} parameters of {len(found.moved)}; of the "
            "others it cannot tell more than the prior did."
        )
    )
    edged = [row.figure for row in found.rows if row.edged]
    if edged:
        out.print(Text(f"Outside the prior's band, and counted as at its edge: {', '.join(edged)}."))
    shares = ", ".join(f"{form} {share:.2f}" for form, share in found.forms.items())
    out.print(Text(f"What the record says of rival forms, told and not used: {shares}."))
    if found.check:
        check = found.check
        out.print(
            Text(
                f"Check: of {check.truths} synthetic truths, over {check.parameters} parameters, "
                f"{check.half:.0%} of the ranks lie in the central 50 % and {check.most:.0%} in the "
                f"central 90 %; the least p-value of uniform ranks is {number(check.least_p)}, where "
                f"chance gives about {number(1 / (check.parameters + 1))}."
            )
        )
