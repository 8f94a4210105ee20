"""Economy: power at home and across the river, industry, rice and bread. Equations: docs/model/economy.md.

Power stands as its plants stand; plants on the border river share theirs with the other bank. Industry makes
what its plants and its power allow. Reservoirs breached while rice is at risk cost part of that year's crop,
which is missing from the harvest on. Civilians eat the crop less the army's part; some depend on civil rail
freight to bring it.
"""

from collections.abc import Callable
from typing import ClassVar, Final, final

from stalemate.kernel import kernel
from stalemate.scenario.air import TARGET_CLASSES
from stalemate.scenario.resolve import DATED
from stalemate.streams import pow_
from stalemate.systems.system import AbstractSystem, Record, Records
from stalemate.systems.theatre import Prepared

_AT_RISK: Final = DATED["rice_at_risk"]
_CROP: Final = DATED["grain_crop_t"]
_POWER: Final = TARGET_CLASSES.index("power")
_INDUSTRY: Final = tuple(
    TARGET_CLASSES.index(name) for name in ("mine", "metal", "chemical", "cement", "oil", "workshop")
)


@final
class Economy(AbstractSystem):
    """Writes what power, industry and food are left."""

    name: ClassVar[str] = "economy"
    reads: ClassVar[tuple[str, ...]] = ("today", "target_left", "class_left", "breaches", "civil_tonnes")
    writes: ClassVar[tuple[str, ...]] = (
        "power_share",
        "power_manchuria",
        "industry_share",
        "rice_lost_t",
        "rice_lost_season_t",
        "rice_missing_t",
        "rice_growing",
        "civil_freight_felt",
        "food_share",
    )

    @property
    def kernel(self) -> Callable[..., None]:
        """Light, make, grow and eat."""
        return provide

    def begin(self, prepared: Prepared, worlds: Records, wars: Records) -> None:
        """Let civil freight have run in full; no reservoir was breached before the first day."""
        wars["civil_freight_felt"] = 1.0


@kernel
def provide(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Run one day: power, industry, rice, food."""
    war.power_share = war.class_left[_POWER]
    at_home = _share_power(theatre, world, war)
    war.industry_share = _plants_left(theatre, war) * power_factor(
        at_home, world.power_needed_share, world.power_elasticity
    )
    _grow(world, war)
    _eat(world, war)


@kernel
def _share_power(theatre: Record, world: Record, war: Record) -> float:
    """Write what the other bank has lost and return the power left at home, both as shares of all of it.

    A plant on the river sends ``power_export_share`` of its output across.
    """
    whole, left, whole_across, left_across = 0.0, 0.0, 0.0, 0.0
    for target in range(theatre.first_target[_POWER], theatre.last_target[_POWER]):
        worth = theatre.target_worth[target]
        if theatre.target_border_km[target] <= world.power_river_km:
            across = worth * world.power_export_share
            whole_across += across
            left_across += across * war.target_left[target]
            worth -= across
        whole += worth
        left += worth * war.target_left[target]
    war.power_manchuria = 0.0
    if whole_across > 0.0:
        war.power_manchuria = world.power_manchuria_share * (1.0 - left_across / whole_across)
    return left / whole if whole > 0.0 else 1.0


@kernel
def _plants_left(theatre: Record, war: Record) -> float:
    """Return the mean standing share of the industrial classes that the theatre has; each counts the same."""
    left, classes = 0.0, 0
    for number in _INDUSTRY:
        if theatre.last_target[number] > theatre.first_target[number]:
            left += war.class_left[number]
            classes += 1
    return left / classes if classes > 0 else 1.0


@kernel
def power_factor(at_home: float, needed: float, elasticity: float) -> float:
    """Return the share of output that power allows: all while it reaches the share needed, then falling."""
    if at_home >= needed:
        return 1.0
    return pow_(at_home / needed, elasticity) if at_home > 0.0 else 0.0


@kernel
def _grow(world: Record, war: Record) -> None:
    """Take the day's breaches off the growing crop; at the harvest the season's loss becomes what is missing.

    The harvest is the first day after a season on which no rice is at risk.
    """
    at_risk = war.today[_AT_RISK]
    if at_risk > 0.0:
        area = war.breaches * world.rice_reservoir_ha
        war.rice_lost_t = area * world.rice_yield_t_per_ha * world.rice_loss_share * at_risk
        war.rice_lost_season_t += war.rice_lost_t
        war.rice_growing = 1
    else:
        war.rice_lost_t = 0.0
        if war.rice_growing:
            war.rice_missing_t = war.rice_lost_season_t
            war.rice_lost_season_t = 0.0
        war.rice_growing = 0


@kernel
def _eat(world: Record, war: Record) -> None:
    """Write grain for civilians over their need: the year's crop, the army's part off, as it is brought."""
    freight = world.civil_cars * world.rail_tonnes_per_car
    came = war.civil_tonnes / freight if freight > 0.0 else 1.0
    war.civil_freight_felt += (came - war.civil_freight_felt) / world.food_rail_lag_days
    crop = max(0.0, war.today[_CROP] - war.rice_missing_t) * (1.0 - world.grain_army_share)
    brought = 1.0 - world.food_rail_share * (1.0 - war.civil_freight_felt)
    war.food_share = crop * brought / (world.grain_eaters * world.grain_need_t)
