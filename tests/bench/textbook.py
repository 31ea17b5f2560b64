"""The textbook's answers, written as a good user of it would: what the engine is compared with.

Option 1 reads seats with their versions and updates each `WHERE … status = 'available' AND version = :seen`; option 2
takes a lock `SET seat NX EX` for each seat first; the third puts an event-wide advisory lock around it. All look for
the best neighbours themselves, keep parties whole, retry what they lost, and write a hold. None of them has limits for
buyers, request ids, an outbox, fences, or an answer for a crash between its two stores.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import redis.asyncio as redis

CANDIDATES = 100
"""Of how many of the best free seats a caller picks; it begins anywhere among them, so as to meet few others."""
CANDIDATES_ALONE = 24
"""Under an event-wide lock nobody else picks."""
ATTEMPTS_MAX = 200
HOLD_SECONDS = 600
LOCK_SECONDS = 30

TABLES = """
    CREATE TABLE seats (
        seat_id bigint PRIMARY KEY, event_id bigint NOT NULL, row_no integer NOT NULL, number integer NOT NULL,
        quality integer NOT NULL, status text NOT NULL DEFAULT 'available', held_by bigint, hold_id uuid,
        held_until timestamptz, version bigint NOT NULL DEFAULT 0
    );
    CREATE INDEX seats_available ON seats (event_id, quality) WHERE status = 'available';
    CREATE TABLE holds (
        hold_id uuid PRIMARY KEY, event_id bigint NOT NULL, user_id bigint NOT NULL, seat_ids bigint[] NOT NULL,
        held_until timestamptz NOT NULL, created_at timestamptz NOT NULL DEFAULT now()
    );
"""
FILL = """
    INSERT INTO seats (seat_id, event_id, row_no, number, quality)
    SELECT $1::bigint * $2::integer + n, $1, n / $3::integer, n % $3::integer, n
    FROM generate_series(0, $2::integer - 1) AS n
"""
BEST = """
    SELECT seat_id, row_no, number, version FROM seats
    WHERE event_id = $1 AND status = 'available' ORDER BY quality LIMIT $2
"""
TAKE = """
    UPDATE seats
    SET status = 'held', held_by = $2, hold_id = $3, held_until = now() + $4 * interval '1 second',
        version = version + 1
    WHERE seat_id = $1 AND status = 'available' AND version = $5
"""
ADD_HOLD = """
    INSERT INTO holds (hold_id, event_id, user_id, seat_ids, held_until)
    VALUES ($1, $2, $3, $4, now() + $5 * interval '1 second')
"""
RUN_OUT = """
    UPDATE seats SET status = 'available', held_by = NULL, hold_id = NULL, held_until = NULL, version = version + 1
    WHERE seat_id = ANY ($1::bigint[]) AND hold_id = ANY ($2::uuid[]) AND status = 'held'
"""
COUNT = """
    SELECT count(*) AS all, count(*) FILTER (WHERE status = 'held') AS held FROM seats WHERE event_id = $1
