"""The registry: every field of the state record, its axes, unit, one owner and meaning.

A war's state is one record a replicate; this table makes the record's type, tells the recorder what can be
asked for, and lets ``engine.day`` check that each field has one writer. Its rows stand in ``variables.csv``
beside this file. Axes are padded to fixed sizes so that another scenario of ordinary size does not compile
the kernels again.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import prod
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

import numpy as np

from stalemate.policies.directive import MAX_RAIDS, MISSIONS
from stalemate.scenario.resolve import MAX_DATED

Kind = Literal["sum", "mean", "state"]


@dataclass(frozen=True)
class Variable:
    """One field of the state record.

    ``kind`` says how days make a period: ``sum`` (a flow), ``mean`` (a rate or share), ``state`` (the value
    on the last day). It is None for a field that is not offered to the recorder. A recorded field with the
    axis of its own is totalled over it when no place is named, or averaged if ``kind`` is ``mean``.
    """

    name: str
    axes: tuple[str, ...]
    dtype: str
    unit: str
    owner: str
    kind: Kind | None
    meaning: str


SIZES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "class": 8,
        "section": 64,
        "crossing": 32,
        "bridge": 4,
        "sector": 8,
        "terminal": 24,
        "gate": 8,
        "feeder": 16,
        "dated": MAX_DATED,
        "mission": len(MISSIONS),
        "target": 160,
        "target_class": 16,
        "slot": 24,
        "method": 2,
        "raid": MAX_RAIDS,
        "side": 2,
        "explanation": 8,
        "item": 5,
        "node": 64,
        "word": 1,
    }
)
"""Padded length of each axis; ``engine.simulate`` refuses a scenario that is larger."""


def _read() -> tuple[Variable, ...]:
    with (Path(__file__).parent / "variables.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Variable(
                name=row["name"],
                axes=tuple(row["axes"].split()),
                dtype=row["dtype"],
                unit=row["unit"],
                owner=row["owner"],
                kind=_KINDS[row["kind"]],
                meaning=row["meaning"],
            )
            for row in csv.DictReader(file)
        )


_KINDS: Final[Mapping[str, Kind | None]] = {"sum": "sum", "mean": "mean", "state": "state", "": None}

VARIABLES: Final = _read()
"""Every field of the state record, in the record's order."""

BY_NAME: Final[Mapping[str, Variable]] = MappingProxyType({v.name: v for v in VARIABLES})
RECORDED: Final[Mapping[str, Variable]] = MappingProxyType({v.name: v for v in VARIABLES if v.kind})
"""What can be recorded, by name."""


@cache
def state_type() -> np.dtype[np.void]:
    """Return the type of the state record: one nested array a field, aligned.

    Single numbers come first, then short fields, then long ones: what is read every day lies together.
    """
    fields = [(v.name, v.dtype, tuple(SIZES[a] for a in v.axes)) for v in VARIABLES]
    return np.dtype(sorted(fields, key=lambda field: (prod(field[2]), field[1])), align=True)
