"""The best allocations of a fortnight: terms as the systems have them, limits kept, the record among them."""

import json
import math
from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from reference.best_plan import by_tangents, one, undominated
from stepping import flagship

from stalemate.analysis.best_plan import GAP, Program
from stalemate.analysis.choice import Choice, Regime
from stalemate.analysis.fortnight import KINDS, fortnight
from stalemate.analysis.frontier import IN_DEATHS, IN_LOSSES, efficient, frontier, frontier_of
from stalemate.analysis.ranking import ranking
from stalemate.errors import QueryError
from stalemate.interfaces.cli import main
from stalemate.interfaces.frontiers import answer
from stalemate.scenario.air import TARGET_CLASSES
from stalemate.scenario.resolve import DATED, Structures, resolve
from stalemate.systems.attrition import flak_per_1000
from stalemate.systems.civilians import bear
from stalemate.systems.variables import state_type

WHEN = date(1952, 6, 23)
"""The first day of the raids on the power plants: the fortnight holds dated raids."""
HAGUE = Regime("hague-1907", "hague-1907", "theatre")
PROTOCOL = Regime("additional-protocol-1", "additional-protocol-1", "theatre")
FREE = Regime("no restriction", None, "president")
ANY = math.inf


@cache
def spell():
    return fortnight(flagship().scenario, WHEN, replicates=3, seed=1, workers=1)


@cache
def found():
    return frontier_of(spell())


@cache
def choices():
    return {regime.name: Choice(spell(), regime) for regime in (HAGUE, PROTOCOL, FREE)}


def spent(choice):
    plan = choice.flown
    return choice.losses(plan), choice.deaths(plan)


# what is read off


def test_fortnight__gains_and_sorties_are_those_of_the_committee():
    """The terms of `stalemate targets`, which come from the same wars by another way."""
    listed = ranking(flagship().scenario, "historical", WHEN, replicates=3, seed=1)
    rows = {row.target: row for row in listed.targets}
    terms, names = spell().terms, spell().targets
    raided = {
        raid.target
        for raid in flagship().scenario.raids
        if 0 <= (raid.day - WHEN).days < 14 and raid.role == "strike"
    }
    assert raided
    for i, name in enumerate(names[:-2]):
        row = rows[name]
        assert np.median(terms.believed[:, i]) == pytest.approx(row.effect.median, rel=1e-9)
        flown = np.median(terms.flown[:, i].sum(1))
        if name not in raided:
            assert flown == pytest.approx(row.planned.median, abs=1e-9)
        else:
            assert flown > row.planned.median
    lines = {row.name: row.planned.median for row in listed.classes}
    assert np.median(terms.flown[:, -2].sum(1)) == pytest.approx(lines["rail"])
    assert np.median(terms.flown[:, -1].sum(1)) == pytest.approx(lines["road"])


def test_fortnight__counts_dated_raids():
    raids = [
        raid
        for raid in flagship().scenario.raids
        if 0 <= (raid.day - WHEN).days < 14 and raid.role == "strike"
    ]
    at_suiho = sum(raid.sorties for raid in raids if raid.target == "suiho")
    assert at_suiho > 0
    flown = spell().terms.flown[:, spell().targets.index("suiho")].sum(1)
    assert (flown >= at_suiho - 1e-9).all()


def test_fortnight__deaths_are_those_that_the_civilian_system_counts():
    """A million tonnes a day on one kind of place, without scatter, against deaths a tonne."""
    prepared = flagship()
    day = prepared.scenario.day_of(WHEN)
    worlds = resolve(prepared.scenario, 1, range(3), Structures())
    theatre = prepared.theatre.copy()
    prepared.set_day(theatre, day)
    theatre[0]["leaflets"] = 1.0
    tonnes = 1e6
    terms, names = spell().terms, spell().targets
    at = {
        "town": names.index("pyongyang-town"),
        "supply": spell().kind.tolist().index(TARGET_CLASSES.index("supply")),
        "road": len(names) - 1,
    }
    k = spell().classes.index("b29")
    for kind, i in at.items():
        for asked in (False, True):
            for w, world in enumerate(worlds):
                world["civilian_scatter"] = 0.0
                war = np.zeros(1, state_type())[0]
                _set_today(theatre, world, war)
                war["bombs_tonnes"][k] = tonnes
                war["town_tonnes"] = tonnes if kind == "town" else 0.0
                war["near_tonnes"] = tonnes if kind == "supply" else 0.0
                war["warned_tonnes"] = tonnes if kind == "supply" and asked else 0.0
                bear(theatre[0], world, war, day)
                of_sortie = (terms.deaths_if_warned if asked else terms.deaths)[w, i, k]
                a_tonne = of_sortie / world["bombs_t_b29"]
                assert war["civilian_deaths"] / tonnes == pytest.approx(a_tonne, rel=0.01)


