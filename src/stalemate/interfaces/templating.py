"""How every page is made of its template: what stands in it is escaped, and a name it lacks is an error."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment


def environment(package: str, known: Mapping[str, Any]) -> "Environment":
    """Return the templates of a package's folder; ``known`` is what every one of them may name."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    pages = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.globals |= known
    return pages
