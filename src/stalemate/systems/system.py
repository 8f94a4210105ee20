"""What a system is: the fields it reads, the fields it alone writes, and its day.

A system is a small final class around one kernel that works on one replicate's records; the loop over a block
is made in ``kernel.block_loop``. Systems never import each other: they meet only in the state record.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from stalemate.kernel import block_loop
from stalemate.systems.theatre import Prepared

Records = npt.NDArray[np.void]
Record = Any
"""One record inside a kernel: its type is the compiler's business."""


class AbstractSystem(ABC):
    """One system of the war.

    ``reads`` are fields that an earlier system of the day has written, ``reads_yesterday`` fields whose value
    is still the day before's, ``writes`` the fields of which this system is the one owner.
    """

    name: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]
    reads_yesterday: ClassVar[tuple[str, ...]] = ()
    writes: ClassVar[tuple[str, ...]]

    @property
    @abstractmethod
    def kernel(self) -> Callable[..., None]:
        """Compiled day of one replicate: ``kernel(theatre, world, war, day)`` on records."""

    @abstractmethod
    def begin(self, prepared: Prepared, worlds: Records, wars: Records) -> None:
        """Write the fields' values of the eve of the first day, for a whole block."""

    @property
    def loop(self) -> Callable[..., None]:
        """The kernel's loop over a block, compiled on first use."""
        return block_loop(self.kernel)
