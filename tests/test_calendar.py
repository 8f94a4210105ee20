"""The calendar: dated parameters between their knots, against the plain twin."""

import numpy as np
import pytest
from reference import systems as twins
from small_wars import assert_same, plain, theatre, wars, worlds

from stalemate.scenario.resolve import MAX_DATED, MAX_KNOTS
from stalemate.systems.calendar import Calendar

CALENDAR = Calendar()


@pytest.mark.parametrize("seed", range(20))
def test_calendar__equals_its_plain_twin(seed):
    rng = np.random.default_rng([seed, 3])
    place = theatre(rng)
    place[0]["knot_index"] = rng.integers(0, MAX_KNOTS - 1, MAX_DATED)
    place[0]["knot_weight"] = rng.random(MAX_DATED) * (rng.random(MAX_DATED) < 0.7)
    place[0]["knot_is_log"] = rng.random(MAX_DATED) < 0.5
    drawn, states = worlds(rng, 2), wars(rng, place, 2)
    drawn["knots"] = rng.normal(0, 3, drawn["knots"].shape)
    expected = [plain(war) for war in states]
    for world, war in zip(drawn, expected, strict=True):
        twins.calendar(plain(place[0]), plain(world), war, 0)
    CALENDAR.loop(place, drawn, states, 0)
    for war, twin in zip(states, expected, strict=True):
        assert_same(war, twin, CALENDAR.writes)
