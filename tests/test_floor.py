"""The floor: repair's answer by limits, cuts by brute force, efforts by a program, deliveries by hand."""

import itertools
import json
import math
from datetime import date
from io import StringIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from stalemate.analysis import lineresponse
from stalemate.analysis.cutsets import Lines, least_effort, minimal_cuts, solved_directly
from stalemate.analysis.floor import floor
from stalemate.analysis.floorcheck import check_floor
from stalemate.analysis.lineresponse import MEANS, Crews, crossing_open, draw_luck, mean_for
from stalemate.analysis.standing import Standing
from stalemate.engine.simulate import Structures, prepare
from stalemate.errors import QueryError
from stalemate.interfaces.floor import floor_payload, print_floor
from stalemate.interfaces.floorpicture import draw_floor
from stalemate.scenario import read
from stalemate.scenario.resolve import resolve
from stalemate.systems.attrition import flak_per_1000
from stalemate.systems.bombing import deaths_per_tonne

ONE = np.ones(1)


def crews(hours=10.0, least=2.0, per_hour=2.0, own=3.0, blocking=1.0) -> Crews:
    return Crews(*(np.full(3, value) for value in (hours, least, per_hour, own, blocking)))


def luck(flyable=1.0, sigma=0.0, clustering=1e6, seed=1):
    return draw_luck(seed, np.full(3, clustering), np.full(3, sigma), flyable, 0.0)


def test_whole_by_queue__is_shut_above_what_crews_mend_and_open_below():
    """16 cuts a night can be mended; a steady 64 shut the line, a steady 4 leave 1 - (2 + 4 / 2) / 10."""
    shares = lineresponse.whole_by_queue(luck(), crews(), 0.01)
    assert shares[:, 0] == pytest.approx(1.0)
    assert shares[0, list(MEANS).index(64.0)] == 0.0
    assert shares[0, list(MEANS).index(4.0)] == pytest.approx(0.6, abs=0.05)


def test_whole_by_own_clock__is_the_integral_over_the_night():
    """With as many cuts open as the day made, the share is the mean over the night of (1 - e^-s/u)^B."""
    many = crews(own=0.5)
    shares = lineresponse.whole_by_own_clock(luck(), many, 0.01)
    s = np.linspace(0, 8, 4001)
    counts = np.random.default_rng(3).poisson(8.0, 4000)
    expected = np.mean(
        [np.trapezoid((1 - np.exp(-s / 0.5)) ** b, s) / 10 if b else 1.0 for b in counts[:500]]
    )
    assert shares[:, list(MEANS).index(8.0)].mean() == pytest.approx(expected, abs=0.03)


def test_crossing_open__with_one_bridge_is_a_renewal():
    """A bridge is down for two days, then hit with chance p a day: it stands (1 - p) / p days between."""
    shares = crossing_open(luck(), 1, np.full(3, 1.5), np.zeros(3))
    p = 1 - math.exp(-0.5)
    standing = (1 - p) / p / (2 + (1 - p) / p)
    assert shares[:, list(MEANS).index(0.5)].mean() == pytest.approx(standing, abs=0.08)


@pytest.mark.parametrize("bridges", [1, 2, 3])
def test_crossing_open__never_gains_from_more_hits_and_does_from_more_bridges(bridges):
    fewer = crossing_open(luck(), bridges, np.full(3, 2.0), np.full(3, 0.6))
    more = crossing_open(luck(), bridges + 1, np.full(3, 2.0), np.full(3, 0.6))
    assert (np.diff(fewer) <= 0).all()
    assert (more >= fewer).all()


def test_mean_for__inverts_the_response():
    shares = np.exp(-MEANS / 5)
    wanted = np.array([1.0, 0.5, 0.1, 0.0])
    found = mean_for(shares, wanted)
    assert found[0] == 0.0
    np.testing.assert_allclose(np.interp(found[1:3], MEANS, shares), wanted[1:3])
    assert math.isinf(mean_for(np.full(len(MEANS), 0.5), np.array([0.4]))[0])


networks = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda pair: pair[0] != pair[1]),
    min_size=1,
    max_size=9,
)


@settings(max_examples=60, deadline=None)
@given(networks, st.integers(0, 12), st.data())
def test_least_effort__is_that_of_brute_force_and_of_one_program(ends, steps, data):
    """Every way of holding every line to every step is tried; the flow that is left is the least cut's."""
    lines = Lines(tuple(ends), (0,), (5,))
    size = 13
    costs = []
    for _ in ends:
        whole = data.draw(st.integers(0, 4))
        falls = sorted(data.draw(st.lists(st.integers(0, 9), min_size=whole, max_size=whole)), reverse=True)
        if whole and data.draw(st.booleans()):
            falls[0] = math.inf
        costs.append(np.array([[*map(float, falls), *([0.0] * (size - whole))]]))
    cuts = minimal_cuts(lines, range(len(ends)))
    found = min((least_effort(costs, cut)[0, steps] for cut in cuts), default=0.0)
    assert found == pytest.approx(_by_trying(lines, costs, steps))
    value, bound = solved_directly(lines, [cost[0] for cost in costs], steps)
    if math.isfinite(found):
        assert value == pytest.approx(found)
        assert bound == pytest.approx(found)
    else:
        assert math.isinf(value)


