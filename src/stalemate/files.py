"""Files from elsewhere: read only if they are plain files of a bounded size, and JSON of a bounded depth."""

import errno
import json
import os
import stat
from pathlib import Path
from typing import Any, Final

_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_plain(path: Path, most_bytes: int) -> bytes:
    """Return the bytes of a plain file.

    Raises OSError if it cannot be read, is a pipe, device or folder (none is waited for), or is larger, and
    ValueError for a path that cannot be one.
    """
    handle = os.open(path, _FLAGS)
    with open(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "expected a plain file, found something else", str(path))
        data = file.read(most_bytes + 1) if found.st_size <= most_bytes else b""
        if found.st_size > most_bytes or len(data) > most_bytes:
            raise OSError(errno.EFBIG, f"expected at most {most_bytes:,} bytes, found more", str(path))
        return data


def leads_outside(path: Path, folder: Path) -> bool:
    """Tell whether a path, its links followed, is outside a folder. Raises OSError or ValueError if none."""
    try:
        return not path.resolve().is_relative_to(folder.resolve())
    except RuntimeError as error:
        raise OSError(errno.ELOOP, "links that lead in a circle", str(path)) from error


def json_of(data: bytes) -> Any:
    """Return what JSON holds. Raises ValueError if it is none, nests too deeply, or holds NaN or infinity."""
    try:
        return json.loads(data, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _no_number(text: str) -> float:
    raise ValueError(f"found {text}, which is no number")
