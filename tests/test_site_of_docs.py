"""The pages of docs/ as a site: built without a warning, whole, and asking nothing of a network."""

import re
from pathlib import Path

import pytest
from docs_site import built

import stalemate

ROOT = Path(__file__).resolve().parents[1]
LOADED = re.compile(r'<(?:script|img|iframe|source)\b[^>]*\bsrc="([^"]+)"|<link\b[^>]*\bhref="([^"]+)"')


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the site in a copy and return its folder."""
    return built(tmp_path_factory.mktemp("site"))


def test_site__has_every_page(site):
    pages = {path.relative_to(ROOT / "docs").with_suffix("") for path in (ROOT / "docs").rglob("*.md")}
    assert pages == {path.relative_to(site).with_suffix("") for path in site.rglob("*.html")} - {Path("404")}


def test_site__leads_to_every_page_from_its_menu(site):
    menu = (site / "index.html").read_text()
    pages = [path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")]
    assert [str(page) for page in pages if page.name != "index.html" and f'href="{page}"' not in menu] == []


def test_site__no_page_loads_anything_from_elsewhere(site):
    for page in site.rglob("*.html"):
        loaded = [a or b for a, b in LOADED.findall(page.read_text())]
        assert loaded
        assert [one for one in loaded if re.match(r"[a-z]+:|//", one) and not one.startswith("data:")] == []


def test_site__lists_every_public_name(site):
    page = (site / "reference" / "python.html").read_text()
    listed = [*stalemate.__all__, "Contrast", "Directive", "Observation", "Recipe", "Parameter"]
    assert [name for name in listed if not re.search(rf'id="stalemate\.[\w.]*\b{name}"', page)] == []
