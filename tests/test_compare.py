"""Bands, paired differences and what may be said of them."""

import re
from datetime import date
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stalemate.analysis import compare as analysis
from stalemate.analysis.compare import LEAST_PAIRS, comparison_of, verdict
from stalemate.analysis.estimate import Estimate, estimate, number, probability_greater, variance_ratio
from stalemate.ensemble.outcomes import OUTCOMES, Kept
from stalemate.ensemble.runs import Runs
from stalemate.ensemble.store import Ordered, Recipe
from stalemate.errors import QueryError

REPAIR, FIRE = ("queue", "own-clock"), ("policy", "stock", "retribution", "surplus")
floats = st.floats(-1e6, 1e6)


def runs_of(differences, repair=REPAIR, fire=FIRE, replicates=400, base=1000.0):
    """Return a run of two policies whose paired differences are given by outcome: a number or (war,)."""
    wars = np.arange(replicates)
    forms = {
        "repair": np.array([repair[w % len(repair)] for w in wars]),
        "fire": np.array([fire[w // len(repair) % len(fire)] for w in wars]),
    }
    luck = np.random.default_rng(3).normal(base, base / 10, (len(OUTCOMES), replicates))
    weekly = np.zeros((replicates, 1, 0), np.float32)
    b = {o.name: luck[i] for i, o in enumerate(OUTCOMES)}
    a = {name: values + differences.get(name, 0.0) for name, values in b.items()}
    recipe = Recipe(
        scenario="toy",
        scenario_digest="d",
        model="m",
        policies=(Ordered("alpha", "1"), Ordered("beta", "2")),
        seed=1,
        replicates=replicates,
        repair=repair,
        fire=fire,
        start=date(1951, 7, 10),
        end=date(1953, 7, 27),
        window_start=date(1952, 8, 31),
        parting=date(1952, 8, 31),
        columns=(),
    )
    return Runs(recipe, (Kept(a, weekly, **forms), Kept(b, weekly, **forms)))


@given(st.lists(floats, min_size=1, max_size=60))
def test_estimate__equals_quantiles_by_hand(values):
    """The quantile at p of n sorted numbers lies p (n - 1) steps from the first, on a line between two."""
    found = estimate(np.array(values), "t")
    ordered = sorted(values)
    for p, quantile in ((0.05, found.low), (0.5, found.median), (0.95, found.high)):
        at = p * (len(ordered) - 1)
        below = int(at)
        above = min(below + 1, len(ordered) - 1)
        by_hand = ordered[below] + (at - below) * (ordered[above] - ordered[below])
        assert quantile == pytest.approx(by_hand, rel=1e-9, abs=1e-6)


def test_estimate__leaves_out_wars_without_a_value():
    assert estimate(np.array([1.0, np.nan, 3.0]), "t").replicates == 2
    assert np.isnan(estimate(np.array([np.nan]), "t").median)


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=1, max_size=40))
def test_probability_greater__equals_a_count_over_pairs_with_ties_as_half(pairs):
    points = sum(2 if a > b else 1 if a == b else 0 for a, b in pairs)
    a, b = (np.array(side, dtype=float) for side in zip(*pairs, strict=True))
    assert probability_greater(a, b) == pytest.approx(points / (2 * len(pairs)))
    assert probability_greater(a, b) + probability_greater(b, a) == pytest.approx(1)


def test_variance_ratio__equals_its_closed_form_for_shared_luck():
    """With a = s + e and b = s + f, var s = 9 and var e = var f = 1, it is (10 + 10) / 2 = 10."""
    luck = np.random.default_rng(1)
    shared, e, f = luck.normal(0, 3, 400_000), luck.normal(0, 1, 400_000), luck.normal(0, 1, 400_000)
    assert variance_ratio(shared + e, shared + f) == pytest.approx(10, rel=0.02)


def test_variance_ratio__is_none_without_variance():
    values = np.array([1.0, 2.0, 4.0])
    assert variance_ratio(values, values) is None
    assert variance_ratio(values + 2, values) is None
    assert variance_ratio(np.zeros(3), np.zeros(3)) is None
    assert variance_ratio(values[:1], values[:1] + 1) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-41.26, "−41.3"),
        (12345.6, "12,346"),
        (0.5, "0.5"),
        (7.0, "7"),
        (0.001, "0.001"),
        (-8.1e-5, "−8e−5"),
    ],
)
def test_number__is_for_people(value, text):
    assert number(value) == text


def test_number__of_nothing_is_none():
    assert number(float("nan")) == "none"


def test_estimate__knows_its_side():
    assert Estimate(2, 1, 3, "t", 9).side == 1
    assert Estimate(-2, -3, -1, "t", 9).side == -1
    assert Estimate(1, 0, 2, "t", 9).side == 0
    assert str(Estimate(2, 1, 3, "t", 9)) == "2 t (1 to 3)"


def test_comparison__equals_numpy_on_the_raw_pairs():
    jolt = np.random.default_rng(2).normal(5, 2, 400)
    found = comparison_of(runs_of({"cuts": jolt})).contrast("cuts")
    assert (found.difference.low, found.difference.median, found.difference.high) == pytest.approx(
        tuple(np.percentile(jolt, [5, 50, 95]))
    )
    assert found.probability_a_greater == pytest.approx((jolt > 0).mean())


