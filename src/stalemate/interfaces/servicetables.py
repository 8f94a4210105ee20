"""The comparison by service: text for 80 columns, and plain values for scripts."""

import math
from dataclasses import fields
from typing import Any

from rich.console import Console
from rich.text import Text

from stalemate.analysis.estimate import Estimate, number
from stalemate.analysis.services import ServiceCost, Services
from stalemate.interfaces.payloads import estimate_payload
from stalemate.interfaces.tables import plain_table, two_lines

_LABEL = 16
"""Width of the first column, so that four services fit beside it."""
_ROWS = (
    ("sorties", "sorties"),
    ("bombs, t", "bombs_t"),
    ("aircraft lost, all causes", "aircraft_lost"),
    ("lost in 1,000 sorties", "lost_per_1000"),
    ("rail cuts in 1,000 sorties", "cuts_per_1000"),
    ("worth destroyed in 1,000", "worth_per_1000"),
    ("worth destroyed a loss", "worth_per_loss"),
)


def print_services(console: Console, answer: Services) -> None:
    """Print a table a policy, a column a service."""
    console.print(
        f"By service, {answer.start} to {answer.end}, {answer.replicates:,} wars, seed {answer.seed}. "
        "Median, and below it the 90 % band."
    )
    for policy in dict.fromkeys(row.policy for row in answer.rows):
        rows = [row for row in answer.rows if row.policy == policy]
        table = plain_table()
        table.add_column(policy, overflow="fold", max_width=_LABEL)
        for row in rows:
            table.add_column(row.service, justify="right", overflow="fold")
        for label, name in _ROWS:
            table.add_row(label, *(_band(getattr(row, name)) for row in rows))
        console.print()
        console.print(table)
        killed = answer.killed[policy]
        console.print(
            f"civilians killed, by the bombs of all: {number(killed.median)} "
            f"({number(killed.low)} to {number(killed.high)})"
        )
    console.print(
        Text(
            "\nCuts are those expected of a class's sorties; worth 1 is the whole output of one class of "
            "fixed target. Trucks burnt and troops supported are not told apart by class, and services flew "
            "other missions, to other places, in other months: this is what was got, not what each could "
            "have got. How hard targets were for whom is mostly assumed. Harm to civilians is not split by "
            "service: where whose bombs fell among people is not known."
        )
    )


def services_payload(answer: Services) -> dict[str, Any]:
    """Return the answer as plain values: ``compare --by service --json``."""
    return {
        "by": "service",
        "from": answer.start.isoformat(),
        "to": answer.end.isoformat(),
        "replicates": answer.replicates,
        "seed": answer.seed,
        "services": [_row(row) for row in answer.rows],
        "civilians_killed": {policy: estimate_payload(band) for policy, band in answer.killed.items()},
    }


def _row(row: ServiceCost) -> dict[str, Any]:
    made: dict[str, Any] = {"policy": row.policy, "service": row.service, "classes": list(row.classes)}
    for field in fields(ServiceCost):
        value = getattr(row, field.name)
        if isinstance(value, Estimate):
            made[field.name] = estimate_payload(value)
    return made


def _band(band: Estimate) -> str:
    return "none\n" if math.isnan(band.median) else two_lines(band)
