"""Time of one draw: ours against NumPy's generators (PCG64, Philox) and SciPy's quantiles, on one core.

Run ``python benchmarks/draws.py [--json]``. Values are nanoseconds a value of processor time, the
median of seven repeats that take turns; spread is from the least to the most of ours, over the median. Ours
includes reading the uniform number from an array, for counts and others not the making of it (first rows).
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from machine import Spread, here, in_turn, parser_of, tell
from numpy.typing import NDArray
from scipy import stats

from stalemate.elementary import exp_, log_
from stalemate.kernel import kernel
from stalemate.streams import (
    binomial_quantile,
    fill_uniform,
    gamma_quantile,
    negative_binomial_quantile,
    normal_quantile,
    poisson_quantile,
)

Values = NDArray[np.float64]
SIZE = 20_000
REPEATS = 7


@kernel
def fill_exp(out: Values, u: Values) -> None:
    for i in range(out.shape[0]):
        out[i] = exp_(u[i])


@kernel
def fill_log(out: Values, u: Values) -> None:
    for i in range(out.shape[0]):
        out[i] = log_(u[i])


@kernel
def fill_normal(out: Values, u: Values) -> None:
    for i in range(out.shape[0]):
        out[i] = normal_quantile(u[i])


@kernel
def fill_poisson(out: Values, u: Values, mean: float) -> None:
    for i in range(out.shape[0]):
        out[i] = poisson_quantile(u[i], mean)


@kernel
def fill_binomial(out: Values, u: Values, n: int, p: float) -> None:
    for i in range(out.shape[0]):
        out[i] = binomial_quantile(u[i], n, p)


@kernel
def fill_negative_binomial(out: Values, u: Values, mean: float, shape: float) -> None:
    for i in range(out.shape[0]):
        out[i] = negative_binomial_quantile(u[i], mean, shape)


@kernel
def fill_gamma(out: Values, u: Values, shape: float) -> None:
    for i in range(out.shape[0]):
        out[i] = gamma_quantile(u[i], shape)


def ns_per_value(works: dict[str, tuple[Callable[[], object], int]]) -> dict[str, Spread]:
    """Return by name the nanoseconds a value; each works on so many values, and all are measured in turn."""
    often = {name: _calls(work) for name, (work, _) in works.items()}

    def repeated(name: str) -> None:
        work, calls = works[name][0], often[name]
        for _ in range(calls):
            work()

    done = in_turn({name: partial(repeated, name) for name in works}, REPEATS)
    return {
        name: Spread.of([1e9 * seconds / (often[name] * works[name][1]) for seconds, _ in runs])
        for name, runs in done.items()
    }


def _calls(work: Callable[[], object], least_s: float = 0.01) -> int:
    """Return how often to call short work so that a repeat lasts ``least_s``."""
    work()
    start = time.perf_counter()
    work()
    return max(1, int(least_s / max(time.perf_counter() - start, 1e-9)))


def rows() -> list[dict[str, Any]]:
    """Return one row a draw: its name and the nanoseconds a value of ours, NumPy's two and SciPy's."""
    pcg, philox = np.random.Generator(np.random.PCG64(1)), np.random.Generator(np.random.Philox(1))
    u, out = np.empty(SIZE), np.empty(SIZE)
    fill_uniform(u, 1952, 3, 43, 8)
    table: list[dict[str, Any]] = []

    def add(
        draw: str,
        ours: Callable[[], object],
        numpy: Callable[[np.random.Generator], object] | None = None,
        scipy: Callable[[], object] | None = None,
        values: int = SIZE,
        scipy_values: int = SIZE // 10,
    ) -> None:
        works = {"ours": (ours, values)}
        if numpy:
            works |= {"pcg64": (lambda: numpy(pcg), values), "philox": (lambda: numpy(philox), values)}
        if scipy:
            works["scipy"] = (scipy, scipy_values)
        table.append({"draw": draw, **{f"{name}_ns": ns for name, ns in ns_per_value(works).items()}})

    few = u[: SIZE // 10]
    for items in (32, 256, 4096):
        short = np.empty(items)
        add(
            f"uniform, {items} items",
            lambda short=short: fill_uniform(short, 1952, 3, 43, 8),
            lambda g, short=short: g.random(out=short),
            values=items,
        )
    add("exp (NumPy: np.exp)", lambda: fill_exp(out, u), lambda g: np.exp(u, out=out))
    add("log (NumPy: np.log)", lambda: fill_log(out, u), lambda g: np.log(u, out=out))
    add(
        "normal",
        lambda: fill_normal(out, u),
        lambda g: g.standard_normal(SIZE),
        lambda: stats.norm.ppf(few),
    )
    for mean in (0.05, 0.5, 3.0, 12.0, 35.0, 80.0, 1e3, 1e6):
        add(
            f"Poisson {mean:g}",
            lambda mean=mean: fill_poisson(out, u, mean),
            lambda g, mean=mean: g.poisson(mean, SIZE),
            lambda mean=mean: stats.poisson.ppf(few, mean),
        )
    for n, p in ((10, 0.1), (100, 0.02), (30, 0.5), (150, 0.6), (100_000, 0.3)):
        add(
            f"binomial {n}, {p:g}",
            lambda n=n, p=p: fill_binomial(out, u, n, p),
            lambda g, n=n, p=p: g.binomial(n, p, SIZE),
            lambda n=n, p=p: stats.binom.ppf(few, n, p),
        )
    for mean, shape in ((3.0, 1.0), (20.0, 2.0), (100.0, 0.3), (300.0, 50.0), (5000.0, 1.0)):
        share = shape / (shape + mean)
        add(
            f"negative binomial {mean:g}, {shape:g}",
            lambda mean=mean, shape=shape: fill_negative_binomial(out, u, mean, shape),
            lambda g, shape=shape, share=share: g.negative_binomial(shape, share, SIZE),
            lambda shape=shape, share=share: stats.nbinom.ppf(few, shape, share),
        )
    for shape in (0.3, 2.5, 50.0):
        add(
            f"gamma {shape:g}",
            lambda shape=shape: fill_gamma(out, u, shape),
            lambda g, shape=shape: g.gamma(shape, 1.0 / shape, SIZE),
            lambda shape=shape: stats.gamma.ppf(few, shape),
        )
    return table


def show(table: list[dict[str, Any]]) -> None:
    """Print the medians, ours over NumPy's, and how far ours lie apart."""
    print(f"{'ns a value':26}{'ours':>9}{'PCG64':>8}{'Philox':>8}{'SciPy':>8} ours/PCG64  Philox  spread")
    for row in table:
        cells = [f"{row['draw']:26}"]
        for peer, width in (("ours", 9), ("pcg64", 8), ("philox", 8), ("scipy", 8)):
            value = row.get(f"{peer}_ns")
            cells.append(f"{value.median:{width}.1f}" if value else " " * (width - 1) + "-")
        ours = row["ours_ns"]
        for peer, width in (("pcg64", 11), ("philox", 8)):
            theirs = row.get(f"{peer}_ns")
            cells.append(f"{ours.median / theirs.median:{width}.2f}" if theirs else " " * width)
        cells.append(f"{(ours.most - ours.least) / ours.median:>8.0%}")
        print("".join(cells))


def main() -> None:
    """Read the options and run."""
    parser = parser_of(__doc__)
    as_json = parser.parse_args().json
    machine = here("scipy")
    table = rows()
    tell(machine, {"repeats": REPEATS, "rows": table}, as_json=as_json, show=lambda: show(table))


if __name__ == "__main__":
    main()
