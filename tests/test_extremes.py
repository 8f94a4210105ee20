"""Extreme conditions and dominance: what the whole model must do when one thing is taken away or piled up.

Wars are fought to the end of 1952 by both sides' rules, the same luck with and without the change.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import ClassVar, final

import numpy as np
import pytest
from stepping import flagship

from stalemate.engine.simulate import Structures, prepare, simulate
from stalemate.policies.directive import AbstractPolicy, Directive, Observation
from stalemate.policies.naming import named
from stalemate.policies.plans import Historical
from stalemate.scenario.air import TARGET_CLASSES

WAR = flagship().scenario
DAYS, WARS = 540, range(8)
QUEUE = Structures(repair=("queue",))


@final
@dataclass(frozen=True)
class Forbidding(AbstractPolicy):
    """The record with every class of target forbidden."""

    name: ClassVar[str] = "forbidding"
    summary: ClassVar[str] = "for tests"

    def decide(self, seen: Observation) -> Directive:
        return replace(seen.historical, forbidden=frozenset(TARGET_CLASSES))


@cache
def with_parameters(**fixed: float):
    """Return the flagship with parameters held at one number, dated or not."""
    rows = []
    for row in WAR.parameters:
        if row.name in fixed:
            numbers = {"distribution": "fixed", "low": None, "middle": fixed[row.name], "high": None}
            row = row.model_copy(update=numbers)
        rows.append(row)
    assert fixed.keys() <= {row.name for row in WAR.parameters}
    return prepare(replace(WAR, parameters=tuple(rows)))


def fought(record, *, policy=None, prepared=None, structures=None):
    """Return the daily series of some wars under one change."""
    prepared, policy = prepared or flagship(), policy or Historical()
    block = simulate(prepared, policy, 11, WARS, record=record, until=DAYS, structures=structures)
    return block.daily


def test_no_bombing__stocks_reach_their_target_nothing_breaks_and_nobody_dies():
    none = fought(
        ("cuts", "aircraft_lost", "civilian_deaths", "target_left", "grain_stock_days", "power_share"),
        policy=named("none", WAR),
    )
    for name in ("cuts", "aircraft_lost", "civilian_deaths"):
        assert not none[name].any(), name
    assert (np.diff(none["target_left"], axis=1) >= -1e-6).all()
    assert (np.diff(none["power_share"], axis=1) >= -1e-6).all()
    with_bombs = fought(("grain_stock_days",))["grain_stock_days"]
    assert (none["grain_stock_days"][:, -1] >= with_bombs[:, -1] - 1e-3).all()
    assert np.median(none["grain_stock_days"][:, -1]) > 60


def test_no_bombing__the_front_is_quiet_only_if_orders_say_so():
    """Under dated orders the guns fire as ordered, bombs or none; only stock could hold them back."""
    dated = Structures(fire=("policy",))
    with_bombs = fought(("shells_communist",), structures=dated)["shells_communist"].sum((1, 2))
    without = fought(("shells_communist",), policy=named("none", WAR), structures=dated)
    assert (without["shells_communist"].sum((1, 2)) >= with_bombs * (1 - 1e-6)).all()


def test_no_repair__lines_that_are_cut_stay_cut():
    idle = with_parameters(repair_density_triangle=1e-3, repair_density_elsewhere=1e-3)
    series = fought(("cordon_open_share", "rail_intake_cars"), prepared=idle, structures=QUEUE)
    assert (series["cordon_open_share"][:, 200:] < 0.05).all()
    mended = fought(("rail_intake_cars",), structures=QUEUE)["rail_intake_cars"]
    assert (series["rail_intake_cars"].sum(1) < 0.75 * mended.sum(1)).all()


def test_no_fighters__nothing_is_lost_in_the_air():
    """Neither fighters by day nor those by night, which have a rate of their own."""
    none = with_parameters(mig_sorties_per_day=0.0, mig_b29_night_loss_per_1000=0.0)
    calm = fought(("air_losses", "migs_lost"), prepared=none)
    assert not calm["air_losses"].any()
    assert not calm["migs_lost"].any()


def test_endless_trucks__never_bring_less_and_the_road_is_no_bound():
    more = fought(
        ("front_tonnes", "grain_stock_days"), prepared=with_parameters(truck_first_number=900_000.0)
    )
    as_was = fought(("front_tonnes", "grain_stock_days"))
    assert (more["grain_stock_days"][:, -1] >= as_was["grain_stock_days"][:, -1] - 0.5).all()
    assert np.median(more["front_tonnes"].sum((1, 2))) >= np.median(as_was["front_tonnes"].sum((1, 2)))


def test_zero_harvest__leaves_civilians_what_the_rail_brings():
    hungry = fought(("food_share", "civilian_deaths"), prepared=with_parameters(grain_crop_t=1.0))
    fed = fought(("food_share", "civilian_deaths"))
    assert (hungry["food_share"][:, -1] < fed["food_share"][:, -1]).all()
    assert np.median(hungry["food_share"][:, -1]) < 0.1
    np.testing.assert_array_equal(hungry["civilian_deaths"], fed["civilian_deaths"])


def test_all_forbidden__no_target_is_touched_and_every_raid_is_refused():
    closed = fought(
        ("target_tonnes", "raids_flown", "refused_sorties", "breaches", "town_tonnes"), policy=Forbidding()
    )
    for name in ("target_tonnes", "raids_flown", "breaches", "town_tonnes"):
        assert not closed[name].any(), name
    days = (raid.day for raid in WAR.raids)
    ordered = sum(raid.sorties for raid, day in zip(WAR.raids, days, strict=True) if WAR.day_of(day) < DAYS)
    assert closed["refused_sorties"].sum(1) == pytest.approx(ordered, rel=1e-4)


@pytest.mark.parametrize("name", ["historical", "banfill", "smart", "optimal", "no-restrictions", "no-dams"])
@pytest.mark.parametrize("law", ["hague-1907", "additional-protocol-1"])
def test_every_policy__never_strikes_what_is_never_to_be_struck_nor_what_the_law_forbids(name, law):
    prepared = flagship()
    never = (prepared.levels == 4).all(axis=0)
    classes = prepared.theatre[0]["target_class"][: len(prepared.targets)]
    closed = never | prepared.law_forbids[law][classes]
    policy = named(f"{name}:law={law}", WAR)
    block = simulate(prepared, policy, 5, range(4), record=("target_tonnes",), until=WAR.days)
    struck = block.daily["target_tonnes"].sum((0, 1))
    assert struck[~closed].any()
    assert not struck[closed].any()


def test_more_crews__never_leave_a_line_less_open():
    """By the queue form: the same cuts met by half as many men again, night for night."""
    rows = {row.name for row in WAR.parameters if row.name.startswith("repair_density")}
    more = []
    for row in WAR.parameters:
        if row.name in rows:
            row = row.model_copy(
                update={
                    end: getattr(row, end) * 1.5 for end in ("low", "high") if getattr(row, end) is not None
                }
            )
        more.append(row)
    crews = prepare(replace(WAR, parameters=tuple(more)))
    as_was = fought(("open_share", "cuts"), structures=QUEUE)
    helped = fought(("open_share", "cuts"), prepared=crews, structures=QUEUE)
    np.testing.assert_array_equal(helped["cuts"], as_was["cuts"])
    assert (helped["open_share"] >= as_was["open_share"] - 1e-5).all()


def test_more_guns__never_cost_fewer_aircraft_on_average():
    """With an exponent above nothing; the book of aircraft ties days together, so means are compared."""
    few = with_parameters(loss_flak_exponent=0.5, loss_flak_guns=1000.0)
    many = with_parameters(loss_flak_exponent=0.5, loss_flak_guns=2000.0)
    before, after = (fought(("lost_flak",), prepared=p)["lost_flak"].sum((1, 2)) for p in (few, many))
    assert after.mean() > before.mean() * 1.2
