"""The example notebook as a page: its words, its code, what it prints and draws.

``docs/notebooks/main-question.ipynb`` is the source and holds no output. ``fresh_docs.py --run`` writes the
page ``docs/howto/notebook.md`` from it and draws its pictures.
"""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reader import printed_anew

ROOT: Final = Path(__file__).resolve().parents[1]
NOTEBOOK: Final = ROOT / "docs" / "notebooks" / "main-question.ipynb"
PAGE: Final = ROOT / "docs" / "howto" / "notebook.md"
_HEAD: Final = """
<!-- outputs: run -->

This page is made from [main-question.ipynb](../notebooks/main-question.ipynb), with what it prints and draws.
To run it yourself, open that file in Jupyter, in the environment of the program.
"""
PICTURES: Final = {
    "weeks.svg": "Weekly medians and bands of freight at the front and civilians killed",
    "pairs.svg": "Differences pair by pair: freight, aircraft, civilians killed, civilians homeless",
}


def cells(kind: str) -> list[str]:
    """Return the text of the notebook's cells of a kind, ``code`` or ``markdown``, in order."""
    read = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in read if cell["cell_type"] == kind]


def page() -> str:
    """Return the page without what the cells print."""
    return "\n\n".join(_parts()) + "\n"


def _parts() -> Iterator[str]:
    for place, cell in enumerate(json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]):
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            title, _, rest = text.partition("\n")
            yield text if place else f"{title}\n{_HEAD}{rest}"
            continue
        yield f"```python\n{text}\n```"
        if "print(" in text:
            yield "```text\n-\n```"
        for file, words in PICTURES.items():
            if f'savefig("{file}")' in text:
                yield f"![{words}](pictures/notebook-{file})"


def write() -> None:
    """Run the notebook's code in full; write the page and its pictures."""
    import matplotlib.pyplot as plt

    from stalemate.interfaces.picture import save

    plt.close("all")
    PAGE.write_text(page(), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(printed_anew(PAGE, Path(folder)), encoding="utf-8")
    for number, file in zip(plt.get_fignums(), PICTURES, strict=True):
        save(plt.figure(number), PAGE.parent / "pictures" / f"notebook-{file}")
    plt.close("all")


if __name__ == "__main__":
    write()
