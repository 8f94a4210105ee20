"""Luck with an address: random numbers that depend on what they decide, not on what was drawn before.

A random number is Philox4x32-10 of the counter (item, replicate, day, decision) under the key (seed), turned
into a draw by inversion. So a result does not depend on workers, blocks or order; two policies under one
seed share their luck; and a new decision moves the luck of no other. Every draw is non-decreasing in its
uniform ``u``. Reference: Salmon et al. 2011, Parallel random numbers: as easy as 1, 2, 3.
"""

import math
from enum import IntEnum, unique
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stalemate.elementary import (
    TWO_PI,
    beta_lower,
    deviance,
    exp_,
    gamma_lower,
    gamma_upper,
    log1p_,
    log_,
    log_gamma,
    pow_,
    stirling_error,
)
from stalemate.kernel import inlined_kernel, kernel

__all__ = [
    "Decision",
    "bernoulli",
    "binomial_quantile",
    "exp_",
    "exponential",
    "fill_uniform",
    "gamma_quantile",
    "log_",
    "lognormal",
    "negative_binomial_quantile",
    "normal_quantile",
    "normal_quantiles",
    "philox",
    "poisson_quantile",
    "pow_",
    "uniform",
    "unit_draws",
]

Word = int | np.uint32
Words = tuple[np.uint32, np.uint32, np.uint32, np.uint32]

SUMMED_MEAN: Final = 6.0
"""Counts with a mean up to this are drawn by summing probabilities from the nearer end."""
SUMMED_OVERDISPERSED_MEAN: Final = 500.0
NEGLIGIBLE: Final = 1e-18


@unique
class Decision(IntEnum):
    """What a random number decides. A number is never reused, not even after its decision is gone."""

    FLYABLE_DAY = 1
    FLYABLE_NIGHT = 2
    DAY_EFFORT = 3
    FLOOD = 4
    FLOOD_DURATION = 5
    LOSSES = 6
    HEAVY_DAMAGE = 7
    CUTS = 8
    CUTS_REPORTED = 9
    BRIDGE_CASES = 10
    BRIDGE_DOWN = 11
    BRIDGE_DURATION = 12
    TRUCKS = 13
    BATTLE = 14
    FIRE = 15
    CASUALTIES_COMMUNIST = 16
    CASUALTIES_UN = 17
    OWN_CLOCK = 18
    AIRCRAFT_MENDED = 19
    AIRCRAFT_REPLACED = 20
    BRIDGE_CASES_REPORTED = 21
    BATTLE_START = 30
    BATTLE_SIZE = 31
    BATTLE_DAYS = 32
    BATTLE_LOSSES = 33
    SMALL_ATTACKS = 34
    GROUND = 35
    SWEEP = 40
    CIVILIAN_DEATHS = 41
    CIVILIAN_OTHER = 42
    MIG_SORTIES = 50
    MIG_LOSSES = 51
    AIR_LOSSES = 52
    FLAK = 53
    ACCIDENT = 54
    RAID_SCATTER = 60
    DAM_BREACH = 61
    YARD_CUTS = 62
    TARGET_HARDNESS = 63
    PHOTO = 70
    CLAIMS = 71
    TALKS_ITEM = 80
    TALKS_SETTLED = 81
    PARAMETER = 100
    STRUCTURE = 101


@inlined_kernel
def philox(c0: Word, c1: Word, c2: Word, c3: Word, k0: Word, k1: Word) -> Words:
    """Return the four 32-bit words of Philox4x32-10 for a counter and a key of 32-bit words."""
    x0, x1, x2, x3 = np.uint32(c0), np.uint32(c1), np.uint32(c2), np.uint32(c3)
    key0, key1 = np.uint32(k0), np.uint32(k1)
    for _ in range(10):
        a = np.uint64(x0) * np.uint64(0xD2511F53)
        b = np.uint64(x2) * np.uint64(0xCD9E8D57)
        x0 = np.uint32(np.uint32(b >> np.uint64(32)) ^ x1 ^ key0)
        x2 = np.uint32(np.uint32(a >> np.uint64(32)) ^ x3 ^ key1)
        x1 = np.uint32(b)
        x3 = np.uint32(a)
        key0 = np.uint32(key0 + np.uint32(0x9E3779B9))
        key1 = np.uint32(key1 + np.uint32(0xBB67AE85))
    return x0, x1, x2, x3


