"""Server-sent events: how a browser begins to watch a source, and the one timer that looks after all who do."""

from __future__ import annotations

import asyncio
import secrets

from starlette.types import Scope, Send

from edge.fan_out import Source
from edge.http_protocol import HAND_OVER
from edge.problems import Overloaded
from edge.watchers import News, Watcher

HEARTBEAT_SECONDS = 15.0
"""Proxies close a connection that says nothing for a minute or so."""
BEAT_SECONDS = 5.0
"""How often the timer looks."""
FIRST_EVENT_SECONDS = 1.0
"""How long a refusal may take to arrive as a status; later it comes as an event."""
RETRY_MILLIS_MIN = 1_000
RETRY_MILLIS_SPREAD = 2_000
"""Browsers whose streams end together come back over this time, each as it was told at its start."""

_HEARTBEAT = News(b":\n\n")
_HEADERS = (
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
)


class EventStreams:
    """All open streams of this process."""

    def __init__(self, streams_max: int) -> None:
        self._streams_max = streams_max
        self._beginning = 0
        self._watched: dict[Watcher, Source] = {}
        self._beating: asyncio.Task[None] | None = None
        self._is_ended = False

    def end(self) -> None:
        """Ends every stream, and begins no other; browsers come back, to another process."""
        self._is_ended = True
        for watcher in list(self._watched):
            watcher.end()

    def check_room(self) -> None:
        """Raises Overloaded where no browser more may watch; before anything is asked of a service for it."""
        if self._is_ended or len(self._watched) + self._beginning >= self._streams_max:
            raise Overloaded

    async def serve(self, source: Source, version: int | None, scope: Scope, send: Send) -> None:
        """Makes a browser follow a source, from a version on where it says so; it stays when this returns.

        Raises OnsaleError for what refuses the stream before its first event, and ClientGone.
        """
        with (
            source.kept()
        ):  # whatever becomes of this browser: a source that nobody follows is closed
            self.check_room()
            self._beginning += 1
            try:
                await source.begin(FIRST_EVENT_SECONDS)
                await self._begin(source, version, scope, send)
            finally:
                self._beginning -= 1

    async def _begin(self, source: Source, version: int | None, scope: Scope, send: Send) -> None:
        watcher: Watcher = scope["extensions"][HAND_OVER](self._gone)
        self._watched[watcher] = source
        await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})
        retry_millis = RETRY_MILLIS_MIN + secrets.randbelow(RETRY_MILLIS_SPREAD)
        watcher.tell(News(f"retry: {retry_millis}\n\n".encode()))
        source.join(watcher, version)
        if self._is_ended:
            watcher.end()
        elif self._beating is None:
            self._beating = asyncio.create_task(self._beat())

    def _gone(self, watcher: Watcher) -> None:
        self._watched.pop(watcher).leave(watcher)

    async def _beat(self) -> None:
        """Lets quiet streams be heard, and cuts off who does not take the end of one; rests while nobody watches."""
        loop = asyncio.get_running_loop()
        while self._watched:
            await asyncio.sleep(BEAT_SECONDS)
            for watcher in [watcher for watcher in self._watched if watcher.is_ending]:
                watcher.abort()
            for source in set(self._watched.values()):
                if loop.time() - source.told_at > HEARTBEAT_SECONDS - BEAT_SECONDS:
                    await source.tell_all(_HEARTBEAT)
        self._beating = None
