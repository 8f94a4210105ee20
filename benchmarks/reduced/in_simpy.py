"""The reduced war in SimPy: processes, a resource for the crews of each section, NetworkX for the flow.

The air flies at whole days, trains run half a day later and the front fights after them; a crew works on a
cut for a whole number of nights, so it is done before the next trains; a bridge takes as long as it takes.
"""

from collections.abc import Generator
from math import log
from typing import Any

import numpy as np
import simpy

from reduced.problem import SERIES, Daily, Problem
from reduced.railway import Network, Railway, plain

Steps = Generator[simpy.Event, Any, None]


def run(problem: Problem, wars: int, *, seed: int = 1, railway: Railway = plain) -> Daily:
    """Fight wars one after the other and return what was noted of them."""
    network = railway(problem)
    seeds = np.random.SeedSequence(seed).spawn(wars)
    noted = []
    for one in seeds:
        env = simpy.Environment()
        war = War(env, problem, network, np.random.default_rng(one))
        env.run(until=problem.days)
        noted.append(war.days)
    return {name: np.array([[day[name] for day in days] for days in noted], np.float32) for name in SERIES}


class War:
    """One war: what the processes share."""

    def __init__(
        self, env: simpy.Environment, problem: Problem, network: Network, rng: np.random.Generator
    ) -> None:
        self.env, self.problem, self.network, self.rng = env, problem, network, rng
        numbers = problem.numbers
        self.aircraft = problem.aircraft.astype(int)
        self.trucks = numbers.trucks * problem.tiles
        self.stock = [numbers.full_store_t] * problem.n_sectors
        self.railhead = [0.0] * problem.n_sectors
        self.crews = [simpy.Resource(env, int(crews)) for crews in problem.crews]
        self.open_cuts = [0] * len(problem.ends)
        self.bridge_down = [False] * len(problem.ends)
        self.whole_t = (numbers.trunk_t * problem.share).tolist()
        self.bridges = np.flatnonzero(problem.has_bridge)
        self.days: list[dict[str, float]] = []
        self.today: dict[str, float] = {}
        env.process(self.air())
        env.process(self.supply())

    def air(self) -> Steps:
        """Fly what the weather lets fly, day after day."""
        numbers, rng = self.problem.numbers, self.rng
        flyable = np.array([True, True])
        while True:
            day = int(self.env.now)
            share, keep = self.problem.flyable[day], self.problem.persistence[day]
            flyable = rng.random(2) < share + keep * (flyable - share)
            sorties = flyable * self.aircraft * np.array(numbers.sorties_per_aircraft)
            self.strike(sorties)
            lost = np.minimum(self.aircraft, rng.poisson(sorties * numbers.losses_per_sortie))
            missing = self.problem.aircraft.astype(int) - self.aircraft + lost
            self.aircraft += rng.binomial(missing, numbers.replaced_a_day) - lost
            trucks_lost = min(self.trucks, int(rng.poisson(sorties[1] * numbers.trucks_lost_per_sortie)))
            self.trucks += numbers.trucks_received * self.problem.tiles - trucks_lost
            self.today |= {"aircraft_lost": int(lost.sum()), "trucks_lost": trucks_lost}
            yield self.env.timeout(1)

    def strike(self, sorties: np.ndarray) -> None:
        """Make cuts and put bridges out, each a process of its own until it is mended."""
        numbers, aimed = self.problem.numbers, self.problem.aimed_share
        cuts = self.rng.poisson(sorties @ numbers.cuts_per_sortie * aimed)
        for section in np.flatnonzero(cuts).tolist():
            for _ in range(cuts[section]):
                self.env.process(self.mend(section))
        self.today["cuts"] = int(cuts.sum())
        hits = self.rng.poisson(sorties @ numbers.bridge_hits_per_sortie * aimed[self.bridges])
        for section in self.bridges[hits > 0].tolist():
            if not self.bridge_down[section]:
                self.env.process(self.rebuild(section))

    def mend(self, section: int) -> Steps:
        """Let a cut wait for a crew, and the crew work on it night after night."""
        self.open_cuts[section] += 1
        with self.crews[section].request() as crew:
            yield crew
            yield self.env.timeout(int(self.rng.geometric(self.problem.numbers.mend_chance)))
        self.open_cuts[section] -= 1

    def rebuild(self, section: int) -> Steps:
        """Keep a section shut while its bridge is down."""
        numbers = self.problem.numbers
        self.bridge_down[section] = True
        yield self.env.timeout(self.rng.lognormal(log(numbers.bridge_median_days), numbers.bridge_sigma))
        self.bridge_down[section] = False

    def supply(self) -> Steps:
        """Run trains and trucks, then let the front live on what came."""
        yield self.env.timeout(0.5)
        while True:
            self.today |= {"open_cuts": sum(self.open_cuts), "bridges_down": sum(self.bridge_down)}
            order, arrived = self.run_trains(int(self.env.now))
            self.haul(order, arrived)
            self.fight()
            self.days.append(self.today)
            self.today = {}
            yield self.env.timeout(1)

    def run_trains(self, day: int) -> tuple[list[int], list[int]]:
        """Return the terminals in the order of service, and what the railway brings to each."""
        problem, numbers = self.problem, self.problem.numbers
        trunk = float(problem.night_share[day])
        capacity = [
            0 if down else int(whole_t * trunk * max(0.0, 1.0 - numbers.lost_per_cut * cuts))
            for whole_t, cuts, down in zip(self.whole_t, self.open_cuts, self.bridge_down, strict=True)
        ]
        demand = [
            int(min(max(numbers.full_store_t - stock - waiting, 0.0), numbers.most_asked_t))
            for stock, waiting in zip(self.stock, self.railhead, strict=True)
        ]
        rear = range(problem.n_sectors, len(problem.terminals))
        order = [*sorted(range(problem.n_sectors), key=lambda sector: self.stock[sector]), *rear]
        return order, self.network.deliver(capacity, demand + [int(numbers.rear_t)] * len(rear), order)

    def haul(self, order: list[int], arrived: list[int]) -> None:
        """Carry from the railheads to the sectors as far as the trucks go."""
        left = self.trucks * self.problem.numbers.truck_load_t
        delivered = 0.0
        for sector in order[: self.problem.n_sectors]:
            self.railhead[sector] += arrived[sector]
            moved = min(self.railhead[sector], left)
            self.railhead[sector] -= moved
            self.stock[sector] += moved
            left -= moved
            delivered += moved
        self.today |= {"rear_t": sum(arrived[self.problem.n_sectors :]), "delivered_t": delivered}

    def fight(self) -> None:
        """Eat, fire what there is, count casualties on both sides."""
        numbers, rng = self.problem.numbers, self.rng
        stock = np.array(self.stock)
        factor = np.where(rng.random(len(stock)) < numbers.battle_chance, numbers.battle_factor, 1.0)
        left = np.maximum(0.0, stock - numbers.ration_t)
        shells = np.minimum(left, numbers.shells_t * factor)
        self.stock = (left - shells).tolist()
        self.today |= {
            "hungry_sectors": int((stock < numbers.ration_t).sum()),
            "fired_t": float(shells.sum()),
            "stock_t": sum(self.stock),
            "casualties_un": int(rng.poisson(shells * numbers.casualties_per_t).sum()),
            "casualties_communist": int(rng.poisson(numbers.casualties_quiet * factor).sum()),
        }
