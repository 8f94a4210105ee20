"""What would have to be true, on the flagship with few wars: against the engine, sums by hand and limits."""

import json
import math
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest
from test_cli import call

from stalemate.analysis import accounts, pressure, weighing
from stalemate.analysis.concessions import EVENTS
from stalemate.analysis.explain import explain
from stalemate.analysis.explainwords import robust, said
from stalemate.analysis.hazards import FORMS
from stalemate.analysis.pressure import DELAYS, FLOWN, LEADERSHIP, STRENGTHS
from stalemate.engine.simulate import prepare, simulate
from stalemate.errors import PolicyError, QueryError
from stalemate.policies.naming import named
from stalemate.scenario import read
from stalemate.scenario.extend import extended
from stalemate.scenario.resolve import Structures, resolve
from stalemate.systems.diplomacy import EXPLANATIONS

WARS, SEED = 32, 2
WAR = read.load("korea-1951")
LONGER = extended(WAR, date(1954, 12, 31))
ALONE, AGREED = LONGER.day_of(date(1952, 5, 2)), LONGER.day_of(date(1953, 6, 8))


@cache
def answer():
    return explain(WAR, replicates=WARS, seed=SEED)


@cache
def case():
    worlds = resolve(LONGER, SEED, range(WARS), Structures())
    policies = [named("historical", WAR), named("none", WAR)]
    fought = weighing.fight(LONGER, policies, worlds, SEED, Structures(), None, None)
    draws = weighing.thresholds(SEED, worlds)
    return accounts.Case(WAR, LONGER, ("historical", "none"), worlds, draws, *fought)


@cache
def engine():
    """Return the engine's own daily record of the same wars."""
    record = ("hazard", "settled")
    return simulate(prepare(LONGER), named("historical", WAR), SEED, range(WARS), record=record).daily


def days_of_the_war():
    return [WAR.start + timedelta(days=day) for day in range(WAR.days)]


def rows(kind, **wanted):
    return [one for one in kind if all(getattr(one, key) == value for key, value in wanted.items())]


def test_ratios__make_the_hazard_of_the_engine():
    """Its own form, remade from what was recorded, to the precision of what was recorded."""
    opened = LONGER.day_of(date(1951, 12, 11))
    for e, (name, ratio) in enumerate(weighing.ratios(case().record, case().worlds, "multiplied")):
        assert name == EXPLANATIONS[e]
        mine = (case().record.base * ratio)[:, opened:]
        np.testing.assert_allclose(mine, engine()["hazard"][:, opened:, e], rtol=2e-6)


def test_accounts__end_wars_on_the_day_of_the_engine():
    found = accounts.accounts_of(case(), "multiplied")
    for e, name in enumerate(EXPLANATIONS):
        settled = engine()["settled"][:, :, e] > 0
        days = np.where(settled[:, -1], settled.argmax(axis=1), LONGER.days)
        np.testing.assert_array_equal(found.ended[name], days)


def test_accounts__weigh_by_the_densities_of_the_record():
    """By hand: the engine's hazards over 402 days at risk, times the same items for every explanation."""
    hazard = engine()["hazard"].astype(float)
    last = hazard[:, AGREED] * np.exp(-hazard[:, ALONE:AGREED].sum(axis=1))
    found = accounts.accounts_of(case(), "multiplied")
    items = np.exp(found.densities["none"]["agreement"][:, :-1].sum(axis=1))
    for e, name in enumerate(EXPLANATIONS):
        np.testing.assert_allclose(found.weights(name, "agreement"), items * last[:, e], rtol=1e-5)


def test_foresight__of_the_last_item_is_the_ratio_of_its_mean_densities():
    hazard = engine()["hazard"].astype(float)
    mean = (hazard[:, AGREED] * np.exp(-hazard[:, ALONE:AGREED].sum(axis=1))).mean(axis=0)
    for e, name in enumerate(EXPLANATIONS):
        (found,) = rows(answer().foresight, form="multiplied", event="agreement", explanation=name)
        assert found.last.median == pytest.approx(math.log(mean[e] / mean[0]), abs=1e-5)


def test_foresight__with_one_base_rate_is_the_ratio_of_the_whole_sequence():
    """By hand for no explanation but pressure: every item at the item rate, 5 days of settlement."""
    worlds, opened = case().worlds, [(row.opened, row.settled) for row in WAR.agenda[:-1]]
    ratio = dict(weighing.ratios(case().record, worlds, "added"))
    recess = np.array([any(r.start <= day <= r.end for r in WAR.recesses) for day in days_of_the_war()])
    fall = np.where(worlds["talks_recess_counts"] >= 0.5, worlds["talks_recess"], 0.0)
    mean = {}
    for name in ("none", "air-pressure"):
        rate = worlds["talks_item_rate"][:, None] * ratio[name]
        last = rate * np.exp(-fall[:, None] * np.append(recess, np.zeros(LONGER.days - len(recess))))
        density = last[:, AGREED] * np.exp(-last[:, ALONE:AGREED].sum(axis=1))
        for first, settled in opened:
            at, to = LONGER.day_of(first), LONGER.day_of(settled)
            density = density * rate[:, to] * np.exp(-(rate[:, at:to] * ~recess[at:to]).sum(axis=1))
        mean[name] = density.mean()
    (found,) = rows(answer().foresight, form="added", event="agreement", explanation="air-pressure")
    assert found.shared.median == pytest.approx(math.log(mean["air-pressure"] / mean["none"]))


