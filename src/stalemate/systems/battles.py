"""Hill battles: how they begin, how hard they are fought, what ground they move. Part of the front.

On each day each side begins a battle with a dated chance. It has a length, a size (1 is a main attack), an
exchange ratio, a sector, and perhaps an aim to take ground; all of them are drawn when it begins. A battle
that begins while another of the same side goes on joins it: the longer length holds, size x length adds up.
Equations: docs/model/front.md.
"""

from typing import Final

from stalemate.kernel import kernel
from stalemate.scenario.resolve import DATED
from stalemate.streams import Decision, bernoulli, lognormal, uniform
from stalemate.systems.system import Record

UN: Final = 0
COMMUNIST: Final = 1
"""Places of the two sides on the axis ``side``."""
SIDES: Final = 2
_RATE_UN: Final = DATED["battle_rate_un"]
_RATE_COMMUNIST: Final = DATED["battle_rate_communist"]
_SEASON: Final = DATED["battle_season"]
_SIZE_MEDIAN: Final = DATED["battle_size"]
_GROUND_SHARE: Final = DATED["battle_ground_share"]
_PRICE: Final = DATED["battle_ground_price"]
_START, _SIZE, _DAYS = int(Decision.BATTLE_START), int(Decision.BATTLE_SIZE), int(Decision.BATTLE_DAYS)
_EXCHANGE, _GROUND = int(Decision.BATTLE_LOSSES), int(Decision.GROUND)
_DAYS_OF_RATE: Final = 100.0


@kernel
def open_day(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Let battles begin; write what is fought today by side (``battle_weight``) and on the whole."""
    rate_un = war.today[_RATE_UN] / _DAYS_OF_RATE
    rate = war.today[_RATE_COMMUNIST] * war.today[_SEASON] / _DAYS_OF_RATE
    war.battles_un = _begin(theatre, world, war, day, UN, rate_un)
    war.battles_communist = _begin(theatre, world, war, day, COMMUNIST, rate)
    total = 0.0
    for side in range(SIDES):
        war.battle_weight[side] = war.battle_size[side] * min(1.0, war.battle_left[side])
        total += war.battle_weight[side]
    war.battle = min(1.0, total)


@kernel
def _begin(theatre: Record, world: Record, war: Record, day: int, side: int, chance: float) -> int:
    """Begin a battle of a side with a chance, and return how many began."""
    seed, replicate = world.seed, world.replicate
    if not bernoulli(uniform(seed, side, replicate, day, _START), chance):
        return 0
    days = lognormal(uniform(seed, side, replicate, day, _DAYS), world.battle_days, world.battle_days_sigma)
    u = uniform(seed, side, replicate, day, _SIZE)
    size = lognormal(u, war.today[_SIZE_MEDIAN], world.battle_size_sigma)
    u = uniform(seed, side, replicate, day, _EXCHANGE)
    exchange = lognormal(u, world.battle_exchange, world.battle_exchange_sigma)
    km2_per_loss = 0.0
    if bernoulli(uniform(seed, side, replicate, day, _GROUND), war.today[_GROUND_SHARE]):
        u = uniform(seed, SIDES + side, replicate, day, _GROUND)
        km2_per_loss = 1.0 / lognormal(u, war.today[_PRICE], world.battle_ground_price_sigma)
    if war.battle_left[side] == 0.0:
        u = uniform(seed, 2 * SIDES + side, replicate, day, _GROUND)
        war.battle_sector[side] = sector_at(theatre, u)
    join(war, side, days, size, exchange, km2_per_loss)
    return 1


@kernel
def join(war: Record, side: int, days: float, size: float, exchange: float, km2_per_loss: float) -> None:
    """Add a battle to what its side fights: size x length adds up, ratios are averages weighted by it."""
    before = war.battle_left[side] * war.battle_size[side]
    total = before + days * size
    new = days * size / total
    war.battle_exchange[side] = (1.0 - new) * war.battle_exchange[side] + new * exchange
    war.battle_ground[side] = (1.0 - new) * war.battle_ground[side] + new * km2_per_loss
    war.battle_left[side] = max(war.battle_left[side], days)
    war.battle_size[side] = total / war.battle_left[side]


@kernel
def sector_at(theatre: Record, u: float) -> int:
    """Return the sector in which a share ``u`` of the line, counted from the first sector, ends."""
    sector = 0
    passed = theatre.share_of_line[0]
    while passed < u and sector < theatre.n_sectors - 1:
        sector += 1
        passed += theatre.share_of_line[sector]
    return sector


@kernel
def fire_share(theatre: Record, world: Record, war: Record, sector: int) -> float:
    """Return the sector's share of the day's fire: the quiet part by length of line, the rest where attacked.

    Fire of 1 + b B, for b of fire added in battle and B the day's battle, is 1 along the line and b B in the
    sectors attacked.
    """
    added = world.fire_battle_factor * war.battle
    if added == 0.0:
        return float(theatre.share_of_line[sector])
    total = 0.0
    here = 0.0
    for side in range(SIDES):
        total += war.battle_weight[side]
        if war.battle_sector[side] == sector:
            here += war.battle_weight[side]
    return float((theatre.share_of_line[sector] + added * here / total) / (1.0 + added))


@kernel
def move_line(theatre: Record, world: Record, war: Record, side: int, lost: int) -> None:
    """Give the attacker ground for his losses at the battle's price, as far as the line may go."""
    sector = war.battle_sector[side]
    width_km = world.front_length_km * theatre.share_of_line[sector]
    forward = 1.0 if side == UN else -1.0
    room_km = max(0.0, world.front_limit_km - forward * war.line_shift_km[sector])
    moved_km = min(room_km, lost * war.battle_ground[side] / width_km)
    war.line_shift_km[sector] += forward * moved_km
    war.ground_km2 += forward * moved_km * width_km
    if side == UN:
        war.ground_taken_un += moved_km * width_km
    else:
        war.ground_taken_communist += moved_km * width_km


@kernel
def close_day(war: Record) -> None:
    """Let a day of each battle pass."""
    for side in range(SIDES):
        war.battle_left[side] = max(0.0, war.battle_left[side] - 1.0)
