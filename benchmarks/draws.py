"""Time of one draw: ours against NumPy's generators (PCG64, Philox) and SciPy's quantiles, on one core.

Run ``python benchmarks/draws.py [--json]``. Values are nanoseconds a value, the median of seven repeats; ours
includes reading the uniform number from an array, for counts and others not the making of it (first rows).
"""

import argparse
import json
import time
from collections.abc import Callable
from statistics import median

import numpy as np
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


def ns_per_value(work: Callable[[], object], values: int, least_s: float = 0.01) -> float:
    """Return the median time of one value, repeating short work until a repeat lasts ``least_s``."""
    work()
    start = time.perf_counter()
    work()
    rounds = max(1, int(least_s / max(time.perf_counter() - start, 1e-9)))
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        for _ in range(rounds):
            work()
        times.append(time.perf_counter() - start)
    return median(times) / (rounds * values) * 1e9


def rows() -> list[dict[str, object]]:
    """Return one row a draw: its name and the nanoseconds a value of ours, NumPy's two and SciPy's."""
    pcg, philox = np.random.Generator(np.random.PCG64(1)), np.random.Generator(np.random.Philox(1))
    u, out = np.empty(SIZE), np.empty(SIZE)
    fill_uniform(u, 1952, 3, 43, 8)
    table: list[dict[str, object]] = []

    def add(
        draw: str,
        ours: Callable[[], object],
        numpy: Callable[[np.random.Generator], object] | None = None,
        scipy: Callable[[], object] | None = None,
        values: int = SIZE,
        scipy_values: int = SIZE // 10,
    ) -> None:
        table.append(
            {
                "draw": draw,
                "ours_ns": ns_per_value(ours, values),
                "pcg64_ns": ns_per_value(lambda: numpy(pcg), values) if numpy else None,
                "philox_ns": ns_per_value(lambda: numpy(philox), values) if numpy else None,
                "scipy_ns": ns_per_value(scipy, scipy_values) if scipy else None,
            }
        )

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    table = rows()
    if parser.parse_args().json:
        print(json.dumps(table, indent=1))
        return
    print(f"{'ns a value':26}{'ours':>9}{'PCG64':>8}{'Philox':>8}{'SciPy':>8}   ours / PCG64  Philox")
    for row in table:
        cells = [f"{row['draw']:26}"]
        for peer, width in (("ours", 9), ("pcg64", 8), ("philox", 8), ("scipy", 8)):
            value = row[f"{peer}_ns"]
            cells.append(f"{value:{width}.1f}" if isinstance(value, float) else " " * (width - 1) + "-")
        for peer in ("pcg64", "philox"):
            ours, theirs = row["ours_ns"], row[f"{peer}_ns"]
            shown = isinstance(ours, float) and isinstance(theirs, float)
            cells.append(f"{ours / theirs:{15 if peer == 'pcg64' else 8}.2f}" if shown else "")
        print("".join(cells))


if __name__ == "__main__":
    main()
