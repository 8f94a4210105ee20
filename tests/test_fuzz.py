"""Every way in, with inputs made to break it: what once broke something, and some more of each kind.

``scripts/fuzz.py`` tries the same at length, with time and memory measured.
"""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from fuzzing import TARGETS
from fuzzing.target import mutated, takes
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

CORPORA = Path(__file__).parent / "corpora"
KEPT = sorted(path.relative_to(CORPORA).as_posix() for path in CORPORA.glob("*/*"))
EXAMPLES = {"record": 8, "names": 4, "scenario": 25, "manifest": 25, "document": 20, "question": 20}
FEW = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@cache
def opened(name):
    """Return what takes an input of a target, and its seeds."""
    target = TARGETS[name]
    return target.begin(Path(mkdtemp(prefix=f"fuzz-{name}-"))), tuple(target.seeds())


def test_corpora__are_of_targets_that_there_are():
    assert {place.partition("/")[0] for place in KEPT} <= set(TARGETS)
    assert len(KEPT) > 50
    assert all((CORPORA / place).stat().st_size < 70_000 for place in KEPT)


@pytest.mark.parametrize("place", KEPT)
def test_targets__take_what_once_broke_them(place):
    one, _ = opened(place.partition("/")[0])
    takes(one, (CORPORA / place).read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_targets__take_whatever_comes(name):
    one, seeds = opened(name)
    assert not takes(one, seeds[0])

    @settings(FEW, max_examples=EXAMPLES.get(name, 40))
    @given(st.data())
    def tried(data):
        takes(one, mutated(lambda most: data.draw(st.integers(0, most - 1)), TARGETS[name], seeds))

    tried()


def test_takes__tells_what_is_wrong():
    def broken(data):
        raise KeyError(data)

    with pytest.raises(KeyError):
        takes(broken, b"x")
