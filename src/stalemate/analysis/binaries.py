"""A program in variables of 0 and 1, solved by HiGHS: least cost subject to rows.

HiGHS is loaded when the first program is solved. No parallel search: the same program gives the same answer.
Reference: Q. Huangfu and J. A. J. Hall 2018, Parallelizing the dual revised simplex method,
Mathematical Programming Computation 10, 119-142.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stalemate.errors import ModelError


@dataclass(frozen=True)
class Constraint:
    """``low`` <= sum of coefficients x variables <= ``high``; variables are given by their positions."""

    variables: Sequence[int]
    coefficients: Sequence[float]
    low: float = -math.inf
    high: float = math.inf


@dataclass(frozen=True)
class Solved:
    """What the solver found.

    ``values``: one an unknown, exactly 0 or 1 unless the program was relaxed; None where it has none to show.
    ``bound``: no solution costs less; infinite where there is proof that there is no solution.
    """

    values: tuple[float, ...] | None
    bound: float


def cheapest(
    cost: Sequence[float],
    allowed: Sequence[bool],
    rows: Sequence[Constraint],
    *,
    seconds: float = math.inf,
    enough: float = -math.inf,
    relaxed: bool = False,
) -> Solved:
    """Return a cheapest choice of variables that keeps all rows, or the best one after ``seconds``.

    cost, allowed: one an unknown; one that is not allowed stays 0. A solution that costs ``enough`` or less
    ends the search. ``relaxed`` lets the unknowns lie between 0 and 1. Raises ModelError if the solver fails.
    """
    import highspy

    untyped: Any = highspy
    solver = untyped.Highs()
    solver.silent()
    options: dict[str, Any] = {"parallel": "off", "mip_rel_gap": 0.0, "mip_abs_gap": 1e-7}
    if math.isfinite(seconds):
        options["time_limit"] = max(0.0, seconds)
    if math.isfinite(enough) and not relaxed:
        options["objective_target"] = enough
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(_program(highspy, cost, allowed, rows, relaxed))
    if solver.run() == highspy.HighsStatus.kError:
        raise ModelError("HiGHS could not work on a program of 0 and 1")
    status, info = solver.getModelStatus(), solver.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Solved(None, math.inf)
    if relaxed:
        done = status == highspy.HighsModelStatus.kOptimal
        values = tuple(solver.getSolution().col_value) if done else None
        return Solved(values, info.objective_function_value if done else -math.inf)
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = tuple(float(round(value)) for value in solver.getSolution().col_value) if feasible else None
    if not cost:
        return Solved((), 0.0)
    return Solved(values, float(info.mip_dual_bound))


def _program(
    highspy: Any,
    cost: Sequence[float],
    allowed: Sequence[bool],
    rows: Sequence[Constraint],
    relaxed: bool,
) -> Any:
    """Return the program in the solver's form, rows one after another."""
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = len(cost), len(rows)
    program.col_cost_ = np.array(cost, dtype=float)
    program.col_lower_ = np.zeros(len(cost))
    program.col_upper_ = np.array(allowed, dtype=float)
    program.row_lower_ = np.array([row.low for row in rows], dtype=float)
    program.row_upper_ = np.array([row.high for row in rows], dtype=float)
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = np.cumsum([0, *(len(row.variables) for row in rows)]).astype(np.int32)
    program.a_matrix_.index_ = np.array([v for row in rows for v in row.variables], dtype=np.int32)
    program.a_matrix_.value_ = np.array([c for row in rows for c in row.coefficients], dtype=float)
    if not relaxed:
        program.integrality_ = [highspy.HighsVarType.kInteger] * len(cost)
    return program
