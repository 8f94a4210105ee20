"""The page on writing a policy names all that is seen and ordered; ``test_code_blocks`` runs its Python."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from stalemate.policies.directive import MISSIONS, Directive, Observation

PAGE = Path(__file__).resolve().parents[1] / "docs" / "howto" / "write-a-policy.md"
TEXT = PAGE.read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def test_howto_policy__the_first_policy_takes_ten_lines():
    body = BLOCKS[0][BLOCKS[0].index("@final") :]
    assert len([line for line in body.splitlines() if line.strip()]) == 10


@pytest.mark.parametrize("field", [*fields(Observation), *fields(Directive)], ids=lambda field: field.name)
def test_howto_policy__names_all_that_is_seen_and_ordered(field):
    assert re.search(rf"^\| `{field.name}(\(day\))?` \|", TEXT, re.MULTILINE)


def test_howto_policy__names_every_mission_that_can_be_scaled():
    words = ", ".join((*MISSIONS, "superiority")) + " and other"
    assert words in " ".join(TEXT.split())
