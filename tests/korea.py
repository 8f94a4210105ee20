"""Shared by the tests of scenarios: the flagship as a folder that a test may spoil."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stalemate import shipped
from stalemate.errors import Fault, ScenarioError
from stalemate.scenario import read

FLAGSHIP = shipped.folder("scenarios") / "korea-1951"


def copy_of_flagship(folder: Path) -> Path:
    return Path(shutil.copytree(FLAGSHIP, folder / "war"))


@contextmanager
def spoiled(path: Path, data: bytes) -> Iterator[None]:
    """Put other bytes in a file, and the old ones back."""
    before = path.read_bytes()
    path.write_bytes(data)
    try:
        yield
    finally:
        path.write_bytes(before)


def faults_of(folder, **options) -> tuple[Fault, ...]:
    """Return the faults of a folder; none if it loads."""
    try:
        read.load(folder, **options)
    except ScenarioError as error:
        return error.faults
    return ()
