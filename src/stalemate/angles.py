"""Sines and arcs by fixed arithmetic, for what a scenario's places and days give: distances, hours of light.

As with ``elementary``: a system's mathematical library may round the last bit differently from one processor
to the next, so these are made of the four operations and the square root in a fixed order. Plain Python: they
are asked while a scenario is read and never during a war. Accuracy: 1 part in 10^15, for angles up to a few
turns; the arccosine to 10^-15 radians.
"""

import math
from typing import Final

PI: Final = math.pi
_HALF_PI: Final = (
    float.fromhex("0x1.921fb54400000p+0"),
    float.fromhex("0x1.0b4611a600000p-34"),
    float.fromhex("0x1.3198a2e037073p-69"),
)
"""Half of pi in three parts, the first two of 33 bits: times a small whole number they are exact."""
_SIGNS: Final = (1, -1)
_SINE_TERMS: Final = tuple(_SIGNS[n % 2] / math.factorial(2 * n + 1) for n in range(10))
_COSINE_TERMS: Final = tuple(_SIGNS[n % 2] / math.factorial(2 * n) for n in range(10))
_ARC_TERMS: Final = tuple(_SIGNS[n % 2] / (2 * n + 1) for n in range(12))


def sine(angle: float) -> float:
    """Return the sine of an angle in radians."""
    turned, rest = _quarter_turns(angle)
    square = rest * rest
    value = _series(_COSINE_TERMS, square) if turned % 2 else rest * _series(_SINE_TERMS, square)
    return -value if turned % 4 >= 2 else value


def cosine(angle: float) -> float:
    """Return the cosine of an angle in radians."""
    turned, rest = _quarter_turns(angle)
    square = rest * rest
    value = rest * _series(_SINE_TERMS, square) if turned % 2 else _series(_COSINE_TERMS, square)
    return -value if turned % 4 in (1, 2) else value


def tangent(angle: float) -> float:
    """Return the tangent of an angle in radians."""
    return sine(angle) / cosine(angle)


def arctangent(x: float) -> float:
    """Return the angle whose tangent is ``x``, from -pi/2 to pi/2.

    The angle is halved twice, so that its series ends after twelve terms.
    """
    if abs(x) > 1.0:
        return (PI / 2 if x > 0.0 else -PI / 2) - arctangent(1.0 / x)
    for _ in range(2):
        x = x / (1.0 + math.sqrt(1.0 + x * x))
    return 4.0 * (x * _series(_ARC_TERMS, x * x))


def arcsine(x: float) -> float:
    """Return the angle whose sine is ``x``, from -pi/2 to pi/2, for -1 <= x <= 1."""
    if abs(x) == 1.0:
        return PI / 2 * x
    return arctangent(x / math.sqrt((1.0 - x) * (1.0 + x)))


def arccosine(x: float) -> float:
    """Return the angle whose cosine is ``x``, from 0 to pi, for -1 <= x <= 1."""
    return PI / 2 - arcsine(x)


def _quarter_turns(angle: float) -> tuple[int, float]:
    """Return the nearest number of quarter turns and what is left, at most pi/4 either way."""
    turned = math.floor(angle * (2.0 / PI) + 0.5)
    for part in _HALF_PI:
        angle = angle - turned * part
    return turned, angle


def _series(terms: tuple[float, ...], x: float) -> float:
    total = 0.0
    for term in reversed(terms):
        total = total * x + term
    return total