@inlined_kernel
def uniform(seed: int, item: int, replicate: int, day: int, decision: int) -> float:
    """Return the uniform number at an address: an odd multiple of 2^-53, so strictly between 0 and 1.

    ``seed`` is any 64-bit whole number with a sign; the other coordinates count modulo 2^32.
    """
    key = np.uint64(seed)
    a, b, _, _ = philox(item, replicate, day, decision, np.uint32(key), np.uint32(key >> np.uint64(32)))
    leading = np.uint64(a >> np.uint32(6)) << np.uint64(26) | np.uint64(b >> np.uint32(6))
    # The 52 bits are the fraction of a number in [1, 2); taking 1 - 2^-53 from it is exact.
    one_to_two = np.uint64(leading | np.uint64(0x3FF0000000000000)).view(np.float64)
    return float(one_to_two - (1.0 - 2.0**-53))


@kernel
def fill_uniform(out: NDArray[np.float64], seed: int, replicate: int, day: int, decision: int) -> None:
    """Fill ``out``, of shape (item,), so that element i is ``uniform(seed, i, replicate, day, decision)``."""
    for item in range(out.shape[0]):
        out[item] = uniform(seed, item, replicate, day, decision)


def unit_draws(
    seed: int, item: int, replicates: NDArray[np.int64], decision: int = Decision.PARAMETER, day: int = 0
) -> NDArray[np.float64]:
    """Return one uniform number for each of ``replicates``, of shape (replicate,); for parameters."""
    out = np.empty(len(replicates), np.float64)
    _fill_replicates(out, seed, item, np.asarray(replicates, np.int64), day, int(decision))
    return out


@kernel
def _fill_replicates(
    out: NDArray[np.float64], seed: int, item: int, replicates: NDArray[np.int64], day: int, decision: int
) -> None:
    for position in range(out.shape[0]):
        out[position] = uniform(seed, item, replicates[position], day, decision)


@kernel
def bernoulli(u: float, p: float) -> bool:
    """Return whether an event of probability ``p`` happens: when ``u`` is among the highest."""
    return 1.0 - u < p


@kernel
def exponential(u: float, mean: float) -> float:
    """Return the exponential draw of a mean, in the mean's unit."""
    return -mean * log1p_(-u)


@kernel
def lognormal(u: float, median: float, sigma: float) -> float:
    """Return the lognormal draw of a median, in its unit, and of a standard deviation of the logarithm."""
    return median * exp_(sigma * normal_quantile(u))


@kernel
def normal_quantile(u: float) -> float:
    """Return the standard normal quantile of 0 < u < 1, relative error about 1e-16 (Wichura 1988, AS 241)."""
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        top = 2509.0809287301226727
        top = top * r + 33430.575583588128105
        top = top * r + 67265.770927008700853
        top = top * r + 45921.953931549871457
        top = top * r + 13731.693765509461125
        top = top * r + 1971.5909503065514427
        top = top * r + 133.14166789178437745
        top = top * r + 3.387132872796366608
        bottom = 5226.495278852854561
        bottom = bottom * r + 28729.085735721942674
        bottom = bottom * r + 39307.89580009271061
        bottom = bottom * r + 21213.794301586595867
        bottom = bottom * r + 5394.1960214247511077
        bottom = bottom * r + 687.1870074920579083
        bottom = bottom * r + 42.313330701600911252
        bottom = bottom * r + 1.0
        return q * top / bottom
    r = math.sqrt(-log_(u if q < 0.0 else 1.0 - u))
    if r <= 5.0:
        r = r - 1.6
        top = 7.7454501427834140764e-4
        top = top * r + 0.0227238449892691845833
        top = top * r + 0.24178072517745061177
        top = top * r + 1.27045825245236838258
        top = top * r + 3.64784832476320460504
        top = top * r + 5.7694972214606914055
        top = top * r + 4.6303378461565452959
        top = top * r + 1.42343711074968357734
        bottom = 1.05075007164441684324e-9
        bottom = bottom * r + 5.475938084995344946e-4
        bottom = bottom * r + 0.0151986665636164571966
        bottom = bottom * r + 0.14810397642748007459
        bottom = bottom * r + 0.68976733498510000455
        bottom = bottom * r + 1.6763848301838038494
        bottom = bottom * r + 2.05319162663775882187
        bottom = bottom * r + 1.0
    else:
        r = r - 5.0
        top = 2.01033439929228813265e-7
        top = top * r + 2.71155556874348757815e-5
        top = top * r + 0.0012426609473880784386
        top = top * r + 0.026532189526576123093
        top = top * r + 0.29656057182850489123
        top = top * r + 1.7848265399172913358
        top = top * r + 5.4637849111641143699
        top = top * r + 6.6579046435011037772
        bottom = 2.04426310338993978564e-15
        bottom = bottom * r + 1.4215117583164458887e-7
        bottom = bottom * r + 1.8463183175100546818e-5
        bottom = bottom * r + 7.868691311456132591e-4
        bottom = bottom * r + 0.0148753612908506148525
        bottom = bottom * r + 0.13692988092273580531
        bottom = bottom * r + 0.59983220655588793769
        bottom = bottom * r + 1.0
    return -top / bottom if q < 0.0 else top / bottom


