"""The dated sequence: scores against closed forms, brute force, and what a proper score must do."""

import math
from datetime import date

import numpy as np
import pytest

from stalemate.analysis.concessions import (
    Concession,
    alone_from,
    lead,
    log_densities,
    scores,
    sequence,
    step_day,
)
from stalemate.scenario import read

WAR = read.load("korea-1951")


def constant(rates, dated):
    """Return hazards that never change, one a war, for each item."""
    days = WAR.days
    return {one.item: np.repeat(np.array(rates, dtype=float)[:, None], days, axis=1) for one in dated}


def test_sequence__is_that_of_the_record():
    found = sequence(WAR, "agreement")
    assert [one.item for one in found] == ["agenda", "line", "conference", "supervision", "prisoners"]
    assert [(one.day - one.since).days for one in found] == [16, 123, 11, 157, 402]
    assert alone_from(WAR) == found[-1].since == date(1952, 5, 2)
    assert sequence(WAR, "first-step")[-1].day == step_day(WAR, "first-step") == date(1953, 3, 28)


def test_log_densities__are_those_of_a_constant_hazard():
    """Each item alone: ln r - r T. Together the same terms, in whatever order they are told."""
    dated, rates = sequence(WAR, "agreement"), [0.01, 0.02]
    found = log_densities(WAR, dated, constant(rates, dated))
    at_risk = sum((one.day - one.since).days for one in dated)
    for row, rate in zip(found, rates, strict=True):
        assert row.sum() == pytest.approx(5 * math.log(rate) - rate * at_risk)
        assert row[0] == pytest.approx(math.log(rate) - 16 * rate)


def test_log_densities__count_every_item_that_is_on_the_table():
    """From 27 November to 17 February supervision waits 82 days and the conference, opened then, 11."""
    dated = sequence(WAR, "agreement")
    found = log_densities(WAR, dated, constant([0.01], dated))[0]
    assert found[2] == pytest.approx(math.log(0.01) - 0.01 * (82 + 11))


def test_scores__learn_from_the_concessions_before():
    """A gamma (a, b) rate: the next event after T days has density a b^a / (b + T)^(a + 1), updated."""
    a, b = 2.5, 300.0
    rng = np.random.default_rng(1)
    rates = rng.gamma(a, 1 / b, 400_000)
    gaps = np.array([40.0, 10.0, 200.0])
    found = scores(np.log(rates)[:, None] - rates[:, None] * gaps)
    for score, gap in zip(found, gaps, strict=True):
        assert score == pytest.approx(math.log(a) + a * math.log(b) - (a + 1) * math.log(b + gap), abs=0.02)
        a, b = a + 1, b + gap


def test_scores__add_up_to_the_density_of_the_whole():
    densities = np.log(np.random.default_rng(2).random((50, 4)))
    assert scores(densities).sum() == pytest.approx(math.log(np.exp(densities.sum(1)).mean()))


def test_scores__equal_the_share_of_simulated_wars_on_the_day():
    """By brute force: wars with a drawn constant hazard a day, and how many of them end on day 7."""
    rng = np.random.default_rng(3)
    rates = rng.lognormal(math.log(0.05), 0.5, 400_000)
    days = np.floor(rng.exponential(size=len(rates)) / rates)
    found = scores((np.log(-np.expm1(-rates)) - 7 * rates)[:, None])[0]
    assert found == pytest.approx(math.log((days == 7).mean()), abs=0.03)


def test_lead__is_the_difference_of_scores_and_of_their_sums():
    rng = np.random.default_rng(5)
    mine, rival = np.log(rng.random((2, 80, 3)))
    found = lead(mine, rival)
    expected = scores(mine) - scores(rival)
    assert [one.median for one in found] == pytest.approx([*expected, expected.sum()])
    assert all(one.low < one.median < one.high for one in found)


def test_lead__has_a_band_that_holds_the_truth_as_often_as_it_says():
    """Log-normal densities of two concessions: the truth is known, the band is of drawing 300 wars."""
    first, both, inside = 0.5 * 0.3**2, 0.5 * (0.3**2 + 0.2**2), [0, 0, 0]
    for seed in range(400):
        rng = np.random.default_rng(seed)
        mine = np.stack([0.3 * rng.standard_normal(300), 0.2 * rng.standard_normal(300)], axis=1)
        for place, (band, truth) in enumerate(
            zip(lead(mine, np.zeros_like(mine)), (first, both - first, both), strict=True)
        ):
            inside[place] += band.low <= truth <= band.high
    assert all(0.86 < count / 400 < 0.94 for count in inside)


def test_scores__are_best_on_average_for_what_made_the_record():
    """Proper: records made by rate r are scored best by a forecast of r, whatever else is believed."""
    rng, rates = np.random.default_rng(6), (0.004, 0.008, 0.016)
    for truth in rates:
        gaps = rng.exponential(1 / truth, size=(4000, 3))
        mean = [np.mean([scores(np.log(rate) - rate * gap[None]).sum() for gap in gaps]) for rate in rates]
        assert rates[int(np.argmax(mean))] == truth


def test_concession__with_no_hazard_on_its_day_is_impossible():
    one = Concession("prisoners", date(1952, 5, 2), date(1952, 5, 12))
    found = log_densities(WAR, [one], {"prisoners": np.zeros((2, WAR.days))})
    assert (found == -math.inf).all()
