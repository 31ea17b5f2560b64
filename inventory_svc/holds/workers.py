"""The expiry worker: tidies up after holds whose time is over, and tells of it.

It decides nothing that matters: a hold that is over can be taken from at once, whoever notices. Every process runs it;
for each event one of them works at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from inventory_svc.holds import changes, store
from inventory_svc.holds.lookout import Lookout
from inventory_svc.holds.seatings import Seatings
from inventory_svc.holds.store import Locks, queries
from inventory_svc.holds.wire import expired_fact, hold_message
from mesh.database import Connection, Database
from mesh.outbox import HOLDS_TOPIC, Outbox
from mesh.workers import Every, report

NAME = "hold expiry"

EXPIRY_SECONDS = 1.0
"""Holds are tidied within five seconds of their end; looking each second costs an index look-up."""

BATCH_MAX = 500
"""Holds tidied in one transaction: about 20 ms during which their seats cannot be taken."""

EXPIRY_LOCK_SPACE = 0x0B0C6
"""The first half of the advisory locks, one for each event, that keep two processes from the same work."""

_outbox = Outbox(HOLDS_TOPIC)


class HoldExpiry:
    """Ends holds whose time is over."""

    def __init__(self, database: Database, seatings: Seatings, lookout: Lookout) -> None:
        self._database = database
        self._seatings = seatings
        self._lookout = lookout

    def worker(self) -> Every:
        """Returns the loop."""
        return Every(NAME, EXPIRY_SECONDS, self.tidy)

    async def tidy(self) -> bool:
        """Tidies up to BATCH_MAX holds; returns whether there may be more."""
        async with self._database.connection() as connection:
            due = await connection.fetch(queries.holds_to_tidy.sql, BATCH_MAX)
        by_event: defaultdict[int, list[UUID]] = defaultdict(list)
        for row in due:
            by_event[row["event_id"]].append(row["hold_id"])
        tidied = 0
        for event_id, hold_ids in sorted(by_event.items()):
            try:
                tidied += await self._tidy_event(event_id, hold_ids)
            except (
                Exception
            ) as error:  # what is wrong with one event keeps no other from being tidied
                report(NAME, error)
        if tidied:
            _outbox.wake()
        return len(due) == BATCH_MAX and tidied > 0

    async def _tidy_event(self, event_id: int, hold_ids: Sequence[UUID]) -> int:
        seating = await self._seatings.get(event_id)
        async with self._database.transaction() as connection:
            if not await connection.fetchval(
                queries.try_expiry_lease.sql, EXPIRY_LOCK_SPACE, event_id & 0x7FFFFFFF
            ):
                return 0
            await store.lock(connection, event_id, await _locks(connection, event_id, hold_ids))
            expired = await changes.expire(connection, event_id, hold_ids)
            now = await store.read_clock(connection)
            count, freed = await changes.tidy(connection, event_id, hold_ids)
            facts = [expired_fact(hold, hold_message(hold, seating), now) for hold in expired]
            await _outbox.add_many(connection, facts)
        await self._lookout.freed(event_id, freed)
        return count


async def _locks(connection: Connection, event_id: int, hold_ids: Sequence[UUID]) -> Locks:
    extents = await connection.fetch(queries.read_extents.sql, event_id, hold_ids)
    having = [row["hold_id"] for row in extents if row["place_count"]]
    places = await connection.fetch(queries.read_places.sql, event_id, having) if having else []
    return Locks(
        shards=[(row["pool_no"], row["shard_no"]) for row in places],
        seat_nos=[seat_no for row in extents for seat_no in row["seat_nos"]],
        hold_ids=hold_ids,
    )
