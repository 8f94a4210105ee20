"""Static files: a fixed table, read once. No path of a request is ever opened."""

from dataclasses import dataclass
from importlib import resources
from typing import Final

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
    return {
        name: StaticFile((folder / name).read_bytes(), _TYPES[name.rpartition(".")[2]]) for name in _NAMES
    }
