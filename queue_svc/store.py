"""Rooms and admissions in PostgreSQL. Whoever decides takes the room's lock first and reads afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from mesh.database import Connection, Database, load_queries
from mesh.ids import new_id
from queue_svc.room import CLOCK_SKEW_SECONDS, Room, State

ROOMS_MAX = 1_000
CLOSING_BATCH_MAX = 200

_queries = load_queries(Path(__file__).with_name("queries.sql"))


@dataclass(frozen=True)
class AdmissionRow:
    """An admission that holds a slot."""

    admission_id: UUID
    state: str
    expire_time: datetime


@dataclass(frozen=True)
class RoomSettings:
    """What an organiser sets of a room."""

    capacity: int
    admissions_per_minute_max: int
    admission_seconds: int
    open_time: datetime | None
    """None: now, for a new room; unchanged, for an old one."""


class LineStore:
    """The service's database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def room(self, event_id: int) -> Room | None:
        """Returns a room; None where the event has none."""
        async with self.database.connection() as connection:
            return await read_room(connection, event_id)

    async def live_rooms(self) -> list[Room]:
        """Returns the rooms to steer, at most ROOMS_MAX."""
        async with self.database.connection() as connection:
            rows = await connection.fetch(_queries.rooms_live.sql, ROOMS_MAX)
        return [_room(row) for row in rows]

    async def make_room(
        self, event_id: int, organiser_id: UUID, seed: bytes, seal: str, wanted: RoomSettings
    ) -> None:
        """Makes a room, or changes the one that is there."""
        async with self.database.transaction() as connection:
            numbers = vars(wanted)
            await _queries.room_insert(
                connection,
                event_id=event_id,
                organiser_id=organiser_id,
                seed=seed,
                commitment=seal,
                **numbers,
            )
            await _queries.room_change(connection, event_id=event_id, **numbers)
            await _queries.room_open(connection, event_id=event_id)

    async def open_due(self, event_id: int) -> None:
        """Opens a room whose time has come."""
        async with self.database.connection() as connection:
            await _queries.room_open(connection, event_id=event_id)

    async def open_now(self, event_id: int) -> None:
        """Opens a room before its time, when the last draw ticket under way is signed."""
        async with self.database.transaction() as connection:
            await _queries.room_open_now(connection, event_id=event_id)
            await _queries.room_open(connection, event_id=event_id)

    async def move(self, event_id: int, to_state: State, *from_states: State) -> None:
        """Moves a room to a state from any of some others."""
        async with self.database.connection() as connection:
            await _queries.room_state(
                connection,
                event_id=event_id,
                to_state=to_state.value,
                from_states=[state.value for state in from_states],
            )

    async def lease_draw(self, event_id: int, lease_seconds: float) -> float | None:
        """Returns for how many seconds draw tickets may be signed; None when the draw is over."""
        async with self.database.connection() as connection:
            seconds = await _queries.draw_lease(
                connection, event_id=event_id, lease_seconds=lease_seconds
            )
        return None if seconds is None else float(seconds)

    async def lease_sequence(self, event_id: int, block_size: int) -> int | None:
        """Returns the first of the next numbers; None where nobody can join."""
        async with self.database.connection() as connection:
            first = await _queries.sequence_lease(
                connection, event_id=event_id, block_size=block_size
            )
        return None if first is None else int(first)

    async def raise_marks(self, event_id: int, rank: float, sequence: int) -> None:
        """Raises the serving marks."""
        async with self.database.connection() as connection:
            await _queries.marks_raise(
                connection, event_id=event_id, serving_rank=rank, serving_sequence=sequence
            )

    async def raise_draw_count(self, event_id: int, count: int) -> None:
        """Raises the count of accounts in the draw."""
        async with self.database.connection() as connection:
            await _queries.draw_count_raise(connection, event_id=event_id, draw_count=count)

    async def occupancy(self, event_id: int) -> tuple[int, int, int]:
        """Tidies, then returns (taken slots, ever let in, let in during the last minute)."""
        async with self.database.connection() as connection:
            await _queries.admissions_tidy(
                connection, event_id=event_id, skew_seconds=CLOCK_SKEW_SECONDS
            )
            active = await active_count(connection, event_id)
            claimed = await _queries.admissions_claimed(connection, event_id=event_id)
        return active, int(claimed["claimed_total"]), int(claimed["last_minute"])

    async def begin_closing(self, event_id: int, account_id: UUID) -> AdmissionRow | None:
        """Ends an account's use of its admission; None when it has none."""
        async with self.database.connection() as connection:
            return await begin_closing(connection, event_id, account_id)

    async def closed(self, event_id: int, admission_id: UUID) -> None:
        """Frees a slot: inventory has acknowledged."""
        async with self.database.connection() as connection:
            await _queries.admission_closed(
                connection, event_id=event_id, admission_id=admission_id
            )

    async def closing(self) -> list[tuple[int, UUID, datetime]]:
        """Returns admissions whose closing is not acknowledged, at most CLOSING_BATCH_MAX."""
        async with self.database.connection() as connection:
            rows = await connection.fetch(_queries.admissions_closing.sql, CLOSING_BATCH_MAX)
        return [(row["event_id"], row["admission_id"], row["expire_time"]) for row in rows]


