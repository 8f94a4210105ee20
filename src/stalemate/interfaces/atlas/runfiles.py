"""A run as a bundle: all its files, its question and the commands that make it again, as one archive.

The bytes follow from the run alone: files stand in order, without a date.
"""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from stalemate.ensemble.store import Recipe, files_of
from stalemate.errors import RunError
from stalemate.files import leads_outside
from stalemate.interfaces.pages import again_of

if TYPE_CHECKING:
    from stalemate.ensemble.jobs import Asked

_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
_PIECE: Final = 1 << 20


def bundle(run: Path, recipe: Recipe, asked: "Asked") -> Iterator[bytes]:
    """Yield the archive of a stored run piece by piece; it is never whole in memory.

    It holds the files that a run of this recipe has, whatever else lies in the folder. Raises RunError at a
    file that is a link to somewhere else.
    """
    buffer = _Drained()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        question = json.dumps(asdict(asked), indent=1) + "\n"
        for name, text in (("README.txt", _readme(recipe)), ("question.json", question)):
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), text)
        yield buffer.drain()
        for name in sorted(files_of(recipe)):
            path = run / name
            if leads_outside(path, run):
                raise RunError(f"{path} leads outside the folder of the run; make the run again")
            info = zipfile.ZipInfo(f"run/{name}", _LONG_AGO)
            info.file_size = path.stat().st_size
            with path.open("rb") as source, archive.open(info, "w") as target:
                while piece := source.read(_PIECE):
                    target.write(piece)
                    yield buffer.drain()
    yield buffer.drain()


def _readme(recipe: Recipe) -> str:
    names = " and ".join(policy.name for policy in recipe.policies)
    return (
        f"{recipe.replicates:,} wars of {names}, seed {recipe.seed}, fought by a model. Not history.\n\n"
        "Fight it again and compare the bytes:\n\n    stalemate show run --verify\n\n"
        f"Fight it anew:\n\n    {again_of(recipe)}\n"
    )


class _Drained:
    """A file that is written to and emptied in turn, so that nothing looks back in it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Take some bytes."""
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: what is written is there."""

    def close(self) -> None:
        """Do nothing: what is left is drained."""

    def drain(self) -> bytes:
        """Return what was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)
