"""Server-sent events over a real port."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from edge import streams, watchers
from edge.config import EdgeSettings
from edge.http_protocol import EdgeProtocol
from protos.inventory.v1 import inventory_pb2
from tests.integration.edge.conftest import RunningEdge
from tests.integration.edge.fakes import DRAFT, KNOWN_EVENT
from tests.polling import eventually

WATCH = f"/v1/events/{KNOWN_EVENT}/availability:watch"
WITHIN_SECONDS = 5


class Browser:
    """Reads a stream as an EventSource does."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def event(self) -> tuple[str, str, Any]:
        """Returns the next event's name, id and data."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(WITHIN_SECONDS):
            async for line in self._lines:
                if not line and "data" in fields:
                    return fields["event"], fields.get("id", ""), json.loads(fields["data"])
                name, _, value = line.partition(": ")
                fields[name] = value
        raise AssertionError("the stream ended")

    async def is_over(self) -> bool:
        """Waits for the end."""
        async with asyncio.timeout(WITHIN_SECONDS):
            async for _ in self._lines:
                pass
        return True


@asynccontextmanager
async def _watch(edge: RunningEdge, path: str = WATCH, **headers: str) -> AsyncIterator[Browser]:
    async with edge.client.stream("GET", path, headers=headers) as reply:
        assert reply.status_code == 200
        assert reply.headers["content-type"] == "text/event-stream"
        yield Browser(reply.aiter_lines())


def _delta(before: int, after: int, seat: int) -> inventory_pb2.AvailabilityDelta:
    change = inventory_pb2.AvailabilityDelta.Change(seat_index=seat, state=1)
    return inventory_pb2.AvailabilityDelta(from_version=before, version=after, changes=[change])


async def test_a_delta_is_an_event_with_its_version_as_id(edge: RunningEdge) -> None:
    async with _watch(edge) as browser:
        name, version, first = await browser.event()
        assert (name, version, first["changes"]) == ("delta", "7", [])
        await edge.fakes.deltas.put(_delta(7, 8, 3))
        name, version, data = await browser.event()
        assert (name, version) == ("delta", "8")
        assert data == {
            "fromVersion": "7",
            "version": "8",
            "changes": [{"seatIndex": 3, "state": 1}],
            "pools": [],
        }


async def test_many_browsers_share_one_stream_of_the_service(edge: RunningEdge) -> None:
    async with _watch(edge) as first, _watch(edge) as second:
        await first.event()
        await second.event()
        assert edge.fakes.streams_open == 1
        await edge.fakes.deltas.put(_delta(7, 8, 1))
        assert (await first.event())[1] == (await second.event())[1] == "8"

    async def closed() -> bool:
        return edge.fakes.streams_open == 0

    await eventually(closed, within_seconds=5, what="the end of the service's stream")


async def test_who_comes_back_gets_what_was_missed(edge: RunningEdge) -> None:
    async with _watch(edge) as steady:
        await steady.event()
        for version in (7, 8, 9):
            await edge.fakes.deltas.put(_delta(version, version + 1, version))
            await steady.event()
        async with _watch(edge, **{"Last-Event-ID": "8"}) as returning:
            assert [(await returning.event())[1] for _ in range(2)] == ["9", "10"]
        async with _watch(edge, f"{WATCH}?fromVersion=9") as returning:
            assert (await returning.event())[1] == "10"


async def test_who_was_away_too_long_sees_a_gap(edge: RunningEdge) -> None:
    async with _watch(edge) as steady:
        await steady.event()
        async with _watch(edge, f"{WATCH}?fromVersion=2") as returning:
            _, _, data = await returning.event()
        assert (data["fromVersion"], data["version"], data["changes"]) == ("7", "7", [])


async def test_a_refusal_before_the_first_event_is_a_status(edge: RunningEdge) -> None:
    missing = await edge.client.get("/v1/events/ev_strange/availability:watch")
    assert (missing.status_code, missing.json()["reason"]) == (404, "EVENT_NOT_FOUND")
    order = await edge.client.get("/v1/orders/ord_1:watch")
    assert order.status_code == 401


async def test_an_organiser_follows_a_draft(edge: RunningEdge) -> None:
    path = f"/v1/events/{DRAFT}/availability:watch"
    async with _watch(edge, path, **edge.bearer("organiser")) as browser:
        assert (await browser.event())[0] == "delta"


async def test_streams_end_when_the_edge_stops(edge: RunningEdge) -> None:
    async with _watch(edge) as browser:
        await browser.event()
        edge.stop.set()
        assert await browser.is_over()


async def test_a_stream_of_the_service_that_ends_ends_the_browsers(edge: RunningEdge) -> None:
    async with _watch(edge) as browser:
        await browser.event()
        await edge.fakes.deltas.put(None)
        assert await browser.is_over()


async def test_who_comes_back_alone_gets_what_was_missed(edge: RunningEdge) -> None:
    async with _watch(edge) as browser:
        await browser.event()
        await edge.fakes.deltas.put(_delta(7, 8, 1))
        await browser.event()
    await edge.fakes.deltas.put(_delta(8, 9, 2))
    async with _watch(edge, **{"Last-Event-ID": "8"}) as returning:
        assert (await returning.event())[1] == "9"
    assert len(edge.fakes.took("WatchAvailability")) == 1


async def test_a_watcher_costs_no_task(edge: RunningEdge) -> None:
    async with _watch(edge) as first, AsyncExitStack() as more:
        await first.event()
        sockets = [await more.enter_async_context(_raw(edge)) for _ in range(20)]
        for reader, _ in sockets:
            await _read_until(reader, b"event: delta")

        async def is_quiet() -> bool:
            answering = [task for task in asyncio.all_tasks() if "run_asgi" in repr(task)]
            return len(answering) == 0

        await eventually(is_quiet, within_seconds=WITHIN_SECONDS, what="the end of all requests")
        await edge.fakes.deltas.put(_delta(7, 8, 1))
        for reader, _ in sockets:
            assert b"id: 8" in await _read_until(reader, b"id: 8")


async def test_an_old_client_gets_events_without_chunks(edge: RunningEdge) -> None:
    async with _raw(edge, version="1.0") as (reader, _):
        head, _, body = (await _read_until(reader, b'"pools":[]}\n\n')).partition(b"\r\n\r\n")
        assert b"chunked" not in head.lower()
        assert b"connection: close" in head
        assert body.startswith(b"retry: ")
        await edge.fakes.deltas.put(None)
        assert await reader.read() == b""


async def test_what_is_asked_for_behind_a_stream_is_not_answered(edge: RunningEdge) -> None:
    async with _watch(edge) as steady, _raw(edge) as (reader, writer):
        await steady.event()
        await _read_until(reader, b"event: delta")
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        await edge.fakes.deltas.put(_delta(7, 8, 1))
        await _read_until(reader, b"id: 8")
        await edge.fakes.deltas.put(None)
        rest = await reader.read()
        assert rest.endswith(b'"pools":[]}\n\n\r\n0\r\n\r\n')
        assert b"HTTP/1.1" not in rest


async def test_who_has_not_taken_the_replies_before_the_stream_is_let_go(
    edge: RunningEdge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tried: where the head waits for it, nobody is told of its end, and its place among the streams is lost."""
    hand_over = EdgeProtocol.hand_over

    def behind(self: EdgeProtocol, on_gone: Any) -> watchers.Watcher:
        self.flow.pause_writing()
        return hand_over(self, on_gone)

    monkeypatch.setattr(EdgeProtocol, "hand_over", behind)
    async with _raw(edge) as (reader, _), asyncio.timeout(WITHIN_SECONDS):
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""

    async def is_quiet() -> bool:
        return not [task for task in asyncio.all_tasks() if "run_asgi" in repr(task)]

    await eventually(is_quiet, within_seconds=WITHIN_SECONDS, what="the end of all requests")


