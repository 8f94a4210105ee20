"""The interface for programs, what a map shows on a day: zones, borders, damage, targets, links, names."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel

from stalemate.errors import QueryError
from stalemate.evidence.chart import Border, Zone
from stalemate.evidence.figure import Figure
from stalemate.interfaces.atlas import downloads, mapshapes
from stalemate.interfaces.atlas.archive import Archive
from stalemate.interfaces.atlas.bounds import border_line, zone_lines
from stalemate.interfaces.atlas.conditions import Damage, Targeted, damage, links_on, targets_on, trunk_cars
from stalemate.interfaces.atlas.downloads import Geometry
from stalemate.interfaces.atlas.shapes import Answer, Question

MAP_ABOUT: Final = {
    "zones": "Zones of the time with their dates, and what is approximate: forbidden, neutral, MiG Alley.",
    "borders": "Borders and boundaries of the time, and why each is drawn as it is.",
    "damage": "Towns with every statement of the share destroyed; no estimate is not no damage.",
    "targets": "Fixed targets of the scenario, with the raids on record that struck each by the day.",
    "links": "Links of the scenario on a day: open or not, cars a day of the record or else of the scenario.",
    "names": "Names of places in Hangul and in Chinese characters, where we are sure of them.",
}
"""What each list holds."""

_FILES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/csv": {}, "application/geo+json": {}}, "description": "As asked by `format`."}
}


def add_map_lists(routes: APIRouter, archive: Archive) -> None:
    """Add the lists of what a map shows."""
    _add_lines(routes, archive)
    _add_places(routes, archive)


def map_counts(archive: Archive) -> dict[str, int]:
    """Return how many rows each list has on the last day of the war."""
    return {
        "zones": len(archive.chart.zones),
        "borders": len(archive.chart.borders),
        "damage": len(damage(archive)),
        "targets": len(archive.war.targets),
        "links": len(archive.war.links),
        "names": len(archive.chart.names),
    }


def _add_lines(routes: APIRouter, archive: Archive) -> None:
    @routes.get("/zones", response_model=Answer[mapshapes.ZoneShape], responses=_FILES)
    def zones(asked: Annotated[mapshapes.ZoneQuestion, Query()]) -> Any:
        """Return zones with their lines: those of a kind, those that held on a day."""
        held = archive.chart.zones_on(asked.date)
        rows = [_zone(archive, zone) for zone in held if asked.kind in (None, zone.kind)]
        return _answer(archive, "zones", asked, rows, list(Zone.model_fields), _zone_geometry)

    @routes.get("/borders", response_model=Answer[mapshapes.BorderShape], responses=_FILES)
    def borders(asked: Annotated[mapshapes.BorderQuestion, Query()]) -> Any:
        """Return borders with their lines: those that held on a day or before."""
        rows = [_border(archive, border, asked.date) for border in archive.chart.borders_by(asked.date)]
        columns = [*Border.model_fields, "in_force"]
        return _answer(archive, "borders", asked, rows, columns, _border_geometry)

    @routes.get("/links", response_model=mapshapes.LinkAnswer, responses=_FILES)
    def links(asked: Annotated[mapshapes.DayQuestion, Query()]) -> Any:
        """Return every link with its state on a day."""
        rows = link_shapes(archive, asked)
        if asked.format != "json":
            return _answer(archive, "links", asked, rows, list(mapshapes.LinkShape.model_fields), _link)
        metadata = downloads.metadata_of(archive, "links", MAP_ABOUT["links"], asked, len(rows))
        return mapshapes.LinkAnswer(
            metadata=metadata, trunk_cars_per_day=trunk_cars(archive, asked.date), rows=rows
        )


def _add_places(routes: APIRouter, archive: Archive) -> None:
    @routes.get("/damage", response_model=Answer[mapshapes.DamageShape], responses=_FILES)
    def damaged(asked: Annotated[mapshapes.DamageQuestion, Query()]) -> Any:
        """Return towns with what is said of their destruction; as a table one row an estimate."""
        rows = [damage_shape(row) for row in damage(archive)]
        if asked.format == "csv":
            lines = [line for row in rows for line in _damage_rows(row)]
            metadata = downloads.metadata_of(archive, "damage", MAP_ABOUT["damage"], asked, len(lines))
            return downloads.as_csv(metadata, lines, list(mapshapes.DamageRow.model_fields))
        return _answer(archive, "damage", asked, rows, [], downloads.at)

    @routes.get("/targets", response_model=Answer[mapshapes.TargetShape], responses=_FILES)
    def targets(asked: Annotated[mapshapes.TargetQuestion, Query()]) -> Any:
        """Return the targets known on a day."""
        classes = {target.target_class for target in archive.war.targets}
        if asked.target_class is not None and asked.target_class not in classes:
            known = ", ".join(sorted(classes))
            raise QueryError(f"there is no target class {asked.target_class[:60]!r}; expected one of {known}")
        found = [target_shape(row) for row in targets_on(archive, asked.date)]
        rows = [row for row in found if asked.target_class in (None, row.target_class)]
        return _answer(
            archive, "targets", asked, rows, list(mapshapes.TargetShape.model_fields), downloads.at
        )

    @routes.get("/names", response_model=Answer[mapshapes.NameShape], responses=_FILES)
    def names(asked: Annotated[mapshapes.PlainTable, Query()]) -> Any:
        """Return names of places in Hangul and in Chinese characters."""
        rows = [
            mapshapes.NameShape(name=archive.ledger.places[id].name_1950s, **row.model_dump())
            for id, row in archive.chart.names.items()
        ]
        return _answer(archive, "names", asked, rows, list(mapshapes.NameShape.model_fields), None)


def _answer(
    archive: Archive, name: str, asked: Question, rows: Sequence[BaseModel], columns: list[str], shape: Any
) -> Any:
    metadata = downloads.metadata_of(archive, name, MAP_ABOUT[name], asked, len(rows))
    how = asked.model_dump()["format"]
    if how == "csv":
        return downloads.as_csv(metadata, rows, columns)
    if how == "geojson":
        return downloads.as_geojson(metadata, rows, shape)
    return {"metadata": metadata, "rows": rows}


def link_shapes(archive: Archive, asked: mapshapes.DayQuestion) -> list[mapshapes.LinkShape]:
    """Return the links of a day."""
    nodes = {node.id: node for node in archive.war.nodes}
    return [
        mapshapes.LinkShape(
            id=row.link.id,
            mode=row.link.mode,
            line=row.link.line,
            section=row.link.section,
            start=row.link.start,
            end=row.link.end,
            start_name=nodes[row.link.start].name,
            end_name=nodes[row.link.end].name,
            from_deg=(nodes[row.link.start].lon, nodes[row.link.start].lat),
            to_deg=(nodes[row.link.end].lon, nodes[row.link.end].lat),
            state=row.state,
            share_of_trunk=row.share,
            cars_per_day=row.cars_per_day,
            basis=row.basis,
            figures=list(row.figures),
            words=row.words,
        )
        for row in links_on(archive, asked.date)
    ]


def _zone(archive: Archive, zone: Zone) -> mapshapes.ZoneShape:
    lines = zone_lines(archive.ledger, archive.chart, zone)
    return mapshapes.ZoneShape(**zone.model_dump(), lines=[list(line) for line in lines])


def _border(archive: Archive, border: Border, day: Any) -> mapshapes.BorderShape:
    line = border_line(archive.ledger, archive.chart, border)
    held = day is None or border.overlaps(day, day)
    return mapshapes.BorderShape(**border.model_dump(), in_force=held, line=list(line))


def damage_shape(row: Damage) -> mapshapes.DamageShape:
    """Return a town with its estimates; the table of places is one where no figure says the same."""
    place = row.place
    estimates = [_estimate(figure) for figure in row.estimates]
    told = {amount for figure in row.estimates for amount in figure.amounts if figure.source == "crane-2000"}
    if place.destroyed_percent is not None and place.destroyed_percent not in told:
        estimates.append(
            mapshapes.Estimate(
                figure=None,
                percent=[place.destroyed_percent],
                since=None,
                until=None,
                precision=None,
                source=None,
                cited=place.destroyed_cited,
                trust="recalled",
            )
        )
    return mapshapes.DamageShape(
        id=place.id,
        name=place.name_1950s,
        lon_deg=place.lon_deg,
        lat_deg=place.lat_deg,
        percent_low=min(row.shares, default=None),
        percent_high=max(row.shares, default=None),
        rivals=len(row.shares) > 1,
        estimates=estimates,
    )


def _estimate(figure: Figure) -> mapshapes.Estimate:
    return mapshapes.Estimate(
        figure=figure.id,
        percent=list(figure.amounts),
        since=figure.start,
        until=figure.end,
        precision=figure.precision,
        source=figure.source,
        cited=figure.locator,
        trust=figure.trust,
    )


def _damage_rows(row: mapshapes.DamageShape) -> list[mapshapes.DamageRow]:
    town = row.model_dump(include={"id", "name", "lon_deg", "lat_deg"})
    unknown: dict[str, object] = {
        "figure": None,
        "percent": [],
        "since": None,
        "until": None,
        "source": None,
        "cited": "",
    }
    told = [one.model_dump(exclude={"precision"}) for one in row.estimates]
    return [mapshapes.DamageRow.model_validate(town | one) for one in told or [unknown | {"trust": None}]]


def target_shape(row: Targeted) -> mapshapes.TargetShape:
    """Return a target with the raids on it."""
    target = row.target
    return mapshapes.TargetShape(
        id=target.id,
        name=target.name,
        place=target.place,
        target_class=target.target_class,
        serves=target.serves,
        lon_deg=target.lon,
        lat_deg=target.lat,
        coordinates=target.coordinate_source,
        known_from=target.known_from,
        pooled=target.pooled,
        raids=[raid.id for raid in row.raids],
        last_raid=max((raid.date for raid in row.raids), default=None),
    )


def _zone_geometry(row: mapshapes.ZoneShape) -> Geometry:
    if row.shape == "strip":
        return {"type": "MultiLineString", "coordinates": row.lines}
    return {"type": "Polygon", "coordinates": [_counterclockwise(line) for line in row.lines]}


def _counterclockwise(ring: mapshapes.Positions) -> mapshapes.Positions:
    """Return a closed ring in the order that RFC 7946 asks for."""
    twice = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))
    return ring if twice >= 0 else ring[::-1]


def _border_geometry(row: mapshapes.BorderShape) -> Geometry:
    return {"type": "LineString", "coordinates": row.line}


def _link(row: mapshapes.LinkShape) -> Geometry:
    return {"type": "LineString", "coordinates": [row.from_deg, row.to_deg]}
