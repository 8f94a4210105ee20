"""Files that are none, lead elsewhere, or say that they are larger than they are; what nothing here does."""

import ast
import hashlib
import io
import os
import re
import socket
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow
import pytest
from fuzzing.runs import SUMS, a_posterior, stored
from hypothesis import given
from hypothesis import strategies as st
from korea import copy_of_flagship, faults_of, spoiled
from pyarrow import parquet

from stalemate.analysis.netfile import read_network
from stalemate.ensemble.footer import packings
from stalemate.ensemble.foreign import array_of, check_recipe, outcomes_of, read_inside
from stalemate.ensemble.posteriors import read_posterior
from stalemate.ensemble.runs import read_run
from stalemate.ensemble.store import model_digest, read_recipe
from stalemate.errors import NetworkError, QueryError, RunError, ScenarioError
from stalemate.files import json_of, read_plain
from stalemate.scenario import read

SOURCE = Path(__file__).resolve().parents[1] / "src" / "stalemate"
TREES = {path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text()) for path in SOURCE.rglob("*.py")}
RUNS_CODE = {"pickle", "_pickle", "cPickle", "marshal", "shelve", "dill", "joblib", "copyreg", "jsonpickle"}
TAGGED = {"yaml", "ruamel", "xml", "lxml", "plistlib"}


def imported(tree):
    """Return the first parts of the names of all modules that a file imports, wherever it does."""
    nodes = list(ast.walk(tree))
    plain = {one.name for node in nodes if isinstance(node, ast.Import) for one in node.names}
    named = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in plain | named}


def called(tree):
    """Return the calls of a file by their last name."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [(getattr(one.func, "attr", getattr(one.func, "id", "")), one) for one in calls]


def test_code__reads_nothing_in_a_form_that_runs_code():
    """Blocks on a cluster are the exception: Dask sends programs, so its scheduler must be one's own."""
    assert len(TREES) > 150
    assert {name for name, tree in TREES.items() if imported(tree) & RUNS_CODE} == set()
    assert {name for name, tree in TREES.items() if "cloudpickle" in imported(tree)} == {
        "ensemble/cluster.py"
    }


def test_code__reads_no_tags_and_evaluates_no_text():
    """The exception writes the loop around a kernel, out of the names of its own arguments."""
    assert {name for name, tree in TREES.items() if imported(tree) & TAGGED} == set()
    found = {(name, said) for name, tree in TREES.items() for said, _ in called(tree)}
    bad = {"eval", "exec", "execfile", "literal_eval", "read_pickle", "to_pickle", "fromfile", "system"}
    assert {(name, said) for name, said in found if said in bad} == {("kernel.py", "exec")}


def test_code__reads_no_array_of_objects_and_no_archive():
    for name, tree in TREES.items():
        for said, call in called(tree):
            words = {one.arg: one.value for one in call.keywords}
            allowed = words.get("allow_pickle")
            assert allowed is None or (isinstance(allowed, ast.Constant) and allowed.value is False), name
            if (
                said == "save"
                and isinstance(call.func, ast.Attribute)
                and ast.unparse(call.func) == "np.save"
            ):
                assert allowed is not None, name
            assert ast.unparse(call.func) not in ("np.load", "numpy.load", "tarfile.open"), name
            if said == "ZipFile":
                assert [one.value for one in call.args[1:2]] == ["w"], name
            assert said not in ("extractall", "unpack_archive"), name


def test_code__starts_no_program_by_way_of_a_shell():
    starting = {name for name, tree in TREES.items() if imported(tree) & {"subprocess", "pty", "commands"}}
    for name in starting:
        for _, call in called(TREES[name]):
            assert "shell" not in {one.arg for one in call.keywords}, name


@pytest.fixture
def pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def test_read_plain__waits_for_no_pipe_and_reads_no_device(pipe, tmp_path):
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tmp_path / "socket"))
    with server:
        for place in (pipe, Path("/dev/zero"), tmp_path, tmp_path / "socket"):
            with pytest.raises(OSError, match=r"plain file|directory|No such device"):
                read_plain(place, 100)


def test_read_plain__reads_up_to_its_bound(tmp_path):
    place = tmp_path / "a"
    place.write_bytes(b"x" * 100)
    assert read_plain(place, 100) == b"x" * 100
    with pytest.raises(OSError, match="at most 99 bytes"):
        read_plain(place, 99)
    with pytest.raises(ValueError, match="null"):
        read_plain(tmp_path / "a\0b", 9)


def test_read_plain__is_not_deceived_by_a_file_that_says_it_is_empty():
    with pytest.raises(OSError, match="at most 10 bytes"):
        read_plain(Path("/proc/self/environ"), 10)