def test_foresight__gives_weights_that_sum_to_one():
    for form in FORMS:
        for event in EVENTS:
            found = rows(answer().foresight, form=form, event=event)
            assert sum(row.weight for row in found) == pytest.approx(1)
            assert all(1 <= row.effective <= WARS for row in found)
            assert all(
                row.steps[-1].median == pytest.approx(sum(s.median for s in row.steps[:-1])) for row in found
            )


def test_foresight__bounds_what_pressure_could_gain_as_reckoned_by_hand():
    most = {(row.event, row.explanation): row.most for row in rows(answer().foresight, form="multiplied")}
    assert most["agreement", "air-pressure"] == pytest.approx(402 / 350)
    assert most["agreement", "leadership"] == pytest.approx(402 / 95)
    assert most["agreement", "threat"] == pytest.approx(402 / 19)
    assert most["first-step", "leadership"] == pytest.approx(330 / 23)
    assert most["agreement", "none"] == 1
    assert most["agreement", "denial"] is None


def test_foresight__says_whose_sizes_were_set_by_hand():
    judged = {row.explanation for row in answer().foresight if row.judged}
    assert judged == {"leadership", "threat", "ground-cost", "compromise"}


def test_telling__is_never_below_nothing_and_no_date_tells_much():
    """The mean lead of what is true over a rival is a divergence, so it is not negative."""
    for row in answer().telling:
        assert row.expected >= -1e-12
        assert row.most >= row.expected
        assert (row.most == 0) == (row.explanation == "none")


@pytest.mark.parametrize("form", FORMS)
def test_accounts__foresee_best_on_average_the_wars_they_made(form):
    """A proper score: dates drawn under one explanation are scored best by that explanation."""
    found = accounts.accounts_of(case(), form)
    rng = np.random.default_rng(7)
    for truth in EXPLANATIONS:
        law = found.course[truth]
        assert law.sum() == pytest.approx(1, abs=0.02)
        days = rng.choice(len(law), size=100_000, p=law / law.sum())
        mean = {
            name: np.log(found.course[name] / found.course[name].sum())[days].mean() for name in EXPLANATIONS
        }
        assert max(mean, key=mean.get) == truth


def test_same_luck__moves_nothing_where_the_hazard_is_the_same():
    for form in FORMS:
        found = accounts.accounts_of(case(), form)
        assert (found.same_luck["none"].later == 0).all()
    same = case().record.base * weighing.pressed(case().record, "added", 1.2)
    assert (accounts.with_the_same_luck(same, same, ALONE, AGREED).later == 0).all()


def test_same_luck__has_a_closed_form_for_a_constant_hazard():
    """Spent at 3 a day for 20 days, made up at 1 a day: 40 days later, and open where the days run out."""
    record, other = np.full((1, 100), 3.0), np.full((1, 100), 1.0)
    found = accounts.with_the_same_luck(record, other, 10, 29)
    assert (found.later.tolist(), found.still_open.tolist()) == ([40], [False])
    short = accounts.with_the_same_luck(record[:, :60], other[:, :60], 10, 29)
    assert (short.later.tolist(), short.still_open.tolist()) == ([31], [True])


@pytest.mark.parametrize("form", FORMS)
def test_pressed__shifts_nothing_at_a_coefficient_of_zero(form):
    wars = (one.base * weighing.pressed(one, form, 0.0) for one in (case().record, case().other))
    assert (accounts.with_the_same_luck(*wars, ALONE, AGREED).later == 0).all()


def test_tipping__rises_with_the_delay_and_with_rivals():
    for form in FORMS:
        value = {(row.base, row.delay): row.coefficient for row in rows(answer().tipping, form=form)}
        assert {base for base, _ in value} == {*LEADERSHIP, FLOWN}
        for base in (*LEADERSHIP, FLOWN):
            assert value[base, 30] < value[base, 90] < value[base, 180]
        for delay in DELAYS:
            bases = [value[base, delay] for base in LEADERSHIP]
            assert bases == sorted(bases)
    for row in answer().tipping:
        assert 0 <= row.posterior["agreement"].median <= 1
        assert 0 <= row.prior.median < 6 / 7


def test_tipping__in_the_wars_moves_the_median_by_as_much():
    for form in FORMS:
        for delay in DELAYS:
            (row,) = rows(answer().otherwise, form=form, tips=delay)
            assert delay <= row.later.median <= delay + 2


