"""Directives: scaling, weights and means by hand; what cannot be flown is refused with the reason."""

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import ClassVar, final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stalemate.errors import PolicyError
from stalemate.policies.directive import (
    MAX_RAIDS,
    MISSIONS,
    AbstractPolicy,
    Directive,
    Names,
    Observation,
    RaidOrder,
    check,
)

SHAPE = (2, 3)
KINDS = ("power", "town", "dam")
NAMES = Names(("jet", "bomber"), ("north", "middle", "south"), KINDS, ("plant", "capital", "reservoir"))
DAY = date(1952, 6, 24)
ORDERS = ("rail", "bridge", "road", "destruction", "support", "superiority", "other")
RAID = RaidOrder("one", "plant", "bomber", "strike", 40.0)


def orders(factor=1.0):
    """Return a directive of two classes over three sections."""
    return Directive(
        rail=factor * np.array([[1.0, 2.0, 3.0], [0.0, 4.0, 0.0]]),
        bridge=factor * np.array([[0.5, 0.0, 0.0], [0.0, 0.0, 1.5]]),
        road=factor * np.array([10.0, 20.0]),
        destruction=factor * np.array([5.0, 0.0]),
        support=factor * np.array([2.0, 0.0]),
        superiority=factor * np.array([0.0, 7.0]),
        other=factor * np.array([1.0, 1.0]),
        doubt=np.array([0.2, 0.3]),
        attention=np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 0.0]]),
        raids=(RAID,),
    )


@final
@dataclass(frozen=True)
class Fixed(AbstractPolicy):
    name: ClassVar[str] = "fixed"
    summary: ClassVar[str] = "for tests"
    level: float = 1.0

    def decide(self, seen: Observation) -> Directive:
        return orders(self.level)


def refused(directive, replicates=4):
    with pytest.raises(PolicyError) as caught:
        check(directive, Fixed(), DAY, NAMES, replicates)
    return str(caught.value)


def test_directive__totals_all_missions_by_class():
    np.testing.assert_allclose(orders().total, [6 + 0.5 + 10 + 5 + 2 + 1, 4 + 1.5 + 20 + 7 + 1])


@given(st.sampled_from(ORDERS), st.floats(0, 1e6))
def test_directive__scales_one_mission_and_leaves_the_rest(mission, factor):
    scaled = orders().scaled(**{mission: factor})
    for field in fields(Directive):
        expected = getattr(orders(), field.name)
        if field.name == mission:
            expected = expected * factor
        if field.name == "raids":
            scaled_raid = replace(RAID, sorties=RAID.sorties * factor)
            expected = ((scaled_raid,) if factor > 0 else ()) if mission == "destruction" else (RAID,)
            assert scaled.raids == expected
            continue
        np.testing.assert_array_equal(getattr(scaled, field.name), expected)


@pytest.mark.parametrize(
    ("factors", "words"),
    [
        (
            {"rails": 2.0},
            "'rails'; expected one of rail, bridge, road, destruction, support, superiority, other",
        ),
        ({"doubt": 2.0}, "'doubt'"),
        ({"rail": -0.5}, "rail is -0.5; expected a finite factor >= 0"),
        ({"rail": float("nan")}, "rail is nan"),
        ({"road": float("inf")}, "road is inf"),
    ],
)
def test_directive__refuses_to_scale_by_what_makes_no_sense(factors, words):
    with pytest.raises(PolicyError, match="scaled") as caught:
        orders().scaled(**factors)
    assert words in str(caught.value)


def test_directive__weights_replace_those_of_the_missions_named():
    weight = np.array([0.0, 1.0, 2.0])
    once = orders().weighted(rail=weight)
    twice = once.weighted(road=3 * weight)
    assert once.weights[1:] == (1.0,) * (len(MISSIONS) - 1)
    np.testing.assert_array_equal(twice.weights[MISSIONS.index("rail")], weight)
    np.testing.assert_array_equal(twice.weights[MISSIONS.index("road")], 3 * weight)
    np.testing.assert_array_equal(twice.total, orders().total)
    with pytest.raises(PolicyError, match="'other'"):
        orders().weighted(other=weight)


