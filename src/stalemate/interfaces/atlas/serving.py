"""The server and its end: who is served at once, how long a request may take to come, and what stops.

When it is told to stop, streams end and a run keeps what is done.
"""

import asyncio
import socket
import sys
from http import HTTPStatus
from types import FrameType
from typing import Final

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from stalemate.interfaces.atlas.bench import Bench
from stalemate.interfaces.atlas.guard import LONGEST_HEAD

LAST_WORDS_S = 5
"""Answers that are being given have so long to end."""
MOST_CONNECTIONS: Final = 512
"""Connections that are answered; one more is told 503."""
SLOWEST_HEAD_S: Final = 10.0
"""A request's first line and headers have so long to come."""
TURN_S: Final = 0.0005
"""How long one thread may keep the interpreter while another waits: readers wait, wars need it seldom."""


def serve(app: ASGIApp, listening: socket.socket, bench: Bench) -> None:
    """Serve until a signal comes. Raises KeyboardInterrupt after Ctrl-C."""
    sys.setswitchinterval(TURN_S)
    server_of(app, bench).run(sockets=[listening])


def server_of(app: ASGIApp, bench: Bench) -> uvicorn.Server:
    """Return the server of an application, to be run."""
    config = uvicorn.Config(
        app,
        http=_Connection,
        ws="none",
        log_level="error",
        access_log=False,
        server_header=False,
        lifespan="off",
        limit_concurrency=MOST_CONNECTIONS,
        h11_max_incomplete_event_size=LONGEST_HEAD,
        timeout_graceful_shutdown=LAST_WORDS_S,
    )
    return _Server(config, bench)


class _Server(uvicorn.Server):
    """Tells the workbench that the end is near, and closes it before the process goes."""

    def __init__(self, config: uvicorn.Config, bench: Bench) -> None:
        super().__init__(config)
        self._bench = bench

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._bench.closing.set()
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        await asyncio.to_thread(self._bench.close)


class _Connection(H11Protocol):
    """A connection whose requests must come whole, within a time and a length, or are told why not."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unset_late()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
            self._await_head()
        else:
            self._unset_late()

    def send_400_response(self, msg: str) -> None:
        if len(self.conn.trailing_data[0]) > LONGEST_HEAD:
            self._refuse(431, f"a request of at most {LONGEST_HEAD:,} bytes before its body is read")
        else:
            super().send_400_response(msg)

    def _await_head(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(SLOWEST_HEAD_S, self._refuse_late)

    def _unset_late(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _refuse_late(self) -> None:
        if not self.transport.is_closing():
            self._refuse(408, f"the request did not come within {SLOWEST_HEAD_S:.0f} s")

    def _refuse(self, status: int, said: str) -> None:
        """Answer before a request is known, and leave."""
        headers = [("content-type", "text/plain; charset=utf-8"), ("connection", "close")]
        reason = HTTPStatus(status).phrase.encode()
        parts = [
            h11.Response(status_code=status, headers=headers, reason=reason),
            h11.Data(data=f"{said}\n".encode()),
            h11.EndOfMessage(),
        ]
        for part in parts:
            self.transport.write(self.conn.send(part) or b"")
        self.transport.close()
