"""Routes of timeline and playback: the record by day, and wars of the model as columns, JSON or a table."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from stalemate.analysis.played import QUANTITIES, WHOLES, Playback
from stalemate.errors import BusyError, QueryError
from stalemate.interfaces.atlas import downloads, playshapes
from stalemate.interfaces.atlas.archive import Archive
from stalemate.interfaces.atlas.dated import dated_days, dated_series
from stalemate.interfaces.atlas.faults import Fault, FaultAnswer, Refusal, title_of
from stalemate.interfaces.atlas.lanes import lane_shapes, lanes, timeline
from stalemate.interfaces.atlas.playing import Asked, Fighting, Player
from stalemate.interfaces.atlas.shapes import Question

ABOUT: Final = {
    "timeline": "Events and raids of the record in lanes; the rule of the lanes stands in play.toml.",
    "playback-record": "The record by day, and its series of dated figures.",
    "playback-model": "Wars of the model, by week: never history.",
}
RETRY_S: Final = 1
_CSV: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/csv": {}}, "description": "As asked by `format`."}
}
_WAITS: Final[dict[int | str, dict[str, Any]]] = {
    202: {"model": playshapes.Underway, "description": "The wars are being fought; ask again."},
    429: {"model": FaultAnswer, "description": "Other wars are being fought; ask again."},
}
_COLUMNS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        "description": "Four bytes of length (little end first), that many of JSON (ColumnsHead), then "
        "float32 columns at the offsets it names.",
    },
    **_WAITS,
}


def add_playback(routes: APIRouter, archive: Archive, player: Player) -> None:
    """Add the routes over one archive."""
    _add_record(routes, archive)
    _add_model(routes, archive, player)


def _add_record(routes: APIRouter, archive: Archive) -> None:
    @routes.get("/timeline", response_model=playshapes.Timeline, responses=_CSV)
    def of_lanes(asked: Annotated[playshapes.TimelineQuestion, Query()]) -> Any:
        """Return events and raids with a day in the period, in lanes."""
        known = [lane.id for lane in lanes()]
        if asked.lane is not None and asked.lane not in known:
            raise QueryError(f"there is no lane {asked.lane!r}; expected one of {', '.join(known)}")
        rows = [
            item
            for item in timeline(archive)
            if (asked.since is None or item.end >= asked.since)
            and (asked.until is None or item.start <= asked.until)
            and asked.lane in (None, item.lane)
        ]
        metadata = downloads.metadata_of(archive, "timeline", ABOUT["timeline"], asked, len(rows))
        if asked.format == "csv":
            return downloads.as_csv(metadata, rows, list(playshapes.TimelineItem.model_fields))
        return playshapes.Timeline(
            metadata=metadata,
            lanes=lane_shapes(rows),
            in_no_lane=sum(not item.lane for item in rows),
            rows=rows,
        )

    @routes.get("/playback/record", response_model=playshapes.RecordPlayed, responses=_CSV)
    def record(asked: Annotated[playshapes.RecordQuestion, Query()]) -> Any:
        """Return the record by day, and its series of dated figures with a day in the period."""
        first, last = archive.dates[0], archive.dates[-1]
        since, until = max(asked.since or first, first), min(asked.until or last, last)
        days = dated_days(archive, since, until)
        series = [
            row.model_copy(update={"points": kept})
            for row in dated_series(archive)
            if (kept := [point for point in row.points if point.end >= since and point.start <= until])
        ]
        name, about = "playback-record", ABOUT["playback-record"]
        if asked.format == "json":
            metadata = downloads.metadata_of(archive, name, about, asked, len(days))
            return playshapes.RecordPlayed(metadata=metadata, days=days, series=series)
        rows: Sequence[BaseModel] = days if asked.part == "days" else _series_rows(series)
        kind = playshapes.DatedDay if asked.part == "days" else playshapes.SeriesRow
        metadata = downloads.metadata_of(archive, f"{name}-{asked.part}", about, asked, len(rows))
        return downloads.as_csv(metadata, rows, list(kind.model_fields))


def _series_rows(series: Sequence[playshapes.DatedSeries]) -> list[playshapes.SeriesRow]:
    return [
        playshapes.SeriesRow(
            series=row.id,
            label=row.label,
            unit=row.unit,
            quantity=row.quantity,
            **point.model_dump(),
        )
        for row in series
        for point in row.points
    ]


def _add_model(routes: APIRouter, archive: Archive, player: Player) -> None:
    packed = lru_cache(maxsize=4)(_Kept.packed)

    @routes.get("/playback/progress")
    def progress(asked: Annotated[Question, Query()]) -> playshapes.Underway:
        """Tell whether wars are being fought, and how far they have come."""
        return _underway(player.now())

    @routes.get("/playback/model", response_class=Response, responses=_COLUMNS)
    def model(request: Request, question: Annotated[playshapes.ModelQuestion, Query()]) -> Response:
        """Fight the wars of one policy or two and return every quantity by week; 202 until they are fought.

        One question is answered at a time; another meanwhile is told 429. The last few answers are kept.
        """
        asked, found = _found(player, question)
        if isinstance(found, Response):
            return found
        return _columns(request, packed(_Kept(asked, found, archive)))

    @routes.get("/playback/series", response_model=playshapes.ModelPlayed, responses={**_CSV, **_WAITS})
    def series(question: Annotated[playshapes.SeriesQuestion, Query()]) -> Any:
        """Return one quantity of the same wars as JSON or as a table; 202 until they are fought."""
        known = sorted({*QUANTITIES, *WHOLES})
        if question.quantity not in known:
            raise QueryError(
                f"there is no quantity {question.quantity!r}; expected one of {', '.join(known)}"
            )
        _, found = _found(player, question)
        if isinstance(found, Response):
            return found
        from stalemate.interfaces.atlas import columns

        about, rows = ABOUT["playback-model"], list(columns.rows_of(found, question.quantity))
        metadata = downloads.metadata_of(archive, "playback-model", about, question, len(rows))
        if question.format == "csv":
            return downloads.as_csv(metadata, rows, list(playshapes.ModelRow.model_fields))
        return columns.as_tracks(found, metadata, question.quantity)


def _found(player: Player, question: playshapes.ModelQuestion) -> tuple[Asked, Playback | Response]:
    """Return the wars asked for, or the answer that says that they have yet to be fought."""
    policies = tuple(name for name in (question.policy, question.against) if name is not None)
    asked = player.checked(Asked(policies, question.seed, question.replicates, question.replicate))
    try:
        found = player.ask(asked)
    except BusyError as error:
        return asked, _busy(str(error))
    if isinstance(found, Playback):
        return asked, found
    headers = {"retry-after": str(RETRY_S), "cache-control": "no-store"}
    return asked, JSONResponse(_underway(found).model_dump(), 202, headers)


@dataclass(frozen=True)
class _Kept:
    """An answer as the key of its compressed columns: alike if it was asked alike."""

    asked: Asked
    playback: Playback = field(compare=False)
    archive: Archive = field(compare=False)

    def packed(self) -> bytes:
        """Return the columns, compressed."""
        from stalemate.interfaces.atlas import columns

        told = playshapes.ModelQuestion(
            policy=self.asked.policies[0],
            against=dict(enumerate(self.asked.policies)).get(1),
            seed=self.asked.seed,
            replicates=self.asked.replicates,
            replicate=self.asked.replicate,
        )
        name, weeks = "playback-model", len(self.playback.weeks)
        metadata = downloads.metadata_of(self.archive, name, ABOUT[name], told, weeks)
        return gzip.compress(columns.as_columns(self.playback, metadata), 6, mtime=0)


def _columns(request: Request, content: bytes) -> Response:
    headers = {"vary": "accept-encoding", "cache-control": "no-cache"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
    else:
        content = gzip.decompress(content)
    return Response(content, media_type="application/octet-stream", headers=headers)


def _underway(now: Fighting | None) -> playshapes.Underway:
    if now is None:
        return playshapes.Underway(state="idle", policies=[], done=0, total=0)
    return playshapes.Underway(
        state="fighting", policies=list(now.asked.policies), done=now.done, total=now.total
    )


def _busy(told: str) -> Response:
    refusal = Refusal(429, (told,))
    body = FaultAnswer(error=Fault(status=429, title=title_of(refusal), faults=[told]))
    headers = {"retry-after": str(2 * RETRY_S), "cache-control": "no-store"}
    return JSONResponse(body.model_dump(), 429, headers)
