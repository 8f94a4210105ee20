"""The program's policies: what each orders before and after it parts from the record."""

from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from stalemate.errors import PolicyError
from stalemate.policies.directive import Directive, Observation, RaidOrder
from stalemate.policies.naming import NAMES, named
from stalemate.policies.plans import (
    Banfill,
    BanfillAdded,
    CloseSupport,
    Historical,
    NoBombing,
    NoDams,
    Optimal,
    Restraint,
    Smart,
)
from stalemate.policies.wrappers import capped, delayed, truce, under_law
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
        raids=(RaidOrder("r", "plant", "jet", "strike", 30.0),) if when.day == 15 else (),
    )


CLASSES = ("jet", "bomber")


def decided(policy, when, known=history):
    return policy.decide(Observation(when, known(when), known, np.zeros(4), np.zeros(4), CLASSES, ()))


def same(one, other):
    alike = (np.array_equal(getattr(one, name), getattr(other, name)) for name in (*ORDERS, "doubt"))
    plain = ("raids", "choice", "delegated", "forbidden", "law")
    return all(alike) and all(getattr(one, name) == getattr(other, name) for name in plain)


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


def test_banfill__orders_one_directive_for_days_under_the_same_orders():
    """The same history gives the same object; another history is never mixed up with it."""
    policy = Banfill(*WINTER, PARTS)
    kept = {day: history(day) for day in (PARTS, WAR.end)}

    def known(when):
        return kept.get(when) or history(when)

    assert decided(policy, PARTS, known) is decided(policy, PARTS, known)

    def double(when):
        return history(when).scaled(rail=2)

    np.testing.assert_allclose(decided(policy, PARTS, double).rail, 2 * decided(policy, PARTS).rail)


def test_banfill_added__keeps_the_pressure_of_the_day():
    plain, added = Banfill(*WINTER, PARTS), BanfillAdded(Banfill(*WINTER, PARTS), PARTS)
    for when in (PARTS, WAR.end):
        one, other = decided(plain, when), decided(added, when)
        np.testing.assert_allclose(other.destruction, one.destruction + history(when).destruction)
        assert all(np.array_equal(getattr(one, k), getattr(other, k)) for k in ORDERS if k != "destruction")


def test_restraint__keeps_only_superiority_and_support():
    ordered = decided(Restraint(PARTS), PARTS)
    for name in ORDERS:
        kept = getattr(history(PARTS), name) if name in ("support", "superiority") else 0.0
        np.testing.assert_array_equal(
            getattr(ordered, name), np.broadcast_to(kept, getattr(ordered, name).shape)
        )
    assert decided(Restraint(PARTS), date(1952, 9, 15)).raids == ()


def spent(month):
    """Return what the record above spends a day at lines, roads and targets in a month: (class,)."""
    days = [date(1952, month, day) for day in range(1, 31)]
    numbers = [(day - date(1951, 7, 10)).days for day in days]
    ramp = np.mean(numbers)
    return np.array([3 * ramp + 6 + ramp + 50 + 1.0, 3 * ramp + 6 + 1 + 50])


def test_close_support__flies_what_the_record_spent_elsewhere_at_the_front():
    """In September the raid of the 15th adds 30 sorties of one class over 30 days."""
    ordered = decided(CloseSupport(PARTS), PARTS)
    np.testing.assert_allclose(ordered.support, 6 + spent(9))
    assert not ordered.raids
    for mission in ("rail", "road", "destruction"):
        assert not getattr(ordered, mission).any()


@pytest.mark.parametrize(("plan", "choice"), [(Smart, "believed"), (Optimal, "true")])
def test_smart__offers_all_that_the_record_spent_to_each_mission(plan, choice):
    ordered = decided(plan(*WINTER, PARTS), PARTS)
    for offered in (ordered.rail.sum(1) + ordered.bridge.sum(1), ordered.road, ordered.destruction):
        np.testing.assert_allclose(offered, spent(9))
    winter = decided(Banfill(*WINTER, PARTS), PARTS)
    np.testing.assert_allclose(
        ordered.rail / ordered.rail.sum(1, keepdims=True), winter.rail / winter.rail.sum(1, keepdims=True)
    )
    np.testing.assert_array_equal(ordered.support, history(PARTS).support)
    assert (ordered.choice, ordered.delegated, ordered.raids) == (choice, "theatre", ())


def test_no_restrictions__gives_every_approval_but_the_last():
    ordered = decided(named("no-restrictions", WAR), WAR.end)
    assert ordered.delegated == "president"


