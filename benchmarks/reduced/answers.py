"""What a reduced war answers, and whether two programs answer the same."""

from collections.abc import Sequence

import numpy as np

from reduced.problem import SERIES, Daily, Floats

Answers = dict[str, Floats]
"""Answer -> (war,)."""


def answers_of(parts: Sequence[Daily]) -> Answers:
    """Return each war's total or mean over its days, and the stock of the last day."""
    whole = {name: np.concatenate([part[name] for part in parts]).astype(np.float64) for name in SERIES}
    found = {
        name: whole[name].sum(1) if kind == "total" else whole[name].mean(1) for name, kind in SERIES.items()
    }
    return found | {"last_stock_t": whole["stock_t"][:, -1]}


def compared(ours: Answers, theirs: Answers) -> dict[str, float]:
    """Return by answer the difference of the means over its standard error.

    The deviation between wars is that of ours, of which there are many; if it is nothing, means must agree.
    """
    found = {}
    for name, mine in ours.items():
        error = mine.std(ddof=1) * np.sqrt(1 / len(mine) + 1 / len(theirs[name]))
        gap = float(theirs[name].mean() - mine.mean())
        found[name] = gap / error if error > 0.0 else (0.0 if gap == 0.0 else float("inf"))
    return found
