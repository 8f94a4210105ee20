"""The interface for programs: read-only lists and entries of the record and the scenario, below ``/api``."""

from collections.abc import Collection, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as InPath
from starlette.responses import Response

from stalemate.errors import QueryError
from stalemate.evidence.ask import Answer
from stalemate.evidence.figure import Event, Figure, FrontPoint, Place, Raid, Source
from stalemate.evidence.ledger import Group
from stalemate.interfaces.atlas import downloads, shapes
from stalemate.interfaces.atlas.archive import Archive, began, slug
from stalemate.interfaces.atlas.basemap import basemap_json
from stalemate.interfaces.atlas.drawing import dated_lines, front_lines, open_links
from stalemate.interfaces.atlas.faults import API, FaultAnswer, Malformed
from stalemate.interfaces.atlas.mapapi import MAP_ABOUT, add_map_lists, map_counts
from stalemate.interfaces.atlas.playapi import add_playback
from stalemate.interfaces.atlas.playing import Player
from stalemate.interfaces.atlas.provenance import Provenance, Thing, origin, provenance
from stalemate.interfaces.atlas.views import from_memory
from stalemate.interfaces.atlas.words import Words
from stalemate.scenario.terrain import Link

ABOUT: Final = {
    "events": "Dated events of the war, in our own words, with their sources.",
    "raids": "Raids on record; an empty count was not found, which is not zero.",
    "figures": "Numbers of the record (or ranges, components, words) with who says so.",
    "sources": "The bibliography.",
    "places": "Towns, plants, dams, airfields, bridges, mines, camps, zones, battlefields.",
    "front-lines": "Dated front lines, west to east. Fit for position only, never for areas.",
    "parameters": "Numbers of the model with their doubt, one row a dated value, and what each rests on.",
    "network": "Railways, roads and trails of the scenario; no railways of the south.",
} | MAP_ABOUT
"""What each list holds."""

FAULTS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": FaultAnswer, "description": words}
    for status, words in {
        403: "A page from elsewhere asked.",
        404: "There is no such entry, or a filter names nothing that occurs.",
        405: "This interface only reads.",
        414: "The address is too long.",
        421: "The Host is not this server.",
        422: "The question is malformed: every fault is told.",
    }.items()
}
"""How the interface refuses, by status."""
_FILES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/csv": {}, "application/geo+json": {}}, "description": "As asked by `format`."}
}
Key = Annotated[str, InPath(min_length=1, max_length=120)]


def router(archive: Archive, player: Player) -> APIRouter:
    """Return all routes of the interface over one archive; ``player`` fights the wars of a playback."""
    routes = APIRouter(prefix=API, responses=FAULTS, dependencies=[Depends(_each_once)])
    _add_chronicle(routes, archive)
    _add_figures(routes, archive)
    _add_land(routes, archive)
    add_map_lists(routes, archive)
    add_playback(routes, archive, player)
    _add_origins(routes, archive)
    return routes


def _each_once(request: Request) -> None:
    names = [name for name, _ in request.query_params.multi_items()]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Malformed(f"found {', '.join(name[:60] for name in twice)} more than once; give each once")


def no_question(request: Request) -> None:
    """Refuse a question where none is taken."""
    if request.url.query:
        raise Malformed(f"found {request.url.query[:60]!r}; expected no question, this is one entry")


_ENTRY: Final = [Depends(no_question)]


def _add_chronicle(routes: APIRouter, archive: Archive) -> None:
    @routes.get("/metadata", dependencies=_ENTRY)
    def metadata() -> list[shapes.Metadata]:
        """Return what the lists hold and where they are from."""
        counts = {
            "events": len(archive.events),
            "raids": len(archive.ledger.raids),
            "figures": len(archive.ledger.figures),
            "sources": len(archive.ledger.sources),
            "places": len(archive.ledger.places),
            "front-lines": len(dated_lines(archive)),
            "parameters": len(archive.war.parameters),
            "network": len(archive.war.links),
        } | map_counts(archive)
        return [
            downloads.metadata_of(archive, name, ABOUT[name], shapes.Question(), rows)
            for name, rows in counts.items()
        ]

    @routes.get("/events", response_model=shapes.Answer[Event], responses=_FILES)
    def events(asked: Annotated[shapes.EventQuestion, Query()]) -> Any:
        """Return events in order of their start."""
        _occurs("category", asked.category, {event.category for event in archive.chronicle.events})
        _occurs("actor", asked.actor and slug(asked.actor), archive.actors)
        rows = [event for event in archive.chronicle.search(asked.words) if _fits(event, asked)]
        return _answer(archive, "events", asked, rows, Event)

    @routes.get("/events/{id}", dependencies=_ENTRY)
    def event(id: Key) -> shapes.EventDetail:
        """Return one event with what stands beside it."""
        found = archive.event(id)
        before, after = archive.beside(found)
        return shapes.EventDetail(
            event=found,
            when=Words.load().when(found),
            from_memory=from_memory(found),
            sources=[archive.ledger.source(source) for source in found.sources],
            figures=[figure.id for figure in archive.bearing_on(found)],
            places=[place.id for place in archive.places_named(found.place)],
            before=before.id if before else None,
            after=after.id if after else None,
        )

    @routes.get("/ask")
    def ask(asked: Annotated[shapes.PlainQuestion, Query()]) -> Answer:
        """Answer a question by quoting the record, or decline."""
        return archive.asking.ask(asked.q)

    @routes.get("/raids", response_model=shapes.Answer[Raid], responses=_FILES)
    def raids(asked: Annotated[shapes.RaidQuestion, Query()]) -> Any:
        """Return raids on record; those of one day with both ends on it."""
        rows = [
            raid
            for raid in archive.ledger.raids
            if (asked.since is None or raid.date >= asked.since)
            and (asked.until is None or raid.date <= asked.until)
        ]
        return _answer(archive, "raids", asked, rows, Raid)


