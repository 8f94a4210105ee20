"""Runs asked for one after another: a queue that fights them through ``run`` and survives its own end.

A job's name is the digest of its question, so the same question is one job. Each has a folder with the
question and the run; a job that was stopped goes on from its last shard when it is asked again. Nothing here
knows of a screen.
"""

import hashlib
import json
import re
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, Literal

from stalemate.engine.simulate import Structures
from stalemate.ensemble.foreign import check_asked, read_manifest
from stalemate.ensemble.pool import GivenUp, Threads
from stalemate.ensemble.runner import checked_counts, run
from stalemate.ensemble.store import model_digest, write_whole
from stalemate.errors import BusyError, QueryError, StalemateError
from stalemate.plaintext import short
from stalemate.policies.naming import named
from stalemate.scenario.forms import FIRE_FORMS, REPAIR_FORMS
from stalemate.scenario.narrow import Narrow, narrowed
from stalemate.scenario.schema import Scenario

State = Literal["waiting", "running", "done", "stopped", "failed"]

MOST_WARS: Final = 20_000
"""Wars of a policy that one job may ask for."""
MOST_POLICIES: Final = 4
BLOCK_WARS: Final = 128
"""Wars side by side: few enough that a run tells of itself every few seconds."""
_ASKED, _RUN = "asked.json", "run"
_NAME: Final = re.compile(r"[0-9a-f]{16}")
_ENDED: Final = ("done", "stopped", "failed")


