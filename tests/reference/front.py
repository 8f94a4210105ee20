"""Plain twin of the front: one day of one war, on plain numbers and lists, as in ``reference.systems``."""

import math

from reference import streams
from reference.systems import Part, clustered, poisson, uniform

from stalemate.streams import Decision

UN, COMMUNIST = 0, 1


def front(theatre: Part, world: Part, war: Part, day: int) -> None:
    begun = [_begins(theatre, world, war, day, side) for side in (UN, COMMUNIST)]
    war.battles_un, war.battles_communist = begun
    war.battle_weight = [war.battle_size[side] * min(1.0, war.battle_left[side]) for side in (UN, COMMUNIST)]
    war.battle = min(1.0, sum(war.battle_weight))
    felt = war.pressure_sorties / world.fire_pressure_reference
    war.pressure_felt = _smoothed(war.pressure_felt, felt, world.fire_retribution_lag_days)
    felt = war.rail_sorties / world.fire_rail_reference
    war.interdiction_felt = _smoothed(war.interdiction_felt, felt, world.fire_surplus_lag_days)
    war.fire_desired = rounds_wished(world, war, day)
    fired = _supply_and_fire(theatre, world, war)
    war.shells_communist_guns = fired * world.fire_guns_communist
    war.shells_communist_mortars = fired * (1 - world.fire_guns_communist)
    war.shells_un = world.fire_un_quiet + world.fire_un_battle * war.battle
    war.shells_un_guns = war.shells_un * world.fire_guns_un
    war.shells_un_mortars = war.shells_un * (1 - world.fire_guns_un)
    _casualties(theatre, world, war, day, fired)
    rates = (world.attacks_un_small, world.attacks_communist_small)
    week_ends = (day + 1) % 7 == 0
    war.small_attacks_un, war.small_attacks_communist = (
        poisson(world, side, day, Decision.SMALL_ATTACKS, 7 * rate) if week_ends else 0
        for side, rate in enumerate(rates)
    )
    war.tunnels_km = world.works_tunnels_km
    war.battle_left = [max(0.0, left - 1) for left in war.battle_left]


def _begins(theatre: Part, world: Part, war: Part, day: int, side: int) -> int:
    """Whether a battle begins; if so, draw it and add it to what its side fights."""
    rate = world.battle_rate_un if side == UN else world.battle_rate_communist * world.battle_season
    if 1 - uniform(world, side, day, Decision.BATTLE_START) >= rate / 100:
        return 0

    def drawn(item: int, decision: Decision, median: float, sigma: float) -> float:
        return streams.lognormal(uniform(world, item, day, decision), median, sigma)

    days = drawn(side, Decision.BATTLE_DAYS, world.battle_days, world.battle_days_sigma)
    size = drawn(side, Decision.BATTLE_SIZE, world.battle_size, world.battle_size_sigma)
    exchange = drawn(side, Decision.BATTLE_LOSSES, world.battle_exchange, world.battle_exchange_sigma)
    for_ground = 1 - uniform(world, side, day, Decision.GROUND) < world.battle_ground_share
    price = drawn(2 + side, Decision.GROUND, world.battle_ground_price, world.battle_ground_price_sigma)
    if war.battle_left[side] == 0:
        u = uniform(world, 4 + side, day, Decision.GROUND)
        ends = [sum(theatre.share_of_line[: place + 1]) for place in range(theatre.n_sectors - 1)]
        war.battle_sector[side] = sum(end < u for end in ends)
    old, new = war.battle_left[side] * war.battle_size[side], days * size

    def mixed(before: float, now: float) -> float:
        return (old * before + new * now) / (old + new)

    war.battle_exchange[side] = mixed(war.battle_exchange[side], exchange)
    war.battle_ground[side] = mixed(war.battle_ground[side], 1 / price if for_ground else 0.0)
    war.battle_left[side] = max(war.battle_left[side], days)
    war.battle_size[side] = (old + new) / war.battle_left[side]
    return 1


def _smoothed(before: float, now: float, lag_days: float) -> float:
    return before * (1 - 1 / lag_days) + now / lag_days


def rounds_wished(world: Part, war: Part, day: int) -> float:
    """Return the rounds a day of the world's form of fire: policy, stock, retribution or surplus."""
    if world.fire_form == 0:
        return world.fire_policy
    free = world.fire_start_rounds * math.exp(day * world.fire_growth_per_day)
    ceiling = world.fire_ceiling if world.fire_form == 1 else world.fire_ceiling_caused
    rounds = 1 / (1 / free + 1 / ceiling) * (1 + world.fire_battle_factor * war.battle)
    if world.fire_form == 2:
        return rounds * (1 + world.fire_retribution * war.pressure_felt)
    if world.fire_form == 3:
        return rounds * (1 + world.fire_surplus * max(0.0, 1 - war.interdiction_felt))
    return rounds


