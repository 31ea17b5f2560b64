"""A stream of calls as its caller sees it: what leaves together, and what becomes of calls when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import grpc
import pytest
from google.rpc import status_pb2

from mesh.carrier import limits
from mesh.carrier.call_stream import CallStream, StreamLost
from mesh.errors import Conflict, DeadlineExceeded, OnsaleError, ResourceExhausted, to_status
from mesh.passage import BODY_INVALID_KEY
from protos.mesh.v1 import carrier_pb2
from tests.polling import eventually


class Wire:
    """Stands in for the gRPC call: keeps the frames, and replies as it is told."""

    def __init__(self) -> None:
        self.frames: list[Any] = []
        self.replies: asyncio.Queue[Any] = asyncio.Queue()
        self.open = asyncio.Event()
        self.open.set()
        self.is_done = False

    async def write(self, frame: Any) -> None:
        self.frames.append(frame)
        await self.open.wait()

    async def read(self) -> Any:
        return await self.replies.get()

    async def done_writing(self) -> None:
        self.is_done = True

    def cancel(self) -> None:
        self.replies.put_nowait(grpc.aio.EOF)

    def answer(self, number: int, **outcome: bytes) -> None:
        reply = carrier_pb2.ReplyFrame.Reply(number=number, **outcome)
        self.replies.put_nowait(carrier_pb2.ReplyFrame(replies=[reply]))

    @property
    def sent(self) -> list[Any]:
        return [call for frame in self.frames for call in frame.calls]

    async def has_sent(self, count: int) -> None:
        async def sent() -> bool:
            return len(self.sent) >= count

        await eventually(sent, within_seconds=2, what=f"{count} calls on their way")


@pytest.fixture
def wire() -> Wire:
    return Wire()


def ask(stream: CallStream, request: bytes = b"r", seconds: float = 5.0, **metadata: str) -> Any:
    pairs = tuple((key.replace("_", "-"), value) for key, value in metadata.items())
    asking: Coroutine[Any, Any, bytes] = stream.ask("/a.B/C", request, pairs, seconds)
    return asyncio.ensure_future(asking)


async def test_calls_that_are_ready_together_leave_together(wire: Wire) -> None:
    stream = CallStream(wire)
    wire.open.clear()
    first = ask(stream)
    await wire.has_sent(1)
    others = [ask(stream) for _ in range(50)]
    await asyncio.gather(*[asyncio.wait({other}, timeout=0) for other in others])
    wire.open.set()
    await wire.has_sent(51)
    assert [len(frame.calls) for frame in wire.frames] == [1, 50]
    for number in range(1, 52):
        wire.answer(number, reply=b"%d" % number)
    assert await first == b"1"
    assert await asyncio.gather(*others) == [b"%d" % number for number in range(2, 52)]
    await stream.close()


async def test_a_call_carries_what_its_metadata_say(wire: Wire) -> None:
    stream = CallStream(wire)
    said = {"authorization": "Bearer t", "admission_token": "a", "traceparent": "00-1-2-00"}
    asking = ask(stream, seconds=2.5, **said, x_body_invalid="f|p")
    await wire.has_sent(1)
    call = wire.sent[0]
    assert {name: getattr(call, name) for name in said} == said
    assert (call.path, call.request, call.body_invalid) == ("/a.B/C", b"r", "f|p")
    assert call.deadline_millis == 2500
    assert BODY_INVALID_KEY == "x-body-invalid"
    asking.cancel()
    await stream.close()


async def test_a_frame_takes_no_more_bytes_than_its_bound(wire: Wire) -> None:
    stream = CallStream(wire)
    asking = [ask(stream, b"x" * (limits.FRAME_BYTES_MAX // 3)) for _ in range(5)]
    await wire.has_sent(5)
    assert [len(frame.calls) for frame in wire.frames] == [3, 2]
    await stream.close()
    assert all(isinstance(end, StreamLost) for end in await _ends(asking))


async def test_a_refusal_comes_back_as_the_neighbours_own_error(wire: Wire) -> None:
    stream = CallStream(wire)
    asking = ask(stream)
    await wire.has_sent(1)
    status: status_pb2.Status = to_status(Conflict("taken", seatIds=["s1"]))
    wire.answer(1, refusal=status.SerializeToString())
    with pytest.raises(OnsaleError) as caught:
        await asking
    error = caught.value
    assert (error.code, error.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CONFLICT")
    assert (error.message, error.facts()) == ("taken", {"seatIds": ["s1"]})
    await stream.close()


async def test_a_call_given_up_before_it_left_is_never_sent(wire: Wire) -> None:
    stream = CallStream(wire)
    wire.open.clear()
    first = ask(stream)
    await wire.has_sent(1)
    second = ask(stream)
    await asyncio.wait({second}, timeout=0)
    second.cancel()
    third = ask(stream)
    await asyncio.wait({third}, timeout=0)
    wire.open.set()
    await wire.has_sent(2)
    assert [call.number for call in wire.sent] == [1, 3]
    first.cancel()
    third.cancel()
    await stream.close()


async def test_a_call_given_up_under_way_is_cancelled_by_its_number(wire: Wire) -> None:
    stream = CallStream(wire)
    asking = ask(stream)
    await wire.has_sent(1)
    asking.cancel()

    async def cancelled() -> bool:
        return [number for frame in wire.frames for number in frame.cancelled] == [1]

    await eventually(cancelled, within_seconds=2, what="the cancel")
    wire.answer(1, reply=b"late")  # a reply that crossed the cancel harms nobody
    other = ask(stream)
    await wire.has_sent(2)
    wire.answer(2, reply=b"ok")
    assert await other == b"ok"
    await stream.close()


async def test_a_call_without_a_reply_ends_at_its_deadline_and_tells_the_server(wire: Wire) -> None:
    stream = CallStream(wire)
    with pytest.raises(DeadlineExceeded):
        await ask(stream, seconds=0.05)

    async def cancelled() -> bool:
        return any(1 in frame.cancelled for frame in wire.frames)

    await eventually(cancelled, within_seconds=2, what="the cancel")
    await stream.close()


async def test_who_waits_on_a_lost_stream_is_told_and_nobody_else_may_start(wire: Wire) -> None:
    stream = CallStream(wire)
    asking = [ask(stream) for _ in range(3)]
    await wire.has_sent(3)
    wire.answer(2, reply=b"in time")
    wire.replies.put_nowait(grpc.aio.EOF)
    first, second, third = await _ends(asking)
    assert second == b"in time"
    assert isinstance(first, StreamLost)
    assert isinstance(third, StreamLost)
    with pytest.raises(StreamLost):
        await ask(stream)


async def test_a_draining_server_gets_no_more_calls_and_finishes_those_it_has(wire: Wire) -> None:
    stream = CallStream(wire)
    asking = ask(stream)
    await wire.has_sent(1)
    wire.replies.put_nowait(carrier_pb2.ReplyFrame(draining=True))
    await stream.over.wait()
    with pytest.raises(StreamLost):
        await ask(stream)
    stream.finish()
    wire.answer(1, reply=b"done")
    assert await asking == b"done"

    async def done_writing() -> bool:
        return wire.is_done

    await eventually(done_writing, within_seconds=2, what="the end of the calls")


async def test_calls_over_the_bound_are_told_when_to_come_back(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CALLS_IN_FLIGHT_MAX", 2)
    stream = CallStream(wire)
    asking = [ask(stream) for _ in range(2)]
    await wire.has_sent(2)
    with pytest.raises(ResourceExhausted) as caught:
        await ask(stream)
    assert caught.value.retry_after_seconds == limits.RETRY_AFTER_SECONDS
    await stream.close()
    await _ends(asking)


async def _ends(asking: list[Any]) -> list[Any]:
    return await asyncio.gather(*asking, return_exceptions=True)


async def test_a_frame_is_bounded_by_all_that_it_carries(wire: Wire) -> None:
    """Tried: counting requests alone, long tokens make a frame that the server refuses, and the stream is lost."""
    stream = CallStream(wire)
    wire.open.clear()
    first = ask(stream)
    await wire.has_sent(1)
    count = 2 * limits.FRAME_BYTES_MAX // 4096
    others = [ask(stream, authorization="t" * 4096) for _ in range(count)]
    await asyncio.gather(*[asyncio.wait({other}, timeout=0) for other in others])
    wire.open.set()
    await wire.has_sent(1 + count)
    assert max(frame.ByteSize() for frame in wire.frames) < 1.1 * limits.FRAME_BYTES_MAX
    await stream.close()
    await asyncio.gather(first, *others, return_exceptions=True)
