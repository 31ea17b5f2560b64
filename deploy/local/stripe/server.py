"""Runs the application until SIGTERM or Ctrl-C, and ends cleanly."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.applications import Starlette

from deploy.local.stripe.lost_reply import CuttableProtocol

DRAIN_SECONDS: Final = 2
"""How long open requests may take to end after SIGTERM; a held one is cut then."""


class _Server(uvicorn.Server):
    """uvicorn without its signal handling, which would end the process by the signal again."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(app: Starlette, host: str, port: int) -> None:
    """Serves until the process is told to end."""
    server = _Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            http=CuttableProtocol,
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
    )

    def stop() -> None:
        server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    await server.serve()
