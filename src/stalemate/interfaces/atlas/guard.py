"""What every request passes and every answer carries: who may ask, how much, and what a page may do.

A page from elsewhere must not read this site through the reader's browser: the Host of a request must be a
name by which this server is meant to be reached (which stops rebound names), and an Origin, where there is
one, must be this site itself. What asks for something to be done must say that it is of this site: by its
Origin, or by Sec-Fetch-Site, which no page can set.
"""

import asyncio
import ipaddress
import re
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stalemate.interfaces.atlas.faults import API, Refusal, answer

HEAD: Final = "stalemate.head"
"""Where a request's scope says that only its head is wanted."""
JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
LONGEST_ADDRESS: Final = 8000
LONGEST_HEAD: Final = 16_000
"""Bytes of a request before its body: its first line and all its headers."""
METHODS: Final = ("GET", "HEAD")
POSTED: Final = re.compile(r"(/api)?/runs(/[^/]+/(stop|resume))?")
"""Addresses that take a POST."""
LONGEST_BODY: Final = 64_000
SLOWEST_BODY_S: Final = 20.0

HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
"""On every answer: nothing from elsewhere, no script or style inside a page, no frame around it."""

_HOST: Final = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(?::([0-9]{1,5}))?")


@dataclass(frozen=True)
class Door:
    """The names and the port by which the site is reached.

    Bound to an address that others can reach, it also answers to any literal address, which no page from
    elsewhere can take for its own name.
    """

    port: int
    names: frozenset[str] = LOOPBACK
    literal: bool = False

    def admits(self, host: str) -> bool:
        """Tell whether a Host header names this site."""
        parts = _HOST.fullmatch(host.lower())
        if parts is None or int(parts[3] or 80) != self.port:
            return False
        return parts[1] in self.names or (self.literal and _is_literal(parts[1]))


class Guard:
    """Lets in what is meant for this site, and puts the headers of safety on every answer."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app = app
        self.door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            elif scope["method"] == "HEAD" and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        refusal = self._refuse(scope)
        if refusal is None and scope["method"] == "POST":
            body = await _body(receive)
            refusal = body if isinstance(body, Refusal) else _unlike(scope, body)
            if refusal is None:
                assert isinstance(body, bytes)
                await self.app(scope, _again(body, receive), send_guarded)
                return
        inner = self.app if refusal is None else answer(scope["path"], refusal)
        await inner({**scope, "method": "GET", HEAD: scope["method"] == "HEAD"}, receive, send_guarded)

    def _refuse(self, scope: Scope) -> Refusal | None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self.door.admits(hosts[0]):
            return Refusal(421, ("this server does not answer to that Host",))
        if any(origin.lower() != f"http://{hosts[0].lower()}" for origin in headers.getlist("origin")):
            return Refusal(403, ("a page from elsewhere may not ask this site",))
        posted = POSTED.fullmatch(scope["path"])
        methods = ((*METHODS, "POST") if posted[2] is None else ("POST",)) if posted else METHODS
        if scope["method"] not in methods:
            said = f"found {scope['method'][:20]}; expected {' or '.join(methods)}"
            return Refusal(405, (said,), allow=", ".join(methods))
        if scope["method"] == "POST" and not _is_ours(headers):
            return Refusal(403, ("found no Origin of this site; only this site may ask for a run",))
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_ADDRESS:
            return Refusal(414, (f"an address of at most {LONGEST_ADDRESS:,} bytes is read",))
        if sum(len(name) + len(value) for name, value in scope["headers"]) > LONGEST_HEAD:
            return Refusal(431, (f"headers of at most {LONGEST_HEAD:,} bytes are read",))
        return _too_long(headers.get("content-length", "0"))


def _too_long(told: str) -> Refusal | None:
    """Return why a body is refused that says itself how long it is, before any of it is read."""
    if told.isascii() and told.isdigit() and len(told) < 20 and int(told) <= LONGEST_BODY:
        return None
    return Refusal(413, (f"a body of at most {LONGEST_BODY:,} bytes is read",))


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _is_ours(headers: Headers) -> bool:
    """Tell whether a request that does something says that it is of this site; its Origin is checked."""
    said = headers.get("sec-fetch-site")
    return said == "same-origin" if said is not None else "origin" in headers


def _unlike(scope: Scope, body: bytes) -> Refusal | None:
    """Return why a body is not what its address takes: JSON below the interface, else a form."""
    expected = JSON if scope["path"].startswith(API) else FORM
    found = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
    if found != expected and (body or found):
        return Refusal(415, (f"found the content type {found[:60]!r}; expected {expected}",))
    return None


async def _body(receive: Receive) -> bytes | Refusal:
    """Return the whole body of a request, or why it was not read to its end."""
    parts: list[bytes] = []

    async def read() -> bytes | Refusal:
        more = True
        while more:
            message = await receive()
            parts.append(message.get("body", b""))
            more = message["type"] == "http.request" and message.get("more_body", False)
            if sum(map(len, parts)) > LONGEST_BODY:
                return Refusal(413, (f"a body of at most {LONGEST_BODY:,} bytes is read",))
        return b"".join(parts)

    try:
        return await asyncio.wait_for(read(), SLOWEST_BODY_S)
    except TimeoutError:
        return Refusal(408, (f"the body did not come within {SLOWEST_BODY_S:.0f} s",))


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a body that was read as if it came now, and then what comes after it."""
    given = False

    async def receive_again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again
