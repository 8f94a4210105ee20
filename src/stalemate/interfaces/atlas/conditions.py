"""What was so on a day: the state of links, damage to towns, what was raided; each with where it is from."""

import datetime
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from stalemate.evidence.figure import Figure, Place, Raid
from stalemate.interfaces.atlas.archive import Archive, names_place
from stalemate.scenario.air import Target
from stalemate.scenario.terrain import Link

LinkState = Literal["open", "not_yet", "closed", "left_out"]
STATES: Final[dict[LinkState, str]] = {
    "open": "open on this day",
    "not_yet": "not yet built",
    "closed": "no longer there",
    "left_out": "left out: not known to have been in use",
}
"""The state of a link in words."""


@dataclass(frozen=True)
class Condition:
    """One link on one day: what a whole undisturbed night would carry, and what was counted."""

    link: Link
    state: LinkState
    share: float | None
    """Capacity as a share of the main trunk's; None for roads and trails, which have none of their own."""
    cars_per_day: float | None
    basis: Literal["record", "scenario"] | None
    figures: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class Damage:
    """One town with every estimate of the share destroyed, or none."""

    place: Place
    estimates: tuple[Figure, ...]

    @property
    def shares(self) -> tuple[float, ...]:
        """Every share that is stated, by the table of places too, in per cent, the least first."""
        stated = {amount for one in self.estimates for amount in one.amounts}
        if self.place.destroyed_percent is not None:
            stated.add(self.place.destroyed_percent)
        return tuple(sorted(stated))


@dataclass(frozen=True)
class Targeted:
    """One target of the scenario with the raids on record that struck it by a day."""

    target: Target
    raids: tuple[Raid, ...]


def state_of(archive: Archive, link: Link, date: datetime.date) -> LinkState:
    """Return whether a link was open on a day, or why not."""
    if link.switch is not None and not archive.war.switches.get(link.switch, False):
        return "left_out"
    if link.opens is not None and date < link.opens:
        return "not_yet"
    return "closed" if link.closes is not None and date > link.closes else "open"


def trunk_cars(archive: Archive, date: datetime.date) -> float:
    """Return loaded cars that the main trunk passes in a whole night, as the scenario has it on a day."""
    rows = [row for row in archive.war.parameters if row.name == "rail_trunk_cars" and row.at is not None]
    dated = sorted((row.at, row.middle) for row in rows if row.at and row.middle is not None)
    if date <= dated[0][0]:
        return dated[0][1]
    for (first, low), (last, high) in pairwise(dated):
        if date <= last:
            return low + (high - low) * (date - first).days / (last - first).days
    return dated[-1][1]


def links_on(archive: Archive, date: datetime.date) -> tuple[Condition, ...]:
    """Return every link with its state on a day; a count of the record before the scenario's capacity."""
    trunk = trunk_cars(archive, date)
    shares = {section.id: section.capacity_share for section in archive.war.sections}
    return tuple(_condition(archive, link, date, trunk, shares) for link in archive.war.links)


def _condition(
    archive: Archive, link: Link, date: datetime.date, trunk: float, shares: dict[str, float]
) -> Condition:
    state = state_of(archive, link, date)
    share = shares[link.section] if link.section is not None else None
    if share is None or link.section is None:
        words = "roads and trails have no capacity of their own: trucks and porters are the limit"
        return Condition(link, state, None, None, None, (), words)
    counts = archive.chart.counted(link.section, date, archive.ledger) if state == "open" else ()
    figures = tuple(row.figure for row in counts)
    for row in counts:
        if row.cars_per_day is not None:
            return Condition(link, state, share, row.cars_per_day, "record", figures, f"counted: {row.note}")
    told = f"capacity of the scenario: {share:g} of the trunk's {trunk:.0f} cars a whole night"
    words = "; ".join([told, *(f"counted: {row.note}" for row in counts)])
    return Condition(link, state, share, round(share * trunk, 1), "scenario", figures, words)


def damage(archive: Archive) -> tuple[Damage, ...]:
    """Return the towns of the record with what is said of their destruction, the worst first."""
    estimates = [
        figure
        for figure in archive.ledger.figures.values()
        if figure.topic == "towns" and figure.unit.startswith("percent") and figure.place
    ]
    towns = [place for place in archive.ledger.places.values() if place.kind == "city"]
    rows = [
        Damage(town, tuple(one for one in estimates if names_place(one.place, town.name_1950s)))
        for town in towns
    ]
    return tuple(sorted(rows, key=lambda row: (-max(row.shares, default=-1.0), row.place.name_1950s)))


def targets_on(archive: Archive, date: datetime.date) -> tuple[Targeted, ...]:
    """Return the targets that were known on a day, with the raids of the record on each by then."""
    raids = {raid.id: raid for raid in archive.ledger.raids}
    struck: dict[str, list[Raid]] = {}
    for row in archive.war.raids:
        if row.raid in raids and row.day <= date:
            struck.setdefault(row.target, []).append(raids[row.raid])
    return tuple(
        Targeted(target, tuple(dict.fromkeys(struck.get(target.id, ()))))
        for target in archive.war.targets
        if target.known_from is None or target.known_from <= date
    )
