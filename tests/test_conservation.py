"""What holds in every war on every day, whatever was ordered: books close and shares are shares.

Checked on the state itself, in double precision, each evening of random seeds and policies and of one whole
war of 749 days.
"""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stepping import Everywhere, days_of, flagship

from stalemate.policies.naming import NAMES, named
from stalemate.scenario.resolve import DATED
from stalemate.systems.transport import Transport
from stalemate.systems.variables import VARIABLES

WAR = flagship()
N_SECTIONS, N_SECTORS = len(WAR.sections), len(WAR.sectors)
SIGNED = ("today", "edge_flow", "ground_km2", "line_shift_km")
NEVER_NEGATIVE = [v.name for v in VARIABLES if v.name not in SIGNED and v.dtype != "u8"]
SHARES = (
    "open_share",
    "cordon_open_share",
    "transship_effort",
    "flyable_day",
    "flyable_night",
    "cordon_shut",
    "battle",
)
ON_SECTIONS = ("cuts", "cuts_reported", "bridge_cases", "bridge_cases_reported", "open_cuts", "cuts_repaired")


class Books:
    """The evening before, and what the wars had at first."""

    def __init__(self, wars: Any, worlds: Any) -> None:
        self.first_aircraft = np.zeros((len(wars), 8)) + np.pad(WAR.on_hand, (0, 8 - len(WAR.on_hand)))
        self.received = np.zeros_like(self.first_aircraft)
        self.lost = np.zeros_like(self.first_aircraft)
        self.eve: Any = None
        self.inflow = np.zeros(len(wars))
        self.outflow = np.zeros(len(wars))

    def check(self, day: int, theatre: Any, worlds: Any, wars: Any) -> None:
        """Assert all laws on one evening."""
        self.aircraft(wars)
        self.tonnes(wars)
        if self.eve is not None:
            self.stocks(theatre, worlds, wars)
            self.railheads(wars)
            self.lines_and_trucks(wars)
            self.ground(worlds, wars)
        bounded(theatre, worlds, wars)
        spared(day, theatre, wars)
        self.eve = wars.copy()

    def aircraft(self, wars: Any) -> None:
        """On hand and in repair = first + received - lost."""
        self.received += wars["aircraft_received"]
        self.lost += wars["aircraft_lost"]
        held = wars["aircraft"] + wars["in_repair"]
        np.testing.assert_array_equal(held, self.first_aircraft + self.received - self.lost)

    def tonnes(self, wars: Any) -> None:
        """Taken in by rail and by road = delivered + lost + stocked, since the first day."""
        civil = wars["civil_tonnes"] + wars["depot_tonnes"]
        self.inflow += wars["rail_arrived"].sum(1) + wars["direct_tonnes"].sum(1) + civil
        self.outflow += wars["front_tonnes"].sum(1) + wars["freight_lost"].sum(1) + civil
        np.testing.assert_allclose(self.inflow, self.outflow + wars["railhead_tonnes"], rtol=1e-9, atol=1e-6)
        np.testing.assert_allclose(wars["railhead_tonnes"], wars["railhead_stock"].sum(1), rtol=1e-12)
        np.testing.assert_allclose(wars["terminal_flow"].sum(1), wars["gate_flow"].sum(1), rtol=0)
        by_rail = wars["rail_arrived"].sum(1) + civil
        np.testing.assert_allclose(wars["terminal_flow"].sum(1), by_rail, rtol=1e-12)

    def stocks(self, theatre: Any, worlds: Any, wars: Any) -> None:
        """Delivered = eaten and stocked + fired and stocked + works."""
        eats = wars["today"][:, DATED["supply_grain_t_per_day"], None] * theatre[0]["share_of_line"]
        grain = wars["grain_stock"] - self.eve["grain_stock"] + eats - wars["grain_missing"]
        fired = wars["shells_communist"] * worlds["ammunition_t_per_round"][:, None]
        ammunition = wars["ammunition_stock"] - self.eve["ammunition_stock"] + fired
        delivered = grain.sum(1) + ammunition.sum(1) + wars["works_tonnes"]
        np.testing.assert_allclose(delivered, wars["front_tonnes"].sum(1), rtol=1e-7, atol=1e-6)
        assert (grain > -1e-6).all()
        assert (ammunition > -1e-6).all()

    def ground(self, worlds: Any, wars: Any) -> None:
        """Ground held moves by what either side takes, and is the line's shift times its length."""
        taken = wars["ground_taken_un"] - wars["ground_taken_communist"]
        np.testing.assert_allclose(wars["ground_km2"] - self.eve["ground_km2"], taken, rtol=1e-9, atol=1e-9)
        width = worlds["front_length_km"][:, None] * WAR.theatre[0]["share_of_line"]
        held = (wars["line_shift_km"] * width).sum(1)
        np.testing.assert_allclose(held, wars["ground_km2"], rtol=1e-9, atol=1e-6)
        assert (np.abs(wars["line_shift_km"]).max(1) <= worlds["front_limit_km"] * (1 + 1e-12)).all()

    def railheads(self, wars: Any) -> None:
        """Each sector's railheads gain what arrived and lose what trucks and porters took."""
        terminals = WAR.theatre[0]["terminal_sector"][: int(WAR.theatre[0]["n_terminals"])]
        for sector in range(N_SECTORS):
            mine = np.flatnonzero(terminals == sector)
            gained = (wars["railhead_stock"] - self.eve["railhead_stock"])[:, mine].sum(1)
            taken = wars["truck_tonnes"][:, sector] + wars["porter_tonnes"][:, sector]
            np.testing.assert_allclose(gained, wars["rail_arrived"][:, sector] - taken, rtol=1e-9, atol=1e-6)

    def lines_and_trucks(self, wars: Any) -> None:
        """Cuts, washed-out bridges and trucks of the evening follow from those of the evening before."""
        more = wars["open_cuts"] + wars["cuts_repaired"] - self.eve["open_cuts"]
        assert (more <= wars["cuts"] + wars["minor_breaks"] + 1e-9).all()
        assert (wars["washed_out"] <= self.eve["washed_out"] + wars["washouts"]).all()
        kept = self.eve["trucks"] + wars["trucks_received"] - wars["trucks_lost"]
        np.testing.assert_allclose(wars["trucks"], np.maximum(kept, 0), rtol=1e-12)