def _set_today(theatre, world, war):
    """Write the day's dated parameters as the calendar does."""
    from stalemate.systems.calendar import Calendar

    Calendar().kernel(theatre[0], world, war, flagship().scenario.day_of(WHEN))


def test_fortnight__losses_are_those_of_attrition():
    prepared = flagship()
    worlds = resolve(prepared.scenario, 1, range(3), Structures())
    theatre = prepared.theatre.copy()
    prepared.set_day(theatre, prepared.scenario.day_of(WHEN))
    k = spell().classes.index("fighter-bomber")
    for w, world in enumerate(worlds):
        war = np.zeros(1, state_type())[0]
        _set_today(theatre, world, war)
        flak = flak_per_1000(
            world, war["today"][DATED["loss_flak_guns"]], war["today"][DATED["loss_tactics_progress"]]
        )
        expected = 0.001 * (flak + world["loss_accident_per_1000"])
        assert spell().terms.losses[w, -1, k] == pytest.approx(expected)


# what is best


def test_choice__opens_what_law_and_leave_allow():
    kind = spell().kind
    of_class = {name: kind == TARGET_CLASSES.index(name) for name in ("town", "dam", "supply")}
    hague, protocol, free = (choices()[name.name] for name in (HAGUE, PROTOCOL, FREE))
    assert hague.open[of_class["town"]].any()
    assert not protocol.open[of_class["town"] | of_class["dam"]].any()
    assert (free.open >= hague.open).all()
    assert free.open.sum() > hague.open.sum() > protocol.open.sum()
    assert not free.open[spell().targets.index("antung-airfield")]
    assert (protocol.deaths_a_sortie <= hague.deaths_a_sortie).all()
    assert (protocol.deaths_a_sortie < hague.deaths_a_sortie)[:, of_class["supply"]].any()


@pytest.mark.parametrize("regime", [HAGUE, PROTOCOL, FREE])
def test_choice__the_best_keeps_limits_and_beats_the_record(regime):
    choice = choices()[regime.name]
    losses, deaths = spent(choices()[HAGUE.name])
    best = choice.most_effect(losses, deaths)
    assert (best.gap <= GAP).all()
    assert (best.sorties.sum(1) <= choice.budget * (1 + 1e-9)).all()
    assert (choice.losses(best.sorties) <= losses * (1 + 1e-9)).all()
    assert (choice.deaths(best.sorties) <= deaths * (1 + 1e-9)).all()
    assert best.sorties[:, ~choice.open].sum() == 0
    if regime is HAGUE:
        assert (best.value >= choice.effect(choice.flown) * (1 - GAP)).all()


def test_choice__agrees_with_a_linear_program():
    choice = choices()[HAGUE.name]
    losses, deaths = spent(choice)
    gain = spell().terms.gain
    limit = np.concatenate([choice.budget, losses[:, None], deaths[:, None]], axis=1)
    uses = np.zeros((*limit.shape, *choice.rate.shape[1:]))
    for k in range(choice.budget.shape[1]):
        uses[:, k, :, k] = 1.0
    uses[:, -2], uses[:, -1] = choice.losses_a_sortie, choice.deaths_a_sortie
    rate = choice.rate * choice.open[:, None]
    none = np.full(gain.shape[1], -1)
    program = Program(gain, np.zeros_like(rate), rate, uses, limit, gain * 0, none, np.zeros((3, 0)))
    assert choice.most_effect(losses, deaths).value[0] == pytest.approx(
        by_tangents(one(program, 0), 1e-6), rel=1e-5
    )


def test_choice__the_value_of_a_death_allowed_is_the_slope_of_the_frontier():
    """And the frontier rises and bends down: each further death allowed buys no more than the one before."""
    choice = choices()[HAGUE.name]
    losses, deaths = spent(choice)
    values = [choice.most_effect(losses, deaths * share).value for share in (0.1, 0.2, 0.3, 0.4)]
    rises = np.diff(values, axis=0)
    assert (rises >= -GAP * values[-1]).all()
    assert (np.diff(rises, axis=0) <= GAP * values[-1]).all()
    at = choice.most_effect(losses, deaths * 0.2)
    step = 1e-3
    up, down = (choice.most_effect(losses, deaths * 0.2 * (1 + side)).value for side in (step, -step))
    slope = (up - down) / (2 * step * 0.2 * deaths)
    np.testing.assert_allclose(at.worth[:, -1], slope, rtol=0.02)


