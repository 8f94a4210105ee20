"""One page of each template in a browser: both themes, two widths, axe, nothing from elsewhere, keyboard."""

import pytest

PAGES = (
    "/",
    "/story",
    "/events",
    "/events/1951-10-23-namsi-raid",
    "/months/1952-06",
    "/days",
    "/days/07-27",
    "/map",
    "/map/1951-10-23",
    "/zones",
    "/places",
    "/places/c_pyongyang",
    "/actors",
    "/actors/unc",
    "/figures/rail_cuts",
    "/topics/supply",
    "/sources",
    "/sources/crane-2001",
    "/systems",
    "/systems/transport",
    "/about",
    "/ask",
    "/ask?q=When was the Namsi raid?",
    "/nowhere",
)
SIGHTS = [(theme, width) for theme in ("light", "dark") for width in (1100, 360)]


@pytest.mark.parametrize("page", SIGHTS, indirect=True, ids=lambda sight: f"{sight[0]}-{sight[1]}")
def test_pages__have_no_finding_of_axe_and_fit_their_width(page, address, findings):
    found = []
    for path in PAGES:
        page.goto(address + path)
        found += [(path, *one) for one in findings(page)]
    assert found == []
    assert [url for url in page.asked if not url.startswith(address)] == []


def test_pages__the_first_tab_leads_to_the_content(page, address):
    page.goto(address + "/events")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the content"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


def test_map__another_day_by_keyboard(page, address):
    page.goto(address + "/map/1951-10-23")
    page.get_by_label("Another day").fill("1952-06-23")
    page.keyboard.press("Enter")
    page.wait_for_url("**/map/1952-06-23")
    page.get_by_role("option", name="Suiho and other power plants bombed").wait_for()


def test_ask__by_keyboard(page, address):
    page.goto(address + "/ask")
    page.get_by_label("Question").fill("When was the Namsi raid?")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ask?q=*")
    assert "The record says" in page.inner_text("main")


def test_pages__go_back_and_forth_through_the_chronicle(page, address):
    page.goto(address + "/events/1951-10-23-namsi-raid")
    page.locator("a[rel=next]").click()
    assert page.inner_text("h1") == "Sunchon raid"
    page.go_back()
    assert page.inner_text("h1") == "Namsi raid"
