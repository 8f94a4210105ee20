"""The run folder: whole or not at all, told apart from others, damage found."""

import hashlib
import json
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet
from reference import toy_war

from stalemate.ensemble.outcomes import OUTCOMES, QUANTITIES
from stalemate.ensemble.runner import run, run_again
from stalemate.ensemble.runs import read_run
from stalemate.ensemble.store import SHARD_WARS, Ordered, Recipe, RunWriter, different_files, model_digest
from stalemate.errors import RunError

POLICIES = [toy_war.Shifted(), toy_war.Plain()]
SHORT = {"until": date(1952, 9, 20), "replicates": 300}


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """Return the folder of a stored run of two policies in two shards."""
    toy_war.put_in_place(monkeypatch)
    run(toy_war.scenario(), POLICIES, out=tmp_path / "run", **SHORT)
    return tmp_path / "run"


names = st.text(st.characters(blacklist_categories=("Cs",)), max_size=12)
recipes = st.builds(
    Recipe,
    scenario=names,
    scenario_digest=names,
    model=names,
    policies=st.lists(st.builds(Ordered, name=names, digest=names), max_size=3).map(tuple),
    seed=st.integers(0, 2**63 - 1),
    replicates=st.integers(1, 10**7),
    repair=st.lists(names).map(tuple),
    fire=st.lists(names).map(tuple),
    start=st.dates(),
    end=st.dates(),
    window_start=st.dates(),
    parting=st.dates(),
    columns=st.lists(st.tuples(names, names), max_size=3).map(tuple),
)


@given(recipes)
def test_recipe__comes_back_from_json_as_it_was(recipe):
    assert Recipe.from_json(json.loads(json.dumps(recipe.to_json()))) == recipe


@given(st.integers(1, 5000))
def test_recipe__shards_hold_each_war_once(replicates):
    recipe = Recipe("", "", "", (), 1, replicates, (), (), *[date(1951, 7, 10)] * 4, ())
    wars = [war for shard in range(recipe.shards) for war in recipe.wars_of(shard)]
    assert wars == list(range(replicates))
    assert all(0 < len(recipe.wars_of(shard)) <= SHARD_WARS for shard in range(recipe.shards))


