"""Repair: cut lines, bridges and flood damage, by night. Equations: docs/model/repair.md.

Working hours are the dark hours less alerts. Two rival forms:

queue - the blocking cuts of a section queue on its hot stretch, whose crews mend v = density x length / work
cuts an hour; the line is whole after T = least time + cuts / v, open for 1 - T / H of the night; the rest
carries over.
own clock - each cut is mended by its own gang after an exponential time; the line is open when all are.

A broken minor bridge is one more blocking cut. A crossing is shut only when all its parallel bridges are
down; a section with a bridge lost to flood, or washed out by a dam, is shut. Men drafted to breached dams
and those who left the labour battalions thin the crews.
"""

from collections.abc import Callable
from typing import ClassVar, Final, final

from stalemate.kernel import kernel
from stalemate.scenario.forms import REPAIR_FORMS
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
OWN_CLOCK: Final = REPAIR_FORMS.index("own-clock")
"""The repair form of a world whose cuts run each on their own clock; the other is the queue."""
ALMOST_NONE: Final = 0.01
"""Fewer open cuts than this on a section count as none: they are mended by dawn."""
_LEAST_CREWS: Final = 0.05
"""Share of the crews that stays on the lines, however many men are drafted elsewhere or gone."""
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
    reads: ClassVar[tuple[str, ...]] = (
        "today",
        "washouts",
        "cuts",
        "critical_hits",
        "minor_breaks",
        "breach_days",
        "labour_drafted",
    )
    reads_yesterday: ClassVar[tuple[str, ...]] = ("labour_left",)
    writes: ClassVar[tuple[str, ...]] = (
        "open_cuts",
        "cuts_repaired",
        "washed_out",
        "bridge_days",
        "bridges_down",
        "open_share",
        "cut_open_share",
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
    hours = max(0.0, theatre.night_hours - world.repair_twilight_hours) * world.repair_alert_share
    spell = max(0.0, hours - world.repair_minimum_hours)
    crews = max(_LEAST_CREWS, war.labour_left * (1.0 - war.labour_drafted / world.repair_labour))
    work = world.repair_man_hours_per_cut * (1.0 - world.repair_learning * war.today[_PROGRESS]) / crews
    if world.repair_form == OWN_CLOCK:
        _set_clocks(theatre, war, work / world.repair_own_clock_km, spell)
    usable = 0.0
    widest = 0.0
    for section in range(theatre.n_sections):
        inside = theatre.in_triangle[section]
        cuts = war.open_cuts[section] + world.repair_blocking_share * war.cuts[section]
        cuts += war.minor_breaks[section]
        share = 1.0
        mended = cuts
        if cuts > ALMOST_NONE:
            if world.repair_form == OWN_CLOCK:
                share = 0.0
                if spell > 0.0:
                    share = all_mended_share(theatre.log_done[inside], cuts) * spell / hours
                mended = cuts * theatre.mended_share[inside]
            else:
                density = war.today[_TRIANGLE] if inside else war.today[_ELSEWHERE]
                pace = density * min(world.repair_hot_length_km, theatre.length_km[section]) / work
                share = max(0.0, 1.0 - (world.repair_minimum_hours + cuts / pace) / hours)
                mended = min(cuts, pace * spell)
        war.open_cuts[section] = cuts - mended
        war.cuts_repaired[section] = mended
        war.cut_open_share[section] = share
        _replace_washed_out(world, war, day, section)
        shut = war.washed_out[section] > 0 or war.breach_days[section] > 0.0 or not theatre.is_open[section]
        if _shut_crossings(theatre, world, war, day, section) > 0 or shut:
            share = 0.0
        war.open_share[section] = share
        if theatre.in_cordon[section]:
            widest = max(widest, share)
        if theatre.managed[section]:
            breaks = war.washed_out[section] + war.open_cuts[section]
            usable += usable_km(theatre.length_km[section], breaks, world.repair_break_km)
    war.usable_rail_km = usable
    war.cordon_open_share = widest
    war.cordon_shut = widest == 0.0


@kernel
def _replace_washed_out(world: Record, war: Record, day: int, section: int) -> None:
    """Let bridges lost to flood come back, and add the day's losses."""
    flooded = war.washed_out[section]
    if flooded > 0:
        u = uniform(world.seed, section, world.replicate, day, _FLOOD_REPAIR)
        flooded -= min(flooded, poisson_quantile(u, flooded / world.flood_bridge_days))
    war.washed_out[section] = flooded + war.washouts[section]


@kernel
def usable_km(length_km: float, breaks: float, break_km: float) -> float:
    """Return the km of line passable between breaks, each of which makes ``break_km`` useless."""
    return length_km if breaks == 0.0 else length_km * exp_(-breaks * break_km / length_km)


@kernel
def _set_clocks(theatre: Record, war: Record, man_hours_per_km: float, spell: float) -> None:
    """Write the share of cuts mended in the night, and its logarithm at five points of the night.

    Each for lines elsewhere (0) and in the triangle (1), whose crews differ in density.
    """
    for inside in range(2):
        density = war.today[_TRIANGLE] if inside else war.today[_ELSEWHERE]
        mean_hours = man_hours_per_km / density
        theatre.mended_share[inside] = 1.0 - exp_(-spell / mean_hours)
        for point in range(5):
            hour = 0.5 * spell * (1.0 + _NODES[point])
            theatre.log_done[inside, point] = log_(1.0 - exp_(-hour / mean_hours))


@kernel
def all_mended_share(log_done: Record, cuts: float) -> float:
    """Return the share of the working spell in which every one of ``cuts`` independent repairs is done.

    ``log_done``: (5,), the logarithm of the share of cuts mended at the five Gauss-Legendre points of the
    spell; the share is the mean of that share to the power ``cuts``.
    """
    total = 0.0
    for point in range(5):
        total += _WEIGHTS[point] * exp_(cuts * log_done[point])
    return 0.5 * total


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
