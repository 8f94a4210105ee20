"""The reduced war of benchmarks/peers.py, written three times, gives the same answers."""

from dataclasses import replace

import numpy as np
import pytest
from reduced import in_mesa, in_simpy, ours
from reduced.answers import answers_of, compared
from reduced.problem import SERIES, Numbers, korea, tiled
from reduced.railway import kept, plain
from reference.flow import amounts

DAYS = 40
NO_LUCK = Numbers(aircraft=(0.0, 0.0), battle_chance=1.0, casualties_per_t=0.0, casualties_quiet=0.0)
PEERS = pytest.mark.parametrize("peer", [in_simpy, in_mesa])


@pytest.fixture(scope="module")
def problem():
    return korea(DAYS)


@pytest.fixture(scope="module")
def answers(problem):
    return answers_of([ours.run(problem, 512)])


@PEERS
def test_reduced_war__answers_as_the_peers_within_sampling_error(problem, answers, peer):
    theirs = answers_of([peer.run(problem, 12, railway=kept)])
    assert max(map(abs, compared(answers, theirs).values())) < 4.0


@PEERS
def test_reduced_war__of_slower_crews_is_told_apart(problem, answers, peer):
    other = replace(problem, numbers=replace(problem.numbers, mend_chance=0.4))
    assert compared(answers, answers_of([peer.run(other, 8, railway=kept)]))["open_cuts"] > 4.0


@PEERS
def test_reduced_war__without_luck_is_the_same_day_by_day(problem, peer):
    sure = replace(problem, numbers=NO_LUCK)
    mine, theirs = ours.run(sure, 1), peer.run(sure, 1, railway=plain)
    assert mine["fired_t"].sum() > 0.0
    assert mine["hungry_sectors"].sum() > 0.0
    for name in SERIES:
        np.testing.assert_allclose(theirs[name], mine[name], rtol=1e-6, err_msg=name)


@pytest.mark.parametrize("railway", [plain, kept])
def test_railway__delivers_as_the_plain_twin_of_our_solver(problem, railway):
    rng = np.random.default_rng(3)
    ends, gates, terminals = problem.ends.tolist(), problem.gates.tolist(), problem.terminals.tolist()
    network = railway(problem)
    for _ in range(20):
        capacity = rng.integers(0, 2000, len(ends)).tolist()
        demand = rng.integers(0, 900, len(terminals)).tolist()
        order = rng.permutation(len(terminals)).tolist()
        wanted = amounts(ends, gates, terminals, capacity, [10**9] * len(gates), demand, order)
        assert network.deliver(capacity, demand, order) == wanted


def test_reduced_war__cuts_as_many_lines_as_the_weather_and_the_sorties_make(problem):
    """Without losses the mean of a day far from the first is flyable share x sorties x cuts a sortie."""
    steady = replace(problem, numbers=replace(problem.numbers, losses_per_sortie=(0.0, 0.0)))
    cuts = ours.run(steady, 1024)["cuts"][:, 20:22].mean(1)
    numbers = steady.numbers
    sorties = steady.flyable[20] * np.array(numbers.aircraft) * numbers.sorties_per_aircraft
    expected = float(sorties @ numbers.cuts_per_sortie)
    assert abs(cuts.mean() - expected) < 4.0 * cuts.std() / np.sqrt(len(cuts))


def test_reduced_war__is_the_same_in_any_block(problem):
    whole, parts = ours.run(problem, 20), ours.run(problem, 20, block=7)
    assert all((whole[name] == parts[name]).all() for name in SERIES)


def test_tiled__is_the_country_itself_once_and_joined_copies_otherwise(problem):
    once, twice = tiled(problem, 1), tiled(problem, 2)
    assert (once.ends == problem.ends).all()
    joints = len(twice.ends) - 2 * len(problem.ends)
    assert joints > 0
    assert (np.diff(twice.ends[-joints:], axis=1) == problem.n_nodes).all()
    assert twice.aimed_share.sum() == pytest.approx(1.0)
    assert len(twice.terminals) == 2 * len(problem.terminals)
