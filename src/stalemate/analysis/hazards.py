"""Rival forms of a hazard: how causes weigh together. Equations: docs/model/explain.md.

Under every form a coefficient is the logarithm of the hazard ratio of its cause where that stands alone at 1
(under ``accumulated``: after it stood there for a year), and 0 means that the cause does nothing.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

FORMS: Final = ("multiplied", "added", "accumulated")
"""The engine's own form first, then its rivals."""

YEAR_DAYS: Final = 365.0
"""Days at 1 after which an accumulated cause counts as 1: a scale, assumed."""


def course(form: str, z: Floats) -> Floats:
    """Return what of a cause counts on each day: the cause itself, or its sum so far in years; (..., day)."""
    return np.cumsum(z, axis=-1) / YEAR_DAYS if form == "accumulated" else z


def weighed(form: str, coefficient: Floats, felt: Floats) -> Floats:
    """Return one cause's term, (replicate, day), from its coefficient (replicate,) and its course.

    felt: (day,) or (replicate, day).
    """
    size = np.expm1(coefficient) if form == "added" else coefficient
    return np.asarray(size[:, None] * felt)


def factor(form: str, terms: Iterable[Floats]) -> Floats:
    """Return the hazard's ratio to its base, (replicate, day), from the terms of all causes.

    multiplied, accumulated: exp of their sum (Cox 1972). added: 1 + their sum, at least 0 (Aalen 1989).
    """
    total: Floats = np.asarray(sum(terms))
    return np.maximum(0.0, 1.0 + total) if form == "added" else np.exp(total)


def first_passage(hazard: Floats, threshold: Floats, last: int) -> npt.NDArray[np.int64]:
    """Return the first day on which the hazard spent reaches a threshold, ``last`` where none does.

    hazard: (replicate, day); threshold: (replicate,).
    """
    over = np.cumsum(hazard, axis=1) >= threshold[:, None]
    return np.where(over[:, -1], over.argmax(axis=1), last).astype(np.int64)
