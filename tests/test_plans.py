"""The program's policies: what each orders before and after it parts from the record."""

from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from stalemate.errors import PolicyError
from stalemate.policies.directive import Directive, Observation
from stalemate.policies.plans import NAMES, Banfill, BanfillAdded, Historical, NoBombing, Restraint, named
from stalemate.scenario import read

WAR = read.load("korea-1951")
PARTS = date(1952, 9, 1)
WINTER = date(1951, 12, 1), date(1952, 2, 29)
ORDERS = ("rail", "bridge", "road", "destruction", "support", "superiority", "other")


def history(when):
    """Order sorties that tell the day: a ramp in rail and road, pressure from the summer of 1952 on."""
    number = float((when - date(1951, 7, 10)).days)
    return Directive(
        rail=np.full((2, 3), number),
        bridge=np.full((2, 3), 2.0),
        road=np.array([number, 1.0]),
        destruction=np.full(2, 50.0 * (when >= date(1952, 7, 1))),
        support=np.full(2, 6.0),
        superiority=np.full(2, 4.0),
        other=np.full(2, 3.0),
        doubt=np.full(2, 0.2),
        attention=np.zeros((2, 14)),
    )


def decided(policy, when):
    return policy.decide(Observation(when, history(when), history, np.zeros(4), np.zeros(4), (), ()))


def same(one, other):
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in (*ORDERS, "doubt"))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "none"])
def test_plans__follow_the_record_up_to_the_day_they_part(name):
    policy = named(name, WAR)
    days = [WAR.start, date(1952, 1, 31), date(1952, 6, 30)]
    days += [policy.parts - timedelta(days=1)] if policy.parts else [WAR.end]
    assert all(same(decided(policy, day), history(day)) for day in days)
    if policy.parts:
        assert not same(decided(policy, policy.parts), history(policy.parts))
        assert not same(decided(policy, WAR.end), history(WAR.end))


def test_plans__dates_are_the_manifest_s():
    for name, key in (("banfill", "banfill"), ("banfill-added", "banfill"), ("restraint", "restraint")):
        assert named(name, WAR).parts == WAR.policies[key]["parts"]
    assert named("historical", WAR).parts is None
    assert named("none", WAR).parts == WAR.start


def test_banfill__resumes_the_mean_of_the_winter_every_day():
    policy = Banfill(*WINTER, PARTS)
    first, last = (history(day).rail[0, 0] for day in WINTER)
    for when in (PARTS, WAR.end):
        resumed = decided(policy, when)
        np.testing.assert_allclose(resumed.rail, (first + last) / 2)
        np.testing.assert_allclose(resumed.road, [(first + last) / 2, 1])
        assert not resumed.destruction.any()


def test_banfill__orders_one_directive_so_that_it_is_read_once():
    """The same history gives the same object every day; another history is never mixed up with it."""
    policy = Banfill(*WINTER, PARTS)
    assert decided(policy, PARTS) is decided(policy, WAR.end)

    def double(when):
        return history(when).scaled(rail=2)

    other = policy.decide(Observation(PARTS, double(PARTS), double, np.zeros(4), np.zeros(4), (), ()))
    np.testing.assert_allclose(other.rail, 2 * decided(policy, PARTS).rail)


def test_banfill_added__keeps_the_pressure_of_the_day():
    plain, added = Banfill(*WINTER, PARTS), BanfillAdded(Banfill(*WINTER, PARTS), PARTS)
    for when in (PARTS, WAR.end):
        one, other = decided(plain, when), decided(added, when)
        np.testing.assert_allclose(other.destruction, one.destruction + history(when).destruction)
        assert all(np.array_equal(getattr(one, k), getattr(other, k)) for k in ORDERS if k != "destruction")


def test_restraint__keeps_only_pressure_and_support():
    ordered = decided(Restraint(PARTS), PARTS)
    for name in ("rail", "bridge", "road"):
        assert not getattr(ordered, name).any()
    np.testing.assert_array_equal(ordered.destruction, history(PARTS).destruction)
    np.testing.assert_array_equal(ordered.other, history(PARTS).other)


def test_no_bombing__orders_nothing():
    assert not decided(NoBombing(WAR.start), WAR.start).total.any()
    assert decided(NoBombing(PARTS), WAR.start).total.any()


def test_historical__is_the_record():
    ordered = history(PARTS)
    assert Historical().decide(SimpleNamespace(historical=ordered)) is ordered


def test_named__knows_every_name_and_the_summaries_are_the_classes():
    for name, summary in NAMES.items():
        policy = named(name, WAR)
        assert (policy.name, policy.summary) == (name, summary)
        assert policy.digest == named(name, WAR).digest
    assert len({named(name, WAR).digest for name in NAMES}) == len(NAMES)


def test_named__offers_the_nearest_name():
    with pytest.raises(PolicyError, match="did you mean 'banfill'"):
        named("banfil", WAR)
    with pytest.raises(PolicyError, match="expected one of historical, banfill, "):
        named("7", WAR)


def test_named__says_which_date_the_scenario_lacks():
    bare = SimpleNamespace(name="bare", policies={"banfill": {"parts": PARTS}}, start=WAR.start)
    with pytest.raises(PolicyError, match=r"'bare' gives no date 'model_starts' .* \[policies.banfill\]"):
        named("banfill", bare)
    with pytest.raises(PolicyError, match="no date 'parts' for the policy 'restraint'"):
        named("restraint", bare)
