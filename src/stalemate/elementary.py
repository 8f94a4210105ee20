"""Exponentials, logarithms, gamma and beta functions that give the same bits on every machine.

A system's mathematical library may round the last bit differently from one processor to the next, and one
bit can move a whole war. So everything here is made of addition, subtraction, multiplication, division and
square root, each of which is rounded the same way everywhere, in a fixed order. Accuracy: docs/model/luck.md.
"""

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.kernel import kernel

Floats = npt.NDArray[np.float64]

INFINITY: Final = float("inf")
NOT_A_NUMBER: Final = float("nan")
LN2_HIGH: Final = float.fromhex("0x1.62e42fefap-1")
"""The leading 37 bits of ln 2: times any exponent of a float64 it is still exact."""
LN2_LOW: Final = float.fromhex("0x1.cf79abc9e3b3ap-40")
PER_LN2: Final = 1.4426950408889634
TWO_PI: Final = 6.283185307179586
HALF_LN_TWO_PI: Final = 0.9189385332046727
EPSILON: Final = 2.0**-52


@kernel
def exp_(x: float) -> float:
    """Return e to the power ``x``, within 1 unit in the last place; infinity above 709.78, 0 below -745.13.

    x = n ln 2 + r with |r| <= ln 2 / 2, then the Taylor series of r in even and odd halves.
    """
    if x != x:
        return x
    if x > 709.782712893384:
        return INFINITY
    if x < -745.1332191019412:
        return 0.0
    n = np.floor(x * PER_LN2 + 0.5)
    high = x - n * LN2_HIGH
    low = n * LN2_LOW
    r = high - low
    rr = r * r
    even = 1 / 87178291200
    even = even * rr + 1 / 479001600
    even = even * rr + 1 / 3628800
    even = even * rr + 1 / 40320
    even = even * rr + 1 / 720
    even = even * rr + 1 / 24
    even = even * rr + 1 / 2
    odd = 1 / 6227020800
    odd = odd * rr + 1 / 39916800
    odd = odd * rr + 1 / 362880
    odd = odd * rr + 1 / 5040
    odd = odd * rr + 1 / 120
    odd = odd * rr + 1 / 6
    y = 1.0 + (high - (low - rr * (even + r * odd)))
    # Two factors, so that results below the normal range are rounded once.
    half = np.int64(n) >> 1
    first = np.int64((half + 1023) << 52).view(np.float64)
    second = np.int64((np.int64(n) - half + 1023) << 52).view(np.float64)
    return float(y * first * second)


@kernel
def log_(x: float) -> float:
    """Return the natural logarithm, within 1 unit in the last place; -infinity at 0, not a number below 0.

    x = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2), then the series of 2 artanh(f / (2 + f)), put
    together as in fdlibm's e_log.c so that f, which is exact, is added last.
    """
    if x != x or x == INFINITY:
        return x
    if x <= 0.0:
        return -INFINITY if x == 0.0 else NOT_A_NUMBER
    k = 0.0
    if x < 2.2250738585072014e-308:
        x = x * 18014398509481984.0
        k = -54.0
    bits = np.float64(x).view(np.int64)
    k = k + ((bits >> 52) - 1023)
    m = np.int64((bits & 0xFFFFFFFFFFFFF) | 0x3FF0000000000000).view(np.float64)
    if m > 1.4142135623730951:
        m = m * 0.5
        k = k + 1.0
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    zz = z * z
    even = 2 / 23
    even = even * zz + 2 / 19
    even = even * zz + 2 / 15
    even = even * zz + 2 / 11
    even = even * zz + 2 / 7
    even = even * zz + 2 / 3
    odd = 2 / 21
    odd = odd * zz + 2 / 17
    odd = odd * zz + 2 / 13
    odd = odd * zz + 2 / 9
    odd = odd * zz + 2 / 5
    series = z * (even + z * odd)
    half_square = 0.5 * f * f
    return k * LN2_HIGH - ((half_square - (s * (half_square + series) + k * LN2_LOW)) - f)


@kernel
def log1p_(x: float) -> float:
    """Return log(1 + x) without loss for small ``x`` (Kahan's correction of the rounded sum)."""
    y = 1.0 + x
    if y == 1.0 or y == INFINITY:
        return x
    return log_(y) * (x / (y - 1.0))


@kernel
def pow_(x: float, y: float) -> float:
    """Return ``x`` to the power ``y`` for x >= 0, as exp(y log x); relative error 1e-16 (1 + |y log x|).

    Anything to the power 0 is 1, and 1 to any power is 1; a negative ``x`` gives not a number.
    """
    if y == 0.0 or x == 1.0:
        return 1.0
    return exp_(y * log_(x))


