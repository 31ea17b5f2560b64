"""The public room document: the same for everybody, made at most twice a second, however many ask."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from mesh import ids, timestamps
from mesh.errors import OnsaleError
from mesh.money import Money
from protos.queue.v1 import queue_pb2
from queue_svc.errors import RoomNotFound
from queue_svc.neighbours import Inventory, ZoneLeft
from queue_svc.room import Room
from queue_svc.store import LineStore

DOCUMENT_LIFE_SECONDS = 0.5
ZONES_LIFE_SECONDS = 2.0
DOCUMENTS_MAX = 10_000


@dataclass
class _Shown:
    """What is remembered of a room."""

    document: queue_pb2.Room | None = None
    made: float = float("-inf")
    zones: list[ZoneLeft] = field(default_factory=list)
    zones_made: float = float("-inf")
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Board:
    """Shows rooms."""

    def __init__(self, store: LineStore, inventory: Inventory, poll_seconds: int) -> None:
        self._store = store
        self._inventory = inventory
        self._poll_seconds = poll_seconds
        self._shown: dict[int, _Shown] = {}

    async def document(self, event_id: int, *, fresh: bool = False) -> queue_pb2.Room:
        """Returns a room's document, at most half a second old. Raises RoomNotFound."""
        shown = self._remembered(event_id)
        if not fresh and self._is_good(shown) and shown.document:
            return shown.document
        async with shown.lock:
            if fresh or not self._is_good(shown) or shown.document is None:
                await self._make(event_id, shown)
            if shown.document is None:
                raise RoomNotFound
            return shown.document

    @staticmethod
    def _is_good(shown: _Shown) -> bool:
        return time.monotonic() - shown.made < DOCUMENT_LIFE_SECONDS

    def _remembered(self, event_id: int) -> _Shown:
        shown = self._shown.get(event_id)
        if shown is None:
            if len(self._shown) >= DOCUMENTS_MAX:
                self._shown.pop(next(iter(self._shown)))
            shown = self._shown[event_id] = _Shown()
        return shown

    async def _make(self, event_id: int, shown: _Shown) -> None:
        await self._store.open_due(event_id)
        room = await self._store.room(event_id)
        if room is None:
            self._shown.pop(event_id, None)
            raise RoomNotFound
        active, _, last_minute = await self._store.occupancy(event_id)
        if time.monotonic() - shown.zones_made > ZONES_LIFE_SECONDS:
            await self._count_zones(event_id, shown)
        shown.document = self._drawn(room, shown.zones, active, last_minute)
        shown.made = time.monotonic()

    async def _count_zones(self, event_id: int, shown: _Shown) -> None:
        try:
            facts = await self._inventory.facts(event_id)
            currency_code = facts.currency_code if facts else ""
            shown.zones = await self._inventory.zones_left(event_id, currency_code)
        except OnsaleError:
            return  # the line is shown with the counts of before rather than not at all
        shown.zones_made = time.monotonic()

    def _drawn(
        self, room: Room, zones: list[ZoneLeft], active: int, last_minute: int
    ) -> queue_pb2.Room:
        return queue_pb2.Room(
            event_id=ids.event_text(room.event_id),
            state=room.state.value,
            server_time=timestamps.to_proto(room.now),
            open_time=timestamps.to_proto(room.opened_time or room.open_time),
            serving_rank=room.serving_rank,
            serving_sequence=room.serving_sequence,
            draw_count=room.draw_count,
            commitment=room.commitment,
            seed=room.seed.hex() if room.is_open else "",
            rate_per_minute=float(last_minute),
            poll_seconds=self._poll_seconds,
            zones=[
                queue_pb2.Room.Zone(
                    zone_id=zone.zone_id,
                    price=Money(zone.price_minor, zone.currency_code).to_proto(),
                    left=zone.left,
                )
                for zone in zones
            ],
            capacity=room.capacity,
            active_count=active,
            join_sequence=room.next_sequence - 1,
        )
