"""The stages of a day's supply as sequences of linear programs, and a plan of sorties as one; by HiGHS."""

from collections.abc import Sequence
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def solver() -> Any:
    """Return a silent solver."""
    quiet = highspy.Highs()
    quiet.setOptionValue("output_flag", False)
    return quiet


def rail(
    edges: Sequence[tuple[int, int]],
    gates: Sequence[int],
    terminals: Sequence[int],
    edge_capacity: Sequence[int],
    gate_capacity: Sequence[int],
    demand: Sequence[int],
    order: Sequence[int],
) -> list[float]:
    """Maximise each terminal's tonnes in order, those of the earlier ones being fixed."""
    programs = solver()
    line = [programs.addVariable(-most, most) for most in edge_capacity]
    gate = [programs.addVariable(0, most) for most in gate_capacity]
    taken = [programs.addVariable(0, most) for most in demand]
    balance: dict[int, Any] = {}
    for variable, (a, b) in zip(line, edges, strict=True):
        balance[a] = balance.get(a, 0) - variable
        balance[b] = balance.get(b, 0) + variable
    for variable, node in [*zip(gate, gates, strict=True)]:
        balance[node] = balance.get(node, 0) + variable
    for variable, node in zip(taken, terminals, strict=True):
        balance[node] = balance.get(node, 0) - variable
    for left in balance.values():
        programs.addConstr(left == 0)
    return _in_turn(programs, taken, order, whole=True)


def spend(most: Sequence[float], cost: Sequence[float], budget: float) -> list[float]:
    """Maximise each load in order within one budget, the earlier ones being fixed."""
    if not most:
        return []
    programs = solver()
    loads = [programs.addVariable(0, limit) for limit in most]
    programs.addConstr(sum(each * load for each, load in zip(cost, loads, strict=True)) <= budget)
    return _in_turn(programs, loads, range(len(loads)), whole=False)


def most_value(gain: Floats, rate: Floats, price: Floats, budget: Floats) -> float:
    """Return an upper bound on the value of every plan of sorties, whole or not, up to 0.3 % above the best.

    gain: (target,); rate and price: (target, class), finite; budget: (class,). The curve 1 - exp(-damage) is
    replaced by the lowest of its tangents, as steps of damage of falling slope: a linear program.
    """
    touch = np.concatenate([np.arange(0, 50, 5), np.arange(50, 250, 10), np.arange(250, 1000, 50)]) / 100
    slope = np.exp(-touch)
    meets = np.diff(1.0 - slope * (1.0 + touch)) / -np.diff(slope)
    steps = np.append(np.diff(meets, prepend=0.0), np.inf)
    (target, klass), n_targets = np.nonzero(rate), len(gain)
    n_pairs, n_steps = len(target), len(steps) * n_targets
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = n_pairs + n_steps, n_targets + len(budget)
    program.sense_ = highspy.ObjSense.kMaximize
    program.col_cost_ = np.concatenate([-price[target, klass], np.outer(gain, slope).ravel()])
    program.col_lower_ = np.zeros(n_pairs + n_steps)
    program.col_upper_ = np.concatenate([np.full(n_pairs, np.inf), np.tile(steps, n_targets)])
    program.row_lower_ = np.concatenate([np.zeros(n_targets), np.full(len(budget), -np.inf)])
    program.row_upper_ = np.concatenate([np.full(n_targets, np.inf), budget])
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = np.concatenate([2 * np.arange(n_pairs), 2 * n_pairs + np.arange(n_steps + 1)])
    rows = np.stack([target, n_targets + klass], axis=1).ravel()
    program.a_matrix_.index_ = np.concatenate([rows, np.repeat(np.arange(n_targets), len(steps))])
    uses = np.stack([rate[target, klass], np.ones(n_pairs)], axis=1).ravel()
    program.a_matrix_.value_ = np.concatenate([uses, np.full(n_steps, -1.0)])
    programs = solver()
    programs.passModel(program)
    programs.run()
    return float(programs.getInfo().objective_function_value)


def _in_turn(programs: Any, variables: Sequence[Any], order: Sequence[int], *, whole: bool) -> list[float]:
    got = [0.0] * len(variables)
    for k in order:
        programs.maximize(variables[k])
        best = programs.getInfo().objective_function_value
        got[k] = round(best) if whole else max(0.0, best)
        programs.changeColBounds(variables[k].index, got[k], got[k])
    return got
