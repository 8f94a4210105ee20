"""The target committee: what it never does, what it spends, how its plan answers to worth, guns and harm."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from reference import allocation
from small_wars import theatre, wars, worlds
from stepping import flagship

from stalemate.engine.history import History
from stalemate.policies.directive import RaidOrder
from stalemate.scenario.air import TARGET_CLASSES
from stalemate.systems import offers
from stalemate.systems.committee import Committee
from stalemate.systems.theatre import BELIEVED, FORTNIGHT, GIVEN, NEVER, TRUE

WARS = 4
TOWN, SUPPLY = TARGET_CLASSES.index("town"), TARGET_CLASSES.index("supply")
RAIL, ROAD, DESTRUCTION = 0, 2, 3


def a_war(seed, **orders):
    """Return a random theatre in which a plan is due, and worlds and wars with full weights for it."""
    rng = np.random.default_rng([seed, 1952])
    place = theatre(rng)
    place[0]["replan"] = 1
    for name, value in orders.items():
        place[0][name] = value
    drawn, states = worlds(rng, WARS), wars(rng, place, WARS)
    states["order_weight"] = 1.0
    return place, drawn, states


def plan(place, drawn, states):
    """Return the sorties planned on each target: (war, class, target)."""
    states = states.copy()
    Committee().loop(place, drawn, states, 0)
    return planned(place, states), states


def planned(place, states):
    one = place[0]
    sorties = np.zeros((len(states), int(one["n_classes"]), int(one["n_targets"])))
    for war, state in enumerate(states):
        for k in range(int(one["n_classes"])):
            for slot in range(int(state["plan_count"][k])):
                sorties[war, k, state["plan_target"][k, slot]] += state["plan_sorties"][k, slot]
    return sorties


def open_to(place, states):
    """Return what may be struck: (war, target), by the rules alone."""
    one = place[0]
    n = int(one["n_targets"])
    level = one["required_level"][:n]
    forbidden = one["forbidden_class"][one["target_class"][:n]] == 1
    known = one["target_known"][:n] == 1
    return known & ~forbidden & (level < NEVER) & (level <= states["approval"][:, None])


@pytest.mark.parametrize("seed", range(200))
def test_committee__plans_nothing_that_is_refused_unknown_or_out_of_reach(seed):
    place, drawn, states = a_war(seed)
    sorties, _ = plan(place, drawn, states)
    n, k = int(place[0]["n_targets"]), int(place[0]["n_classes"])
    can = open_to(place, states)[:, None, :] & (place[0]["target_reach"][:n, :k].T == 1)
    assert (sorties[~can] == 0).all()
    assert (sorties >= 0).all()


@pytest.mark.parametrize("seed", range(100))
def test_committee__spends_each_given_share_and_no_more(seed):
    """A class of target gets its share from a class of aircraft wherever there is one target to fly it at."""
    place, drawn, states = a_war(seed, choice=GIVEN)
    one = place[0]
    sorties, after = plan(place, drawn, states)
    can = open_to(place, states) & (states["believed_left"][:, : int(one["n_targets"])] > 0)
    for k in range(int(one["n_classes"])):
        for c in range(len(TARGET_CLASSES)):
            those = slice(int(one["first_target"][c]), int(one["last_target"][c]))
            share = FORTNIGHT * one["ordered_destruction"][k] * one["attention"][k, c]
            works = (one["target_reach"][those, k] == 1) & (one["kind"][k] != 5)
            some = (can[:, those] & works).any(axis=1)
            np.testing.assert_allclose(sorties[:, k, those].sum(1), some * share, rtol=1e-9, atol=1e-9)
    assert (after["mission_weight"][:, : int(one["n_classes"])] == 1).all()


@pytest.mark.parametrize("seed", range(100))
@pytest.mark.parametrize("choice", [BELIEVED, TRUE])
def test_committee__spends_no_more_than_the_orders_state(seed, choice):
    place, drawn, states = a_war(seed, choice=choice)
    one = place[0]
    sorties, after = plan(place, drawn, states)
    k = int(one["n_classes"])
    stated = np.stack(
        [one["ordered_rail"] + one["ordered_bridge"], one["ordered_road"], one["ordered_destruction"]]
    )
    budget = FORTNIGHT * stated.max(0)[:k]
    share = after["mission_share"][:, :k]
    assert (share[:, :, [RAIL, ROAD, DESTRUCTION]].sum(2)[:, budget > 0] <= 1 + 1e-9).all()
    np.testing.assert_allclose(sorties.sum(2), share[:, :, DESTRUCTION] * budget, rtol=1e-9, atol=1e-9)
    assert (share[:, :, RAIL] == share[:, :, 1]).all()
    assert (share[:, :, 4] == 1).all()


@pytest.mark.parametrize("choice", [GIVEN, BELIEVED, TRUE])
def test_committee__passes_over_what_it_believes_to_be_gone(choice):
    """Ruins that are believed to stand are bombed again; only a choice on the truth leaves them alone."""
    gone = ("target_left", "believed_left") if choice == TRUE else ("believed_left", "target_left")
    struck = np.zeros(2)
    for seed in range(20):
        place, drawn, states = a_war(seed, choice=choice)
        for field, other in (gone, gone[::-1]):
            states[field], states[other] = 0.0, 1.0
            struck[gone.index(field)] += plan(place, drawn, states)[0].sum()
    assert struck[0] == 0
    assert struck[1] > 0


@pytest.mark.parametrize("seed", range(30))
def test_committee__is_water_filling_where_one_class_attends_to_one_class_of_target(seed):
    """In packages of one sortie the plan lies within two sorties of an independent answer."""
    place, drawn, states = a_war(seed, choice=GIVEN, n_classes=1)
    one = place[0]
    one["attention"][0] = np.eye(16)[SUPPLY]
    one["ordered_destruction"][0], one["kind"][0], one["night"][0] = 60.0, 0, 0
    states["package"], one["target_reach"] = 1.0, 1
    drawn["bombs_t_fighter_bomber"] = 0.5
    sorties, _ = plan(place, drawn, states)
    those = range(int(one["first_target"][SUPPLY]), int(one["last_target"][SUPPLY]))
    can = open_to(place, states)
    for war, state in enumerate(states):
        mine = [i for i in those if can[war, i] and state["believed_left"][i] > 0]
        if mine:
            gain = [float(one["target_worth"][i] * state["believed_left"][i]) for i in mine]
            rate = [0.5 / float(state["hardness"][SUPPLY, 0] * one["target_size"][i]) for i in mine]
            _, expected = allocation.water_fill(gain, rate, [0.0] * len(mine), FORTNIGHT * 60.0)
            np.testing.assert_allclose(sorties[war, 0, mine], expected, atol=2.0)


@pytest.mark.parametrize("seed", range(60))
def test_committee__never_sends_more_to_a_target_with_more_guns(seed):
    """One class of aircraft in packages of one sortie; prices that bite."""
    place, drawn, states = a_war(seed, choice=BELIEVED, n_classes=1)
    drawn["flak_local_slope"], drawn["loss_weight"] = 1.0, 2.0
    states["package"], states["guns_average"] = 1.0, 20.0
    before, _ = plan(place, drawn, states)
    for target in range(0, int(place[0]["n_targets"]), 5):
        armed = states.copy()
        armed["target_guns_now"][:, target] += 100.0
        after, _ = plan(place, drawn, armed)
        assert (after[:, 0, target] <= before[:, 0, target] + 1e-9).all()


def test_committee__counts_harm_only_where_the_truth_is_known_or_the_law_asks_warning():
    """A heavy weight on deaths empties towns for ``true`` and for warned classes, and moves nothing else."""
    moved = {"true": 0, "warned": 0, "believed": 0}
    for seed in range(40):
        for name, choice, warned in (("true", TRUE, 0), ("warned", BELIEVED, 1), ("believed", BELIEVED, 0)):
            place, drawn, states = a_war(seed, choice=choice, warned_class=0)
            place[0]["warned_class"][TOWN] = warned
            drawn["harm_weight"] = 0.0
            free, _ = plan(place, drawn, states)
            drawn["harm_weight"] = 1e6
            dear, _ = plan(place, drawn, states)
            towns = slice(int(place[0]["first_target"][TOWN]), int(place[0]["last_target"][TOWN]))
            if name == "believed":
                assert (dear == free).all()
            else:
                assert (dear[:, :, towns] == 0).all()
            moved[name] += int((free[:, :, towns] > 0).sum())
    assert min(moved.values()) > 0


@pytest.mark.parametrize(
    ("choice", "seen"), [(GIVEN, "believed_left"), (BELIEVED, "believed_left"), (TRUE, "target_left")]
)
def test_committee__sees_the_truth_only_where_it_is_ordered_to(choice, seen):
    """What it sees to be gone is not struck; the other field moves nothing."""
    other = {"believed_left": "target_left", "target_left": "believed_left"}[seen]
    for seed in range(20):
        place, drawn, states = a_war(seed, choice=choice)
        before, _ = plan(place, drawn, states)
        states[other] = 1.0 - states[other]
        assert (plan(place, drawn, states)[0] == before).all()
        states[seen] = 0.0
        assert (plan(place, drawn, states)[0] == 0).all()


@pytest.mark.parametrize("choice", [GIVEN, BELIEVED, TRUE])
def test_committee__plans_nothing_when_nothing_may_be_struck(choice):
    for seed in range(10):
        place, drawn, states = a_war(seed, choice=choice, required_level=NEVER)
        sorties, after = plan(place, drawn, states)
        assert (sorties == 0).all()
        assert (after["plan_count"] == 0).all()
        if choice != GIVEN:
            used = slice(0, int(place[0]["n_classes"]))
            assert (after["mission_share"][:, used, DESTRUCTION] == 0).all()


def test_committee__plans_nothing_without_attention():
    for seed in range(10):
        place, drawn, states = a_war(seed, choice=GIVEN, attention=0.0)
        assert (plan(place, drawn, states)[0] == 0).all()


def test_committee__leaves_the_plan_alone_between_meetings_and_follows_the_weights():
    place, drawn, states = a_war(3, choice=BELIEVED)
    _, met = plan(place, drawn, states)
    place[0]["replan"] = 0
    met["order_weight"] = 0.5
    _, later = plan(place, drawn, met)
    for name in ("plan_number", "plan_count", "plan_target", "plan_sorties", "mission_share"):
        assert (later[name] == met[name]).all()
    assert (met["plan_number"] == states["plan_number"] + 1).all()
    used = slice(0, int(place[0]["n_classes"]))
    np.testing.assert_array_equal(later["mission_weight"][:, used], 0.5 * met["mission_share"][:, used])


def test_offers__value_rail_as_one_target_however_many_lines_run_side_by_side():
    """Three equal lines in the cordon: a sortie does a third of what it does where there is one."""
    place, drawn, states = a_war(5)
    one = place[0]
    one["attackable"], one["is_open"], one["in_triangle"], one["length_km"] = 1, 1, 0, 50.0
    one["in_cordon"], one["night_hours"] = 0, 14.0
    one["n_sections"] = 3
    drawn["repair_man_hours_per_cut"], drawn["repair_minimum_hours"] = 100.0, 0.0
    rates = []
    for lines in (1, 3):
        one["in_cordon"][:lines] = 1
        mended = offers.mended_cuts(one, drawn[0], states[0])
        rates.append(offers.rail_rate(one, drawn[0], states[0], mended, 0))
    assert rates[0] == pytest.approx(3 * rates[1])


def test_prepared__asks_for_a_plan_each_fortnight_and_when_the_orders_on_choice_change():
    prepared = flagship()
    history = History(prepared)
    place = prepared.theatre.copy()
    ordered = history(prepared.scenario.start + timedelta(days=400))

    def due(day, directive):
        prepared.set_day(place, day)
        prepared.set_orders(place, directive)
        return int(place[0]["replan"])

    assert [due(day, ordered) for day in (0, 1, 13, 14, 15, 28, 29)] == [1, 0, 0, 1, 0, 1, 0]
    raid = RaidOrder("one", prepared.targets[0], prepared.classes[0], "strike", 10.0)
    assert due(30, replace(ordered, raids=(raid,))) == 0
    assert due(31, replace(ordered, choice="believed")) == 1
    assert due(32, replace(ordered, choice="believed")) == 0
    assert due(33, replace(ordered, choice="believed", delegated="president")) == 1
    assert due(34, replace(ordered, choice="believed", forbidden=frozenset({"dam"}))) == 1
    attention = np.zeros_like(ordered.attention)
    attention[:, 0] = 1.0
    assert due(35, replace(ordered, attention=attention)) == 1


def test_prepared__keeps_one_plan_for_two_policies_up_to_the_day_they_part():
    """The history's own changes of raids call no meeting between fortnights."""
    prepared = flagship()
    history, place = History(prepared), prepared.theatre.copy()
    meetings = []
    for day in range(prepared.scenario.days):
        when = prepared.scenario.start + timedelta(days=day)
        prepared.set_day(place, day)
        before = place[0]["attention"].copy()
        prepared.set_orders(place, history(when))
        if place[0]["replan"] and day % FORTNIGHT:
            meetings.append(day)
            assert (before != place[0]["attention"]).any()
    assert len(meetings) < 20
