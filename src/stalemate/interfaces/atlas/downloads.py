"""Answers as files: comma-separated tables and GeoJSON, with where they are from."""

import json
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from stalemate.interfaces.atlas.archive import Archive
from stalemate.interfaces.atlas.shapes import Metadata, Question
from stalemate.spreadsheet import csv_text

Geometry = dict[str, Any]

LICENCE = "Apache-2.0; coordinates partly GeoNames (CC BY 4.0) and Natural Earth (public domain)"


def metadata_of(archive: Archive, dataset: str, about: str, asked: Question, rows: int) -> Metadata:
    """Return where an answer is from."""
    return Metadata(
        dataset=dataset,
        about=about,
        licence=LICENCE,
        program=version("stalemate-lab"),
        record=archive.ledger.digest,
        scenario=f"{archive.war.name} {archive.war.digest}",
        asked={name: str(value) for name, value in asked.model_dump(exclude_defaults=True).items()},
        rows=rows,
    )


def as_csv(metadata: Metadata, rows: Sequence[BaseModel], columns: Sequence[str]) -> Response:
    """Return rows as a table; a cell that holds several things separates them with semicolons.

    No cell is a formula: see ``spreadsheet``.
    """
    dumped = (row.model_dump(mode="json") for row in rows)
    cells = ([_cell(row[column]) for column in columns] for row in dumped)
    return _file(metadata, csv_text([columns, *cells]), "csv", "text/csv")


def as_geojson(
    metadata: Metadata, rows: Iterable[BaseModel], shape: Callable[[Any], Geometry | None]
) -> Response:
    """Return rows as features, those without a position with no geometry; metadata as a member of its own."""
    features = [
        {"type": "Feature", "geometry": shape(row), "properties": row.model_dump(mode="json")} for row in rows
    ]
    content = {
        "type": "FeatureCollection",
        "metadata": metadata.model_dump(mode="json"),
        "features": features,
    }
    return _file(metadata, json.dumps(content, ensure_ascii=False), "geojson", "application/geo+json")


def at(row: Any) -> Geometry | None:
    """Return a row's position as a geometry, None without one."""
    if row.lon_deg is None or row.lat_deg is None:
        return None
    return {"type": "Point", "coordinates": [row.lon_deg, row.lat_deg]}


def _file(metadata: Metadata, text: str, ending: str, media_type: str) -> Response:
    name = "".join(c if c.isalnum() else "-" for c in metadata.dataset)
    return Response(
        text,
        media_type=media_type,
        headers={
            "content-disposition": f'attachment; filename="stalemate-{name}.{ending}"',
            "link": '</api/metadata>; rel="describedby"',
        },
    )


def _cell(value: object) -> object:
    return "; ".join(map(str, value)) if isinstance(value, list) else value
