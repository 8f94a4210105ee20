"""The page on writing a policy is true: its Python runs, and it names all that is seen and ordered."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from stalemate.policies.directive import MISSIONS, Directive, Observation

PAGE = Path(__file__).resolve().parents[1] / "docs" / "howto" / "write-a-policy.md"
TEXT = PAGE.read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def test_howto_policy__python_blocks_run_in_order():
    assert len(BLOCKS) == 4
    names = {}
    for block in BLOCKS:
        exec(compile(block, PAGE.name, "exec"), names)
    assert names["comparison"].contrast("cuts").difference.median < 0
    assert names["spared"].contrast("aircraft_lost").difference.median < 0
    assert names["aimed"].contrast("cuts").difference.median > 0


def test_howto_policy__the_first_policy_takes_ten_lines():
    body = BLOCKS[0][BLOCKS[0].index("@final") :]
    assert len([line for line in body.splitlines() if line.strip()]) == 10


@pytest.mark.parametrize("field", [*fields(Observation), *fields(Directive)], ids=lambda field: field.name)
def test_howto_policy__names_all_that_is_seen_and_ordered(field):
    assert re.search(rf"^\| `{field.name}(\(day\))?` \|", TEXT, re.MULTILINE)


def test_howto_policy__names_every_mission_that_can_be_scaled():
    words = ", ".join((*MISSIONS, "superiority")) + " and other"
    assert words in " ".join(TEXT.split())