def test_read_inside__follows_no_link_to_elsewhere(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "secret").write_bytes(b"1")
    (tmp_path / "run" / "here").write_bytes(b"2")
    (tmp_path / "run" / "out").symlink_to(tmp_path / "secret")
    (tmp_path / "run" / "in").symlink_to("here")
    (tmp_path / "run" / "round").symlink_to("round")
    assert read_inside(tmp_path / "run" / "in", 9) == b"2"
    with pytest.raises(ValueError, match="leads outside"):
        read_inside(tmp_path / "run" / "out", 9)
    with pytest.raises(OSError, match="circle"):
        read_inside(tmp_path / "run" / "round", 9)


@pytest.mark.parametrize(
    "data", [b"[" * 100_000, b'{"a":' * 100_000, b"9" * 5000, b"NaN", b"-Infinity", b"\xff", b""]
)
def test_json_of__refuses_what_is_no_plain_json(data):
    with pytest.raises(ValueError, match=r"deep|digits|no number|codec|Expecting"):
        json_of(data)


def test_json_of__reads_numbers_as_they_are():
    assert json_of(b'{"a": [1, 2.5, null, true, 1e999999]}')["a"][:2] == [1, 2.5]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return copy_of_flagship(tmp_path_factory.mktemp("hostile"))


@pytest.mark.parametrize("target", ["weather.csv", "/etc/passwd", "../secret.csv", "/dev/zero", "."])
def test_scenario__links_lead_nowhere_else(folder, target):
    place = folder / "weather.csv"
    before = place.read_bytes()
    place.unlink()
    try:
        place.symlink_to(target)
        (fault, *_) = faults_of(folder)
        assert fault.file == "weather.csv"
    finally:
        place.unlink()
        place.write_bytes(before)


@pytest.mark.parametrize(
    "name", ["../x", "/dev/zero", "a" * 5000, "con\\u0000", "a\\nb", "\\u202ex", "~/x", ""]
)
def test_scenario__tables_have_no_names_that_lead_elsewhere(folder, name):
    manifest = (folder / "scenario.toml").read_bytes() + f'\n[tables]\nnodes = "{name}"\n'.encode()
    with spoiled(folder / "scenario.toml", manifest), pytest.raises(ScenarioError) as told:
        read.load(folder)
    assert re.search("outside|no such file|cannot be read|control|character", str(told.value))
    assert "\u202e" not in str(told.value)


@pytest.mark.parametrize("table", ["nodes", "weather"])
def test_scenario__a_table_of_ten_thousand_columns_is_one_fault(folder, table):
    place = folder / f"{table}.csv"
    with spoiled(place, b"c," * 10_000 + b"\n"):
        faults = [fault for fault in faults_of(folder) if fault.file == place.name]
    assert [fault.found for fault in faults] == ["10,001 columns"]


def test_scenario__reads_back_what_our_exports_guard(folder):
    """A note that begins as a formula, with the apostrophe of an export, is the note without it."""
    place = folder / "weather.csv"
    lines = place.read_text().splitlines()
    column = lines[0].split(",").index("note")
    war = read.load(folder)
    assert all(not (row.note or "").startswith("'") for row in war.weather)
    cells = lines[1].split(",")
    lines[1] = ",".join([*cells[:column], "'=1+1", *cells[column + 1 :]])
    with spoiled(place, "\n".join([*lines, ""]).encode()):
        assert read.load(folder).weather[0].note == "=1+1"


def test_network__of_eight_million_bytes_lists_a_hundred_faults(tmp_path):
    place = tmp_path / "net.csv"
    place.write_bytes(b"from,to,capacity\n" + b"a,b,x\n" * 20_000)
    with pytest.raises(NetworkError) as told:
        read_network(place)
    assert len(told.value.faults) == 101
    assert told.value.faults[-1].found == "19,900 more faults"


def npy(values):
    out = io.BytesIO()
    np.save(out, values)
    return out.getvalue()


def test_array_of__reads_what_numpy_writes():
    for kind, values in (("<f4", np.arange(6, dtype="f4").reshape(2, 3)), ("<f8", np.ones((2, 2, 2)))):
        found = array_of(npy(values), kind, 2)
        assert found.tobytes() == values.tobytes()
        assert (found.shape, found.dtype, found.flags.writeable) == (values.shape, values.dtype, True)


@pytest.mark.parametrize(
    "values",
    [
        np.ones((2, 3), "f8"),
        np.ones((3, 3), "f4"),
        np.ones(2, "f4"),
        np.asfortranarray(np.ones((2, 3), "f4")),
        np.ones((2, 3), ">f4"),
        np.array([["a"] * 3] * 2),
        np.ones((2, 3), [("a", "f4")]),
    ],
)
def test_array_of__refuses_any_other_array(values):
    with pytest.raises(ValueError, match=r"expected|no array"):
        array_of(npy(values), "<f4", 2)