async def lock_room(connection: Connection, event_id: int) -> Room | None:
    """Takes a room's lock, then reads it: the statement that locks may see an older snapshot."""
    await _queries.room_lock(connection, event_id=event_id)
    return await read_room(connection, event_id)


async def read_room(connection: Connection, event_id: int) -> Room | None:
    """Returns a room; None where the event has none."""
    row = await _queries.room_read(connection, event_id=event_id)
    return None if row is None else _room(row)


async def active_count(connection: Connection, event_id: int) -> int:
    """Counts the taken slots."""
    return int(
        await _queries.admissions_active(
            connection, event_id=event_id, skew_seconds=CLOCK_SKEW_SECONDS
        )
    )


async def live_admission(
    connection: Connection, event_id: int, account_id: UUID
) -> AdmissionRow | None:
    """Returns an account's admission that holds a slot."""
    row = await _queries.admission_live(connection, event_id=event_id, account_id=account_id)
    return (
        None if row is None else AdmissionRow(row["admission_id"], row["state"], row["expire_time"])
    )


async def tidy(connection: Connection, event_id: int) -> None:
    """Frees the slots of admissions that ended by themselves."""
    await _queries.admissions_tidy(connection, event_id=event_id, skew_seconds=CLOCK_SKEW_SECONDS)


async def last_end(connection: Connection, event_id: int, account_id: UUID) -> datetime | None:
    """Returns when an account's last admission ended."""
    ended: datetime | None = await _queries.admission_last_end(
        connection, event_id=event_id, account_id=account_id
    )
    return ended


async def admit(
    connection: Connection, event_id: int, account_id: UUID, admission_seconds: int
) -> AdmissionRow:
    """Lets an account in; the caller holds the room's lock and has counted."""
    row = await _queries.admission_insert(
        connection,
        event_id=event_id,
        admission_id=new_id(event_id),
        account_id=account_id,
        admission_seconds=admission_seconds,
    )
    return AdmissionRow(row["admission_id"], row["state"], row["expire_time"])


async def begin_closing(
    connection: Connection, event_id: int, account_id: UUID
) -> AdmissionRow | None:
    """Ends an account's use of its admission; the slot stays taken until inventory acknowledges."""
    row = await _queries.admission_closing(connection, event_id=event_id, account_id=account_id)
    return None if row is None else AdmissionRow(row["admission_id"], "CLOSING", row["expire_time"])


async def close_room(connection: Connection, event_id: int) -> None:
    """Ends a room, if the event has one."""
    live = [state.value for state in State if state is not State.CLOSED]
    await _queries.room_state(
        connection, event_id=event_id, to_state=State.CLOSED.value, from_states=live
    )


async def lead(connection: Connection, lock_key: int) -> bool:
    """Tries to become the one controller, for as long as the connection lives."""
    return bool(await _queries.controller_lease(connection, lock_key=lock_key))


def _room(row: Any) -> Room:
    return Room(
        **{name: row[name] for name in Room.__dataclass_fields__ if name != "state"},
        state=State(row["state"]),
    )
