"""What the command line loads before it knows what is wanted: nothing heavy."""

import subprocess
import sys

import pytest

HEAVY = {"numpy", "numba", "pandas", "pyarrow", "xarray", "matplotlib", "scipy"}
HEAVY |= {"fastapi", "starlette", "uvicorn", "jinja2", "webbrowser"}


def loaded_by(*arguments):
    """Return the top-level modules that a fresh process loads for one command line."""
    script = (
        "import sys\n"
        "from stalemate.interfaces.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "sys.stderr.write(chr(10).join(sorted({name.split('.')[0] for name in sys.modules})))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    return set(done.stderr.split()), done.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["compare", "--help"]])
def test_start_up__loads_nothing_heavy(arguments):
    """Of pydantic too the package loads nothing by then; typer does, to read a command's own options."""
    modules, printed = loaded_by(*arguments)
    assert "typer" in modules
    assert modules & HEAVY == set()
    assert "pydantic" not in modules or arguments[0] == "compare"
    assert printed


def test_start_up__importing_the_package_loads_none_of_its_parts():
    script = "import sys, stalemate; print([name for name in sys.modules if name.startswith('stalemate.')])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_start_up__the_atlas_loads_no_compiler_and_no_tables():
    """So that it answers within a second; what fights wars is loaded when a war is asked for."""
    script = (
        "import sys, stalemate.interfaces.atlas.app; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    heavy = {"numba", "pandas", "pyarrow", "xarray", "matplotlib", "scipy"}
    assert set(loaded.stdout.split()) & heavy == set()
