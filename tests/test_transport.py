"""Transport: a day equals its plain twin and a sequence of linear programs; tonnes are conserved."""

import numpy as np
import pytest
from reference import programs
from reference import transport as twin
from small_wars import assert_same, plain, plain_world, theatre, wars, worlds

from stalemate.systems.transport import Transport

TRANSPORT = Transport()
FLOW_STATE = ("edge_flow", "gate_flow", "terminal_flow", "edge_limit", "room_into", "room_from")
UNIQUE = tuple(name for name in TRANSPORT.writes if name not in (*FLOW_STATE, "section_tonnes"))


def small_war(seed):
    """Return a random theatre, a world and a state, each of length 1."""
    rng = np.random.default_rng([seed, 17])
    place = theatre(rng)
    return place, worlds(rng, 1), wars(rng, place, 1)


def expected_of(place, drawn, eve, **methods):
    """Return the evening by the twin."""
    part = plain(eve[0])
    twin.haul(plain(place[0]), plain_world(drawn[0], eve[0]), part, **methods)
    return part


@pytest.mark.parametrize("seed", range(80))
def test_transport__equals_its_plain_twin(seed):
    place, drawn, state = small_war(seed)
    eve = state.copy()
    TRANSPORT.loop(place, drawn, state, 0)
    assert_same(state[0], expected_of(place, drawn, eve), UNIQUE)


@pytest.mark.parametrize("seed", range(80, 120))
def test_transport__gives_what_a_sequence_of_linear_programs_gives(seed):
    """Rail, trucks from railheads, trucks from the border, porters: each exact for the stage before."""
    place, drawn, state = small_war(seed)
    eve = state.copy()
    TRANSPORT.loop(place, drawn, state, 0)
    expected = expected_of(place, drawn, eve, rail=programs.rail, spend=programs.spend)
    for name in UNIQUE:
        np.testing.assert_allclose(
            state[0][name], np.asarray(getattr(expected, name)), rtol=1e-6, atol=1e-4, err_msg=name
        )
