"""Arrays that stay in the files of a run: what is asked for is read, so memory does not grow with the run."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stalemate.ensemble.foreign import array_of, read_inside
from stalemate.errors import RunError
from stalemate.plaintext import short

MOST_ARRAY_BYTES: Final = 250_000_000
"""Bytes of the arrays of one shard; those of the flagship take a hundredth."""

Cut = slice | int | tuple[slice | int, ...]


@final
class OnDisk:
    """An array of all wars of a policy, (war, ...), that is read file by file where it is cut.

    ``wars`` are those of each file, ``kind`` is ``<f4`` or ``<f8``. Raises RunError if a file was changed
    since, or cannot be read.
    """

    def __init__(self, files: Sequence[Path], wars: Sequence[int], kind: str) -> None:
        self._files, self._wars, self._kind = files, wars, kind
        self._stamps = [_stamp(file) for file in files]

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the shape that it would have in memory."""
        return sum(self._wars), *self._file(self._files[0], self._wars[0]).shape[1:]

    def __getitem__(self, cut: Cut) -> npt.NDArray[Any]:
        """Return a part of every war, (war, ...)."""
        first = cut[0] if isinstance(cut, tuple) else cut
        if first != slice(None):
            return self._read(slice(None))[cut]
        return self._read(cut)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        """Return all of it."""
        return np.asarray(self._read(slice(None)), dtype)

    def _read(self, cut: Cut) -> npt.NDArray[Any]:
        whole: npt.NDArray[Any] | None = None
        at = 0
        for file, wars, stamp in zip(self._files, self._wars, self._stamps, strict=True):
            if _stamp(file) != stamp:
                raise RunError(f"{file} was changed while it was being read; open the run again")
            part = self._file(file, wars)[cut]
            if whole is None:
                whole = np.empty((sum(self._wars), *part.shape[1:]), part.dtype)
            whole[at : at + wars] = part
            at += wars
        assert whole is not None
        return whole

    def _file(self, file: Path, wars: int) -> npt.NDArray[Any]:
        try:
            return array_of(read_inside(file, MOST_ARRAY_BYTES), self._kind, wars)
        except (OSError, ValueError) as error:
            raise RunError(f"{file} cannot be read ({short(str(error))}); make the run again") from error


def _stamp(file: Path) -> tuple[int, int]:
    try:
        about = file.stat()
    except OSError as error:
        raise RunError(f"{file} cannot be read ({error}); make the run again") from error
    return about.st_size, about.st_mtime_ns
