"""The chronicle in a browser: the provenance drawer by keyboard and pointer, kinds of page, downloads."""

import calendar
import csv
import io
import json

import pytest

PLACES = {
    "figure": ("/figures/rail_cuts", "figure:crane_strangle_rail_cuts"),
    "source": ("/figures/rail_cuts", "source:crane-2001"),
    "event": ("/months/1952-06", "event:1952-06-23-suiho-and-other-power-plants"),
    "place": ("/places", "place:c_pyongyang"),
    "raid": ("/raids", "raid:1951-07-09-sinanju-airfield"),
    "parameter": ("/parameters", "parameter:effort_day_sigma"),
}
"""For each kind of thing a page that links to it, and the thing."""
KINDS = (
    *("/parameters", "/parameters/effort_day_sigma", "/raids", "/raids/1951-07-09-sinanju-airfield"),
    *("/actors", "/systems/repair", "/figures/rail_cuts", "/about"),
)
SIGHTS = [(theme, width) for theme in ("light", "dark") for width in (1100, 360)]


def link_to(page, thing):
    return page.locator(f"main a[data-provenance='{thing}']").first


def told(page, address, thing):
    """Return what the interface says of a thing."""
    kind, _, id = thing.partition(":")
    return page.request.get(f"{address}/api/provenance/{kind}/{id}").json()


def opened(page):
    """Return the drawer when it has found what it looks for."""
    page.locator("dialog[open] .cite").wait_for()
    return page.locator("dialog[open]")


@pytest.mark.parametrize("kind", PLACES)
def test_drawer__opens_by_keyboard_and_gives_the_focus_back(page, address, kind):
    where, thing = PLACES[kind]
    page.goto(address + where)
    link_to(page, thing).focus()
    page.keyboard.press("Enter")
    drawer = opened(page)
    body = told(page, address, thing)
    assert drawer.locator("h2").inner_text() == body["title"]
    assert page.evaluate("document.activeElement === document.querySelector('dialog h2')")
    assert body["cite"] in drawer.inner_text()
    for one in body["sources"]:
        assert one["citation"] in drawer.inner_text()
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    assert page.evaluate("document.activeElement.dataset.provenance") == thing
    assert page.url == address + where


@pytest.mark.parametrize("kind", PLACES)
def test_drawer__opens_and_closes_by_pointer_and_leads_to_the_page(page, address, kind):
    where, thing = PLACES[kind]
    page.goto(address + where)
    link_to(page, thing).click()
    opened(page)
    page.mouse.click(20, 400)
    assert page.locator("dialog[open]").count() == 0
    link_to(page, thing).click()
    opened(page).get_by_role("link", name="Open its page").click()
    page.wait_for_url(f"{address}{told(page, address, thing)['page']}")
    assert [url for url in page.asked if not url.startswith(address)] == []


def test_drawer__keeps_the_focus_inside(page, address):
    page.goto(address + "/figures/rail_cuts")
    link_to(page, "figure:crane_strangle_rail_cuts").press("Enter")
    opened(page)
    for _ in range(40):
        page.keyboard.press("Tab")
        inside = "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        assert page.evaluate(inside)


def test_drawer__goes_on_to_another_thing_and_back(page, address):
    page.goto(address + "/figures/rail_cuts")
    link_to(page, "figure:crane_strangle_rail_cuts").click()
    first = opened(page).locator("h2").inner_text()
    opened(page).locator("a[data-provenance='source:crane-2001']").click()
    page.locator("dialog .bar").get_by_text("Source", exact=True).wait_for()
    assert "Crane" in opened(page).locator("h2").inner_text()
    page.get_by_role("button", name="Back").click()
    page.get_by_role("heading", name=first).last.wait_for()
    assert opened(page).locator("h2").inner_text() == first


def test_drawer__shows_rivals_readings_and_what_rests_on_a_figure(page, address):
    page.goto(address + "/figures/rail_cuts")
    link_to(page, "figure:crane_strangle_rail_cuts").click()
    text = opened(page).inner_text()
    body = told(page, address, "figure:crane_strangle_rail_cuts")
    assert body["rivals"]
    assert body["readings"]
    for one in (*body["rivals"], *body["readings"], *body["checks"], *body["uses"]):
        assert one["title"] in text
        assert one["value"] in text
    year, month, day = body["compared"].split("-")
    assert f"Last checked\n{int(day)} {calendar.month_name[int(month)]} {year}" in text


