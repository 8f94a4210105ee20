"""Frames a second of timeline and playback: ``play_frames.py [FRAMES]`` plays them in Chromium without a GPU.

A timeline of 1,000 made-up entries is played and is zoomed with every frame; then the page itself is played:
the record on one map, and two policies of the model on two. The bar is 55 frames a second in the mean. A
browser gives no more than 60.
"""

import json
import random
import urllib.request
from datetime import date, timedelta
from typing import Final

import numpy as np
from frames import Rows, atlas_in_chromium, row_of, run
from playwright.sync_api import Browser, CDPSession, Page

ENTRIES: Final = 1000
PAIR: Final = "play=pair&policy=banfill&against=historical&wars=64"
PLAY: Final = "document.querySelector('button.play').click()"
ZOOM: Final = """
  const line = document.querySelector('.canvases');
  const { left, width } = line.getBoundingClientRect();
  const wheel = (n) => line.dispatchEvent(new WheelEvent('wheel', { ctrlKey: true, cancelable: true,
    clientX: left + width / 2, deltaY: Math.floor(n / 12) % 2 ? 1 : -1 }));
"""
MEASURE: Final = """
  const steps = [];
  await new Promise((done) => {
    let before = performance.now();
    const step = (now) => {
      EACH
      steps.push(now - before);
      before = now;
      if (steps.length < FRAMES) requestAnimationFrame(step); else done();
    };
    requestAnimationFrame(step);
  });
  return steps.slice(20);
"""


def crowded(address: str) -> str:
    """Return the server's timeline with made-up entries in the place of its own, all lanes alike."""
    luck = random.Random(1)
    with urllib.request.urlopen(f"{address}/api/timeline") as answer:
        told = json.load(answer)
    lanes, model = [lane["id"] for lane in told["lanes"]], told["rows"][0]
    rows = []
    for number in range(ENTRIES):
        start = date(1951, 6, 1) + timedelta(days=luck.randrange(780))
        end = start + timedelta(days=luck.choice((0, 0, 0, 5, 30)))
        precision = luck.choice(("day", "day", "recalled_day", "month"))
        own = {"id": f"made-up-{number}", "lane": lanes[number % len(lanes)], "title": f"Entry {number}"}
        rows.append({**model, **own, "start": str(start), "end": str(end), "precision": precision})
    return json.dumps({**told, "rows": rows})


def opened(browser: Browser, address: str, question: str, timeline: str | None) -> Page:
    """Return the page awake, with its maps drawn."""
    page = browser.new_page(viewport={"width": 1100, "height": 800})
    if timeline is not None:
        page.route(
            "**/api/timeline", lambda route: route.fulfill(body=timeline, content_type="application/json")
        )
    page.goto(f"{address}/play?date=1951-07-10&{question}")
    page.wait_for_selector(".map-box canvas")
    if "play=" in question:
        page.wait_for_selector(".model", timeout=120_000)
    page.wait_for_timeout(1500)
    return page


def measured(page: Page, before: str, each: str, frames: int) -> tuple[np.ndarray, float]:
    """Return milliseconds between frames while something is done, before or at each, and the work in one."""
    code = MEASURE.replace("EACH", each).replace("FRAMES", str(frames))
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    idle = busy_s(session)
    steps = page.evaluate(f"async () => {{ {before} {code} }}")
    work = 1000 * (busy_s(session) - idle) / frames
    page.close()
    return np.array(steps), work


def busy_s(session: CDPSession) -> float:
    """Return the processor time that the page's own thread has taken, in seconds."""
    told = session.send("Performance.getMetrics")["metrics"]
    return next(float(one["value"]) for one in told if one["name"] == "TaskDuration")


def measure(frames: int) -> Rows:
    """Play everything and return frames a second, milliseconds a frame and its work, by what is played."""
    rows = {}
    with atlas_in_chromium() as (browser, address):
        timeline = crowded(address)
        plays = (
            (f"{ENTRIES:,} entries, record, one map", "", timeline, PLAY, ""),
            (f"{ENTRIES:,} entries, zoomed each frame", "", timeline, ZOOM, "wheel(steps.length);"),
            ("record, one map", "", None, PLAY, ""),
            ("two policies, two maps", PAIR, None, PLAY, ""),
            (f"{ENTRIES:,} entries, two maps", PAIR, timeline, PLAY, ""),
        )
        for name, question, entries, before, each in plays:
            took, work = measured(opened(browser, address, question, entries), before, each, frames)
            rows[name] = {**row_of(took), "work_ms": work}
    return rows


if __name__ == "__main__":
    run(__doc__, measure)
