"""Wars fought for a reader: one question at a time, off the loop of the server, the last few answers kept."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stalemate.analysis.played import Playback
from stalemate.errors import BusyError, QueryError, StalemateError
from stalemate.scenario.schema import Scenario

if TYPE_CHECKING:
    from stalemate.ensemble.pool import Progress, Workers

KEPT: Final = 6
"""Answers kept in memory, about 3 MB each; the one asked for longest ago goes first."""

Fight = Callable[["Asked", "Progress"], Playback]


@dataclass(frozen=True)
class Asked:
    """A question: one policy or two, by name, how many wars, under which luck, and the war kept whole."""

    policies: tuple[str, ...]
    seed: int
    replicates: int
    replicate: int


@dataclass(frozen=True)
class Fighting:
    """Wars that are being fought: ``done`` of ``total``."""

    asked: Asked
    done: int
    total: int


class Player:
    """Fights wars in a thread of its own, one question at a time, and keeps the last ``KEPT`` answers.

    ``threads`` gives where a question's wars are fought; all cores by default.
    """

    def __init__(
        self, war: Scenario, fight: Fight | None = None, threads: "Callable[[], Workers] | None" = None
    ) -> None:
        self._war, self._threads = war, threads
        self._fight = fight or self._played
        self._lock = threading.Lock()
        self._kept: OrderedDict[Asked, Playback | str] = OrderedDict()
        self._now: Fighting | None = None

    def checked(self, asked: Asked) -> Asked:
        """Return the question if it can be answered.

        Raises QueryError for an unknown policy, and for a war that is not among those fought.
        """
        from stalemate.policies.naming import named

        if not asked.replicate < asked.replicates:
            raise QueryError(f"found replicate {asked.replicate}; expected 0 to {asked.replicates - 1}")
        for name in asked.policies:
            try:
                named(name, self._war)
            except StalemateError as error:
                raise QueryError(str(error)) from None
            except (OverflowError, ValueError):
                raise QueryError(f"found the policy {name[:60]!r}; a number in it is out of range") from None
        return asked

    def ask(self, asked: Asked) -> Playback | Fighting:
        """Return the answer, or how far it has come; the wars are begun if nothing else is being fought.

        Raises BusyError while another question is, and QueryError for wars that could not be fought.
        """
        with self._lock:
            if asked in self._kept:
                self._kept.move_to_end(asked)
                found = self._kept[asked]
                if isinstance(found, str):
                    del self._kept[asked]
                    raise QueryError(found)
                return found
            if self._now is None:
                self._now = Fighting(asked, 0, asked.replicates * len(asked.policies))
                threading.Thread(target=self._answer, args=(asked,), daemon=True).start()
            elif self._now.asked != asked:
                raise BusyError("other wars are being fought; ask again in a few seconds")
            return self._now

    def now(self) -> Fighting | None:
        """Return what is being fought."""
        with self._lock:
            return self._now

    def _answer(self, asked: Asked) -> None:
        def tell(wars_done: int, wars_total: int) -> None:
            with self._lock:
                self._now = Fighting(asked, wars_done, wars_total)

        found: Playback | str
        try:
            found = self._fight(asked, tell)
        except Exception as error:
            found = f"these wars could not be fought: {error}"
        with self._lock:
            self._kept[asked] = found
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            self._now = None

    def _played(self, asked: Asked, tell: "Progress") -> Playback:
        from stalemate.analysis.playback import playback

        return playback(
            self._war,
            list(asked.policies),
            replicates=asked.replicates,
            replicate=asked.replicate,
            seed=asked.seed,
            workers=self._threads() if self._threads else None,
            progress=tell,
        )