@dataclass(frozen=True)
class Asked:
    """A question that a run answers: policies by name, how many wars, under which luck and rival forms.

    ``ranges``: parameters that are taken to lie inside a range.
    """

    policies: tuple[str, ...]
    replicates: int
    seed: int = 1
    since_parting: bool = False
    repair: tuple[str, ...] = REPAIR_FORMS
    fire: tuple[str, ...] = FIRE_FORMS
    ranges: tuple[Narrow, ...] = ()

    def name(self, war: Scenario) -> str:
        """Return the name of the job that answers it with the code that is installed."""
        ranges = [asdict(one) for one in sorted(self.ranges)]
        known = {"ranges": ranges, "scenario": war.digest, "model": model_digest()}
        plain = json.dumps(asdict(self) | known, sort_keys=True)
        return hashlib.sha256(plain.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Job:
    """Where a job stands: ``done`` of ``total`` wars; ``said`` is why it failed."""

    name: str
    asked: Asked
    state: State
    done: int
    total: int
    said: str = ""

    @property
    def ended(self) -> bool:
        """Return whether it will not go on by itself."""
        return self.state in _ENDED


class Jobs:
    """The queue. ``at_once`` runs are fought at a time, each with as many cores as ``workers`` says.

    ``folder`` is made for the first job; what earlier queues left there is found again. Raises QueryError if
    the folder holds something else.
    """

    def __init__(
        self,
        war: Scenario,
        folder: Path,
        *,
        most_waiting: int = 8,
        at_once: int = 1,
        workers: int | None = None,
        fight: Callable[..., object] = run,
    ) -> None:
        self._war, self._folder, self._most, self._workers = war, folder, most_waiting, workers
        self._fight = fight
        self._changed = threading.Condition()
        self._queue: deque[str] = deque()
        self._pools: dict[str, Threads] = {}
        self._closing = False
        left = sorted(folder.iterdir()) if folder.is_dir() else []
        self._jobs = {job.name: job for job in map(self._found, left)}
        self._threads = [
            threading.Thread(target=self._work, name=f"jobs-{number}", daemon=True)
            for number in range(at_once)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, asked: Asked) -> Job:
        """Put a question in the queue, or return its job if it waits, runs or is done.

        Raises QueryError with everything that is wrong with the question, and BusyError if too many wait.
        """
        self.check(asked)
        name = asked.name(self._war)
        with self._changed:
            known = self._jobs.get(name)
            if known is not None and known.state in ("waiting", "running", "done"):
                return known
            if len(self._queue) >= self._most:
                raise BusyError(f"{len(self._queue)} runs wait already; let one end, or stop one")
            text = json.dumps(asdict(asked), indent=1) + "\n"
            write_whole(self._folder / name / _ASKED, text.encode())
            self._queue.append(name)
            total = asked.replicates * len(asked.policies)
            self._set(Job(name, asked, "waiting", known.done if known else 0, total))
            return self._jobs[name]

    def check(self, asked: Asked) -> None:
        """Raise QueryError with everything that is wrong with a question."""
        faults = []
        if not 1 <= len(asked.policies) <= MOST_POLICIES:
            faults.append(f"found {len(asked.policies)} policies; expected 1 to {MOST_POLICIES}")
        twice = sorted({policy for policy in asked.policies if asked.policies.count(policy) > 1})
        faults += [f"found the policy {policy!r} more than once; name each once" for policy in twice]
        if asked.replicates > MOST_WARS:
            faults.append(f"replicates is {asked.replicates}; a run here takes at most {MOST_WARS:,}")
        for given, known, word in ((asked.repair, REPAIR_FORMS, "repair"), (asked.fire, FIRE_FORMS, "fire")):
            unknown = [form for form in given if form not in known]
            if unknown or not given or len(set(given)) < len(given):
                faults.append(
                    f"forms of {word}: found {', '.join(given)}; there are {', '.join(known)}, each once"
                )
        faults += _fault(lambda: checked_counts(asked.replicates, asked.seed))
        faults += _fault(lambda: narrowed(self._war, asked.ranges))
        faults += [said for policy in asked.policies for said in _fault(partial(named, policy, self._war))]
        if faults:
            raise QueryError("\n".join(faults))

    def job(self, name: str) -> Job:
        """Return a job by name. Raises QueryError if there is none."""
        with self._changed:
            if name not in self._jobs:
                raise QueryError(f"no run {name!r} here")
            return self._jobs[name]

    def all(self) -> tuple[Job, ...]:
        """Return every job by name."""
        with self._changed:
            return tuple(self._jobs[name] for name in sorted(self._jobs))

    def run_of(self, name: str) -> Path:
        """Return the folder of a run that is done. Raises QueryError for any other."""
        job = self.job(name)
        if job.state != "done":
            raise QueryError(f"run {name} is {job.state}, not done")
        return self._folder / name / _RUN

    def stop(self, name: str) -> Job:
        """Stop a job, within the day; it keeps what is whole and goes on when it is submitted again."""
        with self._changed:
            job = self.job(name)
            if job.state == "waiting":
                self._queue.remove(name)
                self._set(replace(job, state="stopped"))
            elif job.state == "running":
                self._pools[name].stop()
            return self._jobs[name]

    def watch(self, name: str, wait_seconds: float | None = None) -> Iterator[Job]:
        """Yield a job now, at each change, and last when it has ended, or nothing new came for so long."""
        last: Job | None = None
        while last is None or not last.ended:
            with self._changed:
                if last is not None and not self._await_change(last, wait_seconds):
                    return
                last = self.job(name)
            yield last

    def close(self) -> None:
        """Stop what runs, keep what is done, and end the threads."""
        with self._changed:
            self._closing = True
            for pool in self._pools.values():
                pool.stop()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _await_change(self, last: Job, wait_seconds: float | None) -> bool:
        return self._changed.wait_for(lambda: self._jobs[last.name] != last, wait_seconds)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or bool(self._queue))
                if self._closing:
                    return
                job = self._jobs[self._queue.popleft()]
                pool = self._pools[job.name] = Threads(self._workers, gently=True)
                self._set(replace(job, state="running"))
            ended = self._fought(job, pool)
            with self._changed:
                del self._pools[job.name]
                self._set(ended)

    def _fought(self, job: Job, pool: Threads) -> Job:
        """Fight a job and return how it ended."""
        asked = job.asked
        try:
            self._fight(
                narrowed(self._war, asked.ranges),
                list(asked.policies),
                replicates=asked.replicates,
                seed=asked.seed,
                since_parting=asked.since_parting,
                structures=Structures(repair=asked.repair, fire=asked.fire),
                out=self._folder / job.name / _RUN,
                workers=pool,
                block=BLOCK_WARS,
                progress=partial(self._tell, job.name),
            )
        except GivenUp:
            return replace(self._jobs[job.name], state="stopped")
        except Exception as error:
            said = str(error) if isinstance(error, StalemateError) else f"{type(error).__name__}: {error}"
            return replace(self._jobs[job.name], state="failed", said=said)
        return replace(job, state="done", done=job.total)

    def _tell(self, name: str, wars_done: int, wars_total: int) -> None:
        """Take down how far a run is. Raises GivenUp if it should stop."""
        with self._changed:
            if self._pools[name].stopped:
                raise GivenUp
            job = self._jobs[name]
            self._set(replace(job, state="running", done=job.total - wars_total + wars_done))

    def _set(self, job: Job) -> None:
        self._jobs[job.name] = job
        self._changed.notify_all()

    def _found(self, place: Path) -> Job:
        """Return a job that an earlier queue left: done if its run is whole, else stopped."""
        try:
            if not _NAME.fullmatch(place.name):
                raise ValueError("its name is no job's")
            values = read_manifest(place / _ASKED)
            check_asked(values)
            lists = {name: tuple(values[name]) for name in ("policies", "repair", "fire")}
            ranges = tuple(Narrow(**one) for one in values.get("ranges", ()))
            asked = Asked(**{**values, **lists, "ranges": ranges})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise QueryError(
                f"{place} is no stored job ({short(str(error))}); name another folder"
            ) from error
        total = asked.replicates * len(asked.policies)
        whole = (place / _RUN).is_dir()
        return Job(place.name, asked, "done" if whole else "stopped", total if whole else 0, total)


def _fault(check: Callable[[], object]) -> list[str]:
    try:
        check()
    except StalemateError as error:
        return [str(error)]
    return []
