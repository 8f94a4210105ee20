"""What every request passes and every answer carries: who may ask, how much, and what a page may do.

A page from elsewhere must not read this site through the reader's browser: the Host of a request must be a
name by which this server is meant to be reached (which stops rebound names), and an Origin, where there is
one, must be this site itself.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stalemate.interfaces.atlas.faults import Refusal, answer

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
LONGEST_ADDRESS: Final = 8000
METHODS: Final = ("GET", "HEAD")

HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
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
        inner = self.app if refusal is None else answer(scope["path"], refusal)
        await inner({**scope, "method": "GET"}, receive, send_guarded)

    def _refuse(self, scope: Scope) -> Refusal | None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self.door.admits(hosts[0]):
            return Refusal(421, ("this server does not answer to that Host",))
        if any(origin.lower() != f"http://{hosts[0].lower()}" for origin in headers.getlist("origin")):
            return Refusal(403, ("a page from elsewhere may not ask this site",))
        if scope["method"] not in METHODS:
            return Refusal(405, (f"found {scope['method'][:20]}; expected {_either(METHODS)}",))
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_ADDRESS:
            return Refusal(414, (f"an address of at most {LONGEST_ADDRESS:,} bytes is read",))
        return None


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _either(words: Iterable[str]) -> str:
    return " or ".join(words)
