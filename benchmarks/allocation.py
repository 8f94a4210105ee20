"""Allocation of sorties: ours against linear programs in HiGHS, on one core.

Run ``python benchmarks/allocation.py [--json]``. The problems are those of the tests, of 100 targets and 6
classes, on arrays padded to 160 by 8 as the engine holds them; two in five to all pairs are allowed.
``one class`` is water_fill on the first class, ``classes`` is allocate, ``packages`` makes its plan whole.
HiGHS solves the relaxation with 1 - exp(-damage) replaced by 47 tangents. Times are microseconds a problem,
the best of seven repeats; the gap is to the smaller of HiGHS' and Lagrange's bounds.
"""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt
from machine import here, parser_of, tell

from stalemate.kernel import kernel
from stalemate.systems.allocation import allocate, scratch, water_fill
from stalemate.systems.packages import to_packages

Floats = npt.NDArray[np.float64]
COUNT = 40
SHAPE = (100, 6)
ROOM = (160, 8)
REPEATS = 7
CALLS = 50


@kernel
def fill_often(
    calls: int,
    count: int,
    gain: Floats,
    rate: Floats,
    price: Floats,
    budget: float,
    out: Floats,
    log_worth: Floats,
) -> None:
    for _ in range(calls):
        water_fill(count, gain, rate, price, budget, out, log_worth)


@kernel
def allocate_often(
    calls: int,
    n: int,
    m: int,
    gain: Floats,
    rate: Floats,
    price: Floats,
    budget: Floats,
    out: Floats,
    work: Any,
) -> float:
    value = 0.0
    for _ in range(calls):
        value = allocate(n, m, gain, rate, price, budget, out, work[0])
    return value


@kernel
def package_often(
    calls: int, n: int, m: int, gain: Floats, rate: Floats, price: Floats, size: Floats, budget: Floats,
    plan: Floats, out: Floats, work: Any,
) -> None:  # fmt: skip
    for _ in range(calls):
        out[:] = plan
        to_packages(n, m, gain, rate, price, size, budget, out, work[0])


def microseconds(call: Callable[[], object], calls: int) -> float:
    """Return the time of one of ``calls`` that a call makes, the best of the repeats."""
    call()
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return min(seconds) / calls * 1e6


def padded(values: Floats) -> Floats:
    room = np.zeros(ROOM if values.ndim == 2 else ROOM[len(values) == SHAPE[1]])
    room[tuple(slice(size) for size in values.shape)] = values
    return room


def measure(problem: Any) -> dict[str, Any]:
    """Return times and gaps of one problem."""
    from reference.allocation import dual_value
    from reference.programs import most_value

    tables = (problem.gain, problem.rate, problem.price, problem.size, problem.budget)
    gain, rate, price, size, budget = (padded(values) for values in tables)
    line, log_worth, plan, whole, work = (
        np.zeros(160),
        np.zeros(160),
        np.zeros(ROOM),
        np.zeros(ROOM),
        scratch(*ROOM),
    )
    first = (gain, rate[:, 0].copy(), price[:, 0].copy(), float(budget[0]))
    values: list[float] = []
    row: dict[str, Any] = {
        "priced": bool(problem.price.any()),
        "one class": microseconds(lambda: fill_often(CALLS, SHAPE[0], *first, line, log_worth), CALLS),
        "classes": microseconds(
            lambda: values.append(allocate_often(CALLS, *SHAPE, gain, rate, price, budget, plan, work)), CALLS
        ),
    }
    dual = dual_value(problem, np.exp(work[0]["log_multiplier"][: SHAPE[1]]))
    row["packages"] = microseconds(
        lambda: values.append(
            package_often(CALLS, *SHAPE, gain, rate, price, size, budget, plan, whole, work)
        ),
        CALLS,
    )
    start = time.perf_counter()
    program = most_value(problem.gain, problem.rate, problem.price, problem.budget)
    row["HiGHS"] = (time.perf_counter() - start) * 1e6
    row["HiGHS / classes"] = row["HiGHS"] / row["classes"]
    row["gap of classes, %"] = 100.0 * (1.0 - values[0] / min(dual, program))
    row["gap of packages, %"] = 100.0 * (1.0 - values[-1] / min(dual, program))
    return row


def show(rows: Sequence[dict[str, Any]]) -> None:
    """Print one table: the median and the worst of problems without and with prices."""
    names = [name for name in rows[0] if name != "priced"]
    print(f"{'':<20}{'no prices: median':>18}{'worst':>12}{'prices: median':>18}{'worst':>12}")
    for name in names:
        cells = []
        for priced in (False, True):
            values = [row[name] for row in rows if row["priced"] == priced]
            cells += [median(values), min(values) if "/" in name else max(values)]
        print(f"{name:<20}{cells[0]:>18,.2f}{cells[1]:>12,.2f}{cells[2]:>18,.2f}{cells[3]:>12,.2f}")


def main() -> None:
    """Read the options and run."""
    parser = parser_of(__doc__)
    options = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
    from reference.allocation import problems

    machine = here("highspy")
    rows = [measure(problem) for problem in problems(COUNT, SHAPE)]
    found = {"repeats": REPEATS, "rows": rows}
    tell(machine, found, as_json=options.json, show=lambda: show(rows))


if __name__ == "__main__":
    main()
