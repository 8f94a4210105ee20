"""Frames a second of the map: ``atlas_frames.py [FRAMES]`` plays the record in Chromium without a GPU.

What is played: the whole network with states and widths that change with every frame, the front as two lines
with bands, all events and raids, 10,000 points, all marks and names, on 1,100 by 800 pixels. The bars are 55
frames a second in the mean and a 95th percentile of 20 ms. A browser gives no more than 60.
"""

import runpy
import tempfile
from pathlib import Path
from typing import Any

from frames import Rows, atlas_in_chromium, row_of, run
from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[1]
FRONTEND = ROOT / "frontend"


def script(folder: Path) -> bytes:
    """Return what is measured as one script, built from its sources."""
    assets = runpy.run_path(str(FRONTEND / "assets.py"))
    assets["_install"]()
    assets["_npm"](
        "exec",
        "--",
        "vite",
        "build",
        "--config",
        "tests/bench/vite.config.ts",
        "--logLevel",
        "warn",
        "--emptyOutDir",
        "--outDir",
        str(folder),
    )
    return (folder / "frames.js").read_bytes()


def played(browser: Browser, address: str, code: bytes, frames: int) -> dict[str, Any]:
    """Return milliseconds between frames by what was played."""
    page = browser.new_page(viewport={"width": 1100, "height": 800})
    page.route("**/frames.js", lambda route: route.fulfill(body=code, content_type="text/javascript"))
    page.goto(f"{address}/about")
    found: dict[str, Any] = page.evaluate(
        "async (frames) => (await import('/frames.js')).measure(frames)", frames
    )
    page.close()
    return found


def measure(frames: int) -> Rows:
    """Play everything and return frames a second and milliseconds a frame, by what was played."""
    with atlas_in_chromium() as (browser, address), tempfile.TemporaryDirectory() as folder:
        found = played(browser, address, script(Path(folder)), frames)
    return {name: row_of(steps) for name, steps in found.items()}


if __name__ == "__main__":
    run(__doc__, measure)
