"""Files of compiled code: what was damaged, cut, swapped or half-written is made again, never run."""

import importlib.util
import logging
import os
import shutil
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stalemate import kernel as kernel_module
from stalemate.elementary import exp_, log_
from stalemate.errors import InputError

SOURCE = """
from stalemate.kernel import kernel

@kernel
def doubled(x):
    return x + x

@kernel
def halved(x):
    return x / 2
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return the folder of a file with two kernels and of their compiled code, filled once."""
    folder = tmp_path_factory.mktemp("compiled")
    (folder / "toy_kernels.py").write_text(SOURCE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel_module, "cache_folder", lambda: folder / "cache")
        toy = loaded(folder)
        assert (toy.doubled(4), toy.doubled(0.5), toy.halved(4)) == (8, 1.0, 2.0)
    return folder


@pytest.fixture
def again(place, monkeypatch, tmp_path_factory):
    """Return what loads the kernels anew, as a fresh process would, over a copy of the filled folder."""
    copy = tmp_path_factory.mktemp("copy") / "cache"
    shutil.copytree(place / "cache", copy)
    monkeypatch.setattr(kernel_module, "cache_folder", lambda: copy)
    return lambda: loaded(place)


def loaded(folder):
    spec = importlib.util.spec_from_file_location("toy_kernels", folder / "toy_kernels.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def files(name):
    return sorted(kernel_module.cache_folder().rglob(f"toy_kernels.{name}-*.nbc"))


def compiled(function):
    return sum(function.stats.cache_misses.values())


def test_files__are_loaded_when_they_are_whole_and_are_all_there_is(again, caplog):
    toy = again()
    assert (toy.doubled(4), toy.doubled(0.5)) == (8, 1.0)
    assert compiled(toy.doubled) == 0
    assert len(files("doubled")) == 2
    assert {path.suffix for path in kernel_module.cache_folder().rglob("*") if path.is_file()} == {".nbc"}
    assert caplog.text == ""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_files__changed_in_any_way_are_told_removed_and_compiled_again(again, caplog, data):
    [victim] = files("halved")
    whole = victim.read_bytes()
    at = int(data.draw(st.floats(0, 1, exclude_max=True), "place") * len(whole))
    kind = data.draw(st.sampled_from(["flip", "cut", "zeros", "longer"]))
    changed = {
        "flip": whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255), "bits")]) + whole[at + 1 :],
        "cut": whole[:at],
        "zeros": bytes(len(whole)),
        "longer": whole + b"x",
    }
    victim.write_bytes(changed[kind])
    caplog.clear()
    toy = again()
    assert toy.halved(6) == 3.0
    assert compiled(toy.halved) == 1
    assert f"{victim} is damaged; it is removed and compiled again" in caplog.text
    toy = again()
    assert toy.halved(6) == 3.0
    assert compiled(toy.halved) == 0


def test_files__under_the_name_of_another_are_not_run(again, caplog):
    """Code for whole numbers under the name of code for broken ones would give a wrong number."""
    first, second = files("doubled")
    kept = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(kept)
    toy = again()
    assert (toy.doubled(4), toy.doubled(0.5)) == (8, 1.0)
    assert compiled(toy.doubled) == 2
    assert caplog.text.count("is damaged") == 2


def test_files__left_half_written_by_a_process_that_was_killed_are_in_nobodys_way(again):
    [victim] = files("halved")
    victim.rename(victim.with_name(f"{victim.name}.tmp.0123456789abcdef"))
    toy = again()
    assert toy.halved(6) == 3.0
    assert compiled(toy.halved) == 1
    assert files("halved") == [victim]


def test_files__of_a_source_that_changed_are_not_run(again, place, monkeypatch, tmp_path):
    (tmp_path / "toy_kernels.py").write_text(SOURCE.replace("x / 2", "x / 4"))
    toy = loaded(tmp_path)
    assert toy.halved(8) == 2.0
    assert compiled(toy.halved) == 1


def test_files__that_cannot_be_written_cost_no_result(again, monkeypatch, caplog):
    def full(*names):
        raise OSError(28, "No space left on device")

    [victim] = files("halved")
    victim.unlink()
    with monkeypatch.context() as patch:
        patch.setattr("os.replace", full)
        toy = again()
        assert toy.halved(6) == 3.0
    assert f"cannot keep compiled code in {victim} (No space left on device)" in caplog.text
    assert list(victim.parent.glob("*halved*")) == []


def test_files__that_cannot_be_read_or_removed_cost_no_result(again, monkeypatch, caplog):
    [victim] = files("halved")
    victim.unlink()
    victim.mkdir()
    caplog.set_level(logging.ERROR)
    assert again().halved(6) == 3.0


def test_flush__removes_the_files_of_one_kernel(again):
    again().doubled._cache.flush()
    assert (len(files("doubled")), len(files("halved"))) == (0, 1)


def test_block_loop__that_was_damaged_on_disk_is_put_right_and_never_run(again, monkeypatch):
    """The loop's file is there for the compiler to find; what is run comes from the program."""
    monkeypatch.setitem(sys.modules, "toy_kernels", again())
    make = kernel_module.block_loop.__wrapped__
    make(sys.modules["toy_kernels"].doubled)
    [path] = kernel_module.cache_folder().glob("loop_*.py")
    text = path.read_text()
    path.write_text("raise SystemExit('run')\n")
    make(sys.modules["toy_kernels"].doubled)
    assert path.read_text() == text
    assert not list(path.parent.glob("__pycache__"))
    del sys.modules[path.stem]


def test_block_loop__says_where_it_cannot_be_written(again, monkeypatch, tmp_path):
    toy = again()
    monkeypatch.setattr(kernel_module, "cache_folder", lambda: tmp_path / "none")
    with pytest.raises(InputError, match=r"cannot write .*set STALEMATE_CACHE"):
        kernel_module.block_loop.__wrapped__(toy.doubled)


def test_kernel__is_the_plain_function_where_the_compiler_is_switched_off():
    code = "from stalemate.elementary import exp_, log_; print(exp_(1.5), log_(1.5), type(exp_).__name__)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == [repr(exp_(1.5)), repr(log_(1.5)), "function"]
