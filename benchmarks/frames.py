"""What the benchmarks of frames share: an atlas with a browser before it, and frames a second as a table."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from machine import here, parser_of, tell
from playwright.sync_api import Browser, sync_playwright

Rows = dict[str, dict[str, float]]


@contextmanager
def atlas_in_chromium() -> Iterator[tuple[Browser, str]]:
    """Give a Chromium without a GPU, and the address of an atlas that ends with the block."""
    command = "import sys; from stalemate.interfaces.cli import main; main(['atlas', *sys.argv[1:]])"
    server = subprocess.Popen(
        [sys.executable, "-c", command, "--no-browser", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        address = server.stdout.readline().split()[1].rstrip("/")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"),
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            )
            yield browser, address
            browser.close()
    finally:
        server.terminate()
        server.wait()


def row_of(steps: Sequence[float]) -> dict[str, float]:
    """Return mean frames a second and percentiles of a frame from the milliseconds between frames."""
    took = np.asarray(steps)
    middle, p95 = np.percentile(took, (50, 95))
    rate, worst = 1000 / took.mean(), took.max()
    return {"frames_per_s": rate, "median_ms": middle, "p95_ms": p95, "worst_ms": worst}


def run(program: str | None, measure: Callable[[int], Rows]) -> None:
    """Read the options, measure that many frames of each thing played, and print."""
    parser = parser_of(program)
    parser.add_argument("frames", nargs="?", type=int, default=600, help="frames of each measurement")
    options = parser.parse_args()
    machine, found = here("playwright"), measure(options.frames)
    tell(machine, found, as_json=options.json, show=lambda: _show(found))


def _show(rows: Rows) -> None:
    wide = max(map(len, rows)) + 1
    heads = [
        name.removesuffix("_ms").replace("frames_per_s", "frames/s") for name in next(iter(rows.values()))
    ]
    print(f"{'played':<{wide}}" + " ".join(f"{head:>8}" for head in heads))
    for name, row in rows.items():
        print(f"{name:<{wide}}" + " ".join(f"{value:8.1f}" for value in row.values()))
