"""Allocation of sorties, against bisection, first-order conditions, linear programs and all plans tried."""

import itertools
import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference.allocation import Problem, best_packages, dual_value, problems
from reference.allocation import water_fill as plain_water_fill
from reference.programs import most_value

from stalemate.systems.allocation import allocate, scratch, value, water_fill
from stalemate.systems.packages import to_packages

Floats = npt.NDArray[np.float64]
ROOM = (160, 8)
COUNT = 200


def padded(values: Floats) -> Floats:
    """Return an array of the shape that callers hold; what lies beyond the values is not a number."""
    room = np.full(ROOM[: values.ndim] if values.shape != (values.size,) else ROOM[0], math.nan)
    room[tuple(slice(size) for size in values.shape)] = values
    return room


def dirty_scratch() -> np.void:
    """Return scratch that earlier use has filled."""
    record = scratch(*ROOM)
    for name in record.dtype.names or ():
        record[name] = 77
    return record[0]


@dataclass(frozen=True)
class Answer:
    """What the kernels return and write."""

    relaxed_value: float
    relaxed: Floats
    log_multiplier: Floats
    value: float
    packages: Floats


def solved(problem: Problem) -> Answer:
    """Allocate a problem, then make whole packages, on padded arrays."""
    shape = problem.rate.shape
    gain, rate, price, size, budget = (
        padded(values) for values in (problem.gain, problem.rate, problem.price, problem.size, problem.budget)
    )
    sorties, work = padded(np.zeros(shape)), dirty_scratch()
    relaxed_value = allocate(*shape, gain, rate, price, budget, sorties, work)
    inside = tuple(slice(length) for length in shape)
    relaxed, multiplier = sorties[inside].copy(), work["log_multiplier"][inside[1]].copy()
    to_packages(*shape, gain, rate, price, size, budget, sorties, work)
    whole_value = value(*shape, gain, rate, price, sorties)
    beyond = np.ones(ROOM, bool)
    beyond[inside] = False
    assert np.isnan(sorties[beyond]).all()
    return Answer(relaxed_value, relaxed, multiplier, whole_value, sorties[inside].copy())


def filled(gain: list[float], rate: list[float], price: list[float], budget: float) -> tuple[float, Floats]:
    """Water-fill one class on padded arrays; return the multiplier and the sorties."""
    sorties, log_worth = padded(np.zeros(len(gain))), np.full(ROOM[0], 77.0)
    arrays = (padded(np.array(values, float)) for values in (gain, rate, price))
    multiplier = water_fill(len(gain), *arrays, budget, sorties, log_worth)
    assert np.isnan(sorties[len(gain) :]).all()
    return multiplier, sorties[: len(gain)]


@st.composite
def one_class(draw: st.DrawFn) -> tuple[list[float], list[float], list[float], float]:
    """Draw gains, rates, prices and a budget of one class."""
    count = draw(st.integers(1, 12))

    def some(values: st.SearchStrategy[float]) -> list[float]:
        return draw(st.lists(values, min_size=count, max_size=count))

    priced = draw(st.booleans())
    return (
        some(st.just(0.0) | st.floats(0.01, 1000.0)),
        some(st.just(0.0) | st.floats(0.002, 2.0)),
        some(st.just(0.0) | st.floats(1e-4, 20.0)) if priced else [0.0] * count,
        draw(st.floats(0.01, 300.0)),
    )


@st.composite
def several_classes(draw: st.DrawFn) -> Problem:
    """Draw a small problem of several classes."""
    shape = draw(st.integers(1, 5)), draw(st.integers(1, 4))

    def some(values: st.SearchStrategy[float], *size: int) -> Floats:
        count = math.prod(size)
        return np.array(draw(st.lists(values, min_size=count, max_size=count)), float).reshape(size)

    return Problem(
        gain=some(st.just(0.0) | st.floats(0.1, 100.0), shape[0]),
        rate=some(st.just(0.0) | st.floats(0.005, 1.0), *shape),
        price=some(st.just(0.0) | st.floats(0.001, 5.0) | st.just(math.inf), *shape),
        size=some(st.integers(1, 12).map(float), *shape),
        budget=some(st.floats(0.0, 60.0), shape[1]),
    )


@pytest.fixture(scope="module")
def solved_problems() -> list[tuple[Problem, Answer, float]]:
    """Return the random problems, our answers, and an upper bound from HiGHS."""
    return [
        (problem, solved(problem), most_value(problem.gain, problem.rate, problem.price, problem.budget))
        for problem in problems(COUNT)
    ]