def _supply_and_fire(theatre: Part, world: Part, war: Part) -> float:
    """Feed, fire and order sector by sector, and return the shells fired."""
    war.works_tonnes = war.grain_stock_days = fired = 0.0
    per_round = world.ammunition_t_per_round
    for sector in range(theatre.n_sectors):
        share = theatre.share_of_line[sector]
        eats = world.supply_grain_t_per_day * share
        orders = war.grain_wanted[sector], war.ammunition_wanted[sector], war.works_wanted[sector]
        grain, ammunition, works = split(war.front_tonnes[sector], *orders, world.supply_grain_priority)
        war.works_tonnes += works
        larder = war.grain_stock[sector] + grain
        war.grain_stock[sector] = max(0.0, larder - eats)
        war.grain_missing[sector] = max(0.0, eats - larder)
        depot = war.ammunition_stock[sector] + ammunition
        wished = war.fire_desired * _share_of_fire(theatre, world, war, sector)
        shells = min(wished, depot / per_round / world.fire_stock_days)
        war.shells_communist[sector] = shells
        fired += shells
        war.ammunition_stock[sector] = depot - shells * per_round
        lacks = world.supply_target_days * eats - war.grain_stock[sector]
        war.grain_wanted[sector] = eats + max(0.0, lacks) / world.supply_pull_days
        lacks = world.ammunition_target_t * share - war.ammunition_stock[sector]
        war.ammunition_wanted[sector] = wished * per_round + max(0.0, lacks) / world.supply_pull_days
        cars = world.works_cars * world.works_front_share
        war.works_wanted[sector] = (cars * world.rail_tonnes_per_car + war.supply_lost_t) * share
        war.days_of_supply[sector] = war.grain_stock[sector] / eats
        war.grain_stock_days += share * war.days_of_supply[sector]
    return fired


def _share_of_fire(theatre: Part, world: Part, war: Part, sector: int) -> float:
    """Quiet fire lies along the line, what battles add lies on the sectors attacked."""
    by_sector = [0.0] * theatre.n_sectors
    for side in (UN, COMMUNIST):
        by_sector[war.battle_sector[side]] += war.battle_weight[side]
    whole = sum(by_sector)
    attacked = by_sector[sector] / whole if whole else 0.0
    added = world.fire_battle_factor * war.battle
    return (theatre.share_of_line[sector] + added * attacked) / (1 + added)


def split(
    came: float, grain: float, ammunition: float, works: float, priority: float
) -> tuple[float, float, float]:
    """Return a delivery's grain, ammunition and works: grain is filled up to priority x the whole."""
    filled = came / (grain + ammunition + works)
    first = min(came, grain * min(1.0, priority * filled))
    rest = came - first
    return first, rest * ammunition / (ammunition + works), rest * works / (ammunition + works)


def _casualties(theatre: Part, world: Part, war: Part, day: int, fired: float) -> None:
    mean = world.fire_un_quiet / world.casualty_rounds_dug_in
    war.casualties_communist_fire = poisson(world, 0, day, Decision.CASUALTIES_COMMUNIST, mean)
    mean = world.casualty_us_deaths_quiet * (max(1.0, fired) / 3000) ** world.casualty_fire_exponent
    deaths = clustered(world, 0, day, Decision.CASUALTIES_UN, mean, world.casualty_clustering)
    hurt_per_dead = 1 + world.casualty_wounded_per_dead
    war.casualties_un_fire = math.floor(deaths * hurt_per_dead * world.casualty_un_per_us + 0.5)
    war.deaths_us = deaths
    war.casualties_un_battle = war.casualties_communist_battle = 0
    taken = [0.0, 0.0]
    for side in (UN, COMMUNIST):
        mean = war.battle_weight[side] * world.casualty_un_battle
        mean *= world.battle_attack_cost if side == UN else 1.0
        if mean == 0:
            continue
        un = poisson(world, 1 + side, day, Decision.CASUALTIES_UN, mean)
        exchange = war.battle_exchange[side]
        communist = poisson(world, 1 + side, day, Decision.CASUALTIES_COMMUNIST, mean * exchange)
        u = uniform(world, 3 + side, day, Decision.CASUALTIES_UN)
        dead_share = world.casualty_us_battle_share / hurt_per_dead
        war.deaths_us += streams.quantile(u, streams.binomial(un, dead_share))
        war.casualties_un_battle += un
        war.casualties_communist_battle += communist
        taken[side] = _advance(theatre, world, war, side, (un, communist)[side])
    war.ground_taken_un, war.ground_taken_communist = taken
    war.casualties_un = war.casualties_un_fire + war.casualties_un_battle
    mean = war.support_sorties * world.casualty_air_support
    war.casualties_communist_air = poisson(world, 3, day, Decision.CASUALTIES_COMMUNIST, mean)
    war.casualties_communist = war.casualties_communist_fire + war.casualties_communist_battle
    war.casualties_communist += war.casualties_communist_air


def _advance(theatre: Part, world: Part, war: Part, side: int, lost: int) -> float:
    """Move the line of the sector attacked, and return the ground taken."""
    sector, sign = war.battle_sector[side], 1 if side == UN else -1
    width = world.front_length_km * theatre.share_of_line[sector]
    room = max(0.0, (world.front_limit_km - sign * war.line_shift_km[sector]) * width)
    area = min(room, lost * war.battle_ground[side])
    war.line_shift_km[sector] += sign * area / width
    war.ground_km2 += sign * area
    return area
