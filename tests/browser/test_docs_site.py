"""The site of the docs in a browser: nothing from elsewhere, nothing too wide, a search that answers."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from docs_site import built

PAGES = (
    "index",
    "tutorial/first-answer",
    "howto/notebook",
    "howto/add-a-system",
    "reference/python",
    "model/odd",
)
LOOKS = [("light", 1100), ("dark", 360)]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format, *arguments):
        pass


@pytest.fixture(scope="module")
def docs(tmp_path_factory):
    """Serve the built site and return its address."""
    folder = built(tmp_path_factory.mktemp("docs"))
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("page", LOOKS, indirect=True)
@pytest.mark.parametrize("name", PAGES)
def test_docs_site__shows_whole_pages_and_asks_nobody_else(page, docs, name):
    page.goto(f"{docs}/{name}.html", wait_until="networkidle")
    assert page.locator("h1").count() == 1
    assert [url for url in page.asked if not url.startswith((docs, "data:", "blob:"))] == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    pictures = page.evaluate("[...document.images].map(one => [one.src, one.naturalWidth])")
    assert [source for source, width in pictures if not width] == []


def test_docs_site__search_finds_the_page_on_porters(page, docs):
    from playwright.sync_api import expect

    page.goto(f"{docs}/index.html", wait_until="networkidle")
    page.keyboard.press("Control+k")
    page.keyboard.type("porters")
    expect(page.locator("a:has(mark)").first).to_contain_text("porters", ignore_case=True)
    assert [url for url in page.asked if not url.startswith((docs, "data:", "blob:"))] == []
