"""What is kept of a day, against NumPy's own sums over the fields of the state."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stepping import flagship

from stalemate.engine.record import Recorder, over_places, places, series_of
from stalemate.errors import QueryError
from stalemate.systems.variables import RECORDED, state_type

WAR = flagship()
SUMS = ("cuts_reported", "aircraft_lost")
SUMMED = sorted(name for name, variable in RECORDED.items() if variable.axes)


def dirty(wars, seed):
    """Return states full of numbers, padding too."""
    luck = np.random.default_rng(seed)
    states = np.zeros(wars, state_type())
    for name in states.dtype.names:
        values = luck.uniform(0, 250, states[name].shape)
        states[name] = values if states[name].dtype.kind == "f" else values.astype(int)
    return states


def inside(states, quantity):
    return states[quantity][:, : len(places(WAR, quantity))] if RECORDED[quantity].axes else states[quantity]


@given(st.integers(0, 10**6), st.integers(1, 5))
@settings(max_examples=10)
def test_recorder__keeps_every_quantity_as_it_stands_in_the_state(seed, wars):
    states = dirty(wars, seed)
    recorder = Recorder(WAR, sorted(RECORDED), (), SUMS, states, 3)
    recorder.keep(1)
    for name, series in recorder.daily.items():
        expected = inside(states, name).astype(np.float32)
        np.testing.assert_array_equal(series[:, 1], expected, err_msg=name)
        assert not series[:, [0, 2]].any()


@given(st.integers(0, 10**6))
@settings(max_examples=10)
def test_recorder__keeps_wholes_to_the_bit_as_numpy_adds_them(seed):
    """Up to 128 places; beyond, NumPy adds in another order."""
    states = dirty(4, seed)
    recorder = Recorder(WAR, SUMMED, SUMMED, SUMS, states, 1)
    recorder.keep(0)
    for name, series in recorder.daily.items():
        expected = over_places(name, inside(states, name))
        if len(places(WAR, name)) <= 128:
            np.testing.assert_array_equal(series[:, 0], expected.astype(np.float32), err_msg=name)
        else:
            np.testing.assert_allclose(series[:, 0], expected, rtol=1e-6, err_msg=name)


@given(st.data())
@settings(max_examples=30)
def test_recorder__adds_the_places_that_a_series_names(data):
    quantity = data.draw(st.sampled_from(SUMMED))
    names = places(WAR, quantity)
    chosen = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=7, unique=True))
    states = dirty(3, 1)
    recorder = Recorder(WAR, [series_of(quantity, "+".join(chosen))], (), (), states, 1)
    recorder.keep(0)
    (series,) = recorder.daily.values()
    expected = over_places(quantity, inside(states, quantity)[:, [names.index(name) for name in chosen]])
    np.testing.assert_array_equal(series[:, 0], expected.astype(np.float32))


def test_recorder__adds_up_over_the_days():
    states = dirty(5, 2)
    recorder = Recorder(WAR, (), (), SUMS, states, 9)
    for day in range(9):
        recorder.keep(day)
    for name, total in zip(SUMS, recorder.summed, strict=True):
        np.testing.assert_array_equal(total, 9.0 * inside(states, name).sum(1))


@pytest.mark.parametrize("series", ["nothing", "cuts@nowhere", "trucks@Seoul"])
def test_recorder__refuses_what_is_not_there(series):
    with pytest.raises(QueryError, match=r"expected one of|there are"):
        Recorder(WAR, [series], (), (), dirty(1, 0), 1)