def test_directive__mean_is_the_mean_of_every_order():
    averaged = Directive.mean([orders(1.0), orders(2.0), orders(6.0)])
    for name in ORDERS:
        np.testing.assert_allclose(getattr(averaged, name), getattr(orders(3.0), name))
    np.testing.assert_allclose(averaged.doubt, orders().doubt)
    with pytest.raises(PolicyError, match="no directive"):
        Directive.mean([])


def test_check__lets_good_orders_fly():
    check(orders(), Fixed(), DAY, NAMES, 4)
    check(orders().weighted(rail=np.zeros(4)), Fixed(), DAY, NAMES, 4)
    check(orders(0.0), Fixed(), DAY, NAMES, 4)


@pytest.mark.parametrize("field", [*ORDERS, "doubt"])
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -1e-9])
def test_check__refuses_sorties_that_are_not_numbers_or_negative(field, bad):
    values = getattr(orders(), field).copy()
    values.flat[-1] = bad
    message = refused(replace(orders(), **{field: values}))
    assert message.startswith(f"policy 'fixed' on 1952-06-24: {field} holds")
    assert "expected finite sorties >= 0" in message


@pytest.mark.parametrize("field", [*ORDERS, "doubt"])
def test_check__refuses_a_wrong_shape(field):
    expected = SHAPE if field in ("rail", "bridge") else SHAPE[:1]
    for shape in ((), (3,), (3, 2), (2, 3, 1)):
        message = refused(replace(orders(), **{field: np.zeros(shape)}))
        assert f"{field} has the shape {shape}; expected {expected}" in message


@pytest.mark.parametrize("weight", [-1.0, float("nan"), np.array([1.0, 1.0, -1.0, 1.0]), np.inf])
def test_check__refuses_weights_that_are_not_numbers_or_negative(weight):
    assert "the weight of bridge is not a finite number >= 0" in refused(orders().weighted(bridge=weight))


def test_check__refuses_weights_of_another_number_of_replicates():
    message = refused(orders().weighted(rail=np.ones(5)))
    assert "the weight of rail has the shape (5,); expected one number or (4,)" in message


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"raids": (replace(RAID, target="farm"),)}, "target 'farm'; expected one of plant, capital"),
        ({"raids": (replace(RAID, aircraft_class="kite"),)}, "aircraft class 'kite'; expected one of jet"),
        ({"raids": (replace(RAID, role="parade"),)}, "role 'parade'; expected one of strike, suppression"),
        ({"raids": (replace(RAID, sorties=-1.0),)}, "has -1.0 sorties; expected a finite number >= 0"),
        ({"raids": (RAID,) * (MAX_RAIDS + 1)}, f"found {MAX_RAIDS + 1} raid orders; expected at most"),
        ({"attention": np.full((2, 3), 0.5)}, "attention sums to [1.5 1.5] by class; expected 1, or 0"),
        ({"choice": "dice"}, "choice is 'dice'; expected one of given, believed, true"),
        ({"delegated": "never"}, "delegated is 'never'; expected one of field, theatre"),
        ({"law": "none"}, "law is 'none'; expected one of hague-1907"),
        ({"forbidden": frozenset({"farm"})}, "forbidden holds 'farm'; expected some of power, town, dam"),
        ({"leaflets": float("nan")}, "leaflets is nan; expected a finite factor >= 0"),
        ({"weights": (1.0, 1.0)}, "found 2 weights; expected 5"),
    ],
)
def test_check__refuses_names_and_numbers_that_mean_nothing(changes, words):
    assert words in refused(replace(orders(), **changes))


def test_check__refuses_a_policy_that_returned_nothing():
    assert "decide returned None; expected a Directive" in refused(None)


def test_policy__digest_follows_fields_and_code():
    assert Fixed().digest == Fixed().digest
    assert Fixed(2.0).digest != Fixed().digest
    source = {"summary": "for tests", "name": "fixed", "decide": Fixed.decide, "parts": None}
    made_elsewhere = type("Fixed", (AbstractPolicy,), source)
    assert made_elsewhere().digest != Fixed().digest
