"""Sines and arcs by fixed arithmetic, against the system's library and against exact values."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stalemate.angles import arccosine, arcsine, arctangent, cosine, sine, tangent

ANGLES = st.floats(-20.0, 20.0)
SINES = st.floats(-1.0, 1.0)


@given(ANGLES)
def test_sine_and_cosine__are_those_of_the_library_to_its_last_bits(angle):
    assert sine(angle) == pytest.approx(math.sin(angle), rel=4e-16, abs=1e-16)
    assert cosine(angle) == pytest.approx(math.cos(angle), rel=4e-16, abs=1e-16)


@given(st.floats(-1.5, 1.5))
def test_tangent__is_that_of_the_library(angle):
    assert tangent(angle) == pytest.approx(math.tan(angle), rel=1e-15, abs=1e-300)


@given(st.floats(-1e12, 1e12))
def test_arctangent__is_that_of_the_library(x):
    assert arctangent(x) == pytest.approx(math.atan(x), rel=1e-15, abs=1e-300)


@given(SINES)
def test_arcsine_and_arccosine__are_those_of_the_library(x):
    assert arcsine(x) == pytest.approx(math.asin(x), rel=1e-15, abs=1e-300)
    assert arccosine(x) == pytest.approx(math.acos(x), rel=1e-15, abs=4e-16)


@given(ANGLES)
def test_sine__is_odd_and_cosine_even_to_the_bit(angle):
    assert sine(-angle) == -sine(angle)
    assert cosine(-angle) == cosine(angle)


def test_angles__known_values():
    assert [sine(0.0), cosine(0.0), arctangent(0.0), arcsine(0.0)] == [0.0, 1.0, 0.0, 0.0]
    assert sine(math.pi / 6) == pytest.approx(0.5, rel=4e-16)
    assert [arcsine(1.0), arcsine(-1.0)] == [math.pi / 2, -math.pi / 2]
    assert [arccosine(1.0), arccosine(-1.0)] == [0.0, math.pi]
    assert arctangent(1.0) == pytest.approx(math.pi / 4, rel=4e-16)
