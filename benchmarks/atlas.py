"""How quickly the atlas answers: ``atlas.py [REPEATS]`` starts the command and asks it.

The bars: the first answer within 1 s of the command; 95 of 100 answers of the interface for programs within
50 ms, of questions within 150 ms; first contentful paint within 500 ms, in Chromium where it and Playwright
are installed.
"""

import shutil
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from importlib.util import find_spec
from typing import Any

import numpy as np
from machine import Spread, here, parser_of, tell

QUESTIONS = (
    "When was the Namsi raid?",
    "How many sorties hit Pyongyang in August 1952?",
    "Who sells coffee?",
)
API = (
    "/api/events",
    "/api/events?since=1952-06-01&until=1952-06-30&format=geojson",
    "/api/events/1951-10-23-namsi-raid",
    "/api/figures?topic=supply",
    "/api/figures/rail_cuts",
    "/api/places?format=geojson",
    "/api/raids",
    "/api/front-lines?date=1952-01-01",
    "/api/network?format=geojson",
)
PAGES = ("/", "/events", "/events/1951-10-23-namsi-raid", "/map/1951-10-23", "/figures/rail_cuts", "/story")
ASKED = tuple(f"/ask?q={urllib.parse.quote(question)}" for question in QUESTIONS)


def took_ms(address: str) -> float:
    """Return how long one answer took, read to its end."""
    began = time.perf_counter()
    with urllib.request.urlopen(address) as answer:
        answer.read()
    return 1000 * (time.perf_counter() - began)


def paints_ms(address: str, path: str, repeats: int) -> list[float]:
    """Return when a page first showed something, each time with an empty cache."""
    from playwright.sync_api import sync_playwright

    told = """() => new Promise((tell) => {
        new PerformanceObserver((list) => tell(list.getEntriesByName("first-contentful-paint")[0].startTime))
            .observe({ type: "paint", buffered: true });
    })"""
    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-background-networking"]
        )
        for _ in range(repeats):
            page = browser.new_context().new_page()
            page.goto(address + path)
            found.append(page.evaluate(told))
            page.context.close()
        browser.close()
    return found


def measure(repeats: int) -> dict[str, Any]:
    """Start the atlas, ask it, and return seconds to the first answer and milliseconds by group and page."""
    script = "import sys\nfrom stalemate.interfaces.cli import main\nmain(['atlas', *sys.argv[1:]])"
    found: dict[str, Any] = {"repeats": repeats, "answers": {}, "first_paint_ms": {}}
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", script, "--no-browser", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split()[1].rstrip("/")
        took_ms(f"{address}/")
        found["first_answer_s"] = time.perf_counter() - began
        time.sleep(4)
        for name, paths in (("api", API), ("ask", ASKED), ("pages", PAGES)):
            times = [took_ms(address + path) for _ in range(repeats) for path in paths]
            found["answers"][name] = {
                "median_ms": float(np.median(times)),
                "p95_ms": float(np.quantile(times, 0.95)),
            }
        if find_spec("playwright") and shutil.which("chromium"):
            for path in PAGES:
                found["first_paint_ms"][path] = Spread.of(paints_ms(address, path, max(3, repeats // 10)))
    finally:
        process.terminate()
        process.wait()
    return found


def show(found: dict[str, Any]) -> None:
    """Print one line a figure."""
    print(f"first answer: {found['first_answer_s']:.2f} s after the command")
    for name, row in found["answers"].items():
        print(f"{name}: median {row['median_ms']:.1f} ms, p95 {row['p95_ms']:.1f} ms")
    for path, paint in found["first_paint_ms"].items():
        print(f"first paint of {path}: median {paint.median:.0f} ms, most {paint.most:.0f} ms")


def main() -> None:
    """Print the time to the first answer, then median and 95th percentile of each group."""
    parser = parser_of(__doc__)
    parser.add_argument("repeats", nargs="?", type=int, default=50, help="times each path is asked")
    options = parser.parse_args()
    machine = here("fastapi", "uvicorn", "playwright")
    found = measure(options.repeats)
    tell(machine, found, as_json=options.json, show=lambda: show(found))


if __name__ == "__main__":
    main()
