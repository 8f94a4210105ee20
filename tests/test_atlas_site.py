"""The pages of the atlas: every one is there, well formed, leads somewhere and rests on the record."""

import re
import xml.parsers.expat
from functools import cache
from html.parser import HTMLParser

import pytest

from stalemate.errors import QueryError
from stalemate.interfaces.atlas.addresses import file_of, relative_from
from stalemate.interfaces.atlas.archive import Archive, began, names_place, slug
from stalemate.interfaces.atlas.export import export
from stalemate.interfaces.atlas.site import Site
from stalemate.interfaces.atlas.static import plain_files, static_files
from stalemate.interfaces.atlas.views import from_memory
from stalemate.interfaces.atlas.words import Words

VOID = {"meta", "link", "br", "input", "img", "hr", "wbr"}


@cache
def site():
    return Site(Archive.load())


@cache
def pages():
    """Return every page by address."""
    return {where: site().page(where, str) for where in site().addresses()}


class Reader(HTMLParser):
    """Reads a page strictly: tags close in order, ids are there once; collects what leads elsewhere."""

    def __init__(self):
        super().__init__()
        self.open, self.faults, self.ids, self.links, self.tags = [], [], [], [], set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        names = [name for name, _ in attrs]
        if len(set(names)) != len(names):
            self.faults.append(f"{tag} repeats an attribute")
        if "style" in names or any(name.startswith("on") for name in names):
            self.faults.append(f"{tag} holds style or script")
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            if name in ("href", "src", "action"):
                self.links.append(value)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")


@cache
def read(where):
    reader = Reader()
    reader.feed(pages()[where])
    reader.close()
    return reader


def test_site__has_a_page_for_every_entry_of_the_record():
    archive = site().archive
    wanted = [f"/events/{id}" for id in archive.events]
    wanted += [f"/figures/{id}" for id in archive.ledger.figures]
    wanted += [f"/sources/{id}" for id in archive.ledger.sources]
    wanted += [f"/places/{id}" for id in archive.ledger.places]
    assert len(archive.events) == 276
    assert set(wanted) <= set(pages())


def test_site__every_page_is_well_formed():
    faults = {where: read(where).faults + read(where).open for where in pages()}
    assert {where: found for where, found in faults.items() if found} == {}


def test_site__no_page_holds_script_or_style_or_two_equal_ids():
    assert [where for where in pages() if read(where).tags & {"style", "iframe", "object"}] == []
    files = {"/static/theme.js", "/static/main.js"}
    for where, page in pages().items():
        scripts = re.findall(r"<script\b([^>]*)>(.*?)</script>", page, re.DOTALL)
        assert {re.search('src="([^"]*)"', tag)[1] for tag, _ in scripts} <= files, where
        assert {inside for _, inside in scripts} == {""}, where
    assert [where for where in pages() if len(set(read(where).ids)) != len(read(where).ids)] == []


def test_site__every_link_leads_to_a_page_or_file_of_the_site():
    known = set(pages()) | {f"/static/{name}" for name in static_files()}
    broken = set()
    for where in pages():
        for link in read(where).links:
            if link.startswith("/api/") or link in ("/ask", "/runs"):
                continue
            path, _, part = link.partition("#")
            if (path and path not in known) or (part and part not in read(path or where).ids):
                broken.add((where, link))
    assert broken == set()


def test_site__no_page_asks_for_anything_from_elsewhere():
    assert [w for w in pages() if any(re.match(r"[a-z]+:|//", link) for link in read(w).links)] == []


def test_site__every_page_can_be_reached_from_the_first():
    reached, waiting = set(), ["/"]
    while waiting:
        where = waiting.pop()
        if where in reached:
            continue
        reached.add(where)
        waiting += [link.partition("#")[0] for link in read(where).links if link.partition("#")[0] in pages()]
    assert set(pages()) - reached == set()


def test_site__an_event_shows_its_date_place_and_every_source():
    archive = site().archive
    for event in archive.chronicle.events:
        links = read(f"/events/{event.id}").links
        assert {f"/sources/{source}" for source in event.sources} <= set(links), event.id
        assert f"<dd>{Words.load().when(event)}" in pages()[f"/events/{event.id}"]


def test_site__what_is_from_memory_says_so_and_nothing_else_does():
    for event in site().archive.chronicle.events:
        warned = 'class="warning"' in pages()[f"/events/{event.id}"]
        assert warned == from_memory(event), event.id


def test_site__before_and_after_go_through_all_events_in_order():
    order, here = [], site().archive.chronicle.events[0]
    while here is not None:
        order.append(here)
        here = site().archive.beside(here)[1]
    assert order == list(site().archive.chronicle.events)
    assert [began(event) for event in order] == sorted(began(event) for event in order)


