"""The rival forms of repair and of fire, which replicates take in turn: docs/decisions/0004."""

from typing import Final

REPAIR_FORMS: Final = ("queue", "own-clock")
FIRE_FORMS: Final = ("policy", "stock", "retribution", "surplus")
