"""Running wars: the same bits in any block, luck that policies share, and clear refusals."""

from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import ClassVar, final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import toy_war
from stepping import Everywhere, OneLine, days_of, flagship

from stalemate.engine import simulate as engine
from stalemate.engine.day import DAY
from stalemate.engine.history import DAYS_PER_MONTH, History
from stalemate.engine.simulate import Structures, places, prepare, series_of, simulate
from stalemate.errors import PolicyError, QueryError, ScenarioError
from stalemate.policies.directive import AbstractPolicy, Directive, Observation
from stalemate.policies.naming import NAMES, named
from stalemate.policies.plans import Historical
from stalemate.scenario.schema import Parameter
from stalemate.systems.variables import BY_NAME, RECORDED

WAR = flagship()
STAYING = tuple(
    row.model_copy(update={"distribution": "fixed", "low": None, "middle": 0.0, "high": None})
    if row.name == "labour_flight_per_1000_t"
    else row
    for row in WAR.scenario.parameters
)
PLENTY = replace(prepare(replace(WAR.scenario, parameters=STAYING)), on_hand=1000 * WAR.on_hand)
"""The flagship with so many aircraft that none is ever short, and crews that do not flee bombs elsewhere."""
EVERYTHING = sorted(RECORDED)
FLOW_STATE = ("edge_flow", "gate_flow", "terminal_flow", "edge_limit", "room_into", "room_from")


def run(policy, *, seed=1, replicates=range(4), until=40, record=EVERYTHING, **options):
    return simulate(WAR, policy, seed, replicates, record=record, until=until, **options)


def bits(block, upto=None):
    return {name: series[:, :upto].tobytes() for name, series in block.daily.items()}


def joined(blocks):
    return {name: np.concatenate([block.daily[name] for block in blocks]).tobytes() for name in EVERYTHING}


@pytest.mark.parametrize("cuts", [(1, 2, 3, 4, 5, 6, 7), (4,), (1,), (7,)])
def test_simulate__gives_the_same_bits_in_any_blocks(cuts):
    policy = named("historical", WAR.scenario)
    edges = [0, *cuts, 8]
    whole = run(policy, replicates=range(8), until=120)
    parts = [run(policy, replicates=range(a, b), until=120) for a, b in pairwise(edges)]
    assert joined(parts) == bits(whole)
    assert [list(part.replicates) for part in parts] == [list(range(a, b)) for a, b in pairwise(edges)]
    for name in ("repair", "fire"):
        assert np.concatenate([part.structures[name] for part in parts]).tolist() == list(
            whole.structures[name]
        )


@given(st.integers(0, 2**32), st.integers(0, 10**6), st.integers(1, 30))
@settings(max_examples=10)
def test_simulate__a_war_does_not_know_its_block_nor_its_horizon(seed, first, until):
    alone = run(Historical(), seed=seed, replicates=range(first, first + 1), until=until)
    among = run(Historical(), seed=seed, replicates=range(first, first + 3), until=until + 5)
    for name in EVERYTHING:
        np.testing.assert_array_equal(alone.daily[name][0], among.daily[name][0, :until])


def test_simulate__seeds_and_replicates_differ():
    one, other = run(Historical(), seed=1), run(Historical(), seed=2)
    assert (one.daily["cuts"] != other.daily["cuts"]).any()
    assert (one.daily["cuts"][0] != one.daily["cuts"][1]).any()
    assert (one.daily["trucks"][0] != one.daily["trucks"][1]).all()


def test_simulate__equals_the_day_s_table_run_by_hand():
    policy = Everywhere((1.5, 1.0, 0.5, 2.0, 1.0, 1.0, 0.5), 0.1)
    block = run(policy, seed=9, until=60)
    for day, _, _, wars in days_of(WAR, policy, 9, range(4), 60):
        for name, series in block.daily.items():
            state = wars[name]
            if RECORDED[name].axes:
                state = state[:, : series.shape[2]]
            np.testing.assert_array_equal(series[:, day], state.astype(np.float32))


def test_simulate__a_flow_that_starts_from_nothing_every_day_moves_no_outcome():
    """Which lines carry the freight may differ; what arrives and all that follows from it may not."""
    policy = named("historical", WAR.scenario)
    usual = ((day, wars.copy()) for day, _, _, wars in days_of(WAR, policy, 3, range(8), 250))
    unique = [name for name in BY_NAME if name not in (*FLOW_STATE, "section_tonnes")]
    shortages = 0
    for (day, warm), (_, _, _, cold) in zip(usual, days_of(WAR, policy, 3, range(8), 250), strict=True):
        for name in unique:
            np.testing.assert_array_equal(warm[name], cold[name], err_msg=f"{name} on day {day}")
        np.testing.assert_array_equal(warm["terminal_flow"], cold["terminal_flow"])
        shortages += (warm["rail_arrived"].sum(1) < warm["rail_ordered"].sum(1) - 5).sum()
        for name in FLOW_STATE:
            cold[name] = 0
    assert shortages > 500


