"""Transport: a day equals its plain twin and a sequence of linear programs; each stage by hand."""

from typing import Any

import numpy as np
import pytest
from reference import programs
from reference import transport as twin
from small_wars import assert_same, plain, plain_world, theatre, wars, worlds

from stalemate.scenario.resolve import DATED
from stalemate.systems.flow import layout
from stalemate.systems.theatre import theatre_type
from stalemate.systems.transport import Transport, round_trip_days
from stalemate.systems.variables import SIZES, state_type

TRANSPORT = Transport()
FLOW_STATE = ("edge_flow", "gate_flow", "terminal_flow", "edge_limit", "room_into", "room_from")
UNIQUE = tuple(name for name in TRANSPORT.writes if name not in (*FLOW_STATE, "section_tonnes"))


def small_war(seed):
    """Return a random theatre, a world and a state, each of length 1."""
    rng = np.random.default_rng([seed, 17])
    place = theatre(rng)
    return place, worlds(rng, 1), wars(rng, place, 1)


def expected_of(place, drawn, eve, **methods):
    """Return the evening by the twin."""
    part = plain(eve[0])
    twin.haul(plain(place[0]), plain_world(drawn[0], eve[0]), part, **methods)
    return part


@pytest.mark.parametrize("seed", range(80))
def test_transport__equals_its_plain_twin(seed):
    place, drawn, state = small_war(seed)
    eve = state.copy()
    TRANSPORT.loop(place, drawn, state, 0)
    assert_same(state[0], expected_of(place, drawn, eve), UNIQUE)


@pytest.mark.parametrize("seed", range(80, 120))
def test_transport__gives_what_a_sequence_of_linear_programs_gives(seed):
    """Rail, trucks from railheads, trucks from the border, porters: each exact for the stage before."""
    place, drawn, state = small_war(seed)
    eve = state.copy()
    TRANSPORT.loop(place, drawn, state, 0)
    expected = expected_of(place, drawn, eve, rail=programs.rail, spend=programs.spend)
    for name in UNIQUE:
        np.testing.assert_allclose(
            state[0][name], np.asarray(getattr(expected, name)), rtol=1e-6, atol=1e-4, err_msg=name
        )


PAYLOAD_T, KM_A_NIGHT, T_A_CAR = 2.0, 100.0, 30.0


def two_sectors(*, capacity_t=1000, trucks=1000.0, ordered=(400.0, 400.0)):
    """Return a war of one line from a gate to a node with one railhead for each of two sectors.

    The line passes ``capacity_t`` a whole night. Round trips: 3 days from railheads, 9 from the border.
    """
    place = np.zeros(1, theatre_type())
    one = place[0]
    flow = layout(
        2, [(0, 1)], [0], [1, 1],
        pad_nodes=SIZES["node"], pad_edges=SIZES["section"],
        pad_gates=SIZES["gate"], pad_terminals=SIZES["terminal"],
    )  # fmt: skip
    for name in vars(flow):
        one[name] = getattr(flow, name)
    one["n_sections"] = one["n_gates"] = 1
    one["n_sectors"] = one["n_terminals"] = 2
    one["rear_terminal"] = -1
    one["gate_capacity"][0] = 10**9
    one["capacity_share"][0] = one["is_open"][0] = one["night_share"] = 1
    one["first_terminal"][:2] = one["last_terminal"][:2] = one["terminal_sector"][:2] = (0, 1)
    one["terminal_road_km"][:2], one["terminal_foot_km"][:2], one["gate_road_km"][:2] = 100.0, 30.0, 400.0
    drawn, state = worlds(np.random.default_rng(0), 1), np.zeros(1, state_type())
    given: dict[str, Any] = {
        "rail_trunk_factor": 1.0,
        "rail_tonnes_per_car": T_A_CAR,
        "truck_serviceable": 1.0,
        "truck_supply_share": 1.0,
        "truck_payload_t": PAYLOAD_T,
        "truck_handling_days": 1.0,
        "truck_transship_share": 0.5,
        "truck_per_transshipped_car": 10.0,
        "truck_loaded_share": 0.5,
        "porter_number": 0.0,
        "porter_load_t": 0.02,
        "porter_km_per_night": 20.0,
    }
    for name, value in given.items():
        drawn[name] = value
    for name, value in (("rail_trunk_cars", capacity_t / T_A_CAR + 1e-9), ("truck_km_per_night", KM_A_NIGHT)):
        state["today"][:, DATED[name]] = value
    state["trucks"], state["open_share"][:, 0], state["transship_effort"] = trucks, 1.0, 1.0
    state["works_wanted"][:, :2] = ordered
    state["days_of_supply"][:, :2] = (20, 10)
    return place, drawn, state


def sectors(state, name):
    return state[name][0, :2].tolist()


def test_transport__serves_the_neediest_sector_first_and_ties_by_number():
    """600 t of 800 come: the second sector has fewer days of supply and gets its 400."""
    place, drawn, state = two_sectors(capacity_t=600)
    TRANSPORT.loop(place, drawn, state, 0)
    assert sectors(state, "rail_arrived") == [200, 400]
    place, drawn, state = two_sectors(capacity_t=600)
    state["days_of_supply"][:, :2] = 10
    TRANSPORT.loop(place, drawn, state, 0)
    assert sectors(state, "rail_arrived") == [400, 200]


