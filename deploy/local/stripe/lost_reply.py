"""A reply that never arrives: the connection is held, then cut."""

import asyncio
from contextlib import suppress

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class LostReply(Response):
    """Holds the connection until the client gives up or the time is over, then cuts it."""

    def __init__(self, hold_seconds: float, receive: Receive) -> None:
        super().__init__()
        self._hold_seconds = hold_seconds
        self._receive = receive

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._hold_seconds):
                while (await self._receive())["type"] != "http.disconnect":
                    pass
                return
        # A reply that stops before its promised length makes the server close the connection.
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