def test_array_of__takes_no_more_memory_than_the_file():
    head = npy(np.ones((2, 3), "f4"))[:128].replace(b"(2, 3), }        ", b"(2, 999999999), }")
    assert len(head) == 128
    with pytest.raises(ValueError, match="a file as long"):
        array_of(head + bytes(24), "<f4", 2)


def table(**columns):
    out = io.BytesIO()
    options = {"compression": "none", "use_dictionary": False}
    parquet.write_table(pyarrow.table(columns), out, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ""),
        ({"replicate": np.array([0, 2], np.int32)}, "expected the wars"),
        ({"cuts": np.array([1, 2])}, "other columns"),
        ({"cuts": pyarrow.array([1.0, None])}, "empty cell"),
        ({"more": np.ones(2)}, "other columns"),
        ({"fire": pyarrow.array(["a" * 100, "b"])}, "short texts"),
        ({"fire": pyarrow.array(["a\x1b", "b"])}, "short texts"),
    ],
)
def test_outcomes_of__takes_its_own_columns_alone(changes, said):
    forms = {"repair": pyarrow.array(["queue"] * 2), "fire": pyarrow.array(["policy"] * 2)}
    data = table(**{"replicate": np.arange(2, dtype=np.int32), **forms, "cuts": np.ones(2), **changes})
    if said:
        with pytest.raises(ValueError, match=said):
            outcomes_of(data, ("cuts",), range(2))
    else:
        assert outcomes_of(data, ("cuts",), range(2))["cuts"].tolist() == [1.0, 1.0]


PACKED = {"none": 0, "snappy": 1, "gzip": 2, "zstd": 6}
"""Numbers of parquet.thrift, CompressionCodec."""


@pytest.mark.parametrize("way", PACKED)
def test_packings__are_those_that_arrow_wrote(way):
    out = io.BytesIO()
    columns = {f"column_{number}": np.arange(100.0) for number in range(40)} | {"word": ["a"] * 100}
    ways = {name: way if name == "column_7" else "none" for name in columns}
    told = pyarrow.table(columns).replace_schema_metadata({"a": "b" * 300})
    parquet.write_table(told, out, compression=ways, row_group_size=30)
    assert packings(out.getvalue()) == {0, PACKED[way]}


@given(st.data())
def test_packings__any_damage_to_the_end_is_a_value_error_or_a_number(data):
    whole = bytearray(a_posterior("m"))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(len(whole) - 600, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ValueError):
        assert all(number is not None for number in packings(bytes(whole)))


def test_posterior__a_small_file_of_many_rows_is_refused(tmp_path):
    """A million equal numbers take a few kilobytes where they are packed, and eight megabytes in memory."""
    assert read_posterior_of(tmp_path / "good.parquet", a_posterior(model_digest())).names == (
        "truck_payload_t",
    )
    out = io.BytesIO()
    parquet.write_table(pyarrow.table({"a": np.full(1_000_000, 0.5)}), out, compression="none")
    with pytest.raises(QueryError, match="rows said to be in"):
        read_posterior_of(tmp_path / "bomb.parquet", out.getvalue())


def read_posterior_of(place, data):
    place.write_bytes(data)
    return read_posterior(place)


def test_run__a_file_that_is_a_link_or_pipe_is_refused(tmp_path):
    place = stored(tmp_path)
    victim = place / "0-shifted" / "weekly-00000.npy"
    victim.rename(tmp_path / "away")
    victim.symlink_to(tmp_path / "away")
    with pytest.raises(RunError, match="leads outside the folder"):
        read_run(place)
    victim.unlink()
    os.mkfifo(victim)
    with pytest.raises(RunError, match="is missing"):
        read_run(place)
    (place / "manifest.json").unlink()
    os.mkfifo(place / "manifest.json")
    with pytest.raises(RunError, match="plain file"):
        read_recipe(place)


def test_run__sums_that_name_too_few_files_are_told_at_once(tmp_path):
    place = stored(tmp_path)
    manifest = (place / "manifest.json").read_text().replace('"replicates": 5', '"replicates": 9999999')
    (place / "manifest.json").write_text(manifest)
    digest = hashlib.sha256(manifest.encode()).hexdigest()
    (place / SUMS).write_text(f"{digest}  manifest.json\n")
    with pytest.raises(RunError, match="names 1 of 234,379 files"):
        read_run(place)


def test_check_recipe__tells_all_that_is_wrong():
    with pytest.raises(
        ValueError, match=r"(?s)scenario is no.*replicates is True.*seed is -1.*policies is no"
    ):
        check_recipe({"scenario": 1, "replicates": True, "seed": -1, "policies": [{"name": "a"}]})
