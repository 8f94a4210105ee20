"""Answers about the record, kept as bytes: it does not change while the site is open; many ask the same."""

from collections import OrderedDict
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stalemate.interfaces.atlas.guard import HEAD

MOST_BYTES: Final = 32_000_000
"""Bytes of all answers that are kept; the one asked for longest ago goes first."""
LONGEST: Final = 1_000_000
MOVING: Final = (
    "/runs",
    "/api/runs",
    "/api/workbench",
    "/api/playback/model",
    "/api/playback/series",
    "/api/playback/progress",
    "/static",
    "/ask",
    "/api/ask",
)
"""What begins so is of runs and wars, is held elsewhere, or is seldom asked twice."""


class Remembered:
    """Answers again with the bytes of the first answer, if that was a whole one about the record."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._kept: OrderedDict[tuple[str, bytes], tuple[Message, bytes]] = OrderedDict()
        self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not _lasts(scope):
            await self._app(scope, receive, send)
            return
        key = (scope["path"], scope["query_string"])
        if key in self._kept:
            self._kept.move_to_end(key)
            start, body = self._kept[key]
            await send({**start, "headers": list(start["headers"])})
            await send({"type": "http.response.body", "body": body})
            return
        started: list[Message] = []
        parts: list[bytes] = []

        async def listen(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.append({**message, "headers": list(message["headers"])})
            else:
                parts.append(message.get("body", b""))
            await send(message)

        await self._app(scope, receive, listen)
        body = b"".join(parts)
        if started and started[0]["status"] == 200 and len(body) <= LONGEST:
            self._keep(key, started[0], body)

    def _keep(self, key: tuple[str, bytes], start: Message, body: bytes) -> None:
        if key in self._kept:
            return
        self._kept[key] = (start, body)
        self._bytes += len(body)
        while self._bytes > MOST_BYTES:
            _, (_, gone) = self._kept.popitem(last=False)
            self._bytes -= len(gone)


def _lasts(scope: Scope) -> bool:
    """Tell whether a request is for the record alone, and for the whole answer."""
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and not scope.get(HEAD)
        and not scope["path"].startswith(MOVING)
    )