def test_transport__trucks_spend_truck_days_in_the_same_order():
    """900 truck-days at 2 t and 3 days a trip haul 600 t: 400 for the needier, 200 for the other."""
    place, drawn, state = two_sectors(trucks=900.0)
    TRANSPORT.loop(place, drawn, state, 0)
    np.testing.assert_allclose(sectors(state, "truck_tonnes"), [200, 400])
    np.testing.assert_allclose(state["railhead_stock"][0, :2], [200, 0], atol=1e-9)
    assert sectors(state, "direct_tonnes") == [0, 0]
    np.testing.assert_allclose(state["front_tonnes"].sum(), 600)


def test_transport__what_trucks_are_left_haul_from_the_border():
    """The line is shut: 900 truck-days at 2 t and 9 days a trip bring 200 t all the way."""
    place, drawn, state = two_sectors(trucks=900.0)
    state["open_share"] = 0.0
    TRANSPORT.loop(place, drawn, state, 0)
    assert sectors(state, "rail_arrived") == [0, 0]
    np.testing.assert_allclose(sectors(state, "direct_tonnes"), [0, 200])


def test_transport__porters_carry_what_trucks_leave():
    """30 km there and back at 20 km a night are 3 days: 1,500 porters with 20 kg carry 10 t a day."""
    place, drawn, state = two_sectors(trucks=0.0)
    drawn["porter_number"] = 1500.0
    TRANSPORT.loop(place, drawn, state, 0)
    np.testing.assert_allclose(sectors(state, "porter_tonnes"), [0, 10])
    np.testing.assert_allclose(state["porters_used"], 1500)
    np.testing.assert_allclose(state["railhead_tonnes"], 790)


def test_transport__trans_shipment_keeps_a_shut_line_alive_and_ties_trucks():
    """Three cars a day round the break are 90 t and tie 30 trucks; the other 970 are free."""
    place, drawn, state = two_sectors()
    state["open_share"] = 0.0
    state["today"][:, DATED["rail_transship_cars"]] = 3.0
    TRANSPORT.loop(place, drawn, state, 0)
    assert sectors(state, "rail_arrived") == [0, 90]
    assert state["transshipped_tonnes"][0] == 90
    hauled = 90 + (970 - 90 * 3 / PAYLOAD_T) * PAYLOAD_T / 9
    np.testing.assert_allclose(state["front_tonnes"].sum(), hauled)


def test_transport__a_line_open_enough_needs_no_trans_shipment():
    place, drawn, state = two_sectors(ordered=(100.0, 100.0))
    state["open_share"][:, 0] = 0.3
    state["today"][:, DATED["rail_transship_cars"]] = 20.0
    TRANSPORT.loop(place, drawn, state, 0)
    assert state["rail_arrived"].sum() == 200
    assert state["transshipped_tonnes"][0] == 0


def test_transport__more_trans_shipment_than_trucks_allow_is_cut_the_same_day():
    """100 trucks may be spared and 300 would be tied, so a third is carried; slack brings a fifth a day."""
    place, drawn, state = two_sectors(trucks=200.0)
    state["open_share"] = 0.0
    state["today"][:, DATED["rail_transship_cars"]] = 30.0
    state["works_wanted"][:, :2] = 10_000.0
    TRANSPORT.loop(place, drawn, state, 0)
    np.testing.assert_allclose(state["transship_effort"], 1 / 3)
    np.testing.assert_allclose(state["transshipped_tonnes"], 300)
    state["trucks"] = 2000.0
    before = float(state["transship_effort"][0])
    TRANSPORT.loop(place, drawn, state, 1)
    np.testing.assert_allclose(state["transship_effort"], 1.2 * before)


def test_transport__freight_burns_with_the_trucks_that_carried_it():
    """30 trucks burn, half of them loaded with 2 t: 30 t, shared as the tonnes on trucks were."""
    place, drawn, state = two_sectors(trucks=1030.0)
    state["trucks_lost"] = 30
    TRANSPORT.loop(place, drawn, state, 0)
    on_trucks = np.array(sectors(state, "truck_tonnes")) + sectors(state, "direct_tonnes")
    np.testing.assert_allclose(sectors(state, "freight_lost"), 30 * on_trucks / on_trucks.sum())
    np.testing.assert_allclose(state["front_tonnes"].sum(), on_trucks.sum() - 30)
    assert state["trucks"][0] == 1000


def test_transport__freight_at_railheads_counts_against_the_order():
    place, drawn, state = two_sectors(trucks=0.0)
    state["railhead_stock"][:, :2] = (150.0, 900.0)
    TRANSPORT.loop(place, drawn, state, 0)
    assert sectors(state, "rail_ordered") == [250, 0]
    assert sectors(state, "rail_arrived") == [250, 0]


def test_transport__a_round_trip_takes_a_day_at_least():
    assert round_trip_days(400.0, 100.0, 1.0) == 9
    assert round_trip_days(5.0, 100.0, 0.3) == 1


def test_transport__no_civil_freight_and_no_depots_is_no_freight():
    """A rear that asks for nothing gets nothing, and its shares are numbers."""
    rng = np.random.default_rng(6)
    place = theatre(rng)
    while place[0]["rear_terminal"] < 0:
        place = theatre(rng)
    drawn, state = worlds(rng, 1), wars(rng, place, 1)
    drawn["civil_cars"], drawn["works_front_share"] = 0.0, 1.0
    TRANSPORT.loop(place, drawn, state, 0)
    assert state["civil_tonnes"][0] == state["depot_tonnes"][0] == 0
