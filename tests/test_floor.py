"""The floor: repair's answer by limits, cuts by brute force, efforts by a program, deliveries by hand."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stalemate.analysis import lineresponse
from stalemate.analysis.cutsets import Lines, least_effort, minimal_cuts, solved_directly
from stalemate.analysis.lineresponse import MEANS, Crews, crossing_open, draw_luck, mean_for

ONE = np.ones(1)


def crews(hours=10.0, least=2.0, per_hour=2.0, own=3.0, blocking=1.0) -> Crews:
    return Crews(*(np.full(3, value) for value in (hours, least, per_hour, own, blocking)))


def luck(flyable=1.0, sigma=0.0, clustering=1e6, seed=1):
    return draw_luck(seed, np.full(3, clustering), np.full(3, sigma), flyable, 0.0)


def test_whole_by_queue__is_shut_above_what_crews_mend_and_open_below():
    """16 cuts a night can be mended; a steady 64 shut the line, a steady 4 leave 1 - (2 + 4 / 2) / 10."""
    shares = lineresponse.whole_by_queue(luck(), crews(), 0.01)
    assert shares[:, 0] == pytest.approx(1.0)
    assert shares[0, list(MEANS).index(64.0)] == 0.0
    assert shares[0, list(MEANS).index(4.0)] == pytest.approx(0.6, abs=0.05)


def test_whole_by_own_clock__is_the_integral_over_the_night():
    """With as many cuts open as the day made, the share is the mean over the night of (1 - e^-s/u)^B."""
    many = crews(own=0.5)
    shares = lineresponse.whole_by_own_clock(luck(), many, 0.01)
    s = np.linspace(0, 8, 4001)
    counts = np.random.default_rng(3).poisson(8.0, 4000)
    expected = np.mean(
        [np.trapezoid((1 - np.exp(-s / 0.5)) ** b, s) / 10 if b else 1.0 for b in counts[:500]]
    )
    assert shares[:, list(MEANS).index(8.0)].mean() == pytest.approx(expected, abs=0.03)


def test_crossing_open__with_one_bridge_is_a_renewal():
    """A bridge is down for two days, then hit with chance p a day: it stands (1 - p) / p days between."""
    shares = crossing_open(luck(), 1, np.full(3, 1.5), np.zeros(3))
    p = 1 - math.exp(-0.5)
    standing = (1 - p) / p / (2 + (1 - p) / p)
    assert shares[:, list(MEANS).index(0.5)].mean() == pytest.approx(standing, abs=0.08)


@pytest.mark.parametrize("bridges", [1, 2, 3])
def test_crossing_open__never_gains_from_more_hits_and_does_from_more_bridges(bridges):
    fewer = crossing_open(luck(), bridges, np.full(3, 2.0), np.full(3, 0.6))
    more = crossing_open(luck(), bridges + 1, np.full(3, 2.0), np.full(3, 0.6))
    assert (np.diff(fewer) <= 0).all()
    assert (more >= fewer).all()


def test_mean_for__inverts_the_response():
    shares = np.exp(-MEANS / 5)
    wanted = np.array([1.0, 0.5, 0.1, 0.0])
    found = mean_for(shares, wanted)
    assert found[0] == 0.0
    np.testing.assert_allclose(np.interp(found[1:3], MEANS, shares), wanted[1:3])
    assert math.isinf(mean_for(np.full(len(MEANS), 0.5), np.array([0.4]))[0])


networks = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda pair: pair[0] != pair[1]),
    min_size=1,
    max_size=9,
)


@settings(max_examples=60, deadline=None)
@given(networks, st.integers(0, 12), st.data())
def test_least_effort__is_that_of_brute_force_and_of_one_program(ends, steps, data):
    """Every way of holding every line to every step is tried; the flow that is left is the least cut's."""
    lines = Lines(tuple(ends), (0,), (5,))
    size = 13
    costs = []
    for _ in ends:
        whole = data.draw(st.integers(0, 4))
        falls = sorted(data.draw(st.lists(st.integers(0, 9), min_size=whole, max_size=whole)), reverse=True)
        if whole and data.draw(st.booleans()):
            falls[0] = math.inf
        costs.append(np.array([[*map(float, falls), *([0.0] * (size - whole))]]))
    cuts = minimal_cuts(lines, range(len(ends)))
    found = min((least_effort(costs, cut)[0, steps] for cut in cuts), default=0.0)
    assert found == pytest.approx(_by_trying(lines, costs, steps))
    value, bound = solved_directly(lines, [cost[0] for cost in costs], steps)
    if math.isfinite(found):
        assert value == pytest.approx(found)
        assert bound == pytest.approx(found)
    else:
        assert math.isinf(value)


def _by_trying(lines: Lines, costs, steps: int) -> float:
    """Return the least effort over all sets of nodes on the sources' side, and all steps of lines across."""
    best = math.inf
    for size in range(5):
        for chosen in itertools.combinations((1, 2, 3, 4), size):
            near = {0, *chosen}
            across = [line for line, (u, v) in enumerate(lines.ends) if (u in near) != (v in near)]
            cheapest = {0: 0.0}
            for line in across:
                grown: dict[int, float] = {}
                for passed, paid in cheapest.items():
                    for step in range(5):
                        total = passed + step
                        if total <= steps:
                            grown[total] = min(grown.get(total, math.inf), paid + costs[line][0, step])
                cheapest = grown
            best = min([best, *cheapest.values()])
    return best
