"""The page for scripts names every key of the JSON shapes; ``test_code_blocks`` runs its Python."""

from pathlib import Path

import pytest

from stalemate.interfaces import payloads

PAGE = Path(__file__).resolve().parents[1] / "docs" / "howto" / "scripts.md"


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
