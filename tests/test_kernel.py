"""Compile options and the cache of compiled code: never stale, never compiled twice, never in the way."""

import ast
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from numba.core import config

from stalemate import kernel as kernel_module
from stalemate.elementary import exp_
from stalemate.errors import InputError
from stalemate.kernel import cache_folder, compiled_sources, inlined_kernel, kernel, sources_digest
from stalemate.streams import philox

PACKAGE = Path(kernel_module.__file__).parent

TOY = '''
"""A railway of three stretches: crews mend, and what is whole carries its share."""
from stalemate.elementary import exp_
from stalemate.kernel import inlined_kernel, kernel

@inlined_kernel
def mended(cuts, crews):
    return cuts - min(cuts, crews)

@kernel
def step(theatre, world, war, day):
    war.delivered_t = 0.0
    for stretch in range(theatre.n_stretches):
        war.cuts[stretch] = mended(war.cuts[stretch], world.crews)
        war.whole[stretch] = war.cuts[stretch] == 0
        war.delivered_t += war.whole[stretch] * world.capacity_t[stretch] * exp_(-0.01 * day)
'''

DRIVER = """
import json, sys
import numpy as np
sys.path.insert(0, sys.argv[1])
import toy
from stalemate.kernel import block_loop, cache_folder

theatre = np.zeros(1, np.dtype([("n_stretches", "i8")], align=True))
worlds = np.zeros(5, np.dtype([("crews", "i8"), ("capacity_t", "f8", (3,))], align=True))
wars = np.zeros(5, np.dtype([("cuts", "i8", (3,)), ("whole", "u1", (3,)), ("delivered_t", "f8")], align=True))
theatre["n_stretches"] = 3
worlds["crews"] = [0, 1, 2, 3, 4]
worlds["capacity_t"] = [100.0, 250.0, 400.0]
wars["cuts"] = np.arange(15).reshape(5, 3) % 7
loop = block_loop(toy.step)
for day in range(3):
    loop(theatre, worlds, wars, day)
stats = [kernel.stats for kernel in (loop, toy.step)]
print(json.dumps({
    **{name: wars[name].tolist() for name in wars.dtype.names},
    "hits": sum(stats[0].cache_hits.values()), "compiled": sum(sum(s.cache_misses.values()) for s in stats),
    "same": block_loop(toy.step) is loop, "folder": str(cache_folder()),
    "files": sorted(path.name for path in cache_folder().glob("loop_*")),
}))
"""


@pytest.fixture(scope="module")
def toy_runs(tmp_path_factory):
    """Two fresh processes, one after the other, with one cache of compiled code."""
    folder = tmp_path_factory.mktemp("toy")
    (folder / "toy.py").write_text(TOY)
    (folder / "driver.py").write_text(DRIVER)
    command = [sys.executable, folder / "driver.py", folder]
    place = {**os.environ, "STALEMATE_CACHE": str(folder / "cache")}
    done = [subprocess.run(command, capture_output=True, check=True, env=place) for _ in range(2)]
    return folder, [json.loads(run.stdout) for run in done]


def test_block_loop__equals_a_plain_loop_over_the_records(toy_runs):
    """Written again without arrays: each war mends on three days, then its whole stretches carry."""
    _, (run, _) = toy_runs
    for replicate, crews in enumerate([0, 1, 2, 3, 4]):
        cuts = [(3 * replicate + stretch) % 7 for stretch in range(3)]
        for _ in range(3):
            cuts = [max(0, count - crews) for count in cuts]
        assert run["cuts"][replicate] == cuts
        assert run["whole"][replicate] == [int(count == 0) for count in cuts]
        carried = sum(t for t, count in zip([100.0, 250.0, 400.0], cuts, strict=True) if count == 0)
        assert run["delivered_t"][replicate] == pytest.approx(carried * 0.9801986733067553, rel=1e-14)


