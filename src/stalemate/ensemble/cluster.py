"""Blocks of wars on a Dask cluster: the same blocks, the same bits, on many machines.

A block is sent as code and data, so every worker must hold the same version of this program; one that does
not is refused. What a lost worker was fighting is fought again by another. Dask sends objects between its own
processes in a form that runs code when it is read: give it only a scheduler that is yours.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar, final

from stalemate.ensemble.pool import AbstractPool, Answer, Fight, counted_workers
from stalemate.ensemble.store import model_digest
from stalemate.errors import QueryError, RunError
from stalemate.policies.directive import AbstractPolicy

if TYPE_CHECKING:
    from distributed import Client, Future

T = TypeVar("T")

LOCAL: Final = "dask"
"""The word for a cluster of processes on this machine."""
_WAITS_S: Final = 30


@contextmanager
def dask_pool(where: str, workers: int | None = None) -> Iterator["DaskPool"]:
    """Open a pool on a scheduler's address, or with the word ``dask`` on new processes of this machine.

    ``workers`` is the number of those processes, a core each by default. Raises QueryError if Dask is not
    installed, the word is neither, or nobody answers there, or nobody works.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise QueryError('--on needs Dask: pip install "stalemate-lab[dask]"') from None
    if where != LOCAL and "://" not in where:
        raise QueryError(
            f"--on is {where[:60]!r}; expected {LOCAL} or the address of a scheduler, tcp://HOST:PORT"
        )
    if where == LOCAL:
        count = counted_workers(workers)
        with (
            LocalCluster(
                n_workers=count,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",
                scheduler_kwargs={"dashboard": False},
            ) as cluster,
            Client(cluster) as client,
        ):
            yield DaskPool(client, "the processes of this machine")
        return
    try:
        client = Client(where, timeout=_WAITS_S)
    except (OSError, ValueError, TimeoutError) as error:
        raise QueryError(f"no scheduler answers at {where} ({error}); start one, or name another") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_WAITS_S)
        except TimeoutError:
            raise QueryError(f"the scheduler at {where} has no workers; start some") from None
        yield DaskPool(client, where)


@final
class DaskPool(AbstractPool):
    """The workers of a cluster, as many as there are at the moment."""

    def __init__(self, client: "Client", where: str) -> None:
        self._client, self._where = client, where
        self._begun: list[Future[Any]] = []

    @property
    def workers(self) -> int:
        """Return the threads of all workers that the scheduler knows now."""
        with self._losing():
            return max(1, sum(int(threads) for threads in self._client.nthreads().values()))

    def begin(self, one: Fight[T]) -> Fight[Answer[T]]:
        """Return what sends a block to the cluster."""
        import cloudpickle

        packed = cloudpickle.dumps(one)

        def send(policy: AbstractPolicy, part: range) -> Answer[T]:
            with self._losing():
                block = cloudpickle.dumps((policy, part))
                future = self._client.submit(_fight, model_digest(), packed, block, pure=False)
            self._begun = [*(sent for sent in self._begun if not sent.done()), future]
            return _Sent(future, self._losing)

        return send

    def end(self) -> None:
        """Give up what waits."""
        begun, self._begun = self._begun, []
        try:
            self._client.cancel(begun, force=True)
        except (OSError, RuntimeError, TimeoutError, asyncio.CancelledError):
            return

    @contextmanager
    def _losing(self) -> Iterator[None]:
        """Turn the loss of the cluster into a sentence."""
        from distributed import CancelledError, KilledWorker
        from distributed.client import FutureCancelledError

        lost = (
            OSError,
            CancelledError,
            FutureCancelledError,
            KilledWorker,
            asyncio.CancelledError,
            TimeoutError,
        )
        try:
            yield
        except lost as error:
            raise RunError(
                f"lost the cluster at {self._where} ({type(error).__name__}); what is whole was kept: start "
                "it again and repeat the command"
            ) from error


@final
class _Sent:
    """A block that is being fought elsewhere."""

    def __init__(self, future: "Future[Any]", losing: Callable[[], Any]) -> None:
        self._future, self._losing = future, losing

    def result(self) -> Any:
        with self._losing():
            return self._future.result()


def _fight(model: str, packed: bytes, block: bytes) -> Any:
    """Fight a block on a worker. Raises RunError if it holds another version of the program."""
    import cloudpickle

    if model_digest() != model:
        raise RunError(f"a worker holds another version: model {model_digest()} there and {model} here")
    policy, part = cloudpickle.loads(block)
    return _unpacked(packed)(policy, part)


@lru_cache(maxsize=1)
def _unpacked(packed: bytes) -> Any:
    """Return what fights the blocks of a run; unpacked once, since every block brings the scenario along."""
    import cloudpickle

    return cloudpickle.loads(packed)