def test_water_fill__divides_evenly_between_equal_targets():
    multiplier, sorties = filled([10.0, 10.0, 10.0], [0.1] * 3, [0.0] * 3, 30.0)
    assert sorties == pytest.approx([10.0] * 3, rel=1e-14)
    assert multiplier == pytest.approx(1.0 * math.exp(-1.0), rel=1e-14)


def test_water_fill__leaves_a_target_alone_until_the_others_are_worn_down():
    """A sortie adds .5 on the poor target, and on the rich one after ln 2 / .1 sorties."""
    worn = math.log(2.0) / 0.1
    assert filled([10.0, 5.0], [0.1, 0.1], [0.0, 0.0], worn - 1e-9)[1][1] == 0.0
    assert filled([10.0, 5.0], [0.1, 0.1], [0.0, 0.0], worn + 1.0)[1] == pytest.approx([worn + 0.5, 0.5])


def test_water_fill__stops_where_a_sortie_is_no_longer_worth_its_price():
    multiplier, sorties = filled([10.0], [0.1], [0.5], 1000.0)
    assert multiplier == 0.0
    assert sorties == pytest.approx([math.log(2.0) / 0.1], rel=1e-14)


@pytest.mark.parametrize(("budget", "most"), [(5, (5, 0, 0)), (10, (8.47, 1.53, 0)), (20, (13.47, 6.53, 0))])
def test_water_fill__spreads_as_the_page_shows(budget, most):
    """The first rows of the table in docs/model/allocation.md."""
    assert filled([10.0, 5.0, 2.5], [0.1] * 3, [0.0] * 3, budget)[1] == pytest.approx(most, abs=0.005)


@given(one_class())
def test_water_fill__equals_bisection(problem):
    gain, rate, price, budget = problem
    multiplier, sorties = filled(gain, rate, price, budget)
    if max(g * r - p for g, r, p in zip(gain, rate, price, strict=True)) <= 0.0:
        assert not sorties.any()
        return
    wanted_multiplier, wanted = plain_water_fill(gain, rate, price, budget)
    assert sorties == pytest.approx(wanted, rel=1e-9, abs=1e-9 * (1.0 + max(wanted)))
    assert multiplier == pytest.approx(wanted_multiplier, rel=1e-9, abs=1e-9 * max(gain))


@given(one_class())
def test_water_fill__meets_the_first_order_conditions(problem):
    """Attacked targets add the multiplier, the others no more; a multiplier means a spent budget."""
    gain, rate, price = (np.array(values) for values in problem[:3])
    budget = problem[3]
    multiplier, sorties = filled(*problem)
    adds = gain * rate * np.exp(-rate * sorties) - price
    slack = 1e-9 * (multiplier + price)
    assert (sorties >= 0.0).all()
    assert sorties.sum() <= budget * (1.0 + 1e-14 * len(gain))
    assert (adds <= multiplier + slack).all()
    assert (np.abs(adds - multiplier) <= slack)[sorties > 0.0].all()
    if multiplier > 0.0:
        assert sorties.sum() == pytest.approx(budget, rel=1e-12)


@given(one_class(), st.floats(1.0, 3.0))
def test_water_fill__adds_value_with_every_sortie_more(problem, factor):
    gain, rate, price, budget = problem
    n = len(gain)
    tables = [np.array(values).reshape(n, 1) for values in (rate, price)]
    values = [
        value(n, 1, np.array(gain), *tables, filled(gain, rate, price, more)[1].reshape(n, 1))
        for more in (budget, budget * factor)
    ]
    assert values[1] >= values[0] - 1e-12 * sum(gain)


def test_water_fill__keeps_its_grip_at_the_edges_of_the_number_range():
    """Far more sorties than the target can ever need, prices beyond all gain, gains near nothing."""
    assert filled([1.0], [1.0], [0.0], 5000.0)[1] == pytest.approx([5000.0])
    assert filled([1.0, 1.0], [1.0, 2.0], [0.0, 0.5], 5000.0)[1] == pytest.approx(
        [5000.0 - math.log(4.0) / 2, math.log(4.0) / 2]
    )
    assert not filled([1.0, 1.0], [1.0, 1.0], [1e300, math.inf], 10.0)[1].any()
    assert filled([1.0, 1.0], [1.0, 1.0], [math.inf, 0.0], 10.0)[1] == pytest.approx([0.0, 10.0])
    assert filled([1e-300, 1e-300], [1e-3, 1e-3], [0.0, 0.0], 10.0)[1] == pytest.approx([5.0, 5.0])


def test_value__adds_damage_of_all_classes_and_subtracts_prices():
    problem = next(problems(1))
    sorties = np.random.default_rng(1).random(problem.rate.shape) * 20.0
    found = value(*problem.rate.shape, problem.gain, problem.rate, problem.price, sorties)
    assert found == pytest.approx(problem.value(sorties), rel=1e-13)


