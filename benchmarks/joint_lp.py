"""What planning rail, trucks and porters in stages costs, against one joint linear program a day.

Run ``python benchmarks/joint_lp.py [--json]`` (needs highspy). The engine solves each stage exactly for the
stage before it. On sampled days of korea-1951 this takes the same morning and asks HiGHS for the most that
could have reached the front that day, all stages at once, with the same lines, orders, trucks and porters.

Two programs: *most* maximises all tonnes together, so the sectors nearest to the railways eat first; *in
turn* serves the sectors in the day's own order, each as far as all stages allow. The gap to *in turn* is what
staging costs, the gap to *most* also what the priority rule costs. Both programs may ask any railhead of a
sector and carry no freight for the rear.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import highspy
import numpy as np
from machine import here, parser_of, tell

from stalemate.engine.day import DAY
from stalemate.engine.history import History
from stalemate.engine.simulate import Prepared, prepare
from stalemate.policies.directive import Observation
from stalemate.policies.naming import named
from stalemate.scenario import read
from stalemate.scenario.resolve import DATED, Structures, resolve
from stalemate.systems.transport import round_trip_days
from stalemate.systems.variables import state_type

WARS, EVERY_DAYS, SEED = 32, 10, 1
NIL_T = 1.0
"""Days on which less could have reached the front are left out."""


def mornings(prepared: Prepared, policy_name: str) -> Iterator[tuple[int, Any, Any, Any, Any]]:
    """Give (day, theatre, worlds, wars before transport, wars after it) on every sampled day."""
    scenario = prepared.scenario
    policy, history, theatre = named(policy_name, scenario), History(prepared), prepared.theatre.copy()
    worlds = resolve(scenario, SEED, range(WARS), Structures())
    wars, none = np.zeros(WARS, state_type()), np.zeros(WARS)
    for _, system in DAY:
        system.begin(prepared, worlds, wars)
    wars["order_weight"] = 1.0
    for day in range(scenario.days):
        when = scenario.start + timedelta(days=day)
        prepared.set_day(theatre, day)
        seen = Observation(when, history(when), history, none, none, prepared.classes, prepared.sections)
        prepared.set_orders(theatre, policy.decide(seen))
        for _, system in DAY:
            if system.name == "transport" and day % EVERY_DAYS == 0:
                before = wars.copy()
                system.loop(theatre, worlds, wars, day)
                yield day, theatre[0], worlds, before, wars
            else:
                system.loop(theatre, worlds, wars, day)


class Morning:
    """One war's morning as a linear program."""

    def __init__(self, theatre: Any, world: Any, war: Any) -> None:
        self.theatre, self.world, self.war = theatre, world, war
        self.sectors = range(int(theatre["n_sectors"]))
        self.railheads = [
            range(int(theatre["first_terminal"][s]), int(theatre["last_terminal"][s]) + 1)
            for s in self.sectors
        ]
        self.all_railheads = [k for mine in self.railheads for k in mine]

    def today(self, name: str) -> float:
        """Return a dated parameter's value."""
        return float(self.war["today"][DATED[name]])

    def ordered_t(self, sector: int) -> float:
        """Return what a sector orders, less what waits at its railheads."""
        war = self.war
        wanted = sum(float(war[f"{kind}_wanted"][sector]) for kind in ("grain", "ammunition", "works"))
        return max(0.0, wanted - sum(float(war["railhead_stock"][k]) for k in self.railheads[sector]))

    def capacities_t(self) -> tuple[list[float], list[float]]:
        """Return what each line passes by rail alone, and with what trucks carry round a break."""
        theatre, world, war = self.theatre, self.world, self.war
        per_car = float(world["rail_tonnes_per_car"])
        trunk = self.today("rail_trunk_cars") * float(world["rail_trunk_factor"]) * per_car
        helped = self.today("rail_transship_cars") * per_car * float(war["transship_effort"])
        alone, together = [], []
        for section in range(int(theatre["n_sections"])):
            whole = trunk * float(theatre["night_share"]) * float(theatre["capacity_share"][section])
            passes = float(int(whole * float(war["open_share"][section])))
            alone.append(passes)
            together.append(max(passes, int(min(helped, whole)) if theatre["is_open"][section] else 0.0))
        return alone, together

    def add_rail(self, program: Any, capacity: list[float]) -> dict[int, Any]:
        """Add the lines, gates and orders; return the tonnes that reach each railhead."""
        theatre = self.theatre
        balance: dict[int, Any] = {}
        for section, most in enumerate(capacity):
            flow = program.addVariable(-most, most)
            a, b = (int(node) for node in theatre["edge_ends"][section])
            balance[a], balance[b] = balance.get(a, 0) - flow, balance.get(b, 0) + flow
        for gate in range(int(theatre["n_gates"])):
            node, most = int(theatre["gate_node"][gate]), float(theatre["gate_capacity"][gate])
            balance[node] = balance.get(node, 0) + program.addVariable(0, most)
        arrives = {k: program.addVariable(0, highspy.kHighsInf) for k in self.all_railheads}
        for k, tonnes in arrives.items():
            node = int(theatre["terminal_node"][k])
            balance[node] = balance.get(node, 0) - tonnes
        for left in balance.values():
            program.addConstr(left == 0)
        for sector in self.sectors:
            asked = sum(arrives[k] for k in self.railheads[sector])
            program.addConstr(asked <= self.ordered_t(sector))
        return arrives

    def unaided_t(self, alone: list[float]) -> float:
        """Return the most that could arrive without trans-shipment."""
        program = _silent()
        program.maximize(sum(self.add_rail(program, alone).values()))
        return float(program.getInfo().objective_function_value)

    def most_t(self, trucks: float) -> tuple[float, float]:
        """Return what could reach the front this day at most, and sector by sector in turn.

        Tonnes before losses on the road; ``trucks`` are those on hand.
        """
        theatre, world, war = self.theatre, self.world, self.war
        alone, together = self.capacities_t()
        unaided_t = self.unaided_t(alone)
        program = _silent()
        arrives = self.add_rail(program, together)
        payload_t, load_t = float(world["truck_payload_t"]), float(world["porter_load_t"])
        km, handling = self.today("truck_km_per_night"), float(world["truck_handling_days"])
        truck_days, porters = program.addVariable(0, highspy.kHighsInf), 0
        delivered: dict[int, Any] = dict.fromkeys(self.sectors, 0)
        per_tonne = float(world["truck_per_transshipped_car"]) / float(world["rail_tonnes_per_car"])
        program.addConstr(truck_days >= (sum(arrives.values()) - unaided_t) * per_tonne)
        spent = truck_days + 0
        for k, tonnes in arrives.items():
            road_km, foot_km = float(theatre["terminal_road_km"][k]), float(theatre["terminal_foot_km"][k])
            by_truck = program.addVariable(0, highspy.kHighsInf if road_km >= 0 else 0.0)
            on_foot = program.addVariable(0, highspy.kHighsInf if foot_km >= 0 else 0.0)
            program.addConstr(by_truck + on_foot - tonnes <= float(war["railhead_stock"][k]))
            spent = spent + by_truck * (round_trip_days(max(road_km, 0.0), km, handling) / payload_t)
            pace = float(world["porter_km_per_night"])
            porters = porters + on_foot * (round_trip_days(max(foot_km, 0.0), pace, 0.0) / load_t)
            sector = int(theatre["terminal_sector"][k])
            delivered[sector] = delivered[sector] + by_truck + on_foot
        for sector in self.sectors:
            way_km = float(theatre["gate_road_km"][sector])
            direct = program.addVariable(0, highspy.kHighsInf if way_km > 0 else 0.0)
            asked = direct + sum(arrives[k] for k in self.railheads[sector])
            program.addConstr(asked <= self.ordered_t(sector))
            spent = spent + direct * (round_trip_days(way_km, km, handling) / payload_t)
            delivered[sector] = delivered[sector] + direct
        fit = trucks * float(world["truck_serviceable"]) * float(world["truck_supply_share"])
        program.addConstr(spent <= fit)
        program.addConstr(porters <= float(world["porter_number"]))
        program.maximize(sum(delivered.values()))
        most_t = float(program.getInfo().objective_function_value)
        in_turn_t = 0.0
        for sector in sorted(self.sectors, key=lambda s: (float(war["days_of_supply"][s]), s)):
            program.maximize(delivered[sector])
            got_t = float(program.getInfo().objective_function_value)
            program.addConstr(delivered[sector] >= got_t * (1 - 1e-9) - 1e-6)
            in_turn_t += got_t
        return most_t, in_turn_t


