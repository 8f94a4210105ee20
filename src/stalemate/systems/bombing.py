"""What several systems must know alike about a strike: load, cuts, guns, deaths, whether it may be made."""

from stalemate.kernel import kernel
from stalemate.systems.system import Record
from stalemate.systems.theatre import B26, B29, FIGHTER_BOMBER, INTERCEPTOR, MARINE, NEVER


@kernel
def may_strike(theatre: Record, approval: int, target: int) -> bool:
    """Return whether a fixed target may be struck today with the approval that can be had."""
    if theatre.forbidden_class[theatre.target_class[target]]:
        return False
    level = theatre.required_level[target]
    return level <= approval and level != NEVER


@kernel
def bombs_per_sortie(world: Record, kind: int) -> float:
    """Return the bombs that a strike sortie of a kind of aircraft carries, tonnes."""
    if kind == FIGHTER_BOMBER:
        return world.bombs_t_fighter_bomber
    if kind == B26:
        return world.bombs_t_b26
    if kind == B29:
        return world.bombs_t_b29
    if kind == MARINE:
        return world.bombs_t_marine
    if kind == INTERCEPTOR:
        return 0.0
    return world.bombs_t_carrier


@kernel
def local_flak(world: Record, war: Record, target: int) -> float:
    """Return the fire that guns at a target can give against the average over targets."""
    if war.guns_average <= 0.0:
        return 1.0
    more = war.target_guns_now[target] / war.guns_average - 1.0
    return 1.0 + world.flak_local_slope * more


@kernel
def cuts_per_sortie(world: Record, hit_share: float, kind: int) -> float:
    """Return the rail cuts that a sortie of a kind of aircraft at open line makes on average."""
    if kind == FIGHTER_BOMBER:
        return hit_share * world.cut_bombs_fighter_bomber
    if kind == B26:
        return world.cut_per_sortie_b26
    if kind == B29:
        return world.cut_per_sortie_b29
    if kind == MARINE:
        return hit_share * world.cut_bombs_marine
    if kind == INTERCEPTOR:
        return 0.0
    return hit_share * world.cut_bombs_carrier


@kernel
def deaths_per_tonne(world: Record) -> tuple[float, float]:
    """Return deaths a tonne among dwellings of towns, and elsewhere but for the front.

    From the war's totals, the towns' share of each, and the front's share of the tonnes, where a tonne kills
    ``civilian_front_factor`` times what it does elsewhere: the three parts give the war's total back.
    """
    deaths, tonnes = world.civilian_total_deaths, world.civilian_total_tonnes
    in_towns = tonnes * world.civilian_town_tonnes_share
    at_front = tonnes * world.civilian_front_tonnes_share
    elsewhere = tonnes - in_towns - (1.0 - world.civilian_front_factor) * at_front
    share = world.civilian_town_deaths_share
    return deaths * share / in_towns, deaths * (1.0 - share) / elsewhere
