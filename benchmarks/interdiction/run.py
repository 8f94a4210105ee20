"""The instance library of interdiction: values, bounds, gaps and times, and the direct program beside them.

Run ``python benchmarks/interdiction/run.py [--json] [--only WORD] [--limit 60] [--direct 120]``. Instances
stand in ``library.csv``, their tables in ``instances`` (made by ``make.py``): a column ``value`` holds the
proven value. Each search stops after ``--limit`` seconds. On shortest paths the direct program,
tests/reference/interdiction.py, is given to the same solver for ``--direct`` seconds; the ratio is its time
by ours.
"""

import csv
import math
import sys
import time
from pathlib import Path
from typing import Any

from stalemate.analysis.campaign import Mending, campaign, mending_of
from stalemate.analysis.interdiction import interdict
from stalemate.analysis.netfile import PlainNetwork, read_network

HERE = Path(__file__).resolve().parent


def measure(instance: dict[str, str], limit: float, direct: float) -> dict[str, Any]:
    """Return what one instance of the library gives and takes."""
    net = read_network(
        HERE / "instances" / f"{instance['table']}.csv", undirected=instance["undirected"] == "yes"
    )
    attacks, periods = float(instance["attacks"]), int(instance["periods"])
    begun = time.perf_counter()
    row: dict[str, Any] = {**instance, "arcs": len(net.ends)}
    if periods == 1:
        question = "path" if instance["question"] == "path" else "flow"
        asked = interdict(net, ["source"], ["sink"], attacks, question=question, protected=0, seconds=limit)
        [answer] = asked.answers
        row |= {"plain": answer.plain, "found": answer.attack.value, "bound": answer.attack.bound}
        row["proven"] = answer.attack.proven
    else:
        plan = campaign(
            net, ["source"], ["sink"], attacks, periods, _repair(net, instance["repair"]), seconds=limit
        )
        row |= {"plain": plan.plain * periods, "found": plan.value, "bound": plan.bound}
        row["proven"] = plan.proven
    row["seconds"] = time.perf_counter() - begun
    if instance["question"] == "path" and direct > 0:
        from reference.interdiction import direct_path_program

        ends = net.places(["source"], "source"), net.places(["sink"], "sink")
        begun = time.perf_counter()
        row["direct"], row["direct_proven"] = direct_path_program(net, *ends, attacks, seconds=direct)
        row["direct_seconds"] = time.perf_counter() - begun
    return row


def _repair(net: PlainNetwork, words: str) -> Mending:
    """Return the repair that the library names: none, the table's crews, or a number."""
    kind, _, number = words.partition(" ")
    if kind in ("table", "first"):
        return mending_of(net, None, None, first=kind == "first")
    if kind == "none":
        return Mending()
    return mending_of(net, float(number), None) if kind == "mends" else mending_of(net, None, float(number))


def show(rows: list[dict[str, Any]]) -> None:
    """Print one line an instance."""
    print(
        f"{'instance':<16}{'arcs':>6}{'attacks':>9}{'periods':>9}  {'repair':<9}{'plain':>7}{'value':>7}"
        f"{'bound':>8}{'gap':>7}{'proven':>8}{'s':>7}{'direct s':>10}{'ratio':>7}"
    )
    for row in rows:
        gap = abs(row["found"] - row["bound"]) / max(1e-9, abs(row["found"])) if row["found"] else 0.0
        line = (
            f"{row['name']:<16}{row['arcs']:>6}{row['attacks']:>9}{row['periods']:>9}  {row['repair']:<9}"
            f"{row['plain']:>7g}{row['found']:>7g}{row['bound']:>8.5g}{100 * gap:>6.1f}%"
            f"{'yes' if row['proven'] else 'no':>8}{row['seconds']:>7.1f}"
        )
        if "direct_seconds" in row:
            ratio = row["direct_seconds"] / row["seconds"]
            line += (
                f"{row['direct_seconds']:>10.1f}{ratio:>7.1f}{'' if row['direct_proven'] else ' unproven'}"
            )
        print(line)


def check(rows: list[dict[str, Any]]) -> None:
    """Stop with an error if a proven value is not the library's."""
    wrong = [
        f"{row['name']}: {row['found']:g}, not {row['value']}"
        for row in rows
        if row["value"]
        and row["proven"]
        and not math.isclose(row["found"], float(row["value"]), abs_tol=1e-6)
    ]
    if wrong:
        sys.exit("\n".join(wrong))


def main() -> None:
    """Measure and print."""
    sys.path[:0] = [str(HERE.parents[1] / "tests"), str(HERE.parent)]
    from machine import here, parser_of, tell

    parser = parser_of(__doc__)
    parser.add_argument("--only", default="", help="instances whose name holds this")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds for each search")
    parser.add_argument("--direct", type=float, default=120.0, help="seconds for the direct program; 0: none")
    options = parser.parse_args()
    machine = here("highspy")
    with (HERE / "library.csv").open(newline="", encoding="utf-8") as file:
        library = [row for row in csv.DictReader(file) if options.only in row["name"]]
    rows = [measure(instance, options.limit, options.direct) for instance in library]
    tell(machine, rows, as_json=options.json, show=lambda: show(rows))
    check(rows)


if __name__ == "__main__":
    main()