def test_allocate__comes_within_two_percent_of_the_relaxation(solved_problems):
    gaps = [1.0 - answer.relaxed_value / bound for _, answer, bound in solved_problems]
    assert len(gaps) == COUNT
    assert min(gaps) > 0.0, "no plan can beat the bound"
    assert max(gaps) < 0.01
    assert np.median(gaps) < 0.002


def test_allocate__returns_the_value_of_its_plan(solved_problems):
    for problem, answer, _ in solved_problems:
        assert answer.relaxed_value == pytest.approx(problem.value(answer.relaxed), rel=1e-12)


def test_allocate__gives_one_class_what_water_fill_gives(solved_problems):
    alone = [(problem, answer) for problem, answer, _ in solved_problems if problem.rate.shape[1] == 1]
    assert alone
    for problem, answer in alone:
        budget = float(problem.budget[0])
        exact = filled(problem.gain, problem.rate[:, 0], problem.price[:, 0], budget)[1]
        assert answer.relaxed_value == pytest.approx(problem.value(exact[:, None]), rel=1e-5)


def test_allocate__proves_its_plan_by_its_multipliers(solved_problems):
    """Lagrange's dual at the multipliers of a plan bounds all plans, with no program solved."""
    for problem, answer, bound in solved_problems:
        dual = dual_value(problem, np.exp(answer.log_multiplier))
        assert 1.0 - 1e-12 < dual / answer.relaxed_value < 1.02
        assert dual > bound * 0.997


@given(several_classes())
def test_allocate__keeps_budgets_and_never_sends_where_none_may_go(problem):
    answer = solved(problem)
    barred = (problem.rate == 0.0) | np.isinf(problem.price) | (problem.gain == 0.0)[:, None]
    for sorties in (answer.relaxed, answer.packages):
        assert (sorties >= 0.0).all()
        assert not sorties[barred].any()
    assert (answer.relaxed.sum(axis=0) <= problem.budget * (1.0 + 1e-13)).all()
    assert (answer.packages.sum(axis=0) <= problem.budget).all()
    assert answer.relaxed_value == pytest.approx(problem.value(answer.relaxed), rel=1e-9, abs=1e-12)
    assert answer.value == pytest.approx(problem.value(answer.packages), rel=1e-9, abs=1e-12)


@given(several_classes(), st.floats(1.0, 4.0))
def test_allocate__loses_no_value_to_a_larger_budget(problem, factor):
    """Up to what the turns leave on the table."""
    more = solved(replace(problem, budget=problem.budget * factor))
    rounding = 1e-12 * problem.gain.sum()
    assert more.relaxed_value >= 0.99 * solved(problem).relaxed_value - rounding


def test_allocate__moves_a_class_to_what_only_it_can_reach():
    """Both can reach the first target, one alone the second; prices apart, each has a target to itself."""
    rate = np.array([[0.1, 0.1], [0.1, 0.0]])
    problem = Problem(np.full(2, 10.0), rate, np.zeros((2, 2)), np.ones((2, 2)), np.full(2, 20.0))
    assert solved(problem).relaxed == pytest.approx(np.array([[0.0, 20.0], [20.0, 0.0]]), abs=0.2)


def test_allocate__gives_the_same_bits_again_and_on_arrays_without_padding():
    for problem in problems(20):
        shape = problem.rate.shape
        first, second = solved(problem), solved(problem)
        tight, work = np.zeros(shape), dirty_scratch()
        given_ = (problem.gain, problem.rate, problem.price)
        assert allocate(*shape, *given_, problem.budget, tight, work) == first.relaxed_value
        for sorties in (second.relaxed, tight):
            assert sorties.tobytes() == first.relaxed.tobytes()
        to_packages(*shape, *given_, problem.size, problem.budget, tight, work)
        for sorties in (second.packages, tight):
            assert sorties.tobytes() == first.packages.tobytes()


@pytest.mark.parametrize("nothing", ["budget", "gain", "rate"])
def test_allocate__does_nothing_with_nothing(nothing):
    problem = next(problems(1))
    answer = solved(replace(problem, **{nothing: np.zeros_like(getattr(problem, nothing))}))
    assert (answer.relaxed_value, answer.value) == (0.0, 0.0)
    assert not answer.relaxed.any()
    assert not answer.packages.any()


