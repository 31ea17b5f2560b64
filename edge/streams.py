"""Server-sent events: a stream of messages as a browser takes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import orjson
from google.protobuf.message import Message
from starlette.types import Receive, Send

from edge import json_codec, problems
from edge.problems import Overloaded
from mesh import telemetry
from mesh.errors import OnsaleError

HEARTBEAT_SECONDS = 15.0
FIRST_EVENT_SECONDS = 1.0
"""How long a refusal may take to arrive as a status; later it comes as an event."""
RETRY_MILLIS = 2000
_HEARTBEAT = b":\n\n"


@dataclass(frozen=True)
class StreamPolicy:
    """What a stream's events are called, and how a browser goes on where it was."""

    event: str
    id_field: str = ""
    """The field whose value is the event's id."""
    resume_field: str = ""
    """The request's field that takes the last id that the browser saw."""


_MESSAGES = StreamPolicy("message")
_POLICIES = {
    "/onsale.inventory.v1.InventoryService/WatchAvailability": StreamPolicy(
        "delta", "version", "from_version"
    ),
    "/onsale.queue.v1.QueueService/WatchRoom": StreamPolicy("room"),
    "/onsale.payment.v1.OrderService/WatchOrder": StreamPolicy("order"),
}


def policy_of(path: str) -> StreamPolicy:
    """Returns how an RPC's stream is sent."""
    return _POLICIES.get(path, _MESSAGES)


def encode_event(policy: StreamPolicy, message: Message) -> bytes:
    """Returns a message as one event."""
    head = f"event: {policy.event}\n"
    if policy.id_field:
        head += f"id: {getattr(message, policy.id_field)}\n"
    return head.encode() + b"data: " + json_codec.encode(message) + b"\n\n"


class EventStreams:
    """All open streams of this process."""

    def __init__(self, streams_max: int) -> None:
        self._streams_max = streams_max
        self._open = 0
        self._stop = asyncio.Event()

    def end(self) -> None:
        """Ends every stream; browsers come back, to another process."""
        self._stop.set()

    async def serve(self, events: AsyncIterator[bytes], receive: Receive, send: Send) -> None:
        """Sends events until they end, the browser goes away or the process stops.

        Raises OnsaleError for what refuses the stream before its first event.
        """
        if self._open >= self._streams_max:
            raise Overloaded
        self._open += 1
        stream = _EventStream(events, send)
        try:
            await stream.begin()
            await self._until_over(stream, receive)
        finally:
            self._open -= 1
            await stream.close()

    async def _until_over(self, stream: _EventStream, receive: Receive) -> None:
        pumping = asyncio.create_task(stream.pump())
        gone = asyncio.create_task(_disconnected(receive))
        stopped = asyncio.create_task(self._stop.wait())
        tasks = {pumping, gone, stopped}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if not gone.done():
                pumping.cancel()
                await asyncio.wait({pumping})
                await stream.end()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


class _EventStream:
    """One browser's stream."""

    def __init__(self, events: AsyncIterator[bytes], send: Send) -> None:
        self._events = events
        self._send = send
        self._coming = asyncio.ensure_future(self._next())

    async def _next(self) -> bytes | None:
        return await anext(self._events, None)

    async def begin(self) -> None:
        """Waits a little for a refusal, then says that events will come."""
        await asyncio.wait({self._coming}, timeout=FIRST_EVENT_SECONDS)
        if self._coming.done():
            self._coming.result()
        headers = [
            (b"content-type", b"text/event-stream"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
        ]
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        await self._write(f"retry: {RETRY_MILLIS}\n\n".encode())

    async def pump(self) -> None:
        """Sends what comes, and a heartbeat when nothing does."""
        while True:
            done, _ = await asyncio.wait({self._coming}, timeout=HEARTBEAT_SECONDS)
            if not done:
                await self._write(_HEARTBEAT)
                continue
            try:
                event = self._coming.result()
            except OnsaleError as error:
                await self._write(_refusal(error))
                return
            if event is None:
                return
            await self._write(event)
            self._coming = asyncio.ensure_future(self._next())

    async def end(self) -> None:
        """Says that no more events come."""
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def close(self) -> None:
        """Lets go of the neighbour's stream."""
        self._coming.cancel()
        await asyncio.wait({self._coming})
        if not self._coming.cancelled():
            self._coming.exception()  # seen by whoever it concerned
        closing: Any = self._events
        await closing.aclose()

    async def _write(self, chunk: bytes) -> None:
        await self._send({"type": "http.response.body", "body": chunk, "more_body": True})


def _refusal(error: OnsaleError) -> bytes:
    """A refusal that came too late for a status; a neighbour's restart is none, browsers come back by themselves."""
    if problems.status_of(error) >= 500:
        telemetry.log.info("stream ended", reason=error.reason)
        return _HEARTBEAT
    return b"event: problem\ndata: " + orjson.dumps(problems.document(error)) + b"\n\n"


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
