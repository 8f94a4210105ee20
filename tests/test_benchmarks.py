"""What benchmarks share: turns, ratios within a round, the exponent, and that each tells its machine."""

import json
from pathlib import Path

import numpy as np
import pytest
import scaling
from machine import Spread, here, in_turn, ratios, tell
from scipy import stats

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = sorted(
    path
    for path in (ROOT / "benchmarks").rglob("*.py")
    if "__main__" in path.read_text(encoding="utf-8") and path.name != "make.py"
)


def test_in_turn__lets_another_one_begin_every_round():
    order = []
    ticks = iter(range(100))
    calls = {name: lambda name=name: order.append(name) or len(order) for name in "abc"}
    found = in_turn(calls, 3, clock=lambda: float(next(ticks)))
    assert "".join(order) == "abcbcacab"
    assert found["a"] == [(1.0, 1), (1.0, 6), (1.0, 8)]


def test_ratios__are_taken_within_a_round():
    """A neighbour that slows one round by ten moves no ratio."""
    assert ratios([2.0, 20.0, 2.2], [1.0, 10.0, 1.0]) == Spread(2.0, 2.0, 2.2, 3)


def test_exponent__of_a_power_is_that_power():
    found = scaling.exponent([1, 2, 4, 8], [3.0 * n**1.5 for n in (1, 2, 4, 8)])
    assert found["exponent"] == pytest.approx(1.5)
    assert found["low"] == pytest.approx(found["high"])


def test_exponent__has_the_band_of_a_textbook_regression():
    sizes, seconds = np.array([37.0, 79.0, 163.0, 331.0]), np.array([0.07, 0.17, 0.43, 1.29])
    theirs = stats.linregress(np.log(sizes), np.log(seconds))
    apart = stats.t.ppf(0.975, 2) * theirs.stderr
    found = scaling.exponent(sizes, seconds)
    assert found["exponent"] == pytest.approx(theirs.slope)
    assert (found["low"], found["high"]) == pytest.approx(
        (theirs.slope - apart, theirs.slope + apart), rel=1e-4
    )


def test_tell__puts_the_machine_and_the_spread_beside_figures(capsys):
    machine = here("networkx", "no-such-package")
    tell(machine, {"rate": Spread.of([3.0, 1.0, 2.0])}, as_json=True, show=lambda: None)
    told = json.loads(capsys.readouterr().out)
    assert told["found"]["rate"] == {"least": 1.0, "median": 2.0, "most": 3.0, "repeats": 3}
    assert {"date", "cpu", "cores", "memory_gb", "load", "python", "versions"} == set(told["machine"])
    assert told["machine"]["versions"]["no-such-package"] == "not installed"
    assert max(map(len, str(machine).splitlines())) <= 80


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_benchmarks__tell_their_machine_and_stand_on_a_page(program):
    text = program.read_text(encoding="utf-8")
    assert "from machine import" in text or "from frames import" in text
    name = program.relative_to(ROOT).as_posix()
    assert any(name in page.read_text(encoding="utf-8") for page in (ROOT / "docs").rglob("*.md"))
