"""The example notebook runs in Jupyter, holds no output of its own, and its page says the same."""

import json

import nbformat
import notebook
from nbclient import NotebookClient
from reader import blocks

WARS = "wars = 1000"


def test_notebook__runs_in_jupyter(tmp_path):
    """With few wars; three cells print, two draw."""
    found = nbformat.read(notebook.NOTEBOOK, as_version=4)
    first = next(cell for cell in found.cells if cell.cell_type == "code")
    assert WARS in first.source
    first.source = first.source.replace(WARS, "wars = 8")
    NotebookClient(found, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in found.cells for output in cell.get("outputs", ())]
    said = "".join(output.text for output in outputs if output.output_type == "stream")
    assert sum("image/png" in output.get("data", ()) for output in outputs) == len(notebook.PICTURES)
    assert "civilians killed" in said
    assert "Deaths by hunger, cold and disease are not modelled" in said
    assert {path.name for path in tmp_path.glob("*.svg")} == set(notebook.PICTURES)


def test_notebook__holds_no_output():
    found = json.loads(notebook.NOTEBOOK.read_text())
    nbformat.validate(found)
    code = [cell for cell in found["cells"] if cell["cell_type"] == "code"]
    assert [cell["id"] for cell in code if cell["outputs"] or cell["execution_count"]] == []


def test_notebook__its_page_has_the_same_words_and_code():
    told = notebook.PAGE.read_text()
    shown = [block.text for block in blocks(notebook.PAGE) if block.language == "python"]
    assert shown == [f"{text}\n" for text in notebook.cells("code")]
    title, *rest = notebook.cells("markdown")
    assert told.startswith(title.partition("\n")[0])
    assert [text for text in (title.partition("\n")[2], *rest) if text not in told] == []
    assert [file for file in notebook.PICTURES if f"notebook-{file}" not in told] == []