def bounded(theatre: Any, worlds: Any, wars: Any) -> None:
    """Nothing is negative or not a number, shares are shares, nobody does more than he can."""
    for name in NEVER_NEGATIVE:
        assert (wars[name] >= 0).all(), name
        assert np.isfinite(wars[name]).all(), name
    for name in SHARES:
        assert (wars[name] <= 1).all(), name
    assert (wars["sorties"] <= wars["available"] * (1 + 1e-12)).all()
    by_mission = wars["rail_sorties"] + wars["road_sorties"] + wars["destruction_sorties"]
    assert (by_mission <= wars["sorties"].sum(1) * (1 + 1e-12)).all()
    assert (np.abs(wars["edge_flow"]) <= wars["edge_limit"]).all()
    assert (wars["gate_flow"] <= theatre[0]["gate_capacity"]).all()
    assert (wars["bridges_down"] <= wars["today"][:, DATED["bridge_parallel"], None]).all()
    assert (wars["porters_used"] <= worlds["porter_number"]).all()
    assert (wars["usable_rail_km"] <= theatre[0]["managed_km"] * (1 + 1e-12)).all()
    assert (wars["transshipped_tonnes"] <= wars["terminal_flow"].sum(1)).all()
    assert (wars["bridge_cases"].sum(1) >= wars["critical_hits"].sum(1)).all()


def spared(day: int, theatre: Any, wars: Any) -> None:
    """No cut or case where a line may not be attacked or is not there, no freight on a line not built."""
    when = WAR.scenario.start + timedelta(days=day)
    edges = WAR.network.edges
    absent = np.array([not edge.is_open(when) for edge in edges])
    safe = absent | np.array([not edge.attackable for edge in edges])
    for name in ON_SECTIONS:
        assert not wars[name][:, :N_SECTIONS][:, safe].any(), name
    on_safe = [WAR.crossings.index(c) for e, s in zip(edges, safe, strict=True) if s for c in e.crossings]
    assert not wars["critical_hits"][:, on_safe].any()
    assert not wars["section_tonnes"][:, :N_SECTIONS][:, absent].any()
    assert not wars["open_share"][:, :N_SECTIONS][:, absent].any()


def run_and_check(policy: Any, seed: int, replicates: range, days: int) -> Any:
    books = None
    for day, theatre, worlds, wars in days_of(WAR, policy, seed, replicates, days):
        books = books or Books(wars, worlds)
        books.check(day, theatre, worlds, wars)
    return books


factors = st.floats(0, 8)


@given(
    st.integers(0, 2**63 - 1),
    st.integers(0, 10**6),
    st.tuples(*[factors] * 7),
    st.sampled_from([0.0, 0.05, 2.0]),
)
@settings(max_examples=25)
def test_conservation__holds_under_any_orders(seed, first, factor, more_a_section):
    run_and_check(Everywhere(factor, more_a_section), seed, range(first, first + 3), 50)


@pytest.mark.parametrize("name", NAMES)
def test_conservation__holds_through_the_whole_war(name):
    books = run_and_check(named(name, WAR.scenario), 1, range(6), WAR.scenario.days)
    assert (books.outflow > 10**5).all()
    assert books.lost.any() == (name != "none")


def test_conservation__the_forbidden_and_the_unbuilt_were_really_aimed_at():
    """The orders above name the Yalu crossings and the lines of April 1953, so their peace is no accident."""
    opened = date(1953, 4, 5)
    yalu = [edge.section for edge in WAR.network.edges if edge.region == "yalu"]
    new = [edge.section for edge in WAR.network.edges if edge.opens == opened]
    assert yalu
    assert {"kusong-kaechon", "kaechon-unsan"} <= set(new)
    cuts = np.zeros(N_SECTIONS)
    before = None
    for day, theatre, _, wars in days_of(WAR, Everywhere(more_a_section=2.0), 5, range(3), 660):
        assert (theatre[0]["rail"][:N_SECTIONS, : len(WAR.classes)] >= 2).all()
        if WAR.scenario.start + timedelta(days=day) == opened:
            before = cuts.copy()
        cuts += wars["cuts"][:, :N_SECTIONS].sum(0)
    place = {section: number for number, section in enumerate(WAR.sections)}
    assert not cuts[[place[section] for section in yalu]].any()
    assert not before[[place[section] for section in new]].any()
    assert cuts[[place[section] for section in new]].all()


def test_conservation__every_field_but_the_exempt_is_watched():
    """Signed flow and ground, dated values and bit sets have their own checks."""
    watched = {*NEVER_NEGATIVE, *SIGNED, "room_into", "room_from"}
    assert watched == {v.name for v in VARIABLES}
    assert {name for name in SHARES if name in Transport.writes} == {"transship_effort"}
