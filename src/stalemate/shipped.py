"""Where the tables that come with the package stand: beside the code in a wheel, at the top of a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """Return the folder ``record`` or ``scenarios`` of this installation.

    Raises FileNotFoundError if the installation has lost its tables.
    """
    for root in (_PACKAGE, _PACKAGE.parents[1]):
        if (root / name).is_dir():
            return root / name
    raise FileNotFoundError(f"the folder {name!r} is missing from {_PACKAGE}; install stalemate-lab again")
