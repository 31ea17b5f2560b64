"""What an organiser does with a room: make it, open it, stop it, end it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import UUID

from queue_svc import draw
from queue_svc.errors import (
    EventCancelled,
    EventNotFound,
    RoomClosed,
    RoomNotFound,
    RoomNotOpen,
    RoomOpened,
)
from queue_svc.line import DRAW_LEASE_SECONDS
from queue_svc.neighbours import Inventory
from queue_svc.room import Room, State
from queue_svc.store import LineStore, RoomSettings

OPENING_MARGIN_SECONDS = 0.05
"""What is waited beyond the last lease, so that the database's clock has surely passed it."""


class Rooms:
    """Steers rooms for their organisers."""

    def __init__(self, store: LineStore, inventory: Inventory) -> None:
        self._store = store
        self._inventory = inventory

    async def check_owner(self, event_id: int, organiser_id: UUID) -> bool:
        """Raises EventNotFound unless the event is the organiser's; returns whether it is cancelled."""
        facts = await self._inventory.facts(event_id)
        if facts is None or facts.organiser_id != organiser_id:
            raise EventNotFound
        return facts.is_cancelled

    async def own_room(self, event_id: int, organiser_id: UUID) -> Room:
        """Returns the organiser's room. Raises EventNotFound, RoomNotFound."""
        await self.check_owner(event_id, organiser_id)
        room = await self._store.room(event_id)
        if room is None:
            raise RoomNotFound
        return room

    async def configure(self, event_id: int, organiser_id: UUID, wanted: RoomSettings) -> None:
        """Makes or changes a room. Inventory wants admissions before the organiser hears of success."""
        if await self.check_owner(event_id, organiser_id):
            raise EventCancelled
        room = await self._store.room(event_id)
        if room and room.state is State.CLOSED:
            raise RoomClosed
        if room and room.is_open and wanted.open_time not in (None, room.open_time):
            raise RoomOpened(openTime=_text(room.open_time))
        await self._inventory.require_admission(event_id, True)
        seed = draw.new_seed()
        await self._store.make_room(event_id, organiser_id, seed, draw.commitment(seed), wanted)

    async def open(self, event_id: int, organiser_id: UUID) -> None:
        """Opens a room before its time; returns when it is open, at the end of the leases for draw tickets."""
        room = await self.own_room(event_id, organiser_id)
        if room.state is State.CLOSED:
            raise RoomClosed
        await self._store.open_now(event_id)
        room = await self.own_room(event_id, organiser_id)
        if not room.is_open:
            left_seconds = (room.open_time - room.now).total_seconds()
            await asyncio.sleep(
                min(max(left_seconds, 0.0), DRAW_LEASE_SECONDS) + OPENING_MARGIN_SECONDS
            )
            await self._store.open_due(event_id)

    async def pause(self, event_id: int, organiser_id: UUID) -> None:
        """Stops the line; those inside stay inside."""
        room = await self.own_room(event_id, organiser_id)
        if room.state is State.CLOSED:
            raise RoomClosed
        if not room.is_open:
            raise RoomNotOpen
        await self._store.move(event_id, State.PAUSED, State.OPEN, State.SOLD_OUT)

    async def resume(self, event_id: int, organiser_id: UUID) -> None:
        """Lets the line move again."""
        room = await self.own_room(event_id, organiser_id)
        if room.state is State.CLOSED:
            raise RoomClosed
        await self._store.move(event_id, State.OPEN, State.PAUSED)

    async def close(self, event_id: int, organiser_id: UUID) -> None:
        """Ends the room; the event sells to everybody when inventory has said so."""
        await self.own_room(event_id, organiser_id)
        live = (State.SCHEDULED, State.OPEN, State.PAUSED, State.SOLD_OUT)
        await self._store.move(event_id, State.CLOSED, *live)
        await self._inventory.require_admission(event_id, False)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
