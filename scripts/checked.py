"""Write ``record/checked.csv``: when each row of the record was entered, changed and last compared.

    checked.py

The dates are read from the history of the tables in git: the day of the first commit that holds a row's id,
and of the last that altered its cells. A figure was compared on the day of the last commit that entered or
altered a check or a second reading of it. Rows that are not committed yet carry today's date.
"""

import csv
import datetime
import io
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
TABLE: Final = ROOT / "record" / "checked.csv"
TABLES: Final = {
    "sources.csv": "source",
    "figures/logistics.csv": "figure",
    "figures/air_war.csv": "figure",
    "figures/supplement.csv": "figure",
    "figures/politics.csv": "figure",
    "events.csv": "event",
    "raids.csv": "raid",
    "places.csv": "place",
}
COMPARISONS: Final = ("checks.csv", "readings/crane.csv", "readings/history_page.csv")

Days = dict[str, tuple[str, str]]
"""The first and the last day of each row."""


def days(versions: Iterator[tuple[str, Mapping[str, object]]]) -> Days:
    """Return for each row of a table the day of the first version that holds it, and of the last change.

    ``versions`` are a day and the rows of that day by name, from the oldest to the newest; a row that the
    newest lacks has no entry.
    """
    found: Days = {}
    known: Mapping[str, object] = {}
    for day, rows in versions:
        for name, cells in rows.items():
            if name not in known:
                found[name] = (day, day)
            elif cells != known[name]:
                found[name] = (found[name][0], day)
        known = rows
    return {name: found[name] for name in known}


def table() -> list[tuple[str, str, str, str, str]]:
    """Return the rows: kind, id, day of entry, of the last change, of the last comparison."""
    compared: dict[str, str] = {}
    for name in COMPARISONS:
        for row, (_, last) in days(_versions(name, whole=True)).items():
            figure = row.partition("\0")[0]
            compared[figure] = max(last, compared.get(figure, ""))
    rows = []
    for name, kind in TABLES.items():
        for id, (entered, changed) in days(_versions(name)).items():
            altered = changed if changed != entered else ""
            rows.append((kind, id, entered, altered, compared.get(id, "") if kind == "figure" else ""))
    return rows


def _versions(name: str, *, whole: bool = False) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield every version of a table; ``whole`` names a row by all its cells, the figure first."""
    path = f"record/{name}"
    for line in _git("log", "--reverse", "--format=%h %ad", "--date=short", "--", path).splitlines():
        commit, day = line.split()
        yield day, _rows(_git("show", f"{commit}:{path}"), whole)
    if _git("status", "--porcelain", "--", path):
        yield str(datetime.date.today()), _rows((ROOT / path).read_text(encoding="utf-8"), whole)


def _rows(text: str, whole: bool) -> dict[str, object]:
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    return {("\0".join(map(str, row.values())) if whole else row["id"]): row for row in rows}


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", "-c", "core.quotepath=off", *arguments], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout


def write() -> bool:
    """Write the table and tell whether it was old."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("kind", "id", "entered", "changed", "compared"))
    writer.writerows(table())
    if TABLE.is_file() and TABLE.read_text(encoding="utf-8") == text.getvalue():
        return False
    TABLE.write_text(text.getvalue(), encoding="utf-8")
    return True


if __name__ == "__main__":
    write()