def samples(prepared: Prepared, policy_name: str) -> list[tuple[int, float, float, float]]:
    """Return (day, tonnes at most, tonnes in turn, ours) for each sampled day of each war."""
    found = []
    for day, theatre, worlds, before, after in mornings(prepared, policy_name):
        ours = (after["truck_tonnes"] + after["direct_tonnes"] + after["porter_tonnes"]).sum(1)
        for number in range(WARS):
            morning = Morning(theatre, worlds[number], before[number])
            most_t, in_turn_t = morning.most_t(float(after["trucks"][number]))
            if in_turn_t > NIL_T:
                found.append((day, most_t, in_turn_t, float(ours[number])))
    return found


def summary(joint_t: Any, ours_t: Any) -> dict[str, float]:
    """Return the gap's points over days and wars, the share of days without one, and that of all tonnes."""
    gap = (joint_t - ours_t) / joint_t
    return {
        "days": len(gap),
        "p5": float(np.quantile(gap, 0.05)),
        "median": float(np.median(gap)),
        "p95": float(np.quantile(gap, 0.95)),
        "none": float((np.abs(gap) < 0.005).mean()),
        "of all tonnes": float(1 - ours_t.sum() / joint_t.sum()),
    }


def _silent() -> Any:
    program = highspy.Highs()
    program.setOptionValue("output_flag", False)
    return program


def show(rows: dict[str, dict[str, float]]) -> None:
    """Print one line a period and rule."""
    print(f"{'':22}{'days':>6}{'5 %':>9}{'median':>9}{'95 %':>9}{'no gap':>9}{'of all t':>10}")
    for name, row in rows.items():
        shares = "".join(f"{row[key]:9.1%}" for key in ("p5", "median", "p95", "none"))
        print(f"{name:22}{row['days']:6d}{shares}{row['of all tonnes']:10.1%}")


def main() -> None:
    """Print the gap for the whole war and by season of the campaign."""
    parser = parser_of(__doc__)
    parser.add_argument("--policy", default="historical")
    options = parser.parse_args()
    table = np.array(samples(prepare(read.load("korea-1951")), options.policy))
    periods = {
        "whole war": (0, 10**6),
        "Jul-Dec 1951": (0, 175),
        "Jan-Jun 1952": (175, 357),
        "later": (357, 10**6),
    }
    rows = {}
    for period, (start, end) in periods.items():
        chosen = table[(table[:, 0] >= start) & (table[:, 0] < end)]
        for column, rule in ((1, "most"), (2, "in turn")):
            rows[f"{period}, {rule}"] = summary(chosen[:, column], chosen[:, 3])
    tell(here("highspy"), rows, as_json=options.json, show=lambda: show(rows))


if __name__ == "__main__":
    main()
