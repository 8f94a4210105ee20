"""The stages of a day's supply as sequences of linear programs, solved by HiGHS."""

from collections.abc import Sequence
from typing import Any

import highspy


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


def _in_turn(programs: Any, variables: Sequence[Any], order: Sequence[int], *, whole: bool) -> list[float]:
    got = [0.0] * len(variables)
    for k in order:
        programs.maximize(variables[k])
        best = programs.getInfo().objective_function_value
        got[k] = round(best) if whole else max(0.0, best)
        programs.changeColBounds(variables[k].index, got[k], got[k])
    return got
