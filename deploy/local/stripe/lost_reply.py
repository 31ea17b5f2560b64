"""A reply that never arrives: the connection is held, then cut."""

import asyncio
from contextlib import suppress
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

CUT: Final = "onsale.cut_connection"
"""The ASGI extension through which an application closes its connection without a reply."""


class CuttableProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with the extension ``CUT``."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {CUT: {"close": self.transport.close}}


class LostReply(Response):
    """Holds the connection until the client gives up or the time is over, then cuts it."""

    def __init__(self, hold_seconds: float) -> None:
        super().__init__()
        self._hold_seconds = hold_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._hold_seconds):
                await _disconnected(receive)
                return
        scope["extensions"][CUT]["close"]()
        await _disconnected(receive)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
