"""The page for scripts is true: its Python runs as it stands, and it names every key of the JSON shapes."""

import re
from pathlib import Path

import pytest

from stalemate.interfaces import payloads

PAGE = Path(__file__).resolve().parents[1] / "docs" / "howto" / "scripts.md"


def test_howto_scripts__python_blocks_run_in_order(capsys):
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(blocks) >= 4
    names = {}
    for block in blocks:
        exec(compile(block, PAGE.name, "exec"), names)
    printed = capsys.readouterr().out
    assert "t/day" in printed
    assert "Deaths by hunger, cold and disease are not modelled" in printed


@pytest.mark.parametrize(
    "shape",
    [
        payloads.ComparisonPayload,
        payloads.ContrastPayload,
        payloads.PredictionPayload,
        payloads.QuantityPayload,
        payloads.Band,
    ],
)
def test_howto_scripts__names_every_key(shape):
    text = PAGE.read_text()
    assert [key for key in shape.__annotations__ if f"`{key}`" not in text] == []
