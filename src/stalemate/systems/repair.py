"""Repair: cut lines, bridges and flood damage, by night. Equations: docs/model/repair.md.

Working hours are the dark hours less alerts. Two rival forms:

queue - the blocking cuts of a section queue on its hot stretch; its crews mend v = density x length / work a cut
an hour; the line is whole after T = least time + cuts / v, open for 1 - T / H of the night; the rest carries over.
own clock - each cut is mended by its own gang after an exponential time; the line is open when all are.

A crossing is shut only when all its parallel bridges are down. A section with a bridge lost to flood is shut.
"""

from collections.abc import Callable
from typing import ClassVar, Final, final

from stalemate.kernel import kernel
from stalemate.scenario.resolve import DATED
from stalemate.streams import Decision, exp_, log_, normal_quantile, poisson_quantile, uniform
from stalemate.systems.system import AbstractSystem, Record, Records
from stalemate.systems.theatre import Prepared

_TRIANGLE: Final = DATED["repair_density_triangle"]
_ELSEWHERE: Final = DATED["repair_density_elsewhere"]
_PROGRESS: Final = DATED["repair_learning_progress"]
_PARALLEL: Final = DATED["bridge_parallel"]
_BRIDGE_DAYS: Final = DATED["bridge_days"]
_DURATION, _FLOOD_REPAIR = int(Decision.BRIDGE_DURATION), int(Decision.FLOOD_DURATION)
_ALMOST_NONE: Final = 1e-3
_NODES: Final = (-0.906179845938664, -0.5384693101056831, 0.0, 0.5384693101056831, 0.906179845938664)
_WEIGHTS: Final = (
    0.23692688505618908,
    0.47862867049936647,
    0.5688888888888889,
    0.47862867049936647,
    0.23692688505618908,
)


@final
class Repair(AbstractSystem):
    """Writes what is still broken and what share of the night each line is whole."""

    name: ClassVar[str] = "repair"
    reads: ClassVar[tuple[str, ...]] = ("today", "washouts", "cuts", "critical_hits")
    writes: ClassVar[tuple[str, ...]] = (
        "open_cuts",
        "cuts_repaired",
        "washed_out",
        "bridge_days",
        "bridges_down",
        "open_share",
        "cordon_open_share",
        "cordon_shut",
        "usable_rail_km",
    )

    @property
    def kernel(self) -> Callable[..., None]:
        """Mend through the night."""
        return mend

    def begin(self, prepared: Prepared, worlds: Records, wars: Records) -> None:
        """Nothing is broken on the eve of the first day."""


@kernel
def mend(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Work off cuts by the war's repair form, then bridges and flood damage; say what is open."""
    hours = (theatre.night_hours - world.repair_twilight_hours) * world.repair_alert_share
    work = world.repair_man_hours_per_cut * (1.0 - world.repair_learning * war.today[_PROGRESS])
    usable = 0.0
    widest = 0.0
    for section in range(theatre.n_sections):
        density = war.today[_TRIANGLE] if theatre.in_triangle[section] else war.today[_ELSEWHERE]
        cuts = war.open_cuts[section] + world.repair_blocking_share * war.cuts[section]
        share = 1.0
        mended = 0.0
        if cuts > _ALMOST_NONE:
            if world.repair_form == 0:
                length = min(world.repair_hot_length_km, theatre.length_km[section])
                pace = density * length / work
                share = max(0.0, 1.0 - (world.repair_minimum_hours + cuts / pace) / hours)
                mended = min(cuts, pace * max(0.0, hours - world.repair_minimum_hours))
            else:
                mean_hours = work / (density * world.repair_own_clock_km)
                share = all_mended_share(cuts, mean_hours, world.repair_minimum_hours, hours)
                spell = max(0.0, hours - world.repair_minimum_hours)
                mended = cuts * (1.0 - exp_(-spell / mean_hours))
        else:
            mended = cuts
        war.open_cuts[section] = cuts - mended
        war.cuts_repaired[section] = mended
        flooded = war.washed_out[section]
        if flooded > 0:
            u = uniform(world.seed, section, world.replicate, day, _FLOOD_REPAIR)
            flooded -= min(flooded, poisson_quantile(u, flooded / world.flood_bridge_days))
        war.washed_out[section] = flooded + war.washouts[section]
        shut = war.washed_out[section] > 0 or _shut_crossings(theatre, world, war, day, section) > 0
        if shut or not theatre.is_open[section]:
            share = 0.0
        war.open_share[section] = share
        if theatre.in_cordon[section]:
            widest = max(widest, share)
        if theatre.managed[section]:
            breaks = war.washed_out[section] + war.open_cuts[section]
            length = theatre.length_km[section]
            usable += length if breaks == 0.0 else length * exp_(-breaks * world.repair_break_km / length)
    war.usable_rail_km = usable
    war.cordon_open_share = widest
    war.cordon_shut = widest == 0.0


@kernel
def all_mended_share(cuts: float, mean_hours: float, minimum_hours: float, hours: float) -> float:
    """Return the share of the night in which every one of ``cuts`` independent repairs is done.

    The mean over the night of (1 - exp(-t / mean_hours))^cuts, t hours after the least time, by
    five-point Gauss-Legendre.
    """
    spell = hours - minimum_hours
    if spell <= 0.0:
        return 0.0
    total = 0.0
    for point in range(5):
        t = 0.5 * spell * (1.0 + _NODES[point])
        done = 1.0 - exp_(-t / mean_hours)
        total += _WEIGHTS[point] * exp_(cuts * log_(done))
    return 0.5 * total * spell / hours


@kernel
def _shut_crossings(theatre: Record, world: Record, war: Record, day: int, section: int) -> int:
    """Put hit bridges out, let a day pass on the others, and count the section's crossings with none left."""
    shut = 0
    parallel = int(war.today[_PARALLEL])
    first = theatre.first_crossing[section]
    for crossing in range(first, first + theatre.crossings_on[section]):
        hits = war.critical_hits[crossing]
        down = 0
        for bridge in range(parallel):
            left = max(0.0, war.bridge_days[crossing, bridge] - 1.0)
            if left == 0.0 and hits > 0:
                hits -= 1
                u = uniform(world.seed, crossing * 4 + bridge, world.replicate, day, _DURATION)
                left = war.today[_BRIDGE_DAYS] * exp_(world.bridge_days_sigma * normal_quantile(u))
            war.bridge_days[crossing, bridge] = left
            if left > 0.0:
                down += 1
        war.bridges_down[crossing] = down
        if down == parallel:
            shut += 1
    return shut