@kernel
def normal_quantiles(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``normal_quantile`` of each number: (number,) -> (number,)."""
    out = np.empty(len(u))
    for i in range(len(u)):
        out[i] = normal_quantile(u[i])
    return out


@inlined_kernel
def surely_none(u: float, mean: float) -> bool:
    """Return whether a Poisson or negative binomial draw of a mean at ``u`` is seen to be 0 at a glance.

    No count has a probability of exp(-mean) or more, and that is more than its series up to a negative term;
    1e-14 is more than the rounding of all these.
    """
    series = 1.0 - mean * (1 / 4) * (1.0 - mean * (1 / 5))
    series = 1.0 - mean * (1 / 2) * (1.0 - mean * (1 / 3) * series)
    return u <= 1.0 - mean * series - 1e-14


@kernel
def poisson_quantile(u: float, mean: float) -> int:
    """Return the Poisson draw: the least count whose cumulative probability at ``mean`` >= 0 reaches ``u``.

    Exact at every mean. Up to 6 by summation. Above, Cornish and Fisher's expansion as in Giles 2016
    (Algorithm 955) gives a real number whose whole part is the draw; its error is below ``doubt``, so only
    next to a whole number must the cumulative probability itself be asked.
    """
    if surely_none(u, mean):
        return 0
    if mean <= SUMMED_MEAN:
        term = exp_(-mean)
        total = term
        k = 0
        while total < u and (k < mean or term > NEGLIGIBLE):
            k += 1
            term = term * (mean / k)
            total = total + term
        return k
    z = normal_quantile(u)
    zz = z * z
    root = math.sqrt(mean)
    x = mean + root * z + (zz + 2.0) / 6.0 - z * (zz + 2.0) / (72.0 * root)
    x = x + ((zz * (1 / 270) + 7 / 810) * zz - 8 / 405) / mean
    doubt = 0.02 * (1.0 + zz * zz * abs(z)) / (mean * root) + 1e-14 * mean
    if math.floor(x - doubt) == math.floor(x + doubt):
        return math.floor(x)
    k = max(0, math.floor(x))
    while k > 0 and _poisson_reaches(k - 1, mean, u):
        k -= 1
    while not _poisson_reaches(k, mean, u):
        k += 1
    return k


@kernel
def _poisson_reaches(k: int, mean: float, u: float) -> bool:
    """Whether the probability of at most ``k`` reaches ``u``; sums the tail that does not hold the mean."""
    term = exp_(-mean)
    if k > 0:
        term = exp_(-stirling_error(k) - deviance(k, mean)) / math.sqrt(TWO_PI * k)
    total = 0.0
    n = float(k)
    if n + 1.0 > mean:
        while term > total * NEGLIGIBLE:
            n = n + 1.0
            term = term * (mean / n)
            total = total + term
        return total <= 1.0 - u
    while term > total * NEGLIGIBLE:
        total = total + term
        term = term * (n / mean)
        n = n - 1.0
    return total >= u


@kernel
def binomial_quantile(u: float, n: int, p: float) -> int:
    """Return the binomial draw: the least count of ``n`` whose cumulative probability reaches ``u``.

    Exact. By summation from the nearer end while that holds a mean of at most 6; above as for Poisson.
    """
    q = 1.0 - p
    mean = n * p
    if u <= 1.0 - mean or p <= 0.0 or n <= 0:
        return 0
    if p >= 1.0:
        return n
    if mean <= SUMMED_MEAN:
        k = 0
        term = exp_(n * log1p_(-p))
        total = term
        while total < u and k < n and (k < mean or term > NEGLIGIBLE):
            k += 1
            term = term * ((n - k + 1) / k * (p / q))
            total = total + term
        return k
    if n * q <= SUMMED_MEAN:
        k = n
        term = exp_(n * log_(p))
        total = term
        while total <= 1.0 - u and k > 0 and (k > mean or term > NEGLIGIBLE):
            k -= 1
            term = term * ((k + 1) / (n - k) * (q / p))
            total = total + term
        return k
    z = normal_quantile(u)
    zz = z * z
    variance = mean * q
    root = math.sqrt(variance)
    x = mean + 0.5 + root * z + (q - p) * (zz - 1.0) / 6.0
    third = (1.0 - 6.0 * p * q) * (zz - 3.0) / 24.0 - (q - p) * (q - p) * (2.0 * zz - 5.0) / 36.0 - 1 / 24
    x = x + z * third / root
    doubt = 0.04 * (1.0 + zz * zz) / variance + 1e-14 * mean
    if math.floor(x - doubt) == math.floor(x + doubt):
        return math.floor(x)
    k = min(max(math.floor(x), 0), n)
    while k > 0 and _beta_reaches(k - 1, n - k + 1, p, q, u):
        k -= 1
    while k < n and not _beta_reaches(k, n - k, p, q, u):
        k += 1
    return k


@kernel
def _beta_reaches(k: int, b: float, p: float, q: float, u: float) -> bool:
    """Whether the probability of at most ``k``, which is I_q(b, k + 1), reaches ``u``; p + q = 1."""
    a = k + 1.0
    if p < (a + 1.0) / (a + b + 2.0):
        return beta_lower(a, b, p, q) <= 1.0 - u
    return beta_lower(b, a, q, p) >= u


@kernel
def negative_binomial_quantile(u: float, mean: float, shape: float) -> int:
    """Return the draw of a Poisson whose mean is gamma distributed about ``mean`` with ``shape`` > 0.

    The variance is mean + mean^2 / shape. By summation up to a mean of 500; above, bisection of the exact
    cumulative probability. With a shape above 1e15 it is the Poisson draw.
    """
    if surely_none(u, mean):
        return 0
    if shape > 1e15:
        return poisson_quantile(u, mean)
    p = mean / (shape + mean)
    if mean <= SUMMED_OVERDISPERSED_MEAN:
        k = 0
        term = exp_(-shape * log1p_(mean / shape))
        total = term
        while total < u and (k < mean or term > NEGLIGIBLE):
            term = term * ((k + shape) / (k + 1.0) * p)
            total = total + term
            k += 1
        return k
    q = shape / (shape + mean)
    low = -1
    high = math.floor(mean)
    while not _beta_reaches(high, shape, p, q, u):
        low = high
        high *= 2
    while high - low > 1:
        middle = (low + high) // 2
        if _beta_reaches(middle, shape, p, q, u):
            high = middle
        else:
            low = middle
    return high


@kernel
def gamma_quantile(u: float, shape: float) -> float:
    """Return the gamma draw of mean 1 and variance 1 / ``shape``, relative error below 1e-8.

    Newton's steps in the logarithm, kept inside a shrinking bracket, from Wilson and Hilferty's guess.
    """
    third = 1.0 / (9.0 * shape)
    root = 1.0 - third + normal_quantile(u) * math.sqrt(third)
    x = shape * root * root * root
    small = exp_((log_(u) + log_gamma(shape + 1.0)) / shape)
    if root <= 0.1 or small < 0.1 * shape:
        x = max(small, 1e-300)
    low, high = 0.0, 1e300
    for _ in range(200):
        if x < shape + 1.0:
            error = gamma_lower(shape, x) - u
        else:
            error = (1.0 - u) - gamma_upper(shape, x)
        if error > 0.0:
            high = x
        else:
            low = x
        density = exp_(shape * log_(x) - x - log_gamma(shape))
        step = error / density
        previous = x
        x = x * exp_(-min(max(step, -2.0), 2.0))
        if not low < x < high:
            x = 0.5 * (low + high) if high < 1e300 else 2.0 * low
        if abs(x - previous) <= 1e-14 * x:
            break
    return x / shape
