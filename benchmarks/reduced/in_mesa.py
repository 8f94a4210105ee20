"""The reduced war in Mesa: air arms, sections and sectors as agents, NetworkX for the flow."""

from math import log
from typing import Any

import mesa
import numpy as np

from reduced.problem import SERIES, Daily, Problem
from reduced.railway import Network, Railway, plain


def run(problem: Problem, wars: int, *, seed: int = 1, railway: Railway = plain) -> Daily:
    """Fight wars one after the other and return what was noted of them."""
    network = railway(problem)
    noted = []
    for one in np.random.SeedSequence(seed).spawn(wars):
        war = War(problem, network, np.random.default_rng(one))
        for _ in range(problem.days):
            war.step()
        noted.append(war.datacollector.model_vars)
    return {name: np.array([days[name] for days in noted], np.float32) for name in SERIES}


class Arm(mesa.Agent):
    """The day arm or the night arm of the air forces."""

    def __init__(self, model: "War", number: int) -> None:
        super().__init__(model)
        self.number, numbers = number, model.problem.numbers
        self.establishment = self.aircraft = int(model.problem.aircraft[number])
        self.sorties_per_aircraft = numbers.sorties_per_aircraft[number]
        self.losses_per_sortie = numbers.losses_per_sortie[number]
        self.flyable, self.sorties, self.lost = True, 0.0, 0

    def fly(self) -> None:
        """Fly if the weather lets it, lose aircraft and have missing ones replaced."""
        problem, rng, day = self.model.problem, self.model.rng, self.model.day
        share, keep = problem.flyable[day, self.number], problem.persistence[day]
        self.flyable = rng.random() < share + keep * (self.flyable - share)
        self.sorties = self.flyable * self.aircraft * self.sorties_per_aircraft
        self.lost = min(self.aircraft, int(rng.poisson(self.sorties * self.losses_per_sortie)))
        missing = self.establishment - self.aircraft + self.lost
        self.aircraft += int(rng.binomial(missing, problem.numbers.replaced_a_day)) - self.lost


class Section(mesa.Agent):
    """A section of railway with its cuts, its bridge and its crews."""

    def __init__(self, model: "War", number: int) -> None:
        super().__init__(model)
        problem = model.problem
        self.crews, self.has_bridge = int(problem.crews[number]), bool(problem.has_bridge[number])
        self.aimed_share = float(problem.aimed_share[number])
        self.whole_t = float(problem.numbers.trunk_t * problem.share[number])
        self.cuts, self.new_cuts, self.bridge_days, self.capacity_t = 0, 0, 0.0, 0

    def suffer(self) -> None:
        """Take the day's cuts and bridge hits; what is left can carry freight tonight."""
        model, rng, numbers = self.model, self.model.rng, self.model.problem.numbers
        self.new_cuts = int(rng.poisson(model.cuts_expected * self.aimed_share))
        self.cuts += self.new_cuts
        if (
            self.has_bridge
            and self.bridge_days == 0.0
            and rng.poisson(model.bridge_hits_expected * self.aimed_share) > 0
        ):
            self.bridge_days = rng.lognormal(log(numbers.bridge_median_days), numbers.bridge_sigma)
        self.capacity_t = 0
        if not self.is_down:
            share = max(0.0, 1.0 - numbers.lost_per_cut * self.cuts)
            self.capacity_t = int(self.whole_t * model.night_share * share)

    @property
    def is_down(self) -> bool:
        """Whether the bridge is still down when the trains run."""
        return self.bridge_days > 0.5

    def mend(self) -> None:
        """Let each crew work on one cut for a night, and the bridge for a day."""
        self.bridge_days = max(0.0, self.bridge_days - 1.0)
        if self.cuts:
            at_work = min(self.cuts, self.crews)
            self.cuts -= int(self.model.rng.binomial(at_work, self.model.problem.numbers.mend_chance))


