"""What may be said of a comparison: sentences are read back and held against the raw pairs."""

import re
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_pairs import FIRE, REPAIR, runs_of

from stalemate.analysis.compare import FIRE_WORDS, REPAIR_WORDS, comparison_of
from stalemate.analysis.leaning import Leaning
from stalemate.analysis.verdict import LEAST_PAIRS, verdict
from stalemate.ensemble.outcomes import OUTCOMES


def said(differences, **how):
    return verdict(comparison_of(runs_of(differences, **how)))


def test_verdict__says_nothing_of_shells_under_a_dated_fire_policy():
    text = "\n".join(said({"shells_communist": -500.0}, fire=("policy",)))
    assert "Communist shells" not in text


def test_verdict__names_a_difference_with_the_widest_band_over_the_forms():
    jolt = np.where(runs_of({}).kept[0].fire == "stock", -60.0, -38.0)
    paragraphs = said({"aircraft_lost": 240.0, "front_tonnes": jolt})
    assert paragraphs[0] == (
        "Under every form run, alpha against beta. Supply: delivered to the front lower by 38 t/day "
        "(38 to 60). Own air effort: own aircraft lost higher by 240 aircraft (240 to 240)."
    )
    assert paragraphs[1].startswith("Told apart under no form run: grain stock, lowest;")


def test_verdict__says_under_which_forms_an_outcome_goes_which_way():
    fire = runs_of({}).kept[0].fire
    jolt = np.select([fire == "stock", fire == "surplus"], [-900.0, 70.0], 0.0)
    [found] = [p for p in said({"shells_communist": jolt}) if "depends on the form" in p]
    assert found == (
        "Communist shells depends on the form: higher under fire from the surplus left by interdiction's end "
        "(by 70 to 70), lower under fire by stock and demand (by 900 to 900), not told apart under fire in "
        "retribution for air attack, an input under fire by dated policy."
    )


def test_verdict__tells_repair_forms_apart_only_where_they_differ():
    kept = runs_of({}).kept[0]
    jolt = np.where((kept.fire == "stock") & (kept.repair == "queue"), -900.0, 0.0)
    [found] = [p for p in said({"cuts": jolt}) if "depends on the form" in p]
    assert "lower under fire by stock and demand with cuts mended in a queue (by 900 to 900)" in found
    assert "under fire by stock and demand with each cut on its own clock" in found


def test_verdict__says_of_un_fire_that_it_is_an_input_always():
    paragraphs = said({"shells_un": 99.0})
    [found] = [p for p in paragraphs if p.startswith("An input under every form")]
    assert "UN shells" in found
    assert all("UN shells" not in p for p in paragraphs if p != found)


def test_verdict__gives_none_with_too_few_pairs():
    text = "\n".join(said({"cuts": 50.0}, replicates=8 * (LEAST_PAIRS - 1)))
    assert text.count(f"({LEAST_PAIRS - 1})") == 8
    assert "higher" not in text


def test_verdict__gives_the_chance_of_agreement_under_every_account_and_says_what_it_is_worth():
    [talks] = [p for p in said({"settled_threat": 1.0}) if p.startswith("Chance of agreement by 1953-07-27")]
    assert "agreed, if threat 1 (1 to 1)" in talks
    assert "Which account is true one war cannot say" in talks


def test_verdict__says_when_the_policies_do_not_fly_the_same():
    pairs = runs_of({})
    flown = float(np.median(pairs.kept[1].outcomes["sorties"]))
    [found] = [p for p in said({"sorties": 0.25 * flown}) if p.startswith("Not the same effort")]
    assert "alpha flies 25 % more sorties than beta" in found
    assert not [p for p in said({"sorties": 0.02 * flown}) if p.startswith("Not the same effort")]
    assert "25 % fewer sorties" in "".join(said({"sorties": -0.25 * flown}))


def test_verdict__always_ends_with_harm_to_civilians_and_what_is_not_counted():
    last = said({"civilian_deaths": -12.0})[-1]
    assert last.startswith("Harm to civilians, alpha less beta: civilians killed −12 persons (−12 to −12)")
    assert "hunger, cold and disease are not modelled" in last


def test_verdict__says_what_the_answer_leans_on():
    leaning = Leaning("front_tonnes", "rail_trunk_factor", -0.5, True)
    comparison = replace(
        comparison_of(runs_of({})), leanings={"front_tonnes": (leaning,), "aircraft_lost": ()}
    )
    text = "\n".join(verdict(comparison))
    assert "difference of delivered to the front leans most on rail_trunk_factor (assumed, 25%)" in text
    assert "No single doubt stands out in the difference of own aircraft lost." in text


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([o.name for o in OUTCOMES if not o.chance]),
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
    depends = {p.split(" depends")[0].lower(): p for p in paragraphs if " depends on the form: " in p}
    for repair_form, fire_form in product(REPAIR, fire):
        chosen = (runs.kept[0].repair == repair_form) & (runs.kept[0].fire == fire_form)
        for o in (o for o in OUTCOMES if not o.chance):
            difference = (runs.outcome(0, o.name) - runs.outcome(1, o.name))[chosen]
            low, high = np.quantile(difference, [0.05, 0.95])
            allowed = "higher" if low > 0 else "lower" if high < 0 else None
            given = o.given == "always" or (o.given == "dated fire" and fire_form == "policy")
            if chosen.sum() < LEAST_PAIRS or given:
                allowed = None
            claimed = re.findall(re.escape(o.label) + r" (higher|lower) by", summary)
            if o.label.lower() in depends:
                claimed += claims(depends[o.label.lower()], repair_form, fire_form)
            assert claimed == ([allowed] if allowed else [])


def claims(paragraph, repair_form, fire_form):
    """Return the sides claimed for a form: by clauses that name its fire and not only the other repair."""
    found = []
    for side, clause in re.findall(
        r"(higher|lower) (.*?)(?=, (?:lower|not told apart|an input)|\.$)", paragraph
    ):
        for part in clause.split("; "):
            if FIRE_WORDS[fire_form] not in part:
                continue
            repairs = [form for form in REPAIR if REPAIR_WORDS[form] in part]
            if not repairs or repair_form in repairs:
                found.append(side)
    return found


@pytest.mark.parametrize("label", [o.label for o in OUTCOMES])
def test_verdict__labels_can_stand_in_a_sentence(label):
    assert not re.search(r"[;.:]", label)
