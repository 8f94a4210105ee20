"""The front: stocks, shells, battles, casualties, ground, orders. Equations: docs/model/front.md.

Grain has a soft first claim on what arrives: its order is filled up to priority x the share of the whole
order that arrived; ammunition and works share the rest. The other side's fire takes one of four rival forms:

policy - fire follows dated orders; stock - it grows to a ceiling; retribution - the same growth, more under
air pressure; surplus - the same growth, more once interdiction has ended. In every form the stock caps it.

Battles are events (``battles``), casualties are counted by cause (``losses``). UN fire is dated on a quiet
front, and battles add to it.
"""

from collections.abc import Callable
from typing import ClassVar, Final, final

from stalemate.kernel import kernel
from stalemate.scenario.forms import FIRE_FORMS
from stalemate.scenario.resolve import DATED
from stalemate.streams import Decision, exp_, poisson_quantile, uniform
from stalemate.systems.battles import COMMUNIST, UN, close_day, fire_share, open_day
from stalemate.systems.losses import suffer
from stalemate.systems.system import AbstractSystem, Record, Records
from stalemate.systems.theatre import Prepared

_GRAIN: Final = DATED["supply_grain_t_per_day"]
_TARGET_DAYS: Final = DATED["supply_target_days"]
_WORKS: Final = DATED["works_cars"]
_AMMUNITION: Final = DATED["ammunition_target_t"]
_POLICY: Final = DATED["fire_policy"]
_UN_QUIET: Final = DATED["fire_un_quiet"]
_ATTACKS_UN: Final = DATED["attacks_un_small"]
_ATTACKS_COMMUNIST: Final = DATED["attacks_communist_small"]
_TUNNELS: Final = DATED["works_tunnels_km"]
_SMALL_ATTACKS: Final = int(Decision.SMALL_ATTACKS)
_WEEK: Final = 7
POLICY: Final = FIRE_FORMS.index("policy")
STOCK: Final = FIRE_FORMS.index("stock")
RETRIBUTION: Final = FIRE_FORMS.index("retribution")


@final
class Front(AbstractSystem):
    """Writes stocks, fire, battles, casualties and ground, and what the armies will ask for tomorrow."""

    name: ClassVar[str] = "front"
    reads: ClassVar[tuple[str, ...]] = (
        "today",
        "front_tonnes",
        "rail_sorties",
        "pressure_sorties",
        "supply_lost_t",
        "support_sorties",
    )
    writes: ClassVar[tuple[str, ...]] = (
        "grain_stock",
        "grain_stock_days",
        "grain_missing",
        "ammunition_stock",
        "works_tonnes",
        "grain_wanted",
        "ammunition_wanted",
        "works_wanted",
        "days_of_supply",
        "pressure_felt",
        "interdiction_felt",
        "battle",
        "battles_un",
        "battles_communist",
        "battle_left",
        "battle_size",
        "battle_weight",
        "battle_exchange",
        "battle_ground",
        "battle_sector",
        "small_attacks_un",
        "small_attacks_communist",
        "fire_desired",
        "shells_communist",
        "shells_communist_guns",
        "shells_communist_mortars",
        "shells_un",
        "shells_un_guns",
        "shells_un_mortars",
        "casualties_communist",
        "casualties_communist_fire",
        "casualties_communist_battle",
        "casualties_communist_air",
        "deaths_us",
        "casualties_un",
        "casualties_un_fire",
        "casualties_un_battle",
        "ground_km2",
        "ground_taken_un",
        "ground_taken_communist",
        "line_shift_km",
        "tunnels_km",
    )

    @property
    def kernel(self) -> Callable[..., None]:
        """Eat, fire, fight, order."""
        return hold

    def begin(self, prepared: Prepared, worlds: Records, wars: Records) -> None:
        """Share the first stocks by length of line.

        The railways count as under attack, the first orders are the day's use, and no battle goes on.
        """
        share = prepared.theatre["share_of_line"]
        count = len(prepared.sectors)
        first_grain = prepared.knots.on(0, _GRAIN, worlds)
        stock = worlds["supply_first_stock_days"] * first_grain
        wars["grain_stock"] = stock[:, None] * share
        wars["grain_stock_days"] = worlds["supply_first_stock_days"]
        wars["ammunition_stock"] = worlds["ammunition_first_stock_t"][:, None] * share
        wars["grain_wanted"] = first_grain[:, None] * share
        cars = prepared.knots.on(0, _WORKS, worlds)
        works = cars * worlds["rail_tonnes_per_car"] * worlds["works_front_share"]
        wars["works_wanted"] = works[:, None] * share
        wars["days_of_supply"][:, :count] = worlds["supply_first_stock_days"][:, None]
        wars["interdiction_felt"] = 1.0


