"""Blocks in threads: told to end, they end within the day, and nothing goes on behind anybody's back."""

import threading
import time
from contextlib import closing

import pytest
from reference import toy_war

from stalemate.analysis import playback
from stalemate.engine import simulate as engine
from stalemate.ensemble import jobs as jobs_module
from stalemate.ensemble import runner
from stalemate.ensemble.jobs import Asked, Jobs
from stalemate.ensemble.pool import GivenUp, Threads, go_on, side_by_side
from stalemate.ensemble.runner import run
from stalemate.interfaces.atlas.bench import Bench
from stalemate.interfaces.atlas.playing import Asked as AskedPlay
from stalemate.interfaces.atlas.playing import Player
from stalemate.policies import naming

SOON = 20
WARS = [(toy_war.Plain(), range(at, at + 1)) for at in range(6)]


class EndlessWar:
    """An engine whose block lasts for ever, unless it is told to end."""

    def __init__(self):
        self.begun = threading.Event()

    def __call__(self, *arguments, watch, **options):
        self.begun.set()
        while True:
            watch("weather", 0, None, None, None)
            time.sleep(0.001)


@pytest.fixture
def endless(monkeypatch):
    toy_war.put_in_place(monkeypatch)
    war = EndlessWar()
    monkeypatch.setattr(engine, "simulate", war)
    for place in (naming, runner, jobs_module, playback):
        monkeypatch.setattr(place, "named", lambda name, war: toy_war.Plain())
    return war


@pytest.fixture(autouse=True)
def _no_thread_is_left():
    yield
    ends = time.monotonic() + SOON
    while any(thread.name.startswith("wars") for thread in threading.enumerate()):
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_go_on__does_nothing_outside_of_a_pool():
    go_on("weather", 3, None, None, None)


def test_side_by_side__gives_up_what_is_fought_when_it_is_closed():
    """The first block ends at once; the others would last for ever."""
    begun = threading.Event()

    def fight(policy, part):
        while part.start:
            begun.set()
            go_on()
            time.sleep(0.001)
        return part

    with closing(side_by_side(WARS, fight, workers=3)) as fought:
        assert next(fought) == range(0, 1)
        assert begun.wait(SOON)


def test_threads__that_were_stopped_tell_whoever_waits_and_begin_nothing_more():
    pool, begun, fought = Threads(2), threading.Event(), []

    def fight(policy, part):
        fought.append(part)
        begun.set()
        while True:
            go_on()
            time.sleep(0.001)

    def stop():
        assert begun.wait(SOON)
        pool.stop()

    threading.Thread(target=stop).start()
    with pytest.raises(GivenUp):
        list(side_by_side(WARS, fight, workers=pool))
    assert len(fought) <= 2
    fought.clear()
    with pytest.raises(GivenUp):
        list(side_by_side(WARS, fight, workers=pool))
    assert fought == []


def test_threads__may_be_used_again_after_an_end():
    pool = Threads(2)
    parts = [part for _, part in WARS]
    assert [list(side_by_side(WARS, lambda _, part: part, workers=pool)) for _ in range(2)] == [parts, parts]


@pytest.mark.parametrize("where", ["told", "written"])
def test_run__cancelled_between_blocks_leaves_nothing_fighting(monkeypatch, tmp_path, where):
    """Ctrl-C may come while the run is told of or written, when no block is waited for."""
    toy_war.put_in_place(monkeypatch)
    begun = threading.Event()

    def simulate(prepared, policy, seed, part, *, watch, **options):
        while part.start >= 256:
            begun.set()
            watch("weather", 0, None, None, None)
            time.sleep(0.001)
        return toy_war.simulate(prepared, policy, seed, part, **options)

    def cancelled(*_):
        assert begun.wait(SOON)
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "simulate", simulate)
    if where == "written":
        monkeypatch.setattr(runner.RunWriter, "write", cancelled)
    with pytest.raises(KeyboardInterrupt):
        run(
            toy_war.scenario(),
            toy_war.Plain(),
            replicates=1000,
            workers=2,
            out=tmp_path / "run",
            progress=cancelled if where == "told" else None,
        )


def test_jobs__a_run_is_stopped_in_the_midst_of_a_block(endless, tmp_path):
    queue = Jobs(toy_war.scenario(), tmp_path / "jobs", workers=2)
    job = queue.submit(Asked(policies=("plain",), replicates=10))
    assert endless.begun.wait(SOON)
    queue.stop(job.name)
    assert list(queue.watch(job.name, SOON))[-1].state == "stopped"
    endless.begun.clear()
    assert queue.submit(Asked(policies=("plain",), replicates=10)).state in ("waiting", "running")
    assert endless.begun.wait(SOON)
    queue.close()
    assert queue.job(job.name).state == "stopped"


def test_bench__that_closes_ends_the_wars_of_its_pages(endless, tmp_path):
    """A playback is fought in a thread of its own, which nobody waits for."""
    bench = Bench(toy_war.scenario(), tmp_path / "runs")
    player = Player(toy_war.scenario(), threads=bench.threads)
    player.ask(AskedPlay(policies=("plain",), seed=1, replicates=4, replicate=0))
    assert endless.begun.wait(SOON)
    bench.close()
