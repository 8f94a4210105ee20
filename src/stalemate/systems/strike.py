"""Strike: cuts in rail lines, bridges down, trucks burnt. Equations: docs/model/strike.md.

Cuts on a section are negative binomial (Poisson with a gamma focus of the day): mean = sum over classes of sorties x
cuts a sortie x one common factor. The defenders count a dated share of them. Bridge cases are Poisson in
sorties aimed at bridges, and a share of them puts a bridge out of use. Trucks are Poisson in road sorties.
"""

from collections.abc import Callable
from typing import ClassVar, Final, final

from stalemate.kernel import kernel
from stalemate.scenario.resolve import DATED
from stalemate.streams import Decision, negative_binomial_quantile, poisson_quantile, uniform
from stalemate.systems.system import AbstractSystem, Record, Records
from stalemate.systems.theatre import B26, B29, FIGHTER_BOMBER, MARINE, Prepared

_HIT_SHARE: Final = DATED["cut_hit_share"]
_COVERAGE: Final = DATED["cut_coverage"]
_CUTS, _REPORTED, _TRUCKS = int(Decision.CUTS), int(Decision.CUTS_REPORTED), int(Decision.TRUCKS)
_CASES, _DOWN = int(Decision.BRIDGE_CASES), int(Decision.BRIDGE_DOWN)
_CASES_REPORTED = int(Decision.BRIDGE_CASES_REPORTED)


@final
class Strike(AbstractSystem):
    """Writes the day's damage to lines, bridges and trucks."""

    name: ClassVar[str] = "strike"
    reads: ClassVar[tuple[str, ...]] = ("today", "order_weight", "flown_share", "road_sorties")
    reads_yesterday: ClassVar[tuple[str, ...]] = ("trucks",)
    writes: ClassVar[tuple[str, ...]] = (
        "cuts",
        "cuts_reported",
        "bridge_cases",
        "bridge_cases_reported",
        "critical_hits",
        "trucks_lost",
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
    hit_share = war.today[_HIT_SHARE]
    seed, replicate = world.seed, world.replicate
    for section in range(theatre.n_sections):
        line = 0.0
        spans = 0.0
        if theatre.attackable[section] and theatre.is_open[section]:
            for k in range(theatre.n_classes):
                share = war.flown_share[k]
                rail = theatre.rail[section, k]
                if rail > 0.0:
                    line += share * rail * _cuts_per_sortie(world, hit_share, theatre.kind[k])
                aimed = theatre.bridge[section, k]
                if aimed > 0.0:
                    rate = world.bridge_cases_per_sortie_fighter
                    if theatre.kind[k] == B29:
                        rate = world.bridge_cases_per_sortie_b29
                    spans += share * aimed * rate
        line *= war.order_weight[0] * world.cut_common_factor
        spans *= war.order_weight[1]
        cuts = 0
        if line > 0.0:
            u = uniform(seed, section, replicate, day, _CUTS)
            cuts = negative_binomial_quantile(u, line, world.cut_clustering)
        war.cuts[section] = cuts
        counted = 0
        if cuts > 0:
            u = uniform(seed, section, replicate, day, _REPORTED)
            counted = poisson_quantile(u, cuts * war.today[_COVERAGE])
        war.cuts_reported[section] = counted
        others = 0
        if spans > 0.0:
            u = uniform(seed, section, replicate, day, _CASES)
            others = poisson_quantile(u, spans * (1.0 - world.bridge_critical_share))
        war.bridge_cases[section] = others
        _drop_spans(theatre, world, war, day, section, spans)
        counted = 0
        if war.bridge_cases[section] > 0:
            u = uniform(seed, section, replicate, day, _CASES_REPORTED)
            counted = poisson_quantile(u, war.bridge_cases[section] * war.today[_COVERAGE])
        war.bridge_cases_reported[section] = counted
    u = uniform(seed, 0, replicate, day, _TRUCKS)
    lost = poisson_quantile(u, war.road_sorties * world.truck_lost_per_1000_sorties * 0.001)
    war.trucks_lost = min(lost, int(war.trucks))


@kernel
def _cuts_per_sortie(world: Record, hit_share: float, kind: int) -> float:
    if kind == FIGHTER_BOMBER:
        return hit_share * world.cut_bombs_fighter_bomber
    if kind == B26:
        return world.cut_per_sortie_b26
    if kind == B29:
        return world.cut_per_sortie_b29
    if kind == MARINE:
        return hit_share * world.cut_bombs_marine
    return hit_share * world.cut_bombs_carrier


@kernel
def _drop_spans(theatre: Record, world: Record, war: Record, day: int, section: int, spans: float) -> None:
    first = theatre.first_crossing[section]
    for crossing in range(first, first + theatre.crossings_on[section]):
        hits = 0
        if spans > 0.0:
            u = uniform(world.seed, crossing, world.replicate, day, _DOWN)
            hits = poisson_quantile(u, spans * world.bridge_critical_share / theatre.crossings_on[section])
        war.critical_hits[crossing] = hits
        war.bridge_cases[section] += hits