@kernel
def hold(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Run the front's day: attack, receive and eat, fire, count casualties, order."""
    open_day(theatre, world, war, day)
    lag = world.fire_retribution_lag_days
    war.pressure_felt += (war.pressure_sorties / world.fire_pressure_reference - war.pressure_felt) / lag
    lag = world.fire_surplus_lag_days
    war.interdiction_felt += (war.rail_sorties / world.fire_rail_reference - war.interdiction_felt) / lag
    war.fire_desired = desired_rounds(
        world.fire_form,
        day,
        war.today[_POLICY],
        war.battle,
        war.pressure_felt,
        war.interdiction_felt,
        world,
    )
    war.works_tonnes = 0.0
    fired = 0.0
    stock_days = 0.0
    for sector in range(theatre.n_sectors):
        share = theatre.share_of_line[sector]
        _receive(world, war, sector, war.today[_GRAIN] * share)
        wanted = war.fire_desired * fire_share(theatre, world, war, sector)
        in_stock = war.ammunition_stock[sector] / world.ammunition_t_per_round
        shells = min(wanted, in_stock / world.fire_stock_days)
        war.shells_communist[sector] = shells
        war.ammunition_stock[sector] -= shells * world.ammunition_t_per_round
        fired += shells
        _order(world, war, sector, share, wanted)
        stock_days += share * war.days_of_supply[sector]
    war.grain_stock_days = stock_days
    war.shells_un = war.today[_UN_QUIET] + war.battle * world.fire_un_battle
    _count_calibres(world, war, fired)
    suffer(theatre, world, war, day, fired, war.today[_UN_QUIET])
    _count_small_attacks(world, war, day)
    war.tunnels_km = war.today[_TUNNELS]
    close_day(war)


@kernel
def desired_rounds(
    form: int, day: int, policy: float, battle: float, pressure: float, interdiction: float, world: Record
) -> float:
    """Return the rounds a day the other side would fire with stock enough, by one of the four forms."""
    if form == POLICY:
        return policy
    grown = world.fire_start_rounds * exp_(world.fire_growth_per_day * day)
    in_battle = 1.0 + world.fire_battle_factor * battle
    if form == STOCK:
        return in_battle * grown / (1.0 + grown / world.fire_ceiling)
    rounds = in_battle * grown / (1.0 + grown / world.fire_ceiling_caused)
    if form == RETRIBUTION:
        return rounds * (1.0 + world.fire_retribution * pressure)
    return rounds * (1.0 + world.fire_surplus * max(0.0, 1.0 - interdiction))


@kernel
def _receive(world: Record, war: Record, sector: int, eaten_a_day: float) -> None:
    """Share the sector's delivery between grain, ammunition and works, and feed the men."""
    ordered = war.grain_wanted[sector] + war.ammunition_wanted[sector] + war.works_wanted[sector]
    came = war.front_tonnes[sector]
    grain = came
    if ordered > 0.0:
        grain = min(came, war.grain_wanted[sector] * min(1.0, world.supply_grain_priority * came / ordered))
    rest = came - grain
    others = war.ammunition_wanted[sector] + war.works_wanted[sector]
    ammunition = rest * war.ammunition_wanted[sector] / others if others > 0.0 else 0.0
    war.works_tonnes += rest - ammunition
    war.ammunition_stock[sector] += ammunition
    stock = war.grain_stock[sector] + grain
    eaten = min(stock, eaten_a_day)
    war.grain_stock[sector] = stock - eaten
    war.grain_missing[sector] = eaten_a_day - eaten


@kernel
def _order(world: Record, war: Record, sector: int, share: float, rounds: float) -> None:
    """Write the sector's order for tomorrow: use, and a part of what stocks lack."""
    eaten = war.today[_GRAIN] * share
    lacking = war.today[_TARGET_DAYS] * eaten - war.grain_stock[sector]
    war.grain_wanted[sector] = eaten + max(0.0, lacking) / world.supply_pull_days
    lacking = war.today[_AMMUNITION] * share - war.ammunition_stock[sector]
    use = rounds * world.ammunition_t_per_round
    war.ammunition_wanted[sector] = use + max(0.0, lacking) / world.supply_pull_days
    works = war.today[_WORKS] * world.rail_tonnes_per_car * world.works_front_share
    war.works_wanted[sector] = (works + war.supply_lost_t) * share
    war.days_of_supply[sector] = war.grain_stock[sector] / eaten if eaten > 0.0 else 0.0


@kernel
def _count_calibres(world: Record, war: Record, fired: float) -> None:
    """Split each side's shells into those of guns and of mortars."""
    war.shells_communist_guns = fired * world.fire_guns_communist
    war.shells_communist_mortars = fired - war.shells_communist_guns
    war.shells_un_guns = war.shells_un * world.fire_guns_un
    war.shells_un_mortars = war.shells_un - war.shells_un_guns


@kernel
def _count_small_attacks(world: Record, war: Record, day: int) -> None:
    """Draw the small attacks of a week on its last day: nothing hangs on a day's count."""
    war.small_attacks_un = 0
    war.small_attacks_communist = 0
    if day % _WEEK == _WEEK - 1:
        u = uniform(world.seed, UN, world.replicate, day, _SMALL_ATTACKS)
        war.small_attacks_un = poisson_quantile(u, _WEEK * war.today[_ATTACKS_UN])
        u = uniform(world.seed, COMMUNIST, world.replicate, day, _SMALL_ATTACKS)
        war.small_attacks_communist = poisson_quantile(u, _WEEK * war.today[_ATTACKS_COMMUNIST])
