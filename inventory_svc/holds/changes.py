"""What is written of holds, seats, pool counters and requests: set-based, each with the condition that makes it safe.

Functions take the connection of the caller's transaction. Arguments stand in the order in which the statement in
queries.sql first names them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from inventory_svc.holds import store
from inventory_svc.holds.holds import Hold
from inventory_svc.holds.marks import Freed
from inventory_svc.holds.placing import RunOut
from inventory_svc.holds.store import queries
from mesh.database import Connection


@dataclass(slots=True)
class Counters:
    """How many places move from one of a shard's counters to another."""

    available: int = 0
    held: int = 0
    sold: int = 0


class PlaceMoves:
    """Moves of places, summed up by shard."""

    def __init__(self) -> None:
        self._by_shard: defaultdict[tuple[int, int], Counters] = defaultdict(Counters)

    def move(self, pool_no: int, shard_no: int, quantity: int, source: str, target: str) -> None:
        """Moves places from one counter, such as "held", to another."""
        counters = self._by_shard[pool_no, shard_no]
        setattr(counters, source, getattr(counters, source) - quantity)
        setattr(counters, target, getattr(counters, target) + quantity)

    async def write(self, connection: Connection, event_id: int) -> None:
        """Writes the moves, in one statement."""
        moves = [(key, move) for key, move in self._by_shard.items() if move != Counters()]
        if moves:
            await connection.execute(
                queries.move_places.sql,
                [pool_no for (pool_no, _), _ in moves],
                [shard_no for (_, shard_no), _ in moves],
                [move.available for _, move in moves],
                [move.held for _, move in moves],
                [move.sold for _, move in moves],
                event_id,
            )


async def count_admissions(
    connection: Connection, event_id: int, holds: Iterable[Hold], now: datetime
) -> None:
    """Records that holds were placed with admissions."""
    uses = Counter(hold.admission_id for hold in holds if hold.admission_id is not None)
    if uses:
        await connection.execute(
            queries.count_admissions.sql, now, list(uses), list(uses.values()), event_id
        )


async def add_places(connection: Connection, event_id: int, holds: Sequence[Hold]) -> None:
    """Writes the places of new holds."""
    rows = [(hold, places) for hold in holds for places in hold.places]
    if rows:
        await connection.execute(
            queries.add_places.sql,
            event_id,
            [hold.hold_id for hold, _ in rows],
            [places.pool_no for _, places in rows],
            [places.shard_no for _, places in rows],
            [places.zone_no for _, places in rows],
            [places.price_minor for _, places in rows],
            [places.quantity for _, places in rows],
            [hold.held_until for hold, _ in rows],
        )


async def drop_places(connection: Connection, event_id: int, run_out: Sequence[RunOut]) -> None:
    """Takes places that ran out from their holds."""
    if run_out:
        await connection.execute(
            queries.drop_places.sql,
            [places.hold_id for places in run_out],
            [places.pool_no for places in run_out],
            [places.shard_no for places in run_out],
            event_id,
        )


async def expire(connection: Connection, event_id: int, hold_ids: Iterable[UUID]) -> list[Hold]:
    """Ends holds whose time is over; returns those that nobody had ended before."""
    wanted = list(set(hold_ids))
    if not wanted:
        return []
    await connection.execute(queries.lock_holds.sql, event_id, wanted)
    rows = await connection.fetch(queries.expire_holds.sql, event_id, wanted)
    return await store.with_places(connection, rows)


async def free(
    connection: Connection,
    event_id: int,
    holds: Sequence[Hold],
    seat_states: Sequence[int],
    counter: str,
) -> list[Freed]:
    """Gives back what holds still have: seats in some states, places in a counter. Returns the seats."""
    return await free_all(
        connection,
        event_id,
        [hold.hold_id for hold in holds],
        [seat_no for hold in holds for seat_no in hold.seat_nos],
        seat_states,
        counter if any(hold.places for hold in holds) else None,
    )


async def free_all(
    connection: Connection,
    event_id: int,
    hold_ids: Sequence[UUID],
    seat_nos: Sequence[int],
    seat_states: Sequence[int],
    counter: str | None,
) -> list[Freed]:
    """Gives back what some holds still have of some seats, and their places where they have any."""
    rows = []
    if seat_nos:
        rows = await connection.fetch(
            queries.free_seats.sql, event_id, seat_nos, hold_ids, list(seat_states)
        )
    if counter:
        moves = PlaceMoves()
        for row in await connection.fetch(queries.free_places.sql, event_id, hold_ids):
            moves.move(row["pool_no"], row["shard_no"], row["claimed"], counter, "available")
        await moves.write(connection, event_id)
    return [Freed(row["seat_no"], row["fence"]) for row in rows]


async def release(connection: Connection, hold: Hold) -> None:
    """Ends a hold that was given back."""
    await connection.execute(queries.release_hold.sql, hold.event_id, hold.hold_id)


async def extend(connection: Connection, hold: Hold, held_until: datetime) -> None:
    """Makes a hold and all that it has last longer. Raises RowsMoved when a part of it is gone."""
    await connection.execute(queries.extend_hold.sql, held_until, hold.event_id, hold.hold_id)
    await extend_parts(connection, hold, held_until)


async def extend_parts(connection: Connection, hold: Hold, held_until: datetime) -> None:
    """Makes what a hold has last longer. Raises RowsMoved when a part of it is gone."""
    if hold.seats:
        extended = await connection.fetchval(
            queries.extend_seats.sql, held_until, hold.event_id, hold.seat_nos, hold.hold_id
        )
        if extended != len(hold.seats):
            raise store.RowsMoved
    if hold.places:
        await connection.execute(queries.extend_places.sql, held_until, hold.event_id, hold.hold_id)


async def free_these(
    connection: Connection, hold: Hold, seat_nos: Sequence[int], state: int
) -> list[Freed]:
    """Gives back some seats of a hold; returns them. Raises RowsMoved when one is not the hold's in that state."""
    freed = await connection.fetch(
        queries.free_seats.sql, hold.event_id, seat_nos, [hold.hold_id], [state]
    )
    if len(freed) != len(seat_nos):
        raise store.RowsMoved
    return [Freed(row["seat_no"], row["fence"]) for row in freed]
