"""Runs killed by the operating system at the worst moments go on to the bytes of an undisturbed run."""

import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from reference import toy_war

from stalemate.ensemble.runner import run

SCRIPT = """
import os, signal, sys
from datetime import date
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from reference import toy_war
from stalemate.ensemble import runner

class Patch:
    def setattr(self, owner, name, value):
        setattr(owner, name, value)

moment, count = sys.argv[3], int(sys.argv[4])
toy_war.put_in_place(Patch())

def die_at(count):
    def counted(*arguments):
        counted.calls += 1
        if counted.calls == count:
            os.kill(os.getpid(), signal.SIGKILL)
    counted.calls = 0
    return counted

progress = None
if moment == "block":
    progress = die_at(count)
elif moment == "write":
    replace, dying = os.replace, die_at(count)
    os.replace = lambda *names: (dying(), replace(*names))
elif moment == "rename":
    Path.rename = die_at(count)
war, policies = toy_war.scenario(start=date(1952, 8, 25)), [toy_war.Shifted(), toy_war.Plain()]
out, until = Path(sys.argv[2]), date(1952, 9, 2)
runner.run(war, policies, replicates=600, block=50, until=until, out=out, progress=progress)
"""


def all_bytes(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def war_in_a_process(out, moment, count):
    """Run 600 pairs of toy wars in a process of its own and return its exit code."""
    tests = str(Path(toy_war.__file__).parents[1])
    command = [sys.executable, "-c", SCRIPT, tests, str(out), moment, str(count)]
    return subprocess.run(command, check=False, capture_output=True).returncode


@pytest.mark.parametrize(
    ("moment", "count"),
    [("block", 1), ("block", 20), ("write", 4), ("write", 5), ("rename", 1)],
)
def test_killed_run__goes_on_to_the_bytes_of_an_undisturbed_one(tmp_path, monkeypatch, moment, count):
    killed = tmp_path / "killed"
    assert war_in_a_process(killed, moment, count) == -signal.SIGKILL
    assert not killed.exists()
    assert (tmp_path / "killed.partial").is_dir()
    toy_war.put_in_place(monkeypatch)
    policies = [toy_war.Shifted(), toy_war.Plain()]
    for out in (killed, tmp_path / "whole"):
        war = toy_war.scenario(start=date(1952, 8, 25))
        run(war, policies, replicates=600, until=date(1952, 9, 2), out=out, workers=3)
    assert all_bytes(killed) == all_bytes(tmp_path / "whole")
    assert not (tmp_path / "killed.partial").exists()
