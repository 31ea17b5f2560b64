"""One stream to a neighbour, as its caller sees it."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

import grpc
from google.rpc import status_pb2

from mesh import telemetry
from mesh.carrier import limits
from mesh.errors import DeadlineExceeded, ResourceExhausted, from_status
from mesh.passage import BODY_INVALID_KEY
from protos.mesh.v1 import carrier_pb2

PATH = "/onsale.mesh.v1.CarrierService/Carry"

Metadata = tuple[tuple[str, str], ...]
"""Keys in lower case and printable values, as gRPC wants them."""

_FIELDS = {
    "authorization": "authorization",
    "admission-token": "admission_token",
    "traceparent": "traceparent",
    BODY_INVALID_KEY: "body_invalid",
}
"""Metadata that travels with a carried call → the call's field."""


class StreamLost(Exception):
    """The stream ended before the reply: the call may have happened or not."""


class CallStream:
    """Sends calls in frames of whatever is ready, and hands each its reply."""

    def __init__(self, call: Any) -> None:
        self._call = call
        self._loop = asyncio.get_running_loop()
        self._number = 0
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._ready: deque[dict[str, Any]] = deque()
        self._cancelled: list[int] = []
        self._wake = asyncio.Event()
        self._is_closing = False
        self.over = asyncio.Event()
        """Set when no call should be sent any more: the server drains, or the stream is lost."""
        self._tasks = [
            self._loop.create_task(self._read()),
            self._loop.create_task(self._write()),
        ]

    @classmethod
    async def open(cls, channel: Any, seconds: float) -> CallStream:
        """Returns a stream that the server has taken. Raises AioRpcError."""
        stream_stream = channel.stream_stream(
            PATH,
            request_serializer=carrier_pb2.CallFrame.SerializeToString,
            response_deserializer=carrier_pb2.ReplyFrame.FromString,
        )
        call = stream_stream(timeout=seconds)
        try:
            hello = await call.read()
        except BaseException:
            call.cancel()
            raise
        if hello is grpc.aio.EOF:
            raise StreamLost
        stream = cls(call)
        if hello.draining:
            stream.over.set()
        return stream

    async def ask(self, path: str, request: bytes, metadata: Metadata, seconds: float) -> bytes:
        """Returns the reply of a call. Raises OnsaleError, or StreamLost when its fate is not known."""
        if self.over.is_set():
            raise StreamLost
        if len(self._asked) >= limits.CALLS_IN_FLIGHT_MAX:
            raise ResourceExhausted(retry_after_seconds=limits.RETRY_AFTER_SECONDS)
        self._number = number = self._number + 1
        fields: dict[str, Any] = {_FIELDS[key]: value for key, value in metadata}
        fields["number"] = number
        fields["path"] = path
        fields["request"] = request
        fields["deadline_millis"] = max(1, int(seconds * 1000))
        self._ready.append(fields)
        answer = self._asked[number] = self._loop.create_future()
        timer = self._loop.call_later(seconds, self._expire, number)
        self._wake.set()
        try:
            reply = await answer
        except asyncio.CancelledError:
            self._give_up(number)
            raise
        finally:
            timer.cancel()
        if reply.HasField("refusal"):
            raise from_status(status_pb2.Status.FromString(reply.refusal))
        return reply.reply

    def finish(self) -> None:
        """Sends no more calls; those that are under way get their replies."""
        self.over.set()
        self._is_closing = True
        self._wake.set()

    async def close(self) -> None:
        """Ends the stream at once."""
        self._call.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._lose()

    def _expire(self, number: int) -> None:
        answer = self._asked.get(number)
        self._give_up(number)
        if answer and not answer.done():
            answer.set_exception(DeadlineExceeded())

    def _give_up(self, number: int) -> None:
        if self._asked.pop(number, None) is not None:
            self._cancelled.append(number)
            self._wake.set()

    async def _write(self) -> None:
        try:
            while True:
                if self._ready or self._cancelled:
                    await self._call.write(self._pack())
                elif self._is_closing:
                    await self._call.done_writing()
                    return
                else:
                    self._wake.clear()
                    await self._wake.wait()
        except Exception as error:
            # Whoever reads sees the end, and tells the callers.
            telemetry.log.debug("calls not written", error=repr(error))
            self._call.cancel()

    def _pack(self) -> carrier_pb2.CallFrame:
        frame = carrier_pb2.CallFrame()
        size_bytes = 0
        while self._ready:
            size_bytes += _size_bytes(self._ready[0])
            if frame.calls and size_bytes > limits.FRAME_BYTES_MAX:
                break
            fields = self._ready.popleft()
            if fields["number"] in self._asked:  # else given up before it left
                frame.calls.add(**fields)
        frame.cancelled.extend(self._cancelled)
        self._cancelled.clear()
        return frame

    async def _read(self) -> None:
        try:
            while (frame := await self._call.read()) is not grpc.aio.EOF:
                for reply in frame.replies:
                    answer = self._asked.pop(reply.number, None)
                    if answer and not answer.done():
                        answer.set_result(reply)
                if frame.draining:
                    self.over.set()
        except Exception as error:
            telemetry.log.debug("stream of calls lost", error=repr(error))
        finally:
            self._call.cancel()
            self._lose()

    def _lose(self) -> None:
        self.over.set()
        asked, self._asked = self._asked, {}
        for answer in asked.values():
            if not answer.done():
                answer.set_exception(StreamLost())


def _size_bytes(fields: dict[str, Any]) -> int:
    """Returns how much room a call takes: with what came beside its request, which strangers may make long."""
    return len(fields["request"]) + sum(len(fields.get(field, "")) for field in _FIELDS.values())
