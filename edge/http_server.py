"""uvicorn in the process's own loop, as a worker: it starts and drains with the gRPC listeners."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn

from edge.http_protocol import EdgeProtocol
from mesh import telemetry

KEEP_ALIVE_SECONDS = 75
BACKLOG = 4096


class _Quiet(uvicorn.Server):
    """Leaves the signals to the process, which stops all its parts together."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class HTTPServer:
    """Serves an ASGI application on a port."""

    name = "http"

    def __init__(
        self, app: Any, host: str, port: int, drain_seconds: float, on_stop: Callable[[], None]
    ) -> None:
        self._on_stop = on_stop
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            http=EdgeProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=BACKLOG,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=max(1, int(drain_seconds) - 1),
        )
        self._server = _Quiet(config)
        self._port = port

    async def run(self, stop: asyncio.Event) -> None:
        """Serves until `stop`; open streams end at once, requests may finish."""
        serving = asyncio.create_task(self._server.serve())
        stopped = asyncio.create_task(stop.wait())
        telemetry.log.info("serving http", port=self._port)
        await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        self._on_stop()
        self._server.should_exit = True
        await serving
