"""One month of the war held still: what each world's lines, crews, trucks and porters can do in it.

Every number is the war's own parameter, as each world drew it, on one day of the month; equations are those
of the systems ``repair`` and ``transport``, taken over the whole front. Page: docs/model/floor.md.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.analysis.lineresponse import CAMPAIGN_DAYS, LEAD_DAYS, Crews
from stalemate.engine.history import history_of
from stalemate.engine.simulate import Prepared
from stalemate.policies.directive import Directive
from stalemate.scenario.resolve import DATED, Records
from stalemate.systems.theatre import (
    B26,
    B29,
    CARRIER,
    FIGHTER_BOMBER,
    FULL_NIGHT_HOURS,
    INTERCEPTOR,
    KINDS,
    MARINE,
)

Floats = npt.NDArray[np.float64]

_BOMBS: Final = {FIGHTER_BOMBER: "fighter_bomber", MARINE: "marine", CARRIER: "carrier"}
_CUTS: Final = {B26: "cut_per_sortie_b26", B29: "cut_per_sortie_b29"}


@dataclass(frozen=True)
class Standing:
    """A scenario on one day, in many drawn worlds (world,)."""

    prepared: Prepared
    worlds: Records
    day: int

    def today(self, name: str) -> Floats:
        """Return a dated parameter of the day: (world,), in its unit."""
        return self.prepared.knots.on(self.day, DATED[name], self.worlds)

    @property
    def night_hours(self) -> float:
        """Return the length of the night."""
        return float(self.prepared.night_hours[self.day])

    @property
    def trunk_t(self) -> Floats:
        """Return what a line with the whole trunk's capacity passes in this night: (world,), t/day."""
        cars = self.today("rail_trunk_cars") * self.worlds["rail_trunk_factor"]
        return np.asarray(cars * self.worlds["rail_tonnes_per_car"] * self.night_hours / FULL_NIGHT_HOURS)

    @property
    def round_a_break_t(self) -> Floats:
        """Return what trucks can carry round one shut line, if there are enough: (world,), t/day."""
        return np.asarray(self.today("rail_transship_cars") * self.worlds["rail_tonnes_per_car"])

    def crews(self, in_triangle: bool, length_km: float) -> Crews:
        """Return the repair of a line of some length, labour battalions at full strength."""
        world = self.worlds
        hours = (
            np.maximum(0.0, self.night_hours - world["repair_twilight_hours"]) * world["repair_alert_share"]
        )
        learnt = world["repair_learning"] * self.today("repair_learning_progress")
        work = world["repair_man_hours_per_cut"] * (1.0 - learnt)
        density = self.today("repair_density_triangle" if in_triangle else "repair_density_elsewhere")
        return Crews(
            hours=hours,
            least_hours=world["repair_minimum_hours"],
            per_hour=density * np.minimum(world["repair_hot_length_km"], length_km) / work,
            own_clock_hours=work / (world["repair_own_clock_km"] * density),
            blocking=world["repair_blocking_share"],
        )

    def cuts_per_sortie(self, kind: int) -> Floats:
        """Return the cuts that a rail sortie of a kind of aircraft makes: (world,)."""
        world = self.worlds
        if kind in _CUTS:
            cuts: Floats = world[_CUTS[kind]]
        elif kind in _BOMBS:
            cuts = self.today("cut_hit_share") * world[f"cut_bombs_{_BOMBS[kind]}"]
        else:
            cuts = np.zeros(len(world))
        return np.asarray(cuts * world["cut_common_factor"])

    @property
    def bridges_hit_per_sortie(self) -> Floats:
        """Return the bridges that a fighter-bomber's sortie at bridges puts out of use: (world,)."""
        world = self.worlds
        hits: Floats = world["bridge_cases_per_sortie_fighter"] * world["bridge_critical_share"]
        return hits

    @property
    def when(self) -> date:
        """Return the day as a date."""
        return self.prepared.scenario.start + timedelta(days=self.day)

    @property
    def orders(self) -> Directive:
        """Return the record's orders of the day."""
        return history_of(self.prepared)(self.when)

    def could_fly(self) -> Floats:
        """Return the sorties that all aircraft could fly in a mean day of the month: (class,).

        Every serviceable aircraft flies as often as it ever could on each flyable day.
        """
        prepared = self.prepared
        weather = prepared.scenario.weather[self.when.month - 1]
        night = prepared.theatre[0]["night"][: len(prepared.classes)] == 1
        flyable = np.where(night, weather.flyable_night, weather.flyable_day)
        on_hand = prepared.on_hand + prepared.reinforcement[1 : self.day + 1].sum(0)
        rate = prepared.serviceable[self.day] * prepared.sorties_per_aircraft[self.day]
        strikes = np.array([name != KINDS[INTERCEPTOR] for name in prepared.classes])
        return np.asarray(on_hand * rate * flyable * strikes)

    def lost_per_sortie(self) -> Floats:
        """Return own fighter-bombers lost in a sortie at lines or roads, by guns and accidents: (world,)."""
        world = self.worlds
        eta = world["loss_flak_exponent"]
        power = eta * np.log(self.today("loss_flak_guns") / world["loss_flak_reference_guns"])
        slope = np.log(world["loss_tactics_factor"]) + world["loss_tactics_slope"] * eta
        power = power + self.today("loss_tactics_progress") * slope
        lost = world["loss_flak_per_1000"] * np.exp(power) + world["loss_accident_per_1000"]
        return np.asarray(0.001 * lost)

    def deaths_per_sortie(self) -> Floats:
        """Return civilians killed by a fighter-bomber's sortie away from towns: (world,)."""
        world = self.worlds
        tonnes = world["civilian_total_tonnes"]
        at_front = tonnes * world["civilian_front_tonnes_share"]
        elsewhere = tonnes * (1.0 - world["civilian_town_tonnes_share"])
        elsewhere = elsewhere - (1.0 - world["civilian_front_factor"]) * at_front
        deaths = world["civilian_total_deaths"] * (1.0 - world["civilian_town_deaths_share"])
        exposed = self.today("civilian_present") * self.today("civilian_shelter")
        return np.asarray(world["bombs_t_fighter_bomber"] * deaths / elsewhere * exposed)

    def worth(self, sorties: Floats) -> Floats:
        """Return sorties by class as fighter-bomber sorties that cut as much: (class,) -> (world,)."""
        one = self.cuts_per_sortie(FIGHTER_BOMBER)
        total = np.zeros(len(self.worlds))
        for count, name in zip(sorties, self.prepared.classes, strict=True):
            total += count * self.cuts_per_sortie(KINDS.index(name)) / one
        return total

    def trucks(self, road_sorties: Floats, fleet: Floats, *, in_proportion: bool = False) -> Floats:
        """Return the mean fleet of a campaign after its run-up: (world, road).

        road_sorties: (road,), a day. fleet: (world,), on the first day. A sortie destroys as many trucks
        however few are left, as in the model; or ``in_proportion`` to those that are.
        """
        lost = road_sorties * self.worlds["truck_lost_per_1000_sorties"][:, None] * 0.001
        received = self.today("truck_received_per_day")[:, None]
        days = np.arange(LEAD_DAYS, CAMPAIGN_DAYS)
        if not in_proportion:
            left = fleet[:, None, None] + (received - lost)[:, :, None] * days
            return np.asarray(np.maximum(0.0, left).mean(-1))
        rate = np.maximum(lost / fleet[:, None], 1e-9)
        rest = received / rate
        fading = np.exp(-rate[:, :, None] * days).mean(-1)
        return np.asarray(rest + (fleet[:, None] - rest) * fading)

    def fleet(self) -> Floats:
        """Return the trucks that the record's road attack would leave on the day: (world,)."""
        history, start = history_of(self.prepared), self.prepared.scenario.start
        fleet: Floats = self.worlds["truck_first_number"].copy()
        place = DATED["truck_received_per_day"]
        rate = self.worlds["truck_lost_per_1000_sorties"] * 0.001
        for day in range(self.day):
            when = date.fromordinal(start.toordinal() + day)
            received = self.prepared.knots.on(day, place, self.worlds)
            fleet = np.maximum(0.0, fleet + received - history(when).road.sum() * rate)
        return fleet

    def hauls(self) -> "Hauls":
        """Return the round trips of trucks and porters, means over the sectors by share of the line."""
        one, world = self.prepared.theatre[0], self.worlds
        sectors = range(len(self.prepared.sectors))
        first = [int(one["first_terminal"][sector]) for sector in sectors]
        share = one["share_of_line"][: len(first)] / one["share_of_line"][: len(first)].sum()
        km_per_night, handling = self.today("truck_km_per_night"), world["truck_handling_days"]

        def days(km: Floats, pace: Floats, more: Floats | float) -> Floats:
            trips = np.maximum(1.0, 2.0 * km / pace[:, None] + np.reshape(more, (-1, 1)))
            return np.asarray((trips * share).sum(1))

        road = np.array([one["terminal_road_km"][k] for k in first], dtype=float)
        foot = np.array([one["terminal_foot_km"][k] for k in first], dtype=float)
        gate = np.array([one["gate_road_km"][sector] for sector in sectors], dtype=float)
        march = world["porter_km_per_night"]
        return Hauls(
            from_railhead=days(road, km_per_night, handling),
            from_border=days(gate, km_per_night, handling),
            on_foot=days(foot, march, 0.0),
            all_the_way=days(gate, march, 0.0),
        )


