"""What a text from elsewhere may hold, and how one is shown that may hold anything.

Control characters move a terminal's cursor, and signs that turn the direction of writing make a line read
otherwise than it stands. No table, manifest or stored run may hold them; in a message they are written out.
"""

import re
from typing import Final

_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters but tab and line feed, signs of direction, and halves of characters."""
_WIDTH: Final = 200


def first_control(text: str) -> tuple[int, str] | None:
    """Return the line and the name of the first character that no text may hold, or None."""
    plain = text.replace("\r\n", "\n")
    found = _CONTROL.search(plain)
    return None if found is None else (plain.count("\n", 0, found.start()) + 1, ascii(found[0])[1:-1])


def is_plain(text: str) -> bool:
    """Tell whether a text is one line that may be shown as it is."""
    return not _CONTROL.search(text) and "\n" not in text and "\t" not in text


def shown(text: str) -> str:
    """Return a text, of one line or several, with every character that no text may hold written out."""
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)


def short(text: str, most: int = _WIDTH) -> str:
    """Return the beginning of a text on one line, safe to show."""
    line = shown(text).replace("\n", "\\n").replace("\t", "\\t")
    return line if len(line) <= most else f"{line[:most]}…"
