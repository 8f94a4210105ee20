"""The map of a day in a browser: by keyboard and by pointer, its address, its files against the interface."""

import io
import json
import struct
from urllib.parse import parse_qs, urlsplit

import pytest

DAY = "/map/1952-06-23"
SIGHTS = [(theme, width) for theme in ("light", "dark") for width in (1100, 360)]


def opened(page, address, path=DAY):
    page.goto(address + path)
    page.wait_for_selector("[data-ready]")
    page.wait_for_timeout(100)
    return page.get_by_role("application")


def chosen(page):
    found = page.locator("[role=option][aria-selected=true]")
    return found.get_attribute("data-id") if found.count() else None


def ids(page):
    return [one.get_attribute("data-id") for one in page.locator("[role=option]").all()]


def api(page, address, path):
    answer = page.request.get(f"{address}/api/{path}")
    assert answer.status == 200
    return answer.json()


@pytest.mark.parametrize("page", SIGHTS, indirect=True, ids=lambda sight: f"{sight[0]}-{sight[1]}")
def test_map__has_no_finding_of_axe_with_a_card_and_its_keys_open(page, address, findings):
    failed = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.on("console", lambda one: failed.append(one.text) if one.type == "error" else None)
    opened(
        page, address, DAY + "?layers=events,raids,front,towns,damage,targets,zones,rail&seen=zone:mig-alley"
    )
    page.get_by_role("button", name="Keys").click()
    assert findings(page) == []
    small = page.locator("[data-island] button, [data-island] label:has(input), [data-island] [role=option]")
    assert min(one.bounding_box()["height"] for one in small.all() if one.bounding_box()) >= 24
    assert failed == []
    assert [url for url in page.asked if not url.startswith((address, "blob:"))] == []


def test_map__is_drawn_and_told_by_its_own_name(page, address):
    frame = opened(page, address)
    assert frame.get_attribute("aria-label") == "Map of Korea on 23 June 1952"
    ground = page.locator("canvas").first
    colours = ground.evaluate(
        "c => new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size"
    )
    assert colours > 20
    assert page.get_by_role("img").count() == 0


def test_map__the_list_holds_what_the_interface_tells_of_the_day(page, address):
    opened(page, address)
    found = ids(page)
    question = "since=1952-06-23&until=1952-06-23"
    events = {f"event:{row['id']}" for row in api(page, address, f"events?{question}")["rows"]}
    raids = {f"raid:{row['id']}" for row in api(page, address, f"raids?{question}")["rows"]}
    zones = {f"zone:{row['id']}" for row in api(page, address, "zones?date=1952-06-23")["rows"]}
    assert events | raids | zones <= set(found)
    assert len(events) >= 1
    assert len(raids) >= 4
    rails = [row for row in api(page, address, "links?date=1952-06-23")["rows"] if row["mode"] == "rail"]
    assert len([id for id in found if id.startswith("link:")]) == len(rails)
    assert len(found) == len(set(found))
    assert page.get_by_role("listbox").get_attribute("data-count") == str(len(found))


def test_map__by_keyboard_alone(page, address):
    opened(page, address).focus()
    page.keyboard.press("n")
    first = chosen(page)
    assert first.startswith("event:")
    page.keyboard.press("n")
    second = chosen(page)
    assert second.startswith("raid:")
    page.keyboard.press("p")
    assert chosen(page) == first
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(lambda url: "zoom=1.5" in url)
    page.keyboard.press("0")
    page.wait_for_url(lambda url: "zoom" not in url)
    page.keyboard.press("?")
    assert page.get_by_text("next and previous thing within the map").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/events/{first.partition(':')[2]}")


def test_map__letters_can_be_switched_off(page, address):
    frame = opened(page, address)
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Switch off the keys").check()
    frame.focus()
    page.keyboard.press("n")
    assert chosen(page) is None


def test_map__the_list_by_keyboard_shows_a_thing_on_the_map(page, address):
    opened(page, address)
    page.get_by_role("listbox").focus()
    page.keyboard.press("End")
    page.keyboard.press("Home")
    page.keyboard.press("s")
    page.keyboard.press("Enter")
    found = chosen(page)
    name = page.locator("[role=option][aria-selected=true]").inner_text()
    assert name.lower().startswith("s")
    assert page.locator("#map-chosen").inner_text() in name
    page.wait_for_url(lambda url: "seen=" in url)
    page.reload()
    page.wait_for_selector("[data-ready]")
    assert chosen(page) == found


