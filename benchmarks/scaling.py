"""Cost against size: networks, days and wars of 1, 2, 4 and 8 times the size, and memory against wars.

Run ``python benchmarks/scaling.py [--json] [--rounds 5] [--no-memory]``. The records of the whole model hold
64 sections and 64 nodes, and korea-1951 fills them, so a larger network is fought by the reduced war of
``reduced/__init__.py``, which has the same flow solver: 1, 2, 4 and 8 copies of the country side by side,
joined by lines. Days and wars are those of the whole model under the historical policy, in blocks of 256.

Times are of one core's processor, every size in turn in each round. The exponent is that of the straight line
through the logarithms of the middle times (least squares), with its 95 % band from Student's t with two
degrees of freedom; 1 is in proportion. Memory is the largest of a fresh process that fights so many wars of
749 days with one worker: those it lets go at once, as a worker does, and those it stores and reads back.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from machine import Spread, here, in_turn, own_peak_mb, parser_of, tell, told_by
from reduced import ours
from reduced.problem import korea, tiled

from stalemate.engine import simulate as engine
from stalemate.ensemble.outcomes import QUANTITIES, only_whole
from stalemate.ensemble.questions import questions_of, recorded_for
from stalemate.ensemble.runner import fight_each, run
from stalemate.policies.directive import AbstractPolicy
from stalemate.policies.naming import named
from stalemate.scenario.read import load

TIMES: Final = (1, 2, 4, 8)
STUDENT_975: Final = 4.303
"""Of two degrees of freedom: four sizes less two numbers of a line."""
NETWORK_DAYS, NETWORK_WARS = 120, 256
ONE_DAYS, DAYS_WARS = 93, 128
ONE_WARS, WARS_DAYS = 256, 93
MEMORY_WARS: Final = (256, 1024, 4096, 16_384)
MEMORY_BAR_MB: Final = 400
LET_GO, STORED = "let go", "stored and read back"


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> dict[str, float]:
    """Return the slope of log seconds on log sizes, least squares, and the ends of its 95 % band."""
    x, y = np.log(sizes), np.log(seconds)
    apart = x - x.mean()
    slope = float(apart @ y / (apart @ apart))
    rest = y - y.mean() - slope * apart
    error = float(np.sqrt(rest @ rest / (len(x) - 2) / (apart @ apart)))
    return {"exponent": slope, "low": slope - STUDENT_975 * error, "high": slope + STUDENT_975 * error}


def against(name: str, unit: str, sizes: Sequence[int], seconds: Sequence[Sequence[float]], per: str) -> Any:
    """Return one line of the table: what grew, the sizes, the times and the exponent."""
    return {
        "what": name,
        "unit": unit,
        "sizes": list(sizes),
        "seconds": [Spread.of(times) for times in seconds],
        "per": per,
        **exponent(sizes, [Spread.of(times).median for times in seconds]),
    }


def networks(rounds: int) -> Iterator[Any]:
    """Fight the reduced war on larger and larger networks; the flow is told apart."""
    one = korea(NETWORK_DAYS)
    problems = {times: tiled(one, times) for times in TIMES}

    def fight(times: int) -> dict[str, float]:
        timer: dict[str, float] = {}
        ours.run(problems[times], NETWORK_WARS, timer=timer)
        return timer

    for times in TIMES:
        ours.run(problems[times], 1)  # compiles: each network has records of its own
    done = in_turn({str(times): partial(fight, times) for times in TIMES}, rounds)
    lines = [len(problem.ends) for problem in problems.values()]
    whole = [[took for took, _ in done[str(times)]] for times in TIMES]
    rail = [[timer["rail"] for _, timer in done[str(times)]] for times in TIMES]
    wars = f"{NETWORK_WARS} reduced wars of {NETWORK_DAYS} days"
    yield against("network, reduced war", "lines", lines, whole, wars)
    yield against("network, its flow alone", "lines", lines, rail, wars)


def lengths(rounds: int) -> Iterator[Any]:
    """Fight longer and longer, and more and more wars of the whole model."""
    war = load("korea-1951")
    prepared, policy = engine.prepare(war), named("historical", war)
    engine.compile_kernels(lambda name, done, total: None)

    fight = partial(let_go, prepared, policy)
    fight(1, 2)
    days = [min(times * ONE_DAYS, war.days) for times in TIMES]
    wars = [times * ONE_WARS for times in TIMES]
    calls: dict[str, Callable[[], None]] = {f"d{n}": partial(fight, DAYS_WARS, n) for n in days}
    calls |= {f"w{n}": partial(fight, n, WARS_DAYS) for n in wars}
    done = in_turn(calls, rounds)
    took = {name: [seconds for seconds, _ in runs] for name, runs in done.items()}
    yield against("days, whole model", "days", days, [took[f"d{n}"] for n in days], f"{DAYS_WARS} wars")
    yield against("wars, whole model", "wars", wars, [took[f"w{n}"] for n in wars], f"{WARS_DAYS} days")


def let_go(prepared: engine.Prepared, policy: AbstractPolicy, wars: int, days: int) -> None:
    """Fight wars as a worker of a run does, block by block, noting what a run notes; keep nothing of them."""
    asked = questions_of(prepared.scenario.observations)
    record = tuple(dict.fromkeys((*QUANTITIES, *recorded_for(asked))))
    fight_each(
        prepared,
        [policy],
        wars,
        lambda block: None,
        seed=1,
        record=record,
        whole=only_whole(record),
        until=days,
        workers=1,
    )


def memory() -> list[dict[str, Any]]:
    """Return the peak of fresh processes by what they do and how many wars they fight."""
    return [
        {"what": what, "wars": wars, "peak_mb": told_by(__file__, "--memory", what, str(wars))}
        for what in (LET_GO, STORED)
        for wars in MEMORY_WARS
    ]


def fight_and_tell(what: str, wars: int) -> None:
    """Be the process of ``memory``."""
    war = load("korea-1951")
    if what == STORED:
        with tempfile.TemporaryDirectory() as folder:
            run(war, "historical", replicates=wars, out=Path(folder) / "run", workers=1)
    else:
        let_go(engine.prepare(war), named("historical", war), wars, war.days)
    print(own_peak_mb())


def show(found: dict[str, Any]) -> None:
    """Print a table of times and one of memory."""
    print(f"{'seconds at 1, 2, 4, 8 times':28}{'':32}{'  exponent (95 %)'}")
    for row in found["times"]:
        cells = "".join(f"{spread.median:>8.2f}" for spread in row["seconds"])
        print(f"{row['what']:28}{cells}  {row['exponent']:>6.2f} ({row['low']:.2f} to {row['high']:.2f})")
        apart = max((spread.most - spread.least) / spread.median for spread in row["seconds"])
        sizes = f"{row['unit']} {', '.join(map(str, row['sizes']))}"
        print(f"{'':4}{sizes}; {row['per']}; rounds within {apart:.0%}")
    if found["memory"]:
        print(f"\n{'peak MB of a process, wars':28}" + "".join(f"{wars:>9,}" for wars in MEMORY_WARS))
        for what in (LET_GO, STORED):
            peaks = [row["peak_mb"] for row in found["memory"] if row["what"] == what]
            told = "met" if max(peaks) <= MEMORY_BAR_MB else "missed"
            cells = "".join(f"{peak:>9.0f}" for peak in peaks)
            print(f"{what:28}{cells}  bar {MEMORY_BAR_MB}: {told}")


def main() -> None:
    """Read the options and run."""
    parser = parser_of(__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds")
    parser.add_argument("--no-memory", action="store_true", help="leave out the memory of fresh processes")
    parser.add_argument("--memory", nargs=2, metavar=("WHAT", "WARS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory:
        fight_and_tell(options.memory[0], int(options.memory[1]))
        return
    machine = here()
    times = [*networks(options.rounds), *lengths(options.rounds)]
    found = {"times": times, "memory": [] if options.no_memory else memory()}
    tell(machine, found, as_json=options.json, show=lambda: show(found))


if __name__ == "__main__":
    main()
