"""Strike: cuts in rail lines, bridges down, trucks burnt. Equations: docs/model/strike.md.

Cuts on a section are negative binomial (Poisson with a gamma focus of the day): mean = sum over classes of
sorties x cuts a sortie x one common factor. Cuts made in yards are added, and the defenders count a dated
share of all. Bridge cases are Poisson in sorties aimed at bridges, and a share of them puts a bridge out of
use: a parallel bridge of a key crossing, or, on a section that has none, a minor bridge. Trucks are Poisson
in road sorties.
"""

from collections.abc import Callable
from typing import ClassVar, Final, final

from stalemate.kernel import kernel
from stalemate.scenario.resolve import DATED
from stalemate.streams import Decision, fill_uniform, negative_binomial_quantile, poisson_quantile, uniform
from stalemate.systems.bombing import cuts_per_sortie
from stalemate.systems.system import AbstractSystem, Record, Records
from stalemate.systems.theatre import B29, Prepared
from stalemate.systems.variables import SIZES

_HIT_SHARE: Final = DATED["cut_hit_share"]
_COVERAGE: Final = DATED["cut_coverage"]
_CUTS, _REPORTED, _TRUCKS = int(Decision.CUTS), int(Decision.CUTS_REPORTED), int(Decision.TRUCKS)
_CASES, _DOWN = int(Decision.BRIDGE_CASES), int(Decision.BRIDGE_DOWN)
_CASES_REPORTED = int(Decision.BRIDGE_CASES_REPORTED)
MINOR_BRIDGES: Final = SIZES["crossing"]
"""Added to a section's number, the item of its minor bridges in BRIDGE_DOWN; crossings come before."""


@final
class Strike(AbstractSystem):
    """Writes the day's damage to lines, bridges and trucks."""

    name: ClassVar[str] = "strike"
    reads: ClassVar[tuple[str, ...]] = (
        "today",
        "mission_weight",
        "flown_share",
        "rail_sorties",
        "road_sorties",
        "yard_cuts",
    )
    reads_yesterday: ClassVar[tuple[str, ...]] = ("trucks",)
    writes: ClassVar[tuple[str, ...]] = (
        "cuts",
        "cuts_reported",
        "bridge_cases",
        "bridge_cases_reported",
        "critical_hits",
        "minor_breaks",
        "trucks_lost",
        "line_effect",
    )

    @property
    def kernel(self) -> Callable[..., None]:
        """Strike what was flown against."""
        return strike

    def begin(self, prepared: Prepared, worlds: Records, wars: Records) -> None:
        """Nothing is carried over from a day before."""


@kernel
def strike(theatre: Record, world: Record, war: Record, day: int) -> None:
    """Draw cuts by section, bridge cases by crossing, trucks lost."""
    _rate_classes(theatre, world, war)
    seed, replicate = world.seed, world.replicate
    if war.rail_sorties > 0.0:
        fill_uniform(theatre.luck_cuts, seed, replicate, day, _CUTS)
        fill_uniform(theatre.luck_cases, seed, replicate, day, _CASES)
        fill_uniform(theatre.luck_down, seed, replicate, day, _DOWN)
    coverage = war.today[_COVERAGE]
    rail, bridge = theatre.rail, theatre.bridge
    cuts_per_order, cases_per_order = theatre.cuts_per_order, theatre.cases_per_order
    for section in range(theatre.n_sections):
        line = 0.0
        spans = 0.0
        if theatre.attackable[section] and theatre.is_open[section]:
            for k in range(theatre.n_classes):
                line += rail[section, k] * cuts_per_order[k]
                spans += bridge[section, k] * cases_per_order[k]
        cuts = 0
        counted = 0
        if line > 0.0:
            cuts = negative_binomial_quantile(theatre.luck_cuts[section], line, world.cut_clustering)
        cuts += war.yard_cuts[section]
        if cuts > 0:
            u = uniform(seed, section, replicate, day, _REPORTED)
            counted = poisson_quantile(u, cuts * coverage)
        war.cuts[section] = cuts
        war.cuts_reported[section] = counted
        cases = _drop_spans(theatre, world, war, section, spans)
        counted = 0
        if spans > 0.0:
            mean = spans * (1.0 - world.bridge_critical_share)
            cases += poisson_quantile(theatre.luck_cases[section], mean)
            if cases > 0:
                u = uniform(seed, section, replicate, day, _CASES_REPORTED)
                counted = poisson_quantile(u, cases * coverage)
        war.bridge_cases[section] = cases
        war.bridge_cases_reported[section] = counted
    u = uniform(seed, 0, replicate, day, _TRUCKS)
    lost = poisson_quantile(u, war.road_sorties * world.truck_lost_per_1000_sorties * 0.001)
    war.trucks_lost = min(lost, int(war.trucks))


@kernel
def _rate_classes(theatre: Record, world: Record, war: Record) -> None:
    """Write what one ordered sortie of each class does today: cuts at open line, cases at bridges."""
    hit_share = war.today[_HIT_SHARE]
    for k in range(theatre.n_classes):
        kind = theatre.kind[k]
        at_line = war.flown_share[k] * war.mission_weight[k, 0] * world.cut_common_factor
        theatre.cuts_per_order[k] = at_line * cuts_per_sortie(world, hit_share, kind)
        war.line_effect[k] = theatre.cuts_per_order[k] * theatre.aimed_rail[k]
        cases = world.bridge_cases_per_sortie_fighter
        if kind == B29:
            cases = world.bridge_cases_per_sortie_b29
        theatre.cases_per_order[k] = war.flown_share[k] * war.mission_weight[k, 1] * cases


@kernel
def _drop_spans(theatre: Record, world: Record, war: Record, section: int, spans: float) -> int:
    """Write the critical hits on the section's crossings or minor bridges, and return their number."""
    crossings = theatre.crossings_on[section]
    critical = spans * world.bridge_critical_share
    war.minor_breaks[section] = 0
    if crossings == 0 and spans > 0.0:
        war.minor_breaks[section] = poisson_quantile(theatre.luck_down[MINOR_BRIDGES + section], critical)
    total = war.minor_breaks[section]
    first = theatre.first_crossing[section]
    for crossing in range(first, first + crossings):
        hits = 0
        if spans > 0.0:
            hits = poisson_quantile(theatre.luck_down[crossing], critical / crossings)
        war.critical_hits[crossing] = hits
        total += hits
    return total
