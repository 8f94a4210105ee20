"""Rivals of analysis/best_plan.py: a linear program over tangents by HiGHS; a plain check of dominance."""

import math
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt

from stalemate.analysis.best_plan import Program

Floats = npt.NDArray[np.float64]


def one(program: Program, war: int) -> Program:
    """Return the program of one war."""
    return Program(
        *(
            getattr(program, field.name)
            if field.name == "group"
            else getattr(program, field.name)[war : war + 1]
            for field in fields(Program)
        )
    )


def by_tangents(program: Program, within: float = 1e-7) -> float:
    """Return the optimum of one war's program by outer linearisation (Kelley 1960), solved by HiGHS.

    1 - exp(-d) is replaced by its tangents, first a dozen of them, then at every damage where the program
    overstates it, until it does so by no more than ``within`` of the whole.
    """
    import highspy

    untyped: Any = highspy
    solver = untyped.Highs()
    solver.silent()
    for name in ("primal_feasibility_tolerance", "dual_feasibility_tolerance"):
        solver.setOptionValue(name, 1e-9)
    targets, classes = program.rate.shape[1:]
    counted = (program.group >= 0).astype(float)
    scale = float(program.objective.sum() or 1.0)
    finite = np.isfinite(program.limit[0])
    with np.errstate(divide="ignore", invalid="ignore"):
        room = program.limit[0][:, None, None] / program.use[0]
    unit = np.where(program.use[0] > 0, room, np.inf).min(0)
    unit = np.where(np.isfinite(unit) & (program.rate[0] > 0), unit, 0.0)
    for i in range(targets):
        for a in range(classes):
            solver.addCol(-program.price[0, i, a] * unit[i, a] / scale, 0.0, 1.0, 0, [], [])
    damages, shares = targets * classes, targets * classes + targets
    for _ in range(targets):
        solver.addCol(0.0, 0.0, math.inf, 0, [], [])
    for i in range(targets):
        solver.addCol(program.objective[0, i] / scale, 0.0, 1.0, 0, [], [])
    for i in range(targets):
        columns = [i * classes + a for a in range(classes)] + [damages + i]
        values = [*(program.rate[0, i] * unit[i]), -1.0]
        solver.addRow(0.0, 0.0, len(columns), columns, values)
    for r in np.flatnonzero(finite):
        values = (program.use[0, r] * unit).ravel() / program.limit[0, r]
        solver.addRow(-math.inf, 1.0, damages, list(range(damages)), list(values))
    for j, floor in enumerate(program.floor[0]):
        if floor > 0:
            values = program.gain[0] * (program.group == j) * counted / floor
            solver.addRow(1.0, math.inf, targets, list(range(shares, shares + targets)), list(values))
    solver.changeObjectiveSense(untyped.ObjSense.kMaximize)
    ends = [[0.0, 0.1, 0.2, 0.4, 0.6, 0.9, 1.2, 1.6, 2.0, 3.0, 5.0, 8.0] for _ in range(targets)]
    weight = program.objective[0] / scale + (program.gain[0] > 0)
    for _ in range(60):
        for i, at in enumerate(ends):
            for damage in at:
                slope = math.exp(-damage)
                solver.addRow(
                    -math.inf, 1.0 - slope - slope * damage, 2, [shares + i, damages + i], [1.0, -slope]
                )
        solver.run()
        found = np.array(solver.getSolution().col_value)
        over = found[shares:] + np.expm1(-found[damages:shares])
        if float((weight * over).sum()) <= within:
            break
        ends = [[float(found[damages + i])] if over[i] * weight[i] > 0 else [] for i in range(targets)]
    return float(solver.getInfo().objective_function_value) * scale


def undominated(points: Sequence[Sequence[float]]) -> list[bool]:
    """Return, point by point, whether none is as good in all and better in one, and none before is alike."""
    kept = []
    for here, point in enumerate(points):
        good = True
        for there, other in enumerate(points):
            as_good = all(theirs >= ours for theirs, ours in zip(other, point, strict=True))
            better = any(theirs > ours for theirs, ours in zip(other, point, strict=True))
            if as_good and (better or there < here):
                good = False
        kept.append(good)
    return kept
