"""The Shapley value of a game of a few players, exactly, for many games at once.

A player's value is the mean of what it adds when players join in every possible order. The values sum to the
worth of all players together; a player who adds nothing gets nothing; two who add the same get the same; and
values of a sum of games are sums of values. No other rule has all four properties. Reference: Shapley 1953, A
value for n-person games.
"""

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def shapley(worth: Floats) -> Floats:
    """Return the players' values, (player, ...), in the unit of ``worth``.

    worth: (2 ** players, ...), the worth of each set of players; player i is in the set of number m where bit
    i of m is set. Only differences count, so the empty set may be worth something.
    """
    players = worth.shape[0].bit_length() - 1
    ways = [math.factorial(k) * math.factorial(players - k - 1) for k in range(players)]
    values = np.zeros((players, *worth.shape[1:]))
    for player in range(players):
        alone = 1 << player
        for others in range(worth.shape[0]):
            if not others & alone:
                values[player] += ways[others.bit_count()] * (worth[others | alone] - worth[others])
    return values / math.factorial(players)
