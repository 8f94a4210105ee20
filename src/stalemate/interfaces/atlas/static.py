"""Static files: a fixed table, read or drawn once. No path of a request is ever opened."""

from dataclasses import dataclass
from importlib import resources
from typing import Final

from stalemate.interfaces.atlas.basemap import base_picture

_TYPES: Final = {"css": "text/css", "svg": "image/svg+xml"}
_NAMES: Final = ("atlas.css", "icon.svg")


@dataclass(frozen=True)
class StaticFile:
    """The bytes of one file and what they are."""

    content: bytes
    media_type: str


def static_files() -> dict[str, StaticFile]:
    """Return every static file by name."""
    folder = resources.files("stalemate.interfaces.atlas") / "static"
    files = {name: (folder / name).read_bytes() for name in _NAMES}
    files |= {"base-light.svg": base_picture("light"), "base-dark.svg": base_picture("dark")}
    return {name: StaticFile(content, _TYPES[name.rpartition(".")[2]]) for name, content in files.items()}
