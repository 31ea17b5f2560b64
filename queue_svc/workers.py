"""What moves by itself: the controller, the closer of admissions, and the consumer of orders."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import Any

from google.protobuf.message import Message

from mesh import ids, telemetry
from mesh.database import Connection, connect_alone
from mesh.errors import OnsaleError
from mesh.workers import Backoff, first_of, report
from protos.inventory.v1 import events_pb2 as inventory_events
from protos.mesh.v1 import envelope_pb2
from protos.payment.v1 import events_pb2 as payment_events
from queue_svc import store
from queue_svc.neighbours import Inventory
from queue_svc.pace import Front, Marks, Pace, Sight
from queue_svc.presence import Drawn
from queue_svc.room import Room, State
from queue_svc.store import LineStore

CONTROLLER_LOCK = 0x6C696E65  # "line": one controller at a time
LEFT_LIFE_SECONDS = 1.0
CALLED_UNKNOWN = 2**31
"""Seats left, when inventory does not answer: the capacity alone bounds who is let in."""


class Controller:
    """Raises the serving marks of every live room; one process at a time."""

    name = "admission controller"

    def __init__(
        self,
        line_store: LineStore,
        inventory: Inventory,
        drawn: Drawn,
        *,
        interval_seconds: float,
        grace_seconds: float,
    ) -> None:
        self._store = line_store
        self._inventory = inventory
        self._drawn = drawn
        self._interval_seconds = interval_seconds
        self._grace_seconds = grace_seconds
        self._paces: dict[int, Pace] = {}
        self._left: dict[int, tuple[float, int]] = {}

    async def run(self, stop: asyncio.Event) -> None:
        backoff = Backoff()
        while not stop.is_set():
            try:
                await self._lead(stop, backoff)
            except Exception as error:
                report(self.name, error)
                await first_of(stop, timeout_seconds=backoff.failed())

    async def _lead(self, stop: asyncio.Event, backoff: Backoff) -> None:
        connection = await connect_alone(self._store.database.dsn)
        try:
            while not stop.is_set() and not await store.lead(connection, CONTROLLER_LOCK):
                await first_of(stop, timeout_seconds=self._interval_seconds)
            while not stop.is_set():
                await connection.fetchval("SELECT 1")  # a lost session has lost the lead
                await self.step()
                backoff.succeeded()
                await first_of(stop, timeout_seconds=self._interval_seconds)
        finally:
            with contextlib.suppress(Exception):
                await connection.close(timeout=2)

    async def step(self) -> None:
        """Steers every live room once."""
        rooms = await self._store.live_rooms()
        for room in rooms:
            await self._steer(room)
        alive = {room.event_id for room in rooms}
        for remembered in (self._paces, self._left):
            for event_id in set(remembered) - alive:
                del remembered[event_id]

    async def _steer(self, room: Room) -> None:
        if not room.is_open:
            count = await self._drawn.count(room.event_id)
            if count > room.draw_count:
                await self._store.raise_draw_count(room.event_id, count)
            await self._store.open_due(room.event_id)
            return
        seats_left = await self._seats_left(room.event_id)
        if seats_left == 0:
            await self._store.move(room.event_id, State.SOLD_OUT, State.OPEN)
        elif room.state is State.SOLD_OUT:
            await self._store.move(room.event_id, State.OPEN, State.SOLD_OUT)
        if room.state is State.PAUSED or seats_left == 0:
            return
        marks = await self._next_marks(room, seats_left)
        if marks != Marks(room.serving_rank, room.serving_sequence):
            await self._store.raise_marks(room.event_id, marks.rank, marks.sequence)

    async def _next_marks(self, room: Room, seats_left: int) -> Marks:
        active, claimed_total, _ = await self._store.occupancy(room.event_id)
        pace = self._paces.setdefault(room.event_id, Pace(self._grace_seconds))
        return pace.next_marks(
            Sight(
                at_seconds=time.monotonic(),
                marks=Marks(room.serving_rank, room.serving_sequence),
                capacity=room.capacity,
                active_count=active,
                claimed_total=claimed_total,
                draw_count=room.draw_count,
                sequence_last=room.next_sequence - 1,
                seats_left=seats_left,
                per_minute_max=room.admissions_per_minute_max,
                front=await self._front(room),
            )
        )

    async def _front(self, room: Room) -> Front:
        if room.serving_rank >= 1.0:
            return Front()
        return await self._drawn.front(
            room.event_id, room.serving_rank, room.capacity, room.draw_count
        )

    async def _seats_left(self, event_id: int) -> int:
        counted = self._left.get(event_id)
        if counted and time.monotonic() - counted[0] < LEFT_LIFE_SECONDS:
            return counted[1]
        try:
            zones = await self._inventory.zones_left(event_id, "")
        except OnsaleError as error:
            telemetry.log.warning("seats not counted", error=str(error))
            return CALLED_UNKNOWN
        left = sum(zone.left for zone in zones)
        self._left[event_id] = (time.monotonic(), left)
        return left


def closer(line_store: LineStore, inventory: Inventory) -> Callable[[], Awaitable[bool]]:
    """Returns the step that asks inventory again to close what it has not acknowledged."""

    async def step() -> bool:
        for event_id, admission_id, expire_time in await line_store.closing():
            await inventory.close_admission(event_id, admission_id, expire_time)
            await line_store.closed(event_id, admission_id)
        return False

    return step


def order_events(close_soon: Callable[[], None]) -> Any:
    """Returns the consumer's handler: a paid order ends its buyer's admission; a cancelled event ends its room."""

    async def handle(
        connection: Connection, envelope: envelope_pb2.Envelope, payload: Message
    ) -> None:
        if isinstance(payload, payment_events.OrderPaid):
            event_id = ids.parse_event(payload.order.event_id)
            account_id = ids.parse("acc", payload.account_id)
            await store.begin_closing(connection, event_id, account_id)
            close_soon()
        elif isinstance(payload, inventory_events.EventChanged):
            event = payload.facts.event
            if event.state == event.CANCELLED:
                await store.close_room(connection, ids.parse_event(event.event_id))

    return handle
