"""Transport: from the border to the front by rail, truck and porter. Equations: docs/model/transport.md.

Stages of a day, each exact for the stage before it:

1. capacity of each line = trunk's cars x line's share x length of the night x share of it open; a shut line
   keeps what trucks can carry round it (trans-shipment), which ties trucks down; where it would tie more than
   can be spared, it and rear freight are cut back until the trucks suffice;
2. rail: maximum flow with the priority split; sectors by fewest days of supply, ties by number, the rear
   (civil freight and military depots, in proportion) last; a sector asks its nearest railhead for what the
   line to it can bring, the next one for the rest;
3. trucks: a budget of truck-days, spent sector by sector in the same order, nearest railhead first;
4. what trucks are left haul from the border for sectors whose order is unmet;
5. porters carry from railheads what trucks left there.

Always: arrived by rail + hauled from the border = delivered + lost + added to railhead stocks.
"""

from collections.abc import Callable
from typing import ClassVar, Final, final

from stalemate.kernel import kernel
from stalemate.scenario.resolve import DATED
from stalemate.systems.flow import solve
from stalemate.systems.system import AbstractSystem, Record, Records
from stalemate.systems.theatre import Prepared

_TRUNK: Final = DATED["rail_trunk_cars"]
_TRANSSHIP: Final = DATED["rail_transship_cars"]
_KM_PER_NIGHT: Final = DATED["truck_km_per_night"]
_RECEIVED: Final = DATED["truck_received_per_day"]
_WORKS: Final = DATED["works_cars"]

_TRIES: Final = 4
_LEAST_EFFORT: Final = 0.02
_SLACK: Final = 0.8
_RECOVERY: Final = 1.2


@final
class Transport(AbstractSystem):
    """Writes what moved and what reached the sectors."""

    name: ClassVar[str] = "transport"
    reads: ClassVar[tuple[str, ...]] = ("today", "open_share", "trucks_lost")
    reads_yesterday: ClassVar[tuple[str, ...]] = (
        "grain_wanted",
        "ammunition_wanted",
        "works_wanted",
        "days_of_supply",
    )
    writes: ClassVar[tuple[str, ...]] = (
        "trucks",
        "trucks_received",
        "rail_ordered",
        "rail_arrived",
        "railhead_stock",
        "railhead_tonnes",
        "truck_tonnes",
        "direct_tonnes",
        "porter_tonnes",
        "freight_lost",
        "front_tonnes",
        "civil_tonnes",
        "depot_tonnes",
        "rail_intake_cars",
        "transshipped_tonnes",
        "transship_effort",
        "porters_used",
        "edge_flow",
        "section_tonnes",
        "gate_flow",
        "terminal_flow",
        "edge_limit",
        "room_into",
        "room_from",
    )

    @property
    def kernel(self) -> Callable[..., None]:
        """Move the day's supply."""
        return haul

    def begin(self, prepared: Prepared, worlds: Records, wars: Records) -> None:
        """Put the first day's trucks on the road; no freight is on the way."""
        wars["trucks"] = worlds["truck_first_number"]
        wars["transship_effort"] = 1.0


