"""The public names of the package, for the page on Python."""

import inspect

import stalemate


def names() -> list[tuple[str, str]]:
    """Return each public name with the first sentence of what it says of itself; a table, with its head."""
    rows = [("name", "what it is")]
    for name in stalemate.__all__:
        told = inspect.getdoc(getattr(stalemate, name)) or ""
        rows.append((f"`{name}`", " ".join(told.split("\n\n")[0].split())))
    return rows


def reference() -> str:
    """Return the lines by which the site lists each name with its arguments."""
    found = [getattr(stalemate, name) for name in stalemate.__all__]
    return "".join(f"::: {one.__module__}.{one.__qualname__}\n\n" for one in found)
