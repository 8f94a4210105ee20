"""Static files: a fixed table, read or drawn once. No path of a request is ever opened.

The scripts in ``built`` are made from ``frontend`` when the package is built; without them every page is
still whole.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from stalemate.interfaces.atlas.basemap import base_picture

ENTRY: Final = "main.js"
_TYPES: Final = {"css": "text/css", "svg": "image/svg+xml", "js": "text/javascript"}
_NAMES: Final = ("atlas.css", "runs.css", "icon.svg", "theme.js")
_HASHED: Final = re.compile(r"-[\w-]{8}\.(js|css)$")


@dataclass(frozen=True)
class StaticFile:
    """One file: how its bytes are had, what they are, and whether its name changes when they do."""

    read: Callable[[], bytes]
    media_type: str
    lasting: bool = False

    @property
    def content(self) -> bytes:
        """Return its bytes; a picture is drawn when it is first asked for."""
        return self.read()


def static_files() -> dict[str, StaticFile]:
    """Return every static file by name: those of a page on disk, and the scripts if they are built."""
    return plain_files() | scripts()


@cache
def plain_files() -> dict[str, StaticFile]:
    """Return by name what a page needs that opens from disk, where a browser runs no module."""
    package = resources.files("stalemate.interfaces.atlas")
    files = {name: _file(package / "static" / name) for name in _NAMES}
    for theme in ("light", "dark"):
        files[f"base-{theme}.svg"] = StaticFile(partial(base_picture, theme), _TYPES["svg"])
    return files


@cache
def scripts() -> dict[str, StaticFile]:
    """Return the built scripts by name; none if they are not built."""
    folder = resources.files("stalemate.interfaces.atlas") / "built"
    if not (folder / ENTRY).is_file():
        return {}
    return {one.name: _file(one) for one in folder.iterdir() if one.name.endswith((".js", ".css"))}


def _file(path: Traversable) -> StaticFile:
    kind = path.name.rpartition(".")[2]
    content = path.read_bytes()
    return StaticFile(lambda: content, _TYPES[kind], bool(_HASHED.search(path.name)))