@pytest.mark.parametrize(
    ("name", "last_common"),
    [("banfill", date(1952, 8, 31)), ("banfill-added", date(1952, 8, 31)), ("restraint", date(1952, 6, 30))],
)
def test_simulate__policies_are_the_same_byte_for_byte_until_they_part(name, last_common):
    common = (last_common - WAR.scenario.start).days + 1
    record, until = run(Historical(), until=common + 60), common + 60
    other = run(named(name, WAR.scenario), until=until)
    assert bits(record, common) == bits(other, common)
    assert (record.daily["sorties"][:, common:] != other.daily["sorties"][:, common:]).any()


def test_simulate__no_bombing_differs_from_the_first_day_and_does_no_damage():
    block = run(named("none", WAR.scenario), until=60)
    for name in ("sorties", "cuts", "bridge_cases", "aircraft_lost", "trucks_lost", "open_cuts"):
        assert not block.daily[name].any()


UNTOUCHED_BY_ONE_LINE = (
    "flyable_day", "flyable_night", "washouts", "washed_out", "bridge_cases", "bridge_cases_reported",
    "critical_hits", "bridges_down", "trucks_lost", "road_sorties", "destruction_sorties", "trucks",
)  # fmt: skip
BY_CLASS = ("aircraft", "aircraft_lost", "aircraft_damaged", "aircraft_received", "sorties", "available")
BY_SECTION = ("cuts", "cuts_reported", "open_cuts", "cuts_repaired", "open_share")


@given(st.integers(0, 2**32), st.integers(0, 4), st.integers(0, 49), st.floats(0.5, 3.0))
@settings(max_examples=40)
def test_simulate__sorties_added_on_one_line_shift_no_other_luck(seed, aircraft_class, section, more):
    """More rail sorties of one class on one section: every draw that is not theirs stays what it was."""
    policies = Historical(), OneLine(aircraft_class, section, more)
    before, after = (
        simulate(PLENTY, policy, seed, range(4), record=EVERYTHING, until=45) for policy in policies
    )
    others = np.arange(len(WAR.sections)) != section
    for name in BY_SECTION:
        changed = (before.daily[name] != after.daily[name])[:, :, others]
        assert not changed.any(), name
    if WAR.theatre[0]["attackable"][section] and WAR.is_open[0, section]:
        assert (after.daily["cuts"] >= before.daily["cuts"]).all()
    else:
        np.testing.assert_array_equal(after.daily["cuts"], before.daily["cuts"])
    classes = np.arange(len(WAR.classes)) != aircraft_class
    for name in BY_CLASS:
        np.testing.assert_array_equal(before.daily[name][:, :, classes], after.daily[name][:, :, classes])
    assert (after.daily["sorties"] >= before.daily["sorties"]).all()
    for name in UNTOUCHED_BY_ONE_LINE:
        np.testing.assert_array_equal(before.daily[name], after.daily[name], err_msg=name)


def test_simulate__stops_after_so_many_days_and_never_after_the_end():
    assert run(Historical(), until=7, record=["cuts"]).daily["cuts"].shape == (4, 7, len(WAR.sections))
    assert run(Historical(), until=0, record=["trucks"]).daily["trucks"].shape == (4, 0)
    assert run(Historical(), until=10**6, record=["trucks"]).daily["trucks"].shape == (4, WAR.scenario.days)
    whole = run(Historical(), until=None, replicates=range(1), record=["trucks"]).daily["trucks"]
    assert whole.shape == (1, WAR.scenario.days)


def test_simulate__gathers_the_seconds_of_every_system():
    timer = {"weather": 5.0}
    run(Historical(), until=3, timer=timer)
    assert list(timer) == ["weather", *(system.name for _, system in DAY if system.name != "weather")]
    assert timer["weather"] > 5
    assert min(timer.values()) > 0