def test_map__by_pointer_hover_click_drag_and_wheel(page, address):
    frame = opened(page, address, DAY + "?layers=towns&zoom=6&lon=125.754&lat=39.034")
    box = frame.bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.wait_for_selector(".tip")
    assert "Pyongyang" in page.locator(".tip").inner_text()
    assert page.locator(".tip [lang=ko]").inner_text() == "평양"
    page.mouse.click(*middle)
    assert chosen(page) == "place:c_pyongyang"
    told = page.locator(".card").inner_text()
    assert "Destroyed: 75 % by 27 July 1953" in told
    assert page.locator(".card a[data-provenance='figure:city_pyongyang']").count() == 1
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 80, middle[1] + 40, steps=4)
    page.mouse.up()
    page.wait_for_url(lambda url: "lon=125.754" not in url)
    frame.focus()
    page.mouse.wheel(0, -200)
    page.wait_for_url(lambda url: float(parse_qs(urlsplit(url).query)["zoom"][0]) > 6.5)


def test_map__layers_are_in_the_address_and_come_back(page, address):
    opened(page, address)
    before = len(ids(page))
    page.get_by_role("checkbox", name="Airfields").uncheck()
    page.get_by_role("checkbox", name="Targets of the scenario").check()
    targets = api(page, address, "targets?date=1952-06-23")["rows"]
    assert len([id for id in ids(page) if id.startswith("target:")]) == len(targets)
    after = ids(page)
    assert len(after) != before
    page.reload()
    page.wait_for_selector("[data-ready]")
    assert not page.get_by_role("checkbox", name="Airfields").is_checked()
    assert ids(page) == after


def test_map__steps_by_day_and_month_and_back(page, address):
    opened(page, address)
    page.get_by_role("button", name="A day on").click()
    page.wait_for_selector("[data-ready][data-date='1952-06-24']")
    assert page.url.endswith("/map/1952-06-24")
    assert page.inner_text("h1") == "Map, 24 June 1952"
    page.get_by_role("button", name="A month on").click()
    page.wait_for_selector("[data-ready][data-date='1952-07-24']")
    page.go_back()
    page.wait_for_selector("[data-ready][data-date='1952-06-24']")
    assert page.inner_text("h1") == "Map, 24 June 1952"
    page.get_by_label("Another day").fill("1953-07-27")
    page.get_by_role("button", name="Show").click()
    page.wait_for_selector("[data-ready][data-date='1953-07-27']")
    assert "border:armistice-line" in ids(page)
    assert "zone:demilitarised" in ids(page)
    page.get_by_role("button", name="A day back").click()
    page.wait_for_selector("[data-ready][data-date='1953-07-26']")
    assert "border:armistice-line" not in ids(page)


def test_map__files_hold_what_is_shown(page, address):
    opened(page, address, DAY + "?layers=events,raids,zones")
    with page.expect_download() as waited:
        page.get_by_role("button", name="GeoJSON").click()
    assert waited.value.suggested_filename == "stalemate-map-1952-06-23.geojson"
    with open(waited.value.path(), encoding="utf-8") as file:
        body = json.load(file)
    assert [one["id"] for one in body["features"]] == ids(page)
    assert body["metadata"]["rows"] == len(body["features"])
    raids = api(page, address, "raids?since=1952-06-23&until=1952-06-23&format=geojson")["features"]
    places = {f"raid:{one['properties']['id']}": one["geometry"] for one in raids}
    found = {one["id"]: one["geometry"] for one in body["features"] if one["id"] in places}
    assert found == places
    with page.expect_download() as waited:
        page.get_by_role("button", name="PNG").click()
    with open(waited.value.path(), "rb") as file:
        head = io.BytesIO(file.read(24))
    assert head.read(8) == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", head.getvalue()[16:24])
    box = page.get_by_role("application").bounding_box()
    assert (width, height) == pytest.approx((box["width"] - 2, box["height"] - 2), abs=2)


def test_map__prints_the_picture_of_the_server(page, address):
    opened(page, address)
    page.emulate_media(media="print")
    assert page.locator("figure.map").is_visible()
    assert not page.get_by_role("application").is_visible()


def test_map__without_script_has_the_same_day(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "/map/1953-07-27")
    assert page.locator("figure.map").is_visible()
    assert "Military demarcation line" in page.inner_text("figure.map")
    assert "Sariwon" in page.inner_text("main")
    page.goto(address + "/places/c_sinuiju")
    assert page.locator("[lang=ko]").inner_text() == "신의주"
    assert page.locator("[lang=ko-Hani]").inner_text() == "新義州"
    page.goto(address + "/zones")
    assert page.locator("h3#panmunjom").is_visible()
    context.close()


@pytest.mark.parametrize("page", [("light", 360)], indirect=True)
def test_map__names_of_the_server_are_readable_on_a_narrow_screen(page, address):
    page.emulate_media(media="print")
    page.emulate_media(media="screen")
    page.route("**/main.js", lambda route: route.abort())
    page.goto(address + "/map/1951-10-23")
    heights = [one.bounding_box()["height"] for one in page.locator("figure.map g.narrow text").all()]
    assert len(heights) > 5
    assert min(heights) >= 12
    assert not page.locator("figure.map g.wide").is_visible()