@kernel
def log_gamma(x: float) -> float:
    """Return the logarithm of the gamma function for x > 0, absolute error about 1e-15 (1 + result)."""
    product = 1.0
    while x < 16.0:
        product = product * x
        x = x + 1.0
    return (x - 0.5) * log_(x) - x + HALF_LN_TWO_PI + _stirling_series(x) - log_(product)


@kernel
def stirling_error(x: float) -> float:
    """Return log x! less Stirling's formula (x + 1/2) log x - x + log sqrt(2 pi), for x > 0."""
    if x >= 16.0:
        return _stirling_series(x)
    return log_gamma(x + 1.0) - (x + 0.5) * log_(x) + x - HALF_LN_TWO_PI


@kernel
def _stirling_series(x: float) -> float:
    y = 1.0 / (x * x)
    series = 1 / 156
    series = series * y - 691 / 360360
    series = series * y + 1 / 1188
    series = series * y - 1 / 1680
    series = series * y + 1 / 1260
    series = series * y - 1 / 360
    series = series * y + 1 / 12
    return series / x


@kernel
def deviance(x: float, mean: float) -> float:
    """Return x log(x / mean) + mean - x without cancellation, for x and mean > 0 (Loader 2000, bd0)."""
    gap = x - mean
    if abs(gap) >= 0.1 * (x + mean):
        return x * log_(x / mean) - gap
    v = gap / (x + mean)
    total = gap * v
    term = 2.0 * x * v
    v = v * v
    divisor = 3.0
    while True:
        term = term * v
        longer = total + term / divisor
        if longer == total:
            return total
        total = longer
        divisor = divisor + 2.0


@kernel
def _gamma_front(a: float, x: float) -> float:
    """x^a e^-x / gamma(a + 1): Poisson's probability of a, at mean x, for any real a > 0."""
    return exp_(-stirling_error(a) - deviance(a, x)) / math.sqrt(TWO_PI * a)


@kernel
def gamma_lower(a: float, x: float) -> float:
    """Return the regularised lower incomplete gamma function P(a, x) by its series; for 0 < x < a + 1."""
    term = 1.0
    total = 1.0
    n = a
    while term > total * 0.25 * EPSILON:
        n = n + 1.0
        term = term * (x / n)
        total = total + term
    return total * _gamma_front(a, x)


@kernel
def gamma_upper(a: float, x: float) -> float:
    """Return the regularised upper incomplete gamma function Q(a, x); meant for x >= a + 1, x > 0.

    Legendre's continued fraction, evaluated forwards (Lentz's method as modified by Thompson and Barnett).
    """
    b = x + 1.0 - a
    c = 1e300
    d = 1.0 / b
    fraction = d
    i = 0.0
    factor = 0.0
    while abs(factor - 1.0) > 4.0 * EPSILON:
        i = i + 1.0
        step = -i * (i - a)
        b = b + 2.0
        d = 1.0 / (step * d + b)
        c = b + step / c
        factor = d * c
        fraction = fraction * factor
    return fraction * a * _gamma_front(a, x)


@kernel
def beta_lower(a: float, b: float, x: float, y: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b); y = 1 - x is given apart, unrounded.

    Meant for 0 < x < (a + 1) / (a + b + 2), where the continued fraction converges fast (DLMF 8.17.22, by
    the same method as the gamma's). a, b > 0.
    """
    n = a + b
    d = 1.0 / (1.0 - n * x / (a + 1.0))
    c = 1.0
    fraction = d
    m = 0.0
    factor = 0.0
    while abs(factor - 1.0) > 4.0 * EPSILON:
        m = m + 1.0
        even = a + 2.0 * m
        step = m * (b - m) * x / ((even - 1.0) * even)
        d = 1.0 / (1.0 + step * d)
        c = 1.0 + step / c
        fraction = fraction * (d * c)
        step = -(a + m) * (n + m) * x / (even * (even + 1.0))
        d = 1.0 / (1.0 + step * d)
        c = 1.0 + step / c
        factor = d * c
        fraction = fraction * factor
    front = exp_(
        stirling_error(n) - stirling_error(a) - stirling_error(b) - deviance(a, n * x) - deviance(b, n * y)
    )
    return fraction * front * math.sqrt(b / (TWO_PI * a * n))


@kernel
def exp_each(values: Floats) -> Floats:
    """Return ``exp_`` of each value: (value,) -> (value,)."""
    out = np.empty(len(values))
    for i in range(len(values)):
        out[i] = exp_(values[i])
    return out


@kernel
def log_each(values: Floats) -> Floats:
    """Return ``log_`` of each value: (value,) -> (value,)."""
    out = np.empty(len(values))
    for i in range(len(values)):
        out[i] = log_(values[i])
    return out
