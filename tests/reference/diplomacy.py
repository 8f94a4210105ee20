"""Plain twin of the talks: one day of one war, on plain numbers, as ``reference.systems`` has the others."""

import math
from types import SimpleNamespace

Part = SimpleNamespace


def talks(theatre: Part, world: Part, war: Part, day: int) -> None:
    war.in_recess = theatre.recess
    war.battle_felt = war.battle_felt + (war.battle - war.battle_felt) / world.talks_denial_lag_days
    ground = war.ground_taken_un + war.ground_taken_communist
    war.ground_felt = war.ground_felt + (ground - war.ground_felt) / world.talks_denial_lag_days
    for item in range(4):
        if theatre.item_open[item] and not theatre.recess and war.item_left[item] > 0:
            war.item_left[item] -= min(world.talks_item_rate, war.item_left[item])
    war.items_settled = sum(left <= 0 for left in war.item_left[:4])
    if not theatre.item_open[4]:
        return
    z = {
        "pressure": war.pressure_felt,
        "denial": min(1.0, war.battle_felt / world.talks_battle_reference)
        * world.talks_ground_reference
        / (world.talks_ground_reference + war.ground_felt),
        "leadership": theatre.leadership,
        "threat": theatre.threat,
        "ground_cost": theatre.ground_cost,
        "compromise": theatre.compromise,
        "face": -theatre.announced * war.pressure_felt,
    }
    slowed = theatre.recess and world.talks_recess_counts >= 0.5
    base = math.log(world.talks_end_rate) - (world.talks_recess if slowed else 0.0)
    for e, mine in enumerate([None, *z]):
        if mine == "face":
            continue
        total = base
        for name, value in z.items() if mine else ():
            b = (
                abs(getattr(world, f"talks_own_{name}"))
                if name == mine
                else getattr(world, f"talks_other_{name}")
            )
            total += b * value
        war.hazard[e] = math.exp(total)
        if war.items_settled == 4:
            war.hazard_spent[e] += war.hazard[e]
            war.settled[e] = int(war.hazard_spent[e] >= war.item_left[4])
