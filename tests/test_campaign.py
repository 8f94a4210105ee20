"""Attacks over several periods against repair: by trying every plan, by one period, by hand."""

import itertools
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stalemate.analysis.campaign import Mending, campaign, shut_by_period
from stalemate.analysis.interdiction import interdict
from stalemate.analysis.maxflow_interdiction import FlowGame
from stalemate.analysis.netfile import PlainNetwork
from stalemate.errors import QueryError
from stalemate.interfaces.cli import main


def network(ends, capacity, undirected=False) -> PlainNetwork:
    names = ("s", "a", "b", "t")
    return PlainNetwork(
        names, tuple(ends), tuple(map(float, capacity)), (), (), (1.0,) * len(ends), undirected
    )


TWO = network([(0, 1), (1, 3), (0, 2), (2, 3)], [5, 5, 3, 3])


def test_campaign__without_repair_keeps_what_was_cut():
    """One hit a period: the road of 5 first, then that of 3, and nothing flows in the third period."""
    plan = campaign(TWO, ["s"], ["t"], 1, 3, Mending())
    assert plan.flows == (3.0, 0.0, 0.0)
    assert (plan.value, plan.plain) == (3.0, 8.0)
    assert plan.proven


def test_campaign__against_a_crew_must_come_back():
    """A crew that mends one hit a period opens each arc again: the road of 5 is cut in every period."""
    plan = campaign(TWO, ["s"], ["t"], 1, 3, Mending(mends=(1.0,) * 4))
    assert plan.flows == (3.0, 3.0, 3.0)
    assert plan.proven


def test_campaign__two_hits_at_once_outlast_one_night():
    """Two hits a period on a crew of one: the second of a pair holds the arc shut in the next period."""
    plan = campaign(TWO, ["s"], ["t"], 2, 2, Mending(mends=(1.0,) * 4))
    assert plan.flows == (0.0, 0.0)
    assert plan.proven


def test_campaign__of_one_period_is_the_textbook_problem():
    grid = network([(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (0, 3)], [4, 6, 2, 5, 3, 1])
    for attacks in range(4):
        [answer] = interdict(grid, ["s"], ["t"], attacks, question="flow", protected=0).answers
        plan = campaign(grid, ["s"], ["t"], attacks, 1, Mending(mends=(2.0,) * 6))
        assert plan.value == pytest.approx(answer.attack.value)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3)).filter(lambda pair: pair[0] != pair[1]),
        min_size=1,
        max_size=4,
    ),
    st.lists(st.integers(0, 6), min_size=4, max_size=4),
    st.integers(1, 2),
    st.integers(1, 3),
    st.one_of(st.none(), st.floats(0, 2)),
    st.sampled_from([1, 2, math.inf]),
    st.booleans(),
    st.booleans(),
)
def test_campaign__is_the_best_of_all_plans(ends, capacity, attacks, periods, mends, lasts, both, first):
    """The plain twin tries every plan of so many hits a period and runs repair by hand."""
    net = network(ends, capacity[: len(ends)], both)
    first &= mends is not None
    mending = Mending(None if mends is None else (mends,) * len(ends), lasts, first)
    plan = campaign(net, ["s"], ["t"], attacks, periods, mending)
    game = FlowGame(net, (0,), (3,), attacks)
    one = [
        {arc: chosen.count(arc) for arc in set(chosen)}
        for count in range(attacks + 1)
        for chosen in itertools.combinations_with_replacement(range(len(ends)), count)
    ]
    best = min(
        sum(game.value(shut) for shut in _shut(hits, mends, lasts, first))
        for hits in itertools.product(one, repeat=periods)
    )
    assert plan.value == pytest.approx(best)
    assert plan.bound == pytest.approx(best)


def _shut(plan, mends, lasts, first):
    """Give the arcs shut in each period: every hit is a piece of work, done oldest first, or dated."""
    open_hits: list[list[float]] = []
    for hits in plan:
        open_hits += [[arc, 1.0 if mends is not None else lasts] for arc, n in hits.items() for _ in range(n)]
        if not first:
            yield {int(arc) for arc, _ in open_hits}
        hours = {arc: mends if mends is not None else math.inf for arc, _ in open_hits}
        for hit in open_hits:
            done = min(hit[1], hours[hit[0]], math.inf if mends is not None else 1.0)
            hit[1] -= done
            hours[hit[0]] -= done
        open_hits = [hit for hit in open_hits if hit[1] > 1e-9]
        if first:
            yield {int(arc) for arc, _ in open_hits}


def test_shut_by_period__queue_and_own_clock_part():
    """Four hits at once: a crew of one needs four nights, hits on their own clocks one."""
    hits = [{0: 4}, {}, {}, {}, {}]
    assert [len(shut) for shut in shut_by_period(hits, Mending(mends=(1.0,)), 1)] == [1, 1, 1, 1, 0]
    assert [len(shut) for shut in shut_by_period(hits, Mending(lasts=1), 1)] == [1, 0, 0, 0, 0]
    assert [len(shut) for shut in shut_by_period(hits, Mending(), 1)] == [1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("attacks", "periods", "mends", "words"),
    [
        (1, 0, None, "periods: found 0"),
        (math.nan, 2, None, "attacks: found nan"),
        (1, 2, (1.0,), "mends: found 1 numbers"),
    ],
)
def test_campaign__says_what_is_out_of_range(attacks, periods, mends, words):
    with pytest.raises(QueryError, match=words):
        campaign(TWO, ["s"], ["t"], attacks, periods, Mending(mends))


def test_interdict__plans_over_periods(tmp_path, capsys):
    """The table's own crews: that of the wide road mends nothing, so one attack closes it for good."""
    (tmp_path / "arcs.csv").write_text("from,to,capacity,mends\ns,a,5,0\na,t,5,1\ns,b,3,1\nb,t,3,1\n")
    asked = ["interdict", str(tmp_path / "arcs.csv"), "-s", "s", "-t", "t", "-k", "1"]
    with pytest.raises(SystemExit) as left:
        main([*asked, "--periods", "3", "--json"])
    assert not left.value.code
    answer = json.loads(capsys.readouterr().out)
    assert [period["flow"] for period in answer["periods"]] == [3, 0, 0]
    assert answer["proven"]
    with pytest.raises(SystemExit) as left:
        main([*asked, "--periods", "2", "--mends", "1", "--lasts", "2"])
    assert left.value.code == 2
    assert "two forms of repair" in capsys.readouterr().err


def test_interdict__without_attacks_is_the_maximum_flow_between_several_ends(tmp_path, capsys):
    (tmp_path / "arcs.csv").write_text("from,to,capacity\na,m,4\nb,m,3\nm,y,5\nz,m,1\n")
    with pytest.raises(SystemExit):
        main(
            ["interdict", str(tmp_path / "arcs.csv"), *"-s a -s b -t y -t z -k 0 --undirected --json".split()]
        )
    [answer] = json.loads(capsys.readouterr().out)["answers"]
    assert answer["plain"] == 6