def test_block_loop__is_compiled_by_the_first_process_only(toy_runs):
    _, (first, second) = toy_runs
    assert first["compiled"] >= 1
    assert second["compiled"] == 0
    assert second["hits"] == 1
    assert {**first, "compiled": 0, "hits": 0} == {**second, "compiled": 0, "hits": 0}


def test_block_loop__is_made_once_in_a_process_and_leaves_one_file(toy_runs):
    _, (first, _) = toy_runs
    assert first["same"]
    assert first["files"] == ["loop_toy_step.py"]


def test_cache__stands_where_the_environment_says(toy_runs):
    folder, (first, _) = toy_runs
    assert Path(first["folder"]).parent == folder / "cache"
    assert list((folder / "cache").rglob("toy.step*.nbc"))


def test_cache__is_found_again_by_its_name(monkeypatch, tmp_path):
    monkeypatch.setenv("STALEMATE_CACHE", str(tmp_path))
    assert cache_folder.__wrapped__() == tmp_path / f"kernels-{sources_digest()}"


def test_kernel__threads_that_compile_at_once_all_use_the_cache_folder_and_leave_the_setting(monkeypatch):
    """Without a lock one thread takes back the setting while another is reading it."""
    seen, before, together = [], config.CACHE_DIR, threading.Barrier(8)

    def slow(**options):
        time.sleep(0.01)
        seen.append(config.CACHE_DIR)
        return lambda function: function

    def compile_one():
        together.wait()
        kernel(len)

    monkeypatch.setattr(kernel_module.numba, "njit", slow)
    monkeypatch.setattr(kernel_module, "keep_sums", lambda compiled: None)
    threads = [threading.Thread(target=compile_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [str(cache_folder())] * 8
    assert config.CACHE_DIR == before


def test_cache__falls_back_when_a_folder_cannot_be_made(monkeypatch, tmp_path):
    """A file stands where the first folder should be, then where the second should; the third is free."""
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    monkeypatch.setenv("STALEMATE_CACHE", str(blocked))
    monkeypatch.setattr(kernel_module, "user_cache_path", lambda name: tmp_path / "user" / name)
    assert cache_folder.__wrapped__().parent == tmp_path / "user" / "stalemate"
    monkeypatch.setattr(kernel_module, "user_cache_path", lambda name: blocked / name)
    monkeypatch.setattr(kernel_module.tempfile, "tempdir", str(tmp_path / "temporary"))
    assert cache_folder.__wrapped__().parent == tmp_path / "temporary"


def test_cache__passes_over_a_folder_that_is_read_only(monkeypatch, tmp_path):
    monkeypatch.setenv("STALEMATE_CACHE", str(tmp_path / "mine"))
    monkeypatch.setattr(kernel_module, "user_cache_path", lambda name: tmp_path / "user" / name)
    monkeypatch.setattr(os, "access", lambda path, mode: "mine" not in str(path))
    assert cache_folder.__wrapped__().parent == tmp_path / "user" / "stalemate"


def test_cache__passes_over_a_folder_of_somebody_else_unless_it_was_named(monkeypatch, tmp_path):
    """What lies in the folder is run, and anybody can make one of any name where all files are temporary."""
    theirs = tmp_path / "temporary"
    monkeypatch.setattr(kernel_module, "user_cache_path", lambda name: tmp_path / "user" / name)
    monkeypatch.setattr(kernel_module.tempfile, "tempdir", str(theirs))
    monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)
    monkeypatch.delenv("STALEMATE_CACHE", raising=False)
    with pytest.raises(InputError, match="no folder for compiled code"):
        cache_folder.__wrapped__()
    monkeypatch.setenv("STALEMATE_CACHE", str(theirs))
    assert cache_folder.__wrapped__().parent == theirs


def test_cache__says_what_was_tried_when_nothing_can_be_written(monkeypatch, tmp_path):
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    monkeypatch.setenv("STALEMATE_CACHE", str(blocked))
    monkeypatch.setattr(kernel_module, "user_cache_path", lambda name: blocked / name)
    monkeypatch.setattr(kernel_module.tempfile, "tempdir", str(blocked))
    with pytest.raises(InputError, match=r"a-file.*Set STALEMATE_CACHE"):
        cache_folder.__wrapped__()


@pytest.fixture
def copied_package(monkeypatch, tmp_path):
    copy = tmp_path / "stalemate"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(kernel_module, "_PACKAGE", copy)
    return copy


@pytest.mark.parametrize("name", ["kernel.py", "elementary.py", "streams.py", "systems/flow.py"])
def test_sources_digest__moves_when_a_kernel_source_moves(copied_package, name):
    """The compiler's own cache would miss this: a helper changed, its callers' files did not."""
    before = sources_digest.__wrapped__()
    with (copied_package / name).open("a") as file:
        file.write("# changed\n")
    assert sources_digest.__wrapped__() != before


def test_cache__never_runs_a_helper_that_has_changed(copied_package):
    """The caller's file stays as it is while the helper's answer changes from 1 to 2."""
    rule = "from stalemate.kernel import kernel\n"
    helper = copied_package / "systems" / "helper.py"
    caller = copied_package / "systems" / "caller.py"
    caller.write_text(
        f"from stalemate.systems.helper import value\n{rule}@kernel\ndef ask():\n    return value()\n"
    )
    root = copied_package.parent
    place = {**os.environ, "PYTHONPATH": str(root), "STALEMATE_CACHE": str(root / "cache")}
    # Python's own bytecode cache goes by size and whole seconds, and cannot see this change.
    place["PYTHONDONTWRITEBYTECODE"] = "1"
    command = [sys.executable, "-c", "from stalemate.systems.caller import ask; print(ask())"]
    for answer in (1, 2):
        helper.write_text(f"{rule}@kernel\ndef value():\n    return {answer}\n")
        run = subprocess.run(command, capture_output=True, text=True, check=True, env=place)
        assert run.stdout == f"{answer}\n"
    assert len(list((root / "cache").glob("kernels-*"))) == 2


def test_sources_digest__stays_when_a_file_without_kernels_moves(copied_package):
    before = sources_digest.__wrapped__()
    with (copied_package / "errors.py").open("a") as file:
        file.write("# changed\n")
    assert sources_digest.__wrapped__() == before


def test_sources_digest__moves_with_the_processor_asked_for(monkeypatch):
    monkeypatch.setattr(config, "CPU_NAME", "generic")
    assert sources_digest.__wrapped__() != sources_digest()


def test_compiled_sources__holds_every_kernel_and_every_constant_that_kernels_freeze():
    """A kernel's file, and the files that it takes values in capitals from, must be in the digest."""
    listed = {path.relative_to(PACKAGE).as_posix() for path in compiled_sources()}
    wanted = set()
    for path in PACKAGE.rglob("*.py"):
        imports = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
        names = {alias.name for node in imports if node.module == "stalemate.kernel" for alias in node.names}
        if names & {"kernel", "inlined_kernel"}:
            wanted.add(path.relative_to(PACKAGE).as_posix())
            for node in imports:
                if (node.module or "").startswith("stalemate.") and any(a.name.isupper() for a in node.names):
                    wanted.add((node.module or "").removeprefix("stalemate.").replace(".", "/") + ".py")
    assert len(wanted) >= 3
    assert wanted - listed == set()


@pytest.mark.parametrize("compiled", [exp_, philox])
def test_kernel__keeps_the_rules_of_the_house(compiled):
    """No fast-math, so the same bits; no interpreter lock, so threads overlap; never parallel."""
    options = compiled.targetoptions
    assert options["fastmath"] is False
    assert options["nogil"] is True
    assert not options.get("parallel")
    assert not options.get("debug")


@pytest.mark.parametrize("decorate", [kernel, inlined_kernel])
def test_kernel__leaves_the_compilers_settings_alone(decorate):
    before = config.CACHE_DIR
    decorate(_twice)
    assert config.CACHE_DIR == before
    with pytest.raises(Exception, match="cannot cache"):
        decorate(eval("lambda x: x"))
    assert config.CACHE_DIR == before


def _twice(x):
    return 2 * x