class Sector(mesa.Agent):
    """A sector of the front with its stores."""

    def __init__(self, model: "War") -> None:
        super().__init__(model)
        self.stock, self.railhead = model.problem.numbers.full_store_t, 0.0
        self.fired_t, self.hungry, self.casualties_un, self.casualties_communist = 0.0, False, 0, 0

    def asks(self) -> int:
        """Return the tonnes it asks of the railway."""
        numbers = self.model.problem.numbers
        return int(min(max(numbers.full_store_t - self.stock - self.railhead, 0.0), numbers.most_asked_t))

    def fight(self) -> None:
        """Eat, fire what there is, count casualties on both sides."""
        numbers, rng = self.model.problem.numbers, self.model.rng
        factor = numbers.battle_factor if rng.random() < numbers.battle_chance else 1.0
        self.hungry = self.stock < numbers.ration_t
        left = max(0.0, self.stock - numbers.ration_t)
        self.fired_t = min(left, numbers.shells_t * factor)
        self.stock = left - self.fired_t
        self.casualties_un = int(rng.poisson(self.fired_t * numbers.casualties_per_t))
        self.casualties_communist = int(rng.poisson(numbers.casualties_quiet * factor))


class War(mesa.Model):
    """One war."""

    def __init__(self, problem: Problem, network: Network, rng: np.random.Generator) -> None:
        super().__init__(rng=rng)
        self.problem, self.network, self.day = problem, network, 0
        self.trucks, self.trucks_lost = problem.numbers.trucks * problem.tiles, 0.0
        self.cuts_expected = self.bridge_hits_expected = self.night_share = 0.0
        self.delivered_t, self.rear_t = 0.0, 0
        self.arms = [Arm(self, number) for number in range(2)]
        self.sections = [Section(self, number) for number in range(len(problem.ends))]
        self.sectors = [Sector(self) for _ in range(problem.n_sectors)]
        self.datacollector = mesa.DataCollector(model_reporters=REPORTERS)

    def step(self) -> None:
        """Run one day in order."""
        numbers = self.problem.numbers
        self.night_share = float(self.problem.night_share[self.day])
        self.agents_by_type[Arm].do("fly")
        sorties = [arm.sorties for arm in self.arms]
        self.cuts_expected = float(np.dot(sorties, numbers.cuts_per_sortie))
        self.bridge_hits_expected = float(np.dot(sorties, numbers.bridge_hits_per_sortie))
        lost = int(self.rng.poisson(sorties[1] * numbers.trucks_lost_per_sortie))
        self.trucks_lost = min(self.trucks, lost)
        self.trucks += numbers.trucks_received * self.problem.tiles - self.trucks_lost
        self.agents_by_type[Section].do("suffer")
        self.supply()
        self.agents_by_type[Sector].do("fight")
        self.datacollector.collect(self)
        self.agents_by_type[Section].do("mend")
        self.day += 1

    def supply(self) -> None:
        """Bring what sectors ask by rail, then by truck, the neediest first and the rear last."""
        numbers, n = self.problem.numbers, len(self.sectors)
        rear = range(n, len(self.problem.terminals))
        order = sorted(range(n), key=lambda sector: self.sectors[sector].stock)
        arrived = self.network.deliver(
            [section.capacity_t for section in self.sections],
            [sector.asks() for sector in self.sectors] + [int(numbers.rear_t)] * len(rear),
            [*order, *rear],
        )
        left = self.trucks * numbers.truck_load_t
        self.delivered_t, self.rear_t = 0.0, sum(arrived[n:])
        for number in order:
            sector = self.sectors[number]
            sector.railhead += arrived[number]
            moved = min(sector.railhead, left)
            sector.railhead -= moved
            sector.stock += moved
            left -= moved
            self.delivered_t += moved


REPORTERS: dict[str, Any] = {
    "cuts": lambda war: sum(section.new_cuts for section in war.sections),
    "open_cuts": lambda war: sum(section.cuts for section in war.sections),
    "bridges_down": lambda war: sum(section.is_down for section in war.sections),
    "delivered_t": "delivered_t",
    "rear_t": "rear_t",
    "fired_t": lambda war: sum(sector.fired_t for sector in war.sectors),
    "casualties_un": lambda war: sum(sector.casualties_un for sector in war.sectors),
    "casualties_communist": lambda war: sum(sector.casualties_communist for sector in war.sectors),
    "aircraft_lost": lambda war: sum(arm.lost for arm in war.arms),
    "trucks_lost": "trucks_lost",
    "stock_t": lambda war: sum(sector.stock for sector in war.sectors),
    "hungry_sectors": lambda war: sum(sector.hungry for sector in war.sectors),
}
