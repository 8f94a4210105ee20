"""The site: any page by its address, as a server or a file on disk shows it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from jinja2 import Environment
from markupsafe import Markup

from stalemate.analysis.estimate import number as rounded
from stalemate.errors import QueryError
from stalemate.evidence.figure import as_number
from stalemate.interfaces.atlas.addresses import Link, address
from stalemate.interfaces.atlas.archive import Archive, slug
from stalemate.interfaces.atlas.provenance import drawn
from stalemate.interfaces.atlas.static import scripts
from stalemate.interfaces.atlas.views import VIEWS, from_memory
from stalemate.interfaces.atlas.words import Words
from stalemate.interfaces.templating import environment


@dataclass(frozen=True)
class Site:
    """The pages of one archive in one language; ``with_runs`` if pages of runs stand beside them on disk."""

    archive: Archive
    words: Words = field(default_factory=Words.load)
    with_runs: bool = False

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
            "words": self.words,
            "say": self.words.say,
            "quoted": Markup("" if self.words.language == RECORD else f' lang="{RECORD}"'),
            "linked": self.words.linked,
            "from_memory": from_memory,
            "as_number": as_number,
            "slug": slug,
            "drawn": drawn,
            "rounded": rounded,
            "scripts": scripts(),
            "with_runs": self.with_runs,
        }
        return environment("stalemate.interfaces.atlas", known)


RECORD: Final = "en"
"""The language in which the record is written; on pages in another its words are marked as such."""

MENU = {
    "main": ("story", "map", "play", "runs", "ask"),
    "index": ("events", "days", "places", "actors", "figures", "sources", "systems", "about"),
}
"""The words of the addresses in the menu: what to look at, then what to look up."""
