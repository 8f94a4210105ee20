"""The plain twin of stalemate.elementary and stalemate.streams: whole numbers, floats, decimals.

The functions of real numbers repeat the published formulas with Python's floats, so they must agree in every
bit. The quantiles of counts are not repeated but defined: probabilities are summed with sixty digits.
"""

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import count

WORD = 2**32
LN2_HIGH = int(math.log(2) * 2**37) / 2**37
LN2_LOW = float.fromhex("0x1.cf79abc9e3b3ap-40")


def numbers(text: str) -> list[float]:
    return [float(number) for number in text.split()]


CENTRE = (
    numbers("3.387132872796366608 133.14166789178437745 1971.5909503065514427 13731.693765509461125")
    + numbers("45921.953931549871457 67265.770927008700853 33430.575583588128105 2509.0809287301226727"),
    numbers("1 42.313330701600911252 687.1870074920579083 5394.1960214247511077")
    + numbers("21213.794301586595867 39307.89580009271061 28729.085735721942674 5226.495278852854561"),
)
TAIL = (
    numbers("1.42343711074968357734 4.6303378461565452959 5.7694972214606914055 3.64784832476320460504")
    + numbers(
        "1.27045825245236838258 .24178072517745061177 .0227238449892691845833 7.7454501427834140764e-4"
    ),
    numbers("1 2.05319162663775882187 1.6763848301838038494 .68976733498510000455 .14810397642748007459")
    + numbers("0.0151986665636164571966 5.475938084995344946e-4 1.05075007164441684324e-9"),
)
FAR_TAIL = (
    numbers("6.6579046435011037772 5.4637849111641143699 1.7848265399172913358 .29656057182850489123")
    + numbers(".026532189526576123093 .0012426609473880784386 2.71155556874348757815e-5")
    + numbers("2.01033439929228813265e-7"),
    numbers("1 0.59983220655588793769 0.13692988092273580531 0.0148753612908506148525")
    + numbers("7.868691311456132591e-4 1.8463183175100546818e-5 1.4215117583164458887e-7")
    + numbers("2.04426310338993978564e-15"),
)


def philox(counter: Sequence[int], key: Sequence[int]) -> tuple[int, int, int, int]:
    """Ten rounds of Salmon et al. 2011, table 2 and figure 4."""
    a, b, c, d = counter
    for turn in range(10):
        left, right = a * 0xD2511F53, c * 0xCD9E8D57
        k0 = (key[0] + turn * 0x9E3779B9) % WORD
        k1 = (key[1] + turn * 0xBB67AE85) % WORD
        a, b, c, d = (right // WORD) ^ b ^ k0, right % WORD, (left // WORD) ^ d ^ k1, left % WORD
    return a, b, c, d


def uniform(seed: int, item: int, replicate: int, day: int, decision: int) -> float:
    a, b, _, _ = philox((item, replicate, day, decision), (seed % WORD, seed // WORD % WORD))
    bits = (a // 64) * 2**26 + b // 64
    return float(Fraction(2 * bits + 1, 2**53))


def polynomial(x: float, coefficients: Sequence[float]) -> float:
    """Horner's rule; the constant comes first."""
    value = coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        value = value * x + coefficient
    return value


def in_halves(x: float, coefficients: Sequence[float]) -> float:
    return polynomial(x * x, coefficients[0::2]) + x * polynomial(x * x, coefficients[1::2])


def exp_(x: float) -> float:
    if x > 709.782712893384:
        return math.inf
    if x < -745.1332191019412:
        return 0.0
    n = math.floor(x * 1.4426950408889634 + 0.5)
    high, low = x - n * LN2_HIGH, n * LN2_LOW
    r = high - low
    taylor = in_halves(r, [1 / math.factorial(power) for power in range(2, 15)])
    return math.ldexp(1.0 + (high - (low - r * r * taylor)), n)


def log_(x: float) -> float:
    if x == 0.0:
        return -math.inf
    m, k = math.frexp(x)
    m, k = (m * 2, k - 1) if m * 2 <= math.sqrt(2) else (m, k)
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    series = z * in_halves(z, [2 / odd for odd in range(3, 25, 2)])
    half_square = 0.5 * f * f
    return k * LN2_HIGH - ((half_square - (s * (half_square + series) + k * LN2_LOW)) - f)


def log1p_(x: float) -> float:
    y = 1.0 + x
    return x if y == 1.0 else log_(y) * (x / (y - 1.0))


def pow_(x: float, y: float) -> float:
    return 1.0 if y == 0.0 or x == 1.0 else exp_(y * log_(x))


def normal_quantile(u: float) -> float:
    """Wichura 1988, Applied Statistics 37, 477-484: algorithm AS 241, routine PPND16."""
    q = u - 0.5
    if abs(q) <= 0.425:
        top, bottom = CENTRE
        r = 0.180625 - q * q
        return q * polynomial(r, top) / polynomial(r, bottom)
    r = math.sqrt(-log_(min(u, 1.0 - u)))
    (top, bottom), r = (TAIL, r - 1.6) if r <= 5.0 else (FAR_TAIL, r - 5.0)
    return math.copysign(polynomial(r, top) / polynomial(r, bottom), q)


def exponential(u: float, mean: float) -> float:
    return -mean * log1p_(-u)


def lognormal(u: float, median: float, sigma: float) -> float:
    return median * exp_(sigma * normal_quantile(u))


def quantile(u: float, probabilities: Iterator[Decimal]) -> int:
    """Return the least count whose cumulative probability reaches ``u``."""
    with localcontext(prec=60):
        total = Decimal(0)
        for k, probability in enumerate(probabilities):
            total += probability
            if total >= Decimal(u):
                return k
    raise AssertionError("probabilities do not add up to 1")


def poisson(mean: float) -> Iterator[Decimal]:
    exact = Decimal(mean)
    term = (-exact).exp()
    for k in count(1):
        yield term
        term = term * exact / k


def binomial(n: int, p: float) -> Iterator[Decimal]:
    exact = Decimal(p)
    for k in range(n + 1):
        yield math.comb(n, k) * exact**k * (1 - exact) ** (n - k)


def negative_binomial(mean: float, shape: float) -> Iterator[Decimal]:
    exact_mean, exact_shape = Decimal(mean), Decimal(shape)
    term = (exact_shape / (exact_shape + exact_mean)) ** exact_shape
    for k in count():
        yield term
        term = term * (k + exact_shape) / (k + 1) * exact_mean / (exact_shape + exact_mean)