def test_simulate__records_places_by_name_and_only_what_was_asked():
    block = run(Historical(), until=3, record=["cuts", "sorties", "rail_sorties"])
    assert set(block.daily) == {"cuts", "sorties", "rail_sorties"}
    assert block.daily["cuts"].shape[2] == len(places(WAR, "cuts")) == len(WAR.sections)
    assert places(WAR, "sorties") == WAR.classes
    assert places(WAR, "critical_hits") == WAR.crossings
    assert places(WAR, "front_tonnes") == WAR.sectors
    assert places(WAR, "rail_sorties") == ()


def test_simulate__a_series_of_some_places_is_their_total_or_the_mean_of_a_share():
    some, one = series_of("sorties", "b29+marine"), series_of("class_left", "power+yard")
    block = run(Historical(), until=9, record=["sorties", "class_left", some, one], whole=["sorties"])
    by_place = run(Historical(), until=9, record=["sorties", "class_left"]).daily
    sorties = by_place["sorties"][..., [WAR.classes.index("b29"), WAR.classes.index("marine")]]
    standing = by_place["class_left"][..., [places(WAR, "class_left").index(c) for c in ("power", "yard")]]
    np.testing.assert_allclose(block.daily[some], sorties.sum(axis=2), rtol=1e-6)
    np.testing.assert_allclose(block.daily[one], standing.mean(axis=2), rtol=1e-6)
    np.testing.assert_allclose(block.daily["sorties"], by_place["sorties"].sum(axis=2), rtol=1e-6)
    assert series_of("cuts", None) == "cuts"


def test_simulate__refuses_a_place_that_is_not_there():
    with pytest.raises(QueryError, match=r"sorties: no place b17; there are .*b29"):
        run(Historical(), record=["sorties@b29+b17"])
    with pytest.raises(QueryError, match="rail_sorties: no place b29; there are none"):
        run(Historical(), record=["rail_sorties@b29"])


@pytest.mark.parametrize("name", ["tanks", "today", "bridge_days", ""])
def test_simulate__refuses_a_field_that_is_not_recorded(name):
    with pytest.raises(QueryError, match=f"found the quantity '{name}'; expected one of air_losses, "):
        run(Historical(), record=["cuts", name])


@final
@dataclass(frozen=True)
class Spoilt(AbstractPolicy):
    """The record until the third day, and then something that cannot be flown."""

    name: ClassVar[str] = "spoilt"
    summary: ClassVar[str] = "for tests"
    field: str
    value: object

    def decide(self, seen: Observation) -> Directive:
        if seen.date < date(1951, 7, 12):
            return seen.historical
        return replace(seen.historical, **{self.field: self.value}) if self.field else self.value


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("road", np.array([1.0, np.nan, 0, 0, 0, 0]), "road holds nan to nan; expected finite sorties >= 0"),
        ("road", np.array([1.0, -2.0, 0, 0, 0, 0]), "road holds -2 to 1"),
        ("rail", np.zeros((3, 3)), r"rail has the shape \(3, 3\); expected \(6, "),
        (
            "weights",
            (1.0, 1.0, np.ones(3), 1.0, 1.0),
            r"weight of road has the shape \(3,\); expected one number",
        ),
        ("weights", (np.nan, 1.0, 1.0, 1.0, 1.0), "the weight of rail is not a finite number >= 0"),
        ("", None, "decide returned None; expected a Directive"),
    ],
)
def test_simulate__refuses_a_directive_that_cannot_be_flown(field, value, words):
    with pytest.raises(PolicyError, match=f"policy 'spoilt' on 1951-07-12: .*{words}"):
        run(Spoilt(field, value), record=["cuts"])


@final
@dataclass(frozen=True)
class Vandal(AbstractPolicy):
    """Writes into the orders that it was shown."""

    name: ClassVar[str] = "vandal"
    summary: ClassVar[str] = "for tests"

    def decide(self, seen: Observation) -> Directive:
        seen.historical.rail[:] *= 2
        return seen.historical


def test_simulate__does_not_let_a_policy_write_into_the_record():
    with pytest.raises(ValueError, match="read-only"):
        run(Vandal(), record=["cuts"])


@final
@dataclass(frozen=True)
class Watcher(AbstractPolicy):
    """Keeps what it was shown."""

    name: ClassVar[str] = "watcher"
    summary: ClassVar[str] = "for tests"
    seen: tuple[list[Observation]] = ([],)

    def decide(self, seen: Observation) -> Directive:
        self.seen[0].append(seen)
        return seen.historical


def test_simulate__shows_a_policy_the_totals_of_the_evening_before():
    watcher = Watcher(([],))
    block = run(watcher, until=30)
    for day, seen in enumerate(watcher.seen[0]):
        assert (seen.date - WAR.scenario.start).days == day
        counted = block.daily["cuts_reported"][:, :day].sum((1, 2))
        lost = block.daily["aircraft_lost"][:, :day].sum((1, 2))
        np.testing.assert_allclose(seen.cuts_reported, counted)
        np.testing.assert_allclose(seen.aircraft_lost, lost)


