"""Time to load and index the record, and to answer a question: median, 95th percentile and slowest.

Run ``python benchmarks/ask.py [--json]``. Every question of ``tests/questions/ask.csv`` is asked twenty times
by one thread, then hostile texts of up to ten thousand letters. Values are milliseconds.
"""

import csv
import time
from pathlib import Path
from statistics import median, quantiles

from machine import here, parser_of, tell

from stalemate.evidence.ask import Archive
from stalemate.evidence.chronicle import Chronicle
from stalemate.evidence.ledger import Ledger

QUESTIONS = Path(__file__).resolve().parents[1] / "tests" / "questions" / "ask.csv"
REPEATS = 20
HOSTILE = (
    "a " * 5_000,
    "(" * 10_000,
    '" OR ' * 80,
    "suiho " * 66,
    "how many " * 44,
    "\u0301" * 399,
    "@ to " * 79,
)


def show(rows: dict[str, float]) -> None:
    """Print one line a time."""
    for name, value in rows.items():
        print(f"{name:30} {value:9.2f} ms")


def _time(archive: Archive, text: str) -> float:
    begin = time.perf_counter()
    archive.ask(text)
    return time.perf_counter() - begin


def main() -> None:
    """Print the times."""
    parser = parser_of(__doc__)
    options = parser.parse_args()
    machine = here()
    begin = time.perf_counter()
    ledger, chronicle = Ledger.load(), Chronicle.load()
    read = time.perf_counter()
    archive = Archive.of(ledger, chronicle)
    indexed = time.perf_counter()
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        questions = [row["question"] for row in csv.DictReader(file)]
    times = sorted(_time(archive, text) for _ in range(REPEATS) for text in questions)
    hostile = [_time(archive, text) for text in HOSTILE]
    rows = {
        "read the record": 1e3 * (read - begin),
        "index it": 1e3 * (indexed - read),
        "a question, median": 1e3 * median(times),
        "a question, 95th percentile": 1e3 * quantiles(times, n=20)[-1],
        "a question, slowest": 1e3 * times[-1],
        "hostile text, slowest": 1e3 * max(hostile),
    }
    found = {"repeats": REPEATS, "ms": rows}
    tell(machine, found, as_json=options.json, show=lambda: show(rows))


if __name__ == "__main__":
    main()
