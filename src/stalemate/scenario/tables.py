"""Checks across the tables of a scenario: names exist, periods join, shares sum to 1, the network holds.

Each check names the tables it reads; it runs only if those tables were read without a fault, so that one bad
row is not reported a second time as a missing name. A check yields (table, row, column, found, expected); an
empty table means the manifest.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from stalemate.scenario import airtables, ordertables
from stalemate.scenario.catalogue import Needed
from stalemate.scenario.checks import Context, Found, Groups, Rows, periods
from stalemate.scenario.diplomacytables import check_agenda, check_indicators, check_recesses, check_steps
from stalemate.scenario.network import find_spurs, links_present, path_of
from stalemate.scenario.schema import Manifest, Parameter
from stalemate.scenario.terrain import Link
from stalemate.table import Row


def check(rows: Rows, broken: Collection[str], context: Context) -> Iterator[Found]:
    """Yield every fault across ``rows``; ``broken`` names the tables that were not read whole."""
    for tables, function in (*_CHECKS, *airtables.CHECKS, *ordertables.CHECKS):
        if not set(tables) & set(broken):
            yield from function(rows, context)
    for table, table_rows in rows.items():
        yield from _sources(table, table_rows, context)


def _references(rows: Rows, context: Context) -> Iterator[Found]:
    """Every name that points at a row of another table."""
    ids = {
        table: {row.id for row in rows[table]}
        for table in ("nodes", "sections", "sectors", "classes", "links")
    }
    for table, column, target in _REFERENCES:
        for row in rows[table]:
            name = getattr(row, column)
            if name is not None and name not in ids[target]:
                yield table, row, column, repr(name), f"an id of {target}"
    for link in rows["links"]:
        if link.switch is not None and link.switch not in context.manifest.switches:
            yield "links", link, "switch", repr(link.switch), "a name under [switches] of the manifest"
    for group, sections in context.manifest.groups.items():
        for section in sections:
            if section not in ids["sections"]:
                yield "", None, group, repr(section), "ids of sections"


def _sectioned(rows: Rows, context: Context) -> Iterator[Found]:
    """Every section is one path, and only spurs may leave it between its ends."""
    by_section: dict[str, list[Link]] = defaultdict(list)
    for link in rows["links"]:
        if link.section is not None:
            by_section[link.section].append(link)
    paths = {}
    for section in rows["sections"]:
        path = path_of(by_section[section.id])
        if path is None:
            shown = ", ".join(link.id for link in by_section[section.id][:6]) or "no links"
            yield "sections", section, "id", shown, "links that form one path without a branch"
        else:
            paths[section.id] = path
    if len(paths) < len(rows["sections"]):
        return
    keep = {row.node for row in [*rows["gates"], *rows["railheads"]]}
    spurs = find_spurs({name: (path[0], path[-1]) for name, path in paths.items()}, keep)
    through = Counter(node for name, path in paths.items() if name not in spurs for node in set(path))
    for section in rows["sections"]:
        for node in paths[section.id][1:-1]:
            if section.id not in spurs and (through[node] > 1 or node in keep):
                yield (
                    "sections",
                    section,
                    "id",
                    f"{node} inside the section",
                    "a junction, gate or railhead only at a section's end",
                )


def _crossings(rows: Rows, context: Context) -> Iterator[Found]:
    """Every crossing stands on its section."""
    on: dict[str, set[str]] = defaultdict(set)
    for link in rows["links"]:
        if link.section is not None:
            on[link.section] |= {link.start, link.end}
    for crossing in rows["crossings"]:
        if crossing.node not in on[crossing.section]:
            yield "crossings", crossing, "node", repr(crossing.node), f"a node of section {crossing.section}"


def _reachable(rows: Rows, context: Context) -> Iterator[Found]:
    """On every day, every sector hangs on an open gate by rail or road, and every railhead lies on rail."""
    rail = {node for link in rows["links"] if link.mode == "rail" for node in (link.start, link.end)}
    for railhead in rows["railheads"]:
        if railhead.node not in rail:
            yield "railheads", railhead, "node", repr(railhead.node), "a node of a rail link"
    served = {railhead.sector for railhead in rows["railheads"]}
    for sector in rows["sectors"]:
        if sector.id not in served:
            yield "sectors", sector, "id", "no railhead", "at least one row of railheads for it"
    wanting = {sector.id: sector for sector in rows["sectors"]}
    for when in _days_of_change(rows, context.manifest):
        present = links_present(rows["links"], context.manifest.switches, when=when)
        open_gates = [
            gate.node
            for gate in rows["gates"]
            if (gate.opens is None or gate.opens <= when) and (gate.closes is None or when <= gate.closes)
        ]
        reached = reach(present, open_gates, ("rail", "road"))
        for name, sector in list(wanting.items()):
            if sector.node not in reached:
                found = f"{sector.node} cut off from every gate on {when}"
                yield "sectors", sector, "node", found, "a way by rail and road on every day"
                del wanting[name]


def reach(links: Iterable[Link], origins: Iterable[str], modes: Collection[str]) -> set[str]:
    """Return every node that some origin reaches over ``modes``, the origins included."""
    beside: dict[str, list[str]] = defaultdict(list)
    for link in links:
        if link.mode in modes:
            beside[link.start].append(link.end)
            beside[link.end].append(link.start)
    reached = set(origins)
    edge = list(reached)
    while edge:
        new = [node for node in beside[edge.pop()] if node not in reached]
        reached.update(new)
        edge += new
    return reached


def _days_of_change(rows: Rows, manifest: Manifest) -> list[date]:
    days = {manifest.start, manifest.end}
    for row in [*rows["links"], *rows["gates"]]:
        days |= {row.opens} if row.opens is not None else set()
        days |= {row.closes + timedelta(days=1)} if row.closes is not None else set()
    return sorted(day for day in days if manifest.start <= day <= manifest.end)


def _shares(rows: Rows, context: Context) -> Iterator[Found]:
    """Shares of the line sum to 1, and only front sectors have one."""
    fronts = [sector for sector in rows["sectors"] if sector.kind == "front"]
    total = sum(sector.share_of_line for sector in fronts)
    if not fronts or abs(total - 1) > 1e-6:
        expected = "shares of the front sectors that sum to 1"
        yield "sectors", fronts[-1] if fronts else None, "share_of_line", f"a sum of {total:g}", expected
    for sector in rows["sectors"]:
        if sector.kind == "rear" and sector.share_of_line != 0:
            yield "sectors", sector, "share_of_line", f"{sector.share_of_line:g}", "0 for the rear"


def _effort(rows: Rows, context: Context) -> Iterator[Found]:
    """Every class has its orders for every day, except one that only flies missions."""
    elsewhere = {row.aircraft_class for row in rows["missions"]}
    groups: Groups = {(row.id,): [] for row in rows["classes"] if row.id not in elsewhere}
    yield from periods("effort", rows["effort"], ("aircraft_class",), groups, context.manifest)


def _strengths(rows: Rows, context: Context) -> Iterator[Found]:
    quantities = ("on_hand", "serviceable_share", "sorties_per_serviceable_aircraft_per_day")
    groups: Groups = {(aircraft.id, quantity): [] for aircraft in rows["classes"] for quantity in quantities}
    yield from periods(
        "strengths", rows["strengths"], ("aircraft_class", "quantity"), groups, context.manifest
    )
    for row in rows["strengths"]:
        if row.low < 0 or (row.quantity == "serviceable_share" and row.high > 1):
            shown = f"{row.low:g} to {row.high:g}"
            yield "strengths", row, "low", shown, "0 or more, and a share of at most 1"


def _focus(rows: Rows, context: Context) -> Iterator[Found]:
    """For each class with effort the periods join, and the shares of a period sum to 1."""
    totals: dict[tuple[str, date, date], float] = defaultdict(float)
    last = {}
    for row in rows["focus"]:
        period = (row.aircraft_class, row.start, row.end)
        totals[period] += row.share
        last[period] = row
    for period, total in totals.items():
        if abs(total - 1) > 1e-6:
            expected = "shares of the regions that sum to 1 in each period of a class"
            yield "focus", last[period], "share", f"a sum of {total:g}", expected
    groups: Groups = {(row.aircraft_class,): [] for row in rows["effort"]}
    yield from periods("focus", list(last.values()), ("aircraft_class",), groups, context.manifest)


def _aims(rows: Rows, context: Context) -> Iterator[Found]:
    """Each period ends after it starts, and a section has one weight a day."""
    last: dict[str, Any] = {}
    for row in sorted(rows["aims"], key=lambda row: (row.section, row.start)):
        before = last.get(row.section)
        if row.end < row.start:
            yield "aims", row, "end", str(row.end), f"a day not before start, {row.start}"
        if before is not None and row.start <= before.end:
            yield "aims", row, "start", f"{row.start}, an overlap", f"a day after {before.end}"
        last[row.section] = row


def _forces(rows: Rows, context: Context) -> Iterator[Found]:
    """Every quantity has a value on the first day."""
    first: dict[str, Any] = {}
    for row in rows["forces"]:
        if row.quantity not in first or row.start < first[row.quantity].start:
            first[row.quantity] = row
        if row.low < 0:
            yield "forces", row, "low", f"{row.low:g}", "0 or more"
    for row in first.values():
        if row.start > context.manifest.start:
            yield "forces", row, "start", str(row.start), f"a first value by {context.manifest.start}"


def _weather(rows: Rows, context: Context) -> Iterator[Found]:
    months = {row.month for row in rows["weather"]}
    missing = [str(month) for month in range(1, 13) if month not in months]
    if missing:
        yield "weather", None, "month", f"no row for month {', '.join(missing)}", "all twelve months"


def _observations(rows: Rows, context: Context) -> Iterator[Found]:
    for row in rows["observations"]:
        if row.end < row.start:
            yield "observations", row, "end", str(row.end), f"a day not before start, {row.start}"
        if context.figures is not None and row.figure not in context.figures:
            yield "observations", row, "figure", repr(row.figure), "a figure id of the record"


def _parameters(rows: Rows, context: Context) -> Iterator[Found]:
    """Parameters are those that the model needs, each in its unit and bounds, with knots in order."""
    needed = {entry.name: entry for entry in context.needed}
    by_name: dict[str, list[Parameter]] = defaultdict(list)
    for row in rows["parameters"]:
        by_name[row.name].append(row)
        if row.name not in needed:
            yield "parameters", row, "name", repr(row.name), "a parameter that the model reads"
    for name, entry in needed.items():
        if name not in by_name:
            found = f"no row for {name}"
            yield "parameters", None, "name", found, f"{name} in {entry.unit}: {entry.meaning}"
        for row in by_name.get(name, []):
            yield from _one_parameter(row, entry)
        yield from _knots(by_name.get(name, []), entry)


def _one_parameter(row: Parameter, entry: Needed) -> Iterator[Found]:
    if row.unit != entry.unit:
        yield "parameters", row, "unit", repr(row.unit), f"{entry.unit!r} for {entry.name}"
    for column in ("low", "middle", "high"):
        value = getattr(row, column)
        if value is not None and not entry.low_bound <= value <= entry.high_bound:
            bounds = f"{entry.low_bound:g} to {entry.high_bound:g} {entry.unit}"
            yield "parameters", row, column, f"{value:g}", bounds
    if not entry.dated and row.at is not None:
        yield "parameters", row, "at", str(row.at), f"no date: {entry.name} does not change"


def _knots(knots: Sequence[Parameter], entry: Needed) -> Iterator[Found]:
    if len(knots) > 1 and not entry.dated:
        yield "parameters", knots[1], "name", f"a second row of {entry.name}", "one row: it does not change"
        return
    for knot in knots:
        if len(knots) > 1 and (knot.at is None or knot.between is None):
            column = "at" if knot.at is None else "between"
            yield "parameters", knot, column, "an empty cell", "a date and a way to join, for each knot"
            return
    for before, after in pairwise(knots):
        if before.at is not None and after.at is not None and after.at <= before.at:
            yield "parameters", after, "at", str(after.at), f"knots in order: a day after {before.at}"
        for column in ("distribution", "between"):
            if getattr(before, column) != getattr(after, column):
                found = repr(getattr(after, column))
                yield "parameters", after, column, found, f"{getattr(before, column)!r} as in the first knot"


def _sources(table: str, rows: Sequence[Row], context: Context) -> Iterator[Found]:
    if context.figures is None:
        return
    for row in rows:
        for figure in getattr(row, "sources", ()):
            if figure not in context.figures:
                yield table, row, "sources", repr(figure), "figure ids of the record, separated by ';'"


_REFERENCES = (
    ("links", "start", "nodes"),
    ("links", "end", "nodes"),
    ("links", "section", "sections"),
    ("crossings", "node", "nodes"),
    ("crossings", "section", "sections"),
    ("sectors", "node", "nodes"),
    ("railheads", "sector", "sectors"),
    ("railheads", "node", "nodes"),
    ("gates", "node", "nodes"),
    ("strengths", "aircraft_class", "classes"),
    ("effort", "aircraft_class", "classes"),
    ("focus", "aircraft_class", "classes"),
    ("aims", "section", "sections"),
)
_NETWORK = ("nodes", "links", "sections", "sectors", "railheads", "gates")
_CHECKS: tuple[tuple[tuple[str, ...], Callable[[Rows, Context], Iterator[Found]]], ...] = (
    ((*_NETWORK, "crossings", "classes", "strengths", "effort", "focus", "aims"), _references),
    (_NETWORK, _sectioned),
    (("links", "crossings"), _crossings),
    (_NETWORK, _reachable),
    (("sectors",), _shares),
    (("classes", "effort", "missions"), _effort),
    (("classes", "strengths"), _strengths),
    (("effort", "focus"), _focus),
    (("aims",), _aims),
    (("forces",), _forces),
    (("weather",), _weather),
    (("observations",), _observations),
    (("parameters",), _parameters),
    (("agenda",), check_agenda),
    (("recesses",), check_recesses),
    (("indicators",), check_indicators),
    (("agenda", "steps"), check_steps),
)
