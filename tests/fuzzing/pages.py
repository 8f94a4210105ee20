"""Names that would be markup, formulas or commands: no page, table, picture or command may obey them.

A page with hostile names must have the elements and attributes of the same page with harmless ones.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from fuzzing.requests import archive
from fuzzing.target import Target
from stalemate.interfaces.atlas.addresses import address
from stalemate.interfaces.atlas.archive import Archive
from stalemate.interfaces.atlas.site import Site
from stalemate.plaintext import is_plain
from stalemate.spreadsheet import csv_text, unguarded
from stalemate.table import Row

HARMLESS = str.maketrans({"<": "a", ">": "b", '"': "c", "'": "d", "&": "e", "`": "f", "{": "g", "}": "h"})
PROBE = "<A b='c'>"
ADDRESSES = ("href", "src", "action", "formaction", "data", "xlink:href")


class Skeleton(HTMLParser):
    """Counts elements with the names of their attributes, and keeps the addresses."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: Counter[tuple[str, ...]] = Counter()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.parts[tag, *sorted(name for name, _ in attributes)] += 1
        for name, value in attributes:
            assert not name.startswith("on"), (tag, name)
            if name in ADDRESSES:
                scheme = (value or "").partition(":")[0].strip().lower()
                assert scheme not in ("javascript", "vbscript", "data") or tag == "img", (tag, value)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data[:60]}")


def named(row: Any, text: str) -> Any:
    """Return a row with a text in every cell that may hold any text at all."""
    held = row.model_dump()
    wanted = {}
    for field, value in held.items():
        if isinstance(value, str):
            try:
                type(row).model_validate({**held, field: PROBE})
            except ValidationError:
                continue
            wanted[field] = text
    return row.model_copy(update=wanted)


def hostile(text: str, few: int = 2) -> tuple[Archive, list[str]]:
    """Return an archive in which some rows of each kind hold a text everywhere, and their addresses."""
    good = archive()
    ledger, chronicle = good.ledger, good.chronicle

    def some(rows: Mapping[str, Row]) -> dict[str, Row]:
        return {**rows, **{id: named(rows[id], text) for id in list(rows)[3 : 3 + few]}}

    figures, sources, places = some(ledger.figures), some(ledger.sources), some(ledger.places)
    events = tuple(named(one, text) if 3 <= at < 3 + few else one for at, one in enumerate(chronicle.events))
    raids = tuple(named(one, text) if at < few else one for at, one in enumerate(ledger.raids))
    checks = tuple(named(one, text) for one in ledger.checks)
    readings = tuple(named(one, text) if at < few else one for at, one in enumerate(ledger.readings))
    parameters = tuple(named(one, text) for one in good.war.parameters)
    made = Archive(
        replace(
            ledger,
            figures=figures,
            sources=sources,
            places=places,
            raids=raids,
            checks=checks,
            readings=readings,
        ),
        replace(chronicle, events=events),
        replace(good.war, parameters=parameters, title=text, summary=text, licence=text),
        good.chart,
    )
    shown = [address(kind, id) for kind, rows in _kinds(made) for id in list(rows)[:few]]
    shown += [address(kind, id) for kind, rows in _kinds(made) for id in list(rows)[3 : 3 + few]]
    shown += [address("figures", ledger.checks[0].figure), address("systems", "repair"), "/about", "/"]
    return made, shown


def _kinds(made: Archive) -> Iterator[tuple[str, Mapping[str, object]]]:
    yield "events", made.events
    yield "figures", made.ledger.figures
    yield "sources", made.ledger.sources
    yield "places", made.ledger.places
    yield "raids", {raid.id: raid for raid in made.ledger.raids}
    yield "parameters", made.parameters


def check_pages(text: str, few: int = 2, every: int = 1) -> int:
    """Check that pages with a text as every name have no other element than those with a harmless one."""
    (bad, shown), (good, _) = hostile(text, few), hostile(text.translate(HARMLESS), few)
    pages = _site(bad), _site(good)
    for where in shown[len(text) % every :: every]:
        for served in (True, False):
            parts = [Skeleton(page(where, str, served=served)).parts for page in pages]
            assert parts[0] == parts[1], (where, parts[0] - parts[1])
    return len(shown)


@cache
def _templates() -> Any:
    return Site(archive())._templates


def _site(made: Archive) -> Callable[..., str]:
    """Return what makes the pages of an archive, with templates that are compiled once."""
    site, templates = Site(made), _templates()
    vars(site)["_templates"] = templates

    def page(*asked: Any, **more: Any) -> str:
        templates.globals |= {"archive": made, "ledger": made.ledger}
        return site.page(*asked, **more)

    return page


def check_table(text: str) -> None:
    """Check that a text comes through a table as it was, and no spreadsheet would reckon with it."""
    written = csv_text([["a", "b"], [text, -1.5]])
    rows = list(csv.reader(io.StringIO(written, newline="")))
    assert [unguarded(cell) for cell in rows[1]] == [text, "-1.5"]
    first = rows[1][0].lstrip()[:1]
    assert first not in tuple("=+-@") or _is_number(rows[1][0])
    assert json.loads(json.dumps(text)) == text


def _is_number(text: str) -> bool:
    try:
        return all(float(part) is not None for part in text.split(";"))
    except ValueError:
        return False


def _names(folder: Path) -> Callable[[bytes], object]:
    def one(data: bytes) -> None:
        text = data.decode("utf-8", "replace").strip()
        check_table(text.replace("\r", " "))
        if text and is_plain(text):
            check_pages(text[:4000], few=1, every=4)

    return one


def _name_seeds() -> list[bytes]:
    found = [
        "<script>alert(1)</script>",
        '"><svg onload=alert`1`>',
        "' onmouseover='x",
        "javascript:alert(1)",
    ]
    found += [
        "{{7*7}}{% raw %}",
        "</title><img src=x onerror=y>",
        "&lt;b&gt;",
        "=HYPERLINK(1)",
        "<!-- x",
        "]]>",
    ]
    found += ["%s %(x)s {x} $x^{2$", "${7*7}", "-2+3", "; rm -rf ~", "ＡＢ＜script＞", "nothing at all"]
    return [one.encode() for one in found]


TARGETS = (
    Target("names", _names, _name_seeds, (b"</td>", b"on=", b"<a href=javascript:x>", b"--><b>", b"=1+1")),
)
