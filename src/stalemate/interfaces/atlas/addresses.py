"""Addresses of pages: a word for the kind, then a key; and the same pages as files linked to one another."""

import posixpath
from collections.abc import Callable

Link = Callable[[str], str]
"""Makes an address of this site into what a page writes in its link."""


def address(kind: str, key: str = "") -> str:
    """Return the address of a page; without a key, of the list of its kind."""
    return "/" + "/".join(part for part in (kind, key) if part)


def file_of(page: str) -> str:
    """Return the file that an exported page stands in; what has an ending keeps its name."""
    path = page.strip("/") or "index"
    return path if posixpath.splitext(path)[1] else f"{path}.html"


def relative_from(page: str) -> Link:
    """Return the links of an exported page: from its own folder to the other's file."""
    folder = posixpath.dirname(file_of(page))

    def link(to: str) -> str:
        path, hash_sign, part = to.partition("#")
        return posixpath.relpath(file_of(path), folder or ".") + hash_sign + part

    return link
