"""The interface for programs, of runs: ask for one, watch, stop and resume it, and read what it says."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response, StreamingResponse

from stalemate.errors import QueryError
from stalemate.interfaces.atlas.api import FAULTS, no_question
from stalemate.interfaces.atlas.bench import MOST_WAITING, Bench, NotDoneError, TooManyError
from stalemate.interfaces.atlas.faults import API, FaultAnswer
from stalemate.interfaces.atlas.guard import HEAD
from stalemate.interfaces.atlas.runoptions import RunOptions, options_of
from stalemate.interfaces.atlas.runquestions import RunQuestion, in_order, question_of, write_question

LOOKS_S: Final = 0.2
"""How often a stream looks whether there is something to tell."""
MOST_STREAMS: Final = 128
"""Streams that are told of runs at a time."""
BREATHES_S: Final = 15.0
"""After so long without news a stream says that it is still there."""

_MORE: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": FaultAnswer, "description": words}
    for status, words in {
        400: "The body is not JSON.",
        408: "The body came too slowly.",
        409: "The run is not done.",
        413: "The body is too long.",
        415: "The body is of another kind.",
        429: "Too many runs wait, or were asked for at once: Retry-After says when to try again.",
    }.items()
}
_STREAM: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/event-stream": {}}, "description": "Events `progress`, and at last `end`."}
}
_TABLE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {"application/json": {}, "text/csv": {}, "image/svg+xml": {}},
        "description": "As asked by `format`.",
    }
}
_ZIP: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {"application/zip": {}},
        "description": "All files of the run, and how to make it again.",
    }
}
_WORKING: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/json": {}}, "description": "What the run says."},
    202: {"model": "RunState", "description": "It is being put together: ask again."},
}
Name = Annotated[str, InPath(min_length=1, max_length=40)]


class RunState(BaseModel):
    """Where a run stands: ``done`` of ``total`` wars."""

    name: str
    question: RunQuestion
    address: str = Field(description="The question as the question of the address /runs.")
    state: Literal["waiting", "running", "done", "stopped", "failed"]
    done: int
    total: int
    said: str = Field(description="Why it failed.")


class RunList(BaseModel):
    """All runs that are here."""

    rows: list[RunState]


class TableQuestion(BaseModel):
    """How a table of a run is written."""

    model_config = ConfigDict(extra="forbid")
    format: Literal["json", "csv", "svg"] = "json"


def run_router(bench: Bench) -> APIRouter:
    """Return all routes of runs."""
    _WORKING[202]["model"] = RunState
    routes = APIRouter(prefix=API, responses={**FAULTS, **_MORE}, dependencies=[])
    _add_asking(routes, bench)
    _add_watching(routes, bench)
    _add_answers(routes, bench)
    return routes


def _add_asking(routes: APIRouter, bench: Bench) -> None:
    @routes.get("/workbench", dependencies=[Depends(no_question)])
    def workbench() -> RunOptions:
        """Return what a run can be asked: policies, laws, rival forms, parameters and their ranges."""
        return options_of(bench.war, MOST_WAITING, bench.at_once)

    @routes.get("/runs", dependencies=[Depends(no_question)])
    def runs() -> RunList:
        """Return all runs, those that run or wait first."""
        return RunList(rows=states_of(bench))

    @routes.post("/runs", status_code=202, dependencies=[Depends(no_question)])
    def submit(question: RunQuestion, response: Response) -> RunState:
        """Ask for a run; the same question is the same run."""
        state = state_of(bench, bench.submit(in_order(question)).name)
        response.headers["location"] = f"{API}/runs/{state.name}"
        return state

    @routes.post("/runs/{name}/stop", dependencies=[Depends(no_question)])
    def stop(name: Name) -> RunState:
        """Stop a run that waits or runs; it keeps what is done."""
        bench.jobs.stop(name)
        return state_of(bench, name)

    @routes.post("/runs/{name}/resume", status_code=202, dependencies=[Depends(no_question)])
    def resume(name: Name) -> RunState:
        """Let a run that was stopped or failed go on."""
        bench.resume(name)
        return state_of(bench, name)


def _add_watching(routes: APIRouter, bench: Bench) -> None:
    @routes.get("/runs/{name}", dependencies=[Depends(no_question)])
    def run(name: Name) -> RunState:
        """Return where a run stands."""
        return state_of(bench, name)

    @routes.get(
        "/runs/{name}/progress",
        dependencies=[Depends(no_question)],
        response_class=Response,
        responses=_STREAM,
    )
    async def progress(name: Name, request: Request) -> Response:
        """Tell where a run stands, and again at each change, until it has ended."""
        state_of(bench, name)
        if bench.streams >= MOST_STREAMS:
            raise TooManyError(f"{MOST_STREAMS} readers watch runs already; ask for the run itself", 10)
        once = bool(request.scope.get(HEAD))
        return StreamingResponse(
            _told(bench, name, once), media_type="text/event-stream", headers={"cache-control": "no-store"}
        )


def _add_answers(routes: APIRouter, bench: Bench) -> None:
    @routes.get(
        "/runs/{name}/answer",
        dependencies=[Depends(no_question)],
        response_class=Response,
        responses=_WORKING,
    )
    def answer(name: Name) -> Response:
        """Return what a run says; while that is put together, where it stands."""
        told = bench.told(name)
        if told.state == "ready":
            return Response(told.bytes_, media_type="application/json", headers={"cache-control": "no-cache"})
        if told.state == "failed":
            raise NotDoneError(f"the answer of run {name} cannot be put together: {told.said}")
        return JSONResponse(state_of(bench, name).model_dump(), 202, {"retry-after": "1"})

    @routes.get("/runs/{name}/tables/{key}", response_class=Response, responses=_TABLE)
    def table(
        name: Name,
        key: Annotated[str, InPath(min_length=1, max_length=80)],
        asked: Annotated[TableQuestion, Query()],
    ) -> Response:
        """Return a table or chart of a run as a file; a chart is also drawn."""
        from stalemate.interfaces.atlas.runtables import TYPES, Tables, metadata_of

        told = bench.told(name)
        if told.state != "ready":
            raise NotDoneError(f"what run {name} says is being put together; ask again in a little while")
        found = Tables(told.answer).all.get(key)
        if found is None or asked.format not in found.formats:
            raise QueryError(f"run {name} has no table {key[:60]!r} as {asked.format}")
        return Response(
            found.file(asked.format, metadata_of(told.answer, name)),
            media_type=TYPES[asked.format],
            headers={"content-disposition": f'attachment; filename="{name}-{key}.{asked.format}"'},
        )

    @routes.get(
        "/runs/{name}/bundle", dependencies=[Depends(no_question)], response_class=Response, responses=_ZIP
    )
    def whole(name: Name) -> Response:
        """Return a run with its question and the commands that make it again."""
        from stalemate.ensemble.store import read_recipe
        from stalemate.interfaces.atlas.runfiles import bundle

        job = bench.jobs.job(name)
        if job.state != "done":
            raise NotDoneError(f"run {name} is {job.state}; only a whole run is a bundle")
        place = bench.jobs.run_of(name)
        return StreamingResponse(
            bundle(place, read_recipe(place), job.asked),
            media_type="application/zip",
            headers={"content-disposition": f'attachment; filename="stalemate-run-{name}.zip"'},
        )


def state_of(bench: Bench, name: str) -> RunState:
    """Return where a run stands. Raises QueryError if there is none."""
    job = bench.jobs.job(name)
    question = question_of(job.asked)
    return RunState(
        name=job.name,
        question=question,
        address=write_question(question),
        state=job.state,
        done=job.done,
        total=job.total,
        said=job.said,
    )


def states_of(bench: Bench) -> list[RunState]:
    """Return where all runs stand, those that run or wait first, then by their question."""
    order = ("running", "waiting", "failed", "stopped", "done")
    rows = [state_of(bench, job.name) for job in bench.jobs.all()]
    return sorted(rows, key=lambda row: (order.index(row.state), row.address, row.name))


async def _told(bench: Bench, name: str, once: bool) -> AsyncIterator[str]:
    """Tell a run's state now and at each change; ends with the run, with the server, or when once is enough.

    A run that is done is told as working until what it says is put together too.
    """
    bench.streams += 1
    try:
        async for told in _news(bench, name, once):
            yield told
    finally:
        bench.streams -= 1


async def _news(bench: Bench, name: str, once: bool) -> AsyncIterator[str]:
    last, quiet_s = "", 0.0
    yield "retry: 2000\n\n"
    while not bench.closing.is_set():
        state, working = await asyncio.to_thread(_look, bench, name)
        data = json.dumps(state.model_dump(include={"name", "state", "done", "total", "said"}))
        event = "progress" if working or state.state in ("waiting", "running") else "end"
        if (told := f"event: {event}\ndata: {data}\n\n") != last:
            last, quiet_s = told, 0.0
            yield told
        elif quiet_s >= BREATHES_S:
            quiet_s = 0.0
            yield ": still here\n\n"
        if event == "end" or once:
            return
        await asyncio.sleep(LOOKS_S)
        quiet_s += LOOKS_S


def _look(bench: Bench, name: str) -> tuple[RunState, bool]:
    """Return a run's state and whether its answer is being put together; that is begun when it is done."""
    state = state_of(bench, name)
    return state, state.state == "done" and bench.told(name).state == "working"
