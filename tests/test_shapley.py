"""Shapley's value against its axioms, every order of joining, and games whose answer is known."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stalemate.analysis.shapley import shapley

WORTH = st.floats(-1000, 1000)
GAMES = st.integers(1, 5).flatmap(lambda n: st.lists(WORTH, min_size=2**n, max_size=2**n)).map(np.array)


def by_every_order(worth):
    """Return each player's mean gain over all orders of joining: the definition."""
    players = worth.shape[0].bit_length() - 1
    gains = np.zeros(players)
    orders = list(permutations(range(players)))
    for order in orders:
        joined = 0
        for player in order:
            gains[player] += worth[joined | 1 << player] - worth[joined]
            joined |= 1 << player
    return gains / len(orders)


@given(GAMES)
def test_shapley__is_the_mean_gain_over_every_order_of_joining(worth):
    np.testing.assert_allclose(shapley(worth), by_every_order(worth), atol=1e-9)


@given(GAMES)
def test_shapley__values_sum_to_the_worth_of_all(worth):
    assert shapley(worth).sum() == pytest.approx(worth[-1] - worth[0], abs=1e-9)


@given(GAMES)
def test_shapley__gives_nothing_to_a_player_who_adds_nothing(worth):
    """A new last player doubles the table and changes no worth."""
    assert shapley(np.concatenate([worth, worth]))[-1] == 0


@given(st.lists(WORTH, min_size=6, max_size=6))
def test_shapley__gives_the_same_to_players_who_add_the_same(worth):
    """The first two of three players may be exchanged: sets 1 and 2, and sets 5 and 6, are worth the same."""
    none, one, two, third, third_one, every = worth
    values = shapley(np.array([none, one, one, two, third, third_one, third_one, every]))
    assert values[0] == pytest.approx(values[1], abs=1e-9)


def test_shapley__two_players_by_hand():
    """Cuts alone cost 300, bridges alone 800, both 800: cuts get (300 + 0) / 2, bridges (800 + 500) / 2."""
    assert shapley(np.array([0.0, 300.0, 800.0, 800.0])).tolist() == [150.0, 650.0]


def test_shapley__shares_a_runway_as_littlechild_and_owen_do():
    """A set of landings costs what its largest aircraft needs; each step is shared by who uses it."""
    costs = [2.0, 5.0, 9.0, 12.0]
    worth = np.array([max([costs[i] for i in range(4) if m >> i & 1], default=0.0) for m in range(16)])
    steps = np.diff([0.0, *costs]) / [4, 3, 2, 1]
    np.testing.assert_allclose(shapley(worth), np.cumsum(steps))


def test_shapley__takes_many_games_at_once():
    worth = np.random.default_rng(1).normal(size=(8, 5))
    np.testing.assert_allclose(shapley(worth), np.stack([shapley(game) for game in worth.T], axis=1))