@dataclass(frozen=True)
class Hauls:
    """Days of a round trip, means over the front: (world,)."""

    from_railhead: Floats
    from_border: Floats
    on_foot: Floats
    all_the_way: Floats


def porters_t(standing: Standing, hauls: Hauls) -> Floats:
    """Return what all porters would carry from the border to the front, if every one of them did: t/day."""
    world = standing.worlds
    carried: Floats = world["porter_number"] * world["porter_load_t"] / hauls.all_the_way
    return carried


def delivered_t(standing: Standing, hauls: Hauls, rail_t: Floats, round_t: Floats, trucks: Floats) -> Floats:
    """Return what reaches the whole front in a day, t, however much it asks for.

    rail_t: what lines pass that are whole. round_t: what trucks could carry round the breaks besides, at most
    what the trucks that can be spared for it carry. trucks: the fleet. All of one shape, (world, ...).
    """
    world = standing.worlds
    shape = (-1,) + (1,) * (rail_t.ndim - 1)

    def each(values: Floats) -> Floats:
        return values.reshape(shape)

    per_car, payload = each(world["rail_tonnes_per_car"]), each(world["truck_payload_t"])
    for_a_car = each(world["truck_per_transshipped_car"])
    truck_days = trucks * each(world["truck_serviceable"] * world["truck_supply_share"])
    spared = truck_days * each(world["truck_transship_share"])
    shipped = np.minimum(round_t, spared * per_car / for_a_car)
    truck_days = truck_days - shipped / per_car * for_a_car
    arrived = rail_t + shipped
    by_truck = np.minimum(arrived, truck_days * payload / each(hauls.from_railhead))
    left = np.maximum(0.0, truck_days - by_truck * each(hauls.from_railhead) / payload)
    direct = left * payload / each(hauls.from_border)
    most = each(world["porter_number"] * world["porter_load_t"] / hauls.on_foot)
    return by_truck + direct + np.minimum(arrived - by_truck, most)
