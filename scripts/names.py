"""The public names of the package and what they are made of, for the page on Python."""

import inspect
from collections.abc import Iterable, Iterator
from typing import Any, get_args, get_type_hints

import xarray

import stalemate

_HEAD = ("name", "what it is")
_TYPES = {"xarray": xarray}
"""What the package imports for its types alone."""


def names() -> list[tuple[str, str]]:
    """Return each public name with the first sentence of what it says of itself; a table, with its head."""
    return [_HEAD, *((f"`{name}`", _told(getattr(stalemate, name))) for name in stalemate.__all__)]


def parts() -> list[tuple[str, str]]:
    """Return the same of each class that a public name takes or answers with, and of those within these."""
    return [_HEAD, *((f"`{one.__name__}`", _told(one)) for one in _reached())]


def reference() -> str:
    """Return the lines by which the site lists each name with its arguments."""
    return _listed(getattr(stalemate, name) for name in stalemate.__all__)


def reference_of_parts() -> str:
    """Return the lines by which the site lists each class of ``parts`` with its fields."""
    return _listed(_reached())


def _listed(found: Iterable[Any]) -> str:
    return "".join(f"::: {one.__module__}.{one.__qualname__}\n\n" for one in found)


def _told(one: Any) -> str:
    return " ".join((inspect.getdoc(one) or "").split("\n\n")[0].split())


def _reached() -> list[type]:
    public = {getattr(stalemate, name) for name in stalemate.__all__}
    found: set[type] = set()
    waiting = list(public)
    while waiting:
        for one in _within(waiting.pop()):
            if one not in public | found:
                found.add(one)
                waiting.append(one)
    return sorted(found, key=lambda one: (one.__name__.lower(), one.__module__))


def _within(one: Any) -> Iterator[type]:
    """Yield our own classes in the types of a function's arguments, or of a class's fields and methods."""
    methods = [] if inspect.isfunction(one) else [f for _, f in inspect.getmembers(one, inspect.isfunction)]
    for holder in [one, *methods]:
        if getattr(holder, "__module__", "").startswith("stalemate") and not holder.__name__.startswith("_"):
            for hint in get_type_hints(holder, localns=_TYPES).values():
                yield from (kind for kind in _classes(hint) if kind.__module__.startswith("stalemate"))


def _classes(hint: Any) -> Iterator[type]:
    if inspect.isclass(hint):
        yield hint
    for inner in get_args(hint):
        yield from _classes(inner)
