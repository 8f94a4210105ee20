"""The workbench behind the pages: the queue of runs, opened when it is first wanted, and what each run says.

No name of a request becomes a path: runs are looked up in the queue's table. What a run says is put together
by one thread of its own and kept beside the run.
"""

import json
import math
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from platformdirs import user_data_path

from stalemate.errors import QueryError, StalemateError
from stalemate.interfaces.atlas.faults import Malformed
from stalemate.interfaces.atlas.runquestions import RunQuestion, asked_of
from stalemate.scenario.schema import Scenario

if TYPE_CHECKING:
    from stalemate.ensemble.jobs import Asked, Job, Jobs
    from stalemate.ensemble.pool import Threads

MOST_WAITING: Final = 8
MOST_SUBMITTED: Final = 12
"""Submissions that are taken at a stroke; one more every ``RESTED_S``."""
RESTED_S: Final = 5.0

_ANSWER: Final = "answer.json"
_MOST_ANSWER_BYTES: Final = 50_000_000
_KEPT: Final = 8


def runs_folder() -> Path:
    """Return the folder of the workbench's runs: the user's, or ``STALEMATE_RUNS``."""
    wanted = os.environ.get("STALEMATE_RUNS")
    return Path(wanted) if wanted else user_data_path("stalemate") / "runs"


class TooManyError(QueryError):
    """Asked too often, or too many wait; ``after_s`` is when to try again."""

    def __init__(self, said: str, after_s: int) -> None:
        super().__init__(said)
        self.after_s = after_s


class NotDoneError(QueryError):
    """Asked of a run that is not done what only a whole one can say."""


@dataclass(frozen=True)
class Told:
    """What a run says, once that is known: ``bytes_`` is the answer as JSON, ``said`` why there is none."""

    state: Literal["working", "ready", "failed"]
    bytes_: bytes = b""
    said: str = ""

    @property
    def answer(self) -> dict[str, Any]:
        """Return the answer's values."""
        values: dict[str, Any] = json.loads(self.bytes_)
        return values


