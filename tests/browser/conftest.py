"""Tests in a real browser: Debian's Chromium through Playwright.

Without either they deselect themselves; where STALEMATE_BROWSER is "required" that is a failure.
"""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
MISSING = [
    what
    for what, there in (
        ("playwright", find_spec("playwright")),
        ("axe-playwright-python", find_spec("axe_playwright_python")),
        ("a Chromium on the path", CHROMIUM),
    )
    if not there
]
HERE = Path(__file__).parent
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""The rules of axe that a page must keep: WCAG 2.2, A and AA, and good practice."""


def pytest_collection_modifyitems(config, items):
    mine = [item for item in items if HERE in item.path.parents]
    if MISSING and mine:
        if os.environ.get("STALEMATE_BROWSER") == "required":
            raise pytest.UsageError(f"tests/browser must run here, and {', '.join(MISSING)} was not found")
        config.hook.pytest_deselected(items=mine)
        items[:] = [item for item in items if item not in mine]


def pytest_terminal_summary(terminalreporter):
    if MISSING:
        terminalreporter.write_line(f"tests/browser was left out: {', '.join(MISSING)} not found")


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """Serve the atlas as the command does, on a free port, with a folder of runs of its own."""
    script = "import sys\nfrom stalemate.interfaces.cli import main\nmain(['atlas', *sys.argv[1:]])"
    runs = str(tmp_path_factory.mktemp("bench") / "runs")
    process = subprocess.Popen(
        [sys.executable, "-c", script, "--no-browser", "--port", "0", "--runs", runs],
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process.stdout.readline().split()[1].rstrip("/")
    process.kill()
    process.communicate()


@pytest.fixture(scope="session")
def browser():
    """Start Chromium once."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield started
        started.close()


@pytest.fixture
def page(browser, request):
    """Open a page with a theme and a width; everything it asks for is kept in ``asked``."""
    theme, width = getattr(request, "param", ("light", 1100))
    context = browser.new_context(color_scheme=theme, viewport={"width": width, "height": 800})
    opened = context.new_page()
    opened.asked = []
    opened.on("request", lambda one: opened.asked.append(one.url))
    yield opened
    context.close()


@pytest.fixture
def findings():
    """Return a function of a page: what axe finds on it as it stands, and by how much it is too wide."""
    from axe_playwright_python.sync_playwright import Axe

    axe = Axe()

    def of(page):
        violations = axe.run(page, options={"runOnly": RULES}).response["violations"]
        found = [(one["id"], one["nodes"][0]["html"]) for one in violations]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return found + ([("wider than the window", wide)] if wide > 0 else [])

    return of
