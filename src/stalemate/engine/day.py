"""The one numbered table of a day, and the check that it is sound.

Each row runs after the rows above it and sees what they wrote today; what a system reads from below itself is
yesterday's value, and it must say so.
"""

from typing import Final

from stalemate.errors import ModelError
from stalemate.systems.airforces import AirForces
from stalemate.systems.attrition import Attrition
from stalemate.systems.authority import Authority
from stalemate.systems.calendar import Calendar
from stalemate.systems.civilians import Civilians
from stalemate.systems.committee import Committee
from stalemate.systems.counterair import CounterAir
from stalemate.systems.economy import Economy
from stalemate.systems.front import Front
from stalemate.systems.insurgency import Insurgency
from stalemate.systems.intelligence import Intelligence
from stalemate.systems.repair import Repair
from stalemate.systems.strike import Strike
from stalemate.systems.system import AbstractSystem
from stalemate.systems.talks import Talks
from stalemate.systems.targets import Targets
from stalemate.systems.transport import Transport
from stalemate.systems.variables import VARIABLES
from stalemate.systems.weather import Weather

ORDERS: Final = "orders"
"""Owner of the fields that the engine itself writes from the policy's directive, before the table starts."""

DAY: Final[tuple[tuple[int, AbstractSystem], ...]] = tuple(
    enumerate(
        (
            Calendar(),
            Weather(),
            Authority(),
            Committee(),
            AirForces(),
            CounterAir(),
            Targets(),
            Strike(),
            Attrition(),
            Repair(),
            Transport(),
            Front(),
            Economy(),
            Civilians(),
            Insurgency(),
            Intelligence(),
            Talks(),
        ),
        start=1,
    )
)
"""The systems of a day in the order in which they run."""


def check(day: tuple[tuple[int, AbstractSystem], ...] = DAY) -> None:
    """Raise ModelError unless each field has one writer, its owner, and each read says which day it sees."""
    owners = {variable.name: variable.owner for variable in VARIABLES}
    written = {name: ORDERS for name, owner in owners.items() if owner == ORDERS}
    faults = []
    for number, system in day:
        where = f"{number} {system.name}"
        faults += [
            f"{where} reads {name}, which nothing has written today"
            for name in system.reads
            if name not in written
        ]
        faults += [
            f"{where} reads {name} of yesterday, but today's is there"
            for name in system.reads_yesterday
            if name in written or name not in owners
        ]
        for name in system.writes:
            if owners.get(name) != system.name:
                faults.append(f"{where} writes {name}, which belongs to {owners.get(name, 'nobody')}")
            elif name in written:
                faults.append(f"{where} writes {name} again after {written[name]}")
            written[name] = system.name
    faults += [f"nothing writes {name}" for name in owners if name not in written]
    if [number for number, _ in day] != list(range(1, len(day) + 1)):
        faults.append("the day's rows are not numbered 1, 2, 3, ...")
    if faults:
        raise ModelError("the table of a day is not sound: " + "; ".join(faults))
