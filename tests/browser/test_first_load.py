"""What a page loads before anyone touches it, and the choice of colours."""

import gzip

import pytest

PAGES = ("/", "/events/1951-10-23-namsi-raid", "/map/1951-10-23", "/play", "/systems/transport", "/ask")
FIRST_BYTES = 60_000


@pytest.mark.parametrize("path", PAGES)
def test_pages__load_little_script_and_nothing_from_elsewhere(page, address, path):
    loaded = {}
    page.on("response", lambda one: loaded.setdefault(one.url, one))
    page.goto(address + path, wait_until="networkidle")
    scripts = [one for url, one in loaded.items() if url.split("?")[0].endswith(".js")]
    sizes = {one.url.removeprefix(address): len(gzip.compress(one.body(), mtime=0)) for one in scripts}
    assert "/static/main.js" in sizes
    assert sum(sizes.values()) <= FIRST_BYTES, sizes
    assert [url for url in loaded if not url.startswith(address + "/")] == []


def paper(page):
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_theme__is_chosen_by_keyboard_and_kept_on_the_next_page(page, address):
    page.goto(address + "/about")
    light = paper(page)
    page.get_by_label("Colours").focus()
    page.keyboard.press("End")
    page.wait_for_selector("html[data-theme=dark]")
    dark = paper(page)
    assert dark != light
    page.goto(address + "/events")
    assert paper(page) == dark
    page.emulate_media(media="print")
    assert paper(page) == "rgb(255, 255, 255)"
    page.emulate_media(media="screen")
    page.get_by_label("Colours").select_option("as the system")
    assert paper(page) == light
