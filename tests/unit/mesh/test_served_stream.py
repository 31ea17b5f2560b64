"""A stream of calls as its server sees it: it reads no faster than its replies leave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from mesh.carrier import limits
from mesh.carrier.handlers import _ServedStream
from mesh.contract import describe
from mesh.identity import KeySet, TokenVerifier
from mesh.interceptors import Chain
from mesh.registrations import Registrations
from protos.accounts.v1 import accounts_pb2
from protos.mesh.v1 import carrier_pb2
from protos.queue.v1 import queue_pb2, queue_pb2_grpc
from tests.polling import eventually

PATH = "/onsale.queue.v1.QueueService/GetRoom"


class Rooms(queue_pb2_grpc.QueueServiceServicer):  # type: ignore[misc]
    """A handler that answers at once."""

    async def GetRoom(self, request: Any, context: Any) -> Any:
        return queue_pb2.Room(event_id=request.event_id)


class Caller:
    """Sends one call after the other, as fast as they are read."""

    def __init__(self) -> None:
        self.sent = 0

    async def frames(self) -> AsyncIterator[Any]:
        while True:
            self.sent += 1
            call = carrier_pb2.CallFrame.Call(number=self.sent, path=PATH)
            yield carrier_pb2.CallFrame(calls=[call])
            await asyncio.sleep(0)


async def no_keys() -> accounts_pb2.JWKS:
    return accounts_pb2.JWKS()


@pytest.fixture
def stream() -> _ServedStream:
    chain = Chain(TokenVerifier(KeySet(no_keys)), is_peer_port=True)
    found = Registrations()
    queue_pb2_grpc.add_QueueServiceServicer_to_server(Rooms(), found)
    chain.add(describe(queue_pb2.DESCRIPTOR.services_by_name["QueueService"]), None)
    return _ServedStream(chain, found.unary, "edge")


async def test_a_caller_that_takes_no_replies_is_read_no_further(
    stream: _ServedStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tried: without the wait in read(), calls are read and answered without end, and kept in memory."""
    monkeypatch.setattr(limits, "CALLS_IN_FLIGHT_MAX", 10)
    caller = Caller()
    reading = asyncio.create_task(stream.read(caller.frames()))

    async def is_held() -> bool:
        return len(stream._ready) >= 10 and not stream._running

    await eventually(is_held, within_seconds=2, what="as many replies as may wait")
    sent = caller.sent
    await eventually(is_held, within_seconds=2, what="the same a while later")
    assert caller.sent == sent < 50
    frame = cast(Any, await anext(aiter(stream.frames())))
    assert len(frame.replies) == len({reply.number for reply in frame.replies}) >= 10

    async def goes_on() -> bool:
        return caller.sent > sent

    await eventually(goes_on, within_seconds=2, what="the next calls")
    reading.cancel()


async def test_replies_leave_in_frames_of_a_bounded_size(
    stream: _ServedStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "FRAME_BYTES_MAX", 2_000)

    async def frames() -> AsyncIterator[Any]:
        request = queue_pb2.GetRoomRequest(event_id="x" * 200).SerializeToString()
        yield carrier_pb2.CallFrame(
            calls=[
                carrier_pb2.CallFrame.Call(number=number, path=PATH, request=request)
                for number in range(1, 31)
            ]
        )

    await stream.read(frames())
    sizes = [len(frame.replies) async for frame in stream.frames()]
    assert sum(sizes) == 30
    assert max(sizes) < 10