async def test_a_reader_that_is_too_slow_is_let_go_and_nobody_waits_for_it(
    edge: RunningEdge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tried: without the bound on its buffer the slow reader stays, and all that it does not read with it."""
    monkeypatch.setattr(watchers, "BEHIND_BYTES_MAX", 0)
    opened: list[watchers.Watcher] = []
    monkeypatch.setattr(watchers.Watcher, "__init__", _noting(opened))
    async with _watch(edge) as steady, _raw(edge) as (reader, writer):
        await steady.event()
        await _read_until(reader, b"event: delta")
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        slow = opened[-1]
        version = edge.fakes.version
        while slow in slow._connections:
            changes = [
                inventory_pb2.AvailabilityDelta.Change(seat_index=seat, state=1)
                for seat in range(20_000)
            ]
            await edge.fakes.deltas.put(
                inventory_pb2.AvailabilityDelta(
                    from_version=version, version=version + 1, changes=changes
                )
            )
            version += 1
            assert (await steady.event())[1] == str(version)
            assert version < 100


async def test_a_quiet_stream_is_heard(edge: RunningEdge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.1)
    monkeypatch.setattr(streams, "BEAT_SECONDS", 0.05)
    async with _raw(edge) as (reader, _):
        await _read_until(reader, b"event: delta")
        assert await _read_until(reader, b"3\r\n:\n\n\r\n")


@asynccontextmanager
async def _raw(
    edge: RunningEdge, version: str = "1.1"
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection that watches, byte by byte."""
    reader, writer = await asyncio.open_connection(
        edge.client.base_url.host, edge.client.base_url.port, limit=1 << 24
    )
    try:
        writer.write(f"GET {WATCH} HTTP/{version}\r\nHost: x\r\n\r\n".encode())
        yield reader, writer
    finally:
        writer.close()


async def _read_until(reader: asyncio.StreamReader, end: bytes) -> bytes:
    async with asyncio.timeout(WITHIN_SECONDS):
        return await reader.readuntil(end)


def _noting(opened: list[watchers.Watcher]) -> Any:
    begin = watchers.Watcher.__init__

    def beginning(self: watchers.Watcher, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        opened.append(self)

    return beginning


class TestBounded:
    @pytest.fixture
    def edge_settings(self, edge_settings: EdgeSettings) -> EdgeSettings:
        return edge_settings.model_copy(update={"streams_max": 1})

    async def test_more_streams_than_the_bound_are_told_to_come_back(
        self, edge: RunningEdge
    ) -> None:
        async with _watch(edge) as browser:
            await browser.event()
            reply = await edge.client.get(WATCH)
            assert (reply.status_code, reply.json()["reason"]) == (503, "OVERLOADED")
            assert reply.headers["retry-after"] == "1"
        assert edge.fakes.took("WatchAvailability")

    async def test_who_is_sent_away_leaves_no_stream_of_the_service_behind(
        self, edge: RunningEdge
    ) -> None:
        """Tried: where the stream is opened before it is seen that there is no room, it stays open for ever."""
        draft = f"/v1/events/{DRAFT}/availability:watch"
        async with _watch(edge, draft, **edge.bearer("organiser")) as browser:
            await browser.event()
            assert (await edge.client.get(WATCH)).status_code == 503
            room = await edge.client.get(f"/v1/events/{KNOWN_EVENT}/room")
            assert room.status_code == 200
            watched = {
                getattr(asked, "event_id", "") for asked in edge.fakes.took("WatchAvailability")
            }
            assert watched == {DRAFT}

    async def test_a_browser_that_goes_away_makes_room(self, edge: RunningEdge) -> None:
        async with _watch(edge) as browser:
            await browser.event()

        async def comes_in() -> bool:
            async with edge.client.stream("GET", WATCH) as reply:
                return reply.status_code == 200

        await eventually(comes_in, within_seconds=WITHIN_SECONDS, what="room for the next")
