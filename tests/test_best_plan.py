"""Best plans: proven by bounds, equal to closed forms, to a linear program and to a general solver."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.allocation import water_fill
from reference.best_plan import by_tangents, one

from stalemate.analysis.best_plan import GAP, Program, damage, profit, solve
from stalemate.errors import ModelError


def problem(seed, wars=3, targets=12, classes=3, tight=1.0):
    """Return random programs: a budget a class, then two limits that bind more the smaller ``tight`` is."""
    rng = np.random.default_rng(seed)
    shape = (wars, targets, classes)
    rate = 10 ** rng.uniform(-4, -1, shape) * (rng.random(shape) < 0.6)
    budget = 10 ** rng.uniform(1, 3.5, (wars, classes))
    use = np.zeros((wars, classes + 2, targets, classes))
    for k in range(classes):
        use[:, k, :, k] = 1.0
    use[:, classes] = 10 ** rng.uniform(-4, -2, shape)
    use[:, classes + 1] = 10 ** rng.uniform(-2, 1, shape)
    spent = np.einsum("wrik,wk->wr", use[:, classes:], budget) / targets
    limit = np.concatenate([budget, tight * spent * 10 ** rng.uniform(-1, 0.5, spent.shape)], axis=1)
    return Program(
        objective=10 ** rng.uniform(-1, 2, (wars, targets)),
        price=np.zeros(shape),
        rate=rate,
        use=use,
        limit=limit,
        gain=np.zeros((wars, targets)),
        group=np.full(targets, -1),
        floor=np.zeros((wars, 0)),
    )


def used(program, sorties):
    return np.einsum("wria,wia->wr", program.use, sorties)


def of_damage(program, war=0):
    """Return the least price for which half of what the best plan does is done in each of two groups."""
    best = solve(program)
    group = np.arange(program.rate.shape[1]) % 2
    done = program.objective * damage(program.rate, best.sorties)
    floor = 0.5 * np.stack([done[:, group == j].sum(1) for j in range(2)], axis=1)
    return Program(
        np.zeros_like(program.objective),
        program.use[:, -1],
        program.rate,
        program.use,
        program.limit,
        program.objective,
        group,
        floor,
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(1, 6), st.sampled_from([0.01, 0.3, 1.0, 30.0]))
def test_solve__proves_every_plan_within_its_limits(seed, targets, classes, tight):
    program = problem(seed, 3, targets, classes, tight)
    best = solve(program)
    value = (program.objective * damage(program.rate, best.sorties)).sum(1)
    np.testing.assert_allclose(best.value, value, rtol=1e-12)
    assert (best.gap <= GAP).all()
    assert (best.value <= best.bound * (1 + 1e-12)).all()
    assert (used(program, best.sorties) <= program.limit * (1 + 1e-12)).all()
    assert (best.sorties >= 0).all()
    assert (best.worth >= 0).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 30), st.integers(1, 5), st.sampled_from([0.1, 1.0]))
def test_solve__meets_floors_at_least_price(seed, targets, classes, tight):
    program = of_damage(problem(seed, 3, targets, classes, tight))
    best = solve(program)
    assert (best.gap <= GAP).all()
    done = program.gain * damage(program.rate, best.sorties)
    for j in range(2):
        asked = program.floor[:, j]
        assert (done[:, program.group == j].sum(1) >= asked * (1 - GAP)).all()
    np.testing.assert_allclose(best.value, -(program.price * best.sorties).sum((1, 2)), rtol=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_solve__agrees_with_a_linear_program_over_tangents(seed):
    program = problem(seed, 1, 15, 3)
    assert solve(program).value[0] == pytest.approx(by_tangents(program), rel=2e-6)
    floors = of_damage(program)
    assert solve(floors).value[0] == pytest.approx(by_tangents(floors), rel=2e-5)


@pytest.mark.parametrize("seed", range(4))
def test_solve__agrees_with_a_general_solver(seed):
    """SciPy's sequential least squares on small programs, in shares of the budgets."""
    from scipy.optimize import minimize

    program = problem(seed, 1, 4, 2)
    unit = np.where(program.rate[0] > 0, program.limit[0, :2], 0.0)
    scale = program.objective.sum()

    def effect(x):
        return -(program.objective[0] * damage(program.rate[0], x.reshape(4, 2) * unit)).sum() / scale

    rows = (program.use[0] * unit).reshape(4, -1) / program.limit[0][:, None]
    found = minimize(
        effect,
        np.full(8, 0.1),
        bounds=[(0, 1)] * 8,
        constraints={"type": "ineq", "fun": lambda x: 1 - rows @ x, "jac": lambda _: -rows},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    assert solve(program).value[0] / scale == pytest.approx(-found.fun, rel=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_solve__fills_one_class_like_water(seed):
    """One class and no limit but its budget: the closed form, multiplier and sorties."""
    program = problem(seed, 1, 20, 1)
    program = replace(program, use=program.use[:, :1], limit=program.limit[:, :1])
    best = solve(program)
    multiplier, sorties = water_fill(
        list(program.objective[0]), list(program.rate[0, :, 0]), [0.0] * 20, float(program.limit[0, 0])
    )
    assert best.worth[0, 0] == pytest.approx(multiplier, rel=1e-4)
    np.testing.assert_allclose(best.sorties[0, :, 0], sorties, atol=1e-3 * program.limit[0, 0])


def test_solve__two_targets_by_hand():
    """Gains 10 and 5, a tenth a sortie, 10 sorties: ln 2 = .1 (n1 - n2), so 8.466 and 1.534."""
    program = Program(
        np.array([[10.0, 5.0]]),
        np.zeros((1, 2, 1)),
        np.full((1, 2, 1), 0.1),
        np.ones((1, 1, 2, 1)),
        np.array([[10.0]]),
        np.zeros((1, 2)),
        np.array([-1, -1]),
        np.zeros((1, 0)),
    )
    best = solve(program)
    apart = 10 * np.log(2.0)
    np.testing.assert_allclose(best.sorties[0, :, 0], [5 + apart / 2, 5 - apart / 2], rtol=1e-4)
    assert best.worth[0, 0] == pytest.approx(10 * 0.1 * np.exp(-0.5 - apart / 20), rel=1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_solve__a_multiplier_is_the_slope_of_the_value(seed):
    """And the value is concave and never falls as a limit rises."""
    program = problem(seed, 2, 25, 3)
    best = solve(program)
    for r in range(5):
        step = 1e-3
        up, down = (
            solve(replace(program, limit=program.limit * np.where(np.arange(5) == r, 1 + side, 1.0)))
            for side in (step, -step)
        )
        assert (up.value >= best.value * (1 - GAP)).all()
        assert (best.value >= down.value * (1 - GAP)).all()
        assert (up.value + down.value <= 2 * best.value * (1 + GAP)).all()
        slope = (up.value - down.value) / (2 * step * program.limit[:, r])
        had = program.limit[:, r] / best.value
        np.testing.assert_allclose(best.worth[:, r] * had, slope * had, atol=2e-3)


@pytest.mark.parametrize("seed", range(3))
def test_solve__a_floor_has_a_toll(seed):
    floors = of_damage(problem(seed, 2, 20, 3))
    best = solve(floors)
    for j in range(2):
        step = 1e-3
        up, down = (
            solve(replace(floors, floor=floors.floor * np.where(np.arange(2) == j, 1 + side, 1.0)))
            for side in (step, -step)
        )
        slope = -(up.value - down.value) / (2 * step * floors.floor[:, j])
        had = floors.floor[:, j] / np.abs(best.value)
        np.testing.assert_allclose(best.toll[:, j] * had, slope * had, rtol=2e-2, atol=2e-3)


def test_solve__wars_do_not_touch_each_other():
    program = problem(5, 4, 20, 3)
    together = solve(program)
    for war in range(4):
        alone = solve(one(program, war))
        assert alone.value[0] == pytest.approx(together.value[war], rel=GAP)


def test_solve__what_is_closed_stays_closed():
    program = problem(1, 2, 10, 3)
    shut = program.rate.copy()
    shut[:, ::2] = 0.0
    best = solve(replace(program, rate=shut))
    assert best.sorties[:, ::2].sum() == 0
    no_deaths = program.limit.copy()
    no_deaths[:, -1] = 0.0
    nothing = solve(replace(program, limit=no_deaths))
    assert nothing.sorties.sum() == 0
    assert (nothing.value == 0).all()
    assert (nothing.gap == 0).all()


def test_solve__refuses_a_class_without_limit_and_a_floor_out_of_reach():
    program = problem(1, 1, 5, 2)
    with pytest.raises(ModelError, match="a limit on the sorties of every class"):
        solve(replace(program, limit=np.full_like(program.limit, np.inf)))
    floors = of_damage(program)
    with pytest.raises(ModelError, match="floors are missed by"):
        solve(replace(floors, floor=floors.floor * 1e3))


def test_profit__is_the_best_of_all_damages():
    rng = np.random.default_rng(3)
    worth, rate, cost = rng.uniform(0, 5, (2, 6)), rng.uniform(0, 1, (2, 6, 3)), rng.uniform(0, 2, (2, 6, 3))
    rate[:, 0] = 0.0
    damages = np.linspace(0, 12, 20_001)
    with np.errstate(divide="ignore"):
        least = (cost / rate).min(2)
    least = np.where(np.isfinite(least), least, 1e9)
    tried = worth[..., None] * (1 - np.exp(-damages)) - least[..., None] * damages
    np.testing.assert_allclose(profit(worth, rate, cost), tried.max(2), atol=1e-6)