def test_site__a_figure_shows_its_rivals_and_what_rests_on_it():
    archive = site().archive
    page = pages()["/figures/rail_cuts"]
    members = [row.figure for group in archive.groups_of("rail_cuts") for row in group.members]
    assert len(members) > 2
    assert all(f'href="/figures/{figure}"' in page for figure in members)
    parameter = next(row for row in archive.war.parameters if row.sources)
    for figure in parameter.sources:
        assert parameter.name in pages()[f"/figures/{figure}"]


def test_archive__figures_beside_an_event_share_a_day_with_it():
    archive = site().archive
    event = archive.event("1951-10-23-namsi-raid")
    found = archive.bearing_on(event)
    assert {"Namsi" in figure.place or figure.source in event.sources for figure in found} == {True}
    assert all(figure.start <= began(event) <= figure.end for figure in found)


@pytest.mark.parametrize(
    ("text", "place", "found"),
    [
        ("raid on Namsi", "Namsi", True),
        ("Namsidong", "Namsi", False),
        ("Toksan dam", "Toksan (Sunan)", True),
        ("", "Namsi", False),
        ("anything", "(unnamed)", False),
    ],
)
def test_archive__names_of_places_are_whole_words(text, place, found):
    assert names_place(text, place) is found


@pytest.mark.parametrize(
    "where", ["/x", "/events/", "/events/x", "/events/x/y", "//", "/months", "/about/me"]
)
def test_site__an_address_without_a_page_is_refused(where):
    with pytest.raises(QueryError):
        site().page(where, str)


def test_addresses__files_lead_to_one_another():
    link = relative_from("/events/a")
    assert file_of("/") == "index.html"
    assert link("/") == "../index.html"
    assert link("/events/b#part") == "b.html#part"
    assert link("/static/atlas.css") == "../static/atlas.css"
    assert relative_from("/")("/days/07-27") == "days/07-27.html"
    assert slug("KPA/CPV (Nam Il)") == "kpa-cpv-nam-il"


def relinked(page, back):
    """Return a page with its links as the server writes them."""
    return re.sub(r'(href|src)="([^"]*)', lambda m: f'{m[1]}="{back.get(m[2], m[2])}', page)


def without_server(page):
    """Return a page without its forms and what leads to the interface for programs."""
    page = re.sub(r"<form .*?</form>\n", "", page)
    page = re.sub(r'<script type="module"[^\n]*\n', "", page)
    page = re.sub(r'<li><a href="/(ask|runs)">.*?</li>\n', "", page)
    page = re.sub(r'<h2 id="data">.*?</ul>\n', "", page, flags=re.DOTALL)
    return re.sub(r'<p class="small"><a href="/api/[^\n]*\n', "", page)


def test_export__holds_the_served_pages_with_links_between_files(tmp_path):
    folder = tmp_path / "site"
    count = export(site(), folder)
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert count == len(files) == len(pages()) + len(plain_files())
    assert len({name.casefold() for name in files}) == len(files)
    for where, page in pages().items():
        back = {
            relative_from(where)(to): to
            for to in read(where).links
            if not to.startswith(("/api/", "/ask", "/runs"))
        }
        written = files[file_of(where)].read_text()
        assert relinked(written, back) == without_server(page), where
    assert list(tmp_path.iterdir()) == [folder]


def test_export__leaves_what_is_there_alone(tmp_path):
    with pytest.raises(QueryError, match="exists already"):
        export(site(), tmp_path)


def test_export__leaves_nothing_when_it_fails(tmp_path, monkeypatch):
    monkeypatch.setattr("stalemate.interfaces.atlas.export._write", lambda site, folder, runs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export(site(), tmp_path / "site")
    assert list(tmp_path.iterdir()) == []


def test_static__pictures_are_well_formed():
    for name, file in plain_files().items():
        if name.endswith(".svg"):
            xml.parsers.expat.ParserCreate().Parse(file.content, True)


def colours():
    """Return the palette of each theme, read from the style sheet."""
    sheet = plain_files()["atlas.css"].content.decode()
    both = re.findall(r"--(\w+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", sheet)
    return {
        "light": {name: light for name, light, _ in both},
        "dark": {name: dark for name, _, dark in both},
    }


def contrast(a, b):
    """Return the contrast of two colours as WCAG 2.2 defines it."""

    def luminance(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast__agrees_with_its_ends():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_style__text_and_marks_stand_out_from_what_is_behind_them(theme):
    palette = colours()[theme]
    text = [(front, back) for front in ("ink", "soft", "link", "miss") for back in ("paper", "raised")]
    text += [("ink", "warn"), ("ink", "land"), ("ink", "sea"), ("ink", "harm")]
    marks = [(mark, back) for mark in ("rail", "front", "mark", "miss") for back in ("land", "sea")]
    weak = {
        pair: contrast(*map(palette.get, pair)) for pair in text if contrast(*map(palette.get, pair)) < 4.5
    }
    weak |= {
        pair: contrast(*map(palette.get, pair)) for pair in marks if contrast(*map(palette.get, pair)) < 3
    }
    assert weak == {}
