"""Weather: long-run shares, persistence and floods against the theory of a two-state chain."""

import math

import numpy as np
import pytest
from small_wars import theatre, wars, worlds

from stalemate.scenario.resolve import DATED
from stalemate.systems.weather import Weather

WEATHER = Weather()
FLOOD = DATED["flood_washouts_per_day"]


def block(count, **fields):
    """Return a random theatre with some fields set, and worlds of one seed and their states."""
    rng = np.random.default_rng(5)
    place = theatre(rng)
    for name, value in fields.items():
        place[0][name] = value
    drawn, states = worlds(rng, count), wars(rng, place, count)
    drawn["seed"], drawn["replicate"] = 7, np.arange(count)
    return place, drawn, states


def days_of(place, drawn, states, days):
    """Return flyable days and nights, (day, replicate), and washouts, (day, replicate, section)."""
    seen = []
    for day in range(days):
        WEATHER.loop(place, drawn, states, day)
        seen.append((states["flyable_day"].copy(), states["flyable_night"].copy(), states["washouts"].copy()))
    return tuple(np.array(part).astype(float) for part in zip(*seen, strict=True))


@pytest.mark.parametrize("persistence", [0.0, 0.35, 0.8])
def test_weather__keeps_the_month_s_share_and_persistence(persistence):
    """Of N days the mean has variance p (1 - p) (1 + r) / (1 - r) / N, r being the persistence."""
    place, drawn, states = block(100, flyable_day=0.7, flyable_night=0.55, persistence=persistence)
    day, night, _ = days_of(place, drawn, states, 440)
    for flown, share in ((day[40:], 0.7), (night[40:], 0.55)):
        spread = share * (1 - share)
        error = math.sqrt(spread * (1 + persistence) / (1 - persistence) / flown.size)
        assert abs(flown.mean() - share) < 4 * error
        covariance = np.mean((flown[1:] - share) * (flown[:-1] - share))
        assert abs(covariance / spread - persistence) < 0.025
    assert abs(np.corrcoef(day[40:].ravel(), night[40:].ravel())[0, 1]) < 0.03


@pytest.mark.parametrize(("share", "persistence"), [(1.0, 0.0), (1.0, 0.9), (0.0, 0.0)])
def test_weather__is_certain_at_the_limits(share, persistence):
    place, drawn, states = block(20, flyable_day=share, flyable_night=share, persistence=persistence)
    states["flyable_day"] = states["flyable_night"] = int(share)
    day, night, _ = days_of(place, drawn, states, 50)
    assert (day == share).all()
    assert (night == share).all()


def test_weather__floods_managed_lines_in_proportion_to_length():
    place, drawn, states = block(200)
    one = place[0]
    count = int(one["n_sections"])
    one["managed"][:count] = 1
    one["managed"][1] = 0
    one["length_km"][2] = 80
    one["managed_km"] = (one["length_km"] * one["managed"]).sum()
    states["today"][:, FLOOD] = 9.0
    lost = days_of(place, drawn, states, 150)[2][:, :, :count].reshape(-1, count)
    expected = 9.0 * one["length_km"][:count] * one["managed"][:count] / one["managed_km"]
    assert expected.sum() == pytest.approx(9.0)
    error = np.sqrt(expected / len(lost))
    assert (np.abs(lost.mean(0) - expected) <= 4 * error).all()
    assert (np.abs(lost.var(0) - expected) <= 0.05 * expected).all()
    states["today"][:, FLOOD] = 0.0
    assert days_of(place, drawn, states, 20)[2].sum() == 0
