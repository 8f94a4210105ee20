"""Own elementary functions: the same bits as the plain twin, and right to the last bit or two."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit
from reference import streams as twin
from scipy import special

from stalemate import elementary
from stalemate.elementary import (
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

any_float = st.floats(allow_nan=False, allow_infinity=False)
positive = st.floats(min_value=0.0, exclude_min=True, allow_infinity=False)


def spread(low: float, high: float, count: int = 4000) -> list[float]:
    """Return points that fill an interval evenly and miss the round numbers."""
    return [low + (high - low) * (k * 0.6180339887498949 % 1.0) for k in range(1, count)]


def ulps(found: float, exact: Decimal) -> float:
    return float(abs(Decimal(found) - exact) / Decimal(math.ulp(float(exact))))


def test_exp__is_within_one_last_place_over_the_whole_range():
    with localcontext(prec=40):
        points = spread(-745.0, 709.7) + spread(-1.0, 1.0) + spread(-1e-9, 1e-9, 200)
        assert max(ulps(exp_(x), Decimal(x).exp()) for x in points) < 1.0


def test_log__is_within_one_last_place_over_the_whole_range():
    with localcontext(prec=40):
        points = [2.0**x for x in spread(-1073.0, 1023.9)] + spread(0.5, 2.0) + spread(0.999, 1.001)
        assert max(ulps(log_(x), Decimal(x).ln()) for x in points) < 1.0


@given(any_float)
def test_exp__equals_the_plain_twin_in_every_bit(x):
    assert exp_(x) == twin.exp_(x)


@given(st.floats(min_value=-745.2, max_value=709.8))
def test_exp__equals_the_plain_twin_where_it_is_finite(x):
    assert exp_(x) == twin.exp_(x)


@given(positive)
def test_log__equals_the_plain_twin_in_every_bit(x):
    assert log_(x) == twin.log_(x)


@given(st.floats(min_value=-1.0, max_value=1e9, exclude_min=True))
def test_log1p__equals_the_plain_twin_and_the_library(x):
    assert log1p_(x) == twin.log1p_(x)
    assert log1p_(x) == pytest.approx(math.log1p(x), rel=2e-15, abs=0.0)


@given(st.floats(min_value=1e-3, max_value=1e3), st.floats(min_value=-50, max_value=50))
def test_pow__equals_the_plain_twin_and_the_library(x, y):
    assert pow_(x, y) == twin.pow_(x, y)
    assert pow_(x, y) == pytest.approx(math.pow(x, y), rel=1e-15 * (4.0 + abs(y * math.log(x))))


@given(st.floats(min_value=-745.0, max_value=709.0), st.floats(min_value=1e-12, max_value=10.0))
def test_exp__never_falls_when_its_argument_rises(x, more):
    assert exp_(x) <= exp_(x + more)


@given(positive, st.floats(min_value=1.0, max_value=2.0))
def test_log__never_falls_when_its_argument_rises(x, times):
    assert log_(x) <= log_(x * times)


@pytest.mark.parametrize(
    ("function", "x", "limit"),
    [
        (exp_, 0.0, 1.0),
        (exp_, 710.0, math.inf),
        (exp_, math.inf, math.inf),
        (exp_, -746.0, 0.0),
        (exp_, -math.inf, 0.0),
        (exp_, -745.13, 5e-324),
        (log_, 0.0, -math.inf),
        (log_, -0.0, -math.inf),
        (log_, 1.0, 0.0),
        (log_, math.inf, math.inf),
        (log1p_, 0.0, 0.0),
        (log1p_, 1e-300, 1e-300),
        (log1p_, -1.0, -math.inf),
        (log1p_, math.inf, math.inf),
    ],
)
def test_elementary__has_the_right_limits(function, x, limit):
    assert function(x) == limit


@pytest.mark.parametrize(
    ("x", "y", "limit"),
    [(0.0, 0.0, 1.0), (0.0, 2.0, 0.0), (0.0, -1.0, math.inf), (1.0, math.inf, 1.0), (2.0, 5000.0, math.inf)],
)
def test_pow__has_the_right_limits(x, y, limit):
    assert pow_(x, y) == limit


def test_elementary__answers_not_a_number_outside_the_domain():
    assert all(
        math.isnan(y) for y in (exp_(math.nan), log_(math.nan), log_(-1.0), log1p_(-2.0), pow_(-1.0, 0.5))
    )


def test_log_gamma__equals_factorials_and_the_library():
    assert all(
        log_gamma(float(n)) == pytest.approx(math.log(math.factorial(n - 1)), rel=4e-15)
        for n in range(3, 120)
    )
    assert all(
        log_gamma(x) == pytest.approx(math.lgamma(x), rel=4e-15, abs=1e-14) for x in spread(1e-3, 400.0)
    )


def test_stirling_error__makes_stirlings_formula_exact():
    """The logarithm of 20! is Stirling's formula plus the error; so is that of any half-integer's gamma."""
    for x in (0.5, 1.0, 5.5, 15.9, 16.0, 20.0, 300.0):
        formula = (x + 0.5) * math.log(x) - x + 0.5 * math.log(2 * math.pi)
        assert formula + stirling_error(x) == pytest.approx(math.lgamma(x + 1.0), rel=4e-15, abs=1e-14)


@given(st.floats(min_value=1e-3, max_value=1e6), st.floats(min_value=1e-3, max_value=1e6))
def test_deviance__equals_its_definition_with_fifty_digits(x, mean):
    with localcontext(prec=50):
        exact_x, exact_mean = Decimal(x), Decimal(mean)
        exact = exact_x * (exact_x / exact_mean).ln() + exact_mean - exact_x
    assert deviance(x, mean) == pytest.approx(float(exact), rel=1e-13, abs=1e-40)


@pytest.mark.parametrize("a", [0.05, 0.3, 1.0, 2.5, 17.0, 250.0, 40000.0])
def test_incomplete_gamma__equals_the_library_on_both_sides(a):
    for z in spread(-4.0, 4.0, 60):
        x = a * max(0.01, 1.0 + z / math.sqrt(a))
        if x < a + 1.0:
            assert gamma_lower(a, x) == pytest.approx(special.gammainc(a, x), rel=2e-12)
        else:
            assert gamma_upper(a, x) == pytest.approx(special.gammaincc(a, x), rel=2e-12)


@pytest.mark.parametrize("a", [0.3, 1.0, 6.5, 80.0, 3000.0])
@pytest.mark.parametrize("b", [0.3, 1.0, 6.5, 80.0, 3000.0])
def test_incomplete_beta__equals_the_library_and_its_reflection(a, b):
    for part in spread(0.001, 0.999, 40):
        x = (a + 1.0) / (a + b + 2.0) * part
        assert beta_lower(a, b, x, 1.0 - x) == pytest.approx(special.betainc(a, b, x), rel=2e-12, abs=1e-300)
        assert beta_lower(a, b, x, 1.0 - x) == pytest.approx(
            special.betaincc(b, a, 1.0 - x), rel=2e-11, abs=1e-300
        )


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("log_gamma", (7.3,)),
        ("stirling_error", (3.25,)),
        ("deviance", (40.0, 37.5)),
        ("deviance", (4.0, 37.5)),
        ("gamma_lower", (12.5, 9.1)),
        ("gamma_upper", (12.5, 21.1)),
        ("beta_lower", (12.5, 3.5, 0.6, 0.4)),
    ],
)
def test_elementary__compiled_code_has_the_bits_of_interpreted_code(name, arguments):
    """The compiler fuses no multiplication with an addition and moves no bracket."""
    function = getattr(elementary, name)
    assert function(*arguments) == function.py_func(*arguments)


def test_elementary__loops_give_the_bits_of_single_calls():
    """A loop runs in vector form; each element must be the one that a single call returns."""
    xs = np.array(spread(-30.0, 30.0, 1000))

    @njit
    def both(xs, out):
        for i in range(xs.shape[0]):
            out[i] = log_(exp_(xs[i]))

    out = np.empty_like(xs)
    both(xs, out)
    assert out.tolist() == [log_(exp_(x)) for x in xs]
