"""One shape of an error: a status and all faults, as JSON for programs and as a page for people."""

import html
from dataclasses import dataclass
from http import HTTPStatus

from pydantic import BaseModel
from starlette.responses import HTMLResponse, JSONResponse, Response

from stalemate.errors import QueryError

API = "/api"


class Malformed(QueryError):
    """A question that cannot be asked, as against one whose answer is absent."""


@dataclass(frozen=True)
class Refusal:
    """Why a request was not answered: every fault, each with what was found and what is allowed."""

    status: int
    faults: tuple[str, ...]
    allow: str = "GET, HEAD"
    after_s: int | None = None


class Fault(BaseModel):
    """What is wrong with a request."""

    status: int
    title: str
    faults: list[str]


class FaultAnswer(BaseModel):
    """The body of every answer that is an error."""

    error: Fault


def title_of(refusal: Refusal) -> str:
    """Return the status in words."""
    return HTTPStatus(refusal.status).phrase


def answer(path: str, refusal: Refusal, page: str | None = None) -> Response:
    """Return the answer to a request for a path; ``page`` is the full page, a plain one without it."""
    headers = {"cache-control": "no-store"} | ({"allow": refusal.allow} if refusal.status == 405 else {})
    headers |= {"retry-after": str(refusal.after_s)} if refusal.after_s is not None else {}
    if path == API or path.startswith(f"{API}/"):
        body = FaultAnswer(
            error=Fault(status=refusal.status, title=title_of(refusal), faults=list(refusal.faults))
        )
        return JSONResponse(body.model_dump(), refusal.status, headers)
    return HTMLResponse(page or _plain(refusal), refusal.status, headers)


def _plain(refusal: Refusal) -> str:
    told = "".join(f"<p>{html.escape(fault)}</p>" for fault in refusal.faults)
    title = html.escape(title_of(refusal))
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><h1>{title}</h1>{told}</body></html>\n"
    )
