"""Jobs: a queue whose runs are those of ``run``, that stops, goes on and is found again."""

import threading
from dataclasses import replace

import pytest
from reference import toy_war
from test_narrow import row

from stalemate.ensemble import jobs as module
from stalemate.ensemble import runner
from stalemate.ensemble.jobs import MOST_WARS, Asked, Jobs
from stalemate.ensemble.runner import run
from stalemate.ensemble.runs import read_run
from stalemate.errors import BusyError, PolicyError, QueryError, RunError
from stalemate.policies import naming
from stalemate.scenario.narrow import Narrow

WAR = toy_war.scenario()
ASKED = Asked(policies=("shifted", "plain"), replicates=40)
SOON = 20


@pytest.fixture(autouse=True)
def _toy(monkeypatch):
    toy_war.put_in_place(monkeypatch)
    policies = {"shifted": toy_war.Shifted(), "plain": toy_war.Plain()}

    def named(name, war):
        if name not in policies:
            raise PolicyError(f"found the policy {name!r}; expected one of {', '.join(policies)}")
        return policies[name]

    for place in (naming, runner, module):
        monkeypatch.setattr(place, "named", named)


@pytest.fixture
def queue(tmp_path):
    made = Jobs(WAR, tmp_path / "jobs", workers=1)
    yield made
    made.close()


class Held:
    """A ``run`` that waits before it begins, so that a test may look at the queue."""

    def __init__(self, fight=run):
        self.free, self.begun, self._fight = threading.Event(), threading.Event(), fight

    def __call__(self, *arguments, progress, **options):
        self.begun.set()
        assert self.free.wait(SOON)
        return self._fight(*arguments, progress=progress, **options)


def end_of(queue, job):
    """Return a job when it has ended."""
    return list(queue.watch(job.name, SOON))[-1]


def test_jobs__a_job_is_the_run_of_its_question(queue, tmp_path):
    job = queue.submit(ASKED)
    ended = end_of(queue, job)
    assert (ended.state, ended.done, ended.total) == ("done", 80, 80)
    alone = run(WAR, ["shifted", "plain"], replicates=40, out=tmp_path / "alone")
    stored = read_run(queue.run_of(job.name))
    assert stored.recipe == alone.recipe
    assert (stored.outcome(0, "cuts") == alone.outcome(0, "cuts")).all()


def test_jobs__the_same_question_is_one_job_and_another_is_another(queue):
    first = queue.submit(ASKED)
    assert queue.submit(replace(ASKED)).name == first.name
    other = queue.submit(replace(ASKED, seed=2))
    assert other.name != first.name
    assert end_of(queue, other).state == "done"
    assert queue.submit(ASKED) == end_of(queue, first)
    assert [job.name for job in queue.all()] == sorted([first.name, other.name])
    assert ASKED.name(WAR) != ASKED.name(replace(WAR, digest="e" * 64))


def test_jobs__watch_tells_every_state_in_order(tmp_path):
    held = Held()
    queue = Jobs(WAR, tmp_path / "jobs", workers=1, fight=held)
    job = queue.submit(ASKED)
    seen = queue.watch(job.name, SOON)
    states = [next(seen).state]
    held.free.set()
    states += [told.state for told in seen]
    assert states[0] in ("waiting", "running")
    assert states[-1] == "done"
    order = ["waiting", "running", "done"]
    assert [order.index(state) for state in states] == sorted(order.index(state) for state in states)
    queue.close()


def test_jobs__watch_gives_up_when_nothing_comes(tmp_path):
    held = Held()
    queue = Jobs(WAR, tmp_path / "jobs", workers=1, fight=held)
    job = queue.submit(ASKED)
    assert held.begun.wait(SOON)
    told = list(queue.watch(job.name, 0.01))
    assert [one.state for one in told] == ["running"]
    held.free.set()
    end_of(queue, job)
    queue.close()


def test_jobs__too_many_waiting_are_refused_and_one_that_waits_can_be_stopped(tmp_path):
    held = Held()
    queue = Jobs(WAR, tmp_path / "jobs", workers=1, most_waiting=1, fight=held)
    first = queue.submit(ASKED)
    assert held.begun.wait(SOON)
    second = queue.submit(replace(ASKED, seed=2))
    with pytest.raises(BusyError, match="1 runs wait already"):
        queue.submit(replace(ASKED, seed=3))
    assert queue.stop(second.name).state == "stopped"
    assert queue.submit(replace(ASKED, seed=3)).state == "waiting"
    held.free.set()
    assert end_of(queue, first).state == "done"
    queue.close()


def test_jobs__a_stopped_run_keeps_what_is_done_and_goes_on_to_the_same_bytes(tmp_path):
    asked = replace(ASKED, replicates=600)
    stopped = threading.Event()

    def first_half(*arguments, progress, **options):
        def told(done, total):
            progress(done, total)
            if done >= 600 and not stopped.is_set():
                stopped.set()
                queue.stop(asked.name(WAR))

        return run(*arguments, progress=told, **options)

    queue = Jobs(WAR, tmp_path / "jobs", workers=1, fight=first_half)
    ended = end_of(queue, queue.submit(asked))
    assert (ended.state, 600 <= ended.done < 1200) == ("stopped", True)
    with pytest.raises(QueryError, match="is stopped, not done"):
        queue.run_of(ended.name)
    assert list((tmp_path / "jobs" / ended.name / "run.partial").rglob("*.parquet"))
    assert end_of(queue, queue.submit(asked)).state == "done"
    whole = run(WAR, ["shifted", "plain"], replicates=600, out=tmp_path / "alone")
    files = sorted(path.relative_to(tmp_path / "alone") for path in (tmp_path / "alone").rglob("*.*"))
    for name in files:
        assert (tmp_path / "alone" / name).read_bytes() == (queue.run_of(ended.name) / name).read_bytes()
    assert whole.recipe.replicates == 600
    queue.close()


