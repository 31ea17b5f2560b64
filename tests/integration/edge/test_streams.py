"""Server-sent events over a real port."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from edge.config import EdgeSettings
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