@kernel
def haul(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Run the stages of the day in order."""
    war.trucks_received = war.today[_RECEIVED]
    war.trucks = max(0.0, war.trucks + war.trucks_received - war.trucks_lost)
    served = theatre.served
    serve_neediest_first(theatre.n_sectors, war.days_of_supply, served)
    truck_days = war.trucks * world.truck_serviceable * world.truck_supply_share
    tied = _run_railway(theatre, world, war, served, truck_days * world.truck_transship_share)
    truck_days = max(0.0, truck_days - tied)
    for sector in range(theatre.n_sectors):
        war.rail_arrived[sector] = 0.0
    for k in range(theatre.n_terminals):
        if k == theatre.rear_terminal:
            depots = war.today[_WORKS] * (1.0 - world.works_front_share)
            war.civil_tonnes = 0.0
            if world.civil_cars > 0.0:
                war.civil_tonnes = war.terminal_flow[k] * world.civil_cars / (world.civil_cars + depots)
            war.depot_tonnes = war.terminal_flow[k] - war.civil_tonnes
        else:
            war.railhead_stock[k] += war.terminal_flow[k]
            war.rail_arrived[theatre.terminal_sector[k]] += war.terminal_flow[k]
    truck_days = _from_railheads(theatre, world, war, served, truck_days)
    _from_border(theatre, world, war, served, truck_days)
    _by_porters(theatre, world, war, served)
    _deliver(theatre, world, war)


@kernel
def _run_railway(theatre: Record, world: Record, war: Record, served: Record, spared: float) -> float:
    """Solve the day's rail flow with no more trans-shipment than the spared trucks can carry.

    Where they cannot, the effort is cut and the day solved again, a few times at most; where they can with
    slack, tomorrow's effort recovers. Returns the trucks tied down.
    """
    tied = 0.0
    for _ in range(_TRIES):
        _ask_railheads(theatre, world, war, served)
        moved = solve(theatre, theatre, war, theatre)
        war.rail_intake_cars = moved / world.rail_tonnes_per_car
        tied = _tied_trucks(theatre, world, war)
        if tied <= spared or war.transship_effort <= _LEAST_EFFORT:
            break
        war.transship_effort = max(_LEAST_EFFORT, war.transship_effort * spared / tied)
    if tied < _SLACK * spared:
        war.transship_effort = min(1.0, war.transship_effort * _RECOVERY)
    return tied


@kernel
def serve_neediest_first(n_sectors: int, days_of_supply: Record, served: Record) -> None:
    """Write into ``served`` the sectors by fewest days of supply, ties by number."""
    for sector in range(n_sectors):
        place = sector
        while place > 0 and days_of_supply[served[place - 1]] > days_of_supply[sector]:
            served[place] = served[place - 1]
            place -= 1
        served[place] = sector


@kernel
def _ask_railheads(theatre: Record, world: Record, war: Record, served: Record) -> None:
    """Set today's line capacities, the railheads' demands in whole tonnes and the order of service."""
    per_car = world.rail_tonnes_per_car
    trunk = war.today[_TRUNK] * world.rail_trunk_factor * per_car * theatre.night_share
    round_a_break = war.today[_TRANSSHIP] * per_car * war.transship_effort
    for section in range(theatre.n_sections):
        whole = trunk * theatre.capacity_share[section]
        theatre.rail_alone[section] = int(whole * war.open_share[section])
        theatre.edge_capacity[section] = theatre.rail_alone[section]
        if theatre.is_open[section]:
            theatre.edge_capacity[section] = max(theatre.rail_alone[section], int(min(round_a_break, whole)))
    place = 0
    for step in range(theatre.n_sectors):
        sector = served[step]
        wanted = war.grain_wanted[sector] + war.ammunition_wanted[sector] + war.works_wanted[sector]
        for k in range(theatre.first_terminal[sector], theatre.last_terminal[sector] + 1):
            wanted -= war.railhead_stock[k]
        wanted = max(0.0, wanted)
        war.rail_ordered[sector] = wanted
        left = int(wanted)
        for k in range(theatre.first_terminal[sector], theatre.last_terminal[sector] + 1):
            ask = left
            if theatre.has_next[k]:
                for section in theatre.feeder[k]:
                    if section >= 0:
                        ask = min(ask, theatre.edge_capacity[section])
            theatre.demand[k] = ask
            left -= ask
            theatre.order[place] = k
            place += 1
    if theatre.rear_terminal >= 0:
        depots = war.today[_WORKS] * (1.0 - world.works_front_share)
        theatre.demand[theatre.rear_terminal] = int(
            (world.civil_cars + depots) * per_car * war.transship_effort
        )
        theatre.order[place] = theatre.rear_terminal
        place += 1
    for k in range(place, theatre.order.shape[0]):
        theatre.order[k] = k


@kernel
def _tied_trucks(theatre: Record, world: Record, war: Record) -> float:
    """Write what came to each railhead only by trans-shipment, in all, and return the trucks it ties down.

    That is what the day's flow brings a railhead beyond the flow of the same day with shut lines shut: unlike
    the flow on any one line, it is unique; where the flow found fits the lines as they are, it is nothing.
    Writes what each line carried, too, one of many equal ways.
    """
    needed = False
    for section in range(theatre.n_sections):
        war.section_tonnes[section] = abs(war.edge_flow[section])
        needed = needed or war.section_tonnes[section] > theatre.rail_alone[section]
        theatre.edge_capacity[section] = theatre.rail_alone[section]
    war.transshipped_tonnes = 0.0
    if needed:
        _copy_flow(war, theatre)
        solve(theatre, theatre, war, theatre)
        for k in range(theatre.n_terminals):
            war.transshipped_tonnes += max(0, theatre.terminal_flow[k] - war.terminal_flow[k])
        _copy_flow(theatre, war)
    return war.transshipped_tonnes / world.rail_tonnes_per_car * world.truck_per_transshipped_car


@kernel
def _copy_flow(source: Record, target: Record) -> None:
    """Copy a flow from one record to another: the day's own is kept while the solver works on it."""
    for edge in range(source.edge_flow.shape[0]):
        target.edge_flow[edge] = source.edge_flow[edge]
        target.edge_limit[edge] = source.edge_limit[edge]
    for gate in range(source.gate_flow.shape[0]):
        target.gate_flow[gate] = source.gate_flow[gate]
    for terminal in range(source.terminal_flow.shape[0]):
        target.terminal_flow[terminal] = source.terminal_flow[terminal]
    for node in range(source.room_into.shape[0]):
        for w in range(source.room_into.shape[1]):
            target.room_into[node, w] = source.room_into[node, w]
            target.room_from[node, w] = source.room_from[node, w]


@kernel
def _from_railheads(theatre: Record, world: Record, war: Record, served: Record, truck_days: float) -> float:
    """Spend truck-days on the freight at railheads; return what is left of them."""
    for step in range(theatre.n_sectors):
        sector = served[step]
        war.truck_tonnes[sector] = 0.0
        for k in range(theatre.first_terminal[sector], theatre.last_terminal[sector] + 1):
            if war.railhead_stock[k] > 0.0 and theatre.terminal_road_km[k] >= 0.0 and truck_days > 0.0:
                days = round_trip_days(
                    theatre.terminal_road_km[k], war.today[_KM_PER_NIGHT], world.truck_handling_days
                )
                tonnes = min(war.railhead_stock[k], truck_days * world.truck_payload_t / days)
                truck_days = max(0.0, truck_days - tonnes * days / world.truck_payload_t)
                war.railhead_stock[k] -= tonnes
                war.truck_tonnes[sector] += tonnes
    return truck_days


@kernel
def _from_border(theatre: Record, world: Record, war: Record, served: Record, truck_days: float) -> None:
    """Haul from the border what the railway did not bring, as far as truck-days go."""
    for step in range(theatre.n_sectors):
        sector = served[step]
        wanted = war.grain_wanted[sector] + war.ammunition_wanted[sector] + war.works_wanted[sector]
        missing = wanted - war.truck_tonnes[sector]
        for k in range(theatre.first_terminal[sector], theatre.last_terminal[sector] + 1):
            missing -= war.railhead_stock[k]
        war.direct_tonnes[sector] = 0.0
        if missing > 0.0 and truck_days > 0.0 and theatre.gate_road_km[sector] > 0.0:
            days = round_trip_days(
                theatre.gate_road_km[sector], war.today[_KM_PER_NIGHT], world.truck_handling_days
            )
            tonnes = min(missing, truck_days * world.truck_payload_t / days)
            truck_days = max(0.0, truck_days - tonnes * days / world.truck_payload_t)
            war.direct_tonnes[sector] = tonnes


@kernel
def _by_porters(theatre: Record, world: Record, war: Record, served: Record) -> None:
    """Let porters carry what trucks left at railheads."""
    left = world.porter_number
    for step in range(theatre.n_sectors):
        sector = served[step]
        war.porter_tonnes[sector] = 0.0
        for k in range(theatre.first_terminal[sector], theatre.last_terminal[sector] + 1):
            if war.railhead_stock[k] > 0.0 and theatre.terminal_foot_km[k] >= 0.0 and left > 0.0:
                days = round_trip_days(theatre.terminal_foot_km[k], world.porter_km_per_night, 0.0)
                tonnes = min(war.railhead_stock[k], left * world.porter_load_t / days)
                left = max(0.0, left - tonnes * days / world.porter_load_t)
                war.railhead_stock[k] -= tonnes
                war.porter_tonnes[sector] += tonnes
    war.porters_used = world.porter_number - left


@kernel
def round_trip_days(road_km: float, km_per_night: float, handling_days: float) -> float:
    """Return the days of a round trip, at least one: there and back at the night's pace, and handling."""
    return max(1.0, 2.0 * road_km / km_per_night + handling_days)


@kernel
def _deliver(theatre: Record, world: Record, war: Record) -> None:
    """Take off what burnt with its trucks and add up the day's deliveries."""
    on_trucks = 0.0
    for sector in range(theatre.n_sectors):
        on_trucks += war.truck_tonnes[sector] + war.direct_tonnes[sector]
    burnt = min(on_trucks, war.trucks_lost * world.truck_loaded_share * world.truck_payload_t)
    for sector in range(theatre.n_sectors):
        by_truck = war.truck_tonnes[sector] + war.direct_tonnes[sector]
        war.freight_lost[sector] = burnt * by_truck / on_trucks if on_trucks > 0.0 else 0.0
        war.front_tonnes[sector] = by_truck + war.porter_tonnes[sector] - war.freight_lost[sector]
    waiting = 0.0
    for k in range(theatre.n_terminals):
        waiting += war.railhead_stock[k]
    war.railhead_tonnes = waiting