"""


class Lost(Exception):
    """Somebody else was faster at one of the seats."""


@dataclass(frozen=True)
class Held:
    """What a caller got."""

    hold_id: UUID
    seat_ids: tuple[int, ...]


class OptimisticLocking:
    """Option 1."""

    name = "option 1: optimistic UPDATE per seat"
    candidates = CANDIDATES

    def __init__(self, connections: Sequence[Any]) -> None:
        self._all = connections
        self._free: asyncio.Queue[Any] = asyncio.Queue()
        for connection in connections:
            self._free.put_nowait(connection)
        self._random = random.Random(3)

    async def hold(self, event_id: int, quantity: int, user_id: int) -> Held | None:
        """Holds the best that fits; None when nothing does."""
        connection = await self._free.get()
        try:
            for _ in range(ATTEMPTS_MAX):
                try:
                    return await self._attempt(connection, event_id, quantity, user_id)
                except Lost:
                    continue
            raise AssertionError(f"lost {ATTEMPTS_MAX} times")
        finally:
            self._free.put_nowait(connection)

    async def run_out(self, held: Sequence[Held]) -> None:
        """Lets the time of some holds pass: the background job frees their seats."""
        connection = await self._free.get()
        try:
            seat_ids = sorted(seat_id for each in held for seat_id in each.seat_ids)
            await connection.execute(RUN_OUT, seat_ids, [each.hold_id for each in held])
        finally:
            self._free.put_nowait(connection)

    async def faults(self, event_id: int, capacity: int, held: int) -> list[str]:
        """Compares what stands with what callers were told; returns what differs."""
        row = await self._all[0].fetchrow(COUNT, event_id)
        return (
            [] if (row["all"], row["held"]) == (capacity, held) else [f"{held} held, not {row!r}"]
        )

    async def _attempt(
        self, connection: Any, event_id: int, quantity: int, user_id: int
    ) -> Held | None:
        seats = await self._pick(connection, event_id, quantity)
        if seats is None:
            return None
        async with connection.transaction():
            return await self._take(connection, event_id, seats, user_id)

    async def _pick(self, connection: Any, event_id: int, quantity: int) -> list[Any] | None:
        free = await connection.fetch(BEST, event_id, self.candidates)
        return neighbours(free, quantity, self._random.randrange(len(free)) if free else 0)

    async def _take(self, connection: Any, event_id: int, seats: list[Any], user_id: int) -> Held:
        hold_id = uuid4()
        for seat in sorted(seats, key=_seat_id):
            done = await connection.execute(
                TAKE, seat["seat_id"], user_id, hold_id, HOLD_SECONDS, seat["version"]
            )
            if done == "UPDATE 0":
                raise Lost
        seat_ids = tuple(seat["seat_id"] for seat in seats)
        await connection.execute(ADD_HOLD, hold_id, event_id, user_id, seat_ids, HOLD_SECONDS)
        return Held(hold_id, seat_ids)


class AdvisoryLock(OptimisticLocking):
    """Option 1 with the whole event to itself."""

    name = "event-wide advisory lock"
    candidates = CANDIDATES_ALONE

    async def _attempt(
        self, connection: Any, event_id: int, quantity: int, user_id: int
    ) -> Held | None:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", event_id)
            free = await connection.fetch(BEST, event_id, self.candidates)
            seats = neighbours(free, quantity, 0)
            if seats is None:
                return None
            return await self._take(connection, event_id, seats, user_id)


class RedisLocks(OptimisticLocking):
    """Option 2."""

    name = "option 2: SET NX EX per seat, then UPDATE"

    def __init__(self, connections: Sequence[Any], valkey: redis.Redis) -> None:
        super().__init__(connections)
        self._valkey = valkey

    async def _attempt(
        self, connection: Any, event_id: int, quantity: int, user_id: int
    ) -> Held | None:
        seats = await self._pick(connection, event_id, quantity)
        if seats is None:
            return None
        keys = [f"seat_lock:{seat['seat_id']}" for seat in seats]
        async with self._valkey.pipeline(transaction=False) as pipeline:
            for key in keys:
                pipeline.set(key, user_id, nx=True, ex=LOCK_SECONDS)
            acquired = await pipeline.execute()
        mine = [key for key, is_mine in zip(keys, acquired, strict=True) if is_mine]
        try:
            if len(mine) < len(keys):
                raise Lost
            async with connection.transaction():
                return await self._take(connection, event_id, seats, user_id)
        finally:
            if mine:
                await self._valkey.delete(*mine)


def neighbours(free: Sequence[Any], quantity: int, start: int) -> list[Any] | None:
    """Returns seats side by side, the first that fit from a place among the free ones on; else any; else None."""
    if len(free) < quantity:
        return None
    by_place = {(seat["row_no"], seat["number"]): seat for seat in free}
    for step in range(len(free)):
        first = free[(start + step) % len(free)]
        row_no, number = first["row_no"], first["number"]
        run = [by_place.get((row_no, number + each)) for each in range(quantity)]
        if all(run):
            return run
    return [free[(start + step) % len(free)] for step in range(quantity)]


def _seat_id(seat: Any) -> int:
    return int(seat["seat_id"])


@asynccontextmanager
async def connected(dsn: str, count: int) -> AsyncIterator[list[Any]]:
    """Opens so many connections, kept for as long as they are used: cheaper than any pool."""
    opened = await asyncio.gather(*[asyncpg.connect(dsn) for _ in range(count)])
    try:
        yield list(opened)
    finally:
        await asyncio.gather(*[connection.close() for connection in opened])


async def fill(connection: Any, event_id: int, seat_count: int, seats_per_row: int) -> None:
    """Makes the seats of an event."""
    await connection.execute(FILL, event_id, seat_count, seats_per_row)
