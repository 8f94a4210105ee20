"""One day of each system equals its plain twin, on 201 random small wars in any state."""

import numpy as np
import pytest
from reference import committee, diplomacy, front, intelligence, losses, society, systems, targets
from small_wars import assert_same, plain, plain_world, theatre, wars, worlds

from stalemate.engine.day import DAY

SYSTEMS = {system.name: system for _, system in DAY}
TWINS = {
    "weather": systems.weather,
    "authority": systems.authority,
    "committee": committee.committee,
    "airforces": systems.airforces,
    "targets": targets.targets,
    "strike": systems.strike,
    "counterair": losses.counterair,
    "attrition": losses.attrition,
    "repair": systems.repair,
    "front": front.front,
    "economy": society.economy,
    "civilians": society.civilians,
    "insurgency": society.insurgency,
    "intelligence": intelligence.intelligence,
    "talks": diplomacy.talks,
}


@pytest.mark.parametrize("seed", range(67))
@pytest.mark.parametrize("name", TWINS)
def test_system__equals_its_plain_twin(name, seed):
    rng = np.random.default_rng([seed, sum(name.encode())])
    place = theatre(rng)
    drawn, states = worlds(rng, 3), wars(rng, place, 3)
    day = int(rng.choice([rng.integers(0, 749), 14 * rng.integers(0, 53) + 13, 28 * rng.integers(0, 26)]))
    expected = []
    for world, war in zip(drawn, states, strict=True):
        twin = plain(war)
        TWINS[name](plain(place[0]), plain_world(world, war), twin, day)
        expected.append(twin)
    before = states.copy()
    SYSTEMS[name].loop(place, drawn, states, day)
    for war, was, twin in zip(states, before, expected, strict=True):
        assert_same(war, twin, SYSTEMS[name].writes)
        untouched = [field for field in war.dtype.names if field not in SYSTEMS[name].writes]
        assert all((war[field] == was[field]).all() for field in untouched)
