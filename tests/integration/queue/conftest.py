"""The line on a real database, with an inventory that answers as told (a fake behind the Protocol)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

import queue_svc
from mesh import ids
from mesh.clock import SystemClock
from mesh.database import Database, open_database
from mesh.errors import Unavailable
from mesh.keys import KeyRing
from mesh.valkey import connect
from queue_svc import admissions
from queue_svc.board import Board
from queue_svc.line import Joined, Line
from queue_svc.neighbours import EventFacts, ZoneLeft
from queue_svc.presence import ValkeyDrawn
from queue_svc.room import Room
from queue_svc.rooms import Rooms
from queue_svc.store import AdmissionRow, LineStore, RoomSettings
from queue_svc.tokens import Tokens
from queue_svc.workers import Controller

MIGRATIONS = Path(queue_svc.__file__).with_name("migrations")


@dataclass
class FakeInventory:
    """Inventory's answers, and what it was told."""

    organiser_id: UUID = field(default_factory=ids.new_account_id)
    left: int = 1000
    is_away: bool = False
    required: dict[int, bool] = field(default_factory=dict)
    closed: list[UUID] = field(default_factory=list)

    async def facts(self, event_id: int) -> EventFacts | None:
        return EventFacts(self.organiser_id, False, "EUR")

    async def zones_left(self, event_id: int, currency_code: str) -> list[ZoneLeft]:
        return [ZoneLeft("z1", 5000, currency_code, self.left)]

    async def require_admission(self, event_id: int, required: bool) -> None:
        self.required[event_id] = required

    async def close_admission(self, event_id: int, admission_id: UUID, expires: datetime) -> None:
        if self.is_away:
            raise Unavailable
        self.closed.append(admission_id)


class House:
    """One event's line, and the people in it."""

    def __init__(self, database: Database, keys: KeyRing, valkey: str) -> None:
        self.database = database
        self.inventory = FakeInventory()
        self.store = LineStore(database)
        self.tokens = Tokens(keys)
        self.drawn = ValkeyDrawn(connect(valkey))
        self.line = Line(self.store, self.tokens, self.drawn, SystemClock())
        self.rooms = Rooms(self.store, self.inventory)
        self.board = Board(self.store, self.inventory, 2)
        self.event_id = ids.new_event_id()
        self.controller = Controller(
            self.store, self.inventory, self.drawn, interval_seconds=0.1, grace_seconds=20
        )

    async def configure(
        self, capacity: int, open_time: datetime | None = None, admission_seconds: int = 600
    ) -> None:
        wanted = RoomSettings(capacity, 0, admission_seconds, open_time)
        await self.rooms.configure(self.event_id, self.inventory.organiser_id, wanted)

    async def room(self) -> Room:
        room = await self.store.room(self.event_id)
        assert room is not None
        return room

    async def join(self, account_id: UUID) -> Joined:
        return await self.line.join(await self.room(), ids.text("acc", account_id))

    async def claim(self, account_id: UUID, joined: Joined) -> AdmissionRow:
        account_text = ids.text("acc", account_id)
        place = await self.tokens.read_place(joined.join_token, self.event_id, account_text)
        return await admissions.claim(self.store, self.event_id, account_id, place)

    async def leave(self, account_id: UUID) -> None:
        await admissions.leave(self.store, self.inventory, self.event_id, account_id)

    async def execute(self, statement: str, *arguments: object) -> None:
        async with self.database.connection() as connection:
            await connection.execute(statement, *arguments)


@pytest.fixture
async def house(database: str, valkey: str) -> AsyncIterator[House]:
    opened = await open_database(database, [MIGRATIONS], pool_size_max=20)
    yield House(opened, await KeyRing.open(opened, "admission"), valkey)
    await opened.close()
