"""The same reduced war with our kernels, in SimPy and in Mesa: equal answers, and days a second.

Run ``python benchmarks/peers.py [--json] [--days 749] [--wars 2] [--rounds 10] [--limit 4]``. What the war
is stands in ``reduced/__init__.py``. A peer's flow is NetworkX as its manual shows it; then NetworkX with
its residual network kept, as quick as it was made here; then igraph, to tell how much of a ratio is the
flow. Rates are replicate-days a second of processor time on one core. Each round runs everyone in turn with
luck of its own, and a ratio is taken within a round. An answer is a war's total or mean; z is the difference
of two means over its standard error, the deviation between wars being ours. The program fails if an answer
is further off than ``--limit``.
"""

import sys
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
from machine import Spread, here, in_turn, parser_of, ratios, tell
from reduced import in_mesa, in_simpy, ours
from reduced.answers import Answers, answers_of, compared
from reduced.problem import Daily, Problem, korea
from reduced.railway import Railway, compiled, kept, plain

BAR = 400
OURS = "ours"
BLOCK = 256
ASKED = {"as in its manual": (plain, "networkx"), "kept": (kept, "networkx"), "igraph": (compiled, "igraph")}
WRITTEN = {"SimPy": in_simpy, "Mesa": in_mesa}


def contestants(problem: Problem, wars: int) -> dict[str, Callable[[int], Daily]]:
    """Return who fights how many wars of a problem, each called with its seed."""
    found: dict[str, Callable[[int], Daily]] = {
        OURS: lambda seed: ours.run(problem, BLOCK, seed=seed),
    }
    for flow, (railway, package) in ASKED.items():
        if find_spec(package) is None:
            continue
        for name, module in WRITTEN.items():
            solver = "igraph" if package == "igraph" else f"NetworkX {flow}"
            found[f"{name}, {solver}"] = partial(_fight, module.run, problem, wars, railway)
    return found


def _fight(run: Any, problem: Problem, wars: int, railway: Railway, seed: int) -> Daily:
    daily: Daily = run(problem, wars, seed=seed, railway=railway)
    return daily


def measure(problem: Problem, wars: int, rounds: int) -> dict[str, Any]:
    """Run everyone in turn; return rates, ratios and how far apart the answers are."""
    fights = contestants(problem, wars)
    short = contestants(korea(2), 1)
    for fight in short.values():
        fight(0)  # compiles and imports
    seeds = {name: iter(range(1 + 1000 * k, 1001 + 1000 * k)) for k, name in enumerate(fights)}
    calls = {name: lambda fight=fight, name=name: fight(next(seeds[name])) for name, fight in fights.items()}
    done = in_turn(calls, rounds)
    rates, answers = {}, {}
    for name, runs in done.items():
        rates[name] = [len(daily["cuts"]) * problem.days / seconds for seconds, daily in runs]
        answers[name] = answers_of([daily for _, daily in runs])
    rows = [
        {
            "who": name,
            "wars": len(answers[name]["cuts"]),
            "replicate_days_per_s": Spread.of(rates[name]),
            "ours_over_it": ratios(rates[OURS], rates[name]),
            "largest_z": max(map(abs, compared(answers[OURS], answers[name]).values())),
        }
        for name in fights
    ]
    return {"days": problem.days, "lines": len(problem.ends), "rows": rows, "answers": _table(answers)}


def _table(answers: dict[str, Answers]) -> list[dict[str, Any]]:
    """Return the mean of every answer by who gave it, with z to ours."""
    against = {name: compared(answers[OURS], theirs) for name, theirs in answers.items()}
    return [
        {
            "answer": output,
            **{
                name: {"mean": float(np.mean(theirs[output])), "z": against[name][output]}
                for name, theirs in answers.items()
            },
        }
        for output in answers[OURS]
    ]


def show(found: dict[str, Any]) -> None:
    """Print rates and ratios, then the answers of ours and of the two plain peers."""
    print(f"reduced war of korea-1951: {found['lines']} lines, {found['days']} days")
    print(f"{'':33}{'days/s':>10}{'ours / it':>10}{'(rounds)':>13}{'|z|':>6}{'bar':>8}")
    for row in found["rows"]:
        rate, ratio = row["replicate_days_per_s"].median, row["ours_over_it"]
        cells = f"{ratio.median:>10.0f}{f'({ratio.least:.0f}-{ratio.most:.0f})':>13}{row['largest_z']:>6.1f}"
        told = ("met" if ratio.median >= BAR else "missed") if "NetworkX" in row["who"] else ""
        print(f"{row['who']:33}{rate:>10,.0f}{'' if row['who'] == OURS else cells}{told:>8}")
    names = [row["who"] for row in found["rows"][:3]]
    print(f"\n{'answer of a war, mean':26}" + "".join(f"{name.partition(',')[0]:>18}" for name in names))
    for line in found["answers"]:
        means = "".join(f"{line[name]['mean']:>18,.1f}" for name in names)
        print(f"{line['answer']:26}{means}")


def main() -> None:
    """Read the options and run."""
    parser = parser_of(__doc__)
    parser.add_argument("--days", type=int, default=749, help="days of a war")
    parser.add_argument("--wars", type=int, default=2, help="wars of each peer in a round")
    parser.add_argument("--rounds", type=int, default=10, help="rounds")
    parser.add_argument("--limit", type=float, default=4.0, help="largest |z| that is let pass")
    options = parser.parse_args()
    machine = here("simpy", "mesa", "networkx", "igraph")
    found = measure(korea(options.days), options.wars, options.rounds)
    tell(machine, found, as_json=options.json, show=lambda: show(found))
    worst = max(row["largest_z"] for row in found["rows"])
    if worst > options.limit:
        sys.exit(f"the answers differ: largest |z| {worst:.1f}, expected at most {options.limit}")


if __name__ == "__main__":
    main()
