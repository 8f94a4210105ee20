"""Interdiction of abstract networks against every set of arcs, the direct program and closed forms."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference.interdiction import (
    attack_by_every_set,
    direct_path_program,
    protection_by_every_set,
    value_of,
)

from stalemate.analysis.game import step_of
from stalemate.analysis.interdiction import interdict
from stalemate.analysis.netfile import PlainNetwork, read_network
from stalemate.errors import NetworkError, QueryError
from stalemate.interfaces.cli import main

QUESTIONS = ("flow", "path")
TABLE = "from,to,capacity,length,delay,cost\ns,a,3,1,5,\ns,b,2,2,1,2\na,t,2,1,4,1\nb,t,4,1,1,1\na,b,1,1,1,1\n"


def drawn(seed, nodes=5, arcs=8):
    """Return a random network from node 0 to node 1, with parallel arcs, loose ends, and odd costs."""
    luck = random.Random(seed)
    whole = seed % 3

    def number(high):
        return float(luck.randint(0, high)) if whole else round(luck.uniform(0, high), 3 if seed % 2 else 12)

    ends = [(0, 2), (2, 1), *(tuple(luck.sample(range(nodes), 2)) for _ in range(arcs - 2))]
    columns = [tuple(number(9) for _ in ends) for _ in range(3)]
    cost = tuple(luck.choice((1.0, 1.0, 1.5, 2.0)) if seed % 4 == 0 else 1.0 for _ in ends)
    return PlainNetwork(tuple(map(str, range(nodes))), tuple(ends), *columns, cost, seed % 5 == 0)


def asked(net, question, attacks, protected=0, sources=("0",), sinks=("1",)):
    [answer] = interdict(net, sources, sinks, attacks, question=question, protected=protected).answers
    return answer


@pytest.mark.parametrize("question", QUESTIONS)
def test_attack__is_as_bad_as_the_worst_of_every_set(question):
    for seed in range(100):
        net, budget = drawn(seed), 1 + seed % 3
        answer = asked(net, question, budget)
        assert answer.attack.value == pytest.approx(
            attack_by_every_set(net, question, [0], [1], budget), abs=1e-5
        ), seed
        assert answer.attack.proven
        assert sum(net.cost[arc] for arc in answer.attack.arcs) <= budget


@pytest.mark.parametrize("question", QUESTIONS)
def test_protection__is_as_good_as_the_best_of_every_set(question):
    for seed in range(40):
        net, budget, count = drawn(seed, arcs=7), 1 + seed % 2, seed % 3 + 1
        answer = asked(net, question, budget, count)
        held = answer.protection
        best = protection_by_every_set(net, question, [0], [1], budget, count)
        assert held.attack.value == pytest.approx(best, abs=1e-5), seed
        assert held.proven
        assert len(held.arcs) <= count
        assert not set(held.arcs) & set(held.attack.arcs)


@pytest.mark.parametrize("question", QUESTIONS)
def test_several_sources_and_sinks__are_one_joined_to_all(question):
    for seed in range(20):
        net = drawn(seed, nodes=6, arcs=9)
        names = ("0", "3"), ("1", "4")
        if not {"3", "4"} <= {net.nodes[node] for pair in net.ends for node in pair}:
            continue
        answer = asked(net, question, 2, 0, *names)
        assert answer.attack.value == pytest.approx(
            attack_by_every_set(net, question, [0, 3], [1, 4], 2), abs=1e-5
        )


@pytest.mark.parametrize("question", QUESTIONS)
def test_value__is_that_of_networkx_and_of_its_witness(question):
    for seed in range(40):
        net = drawn(seed, nodes=6, arcs=14)
        answer = asked(net, question, 2)
        attacked = set(answer.attack.arcs)
        for value, gone in ((answer.plain, set()), (answer.attack.value, attacked)):
            assert value == pytest.approx(value_of(net, question, [0], [1], gone), abs=1e-9)
        if question == "flow":
            shown = sum(net.capacity[arc] for arc in answer.witness)
        else:
            shown = sum(net.length[a] + net.delay[a] * (a in attacked) for a in answer.witness)
        assert shown == pytest.approx(answer.attack.value)


@pytest.mark.parametrize("seed", range(6))
def test_path__equals_the_direct_program_on_larger_networks(seed):
    """Twenty nodes and sixty arcs are too many for every set of four."""
    net = drawn(100 + seed, nodes=20, arcs=60)
    value, proven = direct_path_program(net, [0], [1], 4)
    answer = asked(net, "path", 4)
    assert proven
    assert answer.attack.proven
    assert answer.attack.value == pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_attack__leaves_the_plain_value(question):
    answer = asked(drawn(1), question, 0, 2)
    assert answer.attack.value == answer.attack.bound == answer.plain
    assert answer.attack.arcs == answer.protection.arcs == ()


@pytest.mark.parametrize("question", QUESTIONS)
def test_more_attacks_never_help_and_more_protection_never_hurts(question):
    sign = 1 if question == "path" else -1
    for seed in (3, 4, 5):
        net = drawn(seed, nodes=7, arcs=14)
        attacked = [sign * asked(net, question, k).attack.value for k in range(6)]
        held = [sign * asked(net, question, 2, k).protection.attack.value for k in range(1, 6)]
        assert attacked == sorted(attacked)
        assert held == sorted(held, reverse=True)


def test_parallel_arcs__lose_the_greatest_capacities():
    """Five arcs side by side: k attacks take the k greatest, k protected leave the next k to be taken."""
    net = PlainNetwork(("s", "t"), ((0, 1),) * 5, (5.0, 9.0, 1.0, 7.0, 3.0), (), (), (1.0,) * 5)
    [answer] = interdict(net, ["s"], ["t"], 2).answers
    assert sorted(answer.attack.arcs) == [1, 3]
    assert answer.attack.value == 9
    assert sorted(answer.protection.arcs) == [1, 3]
    assert answer.protection.attack.value == 17
    assert sorted(answer.protection.attack.arcs) == [0, 4]


def test_a_chain__is_delayed_by_the_greatest_delays():
    """One way of four arcs: the two greatest delays are added, and protected the next two."""
    ends = tuple((i, i + 1) for i in range(4))
    net = PlainNetwork(tuple("abcde"), ends, (), (1.0,) * 4, (4.0, 8.0, 2.0, 6.0), (1.0,) * 4)
    [answer] = interdict(net, ["a"], ["e"], 2).answers
    assert answer.attack.value == 4 + 8 + 6
    assert answer.protection.attack.value == 4 + 4 + 2
    assert sorted(answer.protection.arcs) == [1, 3]


def test_a_chain__loses_all_flow_to_one_attack_unless_all_is_protected():
    net = PlainNetwork(("a", "b", "c"), ((0, 1), (1, 2)), (2.0, 3.0), (), (), (1.0, 1.0))
    for protected, left in ((1, 0), (2, 2)):
        answer = asked(net, None, 1, protected, ("a",), ("c",))
        assert answer.attack.value == 0
        assert answer.protection.attack.value == left
        assert answer.protection.proven


def test_costs__are_a_budget_and_not_a_count():
    net = PlainNetwork(("s", "t"), ((0, 1),) * 3, (5.0, 3.0, 3.0), (), (), (2.0, 1.0, 1.0))
    assert asked(net, None, 2, 0, ("s",), ("t",)).attack.value == 5
    assert asked(net, None, 3, 0, ("s",), ("t",)).attack.value == 3


def test_time__ends_with_an_honest_gap():
    net = drawn(8, nodes=20, arcs=80)
    [answer] = interdict(net, ["0"], ["1"], 2, question="path", seconds=1e-9).answers
    assert not answer.attack.proven
    assert answer.attack.value < answer.attack.bound
    assert not answer.protection.proven


def test_solver__works_after_another_has_taken_more_threads():
    """HiGHS fixes its threads at its first use in a process, and refuses another number from then on."""
    script = (
        "import highspy\n"
        "first = highspy.Highs()\n"
        "first.silent()\n"
        "first.setOptionValue('threads', 2)\n"
        "first.minimize(first.addBinary())\n"
        "from stalemate.analysis.binaries import Constraint, cheapest\n"
        "print(cheapest([1.0], [True], [Constraint([0], [1.0], low=1.0)]).values)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(1.0,)"


@pytest.mark.parametrize(
    ("values", "step"),
    [((2.0, 6.0, 0.0), 2), ((0.1, 0.25), 0.05), ((1 / 3,), 0), ((), 0), ((0.0,), 0), ((1e9, 3.0), 1)],
)
def test_step__divides_all_values(values, step):
    assert step_of(values) == step


def test_read_network__takes_a_table(tmp_path):
    net = read(tmp_path, TABLE)
    assert net.nodes == ("s", "a", "b", "t")
    assert net.ends == ((0, 1), (0, 2), (1, 3), (2, 3), (1, 2))
    assert net.cost == (1, 2, 1, 1, 1)
    assert (net.capacity[0], net.length[0], net.delay[0]) == (3, 1, 5)


@pytest.mark.parametrize("column", ["lat", "lon", "x", "Y", "from_lat", "Longitude", "x-km"])
def test_read_network__refuses_coordinates(tmp_path, column):
    with pytest.raises(NetworkError, match="this command takes no coordinates"):
        read(tmp_path, f"from,to,capacity,{column}\na,b,1,2\n")


def test_read_network__reports_all_faults_at_once(tmp_path):
    with pytest.raises(NetworkError) as caught:
        read(tmp_path, "from,to,capacity,cost\na,b,-1,1\n,b,1,0\na,a,nan,1\na,b\n")
    places = [(fault.row, fault.column) for fault in caught.value.faults]
    assert places == [(2, "capacity"), (3, "from"), (3, "cost"), (4, "capacity"), (5, "")]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("from,to", "no numbers"),
        ("to,capacity", "the two nodes"),
        ("from,to,length", "length and delay together"),
        ("from,to,capacity,colour", "an unknown column"),
        ("from,to,capacity,capacity", "the column twice"),
        ("from,to,capacity", "no arc"),
        ("", "no such column"),
    ],
)
def test_read_network__says_what_a_header_lacks(tmp_path, header, said):
    with pytest.raises(NetworkError, match=said):
        read(tmp_path, header + "\n")


def _bytes(text):
    return text.encode("utf-8", "surrogatepass")


CELLS = st.sampled_from(
    ["from", "to", "capacity", "length", "delay", "cost", "a", "b", "1", "-2", "1e400", ""]
)
TABLES = st.lists(st.lists(CELLS, max_size=6).map(",".join), max_size=6).map("\n".join)
LIKELY = TABLES.map("from,to,capacity,length,delay\n".__add__)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(st.one_of(st.binary(max_size=80), st.one_of(st.text(max_size=80), TABLES, LIKELY).map(_bytes)))
def test_read_network__any_bytes_are_a_network_or_faults(tmp_path, data):
    path = tmp_path / "arcs.csv"
    path.write_bytes(data)
    try:
        net = read_network(path)
    except NetworkError as error:
        count = len(error.faults)
    else:
        count = len(net.ends)
    assert count


def read(folder: Path, text: str):
    path = folder / "arcs.csv"
    path.write_text(text)
    return read_network(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sources": ["nowhere"]}, "'nowhere'"),
        ({"sources": []}, "found nothing"),
        ({"sinks": ["s"]}, "s is source and sink"),
        ({"sources": ["t"], "sinks": ["s"], "question": "path"}, "no path leads"),
        ({"attacks": -1}, "from 0"),
        ({"attacks": float("nan")}, "from 0"),
        ({"protected": -1}, "0 or more"),
        ({"seconds": 0}, "more than 0"),
        ({"question": "colour"}, "expected flow, path or both"),
    ],
)
def test_interdict__refuses_what_cannot_be_asked(tmp_path, change, said):
    given_ = {"sources": ["s"], "sinks": ["t"], "attacks": 1.0} | change
    with pytest.raises(QueryError, match=said):
        interdict(read(tmp_path, TABLE), **given_)


def test_interdict__refuses_a_question_without_its_columns(tmp_path):
    with pytest.raises(QueryError, match="the table has no length and delay"):
        interdict(read(tmp_path, "from,to,capacity\ns,t,1\n"), ["s"], ["t"], 1, question="both")


@pytest.fixture
def arcs(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    path = tmp_path / "arcs.csv"
    path.write_text(TABLE)
    return str(path)


def call(capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return left.value.code or 0, captured.out, captured.err


def test_command__prints_within_80_columns(arcs, capsys):
    code, out, _ = call(capsys, "interdict", arcs, "-s", "s", "-t", "t", "--attacks", 1)
    assert code == 0
    assert max(len(line) for line in out.splitlines()) <= 80
    assert out.count("unattacked") == 2
    assert "\nattacked: s → a\n" in out


def test_command__gives_the_promised_json(arcs, capsys):
    code, out, _ = call(capsys, "interdict", arcs, "-s", "s", "-t", "t", "-k", 1, "--undirected", "--json")
    found = json.loads(out)
    assert code == 0
    assert [answer["question"] for answer in found["answers"]] == ["flow", "path"]
    for answer in found["answers"]:
        assert set(answer) == {"question", "plain", "attack", "witness", "protection"}
        assert set(answer["attack"]) == {"arcs", "value", "bound", "gap", "proven"}
        assert all(set(arc) == {"row", "from", "to"} for arc in answer["attack"]["arcs"])
        assert answer["protection"]["attack"]["proven"] is True


def test_command__leaves_with_2_on_a_faulty_table(tmp_path, capsys):
    path = tmp_path / "places.csv"
    path.write_text("from,to,capacity,lat\na,b,1,38\n")
    code, out, err = call(capsys, "interdict", path, "-s", "a", "-t", "b", "-k", 1)
    assert (code, out) == (2, "")
    assert "places.csv:1, lat: found a coordinate" in err