def _add_figures(routes: APIRouter, archive: Archive) -> None:
    @routes.get("/figures", response_model=shapes.Answer[Figure], responses=_FILES)
    def figures(asked: Annotated[shapes.FigureQuestion, Query()]) -> Any:
        """Return figures in the order of the tables."""
        rows = archive.ledger.find(
            topic=asked.topic,
            side=asked.side,
            source=asked.source,
            trust=asked.trust,
            text=asked.words,
            first=asked.since,
            last=asked.until,
        )
        return _answer(archive, "figures", asked, rows, Figure)

    @routes.get("/figures/{id}", dependencies=_ENTRY)
    def figure(id: Key) -> shapes.FigureDetail:
        """Return one figure with rivals, checks, second readings and what rests on it."""
        found = archive.ledger.figure(id)
        return shapes.FigureDetail(
            figure=found,
            value=found.value,
            source=archive.ledger.source(found.source),
            groups=[_group(archive, group) for group in archive.groups_of(id)],
            checks=list(archive.ledger.checks_of(id)),
            readings=list(archive.ledger.readings_of(id)),
            uses=[
                shapes.UseShape(table=use.table, row=use.row, system=use.system)
                for use in archive.uses.get(id, ())
            ],
        )

    @routes.get("/sources", response_model=shapes.Answer[Source], responses=_FILES)
    def sources(asked: Annotated[shapes.SourceQuestion, Query()]) -> Any:
        """Return sources in the order of the table."""
        rows = archive.ledger.find_sources(kind=asked.kind, text=asked.words)
        return _answer(archive, "sources", asked, rows, Source)

    @routes.get("/sources/{id}", dependencies=_ENTRY)
    def source(id: Key) -> shapes.SourceDetail:
        """Return one source with the ids of what was taken from it."""
        found = archive.ledger.source(id)
        figures, events, raids = archive.of_source(found)
        return shapes.SourceDetail(
            source=found,
            figures=[row.id for row in figures],
            events=[row.id for row in events],
            raids=[row.id for row in raids],
        )


def _add_land(routes: APIRouter, archive: Archive) -> None:
    @routes.get("/places", response_model=shapes.Answer[Place], responses=_FILES)
    def places(asked: Annotated[shapes.PlaceQuestion, Query()]) -> Any:
        """Return places in the order of the table."""
        _occurs("kind", asked.kind, {place.kind for place in archive.ledger.places.values()})
        rows = [p for p in archive.ledger.places.values() if asked.kind in (None, p.kind)]
        return _answer(archive, "places", asked, rows, Place)

    @routes.get("/places/{id}", dependencies=_ENTRY)
    def place(id: Key) -> shapes.PlaceDetail:
        """Return one place with the ids of what names it."""
        found = archive.place(id)
        events, raids, figures = archive.at_place(found)
        return shapes.PlaceDetail(
            place=found,
            events=[row.id for row in events],
            raids=[row.id for row in raids],
            figures=[row.id for row in figures],
        )

    @routes.get("/front-lines", response_model=shapes.Answer[shapes.FrontLine], responses=_FILES)
    def front(asked: Annotated[shapes.FrontQuestion, Query()]) -> Any:
        """Return dated front lines: all, or the one in force on a day and the next."""
        found = dated_lines(archive) if asked.date is None else front_lines(archive, asked.date)
        rows = [_front_line(line) for line in found]
        metadata = downloads.metadata_of(archive, "front-lines", ABOUT["front-lines"], asked, len(rows))
        if asked.format == "csv":
            points = [point for row in rows for point in row.points]
            return downloads.as_csv(metadata, points, list(FrontPoint.model_fields))
        if asked.format == "geojson":
            return downloads.as_geojson(metadata, rows, _line)
        return shapes.Answer[shapes.FrontLine](metadata=metadata, rows=rows)

    @routes.get("/network", response_model=shapes.Network, responses=_FILES)
    def network(asked: Annotated[shapes.NetworkQuestion, Query()]) -> Any:
        """Return nodes and links of the scenario; as a table the links alone."""
        links = [link for link in open_links(archive, asked.date) if asked.mode in (None, link.mode)]
        metadata = downloads.metadata_of(archive, "network", ABOUT["network"], asked, len(links))
        if asked.format == "csv":
            return downloads.as_csv(metadata, links, list(Link.model_fields))
        if asked.format == "geojson":
            nodes = {node.id: [node.lon, node.lat] for node in archive.war.nodes}
            return downloads.as_geojson(
                metadata,
                links,
                lambda link: {"type": "LineString", "coordinates": [nodes[link.start], nodes[link.end]]},
            )
        return shapes.Network(metadata=metadata, nodes=list(archive.war.nodes), links=links)

    @routes.get(
        "/basemap",
        dependencies=_ENTRY,
        response_class=Response,
        responses={200: {"content": {"application/json": {}}, "description": "TopoJSON, LGPL 3 or later."}},
    )
    def basemap() -> Response:
        """Return coast, rivers and lakes."""
        licence = '<https://www.gnu.org/licenses/lgpl-3.0.html>; rel="license"'
        return Response(basemap_json(), media_type="application/json", headers={"link": licence})


