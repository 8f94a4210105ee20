"""Where blocks of wars are fought: threads of this process, or a pool that someone else brings.

The kernels let go of the interpreter lock, so threads use every core, and a policy written in a script needs
no pickling.
"""

import os
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Protocol, TypeVar, final

from stalemate.errors import QueryError
from stalemate.policies.directive import AbstractPolicy

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_BLOCKS_AHEAD = 2
"""Blocks begun for each worker before the oldest is taken: enough to keep workers busy, few in memory."""


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
        """Wait for what runs and give up what waits; the pool may be used again."""


Workers = int | AbstractPool | None
"""Threads of this process (None for all its cores), or another pool."""


@final
class _Threads(AbstractPool):
    def __init__(self, workers: int | None) -> None:
        self._workers = counted_workers(workers)
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="wars")

    @property
    def workers(self) -> int:
        return self._workers

    def begin(
        self, one: Callable[[AbstractPolicy, range], T]
    ) -> Callable[[AbstractPolicy, range], Answer[T]]:
        return lambda policy, part: self._pool.submit(one, policy, part)

    def end(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


def side_by_side(
    wars: Sequence[tuple[AbstractPolicy, range]],
    one: Fight[T],
    *,
    workers: Workers = None,
    progress: Progress | None = None,
) -> Iterator[T]:
    """Yield what ``one`` makes of each policy and its part of the wars, in order, several at a time.

    Raises QueryError for workers below 1.
    """
    pool = workers if isinstance(workers, AbstractPool) else _Threads(workers)
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
