"""What a buyer does with a hold of theirs: look at it, give it back, make it last longer.

Every change locks first (buyer, pool shards, seats, hold), reads what stands, and decides by the database's clock.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message

from inventory_svc.errors import EventCancelled
from inventory_svc.holds import changes, store
from inventory_svc.holds.errors import HoldExpired, HoldExtended, HoldNotFound, HoldPinned
from inventory_svc.holds.holds import Hold, SeatState, State
from inventory_svc.holds.lookout import Lookout
from inventory_svc.holds.seatings import Seatings
from inventory_svc.holds.store import Locks
from inventory_svc.holds.wire import hold_message, placed_fact, released_fact
from mesh import ids
from mesh.database import Connection, Database
from mesh.outbox import HOLDS_TOPIC, Outbox
from protos.inventory.v1 import inventory_pb2

_outbox = Outbox(HOLDS_TOPIC)

Record = Callable[[Connection, Message], Awaitable[None]]
"""Remembers the reply to a request."""


async def read_own(connection: Connection, hold_id: UUID, account_id: UUID) -> Hold:
    """Returns a buyer's hold. Raises HoldNotFound, also for somebody else's."""
    hold = await store.read_hold(connection, ids.event_of(hold_id), hold_id)
    if hold is None or hold.account_id != account_id:
        raise HoldNotFound
    return hold


async def lock_hold(connection: Connection, hold: Hold) -> Hold:
    """Locks a hold and everything that it has or had; returns it as it stands then."""
    locks = Locks(
        account_ids=[hold.account_id],
        shards=[(places.pool_no, places.shard_no) for places in hold.places],
        seat_nos=hold.seat_nos,
        hold_ids=[hold.hold_id],
    )
    await store.lock(connection, hold.event_id, locks)
    locked = await store.read_hold(connection, hold.event_id, hold.hold_id)
    if locked is None:
        raise HoldNotFound
    return locked


class HoldLife:
    """The life of holds after they were placed, as their buyers lead it."""

    def __init__(self, database: Database, seatings: Seatings, lookout: Lookout) -> None:
        self._database = database
        self._seatings = seatings
        self._lookout = lookout

    async def get(self, hold_id: UUID, account_id: UUID) -> inventory_pb2.Hold:
        """Returns a hold; one whose time is over is expired, whoever has noticed. Raises HoldNotFound."""
        async with self._database.connection() as connection:
            hold = await read_own(connection, hold_id, account_id)
            now = await store.read_clock(connection)
        seating = await self._seatings.of_hold(hold_id)
        return hold_message(hold, seating, hold.state_at(now))

    async def release(self, hold_id: UUID, account_id: UUID, record: Record) -> None:
        """Gives a hold back; one that is over already is a success. Raises HoldNotFound, HoldPinned.

        Args:
            hold_id: the hold.
            account_id: whose it must be.
            record: called with the reply, in the transaction of the effect.
        """
        seating = await self._seatings.of_hold(hold_id)
        async with self._database.transaction() as connection:
            hold = await lock_hold(connection, await read_own(connection, hold_id, account_id))
            state = hold.state_at(await store.read_clock(connection))
            if state in (State.PINNED, State.CONFIRMED):
                raise HoldPinned
            await record(connection, Empty())
            if state is not State.HELD:
                return
            freed = await changes.free(connection, hold.event_id, [hold], [SeatState.HELD], "held")
            await changes.release(connection, hold)
            released = await store.read_hold(connection, hold.event_id, hold_id)
            if released:
                fact = released_fact(
                    released,
                    hold_message(released, seating),
                    await store.read_clock(connection),
                )
                await _outbox.add_many(connection, [fact])
        await self._lookout.freed(hold.event_id, freed)
        _outbox.wake()

    async def extend(self, hold_id: UUID, account_id: UUID, record: Record) -> inventory_pb2.Hold:
        """Makes a live hold last its full time again, once.

        Tells it as a HoldPlaced of a higher version, with the new end. `record` is called with the reply, in the
        transaction of the effect.

        Raises HoldNotFound, HoldExpired, HoldPinned, HoldExtended, EventCancelled.
        """
        seating = await self._seatings.of_hold(hold_id)
        async with self._database.transaction() as connection:
            hold = await lock_hold(connection, await read_own(connection, hold_id, account_id))
            reading = await store.read_terms(connection, hold.event_id)
            if reading is None:
                raise HoldNotFound
            check_live(hold, reading)
            if hold.extended:
                raise HoldExtended
            held_until = reading.now + timedelta(seconds=reading.terms.hold_seconds)
            await changes.extend(connection, hold, held_until)
            extended = await store.read_hold(connection, hold.event_id, hold_id)
            if extended is None:
                raise HoldNotFound
            message = hold_message(extended, seating)
            await _outbox.add_many(connection, [placed_fact(extended, message, reading.now)])
            await record(connection, message)
        _outbox.wake()
        return message


def check_live(hold: Hold, reading: store.Reading) -> None:
    """Raises HoldPinned, HoldExpired, EventCancelled: only a live hold of a living event can be made to last longer."""
    state = hold.state_at(reading.now)
    if state in (State.PINNED, State.CONFIRMED):
        raise HoldPinned
    if state is not State.HELD:
        raise HoldExpired
    if reading.terms.is_cancelled:
        raise EventCancelled