def test_comparison__splits_the_pairs_by_form():
    comparison = comparison_of(runs_of({}))
    assert [(form.repair, form.fire) for form in comparison.forms] == list(product(REPAIR, FIRE))
    assert sum(form.pairs for form in comparison.forms) == 400
    with pytest.raises(QueryError, match="no outcome 'cut'"):
        comparison.contrast("cut")


def test_comparison__needs_two_policies():
    runs = runs_of({})
    alone = Recipe(**{**runs.recipe.__dict__, "policies": runs.recipe.policies[:1]})
    with pytest.raises(QueryError, match="two policies; this one holds 1"):
        comparison_of(Runs(alone, runs.kept[:1]))


def test_verdict__says_nothing_of_shells_under_a_dated_fire_policy():
    text = "\n".join(verdict(comparison_of(runs_of({"shells_communist": -500.0}, fire=("policy",)))))
    assert "an input under this form, so it says nothing about Communist shells; UN casualties" in text
    assert "Communist shells lower" not in text
    assert "Communist shells" not in text.split("\n")[0], (
        "no form speaks of them, so neither does the summary"
    )


def test_verdict__names_a_difference_with_the_widest_band_over_the_forms():
    jolt = np.where(runs_of({}).kept[0].fire == "stock", -60.0, -38.0)
    paragraphs = verdict(comparison_of(runs_of({"aircraft_lost": 240.0, "front_tonnes": jolt})))
    assert paragraphs[0] == (
        "Under every form run, alpha against beta: delivered to the front lower by 38 t/day (38 to 60); "
        "own aircraft lost higher by 240 aircraft (240 to 240)."
    )
    assert paragraphs[1].startswith("Told apart under no form run: grain stock, lowest;")


def test_verdict__says_form_by_form_what_depends_on_the_form():
    stock = runs_of({}).kept[0].fire == "stock"
    paragraphs = verdict(comparison_of(runs_of({"shells_communist": np.where(stock, -900.0, 0.0)})))
    forms = [p for p in paragraphs if "pairs):" in p]
    assert [("Communist shells lower by 900" in p) for p in forms] == [False, True, False, False] * 2
    assert ["Cannot be told apart: Communist shells" in p for p in forms] == [False, False, True, True] * 2
    assert ["says nothing about" in p for p in forms] == [True, False, False, False] * 2


def test_verdict__says_of_un_fire_that_it_is_an_input_always():
    paragraphs = verdict(comparison_of(runs_of({"shells_un": 99.0})))
    assert "no run says anything about it: UN shells." in paragraphs[1]
    assert all("UN shells" not in p for p in (paragraphs[0], *paragraphs[2:]))


def test_verdict__says_so_when_a_form_adds_nothing():
    paragraphs = verdict(comparison_of(runs_of({}, fire=("stock",))))
    assert paragraphs[2].endswith("nothing beyond what holds under every form.")


def test_verdict__gives_none_with_too_few_pairs():
    text = "\n".join(verdict(comparison_of(runs_of({"cuts": 50.0}, replicates=8 * (LEAST_PAIRS - 1)))))
    assert text.count("too few pairs for a verdict") == 8
    assert "higher" not in text


def test_verdict__always_speaks_of_harm_to_civilians():
    assert "deaths are not modelled yet" in verdict(comparison_of(runs_of({})))[-1]


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([o.name for o in OUTCOMES]),
        st.tuples(st.floats(-50, 50), st.floats(0, 40), st.integers(0, 9)),
        max_size=6,
    ),
    st.sampled_from([(FIRE, 400), (("policy",), 60), (("stock", "policy"), 90), (FIRE, 30)]),
)
def test_verdict__never_claims_more_than_the_band(shapes, how):
    """Read the sentences back: the raw pairs bear each claim out, form by form, and none is left out."""
    fire, replicates = how
    jolts = {
        name: np.random.default_rng(seed).normal(middle, spread, replicates)
        for name, (middle, spread, seed) in shapes.items()
    }
    runs = runs_of(jolts, fire=fire, replicates=replicates)
    paragraphs = verdict(comparison_of(runs))
    summary = "".join(p for p in paragraphs if p.startswith("Under every form"))
    for repair_form, fire_form in product(REPAIR, fire):
        chosen = (runs.kept[0].repair == repair_form) & (runs.kept[0].fire == fire_form)
        words = analysis.FormContrast(repair_form, fire_form, 0, ()).words
        [text] = [p for p in paragraphs if p.lower().startswith(words + " (")]
        for o in OUTCOMES:
            difference = (runs.outcome(0, o.name) - runs.outcome(1, o.name))[chosen]
            low, high = np.quantile(difference, [0.05, 0.95])
            claims = re.findall(re.escape(o.label) + r" (higher|lower) by", text + summary)
            allowed = ["higher"] if low > 0 else ["lower"] if high < 0 else []
            if (
                chosen.sum() < LEAST_PAIRS
                or o.given == "always"
                or (o.given == "dated fire" and fire_form == "policy")
            ):
                allowed = []
            assert claims == allowed