def test_jobs__another_queue_finds_what_was_left(tmp_path):
    queue = Jobs(WAR, tmp_path / "jobs", workers=1)
    done = end_of(queue, queue.submit(ASKED))
    queue.close()
    half = tmp_path / "jobs" / replace(ASKED, seed=9).name(WAR)
    half.mkdir()
    (half / "asked.json").write_bytes(
        (tmp_path / "jobs" / done.name / "asked.json").read_bytes().replace(b'"seed": 1', b'"seed": 9')
    )
    again = Jobs(WAR, tmp_path / "jobs", workers=1)
    assert again.job(done.name) == done
    assert again.job(half.name).state == "stopped"
    assert end_of(again, again.submit(replace(ASKED, seed=9))).state == "done"
    again.close()


def test_jobs__a_folder_with_something_else_is_refused(tmp_path):
    (tmp_path / "jobs" / "letters").mkdir(parents=True)
    with pytest.raises(QueryError, match="letters is no stored job"):
        Jobs(WAR, tmp_path / "jobs")
    (tmp_path / "other" / ("a" * 16)).mkdir(parents=True)
    (tmp_path / "other" / ("a" * 16) / "asked.json").write_text('{"policies": 3}')
    with pytest.raises(QueryError, match="is no stored job"):
        Jobs(WAR, tmp_path / "other")


def test_jobs__a_run_that_fails_says_why_and_the_next_one_is_fought(tmp_path):
    def faulty(*arguments, seed, **options):
        if seed == 1:
            raise RunError("the disk is full")
        if seed == 3:
            raise ZeroDivisionError("a policy's own fault")
        return run(*arguments, seed=seed, **options)

    queue = Jobs(WAR, tmp_path / "jobs", workers=1, fight=faulty)
    failed, worse, fine = (queue.submit(replace(ASKED, seed=seed)) for seed in (1, 3, 2))
    assert (end_of(queue, failed).state, queue.job(failed.name).said) == ("failed", "the disk is full")
    assert end_of(queue, worse).said == "ZeroDivisionError: a policy's own fault"
    assert end_of(queue, fine).state == "done"
    queue.close()


def test_jobs__everything_wrong_with_a_question_is_told_at_once(queue):
    wrong = Asked(
        policies=("peace", "plain"),
        replicates=MOST_WARS + 1,
        seed=-1,
        repair=("glue",),
        fire=("stock", "stock"),
    )
    words = (
        r"(?s)takes at most 20,000.*forms of repair: found glue.*forms of fire.*seed is -1.*policy 'peace'"
    )
    with pytest.raises(QueryError, match=words):
        queue.submit(wrong)
    with pytest.raises(QueryError, match="found 0 policies"):
        queue.submit(replace(ASKED, policies=()))
    with pytest.raises(QueryError, match="no run 'x' here"):
        queue.job("x")
    assert queue.all() == ()


def test_jobs__several_runs_are_fought_at_once(tmp_path):
    held = Held()
    queue = Jobs(WAR, tmp_path / "jobs", workers=1, at_once=2, fight=held)
    jobs = [queue.submit(replace(ASKED, seed=seed)) for seed in (1, 2, 3)]
    watched = [queue.watch(job.name, SOON) for job in jobs[:2]]
    for told in watched:
        assert next(one for one in told if one.state == "running")
    assert queue.job(jobs[2].name).state == "waiting"
    held.free.set()
    assert {end_of(queue, job).state for job in jobs} == {"done"}
    queue.close()


def test_jobs__a_narrowed_question_is_another_job_and_is_found_again(tmp_path):
    war = replace(WAR, parameters=(row(),))
    asked = replace(ASKED, ranges=(Narrow(row().name, 1.5, 2.0),))
    queue = Jobs(war, tmp_path / "jobs", workers=1)
    assert asked.name(war) != ASKED.name(war)
    done = end_of(queue, queue.submit(asked))
    assert (done.state, done.said) == ("done", "")
    assert read_run(queue.run_of(done.name)).recipe.ranges == asked.ranges
    with pytest.raises(QueryError, match="both from 1 to 3 t"):
        queue.submit(replace(asked, ranges=(Narrow(row().name, 0.0, 2.0),)))
    queue.close()
    again = Jobs(war, tmp_path / "jobs", workers=1)
    assert again.job(done.name) == done
    again.close()


def test_jobs__one_that_goes_on_counts_what_was_done_before(tmp_path):
    told = []

    def stops_once(*arguments, progress, **options):
        def counted(done, total):
            progress(done, total)
            told.append(queue.job(name).done)
            if len(told) == 5:
                queue.stop(name)

        return run(*arguments, progress=counted, **options)

    asked = replace(ASKED, replicates=600)
    name = asked.name(WAR)
    queue = Jobs(WAR, tmp_path / "jobs", workers=1, fight=stops_once)
    assert end_of(queue, queue.submit(asked)).state == "stopped"
    first = len(told)
    ended = end_of(queue, queue.submit(asked))
    assert (ended.state, ended.done, ended.total) == ("done", 1200, 1200)
    assert told[:first] == sorted(told[:first])
    assert told[first:] == sorted(told[first:])
    assert told[first] == 2 * 256 + 128
    assert told[-1] == 1200
    queue.close()