def _add_origins(routes: APIRouter, archive: Archive) -> None:
    @routes.get("/parameters", response_model=shapes.Answer[shapes.ParameterRow], responses=_FILES)
    def parameters(asked: Annotated[shapes.ParameterQuestion, Query()]) -> Any:
        """Return the rows of the scenario's parameters in the catalogue's order."""
        _occurs("system", asked.system, {needed.owner for needed, _ in archive.parameters.values()})
        rows = [
            shapes.ParameterRow(**row.model_dump(), system=needed.owner, meaning=needed.meaning)
            for needed, rows in archive.parameters.values()
            for row in rows
            if asked.system in (None, needed.owner)
            and asked.rests in (None, "figures" if row.sources else "assumed")
        ]
        return _answer(archive, "parameters", asked, rows, shapes.ParameterRow)

    @routes.get("/parameters/{id}", dependencies=_ENTRY)
    def parameter(id: Key) -> shapes.ParameterDetail:
        """Return one parameter with its bounds, every row of it, and the figures behind it."""
        needed, rows = archive.parameter(id)
        figures = dict.fromkeys(figure for row in rows for figure in row.sources)
        return shapes.ParameterDetail(
            name=id,
            meaning=needed.meaning,
            unit=needed.unit,
            low_bound=needed.low_bound,
            high_bound=needed.high_bound,
            system=needed.owner,
            rests=origin(rows),
            rows=list(rows),
            figures=[archive.ledger.figure(figure) for figure in figures],
        )

    @routes.get("/provenance/{kind}/{id}", dependencies=_ENTRY)
    def where_from(kind: Thing, id: Key) -> Provenance:
        """Return where one thing on a page is from, in one shape for every kind."""
        return provenance(archive, Words.load(), kind, id)


def _occurs(what: str, asked: str | None, known: Collection[str]) -> None:
    if asked is not None and asked not in known:
        raise QueryError(f"there is no {what} {asked[:60]!r}; expected one of {', '.join(sorted(known))}")


def _answer(archive: Archive, name: str, asked: Any, rows: Sequence[Any], row_type: type[Any]) -> Any:
    metadata = downloads.metadata_of(archive, name, ABOUT[name], asked, len(rows))
    if asked.format == "csv":
        return downloads.as_csv(metadata, rows, list(row_type.model_fields))
    if asked.format == "geojson":
        return downloads.as_geojson(metadata, rows, downloads.at)
    return {"metadata": metadata, "rows": rows}


def _fits(event: Event, asked: shapes.EventQuestion) -> bool:
    return (
        (asked.since is None or began(event) >= asked.since)
        and (asked.until is None or began(event) <= asked.until)
        and asked.category in (None, event.category)
        and asked.trust in (None, event.trust)
        and (asked.actor is None or slug(asked.actor) in map(slug, event.actors))
    )


def _group(archive: Archive, group: Group) -> shapes.GroupShape:
    members = []
    for row in group.members:
        figure = archive.ledger.figures[row.figure]
        members.append(
            shapes.Member(
                figure=row.figure,
                relation=row.relation,
                value=figure.value,
                unit=figure.unit,
                source=figure.source,
                trust=figure.trust,
                note=row.note,
            )
        )
    return shapes.GroupShape(name=group.name, members=members)


def _front_line(points: Sequence[FrontPoint]) -> shapes.FrontLine:
    first = points[0]
    return shapes.FrontLine(
        date=first.date,
        precision=first.precision,
        error_km=first.error_km,
        source=first.source,
        points=list(points),
    )


def _line(row: shapes.FrontLine) -> downloads.Geometry:
    return {"type": "LineString", "coordinates": [[point.lon_deg, point.lat_deg] for point in row.points]}
