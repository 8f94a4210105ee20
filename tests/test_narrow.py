"""Narrowed parameters: conditional distributions against SciPy, and runs that are made again to the byte."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import toy_war
from scipy import stats

from stalemate.ensemble.runner import run, run_again
from stalemate.ensemble.runs import read_run
from stalemate.ensemble.store import different_files
from stalemate.errors import QueryError, RunError
from stalemate.scenario.narrow import Narrow, narrowed, open_to_narrowing, ranges_of, read_range
from stalemate.scenario.resolve import Structures, draws_of, quantiles, resolve, share_below
from stalemate.scenario.schema import Parameter

NAME, OTHER = "truck_payload_t", "civil_cars"
Z95 = stats.norm.ppf(0.95)


def row(distribution="uniform", low=1.0, high=3.0, middle=None, name=NAME):
    return Parameter(
        name=name,
        at=None,
        between=None,
        distribution=distribution,
        low=low,
        middle=middle,
        high=high,
        unit="t",
        reason=None,
        sources=(),
        assumed="for a test",
    )


def war(*rows):
    return replace(toy_war.scenario(), parameters=rows or (row(), row(name=OTHER)))


def values(scenario, name=NAME, wars=4000):
    return resolve(scenario, 1, range(wars), Structures())[name]


def of_scipy(distribution, low, high, middle):
    """Return the same distribution as SciPy has it."""
    half = (high - low) / (2 * Z95)
    logs = np.log(low), np.log(high)
    return {
        "uniform": stats.uniform(low, high - low),
        "loguniform": stats.loguniform(low, high),
        "triangular": stats.triang(0 if middle is None else (middle - low) / (high - low), low, high - low),
        "normal": stats.norm((low + high) / 2, half),
        "lognormal": stats.lognorm((logs[1] - logs[0]) / (2 * Z95), scale=np.exp(sum(logs) / 2)),
    }[distribution]


@pytest.mark.parametrize(
    ("distribution", "middle"),
    [("uniform", None), ("loguniform", None), ("triangular", 1.4), ("normal", None), ("lognormal", None)],
)
def test_narrowed__draws_the_same_distribution_given_that_it_lies_inside(distribution, middle):
    whole = war(row(distribution, middle=middle))
    inside = narrowed(whole, [Narrow(NAME, 1.3, 2.1)])
    u = draws_of(whole, 1, range(4000))[NAME]
    exact = of_scipy(distribution, 1.0, 3.0, middle)
    first, last = exact.cdf(1.3), exact.cdf(2.1)
    np.testing.assert_allclose(values(inside), exact.ppf(first + u * (last - first)), rtol=1e-9)
    assert values(inside).min() >= 1.3
    assert values(inside).max() <= 2.1


@given(share=st.floats(0.001, 0.999), kind=st.sampled_from(["uniform", "loguniform", "normal", "lognormal"]))
def test_share_below__is_where_the_quantile_is(share, kind):
    there = quantiles(row(kind), np.array([share]))[0]
    assert share_below(row(kind), there) == pytest.approx(share, abs=1e-12)


def test_narrowed__keeps_the_order_of_wars_and_moves_no_other_parameter():
    whole, inside = war(), narrowed(war(), [Narrow(NAME, 1.5, 2.0)])
    np.testing.assert_array_equal(np.argsort(values(whole)), np.argsort(values(inside)))
    np.testing.assert_array_equal(values(whole, OTHER), values(inside, OTHER))


def test_narrowed__to_one_value_is_no_doubt_any_more():
    inside = narrowed(war(), [Narrow(NAME, 2.5, 2.5)])
    assert set(values(inside)) == {2.5}
    assert set(draws_of(inside, 1, range(3))) == {OTHER}


def test_narrowed__is_another_scenario_whatever_the_order():
    one, two = Narrow(NAME, 1.5, 2.0), Narrow(OTHER, 1.0, 2.0)
    assert narrowed(war(), []) == war()
    assert narrowed(war(), [one, two]).digest == narrowed(war(), [two, one]).digest
    digests = {war().digest} | {narrowed(war(), ranges).digest for ranges in ([one], [two], [one, two])}
    assert len(digests) == 4
    assert ranges_of(narrowed(war(), [one, two])) == (two, one)


def test_narrowed__tells_everything_that_is_wrong_at_once():
    wrong = [
        Narrow("nothing", 1, 2),
        Narrow("rail_trunk_cars", 1, 2),
        Narrow(OTHER, 0.5, 2),
        Narrow(NAME, 2, 1),
        Narrow(NAME, float("nan"), 2),
    ]
    scenario = war(row(), row(name=OTHER), row(name="rail_trunk_cars"))
    with pytest.raises(QueryError) as told:
        narrowed(scenario, wrong)
    assert str(told.value).splitlines() == [
        f"{NAME} is narrowed 2 times; give it once",
        "'nothing' cannot be narrowed: no number in doubt that holds for the whole war",
        "'rail_trunk_cars' cannot be narrowed: no number in doubt that holds for the whole war",
        f"{OTHER} is narrowed to 0.5 to 2; expected low <= high, both from 1 to 3 t",
        f"{NAME} is narrowed to 2 to 1; expected low <= high, both from 1 to 3 t",
        f"{NAME} is narrowed to nan to 2; expected low <= high, both from 1 to 3 t",
    ]
    with pytest.raises(QueryError, match="narrowed already"):
        narrowed(narrowed(war(), [Narrow(NAME, 1, 2)]), [Narrow(OTHER, 1, 2)])


def test_open_to_narrowing__leaves_out_what_is_fixed():
    fixed = row("fixed", None, None, 2.0, name=OTHER)
    assert set(open_to_narrowing(war(row(), fixed))) == {NAME}


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_read_range__reads_what_python_writes(low, high):
    assert read_range(f"{NAME}={low!r}..{high!r}") == Narrow(NAME, low, high)


@pytest.mark.parametrize("text", ["", "a", "a=1", "a=1..", "a=..2", "a=1...x"])
def test_read_range__refuses_anything_else(text):
    with pytest.raises(QueryError, match=r"NAME=LOW\.\.HIGH"):
        read_range(text)


def test_run__of_a_narrowed_scenario_is_made_again_from_its_recipe_and_the_whole_one(monkeypatch, tmp_path):
    toy_war.put_in_place(monkeypatch)
    policies = [toy_war.Shifted(), toy_war.Plain()]
    inside = narrowed(war(), [Narrow(NAME, 1.5, 2.0)])
    run(inside, policies, replicates=20, out=tmp_path / "run")
    stored = read_run(tmp_path / "run")
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["recipe"]["ranges"] == [{"name": NAME, "low": 1.5, "high": 2.0}]
    assert stored.recipe.scenario_digest == inside.digest != war().digest
    assert stored.recipe.as_fought(war()).digest == inside.digest
    run_again(stored.recipe, war(), policies, tmp_path / "again")
    assert different_files(tmp_path / "run", tmp_path / "again") == []
    with pytest.raises(RunError, match="another run"):
        run(war(), policies, replicates=20, out=tmp_path / "run")