def test_tipping__counts_the_wars_above_it():
    own, other = np.abs(case().worlds["talks_own_pressure"]), case().worlds["talks_other_pressure"]
    for row in rows(answer().tipping, form="multiplied"):
        above = (own > row.coefficient).sum() + 5 * (other > row.coefficient).sum()
        assert row.prior.median == pytest.approx(above / (7 * WARS))


def test_strengths__are_likelihoods_against_no_pressure():
    for row in answer().strengths:
        assert row.ratio[0] == 1
        assert row.best in STRENGTHS
        assert row.best <= row.allowed
        own = rows(answer().tipping, form=row.form, base=FLOWN, delay=90)[0]
        if row.event == "agreement" and not row.shared:
            assert own.ratio == pytest.approx(np.interp(own.coefficient, STRENGTHS, row.ratio), rel=0.01)
        width = STRENGTHS[1] - STRENGTHS[0]
        assert width * (sum(row.before) - row.before[0] / 2) == pytest.approx(1, abs=0.01)
        assert width * (sum(row.after) - row.after[0] / 2) == pytest.approx(1, abs=0.01)


def test_otherwise__counts_civilians_until_the_signing_day_by_day():
    """By hand: half the weight of wars lies below the median; with nothing flown nobody is killed."""
    mine = case()
    found = accounts.accounts_of(mine, "multiplied")
    signed = LONGER.day_of(date(1953, 7, 27))
    for row in pressure.otherwise(mine, "multiplied", found, ()):
        killed = mine.record.killed[:, signed]
        weights = found.weights(row.explanation, "agreement")
        median = row.killed["historical"].median
        assert weights[killed < median].sum() < weights.sum() / 2 <= weights[killed <= median].sum() + 1e-15
        assert row.killed["none"].high == 0
        assert row.more.median == -median
    one_a_day = np.tile(np.arange(float(LONGER.days)), (WARS, 1))
    late = replace(mine, other=replace(mine.other, killed=one_a_day))
    row = pressure.otherwise(late, "multiplied", found, ())[EXPLANATIONS.index("air-pressure")]
    assert row.killed["none"].median == pytest.approx(min(signed + row.later.median, LONGER.days - 1))


def test_moved__is_the_mean_over_explanations():
    for row in answer().moved:
        assert 0 <= row.prior.median <= 1
        (least,) = rows(answer().moved, form=row.form, delay=min(DELAYS))
        assert row.prior.median <= least.prior.median
        assert row.prior.low <= row.prior.median <= row.prior.high


def test_endings__sum_to_one_before_and_after():
    for form in FORMS:
        for row in answer().endings[form]:
            assert sum(row.prior) == pytest.approx(1)
            assert all(sum(shares) == pytest.approx(1) for shares in row.posterior.values())


def test_said__begins_with_what_the_record_cannot_say():
    paragraphs = said(answer())
    assert "nothing below says why the war ended" in paragraphs[0]
    assert "before any dated cause was there" in paragraphs[0]
    assert "no evidence" in paragraphs[2]
    assert paragraphs[-1].startswith("Harm.")
    assert "assumed" in paragraphs[-1]


def test_robust__says_no_when_one_form_says_otherwise():
    found = answer()
    same = [replace(one, last=replace(one.last, low=1.0, median=2.0, high=3.0)) for one in found.foresight]
    assert robust(replace(found, foresight=tuple(same)))["side"]
    turned = [
        replace(one, last=replace(one.last, low=-3.0, high=-1.0)) if one.form == "added" else one
        for one in same
    ]
    assert not robust(replace(found, foresight=tuple(turned)))["side"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"against": "historical"}, QueryError),
        ({"against": "nobody"}, PolicyError),
        ({"until": date(1953, 7, 27)}, QueryError),
        ({"replicates": 0}, QueryError),
    ],
)
def test_explain__refuses_what_cannot_be_answered(arguments, error):
    with pytest.raises(error):
        explain(WAR, **arguments)


def test_explain__answers_in_words_and_draws(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "80")
    file = tmp_path / "why.svg"
    code, out, _ = call(capsys, "explain", "-n", "16", "--until", "1953-12-31", "--picture", str(file))
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    assert not [word for word in out.split() if word.endswith("…")]
    for words in (
        "would have to be true",
        "Tipping value",
        "leaders 3",
        "Lead in log score",
        "killed",
        "assumed",
    ):
        assert words in " ".join(out.split())
    assert "air-pressure" in file.read_text()


def test_explain__answers_for_scripts(capsys):
    code, out, _ = call(capsys, "explain", "-n", "16", "--against", "none", "--json")
    assert code == 0
    found = json.loads(out)
    assert found["against"] == "none"
    assert len(found["foresight"]) == len(FORMS) * len(EVENTS) * len(EXPLANATIONS)
    assert len(found["tipping"]) == len(FORMS) * (len(LEADERSHIP) + 1) * len(DELAYS)
    assert len(found["strengths_at"]) == len(found["strengths"][0]["ratio"])
    assert set(found["robust"]) == {"side", "order", "less_likely"}
