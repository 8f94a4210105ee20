"""The workbench in a browser: runs asked for by keyboard and by pointer, watched, stopped, read, saved."""

import csv
import io
import json
import struct
import time
import urllib.request
import xml.parsers.expat
import zipfile

import pytest

SIGHTS = [(theme, width) for theme in ("light", "dark") for width in (1100, 360)]
SMALL = {"policies": ["banfill", "historical"], "replicates": 24}
LONG_MS = 120_000


def asked(address, path, body=None):
    """Return what the interface for programs answers."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"origin": address, "content-type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{address}/api{path}", data, headers)) as answer:
        return json.loads(answer.read())


def until(page, holds):
    """Wait for something to hold."""
    for _ in range(LONG_MS // 100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never held")


@pytest.fixture(scope="module")
def run(address):
    """Return the name of a small run that is done and has its answer."""
    name = asked(address, "/runs", SMALL)["name"]
    with urllib.request.urlopen(f"{address}/api/runs/{name}/progress") as stream:
        assert "event: end" in stream.read().decode()
    return name


@pytest.fixture(scope="module")
def stopped(address, run):
    """Return the name of a run that was stopped."""
    name = asked(address, "/runs", SMALL | {"replicates": 3000, "seed": 7})["name"]
    asked(address, f"/runs/{name}/stop", {})
    while asked(address, f"/runs/{name}")["state"] != "stopped":
        time.sleep(0.1)
    return name


@pytest.mark.parametrize("page", SIGHTS, indirect=True, ids=lambda sight: f"{sight[0]}-{sight[1]}")
def test_pages__have_no_finding_of_axe_and_fit_their_width(page, address, run, stopped, findings):
    found = []
    for path in (
        "/runs",
        "/runs?policies=smart,none&ranges=grain_need_t:0.2..0.25",
        f"/runs/{run}",
        f"/runs/{stopped}",
    ):
        page.goto(address + path)
        page.wait_for_selector("[data-island][data-awake]")
        found += [(path, *one) for one in findings(page)]
    assert found == []
    assert [url for url in page.asked if not url.startswith(address)] == []


def test_form__the_address_follows_and_fills_it_again(page, address):
    page.goto(address + "/runs")
    page.wait_for_selector("[data-island=runform][data-awake]")
    page.get_by_label("wars of each").fill("64")
    page.get_by_label("Policy 1").fill("smart")
    page.get_by_label("truck_payload_t, from").press("ArrowUp")
    page.get_by_label("truck_payload_t, to").press("PageDown")
    page.wait_for_url("**ranges=truck_payload_t%3A2.03..3.05")
    assert "policies=smart%2Chistorical&replicates=64" in page.url
    assert "128 wars in all" in page.inner_text("main")
    page.reload()
    page.wait_for_selector("[data-island=runform][data-awake]")
    assert page.get_by_label("Policy 1").input_value() == "smart"
    assert page.get_by_label("truck_payload_t, to").input_value() == "3.05"


def test_form__any_other_number_can_be_narrowed(page, address):
    page.goto(address + "/runs")
    choice = page.get_by_label("another number")
    choice.focus()
    page.wait_for_selector("option[value=grain_need_t]", state="attached")
    choice.select_option("grain_need_t")
    page.get_by_role("button", name="Add it").click()
    assert page.evaluate("document.activeElement.name") == "low.grain_need_t"
    page.keyboard.type("0.2")
    page.get_by_label("grain_need_t, to").press("Home")
    page.wait_for_url("**ranges=grain_need_t%3A0.2..0.19")
    page.get_by_role("button", name="Run it").click()
    assert "grain_need_t is narrowed to 0.2 to 0.19; expected low <= high" in page.inner_text("[role=alert]")
    assert page.get_by_label("grain_need_t, from").input_value() == "0.2"


def test_run__by_keyboard_watched_reloaded_stopped_and_resumed(page, address, run):
    page.goto(address + "/runs?replicates=2500&seed=11")
    page.wait_for_selector("[data-island=runform][data-awake]")
    page.get_by_label("Policy 1").press("Enter")
    page.wait_for_url(f"{address}/runs/*")
    bar = page.locator(".with-script progress")
    until(page, lambda: bar.evaluate("one => one.value") > 0)
    before = bar.evaluate("one => one.value")
    page.reload()
    until(page, lambda: bar.count() == 1 and bar.evaluate("one => one.value") >= before)
    page.get_by_role("button", name="Stop it").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Go on").wait_for(timeout=LONG_MS)
    name = page.url.rpartition("/")[2]
    assert asked(address, f"/runs/{name}")["state"] == "stopped"
    assert page.evaluate("document.activeElement.textContent") == "Go on"
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Stop it").click(timeout=LONG_MS)
    page.get_by_role("button", name="Go on").wait_for(timeout=LONG_MS)


def test_run__by_pointer_from_the_form_to_its_answer(page, address, run):
    page.goto(address + "/runs")
    page.get_by_label("wars of each").fill("24")
    page.get_by_label("seed").fill("2")
    page.get_by_label("Policy 1").fill("none")
    page.get_by_role("button", name="Run it").click()
    page.wait_for_selector("h3:has-text('What may be said')", timeout=LONG_MS)
    assert page.inner_text("h1") == "none against historical"
    page.get_by_role("link", name="Ask with a change").click()
    page.wait_for_url("**/runs?policies=none%2Chistorical&replicates=24&seed=2")


def test_run__downloads_are_what_the_interface_says(page, address, run):
    page.goto(f"{address}/runs/{run}")
    answer = asked(address, f"/runs/{run}/answer")

    def saved(selector):
        with page.expect_download() as waiting:
            page.locator(selector).click()
        return waiting.value.path().read_bytes()

    for key in ("differences-0", "weekly-front-tonnes", "causes-1"):
        told = asked(address, f"/runs/{run}/tables/{key}")
        table = list(csv.reader(io.StringIO(saved(f'a[href$="{key}?format=csv"]').decode())))
        assert table[1:] == [["" if cell is None else str(cell) for cell in row] for row in told["rows"]]
        assert json.loads(saved(f'a[href$="{key}?format=json"]')) == told
        assert told["metadata"]["run"] == run
    medians = {
        row["name"]: row["difference"]["median"] for row in answer["pairs"][0]["comparison"]["outcomes"]
    }
    rows = asked(address, f"/runs/{run}/tables/differences-0")
    at = [column["name"] for column in rows["columns"]].index("difference_median")
    assert {row[0]: row[at] for row in rows["rows"]} == medians
    picture = saved('a[href$="dots-0-civilian-deaths?format=svg"]')
    xml.parsers.expat.ParserCreate().Parse(picture, True)
    with zipfile.ZipFile(io.BytesIO(saved("a[href$=bundle]"))) as archive:
        assert {"README.txt", "question.json", "run/manifest.json"} <= set(archive.namelist())


def test_run__a_chart_is_saved_as_points(page, address, run):
    page.goto(f"{address}/runs/{run}")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="civilians killed: banfill less historical, as PNG").click()
    assert waiting.value.suggested_filename == f"{run}-dots-0-civilian-deaths.png"
    data = waiting.value.path().read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">I", data[16:20])[0] == 1280


def test_chart__any_week_is_told_by_keys_and_by_pointer(page, address, run):
    page.goto(f"{address}/runs/{run}")
    series = next(
        one for one in asked(address, f"/runs/{run}/answer")["weekly"] if one["quantity"] == "front_tonnes"
    )
    figure = page.locator("#weekly-front_tonnes")
    slider = figure.get_by_role("slider")
    slider.focus()
    for key in ("End", "Home", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    figure.locator("svg[class*=plot]").wait_for()
    told = slider.get_attribute("aria-valuetext")
    assert "24 July 1951" in told
    assert f"banfill {round(series['tracks'][0]['median'][2]):,}" in told
    figure.locator("svg[class*=plot]").hover(position={"x": 500, "y": 100})
    until(page, lambda: slider.get_attribute("aria-valuetext") != told)


def test_pages__a_run_reads_and_works_without_script(browser, address, run, stopped):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "/runs")
    page.get_by_label("wars of each").fill("24")
    page.get_by_role("button", name="Run it").click()
    assert page.url == f"{address}/runs/{run}"
    assert page.locator("svg.chart").count() == 14
    assert "Harm to civilians" in page.inner_text("main")
    page.goto(f"{address}/runs/{stopped}")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Stop it").click()
    assert page.url == f"{address}/runs/{stopped}"
    context.close()
