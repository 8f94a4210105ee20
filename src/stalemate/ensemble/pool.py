"""Where blocks of wars are fought: threads of this process, or a pool that someone else brings.

The kernels let go of the interpreter lock, so threads use every core, and a policy written in a script needs
no pickling.
"""

import os
import sys
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Final, Protocol, TypeVar, final

from stalemate.errors import QueryError
from stalemate.policies.directive import AbstractPolicy

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_BLOCKS_AHEAD = 2
"""Blocks begun for each worker before the oldest is taken: enough to keep workers busy, few in memory."""


_GENTLE: Final = 10
"""The priority of gentle threads, from 0, that of everything else, to 19, the least."""


class GivenUp(Exception):
    """Raised inside a block whose pool was told to end, and to whoever waits for it; the block is lost."""


class Progress(Protocol):
    """Told after each block."""

    def __call__(self, wars_done: int, wars_total: int) -> None:
        """Show how many wars are done."""


class Answer(Protocol[T_co]):
    """What a block will have given."""

    def result(self) -> T_co:
        """Wait for it and return it, or raise what was raised."""


Fight = Callable[[AbstractPolicy, range], T]
"""Fights a policy's part of the wars."""


class AbstractPool(ABC):
    """Fights blocks side by side. Neither the pool nor its size can move a bit of a result."""

    @property
    @abstractmethod
    def workers(self) -> int:
        """Return how many blocks it fights at once."""

    @abstractmethod
    def begin(
        self, one: Callable[[AbstractPolicy, range], T]
    ) -> Callable[[AbstractPolicy, range], Answer[T]]:
        """Return what puts ``one`` to work on a policy and its part of the wars."""

    @abstractmethod
    def end(self) -> None:
        """Give up what runs and what waits; the pool may be used again."""


Workers = int | AbstractPool | None
"""Threads of this process (None for all its cores), or another pool."""


@final
class Threads(AbstractPool):
    """Threads of this process: so many, or one for each core. Raises QueryError for fewer than 1.

    ``stopped``, if it is given, tells the pool to stop when it is set. One that is fought ``gently`` leaves
    the processor to whoever else of this machine wants it, where the system can do so for threads (Linux).
    """

    def __init__(
        self, workers: int | None = None, stopped: threading.Event | None = None, gently: bool = False
    ) -> None:
        self._workers, self._gently = counted_workers(workers), gently
        self._begun: list[ThreadPoolExecutor] = []
        self._ending, self._stopped = threading.Event(), stopped or threading.Event()

    @property
    def workers(self) -> int:
        """Return how many blocks are fought at once."""
        return self._workers

    def begin(self, one: Fight[T]) -> Fight[Answer[T]]:
        """Return what puts a block into a thread."""
        pool = ThreadPoolExecutor(self._workers, "wars", _step_back if self._gently else None)
        self._begun.append(pool)
        ending = self._ending = threading.Event()

        def fight(policy: AbstractPolicy, part: range) -> T:
            _MINE.told = (ending, self._stopped)
            go_on()
            return one(policy, part)

        return lambda policy, part: pool.submit(fight, policy, part)

    def end(self) -> None:
        """Give up what runs, at its next system's turn, and what waits."""
        self._ending.set()
        while self._begun:
            self._begun.pop().shutdown(wait=True, cancel_futures=True)

    def stop(self) -> None:
        """End what is fought now and whatever is begun later; may be called from any thread.

        Whoever waits for a block is told with GivenUp.
        """
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Return whether it was told to stop."""
        return self._stopped.is_set()


_MINE: Final = threading.local()
"""What tells a thread of a pool to give up the block that it fights."""


def go_on(*_: object) -> None:
    """Raise GivenUp if the pool that fights this thread's block was told to end.

    It takes what the engine's ``watch`` is given, and looks at none of it. Elsewhere it does nothing.
    """
    if any(event.is_set() for event in getattr(_MINE, "told", ())):
        raise GivenUp


def side_by_side(
    wars: Sequence[tuple[AbstractPolicy, range]],
    one: Fight[T],
    *,
    workers: Workers = None,
    progress: Progress | None = None,
) -> Generator[T]:
    """Yield what ``one`` makes of each policy and its part of the wars, in order, several at a time.

    Close it to give up what is being fought. Raises QueryError for workers below 1.
    """
    pool = workers if isinstance(workers, AbstractPool) else Threads(workers)
    total = sum(len(part) for _, part in wars)
    done = 0
    todo = iter(wars)
    waiting: deque[tuple[int, Answer[T]]] = deque()
    try:
        begin = pool.begin(one)
        while True:
            for policy, part in islice(todo, max(0, _BLOCKS_AHEAD * pool.workers - len(waiting))):
                waiting.append((len(part), begin(policy, part)))
            if not waiting:
                return
            finished, answer = waiting.popleft()
            kept = answer.result()
            done += finished
            if progress:
                progress(done, total)
            yield kept
    finally:
        pool.end()


def _step_back() -> None:
    """Let this thread run when the others of the machine wait."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _GENTLE)


def counted_workers(workers: int | None) -> int:
    """Return how many were asked for, all cores if none were named. Raises QueryError for fewer than 1."""
    if workers is not None and workers < 1:
        raise QueryError(f"workers is {workers}; expected 1 or more")
    return available_cores() if workers is None else workers


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
