"""The packages that the program needs, with their licences, from the metadata that is installed."""

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import Final

from packaging.requirements import Requirement

ROOT_PACKAGE: Final = "stalemate-lab"
ALLOWED: Final = re.compile(
    r"\b(MIT|0?BSD|Apache|ISC|PSF|Python Software Foundation|Zlib|CC0|Unlicense|MPL|Mozilla|LGPL)\b", re.I
)
"""Licences under which a package may be used beside ours without changing it."""


def key(name: str) -> str:
    """Return a package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence(found: Distribution) -> str:
    """Return what a package says of its licence, in one line."""
    told = found.metadata
    if told.get("License-Expression"):
        return str(told["License-Expression"])
    kinds = [
        line.split("::")[-1].strip() for line in told.get_all("Classifier") or [] if "License ::" in line
    ]
    files = [
        file
        for file in found.files or []
        if file.name.upper().startswith("LICEN") and ".dist-info" in str(file)
    ]
    text = told.get("License") or "".join(file.read_text() for file in files[:1]) or "not told"
    return "; ".join(kinds) or text.strip().splitlines()[0]


def needed(*extras: str) -> dict[str, Distribution]:
    """Return every installed package that the program needs with these extras, by name."""
    found: dict[str, Distribution] = {}
    waiting = [(ROOT_PACKAGE, frozenset(extras))]
    asked: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, wanted = waiting.pop()
        if (key(name), wanted) in asked:
            continue
        asked.add((key(name), wanted))
        try:
            found[key(name)] = distribution(name)
        except PackageNotFoundError:
            continue
        for line in found[key(name)].requires or []:
            one = Requirement(line)
            marker = one.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *wanted)):
                waiting.append((one.name, frozenset(one.extras)))
    return found


def table() -> list[tuple[str, str]]:
    """Return the packages that every installation needs, with a head."""
    rows = [(name, licence(one)) for name, one in sorted(needed().items()) if name != ROOT_PACKAGE]
    return [("package", "licence"), *rows]