def test_simulate__weights_act_on_one_war_each():
    """Weight 0 grounds a war's rail sorties; the others fly as if they had no neighbour."""

    @final
    @dataclass(frozen=True)
    class Weighted(AbstractPolicy):
        name: ClassVar[str] = "weighted"
        summary: ClassVar[str] = "for tests"

        def decide(self, seen: Observation) -> Directive:
            weight = np.array([1.0, 0.0, 1.0, 2.0])
            return seen.historical.weighted(rail=weight, bridge=weight)

    plain, weighted = run(Historical(), until=90), run(Weighted(), until=90)
    for name in EVERYTHING:
        np.testing.assert_array_equal(plain.daily[name][[0, 2]], weighted.daily[name][[0, 2]])
    assert not weighted.daily["cuts"][1].any()
    assert weighted.daily["rail_sorties"][3].sum() > plain.daily["rail_sorties"][3].sum()


def test_simulate__takes_only_the_rival_forms_asked_for():
    block = run(Historical(), until=2, structures=Structures(repair=("queue",), fire=("policy", "stock")))
    assert block.structures["repair"].tolist() == ["queue"] * 4
    assert block.structures["fire"].tolist() == ["policy", "stock"] * 2


@pytest.mark.parametrize("name", NAMES)
def test_simulate__runs_every_named_policy(name):
    block = run(named(name, WAR.scenario), replicates=range(2), until=None, record=["front_tonnes"])
    assert block.daily["front_tonnes"].sum() > 0


def test_history__is_one_object_for_all_days_under_the_same_orders():
    history = History(WAR)
    assert history(date(1951, 7, 11)) is history(date(1951, 7, 12))
    with pytest.raises(QueryError):
        history(date(1950, 7, 11))


def test_history__orders_the_month_s_effort_spread_by_share_and_length():
    """Every class's orders add up to its sorties a day; rail orders lie on open, attackable through lines."""
    history = History(WAR)
    edges = WAR.network.edges
    for when in (date(1951, 9, 20), date(1952, 3, 3), date(1953, 6, 1)):
        ordered = history(when)
        of_the_day = [row for row in WAR.scenario.effort if row.start <= when <= row.end]
        flown = [row for row in WAR.scenario.missions if row.start <= when <= row.end]
        assert {row.aircraft_class for row in (*of_the_day, *flown)} == set(WAR.classes)
        for k, name in enumerate(WAR.classes):
            rows = [row for row in (*of_the_day, *flown) if row.aircraft_class == name]
            a_month = sum(row.sorties_per_month for row in rows)
            assert ordered.total[k] == pytest.approx(a_month / DAYS_PER_MONTH - _raiding(name, when))
        for row in of_the_day:
            k = WAR.classes.index(row.aircraft_class)
            at_rail = ordered.rail[k].sum() + ordered.bridge[k].sum()
            assert at_rail == pytest.approx(row.sorties_per_month / DAYS_PER_MONTH * row.rail_share)
        safe = np.array([not edge.attackable or edge.spur or not edge.is_open(when) for edge in edges])
        assert not ordered.rail[:, safe].any()
        assert not ordered.bridge[:, safe].any()


def _raiding(aircraft_class: str, when: date) -> float:
    """Return the sorties a day that raids take from a class's orders at fixed targets, or its superiority."""
    rows = [*WAR.scenario.effort, *(row for row in WAR.scenario.missions if row.mission == "superiority")]
    row = next(r for r in rows if r.aircraft_class == aircraft_class and r.start <= when <= r.end)
    raids = [raid for raid in WAR.scenario.raids if raid.aircraft_class == aircraft_class]
    taken = sum(raid.sorties for raid in raids if row.start <= raid.day <= row.end)
    return taken / ((row.end - row.start).days + 1)


def test_prepare__refuses_more_knots_than_the_records_hold():
    day = toy_war.scenario().start.toordinal()
    rows = tuple(
        Parameter.model_construct(
            name="rail_trunk_cars",
            at=date.fromordinal(day + k),
            between="step",
            distribution="fixed",
            middle=1.0,
        )
        for k in range(17)
    )
    scenario = replace(WAR.scenario, parameters=rows)
    with pytest.raises(ScenarioError, match="17 knots of rail_trunk_cars; expected at most 16"):
        engine.prepare(scenario)
