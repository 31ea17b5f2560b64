"""Serves carried calls: each is a task of its own, so that a slow one delays no other."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

import grpc

from mesh import identity, telemetry
from mesh.carrier import limits
from mesh.errors import Internal, OnsaleError, RemoteError, ResourceExhausted, to_status
from mesh.interceptors import Chain
from mesh.passage import BODY_INVALID_KEY, Arrival
from mesh.registrations import Unary
from protos.mesh.v1 import carrier_pb2, carrier_pb2_grpc

Call = Any
"""A CallFrame.Call."""


class NotServed(OnsaleError):
    """This server has no such unary RPC."""

    code = grpc.StatusCode.UNIMPLEMENTED
    reason = "UNIMPLEMENTED"


class CarrierHandlers(carrier_pb2_grpc.CarrierServiceServicer):
    """CarrierService over the handlers of one server."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._methods: dict[str, Unary] = {}
        self._draining = False
        self._streams: set[_ServedStream] = set()

    def add(self, methods: dict[str, Unary]) -> None:
        """Makes unary RPCs callable."""
        self._methods.update(methods)

    def drain(self) -> None:
        """Tells every caller that the server is about to stop."""
        self._draining = True
        for stream in self._streams:
            stream.drain()

    async def Carry(self, request_iterator: Any, context: Any) -> AsyncIterator[Any]:
        """Answers the calls of one stream until its caller sends no more."""
        stream = _ServedStream(self._chain, self._methods, identity.caller().peer)
        reading = asyncio.create_task(stream.read(request_iterator))
        self._streams.add(stream)
        try:
            yield carrier_pb2.ReplyFrame(draining=self._draining)
            async for frame in stream.frames():
                yield frame
        finally:
            self._streams.discard(stream)
            reading.cancel()
            stream.abandon()


class _ServedStream:
    """The calls of one stream: those that run, and the replies that wait to leave."""

    def __init__(self, chain: Chain, methods: dict[str, Unary], peer: str | None) -> None:
        self._chain = chain
        self._methods = methods
        self._peer = peer
        self._running: dict[int, asyncio.Task[None]] = {}
        self._ready: deque[tuple[int, bytes | None, bytes]] = deque()
        """(number, reply, b""), or (number, None, status) of a refusal."""
        self._wake = asyncio.Event()
        self._sent = asyncio.Event()
        self._is_read = False
        self._must_drain = False

    async def read(self, frames: AsyncIterator[Any]) -> None:
        """Begins the calls of every frame. Reads no further while too many replies wait to leave."""
        try:
            async for frame in frames:
                for number in frame.cancelled:
                    task = self._running.pop(number, None)
                    if task:
                        task.cancel()
                for call in frame.calls:
                    self._begin(call)
                while len(self._ready) >= limits.CALLS_IN_FLIGHT_MAX:
                    self._sent.clear()
                    await self._sent.wait()
        finally:
            self._is_read = True
            self._wake.set()

    async def frames(self) -> AsyncIterator[Any]:
        """Yields the replies as they get ready; ends when the caller sends no more and has all of them."""
        while True:
            if self._must_drain:
                self._must_drain = False
                yield carrier_pb2.ReplyFrame(draining=True)
            if self._ready:
                frame = self._pack()
                self._sent.set()
                yield frame
            elif self._is_read and not self._running:
                return
            else:
                self._wake.clear()
                await self._wake.wait()

    def drain(self) -> None:
        """Tells the caller to send no more."""
        self._must_drain = True
        self._wake.set()

    def abandon(self) -> None:
        """Ends what still runs: nobody is there to hear of it."""
        for task in self._running.values():
            task.cancel()

    def _begin(self, call: Call) -> None:
        if len(self._running) >= limits.CALLS_IN_FLIGHT_MAX:
            self._refuse(
                call.number, ResourceExhausted(retry_after_seconds=limits.RETRY_AFTER_SECONDS)
            )
            return
        self._running[call.number] = asyncio.create_task(self._run(call))

    async def _run(self, call: Call) -> None:
        number = call.number
        try:
            reply = await self._answer(call)
            if len(reply) > limits.REPLY_BYTES_MAX:
                raise ResourceExhausted("The reply is too large to send.")
            self._ready.append((number, reply, b""))
            self._wake.set()
        except OnsaleError as error:
            self._refuse(number, error)
        except Exception as raised:
            # Outside of the passage: a message that nobody can read or write.
            telemetry.log.warning("carried call not read", path=call.path, error=repr(raised))
            self._refuse(number, RemoteError(grpc.StatusCode.INTERNAL, "INTERNAL", "", {}))
        finally:
            self._running.pop(number, None)
            if not self._running:
                self._wake.set()

    async def _answer(self, call: Call) -> bytes:
        path = call.path
        method = self._methods.get(path)
        served = self._chain.served(path)
        if method is None or served is None:
            raise NotServed
        reply = await self._chain.passage.answer(
            served,
            method.handler,
            method.read(call.request),
            _arrival(call, self._peer),
            None,
        )
        return method.write(reply)

    def _refuse(self, number: int, error: OnsaleError) -> None:
        self._ready.append((number, None, _status(error)))
        self._wake.set()

    def _pack(self) -> carrier_pb2.ReplyFrame:
        frame = carrier_pb2.ReplyFrame()
        ready, replies = self._ready, frame.replies
        size_bytes = 0
        while ready:
            number, reply, refusal = ready[0]
            size_bytes += len(refusal if reply is None else reply)
            if replies and size_bytes > limits.FRAME_BYTES_MAX:
                break
            ready.popleft()
            if reply is None:
                replies.add(number=number, refusal=refusal)
            else:
                replies.add(number=number, reply=reply)
        return frame


def _status(error: OnsaleError) -> bytes:
    try:
        return to_status(error).SerializeToString()
    except (TypeError, ValueError) as raised:  # its facts are none that the wire can hold
        telemetry.log.error("error not sent", reason=error.reason, exc_info=raised)
        return to_status(Internal()).SerializeToString()


def _arrival(call: Call, peer: str | None) -> Arrival:
    metadata = {}
    if call.authorization:
        metadata["authorization"] = call.authorization
    if call.admission_token:
        metadata["admission-token"] = call.admission_token
    if call.traceparent:
        metadata["traceparent"] = call.traceparent
    if call.body_invalid:
        metadata[BODY_INVALID_KEY] = call.body_invalid
    millis = call.deadline_millis
    return Arrival(metadata, peer, millis / 1000 if millis else None)