def test_choice__the_fewest_deaths_lie_on_the_same_frontier():
    """What is bought with the fewest deaths for an effect cannot be bought with fewer."""
    choice = choices()[HAGUE.name]
    losses, deaths = spent(choice)
    effect = 0.999 * choice.effect(choice.flown)
    least = choice.least(choice.deaths_a_sortie, effect[:, None], False, losses, np.full(3, ANY))
    fewest = -least.value
    assert (fewest < deaths).all()
    back = choice.most_effect(losses, fewest).value
    np.testing.assert_allclose(back, effect, rtol=1e-4)


def test_choice__divided_lies_between_the_record_and_the_best():
    choice = choices()[HAGUE.name]
    divided = choice.divided()
    anyhow = choice.most_effect(np.full(3, ANY), np.full(3, ANY), opened=np.ones(len(spell().targets), bool))
    assert (divided >= choice.effect(choice.flown) * (1 - GAP)).all()
    assert (divided <= anyhow.value * (1 + GAP)).all()


def test_choice__one_plan_for_all_worlds_keeps_the_limits_of_each():
    choice = choices()[HAGUE.name]
    losses, deaths = spent(choice)
    best = choice.most_effect(losses, deaths)
    plan = choice.one_plan(losses, deaths, best.value)
    assert (plan.sum(1) <= choice.budget * (1 + 1e-9)).all()
    assert (choice.losses(plan) <= losses * (1 + 1e-9)).all()
    assert (choice.deaths(plan) <= deaths * (1 + 1e-9)).all()
    assert (choice.effect(plan) <= best.value * (1 + GAP)).all()
    shape = plan / plan.sum((1, 2), keepdims=True)
    np.testing.assert_allclose(shape, np.broadcast_to(shape[:1], shape.shape), rtol=1e-9, atol=1e-12)


def test_choice__one_plan_is_best_on_average():
    """No plan within the same limits has a mean that is more: by the gradient, over a linear program."""
    from scipy.optimize import linprog

    choice = choices()[HAGUE.name]
    free = np.full(3, 1e9)
    best = choice.most_effect(free, free).value
    plan = choice.one_plan(free, free, best)
    np.testing.assert_allclose(plan[0], plan[1])
    share = spell().terms.gain / best[:, None]
    rate = choice.rate * choice.open[:, None]
    left = share * np.exp(-(rate * plan).sum(2))
    slope = (left[:, :, None] * rate).mean(0)
    budget = choice.budget[0]
    np.testing.assert_allclose(choice.budget, np.broadcast_to(budget, choice.budget.shape))
    targets, classes = slope.shape
    rows = np.tile(np.eye(classes), targets)
    reached = linprog(-slope.ravel(), A_ub=rows, b_ub=budget)
    value = (share - left).sum(1).mean()
    assert -reached.fun - (slope * plan[0]).sum() <= 2e-3 * value


def test_choice__of_one_world_the_one_plan_is_the_best():
    """With a single world nothing is unknown."""
    terms = spell().terms
    alone = replace(
        spell(), terms=type(terms)(*(getattr(terms, name)[:1] for name in terms.__dataclass_fields__))
    )
    choice = Choice(alone, HAGUE)
    losses, deaths = spent(choice)
    best = choice.most_effect(losses, deaths).value
    np.testing.assert_allclose(choice.effect(choice.one_plan(losses, deaths, best)), best, rtol=1e-5)


# what is told


def test_frontier__says_how_far_the_record_is():
    choice = choices()[HAGUE.name]
    losses, deaths = spent(choice)
    share = choice.effect(choice.flown) / choice.most_effect(losses, deaths).value
    first = found().distances[0]
    assert first.regime == HAGUE
    assert first.best.median == 1
    assert first.share.median == pytest.approx(np.median(share), rel=1e-6)
    assert first.near == (share >= 0.9).mean()
    assert 0 < first.deaths.median < 1
    assert 0 < first.losses.median < 1
    assert first.possible == 1
    assert found().deaths.median == pytest.approx(np.median(deaths))
    assert found().losses.median == pytest.approx(np.median(losses))
    assert found().believed.median <= 1 + GAP
    for _, least in found().any_weights:
        assert 0 < least.median <= 1


def test_frontier__no_restriction_costs_nothing_to_lift():
    regimes = {row.regime.name: row for row in found().distances}
    assert list(regimes) == ["hague-1907", "additional-protocol-1", "no restriction"]
    assert regimes["no restriction"].best.low >= 1 - GAP