def test_no_dams__is_the_record_with_dams_forbidden():
    ordered = decided(NoDams(PARTS), PARTS)
    assert ordered.forbidden == {"dam"}
    assert all(np.array_equal(getattr(ordered, name), getattr(history(PARTS), name)) for name in ORDERS)


def test_wrappers__change_one_thing_and_say_so():
    half, late = capped(Restraint(PARTS), 0.5, WAR.start), delayed(Restraint(PARTS), 30)
    pause, lawful = (
        truce(Historical(), PARTS, WAR.end),
        under_law(Historical(), "additional-protocol-1", WAR.start),
    )
    assert [p.label for p in (half, late, pause, lawful)] == [
        "restraint:cap=0.5",
        "restraint:delay=30",
        f"historical:truce={PARTS}..{WAR.end}",
        "historical:law=additional-protocol-1",
    ]
    assert all(named(p.label, WAR).label == p.label for p in (half, late, pause, lawful))
    halved = decided(capped(Historical(), 0.5, PARTS), PARTS)
    for name in ORDERS:
        factor = 1.0 if name in ("support", "superiority", "other") else 0.5
        np.testing.assert_allclose(getattr(halved, name), factor * getattr(history(PARTS), name))
    assert same(decided(late, PARTS + timedelta(days=29)), history(PARTS + timedelta(days=29)))
    assert not decided(late, PARTS + timedelta(days=30)).rail.any()
    assert same(decided(pause, PARTS - timedelta(days=1)), history(PARTS - timedelta(days=1)))
    assert decided(pause, WAR.end).total.sum() == history(PARTS).superiority.sum()
    assert decided(lawful, WAR.start).law == "additional-protocol-1"
    assert (half.parts, late.parts) == (PARTS, PARTS + timedelta(days=30))
    with pytest.raises(PolicyError, match="follows the record throughout"):
        delayed(Historical(), 3)


@pytest.mark.parametrize("name", ["banfill", "banfill-added"])
def test_matched__flies_the_policy_s_mix_with_the_record_s_sorties(name):
    policy, ordered = named(f"{name}:effort=record", WAR), decided(named(name, WAR), PARTS)
    assert policy.label == f"{name}:effort=record"
    same_effort = decided(policy, PARTS)
    month = [PARTS.replace(day=1) + timedelta(days=k) for k in range(30)]
    flown = []
    for day in month:
        record = history(day)
        raids = np.zeros(len(record.road))
        for raid in record.raids:
            raids[CLASSES.index(raid.aircraft_class)] += raid.sorties
        flown.append(record.rail.sum(1) + record.bridge.sum(1) + record.road + record.destruction + raids)
    spent = np.mean(flown, axis=0)
    total = same_effort.rail.sum(1) + same_effort.bridge.sum(1) + same_effort.road + same_effort.destruction
    sent = (ordered.rail.sum(1) + ordered.bridge.sum(1) + ordered.road + ordered.destruction) > 0
    np.testing.assert_allclose(total, np.where(sent, spent, 0.0))
    np.testing.assert_array_equal(same_effort.support, ordered.support)
    assert same(decided(named("smart:effort=record", WAR), PARTS), decided(named("smart", WAR), PARTS))
    factor = total[0] / (ordered.rail.sum(1) + ordered.bridge.sum(1) + ordered.road + ordered.destruction)[0]
    np.testing.assert_allclose(same_effort.rail[0], factor * ordered.rail[0])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("banfill:effort=all", "expected one as effort=record"),
        ("banfill:hope=1", "found the change 'hope=1'; expected one of cap="),
        ("banfill:cap=-1", "found the change 'cap=-1'; expected one as cap=0.5"),
        ("banfill:cap=nan", "expected one as cap=0.5"),
        ("banfill:delay=soon", "expected one as delay=30"),
        ("historical:delay=3", "follows the record throughout"),
        ("banfill:truce=1952-10-08", "expected one as truce="),
        ("banfill:truce=1953-10-08..1952-10-08", "expected one as truce="),
        ("banfill:law=none", "found the law 'none'; expected one of hague-1907, additional-protocol-1"),
    ],
)
def test_named__says_what_may_follow_a_colon(name, words):
    with pytest.raises(PolicyError) as caught:
        named(name, WAR)
    assert words in str(caught.value)


def test_policy__digest_follows_what_it_wraps():
    assert named("banfill:cap=0.5", WAR).digest != named("restraint:cap=0.5", WAR).digest
    assert named("banfill:cap=0.5", WAR).digest == named("banfill:cap=0.5", WAR).digest


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
