"""Frames a second of the map: ``atlas_frames.py [FRAMES]`` plays the record in Chromium without a GPU.

What is played: the whole network with states and widths that change with every frame, the front as two lines
with bands, all events and raids, 10,000 points, all marks and names, on 1,100 by 800 pixels. The bars are 55
frames a second in the mean and a 95th percentile of 20 ms. A browser gives no more than 60.
"""

import argparse
import runpy
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from machine import here, tell
from playwright.sync_api import Browser, sync_playwright

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


def measure(frames: int) -> dict[str, dict[str, float]]:
    """Play everything and return frames a second and milliseconds a frame, by what was played."""
    command = "import sys; from stalemate.interfaces.cli import main; main(['atlas', *sys.argv[1:]])"
    server = subprocess.Popen(
        [sys.executable, "-c", command, "--no-browser", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        address = server.stdout.readline().split()[1].rstrip("/")
        with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"),
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            )
            found = played(browser, address, script(Path(folder)), frames)
            browser.close()
    finally:
        server.terminate()
        server.wait()
    rows = {}
    for name, steps in found.items():
        took = np.array(steps)
        middle, p95 = np.percentile(took, (50, 95))
        rate, worst = 1000 / took.mean(), took.max()
        rows[name] = {"frames_per_s": rate, "median_ms": middle, "p95_ms": p95, "worst_ms": worst}
    return rows


def show(rows: dict[str, dict[str, float]]) -> None:
    """Print one line for each thing played."""
    print(f"{'played':<26} {'frames/s':>8} {'median':>8} {'p95':>8} {'worst':>8}")
    for name, row in rows.items():
        print(f"{name:<26} " + " ".join(f"{value:8.1f}" for value in row.values()))


def main() -> None:
    """Print mean frames a second and percentiles of a frame, in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("frames", nargs="?", type=int, default=600, help="frames of each measurement")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args()
    machine, found = here("playwright"), measure(options.frames)
    tell(machine, found, as_json=options.json, show=lambda: show(found))


if __name__ == "__main__":
    main()
