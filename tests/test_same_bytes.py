"""The same bytes on every machine: what code may be made of, and what it gives on machines that differ."""

import ast
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest
import same_bytes
from llvmlite import binding

import stalemate
from stalemate import elementary, streams
from stalemate.engine.day import DAY
from stalemate.engine.simulate import compile_kernels
from stalemate.ensemble.store import _NO_PART_IN_RESULTS

PACKAGE = Path(stalemate.__file__).parent
EXACT = {
    *("sqrt", "floor", "ceil", "factorial", "radians", "prod"),
    *("inf", "nan", "pi", "isnan", "isinf", "isfinite", "copysign"),
}
"""Of Python's ``math``: what is rounded the same way by every library, or not at all."""
INEXACT = {
    *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "logaddexp", "power", "float_power", "cbrt"),
    *("sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "sinh", "cosh", "tanh", "hypot"),
    *("dot", "vdot", "inner", "matmul", "tensordot", "einsum", "linalg", "fft", "random", "convolve"),
    *("correlate", "corrcoef", "cov", "polyfit", "polyval", "i0", "sinc"),
}
"""Of NumPy: what hangs on the processor's vectors, on the C library or on linear algebra."""
LLVM_EXACT = re.compile(r"Py\w+|sqrt|llvm\.(sqrt|floor|ceil|fabs|copysign|masked|experimental|lifetime)\b.*")
FLAGS = re.compile(r"\b(fast|contract|reassoc|arcp|afn|nnan|ninf|nsz)\b")
FUSED = re.compile(r"\b(vfn?m(?:add|sub)\w*|fn?m(?:add|sub)|fml[as])\b")


def inexact(source):
    """Return what a file calls or uses whose last bit may differ between machines: (line, what)."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            found.append((node.lineno, "@"))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            parts = [n for side in (node.left, node.right) for n in ast.walk(side)]
            if not all(isinstance(n, ast.Constant | ast.UnaryOp | ast.unaryop) for n in parts):
                found.append((node.lineno, "**"))
        elif isinstance(node, ast.ImportFrom) and node.module in ("math", "cmath", "numpy", "statistics"):
            if node.module != "math" or not {alias.name for alias in node.names} <= EXACT:
                found.append((node.lineno, f"from {node.module}"))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            of, name = node.value.id, node.attr
            if (of == "math" and name not in EXACT) or (of in ("np", "numpy") and name in INEXACT):
                found.append((node.lineno, f"{of}.{name}"))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "pow":
            found.append((node.lineno, "pow"))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "dot":
            found.append((node.lineno, ".dot"))
    return found


@pytest.mark.parametrize(
    "line",
    [
        "math.exp(x)",
        "from math import exp, sqrt",
        "np.log(x)",
        "x ** y",
        "x ** 2",
        "a @ b",
        "np.linalg.solve(a, b)",
        "pow(x, y)",
        "a.dot(b)",
    ],
)
def test_inexact__is_seen(line):
    assert len(inexact(line)) == 1


def test_inexact__leaves_what_is_rounded_alike_everywhere():
    assert inexact("from math import prod, sqrt") == []
    assert inexact("y = math.sqrt(x) + 2.0 ** -52 * np.floor(x) / 10 ** 9 + exp_(x) + x.sum(axis=1)") == []


def test_results__hang_on_nothing_whose_last_bit_differs_between_machines():
    """What only reads results, or draws them, may; what makes them may not."""
    files = [
        path
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.relative_to(PACKAGE).parts[0] not in _NO_PART_IN_RESULTS
    ]
    assert len(files) > 60
    found = {path.relative_to(PACKAGE).as_posix(): inexact(path.read_text()) for path in files}
    assert {name: what for name, what in found.items() if what} == {}


@pytest.fixture(scope="module")
def modules():
    """Return the compiled form of every day's loop and of the draws, as the compiler left it."""
    compile_kernels(lambda name, done, total: None)
    streams.poisson_quantile(0.3, 40.0)
    streams.binomial_quantile(0.3, 100, 0.4)
    streams.negative_binomial_quantile(0.3, 4.0, 2.0)
    streams.gamma_quantile(0.3, 2.5)
    streams.lognormal(0.3, 1.0, 0.5)
    elementary.pow_(2.0, 0.3)
    draws = ("poisson", "binomial", "negative_binomial", "gamma")
    kernels = [getattr(streams, f"{name}_quantile") for name in draws]
    kernels += [streams.lognormal, elementary.pow_, *(system.loop for _, system in DAY)]
    made = [made for kernel in kernels for made in kernel.overloads.values()]
    assert len(made) >= len(kernels)
    return [one.library._get_module_for_linking() for one in made]