@pytest.mark.parametrize("little", [5e-324, 1e-305, 1e-12])
def test_allocate__bears_a_class_with_next_to_no_sorties(little):
    """The second target can be reached only by the class that has next to none."""
    rate = np.array([[0.1, 0.0], [0.0, 0.25]])
    problem = Problem(np.ones(2), rate, np.zeros((2, 2)), np.ones((2, 2)), np.array([9.0, little]))
    answer = solved(problem)
    assert answer.relaxed == pytest.approx(np.diag([9.0, little]), rel=1e-9)
    assert answer.packages == pytest.approx(np.diag([9.0, 0.0]))


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_allocate__accepts_no_targets_and_no_classes(shape):
    table = np.ones(shape)
    answer = solved(Problem(np.ones(shape[0]), table, table, table, np.ones(shape[1])))
    assert (answer.relaxed_value, answer.value) == (0.0, 0.0)


def test_packages__are_whole_and_within_the_budget(solved_problems):
    for problem, answer, _ in solved_problems:
        packages = answer.packages / problem.size
        assert (packages == np.round(packages)).all()
        assert (answer.packages.sum(axis=0) <= problem.budget).all()


def test_packages__lose_little_to_the_relaxation(solved_problems):
    """What is lost comes mostly from wholeness itself: docs/model/allocation.md."""
    gaps = [1.0 - answer.value / bound for _, answer, bound in solved_problems]
    assert min(gaps) > 0.0
    assert np.median(gaps) < 0.02
    assert max(gaps) < 0.45


@given(several_classes())
def test_packages__gain_nothing_by_one_package_more_or_less(problem):
    answer = solved(problem)
    room = problem.budget - answer.packages.sum(axis=0)
    for i, a in np.ndindex(*problem.rate.shape):
        size = problem.size[i, a]
        more, less = answer.packages.copy(), answer.packages.copy()
        more[i, a] += size
        less[i, a] -= size
        if size <= room[a] and problem.rate[i, a] > 0.0:
            assert problem.value(more) <= answer.value + 1e-9
        if less[i, a] >= 0.0:
            assert problem.value(less) <= answer.value + 1e-9


def test_packages__come_near_the_best_of_all_plans():
    """Two classes with two or three packages each, three targets, no prices."""
    rng = np.random.default_rng(7)
    shares = []
    for _ in range(100):
        rate = rng.lognormal(-2.0, 1.0, (3, 2))
        size = rng.integers(2, 7, (3, 2)).astype(float)
        problem = Problem(rng.lognormal(0, 1, 3), rate, np.zeros((3, 2)), size, np.full(2, 13.0))
        shares.append(solved(problem).value / best_packages(problem))
    assert max(shares) <= 1.0 + 1e-12
    assert min(shares) > 0.8
    assert np.mean(shares) > 0.98


def test_packages__keep_no_package_of_which_less_than_half_was_planned():
    """Two targets, budget for one package: it goes whole to the better one."""
    column = np.ones((2, 1))
    problem = Problem(np.array([10.0, 9.0]), 0.1 * column, 0.0 * column, 12.0 * column, np.array([20.0]))
    assert solved(problem).packages[:, 0].tolist() == [12.0, 0.0]


def test_packages__give_up_one_that_is_not_worth_its_price():
    """Half a package pays, a whole one does not."""
    one = np.ones((1, 1))
    problem = Problem(np.array([10.0]), 0.1 * one, 0.7 * one, 7.0 * one, np.array([20.0]))
    answer = solved(problem)
    assert answer.relaxed[0, 0] > 3.5
    assert answer.packages.any() == (10.0 * (1.0 - math.exp(-0.7)) > 0.7 * 7.0)
    dear = solved(replace(problem, price=0.72 * one, size=6.5 * one))
    assert dear.value == max(0.0, 10.0 * (1.0 - math.exp(-0.65)) - 0.72 * 6.5)


def test_packages__of_equal_size_reach_the_best_for_one_class():
    """Greedy choice is optimal for one class with packages of one size: compare with trial of all plans."""
    rng = np.random.default_rng(3)
    for _ in range(20):
        column = np.ones((4, 1))
        problem = Problem(
            rng.lognormal(0, 1, 4), rng.lognormal(-2, 1, (4, 1)), 0 * column, 4 * column, np.array([24.0])
        )
        assert solved(problem).value == pytest.approx(best_packages(problem), rel=1e-12)


def test_reference__bound_is_above_every_plan_and_near_the_best():
    """The linear program against the exact answer for one class."""
    for problem in itertools.islice(problems(COUNT), 40):
        one = replace(problem, rate=problem.rate[:, :1], price=problem.price[:, :1])
        bound = most_value(one.gain, one.rate, one.price, one.budget[:1])
        exact = plain_water_fill(one.gain, one.rate[:, 0], one.price[:, 0], float(one.budget[0]))[1]
        assert 1.0 <= bound / one.value(np.array(exact)[:, None]) < 1.003
