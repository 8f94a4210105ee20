"""A target of fuzzing, and how inputs are made for it: from good ones, by a few rough changes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from stalemate.errors import StalemateError

Choose = Callable[[int], int]
"""Returns a number from 0 up to, not with, the given one."""

MOST_MESSAGE = 100_000
"""Letters of the longest error that anyone should be told."""
MOST_INPUT = 2_000_000

NASTY = (
    *(b"\0", b"\x1b[2J", b"\xff", b"\r", b"\n", b'"', b"'", b",", b";", b"=", b".", b"[", b"]", b"{", b"}"),
    *(b"NaN", b"Infinity", b"-1", b"0", b"1e999999", b"1e-320", b"9" * 5000, b"0x1", b"1_0", b"-0.0"),
    *(b"true", b"null", b"[" * 2000, b'{"a":' * 2000, b"a." * 500, b'"="', b'"""', b"'''"),
    *(b"../../etc/passwd", b"/dev/zero", b"<script>alert(1)</script>", b'"><svg onload=x>', b"{{7*7}}"),
    *(b"=cmd|' /C calc'!A0", b"@SUM(1)", b"%00", b"%2e%2e%2f", b"$x^{$", b"[/bold]", b"; rm -rf ~"),
    *(text.encode() for text in ("\u202e", "\u2028", "\ufeff", "é" * 300, "１２", "İ", "ﬃ")),
    b"1800-01-01",
    b"2100-12-31",
    b"9999-12-31",
)


@dataclass(frozen=True)
class Target:
    """One way in. ``begin`` readies it in a folder of its own and returns what takes one input."""

    name: str
    begin: Callable[[Path], Callable[[bytes], object]]
    seeds: Callable[[], Sequence[bytes]]
    words: tuple[bytes, ...] = ()


def takes(one: Callable[[bytes], object], data: bytes) -> str:
    """Give one input and return what the program's own error said, if it ended so. Raises what is wrong."""
    try:
        one(data)
    except StalemateError as error:
        said = str(error)
    else:
        return ""
    assert 0 < len(said) <= MOST_MESSAGE, f"an error of {len(said):,} letters"
    return said


def mutated(choose: Choose, target: Target, seeds: Sequence[bytes]) -> bytes:
    """Return an input: a seed after a few changes, seldom pure noise."""
    data = seeds[choose(len(seeds))]
    words = (*target.words, *NASTY)
    for _ in range(choose(5)):
        data = _CHANGES[choose(len(_CHANGES))](choose, data, seeds, words)[:MOST_INPUT]
    return data


def _place(choose: Choose, data: bytes) -> tuple[int, int]:
    start = choose(len(data) + 1)
    return start, min(len(data), start + choose((1, 4, 40, 4000)[choose(4)]))


def _cut(choose: Choose, data: bytes, *_: object) -> bytes:
    start, end = _place(choose, data)
    return data[:start] + data[end:]


def _doubled(choose: Choose, data: bytes, *_: object) -> bytes:
    start, end = _place(choose, data)
    return data[:end] + data[start:end] * (1, 2, 100, 10_000)[choose(4)] + data[end:]


def _word(choose: Choose, data: bytes, seeds: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    start, end = _place(choose, data)
    return data[:start] + words[choose(len(words))] + data[start if choose(2) else end :]


def _cell(choose: Choose, data: bytes, seeds: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """Put a word in the place of what stands between two separators."""
    start = choose(len(data) + 1)
    ends = [at for mark in b',\n=&?":/' if (at := data.find(mark, start)) >= 0]
    end = min(ends, default=len(data))
    begins = max(data.rfind(bytes([mark]), 0, start) for mark in b',\n=&?":/') + 1
    return data[:begins] + words[choose(len(words))] + data[end:]


def _byte(choose: Choose, data: bytes, *_: object) -> bytes:
    at = choose(len(data) + 1)
    return data[:at] + bytes([choose(256)]) + data[at + 1 :]


def _joined(choose: Choose, data: bytes, seeds: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    other = seeds[choose(len(seeds))]
    return data[: choose(len(data) + 1)] + other[choose(len(other) + 1) :]


_CHANGES = (_cut, _doubled, _word, _word, _cell, _cell, _byte, _joined)
