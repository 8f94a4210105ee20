"""Blocks, workers, resuming and the data set, over a toy war."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference import toy_war

from stalemate.engine import simulate as engine
from stalemate.engine.simulate import Structures
from stalemate.ensemble.outcomes import OUTCOMES, QUANTITIES
from stalemate.ensemble.pool import available_cores
from stalemate.ensemble.runner import run
from stalemate.errors import PolicyError, QueryError, RunError
from stalemate.systems.variables import RECORDED

SHORT = {"until": date(1952, 9, 20), "replicates": 40}


@pytest.fixture(autouse=True)
def _toy(monkeypatch):
    toy_war.put_in_place(monkeypatch)


def all_bytes(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_outcomes__are_of_recorded_quantities_with_the_unit_of_their_reduction():
    for o in OUTCOMES:
        unit = RECORDED[o.quantity].unit
        per_day = o.over_days == "mean" and RECORDED[o.quantity].kind == "sum"
        assert o.unit == (f"{unit}/day" if per_day else unit)


def test_run__outcomes_equal_a_plain_loop_over_the_daily_numbers():
    runs = run(toy_war.scenario(), [toy_war.Shifted(), toy_war.Plain()], seed=5, since_parting=True, **SHORT)
    days = (SHORT["until"] - date(1951, 7, 10)).days + 1
    first = (toy_war.PARTS - date(1951, 7, 10)).days
    for o in OUTCOMES:
        for war in (0, 39):
            daily = toy_war.series(o.quantity, 5, war, days).astype(np.float32).astype(float)
            daily = daily if o.place is None else daily[:, o.place]
            whole = [sum(day) if daily.ndim == 2 else day for day in daily.tolist()][first:]
            by_rule = {
                "sum": sum(whole),
                "mean": sum(whole) / len(whole),
                "least": min(whole),
                "end": whole[-1],
            }
            expected = by_rule[o.over_days]
            assert runs.outcome(1, o.name)[war] == pytest.approx(expected, rel=1e-12)


def test_run__weekly_series_add_up_to_the_daily_numbers():
    runs = run(toy_war.scenario(), toy_war.Plain(), seed=5, **SHORT)
    days = (SHORT["until"] - date(1951, 7, 10)).days + 1
    raw = toy_war.series("front_tonnes", 5, 3, days).astype(np.float32)
    assert runs.weekly(0, "front_tonnes")[3].sum() == pytest.approx(raw.sum(dtype=float), rel=1e-5)
    assert runs.weekly(0, "front_tonnes", "east")[3].sum() == pytest.approx(raw[:, 2].sum(), rel=1e-5)
    stock = toy_war.series("trucks", 5, 3, days).astype(np.float32)
    assert runs.weekly(0, "trucks")[3].tolist() == [
        stock[min(day + 6, days - 1)] for day in range(0, days, 7)
    ]
    assert runs.week_starts()[1] == date(1951, 7, 17)


def test_run__keeps_the_window_from_the_parting_day_and_the_whole_for_one_policy():
    war = toy_war.scenario()
    assert run(war, toy_war.Plain(), **SHORT).recipe.window_start == war.start
    assert run(war, toy_war.Shifted(), **SHORT).recipe.window_start == war.start
    both = [toy_war.Shifted(), toy_war.Plain()]
    assert run(war, both, **SHORT).recipe.window_start == war.start
    assert run(war, both, since_parting=True, **SHORT).recipe.window_start == toy_war.PARTS


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(workers=st.integers(1, 7), block=st.integers(1, 1024), replicates=st.integers(1, 1200))
def test_run__does_not_depend_on_workers_and_blocks(workers, block, replicates):
    short = {"until": date(1951, 7, 20), "replicates": replicates, "seed": 2}
    one = run(toy_war.scenario(), toy_war.Plain(), workers=1, **short)
    other = run(toy_war.scenario(), toy_war.Plain(), workers=workers, block=block, **short)
    assert one.kept[0].weekly.tobytes() == other.kept[0].weekly.tobytes()
    for o in OUTCOMES:
        assert one.outcome(0, o.name).tobytes() == other.outcome(0, o.name).tobytes()


def test_run__stores_the_same_bytes_with_any_workers_and_blocks(tmp_path):
    war, policies = toy_war.scenario(), [toy_war.Shifted(), toy_war.Plain()]
    how = [(1, 256), (7, 100), (3, 1024)]
    folders = [tmp_path / f"{workers}-{block}" for workers, block in how]
    for folder, (workers, block) in zip(folders, how, strict=True):
        short = {"until": date(1952, 9, 5), "replicates": 520}
        run(war, policies, out=folder, workers=workers, block=block, **short)
    first = all_bytes(folders[0])
    assert len(first) == 2 + 2 * 3 * 3
    assert all(all_bytes(folder) == first for folder in folders)


def test_run__a_stored_run_holds_the_numbers_of_one_in_memory(tmp_path):
    war, policies = toy_war.scenario(), [toy_war.Shifted(), toy_war.Plain()]
    memory = run(war, policies, **SHORT)
    stored = run(war, policies, out=tmp_path / "run", **SHORT)
    assert memory.recipe == stored.recipe
    for kept, again in zip(memory.kept, stored.kept, strict=True):
        assert kept.weekly.tobytes() == np.asarray(again.weekly).tobytes()
        assert kept.answers.tobytes() == np.asarray(again.answers).tobytes()
        assert kept.repair.tolist() == again.repair.tolist()
        assert all(np.array_equal(kept.outcomes[o.name], again.outcomes[o.name]) for o in OUTCOMES)


def test_run__goes_on_after_a_fault_to_the_same_bytes(tmp_path, monkeypatch):
    war, short = toy_war.scenario(), {"until": date(1951, 8, 1), "replicates": 700, "block": 64}
    run(war, toy_war.Plain(), out=tmp_path / "whole", **short)
    calls = []

    def failing(prepared, policy, seed, replicates, **options):
        calls.append(replicates)
        if replicates.start >= 512:
            raise OSError("the lamp went out")
        return toy_war.simulate(prepared, policy, seed, replicates, **options)

    monkeypatch.setattr(engine, "simulate", failing)
    with pytest.raises(OSError, match="lamp"):
        run(war, toy_war.Plain(), out=tmp_path / "broken", **short)
    assert not (tmp_path / "broken").exists()
    calls.clear()
    monkeypatch.setattr(
        engine,
        "simulate",
        lambda p, policy, seed, r, **o: calls.append(r) or toy_war.simulate(p, policy, seed, r, **o),
    )
    run(war, toy_war.Plain(), out=tmp_path / "broken", **{**short, "block": 1024})
    assert calls == [range(512, 700)], "finished shards are not run again"
    assert all_bytes(tmp_path / "broken") == all_bytes(tmp_path / "whole")


def test_run__an_identical_stored_run_is_read_and_not_run_again(tmp_path, monkeypatch):
    war = toy_war.scenario()
    first = run(war, toy_war.Plain(), out=tmp_path / "run", **SHORT)
    monkeypatch.setattr(engine, "simulate", None)
    again = run(war, toy_war.Plain(), out=tmp_path / "run", **SHORT)
    assert np.array_equal(first.outcome(0, "cuts"), again.outcome(0, "cuts"))


def test_run__refuses_a_folder_with_another_run_and_says_what_differs(tmp_path):
    war = toy_war.scenario()
    run(war, toy_war.Plain(), out=tmp_path / "run", **SHORT)
    with pytest.raises(RunError, match=r"run holds another run than this one: seed is 1 there and 2 here"):
        run(war, toy_war.Plain(), out=tmp_path / "run", seed=2, **SHORT)


def test_run__two_policies_share_their_luck():
    runs = run(toy_war.scenario(), [toy_war.Shifted(), toy_war.Plain()], since_parting=True, **SHORT)
    difference = runs.outcome(0, "grain_mean_days") - runs.outcome(1, "grain_mean_days")
    assert difference == pytest.approx(np.full(40, 10.0), rel=1e-5)


def test_run__deals_the_rival_forms_to_the_wars_in_turn():
    runs = run(toy_war.scenario(), toy_war.Plain(), **SHORT)
    pairs = list(zip(runs.kept[0].repair.tolist(), runs.kept[0].fire.tolist(), strict=True))
    assert len(set(pairs)) == 8
    assert all(pairs.count(pair) == 5 for pair in set(pairs))
    one = run(toy_war.scenario(), toy_war.Plain(), structures=Structures(("queue",), ("stock",)), **SHORT)
    assert set(one.kept[0].fire.tolist()) == {"stock"}


def test_run__tells_of_progress_up_to_the_end():
    seen = []
    run(
        toy_war.scenario(),
        toy_war.Plain(),
        block=16,
        progress=lambda done, total: seen.append((done, total)),
        **SHORT,
    )
    assert seen == [(16, 40), (32, 40), (40, 40)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"replicates": 0}, "replicates is 0; expected 1"),
        ({"seed": -1}, "seed is -1; expected 0"),
        ({"seed": 2**63}, "expected 0 to"),
        ({"workers": 0}, "workers is 0; expected 1 or more"),
        ({"block": 1025}, "block is 1025; expected 1 to 1024"),
        ({"until": date(1950, 6, 25)}, "outside toy"),
    ],
)
def test_run__refuses_options_out_of_range(options, message):
    with pytest.raises(QueryError, match=message):
        run(toy_war.scenario(), toy_war.Plain(), **{"replicates": 2, **options})


def test_run__refuses_policies_that_are_unknown_absent_or_part_too_late():
    with pytest.raises(PolicyError, match="expected one of"):
        run(toy_war.scenario(), "banfil", replicates=1)
    with pytest.raises(QueryError, match="no policy to run"):
        run(toy_war.scenario(), [], replicates=1)
    with pytest.raises(QueryError, match="part on 1952-08-31, after the last day"):
        run(toy_war.scenario(), [toy_war.Shifted(), toy_war.Plain()], until=date(1952, 1, 1))


def test_to_xarray__equals_the_raw_numbers_and_carries_units():
    runs = run(toy_war.scenario(), [toy_war.Shifted(), toy_war.Plain()], **SHORT)
    data = runs.to_xarray()
    for o in OUTCOMES:
        assert data[o.name].attrs["units"] == o.unit
        assert np.array_equal(data[o.name].sel(policy="plain").values, runs.outcome(1, o.name))
    for quantity in QUANTITIES:
        variable = data[f"weekly_{quantity}"]
        assert variable.attrs["units"] == RECORDED[quantity].unit
        assert np.array_equal(variable.values[0], runs.weekly(0, quantity))
    east = data["weekly_front_tonnes_by_sector"].sel(policy="shifted", sector="east").values
    assert np.array_equal(east, runs.weekly(0, "front_tonnes", "east"))
    assert data.week.values[2] == np.datetime64(date(1951, 7, 10) + timedelta(days=14))
    assert data.fire.values.tolist()[:4] == ["policy", "policy", "stock", "stock"]


def test_weekly__refuses_a_series_that_is_not_kept():
    runs = run(toy_war.scenario(), toy_war.Plain(), replicates=1, until=date(1951, 7, 12))
    with pytest.raises(QueryError, match="no weekly series 'washouts'"):
        runs.weekly(0, "washouts")


def test_available_cores__is_at_least_one():
    assert available_cores() >= 1
