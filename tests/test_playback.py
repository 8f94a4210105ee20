"""Playback: series by place add up to what a run keeps of the whole, and one war is that war."""

from datetime import timedelta

import numpy as np
import pytest

from stalemate.analysis import playback as analysis
from stalemate.analysis.playback import playback
from stalemate.analysis.played import QUANTITIES, WHOLES
from stalemate.ensemble.outcomes import by_week
from stalemate.ensemble.runner import run
from stalemate.errors import PolicyError, QueryError
from stalemate.scenario.read import load
from stalemate.systems.variables import RECORDED

WAR = load("korea-1951")
WARS = 6


@pytest.fixture(scope="module")
def played():
    return playback(WAR, ["banfill", "historical"], replicates=WARS, replicate=4)


@pytest.mark.parametrize("quantity", ["cuts", "open_share", "target_left"])
def test_by_week__of_places_is_a_plain_loop_over_days(quantity):
    days = np.random.default_rng(1).random((3, 17, 4)).astype(np.float32)
    weeks = by_week(quantity, days)
    assert weeks.shape == (3, 3, 4)
    kind = RECORDED[quantity].kind
    for war in range(3):
        for place in range(4):
            for week, part in enumerate((days[war, :7], days[war, 7:14], days[war, 14:])):
                series = [float(value) for value in part[:, place]]
                by_hand = {"sum": sum(series), "mean": sum(series) / len(series), "state": series[-1]}[kind]
                assert weeks[war, week, place] == pytest.approx(by_hand, rel=1e-6)


def test_playback__one_war_adds_up_to_what_a_run_keeps_of_the_whole(played):
    runs = run(WAR, ["banfill", "historical"], replicates=WARS)
    for policy in (0, 1):
        tracks = played.tracks[policy]
        for quantity in ("cuts", "front_tonnes", "shells_communist"):
            whole = runs.weekly(policy, quantity)[4]
            np.testing.assert_allclose(tracks[quantity].one.sum(axis=1), whole, rtol=1e-5)
        sector = tracks["front_tonnes"].places.index("west")
        np.testing.assert_allclose(
            tracks["front_tonnes"].one[:, sector], runs.weekly(policy, "front_tonnes", "west")[4], rtol=1e-6
        )


def test_playback__bands_hold_the_median_and_all_tracks_have_the_same_weeks(played):
    assert played.policies == ("banfill", "historical")
    assert played.weeks[0] == WAR.start
    assert played.weeks[-1] + timedelta(days=7) > WAR.end >= played.weeks[-1]
    for tracks in played.tracks:
        assert set(tracks) == set(QUANTITIES)
        for track in tracks.values():
            shape = (len(played.weeks), len(track.places))
            assert track.median.shape == track.low.shape == track.high.shape == track.one.shape == shape
            assert (track.low <= track.median).all()
            assert (track.median <= track.high).all()


def test_playback__policies_are_one_war_until_they_part(played):
    first, second = played.tracks
    parting = next(week for week, day in enumerate(played.weeks) if day.isoformat() >= "1952-08-24")
    for quantity in QUANTITIES:
        np.testing.assert_array_equal(first[quantity].one[:parting], second[quantity].one[:parting])
    assert (first["cuts"].one != second["cuts"].one).any()


def test_playback__as_a_data_set_carries_units_places_and_all_statistics(played):
    data = played.to_xarray()
    assert data["open_share"].dims == ("policy", "statistic", "week", "section")
    assert data["front_tonnes"].attrs["units"] == "t"
    np.testing.assert_array_equal(
        data["cuts"].sel(policy="historical", statistic="one").values, played.tracks[1]["cuts"].one
    )
    assert list(data["sector"].values) == list(played.tracks[0]["front_tonnes"].places)


def test_playback__refuses_what_cannot_be_played():
    with pytest.raises(QueryError, match=f"found {analysis.MOST_WARS + 1} wars"):
        playback(WAR, "historical", replicates=analysis.MOST_WARS + 1)
    with pytest.raises(QueryError, match="found replicate 3; expected 0 to 2"):
        playback(WAR, "historical", replicates=3, replicate=3)
    with pytest.raises(PolicyError):
        playback(WAR, "peace", replicates=3)


def test_playback__wholes_are_those_of_a_run_and_add_up_to_date(played):
    runs = run(WAR, ["banfill", "historical"], replicates=WARS)
    for policy, mine in enumerate(played.wholes):
        for quantity in ("front_tonnes", "civilian_deaths", "aircraft_lost"):
            weeks = np.array(runs.weekly(policy, quantity), dtype=np.float64)
            np.testing.assert_allclose(mine.week[quantity].one[:, 0], weeks[4], rtol=1e-6)
            median = np.median(weeks, axis=0)
            np.testing.assert_allclose(mine.week[quantity].median[:, 0], median, rtol=1e-6)
            np.testing.assert_allclose(mine.to_date[quantity].one[:, 0], np.cumsum(weeks[4]), rtol=1e-6)
        assert set(mine.week) == set(WHOLES)
        assert set(mine.to_date) == {name for name in WHOLES if RECORDED[name].kind == "sum"}


def test_playback__a_difference_is_of_pairs_of_wars(played):
    runs = run(WAR, ["banfill", "historical"], replicates=WARS)
    first, second = (np.array(runs.weekly(p, "civilian_deaths"), dtype=np.float64) for p in (0, 1))
    pairs = np.sort(np.cumsum(first - second, axis=1), axis=0)
    told = played.difference.to_date["civilian_deaths"]
    np.testing.assert_allclose(told.median[:, 0], (pairs[2] + pairs[3]) / 2, atol=1e-3)
    np.testing.assert_allclose(told.high[:, 0], pairs[4] + 0.75 * (pairs[5] - pairs[4]), atol=1e-2)
    assert playback(WAR, "historical", replicates=1).difference is None
