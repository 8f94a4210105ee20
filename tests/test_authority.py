"""Authority: what may be struck, by whose leave, and how deaths narrow it."""

import math

import numpy as np
import pytest
from small_wars import seeds, theatre, wars, worlds
from stepping import flagship

from stalemate.engine.day import DAY
from stalemate.scenario.air import LEVELS
from stalemate.systems.bombing import may_strike

[AUTHORITY] = [system for _, system in DAY if system.name == "authority"]
GIVEN, BELIEVED = 0, 1


def block(seed, count):
    rng = np.random.default_rng([seed, 31])
    place = theatre(rng)
    return place, worlds(rng, count), wars(rng, place, count)


@seeds(20)
def test_may_strike__never_lets_through_what_is_forbidden_or_out_of_reach_of_all_leave(seed):
    place, _, _ = block(seed, 1)
    one = place[0]
    for target in range(one["n_targets"]):
        for approval in range(len(LEVELS)):
            allowed = may_strike(one, approval, target)
            level = one["required_level"][target]
            if one["forbidden_class"][one["target_class"][target]] or LEVELS[level] == "never":
                assert not allowed
            else:
                assert allowed == (level <= approval)


def test_authority__gives_the_record_the_leave_it_had_whatever_the_deaths():
    place, drawn, states = block(1, 5)
    place["choice"], place["delegated"] = GIVEN, LEVELS.index("theatre")
    states["political_cost"], states["civilian_deaths"] = 50.0, 10_000
    AUTHORITY.loop(place, drawn, states, 0)
    assert (states["approval"] == LEVELS.index("theatre")).all()


@pytest.mark.parametrize(
    ("cost", "level"), [(0.0, "joint-chiefs"), (0.29, "joint-chiefs"), (0.31, "theatre"), (1.01, "field")]
)
def test_authority__narrows_the_leave_of_a_committee_as_the_cost_grows(cost, level):
    place, drawn, states = block(2, 5)
    place["choice"], place["delegated"] = BELIEVED, LEVELS.index("theatre")
    drawn["politics_loose_share"], drawn["politics_memory_days"] = 0.3, 1e12
    states["political_cost"], states["civilian_deaths"] = cost, 0
    AUTHORITY.loop(place, drawn, states, 0)
    assert (states["approval"] == LEVELS.index(level)).all()


def test_authority__asks_nobody_where_all_leave_is_given_beforehand():
    place, drawn, states = block(3, 5)
    place["choice"], place["delegated"] = BELIEVED, LEVELS.index("president")
    states["political_cost"] = 50.0
    AUTHORITY.loop(place, drawn, states, 0)
    assert (states["approval"] == LEVELS.index("president")).all()


def test_authority__cost_of_a_steady_toll_settles_at_toll_times_memory_over_limit():
    """With 40 deaths a day, a memory of 50 days and a limit of 8,000 it comes to 1/4, all but e^-4 of it."""
    place, drawn, states = block(4, 3)
    drawn["politics_memory_days"], drawn["politics_limit_deaths"] = 50.0, 8000.0
    states["political_cost"], states["civilian_deaths"] = 0.0, 40
    for day in range(200):
        AUTHORITY.loop(place, drawn, states, day)
    reached = 0.25 * (1 - (1 - 1 / 50) ** 200)
    np.testing.assert_allclose(states["political_cost"], reached, rtol=1e-12)
    assert reached == pytest.approx(0.25 * (1 - math.exp(-4)), rel=0.01)


def test_authority__neutral_ground_is_never_to_be_had_on_any_day_by_anybody():
    prepared = flagship()
    beyond = {target.id for target in prepared.scenario.targets if "Manchuria" in target.name}
    never = (prepared.levels == LEVELS.index("never")).all(axis=0)
    assert len(beyond) == 3
    assert {name for name, out in zip(prepared.targets, never, strict=True) if out} >= beyond
