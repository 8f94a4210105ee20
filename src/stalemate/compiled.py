"""Files of compiled code: each ends with the sum of its name and bytes, checked before a byte of it is run.

The compiler keeps an index and numbered files, and runs what it finds in them. Here a file is named by what
it was compiled from and for, so there is no index to be lost or to disagree, and two processes that compile
at once cannot put one kernel's code under another's name. A file that is not whole is removed and made again.
"""

import hashlib
import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, final

from numba.core.caching import IndexDataCacheFile

_PackedFile: Any = IndexDataCacheFile
_LOG: Final = logging.getLogger(__name__)
_SUM_BYTES: Final = 32


def keep_sums(compiled: Any) -> None:
    """Make a compiled function keep its code in files with sums instead of the compiler's own.

    A compiler that is switched off (NUMBA_DISABLE_JIT) hands back the plain function, which keeps nothing.
    """
    cache = getattr(compiled, "_cache", None)
    if cache is None:
        return
    cache._cache_file = _SummedFiles(
        cache.cache_path, cache._impl.filename_base, cache._impl.locator.get_source_stamp()
    )


@final
class _SummedFiles:
    """The files of one function; the compiler asks for them by a key: types, processor and bytecode."""

    def __init__(self, folder: str, base: str, stamp: Any) -> None:
        self._folder, self._base, self._stamp = Path(folder), base, stamp
        self._packing = _PackedFile(folder, base, stamp)

    def load(self, key: Any) -> Any:
        """Return what was saved under a key; None if there is nothing, or nothing whole."""
        name = self._name(key)
        try:
            if _is_whole(self._folder / name):
                return self._packing._load_data(name)
        except OSError:
            return None
        _LOG.warning("compiled code %s is damaged; it is removed and compiled again", self._folder / name)
        with suppress(OSError):
            (self._folder / name).unlink()
        return None

    def save(self, key: Any, data: Any) -> None:
        """Keep compiled code. A disk that is full costs the next start its time, and no result."""
        path = self._folder / self._name(key)
        packed = self._packing._dump(data)
        try:
            with self._packing._open_for_write(os.fspath(path)) as file:
                file.write(packed + _sum(path, packed))
        except OSError as error:
            _LOG.warning("cannot keep compiled code in %s (%s)", path, error.strerror or error)

    def flush(self) -> None:
        """Remove what was saved."""
        for path in self._folder.glob(f"{self._base}.*.nbc"):
            path.unlink()

    def _name(self, key: Any) -> str:
        made_from = hashlib.sha256(repr((self._stamp, key)).encode()).hexdigest()[:16]
        return f"{self._base}.{made_from}.nbc"


def _is_whole(path: Path) -> bool:
    content = path.read_bytes()
    return content[-_SUM_BYTES:] == _sum(path, content[:-_SUM_BYTES])


def _sum(path: Path, packed: bytes) -> bytes:
    return hashlib.sha256(path.name.encode() + b"\0" + packed).digest()