def test_stored_run__is_plain_files_that_other_programs_read(stored):
    table = parquet.read_table(stored / "0-shifted" / "outcomes-00001.parquet")
    assert table.column("replicate").to_pylist() == list(range(256, 300))
    assert table.schema.field("front_tonnes").metadata == {b"unit": b"t/day"}
    assert set(table.column_names) == {"replicate", "repair", "fire", *(o.name for o in OUTCOMES)}
    weekly = np.load(stored / "1-plain" / "weekly-00000.npy")
    weeks = -(-((date(1952, 9, 20) - date(1951, 7, 10)).days + 1) // 7)
    assert weekly.shape == (256, weeks, len(QUANTITIES) + len(toy_war.PLACES))
    assert weekly.dtype == np.float32


def test_stored_run__sums_are_those_of_sha256sum(stored):
    lines = (stored / "SHA256SUMS").read_text().splitlines()
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256((stored / name).read_bytes()).hexdigest() == digest
    assert len(lines) == 1 + 2 * 2 * 3


def test_stored_run__takes_less_than_30_kB_a_war(stored, tmp_path):
    run(toy_war.scenario(), toy_war.Plain(), replicates=256, out=tmp_path / "full")
    size = sum(p.stat().st_size for p in (tmp_path / "full").rglob("*") if p.is_file())
    assert size / 256 < 30_000


def test_manifest__names_recipe_and_versions_and_no_time_or_machine(stored):
    manifest = json.loads((stored / "manifest.json").read_text())
    assert set(manifest) == {"format", "recipe", "made_with"}
    assert set(manifest["made_with"]) == {"stalemate", "python", "numpy", "numba", "pyarrow"}
    assert manifest["recipe"]["model"] == model_digest()
    assert [policy["name"] for policy in manifest["recipe"]["policies"]] == ["shifted", "plain"]


def test_run_again__makes_the_same_bytes(stored, tmp_path):
    recipe = read_run(stored).recipe
    run_again(recipe, toy_war.scenario(), POLICIES, tmp_path / "again", workers=3, block=77)
    assert different_files(stored, tmp_path / "again") == []
    (tmp_path / "again" / "0-shifted" / "weekly-00000.npy").write_bytes(b"x")
    assert different_files(stored, tmp_path / "again") == ["0-shifted/weekly-00000.npy"]


def test_run_again__refuses_another_policy_or_scenario(stored, tmp_path):
    recipe = read_run(stored).recipe
    with pytest.raises(RunError, match="policies is"):
        run_again(recipe, toy_war.scenario(), [toy_war.Shifted(shift=1.0), POLICIES[1]], tmp_path / "x")
    with pytest.raises(RunError, match="start is 1951-07-10 there and 1951-07-11 here"):
        run_again(recipe, toy_war.scenario(start=date(1951, 7, 11)), POLICIES, tmp_path / "x")


def test_writer__refuses_what_was_begun_otherwise_and_says_what_differs(tmp_path):
    recipe = Recipe("toy", "d", "m", (), 1, 10, (), (), *[date(1951, 7, 10)] * 4, ())
    other = Recipe(**{**recipe.__dict__, "seed": 2})
    for _ in range(2):
        with RunWriter(recipe, tmp_path / "run"):
            pass
    with (
        pytest.raises(RunError, match=r"begun otherwise: seed is 1 there and 2 here\. Repeat the first"),
        RunWriter(other, tmp_path / "run"),
    ):
        pass
    (tmp_path / "run.partial" / "manifest.json").write_text("{")
    with pytest.raises(RunError, match="cannot be read"), RunWriter(recipe, tmp_path / "run"):
        pass


def test_writer__refuses_a_folder_that_is_there(tmp_path):
    recipe = Recipe("toy", "d", "m", (), 1, 1, (), (), *[date(1951, 7, 10)] * 4, ())
    with pytest.raises(RunError, match="exists already"), RunWriter(recipe, tmp_path):
        pass


def test_writer__says_so_when_the_name_was_taken_meanwhile(tmp_path, monkeypatch):
    toy_war.put_in_place(monkeypatch)

    def taking(wars_done, wars_total):
        (tmp_path / "run").mkdir(exist_ok=True)
        (tmp_path / "run" / "other").touch()

    with pytest.raises(RunError, match="the run is whole: rename it by hand"):
        run(toy_war.scenario(), toy_war.Plain(), replicates=2, out=tmp_path / "run", progress=taking)


def test_writer__clears_what_a_killed_write_left(tmp_path, monkeypatch):
    toy_war.put_in_place(monkeypatch)
    short = {"replicates": 2, "until": date(1951, 7, 12), "out": tmp_path / "run"}

    def littering(wars_done, wars_total):
        (tmp_path / "run.partial" / "weekly-00000.npy.1.tmp").write_bytes(b"half")

    run(toy_war.scenario(), toy_war.Plain(), progress=littering, **short)
    assert list(tmp_path.rglob("*.tmp")) == []


@pytest.mark.parametrize(
    "victim", ["1-plain/weekly-00001.npy", "0-shifted/outcomes-00000.parquet", "manifest.json"]
)
def test_read_run__finds_a_damaged_byte(stored, victim):
    data = bytearray((stored / victim).read_bytes())
    data[-3] ^= 1
    (stored / victim).write_bytes(data)
    with pytest.raises(RunError, match=r"damaged|cannot be read"):
        read_run(stored)


def test_read_run__names_every_missing_file(stored):
    for name in ("1-plain/weekly-00001.npy", "0-shifted/outcomes-00000.parquet"):
        (stored / name).unlink()
    with pytest.raises(RunError, match=r"(?s)outcomes-00000.parquet is missing.*weekly-00001.npy is missing"):
        read_run(stored)
    (stored / "SHA256SUMS").unlink()
    with pytest.raises(RunError, match="SHA256SUMS cannot be read"):
        read_run(stored)


def test_read_run__refuses_what_is_no_run(stored, tmp_path):
    with pytest.raises(RunError, match="no such folder"):
        read_run(tmp_path / "nowhere")
    (tmp_path / "half.partial").mkdir()
    with pytest.raises(RunError, match="unfinished; repeat the command"):
        read_run(tmp_path / "half")
    (tmp_path / "empty").mkdir()
    with pytest.raises(RunError, match="not a stored run"):
        read_run(tmp_path / "empty")
    manifest = json.loads((stored / "manifest.json").read_text())
    (stored / "manifest.json").write_text(json.dumps({**manifest, "format": 99}))
    with pytest.raises(RunError, match="found format 99; this version reads format 2"):
        read_run(stored)


@given(st.binary(max_size=200))
def test_read_run__refuses_any_bytes_as_a_manifest(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "manifest.json").write_bytes(data)
    with pytest.raises(RunError):
        read_run(folder)


def test_policy_names__cannot_lead_out_of_the_folder(tmp_path):
    recipe = Recipe("toy", "d", "m", (Ordered("../../x/é", "1"),), 1, 1, (), (), *[date(1951, 7, 10)] * 4, ())
    writer = RunWriter(recipe, tmp_path / "run")
    assert not writer.has(0, 0)
    from stalemate.ensemble.store import _shard_files

    assert _shard_files(recipe, 0, 0)[0] == "0-______x__/outcomes-00000.parquet"