class Bucket:
    """Lets through ``most`` at a stroke, and one more each ``rested_s``."""

    def __init__(self, most: int, rested_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._rested_s, self._clock = most, rested_s, clock
        self._left, self._at = float(most), clock()
        self._lock = threading.Lock()

    def take(self) -> int:
        """Take one and return 0, or return after how many whole seconds there is one again."""
        with self._lock:
            now = self._clock()
            self._left = min(self._most, self._left + (now - self._at) / self._rested_s)
            self._at = now
            if self._left < 1:
                return max(1, math.ceil((1 - self._left) * self._rested_s))
            self._left -= 1
            return 0


class Bench:
    """The runs of one scenario in one folder.

    ``streams`` counts the readers that are told of runs as they go. ``fight`` stands in for the runner's
    ``run`` in tests.
    """

    def __init__(
        self,
        war: Scenario,
        folder: Path,
        *,
        at_once: int = 1,
        workers: int | None = None,
        fight: Callable[..., object] | None = None,
        bucket: Bucket | None = None,
    ) -> None:
        self.war, self.at_once = war, at_once
        self.closing = threading.Event()
        self.streams = 0
        self._folder, self._workers, self._fight = folder, workers, fight
        self._bucket = bucket or Bucket(MOST_SUBMITTED, RESTED_S)
        self._lock = threading.Lock()
        self._opened: Jobs | None = None
        self._answers = _Answers(self)

    @property
    def jobs(self) -> "Jobs":
        """The queue; what earlier ones left in the folder is found when it is first wanted."""
        from stalemate.ensemble.jobs import Jobs
        from stalemate.ensemble.runner import run

        with self._lock:
            if self._opened is None:
                self._opened = Jobs(
                    self.war,
                    self._folder,
                    most_waiting=MOST_WAITING,
                    at_once=self.at_once,
                    workers=self._workers,
                    fight=self._fight or run,
                )
            return self._opened

    def threads(self) -> "Threads":
        """Return where a page's own wars are fought until the workbench closes."""
        from stalemate.ensemble.pool import Threads

        return Threads(self._workers, self.closing, gently=True)

    def warm(self) -> None:
        """Load what the first question about runs would otherwise wait for."""
        from stalemate.interfaces.atlas import runanswers

        runanswers.code_digest()
        self.jobs.all()

    def submit(self, question: RunQuestion) -> "Job":
        """Ask for a run.

        Raises Malformed for a question that cannot be asked, and TooManyError if it is too soon.
        """
        return self._submit(asked_of(question))

    def resume(self, name: str) -> "Job":
        """Ask again for a run that was stopped or failed. Raises as ``submit``, and QueryError without it."""
        return self._submit(self.jobs.job(name).asked)

    def asked(self, name: str) -> "Asked":
        """Return the question of a run by name. Raises QueryError if there is none."""
        return self.jobs.job(name).asked

    def told(self, name: str) -> Told:
        """Return what a run says, and begin to put it together if nobody has.

        Raises QueryError if there is no such run, NotDoneError if it is not done.
        """
        job = self.jobs.job(name)
        if job.state != "done":
            raise NotDoneError(f"run {name} is {job.state}; only a whole run says something")
        return self._answers.told(name)

    def kept(self, name: str) -> Told | None:
        """Return what is kept beside a run that is done; None if that must be put together first."""
        stored = _stored(self.jobs.run_of(name).parent / _ANSWER)
        return None if stored is None else Told("ready", stored)

    def close(self) -> None:
        """Stop what runs, keep what is done, and end the queue."""
        self.closing.set()
        with self._lock:
            opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()

    def _submit(self, asked: "Asked") -> "Job":
        from stalemate.errors import BusyError

        jobs = self.jobs
        try:
            jobs.check(asked)
        except QueryError as error:
            raise Malformed(str(error)) from error
        after_s = self._bucket.take()
        if after_s:
            raise TooManyError("too many runs were asked for at once; wait a little", after_s)
        try:
            return jobs.submit(asked)
        except BusyError as error:
            raise TooManyError(str(error), 30) from error


class _Answers:
    """Puts together what runs say, one at a time, and remembers the last few."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._told: dict[str, Told] = {}
        self._wanted: deque[str] = deque()
        self._lock = threading.Lock()
        self._working = False

    def told(self, name: str) -> Told:
        place = self._bench.jobs.run_of(name).parent / _ANSWER
        with self._lock:
            found = self._told.get(name)
            if found is not None:
                return found
            stored = _stored(place)
            if stored is not None:
                return self._keep(name, Told("ready", stored))
            found = self._keep(name, Told("working"))
            self._wanted.append(name)
            if not self._working:
                self._working = True
                threading.Thread(target=self._work, name="answers", daemon=True).start()
            return found

    def _keep(self, name: str, told: Told) -> Told:
        self._told[name] = told
        ended = [one for one, kept in self._told.items() if kept.state == "ready" and one != name]
        for one in ended[: max(0, len(ended) - _KEPT)]:
            del self._told[one]
        return told

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._wanted or self._bench.closing.is_set():
                    self._working = False
                    return
                name = self._wanted.popleft()
            try:
                told = Told("ready", self._made(name))
            except StalemateError as error:
                told = Told("failed", said=str(error))
            except Exception as error:
                told = Told("failed", said=f"{type(error).__name__}: {error}")
            with self._lock:
                self._keep(name, told)

    def _made(self, name: str) -> bytes:
        from stalemate.ensemble.runs import read_run
        from stalemate.ensemble.store import write_whole
        from stalemate.interfaces.atlas.runanswers import answer_of

        run = self._bench.jobs.run_of(name)
        answer = answer_of(read_run(run), self._bench.war, workers=self._bench.threads())
        data = json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()
        write_whole(run.parent / _ANSWER, data)
        return data


def _stored(place: Path) -> bytes | None:
    """Return an answer that is kept beside a run, unless other code made it."""
    from stalemate.ensemble.foreign import read_inside
    from stalemate.files import json_of
    from stalemate.interfaces.atlas.runanswers import code_digest

    try:
        data = read_inside(place, _MOST_ANSWER_BYTES)
        return data if json_of(data)["made_by"] == code_digest() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