def test_frontier__cells_keep_their_limits():
    assert {(cell.within_losses, cell.within_deaths) for cell in found().cells if cell.regime == HAGUE} == {
        (losses, deaths) for losses in IN_LOSSES for deaths in IN_DEATHS
    }
    for cell in found().cells:
        assert cell.losses.high <= cell.within_losses * (1 + 1e-9)
        assert cell.deaths.high <= cell.within_deaths * (1 + 1e-9)
    of_law = {(c.within_losses, c.within_deaths): c for c in found().cells if c.regime == HAGUE}
    for deaths in IN_DEATHS:
        effects = [of_law[losses, deaths].effect.median for losses in IN_LOSSES]
        assert (np.diff(effects) >= -1e-5).all()


def test_frontier__prices_bound_what_a_rule_costs():
    """Weak duality: never less than a rule costs that is lifted, never more than a kind that is spared."""
    lifted = [row for row in found().restrictions if row.lifted]
    spared = [row for row in found().restrictions if not row.lifted]
    assert lifted
    assert {row.name for row in spared} >= {"supply", "rail", "road", "town"}
    for row in lifted:
        assert row.cost.median <= row.by_price.median + 1e-5
    for row in spared:
        assert row.by_price.median <= row.cost.median + 1e-5


def test_frontier__portions_are_shares():
    rows = found().portions
    assert {row.kind for row in rows} <= set(KINDS)
    for name in ("sorties", "best_sorties", "effect", "best_effect", "deaths", "best_deaths"):
        assert all(0 <= getattr(row, name).low <= getattr(row, name).high <= 1 for row in rows)
    one_war = frontier_of(fortnight(flagship().scenario, WHEN, replicates=1, seed=1, workers=1))
    for name in ("sorties", "best_sorties", "effect", "best_effect", "deaths", "best_deaths"):
        assert sum(getattr(row, name).median for row in one_war.portions) == pytest.approx(1)


def test_frontier__asks_under_another_law():
    other = frontier_of(spell(), "additional-protocol-1")
    assert other.law == PROTOCOL
    lifted = {row.name for row in other.restrictions if row.lifted}
    assert {"town, by the law", "dam, by the law", "all of these"} <= lifted
    assert "town" not in {row.name for row in other.restrictions if not row.lifted}
    assert other.distances == found().distances


def test_frontier__refuses_what_is_not_there():
    war = flagship().scenario
    with pytest.raises(QueryError, match="1949-01-01 is outside"):
        frontier(war, date(1949, 1, 1))
    with pytest.raises(QueryError, match="found the law 'lieber'; expected one of hague-1907"):
        frontier(war, WHEN, law="lieber")


@settings(max_examples=60, deadline=None)
@given(arrays(float, st.tuples(st.integers(1, 14), st.integers(1, 4)), elements=st.integers(-3, 3)))
def test_efficient__agrees_with_the_plain_check(points):
    assert efficient(points).tolist() == undominated(points.tolist())


# the command


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        main(["frontier", "--date", str(WHEN), "-n", "2", "--workers", "1", *arguments])
    return left.value.code, capsys.readouterr()


def test_command__prints_lines_of_80_columns(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "80")
    code, printed = run(capsys, "--show", "all", "--picture", str(tmp_path / "a.svg"))
    assert code == 0
    assert max(len(line) for line in printed.out.splitlines()) <= 80
    words = " ".join(printed.out.split())
    for said in (
        "How far were they from the best?",
        "civilian killed",
        "rule lifted",
        "kind spared",
        "not in force",
    ):
        assert said in words
    drawn = (tmp_path / "a.svg").read_bytes()
    assert b"<svg" in drawn
    run(capsys, "--picture", str(tmp_path / "b.svg"))
    assert drawn == (tmp_path / "b.svg").read_bytes()


def test_command__gives_the_same_numbers_to_scripts(capsys):
    code, printed = run(capsys, "--json")
    assert code == 0
    payload = json.loads(printed.out)
    again = frontier(flagship().scenario, WHEN, replicates=2, workers=1)
    assert payload["distances"][0]["share"]["median"] == again.distances[0].share.median
    assert payload["any_weights"].keys() == {"deaths", "losses", "sorties"}
    assert payload["cells"][-1]["within_deaths"] is None
    assert payload["when"] == str(WHEN)


def test_command__refuses_a_law_and_a_picture_that_cannot_be(capsys):
    assert run(capsys, "--law", "lieber")[0] == 2
    assert run(capsys, "--picture", "a.doc")[0] == 2


def test_answer__stands_harm_beside_effect():
    words = answer(found())
    assert "civilians" in words.split("\n\n")[0]
    assert "deaths" in words.split("\n\n")[1]