def _by_trying(lines: Lines, costs, steps: int) -> float:
    """Return the least effort over all sets of nodes on the sources' side, and all steps of lines across."""
    best = math.inf
    for size in range(5):
        for chosen in itertools.combinations((1, 2, 3, 4), size):
            near = {0, *chosen}
            across = [line for line, (u, v) in enumerate(lines.ends) if (u in near) != (v in near)]
            cheapest = {0: 0.0}
            for line in across:
                grown: dict[int, float] = {}
                for passed, paid in cheapest.items():
                    for step in range(5):
                        total = passed + step
                        if total <= steps:
                            grown[total] = min(grown.get(total, math.inf), paid + costs[line][0, step])
                cheapest = grown
            best = min([best, *cheapest.values()])
    return best


@pytest.fixture(scope="module")
def floors():
    """Return the floor of the flagship in a few worlds."""
    war = read.load("korea-1951")
    return floor(war, replicates=6, months=["1951-07", "1952-02", "1953-07"], workers=1)


def test_floor__falls_as_the_need_rises_and_as_more_may_be_attacked(floors):
    for month in floors.months:
        for form in floors.forms:
            for end in ("low", "median", "high"):
                curves = {
                    mode: [getattr(month.of(need, form, mode).effort, end) for need in floors.curve_t]
                    for mode in ("lines", "both", "scarce")
                }
                for curve in curves.values():
                    assert all(b <= a for a, b in itertools.pairwise(curve))
                assert all(b <= a for a, b in zip(curves["lines"], curves["both"], strict=True))


def test_floor__agrees_with_the_program_that_knows_no_cuts(floors):
    assert floors.certificate.problems > 20
    assert floors.certificate.worst_difference < 1e-6
    assert floors.certificate.worst_bound_gap < 1e-6


def test_floor__lines_alone_never_starve_a_front_that_has_trucks(floors):
    """A ton a day is less than the trucks of any world haul from the border."""
    for month in floors.months:
        for form in floors.forms:
            assert month.of(1.0, form, "lines").possible == 0.0


def test_floor__says_when_a_month_or_a_number_is_wrong(floors):
    with pytest.raises(QueryError, match="expected one from 1951-07 to 1953-07"):
        floors.month("1950-01")
    with pytest.raises(QueryError, match="replicates: found 0"):
        floor(read.load("korea-1951"), replicates=0)


def test_check_floor__the_reckoning_is_near_the_engine():
    """Whole wars, day by day, with the same plans: no code in common but the drawn parameters."""
    war = read.load("korea-1951")
    rows = check_floor(war, date(1951, 9, 1), plans=((0.0, 0.0), (100.0, 100.0)), replicates=48)
    assert len(rows) == 4
    for row in rows:
        assert 0.8 < row.ratio.median < 1.15
        assert row.ratio.low > 0.5
        assert row.ratio.high < 1.6


def test_standing__losses_and_deaths_are_those_of_the_kernels():
    war = read.load("korea-1951")
    worlds = resolve(war, 3, range(4), Structures())
    standing = Standing(prepare(war), worlds, 300)
    guns, tactics = standing.today("loss_flak_guns"), standing.today("loss_tactics_progress")
    exposed = standing.today("civilian_present") * standing.today("civilian_shelter")
    for i, world in enumerate(worlds):
        flak = flak_per_1000(world, guns[i], tactics[i])
        assert standing.lost_per_sortie()[i] == pytest.approx(
            0.001 * (flak + world["loss_accident_per_1000"])
        )
        killed = deaths_per_tonne(world)[1] * world["bombs_t_fighter_bomber"] * exposed[i]
        assert standing.deaths_per_sortie()[i] == pytest.approx(killed)


def test_trucks__last_or_fade():
    """Losses as many a sortie empty the fleet; in proportion they leave receipts over rate."""
    war = read.load("korea-1951")
    worlds = resolve(war, 3, range(4), Structures())
    standing = Standing(prepare(war), worlds, 300)
    fleet = np.full(4, 6000.0)
    none = standing.trucks(np.zeros(1), fleet)[:, 0]
    received = standing.today("truck_received_per_day")
    np.testing.assert_allclose(none, 6000 + received * 74.5)
    assert (standing.trucks(np.array([1e5]), fleet) == 0).all()
    rest = received * fleet / (1e5 * worlds["truck_lost_per_1000_sorties"] * 0.001)
    np.testing.assert_allclose(
        standing.trucks(np.array([1e5]), fleet, in_proportion=True)[:, 0], rest, rtol=1e-2
    )


def test_print_floor__speaks_of_every_need_in_80_columns_and_json_is_whole(floors):
    out = Console(width=80, record=True, file=StringIO())
    print_floor(out, floors, floors.month("1952-02"))
    printed = out.export_text()
    assert max(map(len, printed.splitlines())) <= 80
    for need in floors.needs:
        assert f"{need.words[0].upper()}{need.words[1:]}, {need.middle:,g} t a day" in " ".join(
            printed.split()
        )
    assert "no effort reaches this need" in " ".join(printed.split())
    payload = json.loads(json.dumps(floor_payload(floors), allow_nan=False))
    assert [month["month"] for month in payload["months"]] == ["1951-07", "1952-02", "1953-07"]
    none = [row for row in payload["months"][1]["floors"] if row["need_t"] == 1 and row["mode"] == "lines"]
    assert all(row["effort"]["median"] is None and row["possible"] == 0 for row in none)


def test_draw_floor__writes_the_same_picture_twice(floors, tmp_path):
    files = [tmp_path / "a.svg", tmp_path / "b.svg"]
    for file in files:
        draw_floor(floors, floors.month("1952-02"), file)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert b"</svg>" in files[0].read_bytes()
