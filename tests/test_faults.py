"""What a machine can do to a run: afterwards the same command gives the same bytes, or says what is wrong.

Short, with a toy in the engine's place; ``scripts/faults.py`` does it at length to the program itself.
"""

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference import toy_process, toy_war

from stalemate.ensemble import runner, store
from stalemate.ensemble.runs import read_run
from stalemate.errors import RunError

KILLS = 6


def all_bytes(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def started(out, *words):
    """Start a run in a process of its own and return it when it has begun."""
    command = [sys.executable, toy_process.__file__, str(out), *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "begun\n"
    return process


def ended(out, *words):
    """Run it to its end and return the exit code and what it said."""
    process = started(out, *words)
    _, said = process.communicate()
    return process.returncode, said


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the bytes of an undisturbed run."""
    out = tmp_path_factory.mktemp("whole") / "run"
    with pytest.MonkeyPatch.context() as patch:
        toy_war.put_in_place(patch)
        toy_process.fight(out)
    return all_bytes(out)


@pytest.fixture(scope="module")
def half(tmp_path_factory):
    """Return the folder of a run that was killed when some of its shards stood."""
    folder = tmp_path_factory.mktemp("half")
    process = started(folder / "run", "wait=0.05")
    while len(list(folder.rglob("sums-*"))) < 3:
        time.sleep(0.01)
    process.kill()
    process.communicate()
    return folder


@pytest.fixture
def toy(monkeypatch):
    toy_war.put_in_place(monkeypatch)


def test_run__killed_at_random_moments_gives_the_same_bytes(tmp_path, whole):
    luck = random.Random(5)
    for _ in range(KILLS):
        process = started(tmp_path / "run", "wait=0.01")
        time.sleep(luck.uniform(0, 0.3))
        process.kill()
        process.communicate()
        if (tmp_path / "run").exists():
            break
    else:
        assert ended(tmp_path / "run") == (0, "")
    assert all_bytes(tmp_path / "run") == whole


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_run__whatever_bytes_of_a_shard_changed_they_are_made_again(tmp_path_factory, half, whole, toy, data):
    folder = tmp_path_factory.mktemp("flipped") / "copy"
    shutil.copytree(half, folder)
    files = sorted(path for path in (folder / "run.partial").rglob("*") if path.is_file())
    victim = data.draw(st.sampled_from(files), "file")
    content = bytearray(victim.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1), "byte")
    if data.draw(st.booleans(), "cut"):
        victim.write_bytes(content[:at])
    else:
        content[at] ^= data.draw(st.integers(1, 255), "bits")
        victim.write_bytes(content)
    if victim.name == "manifest.json":
        with pytest.raises(RunError, match=r"cannot be read|begun otherwise"):
            toy_process.fight(folder / "run")
    else:
        toy_process.fight(folder / "run")
        assert all_bytes(folder / "run") == whole
    shutil.rmtree(folder)


@pytest.mark.parametrize("fails_at", range(1, 15, 2))
def test_run__with_a_full_disk_says_so_and_keeps_what_is_whole(tmp_path, monkeypatch, whole, toy, fails_at):
    written = 0

    def full(source, target):
        nonlocal written
        written += 1
        if written >= fails_at:
            raise OSError(28, "No space left on device")
        return replace(source, target)

    replace = store.os.replace
    with monkeypatch.context() as patch:
        patch.setattr(store.os, "replace", full)
        with pytest.raises(RunError, match=r"cannot write .*No space left on device.*repeat the command"):
            toy_process.fight(tmp_path / "run")
    assert not (tmp_path / "run").exists()
    toy_process.fight(tmp_path / "run")
    assert all_bytes(tmp_path / "run") == whole
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]


def test_run__whose_files_may_not_grow_says_so_and_goes_on_later(tmp_path, whole):
    code, said = ended(tmp_path / "run", "file=40000")
    assert code == 2
    assert "cannot write" in said
    assert ended(tmp_path / "run") == (0, "")
    assert all_bytes(tmp_path / "run") == whole


def test_run__where_nothing_can_be_written_says_so(tmp_path, toy):
    (tmp_path / "file").touch()
    for out in (tmp_path / "file" / "run", Path("/proc/none/run")):
        with pytest.raises(RunError, match="cannot write"):
            toy_process.fight(out)


def test_run__that_another_process_writes_is_refused_and_left_alone(tmp_path, whole):
    first = started(tmp_path / "run", "wait=0.2")
    while not (tmp_path / "run.partial").exists():
        time.sleep(0.01)
    code, said = ended(tmp_path / "run")
    assert code == 2
    assert "another process is writing" in said
    first.kill()
    first.communicate()
    assert ended(tmp_path / "run") == (0, "")
    assert all_bytes(tmp_path / "run") == whole


def test_run__short_of_memory_is_never_wrong(tmp_path, whole):
    for most in (1_000_000, 20_000_000, 60_000_000):
        code, _ = ended(tmp_path / "run", f"memory={most}")
        assert (code == 0) == (tmp_path / "run").exists()
    if not (tmp_path / "run").exists():
        assert ended(tmp_path / "run") == (0, "")
    assert all_bytes(tmp_path / "run") == whole


def test_run__does_not_mind_a_clock_that_jumps(tmp_path, whole):
    assert ended(tmp_path / "run", "clock=wild") == (0, "")
    assert all_bytes(tmp_path / "run") == whole


@pytest.mark.parametrize("year", [1971, 2101])
def test_run__goes_on_whatever_times_its_files_carry(tmp_path, half, whole, toy, year):
    """A clock that was set years back or forward between two parts of a run."""
    shutil.copytree(half, tmp_path / "half")
    when = (year - 1970) * 365.25 * 86400
    for path in (tmp_path / "half").rglob("*"):
        os.utime(path, (when, when))
    toy_process.fight(tmp_path / "half" / "run")
    assert all_bytes(tmp_path / "half" / "run") == whole


def test_run__cancelled_by_keyboard_at_random_moments_goes_on(tmp_path, whole):
    """At any moment: while it waits, counts, writes, or ends; what was cancelled is no run."""
    luck, out = random.Random(3), tmp_path / "run"
    for _ in range(5):
        process = started(out, "wait=0.02")
        time.sleep(luck.uniform(0, 0.4))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        if out.exists():
            break
    else:
        assert ended(out) == (0, "")
    assert all_bytes(out) == whole


def test_shards__of_another_run_are_made_again(tmp_path, half, whole, toy):
    """Files of a run with another seed, with the sums that they had there: two folders that were mixed."""
    shutil.copytree(half, tmp_path / "half")
    war, policies = toy_war.scenario(start=toy_process.START), [toy_war.Shifted(), toy_war.Plain()]

    def stop(done, total):
        if done > 1000:
            raise KeyboardInterrupt

    asked = {"replicates": toy_process.WARS, "block": 50, "until": toy_process.UNTIL}
    with pytest.raises(KeyboardInterrupt):
        runner.run(war, policies, seed=2, out=tmp_path / "other", progress=stop, **asked)
    taken = 0
    for path in sorted((tmp_path / "other.partial").rglob("*-0000*")):
        path.replace(tmp_path / "half" / "run.partial" / path.relative_to(tmp_path / "other.partial"))
        taken += 1
    assert taken >= 8
    toy_process.fight(tmp_path / "half" / "run")
    assert all_bytes(tmp_path / "half" / "run") == whole


def test_manifest__that_is_damaged_while_a_run_is_fought_gets_no_sum_of_its_own(tmp_path, toy):
    manifest = tmp_path / "run.partial" / "manifest.json"

    def damage(done, total):
        manifest.write_bytes(manifest.read_bytes().replace(b'"seed": 1', b'"seed": 7'))

    with pytest.raises(RunError, match=r"manifest\.json is damaged"):
        toy_process.fight(tmp_path / "run", damage)


def finished(folder, whole):
    """Write the files of a finished run."""
    for name, content in whole.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def numbers(folder):
    """Return a run's recipe and the bytes of all its numbers."""
    runs = read_run(folder)
    arrays = [(kept.weekly, kept.answers, *kept.outcomes.values()) for kept in runs.kept]
    return runs.recipe, [np.asarray(one).tobytes() for each in arrays for one in each]


def refused_or_same(folder, expected):
    """Tell whether a run is refused with a sentence, or else holds the numbers that it should."""
    try:
        return numbers(folder) == expected
    except RunError as error:
        return len(str(error)) > 20


def test_finished_run__with_any_byte_changed_is_refused(tmp_path, whole):
    """Each file at its first bytes, its last, its middle and ten others; and cut short, emptied, removed."""
    folder, luck = finished(tmp_path / "run", whole), random.Random(8)
    expected = numbers(folder)
    for name, content in whole.items():
        size, changes = len(content), []
        for at in {0, 1, size // 2, size - 2, size - 1, *(luck.randrange(size) for _ in range(10))}:
            bits = luck.randrange(1, 256)
            changes.append(content[:at] + bytes([content[at] ^ bits]) + content[at + 1 :])
        for changed in (*changes, content[: size // 2], content + b"x", b"", None):
            (folder / name).unlink() if changed is None else (folder / name).write_bytes(changed)
            assert refused_or_same(folder, expected), name
            if name != "SHA256SUMS":
                with pytest.raises(RunError, match=name.rpartition("/")[2].replace(".", r"\.")):
                    read_run(folder)
        (folder / name).write_bytes(content)


def test_finished_run__with_files_that_changed_places_is_refused(tmp_path, whole):
    folder = finished(tmp_path / "run", whole)
    names = sorted(name for name in whole if name.endswith("00000.parquet"))
    for name, other in zip(names, reversed(names), strict=True):
        (folder / name).write_bytes(whole[other])
    with pytest.raises(RunError, match="is damaged"):
        read_run(folder)


def test_finished_run__is_read_without_writing(tmp_path, whole, monkeypatch):
    """As from a medium or a folder that is read-only."""
    folder = finished(tmp_path / "run", whole)

    def refuse(*arguments):
        raise OSError(30, "Read-only file system")

    for name in ("mkdir", "rename", "replace", "unlink", "rmdir"):
        monkeypatch.setattr(os, name, refuse)
    assert read_run(folder).recipe.replicates == toy_process.WARS


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.EIO, errno.EDQUOT])
def test_run__says_why_it_cannot_write(tmp_path, monkeypatch, whole, toy, number):
    def refuse(*names):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(store.os, "replace", refuse)
        with pytest.raises(RunError, match=f"cannot write .*{os.strerror(number)}"):
            toy_process.fight(tmp_path / "run")
    toy_process.fight(tmp_path / "run")
    assert all_bytes(tmp_path / "run") == whole
