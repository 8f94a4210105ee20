"""How the columns of a Parquet file are packed, read from its end without Arrow.

Arrow ends the process when it is asked how a column is packed and the number is none that it knows, so a file
from elsewhere is looked at here first. The end of the file is a Thrift struct in the compact protocol (Apache
Thrift, ``thrift-compact-protocol.md``; Apache Parquet, ``parquet.thrift``).
"""

from typing import Any, Final

_MARK: Final = b"PAR1"
_DEEPEST: Final = 16
_ROW_GROUPS, _COLUMNS, _ABOUT, _CODEC = 4, 1, 3, 4
"""Numbers of the fields that lead to a column's packing."""

_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
_INTEGERS: Final = (4, 5, 6)


def packings(data: bytes) -> set[object]:
    """Return the numbers of all ways in which columns are packed; 0 is plain.

    Raises ValueError if the end of the file cannot be read.
    """
    length = int.from_bytes(data[-8:-4], "little")
    if data[-4:] != _MARK or not 0 < length <= len(data) - 12:
        raise ValueError("found no end of a Parquet file")
    try:
        about = _Reader(data[-8 - length : -8]).struct(0)
        groups = about.get(_ROW_GROUPS, [])
        return {column[_ABOUT][_CODEC] for group in groups for column in group[_COLUMNS]}
    except (IndexError, KeyError, TypeError, AttributeError) as error:
        raise ValueError("found no end of a Parquet file that says what it holds") from error


class _Reader:
    """Reads values one after another; a byte that is not there is an IndexError."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def struct(self, depth: int) -> dict[int, Any]:
        """Return the fields of a struct by number. Raises ValueError for one that comes twice."""
        found: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            step, kind = head >> 4, head & 15
            number = number + step if step else self._integer()
            if number in found:
                raise ValueError("a field comes twice")
            found[number] = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind, depth)
        return found

    def _value(self, kind: int, depth: int) -> Any:
        if depth > _DEEPEST:
            raise ValueError("nested too deeply")
        if kind in _INTEGERS:
            return self._integer()
        if kind in (_TRUE, _FALSE, _BYTE):
            return self._byte()
        if kind == _DOUBLE:
            return self._bytes(8)
        if kind == _BINARY:
            return self._bytes(self._natural())
        if kind in (_LIST, _SET):
            head = self._byte()
            size = head >> 4 if head >> 4 < 15 else self._natural()
            return [self._value(head & 15, depth + 1) for _ in range(size)]
        if kind == _MAP and not self._natural():
            return {}
        if kind == _STRUCT:
            return self.struct(depth + 1)
        raise ValueError(f"found a value of kind {kind}")

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def _bytes(self, length: int) -> bytes:
        if length > len(self._data) - self._at:
            raise ValueError("found less than was said")
        self._at += length
        return self._data[self._at - length : self._at]

    def _natural(self) -> int:
        value = 0
        for shift in range(0, 70, 7):
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
        raise ValueError("found a number without end")

    def _integer(self) -> int:
        value = self._natural()
        return (value >> 1) ^ -(value & 1)
