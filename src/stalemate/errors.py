"""Every exception of the package.

::

    StalemateError                 anything we raise on purpose
    ├── InputError                 what the user gave is wrong (exit code 2)
    │   ├── EvidenceError          a table of figures, sources, events or readings
    │   ├── ScenarioError          a scenario folder: all its faults at once
    │   ├── NetworkError           a plain network table: all its faults at once
    │   ├── PolicyError            a policy's name or a directive it gave
    │   ├── QueryError             a quantity, place, period or option that does not exist
    │   ├── RunError               a stored run that is absent, foreign or damaged
    │   └── BusyError              too many runs wait already
    └── ModelError                 the program broke its own promise (exit code 1)

A message says where, what was found, what is allowed and what to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class StalemateError(Exception):
    """Anything the package raises on purpose."""


class InputError(StalemateError):
    """What the user gave is wrong."""


@dataclass(frozen=True)
class Fault:
    """One fault of one cell of one file.

    ``row`` counts lines as an editor shows them (the header is line 1); 0 means the file as a whole.
    """

    file: str
    row: int
    column: str
    found: str
    expected: str

    def __str__(self) -> str:
        where = self.file + (f":{self.row}" if self.row else "") + (f", {self.column}" if self.column else "")
        return f"{where}: found {self.found}; expected {self.expected}"


class FaultyInputError(InputError):
    """A file or folder with faults; ``faults`` holds all of them, in reading order."""

    what = "input"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__("\n".join([f"{count} in the {self.what}", *(f"  {fault}" for fault in self.faults)]))


class EvidenceError(FaultyInputError):
    """A table of figures, sources, events or readings is faulty."""

    what = "record"


class ScenarioError(FaultyInputError):
    """A scenario folder is faulty."""

    what = "scenario"


class NetworkError(FaultyInputError):
    """A plain network table is faulty."""

    what = "network"


class PolicyError(InputError):
    """A policy is unknown, or gave a directive that cannot be flown."""


class QueryError(InputError):
    """A quantity, place, period or option does not exist."""


class RunError(InputError):
    """A stored run is absent, foreign or damaged."""


class BusyError(InputError):
    """Too many runs wait already; nothing was lost."""


class ModelError(StalemateError):
    """The program broke its own promise; please report it."""
