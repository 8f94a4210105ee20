"""The server and its end: when it is told to stop, streams end and a run keeps what is done."""

import asyncio
import socket
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from stalemate.interfaces.atlas.bench import Bench

LAST_WORDS_S = 5
"""Answers that are being given have so long to end."""


def serve(app: ASGIApp, listening: socket.socket, bench: Bench) -> None:
    """Serve until a signal comes. Raises KeyboardInterrupt after Ctrl-C."""
    config = uvicorn.Config(
        app,
        log_level="error",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=LAST_WORDS_S,
    )
    _Server(config, bench).run(sockets=[listening])


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
