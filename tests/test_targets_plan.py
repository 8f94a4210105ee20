"""Fixed targets: how a day's standing sorties are drawn from the committee's plan."""

import numpy as np
import pytest
from small_wars import seeds, theatre, wars, worlds
from test_targets import TARGETS, days_of, place_of

PACKAGE = 30.0


def planned(*slots, targets=4, **changes):
    """Return a war of some towns with a plan of (target, sorties) for one class of bombers."""
    place, drawn, states = place_of("town", targets=targets, **changes)
    states["plan_number"], states["plan_count"][0, 0], states["package"] = 1, len(slots), PACKAGE
    for slot, (target, sorties) in enumerate(slots):
        states["plan_target"][0, 0, slot], states["plan_sorties"][0, 0, slot] = target, sorties
    return place, drawn, states


def flown(place, drawn, states, sorties, day=0):
    """Fly a day's standing sorties and return those that struck each target."""
    states["destruction_flown"][0, 0] = sorties
    after = days_of(place, drawn, states, 1, first=day)[0][0]
    return (after["target_tonnes"][:4] / 8.0).round(9).tolist()


def test_targets__a_plan_is_flown_in_order_and_in_whole_packages():
    war = planned((2, 60.0), (0, 45.0))
    assert flown(*war, 40.0) == [0, 0, 30, 0]
    assert flown(*war, 40.0) == [0, 0, 30, 0]
    assert flown(*war, 41.0) == [45, 0, 0, 0]
    assert flown(*war, 29.0) == [0, 0, 30, 0]
    assert war[2]["carried_sorties"][0, 0] == 15.0


def test_targets__what_is_less_than_a_package_waits():
    war = planned((1, 300.0))
    assert [flown(*war, 11.0)[1] for _ in range(6)] == [0, 0, 30, 0, 0, 30]
    assert war[2]["carried_sorties"][0, 0] == pytest.approx(6.0)


def test_targets__a_new_plan_begins_at_its_first_slot_and_keeps_what_waits():
    war = planned((0, 60.0), (1, 60.0))
    flown(*war, 70.0)
    war[2]["plan_number"] = 2
    war[2]["plan_target"][0, 0, 0] = 3
    assert flown(*war, 25.0) == [0, 0, 0, 30]


def test_targets__a_target_without_leave_is_passed_over():
    war = planned((0, 60.0), (1, 60.0))
    war[0][0]["required_level"][0] = 1
    assert flown(*war, 60.0) == [0, 60, 0, 0]
    war[0][0]["required_level"][:4] = 4
    assert flown(*war, 600.0) == [0, 0, 0, 0]
    assert war[2]["carried_sorties"][0, 0] == 0


def test_targets__a_plan_flown_out_begins_again():
    war = planned((0, 30.0), (1, 30.0))
    assert flown(*war, 90.0) == [60, 30, 0, 0]
    assert flown(*war, 30.0) == [0, 30, 0, 0]


def test_targets__without_a_plan_standing_sorties_do_nothing():
    war = planned()
    assert flown(*war, 500.0) == [0, 0, 0, 0]
    assert war[2]["raids_flown"][0] == 0


@seeds(30)
def test_targets__planned_sorties_are_flown_kept_or_left_over_and_none_twice(seed):
    """Sorties that struck plus those carried over never exceed those flown plus those carried in."""
    rng = np.random.default_rng([seed, 73])
    place = theatre(rng)
    place["n_raids"] = 0
    drawn, states = worlds(rng, 20), wars(rng, place, 20)
    states["approval"] = place[0]["delegated"]
    count, n_classes = int(place[0]["n_targets"]), int(place[0]["n_classes"])
    level, forbidden = place[0]["required_level"][:count], place[0]["forbidden_class"]
    safe = (level > place[0]["delegated"]) | (level == 4)
    safe |= forbidden[place[0]["target_class"][:count]] == 1
    for day in range(8):
        had = (states["carried_sorties"] + states["destruction_flown"])[:, :n_classes].sum(1)
        TARGETS.loop(place, drawn, states, day)
        used = states["class_sorties"].sum(1) + states["carried_sorties"][:, :n_classes].sum(1)
        assert (used <= had * (1 + 1e-12)).all()
        assert (states["carried_sorties"] < states["package"] + 1e-9).all()
        assert not states["target_tonnes"][:, :count][:, safe].any()
