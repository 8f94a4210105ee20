"""The application: pages, static files from a fixed table, the interface for programs, one error shape."""

from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp

from stalemate.errors import QueryError, RunError
from stalemate.interfaces.atlas.addresses import address
from stalemate.interfaces.atlas.api import router
from stalemate.interfaces.atlas.archive import Archive
from stalemate.interfaces.atlas.bench import Bench, NotDoneError, TooManyError, runs_folder
from stalemate.interfaces.atlas.faults import Malformed, Refusal, answer, title_of
from stalemate.interfaces.atlas.guard import Door, Guard
from stalemate.interfaces.atlas.playing import Player
from stalemate.interfaces.atlas.remembered import Remembered
from stalemate.interfaces.atlas.runapi import run_router
from stalemate.interfaces.atlas.runpages import add_run_pages
from stalemate.interfaces.atlas.shapes import LONGEST_QUESTION
from stalemate.interfaces.atlas.site import Site
from stalemate.interfaces.atlas.static import static_files
from stalemate.interfaces.atlas.views import day_of

_CACHED: Final = {"cache-control": "no-cache"}
_LASTING: Final = {"cache-control": "max-age=31536000, immutable"}
SCREENS: Final = ("/play", "/map/")
"""Pages whose address holds the state of an island; the server reads none of it."""
QUOTED: Final = {"event": "events", "figure": "figures", "place": "places"}
"""Kinds of quoted rows that have a page of their own."""


def create_app(archive: Archive, door: Door, bench: Bench | None = None) -> ASGIApp:
    """Return the whole site behind its guard; ``bench`` is that of the user's folder by default."""
    bench = bench or Bench(archive.war, runs_folder())
    site = Site(archive)
    app = FastAPI(
        title="Stalemate atlas",
        description="The record of the campaign and the scenario, read only; and runs of the model.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    _add_faults(app, site)
    app.include_router(router(archive, Player(archive.war, threads=bench.threads)))
    app.include_router(run_router(bench))
    _add_static(app, site)
    add_run_pages(app, site, bench)
    _add_pages(app, site)
    return Guard(Remembered(app), door)


def _add_pages(app: FastAPI, site: Site) -> None:
    def page(request: Request) -> Response:
        if request.url.path == "/map" and request.query_params.keys() == {"date"}:
            dates = request.query_params.getlist("date")
            return RedirectResponse(address("map", _asked_day(site, dates)), 303)
        if request.url.path == "/ask":
            return HTMLResponse(_answered(site, request.query_params), headers=_CACHED)
        if request.url.query and not request.url.path.startswith(SCREENS):
            raise Malformed(f"found {request.url.query[:60]!r}; this page takes no question")
        return HTMLResponse(site.page(request.url.path, str), headers=_CACHED)

    app.add_route("/{path:path}", page, include_in_schema=False)


def _answered(site: Site, question: QueryParams) -> str:
    """Return the page of a question, asked or yet to be asked."""
    texts = question.getlist("q")
    if question.keys() - {"q"} or len(texts) > 1:
        raise Malformed("expected one question, q, and nothing else")
    if texts and not 0 < len(texts[0].strip()) <= LONGEST_QUESTION:
        raise Malformed(f"expected a question of 1 to {LONGEST_QUESTION} letters")
    answer = site.archive.asking.ask(texts[0]) if texts else None
    return site.render("ask.html", str, here="/ask", served=True, answer=answer, kinds=QUOTED)


def _asked_day(site: Site, dates: list[str]) -> str:
    if len(dates) != 1:
        raise Malformed("found date more than once; give it once")
    try:
        return str(day_of(site.archive, dates[0]))
    except QueryError as error:
        raise Malformed(str(error)) from None


def _add_static(app: FastAPI, site: Site) -> None:
    files = static_files()

    def static(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in files:
            raise QueryError(f"there is no file {name[:60]!r}")
        file = files[name]
        headers = _LASTING if file.lasting else _CACHED
        return Response(file.content, media_type=file.media_type, headers=headers)

    app.add_route("/static/{name}", static, include_in_schema=False)


def _add_faults(app: FastAPI, site: Site) -> None:
    def refuse(request: Request, refusal: Refusal) -> Response:
        page = site.render(
            "fault.html", str, title=title_of(refusal), faults=refusal.faults, here="", served=True
        )
        return answer(request.url.path, refusal, page)

    @app.exception_handler(QueryError)
    def _absent(request: Request, error: Exception) -> Response:
        return refuse(request, _refusal(error))

    @app.exception_handler(RunError)
    def _damaged(request: Request, error: Exception) -> Response:
        return refuse(request, Refusal(409, (str(error),)))

    @app.exception_handler(RequestValidationError)
    def _malformed(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return refuse(request, Refusal(422, tuple(_told(fault) for fault in error.errors())))

    @app.exception_handler(HTTPException)
    def _other(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return refuse(request, Refusal(error.status_code, (str(error.detail),)))

    @app.exception_handler(Exception)
    def _failed(request: Request, error: Exception) -> Response:
        return refuse(request, Refusal(500, (f"the program failed ({type(error).__name__}); report it",)))


def _refusal(error: Exception) -> Refusal:
    faults = tuple(str(error).splitlines())
    if isinstance(error, TooManyError):
        return Refusal(429, faults, after_s=error.after_s)
    if isinstance(error, NotDoneError):
        return Refusal(409, faults)
    return Refusal(422 if isinstance(error, Malformed) else 404, faults)


def _told(fault: dict[str, object]) -> str:
    where = fault.get("loc")
    named = ".".join(str(part) for part in where) if isinstance(where, tuple) else str(where)
    found = f", found {str(fault['input'])[:60]!r}" if "input" in fault else ""
    return f"{named}: {fault['msg']}{found}"
