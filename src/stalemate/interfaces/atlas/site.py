"""The site: any page by its address, as a server or a file on disk shows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jinja2 import Environment

from stalemate.errors import QueryError
from stalemate.evidence.figure import as_number
from stalemate.interfaces.atlas.addresses import Link, address
from stalemate.interfaces.atlas.archive import Archive, slug
from stalemate.interfaces.atlas.views import VIEWS, day_in_words, from_memory, in_words, when
from stalemate.interfaces.templating import environment


@dataclass(frozen=True)
class Site:
    """The pages of one archive."""

    archive: Archive

    def addresses(self) -> Iterator[str]:
        """Yield the address of every page that does not depend on a question."""
        for (kind, _), view in VIEWS.items():
            yield from (address(kind, key) for key in view.keys(self.archive))

    def page(self, where: str, link: Link, *, served: bool = True) -> str:
        """Return a page as HTML. Raises QueryError if there is no page at this address.

        ``link`` writes the addresses of other pages; what needs a server is left out unless ``served``.
        """
        kind, _, key = where.strip("/").partition("/")
        view = VIEWS.get((kind, bool(key)))
        if view is None or where != address(kind, key):
            raise QueryError(f"there is no page {where[:60]!r}")
        values = view.values(self.archive, key)
        return self.render(view.template, link, served=served, here=where, **values)

    def render(self, template: str, link: Link, **values: Any) -> str:
        """Return a template filled in."""
        return self._templates.get_template(template).render(to=link, **values) + "\n"

    @cached_property
    def _templates(self) -> Environment:
        known = {
            "archive": self.archive,
            "menu": MENU,
            "ledger": self.archive.ledger,
            "address": address,
            "when": when,
            "in_words": in_words,
            "day_in_words": day_in_words,
            "from_memory": from_memory,
            "as_number": as_number,
            "slug": slug,
            "trusts": TRUSTS,
            "precisions": PRECISIONS,
            "relations": RELATIONS,
        }
        return environment("stalemate.interfaces.atlas", known)


MENU = (
    ("story", "Story"),
    ("events", "Chronicle"),
    ("days", "On this day"),
    ("map", "Map"),
    ("places", "Places"),
    ("actors", "Sides and people"),
    ("figures", "Figures"),
    ("sources", "Sources"),
    ("systems", "Model"),
    ("about", "How to read this"),
)
"""The words of the addresses in the menu, and what they are called."""

TRUSTS = {
    "read": "the text or the data was read",
    "quoted": "the text that was read relays another work",
    "excerpt": "only an excerpt or the opening of a page was read",
    "derived": "our arithmetic on figures that were read",
    "recalled": "from memory, page not looked up: a lead, not proof",
}
"""How an entry was obtained, in words."""

PRECISIONS = {
    "day": "the day is known",
    "recalled_day": "the day is from memory",
    "month": "stands for a month or a period; the day is not known",
    "season": "only the season is known",
    "year": "only the year is known",
    "yearly": "holds each year",
}
"""How finely a date is known, in words."""

RELATIONS = {
    "first": "listed first",
    "same": "recorded twice, counts once",
    "rival": "disagrees",
    "part": "same matter, other scope",
}
"""How a figure stands to the first of its group, in words."""
