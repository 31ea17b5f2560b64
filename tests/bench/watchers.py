"""Thousands of browsers watch one event while its seats change hands, against a bare writer of the same bytes."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import sys
import tempfile
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import grpc
import psutil

from protos.inventory.v1 import inventory_pb2, inventory_pb2_grpc
from tests.bench.measure import Row
from tests.people import Person, Site, seat_ids
from tests.stack import Stack

WATCHERS = 5_000
"""On one machine each is two open files, one here and one at the edge."""
CHANGES_PER_SECOND = 500
PARTY_SEATS = 2
ROW_SECONDS = 10.0
LIVE_HOLDS = 200
"""Holds are given back when so many are newer: over a second later, so that no picture misses them."""
CALL_SECONDS = 5.0
EVENT_END = b"\n\n\r\n"
"""Of an event in a chunk of its own."""
LINE_BYTES_MAX = 64 * 1024 * 1024


async def watchers(stack: Stack, site: Site, buyers: list[Person], event_id: str) -> list[Row]:
    """Measures both; `cpu_seconds` of each row is what its writer used."""
    path = f"/v1/events/{event_id}/availability:watch"
    edge_port = urlsplit(stack.edge_url).port
    changing = _Changes(stack, site, buyers, event_id)
    async with _readers(edge_port, path) as reader, changing.running():
        used = _cpu_of(stack.pid_of("edge"))
        said, seconds = await _count(reader, asyncio.sleep(ROW_SECONDS))
        used = _cpu_of(stack.pid_of("edge")) - used
    pieces = _pieces(said)
    changes = sum(piece.count(b'"seatIndex"') for piece in pieces)
    edge = Row(
        f"{WATCHERS:,} watchers told of {changes / seconds:.0f} changes/s "
        f"in {len(pieces) / seconds:.1f} events/s",
        seconds,
    )
    edge.done, edge.cpu_seconds = said["events"], {"edge": used}
    edge.errors["connections lost"] = said["lost"]
    edge.errors.update(changing.errors)
    return [edge, await _bare(pieces)]


def ratio(rows: list[Row]) -> float:
    """Returns the edge's deliveries for a second of its CPU, as a share of the bare writer's."""
    edge, bare = (row.done / sum(row.cpu_seconds.values()) for row in rows)
    return edge / bare


async def _bare(pieces: list[bytes]) -> Row:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as kept:
        json.dump([base64.b64encode(piece).decode() for piece in pieces], kept)
        kept.flush()
        async with _child("stream_writer", kept.name, str(ROW_SECONDS)) as writer:
            port = int(await _line(writer))
            async with _readers(port, "/") as reader:
                writing = asyncio.create_task(_line(writer))
                await _tell(writer, "begin")
                said, seconds = await _count(reader, writing)
                used = float(writing.result())
    row = Row(f"bare uvloop writer, {WATCHERS:,} connections, the same bytes", seconds)
    row.done, row.cpu_seconds = said["events"], {"writer": used}
    return row


def _pieces(said: dict[str, Any]) -> list[bytes]:
    """Returns the events that one watcher was sent, each as the edge wrote it."""
    sent = base64.b64decode(said["sent"])
    return [piece + EVENT_END for piece in sent.split(EVENT_END)[:-1]]


class _Changes:
    """Seats that change hands at an even pace."""

    def __init__(self, stack: Stack, site: Site, buyers: list[Person], event_id: str) -> None:
        self.errors: dict[str, int] = {}
        self._address = stack.grpc_address("inventory")
        self._site = site
        self._tokens = [(("authorization", f"Bearer {buyer.token}"),) for buyer in buyers]
        self._event_id = event_id

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        seat_map = await self._site.request("GET", f"/v1/events/{self._event_id}/seatmap")
        seats = seat_ids(seat_map.expect(200))
        async with grpc.aio.insecure_channel(self._address) as channel:
            stub: Any = inventory_pb2_grpc.InventoryServiceStub(channel)  # type: ignore[no-untyped-call]
            changing = asyncio.create_task(self._change(stub, seats))
            try:
                yield
            finally:
                changing.cancel()
                await asyncio.wait({changing})

    async def _change(self, stub: Any, seats: list[str]) -> None:
        held: deque[tuple[int, asyncio.Task[str]]] = deque()
        step_seconds = 2 * PARTY_SEATS / CHANGES_PER_SECOND
        started = time.monotonic()
        number = 0
        async with asyncio.TaskGroup() as calls:
            while True:
                place = number * PARTY_SEATS % (len(seats) - PARTY_SEATS)
                buyer = number % len(self._tokens)
                party = seats[place : place + PARTY_SEATS]
                held.append((buyer, calls.create_task(self._hold(stub, buyer, party))))
                if len(held) > LIVE_HOLDS:
                    calls.create_task(self._release(stub, *held.popleft()))
                number += 1
                await asyncio.sleep(started + number * step_seconds - time.monotonic())

    async def _hold(self, stub: Any, buyer: int, party: list[str]) -> str:
        request = inventory_pb2.HoldSeatsRequest(event_id=self._event_id, seat_ids=party)
        with self._noted():
            reply = await stub.HoldSeats(
                request, metadata=self._tokens[buyer], timeout=CALL_SECONDS
            )
            return str(reply.hold_id)
        return ""

    async def _release(self, stub: Any, buyer: int, holding: asyncio.Task[str]) -> None:
        with self._noted():
            request = inventory_pb2.ReleaseHoldRequest(hold_id=await holding)
            await stub.ReleaseHold(request, metadata=self._tokens[buyer], timeout=CALL_SECONDS)

    @contextlib.contextmanager
    def _noted(self) -> Any:
        try:
            yield
        except grpc.aio.AioRpcError as error:
            name = str(error.code().name)
            self.errors[name] = self.errors.get(name, 0) + 1


async def _count(
    reader: asyncio.subprocess.Process, while_this_runs: Awaitable[object]
) -> tuple[dict[str, Any], float]:
    await _tell(reader, "begin")
    started = time.perf_counter()
    await while_this_runs
    await _tell(reader, "end")
    seconds = time.perf_counter() - started
    said: dict[str, Any] = json.loads(await _line(reader))
    return said, seconds


def _cpu_of(pid: int) -> float:
    used = psutil.Process(pid).cpu_times()
    return float(used.user + used.system)


@asynccontextmanager
async def _readers(port: int | None, path: str) -> AsyncIterator[asyncio.subprocess.Process]:
    async with _child("stream_reader", str(port), path, str(WATCHERS)) as reader:
        assert await _line(reader) == "ready", "the watchers did not come in"
        yield reader


@asynccontextmanager
async def _child(name: str, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"tests.bench.{name}", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LINE_BYTES_MAX,
    )
    try:
        yield child
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()


async def _tell(child: asyncio.subprocess.Process, word: str) -> None:
    assert child.stdin
    child.stdin.write(f"{word}\n".encode())
    await child.stdin.drain()


async def _line(child: asyncio.subprocess.Process) -> str:
    assert child.stdout
    return (await child.stdout.readline()).decode().strip()