def calls_and_flags(module):
    """Return the floating-point functions that a module calls, and the liberties it gives the compiler."""
    lines = [line for line in str(module).splitlines() if not line.startswith("!")]
    declared = [line for line in lines if line.startswith("declare") and "double" in line.partition("(")[0]]
    called = [re.search(r"@([\w.]+)", line)[1] for line in declared]
    code = [line for line in lines if re.search(r"= .*\bf(add|sub|mul|div|rem|neg|cmp)\b|= .*call\b", line)]
    freed = [flag for line in code for flag in FLAGS.findall(line.partition("@")[0])]
    return {name for name in called if not LLVM_EXACT.fullmatch(name)}, freed


def test_kernels__call_no_function_of_the_c_library_but_the_square_root(modules):
    called, freed = set(), []
    for module in modules:
        more, flags = calls_and_flags(module)
        called |= more
        freed += flags
    assert called == set()
    assert freed == []


def machine_code(module):
    """Return a module as it would run here."""
    target = binding.Target.from_triple(binding.get_process_triple())
    features = binding.get_host_cpu_features().flatten()
    return target.create_target_machine(binding.get_host_cpu_name(), features, opt=3).emit_assembly(module)


def test_kernels__hold_no_fused_multiply_add_where_the_processor_has_one(modules):
    """It rounds once where others round twice."""
    assert [instruction for module in modules for instruction in FUSED.findall(machine_code(module))] == []


LIBERTIES = """
declare double @exp(double)
declare double @llvm.fma.f64(double, double, double)
define double @loose(double %x) {
  %y = fmul contract double %x, %x
  %z = fadd contract double %y, %x
  %e = call double @exp(double %z)
  %f = call double @llvm.fma.f64(double %e, double %z, double %y)
  ret double %f
}
"""


def test_liberties__are_seen():
    module = binding.parse_assembly(LIBERTIES)
    assert calls_and_flags(module) == ({"exp", "llvm.fma.f64"}, ["contract", "contract"])
    if "fma" in binding.get_host_cpu_features() and binding.get_host_cpu_features()["fma"]:
        assert FUSED.search(machine_code(module))


MACHINES = ("native", "x86-64-v3", "old machine") if platform.machine() == "x86_64" else ("native",) * 2
SMALL = """
import hashlib
import numpy as np
from stalemate import streams
from stalemate.elementary import log1p_, pow_
from stalemate.scenario.forms import FIRE_FORMS, REPAIR_FORMS
from stalemate.scenario.read import load
from stalemate.scenario.network import contract
from stalemate.scenario.resolve import Structures, resolve
from stalemate.systems.arrays import prepare

u = np.empty(1000)
streams.fill_uniform(u, 1, 2, 3, 4)
values = [f(x) for x in u for f in (streams.exp_, streams.log_, log1p_, streams.normal_quantile)]
values += [pow_(30 * x, 1.7) for x in u] + [float(streams.poisson_quantile(x, 40.0)) for x in u]
values += [float(streams.binomial_quantile(x, 150, 0.6)) for x in u]
war = load("korea-1951")
ready = prepare(war, contract(war))
worlds = resolve(war, 1, range(24), Structures(REPAIR_FORMS, FIRE_FORMS))
digest = hashlib.sha256(np.array(values).tobytes() + u.tobytes() + worlds.tobytes() + ready.theatre.tobytes())
for daily in (ready.night_hours, ready.moon, ready.guns, ready.levels, ready.sorties_per_aircraft):
    digest.update(np.ascontiguousarray(daily).tobytes())
print(digest.hexdigest())
"""


def test_worlds_and_draws__are_the_same_bits_on_machines_that_differ():
    """Each process is started as another machine: plainer code, an older C library, narrower vectors."""
    found = {}
    for name in MACHINES:
        asked = {**os.environ, **same_bytes.MACHINES[name]}
        done = subprocess.run(
            [sys.executable, "-c", SMALL], capture_output=True, text=True, check=True, env=asked
        )
        found[name] = done.stdout.strip()
    assert len(found["native"]) == 64
    assert set(found.values()) == {found["native"]}