def test_drawer__copies_the_citation(page, address):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    page.goto(address + "/figures/rail_cuts")
    link_to(page, "source:crane-2001").click()
    opened(page).get_by_role("button", name="Copy the citation").click()
    page.get_by_text("Copied.").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == told(page, address, "source:crane-2001")["cite"]


def test_drawer__leaves_a_click_for_a_new_tab_to_the_link(page, address):
    page.goto(address + "/figures/rail_cuts")
    with page.context.expect_page() as other:
        link_to(page, "source:crane-2001").click(modifiers=["Control"])
    assert other.value.url == f"{address}/sources/crane-2001"
    assert page.locator("dialog[open]").count() == 0


def test_drawer__leads_to_the_page_where_the_interface_fails(page, address):
    page.route("**/api/provenance/**", lambda route: route.abort())
    page.goto(address + "/figures/rail_cuts")
    link_to(page, "source:crane-2001").click()
    page.wait_for_url(f"{address}/sources/crane-2001")


def test_links__lead_to_pages_without_script(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for where, thing in PLACES.values():
        page.goto(address + where)
        link_to(page, thing).click()
        page.wait_for_url(f"{address}/{thing.split(':')[0]}s/{thing.split(':')[1]}")
    context.close()


@pytest.mark.parametrize("page", SIGHTS, indirect=True, ids=lambda sight: f"{sight[0]}-{sight[1]}")
def test_chronicle__has_no_finding_of_axe_with_and_without_the_drawer(page, address, findings):
    found = []

    def look(what):
        found.extend((what, *one) for one in findings(page))

    for path in KINDS:
        page.goto(address + path)
        look(path)
    for where, thing in PLACES.values():
        page.goto(address + where)
        link_to(page, thing).click()
        opened(page)
        look(thing)
    assert found == []


def test_chronicle__every_kind_of_page_is_reached_from_the_first_by_its_links(page, address):
    seen, waiting = {}, ["/"]
    while waiting:
        where = waiting.pop(0)
        kind = (where.split("/")[1], where.count("/") > 1)
        if kind in seen:
            continue
        answer = page.goto(address + where)
        assert answer.status == 200, where
        seen[kind] = where
        waiting += [
            link
            for link in page.locator("a[href^='/']").evaluate_all(
                "links => links.map(link => new URL(link.href).pathname)"
            )
            if not link.startswith(("/api", "/static"))
        ]
    wanted = "events days map places actors figures sources systems parameters raids".split()
    assert {(kind, below) for kind in wanted for below in (False, True)} <= set(seen)


def test_downloads__are_what_the_interface_says(page, address):
    page.goto(address + "/about#data")
    for name in ("raids", "figures", "parameters"):
        rows = page.request.get(f"{address}/api/{name}").json()["rows"]
        with page.expect_download() as kept:
            page.locator(f"a[href='/api/{name}?format=csv']").click()
        text = kept.value.path().read_text()
        table = list(csv.DictReader(io.StringIO(text)))
        key = "id" if name != "parameters" else "name"
        assert [row[key] for row in table] == [row[key] for row in rows]
    with page.expect_download() as kept:
        page.locator("a[href='/api/raids?format=geojson']").click()
    features = json.loads(kept.value.path().read_text())["features"]
    assert len(features) == len(page.request.get(f"{address}/api/raids").json()["rows"])


def test_print__an_article_stands_on_paper_without_drawer_menu_or_theme(page, address):
    page.goto(address + "/events/1951-10-23-namsi-raid")
    page.emulate_media(media="print")
    for hidden in ("nav.main", ".theme", ".skip", ".steps"):
        assert not page.locator(hidden).first.is_visible(), hidden
    page.locator("main a[data-provenance^='source:']").first.click()
    assert not page.locator("dialog").is_visible()
    assert page.locator("h1").is_visible()
    assert page.locator("figure.map").is_visible()
